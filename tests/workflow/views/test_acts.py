"""Acts over HTTP: forms, refusals in a sentence, nothing typed lost, one receipt a click."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from cycles.rules import CycleRules, Level
from tests.builders import (
    JANUARY,
    NOVEMBER,
    PLAN,
    RATING,
    bring_to,
    town,
)
from tests.workflow.views.visits import Visitor, hidden_of, url_of, words
from workflow import machine
from workflow.enums import State
from workflow.models import Receipt

pytestmark = pytest.mark.django_db

REASON = "Target kunjungan rumah belum menyebut jumlah per bulan."


# --- done --------------------------------------------------------------------------------------


def test_an_approval_moves_the_case_and_answers_with_the_receipt_number():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    rater = Visitor(place.rater, JANUARY)
    answer = rater.do(case, "approve")
    assert answer.headers["Location"] == reverse("case", args=[case.public_id])
    assert place.case().state == State.MONITORING
    receipt = Receipt.objects.get(actor=place.rater)
    assert receipt.number in words(rater.open(case))


def test_a_remark_on_an_approval_stands_in_the_story():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    Visitor(place.rater, JANUARY).do(case, "approve", {"reason": "Baik, lanjutkan."})
    assert "Baik, lanjutkan." in words(Visitor(place.employee, JANUARY).open(case))


def test_a_return_keeps_its_reason_and_the_sentences_pinned_to_places():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    rater = Visitor(place.rater, JANUARY)
    form = rater.form(case, "return_")
    assert "240 bayi" in words(form)
    rater.do(case, "return_", {
        "reason": REASON, "pin__results.r1.quantity.target": "Per bulan?",
        "pin__results.r9.title": "bukan tempat apa pun",
    })  # fmt: skip
    note = place.case().return_note
    assert note["reason"] == REASON
    assert note["pins"] == {"results.r1.quantity.target": "Per bulan?"}


def test_the_employee_opens_the_result_with_one_click_and_then_reads_it():
    place = town()
    case = bring_to(place, State.DELIVERY)
    employee = Visitor(place.employee, NOVEMBER)
    hidden = hidden_of(employee.open(case), "deliver")
    employee.do(case, "deliver", hidden)
    assert place.case().state == State.ANNOUNCED
    assert RATING["work_reason"] in words(employee.open(case))


def test_the_rater_records_the_hand_over_with_day_and_manner():
    place = town()
    case = bring_to(place, State.DELIVERY)
    rater = Visitor(place.rater, NOVEMBER)
    answer = rater.do(case, "deliver", {"handed_on": "2026-11-09",
                                        "reason": "Di ruang kepala, ditandatangani."})  # fmt: skip
    assert answer.status_code == 302
    text = words(rater.open(case))
    assert "Di ruang kepala, ditandatangani." in text
    assert _("The hand-over of the result was recorded") in text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-11-11", "This day has not come yet."),
        ("2025-12-31", "This day lies before the cycle."),
        ("kemarin", "This is no date."),
        ("", "Choose a day."),
    ],
)
def test_a_hand_over_on_an_impossible_day_is_refused_and_its_words_are_kept(day, sentence):
    place = town()
    case = bring_to(place, State.DELIVERY)
    page = Visitor(place.rater, NOVEMBER).do(
        case, "deliver", {"handed_on": day, "reason": "Di ruang kepala, ditandatangani."}
    )
    assert page.status_code == 422
    assert _(sentence) in words(page)
    assert "Di ruang kepala, ditandatangani." in words(page)
    assert place.case().state == State.DELIVERY


def test_whoever_hands_a_case_on_and_has_no_more_business_with_it_is_sent_home():
    place = town(rules=CycleRules(rating_levels=(Level("superior"),)))
    case = bring_to(place, State.RATING_REVIEW)
    answer = Visitor(place.superior, NOVEMBER).do(case, "approve")
    assert place.case().state == State.DELIVERY
    assert answer.headers["Location"] == reverse("home")


def test_it_leads_back_to_where_the_person_came_from_but_never_off_the_site():
    place = town()
    case, other = bring_to(place, State.PLAN_REVIEW), None
    other = bring_to(place, State.PLAN_REVIEW, place.colleague)
    rater = Visitor(place.rater, JANUARY)
    inside = rater.do(case, "approve", {"next": "/keluar-masuk/?halaman=2"})
    outside = rater.do(other, "approve", {"next": "https://example.org/"})
    assert inside.headers["Location"] == "/keluar-masuk/?halaman=2"
    assert outside.headers["Location"] == reverse("case", args=[other.public_id])


def test_htmx_gets_a_fragment_that_says_it_is_done():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    answer = Visitor(place.rater, JANUARY).do(case, "approve", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert Receipt.objects.get(actor=place.rater).number in answer.content.decode()
    assert answer.headers["HX-Trigger"] == "counts"


# --- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "pendek", "a" * 5001, "\x00\x00"])
def test_a_reason_that_says_nothing_or_too_much_is_refused_beside_its_field(reason):
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.rater, JANUARY).do(case, "return_", {"reason": reason})
    assert page.status_code == 422
    assert page.context["form"].errors["reason"]
    assert reason.replace("\x00", "") in page.content.decode()
    assert place.case().state == State.PLAN_REVIEW


def test_a_nul_in_a_reason_is_dropped_and_the_rest_is_kept():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    Visitor(place.rater, JANUARY).do(case, "return_", {"reason": f"{REASON}\x00"})
    assert place.case().return_note["reason"] == REASON


def test_a_pinned_sentence_that_is_too_long_keeps_everything_typed():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.rater, JANUARY).do(
        case, "return_", {"reason": REASON, "pin__results.r1.title": "x" * 501}
    )
    assert page.status_code == 422
    assert REASON in page.content.decode()
    assert "x" * 501 in page.content.decode()


def test_a_form_of_a_turn_that_has_gone_is_refused_and_can_be_sent_again_knowingly():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    place.act(place.employee, "withdraw", JANUARY)
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    rater = Visitor(place.rater, JANUARY)
    page = rater.do(case, "return_", {"reason": REASON, "turn": case.turn_number})
    assert page.status_code == 409
    assert REASON in page.content.decode()
    assert _("It has moved on since you opened this page. Please look at it again.") in words(page)
    again = rater.do(case, "return_", {"reason": REASON, **hidden_of(page, "return_")})
    assert again.status_code == 302
    assert place.case().state == State.PLANNING


def test_an_act_in_another_state_is_refused_with_a_sentence_and_the_text_can_be_copied():
    place = town()
    case = bring_to(place, State.MONITORING)
    page = Visitor(place.rater, JANUARY).do(case, "return_", {"reason": REASON})
    assert page.status_code == 409
    assert REASON in page.content.decode()
    sentence = _("This cannot be done now: %(state)s.") % {"state": State.MONITORING.label}
    assert sentence in words(page)


def test_sentences_pinned_to_a_document_that_was_taken_back_meanwhile_are_not_lost():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    place.act(place.employee, "withdraw", JANUARY)
    page = Visitor(place.rater, JANUARY).do(
        case, "return_", {"reason": REASON, "pin__results.r1.title": "Sebutkan wilayahnya."}
    )
    assert page.status_code == 409
    assert "Sebutkan wilayahnya." in page.content.decode()


@pytest.mark.parametrize("state", [State.SUPERVISOR_REVIEW, State.RATING_REVIEW, State.DELIVERY])
def test_no_form_of_an_act_shows_a_rating_to_whoever_may_not_see_it(state):
    place = town(rules=CycleRules(rating_levels=(Level("superior"),))
                 if state == State.RATING_REVIEW else None)  # fmt: skip
    case = bring_to(place, state)
    for person in (place.employee, place.hr):
        for data in ({"reason": "x"}, {"reason": REASON, "order": "more"}):
            page = Visitor(person, NOVEMBER).do(case, "return_", data)
            assert page.status_code == 409
            assert RATING["work_reason"] not in page.content.decode()


def test_people_of_the_agency_are_listed_to_nobody_but_hr():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.rater, JANUARY).do(case, "reassign", {"order": "search"})
    assert page.status_code == 409
    assert place.colleague.name not in words(page)


def test_an_act_of_somebody_elses_is_refused_with_a_sentence():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.employee, JANUARY).do(case, "return_", {"reason": REASON})
    assert page.status_code == 409
    assert REASON in page.content.decode()
    assert place.case().state == State.PLAN_REVIEW


def test_the_form_of_an_act_that_is_not_possible_says_why_instead():
    place = town()
    case = bring_to(place, State.MONITORING)
    page = Visitor(place.rater, JANUARY).form(case, "miss_checkin")
    assert page.status_code == 409
    assert _("Only once the due date has passed.") in words(page)
    assert 'name="reason"' not in page.content.decode()


def test_a_double_click_gives_one_receipt_and_the_same_answer():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    rater = Visitor(place.rater, JANUARY)
    sent = {"reason": REASON, **hidden_of(rater.form(case, "return_"), "return_")}
    first, second = rater.do(case, "return_", sent), rater.do(case, "return_", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Receipt.objects.filter(actor=place.rater).count() == 1


def test_a_double_click_of_whoever_then_loses_sight_of_the_case_is_answered_alike():
    place = town(rules=CycleRules(rating_levels=(Level("superior"),)))
    case = bring_to(place, State.RATING_REVIEW)
    superior = Visitor(place.superior, NOVEMBER)
    sent = hidden_of(superior.open(case), "approve")
    answers = [superior.do(case, "approve", sent) for _click in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [reverse("home")] * 2
    assert Receipt.objects.filter(actor=place.superior).count() == 1


def test_two_forms_of_one_page_are_told_apart():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.rater, JANUARY).open(case)
    keys = {hidden_of(page, action)["key"] for action in ("approve", "return_")}
    assert len(keys) == 2


def test_without_the_token_nothing_happens_and_a_page_says_so():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.rater, JANUARY, enforce_csrf_checks=True).do(case, "approve")
    assert page.status_code == 403
    assert place.case().state == State.PLAN_REVIEW


def test_after_an_expired_login_the_form_of_the_act_is_what_follows_the_login():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    answer = Visitor(None, JANUARY).do(case, "return_", {"reason": REASON})
    assert answer.headers["Location"] == f"{reverse('login')}?next={url_of(case, 'return_')}"
    form = Visitor(place.rater, JANUARY).form(case, "return_").content.decode()
    # The same address and the same field: the browser puts back what it kept of them.
    assert f'action="{url_of(case, "return_")}" data-keep' in form
    assert 'name="reason"' in form


def test_strangers_other_agencies_observers_and_administrators_find_no_act():
    place, elsewhere = town(), town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    case = bring_to(place, State.PLAN_REVIEW)
    for stranger in (place.colleague, elsewhere.hr, place.observer, place.admin):
        visitor = Visitor(stranger, JANUARY)
        assert visitor.form(case, "approve").status_code == 404
        assert visitor.do(case, "approve").status_code == 404
        assert visitor.do(case, "exclude", {"reason": REASON}).status_code == 404
    assert place.case().state == State.PLAN_REVIEW


@pytest.mark.parametrize("action", ["fly", "open_assessment", "window_over", "open", "__init__"])
def test_unknown_actions_and_those_of_the_system_do_not_exist(action):
    place = town()
    case = bring_to(place, State.MONITORING)
    for person in (place.employee, place.hr):
        assert Visitor(person, NOVEMBER).do(case, action).status_code == 404
    assert place.case().state == State.MONITORING


def test_an_act_that_hands_a_document_in_leads_to_its_editor():
    place = town()
    case = place.case()
    editor = reverse("edit", args=[case.public_id, "plan"])
    employee = Visitor(place.employee, JANUARY)
    assert employee.form(case, "submit").headers["Location"] == editor
    assert employee.do(case, "submit").headers["Location"] == editor
    assert place.case().state == State.PLANNING


@pytest.mark.parametrize("state", list(State))
def test_no_act_in_any_state_ever_breaks(state):
    place = town(rules=CycleRules(rating_levels=(Level("superior"),))
                 if state == State.RATING_REVIEW else None)  # fmt: skip
    case = bring_to(place, state)
    # Every act that exists there; where none does, every act there is.
    arms = machine.arms_from(state) or machine.ARMS
    actions = {arm.action for arm in arms} - {"open_assessment", "window_over"}
    bad = {
        "reason": "\x00", "turn": "dua", "key": "k" * 500, "chosen": "' OR 1=1", "to": "nobody",
        "authority": "royal", "handed_on": "9999-99-99", "letter": "l" * 500, "search": "%\x00",
        "next": "//example.org", "order": "search" if state == State.PLANNING else "",
    }  # fmt: skip
    # What neither needs words nor a choice would really be done.
    for action in sorted(actions - {"approve", "settle", "accept", "waive", "withdraw",
                                    "keep_plan"}):  # fmt: skip
        assert Visitor(place.rater, NOVEMBER).form(case, action).status_code in {200, 302, 409}
        answer = Visitor(place.hr, NOVEMBER).do(case, action, bad)
        assert answer.status_code in {200, 302, 409, 422}, action
    assert place.case().state == state
