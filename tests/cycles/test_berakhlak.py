"""The seven core values are the official text, word for word."""

import pytest

from cycles.berakhlak import CODES, CORE_VALUES, core_value

OFFICIAL = """
Berorientasi Pelayanan | memahami dan memenuhi kebutuhan masyarakat | ramah, cekatan, solutif, dan dapat diandalkan | melakukan perbaikan tiada henti
Akuntabel | melaksanakan tugas dengan jujur, bertanggung jawab, cermat, disiplin, dan berintegritas tinggi | menggunakan kekayaan dan barang milik negara secara bertanggung jawab, efektif, dan efisien | tidak menyalahgunakan kewenangan jabatan
Kompeten | meningkatkan kompetensi diri untuk menjawab tantangan yang selalu berubah | membantu orang lain belajar | melaksanakan tugas dengan kualitas terbaik
Harmonis | menghargai setiap orang apa pun latar belakangnya | suka menolong orang lain | membangun lingkungan kerja yang kondusif
Loyal | memegang teguh Pancasila, UUD 1945, setia kepada NKRI serta pemerintahan yang sah | menjaga nama baik sesama ASN, pimpinan, instansi, dan negara | menjaga rahasia jabatan dan negara
Adaptif | cepat menyesuaikan diri menghadapi perubahan | terus berinovasi dan mengembangkan kreativitas | bertindak proaktif
Kolaboratif | memberi kesempatan kepada berbagai pihak untuk berkontribusi | terbuka dalam bekerja sama untuk menghasilkan nilai tambah | menggerakkan pemanfaatan berbagai sumber daya untuk tujuan bersama
"""  # noqa: E501 -- a row per value, as in the decree


def test_the_seven_values_stand_in_the_official_order_with_their_three_guides():
    printed = [line.split(" | ") for line in OFFICIAL.strip().splitlines()]
    assert [[value.name, *value.guides] for value in CORE_VALUES] == printed


def test_each_value_is_found_by_its_code():
    assert [core_value(code) for code in CODES] == list(CORE_VALUES)
    assert len(set(CODES)) == 7
    assert core_value("loyal").name == "Loyal"
    with pytest.raises(KeyError):
        core_value("jujur")
