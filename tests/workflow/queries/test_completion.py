"""Completion as numbers: groups, shares, the tree; and pages by keyset."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import JANUARY, PLAN, bring_to, town, unit
from workflow.enums import State
from workflow.models import Case
from workflow.queries.completion import (
    GROUP_OF,
    GROUPS,
    Completion,
    Line,
    UnitTree,
    blockers,
    burdens,
)
from workflow.queries.counters import counts
from workflow.queries.keyset import instant_of, instant_text, page_of, uuid_of

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)


def test_every_state_belongs_to_exactly_one_group():
    assert set(GROUP_OF) == {state.value for state in State}
    assert sum(len(group.states) for group in GROUPS) == len(State)


def test_a_share_is_of_those_who_take_part_and_only_all_is_a_hundred():
    line = Line(None)
    assert line.percent == 0
    line.groups["closed"], line.groups["excluded"] = 199, 50
    assert line.percent == 100
    line.groups["planning"] = 1
    assert (line.percent, line.taking_part, line.open) == (99, 200, 1)


def test_a_units_line_counts_all_below_and_its_own_line_only_itself():
    place = town()
    bring_to(place, State.CLOSED)
    numbers = Completion(UnitTree(place.agency.pk), counts(place.cycle.pk))
    assert numbers.whole.everyone == 6
    assert numbers.total(place.office).everyone == 4
    own, section = numbers.below(place.office)
    assert (own.is_own, own.everyone, section.unit, section.everyone) == (
        True, 1, place.section, 3,
    )  # fmt: skip
    assert section.groups["closed"] == 1


def test_a_path_that_begins_alike_is_not_below():
    place = town()
    tree = UnitTree(place.agency.pk)
    # Paths end with a dot: unit 1 must not hold the people of unit 12.
    twin = unit(place.agency, "Kembar", None)
    twin.path = place.office.path[:-1] + "9."
    twin.save()
    assert twin.pk not in UnitTree(place.agency.pk).subtree(place.office)
    assert place.section.pk in tree.subtree(place.office)


def test_an_agency_with_two_roots_has_no_single_one():
    place = town()
    assert UnitTree(place.agency.pk).root == place.office.parent
    unit(place.agency, "Akar Kedua")
    tree = UnitTree(place.agency.pk)
    assert tree.root is None
    numbers = Completion(tree, counts(place.cycle.pk))
    assert {line.unit.name for line in numbers.below(None)} == {"Pemerintah Kota", "Akar Kedua"}


def test_burdens_tell_late_holders_by_unit_in_one_statement():
    place = town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    with CaptureQueriesContext(connection) as seen:
        found = burdens(place.cycle.pk, FEBRUARY)
    assert len(seen) == 1
    (holder,) = blockers(found, frozenset({place.section.pk}))
    assert (holder.name, holder.overdue) == ("Penilai", 1)
    assert blockers(found, frozenset({place.office.pk})) == []
    assert sum(burden.overdue for burden in found) == 6


def test_counts_are_one_statement_and_so_one_snapshot():
    # Read in two, a folding between them moved rows from one table to the other: counted twice
    # or not at all.
    place = town()
    with CaptureQueriesContext(connection) as seen:
        found = counts(place.cycle.pk)
    assert len(seen) == 1
    assert sum(found.values()) == 6


def test_pages_forth_and_back_meet():
    town()
    cases = Case.objects.all()
    everyone = list(cases.order_by("person__name", "pk"))
    first = page_of(cases, ("person__name", "pk"), None, size=4)
    assert (first.rows, first.has_previous, first.has_next) == (everyone[:4], False, True)
    last = first.rows[-1]
    second = page_of(
        cases, ("person__name", "pk"), {"person__name": last.person.name, "pk": last.pk}, size=4
    )
    assert (second.rows, second.has_previous, second.has_next) == (everyone[4:], True, False)
    top = second.rows[0]
    back = page_of(
        cases, ("person__name", "pk"), {"person__name": top.person.name, "pk": top.pk},
        backwards=True, size=4,
    )  # fmt: skip
    assert (back.rows, back.has_previous, back.has_next) == (everyone[:4], False, True)


def test_a_descending_order_goes_down():
    town()
    cases = Case.objects.all()
    down = list(cases.order_by("-pk"))
    page = page_of(cases, ("-pk",), {"pk": down[1].pk}, size=2)
    assert page.rows == down[2:4]


def test_an_instant_comes_back_to_the_microsecond():
    instant = datetime(2026, 1, 30, 17, 0, 0, 123457, tzinfo=UTC)
    assert instant_of(instant_text(instant)) == instant


@pytest.mark.parametrize("text", ["", "x", "9" * 60, "\x00", "1e5", "--1"])
def test_what_is_no_place_in_a_list_is_none(text):
    assert instant_of(text) is None
    assert uuid_of(text) is None
