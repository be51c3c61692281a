"""Who may log in, with which roles; each change an entry with its author."""

from __future__ import annotations

import json

import pytest

from cycles.enums import Role
from cycles.exceptions import Incomplete, Refused
from cycles.models import LedgerEntry, RoleGrant, User
from cycles.services import accounts
from tests.builders import JANUARY, Town, town

pytestmark = pytest.mark.django_db


def entries(user: User) -> list[tuple[str, dict]]:
    rows = LedgerEntry.objects.filter(stream=f"account:{user.pk}").order_by("seq")
    return [(row.action, json.loads(row.payload)["data"]) for row in rows]


def user(place: Town, name: str = "pegawai") -> User:
    return User.objects.get(username=name)


def test_a_shut_account_stays_with_everything_and_tells_who_shut_it():
    place = town()
    assert accounts.set_active(user(place), False, author=place.admin, now=JANUARY)
    assert not user(place).is_active
    assert entries(user(place)) == [("deactivate", {"author": place.admin.pk})]
    assert not accounts.set_active(user(place), False, author=place.admin, now=JANUARY)
    assert len(entries(user(place))) == 1
    assert accounts.set_active(user(place), True, author=place.admin, now=JANUARY)
    assert user(place).is_active


def test_nobody_shuts_themselves_out_and_the_last_administrator_stays():
    place = town()
    with pytest.raises(Refused):
        accounts.set_active(place.admin, False, author=place.admin, now=JANUARY)
    other = User.objects.create(username="lain")
    with pytest.raises(Refused, match=r"administrator"):
        accounts.set_active(place.admin, False, author=other, now=JANUARY)
    grant = RoleGrant.objects.get(user=place.admin)
    with pytest.raises(Refused):
        accounts.revoke_role(place.admin, grant.pk, author=other, now=JANUARY)
    accounts.grant_role(other, Role.ADMIN, None, author=place.admin, now=JANUARY)
    assert accounts.revoke_role(place.admin, grant.pk, author=other, now=JANUARY)


def test_a_role_is_given_once_and_taken_back():
    place = town()
    give = {"author": place.admin, "now": JANUARY}
    assert accounts.grant_role(user(place), Role.HR, place.agency, **give)
    assert not accounts.grant_role(user(place), Role.HR, place.agency, **give)
    grant = RoleGrant.objects.get(user=user(place))
    assert accounts.revoke_role(user(place), grant.pk, **give)
    assert not accounts.revoke_role(user(place), grant.pk, **give)
    assert [action for action, _data in entries(user(place))] == ["grant_role", "revoke_role"]
    assert entries(user(place))[0][1]["agency"] == place.agency.pk


def test_hr_is_given_only_to_people_of_that_agency():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    for account, agency in ((user(place), other.agency), (place.observer, place.agency)):
        with pytest.raises(Incomplete) as found:
            accounts.grant_role(account, Role.HR, agency, author=place.admin, now=JANUARY)
        assert [problem.path for problem in found.value.problems] == ["agency"]
    with pytest.raises(Incomplete):
        accounts.grant_role(user(place), Role.OBSERVER, None, author=place.admin, now=JANUARY)
    with pytest.raises(Incomplete):
        accounts.grant_role(user(place), "raja", place.agency, author=place.admin, now=JANUARY)


def test_a_grant_of_another_account_is_not_taken_back():
    place = town()
    grant = RoleGrant.objects.get(user=place.hr.user)
    assert not accounts.revoke_role(user(place), grant.pk, author=place.admin, now=JANUARY)
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


@pytest.mark.parametrize(
    ("name", "email", "paths"),
    [
        ("pegawai", "a@example.org", ["username"]),
        ("PEGAWAI", "a@example.org", ["username"]),
        ("ab", "a@example.org", ["username"]),
        ("198501012010011001", "a@example.org", ["username"]),
        ("nama baru", "bukan alamat", ["username", "email"]),
        ("", "", ["username", "email"]),
    ],
)
def test_an_account_needs_a_free_name_that_is_no_number_and_an_address(name, email, paths):
    place = town()
    with pytest.raises(Incomplete) as found:
        accounts.create_account(name, email, author=place.admin, now=JANUARY)
    assert [problem.path for problem in found.value.problems] == paths


def test_a_new_account_cannot_log_in_before_its_invitation_is_used():
    place = town()
    made = accounts.create_account(
        "Pengamat.Baru", "x@example.org", author=place.admin, now=JANUARY
    )
    assert made.username == "pengamat.baru"
    assert not made.has_usable_password()
    assert entries(made)[0][0] == "create_account"


def test_an_invitation_needs_an_open_account_and_an_address():
    place = town()
    someone = user(place)
    accounts.record_invitation(someone, author=place.admin, now=JANUARY)
    assert entries(someone)[-1][0] == "invite"
    someone.email = ""
    with pytest.raises(Refused):
        accounts.record_invitation(someone, author=place.admin, now=JANUARY)
    with pytest.raises(Incomplete):
        accounts.change_email(someone, "tanpa-at", author=place.admin, now=JANUARY)
    assert "tanpa-at" not in LedgerEntry.objects.latest("id").payload
