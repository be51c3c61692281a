"""Final approval: HR (or the rater's superior, or both as levels) settles the year's result."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cycles.enums import DocumentKind
from cycles.exceptions import WrongState
from cycles.models import Appraisal, Version
from cycles.scoring import Rating, predicate
from workflow.enums import ApprovalKind, State
from workflow.services.move import Move, effect
from workflow.services.stages import approvals


def enter(move: Move) -> State:
    """The way into final approval, from acceptance, silence, withdrawal or a decision."""
    approvals.begin(move, ApprovalKind.FINAL, rating_version(move))
    return State.FINAL_APPROVAL


def rating_version(move: Move) -> Version | None:
    """The last version of the rating that stands."""
    if move.around.cases:
        known = move.around.rating_versions
        return known.get((move.case.appraisal_id, move.case.rating_number))
    return (
        Version.objects.filter(
            document__appraisal_id=move.case.appraisal_id,
            document__kind=DocumentKind.RATING,
            document__round=move.case.rating_number,
        )
        .order_by("-number")
        .first()
    )


@effect("settle", State.FINAL_APPROVAL)
def settle(move: Move) -> State:
    """The last level closes the appraisal with its ratings; never without one."""
    rung = approvals.next_rung(move.rules.final_levels, move.case.level)
    if not approvals.approve(move, rung):
        return State.FINAL_APPROVAL
    version = move.version
    if version is None:
        raise WrongState(_("There is no rating to settle."))
    work, behaviour = Rating(version.body["work"]), Rating(version.body["behaviour"])
    result = predicate(work, behaviour)
    Appraisal.objects.filter(pk=move.case.appraisal_id).update(
        work_rating=work, behaviour_rating=behaviour, predicate=result, settled_at=move.now
    )
    move.facts |= {"work": work.value, "behaviour": behaviour.value, "predicate": result.value}
    return State.CLOSED


@effect("return_", State.FINAL_APPROVAL)
def send_back(move: Move) -> State:
    """A formal defect: rated and delivered anew; never after a decided objection."""
    approvals.send_back(move)
    move.case.window_ends_at = move.case.window_calendar_ends_at = None
    return State.SUPERVISOR_REVIEW
