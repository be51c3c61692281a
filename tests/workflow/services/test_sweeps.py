"""What the calendar moves, set-based, whatever one bad case does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from viewflow.workflow.models import Task

from cycles.enums import DocumentKind
from cycles.models import Acting, LedgerEntry, Person, Posting
from tests.builders import JANUARY, NOVEMBER, PLAN, actor, bring_to, person, town
from tests.workflow.contest import staff
from workflow.enums import Party, State
from workflow.models import ApprovalProcess, Case, CounterDelta, CounterTotal, TurnInterval
from workflow.permissions import SYSTEM
from workflow.queries.counters import counts
from workflow.services import sweeps
from workflow.services.door import advance, advance_many, stream_of
from workflow.services.opening import open_cycle
from workflow.services.stages import final

pytestmark = pytest.mark.django_db


def test_assessments_open_on_their_day_with_the_open_rounds_missed():
    place = town()
    bring_to(place, State.MONITORING)
    opens = place.case().assessment_opens_at
    assert sweeps.open_assessments(opens - timedelta(seconds=1)) == 0
    assert sweeps.open_assessments(opens) == 1
    case = place.case()
    assert (case.state, case.missed_rounds, case.round_opens_at) == (
        State.SELF_ASSESSMENT, [1, 2], None,
    )  # fmt: skip
    assert sweeps.open_assessments(opens) == 0
    entry = LedgerEntry.objects.filter(stream=stream_of(case)).latest("seq")
    assert (entry.action, '"actor":null' in entry.payload) == ("open_assessment", True)


def test_a_check_in_under_review_on_that_day_holds_the_assessment_until_it_is_decided():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    assert sweeps.open_assessments(NOVEMBER) == 0
    place.act(place.rater, "approve", NOVEMBER)
    case = place.case()
    assert case.state == State.SELF_ASSESSMENT, "the door opens it after the pending act"
    last_two = LedgerEntry.objects.filter(stream=stream_of(case)).order_by("-seq")[:2]
    assert [entry.action for entry in last_two] == ["open_assessment", "approve"]


def test_a_plan_approved_after_the_assessment_began_goes_straight_into_it():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "approve", NOVEMBER)
    assert place.case().state == State.SELF_ASSESSMENT


def test_a_result_that_nobody_opened_becomes_hrs_turn_once_and_is_never_deemed_given():
    place = town()
    due = bring_to(place, State.DELIVERY).due_at
    assert sweeps.pass_undelivered_to_hr(due - timedelta(seconds=1)) == 0
    assert sweeps.pass_undelivered_to_hr(due) == 1
    assert sweeps.pass_undelivered_to_hr(due + timedelta(days=9)) == 0
    case = place.case()
    assert (case.state, case.turn_party, case.turn_person) == (
        State.DELIVERY, Party.RATER, None,
    )  # fmt: skip
    assert (case.delivered_at, case.delivered_rating) == (None, 0)
    # Once the rater lost the case with the turn; the hand-over is still theirs to make.
    assert case.rater == place.rater
    place.act(place.rater, "deliver", due)
    assert place.case().state == State.ANNOUNCED


def test_one_case_that_breaks_does_not_hold_up_the_rest_of_a_sweep(monkeypatch, caplog):
    """Once an unexpected error in one case ended the whole sweep, every time."""
    place = town()
    people = staff(place, 4)
    for someone in people:
        bring_to(place, State.ANNOUNCED, someone)
    bad = place.case(people[1])
    end = Case.objects.filter(state=State.ANNOUNCED).latest("window_ends_at").window_ends_at
    real = final.rating_version

    def rating_version(move):
        if move.case.pk == bad.pk:
            raise LookupError("a stage is missing")
        return real(move)

    monkeypatch.setattr(final, "rating_version", rating_version)
    assert sweeps.close_windows(end) == 3
    assert Case.objects.get(pk=bad.pk).state == State.ANNOUNCED
    assert f"case {bad.pk}" in caplog.text


def test_of_many_the_refused_ones_are_named_and_the_others_move():
    place = town()
    ready, early = staff(place, 2)
    for someone in (ready, early):
        bring_to(place, State.ANNOUNCED, someone)
    end = place.case(ready).window_ends_at
    Case.objects.filter(person=early).update(window_ends_at=end + timedelta(days=1))
    planning = place.case()
    moved, refused = advance_many(
        [place.case(ready).pk, place.case(early).pk, planning.pk], "window_over", now=end
    )
    assert [case.person_id for case in moved] == [ready.pk]
    assert set(refused) == {place.case(early).pk, planning.pk}
    assert all(refused.values())
    assert place.case(early).state == State.ANNOUNCED
    assert TurnInterval.objects.filter(case__person=early, cause="window_over").count() == 0


def rows(case: Case) -> list[dict[str, object]]:
    """Everything an approval consists of, apart from numbers and instants."""
    apart = ("id", "process", "process_id", "created", "started", "finished", "assigned")
    process = ApprovalProcess.objects.filter(case=case, closed_at=None).get()
    tasks = Task.objects.filter(process_id=process.pk).order_by("pk")
    return [
        {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in apart and field.attname not in (*apart, "process_ptr_id",
                                                                 "case_id", "version_id")
        }
        | {
            "instants": [getattr(row, name, None) is not None
                         for name in ("created", "started", "finished", "assigned")],
            "before": row.previous.count() if isinstance(row, Task) else None,
        }
        for row in (process, *tasks)
    ]  # fmt: skip


def test_approvals_started_together_have_the_rows_the_engine_writes_for_one():
    place = town()
    single, many = staff(place, 2)
    for someone in (single, many):
        bring_to(place, State.ANNOUNCED, someone)
    end = place.case(many).window_ends_at
    place.act(single, "accept", NOVEMBER, single)
    assert sweeps.close_windows(end) == 1
    assert rows(place.case(many)) == rows(place.case(single))
    one, other = (
        ApprovalProcess.objects.get(case=place.case(p), closed_at=None) for p in (single, many)
    )
    assert other.version.document.kind == one.version.document.kind == DocumentKind.RATING
    # And the engine goes on with them.
    place.act(place.hr, "settle", end, many)
    assert place.case(many).state == State.CLOSED


def test_folding_counters_loses_nothing_and_leaves_no_delta():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    before = counts(place.cycle.pk)
    assert before[place.section.pk, State.CHECKIN_REVIEW] == 1
    assert sweeps.fold_counters() > 0
    assert counts(place.cycle.pk) == before
    assert not CounterDelta.objects.exists()
    assert CounterTotal.objects.filter(total__lt=0).count() == 0
    assert sweeps.fold_counters() == 0


# --- turns follow the seats ----------------------------------------------------------------------


def test_what_waits_for_a_rater_who_left_goes_to_whoever_sits_there_now():
    """Once it waited for the leaver for ever, unless HR noticed."""
    place = town()
    due = bring_to(place, State.PLAN_REVIEW).due_at
    new = person(place.agency, "Penerus")
    Person.objects.filter(pk=place.rater.pk).update(left_on=JANUARY.date())
    Posting.objects.filter(person=place.rater).update(ends_on=date(2026, 1, 4))
    Posting.objects.create(agency=place.agency, post=place.posts["rater"], person=new,
                           starts_on=JANUARY.date())  # fmt: skip
    assert sweeps.follow_seats(JANUARY) >= 1
    assert sweeps.follow_seats(JANUARY) == 0
    case = place.case()
    assert (case.turn_person, case.rater, case.due_at) == (new, new, due)
    place.act(new, "approve", JANUARY)
    assert place.case().state == State.MONITORING


def test_a_lapsed_letter_takes_the_turn_from_the_acting_official():
    place = town(opened=None)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2025, 12, 31))
    plt = person(place.agency, "Plt")
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=plt, kind="plt", letter="SPT 9",
        starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 10),
    )  # fmt: skip
    open_cycle(place.cycle, now=JANUARY)
    case = bring_to(place, State.PLANNING)
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    assert place.case().turn_person == plt
    assert sweeps.follow_seats(JANUARY + timedelta(days=5)) == 0
    assert sweeps.follow_seats(JANUARY + timedelta(days=6)) >= 1
    assert Case.objects.get(pk=case.pk).turn_person == place.superior


def test_the_acting_official_of_a_vacant_post_acts_under_the_letter():
    """Once the letter was only told when the post had a holder beside the acting official."""
    place = town(opened=None)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2025, 12, 31))
    plt = person(place.agency, "Plt")
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=plt, kind="plt", letter="SPT 9",
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    open_cycle(place.cycle, now=JANUARY)
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(plt, "approve", JANUARY)
    entry = LedgerEntry.objects.filter(stream=stream_of(place.case())).latest("seq")
    assert '"acting":"plt","' in entry.payload
    assert '"letter":"SPT 9"' in entry.payload
    assert '"on_behalf_of":null' in entry.payload, "a vacant post has nobody to act for"


def test_the_system_names_no_holder_of_an_employees_turn():
    place = town()
    case = bring_to(place, State.ANNOUNCED)
    advance(case.pk, "reassign", actor=SYSTEM, now=NOVEMBER)
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.EMPLOYEE, place.employee)
    assert actor(place.employee).person_id == case.person_id
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
