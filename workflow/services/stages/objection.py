"""The objection: both sides explain, then the decider upholds, changes or sends back once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cycles import documents
from cycles.enums import DocumentKind
from cycles.exceptions import Refused, WrongState
from cycles.models import Document, Person, Version
from workflow import flows
from workflow.enums import State
from workflow.models import ObjectionProcess
from workflow.services.move import Move, effect, public_id
from workflow.services.stages import final


def waiting(move: Move) -> ObjectionProcess:
    """The open objection. Raises WrongState when it has just ended."""
    process = flows.waiting_objection(move.case)
    if process is None:
        raise WrongState(_("Somebody else has just decided this."))
    move.facts["objection"] = move.case.objection_number
    return process


def _step(done: bool) -> None:
    if not done:
        raise WrongState(_("Somebody else has just done this."))


def _next(move: Move) -> State:
    case = move.case
    return (
        State.OBJECTION_DECISION
        if case.has_explanation and case.has_statement
        else State.OBJECTION_STATEMENTS
    )


@effect("explain", State.OBJECTION_STATEMENTS)
def explain(move: Move) -> State:
    process = waiting(move)
    move.freeze(DocumentKind.EXPLANATION)
    _step(flows.explained(process))
    move.case.has_explanation = True
    return _next(move)


@effect("add_statement", State.OBJECTION_STATEMENTS)
def add_statement(move: Move) -> State:
    process = waiting(move)
    move.freeze(DocumentKind.STATEMENT)
    _step(flows.stated(process))
    move.case.has_statement = True
    return _next(move)


@effect("waive", State.OBJECTION_STATEMENTS)
def waive(move: Move) -> State:
    """The employee says that the objection itself is statement enough."""
    _step(flows.stated(waiting(move)))
    move.case.has_statement = True
    return _next(move)


@effect("proceed", State.OBJECTION_STATEMENTS)
def proceed(move: Move) -> State:
    """A statement is overdue: the decider goes on with what there is; what lacks is recorded."""
    process, case = waiting(move), move.case
    missing = []
    if not case.has_explanation:
        missing.append("explanation")
        _step(flows.explained(process))
    if not case.has_statement:
        missing.append("statement")
        _step(flows.stated(process))
    move.facts["missing"] = missing
    case.has_explanation = case.has_statement = True
    return State.OBJECTION_DECISION


@effect("withdraw", State.OBJECTION_STATEMENTS)
def withdraw(move: Move) -> State:
    flows.cancel(waiting(move))
    return final.enter(move)


def _decide(move: Move, outcome: str) -> Version:
    process = waiting(move)
    # The button decides the outcome, whatever the draft had chosen.
    body = move.data.get("body") or move.document(DocumentKind.DECISION).body
    move.data["body"] = dict(body, outcome=outcome)
    version = move.freeze(DocumentKind.DECISION)
    move.data["reason"] = version.body["reasons"]
    _step(flows.decided(process))
    move.facts["outcome"] = outcome
    return version


@effect("uphold", State.OBJECTION_DECISION)
def uphold(move: Move) -> State:
    _decide(move, "uphold")
    move.case.was_decided = True
    return final.enter(move)


@effect("change", State.OBJECTION_DECISION)
def change(move: Move) -> State:
    """The decider sets both ratings; the decision is final (PP 30/2019 art. 59)."""
    case = move.case
    decision = _decide(move, "change")
    body = documents.clean(
        DocumentKind.RATING,
        {
            "work": decision.body["work"],
            "work_reason": decision.body["reasons"],
            "behaviour": decision.body["behaviour"],
            "behaviour_reason": decision.body["reasons"],
        },
    )
    case.rating_number += 1
    assert move.actor.person_id is not None
    document = Document.objects.create(
        agency_id=case.agency_id,
        appraisal_id=case.appraisal_id,
        kind=DocumentKind.RATING,
        round=case.rating_number,
        body=body,
        latest=1,
        saved_at=move.now,
    )
    Version.objects.create(
        agency_id=case.agency_id,
        document=document,
        number=1,
        body=body,
        hash=documents.digest(body),
        submitted_by_id=move.actor.person_id,
        submitted_at=move.now,
    )
    case.delivered_rating = case.rating_number
    case.was_decided = True
    move.facts["rating"] = case.rating_number
    return final.enter(move)


@effect("rerate", State.OBJECTION_DECISION)
def rerate(move: Move) -> State:
    """Once; a second objection can only be upheld or changed."""
    _decide(move, "rerate")
    case = move.case
    case.was_rerated = True
    case.decider_id = case.decider_post_id = None
    case.window_ends_at = case.window_calendar_ends_at = None
    return State.SUPERVISOR_REVIEW


@effect("name_decider", State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION)
def name_decider(move: Move) -> State:
    """Under a mayor no superior is left: HR names a decider, the letter stands in the reason."""
    case = move.case
    person = Person.objects.filter(
        public_id=public_id(move.data.get("person")), agency_id=case.agency_id, left_on=None
    ).first()
    if person is None:
        raise Refused(_("Choose a person of this agency."))
    if person.pk in {case.person_id, case.rated_by_id, *case.rating_approvers}:
        raise Refused(_("Who is assessed, who rated and who approved the rating cannot decide."))
    process = waiting(move)
    case.decider_id, case.decider_post_id = person.pk, None
    process.decider_id = person.pk
    process.save(update_fields=["decider"])
    flows.reassign(process, "decision", person.pk)
    move.facts["decider"] = person.pk
    return State(case.state)
