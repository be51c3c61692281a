"""HR's units: the tree step by step, a unit's page as of a day, and moving things about."""

from datetime import date

import pytest

from cycles.models import Posting, Unit
from tests.builders import JANUARY, PLAN, person, seat, town, unit
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import (
    at,
    confirmed,
    get,
    post,
    queries_of,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(client):
    place = town()
    log_in(client, place.hr)
    return place


def act(place, name, which=None):
    return at(place, "org_unit_act", (which or place.section).public_id, name)


def rows(answer):
    return {one.name: (counts.units, counts.posts, counts.held, counts.vacant)
            for one, counts, _url in answer.context["rows"]}  # fmt: skip


def test_below_the_topmost_unit_stand_its_own_with_what_they_hold(client, place):
    seat(None, place.section, "Apoteker")
    answer = get(client, at(place, "org_units"))
    top, counts, _url = answer.context["above"]
    assert (top.name, counts.units, counts.posts, counts.vacant) == ("Pemerintah Kota", 3, 8, 1)
    assert rows(answer) == {"BKPSDM": (0, 2, 2, 0), "Dinas Kesehatan": (1, 5, 4, 1)}
    below = get(client, at(place, "org_units"), unit=str(place.office.public_id))
    assert rows(below) == {"Puskesmas Pamulang": (0, 4, 3, 1)}


def test_counts_are_those_of_the_day_asked(client, place):
    Posting.objects.filter(person=place.colleague).update(ends_on=date(2026, 2, 28))
    url = at(place, "org_units")
    assert rows(get(client, url))["Dinas Kesehatan"] == (1, 4, 3, 1)
    assert rows(get(client, url, pada="2026-02-28"))["Dinas Kesehatan"] == (1, 4, 4, 0)


def test_a_unit_is_found_by_a_part_of_its_name_and_closed_ones_apart(client, place):
    Unit.objects.create(
        agency=place.agency, name="Seksi Lama", path="9999.", closed_on="2025-12-31"
    )
    url = at(place, "org_units")
    assert list(rows(get(client, url, cari="pamu"))) == ["Puskesmas Pamulang"]
    assert list(rows(get(client, url, cari="Lama"))) == []
    assert list(rows(get(client, url, keadaan="ditutup"))) == ["Seksi Lama"]
    assert list(rows(get(client, url, cari="Lama", pada="2025-12-31"))) == ["Seksi Lama"]


@pytest.mark.parametrize("more", [1, 3])
def test_the_tree_takes_as_many_statements_for_one_as_for_three(client, more):
    place = town()
    for number in range(more):
        unit(place.agency, f"Dinas {number}", place.office.parent)
    log_in(client, place.hr)
    assert queries_of(client, at(place, "org_units")) == 9


@pytest.mark.parametrize("more", [1, 3])
def test_a_units_page_takes_as_many_statements_for_one_post_as_for_three(client, more):
    place = town()
    for number in range(more):
        seat(person(place.agency, f"Orang {number}"), place.section, f"Perawat {number}")
        unit(place.agency, f"Poli {number}", place.section)
    log_in(client, place.hr)
    assert queries_of(client, at(place, "org_unit", place.section.public_id)) == 15


def test_a_units_page_shows_who_sits_there_on_a_day(client, place):
    Posting.objects.filter(person=place.employee).update(ends_on=date(2026, 2, 28))
    url = at(place, "org_unit", place.section.public_id)
    now = {post.title: sitting.is_vacant for post, sitting, _ in get(client, url).context["posts"]}
    assert now == {"Bidan Ahli Pertama": True, "Kepala Puskesmas": False, "Perawat Terampil": False}
    then = get(client, url, pada="2026-02-28")
    assert "Pegawai" in words(then)
    assert "Pegawai" not in words(get(client, url))


def test_a_unit_without_a_heads_post_is_pointed_out(client, place):
    bare = unit(place.agency, "Seksi Baru", place.office)
    seat(None, bare, "Analis")
    page = words(get(client, at(place, "org_unit", bare.public_id)))
    assert "This unit has no head's post" in page


def test_a_move_is_previewed_with_every_new_superior_and_then_done(client, place):
    place.act(place.rater, "submit", JANUARY, place.rater, body=PLAN)
    head = person(place.agency, "Kepala Baru")
    new_office = unit(place.agency, "Dinas Baru", place.office.parent)
    seat(head, new_office, "Kepala Dinas Baru", place.posts["mayor"], is_head=True)
    url = act(place, "pindah")
    chosen = {"chosen": str(new_office.public_id)}
    shown = post(client, url, **chosen)
    page = words(shown)
    assert "1 unit moves." in page
    assert "1 post gets another superior." in page
    assert "1 running appraisal passes into other hands at once" in page
    [row] = shown.context["seen"].rows
    assert (row.holder, row.before, row.after) == (
        "Penilai", "Kepala Dinas Kesehatan", "Kepala Dinas Baru",
    )  # fmt: skip
    # Nothing has happened by looking.
    place.section.refresh_from_db()
    assert place.section.parent == place.office
    assert place.case(place.rater).turn_person == place.superior
    answer = confirmed(client, url, **chosen)
    assert answer.status_code == 302
    place.section.refresh_from_db()
    assert place.section.parent == new_office
    assert place.case(place.rater).turn_person == head
    page = words(client.get(answer["Location"]))
    assert "1 running appraisal passed into other hands." in page
    assert "from Dinas Kesehatan to Dinas Baru" in page


def test_another_choice_than_the_one_previewed_is_previewed_first(client, place):
    one, two = (unit(place.agency, name, place.office.parent) for name in ("Satu", "Dua"))
    url = act(place, "pindah")
    shown = post(client, url, chosen=str(one.public_id))
    answer = post(client, url, chosen=str(two.public_id), terapkan="1",
                  seen=shown.context["form"]["seen"].value())  # fmt: skip
    assert answer.status_code == 200
    assert answer.context["seen"] is not None
    place.section.refresh_from_db()
    assert place.section.parent == place.office


def test_no_unit_is_offered_below_itself(client, place):
    answer = get(client, act(place, "pindah", place.office))
    offered = [label for _key, label in answer.context["form"].fields["chosen"].choices]
    assert offered == ["BKPSDM, Pemerintah Kota"]
    forged = post(client, act(place, "pindah", place.office), chosen=str(place.section.public_id))
    assert forged.status_code == 422


def test_a_unit_is_opened_below_and_named(client, place):
    answer = post(client, act(place, "unit-baru", place.office), name="Bidang P2P", week="6")
    made = Unit.objects.get(name="Bidang P2P")
    assert answer["Location"] == at(place, "org_unit", made.public_id)
    assert (made.parent, made.week) == (place.office, 6)
    renamed = post(client, act(place, "ubah", made), name="Bidang Pencegahan", code="3.2")
    assert "from Bidang P2P to Bidang Pencegahan" in words(client.get(renamed["Location"]))


def test_a_first_unit_is_opened_at_the_top(client, place):
    answer = post(client, at(place, "org_unit_new"), name="Perusahaan Daerah", week="5")
    assert answer.status_code == 302
    assert Unit.objects.get(name="Perusahaan Daerah").parent is None


def test_a_new_week_says_what_it_means_for_running_deadlines(client, place):
    shown = post(client, act(place, "hari-kerja"), week="6")
    assert "3 deadlines run in this unit; they stay as they were told." in words(shown)
    due = place.case().due_at
    assert confirmed(client, act(place, "hari-kerja"), week="6").status_code == 302
    place.section.refresh_from_db()
    assert place.section.week == 6
    assert place.case().due_at == due


def test_what_keeps_a_unit_open_stands_on_its_page_and_refuses_the_act(client, place):
    page = words(get(client, at(place, "org_unit", place.section.public_id)))
    assert "3 posts are still open in it." in page
    answer = post(client, act(place, "tutup"), last_day="2026-03-02")
    assert answer.status_code == 409
    assert "3 posts are still open in it." in words(answer)


def test_an_empty_unit_is_closed_and_opened_again(client, place):
    empty = unit(place.agency, "Seksi Lama", place.office)
    answer = post(client, act(place, "tutup", empty), last_day="2026-03-02")
    assert "Closed; its last day was" in words(client.get(answer["Location"]))
    answer = post(client, act(place, "buka", empty))
    assert answer.status_code == 302
    empty.refresh_from_db()
    assert empty.closed_on is None


def test_a_new_head_is_previewed_as_the_superior_of_the_others(client, place):
    bare = unit(place.agency, "Seksi Baru", place.office)
    clerk = seat(person(place.agency, "Putri"), bare, "Analis", place.posts["superior"])
    url = act(place, "jabatan-baru", bare)
    given = {"title": "Kepala Seksi", "kind": "pengawas", "is_head": "on"}
    shown = post(client, url, **given)
    # The new post itself, and whoever stands below it.
    assert {(row.post.title, row.after) for row in shown.context["seen"].rows} >= {
        ("Analis", "Kepala Seksi")
    }
    assert not bare.posts.filter(is_head=True).exists()
    assert confirmed(client, url, **given).status_code == 302
    clerk.refresh_from_db()
    assert clerk.superior.title == "Kepala Seksi"
