"""Objections: what is claimed, what both sides say, how it is decided and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Literal

from config.demo.world.specs import Grade, Plan

Outcome = Literal["uphold", "change", "rerate"]


@dataclass(frozen=True)
class ObjectionFile:
    """The whole file; `work` and `behaviour` are the ratings of a decision that changes them."""

    claim: str
    claim_link: str
    explanation: str
    explanation_link: str
    statement: str
    statement_link: str
    outcome: Outcome
    reasons: str
    work: Grade | Literal[""]
    behaviour: Grade | Literal[""]

    def decision(self) -> dict[str, str]:
        """The body of the decision."""
        return {
            "outcome": self.outcome, "reasons": self.reasons, "work": self.work,
            "behaviour": self.behaviour,
        }  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """One reason to object, as each of the three people sees it."""

    key: str
    about: Literal["work", "behaviour"]
    rated: Grade  # the rating it is raised against
    claims: tuple[str, ...]
    explanations: tuple[str, ...]
    statements: tuple[str, ...]
    decisions: dict[Outcome, tuple[str, ...]]


GROUNDS: tuple[Ground, ...] = (
    Ground(
        "uncounted",
        "work",
        "below",
        (
            "Realisasi dua bulan terakhir untuk {title} belum dihitung. Rekapitulasi unit"
            " baru ditandatangani setelah penilaian dibuat. Dengan data tersebut target tercapai.",
            "Sebagian hasil pada {title} tercatat atas nama rekan karena akun saya terkunci selama"
            " tiga minggu. Daftar pekerjaan dan berita acaranya saya lampirkan.",
        ),
        (
            "Saya menilai berdasarkan data yang tersedia sampai saat menilai. Rekapitulasi susulan"
            " baru saya terima setelah hasil diserahkan. Saya tidak berkeberatan bila diperiksa.",
            "Pencatatan atas nama sendiri merupakan tanggung jawab pegawai. Gangguan akun memang"
            " pernah dilaporkan, tetapi tidak disertai rincian pekerjaan.",
        ),
        (
            "Rekapitulasi susulan ditandatangani penanggung jawab program seminggu kemudian."
            " Keterlambatan bukan pada saya.",
            "Laporan gangguan akun saya kirim pada hari pertama dan tangkapan layarnya tersedia.",
        ),
        {
            "uphold": (
                "Rekapitulasi susulan telah diperiksa. Tambahan realisasi tidak mengubah"
                " kesimpulan karena target {title} tetap belum terpenuhi.",
            ),
            "change": (
                "Data susulan sah dan berasal dari periode penilaian. Dengan memperhitungkannya,"
                " capaian {title} sesuai dengan target sehingga rating hasil kerja diubah.",
            ),
            "rerate": (
                "Data susulan belum pernah diperiksa pejabat penilai. Penilaian dikembalikan untuk"
                " dinilai ulang dengan seluruh bukti atas {title}.",
            ),
        },
    ),
    Ground(
        "out_of_control",
        "work",
        "below",
        (
            "Target {title} tidak tercapai karena data dan bahan dari pihak lain baru diterima"
            " setelah sepuluh minggu, sebagaimana surat unit pada bulan Mei. Faktor di luar kendali"
            " ini belum dipertimbangkan.",
            "Sejak Juli saya ditugaskan pada tim lain tiga hari dalam seminggu berdasarkan surat"
            " tugas, sedangkan target {title} tidak disesuaikan.",
        ),
        (
            "Keterlambatan bahan sudah saya perhitungkan: target dua bulan tersebut saya keluarkan."
            " Sisanya tetap di bawah ekspektasi.",
            "Surat tugas memang ada. Pada dialog kinerja triwulan III kami sepakat target tidak"
            " diubah karena pekerjaan dapat dibagi.",
        ),
        (
            "Perhitungan dua bulan tidak sesuai dengan berita acara yang mencatat sepuluh minggu.",
            "Pada dialog kinerja saya telah meminta penyesuaian; catatannya terlampir.",
        ),
        {
            "uphold": (
                "Faktor di luar kendali telah dipertimbangkan secara wajar oleh pejabat penilai."
                " Bukti tidak menunjukkan kekeliruan pada penilaian {title}.",
            ),
            "change": (
                "Berita acara membuktikan hambatan yang lebih panjang daripada yang diperhitungkan."
                " Rating hasil kerja atas {title} diubah menjadi {to}.",
            ),
            "rerate": (
                "Terdapat perbedaan perhitungan yang harus dijernihkan bersama. Pejabat penilai"
                " diminta menilai ulang {title} dengan target yang disesuaikan.",
            ),
        },
    ),
    Ground(
        "no_facts",
        "behaviour",
        "below",
        (
            "Alasan rating perilaku menyebut keluhan berulang, tetapi tidak ada tanggal, tempat,"
            " maupun nama layanan. Sepanjang tahun saya tidak pernah menerima teguran tertulis.",
            "Saya dinilai lambat menanggapi pengaduan, padahal catatan kanal pengaduan menunjukkan"
            " jawaban pertama saya rata-rata dalam empat jam.",
        ),
        (
            "Keluhan diterima melalui kotak saran dan disampaikan secara lisan pada dua dialog"
            " kinerja. Saya mengakui belum membuat catatan tertulis untuk setiap peristiwa.",
            "Penilaian saya didasarkan pada pengaduan yang menunggu lebih dari lima hari kerja pada"
            " bulan Maret dan Agustus.",
        ),
        (
            "Pada kedua dialog kinerja yang dicatat justru hal pelatihan. Notulanya terlampir.",
            "Pengaduan Maret dan Agustus diteruskan ke unit lain pada hari yang sama; riwayatnya"
            " dapat dilihat pada aplikasi.",
        ),
        {
            "uphold": (
                "Catatan pengaduan menunjukkan peristiwa yang dimaksud pejabat penilai. Penilaian"
                " perilaku dikuatkan; pegawai berhak atas pembinaan yang terjadwal.",
            ),
            "change": (
                "Penilaian perilaku tidak didukung catatan peristiwa, sedangkan riwayat kanal"
                " pengaduan mendukung pegawai. Rating perilaku diubah menjadi {to}.",
            ),
            "rerate": (
                "Alasan penilaian perilaku belum memuat fakta yang dapat diperiksa. Pejabat penilai"
                " diminta menilai ulang dengan menyebut peristiwa dan waktunya.",
            ),
        },
    ),
    Ground(
        "new_rater",
        "work",
        "below",
        (
            "Pejabat penilai baru bertugas pada paruh kedua tahun ini, sedangkan umpan balik"
            " pejabat lama atas"
            " {title} menyatakan sesuai target pada setiap check-in.",
            "Penilaian atas {title} hanya memakai data bulan-bulan terakhir. Check-in sebelumnya"
            " yang sudah"
            " disetujui belum dipakai.",
        ),
        (
            "Saya telah membaca catatan pejabat sebelumnya. Penurunan pada bulan-bulan terakhir"
            " cukup besar"
            " sehingga memengaruhi penilaian tahunan.",
            "Saya menimbang sepanjang tahun, tetapi alasan yang saya tulis memang hanya menyebut"
            " bulan-bulan terakhir.",
        ),
        (
            "Penurunan itu terjadi karena cuti sakit dua minggu dengan surat dokter.",
            "Mohon penilaian memakai semua check-in yang telah disetujui.",
        ),
        {
            "uphold": (
                "Pejabat penilai telah memakai catatan sepanjang tahun. Tidak ditemukan kekeliruan"
                " dalam menimbang {title}.",
            ),
            "change": (
                "Hampir seluruh periode menunjukkan {title} sesuai target. Penilaian tahunan"
                " selayaknya mencerminkan sepanjang tahun sehingga rating diubah.",
            ),
            "rerate": (
                "Alasan penilaian tidak memuat periode sebelum pergantian pejabat. Dinilai ulang"
                " dengan memakai seluruh check-in yang telah disetujui atas {title}.",
            ),
        },
    ),
    Ground(
        "surpassed",
        "work",
        "meets",
        (
            "Realisasi {title} melampaui target sejak triwulan III dan dipakai sebagai contoh oleh"
            " unit lain. Alasan penilaian tidak menyebutnya.",
            "Umpan balik pada dua check-in menyatakan {title} melebihi harapan, tetapi penilaian"
            " akhir tidak menjelaskan mengapa berbeda.",
        ),
        (
            "Kelebihan realisasi saya akui. Menurut saya hal itu wajar karena sasaran juga"
            " bertambah, sehingga tetap sesuai ekspektasi.",
            "Umpan balik triwulan bersifat sementara; pada akhir tahun saya menimbang seluruh hasil"
            " kerja.",
        ),
        (
            "Sasaran bertambah setelah target terlampaui, sebagaimana surat penetapan sasaran.",
            "Saya mohon penjelasan indikator mana yang menurunkan penilaian.",
        ),
        {
            "uphold": (
                "Kelebihan pada {title} tidak diikuti hasil kerja lainnya. Penilaian sesuai"
                " ekspektasi cukup beralasan dan dikuatkan.",
            ),
            "change": (
                "Bukti menunjukkan {title} melampaui target tanpa tambahan sumber daya. Rating"
                " hasil kerja diubah menjadi {to}.",
            ),
            "rerate": (
                "Alasan penilaian belum menanggapi umpan balik yang tercatat atas {title}. Pejabat"
                " penilai diminta menilai ulang dengan memakai catatan tersebut.",
            ),
        },
    ),
    Ground(
        "unseen",
        "behaviour",
        "meets",
        (
            "Prakarsa jadwal layanan sore dan pendampingan tiga rekan baru tidak disebut dalam"
            " alasan penilaian perilaku, padahal sesuai ekspektasi khusus pimpinan.",
            "Hasil survei kepuasan dan ucapan terima kasih warga pada kanal pengaduan belum"
            " dipertimbangkan dalam penilaian perilaku.",
        ),
        (
            "Prakarsa tersebut saya hargai dan sudah saya sampaikan secara lisan. Perilaku lain"
            " sesuai ekspektasi, sehingga penilaian tidak saya naikkan.",
            "Hasil survei berlaku bagi seluruh unit, sehingga tidak saya hitung bagi perorangan.",
        ),
        (
            "Surat tugas pendampingan dan daftar hadir layanan sore saya lampirkan.",
            "Pada ucapan terima kasih tersebut nama saya disebut oleh warga.",
        ),
        {
            "uphold": (
                "Prakarsa pegawai baik, namun belum terlihat pada ketujuh nilai. Penilaian perilaku"
                " dikuatkan dengan catatan penghargaan.",
            ),
            "change": (
                "Bukti menunjukkan perilaku yang melebihi ekspektasi khusus pimpinan. Rating"
                " perilaku diubah menjadi {to}.",
            ),
            "rerate": (
                "Alasan penilaian perilaku belum menimbang bukti yang diajukan. Pejabat penilai"
                " diminta menilai ulang.",
            ),
        },
    ),
)
OPENINGS = (
    "Dengan hormat, saya mengajukan keberatan atas rating {about}.",
    "Saya menghormati penilaian pimpinan, namun mohon rating {about} ditinjau kembali.",
    "Bersama ini saya sampaikan keberatan atas rating {about} tahun ini.",
    "Saya mohon peninjauan atas rating {about} dengan alasan sebagai berikut.",
)
PREAMBLES = (
    "Setelah memeriksa berkas dan mendengar kedua pihak, saya berpendapat sebagai berikut.",
    "Keberatan diajukan dalam tenggat dan alasannya jelas, sehingga diperiksa pokoknya.",
    "Saya telah membaca SKP, check-in yang disetujui, serta penjelasan kedua pihak.",
    "Pemeriksaan dilakukan atas seluruh bukti yang diajukan.",
)
STEPS: tuple[Grade, ...] = ("below", "meets", "above")
WORDS = {"meets": "sesuai ekspektasi", "above": "di atas ekspektasi"}
ABOUT = {"work": "hasil kerja", "behaviour": "perilaku kerja"}
WAIVERS = (
    "Keberatan saya sudah lengkap; tidak ada keterangan tambahan.",
    "Saya menyerahkan keputusan kepada pejabat yang memeriksa.",
)
PROCEEDED = (
    "Keterangan tambahan tidak disampaikan sampai batas waktu walaupun sudah diingatkan dua kali.",
    "Penjelasan belum diterima sampai batas waktu; pemeriksaan dilanjutkan dengan berkas yang ada.",
)
NAMED_DECIDER = (
    "Pejabat penilai berada langsung di bawah Wali Kota; pemeriksa keberatan ditunjuk dengan surat"
    " perintah Wali Kota Nomor 800.1.4/112/{year}.",
    "Atasan pejabat penilai telah menyetujui penilaian ini sehingga ditunjuk pejabat lain yang"
    " setingkat dengan surat Nomor 800.1.4/127/{year}.",
)


def objection_for(
    plan: Plan,
    rng: Random,
    outcome: Outcome,
    *,
    work: Grade = "below",
    behaviour: Grade = "meets",
    domain: str = "tangsel.example",
    year: int = 2026,
) -> ObjectionFile:
    """A whole objection file about a plan that was rated `work` and `behaviour`.

    It objects to the lower of the two ratings; a decision that changes it raises it by one step.
    Raises ValueError where both are above expectation.
    """  # fmt: skip
    about: Literal["work", "behaviour"] = (
        "behaviour" if STEPS.index(behaviour) < STEPS.index(work) else "work"
    )
    rated = behaviour if about == "behaviour" else work
    fitting = [ground for ground in GROUNDS if (ground.about, ground.rated) == (about, rated)]
    if not fitting:
        raise ValueError("nothing to object to: both ratings are above expectation")
    ground = rng.choice(fitting)
    higher = STEPS[STEPS.index(rated) + 1]
    place = rng.randrange(len(ground.claims))
    title = rng.choice([result for result in plan.results if result.type == "main"]).title
    title = title[:1].lower() + title[1:]
    words = {"title": title, "to": WORDS[higher]}

    def link(kind: str) -> str:
        stem = re.sub(r"[^a-z]+", "-", title.lower())[:32].strip("-")
        return f"https://berkas.{domain}/{year}/keberatan/{kind}-{stem}-{rng.randint(100, 999)}.pdf"

    def changed(rating: str, grade: Grade) -> Grade | Literal[""]:
        if outcome != "change":
            return ""
        return higher if rating == about else grade

    opening = rng.choice(OPENINGS).format(about=ABOUT[about])
    return ObjectionFile(
        claim=f"{opening} {ground.claims[place].format(title=title)}",
        claim_link=link("bukti"),
        explanation=ground.explanations[place].format(title=title),
        explanation_link=link("penjelasan") if rng.random() < 0.5 else "",
        statement=ground.statements[place].format(title=title),
        statement_link=link("keterangan") if rng.random() < 0.5 else "",
        outcome=outcome,
        reasons=f"{rng.choice(PREAMBLES)} {rng.choice(ground.decisions[outcome]).format(**words)}",
        work=changed("work", work),
        behaviour=changed("behaviour", behaviour),
    )
