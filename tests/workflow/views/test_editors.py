"""Writing a document: one page per kind; nothing that was typed is ever lost."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from cycles.models import Document, Version
from tests.builders import JANUARY, PLAN, bring_to, town
from tests.workflow.views.writers import PLAN_POST, Writer, draft, hidden_of, login, text_of
from workflow.enums import State

pytestmark = pytest.mark.django_db


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


def test_what_was_typed_when_the_login_had_expired_comes_back_after_the_login():
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    password = {"username": "pegawai", "password": "jenjang"}
    pen.client.logout()
    pen.client.post(reverse("login"), password)
    pen.open()
    del pen.client.cookies["sessionid"]
    answer = pen.send("save", **PLAN_POST)
    assert answer.url.startswith(reverse("login"))
    assert not Document.objects.filter(appraisal=place.case().appraisal_id).exists()
    back = pen.client.post(answer.url, password | {"next": reverse("kept")})
    page = pen.client.get(back.url)
    again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text_of(page)))
    assert again["results.r1.title"] == PLAN_POST["results.r1.title"]
    with clock.at(JANUARY):
        assert pen.client.post(pen.url, again).status_code == 302
    assert draft(place.case(), "plan").body["results"][0]["title"] == PLAN_POST["results.r1.title"]


def test_words_beyond_what_a_request_may_carry_are_refused_with_a_sentence(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    place = town()
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    page = pen.send("save", **(PLAN_POST | {"results.r1.title": "a" * 200_000}))
    assert page.status_code == 400
    assert "<h1>" in text_of(page)
    assert pen.send(htmx=True, **(PLAN_POST | {"results.r1.title": "a" * 200_000}))["HX-Retarget"]
    damaged = pen.client.post(pen.url, b"x", content_type="multipart/form-data")
    assert damaged.status_code == 400


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
