"""Reassignment: an item passes into the hands that should hold it now."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from cycles.enums import DocumentKind
from cycles.exceptions import Refused
from cycles.models import Document, Person
from workflow import flows
from workflow.enums import OBJECTION, OPEN, Party, State
from workflow.services.move import Move, Turn, effect, public_id
from workflow.services.turns import (
    asks_rater,
    decider_of,
    explainer_of,
    is_in_office,
    rater_of,
    turn_of,
)

OF_RATER = frozenset(
    {State.PLANNING, State.MONITORING, State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW,
     State.DELIVERY}
)  # fmt: skip


@effect("reassign", *(state for state in State if state in OPEN))
def reassign(move: Move) -> State:
    """Give the item to who should hold it now: holder, acting, superior, HR; never the employee.

    With `person`, HR names somebody (a recorded exception); with `to` = "hr", HR takes it; with
    `exception` = "over" the exception that held so far counts no more.
    """
    case, state = move.case, State(move.source)
    before, rater_before = case.turn_person_id, case.rater_id
    named, to_hr = _named(move), move.data.get("to") == "hr"
    if move.data.get("exception") == "over":
        case.rater_exception_id = None
    turn: Turn | None
    party = Party(case.turn_party)
    if state in OBJECTION:
        turn = _in_objection(move, named, to_hr)
    elif state in OF_RATER or asks_rater(move, state):
        if named is not None:
            case.rater_exception_id = named
        rater = rater_of(move)
        case.rater_id, case.rater_post_id = rater.person_id, rater.post_id
        if party in {Party.EMPLOYEE, Party.SYSTEM}:
            turn = None
            _leave_untouched(to_hr)
        else:
            turn = Turn(party) if to_hr else Turn(party, rater.person_id, rater.post_id)
    elif party in {Party.EMPLOYEE, Party.SYSTEM}:
        turn = None
        _leave_untouched(to_hr or named is not None)
    elif named is not None:
        turn = Turn(party, named)
    else:
        turn = Turn(party) if to_hr else turn_of(move, state)
    move.assigned = turn
    holder = turn.person_id if turn is not None else before
    if state == State.SUPERVISOR_REVIEW and before != holder:
        _clear_draft(move, DocumentKind.RATING, case.rating_number + 1)
    if turn is not None and (approval := flows.waiting_approval(case)) is not None:
        flows.reassign(approval, "review", turn.person_id)
    move.facts |= {"from": before, "to": holder}
    if case.rater_id != rater_before:
        move.facts |= {"rater_from": rater_before, "rater_to": case.rater_id}
    return state


def wants_other_hands(move: Move) -> bool:
    """Whether `reassign` would give the item, or the rater's part, to somebody else by the posts.

    What HR has given to a person of its choice stays there while that person is in office.
    """
    case, state = move.case, State(move.case.state)
    if state in OBJECTION:
        if case.decider_id is not None and not is_in_office(move, case.decider_id):
            return True
        is_explaining = case.turn_party == Party.EXPLAINER and case.turn_person_id is not None
        return is_explaining and not is_in_office(move, case.turn_person_id or 0)
    if state in OF_RATER or asks_rater(move, state):
        rater = rater_of(move)
        return (case.rater_id, case.rater_post_id) != (rater.person_id, rater.post_id)
    if case.turn_party not in {Party.APPROVER, Party.FINALISER} or case.turn_person_id is None:
        return False
    if case.turn_post_id is None:
        return not is_in_office(move, case.turn_person_id)
    turn = turn_of(move, state)
    return (case.turn_person_id, case.turn_post_id) != (turn.person_id, turn.post_id)


def _leave_untouched(is_wanted: bool) -> None:
    """The turn is the employee's or the calendar's: Refused when somebody else should take it."""
    if is_wanted:
        raise Refused(_("Nobody else can take this turn."))


def _in_objection(move: Move, named: int | None, to_hr: bool) -> Turn | None:
    """The new holder of a statement or of the decision; None: the employee keeps the turn."""
    case = move.case
    process = flows.waiting_objection(case)
    if process is None:
        raise Refused(_("Somebody else has just decided this."))
    before = case.decider_id
    turn: Turn | None
    if case.decider_id is not None and not is_in_office(move, case.decider_id):
        decider = decider_of(move)
        case.decider_id, case.decider_post_id = decider.person_id, decider.post_id
    if move.source == State.OBJECTION_DECISION:
        if named is not None or to_hr:
            # HR names a decider, it never decides itself: without one the item waits for that.
            case.decider_id, case.decider_post_id = named, None
        if case.decider_id != before:
            _clear_draft(move, DocumentKind.DECISION, case.objection_number)
        turn = turn_of(move, State.OBJECTION_DECISION)
    elif case.turn_party == Party.EMPLOYEE:
        turn = None
        _leave_untouched(to_hr or named is not None)
    elif named is not None and named == case.decider_id:
        raise Refused(_("Who decides the objection cannot explain the rating."))
    else:
        turn = explainer_of(move)
        if named is not None or to_hr:
            turn = Turn(Party.EXPLAINER, named)
        process.explainer_id = turn.person_id
        flows.reassign(process, "explanation", turn.person_id)
    process.decider_id = case.decider_id
    process.save(update_fields=["explainer", "decider"])
    flows.reassign(process, "decision", case.decider_id)
    return turn


def _clear_draft(move: Move, kind: DocumentKind, number: int) -> None:
    """The leaver's draft is not carried: nobody signs what another one thought."""
    Document.objects.filter(appraisal_id=move.case.appraisal_id, kind=kind, round=number).update(
        body={}, revision=F("revision") + 1
    )


def _named(move: Move) -> int | None:
    """The person HR names, if any. Raises Refused for one who may not hold the item."""
    if not move.data.get("person"):
        return None
    case = move.case
    person = Person.objects.filter(
        public_id=public_id(move.data["person"]), agency_id=case.agency_id, left_on=None
    ).first()
    if person is None:
        raise Refused(_("Choose a person of this agency."))
    if person.pk == case.person_id:
        raise Refused(_("Nobody acts on their own appraisal."))
    barred = {
        State.RATING_REVIEW: {case.rated_by_id},
        State.OBJECTION_DECISION: {case.rated_by_id, *case.rating_approvers},
        State.FINAL_APPROVAL: {case.rated_by_id},
    }
    if person.pk in barred.get(State(move.source), ()):
        raise Refused(_("Who is assessed, who rated and who approved the rating cannot decide."))
    return person.pk
