"""Whose turn it is in each state, resolved to a person: never to nobody, never to the assessed."""

from __future__ import annotations

from cycles.models import Person
from cycles.rules import ABOVE, HR, RATER, Level
from workflow.enums import Party, State
from workflow.services.move import Move, Turn


def rater_of(move: Move) -> Turn:
    """Holder, else acting official, else the rater's superior, level by level, else HR."""
    case = move.case
    if case.rater_exception_id is not None and is_in_office(move, case.rater_exception_id):
        return Turn(Party.RATER, case.rater_exception_id, None)
    return _climb(move, 0, Party.RATER, "rate", {case.person_id})


def is_in_office(move: Move, person_id: int) -> bool:
    """Whether a person has not left the agency by the day of the move, to nowhere or elsewhere."""
    agency_id, left_on = Person.objects.values_list("agency_id", "left_on").get(pk=person_id)
    is_elsewhere = agency_id is not None and agency_id != move.case.agency_id
    return not is_elsewhere and (left_on is None or left_on > move.today)


def approver_of(move: Move, level: Level, superiors: int, barred: set[int]) -> Turn:
    """Who decides at a level; `superiors` counts how many rungs above the rater it stands."""
    case = move.case
    if level.role == HR:
        if case.person_id not in move.around.hr_people:
            return Turn(Party.APPROVER)
        # HR's own people: their rater's superior, else (under a mayor) the rater, before HR's
        # others, who may well be their subordinates.
        above = _climb(move, 1, Party.APPROVER, "approve", {case.person_id, *barred})
        if above.person_id is not None:
            return above
        return _climb(move, 0, Party.APPROVER, "approve", {case.person_id})
    if level.role == RATER:
        rater = rater_of(move)
        return Turn(Party.APPROVER, rater.person_id, rater.post_id)
    return _climb(move, superiors, Party.APPROVER, "approve", {case.person_id, *barred})


def level_turn(
    move: Move, levels: tuple[Level, ...], number: int, *, is_of_rating: bool = False
) -> Turn:
    """The approver of the n-th level (1-based); of a rating never whoever gave it."""
    rungs = [level for level in levels[:number] if level.role not in (RATER, HR)]
    rated_by = move.case.rated_by_id
    barred = {rated_by} if is_of_rating and rated_by is not None else set()
    height = max(len(rungs), 2) if levels[number - 1].role == ABOVE else len(rungs)
    return approver_of(move, levels[number - 1], height, barred)


def finaliser_of(move: Move, number: int) -> Turn:
    """The final approver of the n-th level: HR by default, or the rater's superior."""
    turn = level_turn(move, move.rules.final_levels, number, is_of_rating=True)
    return Turn(Party.FINALISER, turn.person_id, turn.post_id)


def asks_rater(move: Move, state: str) -> bool:
    """Whether the level that decides in a state is the rater's own."""
    case, rules = move.case, move.rules
    levels = {State.PLAN_REVIEW: rules.plan_levels, State.CHECKIN_REVIEW: rules.checkin_levels}
    return state in levels and levels[State(state)][max(case.level, 1) - 1].role == RATER


def decider_of(move: Move) -> Turn:
    """The superior of the official who rated, skipping whoever approved that rating.

    PP 30/2019 art. 59: the objection goes to the rater's superior. Where none is left (under a
    mayor) the turn is HR's, which names a decider by letter and never decides itself.
    """
    case = move.case
    barred = {case.person_id, case.rated_by_id or 0, *case.rating_approvers}
    seats = move.seats
    start = next((i + 1 for i, s in enumerate(seats) if s.post_id == case.rated_post_id), 1)
    turn = _climb(move, start, Party.DECIDER, "decide", barred)
    return turn if turn.person_id is not None else Turn(Party.HR)


def explainer_of(move: Move) -> Turn:
    """The official who rated; when gone, whoever rates now, but never who decides: then HR."""
    case = move.case
    if case.rated_by_id is not None and is_in_office(move, case.rated_by_id):
        return Turn(Party.EXPLAINER, case.rated_by_id, case.rated_post_id)
    rater = rater_of(move)
    if rater.person_id is not None and rater.person_id == case.decider_id:
        return Turn(Party.EXPLAINER)
    return Turn(Party.EXPLAINER, rater.person_id, rater.post_id)


def turn_of(move: Move, state: str) -> Turn:
    """Whose turn it is when the case stands in a state."""
    case = move.case
    employee = Turn(Party.EMPLOYEE, case.person_id)
    if state == State.MONITORING and case.round_opens_at is None:
        return Turn(Party.SYSTEM)  # nothing to do until the assessment opens
    if state in {State.PLANNING, State.MONITORING, State.SELF_ASSESSMENT, State.ANNOUNCED}:
        return employee
    if state == State.PLAN_REVIEW:
        return level_turn(move, move.rules.plan_levels, case.level)
    if state == State.CHECKIN_REVIEW:
        return level_turn(move, move.rules.checkin_levels, case.level)
    if state in {State.SUPERVISOR_REVIEW, State.DELIVERY}:
        return rater_of(move)
    if state == State.RATING_REVIEW:
        return level_turn(move, move.rules.rating_levels, case.level, is_of_rating=True)
    if state == State.OBJECTION_STATEMENTS:
        return employee if case.has_explanation else explainer_of(move)
    if state == State.OBJECTION_DECISION:
        if case.decider_id is None:
            return Turn(Party.HR)
        return Turn(Party.DECIDER, case.decider_id, case.decider_post_id)
    if state == State.FINAL_APPROVAL:
        return finaliser_of(move, max(case.level, 1))
    return Turn(Party.SYSTEM)


def _climb(move: Move, start: int, party: Party, power: str, barred: set[int]) -> Turn:
    for seat in move.seats[start:]:
        person_id = seat.person_for(power, barred)
        if person_id is not None:
            return Turn(party, person_id, seat.post_id)
    return Turn(party)
