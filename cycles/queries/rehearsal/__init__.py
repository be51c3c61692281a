"""What the rehearsals of a cycle found: the last run, its kinds, its rows, and what was mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cycles.enums import Severity
from cycles.models import Cycle, Finding, LedgerEntry, Person, Rehearsal
from cycles.queries.rehearsal.checks import CHECKS, Limits
from cycles.queries.rehearsal.words import KINDS, Kind

__all__ = [
    "CHECKS", "KINDS", "Kind", "KindCount", "Limits", "before", "change_after", "kinds_of",
    "latest", "listed", "mended", "names_for", "sentence", "severities",
]  # fmt: skip

# Acts written beside appraisals that change nothing a rehearsal looks at.
_HARMLESS = ("export", "open", "admit", "close", "archive", "invite", "set_unit_result")
_ORDER = {severity.value: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class KindCount:
    """A kind of finding in a run, how many there are, and how many are new."""

    code: str
    kind: Kind
    number: int
    fresh: int


def latest(cycle: Cycle) -> Rehearsal | None:
    """The last rehearsal of a cycle. One query."""
    return (
        Rehearsal.objects.filter(cycle=cycle)
        .select_related("author__person")
        .order_by("-id")
        .first()
    )


def before(rehearsal: Rehearsal) -> Rehearsal | None:
    """The run before this one. One query."""
    earlier = Rehearsal.objects.filter(cycle_id=rehearsal.cycle_id, pk__lt=rehearsal.pk)
    return earlier.order_by("-id").first()


def kinds_of(rehearsal: Rehearsal) -> list[KindCount]:
    """The kinds a run found, the gravest first, in the order of `KINDS`. One query."""
    rows = (
        Finding.objects.filter(rehearsal=rehearsal)
        .values("code")
        .annotate(number=Count("id"), fresh=Count("id", filter=Q(is_fresh=True)))
    )
    counted = {row["code"]: row for row in rows}
    return [
        KindCount(code, kind, counted[code]["number"], counted[code]["fresh"])
        for code, kind in KINDS.items()
        if code in counted
    ]


def severities() -> list[Severity]:
    """The gravest first."""
    return sorted(Severity, key=lambda severity: _ORDER[severity.value])


def listed(rehearsal: Rehearsal, code: str = "", *, fresh_only: bool = False) -> QuerySet[Finding]:
    """The findings of a run (of one kind, only the new ones) with what their sentences need."""
    found = Finding.objects.filter(rehearsal=rehearsal).select_related(
        "person", "post__unit", "unit"
    )
    if code:
        found = found.filter(code=code, severity=KINDS[code].severity)
    return found.filter(is_fresh=True) if fresh_only else found


def mended(rehearsal: Rehearsal) -> QuerySet[Finding]:
    """What the run before named and this one no longer does."""
    earlier = before(rehearsal)
    if earlier is None:
        return Finding.objects.none()
    still = Finding.objects.filter(rehearsal=rehearsal, mark=OuterRef("mark"))
    return (
        Finding.objects.filter(~Exists(still), rehearsal=earlier)
        .select_related("person", "post__unit", "unit")
        .order_by("id")
    )


def names_for(findings: list[Finding]) -> dict[int, str]:
    """Names of the other people that sentences mention. At most one query."""
    others = {int(f.data["other"]) for f in findings if "other" in f.data}
    if not others:
        return {}
    return dict(Person.objects.filter(pk__in=others).values_list("pk", "name"))


def sentence(finding: Finding, names: dict[int, str]) -> str:
    """What is wrong, for the person who mends it."""
    return KINDS[finding.code].say(finding, names)


def change_after(rehearsal: Rehearsal, agency_id: int) -> LedgerEntry | None:
    """The last change to people, posts, dates or holidays since a run; None: it is fresh.

    Two queries, each of one row by an index.
    """
    own = (
        LedgerEntry.objects.filter(agency_id=agency_id)
        .exclude(stream__startswith="appraisal:")
        .exclude(action__in=_HARMLESS)
        .order_by("-id")
        .first()
    )
    national = LedgerEntry.objects.filter(stream="calendar:national").order_by("-seq").first()
    changes: list[Any] = [entry for entry in (own, national) if entry is not None]
    newest = max(changes, key=lambda entry: entry.at, default=None)
    return newest if newest is not None and newest.at > rehearsal.at else None
