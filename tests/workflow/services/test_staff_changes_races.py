"""A move at the same instant as an act on the appraisal: one after the other, nothing torn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from cycles.exceptions import Refused
from cycles.models import Posting
from cycles.queries.calendars import forget_calendars
from tests.builders import APRIL, CHECKIN, JANUARY, PLAN, Town, bring_to, person, seat, town
from tests.workflow.contest import contest, doing, staff
from tests.workflow.moves import carry, vacant
from tests.workflow.test_races import is_whole
from workflow.enums import State
from workflow.models import Case
from workflow.services.door import Outcome
from workflow.services.opening import open_cycle
from workflow.services.staff_changes import apply_due

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 8


@pytest.fixture
def place() -> Iterator[Town]:
    forget_calendars()
    yield town()
    connections.close_all()


def moving(place: Town, *given: Any, **more: Any) -> Callable[[], Outcome]:
    """The move as a contestant; what it leads to is read from the database."""
    return lambda: carry(place, *given, **more)  # type: ignore[return-value]


def no_error(results: list[Any]) -> None:
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result


def test_a_move_while_the_employee_submits(place):
    for number, someone in enumerate(staff(place, TRIES)):
        case, post = place.case(someone), vacant(place, f"Meja {number}")
        no_error(contest(
            doing(someone, case.pk, "submit", JANUARY, body=PLAN),
            moving(place, someone, "post", JANUARY, post=post),
        ))  # fmt: skip
        after = Case.objects.get(pk=case.pk)
        assert (after.post, after.segment_number) == (post, 2)
        assert after.state in {State.PLANNING, State.PLAN_REVIEW}
        is_whole(after)


def test_a_rater_retires_while_approving(place):
    people = staff(place, 3)
    cases = [bring_to(place, State.PLAN_REVIEW, someone) for someone in people]
    results = contest(
        *(doing(place.rater, case.pk, "approve", JANUARY) for case in cases),
        moving(place, place.rater, "retirement", JANUARY),
    )
    no_error(results)
    for case in cases:
        after = Case.objects.get(pk=case.pk)
        assert after.rater == place.superior
        assert (after.state, after.turn_person) in {
            (State.MONITORING, after.person), (State.PLAN_REVIEW, place.superior),
        }  # fmt: skip
        is_whole(after)


def test_two_sweeps_let_a_change_take_effect_once(place):
    people = staff(place, 4)
    may = JANUARY + timedelta(days=120)
    for someone in people:
        carry(place, someone, "retirement", JANUARY, on=may.date())
    results = contest(*(lambda: apply_due(may) for _ in range(3)))  # type: ignore[arg-type,return-value]
    no_error(results)
    assert sum(results) == 4  # type: ignore[arg-type]
    for someone in people:
        after = place.case(someone)
        assert after.state == "excluded"
        is_whole(after)


def test_two_people_are_sent_to_one_post(place):
    for number in range(4):
        one, other = staff_of_two(place, number)
        post = vacant(place, f"Meja {number}")
        results = contest(
            moving(place, one, "post", JANUARY, post=post),
            moving(place, other, "post", JANUARY, post=post),
        )
        no_error(results)
        assert sum(isinstance(result, Refused) for result in results) == 1
        holder = Posting.objects.get(post=post).person
        loser = other if holder == one else one
        assert place.case(holder).post == post
        assert place.case(loser).segment_number == 1


def staff_of_two(place: Town, number: int) -> tuple[Any, Any]:
    two = []
    for n in range(2):
        someone = person(place.agency, f"Calon {number} {n}")
        seat(someone, place.section, f"Perawat {number} {n}", place.posts["rater"])
        two.append(someone)
    open_cycle(place.cycle, now=JANUARY)
    return two[0], two[1]


def test_a_move_and_the_case_pages_own_transfer_of_the_same_person(place):
    for number, someone in enumerate(staff(place, TRIES)):
        case, post = place.case(someone), vacant(place, f"Meja {number}")
        no_error(contest(
            doing(place.hr, case.pk, "transfer", JANUARY, post=str(post.public_id), reason="x"),
            moving(place, someone, "post", JANUARY, post=post, may_wait=False),
        ))  # fmt: skip
        after = Case.objects.get(pk=case.pk)
        assert (after.post, after.segment_number) == (post, 2)
        assert Posting.objects.filter(person=someone, ends_on=None).count() == 1
        is_whole(after)


def test_rater_and_employee_leave_at_once(place):
    (someone,) = staff(place, 1)
    case = bring_to(place, State.CHECKIN_REVIEW, someone)
    no_error(contest(
        moving(place, someone, "retirement", APRIL),
        moving(place, place.rater, "absence", APRIL, absence="study", vacates=True),
    ))  # fmt: skip
    after = Case.objects.get(pk=case.pk)
    assert (after.state, place.case(place.rater).state) == ("excluded", "excluded")
    is_whole(after)


def test_a_check_in_at_the_instant_of_an_exclusion_is_not_lost_silently(place):
    for someone in staff(place, TRIES):
        case = bring_to(place, State.MONITORING, someone)
        results = contest(
            doing(someone, case.pk, "submit_checkin", APRIL, body=CHECKIN),
            moving(place, someone, "retirement", APRIL),
        )
        no_error(results)
        after = Case.objects.get(pk=case.pk)
        assert after.state == "excluded"
        if isinstance(results[0], Exception):
            assert results[0].reason.strip()  # type: ignore[attr-defined]
        is_whole(after)
