"""Check-ins: realisation round by round; the mid-year review is one of the rounds."""

from __future__ import annotations

from cycles.enums import DocumentKind
from workflow.enums import ApprovalKind, State
from workflow.services.move import Move, effect
from workflow.services.stages import approvals


@effect("submit_checkin", State.MONITORING)
def submit(move: Move) -> State:
    version = move.freeze(DocumentKind.CHECKIN)
    move.facts["round"] = move.case.round
    approvals.begin(move, ApprovalKind.CHECKIN, version)
    return State.CHECKIN_REVIEW


@effect("approve", State.CHECKIN_REVIEW)
def approve(move: Move) -> State:
    move.facts["round"] = move.case.round
    rung = approvals.next_rung(move.rules.checkin_levels, move.case.level)
    if not approvals.approve(move, rung):
        return State.CHECKIN_REVIEW
    move.case.round += 1
    return State.MONITORING


@effect("return_", State.CHECKIN_REVIEW)
def send_back(move: Move) -> State:
    """The round is open again."""
    move.facts["round"] = move.case.round
    approvals.send_back(move)
    return State.MONITORING


@effect("withdraw", State.CHECKIN_REVIEW)
def withdraw(move: Move) -> State:
    move.facts["round"] = move.case.round
    approvals.take_back(move)
    return State.MONITORING


@effect("miss_checkin", State.MONITORING)
def miss(move: Move) -> State:
    """The round counts as missed; a missing act never turns into a rating."""
    move.facts["round"] = move.case.round
    move.case.missed_rounds = [*move.case.missed_rounds, move.case.round]
    move.case.round += 1
    move.case.return_note = {}
    return State.MONITORING
