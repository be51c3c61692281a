"""The seven BerAKHLAK values: what leaders expect, and what they say about it at the year's end."""

from __future__ import annotations

from random import Random

# What a leader may expect of anybody, by value.
EXPECTED: dict[str, tuple[str, ...]] = {
    "berorientasi_pelayanan": (
        "Menyapa setiap pemohon, menjelaskan persyaratan dalam bahasa yang mudah dipahami, dan"
        " tidak"
        " membiarkan antrean tanpa kepastian.",
        "Menanggapi pengaduan paling lambat satu hari kerja, walaupun jawabannya baru berupa"
        " perkiraan waktu penyelesaian.",
        "Mendahulukan ibu hamil, warga lanjut usia, dan penyandang disabilitas.",
        "Menghubungi kembali pihak yang dilayani untuk memastikan kebutuhannya terpenuhi.",
        "Mencatat keluhan yang berulang dan mengusulkan satu perbaikan setiap triwulan.",
        "Tetap ramah dan tenang pada saat pelayanan sedang padat.",
        "Memberi kabar lebih dahulu apabila pekerjaan tidak dapat selesai sesuai janji.",
    ),
    "akuntabel": (
        "Melaporkan realisasi apa adanya beserta buktinya, termasuk target yang belum tercapai.",
        "Hadir tepat waktu dan menyelesaikan laporan bulanan sebelum tanggal lima.",
        "Menyimpan bukti dukung di map bersama pada hari yang sama.",
        "Menggunakan kendaraan dan perlengkapan kantor hanya untuk kepentingan dinas.",
        "Menolak pemberian dalam bentuk apa pun dan melaporkannya kepada pengelola gratifikasi.",
        "Menyampaikan kekeliruan sejak awal supaya dapat diperbaiki bersama.",
    ),
    "kompeten": (
        "Mengikuti paling sedikit 20 jam pelajaran pengembangan kompetensi dan menerapkannya.",
        "Membagikan satu praktik baik kepada rekan kerja pada setiap semester.",
        "Menguasai pencatatan elektronik yang dipakai unit kerja sehingga tidak bergantung pada"
        " orang"
        " lain.",
        "Membimbing pegawai baru selama tiga bulan pertama.",
        "Memperbarui pengetahuan tentang ketentuan terbaru di bidang tugasnya.",
        "Mengusulkan pelatihan yang benar-benar diperlukan untuk mencapai target.",
    ),
    "harmonis": (
        "Membantu rekan yang bebannya sedang menumpuk tanpa menunggu diminta.",
        "Menghargai perbedaan latar belakang warga dan rekan kerja.",
        "Menyelesaikan perbedaan pendapat melalui pembicaraan langsung, bukan di grup percakapan.",
        "Menjaga suasana ruang kerja tetap nyaman bagi semua.",
        "Memberi kesempatan rekan berbicara sampai selesai dalam rapat.",
    ),
    "loyal": (
        "Menjaga kerahasiaan data warga dan tidak membagikannya melalui aplikasi percakapan"
        " pribadi.",
        "Menjaga nama baik instansi dalam perilaku dan di media sosial.",
        "Melaksanakan keputusan pimpinan dengan sungguh-sungguh dan menyampaikan keberatan melalui"
        " jalur yang tersedia.",
        "Mengikuti apel dan upacara sesuai jadwal.",
        "Menjaga rahasia jabatan dan tidak memakai jabatan untuk kepentingan pribadi.",
    ),
    "adaptif": (
        "Mengusulkan satu perbaikan cara kerja yang dapat diterapkan tahun ini.",
        "Mempelajari aplikasi baru dalam dua minggu sejak diterapkan.",
        "Menyiapkan rencana cadangan ketika jaringan atau listrik terganggu.",
        "Bertindak sebelum diminta ketika melihat antrean atau berkas menumpuk.",
        "Menyesuaikan jadwal kerja lapangan dengan waktu luang warga.",
        "Bersedia menggantikan tugas rekan yang berhalangan.",
    ),
    "kolaboratif": (
        "Melibatkan kader, RT/RW, dan tokoh masyarakat sejak perencanaan kegiatan.",
        "Berbagi data dengan unit lain tanpa menunggu surat apabila ketentuannya mengizinkan.",
        "Menyampaikan perkembangan pekerjaan pada rapat mingguan dengan singkat dan jelas.",
        "Memberi masukan kepada unit lain paling lambat dua hari kerja setelah diminta.",
        "Menggandeng perguruan tinggi atau dunia usaha untuk satu kegiatan tahun ini.",
        "Mengajak rekan lintas bidang menyelesaikan pengaduan yang melibatkan lebih dari satu"
        " unit.",
    ),
}
# What only one trade is expected to do.
EXPECTED_OF: dict[str, dict[str, str]] = {
    "kesehatan": {
        "berorientasi_pelayanan": "Menjelaskan manfaat dan efek samping imunisasi kepada ibu sampai"
        " benar-benar dipahami.",
        "adaptif": "Menyesuaikan jadwal posyandu bagi ibu yang bekerja.",
        "kolaboratif": "Bekerja bersama kader dan bidan kelurahan untuk menemukan sasaran yang"
        " belum"
        " diimunisasi.",
    },
    "pendidikan": {
        "berorientasi_pelayanan": "Menjawab pertanyaan orang tua pada hari yang sama dan menjaga"
        " martabat anak.",
        "kompeten": "Menerapkan hasil belajar dari komunitas belajar paling sedikit sekali"
        " sebulan.",
        "harmonis": "Menciptakan kelas yang aman dari perundungan bagi setiap murid.",
    },
    "dukcapil": {
        "berorientasi_pelayanan": "Menerbitkan dokumen pada hari yang sama apabila berkas lengkap.",
        "akuntabel": "Tidak menerima titipan berkas dan tidak memungut biaya apa pun.",
        "loyal": "Menjaga kerahasiaan data kependudukan dan hak aksesnya sendiri.",
    },
    "wilayah": {
        "berorientasi_pelayanan": "Menanggapi keluhan warga paling lambat satu hari kerja dan"
        " mengabarkan hasilnya.",
        "harmonis": "Menjaga kerukunan warga dan menengahi perselisihan dengan adil.",
        "kolaboratif": "Menggerakkan RT/RW, PKK, dan karang taruna dalam kerja bakti dan posyandu.",
    },
    "kepegawaian": {
        "akuntabel": "Memproses usul sesuai urutan masuk, tanpa pengecualian.",
        "loyal": "Menjaga kerahasiaan nilai dan berkas keberatan pegawai.",
    },
    "pengawasan": {
        "akuntabel": "Menyatakan benturan kepentingan sebelum penugasan dimulai.",
        "loyal": "Menjaga kerahasiaan kertas kerja dan identitas pelapor.",
    },
    "lingkungan": {
        "adaptif": "Mengatur ulang rute pengangkutan ketika terjadi penumpukan.",
    },
    "sosial": {
        "harmonis": "Menjaga martabat penerima layanan dalam setiap dokumentasi.",
    },
}
SAME = {"kesmas": "kesehatan", "p2p": "kesehatan"}
CODES = tuple(EXPECTED)

# What the rater observed, by value and rating.
OBSERVED: dict[str, dict[str, tuple[str, ...]]] = {
    "above": {
        "berorientasi_pelayanan": (
            "Warga beberapa kali menyebut namanya dalam survei kepuasan sebagai petugas yang"
            " sabar.",
            "Pengaduan yang ditanganinya terjawab pada hari yang sama.",
        ),
        "akuntabel": ("Bukti dukung selalu lengkap sebelum diminta.",),
        "kompeten": ("Menjadi tempat bertanya rekan kerja dan membuat panduan singkat.",),
        "harmonis": ("Menengahi perbedaan pendapat di unit dengan tenang dan adil.",),
        "loyal": ("Menjaga kerahasiaan data dengan ketat dan mengingatkan rekan lain.",),
        "adaptif": ("Mengusulkan cara kerja baru yang kini dipakai seluruh unit.",),
        "kolaboratif": ("Menggerakkan pihak di luar unit sehingga pekerjaan lebih cepat selesai.",),
    },
    "meets": {
        "berorientasi_pelayanan": (
            "Ramah dan tanggap; waktu jawaban pengaduan sesuai standar.",
            "Pelayanan baik; teruskan kebiasaan mengabari pemohon.",
        ),
        "akuntabel": ("Laporan tepat waktu dan sesuai dengan bukti.",),
        "kompeten": ("Jam pelatihan terpenuhi dan mulai diterapkan dalam pekerjaan.",),
        "harmonis": ("Bekerja baik dengan semua rekan.",),
        "loyal": ("Menaati ketentuan dan menjaga nama baik instansi.",),
        "adaptif": ("Dapat menyesuaikan diri dengan aplikasi baru.",),
        "kolaboratif": ("Terbuka bekerja sama; komunikasi dengan unit lain perlu lebih sering.",),
    },
    "below": {
        "berorientasi_pelayanan": (
            "Beberapa pengaduan dibiarkan lebih dari lima hari kerja tanpa kabar.",
            "Keluhan tentang cara berbicara kepada pemohon masih berulang.",
        ),
        "akuntabel": ("Laporan tiga bulan terlambat tanpa pemberitahuan.",),
        "kompeten": ("Belum mengikuti pengembangan kompetensi yang telah disepakati.",),
        "harmonis": (
            "Perselisihan dengan rekan kerja belum diselesaikan walaupun sudah ditengahi.",
        ),
        "loyal": ("Ketidakhadiran tanpa keterangan tercatat beberapa kali.",),
        "adaptif": ("Masih menolak memakai pencatatan elektronik.",),
        "kolaboratif": ("Jarang membagikan perkembangan pekerjaan sehingga rekan menunggu.",),
    },
}


def expectations(group: str, rng: Random) -> dict[str, str]:
    """A leader's special expectation per value; a value or two may stay without one."""
    own = EXPECTED_OF.get(SAME.get(group, group), {})
    silent = set(rng.sample(CODES, rng.randint(0, 3)))
    return {
        code: "" if code in silent
        else own[code] if code in own and rng.random() < 0.6
        else rng.choice(EXPECTED[code])
        for code in CODES
    }  # fmt: skip


def observations(behaviour: str, rng: Random) -> dict[str, str]:
    """The rater's remarks on three or four values that fit the rating."""
    chosen = rng.sample(CODES, rng.randint(3, 4))
    return {code: rng.choice(OBSERVED[behaviour][code]) for code in CODES if code in chosen}
