"""The statutory clock: counting, capping, pausing, and the sentence that explains a date."""

import pickle
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from cycles.calendar import (
    ZONES,
    Calendar,
    DayOff,
    Rule,
    Step,
    at_local,
    day_name,
    distance,
    due,
    end_of_day,
    explain,
    format_day,
    format_distance,
    format_due,
    local_date,
    shift_working_days,
    short_name,
    working_days_between,
    zone_label,
)

DAY = timedelta(days=1)

# The joint decree for 2026, as published.
HOLIDAYS_2026 = {
    date(2026, 1, 1): DayOff("Tahun Baru Masehi"),
    date(2026, 1, 16): DayOff("Isra Mikraj Nabi Muhammad"),
    date(2026, 2, 16): DayOff("Cuti Bersama Tahun Baru Imlek", joint_leave=True),
    date(2026, 2, 17): DayOff("Tahun Baru Imlek"),
    date(2026, 3, 18): DayOff("Cuti Bersama Hari Suci Nyepi", joint_leave=True),
    date(2026, 3, 19): DayOff("Hari Suci Nyepi"),
    date(2026, 3, 20): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 3, 21): DayOff("Hari Raya Idul Fitri"),
    date(2026, 3, 22): DayOff("Hari kedua dari Hari Raya Idul Fitri"),
    date(2026, 3, 23): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 3, 24): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 4, 3): DayOff("Wafat Yesus Kristus"),
    date(2026, 4, 5): DayOff("Kebangkitan Yesus Kristus"),
    date(2026, 5, 1): DayOff("Hari Buruh Internasional"),
    date(2026, 5, 14): DayOff("Kenaikan Yesus Kristus"),
    date(2026, 5, 15): DayOff("Cuti Bersama Kenaikan Yesus Kristus", joint_leave=True),
    date(2026, 5, 27): DayOff("Hari Raya Idul Adha"),
    date(2026, 5, 28): DayOff("Cuti Bersama Hari Raya Idul Adha", joint_leave=True),
    date(2026, 5, 31): DayOff("Hari Raya Waisak"),
    date(2026, 6, 1): DayOff("Hari Lahir Pancasila"),
    date(2026, 6, 16): DayOff("Tahun Baru Islam"),
    date(2026, 8, 17): DayOff("Hari Kemerdekaan Republik Indonesia"),
    date(2026, 8, 25): DayOff("Maulid Nabi Muhammad"),
    date(2026, 12, 24): DayOff("Cuti Bersama Hari Raya Natal", joint_leave=True),
    date(2026, 12, 25): DayOff("Hari Raya Natal"),
    date(2027, 1, 1): DayOff("Tahun Baru Masehi"),
}


def office(week: int = 5, zone: str = "Asia/Makassar", days_off=HOLIDAYS_2026) -> Calendar:
    return Calendar(zone, week, days_off, version=3)


def noon(calendar: Calendar, day: date) -> datetime:
    return at_local(calendar.zone, day, 12)


def last_day(rule: Rule, start: date, calendar: Calendar, **more) -> date:
    return due(rule, noon(calendar, start), calendar, **more).last_day


# --- a second counter, which only ever goes from one day to the next ----------------------------


REST_DAYS = {5: (5, 6), 6: (6,)}


def is_stopped(day: date, paused) -> bool:
    return any(first <= day <= last for first, last in paused)


def is_worked(calendar: Calendar, day: date, paused=()) -> bool:
    if day.weekday() in REST_DAYS[calendar.week] or day in calendar.days_off:
        return False
    return not (paused and is_stopped(day, paused))


def counted_by_hand(rule: Rule, start: date, calendar: Calendar, paused=()) -> date:
    day, found = start, 0
    while found < rule.days:
        day += DAY
        if rule.kind == "working_days":
            found += is_worked(calendar, day, paused)
        else:
            found += not (paused and is_stopped(day, paused))
    if rule.kind == "calendar_days" and rule.roll_forward:
        while not is_worked(calendar, day, paused):
            day += DAY
    return day


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


# --- properties --------------------------------------------------------------------------------

days = st.dates(date(2019, 1, 1), date(2040, 12, 31))
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(sorted(ZONES)),
    week=st.sampled_from([5, 6]),
    days_off=st.dictionaries(
        st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.just(DayOff("Libur")), max_size=120
    ),
    version=st.just(1),
)
near = st.dates(date(2023, 12, 1), date(2028, 1, 31))


@given(calendars, near, st.integers(1, 200))
def test_a_shift_forth_and_the_count_undo_each_other(calendar, day, n):
    there = shift_working_days(calendar, day, n)
    assert calendar.is_working_day(there)
    assert working_days_between(calendar, day, there) == n
    assert there > day


@given(calendars, near, st.integers(1, 200))
def test_a_shift_back_ends_on_the_nth_working_day_before(calendar, day, n):
    there = shift_working_days(calendar, day, -n)
    assert calendar.is_working_day(there)
    assert working_days_between(calendar, there - DAY, day - DAY) == n


@given(calendars, near, st.integers(1, 60))
def test_from_a_working_day_forth_and_back_is_the_same_day(calendar, day, n):
    start = shift_working_days(calendar, day, 1)
    assert shift_working_days(calendar, shift_working_days(calendar, start, n), -n) == start


@given(calendars, near, near, near)
def test_counts_add_up(calendar, a, b, c):
    count = working_days_between
    assert count(calendar, a, c) == count(calendar, a, b) + count(calendar, b, c)
    assert count(calendar, a, b) == -count(calendar, b, a)


@settings(max_examples=60)
@given(calendars, near, st.integers(0, 90))
def test_the_count_is_the_number_of_days_worked_one_by_one(calendar, day, n):
    span = [day + i * DAY for i in range(1, n + 1)]
    expected = sum(is_worked(calendar, each) for each in span)
    assert working_days_between(calendar, day, day + n * DAY) == expected


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


@given(calendars, near, st.integers(1, 60))
def test_every_day_up_to_the_end_is_counted_or_named_in_a_step(calendar, start, n):
    found = due(Rule("working_days", n), noon(calendar, start), calendar)
    named = [s for s in found.steps if s.kind != "counted"]
    left_out = {s.first + i * DAY for s in named for i in range((s.last - s.first).days + 1)}
    span = {start + i * DAY for i in range(1, (found.last_day - start).days + 1)}
    assert left_out == {day for day in span if not is_worked(calendar, day)}
    assert len(span) - len(left_out) == n


@given(calendars, near, st.integers(1, 40), days, days)
def test_a_cap_never_lengthens_and_an_extension_never_shortens(calendar, start, n, cap, later):
    rule = Rule("working_days", n)
    plain = last_day(rule, start, calendar)
    capped = last_day(rule, start, calendar, not_after=cap)
    assert capped == (min(plain, cap) if cap >= start else plain)
    extended = last_day(rule, start, calendar, not_after=cap, extended_to=later)
    assert extended == max(capped, later)


# --- the decree of 2026 ------------------------------------------------------------------------


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


# --- instants ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "label", "hour"),
    [("Asia/Jakarta", "WIB", 17), ("Asia/Makassar", "WITA", 16), ("Asia/Jayapura", "WIT", 15)],
)
def test_a_deadline_ends_at_the_local_midnight_of_the_office(zone, label, hour):
    found = due(
        Rule("date", on=date(2026, 1, 30)), datetime(2026, 1, 2, tzinfo=UTC), office(5, zone)
    )
    assert found.at == datetime(2026, 1, 30, hour, tzinfo=UTC)
    assert found.at.tzinfo is UTC
    assert zone_label(zone) == label
    with translation.override("id"):
        assert format_due(found.at, zone) == f"Jumat, 30 Januari 2026 23.59 {label}"
    with translation.override("en"):
        assert format_due(found.at, zone) == f"Friday, 30 January 2026 23:59 {label}"


def test_the_local_day_of_the_anchor_decides_not_the_day_in_utc():
    # 16.30 UTC on 2 March is still 2 March in Jakarta, but already 3 March in Makassar.
    anchor = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    rule = Rule("working_days", 1)
    assert due(rule, anchor, office(5, "Asia/Jakarta")).last_day == date(2026, 3, 3)
    assert due(rule, anchor, office(5, "Asia/Makassar")).last_day == date(2026, 3, 4)
    assert local_date("Asia/Jakarta", anchor) == date(2026, 3, 2)
    assert local_date(office(), anchor) == date(2026, 3, 3)


def test_the_last_moment_of_a_day_belongs_to_it_and_midnight_does_not():
    midnight = end_of_day("Asia/Jayapura", date(2026, 12, 31))
    assert local_date("Asia/Jayapura", midnight - timedelta(microseconds=1)) == date(2026, 12, 31)
    assert local_date("Asia/Jayapura", midnight) == date(2027, 1, 1)


def test_reminders_leave_at_eight_local_time():
    assert at_local("Asia/Jayapura", date(2026, 1, 1), 8) == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        due(Rule("working_days", 1), datetime(2026, 3, 2), office())


def test_an_unknown_zone_is_refused_by_name():
    for attempt in (
        lambda: office(zone="Asia/Singapore"),
        lambda: zone_label("Asia/Singapore"),
        lambda: end_of_day("Asia/Singapore", date(2026, 1, 1)),
    ):
        with pytest.raises(ValueError, match="Asia/Singapore"):
            attempt()
    with pytest.raises(ValueError, match="five or six"):
        office(week=7)


# --- caps, extensions, pauses ------------------------------------------------------------------


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


# --- distance ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "last", "expected"),
    [
        (date(2026, 3, 9), date(2026, 3, 12), 3),
        (date(2026, 3, 12), date(2026, 3, 12), 0),
        (date(2026, 3, 13), date(2026, 3, 12), -1),
        (date(2026, 3, 13), date(2026, 3, 16), 1),  # Friday to Monday
        (date(2026, 3, 13), date(2026, 3, 14), 1),  # due on a Saturday: not today, not over
        (date(2026, 3, 14), date(2026, 3, 13), -1),  # Saturday after a Friday: over, by no day yet
        (date(2026, 3, 17), date(2026, 3, 26), 2),  # over Nyepi and Idul Fitri
        (date(2026, 3, 26), date(2026, 3, 17), -2),
    ],
)
def test_the_distance_is_in_working_days_and_zero_only_on_the_last_day(today, last, expected):
    calendar = office()
    end = end_of_day(calendar.zone, last)
    for now in (at_local(calendar.zone, today, 0), at_local(calendar.zone, today, 23)):
        assert distance(calendar, now, end) == expected


def test_at_the_exclusive_end_itself_it_is_overdue():
    calendar = office()
    end = end_of_day(calendar.zone, date(2026, 3, 12))
    assert distance(calendar, end - timedelta(seconds=1), end) == 0
    assert distance(calendar, end, end) == -1


def test_the_distance_is_told_in_words():
    with translation.override("id"):
        told = [format_distance(n) for n in (3, 0, -2)]
    assert told == ["3 hari kerja lagi", "jatuh tempo hari ini", "terlambat 2 hari kerja"]
    with translation.override("en"):
        assert format_distance(1) == "1 working day left"


# --- the sentence ------------------------------------------------------------------------------


@pytest.fixture
def indonesian() -> Iterator[None]:
    with translation.override("id"):
        yield


def told(rule: Rule, start: date, calendar: Calendar, *, since="received", **more) -> str:
    return explain(due(rule, noon(calendar, start), calendar, **more), calendar.zone, since=since)


@pytest.mark.usefixtures("indonesian")
def test_fourteen_working_days_over_idul_fitri_explain_themselves():
    assert told(Rule("working_days", 14), date(2026, 3, 2), office()) == (
        "14 hari kerja (lima hari kerja seminggu) sejak diterima Senin, 2 Maret 2026; "
        "tidak dihitung: akhir pekan 7–8, 14–15, 21–22 Maret; "
        "18–20 dan 23–24 Maret (Nyepi, Idul Fitri, cuti bersama); "
        "jatuh tempo Jumat, 27 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_a_six_day_week_says_sundays_and_counts_the_holiday_on_a_saturday():
    assert told(Rule("working_days", 14), date(2026, 3, 2), office(6)) == (
        "14 hari kerja (enam hari kerja seminggu) sejak diterima Senin, 2 Maret 2026; "
        "tidak dihitung: hari Minggu 8, 15, 22 Maret; "
        "18–21 dan 23–24 Maret (Nyepi, Idul Fitri, cuti bersama); "
        "jatuh tempo Rabu, 25 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_the_article_of_the_rule_closes_the_sentence():
    rule = Rule("calendar_days", 14, article="PP 30/2019 Pasal 59")
    assert told(rule, date(2026, 3, 2), office(), since="delivered") == (
        "14 hari kalender sejak disampaikan Senin, 2 Maret 2026; "
        "jatuh tempo Senin, 16 Maret 2026 23.59 WITA; dasar: PP 30/2019 Pasal 59"
    )


@pytest.mark.usefixtures("indonesian")
def test_an_end_that_rolls_forward_says_which_day_off_it_met():
    assert told(Rule("calendar_days", 19), date(2026, 3, 2), office()) == (
        "19 hari kalender sejak diterima Senin, 2 Maret 2026; "
        "Sabtu, 21 Maret 2026 adalah hari libur (Idul Fitri, cuti bersama) "
        "sehingga bergeser ke hari kerja berikutnya; jatuh tempo Rabu, 25 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_a_stretch_over_two_years_names_the_years_and_an_extension_its_old_date():
    assert told(
        Rule("working_days", 6), date(2026, 12, 23), office(),
        since="returned", extended_to=date(2027, 1, 15),
    ) == (
        "6 hari kerja (lima hari kerja seminggu) sejak dikembalikan Rabu, 23 Desember 2026; "
        "tidak dihitung: akhir pekan 26–27 Desember 2026, 2–3 Januari 2027; "
        "24–25 Desember 2026, 1 Januari 2027 (Natal, Tahun Baru Masehi, cuti bersama); "
        "diperpanjang dari Selasa, 5 Januari 2027; jatuh tempo Jumat, 15 Januari 2027 23.59 WITA"
    )  # fmt: skip


@pytest.mark.usefixtures("indonesian")
def test_a_cap_a_passed_close_and_a_pause_are_named():
    rule, close = Rule("working_days", 3), date(2026, 1, 30)
    assert "tidak melewati penutupan tahap pada Jumat, 30 Januari 2026; jatuh tempo Jumat" in told(
        rule, date(2026, 1, 28), office(), not_after=close
    )
    assert "penutupan tahap pada Jumat, 30 Januari 2026 sudah lewat" in told(
        rule, date(2026, 2, 2), office(), not_after=close
    )
    paused = [(date(2026, 2, 3), date(2026, 2, 3))]
    assert "tidak dihitung: 3 Februari (penghitungan waktu dihentikan); jatuh" in told(
        rule, date(2026, 2, 2), office(), paused=paused
    )


@pytest.mark.usefixtures("indonesian")
def test_a_weekend_over_two_months_names_both():
    text = told(Rule("working_days", 6), date(2026, 2, 27), office())
    assert "akhir pekan 28 Februari – 1 Maret, 7–8 Maret;" in text


@pytest.mark.usefixtures("indonesian")
def test_a_long_period_counts_its_weekends_instead_of_listing_them():
    text = told(Rule("working_days", 60), date(2026, 3, 2), office())
    assert "tidak dihitung: 14 akhir pekan; 12 hari libur; jatuh tempo Rabu, 10 Juni 2026" in text


def test_a_fixed_date_says_so_in_english_too():
    with translation.override("en"):
        assert told(Rule("date", on=date(2026, 1, 31)), date(2026, 1, 2), office()) == (
            "fixed date in the calendar of stages; due Saturday, 31 January 2026 23:59 WITA"
        )


def test_the_sentence_follows_the_language_of_the_reader_not_of_the_first_one():
    found = due(Rule("working_days", 1), noon(office(), date(2026, 3, 2)), office())
    with translation.override("id"):
        assert explain(found, "Asia/Makassar").startswith("1 hari kerja (lima hari kerja seminggu)")
    with translation.override("en"):
        assert explain(found, "Asia/Makassar") == (
            "1 working day (five working days a week) since it was received on "
            "Monday, 2 March 2026; due Tuesday, 3 March 2026 23:59 WITA"
        )


def test_days_have_their_names_in_both_languages():
    with translation.override("id"):
        assert (day_name(date(2026, 1, 30)), format_day(date(2026, 8, 9))) == (
            "Jumat",
            "Minggu, 9 Agustus 2026",
        )
    with translation.override("en"):
        assert format_day(date(2026, 8, 9)) == "Sunday, 9 August 2026"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Cuti Bersama Hari Raya Idul Fitri", "Idul Fitri"),
        ("Hari kedua dari Hari Raya Idul Fitri", "Idul Fitri"),
        ("Hari Suci Nyepi", "Nyepi"),
        ("Cuti bersama", ""),
        ("Hari Buruh Internasional", "Hari Buruh Internasional"),
    ],
)
def test_a_holiday_is_called_as_people_call_it(name, short):
    assert short_name(name) == short


# --- the records -------------------------------------------------------------------------------


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


def test_a_calendar_does_not_follow_later_changes_of_the_table_it_was_made_from():
    table = dict(HOLIDAYS_2026)
    calendar = office(days_off=table)
    table[date(2026, 3, 3)] = DayOff("Libur daerah")
    assert calendar.is_working_day(date(2026, 3, 3))
    changed = Calendar(calendar.zone, 5, table, calendar.version)
    assert changed != calendar
    rule, start = Rule("working_days", 1), date(2026, 3, 2)
    assert last_day(rule, start, calendar) == date(2026, 3, 3)
    assert last_day(rule, start, changed) == date(2026, 3, 4)


def test_a_calendar_survives_the_cache():
    calendar = office()
    calendar.is_working_day(date(2026, 3, 3))
    again = pickle.loads(pickle.dumps(calendar))
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert not again.is_working_day(date(2026, 3, 19))
