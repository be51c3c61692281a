"""Delivery starts the clock of the objection; then the employee accepts, objects, or is silent."""

from __future__ import annotations

from typing import Any

from cycles.enums import DocumentKind
from workflow import flows
from workflow.enums import Party, State
from workflow.services.dues import window_basis
from workflow.services.move import Move, effect
from workflow.services.stages import final
from workflow.services.turns import decider_of, explainer_of


@effect("deliver", State.DELIVERY)
def deliver(move: Move) -> State:
    """The employee opens it, or rater or HR records the hand-over; never deemed delivered.

    PP 30/2019 art. 59 counts from receipt. Both ends are stored: the agency's and the
    calendar-day reading.
    """
    case, rules = move.case, move.rules
    move.facts["how"] = "opened" if move.party == Party.EMPLOYEE else "handed_over"
    case.delivered_at, case.delivered_rating = move.now, case.rating_number
    basis = window_basis(rules, rules.objection_unit, move.now, move.pauses)
    case.window_ends_at = basis.due(move.calendar).at
    case.window_basis = basis.to_json(move.calendar)
    calendar_days = window_basis(rules, "calendar_days", move.now, move.pauses)
    case.window_calendar_ends_at = calendar_days.due(move.calendar).at
    return State.ANNOUNCED


@effect("accept", State.ANNOUNCED)
def accept(move: Move) -> State:
    return final.enter(move)


@effect("window_over", State.ANNOUNCED)
def window_over(move: Move) -> State:
    """No objection in time counts as acceptance: recorded as the system's act, not the person's."""
    return final.enter(move)


@effect("object", State.ANNOUNCED)
def object_(move: Move) -> State:
    case = move.case
    move.freeze(DocumentKind.OBJECTION)
    case.objection_number += 1
    case.has_explanation = case.has_statement = False
    decider = decider_of(move)
    case.decider_id, case.decider_post_id = decider.person_id, decider.post_id
    explainer = explainer_of(move)
    flows.open_objection(case, case.objection_number, explainer.person_id, case.decider_id)
    move.facts |= _marks(move)
    return State.OBJECTION_STATEMENTS


def _marks(move: Move) -> dict[str, Any]:
    """An objection between the two ends of the window is marked."""
    end = move.case.window_calendar_ends_at
    marks: dict[str, Any] = {"objection": move.case.objection_number}
    if end is not None and move.now >= end:
        marks["after_calendar_end"] = True
    return marks
