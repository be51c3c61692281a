"""How far a cycle is: numbers by unit and group of states, rolled up the tree of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import models
from django.db.models import Count, F, Min, Q, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles.models import Unit
from workflow.enums import ENDED, OBJECTION, Party, State
from workflow.models import Case


@dataclass(frozen=True)
class Group:
    """A stretch of the year that HR counts as one."""

    key: str
    label: str | Promise
    states: frozenset[State]


GROUPS: tuple[Group, ...] = (
    Group("planning", _("Planning"), frozenset({State.PLANNING, State.PLAN_REVIEW})),
    Group("monitoring", _("Under way"), frozenset({State.MONITORING, State.CHECKIN_REVIEW})),
    Group("assessment", _("Assessment"), frozenset({
        State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW, State.RATING_REVIEW,
    })),
    Group("announcement", _("Announcement"), frozenset({State.DELIVERY, State.ANNOUNCED})),
    Group("objection", _("Objection"), OBJECTION),
    Group("final", _("Final approval"), frozenset({State.FINAL_APPROVAL})),
    Group("closed", _("Finally approved"), frozenset({State.CLOSED})),
    Group("excluded", _("Excluded"), frozenset({State.EXCLUDED})),
)  # fmt: skip
GROUP_OF: dict[str, Group] = {state.value: group for group in GROUPS for state in group.states}
BY_KEY = {group.key: group for group in GROUPS}


def is_overdue(now: datetime) -> Q:
    """An act is late. The end of an objection window is nobody's lateness, nor is waiting."""
    return (
        Q(due_at__lte=now) & ~Q(state__in=[*ENDED, State.ANNOUNCED]) & ~Q(turn_party=Party.SYSTEM)
    )


def is_pooled() -> Q:
    """It waits for the agency's HR, not for a person."""
    return Q(turn_person=None) & ~Q(turn_party=Party.SYSTEM) & ~Q(state__in=ENDED)


# --- the tree ----------------------------------------------------------------------------------


class UnitTree:
    """All units of an agency, in memory. One query."""

    def __init__(self, agency_id: int) -> None:
        self.units = list(
            Unit.objects.filter(agency_id=agency_id)
            .only("id", "public_id", "parent_id", "agency_id", "name", "path", "depth")
            .order_by("name", "id")
        )
        self.by_id = {unit.pk: unit for unit in self.units}

    @cached_property
    def _children(self) -> dict[int | None, list[Unit]]:
        found: dict[int | None, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.parent_id, []).append(unit)
        return found

    @property
    def root(self) -> Unit | None:
        """The unit that holds all others, when there is exactly one."""
        roots = self._children.get(None, [])
        return roots[0] if len(roots) == 1 else None

    def find(self, public_id: UUID | None) -> Unit | None:
        return next((unit for unit in self.units if unit.public_id == public_id), None)

    def children(self, unit: Unit | None) -> list[Unit]:
        return self._children.get(unit.pk if unit else None, [])

    def subtree(self, unit: Unit) -> list[int]:
        """The ids of a unit and of everything below it."""
        return [below.pk for below in self.units if below.path.startswith(unit.path)]

    def above(self, unit: Unit) -> list[Unit]:
        """The units above one, the highest first."""
        return [self.by_id[n] for n in ids_of(unit.path)[:-1] if n in self.by_id]


def ids_of(path: str) -> list[int]:
    """The unit numbers in a path ("1.4.12."), the highest unit first."""
    return [int(part) for part in path.split(".") if part]


# --- the numbers -------------------------------------------------------------------------------


@dataclass
class Line:
    """The numbers of one unit with all below it, or (`is_own`) of its own people only."""

    unit: Unit | None
    is_own: bool = False
    groups: dict[str, int] = field(default_factory=lambda: {group.key: 0 for group in GROUPS})
    overdue: int = 0
    # What waits for the agency's HR, and how much of it is final approval.
    pooled: int = 0
    finals: int = 0
    has_below: bool = False

    @property
    def everyone(self) -> int:
        return sum(self.groups.values())

    @property
    def taking_part(self) -> int:
        """Everyone but the excluded: what a share is a share of."""
        return self.everyone - self.groups["excluded"]

    @property
    def open(self) -> int:
        return self.taking_part - self.groups["closed"]

    @property
    def percent(self) -> int:
        """The share that is finally approved, rounded down: 100 means all."""
        return 100 * self.groups["closed"] // self.taking_part if self.taking_part else 0

    @property
    def cells(self) -> list[tuple[Group, int]]:
        """The open groups with their numbers, in the order of the year."""
        return [(g, self.groups[g.key]) for g in GROUPS if g.key not in {"closed", "excluded"}]


@dataclass(frozen=True)
class Burden:
    """Late items, and items of HR's pool, of one unit with one holder."""

    unit_id: int
    holder_id: UUID | None  # None: HR's pool, or the employee in person
    holder_name: str
    overdue: int
    pooled: int
    finals: int
    oldest: datetime


def burdens(cycle_id: int, now: datetime) -> list[Burden]:
    """What is late or lies in HR's pool, by unit and by whoever else holds it. One query.

    An employee who is late holds up nobody else, so those are counted by unit only.
    """
    is_own = Q(turn_person=F("person"))
    late, pooled = is_overdue(now), is_pooled()
    rows = (
        Case.objects.filter(late | pooled, cycle_id=cycle_id)
        .annotate(
            holder=models.Case(When(is_own, then=None), default=F("turn_person__public_id")),
            holder_name=models.Case(When(is_own, then=None), default=F("turn_person__name")),
        )
        .values("unit_id", "holder", "holder_name")
        .annotate(
            overdue=Count("id", filter=late),
            pooled=Count("id", filter=pooled),
            finals=Count("id", filter=pooled & Q(state=State.FINAL_APPROVAL)),
            oldest=Min("due_at"),
        )
        .order_by("unit_id")
    )
    return [
        Burden(row["unit_id"], row["holder"], row["holder_name"] or "", row["overdue"],
               row["pooled"], row["finals"], row["oldest"])
        for row in rows
    ]  # fmt: skip


@dataclass
class Blocker:
    """Somebody whose silence holds up others, and since when."""

    public_id: UUID
    name: str
    overdue: int
    oldest: datetime


def blockers(found: Iterable[Burden], unit_ids: frozenset[int]) -> list[Blocker]:
    """Who holds up how many, worst first, within some units."""
    people: dict[UUID, Blocker] = {}
    for burden in found:
        if burden.holder_id is None or not burden.overdue or burden.unit_id not in unit_ids:
            continue
        known = people.setdefault(
            burden.holder_id, Blocker(burden.holder_id, burden.holder_name, 0, burden.oldest)
        )
        known.overdue += burden.overdue
        known.oldest = min(known.oldest, burden.oldest)
    return sorted(people.values(), key=lambda b: (-b.overdue, b.oldest, b.name))


class Completion:
    """A cycle's numbers for every unit, rolled up once."""

    def __init__(
        self,
        tree: UnitTree,
        counts: Mapping[tuple[int, str], int],
        burdens: Iterable[Burden] = (),
    ) -> None:
        self.tree = tree
        self._own: dict[int, Line] = {}
        self._rolled: dict[int, Line] = {}
        self.whole = Line(None)
        for (unit_id, state), number in counts.items():
            for line in self._lines(unit_id):
                line.groups[GROUP_OF[state].key] += number
        for burden in burdens:
            for line in self._lines(burden.unit_id):
                line.overdue += burden.overdue
                line.pooled += burden.pooled
                line.finals += burden.finals

    def _lines(self, unit_id: int) -> list[Line]:
        """The lines that count a unit's people: its own, its and those above, the whole."""
        unit = self.tree.by_id[unit_id]
        lines = [self.whole, self._own.setdefault(unit_id, Line(unit, is_own=True))]
        for above in [*self.tree.above(unit), unit]:
            lines.append(
                self._rolled.setdefault(
                    above.pk, Line(above, has_below=bool(self.tree.children(above)))
                )
            )
        return lines

    def total(self, unit: Unit | None) -> Line:
        """A unit with all below it; without a unit the whole agency."""
        if unit is None:
            return self.whole
        return self._rolled.get(unit.pk) or Line(unit)

    def below(self, unit: Unit | None) -> list[Line]:
        """The lines of the table: the people directly in the unit, then each unit below."""
        place = unit or self.tree.root
        lines = []
        if place is not None and place.pk in self._own:
            lines.append(self._own[place.pk])
        for child in self.tree.children(place):
            line = self._rolled.get(child.pk)
            lines.append(line or Line(child, has_below=bool(self.tree.children(child))))
        return lines
