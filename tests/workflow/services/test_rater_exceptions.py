"""Somebody else than the superior rates: at once where it is asked, until its day, then no more."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from cycles.exceptions import Incomplete, NotAllowed, Refused
from cycles.models import LedgerEntry, RaterException
from cycles.queries.officials import rater_exceptions
from cycles.services.organisation.common import By
from tests.builders import APRIL, NOVEMBER, RATING, actor, bring_to, town
from workflow.enums import State
from workflow.permissions import actor_of
from workflow.services.rater_exceptions import (
    Wish,
    begin_exceptions,
    end_exception,
    end_exceptions,
    name_rater,
)

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return town()


@pytest.fixture
def wish(place):
    return Wish(place.employee, place.superior, "Suami istri", TODAY)


def name(place, wish, now=MARCH, who=None):
    who = who or place.hr
    return name_rater(
        place.agency, wish, actor=actor(who, now.date()), today=now.date(), by=By(who.user, now)
    )


def end(place, exception, last_day, now=MARCH):
    return end_exception(
        exception, last_day, reason="Sudah selesai", actor=actor(place.hr, now.date()),
        today=now.date(), by=By(place.hr.user, now),
    )  # fmt: skip


def sentences(place, wish):
    with pytest.raises(Incomplete) as raised:
        name(place, wish)
    return [(found.path, found.sentence) for found in raised.value.problems]


@pytest.mark.parametrize(
    "state", [State.PLANNING, State.PLAN_REVIEW, State.MONITORING, State.CHECKIN_REVIEW,
              State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW, State.DELIVERY],
)  # fmt: skip
def test_in_every_state_that_asks_a_rater_the_other_one_has_it_at_once(place, wish, state):
    bring_to(place, state)
    early = {State.PLANNING, State.PLAN_REVIEW, State.MONITORING}
    now = MARCH if state in early else APRIL if state == State.CHECKIN_REVIEW else NOVEMBER
    named = name(place, replace(wish, starts_on=now.date()), now)
    assert named.moved == 1
    case = place.case()
    assert (case.rater, case.rater_exception, case.state) == (place.superior, place.superior, state)
    asked = {State.PLAN_REVIEW, State.CHECKIN_REVIEW, State.SUPERVISOR_REVIEW, State.DELIVERY}
    assert case.turn_person == (place.superior if state in asked else place.employee)


def test_the_other_rater_rates_and_the_story_says_why(place, wish):
    bring_to(place, State.SUPERVISOR_REVIEW)
    name(place, wish, NOVEMBER)
    place.act(place.superior, "rate", NOVEMBER, body=RATING)
    assert place.case().rated_by == place.superior
    entry = LedgerEntry.objects.get(stream=f"appraisal:{place.case().appraisal_id}",
                                    action="reassign")  # fmt: skip
    assert json.loads(entry.payload)["reason"] == "Suami istri"
    [own] = LedgerEntry.objects.filter(stream=f"person:{place.employee.pk}")
    assert own.action == "name_rater"


def test_opening_learns_of_it_by_one_question(place, wish):
    name(place, wish)
    assert rater_exceptions(place.agency.pk, TODAY) == {place.employee.pk: place.superior.pk}
    assert rater_exceptions(place.agency.pk, date(2026, 3, 1)) == {}


def test_one_that_begins_later_waits_for_its_day(place, wish):
    later = replace(wish, starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 20))
    assert name(place, later).moved == 0
    assert begin_exceptions(MARCH) == 0
    day = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    assert begin_exceptions(day) == 1
    assert begin_exceptions(day) == 0
    assert place.case().rater == place.superior
    assert end_exceptions(datetime(2026, 3, 20, 10, 0, tzinfo=UTC)) == 0
    # The local day is over at 17.00 UTC: it is the 21st in Jakarta.
    over = datetime(2026, 3, 20, 17, 1, tzinfo=UTC)
    assert end_exceptions(over) == 1
    assert end_exceptions(over) == 0
    case = place.case()
    assert (case.rater, case.rater_exception) == (place.rater, None)
    assert RaterException.objects.get().ended_at == over


def test_ending_it_gives_the_item_back_to_the_superior(place, wish):
    bring_to(place, State.PLAN_REVIEW)
    exception = name(place, wish).exception
    assert end(place, exception, TODAY) == 0  # until the evening
    assert place.case().turn_person == place.superior
    with pytest.raises(Incomplete, match="This day has passed"):
        end(place, exception, date(2026, 2, 27))
    assert end(place, exception, date(2026, 3, 1)) == 1
    case = place.case()
    assert (case.turn_person, case.rater, case.rater_exception) == (place.rater, place.rater, None)
    with pytest.raises(Refused, match="over already"):
        end(place, exception, date(2026, 3, 1))


def test_where_the_rater_is_not_asked_it_takes_effect_when_they_are(place, wish):
    bring_to(place, State.ANNOUNCED)
    assert name(place, wish, NOVEMBER).moved == 0
    assert place.case().rater_exception is None
    assert begin_exceptions(NOVEMBER) == 0


def test_ended_where_nobody_is_asked_it_is_gone_without_a_move(place, wish):
    bring_to(place, State.SUPERVISOR_REVIEW)
    exception = name(place, wish, NOVEMBER).exception
    place.act(place.superior, "rate", NOVEMBER, body=RATING)
    place.act(place.employee, "deliver", NOVEMBER)
    before = place.case().turn_number
    assert end(place, exception, date(2026, 11, 9), NOVEMBER) == 1
    case = place.case()
    assert (case.rater_exception, case.turn_number, case.state) == (
        None, before, State.ANNOUNCED,
    )  # fmt: skip


def test_nobody_rates_themselves_or_their_superior_and_no_stranger_does(place, wish):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    assert sentences(place, replace(wish, rater=place.employee)) == [
        ("chosen", "Nobody rates themselves.")
    ]
    assert sentences(place, replace(wish, rater=other.rater)) == [
        ("chosen", "Choose a person of this agency.")
    ]
    assert sentences(place, replace(wish, person=place.rater, rater=place.employee)) == [
        ("chosen", "Pegawai stands below Penilai and cannot rate them.")
    ]


def test_two_exceptions_never_hold_on_one_day(place, wish):
    name(place, wish)
    assert sentences(place, replace(wish, rater=place.colleague)) == [
        ("starts_on", "Atasan is named for these days already. End that exception first.")
    ]


def test_an_exception_needs_a_reason_and_sensible_days(place, wish):
    bad = replace(wish, reason=" ", starts_on=TODAY, ends_on=date(2026, 3, 1))
    assert [path for path, _ in sentences(place, bad)] == ["reason", "ends_on"]


def test_hr_never_chooses_its_own_rater_and_others_choose_none(place, wish):
    with pytest.raises(NotAllowed, match="Nobody chooses their own rater"):
        name(place, replace(wish, person=place.hr))
    with pytest.raises(NotAllowed, match="Only HR of this agency"):
        name(place, wish, who=place.rater)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    with pytest.raises(NotAllowed, match="Only HR of this agency"):
        name_rater(place.agency, wish, actor=actor_of(other.hr.user, TODAY), today=TODAY,
                   by=By(other.hr.user, MARCH))  # fmt: skip
    assert not RaterException.objects.exists()


def test_a_rater_who_has_left_rates_no_more(place, wish):
    name(place, wish)
    place.superior.left_on = date(2026, 3, 5)
    place.superior.save()
    assert rater_exceptions(place.agency.pk, date(2026, 3, 5)) == {}
    assert begin_exceptions(datetime(2026, 3, 6, 2, 0, tzinfo=UTC)) == 0
