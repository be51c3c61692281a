"""Staged visibility: who sees a rating, and from when."""

from __future__ import annotations

import pytest
from django.utils.html import escape
from django.utils.translation import gettext as _

from cycles.rules import CycleRules, Level
from cycles.scoring import Predicate, Rating
from tests.builders import (
    NOVEMBER,
    RATING,
    bring_to,
    town,
)
from tests.workflow.views.visits import Visitor, words
from workflow.enums import State

pytestmark = pytest.mark.django_db

SOME_CLIMB = CycleRules(rating_levels=(Level("superior", ("sangat_baik",)),))
SECRET = RATING | {
    "work": "above", "behaviour": "above", "work_reason": "Rahasia-satu",
    "behaviour_reason": "Rahasia-dua", "recommendation": "Rahasia-tiga",
}  # fmt: skip
TELLTALE = [
    "Rahasia", "Target tercapai", "Ramah dan dapat diandalkan",
    *(str(choice.label) for choice in (*Rating, *Predicate)
      if choice not in {Predicate.BAIK, Predicate.KURANG}),
]  # fmt: skip


def place_in(state):
    place = town(rules=SOME_CLIMB if state == State.RATING_REVIEW else None)
    return place, bring_to(place, state)


@pytest.mark.parametrize(
    "state",
    [State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW, State.RATING_REVIEW, State.DELIVERY],
)
def test_before_delivery_nothing_on_the_page_tells_the_employee_the_rating(state):
    place, case = place_in(state)
    if state == State.DELIVERY:
        assert case.rating_number == 1
    html = Visitor(place.employee, NOVEMBER).open(case).content.decode()
    assert [word for word in TELLTALE if escape(word) in html] == []


def test_a_rating_that_climbs_because_of_what_it_says_does_not_show_that_it_climbs():
    place = town(rules=SOME_CLIMB)
    bring_to(place, State.SUPERVISOR_REVIEW)
    place.act(place.rater, "rate", NOVEMBER, body=SECRET)
    case = place.case()
    assert case.state == State.RATING_REVIEW
    page = Visitor(place.employee, NOVEMBER).open(case)
    text = words(page)
    assert page.context["state"] == State.SUPERVISOR_REVIEW
    assert place.superior.name not in text
    assert 'class="map-now" data-state="supervisor_review"' in page.content.decode()
    assert [word for word in TELLTALE if word in text] == []


def test_what_a_level_said_when_it_sent_a_rating_back_stays_with_rater_and_levels():
    place = town(rules=SOME_CLIMB)
    bring_to(place, State.SUPERVISOR_REVIEW)
    place.act(place.rater, "rate", NOVEMBER, body=SECRET)
    place.act(place.superior, "return_", NOVEMBER, reason="Rahasia-empat",
              pins={"work": "Rahasia-lima"})  # fmt: skip
    case = place.case()
    assert case.return_note["reason"] == "Rahasia-empat"
    own = Visitor(place.employee, NOVEMBER).open(case).content.decode()
    assert "Rahasia" not in own
    assert _("The rating was given") not in own
    assert "Rahasia" not in Visitor(place.hr, NOVEMBER).open(case).content.decode()
    theirs = words(Visitor(place.rater, NOVEMBER).open(case))
    assert "Rahasia-empat" in theirs
    assert "Rahasia-lima" in theirs
    # Nor later, when the rating that came of it has been delivered.
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    place.act(place.employee, "deliver", NOVEMBER)
    later = Visitor(place.employee, NOVEMBER).open(case).content.decode()
    assert "Rahasia" not in later
    assert str(Predicate.BAIK.label) in later


def test_from_delivery_on_the_employee_reads_the_result_with_its_reasons():
    place, case = place_in(State.ANNOUNCED)
    text = words(Visitor(place.employee, NOVEMBER).open(case))
    for expected in (str(Predicate.BAIK.label), str(Rating.MEETS.label), RATING["work_reason"],
                     RATING["behaviour_reason"]):  # fmt: skip
        assert expected in text


def test_a_second_rating_is_unknown_until_it_is_delivered_too():
    place, case = place_in(State.OBJECTION_DECISION)
    place.act(place.superior, "rerate", NOVEMBER, body={"reasons": "Nilai ulang buktinya."})
    place.act(place.rater, "rate", NOVEMBER, body=SECRET)
    text = words(Visitor(place.employee, NOVEMBER).open(case))
    assert "Rahasia" not in text
    assert str(Predicate.SANGAT_BAIK.label) not in text
    assert RATING["work_reason"] in text
    place.act(place.employee, "deliver", NOVEMBER)
    assert "Rahasia-satu" in words(Visitor(place.employee, NOVEMBER).open(case))


def test_hr_does_not_read_a_rating_before_the_employee():
    place, case = place_in(State.DELIVERY)
    html = Visitor(place.hr, NOVEMBER).open(case).content.decode()
    assert [word for word in TELLTALE if escape(word) in html] == []
