"""The posts of a city government: title, kind, level and what their holders studied.

Names of functional posts and of executive posts follow the lists of the ministry (KepmenPANRB
11/2024 for executive posts). A city's regional secretary is JPT Pratama (eselon II.a); JPT Madya
does not occur in a city.
"""

from __future__ import annotations

from dataclasses import dataclass

# Academic titles before and after a name.
Titles = tuple[tuple[str, str], ...]

PUBLIC: Titles = (
    ("", "S.STP., M.Si."), ("", "S.Sos., M.A.P."), ("", "S.IP., M.Si."), ("", "S.H., M.H."),
    ("", "S.E., M.M."), ("Drs.", "M.Si."),
)  # fmt: skip
BACHELOR: Titles = (
    ("", "S.Sos."), ("", "S.A.P."), ("", "S.IP."), ("", "S.E."), ("", "S.H."), ("", "S.Kom."),
    ("", "S.M."),
)  # fmt: skip
NONE: Titles = (("", ""), ("", ""), ("", "A.Md."))


@dataclass(frozen=True)
class Role:
    """A kind of seat. The title may name the unit ({unit}), its place ({place}) or the {city}."""

    title: str
    kind: str
    grade: str
    profile: str
    titles: Titles = BACHELOR
    women: float = 0.47


JPT, ADM, PWS, PLK, JF = "jpt_pratama", "administrator", "pengawas", "pelaksana", "fungsional"

# `{group}` in a profile is the unit's trade: "kadis_{group}" becomes "kadis_kesehatan".
ROLES: dict[str, Role] = {
    # leaders
    "wali_kota": Role("Wali Kota {city}", "state_official", "", "wali_kota", (("", ""),)),
    "sekda": Role("Sekretaris Daerah", JPT, "II.a", "sekda", PUBLIC),
    "asisten_satu": Role(
        "Asisten Pemerintahan dan Kesejahteraan Rakyat", JPT, "II.b", "asisten", PUBLIC
    ),
    "asisten_tiga": Role("Asisten Administrasi Umum", JPT, "II.b", "asisten", PUBLIC),
    "kepala": Role("Kepala {unit}", JPT, "II.b", "kepala_{group}", PUBLIC),
    "kepala_dinkes": Role(
        "Kepala {unit}", JPT, "II.b", "kepala_kesehatan", (("dr.", "M.Kes."), ("drg.", "M.K.M."))
    ),
    "inspektur": Role("Inspektur", JPT, "II.b", "kepala_pengawasan", (("", "S.E., M.Ak."),)),
    "sekretaris": Role("Sekretaris {unit}", ADM, "III.a", "sekretaris", PUBLIC),
    "kabag": Role("Kepala {unit}", ADM, "III.a", "bagian_{group}", PUBLIC),
    "irban": Role("{unit}", ADM, "III.a", "irban", (("", "S.E., M.Ak."), ("", "S.H., M.H."))),
    "kabid": Role("Kepala {unit}", ADM, "III.b", "bidang_{group}", PUBLIC),
    "kabid_kesehatan": Role(
        "Kepala {unit}", ADM, "III.b", "bidang_{group}", (("", "S.K.M., M.Kes."), ("dr.", "M.K.M."))
    ),
    "camat": Role("Camat {place}", ADM, "III.a", "camat", PUBLIC, 0.3),
    "sekcam": Role("Sekretaris Kecamatan {place}", ADM, "III.b", "sekretaris", PUBLIC),
    "lurah": Role("Lurah {place}", PWS, "IV.a", "lurah", BACHELOR, 0.35),
    "seklur": Role("Sekretaris Kelurahan {place}", PWS, "IV.b", "seklur"),
    "kasi_pelayanan": Role("Kepala Seksi Pelayanan Umum", PWS, "IV.a", "kasi_pelayanan"),
    "kasi_trantib": Role(
        "Kepala Seksi Ketenteraman dan Ketertiban Umum", PWS, "IV.a", "kasi_trantib", BACHELOR, 0.15
    ),
    "kasubbag": Role("Kepala Subbagian Umum dan Kepegawaian", PWS, "IV.a", "kasubbag"),
    # health
    "kapus": Role(
        "Kepala {unit}", JF, "Ahli Madya", "kapus",
        (("dr.", "M.K.M."), ("drg.", "M.Kes."), ("dr.", "M.A.R.S.")), 0.6,
    ),
    "katu": Role("Kepala Subbagian Tata Usaha {unit}", PWS, "IV.b", "katu", (("", "S.K.M."),)),
    "dokter_muda": Role("Dokter Ahli Muda", JF, "Ahli Muda", "dokter", (("dr.", ""),), 0.6),
    "dokter_pertama": Role(
        "Dokter Ahli Pertama", JF, "Ahli Pertama", "dokter", (("dr.", ""),), 0.6
    ),
    "dokter_gigi": Role(
        "Dokter Gigi Ahli Muda", JF, "Ahli Muda", "dokter_gigi", (("drg.", ""),), 0.7
    ),
    "bidan_mahir": Role("Bidan Mahir", JF, "Mahir", "bidan", (("", "A.Md.Keb."),), 1),
    "bidan_terampil": Role("Bidan Terampil", JF, "Terampil", "bidan", (("", "A.Md.Keb."),), 1),
    "bidan_pertama": Role(
        "Bidan Ahli Pertama", JF, "Ahli Pertama", "bidan", (("", "S.Tr.Keb., Bdn."),), 1
    ),
    "perawat_mahir": Role("Perawat Mahir", JF, "Mahir", "perawat", (("", "A.Md.Kep."),), 0.7),
    "perawat_terampil": Role(
        "Perawat Terampil", JF, "Terampil", "perawat", (("", "A.Md.Kep."),), 0.65
    ),
    "perawat_pertama": Role(
        "Perawat Ahli Pertama", JF, "Ahli Pertama", "perawat", (("Ns.", "S.Kep."),), 0.65
    ),
    "nutrisionis": Role(
        "Nutrisionis Ahli Pertama", JF, "Ahli Pertama", "gizi", (("", "S.Gz."),), 0.85
    ),
    "sanitarian": Role(
        "Tenaga Sanitasi Lingkungan Terampil", JF, "Terampil", "sanitasi", (("", "A.Md.Kes."),), 0.5
    ),
    "apoteker": Role(
        "Apoteker Ahli Pertama", JF, "Ahli Pertama", "apoteker", (("apt.", "S.Farm."),), 0.75
    ),
    "pranata_lab": Role(
        "Pranata Laboratorium Kesehatan Terampil", JF, "Terampil", "laboratorium",
        (("", "A.Md.A.K."),), 0.7,
    ),
    "promkes": Role(
        "Tenaga Promosi Kesehatan dan Ilmu Perilaku Ahli Pertama", JF, "Ahli Pertama", "promkes",
        (("", "S.K.M."),), 0.7,
    ),
    "epidemiolog": Role(
        "Epidemiolog Kesehatan Ahli Muda", JF, "Ahli Muda", "epidemiolog", (("",
                                                                             "S.K.M., M.Epid."),)
    ),
    "adminkes_muda": Role(
        "Administrator Kesehatan Ahli Muda", JF, "Ahli Muda", "adminkes", (("", "S.K.M., M.K.M."),),
        0.6,
    ),
    "adminkes_pertama": Role(
        "Administrator Kesehatan Ahli Pertama", JF, "Ahli Pertama", "adminkes", (("", "S.K.M."),),
        0.6
    ),
    # schools
    "kepsek": Role("Kepala {unit}", JF, "Ahli Madya", "kepsek", (("", "S.Pd., M.Pd."),), 0.5),
    "guru_kelas_muda": Role("Guru Kelas Ahli Muda", JF, "Ahli Muda", "guru", (("", "S.Pd."),),
                            0.75),
    "guru_kelas_pertama": Role(
        "Guru Kelas Ahli Pertama", JF, "Ahli Pertama", "guru",
        (("", "S.Pd."), ("", "S.Pd., Gr."), ("", "S.Pd.SD.")), 0.75,
    ),
    "guru_matematika": Role(
        "Guru Matematika Ahli Muda", JF, "Ahli Muda", "guru", (("", "S.Pd., M.Pd."),), 0.6
    ),
    "guru_bahasa": Role(
        "Guru Bahasa Indonesia Ahli Pertama", JF, "Ahli Pertama", "guru", (("", "S.Pd."),), 0.65
    ),
    "guru_ipa": Role("Guru IPA Ahli Pertama", JF, "Ahli Pertama", "guru", (("", "S.Pd., Gr."),),
                     0.65),
    "guru_ips": Role("Guru IPS Ahli Muda", JF, "Ahli Muda", "guru", (("", "S.Pd."),), 0.55),
    "guru_bk": Role(
        "Guru Bimbingan dan Konseling Ahli Pertama", JF, "Ahli Pertama", "guru_bk",
        (("", "S.Pd., Kons."),), 0.7,
    ),
    "tu_sekolah": Role(
        "Pengadministrasi Perkantoran", PLK, "Kelas 5", "tata_usaha", (("", ""), ("", "A.Md."))
    ),
    # administration
    "analis_sdm_muda": Role(
        "Analis Sumber Daya Manusia Aparatur Ahli Muda", JF, "Ahli Muda", "analis_sdm",
        (("", "S.Psi., M.M."), ("", "S.Sos., M.A.P."), ("", "S.STP., M.Si.")),
    ),
    "analis_sdm_pertama": Role(
        "Analis Sumber Daya Manusia Aparatur Ahli Pertama", JF, "Ahli Pertama", "analis_sdm",
        (("", "S.A.P."), ("", "S.Psi."), ("", "S.H.")),
    ),
    "analis_kebijakan": Role(
        "Analis Kebijakan Ahli Muda", JF, "Ahli Muda", "analis_kebijakan", (("", "S.IP., M.P.P."),)
    ),
    "perencana": Role("Perencana Ahli Muda", JF, "Ahli Muda", "perencana", (("",
                                                                             "S.E., M.Ec.Dev."),)),
    "analis_keuangan": Role(
        "Analis Keuangan Pusat dan Daerah Ahli Pertama", JF, "Ahli Pertama", "keuangan",
        (("", "S.E."), ("", "S.Ak.")), 0.6,
    ),
    "auditor_madya": Role("Auditor Ahli Madya", JF, "Ahli Madya", "auditor", (("",
                                                                               "S.E., M.Ak."),)),
    "auditor_muda": Role("Auditor Ahli Muda", JF, "Ahli Muda", "auditor", (("", "S.E., Ak."),)),
    "auditor_pertama": Role("Auditor Ahli Pertama", JF, "Ahli Pertama", "auditor", (("",
                                                                                     "S.Ak."),)),
    "arsiparis": Role(
        "Arsiparis Terampil", JF, "Terampil", "arsiparis", (("", "A.Md."), ("", "A.Md.Ak."))
    ),
    "prakom_muda": Role(
        "Pranata Komputer Ahli Muda", JF, "Ahli Muda", "pranata_komputer", (("",
                                                                             "S.Kom., M.Kom."),),
        0.3,
    ),
    "prakom_pertama": Role(
        "Pranata Komputer Ahli Pertama", JF, "Ahli Pertama", "pranata_komputer", (("", "S.Kom."),),
        0.3
    ),
    "humas_muda": Role(
        "Pranata Hubungan Masyarakat Ahli Muda", JF, "Ahli Muda", "humas", (("",
                                                                             "S.I.Kom., M.I.Kom."),)
    ),
    "humas_pertama": Role(
        "Pranata Hubungan Masyarakat Ahli Pertama", JF, "Ahli Pertama", "humas", (("", "S.I.Kom."),)
    ),
    "adminduk_muda": Role(
        "Administrator Database Kependudukan Ahli Muda", JF, "Ahli Muda", "adminduk",
        (("", "S.Kom."), ("", "S.IP.")),
    ),
    "adminduk_pertama": Role(
        "Administrator Database Kependudukan Ahli Pertama", JF, "Ahli Pertama", "adminduk",
        (("", "S.Kom."), ("", "S.Stat.")),
    ),
    "operator_siak": Role(
        "Operator Sistem Informasi Administrasi Kependudukan Terampil", JF, "Terampil",
        "operator_siak", (("", "A.Md.Kom."), ("", "A.Md.")),
    ),
    "pekerja_sosial": Role(
        "Pekerja Sosial Ahli Muda", JF, "Ahli Muda", "pekerja_sosial", (("", "S.Tr.Sos."),)
    ),
    "penyuluh_sosial": Role(
        "Penyuluh Sosial Ahli Pertama", JF, "Ahli Pertama", "pekerja_sosial", (("", "S.Sos."),)
    ),
    "pengendali_lingkungan": Role(
        "Pengendali Dampak Lingkungan Ahli Pertama", JF, "Ahli Pertama", "lingkungan",
        (("", "S.T."), ("", "S.Si.")),
    ),
    "penelaah": Role("Penelaah Teknis Kebijakan", PLK, "Kelas 7", "penelaah"),
    "penata_layanan": Role("Penata Layanan Operasional", PLK, "Kelas 7", "petugas_layanan"),
    "pengolah_data": Role(
        "Pengolah Data dan Informasi", PLK, "Kelas 6", "pengolah_data", (("", "A.Md."), ("",
                                                                                         "A.Md.Kom."))
    ),
    "pengadministrasi": Role("Pengadministrasi Perkantoran", PLK, "Kelas 5", "tata_usaha", NONE),
    "operator_lapangan": Role(
        "Operator Layanan Operasional", PLK, "Kelas 5", "operator_lapangan", (("", ""),), 0.1
    ),
}  # fmt: skip
