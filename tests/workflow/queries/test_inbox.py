"""What waits for a person: pages without gaps, counts with an end, papers in one question."""

from __future__ import annotations

from datetime import date

import pytest

from cycles.models import Acting, RoleGrant, User
from tests.builders import (
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    Town,
    actor,
    bring_to,
    person,
    seat,
    town,
)
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import actor_of
from workflow.queries import inbox
from workflow.queries.inbox import Narrowing, cursor_of, tally, waiting
from workflow.queries.keyset import Cursor
from workflow.queries.papers import papers_of
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def plans(place: Town, number: int) -> None:
    people = []
    for n in range(number):
        someone = person(place.agency, f"Warga {n}")
        seat(someone, place.section, f"Staf {n}", place.posts["rater"])
        people.append(someone)
    open_cycle(place.cycle, now=JANUARY)
    for someone in people:
        place.act(someone, "submit", JANUARY, of=someone, body=PLAN)


def test_rows_that_are_due_at_the_same_instant_are_paged_without_gap_or_repeat():
    place = town()
    plans(place, 5)
    who, others = actor(place.rater), Narrowing("orang-lain")
    seen: list[int] = []
    cursor = Cursor()
    for _page in range(3):
        page = waiting(who, JANUARY, others, cursor, size=2)
        seen += [case.pk for case in page.rows]
        if page.has_next:
            cursor = Cursor(cursor_of(page.rows[-1]))
    assert seen == list(
        Case.objects.filter(turn_person=place.rater).exclude(person=place.rater)
        .order_by("due_at", "pk").values_list("pk", flat=True)
    )  # fmt: skip
    last = Case.objects.get(pk=seen[-1])
    before = waiting(who, JANUARY, others, Cursor(cursor_of(last), backwards=True), size=2)
    assert [case.pk for case in before.rows] == seen[2:4]
    assert before.has_previous


def test_a_cursor_whose_row_has_moved_on_still_names_its_place():
    place = town()
    plans(place, 3)
    who, others = actor(place.rater), Narrowing("orang-lain")
    first, second, third = waiting(who, JANUARY, others).rows
    place.act(place.rater, "approve", JANUARY, of=first.person)
    rest = waiting(who, JANUARY, others, Cursor(cursor_of(first)))
    assert [case.pk for case in rest.rows] == [second.pk, third.pk]


def test_counting_has_an_end(monkeypatch):
    place = town()
    plans(place, 4)
    monkeypatch.setattr(inbox, "MOST_COUNTED", 3)
    found = tally(actor(place.rater), JANUARY)
    assert (found.total, found.is_capped, found.words) == (3, True, "3+")


def test_hr_of_two_agencies_has_both_pools():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    for there in (place, other):
        bring_to(there, State.FINAL_APPROVAL)
    user = User.objects.get(username="sdm")
    RoleGrant.objects.create(user=user, role="hr", agency=other.agency)
    page = waiting(actor_of(user, NOVEMBER.date()), NOVEMBER, Narrowing("penetapan"))
    assert {case.agency_id for case in page.rows} == {place.agency.pk, other.agency.pk}


def test_whoever_rated_never_finds_the_objection_for_a_post_they_act_for():
    place = town()
    bring_to(place, State.ANNOUNCED)
    Acting.objects.create(
        agency=place.agency, post=place.posts["superior"], person=place.rater, kind="plh",
        letter="800/1", starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 31), may_decide=True,
    )  # fmt: skip
    place.act(place.employee, "object", NOVEMBER, body=OBJECTION)
    place.act(place.rater, "explain", NOVEMBER, body={"text": "Sudah dijelaskan."})
    place.act(place.employee, "waive", NOVEMBER)
    assert place.case().state == State.OBJECTION_DECISION
    own = actor(place.rater, NOVEMBER.date())
    assert waiting(own, NOVEMBER, Narrowing("keberatan")).rows == []
    decider = actor(place.superior, NOVEMBER.date())
    assert len(waiting(decider, NOVEMBER, Narrowing("keberatan")).rows) == 1


def test_the_papers_of_every_row_come_in_one_question(django_assert_num_queries):
    place = town()
    plans(place, 6)
    who = actor(place.rater)
    rows = waiting(who, JANUARY).rows
    with django_assert_num_queries(1):
        found = papers_of(rows, who)
    assert all(found[case.pk]["plan"].body["results"] for case in rows
               if case.person_id != place.rater.pk)  # fmt: skip


def test_a_page_without_others_documents_asks_nothing(django_assert_num_queries):
    place = town()
    who = actor(place.employee)
    rows = waiting(who, JANUARY).rows
    assert len(rows) == 1
    with django_assert_num_queries(0):
        assert papers_of(rows, who) == {}


def test_an_account_without_a_person_has_no_inbox():
    place = town()
    who = actor_of(place.observer, JANUARY.date())
    assert waiting(who, JANUARY).rows == []
    assert tally(who, JANUARY).total == 0
