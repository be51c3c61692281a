"""The dry run of posts: recognised by their code, one head a unit, no circle of superiors."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from cycles.enums import PostKind
from cycles.services.imports.dryrun import (
    ADDED,
    CHANGED,
    CLOSED,
    MOVED,
    SAME,
    DryRun,
    Ids,
    Once,
    Row,
    missing,
    text_of,
)
from cycles.services.imports.reading import Table
from cycles.services.imports.units import UnitAt, Units
from cycles.sheets import POST

_WITHOUT_RUNG: Final = frozenset(PostKind.values) - {PostKind.FUNGSIONAL.value}
_KNOWN: Final = """
SELECT p.id, p.code, p.unit_id, p.title, p.kind, p.grade, p.is_head, p.closed_on,
    p.is_superior_given, p.superior_id, s.code
FROM cycles_post p LEFT JOIN cycles_post s ON s.id = p.superior_id AND p.is_superior_given
WHERE p.agency_id = %s AND p.code = ANY(%s)
"""
_GIVEN: Final = """
SELECT id, superior_id, unit_id, is_head FROM cycles_post
WHERE agency_id = %s AND is_superior_given AND closed_on IS NULL
"""
_HEADS: Final = """
SELECT unit_id, id FROM cycles_post WHERE agency_id = %s AND is_head AND closed_on IS NULL
"""
_OPEN_IN: Final = """
SELECT DISTINCT unit_id FROM cycles_post
WHERE agency_id = %s AND unit_id = ANY(%s) AND closed_on IS NULL AND code <> ALL(%s)
"""


class PostAt(NamedTuple):
    """A post as it will stand: only what its people and its superiors ask for."""

    id: int
    unit: int
    is_head: bool
    closed_on: str
    is_new: bool = False


class Posts:
    """The posts of the file, and what the database knows of others that are named."""

    def __init__(self, agency_id: int, units: Units) -> None:
        self.agency_id = agency_id
        self.units = units
        self.by_code: dict[str, PostAt] = {}
        # Posts that close: their row and last day.
        self.closing: dict[int, tuple[int, str]] = {}
        self._heads: list[tuple[int, int, int]] = []
        self._given: dict[int, tuple[int, str]] = {}
        self._freed: set[int] = set()

    def find(self, codes: list[str]) -> dict[str, PostAt]:
        """The posts with these codes, those of the file first."""
        found = {code: self.by_code[code] for code in codes if code in self.by_code}
        rest = [code for code in codes if code not in found]
        if rest:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT code, id, unit_id, is_head, closed_on FROM cycles_post"
                    " WHERE agency_id = %s AND code = ANY(%s)",
                    [self.agency_id, rest],
                )
                for code, id_, unit, is_head, closed_on in cursor.fetchall():
                    found[code] = PostAt(id_, unit, is_head, text_of(closed_on))
        return found

    def check(self, table: Table, dry: DryRun) -> None:
        ids, once = Ids("cycles_post"), Once()
        for rows in dry.chunks(table):
            codes = [row.data.get("kode_jabatan", "") for row in rows]
            with connection.cursor() as cursor:
                cursor.execute(_KNOWN, [self.agency_id, codes])
                known = {row[1]: row for row in cursor.fetchall()}
            for row in rows:
                code = row.key = row.data.get("kode_jabatan", "")
                row.label = row.data.get("nama_jabatan", "")
                if not code:
                    row.fault("kode_jabatan", _("Write the post's code."))
                elif once(code, row, "kode_jabatan") and len(code) <= POST["kode_jabatan"].limit:
                    self._judge(row, known.get(code), ids)
            dry.write("post", rows)

    def _judge(self, row: Row, known: tuple[Any, ...] | None, ids: Ids) -> None:
        data = row.data
        unit = self._unit_of(row)
        if known is None:
            for column in ("nama_jabatan", "kode_unit"):
                if not data.get(column):
                    row.problems.append(missing(column))
            post_id, unit_id, is_head = ids.take(), unit.id if unit else 0, False
            kind, closed_on, above = "", "", ""
            row.outcome = ADDED
        else:
            post_id, _code, unit_id, title, kind, _grade, is_head, closed_on = known[:8]
            closed_on, above = text_of(closed_on), (known[10] or "") if known[8] else ""
            row.label = row.label or title
            self._compare(row, known, unit, closed_on, above)
            unit_id = unit.id if unit else unit_id
        kind = data.get("jenis_jabatan", kind)
        if data.get("jenjang") and kind in _WITHOUT_RUNG:
            row.fault("jenjang", _("Only functional posts have a rung. Leave the cell empty."))
        was_head, is_head = is_head, data.get("kepala_unit", "1" if is_head else "") == "1"
        now_closed = data.get("tanggal_tutup", closed_on)
        place = self.units.by_id.get(unit_id)
        if place is not None and place.closed_on and not now_closed:
            row.fault("kode_unit", _("The unit “%(code)s” is closed; name an open one.")
                      % {"code": place.code or place.name})  # fmt: skip
        self.by_code[row.key] = PostAt(post_id, unit_id, is_head, now_closed, known is None)
        if was_head:
            self._freed.add(post_id)
        if is_head and not now_closed:
            self._heads.append((unit_id, post_id, row.number))
        if now_closed and not closed_on and known is not None:
            self.closing[post_id] = (row.number, now_closed)
        if code := data.get("kode_jabatan_atasan", above):
            self._given[post_id] = (row.number, code)
        if row.outcome != SAME:
            row.undo.update({"id": post_id, "to": {"unit": unit_id}})
            if known is None:
                row.undo["new"] = True

    def _unit_of(self, row: Row) -> UnitAt | None:
        code = row.data.get("kode_unit")
        unit = self.units.by_code.get(code) if code else None
        if code and unit is None:
            row.fault("kode_unit", _(
                "No unit has the code “%(code)s”. Correct it, or add that unit to the sheet "
                "“unit”."
            ) % {"code": code})  # fmt: skip
        return unit

    def _compare(
        self, row: Row, known: tuple[Any, ...], unit: UnitAt | None, closed_on: str, above: str
    ) -> None:
        data = row.data
        _id, _code, unit_id, title, kind, grade, is_head = known[:7]
        before = {
            "nama_jabatan": title, "jenis_jabatan": kind, "jenjang": grade,
            "kepala_unit": "1" if is_head else "", "kode_jabatan_atasan": above,
            "tanggal_tutup": closed_on,
        }  # fmt: skip
        for column, old in before.items():
            new = data.get(column, old)
            if new != old:
                row.change(column, POST[column].shown(old), POST[column].shown(new))
        if unit is not None and unit.id != unit_id:
            old_unit = self.units.by_id.get(unit_id)
            row.change("kode_unit", old_unit.code if old_unit else "", unit.code)
        if not row.changes:
            return
        row.undo["was"] = {
            "title": title, "kind": kind, "grade": grade, "is_head": is_head, "unit": unit_id,
            "closed_on": closed_on or None, "given": known[8], "superior": known[9],
        }  # fmt: skip
        if data.get("tanggal_tutup") and not closed_on:
            row.outcome = CLOSED
        elif "kode_unit" in row.changes:
            row.outcome = MOVED
        else:
            row.outcome = CHANGED

    # --- what shows only when all posts are known ---------------------------------------------

    def finish(self, dry: DryRun) -> None:
        """One head a unit, superiors that exist and form no circle, closed units left empty."""
        heads = self._check_heads(dry)
        self._check_superiors(dry, heads)
        closing = [unit.id for unit in self.units.closing]
        if closing:
            inhabited = {post.unit for post in self.by_code.values() if not post.closed_on}
            with connection.cursor() as cursor:
                cursor.execute(_OPEN_IN, [self.agency_id, closing, list(self.by_code)])
                inhabited.update(row[0] for row in cursor.fetchall())
            self.units.fault_the_inhabited(dry, inhabited)

    def _check_heads(self, dry: DryRun) -> dict[int, int]:
        """The head of each unit as it will be."""
        with connection.cursor() as cursor:
            cursor.execute(_HEADS, [self.agency_id])
            heads = {unit: post for unit, post in cursor.fetchall() if post not in self._freed}
        rows: dict[int, int] = {}
        for unit, post, number in self._heads:
            if unit in rows:
                dry.fault_later("post", number, "kepala_unit", _(
                    "Row %(row)d heads this unit already. Only one seat heads a unit."
                ) % {"row": rows[unit]})  # fmt: skip
            elif unit in heads:
                dry.fault_later("post", number, "kepala_unit", _(
                    "Another seat heads this unit already. Bring it in the same file as one "
                    "that heads it no longer."))  # fmt: skip
            else:
                heads[unit], rows[unit] = post, number
        return heads

    def _check_superiors(self, dry: DryRun, heads: dict[int, int]) -> None:
        if not self._given:
            return
        named = self.find(list({code for _number, code in self._given.values()}))
        place = {post.id: (post.unit, post.is_head) for post in self.by_code.values()}
        place |= {post.id: (post.unit, post.is_head) for post in named.values()}
        for unit, head in heads.items():
            place.setdefault(head, (unit, True))
        above: dict[int, int] = {}
        with connection.cursor() as cursor:
            cursor.execute(_GIVEN, [self.agency_id])
            for post_id, superior, unit, is_head in cursor.fetchall():
                if post_id not in place:
                    above[post_id] = superior
                    place[post_id] = (unit, is_head)
        for post_id, (number, code) in self._given.items():
            post = named.get(code)
            if post is None:
                dry.fault_later("post", number, "kode_jabatan_atasan", _(
                    "No post has the code “%(code)s”. Correct it, or add that post."
                ) % {"code": code})  # fmt: skip
            elif post.closed_on:
                dry.fault_later("post", number, "kode_jabatan_atasan", _(
                    "The post “%(code)s” is closed; name an open one."
                ) % {"code": code})  # fmt: skip
            elif post.id == post_id:
                dry.fault_later("post", number, "kode_jabatan_atasan", _(
                    "Nobody is their own superior. Name another post, or leave the cell empty."
                ))  # fmt: skip
            else:
                above[post_id] = post.id
        for post_id, (number, _code) in self._given.items():
            if self._circles(post_id, above, place, heads):
                dry.fault_later("post", number, "kode_jabatan_atasan", _(
                    "Through this superior the posts stand above each other in a circle. Name "
                    "another one, or leave the cell empty."))  # fmt: skip

    def _circles(
        self,
        start: int,
        above: dict[int, int],
        place: dict[int, tuple[int, bool]],
        heads: dict[int, int],
    ) -> bool:
        seen: set[int] = set()
        at: int | None = above.get(start)
        while at is not None and at not in seen:
            if at == start:
                return True
            seen.add(at)
            at = above.get(at) or self._derived(at, place, heads)
        return False

    def _derived(
        self, post: int, place: dict[int, tuple[int, bool]], heads: dict[int, int]
    ) -> int | None:
        """The seat above by the tree of units, as `cycles.services.superiors` derives it."""
        unit_id, is_head = place.get(post, (0, False))
        unit = self.units.by_id.get(unit_id)
        levels = 0
        if unit is not None and is_head:
            unit = self.units.by_id.get(unit.parent) if unit.parent else None
        while unit is not None and levels <= len(self.units.by_id):
            head = heads.get(unit.id)
            if head is not None and head != post:
                return head
            unit = self.units.by_id.get(unit.parent) if unit.parent else None
            levels += 1
        return None
