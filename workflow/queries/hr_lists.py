"""HR's lists of one cycle: people, late items, holders, final approvals, HR's pool, excluded.

Each builds its queryset and reads one page of it by keyset; none asks a query per row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Min, Q, QuerySet, Subquery

from cycles.enums import DocumentKind
from cycles.models import Cycle, Extension, LedgerEntry, Person, Version
from workflow.enums import ENDED, OPEN, Party, State
from workflow.models import Case
from workflow.permissions import Actor
from workflow.queries.completion import is_overdue, is_pooled
from workflow.queries.keyset import (
    SIZE,
    START,
    Cursor,
    Page,
    instant_of,
    instant_text,
    page_of,
    uuid_of,
)


@dataclass(frozen=True)
class Filter:
    """What HR narrowed a list to; nothing set means the whole cycle."""

    unit_ids: Sequence[int] | None = None
    states: Iterable[str] | None = None
    party: str = ""
    name: str = ""
    holder: UUID | None = None

    def of(self, cycle: Cycle) -> QuerySet[Case]:
        """The cycle's cases inside the filter."""
        found = Case.objects.filter(cycle=cycle)
        if self.unit_ids is not None:
            found = found.filter(unit__in=self.unit_ids)
        if self.states is not None:
            found = found.filter(state__in=list(self.states))
        if self.party:
            found = found.filter(turn_party=self.party)
        if self.name:
            found = found.filter(person__name__icontains=self.name)
        if self.holder is not None:
            # What waits for somebody; their own appraisal holds up nobody else.
            found = found.filter(turn_person__public_id=self.holder, state__in=OPEN).exclude(
                turn_person=F("person")
            )
        return found


def for_table(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with everything that a row of a list shows."""
    return cases.select_related("person", "unit", "post", "turn_person", "turn_post")


# --- by name -----------------------------------------------------------------------------------


def people(cycle: Cycle, filter: Filter, cursor: Cursor = START, size: int = SIZE) -> Page[Case]:
    """The people of a cycle by name. One query."""
    return _by_name(cycle, for_table(filter.of(cycle)), cursor, size)


def excluded(cycle: Cycle, cursor: Cursor = START, size: int = SIZE) -> Page[Case]:
    """Who does not take part, by name. One query; `exclusions` tells why."""
    cases = Case.objects.filter(cycle=cycle, state=State.EXCLUDED).select_related(
        "person", "unit", "post"
    )
    return _by_name(cycle, cases, cursor, size)


def _by_name(cycle: Cycle, cases: QuerySet[Case], cursor: Cursor, size: int) -> Page[Case]:
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        # The address names the row, not the person: names stay out of addresses and logs.
        row = Case.objects.filter(cycle=cycle, public_id=anchor)
        position = {"person__name": Subquery(row.values("person__name")),
                    "pk": Subquery(row.values("pk"))}  # fmt: skip
    return page_of(cases, ("person__name", "pk"), position, backwards=cursor.backwards, size=size)


@dataclass(frozen=True)
class Exclusion:
    """Why somebody does not take part, as the ledger tells it."""

    authority: str
    reason: str
    at: datetime
    by: str


def exclusions(cases: Iterable[Case]) -> dict[int, Exclusion]:
    """By case id, the last exclusion. Two queries."""
    by_stream = {f"appraisal:{case.appraisal_id}": case.pk for case in cases}
    entries = (
        LedgerEntry.objects.filter(stream__in=list(by_stream), action="exclude")
        .order_by("stream", "-seq")
        .distinct("stream")
    )
    told = {entry.stream: (entry.at, json.loads(entry.payload)) for entry in entries}
    names = dict(
        Person.objects.filter(pk__in={fact["actor"] for _at, fact in told.values()}).values_list(
            "pk", "name"
        )
    )
    return {
        by_stream[stream]: Exclusion(
            fact["data"].get("authority", ""), fact["reason"], at, names.get(fact["actor"], "")
        )
        for stream, (at, fact) in told.items()
    }


# --- by due date -------------------------------------------------------------------------------


def overdue(
    cycle: Cycle, filter: Filter, now: datetime, cursor: Cursor = START, size: int = SIZE
) -> Page[Case]:
    """What is late, the oldest first. One query."""
    return _by_due(cycle, for_table(filter.of(cycle).filter(is_overdue(now))), cursor, size)


def pool(cycle: Cycle, cursor: Cursor = START, size: int = SIZE) -> Page[Case]:
    """What HR must sort out beside final approval, the oldest due first. One query.

    Turns for which nobody was found, results nobody opened, objections without a decider.
    """
    cases = Case.objects.filter(cycle=cycle).filter(
        (is_pooled() & ~Q(state=State.FINAL_APPROVAL))
        | Q(state=State.OBJECTION_STATEMENTS, decider=None)
    )
    return _by_due(cycle, for_table(cases), cursor, size)


def finals(cycle: Cycle, actor: Actor, cursor: Cursor = START, size: int = SIZE) -> Page[Case]:
    """Final approvals that wait for HR or for this person, the oldest due first. One query."""
    return _by_due(cycle, for_table(waiting_finals(cycle, actor)), cursor, size)


def waiting_finals(cycle: Cycle, actor: Actor) -> QuerySet[Case]:
    mine = Q(turn_person=None) | Q(turn_person=actor.person_id)
    for seat in actor.acting:
        if "approve" in seat.powers:
            mine |= Q(turn_post=seat.post_id)
    return Case.objects.filter(
        mine, cycle=cycle, state=State.FINAL_APPROVAL, turn_party=Party.FINALISER
    )


def _by_due(cycle: Cycle, cases: QuerySet[Case], cursor: Cursor, size: int) -> Page[Case]:
    due_text, _, row_text = cursor.text.partition("_")
    due_at, anchor = instant_of(due_text), uuid_of(row_text)
    position = None
    if due_at is not None and anchor is not None:
        # The due date stands in the cursor: the row it names may have moved on meanwhile.
        row = Case.objects.filter(cycle=cycle, public_id=anchor)
        position = {"due_at": due_at, "pk": Subquery(row.values("pk"))}
    return page_of(cases, ("due_at", "pk"), position, backwards=cursor.backwards, size=size)


def by_name_cursor(case: Case) -> str:
    return str(case.public_id)


def by_due_cursor(case: Case) -> str:
    return f"{instant_text(case.due_at)}_{case.public_id}"


def extensions(cycle: Cycle, cursor: Cursor = START, size: int = SIZE) -> Page[Extension]:
    """Every extension of the cycle, the newest first. One query."""
    rows = Extension.objects.filter(cycle=cycle).select_related("stage", "unit", "person", "author")
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        row = Extension.objects.filter(cycle=cycle, public_id=anchor)
        position = {"pk": Subquery(row.values("pk"))}
    return page_of(rows, ("-pk",), position, backwards=cursor.backwards, size=size)


# --- who holds what ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    """Somebody for whom other people's appraisals wait."""

    public_id: UUID
    name: str
    post: str
    open: int
    overdue: int
    oldest_due: datetime
    # The case that is due first, for its reasons.
    oldest_case: UUID

    @property
    def cursor(self) -> str:
        return f"{self.overdue}_{self.open}_{self.public_id}"


def holders(cycle: Cycle, now: datetime, cursor: Cursor = START, size: int = SIZE) -> Page[Holder]:
    """Whose silence holds up how many, most overdue first. One query."""
    late = is_overdue(now)
    rows = (
        Case.objects.filter(cycle=cycle, turn_person__isnull=False)
        .exclude(state__in=ENDED)
        .exclude(turn_person=F("person"))
        .values("turn_person_id", "turn_person__public_id", "turn_person__name")
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=late),
            oldest=Min("due_at"),
            waiting=ArrayAgg("public_id", order_by=("due_at", "id")),
            post=Max("turn_post__title"),
        )
    )
    page = page_of(
        rows,
        ("-overdue", "-open", "turn_person_id"),
        _holder_position(cursor.text),
        backwards=cursor.backwards,
        size=size,
    )
    return Page(
        [
            Holder(row["turn_person__public_id"], row["turn_person__name"], row["post"] or "",
                   row["open"], row["overdue"], row["oldest"], row["waiting"][0])
            for row in page.rows
        ],
        page.has_previous,
        page.has_next,
    )  # fmt: skip


def _holder_position(text: str) -> dict[str, Any] | None:
    try:
        overdue_text, open_text, anchor = text.split("_")
        overdue_number, open_number, public_id = int(overdue_text), int(open_text), UUID(anchor)
    except ValueError:
        return None
    person = Person.objects.filter(public_id=public_id).values("pk")
    return {
        "overdue": min(overdue_number, 2**31),
        "open": min(open_number, 2**31),
        "turn_person_id": Subquery(person),
    }


# --- what stands to be settled -----------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """The rating that waits for final approval, and the decision on an objection, if any."""

    rating: Mapping[str, Any]
    outcome: str = ""


def standing(cases: Iterable[Case]) -> dict[int, Standing]:
    """By case id, the rating that stands and how the last objection was decided. One query."""
    by_appraisal = {case.appraisal_id: case for case in cases}
    found: dict[tuple[int, str], Mapping[str, Any]] = {}
    for appraisal_id, kind, body in (
        Version.objects.filter(
            document__appraisal__in=list(by_appraisal),
            document__kind__in=[DocumentKind.RATING, DocumentKind.DECISION],
        )
        .order_by("document__appraisal", "document__kind", "-document__round", "-number")
        .distinct("document__appraisal", "document__kind")
        .values_list("document__appraisal_id", "document__kind", "body")
    ):
        found[appraisal_id, kind] = body
    return {
        case.pk: Standing(
            found.get((appraisal_id, DocumentKind.RATING), {}),
            str(found.get((appraisal_id, DocumentKind.DECISION), {}).get("outcome", "")),
        )
        for appraisal_id, case in by_appraisal.items()
    }
