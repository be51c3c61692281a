"""Templates: drafted, published and overridden; every setting leads to another case or notice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cycles.blueprint import after, first_body, on, preset
from cycles.calendar import local_date
from cycles.exceptions import Incomplete, Refused, Stale
from cycles.models import Cycle, CycleTemplate, LedgerEntry, Stage, TemplateVersion, Unit
from cycles.queries.stages import rules_of
from cycles.queries.templates import (
    inherited,
    national_templates,
    setup_from,
    shelves,
    template_of,
    whole,
)
from cycles.rules import CycleRules
from cycles.services import cycle_setup, templates
from notifications.services.deadlines import tell_deadlines
from tests.builders import CHECKIN, JANUARY, PLAN, Town, seat, town
from workflow.enums import Party, State
from workflow.models import Case
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db
BODY = first_body()


def a_town(**more: Any) -> Town:
    """A town whose cycle is away, so that one can be made from a template."""
    place = town(opened=None, **more)
    Stage.objects.filter(cycle=place.cycle).delete()
    Cycle.objects.filter(pk=place.cycle.pk).delete()
    return place


def national() -> CycleTemplate:
    return templates.first_national(now=JANUARY)


def say(template: CycleTemplate, place: Town, **own: Any) -> CycleTemplate:
    """Publish a template that says these fields otherwise than it inherits."""
    template.refresh_from_db()
    body = (inherited(template).body or template.draft) | {
        key.replace("__", "."): value for key, value in own.items()
    }
    saved = templates.save_draft(
        template, body, revision=template.revision, author=place.admin, now=JANUARY
    )
    templates.publish(saved, "", author=place.admin, now=JANUARY)
    return saved


def agency_s(place: Town, **own: Any) -> CycleTemplate:
    made = templates.override(national(), place.agency, author=place.admin, now=JANUARY)
    return say(made, place, **own) if own else made


def unit_s(place: Town, base: CycleTemplate, unit: Unit, **own: Any) -> CycleTemplate:
    made = templates.override(base, place.agency, unit, author=place.admin, now=JANUARY)
    return say(made, place, **own)


def opened(place: Town, template: CycleTemplate, now: datetime = JANUARY) -> Cycle:
    cycle = cycle_setup.prepare_cycle(
        place.agency, 2026, author=place.admin, now=now, template=template
    )
    open_cycle(cycle, now=now)
    place.cycle = cycle
    return cycle


def last_day(case: Case) -> date:
    return local_date(case.agency.zone, case.due_at - timedelta(microseconds=1))


# --- drafts, versions, overrides ---------------------------------------------------------------


def test_an_installation_begins_with_one_national_template_in_force():
    made = national()
    assert national_templates() == [made]
    version = TemplateVersion.objects.get(template=made)
    assert version.number == 1
    assert version.body == made.draft == BODY
    assert templates.first_national(now=JANUARY) == made


def test_publishing_freezes_what_the_draft_says_and_the_ledger_tells():
    place = a_town()
    base = national()
    saved = templates.save_draft(base, BODY | {"approve_days": 8}, revision=base.revision,
                                 author=place.admin, now=JANUARY)  # fmt: skip
    version = templates.publish(saved, "Lebih longgar.", author=place.admin, now=JANUARY)
    assert (version.number, version.body["approve_days"]) == (2, 8)
    entry = LedgerEntry.objects.get(stream=f"template:{base.pk}", action="publish_template",
                                    payload__contains=version.hash)  # fmt: skip
    assert json.loads(entry.payload)["version"] == version.hash
    with pytest.raises(Refused):
        templates.publish(saved, "", author=place.admin, now=JANUARY)
    templates.save_draft(saved, BODY, revision=saved.revision, author=place.admin, now=JANUARY)
    version.refresh_from_db()
    assert version.body["approve_days"] == 8


def test_two_who_write_the_same_draft_do_not_overwrite_each_other():
    place = a_town()
    base = national()
    templates.save_draft(base, BODY | {"approve_days": 8}, revision=base.revision,
                         author=place.admin, now=JANUARY)  # fmt: skip
    with pytest.raises(Stale):
        templates.save_draft(base, BODY | {"approve_days": 9}, revision=base.revision,
                             author=place.admin, now=JANUARY)  # fmt: skip


def test_an_override_stores_only_what_differs_and_follows_the_rest():
    place = a_town()
    own = agency_s(place, approve_days=8)
    assert own.draft == {"approve_days": 8}
    assert whole(own).origin["approve_days"].place == "agency"
    assert whole(own).origin["final_days"].place == "national"
    say(national(), place, final_days=2)
    assert whole(own).body["final_days"] == 2
    # Said again as it is above: it follows once more.
    back = templates.save_draft(own, whole(own).body | {"approve_days": 5}, revision=own.revision,
                                author=place.admin, now=JANUARY)  # fmt: skip
    assert back.draft == {}


def test_a_unit_inherits_from_the_units_above_it_and_says_its_own():
    place = a_town()
    own = agency_s(place, approve_days=8)
    unit_s(place, own, place.office, approve_days=6, final_days=3)
    deep = unit_s(place, own, place.section, final_days=4)
    assert deep.draft == {"final_days": 4}
    found = whole(deep)
    assert (found.body["approve_days"], found.origin["approve_days"].label) == (
        6, "Dinas Kesehatan",
    )  # fmt: skip
    assert found.origin["final_days"].label == "Puskesmas Pamulang"


def test_an_unfit_draft_is_kept_but_not_published():
    place = a_town()
    own = agency_s(place)
    bad = whole(own).body | {"planning.due": on(1, 1), "objection_days": 10}
    saved = templates.save_draft(own, bad, revision=own.revision, author=place.admin, now=JANUARY)
    with pytest.raises(Incomplete) as found:
        templates.publish(saved, "", author=place.admin, now=JANUARY)
    assert {p.path for p in found.value.problems} == {"planning.due", "objection_days"}
    assert not TemplateVersion.objects.filter(template=own).exists()


def test_templates_of_other_agencies_are_nobody_s_base():
    place, other = a_town(), town(code="53.71", prefix="K ", opened=None)
    own = agency_s(place)
    with pytest.raises(Refused):
        templates.override(own, place.agency, other.section, author=place.admin, now=JANUARY)
    with pytest.raises(Refused):
        templates.override(own, other.agency, other.section, author=place.admin, now=JANUARY)
    assert [shelf.own for shelf in shelves(other.agency)] == [None]
    assert shelves(place.agency)[0].own.template == own


def test_a_template_out_of_use_gives_its_place_to_a_new_one():
    place = a_town()
    own = agency_s(place, approve_days=8)
    unit = unit_s(place, own, place.office, final_days=4)
    with pytest.raises(Refused):
        templates.retire(own, author=place.admin, now=JANUARY)
    templates.retire(unit, author=place.admin, now=JANUARY)
    templates.retire(own, author=place.admin, now=JANUARY)
    assert shelves(place.agency)[0].own is None
    assert agency_s(place).draft == {}
    with pytest.raises(Refused):
        templates.retire(national(), author=place.admin, now=JANUARY)


# --- a cycle out of it -------------------------------------------------------------------------


def test_a_cycle_pins_the_versions_it_was_made_from():
    place = a_town()
    own = agency_s(place, approve_days=8)
    cycle = opened(place, own)
    pinned = [version["version"] for version in cycle.template_versions]
    assert pinned == [own.versions.get().pk, national().versions.get().pk]
    assert template_of(cycle) == own
    say(own, place, approve_days=9)
    again = Cycle.objects.get(pk=cycle.pk)
    assert CycleRules.from_json(again.rules).approve_days == 8
    assert [version["version"] for version in again.template_versions] == pinned
    assert setup_from(own, place.agency, 2026).rules["approve_days"] == 9


def test_dates_relative_to_other_days_become_days_of_the_year():
    place = a_town()
    own = agency_s(place, planning__due=after("planning.opens", 10),
                   planning__closes=after("planning.due", 20, "calendar_days"))  # fmt: skip
    cycle = opened(place, own)
    stage = Stage.objects.get(cycle=cycle, kind="planning")
    assert (stage.opens_on, stage.due_on, stage.closes_on) == (
        date(2026, 1, 2), date(2026, 1, 16), date(2026, 2, 5),
    )  # fmt: skip
    assert last_day(place.case()) == date(2026, 1, 16)


def test_a_unit_has_its_own_dates_days_and_levels():
    place = a_town()
    own = agency_s(place)
    unit_s(place, own, place.section, planning__due=on(2, 6), approve_days=9,
           plan_levels=[{"role": "rater", "predicates": []},
                        {"role": "superior_above", "predicates": []}])  # fmt: skip
    opened(place, own)
    assert last_day(place.case()) == date(2026, 2, 6)
    assert last_day(place.case(place.superior)) == date(2026, 1, 31)
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    assert last_day(place.case()) == date(2026, 1, 16)
    place.act(place.rater, "approve", JANUARY)
    # Above the rater's superior stands the mayor.
    assert place.case().turn_person_id == place.mayor.pk
    place.act(place.superior, "submit", JANUARY, of=place.superior, body=PLAN)
    assert last_day(place.case(place.superior)) == date(2026, 1, 12)


def test_units_may_have_more_check_ins_or_none():
    place = a_town()
    own = agency_s(place, checkins=preset("midyear"))
    unit_s(place, own, place.office, checkins=[])
    unit_s(place, own, place.section, checkins=preset("quarterly"))
    opened(place, own)
    for person, rater in ((place.employee, place.rater), (place.superior, place.mayor),
                          (place.hr_second, place.hr)):  # fmt: skip
        place.act(person, "submit", JANUARY, of=person, body=PLAN)
        place.act(rater, "approve", JANUARY, of=person)
    many, none, one = (place.case(p) for p in (place.employee, place.superior, place.hr_second))
    assert (none.state, none.turn_party) == (State.MONITORING, Party.SYSTEM)
    assert last_day(one) == date(2026, 7, 15)
    assert last_day(many) == date(2026, 4, 15)
    for month, number in ((4, 1), (7, 2), (10, 3)):
        when = datetime(2026, month, 2, 2, 0, tzinfo=UTC)
        assert place.case().round == number
        place.act(place.employee, "submit_checkin", when, body=CHECKIN)
        place.act(place.rater, "approve", when)
    assert place.case().turn_party == Party.SYSTEM


def test_who_moves_into_a_unit_with_other_dates_has_those():
    place = a_town()
    own = agency_s(place)
    unit_s(place, own, place.office, self_assessment__opens=on(11, 9), checkins=[])
    free = seat(None, place.posts["hr"].unit, "Analis Kebijakan", place.posts["hr"])
    opened(place, own)
    assert place.case().assessment_opens_at == datetime(2026, 11, 8, 17, 0, tzinfo=UTC)
    assert place.case().round == 1
    place.act(place.hr, "transfer", JANUARY, post=str(free.public_id), reason="Mutasi.")
    moved = place.case()
    assert moved.unit == free.unit
    assert moved.assessment_opens_at == datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
    assert moved.round == 1


def test_a_first_cycle_follows_the_template_there_is():
    place = a_town()
    say(national(), place, approve_days=4)
    made = cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY)
    assert CycleRules.from_json(made.rules).approve_days == 4
    assert [version["number"] for version in made.template_versions] == [2]
    following = cycle_setup.prepare_cycle(place.agency, 2027, author=place.admin, now=JANUARY)
    assert following.template_versions == []


def test_a_unit_s_own_counts_where_its_agency_says_nothing():
    place = a_town()
    own = agency_s(place)
    unit_s(place, own, place.section, approve_days=9)
    assert [version.body for version in own.versions.all()] == [{}]
    cycle = opened(place, own)
    assert template_of(cycle) == own
    assert rules_of(cycle, place.section.path).approve_days == 9


def test_who_belongs_is_chosen_by_unit_kind_of_post_and_kind_of_person():
    place = a_town()
    office = agency_s(place, members__units=[place.section.pk],
                      members__person_kinds=["pppk"])  # fmt: skip
    opened(place, office)
    assert [case.person for case in Case.objects.filter(cycle=place.cycle)] == [place.colleague]


def test_heads_of_offices_alone_by_the_kind_of_their_post():
    place = a_town()
    opened(place, agency_s(place, members__post_kinds=["jpt_pratama"]))
    people = {case.person for case in Case.objects.filter(cycle=place.cycle)}
    assert people == {place.superior, place.hr}


def test_more_time_to_object_and_another_way_to_count_it():
    place = a_town()
    own = agency_s(place, objection_days=20, objection_unit="calendar_days")
    rules = CycleRules.from_json(setup_from(own, place.agency, 2026).rules)
    assert (rules.objection_days, rules.objection_unit) == (20, "calendar_days")
    for days in (13, 91):
        with pytest.raises(Incomplete):
            say(own, place, objection_days=days)


def test_reminders_of_a_stretch_of_the_year_and_of_a_unit_are_told_instead_of_the_usual():
    place = a_town()
    own = agency_s(place, reminders__planning={"before": [9], "after": [], "superior": 5,
                                               "hr": 10})  # fmt: skip
    unit_s(place, own, place.section, reminders__planning={"before": [10], "after": [],
                                                           "superior": 5, "hr": 10})  # fmt: skip
    opened(place, own)
    place.act(place.superior, "submit", JANUARY, of=place.superior, body=PLAN)
    # Ten working days before Saturday 31 January is Monday the 19th.
    told = {day: told_on(place, date(2026, 1, day)) for day in (16, 19, 20, 22)}
    assert told == {16: {}, 19: {"before:10": 3}, 20: {"before:9": 2}, 22: {}}


def told_on(place: Town, day: date) -> dict[str, int]:
    from collections import Counter

    from notifications.models import Delivery

    before = set(Delivery.objects.values_list("pk", flat=True))
    tell_deadlines(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))
    new = Delivery.objects.exclude(pk__in=before).filter(rule__startswith="before", channel="bell")
    states = new.filter(case_state=State.PLANNING)
    return dict(Counter(states.values_list("rule", flat=True)))


def test_a_template_that_gives_no_year_says_where_and_why():
    place = a_town()
    own = agency_s(place)
    unit = unit_s(place, say(own, place), place.section, planning__due=on(2, 6))
    # The agency's template changes under the unit's feet.
    say(own, place, planning__closes=on(2, 1))
    with pytest.raises(Refused) as found:
        cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY, template=own)
    assert unit.unit.name in found.value.reason
    assert not Cycle.objects.filter(agency=place.agency).exists()


def test_a_draft_cycle_is_set_up_anew_and_a_running_one_is_not():
    place = a_town()
    own = agency_s(place, approve_days=8)
    cycle = cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY,
                                      template=own)  # fmt: skip
    say(own, place, checkins=preset("midyear"), approve_days=9)
    setup = setup_from(own, place.agency, 2026)
    assert cycle_setup.adopt(cycle, setup, author=place.admin, now=JANUARY)
    assert Stage.objects.filter(cycle=cycle, kind="checkin").count() == 1
    assert not cycle_setup.adopt(cycle, setup, author=place.admin, now=JANUARY)
    open_cycle(cycle, now=JANUARY)
    other = replace(setup, rules=setup.rules | {"approve_days": 4})
    with pytest.raises(Refused):
        cycle_setup.adopt(cycle, other, author=place.admin, now=JANUARY)
