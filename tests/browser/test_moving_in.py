"""An agency moves in: a file is checked and applied, the opening rehearsed, the cycle opened.

Walked by HR with the keyboard alone and without JavaScript; every page on the way whole for axe.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from cycles.models import Job, Person, Post, Unit
from cycles.services.imports import present_xlsx
from tests.browser.test_pages import look_at
from tests.builders import JANUARY, town
from tests.cycles.services.imports.files import table
from workflow.models import Case
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def worked_off(kind: str) -> None:
    job = work_off(Job.objects.get(kind=kind, state="waiting").pk)
    assert (job.state, job.problem) == ("done", "")


@pytest.mark.parametrize("by", ["keyboard", "no-js"])
def test_from_the_file_to_the_opened_cycle(by, visitor, time_is, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_is(JANUARY)
    place = town(opened=None)
    for record in (*Unit.objects.all(), *Post.objects.all()):
        record.code = f"K{record.pk}"
        record.save(update_fields=["code"])
    desk = Post.objects.create(agency=place.agency, unit=place.section, code="K-baru",
                               title="Perawat Ahli Pertama", kind="fungsional",
                               superior=place.posts["rater"])  # fmt: skip
    content = table([
        {"id_pegawai": "P-77", "nama": "Yuliana Bere", "jenis_pegawai": "PPPK",
         "kode_jabatan": desk.code, "email": "yuliana@kota.example"},
    ])  # fmt: skip
    assert present_xlsx(place.agency, JANUARY.date()).startswith(b"PK")

    hr = visitor("sdm", by=by)
    hr.open(reverse("org_imports", args=[place.agency.public_id]))
    hr.page.set_input_files(
        "main input[type=file]",
        files=[{"name": "pegawai.csv", "mimeType": "text/csv", "buffer": content}],
    )
    hr.press(hr.page.locator("main form:has(input[type=file]) button[type=submit]"))
    worked_off("import_check")
    run = place.agency.imports.get()
    hr.open(reverse("org_import", args=[place.agency.public_id, run.public_id]))
    assert "Yuliana Bere" in hr.page.locator("main").inner_text()
    assert not Person.objects.filter(name="Yuliana Bere").exists(), "a dry run changes nothing"
    hr.unfold_form("/terapkan/")
    hr.press(hr.page.locator("main form[action$='/terapkan/'] button[type=submit]"))
    worked_off("import_apply")
    assert Person.objects.get(name="Yuliana Bere").postings.get().post == desk

    cycle = place.cycle.public_id
    hr.open(reverse("hr_rehearsal", args=[cycle]))
    hr.press(hr.page.locator("main form button[type=submit]").first)
    worked_off("rehearsal")
    hr.open(reverse("hr_rehearsal", args=[cycle]))
    hr.open(reverse("hr_opening", args=[cycle]))
    if hr.page.locator("main form[data-keep] textarea").count():
        hr.page.locator("main form[data-keep] textarea").fill("Data dilengkapi menyusul.")
    hr.press(hr.page.locator("main form[data-keep] button[type=submit]"))
    worked_off("opening")
    hr.open(reverse("hr_opening_results", args=[cycle]))
    assert "Yuliana Bere" in hr.page.locator("main").inner_text()
    case = Case.objects.get(person__name="Yuliana Bere")
    assert (case.state, case.rater) == ("planning", place.rater)
    hr.open(reverse("case_due", args=[case.public_id]))


def test_the_pages_of_an_agencys_records_are_whole_on_a_phone(visitor, time_is):
    time_is(JANUARY)
    place = town()
    hr = visitor("sdm", width=360)
    agency = place.agency.public_id
    section, post = place.section.public_id, place.posts["rater"].public_id
    look_at(hr, [
        *(reverse(name, args=[agency]) for name in (
            "org_people", "org_units", "org_posts", "org_actings", "org_acting_new",
            "org_invitations", "org_mails", "org_import_guide", "org_holidays", "org_pauses",
            "template_list")),
        reverse("org_person", args=[agency, place.employee.public_id]),
        reverse("org_unit", args=[agency, section]), reverse("org_post", args=[agency, post]),
        reverse("cycle_change", args=[place.cycle.public_id]),
        reverse("stage_dates", args=[place.cycle.public_id]),
    ])  # fmt: skip
