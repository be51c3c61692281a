"""Until when: stages, the return rule, lateness, extensions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cycles.models import Holiday, Stage
from cycles.queries.calendars import calendar_for, forget_calendars
from tests.builders import APRIL, JANUARY, NOVEMBER, PLAN, Town, actor, bring_to, town
from workflow.enums import State
from workflow.services.dues import due_from_json
from workflow.services.extension import extend_stage
from workflow.services.opening import open_cycle
from workflow.services.sweeps import open_assessments

pytestmark = pytest.mark.django_db


def last_day(place: Town) -> date:
    """The last day on which the present item is in time."""
    return (place.case().due_at + timedelta(hours=7)).date() - timedelta(days=1)


def is_recomputable(place: Town) -> bool:
    case = place.case()
    return due_from_json(case.due_basis, calendar_for(place.agency)).at == case.due_at


def test_a_plan_is_due_with_its_stage_at_the_end_of_the_local_day():
    place = town()
    assert place.case().due_at == datetime(2026, 1, 30, 17, tzinfo=UTC)
    assert is_recomputable(place)


def test_a_review_is_due_five_working_days_after_it_came():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    assert last_day(place) == date(2026, 1, 12)


def test_a_day_off_in_between_does_not_count():
    forget_calendars()
    place = town(opened=None)
    Holiday.objects.create(agency=place.agency, day=date(2026, 1, 8), name="Hari Jadi Kota")
    place.agency.calendar_version += 1
    place.agency.save()
    place.cycle.refresh_from_db()
    open_cycle(place.cycle, now=JANUARY)
    bring_to(place, State.PLAN_REVIEW)
    assert last_day(place) == date(2026, 1, 13)


def returned(place: Town, when: datetime) -> None:
    place.act(place.employee, "submit", when, body=PLAN)
    place.act(place.rater, "return_", when, reason="Belum terukur.")


def test_a_return_gives_three_working_days_but_never_less_than_the_stage():
    place = town()
    returned(place, JANUARY)
    assert last_day(place) == date(2026, 1, 30), "the stage allows more"
    returned(place, datetime(2026, 1, 29, 2, tzinfo=UTC))
    assert last_day(place) == date(2026, 2, 3)
    assert is_recomputable(place)


def test_a_return_does_not_reach_past_the_stages_close():
    place = town()
    returned(place, datetime(2026, 3, 30, 2, tzinfo=UTC))
    assert last_day(place) == date(2026, 3, 31)


def test_a_return_after_the_stages_close_still_has_its_days():
    place = town()
    returned(place, datetime(2026, 4, 6, 2, tzinfo=UTC))
    assert last_day(place) == date(2026, 4, 9)


def test_a_second_return_is_a_new_turn_even_with_the_same_due():
    place = town()
    returned(place, JANUARY)
    first = place.case()
    returned(place, JANUARY)
    second = place.case()
    assert first.due_at == second.due_at
    assert second.turn_number > first.turn_number


def test_who_gets_it_after_the_stages_due_has_the_usual_time():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    place.act(place.rater, "approve", datetime(2026, 7, 20, 2, tzinfo=UTC))
    assert (place.case().round, last_day(place)) == (2, date(2026, 7, 27))


def test_a_waiting_case_without_rounds_is_due_the_day_before_the_assessment():
    place = town()
    bring_to(place, State.MONITORING)
    overdue = datetime(2026, 8, 3, 2, tzinfo=UTC)
    place.act(place.rater, "miss_checkin", overdue, reason="Tidak ada laporan.")
    place.act(place.rater, "miss_checkin", overdue + timedelta(days=30), reason="Tidak ada.")
    case = place.case()
    assert (case.turn_party, case.missed_rounds) == ("system", [1, 2])
    assert last_day(place) == date(2026, 11, 1)


def test_an_extension_moves_the_due_of_the_unit_and_of_nobody_else():
    place = town()
    stage = Stage.objects.get(cycle=place.cycle, kind="planning")
    extended = extend_stage(stage, due_on=date(2026, 2, 13), reason="Banjir",
                            actor=actor(place.hr), unit=place.section, now=JANUARY)  # fmt: skip
    assert extended.moved == 3
    assert last_day(place) == date(2026, 2, 13)
    assert is_recomputable(place)
    assert place.case(place.superior).due_at == datetime(2026, 1, 30, 17, tzinfo=UTC)


def test_an_extension_reaches_whoever_comes_into_the_stage_later():
    place = town()
    stage = Stage.objects.get(cycle=place.cycle, kind="self_assessment")
    extend_stage(stage, due_on=date(2026, 11, 20), reason="Banjir", actor=actor(place.hr),
                 person=place.employee, now=APRIL)  # fmt: skip
    bring_to(place, State.MONITORING)
    open_assessments(NOVEMBER)
    assert last_day(place) == date(2026, 11, 20)
    assert place.case().due_basis["extensions"]


def test_a_new_holder_inherits_the_due_date():
    place = town()
    due = bring_to(place, State.PLAN_REVIEW).due_at
    place.act(place.hr, "reassign", JANUARY + timedelta(days=3), reason="SPT 1",
              person=str(place.superior.public_id))  # fmt: skip
    case = place.case()
    assert (case.turn_person, case.due_at) == (place.superior, due)


def test_both_ends_of_the_objection_window_are_stored():
    place = town()
    case = bring_to(place, State.ANNOUNCED)
    assert case.window_calendar_ends_at == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert case.window_ends_at == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert case.due_at == case.window_ends_at
