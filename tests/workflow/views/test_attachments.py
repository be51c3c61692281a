"""Files are private: served through a permission check, never shown or run in the browser."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cycles import clock
from cycles.models import Attachment
from tests.builders import APRIL, CHECKIN, NOVEMBER, RATING, actor, bring_to, town
from tests.workflow.views.writers import PDF, login
from workflow.enums import State
from workflow.services.attachments import add_attachment, remove_attachment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def with_file(state: State, kind: str, who: str = "employee", now: Any = APRIL) -> Any:
    place = town()
    bring_to(place, state)
    file = add_attachment(
        place.case().pk, kind, SimpleUploadedFile("hasil rapat.pdf", PDF),
        actor=actor(getattr(place, who)), now=now,
    )  # fmt: skip
    return place, file


def fetch(place: Any, file: Attachment, who: str, now: Any = APRIL) -> Any:
    with clock.at(now):
        return login(who).get(reverse("attachment", args=[place.case().public_id, file.public_id]))


def test_a_file_is_handed_over_as_a_download_in_a_sandbox():
    place, file = with_file(State.MONITORING, "checkin")
    answer = fetch(place, file, "pegawai")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="hasil rapat.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]


def test_a_drafts_file_is_its_writers_alone_until_it_is_handed_in():
    place, file = with_file(State.MONITORING, "checkin")
    assert fetch(place, file, "penilai").status_code == 404
    assert fetch(place, file, "sdm").status_code == 404
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    assert fetch(place, file, "penilai").status_code == 200
    assert fetch(place, file, "pegawai").status_code == 200


@pytest.mark.parametrize("who", ["rekan", "pengamat", "admin"])
def test_strangers_find_no_file(who):
    place, file = with_file(State.MONITORING, "checkin")
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    assert fetch(place, file, who).status_code == 404


def test_a_file_taken_out_of_the_draft_stays_with_the_version_that_froze_it():
    place, file = with_file(State.MONITORING, "checkin")
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    place.act(place.rater, "return_", APRIL, reason="Lengkapi buktinya.")
    remove_attachment(place.case().pk, "checkin", file.public_id, actor=actor(place.employee))
    assert fetch(place, file, "penilai").status_code == 200


def test_the_raters_files_are_not_the_employees_before_delivery():
    place, file = with_file(State.SUPERVISOR_REVIEW, "rating", "rater", NOVEMBER)
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    assert fetch(place, file, "pegawai", NOVEMBER).status_code == 404
    place.act(place.employee, "deliver", NOVEMBER)
    assert fetch(place, file, "pegawai", NOVEMBER).status_code == 200


def test_a_file_of_another_case_is_not_found_through_ones_own():
    place, file = with_file(State.MONITORING, "checkin")
    with clock.at(APRIL):
        own = place.case(place.colleague)
        answer = login("rekan").get(reverse("attachment", args=[own.public_id, file.public_id]))
        unknown = login("rekan").get(reverse("attachment", args=[own.public_id, uuid.uuid4()]))
    assert answer.status_code == unknown.status_code == 404


def test_a_file_missing_on_the_disk_is_not_found_and_no_error():
    place, file = with_file(State.MONITORING, "checkin")
    file.file.storage.delete(file.file.name)
    assert fetch(place, file, "pegawai").status_code == 404
