"""Changing a running cycle: what the preview says is what happens, to everybody or to nobody."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import gettext as _

from cycles import clock
from cycles.blueprint import StageDays
from cycles.calendar import local_date
from cycles.enums import JobKind, JobState
from cycles.exceptions import Incomplete, NotAllowed, Refused, Stale
from cycles.models import Cycle, LedgerEntry, Person, Stage, Unit
from cycles.queries.calendars import calendar_for
from cycles.queries.templates import Placed, Setup, setup_of
from cycles.rules import SUPERIOR, CycleRules, Level
from cycles.services import jobs
from notifications.models import Delivery
from notifications.services.news import tell_events
from tests.builders import (
    APRIL,
    CHECKIN,
    JANUARY,
    NOVEMBER,
    PLAN,
    Town,
    actor,
    bring_to,
    town,
)
from workflow.enums import Party, State
from workflow.models import Case, Event, TurnInterval
from workflow.queries.story import story_of
from workflow.services import cycle_changes
from workflow.services.cycle_changes import Preview
from workflow.services.dues import due_from_json
from workflow.services.extension import extend_stage
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db
WHY = "Surat edaran baru mengubah jadwal."
FEBRUARY = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)


def fresh(place: Town) -> Cycle:
    return Cycle.objects.select_related("agency").get(pk=place.cycle.pk)


def wish(place: Town, *moved: StageDays, unit: Unit | None = None, **changes) -> Setup:
    """The cycle as it is, with these stages instead (or besides), and other parts changed."""
    now = setup_of(fresh(place))
    pk = unit.pk if unit else None
    new = {(pk, days.kind, days.number): Placed(pk, days) for days in moved}
    kept = [p for p in now.stages if p.key not in new]
    return replace(now, stages=(*kept, *new.values()), **changes)


def days(kind: str, opens: date, due: date, closes: date, number: int = 0,
         name: str = "Tahap") -> StageDays:  # fmt: skip
    return StageDays(kind, number, name, opens, due, closes)


PLANNING_LATER = days("planning", date(2026, 1, 2), date(2026, 2, 13), date(2026, 3, 31))
PLANNING_EARLIER = days("planning", date(2026, 1, 2), date(2026, 1, 16), date(2026, 3, 31))


def look(place: Town, setup: Setup, now: datetime = JANUARY) -> Preview:
    return cycle_changes.preview(fresh(place), setup, actor=actor(place.hr), now=now)


def change(place: Town, setup: Setup, now: datetime = JANUARY, reason: str = WHY) -> int:
    seen = look(place, setup, now).seen
    done = cycle_changes.change(
        fresh(place), setup, reason, seen=seen, actor=actor(place.hr), now=now
    )
    return done.moved


def last_day(place: Town, of: Person | None = None) -> date:
    due_at = place.case(of).due_at
    return local_date(place.agency.zone, due_at - timedelta(microseconds=1))


def test_a_later_date_is_given_to_everybody_in_the_stage_and_told():
    place = town()
    setup = wish(place, PLANNING_LATER)
    seen = look(place, setup)
    assert (seen.moved, seen.kept) == (6, 0)
    assert {(s.state, s.before, s.after) for s in seen.shifts} == {
        ("planning", date(2026, 1, 30), date(2026, 2, 13))
    }
    assert sum(s.number for s in seen.shifts) == 6
    assert last_day(place) == date(2026, 1, 30), "a preview writes nothing"
    assert Stage.objects.get(cycle=place.cycle, kind="planning").due_on == date(2026, 1, 30)
    assert change(place, setup) == seen.moved
    assert last_day(place) == last_day(place, place.colleague) == date(2026, 2, 13)
    assert seen.told == 6
    told = Event.objects.filter(case=place.case(), kind="extend").get()
    assert told.data["reason"] == WHY
    entry = LedgerEntry.objects.get(
        stream=f"appraisal:{place.case().appraisal_id}", action="change_cycle"
    )
    assert json.loads(entry.payload)["reason"] == WHY
    assert LedgerEntry.objects.filter(
        stream=f"cycle:{place.cycle.pk}", action="change_cycle"
    ).exists()


def test_a_deadline_that_was_told_does_not_come_earlier():
    place = town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    setup = wish(place, PLANNING_EARLIER)
    seen = look(place, setup)
    assert (seen.moved, seen.kept) == (0, 5)
    change(place, setup)
    assert last_day(place, place.colleague) == date(2026, 1, 30)
    assert place.case(place.colleague).due_basis["promised"] == "2026-01-30"
    assert not Event.objects.filter(kind="extend").exists(), "nobody is told of what stays"
    # Whoever comes to the stage afterwards has the new date.
    place.act(place.rater, "return_", JANUARY, reason="Lengkapi indikatornya.")
    assert last_day(place) == date(2026, 1, 16)


def test_an_extension_outlives_a_change_of_its_stage():
    place = town()
    stage = Stage.objects.get(cycle=place.cycle, kind="planning")
    extend_stage(stage, due_on=date(2026, 2, 27), reason="Banjir di kantor.", unit=place.section,
                 actor=actor(place.hr), now=JANUARY)  # fmt: skip
    assert change(place, wish(place, PLANNING_LATER)) == 3
    assert last_day(place) == date(2026, 2, 27)
    assert last_day(place, place.hr) == date(2026, 2, 13)


def test_a_unit_gets_dates_of_its_own_and_an_extension_of_the_stage_still_reaches_it():
    place = town()
    assert change(place, wish(place, PLANNING_LATER, unit=place.section)) == 3
    assert last_day(place) == date(2026, 2, 13)
    assert last_day(place, place.superior) == date(2026, 1, 30)
    stage = Stage.objects.get(cycle=place.cycle, kind="planning", unit=None)
    done = extend_stage(stage, due_on=date(2026, 2, 20), reason="Banjir di kantor.",
                        unit=place.office, actor=actor(place.hr), now=JANUARY)  # fmt: skip
    assert done.moved == 4
    assert last_day(place) == last_day(place, place.superior) == date(2026, 2, 20)


def test_a_round_that_is_added_becomes_the_turn_of_whoever_waits():
    place = bring_to_the_end_of_check_ins()
    case = place.case()
    assert case.turn_party == Party.SYSTEM
    third = days("checkin", date(2026, 9, 1), date(2026, 9, 15), date(2026, 9, 30), 3, "Triwulan 3")
    august = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
    setup = wish(place, third)
    seen = look(place, setup, august)
    assert seen.rounds_added == 1
    change(place, setup, august)
    case = place.case()
    assert (case.round, case.turn_party, case.turn_person_id) == (
        3, Party.EMPLOYEE, place.employee.pk,
    )  # fmt: skip
    assert last_day(place) == date(2026, 9, 15)
    ended = TurnInterval.objects.get(case=case, cause="change_cycle")
    assert (ended.party, ended.ended_at) == (Party.SYSTEM, august)
    september = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
    place.act(place.employee, "submit_checkin", september, body=CHECKIN)
    place.act(place.rater, "approve", september)
    assert place.case().turn_party == Party.SYSTEM


def bring_to_the_end_of_check_ins() -> Town:
    place = town()
    bring_to(place, State.MONITORING)
    july = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
    for when in (APRIL, july):
        place.act(place.employee, "submit_checkin", when, body=CHECKIN)
        place.act(place.rater, "approve", when)
    return place


def test_a_round_that_has_not_opened_can_be_taken_out():
    place = town()
    bring_to(place, State.MONITORING)
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    place.act(place.rater, "approve", APRIL)
    now = setup_of(fresh(place))
    without = replace(now, stages=tuple(p for p in now.stages if p.days.number != 2))
    seen = look(place, without, APRIL)
    assert seen.rounds_dropped == 1
    change(place, without, APRIL)
    case = place.case()
    assert (case.turn_party, case.turn_person_id, case.round_opens_at) == (
        Party.SYSTEM, None, None,
    )  # fmt: skip
    assert Event.objects.filter(case=case, kind="drop_round").exists()
    tell_events(APRIL)
    told = Delivery.objects.filter(case=case, rule="checkin_dropped")
    assert {delivery.recipient_id for delivery in told} == {place.employee.pk}
    story = story_of(case, actor(place.employee))
    assert _("The cycle was changed") in {scene.title for scene in story}
    # One that has opened stays, for all.
    without_any = replace(now, stages=tuple(p for p in now.stages if p.days.kind != "checkin"))
    with pytest.raises(Incomplete) as found:
        look(place, without_any, APRIL)
    assert [p.path for p in found.value.problems] == ["checkin-1"]


def test_a_later_assessment_waits_for_everybody_an_earlier_one_for_told_check_ins():
    place = town()
    bring_to(place, State.MONITORING)
    later = days("self_assessment", date(2026, 11, 9), date(2026, 11, 23), date(2026, 11, 30))
    change(place, wish(place, later), APRIL)
    assert place.case().assessment_opens_at == datetime(2026, 11, 8, 17, 0, tzinfo=UTC)
    # The first check-in is due on 15 April; an assessment from 10 April would cut that short.
    rounds = tuple(p for p in setup_of(fresh(place)).stages if p.days.key != ("checkin", 2))
    early = days("self_assessment", date(2026, 4, 10), date(2026, 4, 20), date(2026, 11, 30))
    setup = replace(
        wish(place),
        stages=(*(p for p in rounds if p.days.kind != "self_assessment"), Placed(None, early)),
    )
    change(place, setup, APRIL)
    assert place.case().assessment_opens_at == place.case().due_at
    assert place.case(place.colleague).assessment_opens_at == datetime(2026, 4, 9, 17, tzinfo=UTC)


def test_a_window_that_runs_is_never_shortened_but_may_be_prolonged():
    place = town(rules=CycleRules(objection_days=20))
    bring_to(place, State.ANNOUNCED)
    before = place.case()
    shorter = wish(place, rules=CycleRules(objection_days=14).to_json())
    assert look(place, shorter, NOVEMBER).moved == 0
    change(place, shorter, NOVEMBER)
    after = place.case()
    assert (after.window_ends_at, after.due_at) == (before.window_ends_at, before.due_at)
    longer = wish(place, rules=CycleRules(objection_days=25).to_json())
    assert change(place, longer, NOVEMBER) == 1
    after = place.case()
    assert after.window_ends_at == after.due_at > before.due_at
    assert after.window_calendar_ends_at > before.window_calendar_ends_at
    assert after.window_basis["rule"]["days"] == 25


def test_levels_hold_for_approvals_that_open_afterwards():
    place = town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    rules = CycleRules(plan_levels=(Level("rater"), Level(SUPERIOR)))
    setup = wish(place, rules=rules.to_json())
    assert look(place, setup).moved == 0
    change(place, setup)
    place.act(place.colleague, "submit", JANUARY, of=place.colleague, body=PLAN)
    place.act(place.rater, "approve", JANUARY, of=place.colleague)
    assert place.case(place.colleague).turn_person_id == place.superior.pk


def test_what_cannot_be_is_said_before_anything_is_written():
    place = town()
    opened = days("planning", date(2026, 1, 20), date(2026, 2, 13), date(2026, 3, 31))
    with pytest.raises(Incomplete) as found:
        look(place, wish(place, opened), FEBRUARY)
    assert [p.path for p in found.value.problems] == ["planning.opens"]
    gone = days("checkin", date(2026, 1, 10), date(2026, 1, 20), date(2026, 5, 29), 1)
    with pytest.raises(Incomplete) as found:
        look(place, wish(place, gone), FEBRUARY)
    assert [p.path for p in found.value.problems] == ["checkin-1.opens", "checkin-1.due"]
    with pytest.raises(Incomplete) as found:
        look(place, wish(place, rules=CycleRules(objection_days=10).to_json()))
    assert [p.path for p in found.value.problems] == ["objection_days"]
    assert not LedgerEntry.objects.filter(action="change_cycle").exists()


@pytest.mark.parametrize("seed", range(6))
def test_what_a_preview_says_is_what_happens(seed):
    rng = random.Random(seed)
    place = town()
    bring_to(place, State.MONITORING)
    place.act(place.colleague, "submit", JANUARY, of=place.colleague, body=PLAN)
    place.act(place.rater, "return_", JANUARY, of=place.colleague, reason="Lengkapi targetnya.")
    moved = []
    for placed in setup_of(fresh(place)).stages:
        old, by = placed.days, timedelta(days=rng.randint(-12, 20))
        due = min(max(old.due_on + by, old.opens_on), old.closes_on)
        if rng.random() < 0.6:
            moved.append(replace(old, due_on=due, closes_on=old.closes_on + timedelta(days=5)))
    setup = wish(place, *moved, unit=rng.choice([None, place.section, place.office]))
    before = dict(Case.objects.values_list("pk", "due_at"))
    try:
        seen = look(place, setup)
    except Incomplete:
        return  # a year that goes backwards: refused before anything is written
    if not seen.facts:
        return
    assert dict(Case.objects.values_list("pk", "due_at")) == before
    done = change(place, setup)
    after = dict(Case.objects.values_list("pk", "due_at"))
    changed = {pk for pk, due_at in after.items() if due_at != before[pk]}
    assert all(after[pk] >= before[pk] for pk in before), "never earlier than it was told"
    assert len(changed) == done == seen.moved == sum(shift.number for shift in seen.shifts)
    told = LedgerEntry.objects.filter(action="change_cycle", stream__startswith="appraisal:")
    assert told.count() == seen.moved
    # Every deadline can still be counted from what stands on its row.
    for case in Case.objects.select_related("agency", "unit"):
        calendar = calendar_for(case.agency, case.unit.week)
        assert due_from_json(case.due_basis, calendar).at == case.due_at


def test_only_the_agency_s_hr_changes_it_with_a_reason_once_and_as_seen():
    place, other = town(), town(code="53.71", name="Kota Kupang", prefix="K ")
    setup = wish(place, PLANNING_LATER)
    for who in (place.rater, other.hr):
        with pytest.raises(NotAllowed):
            cycle_changes.preview(fresh(place), setup, actor=actor(who), now=JANUARY)
    with pytest.raises(Incomplete) as found:
        change(place, setup, reason="ya")
    assert found.value.problems[0].path == "reason"
    seen = look(place, setup).seen
    change(place, setup)
    with pytest.raises(Stale):
        cycle_changes.change(fresh(place), setup, WHY, seen=seen, actor=actor(place.hr),
                             now=JANUARY)  # fmt: skip
    with pytest.raises(Refused):
        change(place, setup)
    assert other.case().due_at == datetime(2026, 1, 30, 17, 0, tzinfo=UTC)


def test_the_work_is_done_in_the_background_and_doing_it_again_changes_nothing(settings):
    place = town()
    setup = wish(place, PLANNING_LATER)
    params = {"setup": setup.to_json(), "reason": WHY, "seen": look(place, setup).seen}
    author = place.hr.user

    def ask():
        return jobs.ask(JobKind.CYCLE_CHANGE, author=author, agency=place.agency,
                        cycle=place.cycle, params=params)  # fmt: skip

    with clock.at(JANUARY):
        job = work_off(ask().pk)
        assert job is not None
        assert (job.state, job.result) == (JobState.DONE, {"moved": 6})
        again = work_off(ask().pk)
    assert again is not None
    assert (again.state, again.result) == (JobState.DONE, {})
    assert LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}",
                                      action="change_cycle").count() == 1  # fmt: skip
