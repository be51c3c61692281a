"""Deadlines: counted by two counters, capped, extended, paused."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycles.calendar import (
    ZONES,
    Calendar,
    DayOff,
    Rule,
    Step,
    due,
    end_of_day,
)
from tests.cycles.offices import (
    DAY,
    HOLIDAYS_2026,
    calendars,
    counted_by_hand,
    dates,
    is_worked,
    last_day,
    near,
    noon,
    office,
)


def random_calendar(chance: random.Random) -> Calendar:
    start = date(2019, 1, 1)
    days = [start + chance.randrange(6000) * DAY for _ in range(chance.randrange(200))]
    blocks = [start + (at + i) * DAY for at in chance.sample(range(6000), 20) for i in range(9)]
    days_off = dict(HOLIDAYS_2026) | {day: DayOff("Libur") for day in days + blocks}
    return Calendar(chance.choice(list(ZONES)), chance.choice([5, 6]), days_off, 1)


def test_the_fast_counter_agrees_with_the_day_by_day_one_on_100_000_cases():
    chance = random.Random(2026)
    calendars = [random_calendar(chance) for _ in range(60)]
    for _ in range(100_000):
        calendar = chance.choice(calendars)
        kind = "working_days" if chance.random() < 0.6 else "calendar_days"
        rule = Rule(kind, chance.randint(1, 20), roll_forward=chance.random() < 0.7)
        start = date(2019, 6, 1) + chance.randrange(5000) * DAY
        paused = []
        if chance.random() < 0.1:
            for _ in range(chance.randint(1, 2)):
                first = start + chance.randint(-5, 20) * DAY
                paused.append((first, first + chance.randrange(12) * DAY))
        anchor = end_of_day(calendar.zone, start) - timedelta(minutes=chance.randint(1, 1440))
        found = due(rule, anchor, calendar, paused=paused)
        expected = counted_by_hand(rule, start, calendar, paused)
        assert found.last_day == expected, (rule, start, calendar.week, paused)
        assert found.at == end_of_day(calendar.zone, expected)


# --- properties ---------------------------------------------------------------------------------


@given(calendars, near, st.integers(1, 60), st.integers(1, 10))
def test_more_days_are_never_due_earlier(calendar, start, n, more):
    for kind in ("working_days", "calendar_days"):
        short, long = Rule(kind, n), Rule(kind, n + more)
        assert last_day(short, start, calendar) <= last_day(long, start, calendar)


@given(calendars, near, st.integers(1, 60))
def test_working_days_are_never_due_before_the_same_number_of_calendar_days(calendar, start, n):
    plain = Rule("calendar_days", n, roll_forward=False)
    assert last_day(plain, start, calendar) == start + n * DAY
    assert last_day(Rule("working_days", n), start, calendar) >= start + n * DAY


@given(
    calendars, near, st.integers(1, 60),
    st.lists(st.tuples(st.integers(-9, 60), st.integers(0, 12)), max_size=3),
)  # fmt: skip
def test_every_day_up_to_the_end_is_either_counted_or_named_in_one_step(calendar, start, n, stops):
    paused = [(start + at * DAY, start + (at + more) * DAY) for at, more in stops]
    found = due(Rule("working_days", n), noon(calendar, start), calendar, paused=paused)
    named = [s for s in found.steps if s.kind != "counted"]
    left_out = [s.first + i * DAY for s in named for i in range((s.last - s.first).days + 1)]
    span = [start + i * DAY for i in range(1, (found.last_day - start).days + 1)]
    not_worked = {day for day in span if not is_worked(calendar, day, paused)}
    assert sorted(left_out) == sorted(not_worked)
    assert len(span) - len(not_worked) == n


@given(calendars, near, st.integers(1, 40), dates, dates)
def test_a_cap_never_lengthens_and_an_extension_never_shortens(calendar, start, n, cap, later):
    rule = Rule("working_days", n)
    plain = last_day(rule, start, calendar)
    capped = last_day(rule, start, calendar, not_after=cap)
    assert capped == (min(plain, cap) if cap >= start else plain)
    extended = last_day(rule, start, calendar, not_after=cap, extended_to=later)
    assert extended == max(capped, later)


# --- the decree of 2026 -------------------------------------------------------------------------


@pytest.mark.parametrize("zone", sorted(ZONES))
@pytest.mark.parametrize(
    ("rule", "week", "start", "expected"),
    [
        # Fourteen days over Nyepi and Idul Fitri.
        (Rule("working_days", 14), 5, date(2026, 3, 2), date(2026, 3, 27)),
        (Rule("working_days", 14), 6, date(2026, 3, 2), date(2026, 3, 25)),
        (Rule("calendar_days", 14), 5, date(2026, 3, 2), date(2026, 3, 16)),
        # Into the block, out of it, and from within.
        (Rule("working_days", 1), 5, date(2026, 3, 17), date(2026, 3, 25)),
        (Rule("working_days", 1), 6, date(2026, 3, 21), date(2026, 3, 25)),
        (Rule("working_days", 2), 5, date(2026, 3, 16), date(2026, 3, 25)),
        (Rule("working_days", 3), 5, date(2026, 3, 24), date(2026, 3, 27)),
        # Around each other stretch.
        (Rule("working_days", 1), 5, date(2026, 1, 15), date(2026, 1, 19)),
        (Rule("working_days", 1), 6, date(2026, 1, 15), date(2026, 1, 17)),
        (Rule("working_days", 1), 5, date(2026, 2, 13), date(2026, 2, 18)),
        (Rule("working_days", 1), 6, date(2026, 2, 14), date(2026, 2, 18)),
        (Rule("working_days", 1), 5, date(2026, 4, 2), date(2026, 4, 6)),
        (Rule("working_days", 1), 6, date(2026, 4, 2), date(2026, 4, 4)),
        (Rule("working_days", 1), 5, date(2026, 4, 30), date(2026, 5, 4)),
        (Rule("working_days", 1), 5, date(2026, 5, 13), date(2026, 5, 18)),
        (Rule("working_days", 1), 6, date(2026, 5, 13), date(2026, 5, 16)),
        (Rule("working_days", 2), 5, date(2026, 5, 26), date(2026, 6, 2)),
        (Rule("working_days", 3), 6, date(2026, 5, 26), date(2026, 6, 2)),
        (Rule("working_days", 1), 5, date(2026, 6, 15), date(2026, 6, 17)),
        (Rule("working_days", 1), 5, date(2026, 8, 14), date(2026, 8, 18)),
        (Rule("working_days", 1), 5, date(2026, 8, 24), date(2026, 8, 26)),
        # Over the year's end.
        (Rule("working_days", 1), 5, date(2026, 12, 23), date(2026, 12, 28)),
        (Rule("working_days", 1), 6, date(2026, 12, 23), date(2026, 12, 26)),
        (Rule("working_days", 5), 5, date(2026, 12, 23), date(2027, 1, 4)),
        (Rule("calendar_days", 10), 5, date(2026, 12, 22), date(2027, 1, 4)),
        # A calendar end inside the block waits for the first working day.
        (Rule("calendar_days", 17), 5, date(2026, 3, 1), date(2026, 3, 25)),
        (Rule("calendar_days", 17, roll_forward=False), 5, date(2026, 3, 1), date(2026, 3, 18)),
        # A date that was set stays, even on a Saturday.
        (Rule("date", on=date(2026, 1, 31)), 5, date(2026, 1, 2), date(2026, 1, 31)),
    ],
)  # fmt: skip
def test_the_days_of_the_2026_decree_are_not_working_days(zone, rule, week, start, expected):
    calendar = office(week, zone)
    assert last_day(rule, start, calendar) == expected
    if rule.kind != "date":
        assert counted_by_hand(rule, start, calendar) == expected


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        (Rule("working_days", 1), date(2028, 2, 28), date(2028, 2, 29)),
        (Rule("calendar_days", 2, roll_forward=False), date(2028, 2, 28), date(2028, 3, 1)),
        (Rule("calendar_days", 1), date(2027, 2, 28), date(2027, 3, 1)),
        (Rule("calendar_days", 366, roll_forward=False), date(2028, 1, 1), date(2029, 1, 1)),
        (Rule("working_days", 1), date(2100, 2, 26), date(2100, 3, 1)),
    ],
)
def test_a_leap_day_counts_like_any_other(rule, start, expected):
    assert last_day(rule, start, office(days_off={})) == expected


# --- caps, extensions, pauses -------------------------------------------------------------------


def test_a_return_is_not_due_past_the_close_of_the_stage():
    calendar = office()
    anchor = noon(calendar, date(2026, 1, 28))
    found = due(Rule("working_days", 3), anchor, calendar, not_after=date(2026, 1, 30))
    assert found.last_day == date(2026, 1, 30)
    assert found.steps[-1] == Step("capped", date(2026, 2, 2), date(2026, 1, 30))


def test_on_the_day_of_the_close_a_return_is_due_the_same_day():
    day = date(2026, 1, 30)
    assert last_day(Rule("working_days", 3), day, office(), not_after=day) == day


def test_a_return_after_the_close_has_its_full_days_and_is_not_born_overdue():
    calendar = office()
    anchor = noon(calendar, date(2026, 2, 2))
    found = due(Rule("working_days", 3), anchor, calendar, not_after=date(2026, 1, 30))
    assert found.last_day == date(2026, 2, 5)
    assert found.steps[-1].kind == "close_passed"


def test_an_extension_goes_past_the_close_and_an_earlier_one_changes_nothing():
    calendar = office()
    anchor = noon(calendar, date(2026, 1, 28))
    rule, close = Rule("working_days", 3), date(2026, 1, 30)
    longer = due(rule, anchor, calendar, not_after=close, extended_to=date(2026, 2, 13))
    assert longer.last_day == date(2026, 2, 13)
    assert longer.steps[-1] == Step("extended", close, date(2026, 2, 13))
    shorter = due(rule, anchor, calendar, not_after=close, extended_to=date(2026, 1, 29))
    assert shorter == due(rule, anchor, calendar, not_after=close)
    assert due(rule, anchor, calendar, not_after=close, extended_to=close) == shorter


def test_a_pause_moves_the_end_by_the_days_it_took():
    calendar = office()
    outage = (date(2026, 3, 4), date(2026, 3, 5))
    assert last_day(Rule("working_days", 3), date(2026, 3, 2), calendar) == date(2026, 3, 5)
    paused = due(
        Rule("working_days", 3), noon(calendar, date(2026, 3, 2)), calendar, paused=[outage]
    )
    assert paused.last_day == date(2026, 3, 9)
    assert Step("paused", *outage) in paused.steps


def test_pauses_that_overlap_are_not_taken_twice():
    twice = [(date(2026, 3, 4), date(2026, 3, 5)), (date(2026, 3, 5), date(2026, 3, 5))]
    rule = Rule("calendar_days", 3, roll_forward=False)
    assert last_day(rule, date(2026, 3, 2), office(), paused=twice) == date(2026, 3, 7)


def test_a_pause_before_the_anchor_or_after_the_end_changes_nothing():
    calendar = office()
    anchor = noon(calendar, date(2026, 3, 2))
    outside = [(date(2026, 2, 1), date(2026, 3, 2)), (date(2026, 3, 6), date(2026, 3, 9))]
    rule = Rule("working_days", 3)
    assert due(rule, anchor, calendar, paused=outside) == due(rule, anchor, calendar)


def test_a_holiday_within_a_pause_is_told_as_paused_only():
    calendar = office()
    outage = (date(2026, 3, 18), date(2026, 3, 24))
    found = due(
        Rule("working_days", 2), noon(calendar, date(2026, 3, 16)), calendar, paused=[outage]
    )
    assert found.last_day == date(2026, 3, 25)
    assert [s.kind for s in found.steps] == ["counted", "paused"]


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before it begins"):
        last_day(
            Rule("working_days", 3), date(2026, 3, 2), office(),
            paused=[(date(2026, 3, 5), date(2026, 3, 4))],
        )  # fmt: skip


def test_an_end_in_a_pause_and_before_a_weekend_rolls_over_both():
    # The 5th calendar day is Friday 6 March; Monday 9 March is stopped too.
    paused = [(date(2026, 3, 9), date(2026, 3, 9))]
    rule = Rule("calendar_days", 5)
    assert last_day(rule, date(2026, 3, 2), office(), paused=paused) == date(2026, 3, 10)


# --- rules as data ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        Rule("date", on=date(2026, 1, 31)),
        Rule("working_days", 14, article="PP 30/2019 Pasal 59"),
        Rule("calendar_days", 14, roll_forward=False),
    ],
)
def test_a_rule_comes_back_from_json_as_it_was(rule):
    assert Rule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "weeks", "days": 2},
        {"kind": "date"},
        {"kind": "date", "on": "2026-02-30"},
        {"kind": "working_days"},
        {"kind": "working_days", "days": -1},
        {"kind": "working_days", "days": "many"},
        {"kind": "working_days", "days": 3, "on": "2026-01-31"},
    ],
)
def test_what_is_no_rule_is_refused(data):
    with pytest.raises(ValueError):
        Rule.from_json(data)


# --- what was told ------------------------------------------------------------------------------


@given(calendars, near, st.integers(1, 40), dates)
def test_a_day_that_was_told_never_comes_earlier_and_never_later_than_the_longer(
    calendar, start, n, told
):
    plain = due(Rule("working_days", n), noon(calendar, start), calendar)
    kept = due(Rule("working_days", n), noon(calendar, start), calendar, promised=told)
    assert kept.last_day == max(plain.last_day, told)
    stands = [step for step in kept.steps if step.kind == "promised"]
    assert stands == ([Step("promised", plain.last_day, told)] if told > plain.last_day else [])


BLOCKS = [
    (date(2026, 1, 1), 1), (date(2026, 1, 16), 1), (date(2026, 2, 16), 2), (date(2026, 3, 18), 7),
    (date(2026, 4, 3), 1), (date(2026, 5, 1), 1), (date(2026, 5, 14), 2), (date(2026, 5, 27), 2),
    (date(2026, 6, 1), 1), (date(2026, 6, 16), 1), (date(2026, 8, 17), 1), (date(2026, 8, 25), 1),
    (date(2026, 12, 24), 2), (date(2027, 1, 1), 1),
]  # fmt: skip


@pytest.mark.parametrize("zone", sorted(ZONES))
@pytest.mark.parametrize("week", [5, 6])
@pytest.mark.parametrize(("first", "length"), BLOCKS)
def test_around_each_block_of_days_off_both_counters_agree(first, length, week, zone):
    calendar = office(week, zone)
    for before in range(-4, length + 3):
        start = first + before * DAY
        for rule in (Rule("working_days", 1), Rule("working_days", 3), Rule("working_days", 14),
                     Rule("calendar_days", 3), Rule("calendar_days", 14)):  # fmt: skip
            found = due(rule, noon(calendar, start), calendar)
            assert found.last_day == counted_by_hand(rule, start, calendar), (start, rule)
            assert found.at == end_of_day(zone, found.last_day)


@pytest.mark.parametrize("week", [5, 6])
@pytest.mark.parametrize("year", [2023, 2024, 2027, 2028])
def test_over_year_ends_and_leap_days_both_counters_agree(week, year):
    calendar = office(week)
    starts = [date(year, 2, 25) + n * DAY for n in range(8)]
    for start in [*starts, *(date(year, 12, 26) + n * DAY for n in range(8))]:
        for n in (1, 4, 14):
            rule = Rule("working_days", n)
            assert last_day(rule, start, calendar) == counted_by_hand(rule, start, calendar)
