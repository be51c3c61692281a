"""The steps of a deadline as lines of a list."""

from datetime import date

import pytest
from django.utils import translation

from cycles.calendar import Rule, due
from cycles.due_steps import ICONS, lines
from tests.cycles.offices import noon, office


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def told(rule, start, calendar=None, **more):
    calendar = calendar or office()
    return [
        (line.kind, line.text)
        for line in lines(due(rule, noon(calendar, start), calendar, **more), calendar.zone)
    ]


def test_the_lines_go_from_the_first_day_to_the_last_moment():
    assert told(Rule("working_days", 14), date(2026, 3, 2)) == [
        ("begun", "Counted since it was received on Monday, 2 March 2026; "
                  "that day itself does not count."),
        ("counted", "14 working days of a five-day week: the first is Tuesday, 3 March 2026, "
                    "the last Friday, 27 March 2026."),
        ("weekend", "Not counted: weekends 7–8, 14–15, 21–22 March 2026."),
        ("day_off", "Not counted: 18–20 March 2026 (Nyepi, Idul Fitri, joint leave)."),
        ("day_off", "Not counted: 23–24 March 2026 (Idul Fitri, joint leave)."),
        ("ends", "The time ends Friday, 27 March 2026 23:59 WITA."),
    ]  # fmt: skip


def test_a_fixed_date_and_what_moved_it_have_a_line_each():
    found = told(Rule("date", on=date(2026, 1, 30)), date(2026, 1, 5),
                 extended_to=date(2026, 2, 6))  # fmt: skip
    assert [kind for kind, _ in found] == ["date", "extended", "ends"]
    assert found[1][1] == "Extended from Friday, 30 January 2026."


def test_a_pause_a_close_and_a_day_told_before_have_a_line_each():
    found = told(
        Rule("working_days", 3), date(2026, 1, 28), not_after=date(2026, 1, 30),
        paused=[(date(2026, 1, 29), date(2026, 1, 29))], promised=date(2026, 2, 4),
    )  # fmt: skip
    assert [kind for kind, _ in found] == [
        "begun", "counted", "weekend", "paused", "capped", "promised", "ends",
    ]  # fmt: skip
    assert found[5][1] == (
        "By today's calendar it would be Friday, 30 January 2026, but the day told before stands."
    )


def test_a_year_of_weekends_is_counted_not_listed():
    found = told(Rule("working_days", 120), date(2026, 1, 5))
    assert ("weekend", "Not counted: 27 weekends.") in found
    assert [kind for kind, _ in found].count("weekend") == 1


def test_a_six_day_week_and_calendar_days_say_so():
    assert "six-day week" in dict(told(Rule("working_days", 3), date(2026, 1, 5), office(6)))[
        "counted"]  # fmt: skip
    rolled = told(Rule("calendar_days", 19), date(2026, 3, 2))
    assert [kind for kind, _ in rolled] == ["begun", "counted", "rolled", "ends"]


def test_every_kind_of_line_has_its_picture():
    from lucide.templatetags.lucide import lucide

    for name in ICONS.values():
        assert "<svg" in lucide(name)
