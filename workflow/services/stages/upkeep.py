"""HR's acts on any open case: exclusion and return, transfer to another post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from cycles.calendar import at_local
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Refused
from cycles.models import Cycle, Post, Posting, Segment
from cycles.queries.officials import rater_exceptions
from workflow import flows, machine
from workflow.enums import BEFORE_ASSESSMENT, OPEN, State
from workflow.services.move import Move, effect, public_id
from workflow.services.stages.assessment import miss_open_rounds
from workflow.services.stages.snapshots import segment_of
from workflow.services.turns import rater_of

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
    if authority not in machine.AUTHORITIES:
        raise Refused(_("Say on whose authority the person is excluded."))
    move.facts["authority"] = authority
    _cancel_processes(move)
    return State.EXCLUDED


@effect("reinstate", State.EXCLUDED)
def reinstate(move: Move) -> State:
    """Back to where the plan and the date allow; a closed cycle takes nobody back."""
    case = move.case
    # Asked afresh: the lock waited for a closing of the cycle that read this case as excluded.
    if Cycle.objects.filter(pk=case.cycle_id, status=CycleStatus.CLOSED).exists():
        raise Refused(_("This cycle is closed."))
    move.returned = True
    if not case.has_plan_in_force or case.is_amending:
        return State.PLANNING
    if move.now >= case.assessment_opens_at:
        # The year is assessed anew: what was decided about an earlier rating binds no longer.
        miss_open_rounds(move)
        case.was_rerated = case.was_decided = False
        case.decider_id = case.decider_post_id = None
        return State.SELF_ASSESSMENT
    return State.MONITORING


@dataclass(frozen=True)
class Placing:
    """Where the person sits now, since when, and the post they came from."""

    post: Post
    starts_on: date
    post_from: int


def _placing(move: Move) -> Placing:
    """The person's new post: named by HR with the act ("post"), else the posting of today."""
    placing = _move_to_post(move) if move.data.get("post") else _posting_of_today(move)
    move.facts |= {"post_from": placing.post_from, "post_to": placing.post.pk}
    return placing


def _posting_of_today(move: Move) -> Placing:
    """The posting was written already (a staff change, an import): the case follows it.

    Of several postings the one that began last counts, as for the opening of a cycle.
    """
    case, today = move.case, move.today
    held = list(
        Posting.objects.filter(
            person_id=case.person_id, agency_id=case.agency_id, starts_on__lte=today
        )
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .select_related("post__unit")
        .order_by("-starts_on", "-pk")
    )
    if not held:
        raise Refused(_("The person holds no post."))
    if case.post_id in {posting.post_id for posting in held}:
        raise Refused(_("The person still holds the post of this appraisal."))
    before = (
        Posting.objects.filter(
            person_id=case.person_id, agency_id=case.agency_id, ends_on__lt=today
        )
        .order_by("-ends_on", "-pk")
        .values_list("post_id", flat=True)
        .first()
    )
    return Placing(held[0].post, held[0].starts_on, before or case.post_id)


def _move_to_post(move: Move) -> Placing:
    """End the posting, begin the new one. Raises Refused when the seat is not free."""
    case = move.case
    held = (
        Posting.objects.filter(person_id=case.person_id, agency_id=case.agency_id, ends_on=None)
        .order_by("-starts_on", "-pk")
        .values_list("post_id", flat=True)
    )
    # After an earlier late transfer the case still stands where its year is assessed.
    post_from = case.post_id if case.post_id in held or not held else held[0]
    post = (
        Post.objects.select_related("unit")
        .filter(public_id=public_id(move.data.get("post")), agency_id=case.agency_id)
        .filter(Q(closed_on=None) | Q(closed_on__gte=move.today))
        .first()
    )
    if post is None:
        raise Refused(_("Choose a post of this agency."))
    if post.pk in held:
        raise Refused(_("The person already holds this post."))
    if (
        Posting.objects.filter(post=post)
        .filter(Q(ends_on=None) | Q(ends_on__gt=move.today))
        .exists()
    ):
        raise Refused(_("This post is held by somebody else."))
    yesterday = move.today - timedelta(days=1)
    for posting in Posting.objects.filter(person_id=case.person_id, post_id=post_from,
                                          ends_on=None):  # fmt: skip
        posting.ends_on = max(yesterday, posting.starts_on)
        posting.save(update_fields=["ends_on"])
    Posting.objects.create(
        agency_id=case.agency_id, person_id=case.person_id, post=post, starts_on=move.today
    )
    return Placing(post, move.today, post_from)


@effect("transfer", *(state for state in OPEN_STATES if state in BEFORE_ASSESSMENT))
def transfer_early(move: Move) -> State:
    """A new post before the assessment needs a new plan there: a new segment begins."""
    case = move.case
    _cancel_processes(move)
    placing = _placing(move)
    post = placing.post
    case.post, case.unit = post, post.unit
    move.forget_place()
    case.rater_exception_id = rater_exceptions(case.agency_id, move.today).get(case.person_id)
    rater = rater_of(move)
    old = Segment.objects.get(appraisal_id=case.appraisal_id, number=case.segment_number)
    # Recorded late, the move may reach back before the year: no day was spent in the old post.
    starts_on = max(placing.starts_on, old.starts_on)
    old.ends_on = starts_on - timedelta(days=1)
    old.save(update_fields=["ends_on"])
    case.segment_number += 1
    segment_of(case, post, rater.person_id, rater.post_id, starts_on=starts_on).save(
        force_insert=True
    )
    move.__dict__.pop("segment", None)
    case.rater_id, case.rater_post_id = rater.person_id, rater.post_id
    case.has_plan_in_force = case.is_amending = False
    case.return_note = {}
    # The old segment's rounds are closed; the new one begins with the next that is still due.
    left = [r for r in move.timetable.rounds
            if move.timetable.stage("checkin", r).due_on >= move.today]  # fmt: skip
    case.round = left[0] if left else max(move.timetable.rounds, default=0) + 1
    opening = move.timetable.stage(StageKind.SELF_ASSESSMENT).opens_on
    case.assessment_opens_at = at_local(move.calendar.zone, opening, 0)
    move.returned = True
    move.facts["segment"] = case.segment_number
    return State.PLANNING


@effect("transfer", *REST_STATES)
def transfer_late(move: Move) -> State:
    """From the assessment on the year's rater and decider stay: only the posting changes.

    The case keeps the post and unit whose year is assessed; raters are looked for above them.
    """
    _placing(move)
    return State(move.source)
