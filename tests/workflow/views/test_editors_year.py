"""The editors after the plan: check-in, self-assessment, rating, objection, decision."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cycles import clock
from cycles.models import Document, Version
from tests.builders import APRIL, JANUARY, NOVEMBER, bring_to, town
from tests.workflow.views.writers import RATING_POST, Writer, hidden_of, login, text_of
from workflow.enums import State

pytestmark = pytest.mark.django_db


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


def test_the_raters_desk_costs_at_most_twenty_queries(django_assert_max_num_queries):
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    pen = Writer("penilai", place.case(), "rating", NOVEMBER)
    pen.open()
    with django_assert_max_num_queries(20):
        pen.open()


def test_an_editor_without_a_plan_in_force_says_so():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    Document.objects.filter(kind="plan").update(in_force=0)
    page = Writer("penilai", place.case(), "rating", NOVEMBER).open()
    assert page.status_code == 200
    assert 'class="empty"' in text_of(page)
