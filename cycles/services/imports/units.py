"""The dry run of units: recognised by their code, standing in one tree without loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from cycles.models import Unit
from cycles.services.imports.dryrun import (
    ADDED,
    CHANGED,
    CLOSED,
    MOVED,
    DryRun,
    Ids,
    Once,
    Row,
    missing,
    text_of,
)
from cycles.services.imports.reading import Table
from cycles.sheets import UNIT

# Deeper than any agency; the stored path has room for it.
MOST_LEVELS: Final = 20


@dataclass(slots=True)
class UnitAt:
    """A unit as it will stand after the import; `row` is its row in the file."""

    id: int
    code: str
    name: str = ""
    parent: int | None = None
    week: int = 5
    closed_on: str = ""
    row: int = 0


class Units:
    """All units of the agency, those of the file over those of the database."""

    def __init__(self, agency_id: int) -> None:
        self.by_id: dict[int, UnitAt] = {}
        self.by_code: dict[str, UnitAt] = {}
        self.closing: list[UnitAt] = []
        for id_, code, name, parent, week, closed_on in Unit.objects.filter(
            agency_id=agency_id
        ).values_list("id", "code", "name", "parent_id", "week", "closed_on"):
            self._keep(UnitAt(id_, code, name, parent, week, text_of(closed_on)))

    def _keep(self, unit: UnitAt) -> None:
        self.by_id[unit.id] = unit
        if unit.code:
            self.by_code[unit.code] = unit

    def check(self, table: Table, dry: DryRun) -> None:
        ids, once = Ids("cycles_unit"), Once()
        rows: list[tuple[Row, UnitAt | None, UnitAt | None]] = []
        for chunk in dry.chunks(table):
            for row in chunk:
                rows.append(self._place(row, ids, once))
        for row, unit, _before in rows:
            if unit is not None:
                self._join(row, unit)
        for row, unit, before in rows:
            if unit is not None:
                self._judge(row, unit, before)
        dry.write("unit", [row for row, _unit, _before in rows])

    def _place(self, row: Row, ids: Ids, once: Once) -> tuple[Row, UnitAt | None, UnitAt | None]:
        """The unit of a row, by its code, and how it stood before (None: it is new)."""
        data = row.data
        code = row.key = data.get("kode_unit", "")
        row.label = data.get("nama_unit", "")
        if not code:
            row.fault("kode_unit", _("Write the unit's code."))
            return row, None, None
        if not once(code, row, "kode_unit") or len(code) > UNIT["kode_unit"].limit:
            return row, None, None
        unit = self.by_code.get(code)
        if unit is None:
            unit, before = UnitAt(ids.take(), code), None
            self._keep(unit)
            if not row.label:
                row.problems.append(missing("nama_unit"))
        else:
            before = UnitAt(unit.id, code, unit.name, unit.parent, unit.week, unit.closed_on)
            row.label = row.label or unit.name
        unit.row = row.number
        unit.name = row.label
        if data.get("hari_kerja") in ("5", "6"):
            unit.week = int(data["hari_kerja"])
        unit.closed_on = data.get("tanggal_tutup", unit.closed_on)
        return row, unit, before

    def _join(self, row: Row, unit: UnitAt) -> None:
        code = row.data.get("kode_induk")
        if code is None:
            return
        above = self.by_code.get(code) if code else None
        if code and above is None:
            row.fault("kode_induk", _(
                "No unit has the code “%(code)s”. Correct it, or add that unit to the sheet."
            ) % {"code": code})  # fmt: skip
        elif above is unit:
            row.fault("kode_induk", _("A unit does not stand below itself."))
        elif above is not None and above.closed_on and not unit.closed_on:
            row.fault("kode_induk", _("The unit “%(code)s” is closed; name an open one.")
                      % {"code": code})  # fmt: skip
        else:
            unit.parent = above.id if above else None

    def _judge(self, row: Row, unit: UnitAt, before: UnitAt | None) -> None:
        trail = self._trail(unit)
        if len(trail) > 1 and trail[-1] is unit:
            row.fault("kode_induk", _("These units stand below each other in a circle: %(loop)s.")
                      % {"loop": " → ".join(at.code or at.name for at in trail)})  # fmt: skip
        elif len(trail) > MOST_LEVELS:
            row.fault("kode_induk", _("More than %(most)d levels of units stand above it.")
                      % {"most": MOST_LEVELS})  # fmt: skip
        row.undo = {"id": unit.id, "to": {"parent": unit.parent}}
        if before is None:
            row.outcome, row.undo["new"] = ADDED, True
            return
        if before.name != unit.name:
            row.change("nama_unit", before.name, unit.name)
        if before.parent != unit.parent:
            row.change("kode_induk", self._named(before.parent), self._named(unit.parent))
        if before.week != unit.week:
            row.change("hari_kerja", str(before.week), str(unit.week))
        if before.closed_on != unit.closed_on:
            row.change("tanggal_tutup", before.closed_on, unit.closed_on)
        if not row.changes:
            row.undo = {}
            return
        row.undo["was"] = {
            "name": before.name, "parent": before.parent, "week": before.week,
            "closed_on": before.closed_on or None,
        }  # fmt: skip
        if unit.closed_on and not before.closed_on:
            row.outcome = CLOSED
            self.closing.append(unit)
        else:
            moves = "kode_induk" in row.changes
            row.outcome = MOVED if moves else CHANGED

    def _trail(self, unit: UnitAt) -> list[UnitAt]:
        """The unit and those above it; it ends with the unit itself when they form a circle."""
        trail = [unit]
        above = unit.parent
        while above is not None and len(trail) <= MOST_LEVELS:
            trail.append(self.by_id[above])
            if trail[-1] is unit:
                break
            above = trail[-1].parent
        return trail

    def _named(self, id_: int | None) -> str:
        unit = self.by_id.get(id_) if id_ else None
        return (unit.code or unit.name) if unit else ""

    def fault_the_inhabited(self, dry: DryRun, inhabited: set[int]) -> None:
        """A unit closes only when nothing in it stays open; `inhabited`: units with open posts."""
        if not self.closing:
            return
        parents = {unit.parent for unit in self.by_id.values() if not unit.closed_on}
        for unit in self.closing:
            if unit.id in parents:
                dry.fault_later("unit", unit.row, "tanggal_tutup", _(
                    "Units below it stay open. Move or close them in the same file."))  # fmt: skip
            if unit.id in inhabited:
                dry.fault_later("unit", unit.row, "tanggal_tutup", _(
                    "Posts in it stay open. Move or close them in the same file."))  # fmt: skip
