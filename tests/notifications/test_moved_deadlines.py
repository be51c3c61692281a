"""Reminders follow a deadline that a day off, a pause or an extension has moved."""

from __future__ import annotations

from datetime import date

import pytest

from cycles.queries.calendars import forget_calendars
from cycles.services.holidays import DayOff
from cycles.services.pauses import PauseWish
from notifications.models import Delivery
from tests.builders import JANUARY, actor, bring_to
from tests.notifications.stage import day, hush, quiet_town, sweep
from workflow.enums import State
from workflow.services import days_off, pauses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


@pytest.fixture
def place():
    place = quiet_town()
    bring_to(place, State.PLAN_REVIEW)  # the rater's until Monday 12 January
    hush()
    return place


def told(rule: str) -> set[str]:
    """The last days that a reminder of this rule spoke of."""
    occasions = Delivery.objects.filter(rule=rule).values_list("occasion", flat=True)
    return {occasion.rpartition(":")[2] for occasion in occasions}


def test_a_reminder_speaks_of_the_new_day_and_not_twice_of_one(place):
    sweep(day(1, 7))  # three working days before
    assert told("before:3") == {"2026-01-12"}
    days_off.add(place.agency, DayOff(date(2026, 1, 9), "Hari Jadi"), author=place.admin,
                 now=day(1, 7, 10))  # fmt: skip
    assert Delivery.objects.filter(rule="due_moved").count() == 0
    sweep(day(1, 7, 10, 5))
    assert Delivery.objects.filter(rule="due_moved").exists()
    # Until Tuesday the 13th, Friday off: the 7th is three working days before that day too.
    assert told("before:3") == {"2026-01-12", "2026-01-13"}
    sweep(day(1, 12))
    assert told("before:1") == {"2026-01-13"}
    sweep(day(1, 13))
    assert told("before:0") == {"2026-01-13"}
    assert told("overdue:1") == set()
    sweep(day(1, 14))
    assert told("overdue:1") == {"2026-01-13"}


def test_after_a_pause_the_reminders_wait_for_the_new_end(place):
    wish = PauseWish(date(2026, 1, 8), date(2026, 1, 9), "Pusat data padam.")
    pauses.begin(place.agency, wish, actor=actor(place.hr), author=place.hr.user, now=JANUARY)
    sweep(day(1, 12))
    assert told("before:0") == set()
    sweep(day(1, 14))
    assert told("before:0") == {"2026-01-14"}
