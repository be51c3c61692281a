"""What people report: realisation per result in a check-in and at the year's end, with evidence."""

from __future__ import annotations

import re
from random import Random

from config.demo.world.specs import Aspect, Grade, Plan, Result, Target

Body = dict[str, object]

REACH = {"above": (1.04, 1.16), "meets": (0.96, 1.03), "below": (0.58, 0.84)}
LEVELS = {"persen", "poin"}  # units that state a level and do not add up over the year

HELPED = (
    "Pembagian tugas mingguan membuat pekerjaan lebih merata.",
    "Rekapitulasi kini dikerjakan setiap Jumat sehingga tidak menumpuk.",
    "Pendampingan dari atasan pada dialog kinerja sangat membantu.",
    "Grup WhatsApp layanan mempercepat jawaban atas pertanyaan.",
    "Data dicocokkan lebih dahulu dengan unit terkait.",
    "Dukungan rekan satu tim baik.",
    "Format baru mempersingkat waktu pemeriksaan.",
    "Kerja sama lintas unit berjalan lancar.",
    "Jadwal disusun bersama sejak awal bulan.",
    "Arahan pimpinan tentang prioritas membuat pekerjaan lebih terarah.",
)
HINDERED = (
    "Jaringan internet terganggu selama beberapa hari sehingga pemasukan data tertunda.",
    "Satu rekan cuti melahirkan sehingga tugasnya dibagi berdua.",
    "Bahan dari unit lain diterima terlambat.",
    "Anggaran kegiatan baru dapat dicairkan pada pertengahan triwulan.",
    "Perubahan aplikasi pusat membuat sebagian data harus dimasukkan kembali.",
    "Beberapa pihak yang diundang belum dapat hadir; dijadwalkan ulang.",
    "Komputer rusak dan menunggu perbaikan selama sepuluh hari.",
    "Beberapa penugasan mendesak dari pimpinan menggeser jadwal semula.",
    "Pencatatan masih rangkap, di buku dan di aplikasi, sehingga memakan waktu.",
    "Saya bertugas seorang diri selama dua minggu karena rekan mengikuti pelatihan.",
)
# Remarks that only fit work of a theme.
HELPED_BY: dict[str, tuple[str, ...]] = {
    "ibu_anak": (
        "Kader mengantar ibu hamil yang belum pernah memeriksakan diri.",
        "Kelas ibu hamil membuat lebih banyak suami ikut mendampingi.",
    ),
    "imunisasi": (
        "Ketua RT dan kader ikut mengingatkan orang tua sehari sebelum posyandu.",
        "Posyandu hari Minggu menjangkau ibu yang bekerja.",
    ),
    "penyakit": ("Kader TB membantu mengantar dahak dan mengingatkan minum obat.",),
    "gizi": ("Dapur sehat kelurahan membantu pemberian makanan tambahan.",),
    "layanan": (
        "Jawaban pengaduan kini dibagi menurut piket harian.",
        "Papan alur layanan di ruang tunggu mengurangi pertanyaan berulang.",
    ),
    "mutu": ("Diskusi di komunitas belajar memberi banyak contoh kegiatan kelas.",),
    "akses": ("Orang tua kini dapat dihubungi melalui grup kelas.",),
    "wilayah": ("Ketua RT dan RW ikut menyebarkan jadwal layanan.",),
    "lingkungan": ("Warga mulai memilah sampah sejak ada bank sampah.",),
}
HINDERED_BY: dict[str, tuple[str, ...]] = {
    "ibu_anak": ("Sebagian ibu hamil pindah domisili dan perlu didata ulang.",),
    "imunisasi": (
        "Vaksin sempat kosong selama dua minggu pada bulan kedua triwulan.",
        "Beberapa keluarga menolak karena kabar keliru; kunjungan rumah dilakukan bersama kader.",
    ),
    "penyakit": ("Sebagian pasien sulit ditemui karena bekerja di luar kota.",),
    "gizi": ("Timbangan di dua posyandu perlu ditera ulang.",),
    "layanan": ("Antrean menumpuk pada awal pekan dan setelah libur bersama.",),
    "mutu": ("Hari efektif berkurang karena ujian sekolah dan libur.",),
    "wilayah": ("Curah hujan tinggi menunda beberapa kegiatan lapangan.",),
    "lingkungan": ("Satu kendaraan angkut menunggu suku cadang selama tiga minggu.",),
}
NEXT = (
    "Bulan depan difokuskan pada bagian yang belum selesai.",
    "Sisanya dijadwalkan selesai sebelum triwulan berikutnya.",
    "Mohon arahan untuk prioritas berikutnya.",
    "Kegiatan susulan sudah dijadwalkan.",
    "Akan dilakukan pencocokan data dengan unit terkait.",
    "Mohon dukungan percepatan bahan dari unit terkait.",
    "Perbaikan cara kerja dicoba mulai bulan depan.",
    "Cara yang sama akan diteruskan.",
)
NOTES = (
    "Secara umum kegiatan berjalan sesuai rencana aksi.",
    "Beberapa kegiatan lapangan dipindahkan ke pagi hari karena cuaca.",
    "Beban kerja meningkat karena ada tugas tambahan dari pimpinan.",
    "Mohon waktu untuk dialog kinerja mengenai target semester berikutnya.",
    "Sudah dibahas dalam rapat mingguan unit.",
    "Terima kasih atas umpan balik sebelumnya; sudah saya laksanakan.",
    "Bukti dukung disimpan di map bersama unit.",
    "",
)
PROUD = (
    "Hasil yang paling saya banggakan tahun ini ialah {title}.",
    "Pekerjaan yang paling terasa manfaatnya bagi warga adalah {title}.",
    "Saya paling banyak mencurahkan waktu untuk {title}.",
    "Kemajuan terbesar saya peroleh pada {title}.",
    "Tahun ini {title} berjalan lebih baik daripada tahun sebelumnya.",
    "Dari seluruh rencana, {title} paling sesuai dengan harapan pimpinan.",
    "Saya bersyukur {title} dapat saya jalankan dengan dukungan rekan kerja.",
)
ADMITTED = (
    "Yang masih perlu saya perbaiki ialah ketepatan waktu pencatatan.",
    "Saya masih kurang cepat menanggapi pengaduan pada hari-hari padat.",
    "Komunikasi dengan unit lain perlu saya tingkatkan.",
    "Saya belum sempat membagikan pengetahuan kepada rekan sebanyak yang direncanakan.",
    "Penataan bukti dukung baru rapi pada semester kedua.",
    "Pada pertengahan tahun saya kurang aktif melaporkan hambatan.",
    "Saya perlu lebih berani menyampaikan kendala sejak awal.",
    "Pengaturan waktu antara tugas lapangan dan laporan masih perlu dibenahi.",
)
HOPED = (
    "Tahun depan saya berharap mendapat pelatihan yang sesuai dengan tugas ini.",
    "Saya mengusulkan pembagian wilayah binaan ditinjau kembali.",
    "Saya siap melanjutkan cara kerja ini dan membimbing rekan baru.",
    "Saya berharap umpan balik diberikan lebih sering, tidak hanya pada akhir triwulan.",
    "Saya mohon dukungan peralatan agar waktu layanan dapat dipersingkat.",
    "Saya ingin mencoba jadwal layanan sore bagi warga yang bekerja.",
    "Saya mengusulkan satu aplikasi pencatatan saja agar tidak memasukkan data dua kali.",
)


def checkin_for(
    plan: Plan,
    round_number: int,
    rng: Random,
    *,
    rounds: int = 3,
    label: str = "",
    domain: str = "tangsel.example",
    year: int = 2026,
    trend: Grade = "meets",
) -> Body:
    """The body of a check-in: the share of the year's targets that `round_number` leads to expect.

    `trend` says how the year goes for this person; `label` names the period ("triwulan II").
    """  # fmt: skip
    label = label or f"triwulan {('I', 'II', 'III', 'IV')[round_number - 1]}"
    share = round_number / (rounds + 1)
    return {
        "items": _items(plan, share, trend, rng, f"Sampai {label}", label, domain, year),
        "note": rng.choice(NOTES),
    }


def self_assessment_for(
    plan: Plan,
    rng: Random,
    *,
    domain: str = "tangsel.example",
    year: int = 2026,
    trend: Grade = "meets",
) -> Body:
    """The body of a self-assessment: the realisation per result and a reflection."""  # fmt: skip
    title = rng.choice([result for result in plan.results if result.type == "main"]).title
    return {
        "items": _items(plan, 1, trend, rng, "Sepanjang tahun", "akhir tahun", domain, year),
        "reflection": " ".join(
            (
                rng.choice(PROUD).format(title=_lower(title)),
                rng.choice(ADMITTED),
                rng.choice(HOPED),
            )
        ),
    }


def number(amount: int) -> str:
    """A figure as it is written in Indonesian: 1.250."""
    return f"{amount:,}".replace(",", ".")


def reached(target: Target, share: float, trend: Grade, rng: Random) -> int:
    """What was reached of a target with an amount after a share of the year."""
    amount = target.amount or 0
    low, high = REACH[trend]
    factor = rng.uniform(low, high)
    if target.is_ceiling:
        return max(0, round(amount / factor if trend != "below" else amount * (2 - factor)))
    if _is_level(target):
        level = round(amount * (1 - (1 - factor) * 0.5))
        return min(level, 100) if amount <= 100 else level
    return round(amount * share * factor)


def _items(
    plan: Plan,
    share: float,
    trend: Grade,
    rng: Random,
    since: str,
    label: str,
    domain: str,
    year: int,
) -> dict[str, dict[str, str]]:
    """Realisation and evidence per result; no remark is made twice."""  # fmt: skip
    said: set[str] = set()

    def remark(common: tuple[str, ...], own: tuple[str, ...]) -> str:
        pool = own if own and rng.random() < 0.6 else common
        fresh = [text for text in (*pool, *common) if text not in said]
        text = rng.choice(fresh[: max(len(pool), 1)])
        said.add(text)
        return text

    items = {}
    for result in plan.results:
        told = "; ".join(_told(aspect, share, trend, rng) for aspect in result.aspects)
        parts = [f"{since}: {told}."]
        if trend == "below" or rng.random() < 0.3:
            parts.append(remark(HINDERED, HINDERED_BY.get(result.theme, ())))
        elif rng.random() < 0.75:
            parts.append(remark(HELPED, HELPED_BY.get(result.theme, ())))
        if share < 1 and _adds_up(result) and rng.random() < 0.5:
            parts.append(remark(NEXT, ()))
        items[result.id] = {
            "realisation": " ".join(parts),
            "link": _link(result, label, domain, year, rng),
        }
    return items


def _adds_up(result: Result) -> bool:
    """Whether something of the result is still to come until the year's end."""
    return any(
        aspect.target.amount and not aspect.target.is_ceiling and not _is_level(aspect.target)
        for aspect in result.aspects
    )


def _is_level(target: Target) -> bool:
    """Whether its figure states a level or is too small to be divided over the year."""
    return target.unit.split()[0] in LEVELS or (target.amount or 0) <= 4


def _told(aspect: Aspect, share: float, trend: Grade, rng: Random) -> str:
    name, target = _lower(aspect.indicator), aspect.target
    if target.amount is None:
        ending = {
            "above": "terpenuhi lebih awal daripada yang ditargetkan",
            "meets": "terpenuhi sesuai target",
            "below": "belum sepenuhnya terpenuhi",
        }[trend]
        return f"{name} ({target.text}) {ending}"
    value = number(reached(target, share, trend, rng))
    if target.is_ceiling:
        return rng.choice(
            (
                f"{name} {value} {target.unit} (batas {target.text})",
                f"{name} {value} {target.unit}, dengan batas {target.text}",
            )
        )
    return rng.choice(
        (
            f"{name} {value} {target.unit} (target {target.text})",
            f"{name} mencapai {value} {target.unit} dari target {target.text}",
            f"{name} sebanyak {value} {target.unit} dari target {target.text}"
            if target.unit.split()[0] not in LEVELS
            else f"{name} sebesar {value} {target.unit} dari target {target.text}",
        )
    )


def _link(result: Result, label: str, domain: str, year: int, rng: Random) -> str:
    if rng.random() < 0.15:
        return ""
    words = re.sub(r"[^a-z0-9]+", "-", f"{label} {result.title}".lower()).strip("-")
    return f"https://berkas.{domain}/{year}/{words[:48].strip('-')}-{rng.randint(1000, 9999)}.pdf"


def _lower(text: str) -> str:
    """The text with a small first letter, unless it begins with an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
