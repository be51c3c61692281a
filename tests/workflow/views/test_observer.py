"""An observer counts: no names, no way to a case, and no cell that shows one person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import LedgerEntry, User
from tests.builders import JANUARY, Town, person, seat, town, unit
from workflow.queries.observer import KEYS, LEAST, Observation, veil
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def login(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def read(username: str, name: str, *args: Any) -> Any:
    with clock.at(JANUARY):
        return login(username).get(reverse(name, args=args))


def row(**numbers: int) -> dict[str, int]:
    return dict.fromkeys(KEYS, 0) | numbers


def staffed(place: Town, offices: int = 3, people: int = 6) -> list[Any]:
    """Further offices below the root, each with so many people who plan."""
    root = place.office.parent
    made = []
    for n in range(offices):
        office = unit(place.agency, f"Dinas {n}", root)
        for m in range(people):
            someone = person(place.agency, f"Orang {n} {m}")
            seat(someone, office, f"Staf {m}", place.posts["superior"])
        made.append(office)
    open_cycle(place.cycle, now=JANUARY)
    return made


# --- the veil ----------------------------------------------------------------------------------


def test_large_cells_stand_as_they_are():
    rows = [row(planning=10, closed=7), row(planning=8, closed=9)]
    assert veil(rows) == rows


def test_a_small_cell_is_veiled_together_with_one_that_would_give_it_away():
    veiled = veil([row(planning=20, closed=2), row(planning=9, closed=9)])
    assert veiled[0]["closed"] is None
    assert veiled[0]["planning"] is None  # 22 people less 20 would tell the two
    assert veiled[1]["closed"] is None  # and so would the agency's sum of the column


def test_a_unit_of_few_people_shows_nothing_but_their_number():
    veiled = veil([row(planning=3), row(planning=30), row(planning=30)])
    assert set(veiled[0].values()) == {None}


def test_a_column_veiled_above_is_veiled_below():
    veiled = veil([row(planning=10, closed=10), row(planning=10, closed=10)], frozenset({"closed"}))
    assert all(cells["closed"] is None for cells in veiled)


@pytest.mark.parametrize("seed", range(30))
def test_no_row_or_column_of_a_veiled_table_can_be_solved(seed):
    import random

    draw = random.Random(seed)
    rows = [
        {key: draw.choice([0, 0, 1, 3, 7, 20]) for key in KEYS} for _n in range(draw.randint(2, 7))
    ]
    veiled = veil(rows)
    for index, cells in enumerate(veiled):
        assert not any(n is not None and 0 < n < LEAST for n in cells.values())
        assert list(cells.values()).count(None) != 1, rows[index]
    for key in KEYS:
        assert [cells[key] for cells in veiled].count(None) != 1


# --- the pages ---------------------------------------------------------------------------------


def test_the_agencies_stand_side_by_side_with_exact_numbers():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    page = read("pengamat", "observer")
    assert [r["name"] for r in page.context["rows"]] == [place.agency.name]
    [shown] = page.context["rows"]
    assert shown["taking_part"] == 6
    assert other.agency.name not in page.content.decode()


def test_units_show_numbers_and_neither_names_nor_cases():
    place = town()
    offices = staffed(place)
    page = read("pengamat", "observed_cycle", place.cycle.public_id)
    text = page.content.decode()
    rows = {line["name"]: line["row"] for line in page.context["rows"]}
    assert rows[offices[0].name].everyone == 6
    assert rows[offices[0].name].cells["planning"] == 6
    assert rows["BKPSDM"].cells["planning"] is None
    assert "/perkara/" not in text
    for name in ("Orang 0 0", "Bidan Ahli Pertama", "Kepala Puskesmas"):
        assert name not in text


def test_a_unit_opens_down_to_the_units_below_it():
    place = town()
    office = staffed(place)[0]
    for n in range(2):
        section = unit(place.agency, f"Bidang {n}", office)
        for m in range(7):
            seat(person(place.agency, f"Anak {n} {m}"), section, f"Staf {m}",
                 place.posts["superior"])  # fmt: skip
    open_cycle(place.cycle, now=JANUARY)
    page = read("pengamat", "observed_unit", place.cycle.public_id, office.public_id)
    assert page.context["title"] == office.name
    numbers = [line["row"].everyone for line in page.context["rows"]]
    assert sorted(numbers) == [6, 7, 7]
    assert all(not line["url"] for line in page.context["rows"])


def test_what_is_veiled_above_is_not_told_below():
    place = town()
    office = staffed(place, offices=3, people=3)[0]
    table = Observation(place.cycle).table(office)
    assert set(table.total.cells.values()) == {None}
    assert all(set(r.cells.values()) == {None} for r in table.rows)


def test_the_csv_holds_the_same_veiled_numbers_and_is_recorded():
    place = town()
    staffed(place)
    client = login("pengamat")
    url = reverse("observed_csv", args=[place.cycle.public_id])
    with clock.at(JANUARY):
        assert client.get(url).status_code == 302
        answer = client.post(url)
    text = answer.content.decode()
    assert "Dinas 0;6;6;0;0;0;0;0;0;0;0" in text
    assert "BKPSDM;2;tertutup" in text
    assert "Orang 0 0" not in text
    assert LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="export").exists()


@pytest.mark.parametrize("who", ["pegawai", "penilai", "sdm", "admin"])
@pytest.mark.parametrize("name", ["observer", "observed_cycle", "observed_csv"])
def test_strangers_find_nothing(who, name):
    place = town()
    args = [] if name == "observer" else [place.cycle.public_id]
    assert read(who, name, *args).status_code == 404


def test_another_agency_a_draft_and_an_unknown_unit_are_not_found():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    assert read("pengamat", "observed_cycle", other.cycle.public_id).status_code == 404
    foreign = read("pengamat", "observed_unit", place.cycle.public_id, other.office.public_id)
    assert foreign.status_code == 404
    place.cycle.status = "draft"
    place.cycle.save()
    assert read("pengamat", "observed_cycle", place.cycle.public_id).status_code == 404


@pytest.mark.parametrize("offices", [1, 20])
def test_a_page_of_numbers_costs_the_same_whatever_its_length(offices, django_assert_num_queries):
    place = town()
    staffed(place, offices=offices, people=1)
    client = login("pengamat")
    with clock.at(JANUARY):
        for name, args, queries in (
            ("observer", [], 5), ("observed_cycle", [place.cycle.public_id], 5),
        ):  # fmt: skip
            client.get(reverse(name, args=args))
            with django_assert_num_queries(queries):
                client.get(reverse(name, args=args))
