"""Results of units: HR records what the leader above set; the ledger keeps each."""

from datetime import timedelta

import pytest

from cycles.exceptions import Incomplete, NotAllowed, Refused, Stale
from cycles.models import LedgerEntry, UnitResult
from tests.builders import JANUARY, actor, town
from workflow.services.unit_results import record_result

pytestmark = pytest.mark.django_db


def record(place, **more):
    given = {"value": "baik", "note": "Oleh Wali Kota.", "actor": actor(place.hr),
             "now": JANUARY} | more  # fmt: skip
    return record_result(place.cycle, given.pop("unit", place.office), **given)


def test_a_correction_replaces_it_and_the_ledger_keeps_both():
    place = town()
    first = record(place)
    later = JANUARY + timedelta(hours=1)
    record(place, value="istimewa", actor=actor(place.hr_second), seen=first.set_at, now=later)
    result = UnitResult.objects.get()
    assert (result.value, result.set_by, result.set_at) == ("istimewa", place.hr_second, later)
    told = LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="unit_result")
    assert ['"before":""' in told[0].payload, '"before":"baik"' in told[1].payload] == [True, True]


def test_the_same_again_is_no_new_act():
    place = town()
    record(place)
    record(place)
    assert LedgerEntry.objects.filter(action="unit_result").count() == 1


def test_what_somebody_else_recorded_meanwhile_stays():
    place = town()
    record(place)
    with pytest.raises(Stale):
        record(place, value="kurang", seen=None)
    with pytest.raises(Stale):
        record(place, value="kurang", seen=JANUARY - timedelta(days=1))
    assert UnitResult.objects.get().value == "baik"


def test_value_and_note_are_wanted_each_at_its_field():
    place = town()
    with pytest.raises(Incomplete) as refused:
        record(place, value="bagus", note="\x00 ")
    assert [problem.path for problem in refused.value.problems] == ["value", "note"]


def test_only_hr_of_the_agency_and_never_the_units_own_head():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    with pytest.raises(NotAllowed):
        record(place, actor=actor(place.mayor))
    with pytest.raises(NotAllowed):
        record(place, actor=actor(other.hr))
    with pytest.raises(NotAllowed):
        record(place, unit=other.office)
    bureau = place.posts["hr"].unit
    with pytest.raises(NotAllowed):
        record(place, unit=bureau)
    assert record(place, unit=bureau, actor=actor(place.hr_second)).unit == bureau


def test_only_a_running_cycle_takes_results():
    place = town(opened=None)
    with pytest.raises(Refused):
        record(place)
