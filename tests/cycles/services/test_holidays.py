"""Days off: every change a new calendar version and an entry in the calendar's stream."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cycles.exceptions import Incomplete, Stale
from cycles.models import Agency, Holiday, LedgerEntry
from cycles.services import holidays
from cycles.services.holidays import DayOff
from tests.builders import JANUARY, Town, town

pytestmark = pytest.mark.django_db

FEAST = DayOff(date(2026, 3, 2), "Hari Jadi Kota", decree="Kepwal 12/2026")


def versions() -> list[int]:
    return list(Agency.objects.order_by("pk").values_list("calendar_version", flat=True))


def stream(name: str) -> list[str]:
    rows = LedgerEntry.objects.filter(stream=name).order_by("seq")
    return [row.action for row in rows]


def two() -> tuple[Town, Town]:
    return town(), town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")


def test_an_agency_s_own_day_off_gives_only_that_agency_a_new_version():
    place, _other = two()
    before = versions()
    made = holidays.add_day_off(place.agency, FEAST, author=place.admin, now=JANUARY)
    assert versions() == [before[0] + 1, before[1]]
    assert stream(f"calendar:{place.agency.pk}") == ["add_day_off"]
    payload = json.loads(LedgerEntry.objects.get(action="add_day_off").payload)
    assert payload["data"]["day"] == "2026-03-02"
    assert payload["data"]["author"] == place.admin.pk
    assert made.decree == "Kepwal 12/2026"


def test_a_national_day_off_gives_every_agency_a_new_version():
    place, _other = two()
    before = versions()
    made = holidays.add_day_off(None, FEAST, author=place.admin, now=JANUARY)
    assert versions() == [number + 1 for number in before]
    holidays.change_day_off(made, DayOff(date(2026, 3, 3), "Hari Jadi"), author=place.admin,
                            now=JANUARY)  # fmt: skip
    holidays.remove_day_off(made, author=place.admin, now=JANUARY)
    assert versions() == [number + 3 for number in before]
    assert stream("calendar:national") == ["add_day_off", "change_day_off", "remove_day_off"]
    assert not Holiday.objects.exists()


def test_confirming_an_estimate_names_its_decree_and_moves_nothing():
    place = town()
    guess = DayOff(date(2027, 3, 9), "Nyepi", is_estimated=True)
    made = holidays.add_day_off(None, guess, author=place.admin, now=JANUARY)
    before = versions()
    with pytest.raises(Incomplete):
        holidays.confirm_day_off(made, "  ", author=place.admin, now=JANUARY)
    done = holidays.confirm_day_off(made, "SKB 2/2026", author=place.admin, now=JANUARY)
    assert (done.is_estimated, done.decree) == (False, "SKB 2/2026")
    assert versions() == before


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (DayOff(date(2026, 3, 2), " "), "name"),
        (DayOff(date(2026, 3, 2), "x" * 201), "name"),
        (DayOff(date(2026, 3, 2), "Nama", decree="x" * 201), "decree"),
        (DayOff(date(1999, 3, 2), "Nama"), "day"),
        (DayOff(date(2026, 1, 1), "Tahun baru lagi"), "day"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_beside_its_field(wish, path):
    place = town()
    new_year = DayOff(date(2026, 1, 1), "Tahun Baru")
    holidays.add_day_off(place.agency, new_year, author=place.admin, now=JANUARY)
    before = versions()
    with pytest.raises(Incomplete) as found:
        holidays.add_day_off(place.agency, wish, author=place.admin, now=JANUARY)
    assert [problem.path for problem in found.value.problems] == [path]
    assert versions() == before


def test_whoever_comes_second_is_told():
    place = town()
    made = holidays.add_day_off(None, FEAST, author=place.admin, now=JANUARY)
    holidays.remove_day_off(Holiday.objects.get(pk=made.pk), author=place.admin, now=JANUARY)
    with pytest.raises(Stale):
        holidays.remove_day_off(made, author=place.admin, now=JANUARY)
    with pytest.raises(Stale):
        holidays.change_day_off(made, FEAST, author=place.admin, now=JANUARY)
