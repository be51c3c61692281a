"""Which notices are due: the pure function, without a database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cycles.calendar import Calendar, DayOff, end_of_day
from cycles.holiday_tables import holidays_of
from cycles.rules import PHASES, CycleRules, Reminders
from notifications.due import (
    STATES_OF,
    Rule,
    by_states,
    default_rules,
    due_now,
    from_morning,
    last_days,
    notices,
)
from workflow.enums import OPEN

RULES = default_rules(CycleRules())
DAYS_OFF = {
    row.day: DayOff(row.name_id, row.joint_leave) for y in (2025, 2026) for row in holidays_of(y)
}
WIB = Calendar("Asia/Jakarta", 5, DAYS_OFF, 1)
WITA = Calendar("Asia/Makassar", 5, DAYS_OFF, 1)
WIT = Calendar("Asia/Jayapura", 5, DAYS_OFF, 1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FRIDAY = date(2026, 1, 30)


def told(now: datetime, last_day: date = FRIDAY, since: datetime = LONG_AGO,
         calendar: Calendar = WIB) -> list[str]:  # fmt: skip
    found = due_now(
        RULES, due_at=end_of_day(calendar.zone, last_day), turn_since=since, calendar=calendar,
        now=now,
    )  # fmt: skip
    return [rule.code for rule in found]


def wib(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta"))


def test_each_rule_speaks_on_its_working_day():
    # Friday 30 January is due; there is no day off between 19 January and 13 February.
    days = {
        (1, 20): [],
        (1, 21): ["before:7"],
        (1, 27): ["before:3"],
        (1, 29): ["before:1"],
        (1, 30): ["before:0"],
        (1, 31): [],
        (2, 2): ["overdue:1"],
        (2, 4): ["overdue:1", "overdue:3"],
        (2, 6): ["overdue:1", "overdue:3", "superior:5"],
        (2, 13): ["overdue:1", "overdue:3", "superior:5", "hr:10"],
    }
    assert {day: told(wib(*day)) for day in days} == days


def test_nothing_speaks_before_eight_and_everything_from_eight():
    assert told(wib(1, 30, 7, 59)) == ["before:1"]
    assert told(wib(1, 30, 8, 0)) == ["before:0"]


@pytest.mark.parametrize(("calendar", "hour"), [(WIB, 1), (WITA, 0)], ids=["WIB", "WITA"])
def test_eight_o_clock_is_that_of_the_agency(calendar, hour):
    at = datetime(2026, 1, 29, hour, tzinfo=UTC)
    assert told(at.replace(day=28, hour=23, minute=59), calendar=calendar) == ["before:3"]
    assert told(at, calendar=calendar) == ["before:1"]
    if hour:
        assert told(at.replace(hour=hour - 1, minute=59), calendar=calendar) == ["before:3"]


def test_in_wit_eight_o_clock_is_an_hour_before_midnight_utc():
    assert told(datetime(2026, 1, 28, 22, 59, tzinfo=UTC), calendar=WIT) == ["before:3"]
    assert told(datetime(2026, 1, 28, 23, 0, tzinfo=UTC), calendar=WIT) == ["before:1"]


def test_nothing_is_told_from_before_the_turn_began():
    assert told(wib(1, 27, 12), since=wib(1, 27, 11)) == []
    assert told(wib(1, 27, 12), since=wib(1, 27, 8)) == ["before:3"]
    # Handed over when it was overdue for two days: the first notice is the third day's.
    assert told(wib(2, 3, 12), since=wib(2, 3, 10)) == []
    assert told(wib(2, 4, 12), since=wib(2, 3, 10)) == ["overdue:3"]


def test_of_missed_reminders_only_the_latest_is_left():
    assert told(wib(1, 29, 9), since=LONG_AGO) == ["before:1"]
    assert told(wib(1, 28, 9), since=LONG_AGO) == ["before:3"]


def test_a_reminder_is_over_once_the_due_date_has_passed():
    assert told(datetime(2026, 1, 30, 16, 59, 59, tzinfo=UTC)) == ["before:0"]
    assert told(datetime(2026, 1, 30, 17, 0, tzinfo=UTC)) == []


def test_the_idul_fitri_block_counts_for_nothing():
    # 18 to 24 March 2026 are off: Nyepi, Idul Fitri, joint leave, a weekend.
    last_day = date(2026, 3, 26)
    assert told(wib(3, 16), last_day) == ["before:3"]
    assert told(wib(3, 17), last_day) == ["before:3"]
    assert told(wib(3, 20), last_day) == ["before:3"]
    assert told(wib(3, 25), last_day) == ["before:1"]
    assert told(wib(3, 26), last_day) == ["before:0"]


def test_overdue_days_over_idul_fitri_are_counted_when_offices_are_open():
    last_day = date(2026, 3, 16)
    assert told(wib(3, 17), last_day) == ["overdue:1"]
    assert told(wib(3, 24), last_day) == ["overdue:1"]
    assert told(wib(3, 26), last_day) == ["overdue:1", "overdue:3"]
    assert told(wib(3, 30), last_day) == ["overdue:1", "overdue:3", "superior:5"]


def test_a_week_of_six_days_counts_the_saturday():
    six = Calendar("Asia/Jakarta", 6, DAYS_OFF, 1)
    monday = date(2026, 2, 2)
    assert told(wib(1, 31), monday, calendar=six) == ["before:1"]
    assert told(wib(1, 31), monday, calendar=WIB) == ["before:1"]
    assert told(wib(1, 30), monday, calendar=six) == ["before:3"]
    assert told(wib(1, 30), monday, calendar=WIB) == ["before:1"]


def test_what_nobody_told_for_a_month_is_told_no_more():
    assert told(wib(3, 4)) == ["overdue:3", "superior:5", "hr:10"]
    assert told(wib(3, 16)) == []


@pytest.mark.parametrize("calendar", [WIB, WITA, WIT])
def test_the_window_of_last_days_holds_every_day_about_which_something_can_be_said(calendar):
    for now in (wib(3, 17), wib(3, 24, 23), wib(2, 14, 7), wib(1, 31)):
        window = set(last_days(RULES, calendar, now))
        around = (date.fromordinal(n) for n in range(date(2025, 9, 1).toordinal(),
                                                     date(2026, 9, 1).toordinal()))  # fmt: skip
        speaking = {day for day in around if notices(RULES, day, calendar, now)}
        assert speaking
        assert speaking <= window


def test_a_rule_given_twice_speaks_once():
    twice = [Rule("overdue", 1), Rule("overdue", 1)]
    assert len(notices(twice, FRIDAY, WIB, wib(2, 2))) == 1


def test_what_happens_by_night_waits_for_the_morning():
    assert from_morning(datetime(2026, 1, 29, 17, 5, tzinfo=UTC), "Asia/Jakarta") == datetime(
        2026, 1, 30, 1, 0, tzinfo=UTC
    )
    noon = datetime(2026, 1, 30, 5, 0, tzinfo=UTC)
    assert from_morning(noon, "Asia/Jakarta") == noon


def test_every_open_state_belongs_to_one_stretch_of_the_year():
    named = [state for states in STATES_OF.values() for state in states]
    assert sorted(named) == sorted(OPEN)
    assert set(STATES_OF) == set(PHASES)


def test_stretches_with_the_same_reminders_are_told_together():
    ((states, rules),) = by_states(CycleRules())
    assert (sorted(states), rules) == (sorted(OPEN), RULES)
    own = Reminders((1,), (), 2, 4)
    rules = CycleRules(reminders=(("final", own),))
    apart = {told: found for found, told in by_states(rules)}
    assert apart[Rule("before", 1), Rule("superior", 2), Rule("hr", 4)] == ("final_approval",)
    assert len(apart[RULES]) == len(OPEN) - 1
