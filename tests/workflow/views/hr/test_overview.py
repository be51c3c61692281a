"""The overview: the numbers, the tree, whose silence holds up how many."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.builders import JANUARY, NOVEMBER, PLAN, actor, bring_to, person, seat
from tests.workflow.views.hr.office import at, get, log_in, queries_of, town_of, words
from workflow.enums import State
from workflow.models import Case
from workflow.queries.completion import Completion, UnitTree, burdens
from workflow.queries.counters import counts
from workflow.services.door import advance
from workflow.services.opening import open_cycle
from workflow.services.sweeps import fold_counters

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)


def tiles(answer):
    return {str(tile["label"]): tile["value"] for tile in answer.context["tiles"]}


def row_of(answer, name):
    return next(row for row in answer.context["rows"] if row["name"] == name)


def test_the_tiles_count_open_late_objected_settled_and_what_waits_for_hr(client):
    place, staff = town_of(3)
    bring_to(place, State.CLOSED, of=staff[0])
    bring_to(place, State.OBJECTION_STATEMENTS, of=staff[1])
    bring_to(place, State.FINAL_APPROVAL, of=staff[2])
    place.act(place.hr, "exclude", NOVEMBER, of=place.colleague, authority="leave", reason="CLTN")
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_overview"), NOVEMBER)
    # Late are the five who never wrote a plan; waiting for HR is the one final approval.
    assert tiles(answer) == {
        "Still open": 7, "Overdue": 5, "In objection": 1, "Finally approved": 1,
        "Waiting for HR": 1,
    }  # fmt: skip
    assert answer.context["total"].percent == 12  # one of eight who take part, rounded down


def test_the_table_rolls_the_units_up_and_leads_down_to_the_people(client):
    place, staff = town_of(2)
    bring_to(place, State.CLOSED, of=staff[0])
    log_in(client, place.hr)
    top = get(client, at(place, "hr_overview"))
    office = row_of(top, "Dinas Kesehatan")
    assert office["line"].everyone == 6  # head, rater, employee, colleague and two more
    assert office["line"].groups["closed"] == 1
    assert office["url"] == at(place, "hr_unit", place.office.public_id)
    inside = get(client, office["url"])
    own, section = inside.context["rows"]
    assert (own["name"], own["line"].everyone) == ("Directly in Dinas Kesehatan", 1)
    assert (section["name"], section["line"].everyone) == ("Puskesmas Pamulang", 5)
    people = get(client, section["url"])
    assert "Orang 001" in words(people)
    own_people = get(client, own["url"])
    assert [row.case.person for row in own_people.context["rows"]] == [place.superior]


def test_the_overview_names_who_holds_up_the_most(client):
    place, staff = town_of(3)
    for someone in staff:
        advance(Case.objects.get(person=someone).pk, "submit", actor=actor(someone),
                data={"body": PLAN}, now=JANUARY)  # fmt: skip
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_overview"), FEBRUARY)
    ((blocker, _left, url),) = answer.context["blockers"]
    assert (blocker.name, blocker.overdue) == ("Penilai", 3)
    waiting = get(client, url, FEBRUARY)
    assert [row.case.person for row in waiting.context["rows"]] == staff
    assert "Waiting for Penilai" in words(waiting)


def test_an_employee_who_is_late_holds_up_nobody_else(client):
    place, _staff = town_of(3)
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_overview"), FEBRUARY)
    assert tiles(answer)["Overdue"] == 9
    assert answer.context["blockers"] == []
    assert "Nobody holds up anybody else" in words(answer)


def test_the_end_of_an_objection_window_is_nobodys_lateness(client):
    place, staff = town_of(1)
    bring_to(place, State.ANNOUNCED, of=staff[0])
    log_in(client, place.hr)
    late = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
    names = [row.case.person.name for row in
             get(client, at(place, "hr_overdue"), late).context["rows"]]  # fmt: skip
    assert "Orang 001" not in names
    assert "Pegawai" in names


def test_the_numbers_stay_the_same_when_the_counters_are_folded():
    place, staff = town_of(2)
    bring_to(place, State.CLOSED, of=staff[0])
    tree = UnitTree(place.agency.pk)
    before = Completion(tree, counts(place.cycle.pk)).whole.groups
    fold_counters()
    bring_to(place, State.PLAN_REVIEW, of=staff[1])
    assert Completion(tree, counts(place.cycle.pk)).whole.groups == before
    fold_counters()
    assert Completion(tree, counts(place.cycle.pk)).whole.groups == before


def test_late_and_pooled_are_counted_for_every_unit_above():
    place, _staff = town_of(1)
    tree = UnitTree(place.agency.pk)
    numbers = Completion(tree, counts(place.cycle.pk), burdens(place.cycle.pk, FEBRUARY))
    assert numbers.total(place.section).overdue == 4
    assert numbers.total(place.office).overdue == 5
    assert numbers.whole.overdue == 7


def test_the_order_brings_up_who_is_most_overdue(client):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    by_name = get(client, at(place, "hr_overview"), FEBRUARY)
    assert [row["name"] for row in by_name.context["rows"]] == ["BKPSDM", "Dinas Kesehatan"]
    by_late = get(client, at(place, "hr_overview"), FEBRUARY, urut="terlambat")
    assert [row["name"] for row in by_late.context["rows"]] == ["Dinas Kesehatan", "BKPSDM"]


def test_an_unknown_unit_is_not_found(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    assert client.get(at(place, "hr_unit", uuid4())).status_code == 404


@pytest.mark.parametrize("number", [1, 50])
def test_the_overview_takes_eight_statements_at_one_and_at_fifty_people(client, number):
    place, _staff = town_of(number)
    log_in(client, place.hr)
    assert queries_of(client, at(place, "hr_overview"), FEBRUARY) == 8
    assert queries_of(client, at(place, "hr_unit", place.office.public_id), FEBRUARY) == 8


def test_a_unit_without_people_says_so(client):
    from tests.builders import unit

    place, _staff = town_of(0)
    empty = unit(place.agency, "Unit Kosong", place.office)
    log_in(client, place.hr)
    page = words(get(client, at(place, "hr_unit", empty.public_id)))
    assert "Nobody is in this cycle here yet" in page


def test_people_who_join_late_are_counted_at_once(client):
    place, _staff = town_of(0)
    late = person(place.agency, "Susulan")
    seat(late, place.section, "Bidan", place.posts["rater"])
    log_in(client, place.hr)
    before = tiles(get(client, at(place, "hr_overview")))["Still open"]
    open_cycle(place.cycle, actor=actor(place.hr), now=JANUARY)
    assert tiles(get(client, at(place, "hr_overview")))["Still open"] == before + 1
