"""What waits for a person: by name, for a post they act for, or as HR. Oldest due first.

Every way in which something can wait is an arm of its own, read in the order of its index and cut
to a page, so that a long pool costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from cycles import clock
from cycles.enums import CycleStatus
from cycles.models import User
from workflow.enums import OBJECTION, State
from workflow.models import Case, Receipt
from workflow.permissions import POOLED, POWERS, Actor, actor_of, visible_cases
from workflow.queries.keyset import (
    START,
    Cursor,
    Page,
    instant_of,
    instant_text,
    page_of,
    uuid_of,
)

SIZE = 25
# Counts look no further than this: "500+" says enough, and a pool of 100,000 costs no more.
MOST_COUNTED = 500
# The frame shows "99+".
MOST_IN_FRAME = 100


@dataclass(frozen=True)
class Kind:
    """A kind of act by which an inbox can be narrowed."""

    key: str
    label: str | Promise
    states: frozenset[State]


KINDS: tuple[Kind, ...] = (
    Kind("rencana", _("Plans"), frozenset({State.PLAN_REVIEW})),
    Kind("pemantauan", _("Check-ins"), frozenset({State.CHECKIN_REVIEW})),
    Kind("penilaian", _("Assessments"), frozenset({State.SUPERVISOR_REVIEW})),
    Kind("rating", _("Ratings"), frozenset({State.RATING_REVIEW})),
    Kind("penyampaian", _("Hand-overs"), frozenset({State.DELIVERY})),
    Kind("keberatan", _("Objections"), OBJECTION),
    Kind("penetapan", _("Final approvals"), frozenset({State.FINAL_APPROVAL})),
)
OWN, OTHERS = "milik-saya", "orang-lain"
BY_KEY = {kind.key: kind for kind in KINDS}
# What may be approved together with others, after a look at each.
IN_BULK = frozenset({State.PLAN_REVIEW, State.CHECKIN_REVIEW})
# What a row shows. Two joins more, and PostgreSQL plans longer than it reads (4 ms for 1).
SHOWN = ("agency", "cycle", "unit", "post", "person")


@dataclass(frozen=True)
class Narrowing:
    """What a person narrowed their inbox to."""

    kind: str = ""
    overdue: bool = False

    def holds(self, key: Key) -> bool:
        """Whether a row belongs to what was chosen; the same as `condition`, in memory."""
        if self.overdue and not key.is_late:
            return False
        if self.kind in {OWN, OTHERS}:
            return key.is_own == (self.kind == OWN)
        kind = BY_KEY.get(self.kind)
        return kind is None or (key.state in kind.states and not key.is_own)

    def condition(self) -> tuple[str, dict[str, Any]]:
        """The same as SQL over `c` with its parameters."""
        parts: list[str] = []
        values: dict[str, Any] = {}
        if self.overdue:
            parts.append(_IS_LATE)
        if self.kind in {OWN, OTHERS}:
            parts.append(f"c.person_id {'=' if self.kind == OWN else '<>'} %(me)s")
        elif kind := BY_KEY.get(self.kind):
            parts.append("c.state = ANY(%(states)s) AND c.person_id <> %(me)s")
            values["states"] = sorted(kind.states)
        return " AND ".join(parts), values


EVERYTHING = Narrowing()


# --- what waits --------------------------------------------------------------------------------

# Written out: each arm is read along its own index and ends after a page, which no OR of them
# would be, and an ORM that composes them anew for every page costs more than reading them.
_IS_LATE = """(c.due_at <= %(now)s AND c.turn_party <> 'system'
    AND c.state NOT IN ('closed', 'excluded', 'announced'))"""
# A check-in that is not open yet asks nothing of anybody.
_BY_NAME = """c.turn_person_id = %(me)s
    AND (c.state = 'monitoring' AND c.round_opens_at > %(now)s) IS NOT TRUE"""
_TO_OPEN = "c.person_id = %(me)s AND c.state = 'delivery'"
# On one's own appraisal one is the employee and nothing else; nor does whoever rated judge it.
_FOR_POST = """c.turn_post_id = %({seat})s AND c.turn_party = ANY(%({seat}_parties)s)
    AND c.person_id <> %(me)s
    AND (c.rated_by_id = %(me)s AND (c.turn_party IN ('decider', 'finaliser')
        OR c.state = 'rating_review')) IS NOT TRUE
    AND (c.turn_party = 'decider' AND c.rating_approvers @> to_jsonb(%(me)s::bigint)) IS NOT TRUE"""
_FOR_HR = """c.turn_person_id IS NULL AND c.agency_id = %({agency})s
    AND c.turn_party = ANY(%(pooled)s) AND c.person_id <> %(me)s
    AND (c.rated_by_id = %(me)s AND c.state = 'rating_review') IS NOT TRUE"""
_PLACE = "(%(due_at)s, (SELECT a.id FROM workflow_case a WHERE a.public_id = %(anchor)s))"
_BEFORE, _AFTER = f"(c.due_at, c.id) < {_PLACE}", f"(c.due_at, c.id) > {_PLACE}"
_ARM = """(SELECT c.id, c.public_id, c.due_at, c.state, c.person_id = %(me)s AS own,
    {late} AS late
FROM workflow_case c WHERE {where} ORDER BY c.due_at {down}, c.id {down} LIMIT %(number)s)"""


@dataclass(frozen=True)
class Key:
    """What counting and paging need to know of a row."""

    pk: int
    public_id: UUID
    due_at: datetime
    state: str
    is_own: bool
    is_late: bool


def _arms(actor: Actor) -> tuple[list[str], dict[str, Any]]:
    """Every way in which something can wait for a person, one condition each."""
    arms = [_BY_NAME, _TO_OPEN]
    values: dict[str, Any] = {"me": actor.person_id}
    for number, seat in enumerate(actor.acting):
        name = f"seat{number}"
        parties = [party.value for party, power in POWERS.items() if power in seat.powers]
        arms.append(_FOR_POST.format(seat=name))
        values |= {name: seat.post_id, f"{name}_parties": parties}
    for number, agency in enumerate(sorted(actor.hr_agencies)):
        arms.append(_FOR_HR.format(agency=f"agency{number}"))
        values |= {f"agency{number}": agency, "pooled": [p.value for p in POOLED]}
    return arms, values


def _keys(
    actor: Actor,
    now: datetime,
    number: int,
    narrow: tuple[str, dict[str, Any]] = ("", {}),
    *,
    backwards: bool = False,
) -> list[Key]:
    """The first (or last) so many that wait, in their order from there. One query."""
    if actor.person_id is None or actor.person_id < 0:
        return []
    arms, values = _arms(actor)
    values |= {"now": now, "number": number, **narrow[1]}
    down = "DESC" if backwards else ""
    parts = [
        _ARM.format(
            late=_IS_LATE, down=down, where=f"{arm} AND ({narrow[0]})" if narrow[0] else arm
        )
        for arm in arms
    ]
    order = f"ORDER BY due_at {down}, id {down} LIMIT %(number)s"
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION '.join(parts)} {order}", values)
        return [Key(*row) for row in cursor.fetchall()]


def _rows(keys: Sequence[Key]) -> list[Case]:
    """The cases of keys, in due order, with what their rows show. One query, or none."""
    if not keys:
        return []
    return list(
        Case.objects.filter(pk__in=[key.pk for key in keys])
        .select_related(*SHOWN)
        .order_by("due_at", "pk")
    )


def waiting(
    actor: Actor,
    now: datetime,
    narrowing: Narrowing = EVERYTHING,
    cursor: Cursor = START,
    size: int = SIZE,
) -> Page[Case]:
    """One page of what waits, oldest due first, with what its rows show. Two queries."""
    condition, values = narrowing.condition()
    due_text, _sep, row_text = cursor.text.partition("_")
    due_at, anchor = instant_of(due_text), uuid_of(row_text)
    has_place = due_at is not None and anchor is not None
    backwards = cursor.backwards and has_place
    if has_place:
        # The due date stands in the cursor: the row it names may have moved on meanwhile.
        place = _BEFORE if backwards else _AFTER
        condition = f"{condition} AND {place}" if condition else place
        values = {**values, "due_at": due_at, "anchor": anchor}
    keys = _keys(actor, now, size + 1, (condition, values), backwards=backwards)
    has_more, keys = len(keys) > size, keys[:size]
    rows = _rows(keys)
    if backwards:
        return Page(rows, has_previous=has_more, has_next=True)
    return Page(rows, has_previous=has_place, has_next=has_more)


@dataclass(frozen=True)
class Desk:
    """A page of what waits, and how much waits altogether."""

    page: Page[Case]
    tally: Tally


def desk(
    actor: Actor,
    now: datetime,
    narrowing: Narrowing = EVERYTHING,
    cursor: Cursor = START,
    size: int = SIZE,
) -> Desk:
    """A page and the counts. Two queries; four where more waits than is counted."""
    head = _keys(actor, now, MOST_COUNTED)
    counted = _tally_of(head)
    if counted.is_capped or cursor.text:
        return Desk(waiting(actor, now, narrowing, cursor, size), counted)
    chosen = [key for key in head if narrowing.holds(key)]
    return Desk(Page(_rows(chosen[:size]), has_next=len(chosen) > size), counted)


def among(actor: Actor, now: datetime, public_ids: Iterable[UUID]) -> list[Case]:
    """The named cases that wait for this person and may be approved together. Two queries."""
    named = "c.public_id = ANY(%(named)s) AND c.state = ANY(%(bulk)s)"
    values = {"named": list(public_ids), "bulk": sorted(IN_BULK)}
    return _rows(_keys(actor, now, MOST_COUNTED, (named, values)))


def _position(cursor: Cursor) -> dict[str, Any] | None:
    due_text, _sep, row_text = cursor.text.partition("_")
    due_at, anchor = instant_of(due_text), uuid_of(row_text)
    if due_at is None or anchor is None:
        return None
    return {"due_at": due_at, "pk": Subquery(Case.objects.filter(public_id=anchor).values("pk"))}


def cursor_of(case: Case) -> str:
    """The place of a case in a list by due date, as an address names it."""
    return f"{instant_text(case.due_at)}_{case.public_id}"


@dataclass(frozen=True)
class Tally:
    """How much waits, by kind; `is_capped` says that there is more than was counted."""

    by_kind: dict[str, int] = field(default_factory=dict)
    total: int = 0
    overdue: int = 0

    @property
    def is_capped(self) -> bool:
        return self.total >= MOST_COUNTED

    @property
    def words(self) -> str:
        return f"{MOST_COUNTED}+" if self.is_capped else str(self.total)


def tally(actor: Actor, now: datetime) -> Tally:
    """How much waits for a person, of which kinds, and how much of it is late. One query."""
    return _tally_of(_keys(actor, now, MOST_COUNTED))


def _tally_of(keys: Sequence[Key]) -> Tally:
    by_kind: dict[str, int] = {}
    for key in keys:
        kind = OWN if key.is_own else next((k.key for k in KINDS if key.state in k.states), "")
        by_kind[kind] = by_kind.get(kind, 0) + 1
    return Tally(by_kind, len(keys), sum(key.is_late for key in keys))


def waiting_count(user: User) -> int:
    """The number beside the menu's entry, counted to what the frame can show."""
    now = clock.now()
    return len(_keys(actor_of(user, localdate(now)), now, MOST_IN_FRAME))


@dataclass(frozen=True)
class Seat:
    """For which post somebody acts, and who holds it."""

    post: str
    holder: str


def seats_of(cases: Sequence[Case], actor: Actor) -> dict[int, Seat]:
    """By case id, the seats that this person acts for by letter. One query, or none."""
    posts = {seat.post_id for seat in actor.acting}
    acting = [case.pk for case in cases if case.turn_post_id in posts]
    if not acting:
        return {}
    rows = Case.objects.filter(pk__in=acting).values_list(
        "pk", "turn_post__title", "turn_person__name", "turn_person_id"
    )
    return {
        pk: Seat(title, "" if holder == actor.person_id else name or "")
        for pk, title, name, holder in rows
    }


# --- those whose rater I am --------------------------------------------------------------------


def my_people(actor: Actor) -> QuerySet[Case]:
    """The appraisals of running cycles that this person rates, or rates for a post by letter."""
    mine = Q(rater=actor.person_id)
    for seat in actor.acting:
        if "rate" in seat.powers:
            mine |= Q(rater_post=seat.post_id)
    return Case.objects.filter(mine, cycle__status=CycleStatus.OPEN).exclude(person=actor.person_id)


def people_by_state(actor: Actor) -> dict[str, int]:
    """How many of their people stand where. One query."""
    return dict(my_people(actor).order_by().values_list("state").annotate(number=Count("pk")))


def people(
    actor: Actor,
    states: Iterable[str] | None = None,
    cursor: Cursor = START,
    size: int = SIZE,
) -> Page[Case]:
    """One page of their people, oldest due first. One query."""
    cases = my_people(actor).select_related(
        "agency", "cycle", "unit", "post", "person", "turn_person", "turn_post"
    )
    if states is not None:
        cases = cases.filter(state__in=list(states))
    return page_of(cases, ("due_at", "pk"), _position(cursor), backwards=cursor.backwards,
                   size=size)  # fmt: skip


# --- what I have done --------------------------------------------------------------------------


def done(actor: Actor, cursor: Cursor = START, size: int = SIZE) -> Page[Receipt]:
    """One page of a person's receipts, newest first. One query."""
    rows = Receipt.objects.filter(actor_id=actor.person_id).select_related(
        "case", "case__person", "case__unit", "agency"
    )
    number = cursor.text if cursor.text.isascii() and cursor.text.isdigit() else ""
    position = {"pk": int(number)} if number and len(number) < 19 else None
    return page_of(rows, ("-pk",), position, backwards=cursor.backwards, size=size)


def still_visible(receipts: Sequence[Receipt], actor: Actor) -> set[int]:
    """Which of the receipts' cases this person may still open. One query."""
    found = Case.objects.filter(
        visible_cases(actor), pk__in={receipt.case_id for receipt in receipts}
    )
    return set(found.values_list("pk", flat=True))
