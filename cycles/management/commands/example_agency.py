"""An example to try the import with: a regency that could be real, as one XLSX file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
from django.core.management.base import BaseCommand, CommandError, CommandParser
from xlsxwriter.workbook import Workbook

from cycles import clock
from cycles.management.invented import Cells, Regency, regencies
from cycles.sheets import MOST_ROWS, SHEETS, Sheet

# What --faults spoils, one after the other.
_FAULTS = (
    ("nip", "19820315200901"), ("golongan", "V/x"), ("kode_jabatan", "99.999-001"),
    ("email", "tanpa-alamat"), ("tmt_jabatan", "31 Februari 2026"), ("jenis_pegawai", "Honorer"),
    ("nama", ""),
)  # fmt: skip


class Command(BaseCommand):
    help = "Writes an example agency to import: units, posts and people of an invented regency."
    # It writes a file, and wants nothing of the database or the addresses.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("output", nargs="?", default="", help="default: contoh-<regency>.xlsx")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same file")
        parser.add_argument("--people", type=int, default=9000)
        parser.add_argument("--units", type=int, default=45, help="offices below the regent")
        parser.add_argument("--regency", default="", help='its code, "53.01"; default: by seed')
        parser.add_argument("--faults", type=int, default=0, help="how many rows to spoil")

    def handle(self, *args: Any, **options: Any) -> None:
        people, units = options["people"], options["units"]
        if not 2 <= units <= 200 or not 2 * units <= people <= MOST_ROWS:
            raise CommandError(
                f"At least 2 and at most 200 units, twice as many people, at most {MOST_ROWS}."
            )
        rng = Random(options["seed"])  # noqa: S311 - an example, no secret
        names = regencies()
        code = options["regency"] or rng.choice(sorted(names))
        if code not in names:
            raise CommandError(f"No regency has the code {code!r}.")
        regency = Regency(code, names[code], people, units, clock.now().year, rng)
        path = Path(options["output"] or f"contoh-{code}.xlsx")
        write(regency, path, options["faults"])
        self.stdout.write(
            f"{path}: {regency.name}, {people} people in {units} units with "
            f"{len(regency.nodes) - units - 1} sections, schools and clinics."
        )


def write(regency: Regency, path: Path, faults: int = 0) -> None:
    """The workbook, row by row."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    _sheet(book, SHEETS["unit"], regency.units())
    seats: list[tuple[str, str, str]] = []

    def posts() -> Iterable[Cells]:
        for post in regency.posts():
            seats.append((post["kode_jabatan"], post["jenis_jabatan"], post["jenjang"]))
            yield post

    _sheet(book, SHEETS["post"], posts())
    every = max(len(seats) // faults, 1) if faults else 0

    def people() -> Iterable[Cells]:
        for place, person in enumerate(regency.people(seats)):
            spoilt = place // every if every and place % every == every // 2 else -1
            if 0 <= spoilt < faults:
                column, cell = _FAULTS[spoilt % len(_FAULTS)]
                person[column] = cell
            yield person

    _sheet(book, SHEETS["person"], people())
    book.close()


def _sheet(book: Workbook, sheet: Sheet, rows: Iterable[Cells]) -> None:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True})
    columns: list[str] = []
    for line, row in enumerate(rows, start=1):
        if not columns:
            columns = [column.name for column in sheet.columns if column.name in row]
            for place, name in enumerate(columns):
                page.write_string(0, place, name, bold)
        for place, name in enumerate(columns):
            if row[name]:
                page.write_string(line, place, row[name])
