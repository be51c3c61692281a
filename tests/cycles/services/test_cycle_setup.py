"""Agencies and cycles: what is set up while a cycle is a draft stands once it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from cycles.enums import CycleStatus
from cycles.exceptions import Incomplete, Refused
from cycles.models import Cycle, LedgerEntry, Stage
from cycles.rules import RATER, SUPERIOR, CycleRules, Level
from cycles.services import cycle_setup
from cycles.services.cycle_setup import Dates
from tests.builders import JANUARY, Town, town

pytestmark = pytest.mark.django_db


def draft(rules: CycleRules | None = None) -> Town:
    return town(opened=None, rules=rules)


def stage(place: Town, kind: str, number: int = 0) -> Stage:
    return Stage.objects.get(cycle=place.cycle, kind=kind, number=number)


def change(place: Town, rules: CycleRules | None = None, **dates: Dates) -> bool:
    by_id = {stage(place, kind).pk: wanted for kind, wanted in dates.items()}
    return cycle_setup.change_setup(
        place.cycle, rules or CycleRules(), by_id, author=place.admin, now=JANUARY
    )


def problems(place: Town, *args: CycleRules, **dates: Dates) -> list[str]:
    with pytest.raises(Incomplete) as found:
        change(place, *args, **dates)
    return [problem.path for problem in found.value.problems]


def test_a_draft_takes_rules_and_dates_and_the_ledger_tells_which():
    place = draft()
    rules = CycleRules(plan_levels=(Level(RATER), Level(SUPERIOR)), objection_days=20)
    assert change(place, rules, planning=Dates(date(2026, 1, 2), date(2026, 2, 6),
                                               date(2026, 3, 31)))  # fmt: skip
    stored = Cycle.objects.get(pk=place.cycle.pk)
    assert CycleRules.from_json(stored.rules) == rules
    assert stage(place, "planning").due_on == date(2026, 2, 6)
    data = json.loads(LedgerEntry.objects.get(action="change_setup").payload)["data"]
    assert data["objection_days"] == 20
    assert data["stages"] == {"planning-0": ["2026-01-02", "2026-02-06", "2026-03-31"]}
    assert "approve_days" not in data


def test_saving_the_same_again_writes_nothing():
    place = draft()
    assert not change(place)
    assert not LedgerEntry.objects.filter(action="change_setup").exists()


@pytest.mark.parametrize("status", [CycleStatus.OPEN, CycleStatus.CLOSED])
def test_a_running_or_closed_cycle_stands_and_says_why(status):
    place = draft()
    Cycle.objects.filter(pk=place.cycle.pk).update(status=status)
    with pytest.raises(Refused) as found:
        change(place, CycleRules(approve_days=9))
    assert found.value.reason
    assert CycleRules.from_json(Cycle.objects.get(pk=place.cycle.pk).rules).approve_days == 5


def test_less_than_the_law_s_days_to_object_are_refused():
    place = draft()
    assert problems(place, CycleRules(objection_days=13)) == ["objection_days"]
    assert problems(place, CycleRules(approve_days=0, decision_days=91)) == [
        "approve_days", "decision_days",
    ]  # fmt: skip
    assert problems(place, CycleRules(objection_unit="lunar")) == ["objection_unit"]
    assert problems(place, replace(CycleRules(), final_levels=())) == ["final_levels"]


def test_dates_go_forward():
    place = draft()
    plan, first = stage(place, "planning"), stage(place, "checkin", 1)
    backwards = Dates(date(2026, 2, 1), date(2026, 1, 5), date(2026, 1, 4))
    assert problems(place, planning=backwards) == [f"{plan.pk}.due_on", f"{plan.pk}.closes_on"]
    late = Dates(date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3))
    assert problems(place, planning=late) == [f"{first.pk}.opens_on"]
    review = stage(place, "review")
    early = Dates(date(2026, 11, 2), date(2026, 11, 10), date(2026, 12, 18))
    assert problems(place, review=early) == [f"{review.pk}.due_on"]
    far = Dates(date(2026, 1, 2), date(2026, 1, 30), date(2029, 1, 1))
    assert problems(place, planning=far) == [f"{plan.pk}.closes_on"]


def test_the_next_cycle_takes_rules_and_dates_of_the_last_one():
    place = town(rules=CycleRules(approve_days=8))
    made = cycle_setup.prepare_cycle(place.agency, 2027, author=place.admin, now=JANUARY)
    assert made.status == CycleStatus.DRAFT
    assert CycleRules.from_json(made.rules).approve_days == 8
    days = {(s.kind, s.number): s.due_on for s in Stage.objects.filter(cycle=made)}
    assert days["planning", 0] == date(2027, 1, 30)
    assert days["checkin", 2] == date(2027, 7, 15)
    with pytest.raises(Refused):
        cycle_setup.prepare_cycle(place.agency, 2027, author=place.admin, now=JANUARY)
    with pytest.raises(Refused):
        cycle_setup.prepare_cycle(place.agency, 2040, author=place.admin, now=JANUARY)


def test_a_first_cycle_has_every_stage_in_order():
    place = town()
    place.agency.pk, place.agency.public_id, place.agency.code = None, None, "99.99"
    from uuid import uuid4

    place.agency.public_id = uuid4()
    place.agency.save()
    made = cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY)
    dates = {s.pk: Dates(s.opens_on, s.due_on, s.closes_on) for s in made.stages.all()}
    assert len(dates) == 7
    # The usual dates pass the checks that any change must pass.
    rules = CycleRules(approve_days=6)
    assert cycle_setup.change_setup(made, rules, dates, author=place.admin, now=JANUARY)


def test_an_agency_s_zone_stays_while_a_cycle_runs():
    place = town()
    names = {"name": "Pemerintah Kota Baru", "short_name": "Kota Baru"}
    author = {"author": place.admin, "now": JANUARY}
    with pytest.raises(Incomplete) as found:
        cycle_setup.change_agency(place.agency, **names, zone="Asia/Makassar", **author)
    assert [problem.path for problem in found.value.problems] == ["zone"]
    assert cycle_setup.change_agency(place.agency, **names, zone="Asia/Jakarta", **author)
    place.agency.refresh_from_db()
    assert place.agency.short_name == "Kota Baru"
    assert not cycle_setup.change_agency(place.agency, **names, zone="Asia/Jakarta", **author)
    with pytest.raises(Incomplete) as found:
        cycle_setup.change_agency(place.agency, name="", short_name="x" * 81, zone="Mars", **author)
    assert [p.path for p in found.value.problems][:3] == ["name", "short_name", "zone"]
