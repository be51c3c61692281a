"""Files sent with a document: checked, kept with the words beside them, never a hang."""

from __future__ import annotations

import pytest

from cycles.models import Version
from tests.builders import APRIL, bring_to, town
from tests.workflow.views.writers import PDF, Writer, draft, pdf, text_of
from workflow.enums import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_file_goes_with_the_words_typed_beside_it():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    answer = pen.send("attach:r1", **{"items.r1.realisation": "118 bayi", "file.r1": pdf()})
    assert answer.status_code == 302
    found = draft(place.case(), "checkin")
    assert found.body["items"]["r1"]["realisation"] == "118 bayi"
    file = found.attachments.get()
    assert (file.name, file.field) == ("bukti.pdf", "r1")
    assert "bukti.pdf" in text_of(pen.open())
    assert pen.send(f"detach:{file.public_id}").status_code == 302
    assert "bukti.pdf" not in text_of(pen.open())


def test_a_file_chosen_but_not_uploaded_still_goes_with_the_act():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    fields = {"items.r1.realisation": "118 bayi", "file.r1": pdf(), "file.": pdf("lain.pdf")}
    assert pen.send("submit_checkin", **fields).status_code == 302
    frozen = Version.objects.get(document__kind="checkin").body["attachments"]
    assert [(file["name"], file["field"]) for file in frozen] == [
        ("bukti.pdf", "r1"), ("lain.pdf", ""),
    ]  # fmt: skip


def test_a_file_of_a_wrong_type_is_told_and_the_words_are_kept_and_nothing_is_handed_in():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    evil = pdf("bukti.pdf", b"<html><script>alert(1)</script></html>")
    page = pen.send("submit_checkin", **{"items.r1.realisation": "118 bayi", "file.r1": evil})
    assert page.status_code == 422
    assert "DOCX" in text_of(page)
    assert "118 bayi" in text_of(page)
    assert place.case().state == State.MONITORING
    assert draft(place.case(), "checkin").attachments.count() == 0


def test_an_htmx_upload_answers_with_the_list_of_that_place_only():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    answer = pen.send("attach:r1", htmx=True, **{"file.r1": pdf()})
    text = text_of(answer)
    assert 'id="berkas-r1"' in text
    assert "bukti.pdf" in text
    assert "<html" not in text
    wrong = pen.send("attach:r1", htmx=True, **{"file.r1": pdf("a.pdf", b"MZ\x90")})
    assert wrong.status_code == 422
    assert 'role="alert"' in text_of(wrong)


def test_a_file_over_the_limit_is_told_and_the_words_beside_it_are_kept(settings):
    settings.UPLOAD_LIMIT_MB = 1
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    large = pdf(content=PDF + b"x" * 1_500_000)
    page = pen.send("submit_checkin", **{"file.r1": large, "items.r1.realisation": "118 bayi"})
    assert page.status_code == 422
    assert "118 bayi" in text_of(page)
    assert place.case().state == State.MONITORING
    assert draft(place.case(), "checkin").attachments.count() == 0


@pytest.mark.parametrize("htmx", [False, True])
def test_two_hundred_megabytes_are_refused_with_a_sentence_before_they_are_read(htmx):
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()

    class Unread:
        def read(self, *_args: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    extra = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    page = pen.client.post(
        pen.url, b"", content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": 200 * 1024 * 1024, "wsgi.input": Unread()}, **extra,
    )  # fmt: skip
    assert page.status_code == (422 if htmx else 413)
    assert "10 MB" in text_of(page)
