"""The first page: what must I do, until when, who has it now; one section for each role."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import RoleGrant, User
from cycles.rules import SUPERIOR, CycleRules, Level
from tests.builders import APRIL, JANUARY, NOVEMBER, PLAN, bring_to, person, seat, town
from workflow.enums import State
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def login(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def home(username: str, now: Any = JANUARY) -> Any:
    with clock.at(now):
        return login(username).get(reverse("home"))


def text(page: Any) -> str:
    return page.content.decode()


# --- the employee ------------------------------------------------------------------------------


def test_an_employee_who_plans_sees_the_button_to_write_and_the_due_date():
    place = town()
    page = home("pegawai")
    mine = page.context["mine"]
    assert mine["words"] == State.PLANNING.for_employee
    assert mine["button"]["url"] == reverse("edit", args=[place.case().public_id, "plan"])
    assert mine["holder"] is None
    assert f'datetime="{place.case().due_at.isoformat()}"' in text(page)
    assert page.context["tally"].total == 1


def test_whoever_waits_sees_with_whom_it_lies():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = home("pegawai")
    assert page.context["mine"]["holder"].name == "Penilai"
    assert page.context["mine"]["button"] == {}
    assert page.context["tally"].total == 0


def test_a_returned_plan_says_why_on_the_first_page():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas wilayahnya.")
    assert "Target belum jelas wilayahnya." in text(home("pegawai"))


def test_a_result_to_open_leads_to_the_appraisal():
    place = town()
    bring_to(place, State.DELIVERY)
    button = home("pegawai", NOVEMBER).context["mine"]["button"]
    assert button["url"] == reverse("case", args=[place.case().public_id])


def test_a_level_above_the_rating_does_not_show_before_delivery():
    best = Level(SUPERIOR, predicates=("sangat_baik",))
    place = town(rules=CycleRules(rating_levels=(best,)))
    bring_to(place, State.RATING_REVIEW)
    page = home("pegawai", NOVEMBER)
    assert page.context["mine"]["words"] == State.SUPERVISOR_REVIEW.for_employee
    assert "Atasan" not in page.context["mine"]["holder"].name
    assert str(State.RATING_REVIEW.for_employee) not in text(page)


def test_earlier_years_show_their_predikat_only_once_final():
    place = town()
    bring_to(place, State.CLOSED)
    place.cycle.status = "closed"
    place.cycle.save()
    [row] = home("pegawai", NOVEMBER).context["earlier"]
    assert row["predicate"] == "Baik"
    assert row["url"] == reverse("case", args=[place.case().public_id])
    [row] = home("rekan", NOVEMBER).context["earlier"]
    assert row["predicate"] == ""


def test_my_appraisal_leads_straight_to_it():
    place = town()
    with clock.at(JANUARY):
        answer = login("pegawai").get(reverse("my_appraisal"))
        assert answer.url == reverse("case", args=[place.case().public_id])
        without = login("wali").get(reverse("my_appraisal"))
    assert without.status_code == 200
    assert reverse("home") in text(without)


# --- supervisors, HR, observers, administrators ------------------------------------------------


def test_a_rater_sees_the_head_of_the_inbox_and_where_the_people_stand():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = home("penilai")
    assert [item.case.person.name for item in page.context["others"]] == ["Pegawai"]
    assert page.context["others_number"] == 1
    assert page.context["people_number"] == 2
    assert f"{reverse('inbox')}#tugas-{place.case().public_id}" in text(page)


def test_hr_sees_the_few_numbers_with_ways_into_the_desk():
    place = town()
    bring_to(place, State.FINAL_APPROVAL)
    page = home("sdm", NOVEMBER)
    [row] = page.context["hr"]
    values = {tile["url"]: tile["value"] for tile in row["tiles"]}
    key = place.cycle.public_id
    assert values[reverse("hr_finals", args=[key])] == 1
    assert values[reverse("hr_overdue", args=[key])] == 5  # planning: nobody else has moved
    assert "hr" not in home("pegawai", NOVEMBER).context


def test_an_observer_starts_with_the_agencies_and_sees_no_name():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = home("pengamat")
    [row] = page.context["observed"]
    assert row["url"] == reverse("observed_cycle", args=[place.cycle.public_id])
    assert "mine" not in page.context
    assert "Bidan" not in text(page)


def test_an_administrator_starts_with_the_settings():
    town()
    page = text(home("admin"))
    for name in ("accounts", "holidays", "agencies", "system"):
        assert f'href="{reverse(name)}"' in page
    assert reverse("accounts") not in text(home("pegawai"))


def test_somebody_with_several_roles_sees_every_section_once():
    place = town()
    for role, agency in (("hr", place.agency), ("observer", place.agency), ("admin", None)):
        RoleGrant.objects.create(user=place.rater.user, role=role, agency=agency)
    page = home("penilai")
    context = page.context
    assert all((context["mine"], context["people"], context["hr"], context["observed"]))
    places = [text(page).index(mark) for mark in (
        'id="penilaian-saya"', 'id="sdm-', reverse("observed_cycle", args=[place.cycle.public_id]),
        'id="pengaturan"')]  # fmt: skip
    assert places == sorted(places)


def test_another_agency_s_people_and_numbers_stay_there():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    bring_to(other, State.PLAN_REVIEW)
    assert home("penilai").context["others"] == []
    [row] = home("sdm").context["hr"]
    assert row["cycle"] == place.cycle


def test_a_stranger_is_asked_to_log_in():
    assert Client().get(reverse("home")).url.startswith(reverse("login"))


@pytest.mark.parametrize(("who", "queries"), [("pegawai", 9), ("penilai", 10), ("sdm", 12),
                                              ("pengamat", 4), ("admin", 2)])  # fmt: skip
@pytest.mark.parametrize("number", [1, 20])
def test_the_first_page_costs_the_same_whatever_waits(
    who, queries, number, django_assert_num_queries
):
    place = town()
    people = []
    for n in range(number):
        someone = person(place.agency, f"Warga {n:02}")
        seat(someone, place.section, f"Staf {n:02}", place.posts["rater"])
        people.append(someone)
    open_cycle(place.cycle, now=JANUARY)
    for someone in people:
        place.act(someone, "submit", JANUARY, of=someone, body=PLAN)
    client = login(who)
    with clock.at(APRIL):
        client.get(reverse("home"))
        with django_assert_num_queries(queries):
            client.get(reverse("home"))
