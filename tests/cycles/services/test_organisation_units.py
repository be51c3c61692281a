"""Units are renamed, moved, closed; superiors follow the tree, and the ledger tells of it."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from cycles.exceptions import Incomplete, Refused
from cycles.models import LedgerEntry, Post, Unit
from cycles.services import superiors
from cycles.services.organisation import units
from cycles.services.organisation.common import By
from tests.builders import seat, town, unit

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return town(opened=None)


@pytest.fixture
def by(place):
    return By(place.hr.user, MARCH)


def entries(stream):
    return [
        (entry.action, json.loads(entry.payload))
        for entry in LedgerEntry.objects.filter(stream=stream).order_by("seq")
    ]


def sentence(raised):
    return [(problem.path, problem.sentence) for problem in raised.value.problems]


def test_a_new_unit_stands_below_another_and_is_found_by_its_path(place, by):
    made = units.open_unit(place.agency, place.office, " Bidang P2P ", code="3.2", week=6, by=by)
    assert (made.name, made.code, made.week) == ("Bidang P2P", "3.2", 6)
    assert made.path == f"{place.office.path}{made.pk}."
    assert made.depth == place.office.depth + 1
    [(action, payload)] = entries(f"unit:{made.pk}")
    assert action == "open_unit"
    assert payload["actor"] == place.hr.pk
    assert payload["agency"] == place.agency.pk
    assert payload["data"]["parent"] == place.office.pk


def test_a_unit_needs_a_name_and_a_code_of_its_own(place, by):
    units.open_unit(place.agency, None, "Satu", code="A", by=by)
    with pytest.raises(Incomplete) as raised:
        units.open_unit(place.agency, None, " ", code="B", week=4, by=by)
    assert sentence(raised) == [
        ("name", "Give the unit a name."), ("week", "Choose five or six days."),
    ]  # fmt: skip
    with pytest.raises(Incomplete, match="Another unit has this code"):
        units.open_unit(place.agency, None, "Dua", code="A", by=by)


def test_a_code_of_another_agency_is_free(place, by):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    units.open_unit(other.agency, None, "Satu", code="A", by=By(other.hr.user, MARCH))
    assert units.open_unit(place.agency, None, "Satu", code="A", by=by).code == "A"


def test_a_unit_cannot_hang_below_another_agencys(place, by):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    for act in (
        lambda: units.open_unit(place.agency, other.office, "Bidang", by=by),
        lambda: units.move_unit(place.section, other.office, by=by),
    ):
        with pytest.raises(Incomplete, match="Choose an open unit of this agency"):
            act()


def test_renaming_tells_the_old_and_the_new_name_once(place, by):
    assert units.rename_unit(place.section, "Puskesmas Pamulang Barat", by=by)
    assert not units.rename_unit(place.section, "Puskesmas Pamulang Barat", by=by)
    [(action, payload)] = entries(f"unit:{place.section.pk}")
    assert action == "rename_unit"
    assert payload["data"]["before"] == {"name": "Puskesmas Pamulang", "code": ""}
    assert payload["data"]["name"] == "Puskesmas Pamulang Barat"


def test_a_moved_unit_takes_its_subtree_and_gets_the_new_superior(place, by):
    deep = unit(place.agency, "Poli Gigi", place.section)
    clerk = seat(None, deep, "Dokter Gigi")
    superiors.derive(place.agency)
    new_office = unit(place.agency, "Dinas Pendidikan", Unit.objects.get(parent=None))
    head = seat(None, new_office, "Kepala Dinas Pendidikan", place.posts["mayor"], is_head=True)
    moved = units.move_unit(place.section, new_office, reason="Penataan", by=by)
    assert moved.units == 2
    place.section.refresh_from_db()
    deep.refresh_from_db()
    assert place.section.path == f"{new_office.path}{place.section.pk}."
    assert deep.path == f"{place.section.path}{deep.pk}."
    assert (place.section.depth, deep.depth) == (2, 3)
    # Only the head of the unit looks to somebody else; whoever stood below the head still does.
    assert [(n.post_id, n.before, n.after) for n in moved.superiors] == [
        (place.posts["rater"].pk, place.posts["superior"].pk, head.pk)
    ]
    clerk.refresh_from_db()
    assert clerk.superior == place.posts["rater"]
    [(action, payload)] = entries(f"unit:{place.section.pk}")
    assert (action, payload["reason"]) == ("move_unit", "Penataan")
    assert payload["data"]["parent"] == new_office.pk
    [(action, payload)] = entries(f"post:{place.posts['rater'].pk}")
    assert action == "superior_follows"
    assert payload["data"]["cause"] == {"unit": place.section.pk}


def test_a_prefix_that_only_looks_alike_does_not_move_along(place, by):
    """Path "12." begins with "1", but it is no subtree of "1."."""
    twin = Unit.objects.create(
        agency=place.agency, name="Kembar", parent=None, path=f"{place.section.path[:-1]}9."
    )
    units.move_unit(place.section, Unit.objects.get(parent=None, name="Pemerintah Kota"), by=by)
    twin.refresh_from_db()
    assert twin.path == f"{place.office.path}{place.section.pk}9."


def test_a_unit_never_stands_below_itself(place, by):
    for below in (place.office, place.section):
        with pytest.raises(Incomplete, match="A unit cannot stand below itself"):
            units.move_unit(place.office, below, by=by)
    with pytest.raises(Incomplete, match="It stands there already"):
        units.move_unit(place.section, place.office, by=by)
    place.office.refresh_from_db()
    assert place.office.parent.name == "Pemerintah Kota"


def test_the_tree_has_an_end(place, by):
    deep = place.section
    while deep.depth < units.DEEPEST:
        deep = units.open_unit(place.agency, deep, f"Tingkat {deep.depth}", by=by)
    with pytest.raises(Incomplete, match="deeper than 12 levels"):
        units.open_unit(place.agency, deep, "Terlalu dalam", by=by)


def test_a_unit_with_open_posts_or_units_is_not_closed(place, by):
    with pytest.raises(Refused) as raised:
        units.close_unit(place.office, TODAY, today=TODAY, by=by)
    assert raised.value.reason == ("1 post is still open in it. 1 unit is still open below it.")
    with pytest.raises(Refused, match="3 posts are still open in it"):
        units.close_unit(place.section, TODAY, today=TODAY, by=by)


def test_an_empty_unit_is_closed_with_a_day_that_has_come_and_opened_again(place, by):
    empty = units.open_unit(place.agency, place.office, "Seksi Lama", by=by)
    with pytest.raises(Incomplete, match="This day has not come yet"):
        units.close_unit(empty, date(2026, 3, 3), today=TODAY, by=by)
    units.close_unit(empty, TODAY, today=TODAY, by=by)
    empty.refresh_from_db()
    assert empty.closed_on == TODAY
    with pytest.raises(Refused, match="closed already"):
        units.close_unit(empty, TODAY, today=TODAY, by=by)
    with pytest.raises(Incomplete, match="Choose an open unit"):
        units.open_unit(place.agency, empty, "Di bawahnya", by=by)
    units.reopen_unit(empty, by=by)
    empty.refresh_from_db()
    assert empty.closed_on is None
    assert [action for action, _ in entries(f"unit:{empty.pk}")] == [
        "open_unit", "close_unit", "reopen_unit",
    ]  # fmt: skip


def test_below_a_closed_unit_nothing_is_opened_again(place, by):
    above = units.open_unit(place.agency, None, "Atas", by=by)
    below = units.open_unit(place.agency, above, "Bawah", by=by)
    for one in (below, above):
        units.close_unit(one, TODAY, today=TODAY, by=by)
    with pytest.raises(Refused, match="The unit above it is closed"):
        units.reopen_unit(below, by=by)


def test_the_working_week_is_five_or_six_days(place, by):
    assert units.set_week(place.section, 6, by=by)
    assert not units.set_week(place.section, 6, by=by)
    place.section.refresh_from_db()
    assert place.section.week == 6
    with pytest.raises(Incomplete, match="Choose five or six days"):
        units.set_week(place.section, 7, by=by)


def test_a_given_superior_stays_when_the_unit_moves(place, by):
    Post.objects.filter(pk=place.posts["rater"].pk).update(is_superior_given=True)
    moved = units.move_unit(place.section, Unit.objects.get(parent=None), by=by)
    assert moved.superiors == []
    assert Post.objects.get(pk=place.posts["rater"].pk).superior == place.posts["superior"]
