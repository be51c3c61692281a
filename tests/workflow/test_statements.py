"""What a move costs in statements: literal numbers, engine included, whatever the table holds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import JANUARY, NOVEMBER, PLAN, Town, actor, bring_to, town
from tests.workflow.contest import staff
from workflow.enums import State
from workflow.models import Case
from workflow.services import sweeps
from workflow.services.door import advance

pytestmark = pytest.mark.django_db

SUBMIT, APPROVE = 32, 33


def statements(place: Town, who, action: str, **data) -> int:
    """How many statements one act takes, savepoints counted, with a calendar already read."""
    case, someone = place.case(), actor(who)
    with CaptureQueriesContext(connection) as queries:
        advance(case.pk, action, actor=someone, data=data, key=f"key-{action}",
                expected_turn=case.turn_number, now=JANUARY)  # fmt: skip
    return len(queries)


@pytest.mark.parametrize("others", [3, 60])
def test_submit_and_approve_take_the_same_statements_beside_3_and_60_other_cases(others):
    place = town()
    for someone in staff(place, others):
        if others == 3 or someone.pk % 10 == 0:
            bring_to(place, State.PLAN_REVIEW, someone)
    assert Case.objects.count() >= others
    assert statements(place, place.employee, "submit", body=PLAN) == SUBMIT
    assert statements(place, place.rater, "approve") == APPROVE


def test_a_repeated_click_takes_five_statements():
    """A savepoint around it, the agency's dates, the case under its lock, the first receipt."""
    place = town()
    statements(place, place.employee, "submit", body=PLAN)
    case, someone = place.case(), actor(place.employee)
    with CaptureQueriesContext(connection) as queries:
        again = advance(case.pk, "submit", actor=someone, key="key-submit", now=JANUARY)
    assert again.is_repeat
    assert len(queries) == 5


WINDOWS = 20


@pytest.mark.parametrize("number", [3, 12])
def test_windows_end_in_as_many_statements_for_3_cases_as_for_12(number):
    place = town()
    people = staff(place, number)
    for someone in people:
        bring_to(place, State.ANNOUNCED, someone)
    end = Case.objects.filter(state=State.ANNOUNCED).latest("window_ends_at").window_ends_at
    with CaptureQueriesContext(connection) as queries:
        assert sweeps.close_windows(end) == number
    assert Case.objects.filter(state=State.FINAL_APPROVAL).count() == number
    assert len(queries) == WINDOWS


OPENINGS = 13


@pytest.mark.parametrize("number", [3, 12])
def test_assessments_open_in_as_many_statements_for_3_cases_as_for_12(number):
    place = town()
    for someone in staff(place, number):
        bring_to(place, State.MONITORING, someone)
    with CaptureQueriesContext(connection) as queries:
        assert sweeps.open_assessments(NOVEMBER) == number
    assert len(queries) == OPENINGS
