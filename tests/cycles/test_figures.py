from cycles.figures import bar_rows, percent, stacked_parts, word_diff


def test_a_share_is_written_for_svg_whatever_the_language() -> None:
    assert percent(3, 8) == "37.50%"


def test_a_share_of_nothing_is_nothing() -> None:
    assert percent(0, 0) == "0%"


def test_the_longest_bar_fills_the_row() -> None:
    rows = bar_rows([{"label": "A", "value": 4}, {"label": "B", "value": 1}])
    assert [row["width"] for row in rows] == ["100.00%", "25.00%"]


def test_bars_against_a_given_whole_never_leave_the_row() -> None:
    (row,) = bar_rows([{"label": "A", "value": 12}], most=10)
    assert row["width"] == "100.00%"


def test_parts_follow_each_other_and_fill_the_bar() -> None:
    parts = stacked_parts([{"label": "A", "value": 1}, {"label": "B", "value": 3}])
    assert [(p["offset"], p["width"], p["share"]) for p in parts] == [
        ("0.00%", "25.00%", 25),
        ("25.00%", "75.00%", 75),
    ]


def test_parts_without_a_role_take_neighbouring_colours() -> None:
    parts = stacked_parts(
        [{"label": "A", "value": 1}, {"label": "B", "value": 1, "role": "positive"},
         {"label": "C", "value": 1}]
    )  # fmt: skip
    assert [part["fill"] for part in parts] == ["series-1", "positive", "series-2"]


def test_a_difference_tells_old_and_new_words_in_reading_order() -> None:
    assert list(word_diff("20 kunjungan per tahun", "20 kunjungan rumah per bulan")) == [
        ("same", "20 kunjungan"), ("ins", "rumah"), ("same", "per"), ("del", "tahun"),
        ("ins", "bulan"),
    ]  # fmt: skip


def test_very_long_texts_stand_whole_beside_each_other() -> None:
    old, new = "a " * 2000, "b " * 2000
    assert [kind for kind, _text in word_diff(old, new)] == ["del", "ins"]
