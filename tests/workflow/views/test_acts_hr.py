"""HR's acts over HTTP: exclusion, transfer, reassignment, naming a decider."""

from __future__ import annotations

import uuid

import pytest
from django.utils.html import escape
from django.utils.translation import gettext as _

from cycles.models import Person, Posting, Segment
from tests.builders import (
    APRIL,
    CHECKIN,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    bring_to,
    seat,
    town,
)
from tests.workflow.views.visits import Visitor, last_entry, url_of, words
from workflow.enums import State
from workflow.models import Receipt

pytestmark = pytest.mark.django_db


REASON = "Target kunjungan rumah belum menyebut jumlah per bulan."


def test_hr_excludes_on_a_basis_and_takes_back():
    place = town()
    case = bring_to(place, State.MONITORING)
    hr = Visitor(place.hr, APRIL)
    assert hr.do(case, "exclude", {"reason": REASON}).status_code == 422
    assert hr.do(case, "exclude", {"reason": REASON, "authority": "royal"}).status_code == 422
    hr.do(case, "exclude", {"reason": "SK CLTN nomor 12/2026", "authority": "leave"})
    assert place.case().state == State.EXCLUDED
    assert '"authority":"leave"' in last_entry(case).payload
    assert _("Unpaid leave (CLTN)") in words(hr.open(case))
    hr.do(case, "reinstate", {"reason": "Kembali bekerja sejak April."})
    assert place.case().state == State.MONITORING


def test_from_delivery_on_only_death_or_a_court_is_offered_and_accepted():
    place = town()
    case = bring_to(place, State.ANNOUNCED)
    hr = Visitor(place.hr, NOVEMBER)
    form = hr.form(case, "exclude").content.decode()
    assert 'value="death"' in form
    assert 'value="leave"' not in form
    page = hr.do(case, "exclude", {"reason": REASON, "authority": "leave"})
    assert page.status_code == 422
    assert REASON in page.content.decode()


def test_hr_transfers_to_a_free_post_of_the_agency():
    place = town()
    case = bring_to(place, State.MONITORING)
    free = seat(None, place.section, "Bidan Ahli Muda", place.posts["rater"])
    hr = Visitor(place.hr, APRIL)
    form = hr.form(case, "transfer").content.decode()
    assert str(free.public_id) in form
    assert str(place.posts["colleague"].public_id) not in form
    hr.do(case, "transfer", {"reason": "Promosi jabatan.", "chosen": free.public_id})
    assert place.case().state == State.PLANNING
    assert place.case().post == free
    assert Segment.objects.filter(appraisal=case.appraisal).count() == 2
    assert Posting.objects.get(post=free).person == place.employee


def test_forged_posts_and_people_are_refused_with_a_sentence_and_keep_what_was_typed():
    place, elsewhere = town(), town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    case = bring_to(place, State.MONITORING)
    foreign = seat(None, elsewhere.section, "Bidan Ahli Muda", elsewhere.posts["rater"])
    hr = Visitor(place.hr, APRIL)
    for action, chosen in (
        ("transfer", foreign.public_id), ("transfer", uuid.uuid4()), ("transfer", "1; DROP"),
        ("transfer", place.posts["colleague"].public_id),
        ("reassign", elsewhere.rater.public_id), ("reassign", place.employee.public_id),
    ):  # fmt: skip
        page = hr.do(case, action, {"reason": REASON, "chosen": chosen, "to": "person"})
        assert page.status_code == 422
        assert _("What you chose is not in this list.") in words(page)
        assert REASON in page.content.decode()
    assert place.case().turn_number == case.turn_number


def test_searching_narrows_the_list_and_loses_nothing_that_was_typed():
    place = town()
    case = bring_to(place, State.MONITORING)
    hr = Visitor(place.hr, APRIL)
    page = hr.do(case, "reassign", {"reason": REASON, "search": "rek", "order": "search"})
    html = page.content.decode()
    assert page.status_code == 200
    assert str(place.colleague.public_id) in html
    assert str(place.superior.public_id) not in html
    assert REASON in html
    assert not Receipt.objects.filter(actor=place.hr).exists()


def test_what_was_chosen_stays_chosen_when_the_words_change():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    hr = Visitor(place.hr, JANUARY)
    sent = {"reason": REASON, "to": "person", "chosen": place.superior.public_id, "search": "rek"}
    html = hr.do(case, "reassign", sent | {"order": "search"}).content.decode()
    assert f'value="{place.superior.public_id}"' in html
    assert hr.do(case, "reassign", sent).status_code == 302
    assert place.case().turn_person == place.superior


def test_a_reassignment_to_a_person_needs_the_person():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    page = Visitor(place.hr, JANUARY).do(case, "reassign", {"reason": REASON, "to": "person"})
    assert page.status_code == 422
    assert _("Choose one of the list.") in words(page)


def test_hr_takes_a_case_itself_and_gives_it_back_by_the_posts():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    hr = Visitor(place.hr, JANUARY)
    hr.do(case, "reassign", {"reason": REASON, "to": "hr"})
    assert place.case().turn_person is None
    hr.do(case, "reassign", {"reason": REASON, "to": "rule"})
    assert place.case().turn_person == place.rater


def under_the_mayor(place):
    """The appraisal of the head of office, whose rater is the mayor, up to the objection."""
    of = place.superior
    place.act(of, "submit", JANUARY, of, body=PLAN)
    place.act(place.mayor, "approve", JANUARY, of)
    place.act(of, "submit_checkin", APRIL, of, body=CHECKIN)
    place.act(place.mayor, "approve", APRIL, of)
    from workflow.services.sweeps import open_assessments

    open_assessments(NOVEMBER)
    place.act(of, "submit", NOVEMBER, of, body=SELF_ASSESSMENT)
    place.act(place.mayor, "rate", NOVEMBER, of, body=RATING)
    place.act(of, "deliver", NOVEMBER, of)
    place.act(of, "object", NOVEMBER, of, body=OBJECTION)
    place.act(place.mayor, "explain", NOVEMBER, of, body=EXPLANATION)
    place.act(of, "waive", NOVEMBER, of)
    return place.case(of)


def test_under_a_mayor_hr_names_the_decider_by_letter():
    place = town()
    case = under_the_mayor(place)
    hr = Visitor(place.hr, NOVEMBER)
    assert url_of(case, "name_decider") in hr.open(case).content.decode()
    sent = {"reason": "Ditunjuk oleh sekretaris daerah.", "chosen": place.hr_second.public_id}
    refused = hr.do(case, "name_decider", sent)
    assert refused.status_code == 422
    assert refused.context["form"].errors["letter"]
    barred = hr.do(case, "name_decider",
                   sent | {"letter": "SK 800/1", "chosen": place.mayor.public_id})  # fmt: skip
    assert barred.status_code == 422
    assert _("Who is assessed, who rated and who approved the rating cannot decide.") in words(
        barred
    )
    hr.do(case, "name_decider", sent | {"letter": "SK 800/1"})
    named = place.case(place.superior)
    assert named.decider == place.hr_second
    assert "SK 800/1" in last_entry(case).payload
    assert place.hr_second.name in words(hr.open(case))


def test_a_choice_of_people_never_names_a_number_and_never_the_assessed():
    place = town()
    case = bring_to(place, State.MONITORING)
    gone = Person.objects.create(agency=place.agency, name="Sudah Pindah", kind="pns",
                                 left_on="2026-01-31")  # fmt: skip
    html = Visitor(place.hr, APRIL).form(case, "reassign").content.decode()
    assert escape(place.superior.name) in html
    assert f'value="{place.employee.public_id}"' not in html
    assert f'value="{gone.public_id}"' not in html
