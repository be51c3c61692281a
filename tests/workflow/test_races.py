"""Two people at the same instant: one wins, the other gets a sentence, nothing is torn.

Each race is first shown to be real: without the lock on the case row it happens.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, connections
from viewflow.workflow.models import Task

from cycles import audit
from cycles.models import LedgerEntry, Post, Posting, Version
from cycles.queries.calendars import forget_calendars
from tests.builders import (
    APRIL,
    CHECKIN,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    STATEMENT,
    Town,
    bring_to,
    town,
)
from tests.workflow.contest import contest, doing, staff, winners
from workflow.enums import State
from workflow.models import ApprovalProcess, Case, Receipt, TurnInterval
from workflow.services import door
from workflow.services.door import Outcome, stream_of
from workflow.services.sweeps import close_windows

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 20
FEWER = 6  # where a try takes a dozen moves to prepare


@pytest.fixture
def place() -> Iterator[Town]:
    forget_calendars()
    yield town()
    connections.close_all()


def without_lock(monkeypatch: pytest.MonkeyPatch, readers: int = 2) -> None:
    """The door's own query without FOR UPDATE; all readers meet after it, as luck would have it."""
    meet = threading.Barrier(readers)

    def read(case_id: int) -> Case:
        case = Case.objects.select_related("agency", "cycle", "unit", "appraisal").get(pk=case_id)
        meet.wait(timeout=20)
        return case

    monkeypatch.setattr(door, "lock_case", read)


def is_whole(case: Case) -> None:
    """Ledger, intervals, state and processes of one case tell the same story."""
    case = Case.objects.get(pk=case.pk)
    entries = list(LedgerEntry.objects.filter(stream=stream_of(case)).order_by("seq"))
    assert entries[-1].to_state == case.state
    for before, after in pairwise(entries):
        assert after.from_state == before.to_state
    spans = list(TurnInterval.objects.filter(case=case).order_by("number"))
    for earlier, later in pairwise(spans):
        assert (earlier.number + 1, earlier.ended_at) == (later.number, later.began_at)
    assert case.turn_number == len(spans) + 1
    is_review = case.state in {
        State.PLAN_REVIEW, State.CHECKIN_REVIEW, State.RATING_REVIEW, State.FINAL_APPROVAL,
    }  # fmt: skip
    assert ApprovalProcess.objects.filter(case=case, closed_at=None).count() == int(is_review)


# --- the races are real ------------------------------------------------------------------------


def test_without_the_lock_approving_and_excluding_both_begin_and_only_the_database_stops_it(
    place, monkeypatch
):
    people = staff(place, TRIES)
    cases = [bring_to(place, State.PLAN_REVIEW, someone) for someone in people]
    without_lock(monkeypatch)
    tried = [
        contest(
            doing(place.rater, case.pk, "approve", JANUARY),
            doing(place.hr, case.pk, "exclude", JANUARY, authority="leave", reason="CLTN"),
        )
        for case in cases
    ]
    assert any(is_torn(results) for results in tried), tried


def test_without_the_lock_a_result_is_accepted_and_objected_to_at_once(place, monkeypatch):
    case = bring_to(place, State.ANNOUNCED)
    without_lock(monkeypatch)
    results = contest(
        doing(place.employee, case.pk, "accept", NOVEMBER),
        doing(place.employee, case.pk, "object", NOVEMBER, body=OBJECTION),
    )
    assert is_torn(results), results


def is_torn(results: list[Outcome | Exception]) -> bool:
    """Both took place, or the second was only stopped by a constraint, with no sentence."""
    both = all(isinstance(result, Outcome) for result in results)
    return both or any(isinstance(result, DatabaseError) for result in results)


def test_without_the_lock_one_of_two_statements_gets_lost(place, monkeypatch):
    case = bring_to(place, State.OBJECTION_STATEMENTS)
    without_lock(monkeypatch)
    contest(
        doing(place.rater, case.pk, "explain", NOVEMBER, body=EXPLANATION),
        doing(place.employee, case.pk, "add_statement", NOVEMBER, body=STATEMENT),
    )
    case.refresh_from_db(fields=["has_explanation", "has_statement"])
    told = Version.objects.filter(document__kind__in=["explanation", "statement"]).count()
    assert told == 2
    assert not (case.has_explanation and case.has_statement), "the race did not happen"


def test_without_the_lock_a_double_click_acts_twice_or_fails(place, monkeypatch):
    case = bring_to(place, State.PLANNING)
    without_lock(monkeypatch)
    results = contest(*[doing(place.employee, case.pk, "submit", JANUARY, key="k", body=PLAN)] * 2)
    assert not all(isinstance(result, Outcome) for result in results), results


# --- with it, exactly one wins -----------------------------------------------------------------


def test_of_two_approvals_at_one_instant_one_counts(place):
    for someone in staff(place, TRIES):
        case = bring_to(place, State.PLAN_REVIEW, someone)
        results = contest(
            doing(place.rater, case.pk, "approve", JANUARY, key="a"),
            doing(place.rater, case.pk, "approve", JANUARY, key="b"),
        )
        assert len(winners(results)) == 1
        assert place.case(someone).state == State.MONITORING
        is_whole(case)
    assert list(audit.verify()) == []


def test_approve_return_and_exclude_at_one_instant_have_one_winner_before_the_others(place):
    """Exclusion is possible in every open state: it may follow the winner, never undo it."""
    outcomes = set()
    for number, someone in enumerate(staff(place, TRIES)):
        case = bring_to(place, State.PLAN_REVIEW, someone)
        acts = [
            doing(place.rater, case.pk, "approve", JANUARY),
            doing(place.rater, case.pk, "return_", JANUARY, reason="Sasaran belum terukur."),
            doing(place.hr, case.pk, "exclude", JANUARY, authority="leave", reason="CLTN"),
        ]
        turned = acts[number % 3 :] + acts[: number % 3]
        won = {(index + number) % 3 for index in winners(contest(*turned))}
        assert len(won & {0, 1}) <= 1, "approved and returned at once"
        assert 2 in won
        assert place.case(someone).state == State.EXCLUDED
        outcomes.add(tuple(sorted(won)))
        is_whole(case)
    assert outcomes
    assert list(audit.verify()) == []


def test_approve_return_and_exclude_seen_on_one_page_have_exactly_one_winner(place):
    """The forms carry the turn they saw: who comes second is told that it moved on."""
    for someone in staff(place, TRIES):
        case = bring_to(place, State.PLAN_REVIEW, someone)
        seen = case.turn_number
        results = contest(
            doing(place.rater, case.pk, "approve", JANUARY, turn=seen),
            doing(place.rater, case.pk, "return_", JANUARY, turn=seen, reason="Belum terukur."),
            doing(place.hr, case.pk, "exclude", JANUARY, turn=seen, authority="leave",
                  reason="CLTN"),
        )  # fmt: skip
        (winner,) = winners(results)
        reached = [State.MONITORING, State.PLANNING, State.EXCLUDED][winner]
        assert place.case(someone).state == reached
        is_whole(case)
    assert list(audit.verify()) == []


def test_explanation_and_statement_at_one_instant_both_count(place):
    for someone in staff(place, FEWER):
        case = bring_to(place, State.OBJECTION_STATEMENTS, someone)
        results = contest(
            doing(place.rater, case.pk, "explain", NOVEMBER, body=EXPLANATION),
            doing(someone, case.pk, "add_statement", NOVEMBER, body=STATEMENT),
        )
        assert winners(results) == [0, 1], "both may write at once"
        case = place.case(someone)
        assert (case.state, case.turn_person) == (State.OBJECTION_DECISION, place.superior)
        decision = Task.objects.filter(
            process__objectionprocess__case=case, flow_task__endswith="decision"
        )
        assert decision.count() == 1, "the join opens the decision once"
        is_whole(case)
    assert list(audit.verify()) == []


def test_upheld_and_changed_at_one_instant_is_decided_once(place):
    for someone in staff(place, FEWER):
        case = bring_to(place, State.OBJECTION_DECISION, someone)
        ratings = {"work": "above", "behaviour": "meets"}
        results = contest(
            doing(place.superior, case.pk, "uphold", NOVEMBER, body={"reasons": "Sesuai bukti."}),
            doing(place.superior, case.pk, "change", NOVEMBER,
                  body={"reasons": "Bukti meyakinkan."} | ratings),
        )  # fmt: skip
        (winner,) = winners(results)
        case = place.case(someone)
        assert case.state == State.FINAL_APPROVAL
        assert case.rating_number == winner + 1, "only a change makes a second rating"
        is_whole(case)
    assert list(audit.verify()) == []


def test_a_double_click_gives_the_same_receipt_twice(place):
    for someone in staff(place, TRIES):
        case = bring_to(place, State.PLANNING, someone)
        results = contest(
            *[doing(someone, case.pk, "submit", JANUARY, key="one-form", body=PLAN)] * 3
        )
        assert winners(results) == [0, 1, 2]
        assert sorted(r.is_repeat for r in results) == [False, True, True]
        assert len({r.receipt.number for r in results}) == 1
        assert Receipt.objects.filter(case=case).count() == 1
        assert Version.objects.filter(document__appraisal=case.appraisal).count() == 1
        is_whole(case)


def test_settled_and_returned_at_one_instant_is_one_of_both(place):
    for someone in staff(place, FEWER):
        case = bring_to(place, State.FINAL_APPROVAL, someone)
        results = contest(
            doing(place.hr, case.pk, "settle", NOVEMBER),
            doing(place.hr_second, case.pk, "return_", NOVEMBER, reason="Tanggal keliru."),
        )
        (winner,) = winners(results)
        case = place.case(someone)
        case.appraisal.refresh_from_db()
        assert case.state == [State.CLOSED, State.SUPERVISOR_REVIEW][winner]
        assert (case.appraisal.settled_at is not None) == (winner == 0)
        is_whole(case)
    assert list(audit.verify()) == []


def test_the_last_minute_of_the_window_is_an_objection_or_its_end_never_both(place):
    for someone in staff(place, FEWER):
        case = bring_to(place, State.ANNOUNCED, someone)
        end = case.window_ends_at
        results = contest(
            doing(someone, case.pk, "object", end - timedelta(seconds=1), body={"text": "Keliru."}),
            lambda end=end, case=case: door.advance(
                case.pk, "window_over", actor=door.SYSTEM, now=end
            ),
        )
        (winner,) = winners(results)
        reached = [State.OBJECTION_STATEMENTS, State.FINAL_APPROVAL][winner]
        assert place.case(someone).state == reached
        is_whole(case)


def test_two_sweeps_at_one_instant_move_each_window_once(place):
    people = staff(place, FEWER)
    for someone in people:
        bring_to(place, State.ANNOUNCED, someone)
    later = NOVEMBER + timedelta(days=60)
    results: list[int] = []

    def sweep() -> Outcome:
        results.append(close_windows(later))
        return Outcome(place.case(), None)

    assert winners(contest(sweep, sweep, sweep)) == [0, 1, 2]
    assert sum(results) == len(people)
    moved = LedgerEntry.objects.filter(action="window_over").values_list("stream", flat=True)
    assert len(moved) == len(set(moved)) == len(people)
    assert list(audit.verify()) == []


def test_an_act_that_waited_for_a_transfer_finds_the_case_in_its_new_unit(place):
    """Once the waiting query joined the unit it saw before the wait and lost the case: a 404."""
    ward = Post.objects.create(
        agency=place.agency, unit=place.office, superior=place.posts["superior"],
        title="Analis Kesehatan", kind="pelaksana",
    )  # fmt: skip
    for someone in staff(place, FEWER):
        case = bring_to(place, State.PLANNING, someone)
        Posting.objects.filter(post=ward).delete()
        results = contest(
            doing(place.hr, case.pk, "transfer", JANUARY, post=str(ward.public_id),
                  reason="Mutasi"),
            doing(someone, case.pk, "submit", JANUARY, body=PLAN),
            doing(place.hr_second, case.pk, "reassign", JANUARY, reason="Penilai pindah"),
        )  # fmt: skip
        assert {0, 2} <= set(winners(results))
        assert place.case(someone).unit == place.office
        is_whole(case)
    assert list(audit.verify()) == []


def test_opposite_moves_of_one_unit_never_wait_for_each_other_in_a_circle(place):
    """Counters updated in place deadlocked here; inserted deltas cannot."""
    people = staff(place, 6)
    for round_ in range(3):
        for someone in people:
            if place.case(someone).state == State.PLANNING:
                bring_to(place, State.PLAN_REVIEW, someone)
        results = contest(
            *[
                doing(place.rater, place.case(someone).pk,
                      "approve" if (n + round_) % 2 else "return_", JANUARY,
                      reason="Belum terukur.")
                for n, someone in enumerate(people)
                if place.case(someone).state == State.PLAN_REVIEW
            ]
        )  # fmt: skip
        assert len(winners(results)) == len(results)
    assert list(audit.verify()) == []


def test_two_check_ins_handed_in_from_two_windows_are_one(place):
    for someone in staff(place, TRIES // 2):
        case = bring_to(place, State.PLAN_REVIEW, someone)
        place.act(place.rater, "approve", JANUARY, someone)
        results = contest(
            *[
                doing(someone, case.pk, "submit_checkin", APRIL, key=key, body=CHECKIN)
                for key in ("first-window", "second-window")
            ]
        )
        assert len(winners(results)) == 1
        is_whole(case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflow_approvalprocess WHERE closed_at IS NULL")
        assert cursor.fetchone()[0] == TRIES // 2
