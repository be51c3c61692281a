"""Reasons for what happens beside the straight way: missed rounds, more time, leaving, notes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from config.demo.world.specs import UnitSpec


@dataclass(frozen=True)
class Exclusion:
    """Why somebody leaves a cycle. `kind` "death" and "court" may also come after delivery."""

    kind: str
    reason: str
    authority: str


EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion("unpaid_leave", "Cuti di luar tanggungan negara selama satu tahun.",
              "Keputusan Wali Kota Nomor 851.8/Kep.129/{year}"),
    Exclusion("study", "Tugas belajar program magister; dibebaskan dari tugas jabatan.",
              "Keputusan Wali Kota Nomor 893.3/Kep.366/{year}"),
    Exclusion("pre_retirement", "Masa persiapan pensiun (MPP) selama satu tahun.",
              "Keputusan Wali Kota Nomor 888/Kep.305/{year}"),
    Exclusion("retired", "Pensiun karena mencapai batas usia pensiun.",
              "Keputusan Wali Kota Nomor 882/Kep.417/{year}"),
    Exclusion("suspended", "Diberhentikan sementara dari jabatan selama proses hukum.",
              "Keputusan Wali Kota Nomor 887/Kep.051/{year}"),
    Exclusion("moved_away", "Pindah antarinstansi ke Pemerintah Provinsi.",
              "Pertimbangan teknis BKN dan keputusan mutasi Nomor 824/Kep.233/{year}"),
    Exclusion("death", "Pegawai meninggal dunia.",
              "Surat keterangan kematian Nomor 474.3/088/{year}"),
    Exclusion("court", "Putusan pengadilan tata usaha negara yang berkekuatan hukum tetap.",
              "Putusan PTUN Nomor 41/G/{year}"),
)  # fmt: skip

REINSTATED = (
    "Kembali aktif bekerja setelah cuti di luar tanggungan negara dicabut lebih awal.",
    "Keputusan tugas belajar dibatalkan atas permohonan sendiri; kembali bertugas.",
)
MISSED_CHECKINS = (
    "Tidak menyampaikan check-in sampai batas waktu walaupun sudah diingatkan tiga kali.",
    "Sedang cuti melahirkan pada seluruh periode check-in; realisasi dihitung pada periode"
    " berikut.",
    "Sakit dan dirawat selama periode check-in, sesuai surat keterangan dokter.",
    "Ditugaskan penuh pada tanggap darurat banjir sehingga check-in tidak sempat disampaikan.",
    "Mengikuti pelatihan tiga bulan di luar daerah pada periode ini.",
)
WITHOUT_SELF_ASSESSMENT = (
    "Penilaian mandiri tidak disampaikan sampai batas waktu; penilaian memakai check-in yang"
    " disetujui.",
    "Pegawai cuti sakit panjang; dilanjutkan dengan bukti yang ada supaya proses tidak terhenti.",
    "Sudah diingatkan melalui surat dan telepon, namun penilaian mandiri belum disampaikan.",
)
EXTENSIONS = (
    "Gangguan jaringan dan listrik selama tiga hari kerja di wilayah unit ini.",
    "Seluruh pegawai bertugas pada pekan imunisasi sampai akhir pekan.",
    "Unit terdampak banjir; kantor dipindahkan sementara.",
    "Sekolah melaksanakan penilaian akhir semester pada minggu yang sama.",
    "Pejabat penilai baru dilantik pekan lalu dan memerlukan waktu mempelajari berkas.",
    "Puncak pelayanan dokumen menjelang penerimaan murid baru.",
)
PERSONAL_EXTENSIONS = (
    "Dirawat di rumah sakit selama satu minggu; surat dokter terlampir.",
    "Cuti karena alasan penting (orang tua meninggal dunia).",
    "Bertugas sebagai petugas haji daerah sampai pekan depan.",
    "Baru kembali dari cuti melahirkan.",
)
AMENDED_PLANS = (
    "Penambahan tugas sebagai koordinator program sejak bulan Juli.",
    "Target disesuaikan dengan perubahan anggaran dan sasaran pimpinan.",
    "Wilayah binaan bertambah satu kelurahan.",
    "Perubahan pohon kinerja unit setelah evaluasi semester pertama.",
)
REASSIGNED = (
    "Pejabat penilai dimutasi; dilanjutkan oleh pejabat penggantinya.",
    "Pejabat penilai cuti besar; dilanjutkan oleh pelaksana harian sesuai surat perintah.",
    "Pejabat penilai pensiun; dilanjutkan oleh pelaksana tugas.",
)
DELIVERED_BY_HAND = (
    "Hasil diserahkan langsung dalam dialog kinerja dan ditandatangani penerimaannya.",
    "Diserahkan tercetak karena pegawai bertugas di lapangan tanpa jaringan.",
)
RECEIVED = (
    "Terima kasih atas penilaian dan masukannya.",
    "Saya menerima hasil ini dan akan menjalankan rekomendasinya.",
    "Hasil sudah saya pahami setelah dijelaskan dalam dialog kinerja.",
    "",
)
APPROVAL_COMMENTS = (
    "Disetujui sesuai hasil dialog kinerja.",
    "Sesuai. Lanjutkan dan laporkan hambatan sejak awal.",
    "Disetujui dengan catatan: lengkapi bukti dukung pada periode berikutnya.",
    "Baik, selaras dengan sasaran unit.",
    "Disetujui.",
    "Terima kasih, laporan jelas dan buktinya dapat diperiksa.",
    "Sesuai kesepakatan. Pertahankan kecepatan menanggapi pengaduan.",
    "",
)

# The organisation's result of a unit, with what the leader above bases it on.
UNIT_NOTES: dict[str, dict[str, str]] = {
    "istimewa": {
        "kesehatan": "Imunisasi dasar lengkap dan kepuasan pasien {unit} melampaui target;"
        " pengaduan selesai rata-rata dalam satu hari kerja.",
        "dukcapil": "Dokumen di {unit} terbit pada hari yang sama; survei kepuasan tertinggi di"
        " kota.",
        "": "Seluruh indikator {unit} melampaui target dan menjadi rujukan unit lain.",
    },
    "baik": {
        "kesehatan": "Cakupan imunisasi dan pelayanan ibu hamil di {unit} mencapai target; waktu"
        " tunggu masih perlu dipersingkat.",
        "kesmas": "Pembinaan puskesmas berjalan baik; stunting menurun walaupun belum merata.",
        "p2p": "Penemuan kasus tuberkulosis naik dan kejadian luar biasa tertangani tepat waktu.",
        "pendidikan": "Rapor pendidikan {unit} naik pada literasi; numerasi tetap.",
        "dukcapil": "Permohonan dokumen di {unit} selesai sesuai standar; pemanfaatan identitas"
        " digital masih rendah.",
        "wilayah": "Survei kepuasan {unit} naik dan keluhan lingkungan tertangani; serapan dana"
        " kelurahan tepat waktu.",
        "kepegawaian": "Layanan {unit} tepat waktu dan SKP ditetapkan sesuai jadwal.",
        "pengawasan": "Rencana pengawasan {unit} terlaksana; tindak lanjut rekomendasi perlu"
        " dipercepat.",
        "kominfo": "Pengaduan SP4N-LAPOR! terselesaikan sesuai target; integrasi layanan"
        " berlanjut.",
        "aptika": "Layanan aplikasi tersedia sesuai target dan insiden tertangani.",
        "ikp": "Informasi publik tersampaikan baik; jawaban atas pertanyaan warga kian cepat.",
        "sosial": "Kasus tertangani sesuai standar; pemutakhiran data penerima bantuan berlanjut.",
        "lingkungan": "Pengangkutan sampah stabil dan bank sampah bertambah.",
        "": "Target utama {unit} tercapai; sebagian kecil indikator pendukung belum.",
    },
    "butuh_perbaikan": {
        "kesehatan": "Cakupan imunisasi {unit} turun pada semester kedua dan beberapa pengaduan"
        " terlambat ditanggapi.",
        "wilayah": "Tanggapan atas keluhan warga di {unit} rata-rata lebih dari lima hari kerja.",
        "": "Dua indikator utama {unit} belum tercapai; rencana perbaikan telah disepakati.",
    },
}


def exclusion(kind: str, year: int) -> Exclusion:
    """The reason and authority of an exclusion of this kind; raises KeyError for no such kind."""
    found = {item.kind: item for item in EXCLUSIONS}[kind]
    return Exclusion(kind, found.reason, found.authority.format(year=year))


def unit_result(unit: UnitSpec, rng: Random) -> tuple[str, str]:
    """(organisation result, the reasons of the leader above) for a unit."""
    value = rng.choices(("istimewa", "baik", "butuh_perbaikan"), (2, 15, 3))[0]
    notes = UNIT_NOTES[value]
    return value, notes.get(unit.group, notes[""]).format(unit=unit.name)
