"""What waits for a person: by name, for a post they act for, or as HR. Oldest due first.

Every way in which something can wait is an arm of its own, read in the order of its index and cut
to a page, so that a long pool costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case as When_
from django.db.models import Count, F, Min, Q, QuerySet, Subquery, Value, When
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from cycles import clock
from cycles.documents import Body
from cycles.enums import CycleStatus, DocumentKind
from cycles.models import User, Version
from workflow.enums import OBJECTION, Party, State
from workflow.models import Case, Receipt
from workflow.permissions import POOLED, POWERS, Actor, actor_of, may_see_document, visible_cases
from workflow.queries.completion import is_overdue
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


@dataclass(frozen=True)
class Narrowing:
    """What a person narrowed their inbox to."""

    kind: str = ""
    overdue: bool = False

    def condition(self, actor: Actor, now: datetime) -> Q:
        found = Q()
        if self.kind == OWN:
            found &= Q(person=actor.person_id)
        elif self.kind == OTHERS:
            found &= ~Q(person=actor.person_id)
        elif kind := BY_KEY.get(self.kind):
            found &= Q(state__in=kind.states) & ~Q(person=actor.person_id)
        if self.overdue:
            found &= is_overdue(now)
        return found


# --- what waits --------------------------------------------------------------------------------


def _arms(actor: Actor, now: datetime) -> list[Q]:
    """Every way in which something can wait for a person, one condition each."""
    me = actor.person_id
    if me is None or me < 0:
        return []
    # A check-in that is not open yet asks nothing of anybody.
    is_idle = Q(state=State.MONITORING, round_opens_at__gt=now)
    arms = [Q(turn_person=me) & ~is_idle, Q(person=me, state=State.DELIVERY)]
    # On one's own appraisal one is the employee and nothing else; nor does whoever rated judge it.
    barred = (
        Q(person=me)
        | Q(rated_by=me, turn_party__in=[Party.DECIDER, Party.FINALISER])
        | Q(rated_by=me, state=State.RATING_REVIEW)
        | Q(turn_party=Party.DECIDER, rating_approvers__contains=[me])
    )
    for seat in actor.acting:
        parties = [party for party, power in POWERS.items() if power in seat.powers]
        arms.append(Q(turn_post=seat.post_id, turn_party__in=parties) & ~barred)
    pooled = Q(turn_person=None, turn_party__in=POOLED) & ~Q(person=me)
    pooled &= ~Q(rated_by=me, state=State.RATING_REVIEW)
    arms += [pooled & Q(agency=agency) for agency in sorted(actor.hr_agencies)]
    return arms


def _first(actor: Actor, now: datetime, number: int, narrow: Q, *, backwards: bool = False) -> Any:
    """The keys of the first (or last) so many that wait, each arm read along its index."""
    order = ("-due_at", "-pk") if backwards else ("due_at", "pk")
    parts = [
        Case.objects.filter(arm & narrow).order_by(*order).values("pk")[:number]
        for arm in _arms(actor, now)
    ]
    if not parts:
        return Case.objects.none().values("pk")
    return parts[0].union(*parts[1:])


def waiting(
    actor: Actor,
    now: datetime,
    narrowing: Narrowing | None = None,
    cursor: Cursor = START,
    size: int = SIZE,
) -> Page[Case]:
    """One page of what waits, oldest due first, with what its rows show. One query."""
    narrow = (narrowing or Narrowing()).condition(actor, now)
    position = _position(cursor)
    backwards = cursor.backwards and position is not None
    if position is not None:
        due_at, pk = position["due_at"], position["pk"]
        # The first half bounds the index, the second is exact.
        if backwards:
            narrow &= Q(due_at__lte=due_at) & (Q(due_at__lt=due_at) | Q(pk__lt=pk))
        else:
            narrow &= Q(due_at__gte=due_at) & (Q(due_at__gt=due_at) | Q(pk__gt=pk))
    keys = _first(actor, now, size + 1, narrow, backwards=backwards)
    cases = Case.objects.filter(pk__in=keys).select_related(
        "agency", "cycle", "unit", "post", "person", "turn_person", "turn_post"
    )
    return page_of(cases, ("due_at", "pk"), position, backwards=backwards, size=size)


def among(actor: Actor, now: datetime, public_ids: Iterable[Any]) -> list[Case]:
    """The named cases that wait for this person and may be approved together. One query."""
    named = Q(public_id__in=list(public_ids), state__in=IN_BULK)
    keys = _first(actor, now, MOST_COUNTED, named)
    return list(
        Case.objects.filter(pk__in=keys)
        .select_related("agency", "cycle", "unit", "post", "person", "turn_person", "turn_post")
        .order_by("due_at", "pk")
    )


def _position(cursor: Cursor) -> dict[str, Any] | None:
    due_text, _sep, row_text = cursor.text.partition("_")
    due_at, anchor = instant_of(due_text), uuid_of(row_text)
    if due_at is None or anchor is None:
        return None
    # The due date stands in the cursor: the row it names may have moved on meanwhile.
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
    oldest: datetime | None = None

    @property
    def is_capped(self) -> bool:
        return self.total >= MOST_COUNTED

    @property
    def words(self) -> str:
        return f"{MOST_COUNTED}+" if self.is_capped else str(self.total)


def tally(actor: Actor, now: datetime) -> Tally:
    """How much waits for a person, of which kinds, and how much of it is late. One query."""
    rows = (
        Case.objects.filter(pk__in=_first(actor, now, MOST_COUNTED, Q()))
        .annotate(own=When_(When(person=actor.person_id, then=Value(True)), default=Value(False)))
        .values("state", "own")
        .annotate(number=Count("pk"), late=Count("pk", filter=is_overdue(now)), due=Min("due_at"))
        .order_by()
    )
    by_kind: dict[str, int] = {}
    total = overdue = 0
    oldest: datetime | None = None
    for row in rows:
        key = OWN if row["own"] else next((k.key for k in KINDS if row["state"] in k.states), "")
        by_kind[key] = by_kind.get(key, 0) + row["number"]
        total += row["number"]
        overdue += row["late"]
        oldest = min(oldest, row["due"]) if oldest else row["due"]
    return Tally(by_kind, min(total, MOST_COUNTED), overdue, oldest)


def waiting_count(user: User) -> int:
    """The number beside the menu's entry, counted to what the frame can show."""
    now = clock.now()
    actor = actor_of(user, localdate(now))
    found = Case.objects.filter(pk__in=_first(actor, now, MOST_IN_FRAME, Q()))
    return min(found.count(), MOST_IN_FRAME)


# --- what is to be decided ---------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """What was handed in last, and what stood there the time before, if it was handed in again."""

    body: Body
    number: int = 1
    previous: Body | None = None


Papers = dict[str, Paper]
D, S = DocumentKind, State
REVIEWED = {
    S.PLAN_REVIEW: D.PLAN,
    S.CHECKIN_REVIEW: D.CHECKIN,
    S.SUPERVISOR_REVIEW: D.SELF_ASSESSMENT,
    S.RATING_REVIEW: D.RATING,
}


def papers_of(cases: Sequence[Case], actor: Actor) -> dict[int, Papers]:
    """By case id and kind, the documents that a decision needs. One query for all, or none.

    Of one's own appraisal nothing is read here: its editor shows it.
    """
    others = {case.appraisal_id: case for case in cases if case.person_id != actor.person_id}
    wanted = _wanted(list(others.values()))
    found: dict[int, Papers] = {case.pk: {} for case in others.values()}
    if not wanted:
        return found
    rows = (
        Version.objects.filter(wanted)
        .order_by("document_id", "-number")
        .values_list("document__appraisal_id", "document__kind", "document__round", "number",
                     "document__in_force", "body")
    )  # fmt: skip
    for appraisal_id, kind, round_, number, in_force, body in rows:
        case = others[appraisal_id]
        if not may_see_document(actor, case, kind, round_):
            continue
        papers = found[case.pk]
        if kind == D.PLAN and case.state != S.PLAN_REVIEW and number != in_force:
            continue
        known = papers.get(kind)
        if known is None:
            papers[kind] = Paper(body, number)
        elif known.previous is None and known.number == number + 1:
            papers[kind] = Paper(known.body, known.number, body)
    return found


_CASE = "document__appraisal__case__"


def _wanted(cases: Sequence[Case]) -> Q:
    """Which versions to read, by where each case stands."""
    by_state: dict[str, list[int]] = {}
    for case in cases:
        by_state.setdefault(case.state, []).append(case.appraisal_id)
    of_segment = Q(document__segment__number=F(f"{_CASE}segment_number"))
    last = Q(number=F("document__latest"))
    last_two = Q(number__gte=F("document__latest") - 1)
    in_force = Q(number=F("document__in_force"))
    plan, round_of = Q(document__kind=D.PLAN) & of_segment, Q(document__round=F(f"{_CASE}round"))
    rating = Q(document__kind=D.RATING, document__round=F(f"{_CASE}rating_number"))
    file = Q(document__round=F(f"{_CASE}objection_number")) & last
    sides = Q(document__kind__in=[D.OBJECTION, D.EXPLANATION, D.STATEMENT]) & file
    decision = Q(document__kind=D.DECISION) & file
    needed: dict[str, Q] = {
        S.PLAN_REVIEW: plan & last_two,
        S.CHECKIN_REVIEW: (plan & in_force)
        | (Q(document__kind=D.CHECKIN) & of_segment & round_of & last_two),
        S.SUPERVISOR_REVIEW: (plan & in_force)
        | (Q(document__kind=D.SELF_ASSESSMENT) & last_two)
        | decision,
        S.RATING_REVIEW: rating & last_two,
        S.OBJECTION_STATEMENTS: sides | (rating & last),
        S.OBJECTION_DECISION: sides | (rating & last),
        S.FINAL_APPROVAL: (rating & last) | decision,
    }
    wanted = Q()
    for state, appraisals in by_state.items():
        if state in needed:
            wanted |= Q(document__appraisal__in=appraisals) & needed[state]
    return wanted


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
