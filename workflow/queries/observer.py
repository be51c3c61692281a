"""What an observer may see: counts by unit and stage, never so small that they show a person.

Numbers of an agency are exact. Below it a cell under `LEAST` is veiled, and with it whatever would
give it away by subtraction: a second cell of its row and of its column, and the same column of the
units below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cycles.models import Cycle, Unit
from workflow.permissions import Actor
from workflow.queries.completion import GROUPS, Completion, Line, UnitTree
from workflow.queries.counters import counts

# Fewer people than this in one cell could be recognised. As in official statistics.
LEAST = 5
KEYS: tuple[str, ...] = tuple(group.key for group in GROUPS)


def observed_cycles(actor: Actor) -> list[Cycle]:
    """The cycles of the agencies this person observes, the latest first. One query."""
    return list(
        Cycle.objects.filter(agency__in=actor.observed_agencies)
        .select_related("agency")
        .order_by("-year", "agency__name")
    )


@dataclass(frozen=True)
class Row:
    """The numbers of one unit. A veiled cell is None: fewer than `LEAST`, or hiding such a one."""

    name: str
    unit: Unit | None
    is_own: bool
    everyone: int
    cells: dict[str, int | None]
    has_below: bool = False

    @property
    def percent(self) -> int | None:
        """The share that is finally approved; None where it would tell of few people."""
        closed, excluded = self.cells["closed"], self.cells["excluded"]
        if closed is None or excluded is None:
            return None
        taking_part = self.everyone - excluded
        return 100 * closed // taking_part if taking_part else 0


@dataclass
class Table:
    """A unit (or the agency) and the rows below it."""

    total: Row
    rows: list[Row] = field(default_factory=list)

    @property
    def is_veiled(self) -> bool:
        return any(None in row.cells.values() for row in [self.total, *self.rows])


def veil(
    rows: Sequence[dict[str, int]], hidden: frozenset[str] = frozenset()
) -> list[dict[str, int | None]]:
    """Rows of numbers whose sums are known, with every cell veiled that would show few people.

    `hidden` names columns that the row above already veils. Pure.
    """
    veiled = [
        {key for key, number in row.items()
         if key in hidden or 0 < number < LEAST or 0 < sum(row.values()) < LEAST}
        for row in rows
    ]  # fmt: skip
    changed = True
    while changed:
        changed = False
        for index, row in enumerate(rows):
            if len(veiled[index]) == 1:
                changed |= _cover(row, veiled[index])
        for key in KEYS:
            marked = [index for index in range(len(rows)) if key in veiled[index]]
            if len(marked) == 1 and len(rows) > 1:
                others = [n for n in range(len(rows)) if n not in marked]
                fullest = min(others, key=lambda n: (rows[n][key] == 0, rows[n][key]))
                veiled[fullest].add(key)
                changed = True
    return [
        {key: None if key in veiled[index] else number for key, number in row.items()}
        for index, row in enumerate(rows)
    ]


def _cover(row: dict[str, int], veiled: set[str]) -> bool:
    """Veil the smallest other cell of a row, so that its sum gives nothing away."""
    others = [key for key in row if key not in veiled]
    if not others:
        return False
    veiled.add(min(others, key=lambda key: (row[key] == 0, row[key])))
    return True


class Observation:
    """A cycle's numbers as an observer may see them. Two queries."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.tree = UnitTree(cycle.agency_id)
        self.completion = Completion(self.tree, counts(cycle.pk))

    def table(self, unit: Unit | None) -> Table:
        """The table of the agency, or of a unit below it, with what those above it veil."""
        root = self.tree.root
        if unit is None or unit == root:
            return self._below(self._whole(), None)
        table = self._below(self._whole(), None)
        for step in [*self.tree.above(unit), unit]:
            if step == root:
                continue
            row = next((r for r in table.rows if r.unit == step and not r.is_own), None)
            if row is None:
                return Table(_row(self.completion.total(unit), dict.fromkeys(KEYS)))
            table = self._below(row, step)
        return table

    def _whole(self) -> Row:
        whole = self.completion.whole
        return _row(whole, dict(whole.groups), name=self.cycle.agency.name)

    def _below(self, total: Row, unit: Unit | None) -> Table:
        lines = self.completion.below(unit)
        hidden = frozenset(key for key, number in total.cells.items() if number is None)
        cells = veil([dict(line.groups) for line in lines], hidden)
        return Table(total, [_row(line, row) for line, row in zip(lines, cells, strict=True)])


def _row(line: Line, cells: dict[str, int | None], name: str = "") -> Row:
    return Row(
        name=name or (line.unit.name if line.unit else ""),
        unit=line.unit,
        is_own=line.is_own,
        everyone=line.everyone,
        cells=cells,
        has_below=line.has_below,
    )
