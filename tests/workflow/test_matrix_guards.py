"""The guards of the machine: what they refuse until they open, and once they close."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from cycles.exceptions import Incomplete, Refused
from cycles.models import Person
from cycles.rules import CycleRules, Level
from tests.builders import (
    APRIL,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    STATEMENT,
    Town,
    actor,
    bring_to,
    town,
)
from tests.workflow.test_matrix import MOMENTS, attempt, vacancy
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import SYSTEM, Actor, parties_of
from workflow.services.door import advance

pytestmark = pytest.mark.django_db

LONG_AFTER = timedelta(days=60)


def overdue(place: Town) -> datetime:
    return place.case().due_at


def one(place: Town, who: Person | Actor, action: str, now: datetime, **more: Any) -> str:
    acting = who if isinstance(who, Actor) else actor(who, now.date())
    case = place.case()
    return attempt(case, action, acting, now, vacancy(place), more.get("other", place.colleague))


def test_a_late_check_in_may_be_recorded_as_missed_from_the_due_instant_on():
    place = town()
    bring_to(place, State.MONITORING)
    before = overdue(place) - timedelta(microseconds=1)
    assert one(place, place.rater, "miss_checkin", before) == "WrongState"
    assert one(place, place.rater, "miss_checkin", overdue(place)) == "monitoring"


def test_a_check_in_waits_for_its_round():
    place = town()
    bring_to(place, State.MONITORING)
    opens = place.case().round_opens_at
    early = opens - timedelta(microseconds=1)
    assert one(place, place.employee, "submit_checkin", early) == "WrongState"
    assert one(place, place.employee, "submit_checkin", opens) == "checkin_review"


def test_the_assessment_opens_on_its_day_and_the_plan_can_no_longer_change():
    place = town()
    bring_to(place, State.MONITORING)
    opens = place.case().assessment_opens_at
    before = opens - timedelta(microseconds=1)
    assert one(place, SYSTEM, "open_assessment", before) == "WrongState"
    assert one(place, place.employee, "amend_plan", before) == "planning"
    assert one(place, SYSTEM, "open_assessment", opens) == "self_assessment"
    assert one(place, place.employee, "amend_plan", opens) == "WrongState"


def test_a_missing_self_assessment_is_passed_over_only_when_overdue():
    place = town()
    bring_to(place, State.SELF_ASSESSMENT)
    before = overdue(place) - timedelta(microseconds=1)
    assert one(place, place.rater, "proceed_without", before) == "WrongState"
    assert one(place, place.rater, "proceed_without", overdue(place)) == "supervisor_review"


def test_the_window_ends_at_one_instant_for_the_employee_and_the_system():
    place = town()
    end = bring_to(place, State.ANNOUNCED).window_ends_at
    before = end - timedelta(microseconds=1)
    assert one(place, place.employee, "object", before) == "objection_statements"
    assert one(place, place.employee, "object", end) == "WrongState"
    assert one(place, SYSTEM, "window_over", before) == "WrongState"
    assert one(place, SYSTEM, "window_over", end) == "final_approval"
    assert one(place, place.employee, "accept", end) == "final_approval"


def test_the_decider_goes_on_without_a_statement_only_when_it_is_overdue():
    place = town()
    bring_to(place, State.OBJECTION_STATEMENTS)
    before = overdue(place) - timedelta(microseconds=1)
    assert one(place, place.superior, "proceed", before) == "WrongState"
    assert one(place, place.superior, "proceed", overdue(place)) == "objection_decision"
    assert one(place, place.rater, "proceed", overdue(place)) == "NotAllowed"


def test_an_amendment_can_be_dropped_by_employee_and_rater():
    place = town()
    bring_to(place, State.MONITORING)
    place.act(place.employee, "amend_plan", APRIL, reason="Target berubah.")
    assert one(place, place.employee, "keep_plan", APRIL) == "monitoring"
    assert one(place, place.rater, "keep_plan", APRIL) == "monitoring"
    assert one(place, place.hr, "keep_plan", APRIL) == "NotAllowed"


def test_after_a_re_rating_nothing_goes_back_and_nothing_is_re_rated_again():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    place.act(place.superior, "rerate", NOVEMBER, body={"reasons": "Belum dijelaskan."})
    assert one(place, place.rater, "return_", NOVEMBER) == "WrongState"
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    place.act(place.employee, "deliver", NOVEMBER)
    place.act(place.employee, "object", NOVEMBER, body=OBJECTION)
    place.act(place.rater, "explain", NOVEMBER, body=EXPLANATION)
    place.act(place.employee, "waive", NOVEMBER)
    assert one(place, place.superior, "rerate", NOVEMBER) == "WrongState"
    assert one(place, place.superior, "uphold", NOVEMBER) == "final_approval"


def test_after_a_decided_objection_the_result_is_not_returned():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    place.act(place.superior, "uphold", NOVEMBER, body={"reasons": "Sesuai bukti."})
    assert one(place, place.hr, "return_", NOVEMBER) == "WrongState"
    assert one(place, place.hr, "settle", NOVEMBER) == "closed"


def test_once_a_level_has_approved_the_employee_can_no_longer_withdraw():
    place = town(rules=CycleRules(plan_levels=(Level("rater"), Level("superior"))))
    bring_to(place, State.PLAN_REVIEW)
    assert one(place, place.employee, "withdraw", JANUARY) == "planning"
    place.act(place.rater, "approve", JANUARY)
    assert place.case().state == State.PLAN_REVIEW
    assert one(place, place.employee, "withdraw", JANUARY) == "WrongState"
    assert one(place, place.rater, "approve", JANUARY) == "NotAllowed"
    assert one(place, place.superior, "approve", JANUARY) == "monitoring"


def test_from_delivery_on_only_death_or_a_court_ends_an_appraisal():
    place = town()
    case = bring_to(place, State.ANNOUNCED)
    who = actor(place.hr)
    for authority in ("leave", "other", "", "anything"):
        with pytest.raises(Refused, match=r"\w"):
            advance(case.pk, "exclude", actor=who, now=NOVEMBER,
                    data={"reason": "Cuti", "authority": authority})  # fmt: skip
    for authority in ("death", "court"):
        with transaction.atomic():
            advance(case.pk, "exclude", actor=who, now=NOVEMBER,
                    data={"reason": "Putusan", "authority": authority})  # fmt: skip
            assert place.case().state == State.EXCLUDED
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", ["plan_review", "supervisor_review", "final_approval"])
def test_a_return_without_reasons_is_incomplete(state):
    place = town()
    case = bring_to(place, State(state))
    who = actor(place.hr if state == "final_approval" else place.rater)
    with pytest.raises(Incomplete) as refusal:
        advance(case.pk, "return_", actor=who, data={"reason": " \x00 "},
                now=MOMENTS.get(state, NOVEMBER))  # fmt: skip
    assert [problem.path for problem in refusal.value.problems] == ["reason"]
    assert place.case().state == state


def test_a_repeated_objection_under_a_mayor_waits_for_a_decider_whom_hr_names():
    place = town()
    case = Case.objects.get(person=place.superior)
    bring_up = [
        (place.superior, "submit", JANUARY, {"body": PLAN}),
        (place.mayor, "approve", JANUARY, {}),
    ]
    for who, action, when, data in bring_up:
        place.act(who, action, when, place.superior, **data)
    advance(case.pk, "open_assessment", actor=SYSTEM, now=NOVEMBER)
    for who, action, data in [
        (place.superior, "submit", {"body": SELF_ASSESSMENT}),
        (place.mayor, "rate", {"body": RATING}),
        (place.superior, "deliver", {}),
        (place.superior, "object", {"body": OBJECTION}),
        (place.mayor, "explain", {"body": EXPLANATION}),
        (place.superior, "add_statement", {"body": STATEMENT}),
    ]:
        place.act(who, action, NOVEMBER, place.superior, **data)
    case.refresh_from_db(fields=["turn_party", "turn_person"])
    assert (case.turn_party, case.turn_person) == ("hr", None)
    case = place.case(place.superior)
    assert {p.value for p in parties_of(actor(place.hr), case)} == {"hr"}
    for action in ("uphold", "change", "rerate"):
        got = attempt(case, action, actor(place.hr), NOVEMBER, vacancy(place), place.colleague)
        assert got == "NotAllowed", "HR never decides itself"
    for nobody in (place.superior, place.mayor):
        with pytest.raises(Refused, match=r"\w"):
            place.act(place.hr, "name_decider", NOVEMBER, place.superior,
                      person=str(nobody.public_id), reason="Surat 800/1")  # fmt: skip
    place.act(place.hr, "name_decider", NOVEMBER, place.superior,
              person=str(place.hr_second.public_id), reason="Surat 800/1")  # fmt: skip
    case = place.case(place.superior)
    assert (case.turn_party, case.turn_person) == ("decider", place.hr_second)
    place.act(place.hr_second, "uphold", NOVEMBER, place.superior, body={"reasons": "Sesuai."})
    assert place.case(place.superior).state == State.FINAL_APPROVAL
