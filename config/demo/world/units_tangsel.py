"""Kota Tangerang Selatan: units and seats as they are really called, people all invented.

A row: key, parent, name, kind, trade, seats (the first is the head's; "2*" means two of them).
"""

from __future__ import annotations

from config.demo.world.rows import Fixed, Row

ROWS: tuple[Row, ...] = (
    Row("kota", None, "Pemerintah Kota Tangerang Selatan", "agency", "kota", "wali_kota"),
    Row("setda", "kota", "Sekretariat Daerah", "secretariat", "kota",
        "sekda asisten_satu asisten_tiga"),
    Row("bag-organisasi", "setda", "Bagian Organisasi", "division", "organisasi",
        "kabag analis_kebijakan 2*penelaah"),
    Row("bag-umum", "setda", "Bagian Umum", "division", "umum",
        "kabag arsiparis penata_layanan pengadministrasi"),
    Row("inspektorat", "kota", "Inspektorat", "office", "pengawasan",
        "inspektur sekretaris kasubbag"),
    Row("irban-1", "inspektorat", "Inspektur Pembantu Wilayah I", "division", "pengawasan",
        "irban auditor_madya auditor_muda auditor_pertama"),
    Row("bkpsdm", "kota", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "office",
        "kepegawaian", "kepala sekretaris kasubbag analis_keuangan pengadministrasi"),
    Row("bid-kinerja", "bkpsdm", "Bidang Penilaian Kinerja Aparatur dan Penghargaan", "division",
        "kepegawaian", "kabid analis_sdm_muda analis_sdm_pertama pengolah_data"),
    Row("bid-mutasi", "bkpsdm", "Bidang Mutasi dan Promosi", "division", "kepegawaian",
        "kabid analis_sdm_muda analis_sdm_pertama penelaah"),
    Row("dinkes", "kota", "Dinas Kesehatan", "office", "kesehatan",
        "kepala_dinkes sekretaris kasubbag perencana analis_keuangan"),
    Row("bid-kesmas", "dinkes", "Bidang Kesehatan Masyarakat", "division", "kesmas",
        "kabid_kesehatan adminkes_muda promkes nutrisionis"),
    Row("bid-p2p", "dinkes", "Bidang Pencegahan dan Pengendalian Penyakit", "division", "p2p",
        "kabid_kesehatan epidemiolog adminkes_pertama"),
    Row("pkm-pamulang", "dinkes", "Puskesmas Pamulang", "clinic", "kesehatan",
        "kapus katu dokter_muda dokter_gigi 2*bidan_mahir bidan_terampil bidan_pertama"
        " perawat_mahir perawat_terampil nutrisionis apoteker promkes pranata_lab pengadministrasi",
        week=6),
    Row("pkm-serpong-1", "dinkes", "Puskesmas Serpong 1", "clinic", "kesehatan",
        "kapus katu dokter_pertama bidan_mahir bidan_terampil perawat_pertama perawat_terampil"
        " sanitarian apoteker", week=6),
    Row("dikbud", "kota", "Dinas Pendidikan dan Kebudayaan", "office", "pendidikan",
        "kepala sekretaris kasubbag analis_keuangan"),
    Row("bid-smp", "dikbud", "Bidang Pembinaan Sekolah Menengah Pertama", "division", "pendidikan",
        "kabid penelaah pengolah_data"),
    Row("smpn-1", "dikbud", "SMP Negeri 1 Kota Tangerang Selatan", "school", "pendidikan",
        "kepsek guru_matematika guru_bahasa guru_ipa guru_ips guru_bk tu_sekolah"),
    Row("sdn-pamulang", "dikbud", "SD Negeri Pamulang 01", "school", "pendidikan",
        "kepsek guru_kelas_muda 3*guru_kelas_pertama"),
    Row("dukcapil", "kota", "Dinas Kependudukan dan Pencatatan Sipil", "office", "dukcapil",
        "kepala sekretaris kasubbag"),
    Row("bid-dafduk", "dukcapil", "Bidang Pelayanan Pendaftaran Penduduk", "division", "dukcapil",
        "kabid adminduk_muda 2*operator_siak penata_layanan"),
    Row("bid-capil", "dukcapil", "Bidang Pelayanan Pencatatan Sipil", "division", "dukcapil",
        "kabid adminduk_pertama operator_siak"),
    Row("kominfo", "kota", "Dinas Komunikasi dan Informatika", "office", "kominfo",
        "kepala sekretaris pengadministrasi"),
    Row("bid-aptika", "kominfo", "Bidang Aplikasi Informatika", "division", "aptika",
        "kabid prakom_muda prakom_pertama"),
    Row("bid-ikp", "kominfo", "Bidang Informasi dan Komunikasi Publik", "division", "ikp",
        "kabid humas_muda humas_pertama"),
    Row("kec-pamulang", "kota", "Kecamatan Pamulang", "district", "wilayah",
        "camat sekcam kasi_pelayanan kasi_trantib 2*pengadministrasi"),
    Row("kel-pamulang-barat", "kec-pamulang", "Kelurahan Pamulang Barat", "ward", "wilayah",
        "lurah seklur penata_layanan pengadministrasi"),
    Row("kel-benda-baru", "kec-pamulang", "Kelurahan Benda Baru", "ward", "wilayah",
        "lurah seklur pengadministrasi"),
    Row("kec-serpong", "kota", "Kecamatan Serpong", "district", "wilayah",
        "camat sekcam kasi_pelayanan kasi_trantib"),
    Row("kel-rawa-buntu", "kec-serpong", "Kelurahan Rawa Buntu", "ward", "wilayah",
        "lurah seklur penata_layanan"),
    Row("kel-ciater", "kec-serpong", "Kelurahan Ciater", "ward", "wilayah",
        "lurah seklur pengadministrasi"),
)  # fmt: skip

# Seats that are empty when the year begins; transfers fill them.
VACANT = frozenset({"pkm-pamulang/bidan_mahir/2", "kec-pamulang/pengadministrasi/2"})

FIXED: dict[str, Fixed] = {
    "kota/wali_kota": Fixed("Arif Budiman Sulaeman", "m", titles=("H.", "S.E., M.M.")),
    "setda/sekda": Fixed("Bambang Setyo Laksono", "m", titles=("Drs.", "M.Si.")),
    "pkm-pamulang/bidan_mahir": Fixed(
        "Nuraini Rahmawati", "f", "pegawai", (1991, 4, 17), titles=("", "A.Md.Keb."), kind="pns"
    ),
    "pkm-pamulang/kapus": Fixed(
        "Ratna Kusumaningrum", "f", "penilai", (1978, 11, 2), titles=("dr.", "M.K.M.")
    ),
    "dinkes/kepala_dinkes": Fixed(
        "Hendra Wirawan Saputra", "m", "atasan", (1971, 6, 25), titles=("dr.", "M.Kes.")
    ),
    # Sixty on retirement, as the law has it for a JPT.
    "dukcapil/kepala": Fixed(
        "Endang Supriatna", "m", birth=(1966, 9, 11), titles=("Drs.", "M.Si.")
    ),
    "bid-kinerja/analis_sdm_muda": Fixed(
        "Dewi Anggraini Putri", "f", "sdm", (1986, 9, 9), titles=("", "S.Psi., M.M.")
    ),
}
