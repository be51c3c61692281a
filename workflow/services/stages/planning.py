"""Planning: the plan is handed in, approved level by level, returned, withdrawn, amended."""

from __future__ import annotations

from cycles.enums import DocumentKind
from cycles.models import Document
from workflow.enums import ApprovalKind, State
from workflow.services.move import Move, effect
from workflow.services.stages import approvals


@effect("submit", State.PLANNING)
def submit(move: Move) -> State:
    """Freezes a version and opens its approval (PermenPANRB 6/2022 art. 14: the rater sets it)."""
    version = move.freeze(DocumentKind.PLAN)
    approvals.begin(move, ApprovalKind.PLAN, version)
    return State.PLAN_REVIEW


@effect("approve", State.PLAN_REVIEW)
def approve(move: Move) -> State:
    rung = approvals.next_rung(move.rules.plan_levels, move.case.level)
    if not approvals.approve(move, rung):
        return State.PLAN_REVIEW
    assert move.version is not None
    Document.objects.filter(pk=move.version.document_id).update(in_force=move.version.number)
    move.case.has_plan_in_force, move.case.is_amending = True, False
    return State.MONITORING


@effect("return_", State.PLAN_REVIEW)
def send_back(move: Move) -> State:
    approvals.send_back(move)
    return State.PLANNING


@effect("withdraw", State.PLAN_REVIEW)
def withdraw(move: Move) -> State:
    approvals.take_back(move)
    return State.PLANNING


@effect("amend_plan", State.MONITORING)
def amend(move: Move) -> State:
    """The old version stays in force until the new one is approved."""
    move.case.is_amending = True
    move.case.return_note = {}
    move.returned = True  # the time to mend, not the stage's long gone due date
    return State.PLANNING


@effect("keep_plan", State.PLANNING)
def keep(move: Move) -> State:
    """Drop the amendment: the draft goes back to the version in force."""
    document = move.document(DocumentKind.PLAN)
    document.body = move.plan_body()
    document.revision += 1
    document.save(update_fields=["body", "revision"])
    move.case.is_amending = False
    move.case.return_note = {}
    return State.MONITORING
