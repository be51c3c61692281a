"""A regency that could be real: its offices, schools and clinics, their seats, who sits there.

The same seed gives the same regency. Names, numbers and addresses are invented: NIPs end in
sequences beyond any that is given out, addresses in ".example".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from django.conf import settings

# Credit and licence (ODbL) stand beside the file.
REGENCIES: Final = Path(settings.BASE_DIR) / "config/demo/data/regencies.csv"
Cells = dict[str, str]

_STAFFS: Final = ("Sekretariat Daerah", "Inspektorat Daerah", "Sekretariat DPRD")
_OFFICES: Final = (
    "Dinas Pendidikan dan Kebudayaan", "Dinas Kesehatan", "RSUD", "Badan Kepegawaian dan PSDM",
    "Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas Sosial", "Satuan Polisi Pamong Praja",
    "Dinas Perumahan Rakyat dan Kawasan Permukiman", "Dinas Tenaga Kerja dan Transmigrasi",
    "Dinas Pemberdayaan Perempuan dan Perlindungan Anak", "Dinas Ketahanan Pangan",
    "Dinas Lingkungan Hidup", "Dinas Kependudukan dan Pencatatan Sipil",
    "Dinas Pemberdayaan Masyarakat dan Desa", "Dinas Perhubungan", "Dinas Perikanan",
    "Dinas Komunikasi dan Informatika", "Dinas Koperasi dan UKM", "Dinas Pertanian",
    "Dinas Penanaman Modal dan PTSP", "Dinas Kepemudaan dan Olahraga", "Dinas Perdagangan",
    "Dinas Perpustakaan dan Kearsipan", "Dinas Pariwisata", "Badan Perencanaan Pembangunan Daerah",
    "Badan Pendapatan Daerah", "Badan Keuangan dan Aset Daerah",
    "Badan Penanggulangan Bencana Daerah", "Badan Kesatuan Bangsa dan Politik",
)  # fmt: skip
_DISTRICTS: Final = (
    "Kota", "Utara", "Selatan", "Timur", "Barat", "Tengah", "Hulu", "Hilir", "Pesisir", "Lembah",
    "Bukit", "Muara", "Raya", "Jaya", "Baru", "Lama", "Indah", "Makmur", "Sentosa", "Mulia",
)  # fmt: skip
_SECTIONS: Final = (
    "Sekretariat", "Bidang Perencanaan", "Bidang Pelayanan", "Bidang Pembinaan",
    "Bidang Pengawasan", "Bidang Data dan Informasi", "Bidang Sarana dan Prasarana",
    "Bidang Pemberdayaan",
)  # fmt: skip
# Shares of all people; the others share the rest alike.
_SHARES: Final = {
    "Dinas Pendidikan dan Kebudayaan": 0.46, "Dinas Kesehatan": 0.17, "RSUD": 0.07,
}  # fmt: skip
_FIRST: Final = {
    "1": (
        "Agus", "Ahmad", "Andi", "Antonius", "Arif", "Bambang", "Budi", "Dedi", "Eko", "Fajar",
        "Gede", "Hendra", "Heri", "I Made", "Iwan", "Joko", "Krisna", "Lukas", "Muhammad", "Nyoman",
        "Petrus", "Rahmat", "Rizki", "Slamet", "Sugeng", "Taufik", "Untung", "Wahyu", "Yohanes",
        "Yusuf",
    ),
    "2": (
        "Aisyah", "Anna", "Ayu", "Citra", "Desi", "Dewi", "Dian", "Eka", "Fitri", "Indah",
        "Kartini", "Ketut", "Lestari", "Linda", "Maria", "Maya", "Murni", "Nining", "Nur",
        "Putri", "Ratna",
        "Rina", "Rosalina", "Ruth", "Siti", "Sri", "Tuti", "Wahyuni", "Wulan", "Yuliana",
    ),
}  # fmt: skip
_MIDDLE: Final = (
    "", "", "", "Adi", "Agung", "Cahya", "Dharma", "Eka", "Hadi", "Intan", "Jaya", "Kurnia",
    "Mega", "Nur", "Putra", "Rama", "Surya", "Tri", "Wira", "Yoga",
)  # fmt: skip
_LAST: Final = (
    "Abdullah", "Anggraini", "Aritonang", "Basri", "Bere", "Darmawan", "Fernandez", "Ginting",
    "Gunawan", "Hakim", "Halim", "Handayani", "Hasanah", "Hidayat", "Irawan", "Iskandar",
    "Kurniawan", "Lede", "Lestari", "Manurung", "Maulana", "Nalle", "Nasution", "Nugroho",
    "Permana", "Pratama", "Purnomo", "Rahayu", "Ramadhan", "Saputra", "Sari", "Setiawan",
    "Siregar", "Simanjuntak", "Suharto", "Suryani", "Susanto", "Tamonob", "Utami", "Wibowo",
    "Widodo", "Wijaya", "Wulandari", "Yulianti",
)  # fmt: skip
_TITLES: Final = ("", "", "S.E.", "S.Sos.", "S.Pd.", "S.T.", "S.Kom.", "S.H.", "A.Md.", "M.Si.")
_STAFF: Final = {
    "school": (("Guru", "Fungsional", "Ahli Pertama"), ("Guru", "Fungsional", "Ahli Muda"),
               ("Guru", "Fungsional", "Ahli Madya"), ("Pengelola Administrasi", "Pelaksana", "")),
    "clinic": (("Perawat", "Fungsional", "Terampil"), ("Bidan", "Fungsional", "Mahir"),
               ("Dokter", "Fungsional", "Ahli Pertama"), ("Apoteker", "Fungsional", "Ahli Pertama"),
               ("Perawat", "Fungsional", "Ahli Pertama"), ("Pengadministrasi", "Pelaksana", "")),
    "office": (("Analis Kebijakan", "Fungsional", "Ahli Pertama"),
               ("Perencana", "Fungsional", "Ahli Muda"), ("Arsiparis", "Fungsional", "Terampil"),
               ("Pengelola Keuangan", "Pelaksana", ""), ("Pengadministrasi Umum", "Pelaksana", ""),
               ("Pengolah Data", "Pelaksana", "")),
}  # fmt: skip
_RANKS: Final = {
    "JPT Pratama": ("IV/b", "IV/c"), "Administrator": ("IV/a", "IV/b"),
    "Pengawas": ("III/c", "III/d"), "Pelaksana": ("II/b", "II/c", "II/d", "III/a"),
    "Ahli Pertama": ("III/a", "III/b"), "Ahli Muda": ("III/c", "III/d"),
    "Ahli Madya": ("IV/a", "IV/b"), "Terampil": ("II/c", "II/d"), "Mahir": ("III/a", "III/b"),
}  # fmt: skip
_CONTRACT: Final = {"Ahli Pertama": "IX", "Terampil": "VII", "Pelaksana": "V"}


@dataclass
class Node:
    """A unit with the number of seats it still has to give."""

    code: str
    name: str
    parent: str
    people: int
    sort: str = "office"
    week: str = "5"
    head: tuple[str, str, str] = ("Kepala", "Administrator", "")


@dataclass
class Regency:
    """Give it out with `units()`, `posts()` and `people()`, in this order."""

    code: str
    name: str
    people_wanted: int
    units_wanted: int
    year: int
    rng: Random
    nodes: list[Node] = field(default_factory=list)
    _numbers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        root = Node("0", f"Pemerintah {self.name}", "", 1, head=("Bupati", "Pejabat Negara", ""))
        if self.name.startswith("Kota"):
            root.head = ("Wali Kota", "Pejabat Negara", "")
        self.nodes = [root]
        names = self._offices()
        for place, (name, size) in enumerate(self._sizes(names), start=1):
            code = f"{place:02}"
            office = Node(code, name, "0", size, head=(f"Kepala {name}", "JPT Pratama", ""))
            if name.startswith("Kecamatan"):
                office.head = (f"Camat {name.removeprefix('Kecamatan ')}", "Administrator", "")
            elif name.startswith("Sekretariat"):
                office.head = (name.replace("Sekretariat", "Sekretaris"), "JPT Pratama", "")
            self.nodes.append(office)
            self._divide(office)

    def _offices(self) -> list[str]:
        short = self.name.removeprefix("Kabupaten ").removeprefix("Kota ")
        fixed = [*_OFFICES[:4], *_STAFFS, *_OFFICES[4:]][: self.units_wanted]
        districts = [
            f"Kecamatan {short} {_DISTRICTS[n % len(_DISTRICTS)]}"
            + (f" {n // len(_DISTRICTS) + 1}" if n >= len(_DISTRICTS) else "")
            for n in range(self.units_wanted - len(fixed))
        ]
        return fixed + districts

    def _sizes(self, names: list[str]) -> list[tuple[str, int]]:
        """Shares that add up to everybody but the regent."""
        left = self.people_wanted - 1
        shares = {name: int(left * _SHARES[name]) for name in names if name in _SHARES}
        others = [name for name in names if name not in shares]
        rest = left - sum(shares.values())
        for place, name in enumerate(others or names[:1]):
            share = rest // (len(others) - place) if others else rest
            shares[name] = shares.get(name, 0) + share
            rest -= share
        return [(name, shares[name]) for name in names]

    def _divide(self, office: Node) -> None:
        """Give the office sections, schools or clinics with about twenty people each."""
        left = office.people - 1
        size, sort = 20, "office"
        if "Pendidikan" in office.name:
            size, sort = 18, "school"
        elif "Kesehatan" in office.name or office.name == "RSUD":
            size, sort = 32, "clinic"
        # Small offices have no sections; large ones as many as it takes.
        number = max(round(left / size), 1) if left > size else 0
        for place in range(1, number + 1):
            share = left // (number - place + 1)
            left -= share
            self.nodes.append(self._part(office, place, share, sort))
        office.people = left + 1

    def _part(self, office: Node, place: int, share: int, sort: str) -> Node:
        code = f"{office.code}.{place:03}"
        if sort == "school" and place > len(_SECTIONS):
            level = "SMP" if place % 5 == 0 else "SD"
            name = f"{level} Negeri {place - len(_SECTIONS)}"
            head = (f"Kepala {name}", "Fungsional", "Ahli Madya")
            return Node(code, name, office.code, share, sort, "6", head)
        if sort == "clinic" and place > 4:
            where = self.rng.choice(_DISTRICTS)
            name = (
                f"Puskesmas {where} {place - 4}" if "Dinas" in office.name else f"Instalasi {place}"
            )
            return Node(code, name, office.code, share, sort, "6",
                        (f"Kepala {name}", "Fungsional", "Ahli Muda"))  # fmt: skip
        name = _SECTIONS[(place - 1) % len(_SECTIONS)]
        if place > len(_SECTIONS):
            name = f"{name} {(place - 1) // len(_SECTIONS) + 1}"
        kind = "Pengawas" if office.name.startswith("Kecamatan") else "Administrator"
        return Node(code, f"{name} {office.name}", office.code, share, "office", "5",
                    (f"Kepala {name}", kind, ""))  # fmt: skip

    def units(self) -> Iterator[Cells]:
        for node in self.nodes:
            yield {"kode_unit": node.code, "nama_unit": node.name, "kode_induk": node.parent,
                   "hari_kerja": node.week}  # fmt: skip

    def posts(self) -> Iterator[Cells]:
        for node in self.nodes:
            title, kind, grade = node.head
            yield _post(node, 1, title, kind, grade, "ya")
            for place in range(2, node.people + 1):
                title, kind, grade = self.rng.choice(_STAFF[node.sort])
                yield _post(node, place, f"{title} {grade}".strip(), kind, grade, "tidak")

    def people(self, posts: list[tuple[str, str, str]]) -> Iterator[Cells]:
        """One for each seat, given as (code, kind, grade)."""
        for place, (code, kind, grade) in enumerate(posts, start=1):
            yield self._person(place, code, kind, grade)

    def _person(self, place: int, code: str, kind: str, grade: str) -> Cells:
        rng = self.rng
        sex = rng.choice("12")
        parts = (rng.choice(_FIRST[sex]), rng.choice(_MIDDLE), rng.choice(_LAST))
        plain = " ".join(part for part in parts if part)
        title = rng.choice(_TITLES)
        key = f"{self.code.replace('.', '')}-{place:06}"
        person = {
            "id_pegawai": key,
            "nama": f"{plain}, {title}" if title else plain,
            "email": f"{plain.lower().replace(' ', '.')}.{place}@{self.code}.example",
            "kode_jabatan": code,
            "tmt_jabatan": _day(rng, self.year - rng.randint(1, 5)).isoformat(),
        }
        if kind == "Pejabat Negara":
            return {**person, "nip": "", "jenis_pegawai": kind, "golongan": ""}
        step = grade or kind
        if step in _CONTRACT and rng.random() < 0.4:
            start = self.year - rng.randint(1, 4)
            birth = _day(rng, self.year - rng.randint(24, 50))
            number = self._number(birth, f"{start}{rng.choice((21, 22, 25))}", sex)
            return {**person, "nip": number, "jenis_pegawai": "PPPK", "golongan": _CONTRACT[step]}
        start = self.year - rng.randint(1, 30)
        birth = _day(rng, start - rng.randint(22, 30))
        number = self._number(birth, f"{start}{rng.randint(1, 12):02}", sex)
        return {**person, "nip": number, "jenis_pegawai": "PNS",
                "golongan": rng.choice(_RANKS[step])}  # fmt: skip

    def _number(self, birth: date, start: str, sex: str) -> str:
        stem = f"{birth:%Y%m%d}{start}{sex}"
        sequence = 901
        while f"{stem}{sequence}" in self._numbers:
            sequence += 1
        number = f"{stem}{sequence}"
        self._numbers.add(number)
        return number


def regencies() -> dict[str, str]:
    """Names by code: "53.01" → "Kabupaten Kupang"."""
    with REGENCIES.open(encoding="utf-8") as file:
        return {row["code"]: _as_written(row["name"]) for row in csv.DictReader(file)}


def _as_written(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split())


def _post(node: Node, place: int, title: str, kind: str, grade: str, is_head: str) -> Cells:
    return {
        "kode_jabatan": f"{node.code}-{place:03}", "nama_jabatan": title, "kode_unit": node.code,
        "jenis_jabatan": kind, "jenjang": grade, "kepala_unit": is_head,
    }  # fmt: skip


def _day(rng: Random, year: int) -> date:
    return date(year, 1, 1) + timedelta(days=rng.randrange(365))
