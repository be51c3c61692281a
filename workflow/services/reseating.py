"""Items follow the seats: where another superior is named, what waits passes on to them.

`sweeps.follow_seats` looks after those who no longer sit where they acted from. Here it is the
other way round: somebody new sits above (a new superior, a filled post, an acting official), and
what waits elsewhere comes to them. What HR gave to a person of its choice stays there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from cycles import clock, ledger
from cycles.calendar import local_date
from cycles.exceptions import Refused
from cycles.models import Acting, Agency, Post, Posting
from cycles.services.jobs import Progress
from workflow.enums import ENDED, Party, State
from workflow.models import Case, CounterDelta
from workflow.permissions import SYSTEM, Actor
from workflow.services.door import advance, lock_case, stream_of
from workflow.services.move import Move, Surroundings
from workflow.services.stages.hands import OF_RATER, wants_other_hands

log = logging.getLogger(__name__)
BATCH = 500
# So many are passed on while HR waits; more are a job's work.
AT_ONCE = 100
# A seat that was taken on a day is looked at for so long after it.
RECENT = timedelta(days=3)
WORTH_AN_INDEX = 30

# Cases whose rater is not the one whom the seats of today name. A superior's seat is climbed once,
# however many stand below it; who would come to rate themselves is left to the exact look after.
_OTHER_RATER = """
WITH RECURSIVE seat AS MATERIALIZED (
    SELECT s.id, s.superior_id, coalesce(holder.person_id, acting.person_id) AS person_id
    FROM (SELECT DISTINCT superior_id AS id FROM cycles_post
          WHERE agency_id = %(agency)s AND superior_id IS NOT NULL) d
    JOIN cycles_post s ON s.id = d.id
    LEFT JOIN LATERAL (
        SELECT g.person_id FROM cycles_posting g
        JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
        WHERE g.post_id = s.id AND g.starts_on <= %(day)s
            AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
        ORDER BY g.starts_on DESC LIMIT 1
    ) holder ON true
    LEFT JOIN LATERAL (
        SELECT a.person_id FROM cycles_acting a
        JOIN cycles_person n ON n.id = a.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
        WHERE a.post_id = s.id AND a.starts_on <= %(day)s AND a.ends_on >= %(day)s AND a.may_rate
        ORDER BY a.starts_on DESC LIMIT 1
    ) acting ON true
), up AS (
    SELECT id AS start, id AS post_id, superior_id, person_id, 0 AS step FROM seat
    UNION ALL
    SELECT up.start, seat.id, seat.superior_id, seat.person_id, up.step + 1
    FROM up JOIN seat ON seat.id = up.superior_id
    WHERE up.person_id IS NULL AND up.step < 20
), named AS (
    SELECT DISTINCT ON (start) start, post_id, person_id FROM up
    WHERE person_id IS NOT NULL ORDER BY start, step
)
SELECT c.id FROM workflow_case c
JOIN cycles_post p ON p.id = c.post_id
LEFT JOIN named ON named.start = p.superior_id
LEFT JOIN cycles_person x ON x.id = c.rater_exception_id
WHERE c.agency_id = %(agency)s AND c.state = ANY(%(states)s)
    AND (c.rater_exception_id IS NULL OR x.left_on <= %(day)s)
    AND (c.rater_id, c.rater_post_id) IS DISTINCT FROM (named.person_id, named.post_id)
    AND (%(posts)s::bigint[] IS NULL OR p.superior_id IN (
        SELECT start FROM up WHERE post_id = ANY(%(posts)s::bigint[])))
ORDER BY c.id
"""
_RATER_STATES = sorted({*OF_RATER, State.PLAN_REVIEW, State.CHECKIN_REVIEW})


@dataclass(frozen=True)
class PassedOn:
    """How many items came into other hands, and how many still have to (a job does the rest)."""

    moved: int = 0
    left: int = 0


def waiting(
    agency: Agency, now: datetime, *, posts: Iterable[int] | None = None, pooled: bool = False
) -> list[int]:
    """The cases of an agency that should pass into other hands by the seats of today.

    With `posts` only what these posts' seats decide. What lies with HR counts only if `pooled`:
    HR took some of it on purpose, and gives it back by an act of its own.
    """
    today = local_date(agency.zone, now)
    seats = None if posts is None else sorted(posts)
    upper = Q(turn_party__in=(Party.APPROVER, Party.FINALISER), turn_post__isnull=False)
    if seats is not None:
        upper &= Q(post__in=_posts_below(seats))
    candidates = (
        Case.objects.filter(agency=agency)
        .filter(Q(pk__in=_with_other_rater(agency, today, seats)) | (upper & ~Q(state__in=ENDED)))
        .select_related("agency", "cycle", "unit", "appraisal")
        .order_by("pk")
    )
    if not pooled:
        candidates = candidates.exclude(
            turn_person=None, turn_party__in=(Party.RATER, Party.APPROVER)
        )
    cases = list(candidates)
    wanted: list[int] = []
    for cycle in {case.cycle for case in cases}:
        own = [case for case in cases if case.cycle_id == cycle.pk]
        # All seats of the agency are worth reading for many cases only.
        around = Surroundings(cycle, own if len(own) > WORTH_AN_INDEX else ())
        wanted += [
            case.pk
            for case in own
            if wants_other_hands(Move(case, "reassign", SYSTEM, now, around))
        ]
    return sorted(wanted)


def pass_on(
    case_ids: Sequence[int], *, actor: Actor, reason: str, now: datetime, most: int = AT_ONCE
) -> PassedOn:
    """Give each item to whoever should hold it now. A refused one does not stop the rest."""
    moved = 0
    for case_id in case_ids[:most]:
        case = Case.objects.only("person_id", "turn_number").get(pk=case_id)
        # Nobody acts on their own appraisal, not even to pass it on: there the system does it.
        by = SYSTEM if case.person_id == actor.person_id else actor
        try:
            advance(case_id, "reassign", actor=by, data={"reason": reason}, now=now,
                    expected_turn=case.turn_number)  # fmt: skip
        except Refused:
            continue
        except Exception:
            log.exception("case %s cannot be passed on", case_id)
            continue
        moved += 1
    return PassedOn(moved, max(len(case_ids) - most, 0))


def follow_new_seats(now: datetime) -> int:
    """What waits elsewhere comes to whoever took a seat, or acts for one, in the last days."""
    moved = 0
    for agency in Agency.objects.order_by("pk"):
        today = local_date(agency.zone, now)
        since = Q(agency=agency, starts_on__lte=today, starts_on__gte=today - RECENT)
        posts = {
            *Posting.objects.filter(since).values_list("post_id", flat=True),
            *Acting.objects.filter(since, ends_on__gte=today).values_list("post_id", flat=True),
        }
        if posts and (due := waiting(agency, now, posts=posts)):
            moved += pass_on(due, actor=SYSTEM, reason="", now=now, most=BATCH).moved
    return moved


def pass_on_all(progress: Progress) -> dict[str, int]:
    """The job: everything of an agency that should lie in other hands, one item after the other."""
    agency = Agency.objects.get(pk=progress.params["agency"])
    now = clock.now()
    due = waiting(agency, now, pooled=bool(progress.params.get("pooled")))
    moved = 0
    for done in range(0, len(due), AT_ONCE):
        progress.say(done, len(due))
        batch = due[done : done + AT_ONCE]
        moved += pass_on(batch, actor=SYSTEM, reason="", now=now).moved
    progress.say(len(due), len(due))
    return {"moved": moved}


def follow_unit(post: Post, *, actor: Actor, now: datetime) -> int:
    """The running appraisals of a post's holder are counted in the unit the post stands in now."""
    moved = 0
    with transaction.atomic():
        cases = Case.objects.filter(post=post).exclude(state__in=ENDED).exclude(unit=post.unit_id)
        for case_id in cases.order_by("pk").values_list("pk", flat=True):
            case = lock_case(case_id)
            before, case.unit_id = case.unit_id, post.unit_id
            Case.objects.filter(pk=case.pk).update(unit=post.unit_id)
            CounterDelta.objects.bulk_create(
                [
                    CounterDelta(cycle_id=case.cycle_id, unit_id=unit, state=case.state, delta=by)
                    for unit, by in ((before, -1), (post.unit_id, 1))
                ]
            )
            ledger.append(
                [
                    ledger.Entry(
                        stream=stream_of(case),
                        action="follow_unit",
                        at=now,
                        agency_id=case.agency_id,
                        cycle_id=case.cycle_id,
                        actor_id=actor.person_id,
                        from_state=case.state,
                        to_state=case.state,
                        data={"post": post.pk, "unit_from": before, "unit_to": post.unit_id},
                    )
                ]
            )
            moved += 1
    return moved


def _posts_below(posts: Sequence[int]) -> list[int]:
    """Every post that stands somewhere below one of these."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below AS (
                SELECT id FROM cycles_post WHERE superior_id = ANY(%(posts)s)
                UNION SELECT p.id FROM cycles_post p JOIN below ON p.superior_id = below.id
            ) SELECT id FROM below
            """,
            {"posts": list(posts)},
        )
        return [row[0] for row in cursor.fetchall()]


def _with_other_rater(agency: Agency, today: date, posts: Iterable[int] | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _OTHER_RATER,
            {
                "agency": agency.pk,
                "day": today,
                "states": [str(state.value) for state in _RATER_STATES],
                "posts": None if posts is None else sorted(posts),
            },
        )
        return [row[0] for row in cursor.fetchall()]
