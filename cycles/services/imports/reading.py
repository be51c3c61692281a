"""A file as tables: which sheet is which, which column is where, and its rows one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import BinaryIO, Final, cast

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from cycles.models import ImportRun
from cycles.services.imports.receiving import is_workbook, unpacks_soundly
from cycles.sheets import (
    AGENCY,
    ASIDE,
    EXAMPLE_MARK,
    MOST_ROWS,
    OF_AN_AGENCY,
    Column,
    Sheet,
    plain,
)

Cell = str | int | float | bool | date | datetime | time | timedelta
# Headings stand within the first rows; above them titles may stand.
_HEADED_WITHIN: Final = 10


class Unreadable(Exception):
    """The file cannot be read at all; the text says why, to a person."""


@dataclass
class Table:
    """One sheet with the columns it has, by their place, and its rows with their numbers."""

    sheet: Sheet
    columns: list[tuple[int, Column]]
    rows: Iterator[tuple[int, Sequence[Cell]]]
    height: int

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for _place, column in self.columns)


@dataclass
class Book:
    """The tables of a file in the order of reading, and what is to be said of the file.

    A table's rows live only until the next table is taken: one sheet is in memory at a time.
    """

    wanted: tuple[Sheet, ...]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: Iterator[Table] = field(default_factory=lambda: iter(()))


@contextmanager
def opened(run: ImportRun) -> Iterator[Book]:
    """The file of a run. Raises Unreadable."""
    wanted = OF_AN_AGENCY if run.agency_id else (AGENCY,)
    book = Book(wanted)
    with run.file.open("rb") as stored:
        stream = cast(BinaryIO, stored)
        if is_workbook(stream):
            if not unpacks_soundly(stream):
                raise Unreadable(
                    _("This workbook is damaged or too large to unpack. Save it anew.")
                )
            try:
                with CalamineWorkbook.from_filelike(stream) as workbook:
                    book.tables = _sheets(book, workbook)
                    yield book
            except CalamineError as error:
                raise Unreadable(
                    _("This workbook cannot be read: it is damaged or protected by a password.")
                ) from error
        else:
            book.tables = _of_csv(book, stream)
            yield book


def _sheets(book: Book, workbook: CalamineWorkbook) -> Iterator[Table]:
    found: dict[str, str] = {}
    strange: list[str] = []
    for name in workbook.sheet_names:
        sheet = next((sheet for sheet in book.wanted if _is_named(sheet, name)), None)
        if sheet is None:
            if plain(name) not in ASIDE:
                strange.append(name)
        elif sheet.kind in found:
            book.problems.append(
                _("The sheets “%(first)s” and “%(second)s” mean the same. Keep one of them.")
                % {"first": found[sheet.kind], "second": name}
            )
        else:
            found[sheet.kind] = name
    if not found and len(strange) == 1:
        # One sheet under whatever name: its headings say what it holds.
        page = workbook.get_sheet_by_name(strange[0])
        yield from _recognised(book, strange[0], _rows(page), page.total_height)
        return
    book.problems.extend(
        _("The sheet “%(name)s” is none of %(known)s. Rename it, or take it out.")
        % {"name": name, "known": ", ".join(sheet.name for sheet in book.wanted)}
        for name in strange
        if workbook.get_sheet_by_name(name).height
    )
    for sheet in book.wanted:
        if sheet.kind in found:
            page = workbook.get_sheet_by_name(found[sheet.kind])
            table = _table(book, sheet, _rows(page), page.total_height)
            if table is not None:
                yield table
    if not found:
        book.problems.append(
            _("No sheet was found that holds %(known)s. Use the template.")
            % {"known": ", ".join(sheet.name for sheet in book.wanted)}
        )


def _is_named(sheet: Sheet, name: str) -> bool:
    return plain(name) in {plain(known) for known in (sheet.name, *sheet.aliases)}


def _rows(page: CalamineSheet) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Numbered as the spreadsheet numbers them: the reader gives the empty rows above too."""
    return enumerate(page.iter_rows(), start=1)


def _of_csv(book: Book, stream: BinaryIO) -> Iterator[Table]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        try:
            sample = text.read(64 * 1024)
            text.seek(0)
            heading = next((line for line in sample.splitlines() if line.strip()), "")
            mark = max((";", ",", "\t"), key=heading.count)
            lines = cast(Iterator[Sequence[Cell]], csv.reader(text, delimiter=mark))
            rows = enumerate(lines, start=1)
            # How many lines there are is known only at the end; about 120 characters each.
            yield from _recognised(book, "CSV", rows, _size(stream) // 120)
        except UnicodeDecodeError as error:
            raise Unreadable(
                _("Save the file as “CSV UTF-8”; it is in another encoding.")
            ) from error
        except csv.Error as error:
            raise Unreadable(
                _("This CSV file cannot be read as a table. Save it anew as “CSV UTF-8”.")
            ) from error
    finally:
        text.detach()


def _size(stream: BinaryIO) -> int:
    here = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(here)
    return size


def _recognised(
    book: Book, name: str, rows: Iterator[tuple[int, Sequence[Cell]]], height: int
) -> Iterator[Table]:
    """The table whose headings fit best."""
    head = _first(rows)
    fits = {
        sheet.kind: max((sum(plain(str(cell)) in sheet.by_heading for cell in cells)
                         for _number, cells in head), default=0)
        for sheet in book.wanted
    }  # fmt: skip
    best = max(book.wanted, key=lambda sheet: fits[sheet.kind])
    if fits[best.kind] < 2:
        book.problems.append(
            _("The headings of “%(name)s” are none that are known here. Use the template.")
            % {"name": name}
        )
        return
    table = _table(book, best, chain(head, rows), height)
    if table is not None:
        yield table


def _first(rows: Iterator[tuple[int, Sequence[Cell]]]) -> list[tuple[int, Sequence[Cell]]]:
    return list(islice(rows, _HEADED_WITHIN))


def _table(
    book: Book, sheet: Sheet, rows: Iterator[tuple[int, Sequence[Cell]]], height: int
) -> Table | None:
    """The table below the headings; None, with a problem said, where they are missing."""
    head = _first(rows)
    best = max(
        range(len(head)),
        key=lambda at: sum(plain(str(cell)) in sheet.by_heading for cell in head[at][1]),
        default=None,
    )
    cells = head[best][1] if best is not None else ()
    columns, unknown, twice = _headings(sheet, cells)
    said = {"sheet": sheet.name}
    missing = [column.name for column in sheet.columns
               if column.is_key and column not in [found for _place, found in columns]]  # fmt: skip
    if sheet.kind == "person" and not {"id_pegawai", "nip"} & {c.name for _p, c in columns}:
        missing.append("id_pegawai")
    for name in missing:
        book.problems.append(
            _("The sheet “%(sheet)s” has no column “%(column)s”. Add it, headed like this.")
            % {**said, "column": name}
        )
    for name in twice:
        book.problems.append(
            _("The sheet “%(sheet)s” has two columns for “%(column)s”. Keep one of them.")
            % {**said, "column": name}
        )
    if unknown:
        book.notes.append(
            _("Not read of the sheet “%(sheet)s”: %(columns)s.")
            % {**said, "columns": ", ".join(unknown)}
        )
    if missing or twice or best is None:
        return None
    if height > MOST_ROWS:
        book.problems.append(
            _("The sheet “%(sheet)s” has more than %(most)d rows. Bring it in several files.")
            % {**said, "most": MOST_ROWS}
        )
        return None
    return Table(sheet, columns, _below(chain(head[best + 1 :], rows)), height)


def _headings(
    sheet: Sheet, cells: Sequence[Cell]
) -> tuple[list[tuple[int, Column]], list[str], list[str]]:
    columns: list[tuple[int, Column]] = []
    unknown: list[str] = []
    twice: list[str] = []
    for place, cell in enumerate(cells):
        heading = str(cell).strip()
        column = sheet.by_heading.get(plain(heading))
        if column is None:
            if heading and len(unknown) < 20:
                unknown.append(heading[:60])
        elif any(column is found for _place, found in columns):
            twice.append(column.name)
        else:
            columns.append((place, column))
    return columns, unknown, twice


def _below(
    rows: Iterator[tuple[int, Sequence[Cell]]],
) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows that say something and are no example."""
    for number, cells in rows:
        if number > MOST_ROWS + _HEADED_WITHIN:
            raise Unreadable(
                _("The file has more than %(most)d rows. Bring it in several files.")
                % {"most": MOST_ROWS}
            )
        for cell in cells:
            if cell != "":
                break
        else:
            continue
        first = cells[0]
        if isinstance(first, str) and first[: len(EXAMPLE_MARK)].casefold() == EXAMPLE_MARK:
            continue
        yield number, cells
