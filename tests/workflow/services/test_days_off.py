"""A changed calendar and what it means for running deadlines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cycles.models import LedgerEntry
from cycles.queries.calendars import calendar_for, forget_calendars
from cycles.services.holidays import DayOff
from tests.builders import JANUARY, NOVEMBER, bring_to, town
from workflow.enums import State
from workflow.models import Event
from workflow.services import days_off
from workflow.services.dues import due_from_json

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


def told(place, case):
    """The due that the stored basis gives under today's calendar: what the page explains."""
    place.agency.refresh_from_db()
    calendar = calendar_for(place.agency, case.unit.week)
    return due_from_json(case.due_basis, calendar).at


def test_a_new_day_off_gives_the_day_back_and_is_told():
    place = town()
    before = bring_to(place, State.PLAN_REVIEW).due_at  # five working days: Monday 12 January
    wish = DayOff(date(2026, 1, 8), "Hari Jadi Kota")
    done = days_off.add(place.agency, wish, author=place.admin, now=JANUARY)
    case = place.case()
    assert done.moved == 1
    assert case.due_at == before + timedelta(days=1)
    assert told(place, case) == case.due_at
    entry = LedgerEntry.objects.get(stream=f"appraisal:{case.appraisal_id}", action="extend")
    assert "Hari Jadi Kota" in entry.payload
    assert Event.objects.filter(case=case, kind="extend").count() == 1


def test_a_day_off_taken_out_shortens_no_deadline_that_was_told():
    place = town()
    wish = DayOff(date(2026, 1, 8), "Hari Jadi Kota")
    holiday = days_off.add(place.agency, wish, author=place.admin, now=JANUARY).holiday
    before = bring_to(place, State.PLAN_REVIEW).due_at
    done = days_off.remove(holiday, author=place.admin, now=JANUARY)
    case = place.case()
    assert done.moved == 0
    assert case.due_at == before
    assert told(place, case) == before
    # What begins afterwards is counted without it.
    place.act(place.rater, "return_", JANUARY, reason="Mohon diperbaiki targetnya.")
    place.act(place.employee, "submit", JANUARY)
    assert place.case().due_at == before - timedelta(days=1)


def test_a_fixed_date_does_not_move():
    place = town()
    before = place.case().due_at
    wish = DayOff(date(2026, 1, 30), "Hari Jadi Kota")
    assert days_off.add(place.agency, wish, author=place.admin, now=JANUARY).moved == 0
    assert place.case().due_at == before


def test_the_time_to_object_grows_with_it():
    place = town()
    bring_to(place, State.ANNOUNCED)
    before = place.case().window_ends_at
    wish = DayOff(date(2026, 11, 17), "Cuti Bersama", is_joint_leave=True)
    days_off.add(None, wish, author=place.admin, now=NOVEMBER)
    case = place.case()
    assert case.window_ends_at == case.due_at == before + timedelta(days=1)


def test_another_agency_s_deadlines_stay():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    bring_to(place, State.PLAN_REVIEW)
    before = bring_to(other, State.PLAN_REVIEW).due_at
    wish = DayOff(date(2026, 1, 8), "Hari Jadi Kota")
    assert days_off.add(place.agency, wish, author=place.admin, now=JANUARY).moved == 1
    assert other.case().due_at == before
    assert days_off.add(None, wish, author=place.admin, now=JANUARY).moved == 1
    assert other.case().due_at == before + timedelta(days=1)


def test_correcting_a_day_moves_what_it_must():
    place = town()
    wish = DayOff(date(2026, 2, 20), "Hari Jadi Kota")
    holiday = days_off.add(place.agency, wish, author=place.admin, now=JANUARY).holiday
    before = bring_to(place, State.PLAN_REVIEW).due_at
    nearer = DayOff(date(2026, 1, 8), "Hari Jadi Kota")
    assert days_off.change(holiday, nearer, author=place.admin, now=JANUARY).moved == 1
    assert place.case().due_at == before + timedelta(days=1)
