"""The year's assessment: opening, self-assessment, the rater's two ratings, the levels above."""

from __future__ import annotations

from cycles.enums import DocumentKind
from cycles.scoring import Rating, predicate
from workflow.enums import ApprovalKind, State
from workflow.services.move import Move, effect
from workflow.services.stages import approvals


@effect("open_assessment", State.MONITORING)
def open_assessment(move: Move) -> State:
    """Rounds still open become missed."""
    miss_open_rounds(move)
    move.case.return_note = {}
    return State.SELF_ASSESSMENT


def miss_open_rounds(move: Move) -> None:
    """The assessment has come: what was not handed in by then counts as missed."""
    left = [number for number in move.timetable.rounds if number >= move.case.round]
    if left:
        move.facts["missed"] = left
        move.case.missed_rounds = [*move.case.missed_rounds, *left]
        move.case.round = left[-1] + 1
    move.case.round_opens_at = None


@effect("submit", State.SELF_ASSESSMENT)
def submit(move: Move) -> State:
    move.freeze(DocumentKind.SELF_ASSESSMENT)
    move.case.return_note = {}
    return State.SUPERVISOR_REVIEW


@effect("proceed_without", State.SELF_ASSESSMENT)
def proceed_without(move: Move) -> State:
    return State.SUPERVISOR_REVIEW


@effect("return_", State.SUPERVISOR_REVIEW)
def send_back(move: Move) -> State:
    approvals.note_return(move)
    return State.SELF_ASSESSMENT


@effect("rate", State.SUPERVISOR_REVIEW)
def rate(move: Move) -> State:
    """Both ratings with reasons; the predikat follows from the quadrant (PermenPANRB 6/2022)."""
    case = move.case
    version = move.freeze(DocumentKind.RATING)
    case.rating_number += 1
    case.rated_by_id, case.rated_post_id = move.actor.person_id, case.turn_post_id
    case.rating_approvers = []
    case.return_note = {}
    move.facts["rating"] = case.rating_number
    result = predicate(Rating(version.body["work"]), Rating(version.body["behaviour"]))
    first = approvals.next_rung(move.rules.rating_levels, 0, result)
    if first is None:
        return State.DELIVERY
    approvals.begin(move, ApprovalKind.RATING, version, level=first)
    return State.RATING_REVIEW


@effect("approve", State.RATING_REVIEW)
def approve(move: Move) -> State:
    process_levels, case = move.rules.rating_levels, move.case
    # Whoever approves a rating cannot decide an objection against it.
    case.rating_approvers = [*case.rating_approvers, move.actor.person_id]
    version = approvals.waiting(move).version
    assert version is not None
    result = predicate(Rating(version.body["work"]), Rating(version.body["behaviour"]))
    rung = approvals.next_rung(process_levels, case.level, result)
    return State.DELIVERY if approvals.approve(move, rung) else State.RATING_REVIEW


@effect("return_", State.RATING_REVIEW)
def send_back_rating(move: Move) -> State:
    """The rating that was returned is rated again under the same number."""
    approvals.send_back(move)
    move.case.rating_number -= 1
    return State.SUPERVISOR_REVIEW
