"""The quadrant that gives the predikat, and the distribution guide that only warns."""

from itertools import pairwise

import pytest
from django.utils import translation

from cycles.scoring import (
    GUIDE,
    Clause,
    OrganisationResult,
    Predicate,
    Rating,
    distribution_check,
    is_worse,
    order,
    predicate,
)

P = Predicate
SB, B, BP, K, SK = Predicate


def codes(organisation: str, counts, **more) -> list[tuple[str, int]]:
    """The kind and limit of each warning."""
    found = distribution_check(organisation, counts, **more)
    return [(w.code, w.clause.percent if w.clause else w.least) for w in found]


# Written out as the rule prints it: rows are the result of work, columns the behaviour.
PRINTED = """
          below          meets            above
above     kurang         baik             sangat_baik
meets     kurang         baik             baik
below     sangat_kurang  butuh_perbaikan  butuh_perbaikan
"""


def printed_cells() -> list[tuple[str, str, str]]:
    columns, *rows = [line.split() for line in PRINTED.strip().splitlines()]
    return [
        (work, behaviour, cell)
        for work, *cells in rows
        for behaviour, cell in zip(columns, cells, strict=True)
    ]


@pytest.mark.parametrize(("work", "behaviour", "expected"), printed_cells())
def test_each_field_of_the_quadrant_gives_its_predikat(work, behaviour, expected):
    assert predicate(work, behaviour) is Predicate(expected)
    assert predicate(Rating(work), Rating(behaviour)) is Predicate(expected)


def test_the_printed_quadrant_has_all_nine_fields():
    assert len(set(printed_cells())) == len(Rating) ** 2 == 9


def test_a_better_rating_never_gives_a_worse_predikat():
    worst_first = [Rating.BELOW, Rating.MEETS, Rating.ABOVE]
    for same in Rating:
        for lower, higher in pairwise(worst_first):
            assert not is_worse(predicate(same, higher), predicate(same, lower))
    # By work alone too, except that bad behaviour stays Kurang however good the work.
    for behaviour in Rating:
        for lower, higher in pairwise(worst_first):
            assert not is_worse(predicate(higher, behaviour), predicate(lower, behaviour))


def test_bad_behaviour_is_never_outweighed_by_good_work():
    assert {predicate(work, Rating.BELOW) for work in Rating} == {K, SK}


def test_what_is_no_rating_has_no_predikat():
    for work, behaviour in (("baik", "meets"), ("above", ""), ("", "")):
        with pytest.raises(ValueError, match="is not a valid Rating"):
            predicate(work, behaviour)


def test_kurang_is_worse_than_butuh_perbaikan_and_nothing_is_worse_than_itself():
    mixed = ["kurang", "sangat_baik", "sangat_kurang", "baik", "butuh_perbaikan"]
    best_first = ["sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang"]
    assert sorted(mixed, key=order) == best_first
    assert is_worse(P.KURANG, "butuh_perbaikan")
    assert not is_worse(P.BUTUH_PERBAIKAN, P.KURANG)
    assert not is_worse(P.BAIK, P.BAIK)


def test_the_labels_are_the_official_indonesian_terms():
    with translation.override("id"):
        assert [str(m.label) for m in Rating] == [
            "Di atas ekspektasi",
            "Sesuai ekspektasi",
            "Di bawah ekspektasi",
        ]
        assert [str(m.label) for m in Predicate] == [
            "Sangat Baik",
            "Baik",
            "Butuh Perbaikan",
            "Kurang/Misconduct",
            "Sangat Kurang",
        ]
        assert [str(m.label) for m in OrganisationResult] == [
            "Istimewa",
            "Baik",
            "Butuh Perbaikan",
            "Kurang",
            "Sangat Kurang",
        ]


# --- the distribution guide --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("organisation", "counts", "expected"),
    [
        # Istimewa: most, at most 70 %, Sangat Baik.
        ("istimewa", {SB: 70, B: 30}, []),
        ("istimewa", {SB: 71, B: 29}, [("at_most", 70)]),
        ("istimewa", {SB: 30, B: 70}, [("most", 0)]),
        ("istimewa", {SB: 50, B: 50}, []),
        # Baik: most, at most 70 %, Baik; some Butuh Perbaikan or Kurang.
        ("baik", {SB: 20, B: 70, BP: 10}, []),
        ("baik", {SB: 20, B: 70, K: 10}, []),
        ("baik", {B: 90, SB: 10}, [("at_most", 70), ("some", 0)]),
        ("baik", {SB: 60, B: 39, BP: 1}, [("most", 0)]),
        # Butuh Perbaikan: at least 60 % of it, Sangat Baik at most 10 %.
        ("butuh_perbaikan", {BP: 60, SB: 10, B: 30}, []),
        ("butuh_perbaikan", {BP: 59, SB: 11, B: 30}, [("at_least", 60), ("at_most", 10)]),
        # Kurang: at least 60 % Kurang and 10 % Butuh Perbaikan, Sangat Baik at most 10 %.
        ("kurang", {K: 60, BP: 10, SB: 10, B: 20}, []),
        ("kurang", {K: 59, BP: 9, SB: 11, B: 21},
         [("at_least", 60), ("at_least", 10), ("at_most", 10)]),
        # Sangat Kurang: at least 60 % of it, 10 % Kurang or Butuh Perbaikan, no Sangat Baik.
        ("sangat_kurang", {SK: 60, K: 5, BP: 5, B: 30}, []),
        ("sangat_kurang", {SK: 90, K: 5, BP: 4, SB: 1}, [("at_least", 10), ("at_most", 0)]),
    ],
)  # fmt: skip
def test_ratings_outside_the_guide_are_named_and_on_its_edge_they_are_not(
    organisation, counts, expected
):
    assert codes(organisation, counts) == expected


def test_seven_of_ten_is_exactly_seventy_percent():
    for tens in (1, 3, 7, 11):
        assert codes("istimewa", {SB: 7 * tens, B: 3 * tens}) == []


def test_nine_people_are_too_few_and_ten_are_enough():
    everyone_very_good = {SB: 9}
    assert codes("istimewa", everyone_very_good) == [("too_few", 10)]
    assert codes("istimewa", {SB: 10}) == [("at_most", 70)]
    assert codes("istimewa", everyone_very_good, least=5) == [("at_most", 70)]
    assert codes("istimewa", {}, least=0) == [("too_few", 1)]


def test_an_agency_may_set_another_guide():
    own = {OrganisationResult.ISTIMEWA: (Clause("at_most", (SB,), 90),)}
    assert codes("istimewa", {SB: 80, B: 20}, guide=own) == []
    assert codes("istimewa", {SB: 91, B: 9}, guide=own) == [("at_most", 90)]
    assert codes("baik", {B: 100}, guide=own) == []


def test_the_guide_comes_back_from_json_as_it_was():
    for clauses in GUIDE.values():
        for clause in clauses:
            assert Clause.from_json(clause.to_json()) == clause


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "at_most", "predicates": ["cukup"], "percent": 10},
        {"kind": "at_most", "predicates": [], "percent": 10},
        {"kind": "at_most", "predicates": ["baik"], "percent": 101},
        {"kind": "about", "predicates": ["baik"], "percent": 10},
        {"kind": "at_most", "predicates": ["baik"], "percent": None},
    ],
)
def test_what_is_no_clause_is_refused(data):
    with pytest.raises(ValueError):
        Clause.from_json(data)


def test_a_warning_says_what_was_found_and_what_the_guide_has():
    (warning,) = distribution_check("istimewa", {SB: 8, B: 3})
    with translation.override("id"):
        assert str(warning) == (
            "8 dari 11 pegawai (72,7%) berpredikat Sangat Baik; "
            "pedoman untuk capaian kinerja organisasi Istimewa: paling banyak 70%"
        )
    with translation.override("en"):
        assert str(warning) == (
            "8 of 11 people (72.7%) have Very good; "
            "the guide for the organisation result Excellent allows at most 70%"
        )


def test_every_kind_of_warning_has_its_sentence():
    with translation.override("id"):
        told = [
            str(warning)
            for organisation, counts in (
                ("baik", {SB: 90, B: 10}),
                ("sangat_kurang", {SB: 100}),
                ("kurang", {K: 1}),
            )
            for warning in distribution_check(organisation, counts)
        ]
    assert told == [
        "10 dari 100 pegawai (10%) berpredikat Baik; "
        "pedoman untuk capaian kinerja organisasi Baik: harus yang terbanyak",
        "0 dari 100 pegawai (0%) berpredikat Butuh Perbaikan atau Kurang/Misconduct; "
        "pedoman untuk capaian kinerja organisasi Baik: paling sedikit satu orang",
        "0 dari 100 pegawai (0%) berpredikat Sangat Kurang; "
        "pedoman untuk capaian kinerja organisasi Sangat Kurang: paling sedikit 60%",
        "0 dari 100 pegawai (0%) berpredikat Kurang/Misconduct atau Butuh Perbaikan; "
        "pedoman untuk capaian kinerja organisasi Sangat Kurang: paling sedikit 10%",
        "100 dari 100 pegawai (100%) berpredikat Sangat Baik; "
        "pedoman untuk capaian kinerja organisasi Sangat Kurang: tidak seorang pun",
        "jumlah pegawai terlalu sedikit untuk menerapkan pedoman distribusi (1 < 10)",
    ]
