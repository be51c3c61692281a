"""The frame around the pages: who sees which entry, and what it costs."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from config import shell
from cycles.enums import Role
from cycles.models import Agency, Person, RoleGrant, User
from tests.builders import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return Agency.objects.create(
        code="36.74", name="Kota Tangerang Selatan", short_name="Tangsel", zone="Asia/Jakarta"
    )


@pytest.fixture
def employee(agency: Agency) -> Person:
    return person(agency, "Siti Rahmawati")


def asked_by(user: User, path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    return request


def keys(user: User) -> list[str]:
    return [item.key for item in shell.NAV if item.seen_by(user)]


def test_an_employee_sees_home_the_own_appraisal_and_the_inbox(employee: Person) -> None:
    assert keys(employee.user) == ["home", "mine", "inbox"]


def test_hr_sees_the_desk_of_hr_besides(employee: Person, agency: Agency) -> None:
    RoleGrant.objects.create(user=employee.user, role=Role.HR, agency=agency)
    assert "hr" in keys(employee.user)


def test_an_observer_without_a_post_sees_no_appraisal_and_no_inbox(agency: Agency) -> None:
    observer = User.objects.create(username="pengamat")
    RoleGrant.objects.create(user=observer, role=Role.OBSERVER, agency=agency)
    assert keys(observer) == ["home", "organisation"]


def test_nobody_gets_more_entries_than_a_phone_shows_side_by_side(
    employee: Person, agency: Agency
) -> None:
    RoleGrant.objects.create(user=employee.user, role=Role.HR, agency=agency)
    assert len(keys(employee.user)) <= 5
    # Rare, and narrow, but nothing is cut off.
    RoleGrant.objects.create(user=employee.user, role=Role.OBSERVER, agency=agency)
    assert len(keys(User.objects.get(person=employee))) <= 6


def test_building_the_frame_asks_the_database_nothing(
    employee: Person, django_assert_num_queries
) -> None:
    user = User.objects.get(person=employee)
    with django_assert_num_queries(0):
        assert shell.shell(asked_by(user))["shell"].theme == "auto"


def test_the_frame_of_a_person_costs_their_roles_and_their_name(
    employee: Person, django_assert_num_queries
) -> None:
    user = User.objects.get(person=employee)
    frame = shell.Shell(asked_by(user))
    with django_assert_num_queries(2):
        _entries, _name = frame.nav, frame.name


def test_initials_leave_titles_out(employee: Person) -> None:
    assert shell.Shell(asked_by(employee.user)).initials == "SR"


def test_the_present_page_is_marked_and_home_only_on_home(employee: Person) -> None:
    there = shell.nav_for(asked_by(employee.user, reverse("home")))
    assert [entry["url"] for entry in there if entry["current"]] == [reverse("home")]
    elsewhere = shell.nav_for(asked_by(employee.user, "/tempat-lain/"))
    assert [entry["url"] for entry in elsewhere if entry["current"]] == []


def seven(_user: User) -> int:
    return 7


def hundreds(_user: User) -> int:
    return 250


def test_counts_are_swapped_in_beside_their_entries(
    employee: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "tests.config.test_shell"
    monkeypatch.setattr(shell, "COUNTS", {"inbox": f"{here}.seven", "bell": f"{here}.hundreds"})
    client.force_login(employee.user)
    answer = client.get(reverse("shell_counts"))
    assert 'id="count-inbox" class="count-slot" hx-swap-oob="true"' in answer.text
    assert ">7<" in answer.text
    assert ">99+<" in answer.text


def test_counts_are_for_accounts_only(client: Client) -> None:
    assert client.get(reverse("shell_counts")).status_code == 302


def test_every_entry_of_the_menu_leads_somewhere() -> None:
    dead = []
    for item in shell.NAV:
        try:
            reverse(item.url_name)
        except NoReverseMatch:
            dead.append(item.url_name)
    assert dead == []


def test_an_entry_that_somebody_lacks_has_no_number_either() -> None:
    observer = User.objects.create(username="pengamat-saja")
    assert set(dict(shell.counts_for(observer))) == {"bell"}
