"""The case page: where it stands, whose turn, until when, what can be done, what happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.calendar import format_due
from cycles.models import Acting
from cycles.rules import CycleRules, Level
from cycles.scoring import Predicate, Rating
from tests.builders import (
    APRIL,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    bring_to,
    town,
)
from tests.workflow.views.visits import Visitor, words
from workflow.enums import State
from workflow.models import Receipt

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


# --- who may open it ---------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_in_every_state_it_opens_for_employee_rater_and_hr_each_in_their_own_words(state):
    place, case = place_in(state)
    own = Visitor(place.employee, NOVEMBER).open(case)
    assert own.status_code == 200
    if state != State.RATING_REVIEW:
        assert f"<h1>{escape(state.for_employee)}</h1>" in own.content.decode()
    for person in (place.rater, place.hr):
        page = Visitor(person, NOVEMBER).open(case)
        assert f"<h1>{place.employee.name}</h1>" in page.content.decode()
        assert str(state.label) in words(page)


def test_strangers_other_agencies_observers_and_administrators_find_no_page():
    place, elsewhere = town(), town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    case = place.case()
    for stranger in (place.colleague, elsewhere.hr, elsewhere.rater, place.observer, place.admin):
        assert Visitor(stranger, JANUARY).open(case).status_code == 404


def test_the_raters_superior_has_no_business_with_it_before_an_objection():
    place, case = place_in(State.SUPERVISOR_REVIEW)
    assert Visitor(place.superior, NOVEMBER).open(case).status_code == 404
    bring_to(place, State.OBJECTION_STATEMENTS, place.colleague)
    theirs = place.case(place.colleague)
    assert Visitor(place.superior, NOVEMBER).open(theirs).status_code == 200


def test_whoever_is_not_logged_in_comes_back_here_after_the_login():
    case = town().case()
    page = Visitor(None, JANUARY).open(case)
    url = reverse("case", args=[case.public_id])
    assert page.headers["Location"] == f"{reverse('login')}?next={url}"


# --- where it stands ---------------------------------------------------------------------------


def test_it_says_whose_turn_it_is_and_until_when():
    place, case = place_in(State.PLAN_REVIEW)
    due = format_due(case.due_at, place.agency.zone)
    waiting = words(Visitor(place.employee, JANUARY).open(case))
    assert _("Who has it now") in waiting
    assert place.rater.name in waiting
    assert due in waiting
    acting = words(Visitor(place.rater, JANUARY).open(case))
    assert _("It is your turn") in acting
    assert due in acting


def test_it_explains_why_a_date_falls_on_its_day_with_the_article():
    place, case = place_in(State.OBJECTION_DECISION)
    text = words(Visitor(place.superior, NOVEMBER).open(case))
    assert _("Why this date?") in text
    assert "PP 30/2019 Pasal 59" in text


def test_an_extension_stands_beside_the_date_with_its_author_and_reason():
    from cycles.models import Stage
    from tests.builders import actor
    from workflow.services.extension import extend_stage

    place = town()
    stage = Stage.objects.get(cycle=place.cycle, kind="planning")
    extend_stage(stage, due_on=date(2026, 2, 13), reason="Banjir di Pamulang.",
                 actor=actor(place.hr), unit=place.section, now=JANUARY)  # fmt: skip
    text = words(Visitor(place.employee, JANUARY).open(place.case()))
    assert "Banjir di Pamulang." in text
    assert place.hr.name in text


def test_a_return_is_told_with_its_reason_and_its_pinned_sentences_in_words():
    place, case = place_in(State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas.",
              pins={"results.r1.quantity.target": "Per bulan?"})  # fmt: skip
    text = words(Visitor(place.employee, JANUARY).open(case))
    assert "Target belum jelas." in text
    assert "Per bulan?" in text
    assert "results.r1" not in text


def test_the_map_marks_the_present_state_and_the_ones_gone_through():
    place, case = place_in(State.CHECKIN_REVIEW)
    html = Visitor(place.employee, APRIL).open(case).content.decode()
    assert 'class="map-now" data-state="checkin_review"' in html
    assert 'class="map-been" data-state="plan_review"' in html
    assert 'class="map-other" data-state="closed"' in html


def test_both_ends_of_the_time_to_object_are_shown():
    place, case = place_in(State.ANNOUNCED)
    text = words(Visitor(place.employee, NOVEMBER).open(case))
    assert format_due(case.window_ends_at, place.agency.zone) in text
    assert format_due(case.window_calendar_ends_at, place.agency.zone) in text
    assert case.window_calendar_ends_at < case.window_ends_at


def test_between_the_two_ends_it_says_that_an_objection_is_still_possible():
    place, case = place_in(State.ANNOUNCED)
    sentence = _(
        "By calendar days the time is over; this agency counts the longer way, so an objection is "
        "still possible and will be marked."
    )
    before = Visitor(place.employee, NOVEMBER).open(case)
    between = Visitor(place.employee, case.window_calendar_ends_at).open(case)
    assert sentence not in words(before)
    assert sentence in words(between)


def test_a_second_posting_shows_both_stretches_of_the_year():
    from tests.builders import seat

    place, case = place_in(State.MONITORING)
    post = seat(None, place.section, "Bidan Ahli Muda", place.posts["rater"])
    place.act(place.hr, "transfer", APRIL, post=post.public_id, reason="Promosi.")
    text = words(Visitor(place.employee, APRIL).open(case))
    assert "Bidan Ahli Pertama, Puskesmas Pamulang" in text
    assert "Bidan Ahli Muda, Puskesmas Pamulang" in text


# --- what can be done --------------------------------------------------------------------------


def test_an_act_that_is_not_possible_yet_stands_there_with_its_reason():
    place, case = place_in(State.MONITORING)
    early = Visitor(place.employee, JANUARY).open(case)
    assert _("The next check-in is not open yet.") in words(early)
    assert reverse("edit", args=[case.public_id, "checkin"]) not in early.content.decode()
    later = Visitor(place.employee, APRIL).open(case)
    assert _("The next check-in is not open yet.") not in words(later)
    assert reverse("edit", args=[case.public_id, "checkin"]) in later.content.decode()


def test_the_employee_is_offered_the_result_with_one_button():
    place, case = place_in(State.DELIVERY)
    html = Visitor(place.employee, NOVEMBER).open(case).content.decode()
    assert reverse("act", args=[case.public_id, "deliver"]) in html
    assert _("Open my result") in html


def test_hr_alone_is_offered_upkeep():
    place, case = place_in(State.MONITORING)
    for person, is_offered in ((place.hr, True), (place.rater, False), (place.employee, False)):
        html = Visitor(person, APRIL).open(case).content.decode()
        for action in ("exclude", "transfer", "reassign"):
            assert (reverse("act", args=[case.public_id, action]) in html) is is_offered


def test_hr_is_offered_nothing_in_its_own_appraisal():
    place = town()
    case = place.case(place.hr)
    html = Visitor(place.hr, JANUARY).open(case).content.decode()
    assert reverse("act", args=[case.public_id, "exclude"]) not in html
    assert reverse("edit", args=[case.public_id, "plan"]) in html


def test_the_decider_is_led_to_the_editor_of_the_decision():
    place, case = place_in(State.OBJECTION_DECISION)
    html = Visitor(place.superior, NOVEMBER).open(case).content.decode()
    assert html.count(reverse("edit", args=[case.public_id, "decision"])) == 1


# --- what happened -----------------------------------------------------------------------------


def test_the_story_names_acts_people_and_reasons():
    place, case = place_in(State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas.")
    text = words(Visitor(place.hr, JANUARY).open(case))
    for expected in (_("The plan was submitted"), _("The plan was returned"), place.rater.name,
                     "Target belum jelas."):  # fmt: skip
        assert expected in text


def test_the_story_says_on_whose_behalf_and_under_which_letter_an_acting_official_acted():
    place, case = place_in(State.PLAN_REVIEW)
    Acting.objects.create(agency=place.agency, post=place.posts["rater"], person=place.colleague,
                          kind="plh", letter="800/12/2026", starts_on=date(2026, 1, 1),
                          ends_on=date(2026, 1, 31))  # fmt: skip
    place.act(place.colleague, "return_", JANUARY, reason="Target belum jelas.")
    text = words(Visitor(place.employee, JANUARY).open(case))
    assert place.colleague.name in text
    assert _("on behalf of %(name)s") % {"name": place.rater.name} in text
    assert "800/12/2026" in text


def test_each_person_sees_their_own_receipts_and_nobody_elses():
    place, case = place_in(State.CHECKIN_REVIEW)
    numbers = {
        person: set(Receipt.objects.filter(actor=person).values_list("number", flat=True))
        for person in (place.employee, place.rater)
    }
    for person, own in numbers.items():
        text = words(Visitor(person, APRIL).open(case))
        others = numbers[place.rater if person == place.employee else place.employee]
        assert own
        assert all(number in text for number in own)
        assert not any(number in text for number in others)


def test_the_documents_stand_there_with_every_version():
    place, case = place_in(State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas.")
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    html = Visitor(place.rater, JANUARY).open(case).content.decode()
    url = reverse("document", args=[case.public_id, "plan", 0])
    assert f'{url}?version=1"' in html
    assert f'{url}?version=2"' in html


def test_time_in_which_the_plan_is_carried_out_is_nobodys_delay():
    place, case = place_in(State.CHECKIN_REVIEW)
    page = Visitor(place.employee, APRIL + timedelta(days=2)).open(case)
    held = {row["label"]: row["value"] for row in page.context["held"]}
    assert _("You") not in held
    assert held[_("Carrying out the plan")] > 60
    assert held[place.rater.name] == 2


def test_after_the_due_date_the_waiting_counts_for_whoever_has_the_turn():
    place, case = place_in(State.MONITORING)
    page = Visitor(place.employee, case.due_at + timedelta(days=7, hours=2)).open(case)
    assert {row["label"]: row["value"] for row in page.context["held"]}[_("You")] == 5


# --- bad and large things ----------------------------------------------------------------------


def test_what_people_wrote_is_text_and_never_markup():
    place, case = place_in(State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="<script>alert(1)</script>")
    html = Visitor(place.employee, JANUARY).open(case).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def lengthen(case, rows):
    """Put more rows into the story, as many reassignments would."""
    for _number in range(rows):
        ledger.append(
            [ledger.Entry(stream=f"appraisal:{case.appraisal_id}", action="reassign", at=NOVEMBER,
                          agency_id=case.agency_id, cycle_id=case.cycle_id, actor_id=case.rater_id,
                          reason="Cuti.", data={"from": case.rater_id, "to": case.person_id})]
        )  # fmt: skip


@pytest.mark.parametrize("state", list(State))
def test_the_page_asks_at_most_fifteen_questions_whatever_the_length_of_the_story(state):
    place, case = place_in(state)
    visitors = [Visitor(p, NOVEMBER) for p in (place.employee, place.rater, place.superior,
                                               place.hr)]  # fmt: skip
    counts = []
    for rows in (1, 49):
        lengthen(case, rows)
        found = []
        for visitor in visitors:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                page = visitor.open(case)
            if page.status_code == 200:
                found.append(len(asked))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 15


def test_the_heaviest_case_stays_below_fifteen_questions_too():
    from cycles.models import Stage
    from tests.builders import actor, seat
    from workflow.services.extension import extend_stage

    place = town()
    bring_to(place, State.MONITORING)
    post = seat(None, place.section, "Bidan Ahli Muda", place.posts["rater"])
    place.act(place.hr, "transfer", APRIL, post=post.public_id, reason="Promosi.")
    place.act(place.employee, "submit", APRIL, body=PLAN)
    place.act(place.rater, "approve", APRIL)
    from workflow.services.sweeps import open_assessments

    open_assessments(NOVEMBER)
    place.act(place.employee, "submit", NOVEMBER, body=SELF_ASSESSMENT)
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    place.act(place.employee, "deliver", NOVEMBER)
    place.act(place.employee, "object", NOVEMBER, body={"text": "Keberatan.", "link": ""})
    place.act(place.rater, "explain", NOVEMBER, body=EXPLANATION)
    place.act(place.employee, "waive", NOVEMBER)
    place.act(place.superior, "rerate", NOVEMBER, body={"reasons": "Nilai ulang."})
    stage = Stage.objects.get(cycle=place.cycle, kind="review")
    extend_stage(stage, due_on=date(2026, 12, 30), reason="Banjir.", actor=actor(place.hr),
                 unit=place.section, now=NOVEMBER)  # fmt: skip
    case = place.case()
    visitor = Visitor(place.rater, NOVEMBER)
    visitor.open(case)
    with CaptureQueriesContext(connection) as asked:
        page = visitor.open(case)
    assert "Banjir." in words(page)
    assert len(asked) <= 15
