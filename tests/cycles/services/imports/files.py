"""Files as HR brings them, and what working them off leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from cycles import clock
from cycles.models import Agency, ImportRow, ImportRun, User
from cycles.services import imports

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
AS_OF = date(2026, 3, 1)

UNITS = [
    {"kode_unit": "K", "nama_unit": "Pemerintah Kota"},
    {"kode_unit": "D1", "nama_unit": "Dinas Kesehatan", "kode_induk": "K"},
    {"kode_unit": "D1.1", "nama_unit": "Puskesmas Oebobo", "kode_induk": "D1", "hari_kerja": "6"},
]
POSTS = [
    {"kode_jabatan": "K-1", "nama_jabatan": "Wali Kota", "kode_unit": "K",
     "jenis_jabatan": "Pejabat Negara", "kepala_unit": "ya"},
    {"kode_jabatan": "D1-1", "nama_jabatan": "Kepala Dinas Kesehatan", "kode_unit": "D1",
     "jenis_jabatan": "JPT Pratama", "kepala_unit": "ya"},
    {"kode_jabatan": "D1.1-1", "nama_jabatan": "Kepala Puskesmas", "kode_unit": "D1.1",
     "jenis_jabatan": "Pengawas", "kepala_unit": "ya"},
    {"kode_jabatan": "D1.1-2", "nama_jabatan": "Bidan", "kode_unit": "D1.1",
     "jenis_jabatan": "Fungsional", "jenjang": "Ahli Pertama"},
    {"kode_jabatan": "D1.1-3", "nama_jabatan": "Perawat", "kode_unit": "D1.1",
     "jenis_jabatan": "Fungsional", "jenjang": "Terampil"},
    {"kode_jabatan": "D1.1-4", "nama_jabatan": "Perawat", "kode_unit": "D1.1",
     "jenis_jabatan": "Fungsional", "jenjang": "Mahir"},
]  # fmt: skip
PEOPLE = [
    {"id_pegawai": "P1", "nama": "Yohanes Lede", "jenis_pegawai": "Pejabat Negara",
     "kode_jabatan": "K-1", "email": "wali@kota.example"},
    {"id_pegawai": "P2", "nip": "197003121995031901", "nama": "dr. Petrus Nalle, M.Kes.",
     "jenis_pegawai": "PNS", "golongan": "IV/c", "kode_jabatan": "D1-1",
     "email": "petrus@kota.example"},
    {"id_pegawai": "P3", "nip": "198203152009012903", "nama": "Maria Da Silva",
     "jenis_pegawai": "PNS", "golongan": "III/d", "kode_jabatan": "D1.1-1",
     "email": "maria@kota.example"},
    {"id_pegawai": "P4", "nip": "199105022015032904", "nama": "Siti Aminah, A.Md.Keb.",
     "jenis_pegawai": "PNS", "golongan": "III/a", "kode_jabatan": "D1.1-2",
     "email": "siti@kota.example"},
    {"id_pegawai": "P5", "nip": "199206172023212905", "nama": "Ruth Bria", "jenis_pegawai": "PPPK",
     "golongan": "VII", "kode_jabatan": "D1.1-3", "email": "ruth@kota.example"},
]  # fmt: skip

Rows = Sequence[Mapping[str, Any]]


class Worker:
    """Stands where a job stands, and keeps what it was told."""

    def __init__(self, author: User) -> None:
        self.author = author
        self.said: list[tuple[int, int]] = []

    def say(self, done: int, total: int) -> None:
        self.said.append((done, total))


def workbook(**sheets: Rows) -> bytes:
    """An XLSX file with a sheet per name; headings are the keys of the rows."""
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory)
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for place, heading in enumerate(headings(rows)):
            page.write_string(0, place, heading)
            for line, row in enumerate(rows, start=1):
                if heading in row:
                    cell = row[heading]
                    write = page.write_string if isinstance(cell, str) else page.write
                    write(line, place, cell)
    book.close()
    return memory.getvalue()


def table(rows: Rows, mark: str = ";", start: str = "\ufeff") -> bytes:
    """A CSV file."""
    names = headings(rows)
    lines = [mark.join(names), *(mark.join(str(row.get(name, "")) for name in names)
                                 for row in rows)]  # fmt: skip
    return (start + "\r\n".join(lines)).encode()


def headings(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def without(rows: Rows, column: str) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in row.items() if name != column} for row in rows]


def but(rows: Rows, key: str, **cells: Any) -> list[dict[str, Any]]:
    """The rows, with some cells of the row with this key written anew."""
    return [{**row, **cells} if next(iter(row.values())) == key else dict(row) for row in rows]


class Office:
    """HR of an agency with an account, who brings files."""

    def __init__(self, agency: Agency, author: User) -> None:
        self.agency = agency
        self.author = author

    def bring(
        self,
        content: bytes,
        name: str = "pegawai.xlsx",
        as_of: date = AS_OF,
        is_complete: bool = False,
    ) -> ImportRun:
        """A file, received and checked."""
        run = imports.receive(
            self.agency, SimpleUploadedFile(name, content), author=self.author, as_of=as_of,
            is_complete=is_complete, now=clock.now(),
        )  # fmt: skip
        imports.check(run, Worker(self.author))
        return run

    def book(self, *, as_of: date = AS_OF, is_complete: bool = False, **sheets: Rows) -> ImportRun:
        return self.bring(workbook(**sheets), as_of=as_of, is_complete=is_complete)

    def apply(self, run: ImportRun) -> dict[str, Any]:
        return imports.apply(run, Worker(self.author))

    def undo(self, run: ImportRun) -> dict[str, Any]:
        return imports.undo(run, Worker(self.author))

    def settle(self) -> ImportRun:
        """The small agency of this module, applied."""
        run = self.book(unit=UNITS, jabatan=POSTS, pegawai=PEOPLE)
        assert faults(run) == []
        self.apply(run)
        return run


def row(run: ImportRun, kind: str, key: str) -> ImportRow:
    return run.rows.get(kind=kind, key=key)


def outcomes(run: ImportRun, kind: str) -> dict[str, str]:
    """What each row of a kind means, by its key."""
    return dict(run.rows.filter(kind=kind).order_by("number").values_list("key", "outcome"))


def faults(run: ImportRun) -> list[tuple[str, int, str, str]]:
    """(kind, row, column, sentence) of everything wrong."""
    return [
        (found.kind, found.number, problem["column"], problem["sentence"])
        for found in run.rows.filter(outcome="faulty").order_by("kind", "number")
        for problem in found.problems
    ] + [("file", 0, "", sentence) for sentence in run.problems]
