"""Evidence: what is taken, what is refused with which sentence, what stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from cycles.exceptions import NotAllowed, Refused, WrongState
from cycles.models import Attachment, Document, Version
from tests.builders import APRIL, CHECKIN, actor, bring_to, town
from workflow.enums import State
from workflow.services import attachments
from workflow.services.attachments import add_attachment, remove_attachment

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield tmp_path


@pytest.fixture
def place():
    made = town()
    bring_to(made, State.MONITORING)
    return made


def add(place, name="bukti.pdf", content=PDF, who=None, kind="checkin", field="r1"):
    return add_attachment(
        place.case().pk, kind, SimpleUploadedFile(name, content),
        actor=actor(who or place.employee), field=field, now=APRIL,
    )  # fmt: skip


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_a_random_path_that_names_nobody(place, media):
    kept = add(place, "NIP 198003.pdf")
    (stored,) = files(media)
    assert kept.name == "NIP 198003.pdf"
    assert stored.name == kept.public_id.hex
    assert stored.read_bytes() == PDF
    assert kept.uploaded_by == place.employee
    assert kept.uploaded_at == APRIL
    assert len(kept.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("kosong.pdf", b"", "This file is empty."),
        ("halaman.pdf", b"<html>", "This type of file is not accepted."),
        ("besar.pdf", PDF + b"x" * 1024 * 1024, "at most 1 MB"),
    ],
)
def test_what_is_not_taken_is_told_and_leaves_nothing_behind(
    place, media, settings, name, content, sentence
):
    settings.UPLOAD_LIMIT_MB = 1
    with pytest.raises(Refused, match=sentence):
        add(place, name, content)
    assert not files(media)
    assert not Attachment.objects.exists()


def test_the_content_says_what_a_file_is_not_its_name(place):
    kept = add(place, "foto.pdf", b"\x89PNG\r\n\x1a\n....")
    assert (kept.name, kept.content_type) == ("foto.pdf.png", "image/png")


def test_the_same_file_twice_is_one_file(place, media):
    assert add(place) == add(place)
    assert len(files(media)) == 1
    # The same file for another result is evidence of its own.
    assert add(place, field="r2") != add(place)


def test_there_is_an_end_to_the_number_of_files(place, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    add(place, content=PDF + b"1")
    add(place, content=PDF + b"2")
    with pytest.raises(Refused, match="At most 2 files"):
        add(place, content=PDF + b"3")


def test_a_plan_takes_no_files():
    place = town()
    with pytest.raises(Refused, match="takes no files"):
        add(place, kind="plan")


def test_only_whoever_writes_the_draft_adds_and_takes_out(place):
    with pytest.raises(WrongState):
        add(place, who=place.rater)
    with pytest.raises(NotAllowed):
        add(place, who=place.colleague)
    kept = add(place)
    with pytest.raises(WrongState):
        remove_attachment(place.case().pk, "checkin", kept.public_id, actor=actor(place.rater))
    assert Attachment.objects.filter(removed_at=None).count() == 1


def test_after_handing_in_nothing_can_be_added(place):
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    with pytest.raises(WrongState):
        add(place)


def test_a_version_freezes_the_files_and_its_hash_vouches_for_them(place):
    first = add(place)
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    version = Version.objects.get(document__kind="checkin")
    assert version.body["attachments"] == [
        {"id": str(first.public_id), "field": "r1", "name": "bukti.pdf", "sha256": first.sha256}
    ]
    place.act(place.rater, "return_", APRIL, reason="Lengkapi buktinya.")
    add(place, "lagi.pdf", PDF + b"lagi")
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    second = Version.objects.get(document__kind="checkin", number=2)
    assert [file["name"] for file in second.body["attachments"]] == ["bukti.pdf", "lagi.pdf"]
    assert version.hash != second.hash


def test_a_document_without_files_says_nothing_of_files(place):
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    assert "attachments" not in Version.objects.get(document__kind="checkin").body


def test_a_drafts_file_is_gone_when_taken_out(place, media, django_capture_on_commit_callbacks):
    kept = add(place)
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(place.case().pk, "checkin", kept.public_id, actor=actor(place.employee))
    assert not Attachment.objects.exists()
    assert not files(media)
    with pytest.raises(Refused, match="no longer here"):
        remove_attachment(place.case().pk, "checkin", kept.public_id, actor=actor(place.employee))


def test_a_frozen_file_stays_when_taken_out_of_the_next_draft(place, media):
    kept = add(place)
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    place.act(place.rater, "return_", APRIL, reason="Lengkapi buktinya.")
    remove_attachment(place.case().pk, "checkin", kept.public_id, actor=actor(place.employee))
    assert len(files(media)) == 1
    assert Attachment.objects.get().removed_at is not None
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    assert "attachments" not in Version.objects.get(document__kind="checkin", number=2).body


def test_a_file_of_a_failed_save_does_not_stay_on_the_disk(place, media, monkeypatch):
    def fail(self, *args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(RuntimeError):
        add(place)
    assert not files(media)


def test_an_empty_draft_is_made_for_the_first_file(place):
    add(place)
    document = Document.objects.get(appraisal=place.case().appraisal_id, kind="checkin")
    assert document.body == {}
