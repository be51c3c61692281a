"""Builds the two cities of the demo: always the same for the same year and seed."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from config.demo.world import units_kupang, units_tangsel
from config.demo.world.people import Registry, make_person
from config.demo.world.posts import ROLES
from config.demo.world.rows import Fixed, Row
from config.demo.world.specs import (
    AccountSpec,
    ActingSpec,
    AgencySpec,
    ExclusionSpec,
    MoveSpec,
    PersonSpec,
    PostSpec,
    UnitSpec,
)

YEAR = 2026
SEED = 3674
DATA = Path(__file__).resolve().parent.parent / "data"
TANGSEL, KUPANG = "36.74", "53.71"
# Zones by province (rules: no summer time anywhere).
ZONES = {"36": "Asia/Jakarta", "53": "Asia/Makassar"}


def world(year: int = YEAR, seed: int = SEED) -> tuple[AgencySpec, AgencySpec]:
    """Kota Tangerang Selatan and Kota Kupang in an appraisal year."""
    registry = Registry(year)
    for fixed in (units_tangsel.FIXED, units_kupang.FIXED):
        registry.names |= {person.name for person in fixed.values()}
    tangsel = _agency(
        registry, Random(f"{seed}/tangsel"), "tangsel", TANGSEL, units_tangsel.ROWS,  # noqa: S311
        units_tangsel.VACANT, units_tangsel.FIXED,
    )  # fmt: skip
    kupang = _agency(
        registry, Random(f"{seed}/kupang"), "kupang", KUPANG, units_kupang.ROWS,  # noqa: S311
        units_kupang.VACANT, units_kupang.FIXED,
    )  # fmt: skip
    return _tangsel_year(tangsel, year), _kupang_year(kupang, year)


def accounts(agencies: tuple[AgencySpec, AgencySpec]) -> tuple[AccountSpec, ...]:
    """The demo accounts in the order of the login page."""
    about = {
        "pegawai": "pegawai, bidan di puskesmas",
        "penilai": "pejabat penilai, kepala puskesmas",
        "atasan": "atasan pejabat penilai, kepala dinas",
        "sdm": "pengelola kinerja Kota Tangerang Selatan",
        "sdm-kupang": "pengelola kinerja Kota Kupang",
    }
    holders = {
        person.username: (agency, person)
        for agency in agencies
        for person in agency.people
        if person.username
    }
    found = []
    for username, text in about.items():
        agency, person = holders[username]
        is_hr = username.startswith("sdm")
        found.append(
            AccountSpec(
                username,
                person.name,
                text,
                person.email,
                "hr" if is_hr else "",
                (agency.code,) if is_hr else (),
                (agency.code, person.key),
            )
        )
    both = tuple(agency.code for agency in agencies)
    return (
        *found,
        AccountSpec("pengamat", "Andriani Pratiwi Wicaksana, S.IP., M.P.P.",
                    "pengamat nasional, melihat jumlah saja", "pengamat@nasional.example",
                    "observer", both, None),
        AccountSpec("admin", "Administrator Sistem", "pengatur sistem, tidak membaca dokumen",
                    "admin@jenjang.example", "admin", (), None),
    )  # fmt: skip


def _title_case(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split())


def _read(file: str) -> dict[str, dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as source:
        return {row["code"]: row for row in csv.DictReader(source)}


def _agency(
    registry: Registry,
    rng: Random,
    city: str,
    code: str,
    rows: tuple[Row, ...],
    vacant: frozenset[str],
    fixed: dict[str, Fixed],
) -> AgencySpec:
    regency = _read("regencies.csv")[code]
    province = _read("provinces.csv")[regency["province_code"]]
    short_name = _title_case(regency["name"])
    units, posts, people = [], [], []
    for row in rows:
        unit = UnitSpec(row.key, row.name, row.kind, row.parent, row.week, row.group)
        units.append(unit)
        for number, (key, code_of_role) in enumerate(row.roles()):
            role = ROLES[code_of_role]
            post = PostSpec(
                key=key,
                unit=unit.key,
                title=role.title.format(
                    unit=unit.name, place=unit.place, city=short_name.removeprefix("Kota ")
                ),
                kind=role.kind,
                is_head=number == 0,
                grade=role.grade,
                superior=_superior(row, number == 0, rows),
                profile=role.profile.format(group=row.group),
            )
            posts.append(post)
            if key not in vacant:
                people.append(
                    make_person(
                        rng,
                        registry,
                        city=city,
                        domain=f"{city}.example",
                        post=post,
                        role=role,
                        fixed=fixed.get(key),
                    )
                )
    return AgencySpec(
        code=code,
        name=f"Pemerintah {short_name}",
        short_name=short_name,
        province=_title_case(province["name"]),
        zone=ZONES[regency["province_code"]],
        domain=f"{city}.example",
        units=tuple(units),
        posts=tuple(posts),
        people=tuple(people),
        actings=(),
        moves=(),
        exclusions=(),
    )


def _head(rows: tuple[Row, ...], unit: str) -> str:
    row = next(row for row in rows if row.key == unit)
    return next(row.roles())[0]


def _superior(row: Row, is_head: bool, rows: tuple[Row, ...]) -> str | None:
    """The head of one's unit; for its head the head above; heads of offices under the secretary."""
    if not is_head:
        return _head(rows, row.key)
    if row.parent is None:
        return None
    if row.parent == "kota" and row.key != "setda":
        return _head(rows, "setda")
    return _head(rows, row.parent)


def _letter(number: int, office: str, year: int) -> str:
    return f"800.1.3/{number:04}-{office}/{year}"


def _until(people: tuple[PersonSpec, ...], key: str, last: date) -> tuple[PersonSpec, ...]:
    return tuple(replace(p, until=last) if p.key == key else p for p in people)


def _tangsel_year(agency: AgencySpec, year: int) -> AgencySpec:
    retirement = date(year, 10, 1)
    chief, deputy = "dukcapil/kepala", "dukcapil/sekretaris"
    return replace(
        agency,
        people=_until(agency.people, chief, retirement - timedelta(days=1)),
        actings=(
            ActingSpec(chief, deputy, "plt", _letter(2417, "BKPSDM", year), retirement,
                       date(year, 12, 31), "pejabat definitif mencapai batas usia pensiun"),
            ActingSpec(chief, deputy, "plt", _letter(3102, "BKPSDM", year), date(year + 1, 1, 1),
                       date(year + 1, 3, 31), "perpanjangan sampai seleksi terbuka selesai"),
            ActingSpec("bid-kesmas/kabid_kesehatan", "bid-kesmas/adminkes_muda", "plh",
                       _letter(1188, "BKPSDM", year), date(year, 6, 1), date(year, 8, 31),
                       "pejabat definitif menjalankan cuti besar"),
            ActingSpec("kec-serpong/camat", "kec-serpong/sekcam", "plh",
                       _letter(2791, "BKPSDM", year), date(year, 11, 16), date(year, 12, 18),
                       "pejabat definitif mengikuti Pelatihan Kepemimpinan Administrator"),
        ),
        moves=(
            MoveSpec("pkm-serpong-1/bidan_mahir", "pkm-pamulang/bidan_mahir/2", date(year, 7, 1),
                     _letter(1360, "BKPSDM", year),
                     "Pemenuhan kebutuhan bidan di Puskesmas Pamulang setelah penambahan layanan"
                     " persalinan 24 jam."),
            MoveSpec("bag-umum/pengadministrasi", "kec-pamulang/pengadministrasi/2",
                     date(year, 9, 1), _letter(2044, "BKPSDM", year),
                     "Penataan pegawai pelaksana untuk memperkuat loket pelayanan kecamatan."),
        ),
        exclusions=(
            ExclusionSpec(chief, retirement, f"Keputusan Wali Kota Nomor 882/Kep.417-BKPSDM/{year}",
                          "Pensiun karena mencapai batas usia pensiun terhitung mulai tanggal"
                          f" 1 Oktober {year}."),
            ExclusionSpec("bid-mutasi/analis_sdm_pertama", date(year, 9, 1),
                          f"Keputusan Wali Kota Nomor 893.3/Kep.366-BKPSDM/{year}",
                          "Tugas belajar program magister selama dua tahun terhitung mulai tanggal"
                          f" 1 September {year}; dibebaskan dari tugas jabatan.", "study"),
            ExclusionSpec("sdn-pamulang/guru_kelas_pertama/3", date(year, 4, 1),
                          f"Keputusan Wali Kota Nomor 851.8/Kep.129-BKPSDM/{year}",
                          "Cuti di luar tanggungan negara selama satu tahun untuk mengikuti suami"
                          " yang bertugas di luar negeri."
                          if agency.person("sdn-pamulang/guru_kelas_pertama/3").sex == "f" else
                          "Cuti di luar tanggungan negara selama satu tahun untuk mendampingi istri"
                          " yang bertugas di luar negeri.", "unpaid_leave"),
        ),
    )  # fmt: skip


def _kupang_year(agency: AgencySpec, year: int) -> AgencySpec:
    vacancy, first, second = (
        "kel-penkase-oeleta/lurah", "kel-penkase-oeleta/seklur", "kec-alak/kasi_trantib",
    )  # fmt: skip
    why = "jabatan lurah lowong sejak pejabat definitif meninggal dunia"
    return replace(
        agency,
        actings=(
            ActingSpec(vacancy, first, "plt", _letter(1240, "BKPPD", year - 1), date(year, 1, 1),
                       date(year, 6, 30), why),
            ActingSpec(vacancy, second, "plt", _letter(871, "BKPPD", year), date(year, 7, 1),
                       date(year, 12, 31), why),
            ActingSpec(vacancy, first, "plt", _letter(1493, "BKPPD", year), date(year + 1, 1, 1),
                       date(year + 1, 6, 30), why),
            ActingSpec("dinkes/kepala_dinkes", "dinkes/sekretaris", "plh",
                       _letter(1402, "BKPPD", year), date(year, 11, 9), date(year, 12, 18),
                       "pejabat definitif mengikuti Pelatihan Kepemimpinan Nasional Tingkat II"),
        ),
        moves=(
            MoveSpec("bag-umum/pengadministrasi/2", "kec-oebobo/pengadministrasi/2",
                     date(year, 8, 1), _letter(902, "BKPPD", year),
                     "Penataan pegawai pelaksana untuk mendukung pelayanan terpadu kecamatan."),
        ),
        exclusions=(
            ExclusionSpec("bid-mutasi/pengolah_data", date(year, 9, 1),
                          f"Keputusan Wali Kota Nomor BKPPD.893.3/214/C/{year}",
                          "Tugas belajar program sarjana di Universitas Nusa Cendana terhitung"
                          f" mulai tanggal 1 September {year}; dibebaskan dari tugas jabatan.",
                          "study"),
            ExclusionSpec("inspektorat/sekretaris", date(year, 11, 1),
                          f"Keputusan Wali Kota Nomor BKPPD.888/305/C/{year}",
                          "Bebas tugas menjelang masa persiapan pensiun (MPP) terhitung mulai"
                          f" tanggal 1 November {year}.", "pre_retirement"),
        ),
    )  # fmt: skip
