"""A plan in the qualitative approach: chosen, written, handed in, read; and changed back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from cycles import clock
from cycles.models import Version
from cycles.rules import CycleRules
from tests.builders import JANUARY, actor, town
from tests.workflow.views.writers import PLAN_POST, Writer, draft, login, text_of
from workflow.enums import State
from workflow.services.door import advance

pytestmark = pytest.mark.django_db
MEASURES = "Kader mencatat sendiri\nTidak ada laporan terlambat"


def writer(place):
    pen = Writer("pegawai", place.case(), "plan", JANUARY)
    pen.open()
    return pen


def test_changing_the_approach_keeps_what_was_typed_in_both():
    place = town()
    pen = writer(place)
    assert pen.send("approach:qualitative", **PLAN_POST).status_code == 302
    page = text_of(pen.open())
    assert 'name="results.r1.measures"' in page
    # The targets travel along unseen.
    assert '<input type="hidden" name="results.r1.quantity.target" value="240 bayi"' in page
    fields = PLAN_POST | {"approach": "qualitative", "results.r1.measures": MEASURES}
    assert pen.send("approach:quantitative", **fields).status_code == 302
    body = draft(place.case(), "plan").body
    assert body["approach"] == "quantitative"
    assert body["results"][0]["aspects"][0]["target"] == "240 bayi"
    assert body["results"][0]["measures"] == MEASURES


def test_a_qualitative_plan_is_handed_in_and_read_as_bullets_by_the_rater():
    place = town()
    pen = writer(place)
    fields = PLAN_POST | {"approach": "qualitative", "results.r1.measures": MEASURES}
    assert pen.send("submit", **fields).status_code == 302
    assert place.case().state == State.PLAN_REVIEW
    version = Version.objects.get(document__kind="plan")
    assert version.body["results"][0]["aspects"] == []
    rater = login("penilai")
    with clock.at(JANUARY):
        sheet = text_of(rater.get(reverse("document", args=[place.case().public_id, "plan", 0])))
        inbox = text_of(rater.get(reverse("inbox")))
    assert "<li>Tidak ada laporan terlambat</li>" in sheet
    assert "240 bayi" not in sheet
    assert "<li>Tidak ada laporan terlambat</li>" in inbox


def test_a_result_without_a_measure_comes_back_with_the_sentence_beside_its_field():
    place = town()
    answer = writer(place).send("submit", **(PLAN_POST | {"approach": "qualitative"}))
    assert answer.status_code == 422
    assert 'href="#id_results.r1.measures"' in text_of(answer)
    assert place.case().state == State.PLANNING


def test_where_the_cycle_allows_one_approach_no_other_is_offered_or_taken():
    place = town(rules=replace(CycleRules(), approaches=("quantitative",)))
    pen = writer(place)
    assert "approach:qualitative" not in text_of(pen.open())
    fields = PLAN_POST | {"approach": "qualitative", "results.r1.measures": MEASURES}
    answer = pen.send("submit", **fields)
    assert answer.status_code == 422
    assert place.case().state == State.PLANNING


def test_where_only_the_qualitative_one_is_allowed_a_new_plan_begins_with_it():
    place = town(rules=replace(CycleRules(), approaches=("qualitative",)))
    assert 'name="results.r1.measures"' in text_of(writer(place).open())


def test_the_first_approval_of_a_qualitative_plan_leads_to_monitoring():
    place = town()
    fields = PLAN_POST | {"approach": "qualitative", "results.r1.measures": MEASURES}
    writer(place).send("submit", **fields)
    advance(place.case().pk, "approve", actor=actor(place.rater), now=JANUARY)
    assert place.case().state == State.MONITORING
