"""Cells: what is written in one, as text of one form, or a sentence that says how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from cycles import nip
from cycles.services.imports.reading import Cell, Table
from cycles.sheets import Column, Form, plain

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2100
# Spreadsheets keep fifteen digits of a number; what has more has lost some.
_MOST_EXACT: Final = 10**15
# What a spreadsheet writes for a formula without a result.
_FAILED: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]00:00(?::00)?)?\Z")
_LOCAL: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[A-Za-z]+)[-/. ](\d{4})\Z")
_MONTHS: Final = {
    name[:3]: number
    for number, names in enumerate(
        (("januari",), ("februari", "pebruari"), ("maret",), ("april",), ("mei", "may"),
         ("juni",), ("juli",), ("agustus", "august"), ("september",), ("oktober", "october"),
         ("november", "nopember"), ("desember", "december")), start=1)
    for name in names
}  # fmt: skip
# Addresses that need no closer look.
_USUAL_MAIL: Final = re.compile(
    r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9]+[.-])+[a-z]{2,24}\Z"
)
_SEEN: dict[tuple[str, str], str] = {}
_MOST_SEEN: Final = 20_000

Problems = list[tuple[str, str]]


def read_row(table: Table, cells: Sequence[Cell], data: dict[str, str]) -> Problems:
    """Fills `data` with what the row says, by column; returns what is wrong as (column, sentence).

    A cell that cannot be read is kept as it is written. A column that is not there, or an empty
    cell that changes nothing, is not in `data`.
    """
    problems: Problems = []
    width = len(cells)
    for place, column in table.columns:
        cell = cells[place] if place < width else ""
        text = cell if type(cell) is str else _as_text(cell)
        if text:
            text = tidy(text)
        if not text:
            if column.empties:
                data[column.name] = ""
            continue
        if column.choices or column.form is Form.DATE:
            # The same few words and days stand in a hundred thousand rows.
            value, sentence = _known(column, text)
        else:
            value, sentence = _read(column, cell, text)
        data[column.name] = value
        if sentence:
            problems.append((column.name, sentence))
    return problems


def tidy(text: str) -> str:
    """One line, composed, without hidden characters, and without the guard against formulas."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _HIDDEN.sub(" ", text)
    if "  " in text or text[0] == " " or text[-1] == " " or "\xa0" in text:
        text = " ".join(text.split())
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        return text[1:]
    return text


def parse_day(text: str) -> date | None:
    """2026-01-31, 31-01-2026, 31/1/2026 or 31 Januari 2026."""
    if found := _ISO.match(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _LOCAL.match(text):
        year, day = int(found[3]), int(found[1])
        month = int(found[2]) if found[2].isdigit() else _MONTHS.get(found[2].lower()[:3], 0)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _as_text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, timedelta):
        return str(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _known(column: Column, text: str) -> tuple[str, str]:
    """A choice or a day. What cannot be read is not remembered: its sentence has a language."""
    key = (column.name, text)
    found = _SEEN.get(key)
    if found is None:
        found, sentence = _read_day(text) if column.form is Form.DATE else _choose(column, text)
        if sentence:
            return found, sentence
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        _SEEN[key] = found
    return found, ""


def _choose(column: Column, text: str) -> tuple[str, str]:
    value = column.choices.get(plain(text))
    if value is not None:
        return value, ""
    return text, _("“%(text)s” is not known here. Write one of: %(choices)s.") % {
        "text": text[:60], "choices": ", ".join(column.written)}  # fmt: skip


def _read(column: Column, cell: Cell, text: str) -> tuple[str, str]:
    """The text as stored, or as written with the sentence about it."""
    form = column.form
    if form is Form.NUMBER:
        if isinstance(cell, float) and cell >= _MOST_EXACT:
            return text, _(
                "The spreadsheet kept this as a number and lost its last digits. Format the "
                "column as text and write the number again."
            )
        return (text if text.isdigit() else nip.tidy(text)), ""
    if text in _FAILED:
        return text, _("The formula in this cell has failed. Write the value itself.")
    if len(text) > column.limit:
        return text, _("Too long: %(length)s characters, at most %(limit)s.") % {
            "length": len(text), "limit": column.limit}  # fmt: skip
    if form is Form.EMAIL:
        text = text.lower()
        if not _USUAL_MAIL.match(text):
            try:
                validate_email(text)
            except ValidationError:
                return text, _(
                    "This is no e-mail address. Write it again, or leave the cell empty."
                )
    return text, ""


def _read_day(text: str) -> tuple[str, str]:
    day = parse_day(text)
    if day is None:
        return text, _("“%(text)s” is no date. Write it like 2026-01-31 or 31-01-2026.") % {
            "text": text[:40]}  # fmt: skip
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return text, _("This year cannot be meant: %(year)d.") % {"year": day.year}
    return day.isoformat(), ""
