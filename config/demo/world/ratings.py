"""What a rater writes at the year's end: two ratings with reasons, feedback, a recommendation."""

from __future__ import annotations

from random import Random

from config.demo.world.behaviour import observations
from config.demo.world.specs import Grade, Plan, Result

Body = dict[str, object]

WORK_OPENING: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Seluruh target utama tercapai dan sebagian terlampaui.",
        "Hasil kerja tahun ini melebihi harapan saya, baik jumlah maupun mutunya.",
        "Capaian pada semua indikator utama berada di atas target dengan bukti yang lengkap.",
        "Target tercapai lebih cepat daripada jadwal, walaupun beban kerja bertambah.",
        "Hasil kerja memberi pengaruh nyata pada capaian unit.",
    ),
    "meets": (
        "Target utama tercapai sesuai rencana dan didukung bukti yang memadai.",
        "Hasil kerja sesuai dengan ekspektasi yang disepakati pada awal tahun.",
        "Sebagian besar indikator tercapai; selisih kecil pada satu indikator dapat dijelaskan.",
        "Capaian stabil sejak triwulan pertama dan laporan disampaikan tepat waktu.",
        "Pekerjaan selesai sesuai jadwal dengan mutu yang baik.",
    ),
    "below": (
        "Dua indikator utama tidak mencapai tiga perempat target.",
        "Capaian berada di bawah target walaupun sudah diberi umpan balik pada dua triwulan.",
        "Sebagian besar realisasi tidak didukung bukti yang dapat diperiksa.",
        "Rencana perbaikan yang disepakati pada tengah tahun belum dijalankan.",
        "Hasil kerja belum sesuai dengan ekspektasi yang disepakati.",
    ),
}
WORK_POINT: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Yang paling menonjol: {title}.",
        "Pencapaian pada {title} menjadi contoh bagi rekan lain.",
        "Cara kerjanya dalam {title} telah ditiru unit lain.",
        "{Title} selesai lebih awal dengan mutu yang baik.",
    ),
    "meets": (
        "{Title} berjalan baik.",
        "Untuk {title}, realisasi sesuai dengan target.",
        "Pelaksanaan {title} sudah rapi dan dapat dipertanggungjawabkan.",
        "Catatan kecil: pelaporan atas {title} masih dapat dipercepat.",
    ),
    "below": (
        "Kekurangan terbesar ada pada {title}.",
        "Untuk {title}, realisasi jauh dari target dan penjelasannya belum memadai.",
        "{Title} perlu pendampingan khusus.",
        "Kendala pada {title} baru dilaporkan pada akhir tahun.",
    ),
}
WORK_ENDING: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Bukti dukung telah saya periksa satu per satu.",
        "Penilaian ini sejalan dengan umpan balik triwulan.",
        "Kontribusinya ikut menaikkan capaian unit.",
        "Tambahan tugas dari pimpinan juga diselesaikan.",
    ),
    "meets": (
        "Penilaian ini sudah saya bicarakan dalam dialog kinerja.",
        "Bukti dukung sesuai dengan laporan.",
        "Tahun depan target dapat dinaikkan sedikit.",
        "Hasilnya setara dengan rekan yang memegang tugas serupa.",
    ),
    "below": (
        "Hal ini sudah saya sampaikan pada dialog kinerja tengah tahun dan triwulan III.",
        "Hambatan di luar kendali pegawai telah saya perhitungkan.",
        "Saya menilai dari bukti yang tersedia sampai akhir masa penilaian mandiri.",
        "Rencana pembinaan saya lampirkan dalam rekomendasi.",
    ),
}
BEHAVIOUR_OPENING: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Perilaku kerja menjadi teladan, terutama dalam melayani dan bekerja sama.",
        "Rekan kerja dan pihak yang dilayani memberi umpan balik yang sangat baik.",
        "Selalu hadir tepat waktu, tanggap, dan membantu rekan tanpa diminta.",
        "Menanggapi pengaduan dengan cepat dan mengabarkan hasilnya kepada warga.",
        "Berani mengusulkan perbaikan dan menjalankannya sampai selesai.",
    ),
    "meets": (
        "Perilaku kerja sesuai dengan nilai dasar ASN dan ekspektasi khusus pimpinan.",
        "Disiplin, sopan, dan dapat diandalkan dalam pekerjaan sehari-hari.",
        "Pelayanan kepada warga baik; kecepatan menanggapi pengaduan sesuai standar.",
        "Bekerja sama dengan baik di dalam tim.",
        "Komunikasi dengan pemohon baik dan tidak ada keluhan yang terbukti.",
    ),
    "below": (
        "Ketidakhadiran tanpa keterangan dan keterlambatan tercatat berulang.",
        "Umpan balik dari penerima layanan menunjukkan keluhan yang berulang tentang cara"
        " berbicara.",
        "Beberapa pengaduan tidak ditanggapi sampai harus dialihkan kepada rekan.",
        "Teguran lisan dan tertulis pada semester pertama belum diikuti perubahan.",
        "Kerja sama di dalam tim terganggu karena informasi tidak disampaikan.",
    ),
}
BEHAVIOUR_ENDING: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Ekspektasi khusus yang saya tetapkan terpenuhi seluruhnya.",
        "Tidak ada catatan pelanggaran disiplin.",
        "Saya berharap ia menjadi mentor bagi rekan baru.",
        "Penilaian ini didukung umpan balik dari tiga rekan dan hasil survei kepuasan.",
    ),
    "meets": (
        "Yang masih dapat ditingkatkan ialah keberanian menyampaikan usul.",
        "Ke depan saya berharap ia lebih sering berbagi pengetahuan.",
        "Tidak ada catatan pelanggaran disiplin.",
        "Komunikasi lintas unit perlu dibuat lebih teratur.",
    ),
    "below": (
        "Catatan pembinaan terlampir dalam map pegawai.",
        "Saya tetap menghargai kesediaannya berdialog dan akan mendampingi.",
        "Contoh peristiwa dan tanggalnya sudah saya sampaikan kepada yang bersangkutan.",
        "Perubahan pada bulan-bulan terakhir sudah terlihat, tetapi belum cukup.",
    ),
}
FEEDBACK: dict[Grade, tuple[str, ...]] = {
    "above": (
        "Sangat baik; dokumentasikan cara kerja ini agar dapat dipakai rekan lain.",
        "Melampaui target. Terima kasih atas ketekunannya.",
        "Bukti lengkap dan mudah diperiksa. Pertahankan.",
        "Hasil nyata bagi warga; usulkan sebagai praktik baik.",
    ),
    "meets": (
        "Sesuai target. Percepat pelaporan pada awal bulan.",
        "Baik. Tahun depan sertakan data pembanding.",
        "Target tercapai; perhatikan kelengkapan bukti dukung.",
        "Pelaksanaan tertib. Tingkatkan koordinasi sejak perencanaan.",
        "Cukup baik; cobalah memakai masukan warga untuk perbaikan berikutnya.",
    ),
    "below": (
        "Belum tercapai. Susun rencana mingguan dan laporkan setiap Jumat.",
        "Bukti tidak dapat dibuka; unggah kembali di map bersama.",
        "Mintalah bantuan lebih awal apabila ada hambatan.",
        "Perlu pendampingan rekan yang lebih berpengalaman selama tiga bulan.",
    ),
}
RECOMMENDATION: dict[tuple[Grade, Grade], tuple[str, ...]] = {
    ("above", "above"): (
        "Diusulkan memperoleh penghargaan pegawai teladan dan masuk kelompok rencana suksesi.",
        "Disarankan menjadi pelatih internal dan mendapat kesempatan pelatihan lanjutan.",
        "Layak dipertimbangkan untuk kenaikan jenjang jabatan.",
    ),
    ("above", "meets"): (
        "Hasil kerja sangat baik; perluas peran dalam membimbing rekan.",
        "Ikutkan pelatihan kepemimpinan tim agar kekuatan hasil kerja menular.",
    ),
    ("above", "below"): (
        "Hasil kerja tinggi tidak menutup catatan perilaku; wajib mengikuti pembinaan disiplin.",
        "Dialog bulanan tentang perilaku kerja selama enam bulan, dengan catatan tertulis.",
    ),
    ("meets", "above"): (
        "Pertahankan perilaku teladan; target tahun depan dapat dinaikkan.",
        "Libatkan dalam tim perubahan dan pelayanan pengaduan.",
    ),
    ("meets", "meets"): (
        "Lanjutkan; ikuti pelatihan teknis sesuai kebutuhan jabatan.",
        "Perkuat penguasaan aplikasi dan kecepatan menanggapi pengaduan.",
        "Beri kesempatan memegang satu kegiatan secara mandiri tahun depan.",
        "Tingkatkan komunikasi dengan warga dan unit terkait.",
    ),
    ("meets", "below"): (
        "Pembinaan disiplin oleh atasan langsung, ditinjau setiap bulan.",
        "Ikutkan pelatihan pelayanan prima dan komunikasi; tinjau setelah tiga bulan.",
    ),
    ("below", "above"): (
        "Semangat kerja baik; beri pelatihan teknis dan tinjau kembali beban kerja.",
        "Dampingi penyusunan rencana aksi bulanan agar target tercapai.",
    ),
    ("below", "meets"): (
        "Susun rencana perbaikan enam bulan dengan target bulanan dan pendamping.",
        "Ikutkan pelatihan teknis; evaluasi pada akhir triwulan I.",
    ),
    ("below", "below"): (
        "Wajib menjalani rencana perbaikan kinerja selama enam bulan sesuai ketentuan.",
        "Usulkan uji kompetensi apabila tidak ada kemajuan dalam enam bulan.",
    ),
}


def rating_for(plan: Plan, work: Grade, behaviour: Grade, rng: Random) -> Body:
    """The body of a rating: reasons that name the person's own results, feedback, advice."""
    results = [result for result in plan.results if result.type == "main"]
    remarked = rng.sample(plan.results, rng.randint(1, len(plan.results)))
    feedback = {result.id: rng.choice(FEEDBACK[work]) for result in plan.results
                if result in remarked}  # fmt: skip
    return {
        "work": work,
        "work_reason": " ".join(
            (
                rng.choice(WORK_OPENING[work]),
                _about(rng.choice(WORK_POINT[work]), rng.choice(results)),
                rng.choice(WORK_ENDING[work]),
            )
        ),
        "behaviour": behaviour,
        "behaviour_reason": " ".join(
            (rng.choice(BEHAVIOUR_OPENING[behaviour]), rng.choice(BEHAVIOUR_ENDING[behaviour]))
        ),
        "feedback": feedback | observations(behaviour, rng),
        "recommendation": rng.choice(RECOMMENDATION[work, behaviour]),
    }


def _about(text: str, result: Result) -> str:
    title = result.title
    small = title if title[:2].isupper() else title[:1].lower() + title[1:]
    return text.format(title=small, Title=title)
