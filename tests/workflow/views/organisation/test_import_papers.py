"""Files that go out of an import, whose files the pages show, the administrator's agencies."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from cycles.enums import ImportState
from cycles.models import ImportRun, Job, LedgerEntry, User
from cycles.sheets import OF_AN_AGENCY
from tests.builders import Town, town
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS, but, workbook
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.bringing import (
    act,
    applied,
    bring,
    checked,
    somebody,
    work,
)
from tests.workflow.views.organisation.records import at, get, post, words

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


# --- templates and columns ---------------------------------------------------------------------


def test_the_template_comes_as_a_workbook_and_each_sheet_as_csv_which_brings_nothing(hr, place):
    answer = get(hr, at(place, "org_import_template"))
    names = CalamineWorkbook.from_filelike(BytesIO(answer.content)).sheet_names
    assert names[:3] == ["unit", "jabatan", "pegawai"]
    for sheet in OF_AN_AGENCY:
        csv = get(hr, at(place, "org_import_template", sheet.kind)).content
        assert csv.decode("utf-8-sig").splitlines()[0] == ";".join(c.name for c in sheet.columns)
        bring(hr, place, SimpleUploadedFile("templat.csv", csv))
        work()
        run = ImportRun.objects.latest("pk")
        assert run.problems == ["There is no row below the headings."]
    for kind in ("agency", "lain"):
        assert get(hr, at(place, "org_import_template", kind)).status_code == 404


def test_the_example_is_a_file_that_can_be_brought_as_it_is(hr, place):
    answer = get(hr, at(place, "org_import_example"))
    bring(hr, place, SimpleUploadedFile("contoh.xlsx", answer.content))
    work()
    run = ImportRun.objects.get()
    assert run.problems == []
    assert {kind: set(of) for kind, of in run.counts.items()} == {
        "unit": {"added"}, "post": {"added"}, "person": {"added"},
    }  # fmt: skip


def test_the_records_as_they_stand_are_handed_out_with_an_entry_and_change_nothing(hr, place):
    applied(hr, place)
    answer = post(hr, at(place, "org_import_present"))
    entry = LedgerEntry.objects.filter(stream=f"agency:{place.agency.pk}").latest("seq")
    assert (entry.action, '"staff_records"' in entry.payload) == ("export", True)
    bring(hr, place, SimpleUploadedFile("kini.xlsx", answer.content))
    work()
    run = ImportRun.objects.latest("pk")
    assert run.counts["unit"] == {"same": len(UNITS)}
    assert run.counts["post"] == {"same": len(POSTS)}
    assert get(hr, at(place, "org_import_present")).status_code == 405


def test_the_faulty_rows_come_as_a_workbook_that_can_be_mended_and_brought_again(hr, place):
    run = checked(hr, place, unit=UNITS, jabatan=POSTS,
                  pegawai=but(PEOPLE, "P5", kode_jabatan="X-9"))  # fmt: skip
    answer = get(hr, at(place, "org_import_faulty", run.public_id))
    assert "attachment" in answer["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_name("pegawai")
    head, mistaken = sheet.to_python()
    assert "Ruth Bria" in mistaken
    assert any("X-9" in str(cell) for cell in mistaken)
    clean = checked(hr, place, unit=UNITS, jabatan=POSTS, pegawai=PEOPLE)
    assert get(hr, at(place, "org_import_faulty", clean.public_id)).status_code == 404


def test_every_column_is_explained_with_an_example(hr, place):
    page = words(get(hr, at(place, "org_import_guide")))
    for sheet in OF_AN_AGENCY:
        for column in sheet.columns:
            assert f"<code>{column.name}</code>" in page
    assert "kode_instansi" not in page


# --- whose files -------------------------------------------------------------------------------


def addresses(place: Town, run: ImportRun) -> list[str]:
    return [
        at(place, "org_imports"), at(place, "org_import_guide"), at(place, "org_import_template"),
        at(place, "org_import_template", "person"), at(place, "org_import_example"),
        at(place, "org_import", run.public_id), at(place, "org_import_faulty", run.public_id),
    ]  # fmt: skip


def test_the_pages_of_an_agency_do_not_exist_for_anybody_but_its_hr(hr, place):
    run = checked(hr, place, unit=UNITS, jabatan=POSTS,
                  pegawai=but(PEOPLE, "P5", kode_jabatan="X-9"))  # fmt: skip
    there = town(code="53.71", prefix="Lain ", name="Kota Kupang", opened=None)
    strangers = [place.employee, place.rater, place.observer, place.admin, there.hr]
    for url in addresses(place, run):
        assert get(hr, url).status_code == 200, url
    for stranger in strangers:
        other = somebody(stranger)
        for url in addresses(place, run):
            assert get(other, url).status_code == 404, (stranger, url)
        assert bring(other, place).status_code == 404
        assert post(other, at(place, "org_import_present")).status_code == 404
        for do in ("periksa", "terapkan", "batalkan", "buang"):
            assert act(other, place, run, do).status_code == 404
    # Not under the address of one's own agency either.
    other = somebody(there.hr)
    for url in addresses(there, run)[5:]:
        assert get(other, url).status_code == 404
    assert act(other, there, run, "buang").status_code == 404
    assert get(Client(), addresses(place, run)[0]).status_code == 302
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED


def test_a_list_shows_only_its_own_agency_s_files(hr, place):
    checked(hr, place)
    there = town(code="53.71", prefix="Lain ", name="Kota Kupang", opened=None)
    other = somebody(there.hr)
    assert get(other, at(there, "org_imports")).context["lines"] == []
    assert len(get(hr, at(place, "org_imports")).context["lines"]) == 1


# --- agencies ----------------------------------------------------------------------------------


AGENCIES = [
    {"kode_instansi": "53.71", "nama_instansi": "Pemerintah Kota Kupang",
     "nama_singkat": "Kota Kupang", "zona_waktu": "WITA"},
]  # fmt: skip


def test_an_administrator_brings_agencies_and_hr_does_not(hr, place):
    admin = somebody(place.admin)
    file = SimpleUploadedFile("instansi.xlsx", workbook(instansi=AGENCIES))
    assert get(hr, "/pengaturan/instansi/impor/").status_code == 404
    assert "/pengaturan/instansi/impor/" in words(get(admin, "/pengaturan/instansi/"))
    answer = post(admin, "/pengaturan/instansi/impor/", file=file)
    job = Job.objects.get()
    assert answer.url == f"/pekerjaan/{job.public_id}/"
    work()
    run = ImportRun.objects.get()
    url = f"/pengaturan/instansi/impor/{run.public_id}/"
    assert get(admin, f"/pekerjaan/{job.public_id}/").url == url
    assert "Kota Kupang" in words(get(admin, url))
    assert get(hr, url).status_code == 404
    assert get(hr, at(place, "org_import", run.public_id)).status_code == 404
    assert post(admin, f"{url}terapkan/").status_code == 302
    work()
    run.refresh_from_db()
    assert run.state == ImportState.APPLIED
    assert type(place.agency).objects.filter(code="53.71", zone="Asia/Makassar").exists()
    for name in ("kolom/", "templat/", "templat/agency/"):
        assert get(admin, f"/pengaturan/instansi/impor/{name}").status_code == 200


def test_nobody_s_account_or_person_is_needed_to_tell_who_brought_a_file(place):
    admin = somebody(place.admin)
    file = SimpleUploadedFile("instansi.xlsx", workbook(instansi=AGENCIES))
    post(admin, "/pengaturan/instansi/impor/", file=file)
    assert "admin" in words(get(admin, "/pengaturan/instansi/impor/"))
    with CaptureQueriesContext(connection) as seen:
        get(admin, "/pengaturan/instansi/impor/")
    assert len(seen) <= 12
