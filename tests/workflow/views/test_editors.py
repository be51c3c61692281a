"""Writing a document: one page per kind; nothing that was typed is ever lost."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from cycles.models import Document, User, Version
from tests.builders import APRIL, JANUARY, NOVEMBER, PLAN, bring_to, town
from workflow.enums import State

pytestmark = pytest.mark.django_db

PLAN_POST = {
    "result": "r1",
    "results.r1.type": "main",
    "results.r1.title": "Cakupan imunisasi dasar lengkap meningkat",
    "results.r1.serves": "Derajat kesehatan masyarakat meningkat",
    "results.r1.quantity.indicator": "Bayi terimunisasi",
    "results.r1.quantity.target": "240 bayi",
    "expectations.akuntabel": "Catatan imunisasi lengkap setiap hari",
}


def login(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


class Writer:
    """A person before an editor: opens the page, types, presses a button."""

    def __init__(self, username: str, case: Any, kind: str, now: Any) -> None:
        self.client, self.case, self.kind, self.now = login(username), case, kind, now
        self.url = reverse("edit", args=[case.public_id, kind])
        self.hidden: dict[str, str] = {}

    def open(self) -> Any:
        with clock.at(self.now):
            page = self.client.get(self.url)
        if page.status_code == 200:
            self.hidden = hidden_of(page)
        return page

    def send(self, do: str = "", htmx: bool = False, **fields: Any) -> Any:
        extra = {"HTTP_HX_REQUEST": "true"} if htmx else {}
        data = self.hidden | fields | ({"do": do} if do else {})
        with clock.at(self.now):
            return self.client.post(self.url, data, **extra)


def hidden_of(page: Any) -> dict[str, str]:
    text = page.content.decode()
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)[1]
        for name in ("turn", "key", "revision")
    }


def text_of(page: Any) -> str:
    return page.content.decode()


def draft(case: Any, kind: str) -> Document:
    return Document.objects.filter(appraisal=case.appraisal_id, kind=kind).latest("round")


# --- the plan ----------------------------------------------------------------------------------


def test_a_plan_is_written_submitted_and_answered_with_a_receipt():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    answer = pen.send("submit", **PLAN_POST)
    case = place.case()
    assert answer.status_code == 302
    assert answer.url == reverse("case", args=[case.public_id])
    assert case.state == State.PLAN_REVIEW
    receipt = case.receipts.get(action="submit")
    with clock.at(JANUARY):
        assert receipt.number in text_of(pen.client.get(answer.url))
    assert Version.objects.get(document__kind="plan").body["results"][0]["title"] == (
        "Cakupan imunisasi dasar lengkap meningkat"
    )


def test_a_draft_survives_a_logout():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    assert pen.send("save", **PLAN_POST).status_code == 302
    pen.client.logout()
    again = Writer("pegawai", place.case(), "plan", JANUARY)
    assert "Catatan imunisasi lengkap setiap hari" in text_of(again.open())


def test_an_autosave_answers_with_the_time_and_the_next_revision():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    answer = pen.send(htmx=True, **PLAN_POST)
    assert answer.status_code == 200
    assert "09.00" in text_of(answer)
    assert 'hx-swap-oob="true"' in text_of(answer)
    assert 'value="1"' in text_of(answer)
    assert draft(place.case(), "plan").body["results"][0]["aspects"][0]["target"] == "240 bayi"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("down:r1", ["r2", "r1"]),
        ("up:r2", ["r2", "r1"]),
        ("up:r1", ["r1", "r2"]),
        ("remove:r1", ["r2"]),
        ("remove:unknown", ["r1", "r2"]),
    ],
)
def test_results_are_moved_and_taken_out_by_plain_buttons(order, expected):
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    second = {"results.r2.title": "Kunjungan rumah", "results.r2.type": "additional"}
    answer = pen.send(order, **(PLAN_POST | second | {"result": ["r1", "r2"]}))
    assert answer.status_code == 302
    found = draft(place.case(), "plan").body["results"]
    assert [result["id"] for result in found] == expected
    assert all(result["title"] for result in found)


def test_a_new_result_never_takes_an_id_that_was_used_before():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    answer = pen.send("add-additional", **PLAN_POST)
    first, second = draft(place.case(), "plan").body["results"]
    assert first["id"] == "r1"
    assert second["id"] not in {"r1", "r2"}
    assert second["type"] == "additional"
    assert answer.url.endswith(f"#hasil-{second['id']}")


def test_what_is_missing_stands_beside_its_field_and_at_the_top_and_the_draft_is_kept():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    page = pen.send("submit", **(PLAN_POST | {"results.r1.quantity.target": ""}))
    assert page.status_code == 422
    text = text_of(page)
    assert 'href="#id_results.r1.quantity.target"' in text
    assert 'id="id_results.r1.quantity.target_error"' in text
    field = re.search(r'<textarea[^>]*name="results\.r1\.quantity\.target"[^>]*>', text)[0]
    assert 'aria-invalid="true"' in field
    assert "id_results.r1.quantity.target_error" in field
    assert place.case().state == State.PLANNING
    assert draft(place.case(), "plan").body["results"][0]["title"].startswith("Cakupan")


def test_a_target_of_ten_thousand_characters_is_kept_and_told():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    long = "bayi " * 2000
    page = pen.send("submit", **(PLAN_POST | {"results.r1.quantity.target": long}))
    assert page.status_code == 422
    assert "9999" in text_of(page)
    assert draft(place.case(), "plan").body["results"][0]["aspects"][0]["target"] == long.strip()


def test_a_text_beyond_what_a_draft_keeps_is_told_about():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    answer = pen.send("save", **(PLAN_POST | {"expectations.loyal": "a" * 20_001}))
    with clock.at(JANUARY):
        page = pen.client.get(answer.url)
    assert [m.level_tag for m in page.context["messages"]] == ["warning", "success"]


def test_a_nul_byte_is_dropped_and_the_rest_kept():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    answer = pen.send("save", **(PLAN_POST | {"results.r1.title": "Ima\x00n", "key": "a\x00"}))
    assert answer.status_code == 302
    assert draft(place.case(), "plan").body["results"][0]["title"] == "Iman"


def test_a_double_click_hands_in_once_and_gives_the_same_receipt():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    first, second = pen.send("submit", **PLAN_POST), pen.send("submit", **PLAN_POST)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert Version.objects.filter(document__kind="plan").count() == 1
    assert place.case().receipts.filter(action="submit").count() == 1


def test_two_windows_both_texts_are_shown_and_none_is_lost():
    place = town()
    one, two = (Writer("pegawai", place.case(), "plan", JANUARY) for _ in range(2))
    one.open()
    two.open()
    one.send("save", **PLAN_POST)
    page = two.send("save", **(PLAN_POST | {"results.r1.title": "Judul dari jendela kedua"}))
    assert page.status_code == 409
    text = text_of(page)
    assert "Judul dari jendela kedua" in text
    assert [change["old"] for change in page.context["conflict"]] == [
        "Cakupan imunisasi dasar lengkap meningkat"
    ]
    assert draft(place.case(), "plan").body["results"][0]["title"].startswith("Cakupan")
    # Having seen both, the person decides: saving again keeps this window's text.
    two.hidden = hidden_of(page)
    assert two.send("save", **(PLAN_POST | {"results.r1.title": "Judul akhir"})).status_code == 302
    assert draft(place.case(), "plan").body["results"][0]["title"] == "Judul akhir"


def test_a_windows_own_autosave_on_the_way_is_no_conflict_with_it():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    pen.send(htmx=True, **PLAN_POST)  # saved, but the answer has not arrived when …
    answer = pen.send("submit", **PLAN_POST)  # … the button is pressed with the old revision
    assert answer.status_code == 302
    assert place.case().state == State.PLAN_REVIEW


def test_an_autosave_over_another_windows_text_says_so():
    place = town()
    one, two = (Writer("pegawai", place.case(), "plan", JANUARY) for _ in range(2))
    one.open()
    two.open()
    one.send(htmx=True, **PLAN_POST)
    answer = two.send(htmx=True, **PLAN_POST)
    assert answer.status_code == 409
    assert "saved-wait" in text_of(answer)


def test_a_form_without_a_revision_overwrites_nothing():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    pen.send("save", **PLAN_POST)
    page = pen.send("save", revision="x", key="")
    assert page.status_code == 409
    assert draft(place.case(), "plan").body["results"][0]["title"].startswith("Cakupan")


def test_a_form_of_a_state_that_has_passed_gives_the_text_back():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    page = pen.send("save", **(PLAN_POST | {"results.r1.title": "Terlambat diketik"}))
    assert page.status_code == 409
    assert "Terlambat diketik" in text_of(page)
    assert pen.send(htmx=True, **PLAN_POST).status_code == 409
    with clock.at(JANUARY):
        assert pen.client.get(pen.url).status_code == 302


def test_a_returned_plan_shows_the_reason_above_and_the_sentences_beside_the_fields():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas.",
              pins={"results.r1.quantity.target": "Sebut wilayahnya."})  # fmt: skip
    text = text_of(Writer("pegawai", place.case(), "plan", JANUARY).open())
    assert "Target belum jelas." in text
    helped = re.search(
        r'id="id_results\.r1\.quantity\.target_helptext">(.*?)</div>', text, re.DOTALL
    )[1]
    assert "Sebut wilayahnya." in helped


def test_the_raters_own_results_are_offered_from_the_draft_and_then_from_the_plan_in_force():
    place = town()
    boss = Writer("penilai", place.case(place.rater), "plan", JANUARY)
    boss.open()
    boss.send("save", **(PLAN_POST | {"results.r1.title": "Puskesmas terakreditasi"}))
    page = Writer("pegawai", place.case(), "plan", JANUARY).open()
    assert '<option value="Puskesmas terakreditasi">' in text_of(page)
    assert not page.context["suggestions"].is_in_force
    boss.open()
    boss.send("submit", **(PLAN_POST | {"results.r1.title": "Puskesmas paripurna"}))
    place.act(place.superior, "approve", JANUARY, of=place.rater)
    page = Writer("pegawai", place.case(), "plan", JANUARY).open()
    assert '<option value="Puskesmas paripurna">' in text_of(page)
    assert page.context["suggestions"].is_in_force


# --- who may write -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["penilai", "atasan", "sdm"])
def test_nobody_but_the_party_whose_document_it_is_may_write_it(who):
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.employee, "withdraw", JANUARY)
    pen = Writer(who, place.case(), "plan", JANUARY)
    page = pen.open()
    assert page.status_code in {302, 404}
    assert pen.send("save", turn="1", key=uuid.uuid4().hex, revision="1").status_code in {404, 409}
    assert draft(place.case(), "plan").body["results"][0]["title"] == PLAN["results"][0]["title"]


@pytest.mark.parametrize("who", ["rekan", "pengamat", "admin"])
def test_strangers_find_nothing(who):
    place = town()
    pen = Writer(who, place.case(), "plan", JANUARY)
    assert pen.open().status_code == 404
    assert pen.send("save").status_code == 404


@pytest.mark.parametrize("kind", ["plan%00", "unknown", "rating"])
def test_forged_addresses_are_not_found_or_lead_back(kind):
    place = town()
    client = login("pegawai")
    with clock.at(JANUARY):
        answer = client.get(f"/perkara/{place.case().public_id}/tulis/{kind}/")
        unknown = client.get(f"/perkara/{uuid.uuid4()}/tulis/plan/")
    assert answer.status_code == (302 if kind == "rating" else 404)
    assert unknown.status_code == 404


def test_a_missing_csrf_token_is_refused_with_a_page_and_nothing_is_saved():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    pen.client.handler.enforce_csrf_checks = True
    page = pen.send("save", **PLAN_POST)
    assert page.status_code == 403
    assert "<h1>" in text_of(page)
    assert draft_count(place) == 0


def draft_count(place: Any) -> int:
    return Document.objects.filter(appraisal=place.case().appraisal_id).count()


def test_an_expired_login_leads_to_the_login():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    pen.client.logout()
    answer = pen.send("save", **PLAN_POST)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


# --- the other documents -----------------------------------------------------------------------


def test_a_checkin_answers_the_plan_in_force():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    text = text_of(pen.open())
    assert "Triwulan I" in text
    assert "240 bayi" in text
    page = pen.send("submit_checkin", **{"items.r1.realisation": "", "note": "Vaksin terlambat"})
    assert page.status_code == 422
    assert "Vaksin terlambat" in text_of(page)
    answer = pen.send(
        "submit_checkin", **hidden_of(page), **{"items.r1.realisation": "118 bayi", "note": ""}
    )
    assert answer.status_code == 302
    assert place.case().state == State.CHECKIN_REVIEW


def test_a_link_that_is_no_web_address_is_told():
    place = town()
    bring_to(place, State.MONITORING)
    pen = Writer("pegawai", place.case(), "checkin", APRIL)
    pen.open()
    fields = {"items.r1.realisation": "118 bayi", "items.r1.link": "javascript:alert(1)"}
    page = pen.send("submit_checkin", **fields)
    assert page.status_code == 422
    assert 'id="id_items.r1.link_error"' in text_of(page)


def test_a_checkin_that_is_not_open_yet_shows_its_button_with_the_reason():
    place = town()
    bring_to(place, State.MONITORING)
    page = Writer("pegawai", place.case(), "checkin", JANUARY).open()
    act = page.context["acts"][0]
    assert act["refusal"]
    assert act["refusal"] in text_of(page)
    assert 'value="submit_checkin"' not in text_of(page)


def test_a_self_assessment_shows_the_last_checkin_beside_and_is_handed_in():
    place = town()
    bring_to(place, State.SELF_ASSESSMENT)
    pen = Writer("pegawai", place.case(), "self_assessment", NOVEMBER)
    assert "118 bayi" in text_of(pen.open())
    answer = pen.send("submit", **{"items.r1.realisation": "251 bayi", "reflection": "Belajar."})
    assert answer.status_code == 302
    assert place.case().state == State.SUPERVISOR_REVIEW


RATING_POST = {
    "work": "above", "work_reason": "Melampaui target.", "behaviour": "meets",
    "behaviour_reason": "Ramah.", "feedback.r1": "Pertahankan.", "feedback.loyal": "Teladan.",
    "recommendation": "Pelatihan konselor.",
}  # fmt: skip


def test_the_rater_sees_plan_checkins_and_self_assessment_and_what_is_missing_as_missing():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    page = Writer("penilai", place.case(), "rating", NOVEMBER).open()
    text = text_of(page)
    for seen in ("240 bayi", "118 bayi", "251 bayi", "Catatan imunisasi lengkap setiap hari"):
        assert seen in text
    assert page.context["unit_result"] is None
    assert [r["version"] is None for r in page.context["rounds"]] == [False, True]
    assert page.context["rounds"][1]["is_missed"]
    assert text.count('class="missing"') >= 4


def test_a_rating_is_given_and_the_chosen_cell_of_the_quadrant_is_marked():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    pen = Writer("penilai", place.case(), "rating", NOVEMBER)
    pen.open()
    assert pen.send("save", **RATING_POST).status_code == 302
    text = text_of(pen.open())
    assert text.count('<td aria-current="true">') == 1
    assert pen.send("rate", **RATING_POST).status_code == 302
    assert place.case().state == State.DELIVERY
    body = Version.objects.get(document__kind="rating").body
    assert body["work"] == "above"
    assert (body["feedback"]["r1"], body["feedback"]["loyal"]) == ("Pertahankan.", "Teladan.")


@pytest.mark.parametrize(
    ("work", "behaviour", "marked"),
    [("above", "above", 1), ("above", "", 0), ("nonsense", "meets", 0), ("below", "meets", 1)],
)
def test_the_quadrant_follows_the_choice_before_anything_is_saved(work, behaviour, marked):
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    client = login("penilai")
    with clock.at(NOVEMBER):
        page = client.get(
            reverse("quadrant", args=[place.case().public_id]),
            {"work": work, "behaviour": behaviour},
        )
    assert text_of(page).count('aria-current="true"') == marked
    assert not Document.objects.filter(kind="rating").exists()


def test_a_rating_without_reasons_is_not_given():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    pen = Writer("penilai", place.case(), "rating", NOVEMBER)
    pen.open()
    page = pen.send("rate", **(RATING_POST | {"work": "", "work_reason": ""}))
    assert page.status_code == 422
    assert 'href="#id_work"' in text_of(page)
    assert 'id="id_work"' in text_of(page)
    assert "Pelatihan konselor." in text_of(page)


def test_an_objection_says_both_ends_and_is_made():
    place = town()
    bring_to(place, State.ANNOUNCED)
    pen = Writer("pegawai", place.case(), "objection", NOVEMBER)
    page = pen.open()
    case = place.case()
    for end in (case.window_ends_at, case.window_calendar_ends_at):
        assert f'datetime="{end.isoformat()}"' in text_of(page)
    assert pen.send("object", text="", link="").status_code == 422
    pen.open()
    assert pen.send("object", text="Realisasi saya melampaui.", link="").status_code == 302
    assert place.case().state == State.OBJECTION_STATEMENTS


def test_both_sides_explain_and_the_decider_sees_the_whole_file():
    place = town()
    bring_to(place, State.OBJECTION_STATEMENTS)
    rater = Writer("penilai", place.case(), "explanation", NOVEMBER)
    assert "Realisasi saya melampaui target." in text_of(rater.open())
    assert rater.send("explain", text="Target disesuaikan.", link="").status_code == 302
    own = Writer("pegawai", place.case(), "statement", NOVEMBER)
    assert "Target disesuaikan." in text_of(own.open())
    assert own.send("add_statement", text="Tidak tercatat.", link="").status_code == 302
    decider = Writer("atasan", place.case(), "decision", NOVEMBER)
    text = text_of(decider.open())
    for seen in ("Realisasi saya melampaui target.", "Target disesuaikan.", "Tidak tercatat.",
                 "Target tercapai.", "251 bayi"):  # fmt: skip
        assert seen in text


def test_a_decision_to_change_needs_both_ratings_and_keeps_what_was_typed():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    pen = Writer("atasan", place.case(), "decision", NOVEMBER)
    pen.open()
    page = pen.send("change", reasons="Bukti meyakinkan.", work="above", behaviour="")
    assert page.status_code == 422
    assert "Bukti meyakinkan." in text_of(page)
    pen.hidden = hidden_of(page)
    answer = pen.send("change", reasons="Bukti meyakinkan.", work="above", behaviour="meets")
    assert answer.status_code == 302
    case = place.case()
    assert case.state == State.FINAL_APPROVAL
    assert case.was_decided


def test_a_second_rerating_is_shown_as_impossible_with_its_reason():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    pen = Writer("atasan", place.case(), "decision", NOVEMBER)
    pen.open()
    assert pen.send("rerate", reasons="Nilai ulang dengan bukti baru.").status_code == 302
    rater = Writer("penilai", place.case(), "rating", NOVEMBER)
    assert "Nilai ulang dengan bukti baru." in text_of(rater.open())
    rater.send("rate", **RATING_POST)
    place.act(place.employee, "deliver", NOVEMBER)
    place.act(place.employee, "object", NOVEMBER, body={"text": "Tetap keberatan."})
    place.act(place.rater, "explain", NOVEMBER, body={"text": "Sudah dinilai ulang."})
    place.act(place.employee, "waive", NOVEMBER)
    page = Writer("atasan", place.case(), "decision", NOVEMBER).open()
    refusals = {act["action"]: act["refusal"] for act in page.context["acts"]}
    assert refusals["uphold"] == refusals["change"] == ""
    assert refusals["rerate"]
    assert refusals["rerate"] in text_of(page)


# --- files -------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n" + b"x" * 100


def pdf(name: str = "bukti.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


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


# --- cost --------------------------------------------------------------------------------------


def test_an_editor_costs_the_same_queries_with_one_result_and_with_many(django_assert_num_queries):
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    with CaptureQueriesContext(connection) as few:
        pen.open()
    cost = len(few)
    assert cost <= 16
    many = {"result": [f"r{n}" for n in range(1, 16)]}
    many |= {f"results.r{n}.title": f"Hasil {n}" for n in range(1, 16)}
    pen.send("save", **(PLAN_POST | many))
    pen.open()
    with django_assert_num_queries(cost):
        pen.open()


def test_the_raters_desk_costs_at_most_twenty_queries(django_assert_max_num_queries):
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    pen = Writer("penilai", place.case(), "rating", NOVEMBER)
    pen.open()
    with django_assert_max_num_queries(20):
        pen.open()
