"""Working days of an office, forth and back, and the local days of its zone."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from cycles.calendar import (
    Calendar,
    DayOff,
    Rule,
    at_local,
    distance,
    due,
    end_of_day,
    format_distance,
    format_due,
    local_date,
    shift_working_days,
    working_days_between,
    zone_label,
)
from tests.cycles.offices import (
    DAY,
    HOLIDAYS_2026,
    calendars,
    is_worked,
    last_day,
    near,
    office,
)


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


# --- instants -----------------------------------------------------------------------------------


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


# --- distance -----------------------------------------------------------------------------------


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


# --- the record ---------------------------------------------------------------------------------


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
