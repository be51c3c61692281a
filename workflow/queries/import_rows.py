"""What the pages of an import show: the files brought, and one file's rows as they were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Subquery
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles.enums import JobKind, JobState, RowOutcome
from cycles.models import Agency, ImportRow, ImportRun, Job
from cycles.sheets import SHEETS, Column, Form
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of

JOBS: Final = (JobKind.IMPORT_CHECK, JobKind.IMPORT_APPLY, JobKind.IMPORT_UNDO)
KINDS: Final[Mapping[str, str | Promise]] = {
    "agency": _("Agencies"),
    "unit": _("Units"),
    "post": _("Posts"),
    "person": _("People"),
}
# What has to be done comes first, what stays as it is last.
OUTCOMES: Final = (
    RowOutcome.FAULTY,
    RowOutcome.ADDED,
    RowOutcome.CHANGED,
    RowOutcome.MOVED,
    RowOutcome.CLOSED,
    RowOutcome.SAME,
)
# Numbers of people are not shown in lists.
_HIDDEN: Final = frozenset({"nip", "nip_lama"})
# Who is missing from a complete file has no row of it; the engine numbers those from here.
NOT_IN_FILE: Final = 1_000_001


# --- the files ---------------------------------------------------------------------------------


def runs(agency: Agency | None, cursor: Cursor = START, size: int = SIZE) -> Page[ImportRun]:
    """The files an agency brought (None: those of agencies), newest first. One query."""
    of = ImportRun.objects.filter(agency=agency)
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        position = {"pk": Subquery(of.filter(public_id=anchor).values("pk"))}
    rows = of.select_related("author__person")
    return page_of(rows, ("-pk",), position, backwards=cursor.backwards, size=size)


def run_of(agency: Agency | None, public_id: UUID) -> ImportRun | None:
    """One file of this agency; None for unknown and another's alike."""
    found: ImportRun | None = (
        ImportRun.objects.filter(agency=agency, public_id=public_id)
        .select_related("agency", "author__person")
        .first()
    )
    return found


def number_of(run: ImportRun, outcome: str) -> int:
    """How many rows of all kinds have an outcome."""
    return sum(int(of_kind.get(outcome, 0)) for of_kind in run.counts.values())


def changing(run: ImportRun) -> int:
    """How many rows would change the records."""
    return sum(
        number_of(run, outcome)
        for outcome in OUTCOMES
        if outcome not in (RowOutcome.FAULTY, RowOutcome.SAME)
    )


def outcome_label(kind: str, outcome: str) -> str | Promise:
    """The word of an outcome; people leave, they are not closed."""
    if kind == "person" and outcome == RowOutcome.CLOSED:
        return _("Leaving")
    return RowOutcome(outcome).label


def last_job(run: ImportRun) -> Job | None:
    """The latest work on a file, whatever became of it."""
    found: Job | None = (
        Job.objects.filter(agency=run.agency_id, kind__in=JOBS, params__run=run.pk)
        .order_by("-pk")
        .first()
    )
    return found


def unfinished_job(agency: Agency | None, kind: str) -> Job | None:
    """The work of a kind that goes on for an agency; there is one at a time."""
    found: Job | None = Job.objects.filter(
        agency=agency, kind=kind, state__in=(JobState.WAITING, JobState.RUNNING)
    ).first()
    return found


# --- one file's rows ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A cell: what is recorded and what the file says, as a file would write them."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Row:
    """A row as the page shows it; `number` is None where the file has no such row."""

    number: int | None
    key: str
    label: str
    changes: list[Change]
    problems: list[tuple[str, str]]
    place: int


def rows_of(
    run: ImportRun, kind: str, outcome: str, cursor: Cursor = START, size: int = SIZE
) -> Page[Row]:
    """The rows of one kind with one outcome in the file's order. One query."""
    rows = ImportRow.objects.filter(run=run, outcome=outcome, kind=kind)
    position = None
    if cursor.text.isascii() and cursor.text.isdigit() and len(cursor.text) < 10:
        position = {"number": int(cursor.text)}
    page = page_of(rows, ("number",), position, backwards=cursor.backwards, size=size)
    return Page([_row(row) for row in page.rows], page.has_previous, page.has_next)


def _row(row: ImportRow) -> Row:
    return Row(
        number=row.number if row.number < NOT_IN_FILE else None,
        key=row.key,
        label=row.label,
        changes=list(_changes(row)),
        problems=[(str(p.get("column", "")), str(p.get("sentence", ""))) for p in row.problems],
        place=row.number,
    )


def _changes(row: ImportRow) -> Iterator[Change]:
    """What changes; of a new record, what it brings."""
    columns = SHEETS[row.kind].columns if row.kind in SHEETS else ()
    known = {column.name: column for column in columns}
    if row.outcome == RowOutcome.ADDED:
        for name, value in row.data.items():
            is_said = value in (row.key, row.label)
            if name in known and name not in _HIDDEN and value and not is_said:
                yield Change(name, "", shown(known[name], value))
        return
    for name, (old, new) in row.changes.items():
        column = known.get(name)
        yield Change(name, shown(column, old), shown(column, new))


def shown(column: Column | None, value: Any) -> str:
    """A value as people write it: the words of a choice, a day by its month's name."""
    text = "" if value is None else str(value)
    if column is None or not text:
        return text
    if column.form is Form.DATE:
        try:
            return dateformat.format(date.fromisoformat(text), "j M Y")
        except ValueError:
            return text
    return column.shown(text)
