"""A staff change takes effect: postings are written, then every appraisal concerned moves.

One person's act is one transaction. What becomes of whom follows the machine's table: the
person's own appraisals are transferred, excluded or taken back by HR; whatever waited for the
person, or for a post that became vacant or got a holder, passes on by the system.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import at_local, local_date
from cycles.enums import StaffChangeKind
from cycles.exceptions import Refused, WrongState
from cycles.models import Agency, Person, StaffChange, User
from cycles.queries.staff_changes import holder_from, is_waiting
from cycles.services import staff_changes as records
from cycles.services.staff_changes import SeatTaken, Wish, Written, wish_of
from workflow.enums import OPEN, State
from workflow.models import Case
from workflow.permissions import SYSTEM
from workflow.queries.staff_changes import posts_of, touched_by
from workflow.services import hand_overs, successor_notes
from workflow.services.door import advance
from workflow.services.staff_effects import Effects, move_own, pass_on

log = logging.getLogger(__name__)
Kind = StaffChangeKind
BATCH = 500


@dataclass(frozen=True)
class Preview:
    """What would happen; or why it cannot happen as things stand (`can_wait`: it may later)."""

    effects: Effects = field(default_factory=Effects)
    problem: str = ""
    can_wait: bool = False


@dataclass(frozen=True)
class Carried:
    """A recorded change; with its effects if it took effect at once."""

    change: StaffChange
    effects: Effects | None = None


# --- the acts of HR ----------------------------------------------------------------------------


def carry_out(
    agency: Agency, wish: Wish, *, author: User, now: datetime | None = None, may_wait: bool = False
) -> Carried:
    """Record a change; if its day has come it takes effect at once, else it waits.

    With `may_wait` one whose post is still held waits too (a rotation of several people takes
    effect when the last of them is recorded). Raises Incomplete or Refused; then nothing is kept.
    """
    instant = now or clock.now()
    with transaction.atomic():
        change = records.record(agency, wish, author=author, now=instant)
        if change.applied_at is not None:
            return Carried(change)
        if change.effective_on > local_date(agency.zone, instant):
            _ask_ahead(change, instant)
            return Carried(change)
        try:
            with transaction.atomic():
                effects = apply(change.pk, now=instant)
        except SeatTaken as taken:
            if not may_wait:
                raise
            records.note_problem(change, taken.reason)
            waits = True
        else:
            waits = False
    if waits:
        apply_due(instant, agency)
        change.refresh_from_db()
        return Carried(change)
    change.refresh_from_db()
    return Carried(change, effects)


def call_off(change: StaffChange, *, author: User, now: datetime | None = None) -> StaffChange:
    """Cancel a change that waits; notes asked for and not written are asked for no more."""
    with transaction.atomic():
        cancelled = records.cancel(change, author=author, now=now or clock.now())
        successor_notes.ask_no_more(cancelled.person, cancelled.agency_id)
        return cancelled


def preview(agency: Agency, wish: Wish, *, author: User, now: datetime | None = None) -> Preview:
    """What the change would do, found by doing it and taking it all back: nothing is written.

    A change of a later day is played on that day, as the appraisals stand now. Raises Incomplete.
    """
    instant = now or clock.now()
    day = max(wish.effective_on, local_date(agency.zone, instant))
    then = max(instant, at_local(agency.zone, day, 0))
    with transaction.atomic():
        try:
            change = records.record(agency, wish, author=author, now=instant)
            if change.applied_at is None:
                if then > instant:
                    _play_calendar(wish.person, agency, then)
                found = Preview(apply(change.pk, now=then))
            else:
                found = Preview(problem=_("This change has already taken effect."))
        except SeatTaken as taken:
            found = Preview(problem=taken.reason, can_wait=True)
        finally:
            transaction.set_rollback(True)
    return found


def _play_calendar(person: Person, agency: Agency, then: datetime) -> None:
    """Until that day the calendar may have opened the person's assessment."""
    for case in Case.objects.filter(
        person=person, agency=agency, state=State.MONITORING, has_plan_in_force=True,
        assessment_opens_at__lte=then,
    ).order_by("pk"):  # fmt: skip
        advance(case.pk, "open_assessment", actor=SYSTEM, now=then)


def _ask_ahead(change: StaffChange, now: datetime) -> None:
    """The leaver may begin with the notes for the successor before the day comes."""
    wish = wish_of(change)
    if wish.kind == Kind.DEATH or not (wish.kind == Kind.POST or wish.empties_all):
        return
    rated = Case.objects.filter(rater=change.person, agency=change.agency, state__in=OPEN)
    if wish.kind == Kind.POST and wish.leaves is not None:
        rated = rated.filter(rater_post=wish.leaves)
    ids = list(rated.order_by("pk").values_list("pk", flat=True))
    successor_notes.ask_for_notes(ids, change.person, now)


# --- taking effect -----------------------------------------------------------------------------


def apply(change_id: int, *, now: datetime | None = None) -> Effects:
    """Let one change take effect, wholly or not at all. Raises SeatTaken, WrongState, Refused."""
    return _apply_together([change_id], now or clock.now())[0]


def _apply_together(change_ids: Sequence[int], now: datetime) -> list[Effects]:
    """Changes that take effect as one act: everybody leaves first, then everybody arrives."""
    try:
        with transaction.atomic():
            changes = [records.lock(change_id) for change_id in sorted(change_ids)]
            today = local_date(changes[0].agency.zone, now)
            # The case rows first, in one order, so that two changes cannot wait in a circle.
            ids = {
                case_id
                for change in changes
                for case_id in touched_by(change, posts_of(change), today)
            }
            list(Case.objects.select_for_update(of=("self",), no_key=True)
                 .filter(pk__in=ids).order_by("pk").values_list("pk"))  # fmt: skip
            people = [change.person_id for change in changes]
            list(Person.objects.select_for_update(no_key=True)
                 .filter(pk__in=people).order_by("pk").values_list("pk"))  # fmt: skip
            written = [records.leave(change, now) for change in changes]
            pairs = list(zip(changes, written, strict=True))
            for change, what in pairs:
                records.arrive(change, what)
            done = [_follow(change, what, now) for change, what in pairs]
            for change, what in pairs:
                records.finish(change, what, now)
            return done
    except IntegrityError as error:
        if "one_holder_per_post" not in str(error):
            raise
        raise SeatTaken(_("This post is held by somebody else.")) from None


def _follow(change: StaffChange, written: Written, now: datetime) -> Effects:
    """Move every appraisal that the written records concern."""
    today = local_date(change.agency.zone, now)
    own = move_own(change, written, now)
    posts = [*written.vacated, *([written.occupied] if written.occupied is not None else [])]
    passed, given_on = pass_on(touched_by(change, posts, today), change, now)
    asked = 0
    if change.kind != Kind.DEATH:
        asked = successor_notes.ask_for_notes(given_on, change.person, now)
    if change.kind == Kind.AGENCY:
        hand_overs.give(change, now)
    return Effects(tuple(own), tuple(passed), asked, tuple(written.vacated), written.occupied)


# --- the sweeps --------------------------------------------------------------------------------


def apply_due(now: datetime | None = None, agency: Agency | None = None) -> int:
    """Let every change whose day has come take effect; return how many did.

    One that cannot (its post is still held) stays in the list with the reason, and is tried again.
    People who change places with each other move as one act.
    """
    instant = now or clock.now()
    waiting = StaffChange.objects.filter(
        is_waiting(), effective_on__lte=(instant + timedelta(days=1)).date()
    )
    if agency is not None:
        waiting = waiting.filter(agency=agency)
    by_agency: dict[int, list[StaffChange]] = {}
    for change in waiting.select_related("agency", "person", "post").order_by("effective_on", "id"):
        if change.effective_on <= local_date(change.agency.zone, instant):
            by_agency.setdefault(change.agency_id, []).append(change)
    return sum(_apply_all(changes, instant) for changes in by_agency.values())


def _apply_all(pending: list[StaffChange], now: datetime) -> int:
    """The changes of one agency, again and again while one makes room for another."""
    applied, problems = 0, {}
    while True:
        blocked = []
        for change in pending:
            try:
                # Asked before anything is locked: a change may wait for its post for weeks.
                records.demand_seat(change)
                apply(change.pk, now=now)
            except SeatTaken as taken:
                problems[change] = taken.reason
                blocked.append(change)
            except WrongState:
                continue  # applied or cancelled by somebody else
            except Refused as refusal:
                problems[change] = refusal.reason
            except Exception:
                log.exception("staff change %s cannot take effect", change.pk)
            else:
                problems.pop(change, None)
                applied += 1
        if len(blocked) == len(pending):
            break
        pending = blocked
    if circle := _circle(pending):
        try:
            _apply_together([change.pk for change in circle], now)
        except Refused as refusal:
            problems |= dict.fromkeys(circle, refusal.reason)
        else:
            applied += len(circle)
            problems = {c: said for c, said in problems.items() if c not in circle}
    for change, said in problems.items():
        records.note_problem(change, said)
    return applied


def _circle(blocked: list[StaffChange]) -> list[StaffChange]:
    """Those who only wait for each other: every post they go to is left by one of them."""
    members = [change for change in blocked if change.kind == Kind.POST]
    while members:
        left = {
            (change.person_id, posting.post_id)
            for change in members
            for posting in records.to_end(change)
        }
        kept = [
            change
            for change in members
            if change.post_id is not None
            and (holder := holder_from(change.post_id, change.effective_on)) is not None
            and (holder.person_id, change.post_id) in left
        ]
        if len(kept) == len(members):
            break
        members = kept
    return members


def follow_postings(now: datetime | None = None) -> int:
    """Transfer what still stands at a post that its person has left for another one.

    After an import, for instance. From the assessment on the year stays where it is.
    """
    instant = now or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, {"now": instant, "most": BATCH})
        found = cursor.fetchall()
    moved = 0
    for case_id, turn in found:
        try:
            advance(case_id, "transfer", actor=SYSTEM, expected_turn=turn, now=instant)
        except Refused:
            continue
        except Exception:
            log.exception("case %s cannot follow its person", case_id)
            continue
        moved += 1
    return moved


_ELSEWHERE = """
WITH held AS (
    SELECT g.agency_id, g.person_id, g.post_id
    FROM cycles_posting g JOIN cycles_agency a ON a.id = g.agency_id
    WHERE g.starts_on <= (%(now)s AT TIME ZONE a.zone)::date
        AND coalesce(g.ends_on >= (%(now)s AT TIME ZONE a.zone)::date, true)
)
SELECT c.id, c.turn_number
FROM workflow_case c
WHERE c.state IN ('planning', 'plan_review', 'monitoring', 'checkin_review')
    AND NOT EXISTS (
        SELECT 1 FROM held WHERE held.person_id = c.person_id AND held.post_id = c.post_id
    )
    AND EXISTS (
        SELECT 1 FROM held WHERE held.person_id = c.person_id AND held.agency_id = c.agency_id
    )
ORDER BY c.id
LIMIT %(most)s
"""
