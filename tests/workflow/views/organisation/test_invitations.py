"""Invitations: who stands where, and asking for them in bulk, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from cycles.enums import JobKind
from cycles.models import Job, LedgerEntry, Person, User
from cycles.queries import invitations as queries
from notifications.models import Invitation
from tests.builders import Town, person, town
from tests.workflow.views.hr.office import BACKEND, kupang, log_in
from tests.workflow.views.organisation.inviting import (
    SOON,
    ask,
    asked,
    hidden,
    send,
    states,
    work,
)
from tests.workflow.views.organisation.records import MARCH, at, get, post, queries_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    """A town where nobody was ever invited or came."""
    found = town(opened=None)
    User.objects.update(language="en", last_login=None)
    return found


@pytest.fixture
def hr(place, client):
    return log_in(client, place.hr)


# --- asking ------------------------------------------------------------------------------------


def test_everybody_who_was_never_invited_is_asked_for_with_their_number_named_first(hr, place):
    person(place.agency, "Tanpa Surel")
    User.objects.filter(username="tanpa-surel").update(email="")
    User.objects.filter(username="penilai").update(last_login=MARCH)
    shown = post(hr, at(place, "org_invitations"), kelompok=queries.NEW)
    invitable = User.objects.filter(
        person__agency=place.agency, last_login=None).exclude(email="").count()  # fmt: skip
    assert f"Send invitations to {invitable} people?" in words(shown)
    assert not Job.objects.exists()
    answer = post(hr, at(place, "org_invitations"), kirim="1", **hidden(shown))
    job = Job.objects.get(kind=JobKind.INVITING)
    assert answer.url == f"/pekerjaan/{job.public_id}/"
    assert work().result == {"asked": invitable}
    reached = User.objects.exclude(invitation_asked_at=None).values_list("username", flat=True)
    # Neither who is in use (the rater, and HR who asks) nor who has no address.
    assert set(reached) == {"wali", "atasan", "pegawai", "rekan", "sdm-dua"}
    there = get(hr, get(hr, f"/pekerjaan/{job.public_id}/").url)
    assert f"{invitable} invitations go out within the next minutes" in words(there)
    entry = LedgerEntry.objects.get(stream=f"account:{place.employee.user.pk}")
    assert (entry.action, entry.at) == ("invite", MARCH)


def test_those_ticked_are_asked_for_and_nobody_else(hr, place):
    ticked = [str(place.employee.public_id), str(place.colleague.public_id)]
    shown = post(hr, at(place, "org_invitations"), orang=ticked)
    assert "Send invitations to 2 people?" in words(shown)
    assert f"<li>{place.colleague.name}</li>" in words(shown)
    assert asked(hr, place, orang=ticked).result == {"asked": 2}
    assert states(hr, place, keadaan=queries.WAITING) == {
        "Pegawai": "menunggu",
        "Rekan": "menunggu",
    }


def test_who_cannot_be_invited_is_left_out_and_told(hr, place):
    User.objects.filter(username="rekan").update(last_login=MARCH)
    User.objects.filter(username="penilai").update(is_active=False)
    ticked = [str(who.public_id) for who in (place.employee, place.colleague, place.rater)]
    shown = post(hr, at(place, "org_invitations"), orang=ticked)
    assert "Send an invitation to 1 person?" in words(shown)
    assert "2 of those ticked are left out" in words(shown)
    only = post(hr, at(place, "org_invitations"), orang=ticked[1:])
    assert only.status_code == 422
    assert "None of those chosen can be invited now" in words(only)
    nobody = post(hr, at(place, "org_invitations"))
    assert nobody.status_code == 422
    assert "Choose whom to invite" in words(nobody)
    assert not Job.objects.exists()


def test_a_double_click_asks_once_and_so_does_the_same_page_sent_later(hr, place):
    shown = post(hr, at(place, "org_invitations"), orang=str(place.employee.public_id))
    sent = {"kirim": "1", **hidden(shown)}
    first = post(hr, at(place, "org_invitations"), **sent)
    assert post(hr, at(place, "org_invitations"), **sent).url == first.url
    assert work().result == {"asked": 1}
    send(SOON)
    post(hr, at(place, "org_invitations"), SOON, **sent)
    late = work()
    assert late.result == {"asked": 0}
    assert "Nobody was left to be invited" in words(
        get(hr, f"{at(place, 'org_invitations')}?pekerjaan={late.public_id}", SOON)
    )
    assert Invitation.objects.count() == 1


def test_a_confirmation_of_yesterday_is_asked_for_anew(hr, place):
    shown = post(hr, at(place, "org_invitations"), orang=str(place.employee.public_id))
    for seen in (hidden(shown)["dilihat"], "", "99999999999999999999", "\x00"):
        sent = {"kirim": "1", **hidden(shown), "dilihat": seen}
        answer = post(hr, at(place, "org_invitations"), MARCH + timedelta(days=1), **sent)
        assert answer.url == at(place, "org_invitations")
    assert not Job.objects.exists()


def test_a_second_choice_waits_until_the_first_is_prepared(hr, place):
    ask(hr, place, kelompok=queries.NEW)
    second = ask(hr, place, orang=str(place.employee.public_id))
    assert second.status_code == 409
    assert "being prepared already" in words(second)
    assert Job.objects.count() == 1


def test_a_worker_that_begins_again_asks_for_nobody_twice(hr, place, monkeypatch):
    monkeypatch.setattr("cycles.services.invitations.BATCH", 2)
    ask(hr, place, kelompok=queries.NEW)
    job = Job.objects.get()
    # What a worker that was killed after its first batch leaves behind.
    User.objects.filter(username__in=["wali", "atasan"]).update(invitation_asked_at=job.asked_at)
    others = User.objects.exclude(person=None).filter(last_login=None)
    assert work().result == {"asked": others.count() - 2}
    assert set(others.values_list("invitation_asked_at", flat=True)) == {job.asked_at}
    entries = LedgerEntry.objects.filter(action="invite")
    assert entries.count() == others.count() - 2


# --- the list ----------------------------------------------------------------------------------


def test_every_account_is_in_just_one_state_and_the_numbers_agree_with_the_list(hr, place):
    for name, values in {
        "Gagal": {"invitation_asked_at": MARCH, "invitation_problem": "550"},
        "Gagal Lagi": {"invitation_asked_at": SOON, "invited_at": MARCH,
                       "invitation_problem": "550"},
        "Menunggu": {"invitation_asked_at": MARCH},
        "Menunggu Lagi": {"invitation_asked_at": SOON, "invited_at": MARCH},
        "Diundang": {"invitation_asked_at": MARCH, "invited_at": SOON},
        "Diundang Lama": {"invited_at": MARCH},
        "Aktif": {"last_login": MARCH}, "Tanpa": {"email": ""}, "Tutup": {"is_active": False},
    }.items():  # fmt: skip
        someone = person(place.agency, name)
        User.objects.filter(person=someone).update(**values)
    Person.objects.create(agency=place.agency, name="Tanpa Akun", kind="pns")
    page = get(hr, at(place, "org_invitations"), SOON)
    numbers = {item["key"]: item["number"] for item in page.context["states"]}
    everybody = states(hr, place)
    assert sum(numbers.values()) == len(everybody)
    for state in queries.STATES:
        listed = states(hr, place, keadaan=state)
        assert set(listed.values()) == {state}
        assert len(listed) == numbers[state]
        assert listed.keys() == {name for name, found in everybody.items() if found == state}
    assert everybody["Gagal Lagi"] == queries.FAILED
    assert everybody["Menunggu Lagi"] == queries.WAITING
    assert everybody["Diundang Lama"] == queries.INVITED
    assert states(hr, place, cari="menung", keadaan="lain").keys() == {"Menunggu", "Menunggu Lagi"}


def test_the_list_asks_the_database_as_often_for_many_as_for_few(hr, place):
    few = queries_of(hr, at(place, "org_invitations"))
    for number in range(3):
        person(place.agency, f"Orang {number}")
    assert queries_of(hr, at(place, "org_invitations")) == few
    assert few <= 10


def test_invitations_do_not_exist_for_anybody_but_the_agency_s_hr(hr, place):
    there = kupang(opened=None)
    url = at(place, "org_invitations")
    for who in (place.employee.user, place.observer, place.admin, there.hr.user):
        other = Client()
        other.force_login(who, backend=BACKEND)
        assert get(other, url).status_code == 404
        assert post(other, url, kelompok=queries.NEW).status_code == 404
    assert get(Client(), url).status_code == 302
    # People of another agency are not reached through one's own page.
    stolen = post(hr, url, orang=[str(there.employee.public_id), "x", "\x00"])
    assert stolen.status_code == 422
    assert states(hr, place).keys().isdisjoint(states_of(there))
    ask(hr, place, kelompok=queries.NEW)
    work()
    assert not User.objects.filter(
        person__agency=there.agency).exclude(invitation_asked_at=None).exists()  # fmt: skip


def states_of(place: Town) -> set[str]:
    return set(Person.objects.filter(agency=place.agency).values_list("name", flat=True))
