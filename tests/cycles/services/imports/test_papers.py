"""Workbooks that go out: what they hold, and that they come back."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from cycles.models import Agency, User
from cycles.services import imports
from cycles.services.imports.paper import guarded
from cycles.sheets import OF_AN_AGENCY, SHEETS, plain
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS, but, faults


def sheets(content):
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_template_has_every_column_an_example_and_an_explanation_of_each():
    found = sheets(imports.template_xlsx())
    assert list(found) == ["unit", "jabatan", "pegawai", "petunjuk"]
    for sheet in OF_AN_AGENCY:
        assert found[sheet.name][0] == [column.name for column in sheet.columns]
        assert found[sheet.name][1][0] == f"contoh: {sheet.columns[0].example}"
    explained = {(row[0], row[1]): row[2] for row in found["petunjuk"][1:]}
    for sheet in OF_AN_AGENCY:
        for column in sheet.columns:
            assert str(column.what) in explained[sheet.name, column.name]


def test_the_template_brought_as_it_is_brings_nothing(office):
    run = office.bring(imports.template_xlsx())
    assert run.counts == {}
    assert run.problems == ["There is no row below the headings."]


def test_the_administrators_template_holds_agencies():
    assert list(sheets(imports.template_xlsx("agency"))) == ["instansi", "petunjuk"]


def test_faulty_rows_go_out_with_their_reasons_and_come_back_mended(office):
    run = office.book(
        unit=UNITS, jabatan=but(POSTS, "D1.1-4", jenjang="Ahli Sekali"),
        pegawai=but(but(PEOPLE, "P4", golongan="V/x", tmt_jabatan="2026-01-05"), "P5",
                    nama="=1+1", email="ruth"),
    )  # fmt: skip
    found = sheets(imports.faulty_rows_xlsx(run))
    assert list(found) == ["jabatan", "pegawai"]
    siti, ruth = found["pegawai"][1:]
    assert siti[:1] + siti[3:6] == ["P4", "Siti Aminah, A.Md.Keb.", "PNS", "V/x"]
    assert siti[-2] == "5"
    assert siti[-1].startswith("golongan: “V/x” is no rank here.")
    # Never a formula, wherever the cell is copied to.
    assert ruth[3] == "'=1+1"
    for fault in faults(run):
        assert any(fault[3] in str(row[-1]) for rows in found.values() for row in rows)
    # As it went out, with the cells mended, it comes back: nothing is lost on the way.
    content = imports.faulty_rows_xlsx(run)
    again = office.bring(content)
    assert again.rows.get(key="P5").label == "=1+1"
    assert "what to mend" in again.notes[0]


def test_what_spreadsheets_take_for_a_formula_is_guarded():
    assert [guarded(cell) for cell in ("=1", "+1", "-1", "@x", "\tx", "1-2", "")] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "1-2", "",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", SHEETS)
def test_examples_can_be_read_themselves(kind, office):
    """An example in the documentation that would be refused would be a bad one."""
    sheet = SHEETS[kind]
    for column in sheet.columns:
        if column.example and column.choices:
            assert column.shown(column.choices[plain(column.example)]) == column.example
        assert len(column.example) <= column.limit


def test_agencies_are_brought_by_an_administrator(office):
    office.author.role_grants.create(role="admin")
    office.author = User.objects.get(pk=office.author.pk)
    national = type(office)(None, office.author)
    rows = [
        {"kode_instansi": "53.71", "nama_instansi": "Pemerintah Kota Kupang",
         "nama_singkat": "Kupang", "zona_waktu": "WITA"},
        {"kode_instansi": "36.74", "nama_instansi": "Pemerintah Kota Tangerang Selatan",
         "nama_singkat": "Tangsel", "zona_waktu": "WIB"},
    ]  # fmt: skip
    run = national.book(instansi=rows)
    assert run.counts == {"agency": {"changed": 1, "added": 1}}
    assert run.rows.get(key="53.71").changes == {"nama_singkat": ["Kota Kupang", "Kupang"]}
    national.apply(run)
    assert Agency.objects.get(code="36.74").zone == "Asia/Jakarta"
    assert national.book(instansi=rows).counts == {"agency": {"same": 2}}
    national.undo(run)
    assert list(Agency.objects.values_list("code", "short_name")) == [("53.71", "Kota Kupang")]
    wrong = national.book(instansi=but(rows, "36.74", zona_waktu="GMT", nama_singkat="x" * 81))
    assert [fault[2] for fault in faults(wrong)] == ["nama_singkat", "zona_waktu"]
    assert User.objects.count() == 1
