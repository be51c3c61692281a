"""Which appraisals a staff change concerns, and whose appraisal still runs although they left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Case as Pick
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from cycles.models import Agency, HandOver, LedgerEntry, Post, Posting, StaffChange
from cycles.queries.staff_changes import changes_of, is_waiting, postings_from
from workflow import machine
from workflow.enums import OPEN, State
from workflow.models import Case

# Those who look up to a post: the posts right below it, and below these the posts under one that
# nobody holds; and what waits higher up, because nobody held the post.
_BELOW = """
WITH RECURSIVE below AS (
    SELECT p.id, ARRAY[p.id] AS seen FROM cycles_post p WHERE p.superior_id = ANY(%(posts)s)
    UNION ALL
    SELECT p.id, b.seen || p.id
    FROM cycles_post p JOIN below b ON p.superior_id = b.id
    WHERE NOT p.id = ANY(b.seen) AND cardinality(b.seen) < 20
        AND NOT EXISTS (
            SELECT 1 FROM cycles_posting g
            WHERE g.post_id = b.id AND g.starts_on <= %(day)s
                AND coalesce(g.ends_on >= %(day)s, true)
        )
), above AS (
    SELECT p.superior_id AS id, ARRAY[p.id] AS seen FROM cycles_post p WHERE p.id = ANY(%(posts)s)
    UNION ALL
    SELECT p.superior_id, a.seen || p.id
    FROM cycles_post p JOIN above a ON p.id = a.id
    WHERE NOT p.id = ANY(a.seen) AND cardinality(a.seen) < 20
)
SELECT c.id FROM workflow_case c
WHERE c.agency_id = %(agency)s AND c.state NOT IN ('closed', 'excluded') AND (
    c.post_id IN (SELECT id FROM below)
    OR c.turn_party IN ('approver', 'finaliser') AND c.turn_post_id IN (
        SELECT id FROM above WHERE id IS NOT NULL
    )
)
"""


def posts_of(change: StaffChange) -> list[int]:
    """The posts that a change can make vacant or fill."""
    held = postings_from(change.person, change.agency_id, change.effective_on)
    found = {posting.post_id for posting in held}
    return sorted(found | ({change.post_id} if change.post_id is not None else set()))


def touched_by(change: StaffChange, posts: Iterable[int], today: date) -> list[int]:
    """The appraisals that may have to move: the person's own, what they hold, what looks up."""
    person, posts = change.person_id, list(posts)
    theirs = Q(turn_person=person) | Q(rater=person) | Q(decider=person)
    found = set(
        Case.objects.filter(Q(person=person) | theirs, agency=change.agency_id).values_list(
            "pk", flat=True
        )
    )
    if posts:
        with connection.cursor() as cursor:
            cursor.execute(_BELOW, {"posts": posts, "day": today, "agency": change.agency_id})
            found |= {row[0] for row in cursor.fetchall()}
    return sorted(found)


def last_authority(case: Case) -> str:
    """On whose authority the case was excluded last; "" when it never was. One query."""
    payload = (
        LedgerEntry.objects.filter(stream=f"appraisal:{case.appraisal_id}", action="exclude")
        .order_by("-seq")
        .values_list("payload", flat=True)
        .first()
    )
    return str(json.loads(payload)["data"].get("authority", "")) if payload else ""


def left_but_open(agency_id: int, today: date) -> QuerySet[Case]:
    """Appraisals that HR still has to end: the person has left, by an import for instance.

    From delivery on they run to their end by themselves.
    """
    can_be_ended = [state for state in State if state in OPEN - machine.LATE_STATES]
    return (
        Case.objects.filter(agency=agency_id, state__in=can_be_ended)
        .filter(Q(person__left_on__lte=today) | ~Q(person__agency=F("agency")))
        .select_related("person", "unit", "cycle")
        .order_by("person__name", "pk")
    )


# --- lists -------------------------------------------------------------------------------------

WAITING, APPLIED, CANCELLED = "menunggu", "berlaku", "batal"
MOST_CHOICES = 50


def of_state(agency: Agency, state: str) -> QuerySet[StaffChange]:
    """The changes of an agency that wait, have taken effect, or were cancelled."""
    found = changes_of(agency)
    if state == APPLIED:
        return found.filter(applied_at__isnull=False)
    if state == CANCELLED:
        return found.filter(cancelled_at__isnull=False)
    return found.filter(is_waiting())


def numbers(agency: Agency) -> dict[str, int]:
    """How many changes stand in each state, how many of the waiting ones have a problem, and how
    many people arrive from elsewhere. Two queries."""
    counted = StaffChange.objects.filter(agency=agency).aggregate(
        **{
            WAITING: Count("pk", filter=is_waiting()),
            APPLIED: Count("pk", filter=Q(applied_at__isnull=False)),
            CANCELLED: Count("pk", filter=Q(cancelled_at__isnull=False)),
            "problems": Count("pk", filter=is_waiting() & ~Q(problem="")),
        }
    )
    arriving = HandOver.objects.filter(to_agency=agency, accepted_at=None).count()
    return {**counted, "arriving": arriving}


def hand_overs(agency: Agency, *, arriving: bool) -> QuerySet[HandOver]:
    """The copies that came to an agency, or that it gave."""
    side = {"to_agency" if arriving else "from_agency": agency}
    return (
        HandOver.objects.filter(**side)
        .select_related("person", "from_agency", "to_agency", "change")
        .defer("body")
    )


def posts_like(
    agency: Agency, words: str, on: date, *, chosen: UUID | None = None, held: bool = True
) -> list[tuple[str, str]]:
    """Open posts to move to by a part of title or unit: without words the vacant ones.

    With words also those that somebody still holds, if `held`, and by whom.
    """
    holders = (
        Posting.objects.filter(post=OuterRef("pk"))
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .filter(Q(person__left_on=None) | Q(person__left_on__gt=on))
        .order_by("starts_on")
    )
    found = (
        Post.objects.filter(agency=agency)
        .filter(Q(closed_on=None) | Q(closed_on__gte=on))
        .annotate(holder=Subquery(holders.values("person__name")[:1]))
        .select_related("unit")
    )
    mine = Q(public_id=chosen) if chosen else Q(pk__in=[])
    if words:
        fitting = Q(title__icontains=words) | Q(unit__name__icontains=words)
        found = found.filter(fitting | mine)
    if not words or not held:
        found = found.filter(Q(holder=None) | mine)
    is_chosen = Pick(When(mine, then=Value(0)), default=Value(1)) if chosen else Value(1)
    rows = found.order_by(is_chosen, "title", "pk")[:MOST_CHOICES]
    return [
        (
            str(post.public_id),
            f"{post.title}, {post.unit.name}"
            + (f" ({_('held by %(name)s') % {'name': post.holder}})" if post.holder else ""),
        )
        for post in rows
    ]
