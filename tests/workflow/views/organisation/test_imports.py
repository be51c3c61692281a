"""HR's files: brought, looked at row by row, applied once, undone."""

from __future__ import annotations

import functools
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cycles.enums import ImportState, JobKind
from cycles.models import ImportRun, Job, Person, User
from cycles.services import imports
from tests.builders import town
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS, but
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.bringing import (
    act,
    applied,
    book,
    bring,
    checked,
    page_of,
    work,
)
from tests.workflow.views.organisation.records import MARCH, at, get, post, queries_of, words
from workflow.queries import import_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def place(db):
    found = town(opened=None)
    User.objects.update(language="en")
    return found


@pytest.fixture
def hr(place, client):
    return log_in(client, place.hr)


# --- bringing a file ---------------------------------------------------------------------------


def test_a_file_is_checked_by_a_job_and_its_page_tells_what_it_would_do(hr, place):
    answer = bring(hr, place, is_complete="on")
    job = Job.objects.get()
    assert answer.url == f"/pekerjaan/{job.public_id}/"
    run = ImportRun.objects.get()
    assert (run.agency, run.author.person, run.as_of, run.is_complete, run.name) == (
        place.agency, place.hr, date(2026, 3, 1), True, "pegawai.xlsx",
    )  # fmt: skip
    work()
    there = get(hr, f"/pekerjaan/{job.public_id}/")
    assert there.url == at(place, "org_import", run.public_id)
    page = page_of(hr, place, run)
    people = next(line for line in page.context["table"] if line["kind"] == "person")
    assert [cell["number"] for cell in people["cells"]][1] == len(PEOPLE)
    assert not Person.objects.filter(name="Ruth Bria").exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("pegawai.xlsx", b"", "This file is empty."),
        ("pegawai.xlsx", b"\x89PNG\r\n\x1a\n not a spreadsheet", "neither an XLSX nor a CSV"),
        ("pegawai.pdf", b"%PDF-1.7 also not", "neither an XLSX nor a CSV"),
    ],
)
def test_what_is_no_spreadsheet_is_told_beside_the_field(hr, place, name, content, sentence):
    page = bring(hr, place, SimpleUploadedFile(name, content))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"file"}
    assert sentence in words(page)
    assert not ImportRun.objects.exists()
    assert not Job.objects.exists()


def test_no_file_and_no_day_are_told_beside_their_fields(hr, place):
    page = post(hr, at(place, "org_imports"), as_of="kemarin")
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"file", "as_of"}
    page = post(hr, at(place, "org_imports"), file=book(), as_of="1026-03-01")
    assert set(page.context["form"].errors) == {"as_of"}


def test_a_file_beyond_the_limit_is_refused_without_being_kept(hr, place, monkeypatch):
    monkeypatch.setattr("workflow.views.uploads.MEGABYTE", 20)
    page = bring(hr, place, SimpleUploadedFile("pegawai.xlsx", b"x" * 1200))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"file"}
    assert "at most 50 MB" in words(page)
    hopeless = bring(hr, place, SimpleUploadedFile("pegawai.xlsx", b"x" * 4096))
    assert hopeless.status_code == 413
    assert "at most 50 MB" in words(hopeless)
    assert not ImportRun.objects.exists()


def test_a_file_with_other_columns_says_so_on_its_page_and_cannot_be_applied(hr, place):
    run = checked(hr, place, daftar=[{"warna": "biru", "rasa": "manis"}])
    page = page_of(hr, place, run)
    assert "What is wrong with the file as a whole" in words(page)
    assert run.problems[0] in page.content.decode().replace("&quot;", '"')
    answer = act(hr, place, run, "terapkan")
    assert answer.status_code == 409
    assert not Job.objects.filter(kind=JobKind.IMPORT_APPLY).exists()


def test_a_file_that_cannot_be_read_says_why_and_can_be_discarded(hr, place):
    latin = "nama;nip;id_pegawai\nJosé;;P1".encode("latin-1")
    bring(hr, place, SimpleUploadedFile("pegawai.csv", latin))
    assert work().state == "done"
    run = ImportRun.objects.get()
    assert run.state == ImportState.FAILED
    page = page_of(hr, place, run)
    assert "CSV UTF-8" in words(page)
    assert act(hr, place, run, "terapkan").status_code == 409
    assert act(hr, place, run, "buang").url == at(place, "org_imports")


def test_a_file_whose_check_was_never_asked_for_offers_it(hr, place):
    bring(hr, place)
    Job.objects.all().delete()
    run = ImportRun.objects.get()
    page = page_of(hr, place, run)
    assert "This file has not been checked yet." in words(page)
    assert act(hr, place, run, "terapkan").status_code == 409
    assert act(hr, place, run, "periksa").url == f"/pekerjaan/{Job.objects.get().public_id}/"
    work()
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED


def test_a_second_file_waits_until_the_first_is_checked(hr, place):
    bring(hr, place)
    page = bring(hr, place, book("kedua.xlsx"))
    assert page.status_code == 409
    assert "Another file of yours is being worked on" in words(page)
    assert ImportRun.objects.count() == 1
    work()
    assert bring(hr, place, book("kedua.xlsx")).status_code == 302


def test_a_form_from_another_site_is_refused(place):
    strict = Client(enforce_csrf_checks=True)
    log_in(strict, place.hr)
    assert bring(strict, place).status_code == 403
    assert not ImportRun.objects.exists()


# --- the dry run -------------------------------------------------------------------------------


def test_faulty_rows_come_first_with_column_and_sentence_and_bar_applying(hr, place):
    people = but(but(PEOPLE, "P5", kode_jabatan="X-9"), "P4", email="surel")
    run = checked(hr, place, unit=UNITS, jabatan=POSTS, pegawai=people)
    page = page_of(hr, place, run)
    listed = page.context["listed"].rows
    assert [(row.label, row.problems[0][0]) for row in listed] == [
        ("Siti Aminah, A.Md.Keb.", "email"), ("Ruth Bria", "kode_jabatan"),
    ]  # fmt: skip
    assert "X-9" in words(page)
    assert "2 rows have to be mended first" in words(page)
    assert 'action="' + at(place, "org_import_act", run.public_id, "terapkan") not in words(page)
    assert act(hr, place, run, "terapkan").status_code == 409


def test_what_a_row_changes_is_shown_old_and_new_in_the_words_of_a_file_without_numbers(hr, place):
    applied(hr, place)
    run = checked(
        hr, place, jabatan=but(POSTS, "D1.1-4", nama_jabatan="Perawat Mahir"),
        pegawai=but(PEOPLE, "P3", nama="Maria Da Silva, M.Kes.", nip="198203152009012999"),
    )  # fmt: skip
    page = page_of(hr, place, run, jenis="person", hasil="changed")
    (row,) = page.context["listed"].rows
    shown = {change.column: (change.old, change.new) for change in row.changes}
    assert shown["nama"] == ("Maria Da Silva", "Maria Da Silva, M.Kes.")
    assert "198203152009012" not in words(page)
    added = page_of(hr, place, applied(hr, place, unit=[
        {"kode_unit": "D1.2", "nama_unit": "Puskesmas Penfui", "kode_induk": "D1",
         "hari_kerja": "6"}]), jenis="unit", hasil="added")  # fmt: skip
    (row,) = added.context["listed"].rows
    assert ("hari_kerja", "6") in [(change.column, change.new) for change in row.changes]


def test_no_number_of_a_person_stands_on_any_page(hr, place):
    run = checked(hr, place)
    for outcome in ("added", "same", "faulty"):
        page = page_of(hr, place, run, jenis="person", hasil=outcome)
        assert "1970031219950" not in words(page)


def test_who_is_missing_from_a_complete_file_is_told_to_leave(hr, place):
    applied(hr, place)
    bring(hr, place, book(pegawai=PEOPLE[:-1]), is_complete="on", as_of="2026-04-01")
    work()
    run = ImportRun.objects.latest("pk")
    page = page_of(hr, place, run, jenis="person", hasil="closed")
    rows = {row.label: row.number for row in page.context["listed"].rows}
    assert rows["Ruth Bria"] is None
    assert "not in the file" in words(page)
    assert import_rows.NOT_IN_FILE == imports.MISSING


def test_a_filter_that_is_none_shows_what_matters_most(hr, place):
    run = checked(hr, place)
    page = page_of(hr, place, run, jenis="\x00", hasil="lain", setelah="bukan-angka")
    assert page.status_code == 200
    assert page.context["listed"].rows
    assert page_of(hr, place, run, jenis="person", hasil="added", setelah="999").status_code == 200


def test_rows_come_by_pages_in_the_order_of_the_file(hr, place, monkeypatch):
    small = functools.partial(import_rows.rows_of, size=2)
    monkeypatch.setattr(import_rows, "rows_of", small)
    run = checked(hr, place)
    first = page_of(hr, place, run, jenis="person", hasil="added")
    names = [row.label for row in first.context["listed"].rows]
    second = hr.get(first.context["next_url"])
    third = hr.get(second.context["next_url"])
    for page in (second, third):
        names += [row.label for row in page.context["listed"].rows]
    assert names == [row["nama"] for row in PEOPLE]
    back = hr.get(third.context["previous_url"])
    assert [row.label for row in back.context["listed"].rows] == names[2:4]


def test_the_pages_ask_the_database_as_often_for_three_rows_as_for_one(hr, place):
    one = checked(hr, place, unit=UNITS[:1])
    few = queries_of(hr, at(place, "org_import", one.public_id))
    few_files = queries_of(hr, at(place, "org_imports"))
    three = checked(hr, place, unit=UNITS)
    checked(hr, place, unit=UNITS[:2])
    assert queries_of(hr, at(place, "org_import", three.public_id)) == few
    assert queries_of(hr, at(place, "org_imports")) == few_files
    assert few <= 12


# --- acts --------------------------------------------------------------------------------------


def test_applying_names_its_numbers_brings_people_in_and_says_what_comes_next(hr, place):
    run = checked(hr, place)
    asked = words(page_of(hr, place, run))
    assert f"<strong>{len(UNITS) + len(POSTS) + len(PEOPLE)}</strong> rows change" in asked
    assert f"People: {len(PEOPLE)} added" in asked
    answer = act(hr, place, run, "terapkan")
    job = Job.objects.get(kind=JobKind.IMPORT_APPLY)
    assert answer.url == f"/pekerjaan/{job.public_id}/"
    work()
    assert Person.objects.filter(agency=place.agency, name="Ruth Bria").exists()
    page = page_of(hr, place, run)
    assert "What was done" in words(page)
    # Five of the file with an address; the town's own people have used no account either.
    assert re.search(r"Invite \d+ people who have not been invited yet", words(page))
    assert at(place, "org_invitations") in words(page)
    assert reverse("hr_rehearsal", args=[place.cycle.public_id]) in words(page)


def test_a_double_click_applies_once(hr, place):
    run = checked(hr, place)
    first, second = act(hr, place, run, "terapkan"), act(hr, place, run, "terapkan")
    assert first.url == second.url
    assert Job.objects.filter(kind=JobKind.IMPORT_APPLY).count() == 1
    work()
    late = act(hr, place, run, "terapkan")
    assert late.url == at(place, "org_import", run.public_id)
    assert "This import was applied already." in words(hr.get(late.url))
    assert Job.objects.filter(kind=JobKind.IMPORT_APPLY).count() == 1
    assert Person.objects.filter(name="Ruth Bria").count() == 1


def test_the_same_file_a_second_time_has_nothing_to_apply(hr, place):
    applied(hr, place)
    run = checked(hr, place)
    page = page_of(hr, place, run)
    assert "Nothing in it differs from the records." in words(page)
    assert act(hr, place, run, "terapkan").status_code == 409


def test_what_changed_since_the_dry_run_is_told_and_checked_again(hr, place):
    run = checked(hr, place)
    applied(hr, place, unit=UNITS)
    act(hr, place, run, "terapkan")
    failed = work()
    assert failed.state == "failed"
    page = page_of(hr, place, run)
    assert failed.problem in words(page).replace("&#x27;", "'")
    assert act(hr, place, run, "periksa").status_code == 302
    work()
    run.refresh_from_db()
    assert run.counts["unit"] == {"same": len(UNITS)}
    act(hr, place, run, "terapkan")
    assert work().state == "done"


def test_an_import_is_undone_and_not_twice(hr, place):
    run = applied(hr, place)
    assert "Undo this import" in words(page_of(hr, place, run))
    assert act(hr, place, run, "batalkan").status_code == 302
    work()
    run.refresh_from_db()
    assert run.state == ImportState.UNDONE
    assert not Person.objects.filter(name="Ruth Bria").exists()
    again = act(hr, place, run, "batalkan")
    assert again.url == at(place, "org_import", run.public_id)
    assert Job.objects.filter(kind=JobKind.IMPORT_UNDO).count() == 1


def test_what_was_built_on_an_import_keeps_it_from_being_undone_with_the_reason(hr, place):
    run = applied(hr, place)
    user = User.objects.get(person__name="Ruth Bria")
    user.set_password("milik-sendiri")
    user.save()
    reason = imports.why_not_undone(run)
    assert reason
    page = page_of(hr, place, run)
    assert page.context["why_not_undone"]
    assert at(place, "org_import_act", run.public_id, "batalkan") not in words(page)
    assert act(hr, place, run, "batalkan").status_code == 409
    assert not Job.objects.filter(kind=JobKind.IMPORT_UNDO).exists()


def test_an_invitation_that_was_asked_for_keeps_the_account_it_goes_to(hr, place):
    run = applied(hr, place)
    User.objects.filter(person__name="Ruth Bria").update(invitation_asked_at=MARCH)
    assert page_of(hr, place, run).context["why_not_undone"]
    assert act(hr, place, run, "batalkan").status_code == 409


def test_a_file_is_discarded_with_its_rows_but_never_one_that_was_applied(hr, place):
    run = checked(hr, place)
    answer = act(hr, place, run, "buang")
    assert answer.url == at(place, "org_imports")
    run.refresh_from_db()
    assert (run.state, run.rows.count()) == (ImportState.DISCARDED, 0)
    assert "This file was discarded" in words(page_of(hr, place, run))
    assert act(hr, place, run, "terapkan").status_code == 409
    done = applied(hr, place)
    assert act(hr, place, done, "buang").status_code == 409
    assert done.rows.exists()


def test_an_act_that_does_not_exist_is_not_found_and_none_is_done_by_looking(hr, place):
    run = checked(hr, place)
    assert act(hr, place, run, "hapus").status_code == 404
    assert get(hr, at(place, "org_import_act", run.public_id, "terapkan")).status_code == 405
