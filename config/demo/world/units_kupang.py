"""Kota Kupang: units and seats as they are really called, people all invented.

Rows as in units_tangsel. (Naibonat and Oelamasi lie in the regency, not in the city.)
"""

from __future__ import annotations

from config.demo.world.rows import Fixed, Row

ROWS: tuple[Row, ...] = (
    Row("kota", None, "Pemerintah Kota Kupang", "agency", "kota", "wali_kota"),
    Row("setda", "kota", "Sekretariat Daerah", "secretariat", "kota",
        "sekda asisten_satu asisten_tiga"),
    Row("bag-organisasi", "setda", "Bagian Organisasi", "division", "organisasi",
        "kabag analis_kebijakan penelaah"),
    Row("bag-umum", "setda", "Bagian Umum", "division", "umum",
        "kabag arsiparis 2*pengadministrasi"),
    Row("inspektorat", "kota", "Inspektorat Daerah", "office", "pengawasan",
        "inspektur sekretaris kasubbag"),
    Row("irban-2", "inspektorat", "Inspektur Pembantu Wilayah II", "division", "pengawasan",
        "irban auditor_madya auditor_pertama"),
    Row("bkppd", "kota", "Badan Kepegawaian, Pendidikan dan Pelatihan Daerah", "office",
        "kepegawaian", "kepala sekretaris kasubbag analis_keuangan"),
    Row("bid-kinerja", "bkppd",
        "Bidang Pengembangan Kompetensi, Penilaian Kinerja Aparatur dan Organisasi Profesi ASN",
        "division", "kepegawaian", "kabid analis_sdm_muda 2*analis_sdm_pertama"),
    Row("bid-mutasi", "bkppd", "Bidang Mutasi dan Kepangkatan", "division", "kepegawaian",
        "kabid analis_sdm_muda pengolah_data"),
    Row("dinkes", "kota", "Dinas Kesehatan", "office", "kesehatan",
        "kepala_dinkes sekretaris kasubbag perencana"),
    Row("bid-kesga", "dinkes", "Bidang Kesehatan Keluarga", "division", "kesmas",
        "kabid_kesehatan adminkes_muda nutrisionis"),
    Row("bid-p2p", "dinkes", "Bidang Pencegahan dan Pengendalian Penyakit", "division", "p2p",
        "kabid_kesehatan epidemiolog adminkes_pertama"),
    Row("pkm-alak", "dinkes", "Puskesmas Alak", "clinic", "kesehatan",
        "kapus katu dokter_muda dokter_gigi bidan_mahir bidan_terampil bidan_pertama"
        " perawat_mahir perawat_terampil nutrisionis apoteker sanitarian pranata_lab", week=6),
    Row("pkm-sikumana", "dinkes", "Puskesmas Sikumana", "clinic", "kesehatan",
        "kapus katu dokter_pertama 2*bidan_terampil perawat_pertama perawat_terampil promkes"
        " pengadministrasi", week=6),
    Row("dikbud", "kota", "Dinas Pendidikan dan Kebudayaan", "office", "pendidikan",
        "kepala sekretaris kasubbag analis_keuangan"),
    Row("bid-dikdas", "dikbud", "Bidang Pembinaan Pendidikan Dasar", "division", "pendidikan",
        "kabid penelaah pengolah_data"),
    Row("smpn-8", "dikbud", "SMP Negeri 8 Kota Kupang", "school", "pendidikan",
        "kepsek guru_matematika guru_bahasa guru_ipa guru_ips guru_bk tu_sekolah", week=6),
    Row("sdi-liliba", "dikbud", "SD Inpres Liliba", "school", "pendidikan",
        "kepsek guru_kelas_muda 4*guru_kelas_pertama", week=6),
    Row("dukcapil", "kota", "Dinas Kependudukan dan Pencatatan Sipil", "office", "dukcapil",
        "kepala sekretaris pengadministrasi"),
    Row("bid-dafduk", "dukcapil", "Bidang Pelayanan Pendaftaran Penduduk", "division", "dukcapil",
        "kabid adminduk_muda 2*operator_siak"),
    Row("bid-capil", "dukcapil", "Bidang Pelayanan Pencatatan Sipil", "division", "dukcapil",
        "kabid adminduk_pertama operator_siak"),
    Row("dinsos", "kota", "Dinas Sosial", "office", "sosial", "kepala sekretaris"),
    Row("bid-rehsos", "dinsos", "Bidang Rehabilitasi Sosial", "division", "sosial",
        "kabid pekerja_sosial penyuluh_sosial"),
    Row("dlhk", "kota", "Dinas Lingkungan Hidup dan Kebersihan", "office", "lingkungan",
        "kepala sekretaris"),
    Row("bid-sampah", "dlhk", "Bidang Pengelolaan Sampah dan Limbah B3", "division", "lingkungan",
        "kabid pengendali_lingkungan 2*operator_lapangan"),
    Row("kec-alak", "kota", "Kecamatan Alak", "district", "wilayah",
        "camat sekcam kasi_pelayanan kasi_trantib pengadministrasi"),
    Row("kel-alak", "kec-alak", "Kelurahan Alak", "ward", "wilayah",
        "lurah seklur penata_layanan"),
    Row("kel-penkase-oeleta", "kec-alak", "Kelurahan Penkase Oeleta", "ward", "wilayah",
        "lurah seklur penata_layanan pengadministrasi"),
    Row("kel-namosain", "kec-alak", "Kelurahan Namosain", "ward", "wilayah",
        "lurah seklur pengadministrasi"),
    Row("kec-oebobo", "kota", "Kecamatan Oebobo", "district", "wilayah",
        "camat sekcam kasi_pelayanan 2*pengadministrasi"),
    Row("kel-liliba", "kec-oebobo", "Kelurahan Liliba", "ward", "wilayah",
        "lurah seklur penata_layanan"),
    Row("kel-oebufu", "kec-oebobo", "Kelurahan Oebufu", "ward", "wilayah",
        "lurah seklur pengadministrasi"),
)  # fmt: skip

# Seats that are empty when the year begins; one stays so all year under acting officials.
VACANT = frozenset({"kel-penkase-oeleta/lurah", "kec-oebobo/pengadministrasi/2"})

FIXED: dict[str, Fixed] = {
    "kota/wali_kota": Fixed("Matheus Bernadus Koten", "m", titles=("", "S.H., M.Hum.")),
    "setda/sekda": Fixed("Frederika Yulita Messakh", "f", titles=("Dr.", "S.E., M.Si.")),
    "dinkes/kepala_dinkes": Fixed("Gregorius Lado Kelen", "m", titles=("dr.", "M.Kes.")),
    "pkm-alak/kapus": Fixed("Maria Imakulata Bria", "f", titles=("dr.", "M.K.M.")),
    "pkm-alak/perawat_mahir": Fixed("Yohanes Bere", "m", titles=("", "A.Md.Kep.")),
    # Reaches 58 in 2027: a year of preparation before retirement.
    "inspektorat/sekretaris": Fixed(
        "Semuel Foeh", "m", birth=(1969, 10, 6), titles=("", "S.E., M.M.")
    ),
    "bid-kinerja/analis_sdm_muda": Fixed(
        "Yuliana Marselina Nomleni", "f", "sdm-kupang", (1985, 2, 14), titles=("", "S.STP., M.Si.")
    ),
}
