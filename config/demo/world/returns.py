"""Why something goes back, pinned to the field concerned, and how it looks when mended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from config.demo.world.progress import Body, number
from config.demo.world.specs import Aspect, Plan, Result, Target


@dataclass(frozen=True)
class Pinned:
    """A reason of return and the path of the field it is about, as `cycles.documents` names it."""

    field: str
    reason: str


@dataclass(frozen=True)
class PlanReturn(Pinned):
    mended: Plan


@dataclass(frozen=True)
class BodyReturn(Pinned):
    mended: Body


TOO_LOW = (
    "Target ini di bawah capaian tahun lalu. Mohon dinaikkan sesuai hasil dialog kinerja.",
    "Target terlalu rendah dibandingkan dengan rekan yang memegang tugas serupa; mohon ditinjau.",
    "Mohon target disesuaikan dengan jumlah sasaran yang baru ditetapkan.",
    "Dengan dukungan tambahan tahun ini, target masih dapat dinaikkan sekitar sepersepuluh.",
)
VAGUE = (
    "Indikator belum menyebut sumber datanya. Mohon ditambahkan agar dapat diperiksa.",
    "Mohon indikator diperjelas: dari catatan mana angka ini diambil?",
    "Indikator ini dapat ditafsirkan berbeda-beda. Sebutkan sumber data yang dipakai.",
)
SOURCES = (
    "menurut rekapitulasi bulanan unit", "menurut laporan aplikasi resmi",
    "menurut berita acara yang ditandatangani", "menurut register pelayanan",
)  # fmt: skip
UNCLEAR_TITLE = (
    "Rumusan ini belum menunjukkan cakupannya. Tambahkan ruang lingkup pekerjaan Saudara.",
    "Mohon hasil kerja dirumuskan sampai jelas batas tanggung jawab Saudara.",
    "Rumusan masih sama dengan rekan lain; sebutkan bagian yang menjadi tanggung jawab Saudara.",
)
SCOPES = (
    "sesuai pembagian tugas yang ditetapkan", "pada wilayah dan jadwal yang ditetapkan",
    "menurut standar pelayanan yang berlaku",
)  # fmt: skip
NO_FIGURE = (
    "Realisasi belum menjelaskan sebab selisih dari target. Mohon ditambahkan.",
    "Mohon jelaskan apa yang sudah dilakukan untuk mengejar kekurangan pada hasil ini.",
    "Angka realisasi tidak sama dengan rekapitulasi unit. Mohon dicocokkan kembali.",
    "Mohon lengkapi dengan rencana tindak lanjut sampai periode berikutnya.",
)
COMPLETED = (
    "Selisih disebabkan pelaporan yang terlambat masuk; data sudah dicocokkan dengan rekapitulasi"
    " unit.",
    "Kekurangan dikejar melalui jadwal tambahan setiap Sabtu sampai akhir bulan depan.",
    "Angka telah dicocokkan dengan rekapitulasi unit dan disetujui bersama.",
    "Tindak lanjut: pendataan ulang pada minggu pertama, lalu pelaksanaan pada minggu berikutnya.",
)
DEAD_LINK = (
    "Tautan bukti tidak dapat saya buka. Mohon izin akses diperbaiki atau berkas diunggah.",
    "Bukti dukung belum ada. Mohon dilampirkan berita acara atau rekapitulasinya.",
    "Tautan mengarah ke periode yang lalu. Mohon diganti dengan bukti periode ini.",
)
SELF_RETURNS = (
    "Realisasi belum memuat bulan terakhir. Mohon dilengkapi.",
    "Realisasi ini belum sama dengan check-in terakhir. Mohon dijelaskan.",
    "Mohon sebutkan capaian setiap indikator, bukan hanya uraian kegiatan.",
)
RATING_RETURNS = (
    ("work_reason", "Alasan belum merujuk pada bukti. Mohon sebutkan indikator yang menentukan."),
    (
        "work_reason",
        "Penilaian hasil kerja berbeda jauh dari umpan balik triwulan; mohon penjelasan.",
    ),
    ("behaviour_reason", "Mohon sertakan contoh peristiwa dan waktunya, bukan kesan umum."),
    ("behaviour_reason", "Alasan sama persis dengan pegawai lain. Mohon ditulis menurut orangnya."),
    ("work", "Sebaran penilaian unit tidak sesuai dengan capaian organisasi; mohon ditinjau."),
)
FORMAL_DEFECTS = (
    ("work_reason", "Alasan penilaian hasil kerja merujuk pada SKP yang sudah diubah."),
    ("behaviour_reason", "Alasan memuat nama pegawai lain; mohon diperbaiki sebelum ditetapkan."),
    ("recommendation", "Rekomendasi pembinaan wajib diisi untuk predikat ini."),
)


def return_plan(plan: Plan, rng: Random) -> PlanReturn:
    """Why a plan goes back, and the plan as its owner mends it."""
    result = rng.choice([result for result in plan.results if result.type == "main"])
    raisable = [
        aspect for aspect in result.aspects
        if aspect.target.amount and not aspect.target.is_ceiling and aspect.target.amount >= 10
        and aspect.target.unit.split()[0] not in {"persen", "poin"}
    ]  # fmt: skip
    kind = rng.choice(("target", "target", "indicator", "title") if raisable else
                      ("indicator", "title"))  # fmt: skip
    if kind == "target":
        aspect = rng.choice(raisable)
        raised = replace(aspect, target=_raised(aspect.target))
        return PlanReturn(
            f"results.{result.id}.{aspect.aspect}.target",
            rng.choice(TOO_LOW),
            _with(plan, result, replace(result, aspects=_swap(result.aspects, aspect, raised))),
        )
    if kind == "indicator":
        aspect = rng.choice(result.aspects)
        clearer = replace(aspect, indicator=f"{aspect.indicator} {rng.choice(SOURCES)}")
        return PlanReturn(
            f"results.{result.id}.{aspect.aspect}.indicator",
            rng.choice(VAGUE),
            _with(plan, result, replace(result, aspects=_swap(result.aspects, aspect, clearer))),
        )
    return PlanReturn(
        f"results.{result.id}.title",
        rng.choice(UNCLEAR_TITLE),
        _with(plan, result, replace(result, title=f"{result.title} {rng.choice(SCOPES)}")),
    )


def return_checkin(body: Body, rng: Random, *, domain: str = "tangsel.example") -> BodyReturn:
    """Why a check-in goes back, and its body as its owner mends it."""
    return _return_items(body, rng, NO_FIGURE, domain)


def return_self_assessment(
    body: Body, rng: Random, *, domain: str = "tangsel.example"
) -> BodyReturn:
    """Why a self-assessment goes back, and its body as its owner mends it."""
    return _return_items(body, rng, SELF_RETURNS, domain)


def return_rating(rng: Random) -> Pinned:
    """Why a level returns a rating to the rater."""
    return Pinned(*rng.choice(RATING_RETURNS))


def return_final(rng: Random) -> Pinned:
    """The formal defect for which final approval is refused."""
    return Pinned(*rng.choice(FORMAL_DEFECTS))


def _return_items(body: Body, rng: Random, reasons: tuple[str, ...], domain: str) -> BodyReturn:
    items = body["items"]
    assert isinstance(items, dict)
    key = rng.choice(sorted(items))
    item = dict(items[key])
    if rng.random() < 0.4:
        field, reason = "link", rng.choice(DEAD_LINK)
        item["link"] = f"https://berkas.{domain}/perbaikan/{key}-{rng.randint(10000, 99999)}.pdf"
    else:
        field, reason = "realisation", rng.choice(reasons)
        item["realisation"] = f"{item['realisation']} {rng.choice(COMPLETED)}"
    return BodyReturn(f"items.{key}.{field}", reason, body | {"items": items | {key: item}})


def _raised(target: Target) -> Target:
    assert target.amount is not None
    amount = round(target.amount * 1.1) + 1
    if amount > 100:
        amount = round(amount, -1)
    return replace(target, amount=amount, text=f"{number(amount)} {target.unit}")


def _swap(aspects: tuple[Aspect, ...], old: Aspect, new: Aspect) -> tuple[Aspect, ...]:
    return tuple(new if aspect is old else aspect for aspect in aspects)


def _with(plan: Plan, old: Result, new: Result) -> Plan:
    return replace(plan, results=tuple(new if result is old else result for result in plan.results))
