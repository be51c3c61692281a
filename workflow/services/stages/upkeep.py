"""HR's acts on any open case: exclusion and return, transfer, reassignment."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from cycles.enums import DocumentKind
from cycles.exceptions import Refused
from cycles.models import Document, Person, Post, Posting, Segment
from cycles.rules import RATER
from workflow import flows, machine
from workflow.enums import BEFORE_ASSESSMENT, OPEN, Party, State
from workflow.services.move import Move, Turn, effect, public_id
from workflow.services.stages.snapshots import segment_of
from workflow.services.turns import explainer_of, rater_of, turn_of

OPEN_STATES = tuple(state for state in State if state in OPEN)
REST_STATES = tuple(state for state in OPEN_STATES if state not in BEFORE_ASSESSMENT)


def _cancel_processes(move: Move) -> None:
    for process in (flows.waiting_approval(move.case), flows.waiting_objection(move.case)):
        if process is not None:
            flows.cancel(process)
    move.case.level = 0


@effect("exclude", *OPEN_STATES)
def exclude(move: Move) -> State:
    """Leave, study, retirement …; from delivery on only death or a court ends an appraisal."""
    authority = str(move.data.get("authority") or "")
    if move.source in machine.LATE_STATES and authority not in machine.LATE_EXCLUSIONS:
        raise Refused(
            _("From delivery on only the employee's death or a court's ruling can end it.")
        )
    if not authority:
        raise Refused(_("Say on whose authority the person is excluded."))
    move.facts["authority"] = authority
    _cancel_processes(move)
    return State.EXCLUDED


@effect("reinstate", State.EXCLUDED)
def reinstate(move: Move) -> State:
    """Back to where the plan and the date allow."""
    case = move.case
    move.returned = True
    if not case.has_plan_in_force or case.is_amending:
        return State.PLANNING
    if move.now >= case.assessment_opens_at:
        return State.SELF_ASSESSMENT
    return State.MONITORING


def _move_to_post(move: Move) -> Post:
    """End the posting, begin the new one. Raises Refused when the seat is not free."""
    case = move.case
    post = (
        Post.objects.select_related("unit")
        .filter(public_id=public_id(move.data.get("post")), agency_id=case.agency_id)
        .first()
    )
    if post is None:
        raise Refused(_("Choose a post of this agency."))
    if post.pk == case.post_id:
        raise Refused(_("The person already holds this post."))
    if (
        Posting.objects.filter(post=post)
        .filter(Q(ends_on=None) | Q(ends_on__gt=move.today))
        .exists()
    ):
        raise Refused(_("This post is held by somebody else."))
    yesterday = move.today - timedelta(days=1)
    for posting in Posting.objects.filter(person_id=case.person_id, post_id=case.post_id,
                                          ends_on=None):  # fmt: skip
        posting.ends_on = max(yesterday, posting.starts_on)
        posting.save(update_fields=["ends_on"])
    Posting.objects.create(
        agency_id=case.agency_id, person_id=case.person_id, post=post, starts_on=move.today
    )
    move.facts |= {"post_from": case.post_id, "post_to": post.pk}
    case.post, case.unit = post, post.unit
    move.forget_place()
    return post


@effect("transfer", *(state for state in OPEN_STATES if state in BEFORE_ASSESSMENT))
def transfer_early(move: Move) -> State:
    """A new post before the assessment needs a new plan there: a new segment begins."""
    case = move.case
    _cancel_processes(move)
    post = _move_to_post(move)
    case.rater_exception_id = None
    rater = rater_of(move)
    Segment.objects.filter(appraisal_id=case.appraisal_id, number=case.segment_number).update(
        ends_on=move.today - timedelta(days=1)
    )
    case.segment_number += 1
    segment_of(case, post, rater.person_id, rater.post_id, starts_on=move.today).save(
        force_insert=True
    )
    case.rater_id, case.rater_post_id = rater.person_id, rater.post_id
    case.has_plan_in_force = case.is_amending = False
    case.return_note = {}
    # The old segment's rounds are closed; the new one begins with the next that is still due.
    left = [r for r in move.timetable.rounds
            if move.timetable.stage("checkin", r).due_on >= move.today]  # fmt: skip
    case.round = left[0] if left else max(move.timetable.rounds, default=0) + 1
    move.returned = True
    move.facts["segment"] = case.segment_number
    return State.PLANNING


@effect("transfer", *REST_STATES)
def transfer_late(move: Move) -> State:
    """From the assessment on the year's rater and decider stay; only the post changes."""
    _move_to_post(move)
    return State(move.source)


@effect("reassign", *OPEN_STATES)
def reassign(move: Move) -> State:
    """Give the item to who should hold it now: holder, acting, superior, HR; never the employee.

    With `person`, HR names somebody (a recorded exception); with `to` = "hr", HR takes it.
    """
    case, state = move.case, State(move.source)
    before = (case.turn_person_id, case.rater_id)
    if move.data.get("to") == "hr":
        turn: Turn | None = Turn(Party(case.turn_party))
    elif move.data.get("person"):
        turn = _named(move)
    else:
        turn = None
    if _concerns_rater(move, state):
        if turn is not None and turn.person_id is not None:
            case.rater_exception_id = turn.person_id
        rater = rater_of(move)
        case.rater_id, case.rater_post_id = rater.person_id, rater.post_id
        if case.turn_party == Party.RATER:
            turn = turn or rater
    elif state == State.OBJECTION_STATEMENTS and case.turn_party == Party.EXPLAINER:
        turn = turn or explainer_of(move)
    elif state == State.OBJECTION_DECISION and turn is not None:
        case.decider_id, case.decider_post_id = turn.person_id, turn.post_id
    if turn is None:
        turn = turn_of(move, state)
    move.assigned = turn if case.turn_party != Party.EMPLOYEE else None
    if state == State.SUPERVISOR_REVIEW and before[0] != turn.person_id:
        # The leaver's draft rating is not carried: nobody signs what another one thought.
        Document.objects.filter(
            appraisal_id=case.appraisal_id,
            kind=DocumentKind.RATING,
            round=case.rating_number + 1,
        ).update(body={}, revision=0)
    _mirror(move, turn)
    move.facts |= {"from": before[0], "to": turn.person_id}
    return state


def _concerns_rater(move: Move, state: State) -> bool:
    """Whether who rates is in question here, and not a level above, a decider or a finaliser."""
    case, rules = move.case, move.rules
    if state == State.PLAN_REVIEW:
        return rules.plan_levels[case.level - 1].role == RATER
    if state == State.CHECKIN_REVIEW:
        return rules.checkin_levels[case.level - 1].role == RATER
    return state in {
        State.PLANNING, State.MONITORING, State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW,
        State.DELIVERY,
    }  # fmt: skip


def _named(move: Move) -> Turn:
    case = move.case
    person = Person.objects.filter(
        public_id=public_id(move.data["person"]), agency_id=case.agency_id, left_on=None
    ).first()
    if person is None:
        raise Refused(_("Choose a person of this agency."))
    if person.pk == case.person_id:
        raise Refused(_("Nobody acts on their own appraisal."))
    barred = {case.rated_by_id, *case.rating_approvers}
    if move.source in {State.RATING_REVIEW, State.OBJECTION_DECISION} and person.pk in barred:
        raise Refused(_("Who is assessed, who rated and who approved the rating cannot decide."))
    return Turn(Party(case.turn_party), person.pk, None)


def _mirror(move: Move, turn: Turn) -> None:
    """Viewflow's waiting task follows the turn."""
    if (approval := flows.waiting_approval(move.case)) is not None:
        flows.reassign(approval, "review", turn.person_id)
    elif (objection := flows.waiting_objection(move.case)) is not None:
        node = "decision" if move.source == State.OBJECTION_DECISION else "explanation"
        if turn.party != Party.EMPLOYEE:
            flows.reassign(objection, node, turn.person_id)
