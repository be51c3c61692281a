"""Workbooks that go out: the template to fill in, and the faulty rows with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from cycles.enums import RowOutcome
from cycles.models import ImportRow, ImportRun
from cycles.sheets import AGENCY, EXAMPLE_MARK, OF_AN_AGENCY, SHEETS, Column, Form, Sheet

# Never a formula, an address or a number: a cell says what it says.
AS_TEXT: Final = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip
WIDTH: Final = 22
# Characters with which spreadsheets begin a formula, also in a CSV saved from this workbook.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_CHUNK: Final = 2000


def template_xlsx(kind: str | None = None) -> bytes:
    """A workbook to fill in: for each sheet headings with notes and an example that is left out,

    then a sheet that explains every column. `kind` "agency" gives the administrator's.
    """
    sheets = (SHEETS[kind],) if kind else OF_AN_AGENCY
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {**AS_TEXT, "in_memory": True, "constant_memory": False})
    text = book.add_format({"num_format": "@"})
    bold, needed = _headings(book)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            is_needed = column.is_key or column.is_needed
            # Whole columns are text, so that a spreadsheet keeps every digit of a number.
            page.set_column(place, place, WIDTH, text)
            page.write_string(0, place, column.name, needed if is_needed else bold)
            page.write_comment(0, place, _note(column), {"x_scale": 2})
            page.write_string(1, place, column.example, text)
        page.write_string(1, 0, f"{EXAMPLE_MARK}: {sheet.columns[0].example}", text)
        for place, column in enumerate(sheet.columns):
            if column.written:
                page.data_validation(
                    1, place, 1_000_000, place, {"validate": "list", "source": list(column.written)}
                )
    _documentation(book, sheets, bold)
    book.close()
    return memory.getvalue()


def faulty_rows_xlsx(run: ImportRun) -> bytes:
    """The rows that cannot be applied, as they were read, each with its reasons.

    Mended there, the file can be brought again as it is: the added columns are not read.
    """
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {**AS_TEXT})
    bold, _needed = _headings(book)
    text = book.add_format({"num_format": "@"})
    found = set(
        run.rows.filter(outcome=RowOutcome.FAULTY).values_list("kind", flat=True).distinct()
    )
    for sheet in (AGENCY, *OF_AN_AGENCY):
        if sheet.kind not in found:
            continue
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        names = [column.name for column in sheet.columns]
        page.set_column(0, len(names) - 1, WIDTH, text)
        page.set_column(len(names), len(names) + 1, 3 * WIDTH)
        write(page, 0, [*names, _("row"), _("what to mend")], bold)
        rows = run.rows.filter(kind=sheet.kind, outcome=RowOutcome.FAULTY).order_by("number")
        for line, row in enumerate(rows.iterator(_CHUNK), start=1):
            cells = [column.shown(row.data.get(column.name, "")) for column in sheet.columns]
            write(page, line, [*cells, *_why(row)], text)
    if not found:
        book.add_worksheet(_("nothing to mend"))
    book.close()
    return memory.getvalue()


def guarded(cell: object) -> str:
    """A cell's text that no spreadsheet takes for a formula, wherever it is copied to."""
    text = str(cell)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _why(row: ImportRow) -> Iterator[str]:
    yield str(row.number)
    yield " ".join(f"{problem['column']}: {problem['sentence']}" if problem["column"] else
                   problem["sentence"] for problem in row.problems)  # fmt: skip


def write(page: Worksheet, line: int, cells: Iterable[Any], style: Format) -> None:
    for place, cell in enumerate(cells):
        page.write_string(line, place, guarded(cell), style)


def _headings(book: Workbook) -> tuple[Format, Format]:
    look = {"bold": True, "num_format": "@", "bottom": 1}
    return book.add_format(look), book.add_format({**look, "bg_color": "#FFF2CC"})


def _note(column: Column) -> str:
    parts = [str(column.what)]
    if column.is_key or column.is_needed:
        parts.append(_("Needed for everything new."))
    if column.written:
        parts.append(_("One of: %(choices)s.") % {"choices": ", ".join(column.written)})
    if column.form is Form.DATE:
        parts.append(_("A date such as 2026-01-31 or 31-01-2026."))
    return " ".join(parts)


def _documentation(book: Workbook, sheets: Iterable[Sheet], bold: Format) -> None:
    page = book.add_worksheet("petunjuk")
    page.set_column(0, 1, WIDTH)
    page.set_column(2, 2, 5 * WIDTH)
    page.set_column(3, 4, 2 * WIDTH)
    write(page, 0, [_("sheet"), _("column"), _("meaning"), _("example"), _("also read as")], bold)
    line = 1
    for sheet in sheets:
        for column in sheet.columns:
            cells = [sheet.name, column.name, _note(column), column.example,
                     ", ".join(column.aliases)]  # fmt: skip
            for place, cell in enumerate(cells):
                page.write_string(line, place, guarded(cell))
            line += 1
    for sentence in (
        _("A column that is left out changes nothing; an empty cell empties only what may be "
          "empty."),
        _("Row 2 of each sheet is an example; a row that begins with “contoh” is not read."),
        _("Codes, numbers and dates are kept as text, so that no digit is lost."),
    ):  # fmt: skip
        line += 1
        page.write_string(line, 0, sentence)
