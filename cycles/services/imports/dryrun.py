"""What a dry run writes down: rows in bulk, faults that show only later, ids kept in advance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from cycles.enums import RowOutcome
from cycles.models import ImportRun
from cycles.services.imports.cells import Problems, read_row
from cycles.services.imports.reading import Table

CHUNK: Final = 2000
# People who are missing from a complete file have no row of it; theirs are numbered from here.
MISSING: Final = 1_000_001
_COLUMNS: Final = "run_id, kind, number, key, label, outcome, data, changes, problems, undo"
# Plain texts: a hundred thousand rows carry one each.
ADDED, CHANGED, MOVED = RowOutcome.ADDED.value, RowOutcome.CHANGED.value, RowOutcome.MOVED.value
CLOSED, SAME, FAULTY = RowOutcome.CLOSED.value, RowOutcome.SAME.value, RowOutcome.FAULTY.value
_dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Row:
    """A row of the file on its way: what it says, what it will do, what is wrong with it."""

    number: int
    data: dict[str, str]
    problems: Problems
    key: str = ""
    label: str = ""
    outcome: str = SAME
    changes: dict[str, list[str]] = field(default_factory=dict)
    undo: dict[str, Any] = field(default_factory=dict)

    def fault(self, column: str, sentence: str) -> None:
        self.problems.append((column, sentence))

    def change(self, column: str, old: str, new: str) -> None:
        self.changes[column] = [old, new]


class Ids:
    """Row numbers of a table, taken in advance: what a dry run will add has its id already.

    An id that is never used is a gap, nothing else.
    """

    def __init__(self, table: str) -> None:
        self._table = table
        self._kept: list[int] = []

    def take(self) -> int:
        if not self._kept:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [self._table, CHUNK],
                )
                self._kept = [row[0] for row in reversed(cursor.fetchall())]
        return self._kept.pop()


class DryRun:
    """Collects the rows of one run and writes them in chunks."""

    def __init__(self, run: ImportRun, say: Callable[[int, int], None]) -> None:
        self.run = run
        self.agency_id = run.agency_id
        self.as_of = run.as_of.isoformat()
        self.done = 0
        self.total = 0
        self._say = say
        self._rows: list[tuple[str, Row]] = []
        self._late: list[tuple[str, int, str, str]] = []

    def chunks(self, table: Table) -> Iterator[list[Row]]:
        """The rows of a table as they are read, some thousands at a time."""
        self.total = self.done + max(table.height - 1, 0)
        chunk: list[Row] = []
        for number, cells in table.rows:
            data: dict[str, str] = {}
            chunk.append(Row(number, data, read_row(table, cells, data)))
            if len(chunk) == CHUNK:
                yield chunk
                self._tell(len(chunk))
                chunk = []
        if chunk:
            yield chunk
            self._tell(len(chunk))

    def write(self, kind: str, rows: list[Row]) -> None:
        self._rows.extend((kind, row) for row in rows)
        if len(self._rows) >= CHUNK:
            self.flush()

    def fault_later(self, kind: str, number: int, column: str, sentence: str) -> None:
        """A fault that shows only when other rows are known: its row was written already."""
        self._late.append((kind, number, column, sentence))

    def finish(self) -> dict[str, dict[str, int]]:
        """Write what is left; returns how many rows of each kind have which outcome."""
        self.flush()
        with connection.cursor() as cursor:
            if self._late:
                kinds, numbers, columns, sentences = zip(*self._late, strict=True)
                cursor.execute(
                    "UPDATE cycles_importrow r SET outcome = %s, problems = r.problems || l.found"
                    " FROM (SELECT kind, number, jsonb_agg(jsonb_build_object('column', name,"
                    " 'sentence', sentence)) AS found FROM unnest(%s::text[], %s::int[],"
                    " %s::text[], %s::text[]) AS i(kind, number, name, sentence)"
                    " GROUP BY kind, number) l"
                    " WHERE r.run_id = %s AND r.kind = l.kind AND r.number = l.number",
                    [FAULTY, list(kinds), list(numbers), list(columns),
                     list(sentences), self.run.pk],
                )  # fmt: skip
            cursor.execute(
                "SELECT kind, outcome, count(*) FROM cycles_importrow WHERE run_id = %s"
                " GROUP BY kind, outcome",
                [self.run.pk],
            )
            counts: dict[str, dict[str, int]] = {}
            for kind, outcome, number in cursor.fetchall():
                counts.setdefault(kind, {})[outcome] = number
        return counts

    def flush(self) -> None:
        """Send the rows collected to the database."""
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY cycles_importrow ({_COLUMNS}) FROM STDIN") as copy,
        ):
            run_id = self.run.pk
            for kind, row in self._rows:
                outcome, problems = row.outcome, "[]"
                if row.problems:
                    outcome = FAULTY
                    problems = _dumps([{"column": column, "sentence": sentence}
                                       for column, sentence in row.problems])  # fmt: skip
                # An unchanged row says nothing new; it is not kept twice.
                data = "{}" if outcome == SAME else _dumps(row.data)
                copy.write_row((
                    run_id, kind, row.number, row.key[:64], row.label[:200], outcome, data,
                    _dumps(row.changes) if row.changes else "{}", problems,
                    _dumps(row.undo) if row.undo else "{}",
                ))  # fmt: skip
        self._rows.clear()

    def _tell(self, number: int) -> None:
        self.done += number
        self._say(self.done, max(self.total, self.done))


class Once:
    """What may stand only once in a file; says in which row it stood before."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}

    def __call__(self, value: str, row: Row, column: str) -> bool:
        """Whether this is its first row; a second one gets the fault."""
        first = self._rows.setdefault(value, row.number)
        if first == row.number:
            return True
        row.fault(column, _("The same stands in row %(row)d. Keep one of them.") % {"row": first})
        return False


def missing(column: str) -> tuple[str, str]:
    return column, _("This adds something new, which needs the column “%(column)s”.") % {
        "column": column}  # fmt: skip


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def text_of(day: object) -> str:
    """A date of the database as text; "" for none."""
    return str(day) if day is not None else ""
