"""The sheets of an import: their columns, how else they are headed, what they mean, an example.

One source for reading, for the template, for the documentation and for the sentences of a dry run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles.enums import PersonKind, PostKind

MOST_ROWS: Final = 250_000
# A row that begins with this word is the template's example and is left out.
EXAMPLE_MARK: Final = "contoh"


class Form(Enum):
    """How a cell is read."""

    CODE = "code"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    RANK = "rank"
    EMAIL = "email"


@dataclass(frozen=True)
class Column:
    """One column. `name` is its heading, and its key in `ImportRow.data` and `.changes`."""

    name: str
    form: Form
    what: str | Promise
    example: str
    limit: int = 40
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    # As they are written in a file, in the order of the documentation.
    written: tuple[str, ...] = ()
    # Without this column the sheet cannot be read.
    is_key: bool = False
    # Whoever adds a record must say it.
    is_needed: bool = False
    # Whether an empty cell empties what is recorded; else it leaves it.
    empties: bool = False

    def shown(self, value: str) -> str:
        """A stored value as a file would write it."""
        if not self.choices:
            return value
        return next((word for word in self.written if self.choices[plain(word)] == value), value)


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook, or one CSV file."""

    kind: str
    name: str
    what: str | Promise
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()

    @cached_property
    def by_heading(self) -> dict[str, Column]:
        return {
            plain(heading): column
            for column in self.columns
            for heading in (column.name, *column.aliases)
        }

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def plain(text: str) -> str:
    """A heading or a choice as it is compared: small letters and digits, "_" between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^a-z0-9]+", "_", folded).strip("_")


def _choices(*pairs: tuple[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): value for value, words in pairs for word in words}


YES_NO: Final = _choices(
    ("1", ("ya", "y", "yes", "true", "benar", "1")),
    ("", ("tidak", "t", "no", "n", "false", "salah", "0")),
)
WEEKS: Final = _choices(("5", ("5", "5 hari")), ("6", ("6", "6 hari")))
POST_KINDS: Final = _choices(
    (PostKind.STATE_OFFICIAL, ("Pejabat Negara", "Kepala Daerah")),
    (PostKind.JPT_MADYA, ("JPT Madya", "Eselon I")),
    (PostKind.JPT_PRATAMA, ("JPT Pratama", "Eselon II", "II.a", "II.b")),
    (PostKind.ADMINISTRATOR, ("Administrator", "Eselon III", "III.a", "III.b")),
    (PostKind.PENGAWAS, ("Pengawas", "Eselon IV", "IV.a", "IV.b")),
    (PostKind.PELAKSANA, ("Pelaksana", "JFU", "Fungsional Umum", "Jabatan Pelaksana")),
    (PostKind.FUNGSIONAL, ("Fungsional", "JFT", "JF", "Jabatan Fungsional")),
)
_GRADES: Final = (
    "Pemula", "Terampil", "Mahir", "Penyelia", "Ahli Pertama", "Ahli Muda", "Ahli Madya",
    "Ahli Utama",
)  # fmt: skip
GRADES: Final = _choices(*((grade, (grade,)) for grade in _GRADES))
PERSON_KINDS: Final = _choices(
    (PersonKind.PNS, ("PNS", "CPNS")),
    (PersonKind.PPPK, ("PPPK", "P3K", "PPPK Paruh Waktu")),
    (PersonKind.OFFICIAL, ("Pejabat Negara", "TNI", "Polri", "TNI/Polri")),
)
STATUSES: Final = _choices(
    ("active", ("aktif",)), ("new", ("baru",)), ("back", ("kembali",)), ("left", ("berhenti",))
)
ZONES: Final = _choices(
    ("Asia/Jakarta", ("WIB", "Asia/Jakarta")),
    ("Asia/Makassar", ("WITA", "Asia/Makassar")),
    ("Asia/Jayapura", ("WIT", "Asia/Jayapura")),
)

AGENCY: Final = Sheet(
    "agency", "instansi", _("Agencies; only an administrator brings them."),
    (
        Column("kode_instansi", Form.CODE, _("The agency's code; it is recognised by it."),
               "53.71", 20, ("kode",), is_key=True),
        Column("nama_instansi", Form.TEXT, _("Full official name."), "Pemerintah Kota Kupang", 200,
               ("nama",), is_needed=True),
        Column("nama_singkat", Form.TEXT, _("Short name for headings and lists."), "Kota Kupang",
               80, ("singkatan",), is_needed=True),
        Column("zona_waktu", Form.CHOICE, _("Its time zone."), "WITA", 20, ("zona",), ZONES,
               ("WIB", "WITA", "WIT"), is_needed=True),
    ),
    ("instansi", "agency", "agencies"),
)  # fmt: skip

UNIT: Final = Sheet(
    "unit", "unit", _("The agency's units, each below another one."),
    (
        Column("kode_unit", Form.CODE, _("The agency's own code; the unit is recognised by it."),
               "D.01.02", 40, ("kode unit kerja", "kode unor"), is_key=True),
        Column("nama_unit", Form.TEXT, _("Official name."), "Bidang Pelayanan Kesehatan", 200,
               ("nama unit kerja", "unit kerja", "nama unor"), is_needed=True),
        Column("kode_induk", Form.CODE,
               _("Code of the unit above. Empty: the top of the agency."), "D.01", 40,
               ("kode unit induk", "kode unit atasan", "induk"), empties=True),
        Column("hari_kerja", Form.CHOICE,
               _("Working days a week, which deadlines are counted with."), "5", 10,
               ("jumlah hari kerja",), WEEKS, ("5", "6")),
        Column("tanggal_tutup", Form.DATE, _("The last day the unit exists."), "", 40,
               ("ditutup", "tanggal penutupan"), empties=True),
    ),
    ("unit", "unit kerja", "units", "unor", "organisasi"),
)  # fmt: skip

POST: Final = Sheet(
    "post", "jabatan", _("Posts: one row for each seat, held or vacant."),
    (
        Column("kode_jabatan", Form.CODE, _("The agency's own code of this seat."), "D.01.02-003",
               40, ("kode posisi", "id jabatan"), is_key=True),
        Column("nama_jabatan", Form.TEXT, _("Title of the post."), "Perawat Ahli Muda", 200,
               ("jabatan",), is_needed=True),
        Column("kode_unit", Form.CODE, _("Code of the unit the seat belongs to."), "D.01.02", 40,
               ("kode unit kerja", "kode unor"), is_needed=True),
        Column("jenis_jabatan", Form.CHOICE, _("Kind of the post."), "Fungsional", 40,
               ("jenis", "eselon"), POST_KINDS,
               ("Pejabat Negara", "JPT Madya", "JPT Pratama", "Administrator", "Pengawas",
                "Pelaksana", "Fungsional"), empties=True),
        Column("jenjang", Form.CHOICE, _("Rung of a functional post."), "Ahli Muda", 40,
               ("jenjang fungsional", "jenjang jabatan"), GRADES, _GRADES, empties=True),
        Column("kepala_unit", Form.CHOICE,
               _("Whether this seat heads its unit; each unit has one such seat."), "tidak", 10,
               ("kepala", "pimpinan unit"), YES_NO, ("ya", "tidak"), empties=True),
        Column("kode_jabatan_atasan", Form.CODE,
               _("Code of the seat above, only where it is not the head of the unit (for a head: "
                 "the head of the unit above)."), "", 40, ("kode atasan", "jabatan atasan"),
               empties=True),
        Column("tanggal_tutup", Form.DATE, _("The last day the post exists."), "", 40,
               ("ditutup", "tanggal penutupan"), empties=True),
    ),
    ("jabatan", "posts", "formasi", "posisi"),
)  # fmt: skip

PERSON: Final = Sheet(
    "person", "pegawai", _("People, each with the post they hold."),
    (
        Column("id_pegawai", Form.CODE,
               _("The agency's own lasting key of this person, never a NIP. By it a person is "
                 "recognised when the number changes."), "P-000123", 64,
               ("id", "kode pegawai", "id asn", "pns id")),
        Column("nip", Form.NUMBER,
               _("NIP, NI PPPK or NRP as it is now, as text. A number that differs becomes the "
                 "current one; the older stays known."), "198203152009012903", 40,
               ("nip baru", "ni pppk", "nip/ni pppk", "nip/ni pppk/nrp", "nomor induk", "nrp",
                "nip nrp")),
        Column("nip_lama", Form.NUMBER,
               _("A number the person had before, by which they may be known here."), "", 40,
               ("nomor lama", "nip sebelumnya")),
        Column("nama", Form.TEXT, _("Name with titles."), "drg. Maria Da Silva, M.Kes.", 200,
               ("nama pegawai", "nama lengkap", "nama gelar"), is_key=True),
        Column("jenis_pegawai", Form.CHOICE, _("Kind of service."), "PNS", 40,
               ("status kepegawaian", "jenis asn", "kedudukan"), PERSON_KINDS,
               ("PNS", "PPPK", "Pejabat Negara"), is_needed=True),
        Column("golongan", Form.RANK, _("Rank of a PNS (III/c), or golongan of a PPPK (IX)."),
               "III/d", 80, ("pangkat", "pangkat golongan", "pangkat/golongan", "gol"),
               empties=True),
        Column("email", Form.EMAIL,
               _("Address for the invitation and for messages; everybody has their own."),
               "maria.dasilva@kupang.example", 254, ("e-mail", "surel", "alamat email")),
        Column("kode_jabatan", Form.CODE,
               _("Code of the seat held. Another one than now is a move. Empty: unchanged."),
               "D.01.02-003", 40, ("kode posisi", "id jabatan")),
        Column("tmt_jabatan", Form.DATE,
               _("The first day in this seat. Empty: the day chosen for the whole file."),
               "2026-01-02", 40, ("tmt", "mulai menjabat", "tanggal mulai")),
        Column("status", Form.CHOICE,
               _("“berhenti” for who leaves, “kembali” for who had left and is back, “baru” for a "
                 "new person who is no namesake already known."), "aktif", 20,
               ("status pegawai", "keaktifan"), STATUSES,
               ("aktif", "baru", "kembali", "berhenti")),
        Column("tanggal_berhenti", Form.DATE, _("The first day the person no longer serves."), "",
               40, ("tmt berhenti", "tmt pensiun", "tanggal pensiun")),
    ),
    ("pegawai", "people", "asn", "data pegawai"),
)  # fmt: skip

# In the order in which they are read: each may name what those before it bring.
OF_AN_AGENCY: Final = (UNIT, POST, PERSON)
SHEETS: Final = {sheet.kind: sheet for sheet in (AGENCY, *OF_AN_AGENCY)}
# Sheets of a workbook that are for people to read.
ASIDE: Final = frozenset({"petunjuk", "keterangan", "catatan", "dokumentasi", "referensi"})
