"""What is wrong with a file: each fault at its row and column, with a sentence that mends it."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cycles import clock
from cycles.enums import ImportState, Role
from cycles.exceptions import Incomplete, NotAllowed
from cycles.models import ImportRun, Person, Posting, RoleGrant, User
from cycles.services import imports
from tests.cycles.services.imports.files import (
    PEOPLE,
    POSTS,
    UNITS,
    but,
    faults,
    outcomes,
    row,
    table,
    without,
    workbook,
)


def the_fault(run, kind, number, column):
    """The sentence of the only fault of a run."""
    found = faults(run)
    assert [fault[:3] for fault in found] == [(kind, number, column)]
    return found[0][3]


# --- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("nip", "1991050220150329", "18 digits; these are 16"),
        ("nip", "199113022015032904", "no birth date"),
        ("nip", 199105022015032904, "Format the column as text"),
        ("nama", "", "Write the name"),
        ("nama", "x" * 201, "201 characters, at most 200"),
        ("jenis_pegawai", "Honorer", "PNS, PPPK, Pejabat Negara"),
        ("golongan", "V/x", "is no rank here"),
        ("email", "siti@", "no e-mail address"),
        ("kode_jabatan", "D9-9", "No post has the code “D9-9”"),
        ("tmt_jabatan", "31 Februari 2026", "is no date"),
        ("tmt_jabatan", "2206-01-01", "cannot be meant: 2206"),
        ("tanggal_berhenti", "besok", "is no date"),
        ("status", "cuti", "aktif, baru, kembali, berhenti"),
        ("id_pegawai", "x" * 65, "65 characters, at most 64"),
    ],
)
def test_a_cell_of_the_sheet_of_people_that_cannot_be_read(office, column, cell, said):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=but(PEOPLE, "P4", **{column: cell}))
    sentence = the_fault(run, "person", 5, column)
    assert said in sentence


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("kode_jabatan", "", "Write the post's code"),
        ("kode_unit", "D9", "No unit has the code “D9”"),
        ("jenis_jabatan", "Eselon VI", "Write one of"),
        ("jenjang", "Ahli Sekali", "Ahli Utama"),
        ("kepala_unit", "mungkin", "ya, tidak"),
        ("kode_jabatan_atasan", "D9-9", "No post has the code “D9-9”"),
        ("kode_jabatan_atasan", "D1.1-4", "Nobody is their own superior"),
    ],
)
def test_a_cell_of_the_sheet_of_posts_that_cannot_be_read(office, column, cell, said):
    run = office.book(unit=UNITS, jabatan=but(POSTS, "D1.1-4", **{column: cell}))
    assert said in the_fault(run, "post", 7, column)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("kode_unit", "", "Write the unit's code"),
        ("kode_induk", "X", "No unit has the code “X”"),
        ("kode_induk", "D1.1", "does not stand below itself"),
        ("hari_kerja", "7", "5, 6"),
        ("tanggal_tutup", "31-02-2026", "is no date"),
    ],
)
def test_a_cell_of_the_sheet_of_units_that_cannot_be_read(office, column, cell, said):
    run = office.book(unit=but(UNITS, "D1.1", **{column: cell}))
    assert said in the_fault(run, "unit", 4, column)


@pytest.mark.parametrize(
    "written", ["2026-07-01", "01-07-2026", "1/7/2026", "1 Juli 2026", date(2026, 7, 1)]
)
def test_dates_are_read_as_people_write_them(office, written):
    cell = written if isinstance(written, str) else written.isoformat()
    office.apply(office.book(unit=UNITS, jabatan=POSTS,
                             pegawai=but(PEOPLE, "P5", tmt_jabatan=cell)))  # fmt: skip
    assert Posting.objects.get(person__name="Ruth Bria").starts_on == date(2026, 7, 1)


# --- rows against each other ---------------------------------------------------------------------


def test_a_code_key_number_or_address_twice_names_the_row_where_it_stood_first(office):
    units = [*UNITS, {"kode_unit": "D1", "nama_unit": "Dinas Kesehatan"}]
    posts = [*POSTS, POSTS[3]]
    people = [
        *PEOPLE,
        {"id_pegawai": "P4", "nama": "Siti Aminah", "jenis_pegawai": "PNS"},
        {"id_pegawai": "P7", "nip": "199105022015032904", "nama": "S. Aminah",
         "jenis_pegawai": "PNS"},
        {"id_pegawai": "P8", "nama": "Lukas Bere", "jenis_pegawai": "PNS",
         "email": "Ruth@Kota.example"},
    ]  # fmt: skip
    run = office.book(unit=units, jabatan=posts, pegawai=people)
    assert [(kind, number, column, re.findall(r"\d+", sentence))
            for kind, number, column, sentence in faults(run)] == [
        ("person", 7, "id_pegawai", ["5"]), ("person", 8, "nip", ["5"]),
        ("person", 9, "email", ["6"]), ("post", 8, "kode_jabatan", ["5"]),
        ("unit", 5, "kode_unit", ["3"]),
    ]  # fmt: skip


def test_two_people_in_one_seat_and_two_heads_of_one_unit(office):
    run = office.book(
        unit=UNITS,
        jabatan=but(POSTS, "D1.1-2", kepala_unit="ya"),
        pegawai=but(PEOPLE, "P5", kode_jabatan="D1.1-2"),
    )
    assert [fault[:3] for fault in faults(run)] == [
        ("person", 6, "kode_jabatan"), ("post", 5, "kepala_unit"),
    ]  # fmt: skip
    assert "Row 5 names this seat too" in faults(run)[0][3]
    assert "Row 4 heads this unit already" in faults(run)[1][3]


def test_units_in_a_circle_are_each_told_of_it(office):
    units = but(UNITS, "D1", kode_induk="D1.1")
    run = office.book(unit=units)
    found = faults(run)
    assert [fault[:3] for fault in found] == [
        ("unit", 3, "kode_induk"), ("unit", 4, "kode_induk"),
    ]  # fmt: skip
    assert "D1 → D1.1 → D1" in found[0][3]


def test_superiors_in_a_circle_are_found_also_through_the_tree(office):
    # The head of the clinic below one of its own nurses, whom the tree places below the head.
    run = office.book(unit=UNITS, jabatan=but(POSTS, "D1.1-1", kode_jabatan_atasan="D1.1-4"))
    assert "circle" in the_fault(run, "post", 4, "kode_jabatan_atasan")
    both = but(but(POSTS, "D1.1-3", kode_jabatan_atasan="D1.1-4"), "D1.1-4",
               kode_jabatan_atasan="D1.1-3")  # fmt: skip
    assert [fault[1] for fault in faults(office.book(unit=UNITS, jabatan=both))] == [6, 7]


def test_what_is_new_needs_what_makes_it_up(office):
    run = office.book(
        unit=[*UNITS, {"kode_unit": "D2"}],
        jabatan=[*POSTS, {"kode_jabatan": "D2-1"}],
        pegawai=[*PEOPLE, {"id_pegawai": "P9", "nama": "Lukas Bere"}],
    )
    assert [(fault[0], fault[2]) for fault in faults(run)] == [
        ("person", "jenis_pegawai"), ("post", "nama_jabatan"), ("post", "kode_unit"),
        ("unit", "nama_unit"),
    ]  # fmt: skip


# --- rows against the records --------------------------------------------------------------------


def test_a_seat_that_somebody_keeps_is_not_given_away(office):
    office.settle()
    new = {"id_pegawai": "P6", "nama": "Lukas Bere", "jenis_pegawai": "PNS",
           "kode_jabatan": "D1.1-2"}  # fmt: skip
    alone = office.book(pegawai=[new], as_of=date(2026, 6, 1))
    assert "Siti Aminah, A.Md.Keb. holds this seat then" in the_fault(
        alone, "person", 2, "kode_jabatan"
    )
    # When the holder goes elsewhere in the same file, wherever her row stands, it is free.
    both = office.book(pegawai=[new, {**PEOPLE[3], "kode_jabatan": "D1.1-4"}],
                       as_of=date(2026, 6, 1))  # fmt: skip
    assert faults(both) == []
    too_early = office.book(
        pegawai=[{**new, "tmt_jabatan": "2026-05-01"}, {**PEOPLE[3], "kode_jabatan": "D1.1-4"}],
        as_of=date(2026, 6, 1),
    )
    assert [fault[:3] for fault in faults(too_early)] == [("person", 2, "kode_jabatan")]


def test_nobody_moves_to_a_day_before_the_posting_they_hold(office):
    office.settle()
    run = office.book(pegawai=but(PEOPLE, "P5", kode_jabatan="D1.1-4", tmt_jabatan="2026-02-01"))
    assert "began on 2026-03-01" in the_fault(run, "person", 6, "tmt_jabatan")


def test_a_first_day_before_the_last_holder_left_is_refused(office):
    office.settle()
    office.apply(office.book(pegawai=but(PEOPLE, "P4", kode_jabatan="D1.1-4"),
                             as_of=date(2026, 6, 1)))  # fmt: skip
    new = {"id_pegawai": "P6", "nama": "Lukas Bere", "jenis_pegawai": "PNS",
           "kode_jabatan": "D1.1-2", "tmt_jabatan": "2026-05-15"}  # fmt: skip
    run = office.book(pegawai=[new], as_of=date(2026, 7, 1))
    assert "holds this seat then" in the_fault(run, "person", 2, "kode_jabatan")


def test_who_holds_several_posts_is_left_to_hr(office):
    office.settle()
    ruth = Person.objects.get(name="Ruth Bria")
    vacant = office.agency.post_set.get(code="D1.1-4")
    Posting.objects.create(
        agency=office.agency, person=ruth, post=vacant, starts_on=date(2026, 3, 2)
    )
    assert office.book(pegawai=PEOPLE, as_of=date(2026, 6, 1)).counts == {"person": {"same": 5}}
    posts = [*POSTS, {**POSTS[4], "kode_jabatan": "D1.1-5"}]
    run = office.book(jabatan=posts, pegawai=but(PEOPLE, "P5", kode_jabatan="D1.1-5"),
                      as_of=date(2026, 6, 1))  # fmt: skip
    assert "D1.1-3, D1.1-4" in the_fault(run, "person", 6, "kode_jabatan")


def test_a_post_closes_only_without_a_holder_and_a_unit_only_when_it_is_empty(office):
    office.settle()
    unit = office.book(unit=[{**UNITS[1], "tanggal_tutup": "2026-06-30"}])
    assert [fault[:3] for fault in faults(unit)] == [("unit", 2, "tanggal_tutup")] * 2
    assert "Units below it" in faults(unit)[0][3]
    assert "Posts in it" in faults(unit)[1][3]
    post = office.book(jabatan=but(POSTS, "D1.1-3", tanggal_tutup="2026-06-30"))
    assert "Ruth Bria holds this post then" in the_fault(post, "post", 6, "tanggal_tutup")
    mended = office.book(
        jabatan=but(POSTS, "D1.1-3", tanggal_tutup="2026-06-30"),
        pegawai=but(PEOPLE, "P5", tanggal_berhenti="2026-07-01"),
    )
    assert faults(mended) == []
    office.apply(mended)
    later = office.book(pegawai=[{"id_pegawai": "P6", "nama": "Lukas Bere", "jenis_pegawai": "PNS",
                                  "kode_jabatan": "D1.1-3"}], as_of=date(2026, 8, 1))  # fmt: skip
    assert "This post is closed" in the_fault(later, "person", 2, "kode_jabatan")


def test_a_second_head_beside_one_that_the_file_does_not_name(office):
    office.settle()
    run = office.book(jabatan=[{**POSTS[3], "kepala_unit": "ya"}])
    assert "Another seat heads this unit" in the_fault(run, "post", 2, "kepala_unit")


# --- who is it? ----------------------------------------------------------------------------------


def test_a_number_under_another_name_recognises_nobody(office):
    office.settle()
    run = office.book(pegawai=[{"nip": "199105022015032904", "nama": "Yosef Tamonob",
                                "jenis_pegawai": "PNS"}])  # fmt: skip
    assert "belongs to Siti Aminah" in the_fault(run, "person", 2, "nama")
    titled = office.book(pegawai=[{"nip": "199105022015032904", "nama": "SITI AMINAH, S.Keb."}])
    assert outcomes(titled, "person") == {"": "changed"}


def test_a_key_under_another_name_and_number_recognises_nobody(office):
    office.settle()
    run = office.book(pegawai=[{"id_pegawai": "P4", "nip": "199001012015031905",
                                "nama": "Yosef Tamonob"}])  # fmt: skip
    assert "This key belongs to Siti Aminah" in the_fault(run, "person", 2, "id_pegawai")


def test_a_number_of_somebody_else_under_ones_own_key_is_faulty(office):
    office.settle()
    run = office.book(pegawai=but(PEOPLE, "P4", nip="198203152009012903")[3:4])
    assert "Another person of this agency" in the_fault(run, "person", 2, "nip")
    other = office.book(pegawai=[{**PEOPLE[3], "id_pegawai": "P99"}])
    assert "who has another key" in the_fault(other, "person", 2, "id_pegawai")


def test_a_namesake_under_a_new_number_may_be_the_same_person_and_is_asked_about(office):
    office.apply(office.book(unit=UNITS, jabatan=POSTS, pegawai=without(PEOPLE[1:], "id_pegawai")))
    renewed = {"nip": "199206172026212911", "nama": "Ruth Bria", "jenis_pegawai": "PPPK"}
    run = office.book(pegawai=[renewed])
    assert "known here under another number" in the_fault(run, "person", 2, "nip")
    said_new = office.book(pegawai=[{**renewed, "status": "baru"}])
    assert said_new.counts == {"person": {"added": 1}}
    said_old = office.book(pegawai=[{**renewed, "nip_lama": "199206172023212905"}])
    assert said_old.counts == {"person": {"changed": 1}}
    # Born on another day she is somebody else; with a row of her own too.
    born_later = office.book(pegawai=[{**renewed, "nip": "199306172026212911"}])
    assert born_later.counts == {"person": {"added": 1}}
    beside = office.book(pegawai=[renewed, {"nip": "199206172023212905", "nama": "Ruth Bria"}])
    assert beside.counts == {"person": {"added": 1, "same": 1}}


def test_a_row_without_key_and_number_recognises_nobody(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=but(PEOPLE, "P1", id_pegawai=""))
    assert "by one of them people are recognised" in the_fault(run, "person", 2, "id_pegawai")


def test_who_is_not_known_is_not_added_as_somebody_who_left(office):
    run = office.book(unit=UNITS, jabatan=POSTS,
                      pegawai=but(PEOPLE, "P5", status="berhenti"))  # fmt: skip
    assert "who has left is not added" in the_fault(run, "person", 6, "tanggal_berhenti")


# --- accounts ------------------------------------------------------------------------------------


def test_an_address_of_somebody_else_of_the_agency_is_refused(office, neighbour):
    office.settle()
    run = office.book(pegawai=but(PEOPLE, "P5", email="siti@kota.example")[4:])
    assert "Somebody else of this agency" in the_fault(run, "person", 2, "email")
    elsewhere = neighbour.book(
        unit=UNITS, jabatan=POSTS, pegawai=but(PEOPLE, "P5", email="siti.lain@kota.example")
    )
    assert faults(elsewhere) == []


def test_an_account_with_a_task_keeps_its_address_and_leaves_by_an_act_of_its_own(office):
    office.settle()
    RoleGrant.objects.create(
        user=User.objects.get(username="maria.da.silva"), role=Role.HR, agency=office.agency
    )
    run = office.book(pegawai=but(PEOPLE, "P3", email="maria.baru@kota.example"))
    assert "an administrator changes its address" in the_fault(run, "person", 4, "email")
    left = office.book(pegawai=but(PEOPLE, "P3", status="berhenti"), as_of=date(2026, 6, 1))
    assert "change of staff" in the_fault(left, "person", 4, "tanggal_berhenti")


def test_a_complete_file_that_forgets_who_brings_it_is_faulty(office):
    office.settle()
    office.author.person = Person.objects.get(name="Maria Da Silva")
    User.objects.filter(username="maria.da.silva").delete()
    office.author.save()
    rest = [person for person in PEOPLE if person["id_pegawai"] != "P3"]
    run = office.book(pegawai=rest, as_of=date(2026, 6, 1), is_complete=True)
    assert [fault[:2] for fault in faults(run)] == [("person", imports.MISSING)]
    assert "You are missing" in faults(run)[0][3]


# --- the file as a whole -------------------------------------------------------------------------


def receive(office, content, name, **said):
    return imports.receive(
        office.agency, SimpleUploadedFile(name, content), author=office.author,
        as_of=date(2026, 3, 1), is_complete=False, now=clock.now(), **said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "empty"),
        (b"%PDF-1.7 ...", "a.pdf", "neither an XLSX nor a CSV"),
        (b"%PDF-1.7 ...", "a.xlsx", "neither an XLSX nor a CSV"),
        (b"PK\x03\x04 no workbook", "a.csv", "neither an XLSX nor a CSV"),
        (b"kode_unit;\x00", "a.csv", "neither an XLSX nor a CSV"),
    ],
)
def test_what_is_no_table_is_not_taken_in(office, content, name, said):
    with pytest.raises(Incomplete) as refused:
        receive(office, content, name)
    assert [problem.path for problem in refused.value.problems] == ["file"]
    assert said in refused.value.reason
    assert not ImportRun.objects.exists()


def test_only_an_administrator_brings_agencies(office):
    with pytest.raises(NotAllowed):
        imports.receive(
            None, SimpleUploadedFile("a.csv", b"kode_instansi;nama_instansi"),
            author=office.author, as_of=date(2026, 3, 1), is_complete=False, now=clock.now(),
        )  # fmt: skip


def test_a_damaged_workbook_is_unreadable_with_a_sentence(office):
    good = workbook(unit=UNITS)
    run = office.bring(good[: len(good) // 2] + b"x" * 40 + good[len(good) // 2 + 40 :])
    assert run.state == ImportState.FAILED
    assert "damaged" in run.problems[0]


def test_a_csv_in_another_encoding_is_unreadable_with_a_sentence(office):
    text = "kode_unit;nama_unit\r\nD1;Dinas Kesehatan “Utama”\r\n"
    run = office.bring(text.encode("cp1252"), "unit.csv")
    assert run.state == ImportState.FAILED
    assert "CSV UTF-8" in run.problems[0]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"Lembar1": [{"a": "1", "b": "2"}]}, "none that are known here"),
        ({"unit": UNITS, "gaji": [{"nama": "x", "gaji": "y"}]}, "“gaji” is none of"),
        ({"unit": UNITS, "unit kerja": UNITS}, "mean the same"),
        ({"unit": [{"nama_unit": "Dinas"}]}, "no column “kode_unit”"),
        ({"pegawai": [{"nama": "Siti"}]}, "no column “id_pegawai”"),
        ({"unit": [{"kode_unit": "A", "nama_unit": "B", "Nama Unit Kerja": "C"}]}, "two columns"),
    ],
)
def test_a_file_whose_sheets_or_columns_do_not_fit_bars_applying(office, sheets, said):
    run = office.book(**sheets)
    assert any(said in problem for problem in run.problems), run.problems
    assert "Something is wrong with the file" in imports.why_not_applied(run)


def test_columns_that_are_not_read_are_noted_and_bar_nothing(office):
    run = office.book(unit=[{**unit, "Keterangan": "x"} for unit in UNITS])
    assert run.problems == []
    assert "Keterangan" in run.notes[0]
    assert imports.why_not_applied(run) == ""


def test_titles_above_the_headings_and_empty_rows_do_not_matter(office):
    lines = [("DAFTAR UNIT", ""), ("", ""), ("Kode Unit", "Nama Unit"), ("K", "Kota"), ("", ""),
             ("D", "Dinas")]  # fmt: skip
    book = [{"x": code, "y": name} for code, name in lines]
    run = office.book(unit=book)
    assert list(run.rows.order_by("number").values_list("number", "key")) == [(5, "K"), (7, "D")]


def test_every_row_below_the_headings_is_read(office):
    """The headings are looked for in the first ten rows; the eleventh was lost on the way."""
    units = [{"kode_unit": f"U{n}", "nama_unit": f"Unit {n}"} for n in range(1, 41)]
    assert office.book(unit=units).counts == {"unit": {"added": 40}}
    assert office.bring(table(units), "unit.csv").counts == {"unit": {"added": 40}}


def test_a_complete_file_without_people_is_not_taken_as_nobody_left(office):
    office.settle()
    run = office.book(unit=UNITS, is_complete=True)
    assert "everybody would be gone" in run.problems[0]
    assert run.counts == {"unit": {"same": 3}}


def test_nothing_a_person_wrote_is_taken_for_a_formula_or_hidden(office):
    people = but(PEOPLE, "P4", nama="=HYPERLINK(\u202e'x')\u200b", golongan="V/x")
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=people)
    found = row(run, "person", "P4")
    assert found.label == "=HYPERLINK( 'x')"
