"""Reading documents: frozen versions, what changed, who decided; and who may read at all."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from cycles.models import Version
from cycles.rules import CycleRules, Level
from tests.builders import APRIL, JANUARY, NOVEMBER, PLAN, RATING, bring_to, town
from tests.workflow.views.writers import login, text_of
from workflow.enums import State

pytestmark = pytest.mark.django_db


def read(
    place: Any, who: str, kind: str, number: int = 0, now: Any = NOVEMBER, **query: Any
) -> Any:
    with clock.at(now):
        return login(who).get(
            reverse("document", args=[place.case().public_id, kind, number]), query
        )


BETTER = {"results": [PLAN["results"][0] | {"title": "Cakupan imunisasi naik"}]}


def resubmitted() -> Any:
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Judul terlalu panjang.")
    place.act(place.employee, "submit", JANUARY, body=BETTER)
    return place


def test_the_approver_sees_what_changed_since_the_version_sent_back():
    page = read(resubmitted(), "penilai", "plan", now=JANUARY)
    assert page.context["version"].number == 2
    titles = [row for row in page.context["changes"] if row["path"] == "results.r1.title"]
    assert titles[0]["new"] == "Cakupan imunisasi naik"
    assert "<ins>" in text_of(page)
    assert [v["number"] for v in page.context["versions"]] == [2, 1]


def test_an_earlier_version_is_shown_as_it_was_with_the_reason_why_it_came_back():
    page = read(resubmitted(), "pegawai", "plan", now=JANUARY, version=1)
    text = text_of(page)
    assert "Cakupan imunisasi dasar lengkap meningkat" in text
    assert "Cakupan imunisasi naik" not in text
    assert [(a.action, a.reason, a.name) for a in page.context["decisions"]] == [
        ("return_", "Judul terlalu panjang.", "Penilai")
    ]


@pytest.mark.parametrize("version", ["9", "0", "-1", "x", "1\x00", "99999999999"])
def test_a_forged_version_is_not_found_or_the_latest(version):
    page = read(resubmitted(), "pegawai", "plan", now=JANUARY, version=version)
    assert page.status_code == 404 or page.context["version"].number == 2


def test_a_draft_is_read_by_nobody():
    place = town()
    assert read(place, "penilai", "plan", now=JANUARY).status_code == 404
    assert read(place, "pegawai", "plan", now=JANUARY).status_code == 404


def test_the_reviewer_decides_on_the_page_and_nobody_else_has_the_buttons():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = read(place, "penilai", "plan", now=JANUARY)
    for action in ("approve", "return_"):
        assert f'action="{reverse("act", args=[case.public_id, action])}"' in text_of(page)
    for other in ("pegawai", "sdm"):
        page = read(place, other, "plan", now=JANUARY)
        assert page.status_code == 200
        assert '<form method="post" action="/perkara/' not in text_of(page)


def test_approving_from_the_page_works():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = read(place, "penilai", "plan", now=JANUARY)
    act = page.context["acts"][0]
    with clock.at(JANUARY):
        login("penilai").post(act["url"], {"turn": case.turn_number, "key": act["key"]})
    assert place.case().state == State.MONITORING
    decisions = read(place, "pegawai", "plan", now=JANUARY).context["decisions"]
    assert [(a.action, a.name) for a in decisions] == [("approve", "Penilai")]


def test_returning_from_the_page_pins_sentences_to_fields():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = read(place, "penilai", "plan", now=JANUARY)
    form = page.context["return_form"]
    path = "results.r1.quantity.target"
    name = next(s.field_name for g in form.groups for s in g.spots if s.path == path)
    assert f'name="{name}"' in text_of(page)
    fields = {
        "turn": form["turn"].value(), "key": form["key"].value(),
        "reason": "Target belum menyebut wilayah.",
        name: "Wilayah mana?",
    }  # fmt: skip
    with clock.at(JANUARY):
        login("penilai").post(page.context["return_url"], fields)
    case = place.case()
    assert case.state == State.PLANNING
    assert case.return_note["pins"] == {"results.r1.quantity.target": "Wilayah mana?"}


def test_an_old_version_under_review_has_no_buttons():
    page = read(resubmitted(), "penilai", "plan", now=JANUARY, version=1)
    assert "acts" not in page.context
    assert "return_form" not in page.context


@pytest.mark.parametrize("who", ["rekan", "pengamat", "admin"])
def test_strangers_find_no_document(who):
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    assert read(place, who, "plan", now=JANUARY).status_code == 404


def test_unknown_kinds_rounds_segments_and_cases_are_not_found():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    assert read(place, "pegawai", "secret").status_code == 404
    assert read(place, "pegawai", "plan", 7).status_code == 404
    assert read(place, "pegawai", "plan", segment=9).status_code == 404
    with clock.at(JANUARY):
        unknown = login("pegawai").get(reverse("document", args=[uuid.uuid4(), "plan", 0]))
    assert unknown.status_code == 404


def test_the_employee_reads_a_rating_only_after_delivery():
    place = town()
    bring_to(place, State.DELIVERY)
    assert read(place, "pegawai", "rating", 1).status_code == 404
    assert read(place, "sdm", "rating", 1).status_code == 404
    assert read(place, "penilai", "rating", 1).status_code == 200
    place.act(place.employee, "deliver", NOVEMBER)
    page = read(place, "pegawai", "rating", 1)
    assert "Target tercapai." in text_of(page)
    assert text_of(page).count('<td aria-current="true">') == 1
    assert read(place, "sdm", "rating", 1).status_code == 200


def test_a_rating_that_a_level_sent_back_stays_with_those_who_made_it():
    place = town(rules=CycleRules(rating_levels=(Level("superior"),)))
    bring_to(place, State.RATING_REVIEW)
    place.act(place.superior, "return_", NOVEMBER, reason="Alasan belum lengkap.")
    place.act(place.rater, "rate", NOVEMBER, body=RATING | {"work_reason": "Alasan lengkap."})
    page = read(place, "atasan", "rating", 1)
    assert [v["number"] for v in page.context["versions"]] == [2, 1]
    place.act(place.superior, "approve", NOVEMBER)
    place.act(place.employee, "deliver", NOVEMBER)
    page = read(place, "pegawai", "rating", 1)
    assert "Alasan lengkap." in text_of(page)
    assert [v["number"] for v in page.context["versions"]] == [2]
    assert page.context["changes"] == []
    assert read(place, "pegawai", "rating", 1, version=1).status_code == 404


def test_a_checkin_is_read_with_the_targets_it_answers():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    text = text_of(read(place, "penilai", "checkin", 1, now=APRIL))
    for seen in ("Triwulan I", "240 bayi", "118 bayi"):
        assert seen in text


def test_what_people_typed_never_becomes_markup_or_a_script_link():
    place = town()
    evil = {"results": [PLAN["results"][0] | {"title": "<script>alert(1)</script>"}]}
    place.act(place.employee, "submit", JANUARY, body=evil)
    assert "<script>alert(1)" not in text_of(read(place, "penilai", "plan", now=JANUARY))
    bad = Version.objects.get(document__kind="plan")
    assert "<script>" in bad.body["results"][0]["title"]


def test_reading_costs_the_same_with_one_version_and_with_many(django_assert_num_queries):
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    url, client = reverse("document", args=[case.public_id, "plan", 0]), login("penilai")
    with clock.at(JANUARY):
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        cost = len(few)
        assert cost <= 18
        for _ in range(3):
            place.act(place.rater, "return_", JANUARY, reason="Perbaiki lagi, ya.")
            place.act(place.employee, "submit", JANUARY, body=BETTER)
        with django_assert_num_queries(cost):
            assert client.get(url).context["version"].number == 4
