"""A whole year through the door, and the shorter ways out of it."""

import pytest

from cycles.models import Appraisal, LedgerEntry
from tests.builders import NOVEMBER, bring_to, town
from workflow.enums import State

pytestmark = pytest.mark.django_db


def test_a_year_with_an_objection_ends_finally_approved_and_the_ledger_tells_it():
    place = town()
    case = bring_to(place, State.OBJECTION_DECISION)
    assert case.decider == place.superior
    place.act(
        place.superior, "change", NOVEMBER,
        body={"reasons": "Bukti meyakinkan.", "work": "above", "behaviour": "meets"},
    )  # fmt: skip
    place.act(place.hr, "settle", NOVEMBER)
    case = place.case()
    assert case.state == State.CLOSED
    settled = Appraisal.objects.get(pk=case.appraisal_id)
    assert (settled.work_rating, settled.behaviour_rating, settled.predicate) == (
        "above", "meets", "baik",
    )  # fmt: skip
    story = LedgerEntry.objects.filter(stream=f"appraisal:{case.appraisal_id}").order_by("seq")
    assert list(story.values_list("action", flat=True)) == [
        "open", "submit", "approve", "submit_checkin", "approve", "open_assessment", "submit",
        "rate", "deliver", "object", "explain", "add_statement", "change", "settle",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [s for s in State if s != State.RATING_REVIEW])
def test_the_year_can_be_brought_to_every_state(state):
    place = town()
    assert bring_to(place, state).state == state
