"""One act on many: each for itself, with a result for every one."""

from uuid import uuid4

import pytest

from cycles.models import LedgerEntry
from tests.builders import NOVEMBER, actor, bring_to, town
from workflow.enums import State
from workflow.models import Receipt
from workflow.services.bulk import Item, advance_each

pytestmark = pytest.mark.django_db


def both_at_the_end():
    place = town()
    cases = [bring_to(place, State.FINAL_APPROVAL, of=someone)
             for someone in (place.employee, place.colleague)]  # fmt: skip
    return place, cases, [Item(case.public_id, case.turn_number) for case in cases]


def test_each_item_moves_with_a_receipt_of_its_own():
    place, cases, items = both_at_the_end()
    results = advance_each(items, "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    assert [result.is_done for result in results] == [True, True]
    assert [result.state for result in results] == [State.CLOSED, State.CLOSED]
    assert len({result.receipt.number for result in results}) == 2
    assert [result.case.pk for result in results] == [case.pk for case in cases]


def test_a_refusal_stops_nobody_else_and_leaves_nothing_behind():
    place, cases, items = both_at_the_end()
    place.act(place.hr_second, "settle", NOVEMBER, of=place.employee)
    entries = LedgerEntry.objects.count()
    results = advance_each(items, "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    assert [result.is_done for result in results] == [False, True]
    assert results[0].refusal
    assert results[0].receipt is None
    assert LedgerEntry.objects.count() == entries + 1


def test_the_same_key_again_moves_nothing_twice():
    place, _cases, items = both_at_the_end()
    first = advance_each(items, "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    entries = LedgerEntry.objects.count()
    again = advance_each(items, "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    assert [result.is_repeat for result in again] == [True, True]
    assert [r.receipt for r in again] == [r.receipt for r in first]
    assert LedgerEntry.objects.count() == entries


def test_an_interrupted_run_is_taken_up_by_the_next_with_the_same_key():
    place, _cases, items = both_at_the_end()
    advance_each(items[:1], "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    results = advance_each(items, "settle", actor=actor(place.hr), key="k1", now=NOVEMBER)
    assert [result.is_done for result in results] == [True, True]
    assert [result.is_repeat for result in results] == [True, False]
    assert Receipt.objects.filter(action="settle").count() == 2


def test_the_same_item_twice_is_one_item():
    place, _cases, items = both_at_the_end()
    results = advance_each([items[0], items[0]], "settle", actor=actor(place.hr), key="k1",
                           now=NOVEMBER)  # fmt: skip
    assert len(results) == 1


def test_what_a_person_may_not_see_is_not_found_and_says_no_more():
    place, _cases, items = both_at_the_end()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    results = advance_each([*items, Item(uuid4(), 1)], "settle", actor=actor(other.hr), key="k1",
                           now=NOVEMBER)  # fmt: skip
    assert [result.case for result in results] == [None, None, None]
    assert len({result.refusal for result in results}) == 1
    assert place.case().state == State.FINAL_APPROVAL


def test_a_missing_reason_is_a_refusal_of_each_not_an_error():
    place, _cases, items = both_at_the_end()
    results = advance_each(items, "return_", actor=actor(place.hr), key="k1", now=NOVEMBER)
    assert [result.is_done for result in results] == [False, False]
    assert place.case().state == State.FINAL_APPROVAL
