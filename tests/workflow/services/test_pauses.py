"""Days on which no clock runs: what they move, for whom, and what stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cycles import audit, clock
from cycles.enums import JobState
from cycles.exceptions import Incomplete, NotAllowed, Stale
from cycles.models import Job, LedgerEntry, Pause
from cycles.queries.calendars import calendar_for, forget_calendars
from cycles.services.pauses import PauseWish
from tests.builders import APRIL, JANUARY, NOVEMBER, actor, bring_to, town
from workflow.enums import State
from workflow.models import Event
from workflow.services import calendar_jobs, days_off, pauses
from workflow.services.days_off import Change
from workflow.services.dues import due_from_json
from workflow.services.jobs import work_off
from workflow.services.pauses import preview

pytestmark = pytest.mark.django_db

OUTAGE = PauseWish(date(2026, 1, 7), date(2026, 1, 8), "Pusat data padam dua hari.")
WEDNESDAY = datetime(2026, 1, 7, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


@pytest.fixture
def place():
    return town()


def stop(place, wish=OUTAGE, now=JANUARY):
    return pauses.begin(place.agency, wish, actor=actor(place.hr), author=place.hr.user, now=now)


def steps(place):
    place.agency.refresh_from_db()
    case = place.case()
    found = due_from_json(case.due_basis, calendar_for(place.agency, case.unit.week))
    assert found.at == case.due_at
    return [step.kind for step in found.steps]


def test_a_deadline_grows_by_the_days_the_clock_stood_still(place):
    before = bring_to(place, State.PLAN_REVIEW).due_at  # Monday 12 January
    done = stop(place)
    case = place.case()
    assert done.moved == 1
    assert case.due_at == before + timedelta(days=2)
    assert case.due_basis["paused"] == [["2026-01-07", "2026-01-08"]]
    assert case.due_basis["pauses"] == [done.pause.pk]
    assert steps(place) == ["counted", "weekend", "paused"]
    entry = LedgerEntry.objects.get(stream=f"appraisal:{case.appraisal_id}", action="extend")
    assert "Pusat data padam dua hari." in entry.payload
    assert Event.objects.filter(case=case, kind="extend").count() == 1
    assert LedgerEntry.objects.filter(stream=f"calendar:{place.agency.pk}", action="pause").exists()
    assert list(audit.verify()) == []


def test_calendar_days_do_not_run_either():
    place = town()
    case = bring_to(place, State.ANNOUNCED)
    stop(place, PauseWish(date(2026, 11, 16), date(2026, 11, 17), "Banjir besar."), NOVEMBER)
    later = place.case()
    assert later.window_calendar_ends_at == case.window_calendar_ends_at + timedelta(days=2)
    assert later.window_ends_at == later.due_at == case.due_at + timedelta(days=2)


def test_a_fixed_date_of_a_stage_stays(place):
    before = place.case().due_at
    wish = PauseWish(date(2026, 1, 28), date(2026, 1, 30), "Pusat data padam.")
    assert stop(place, wish).moved == 0
    assert place.case().due_at == before


def test_a_turn_that_begins_later_skips_the_days_as_well(place):
    stop(place)
    bring_to(place, State.PLAN_REVIEW)
    # Five working days from Monday the 5th without Wednesday and Thursday: Wednesday the 14th.
    assert place.case().due_at == datetime(2026, 1, 14, 17, tzinfo=UTC)
    assert steps(place) == ["counted", "weekend", "paused"]


def test_the_time_to_object_that_begins_later_skips_them_in_both_readings():
    place = town()
    plain = bring_to(place, State.ANNOUNCED)
    other = town("53.71", "Kota Kupang", "Asia/Jakarta", "Kupang ")
    stop(other, PauseWish(date(2026, 11, 16), date(2026, 11, 17), "Banjir besar."), APRIL)
    paused = bring_to(other, State.ANNOUNCED)
    assert paused.window_ends_at == plain.window_ends_at + timedelta(days=2)
    assert paused.window_calendar_ends_at == plain.window_calendar_ends_at + timedelta(days=2)


def test_a_unit_s_pause_reaches_those_below_it_and_nobody_else(place):
    bring_to(place, State.PLAN_REVIEW)
    bring_to(place, State.PLAN_REVIEW, place.colleague)
    bring_to_hr = place.case(place.hr_second).due_at
    wish = PauseWish(OUTAGE.first_on, OUTAGE.last_on, "Jaringan dinas putus.", place.office)
    assert stop(place, wish).moved == 2
    assert place.case(place.hr_second).due_at == bring_to_hr
    sideways = PauseWish(date(2026, 1, 9), date(2026, 1, 9), "Jaringan BKPSDM putus.",
                         place.case(place.hr).unit)  # fmt: skip
    assert stop(place, sideways).moved == 0


def test_another_agency_is_not_touched(place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    before = bring_to(other, State.PLAN_REVIEW).due_at
    bring_to(place, State.PLAN_REVIEW)
    assert stop(place).moved == 1
    assert other.case().due_at == before
    with pytest.raises(NotAllowed):
        pauses.begin(other.agency, OUTAGE, actor=actor(place.hr), author=place.hr.user,
                     now=JANUARY)  # fmt: skip


def test_the_preview_says_what_the_act_then_does(place):
    bring_to(place, State.PLAN_REVIEW)
    seen = preview(place.agency, OUTAGE, actor=actor(place.hr), now=JANUARY)
    assert not Pause.objects.exists()
    assert seen.moved == 1 == stop(place).moved
    assert seen.sample[0].after == place.case().due_at
    assert (seen.earliest, seen.latest) == (date(2026, 1, 14), date(2026, 1, 14))


def test_ended_early_it_counts_until_that_day_and_what_was_told_stands(place):
    before = bring_to(place, State.PLAN_REVIEW)
    pause = stop(place).pause
    told = place.case().due_at
    seen = pauses.preview_end(pause, actor=actor(place.hr), now=WEDNESDAY)
    assert (seen.moved, seen.kept) == (0, 1)
    done = pauses.end(pause, actor=actor(place.hr), author=place.hr.user, now=WEDNESDAY)
    assert done.moved == 0
    assert place.case().due_at == told > before.due_at
    assert steps(place) == ["counted", "weekend", "paused", "promised"]
    assert place.case().due_basis["paused"] == [["2026-01-07", "2026-01-07"]]
    # What begins now skips only the day on which it was ended.
    place.act(place.rater, "return_", WEDNESDAY, reason="Mohon diperbaiki.")
    place.act(place.employee, "submit", WEDNESDAY)
    assert place.case().due_at == datetime(2026, 1, 14, 17, tzinfo=UTC)
    with pytest.raises(Stale):
        pauses.end(pause, actor=actor(place.hr), author=place.hr.user, now=WEDNESDAY)


def test_one_that_is_over_is_not_ended_any_more(place):
    pause = stop(place).pause
    with pytest.raises(Stale):
        pauses.preview_end(pause, actor=actor(place.hr), now=APRIL)
    with pytest.raises(Stale):
        pauses.end(pause, actor=actor(place.hr), author=place.hr.user, now=APRIL)
    pause.refresh_from_db()
    assert pause.ended_at is None


def test_one_taken_back_before_it_began_counts_for_nothing(place):
    before = bring_to(place, State.PLAN_REVIEW).due_at
    pause = stop(place).pause
    pauses.end(pause, actor=actor(place.hr), author=place.hr.user, now=JANUARY)
    place.act(place.rater, "return_", JANUARY, reason="Mohon diperbaiki.")
    place.act(place.employee, "submit", JANUARY)
    assert place.case().due_at == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 20_000}, "reason"),
        ({"last_on": date(2026, 1, 6)}, "last_on"),
        ({"last_on": date(2026, 6, 1)}, "last_on"),
        ({"first_on": date(1999, 1, 1)}, "first_on"),
    ],
)
def test_what_makes_no_pause_is_said_beside_its_field(place, changes, field):
    given = {"first_on": OUTAGE.first_on, "last_on": OUTAGE.last_on, "reason": OUTAGE.reason}
    wish = PauseWish(**(given | changes))
    with pytest.raises(Incomplete) as refused:
        preview(place.agency, wish, actor=actor(place.hr), now=JANUARY)
    assert [problem.path for problem in refused.value.problems] == [field]
    with pytest.raises(Incomplete):
        stop(place, wish)
    assert not Pause.objects.exists()


def test_the_same_pause_twice_or_of_another_agency_s_unit_is_refused(place):
    stop(place)
    with pytest.raises(Incomplete):
        stop(place)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    with pytest.raises(Incomplete):
        stop(place, PauseWish(date(2026, 1, 9), date(2026, 1, 9), "Banjir.", other.office))


# --- by a worker ---------------------------------------------------------------------------------


def worked(job: Job) -> Job:
    with clock.at(JANUARY):
        done = work_off(job.pk)
    assert done is not None
    assert done.state == JobState.DONE, done.problem
    return done


def test_a_worker_makes_the_change_once_however_often_it_is_tried(place):
    bring_to(place, State.PLAN_REVIEW)
    job = calendar_jobs.ask_pause(place.agency, OUTAGE, author=place.hr.user)
    assert worked(job).result == {"moved": 1}
    told = place.case().due_at
    # The worker died after the commit, before it could say so.
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    worked(job)
    assert Pause.objects.count() == 1
    assert place.case().due_at == told


def test_a_worker_changes_a_day_off_and_ends_a_pause(place):
    bring_to(place, State.PLAN_REVIEW)
    wanted = Change(place.agency, None, days_off.DayOff(date(2026, 1, 9), "Hari Jadi Kota"))
    job = calendar_jobs.ask_day_off(wanted, author=place.hr.user, by_hr=True)
    assert worked(job).result == {"moved": 1}
    pause = stop(place).pause
    assert worked(calendar_jobs.ask_end(pause, author=place.hr.user)).result == {"moved": 0}
    pause.refresh_from_db()
    assert pause.ended_at is not None


def test_a_second_change_waits_until_the_first_is_made(place):
    calendar_jobs.ask_pause(place.agency, OUTAGE, author=place.hr.user)
    other = PauseWish(date(2026, 1, 9), date(2026, 1, 9), "Banjir besar.")
    with pytest.raises(Stale):
        calendar_jobs.ask_pause(place.agency, other, author=place.hr.user)


def test_whoever_is_hr_no_longer_is_told_so_by_the_job(place):
    job = calendar_jobs.ask_pause(place.agency, OUTAGE, author=place.hr.user)
    place.hr.user.role_grants.all().delete()
    done = work_off(job.pk)
    assert done is not None
    assert (done.state, bool(done.problem)) == (JobState.FAILED, True)
    assert not Pause.objects.exists()
