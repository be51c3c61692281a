"""The mail of an invitation: once for each asking, its link, and what HR sees of a refusal."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from cycles.models import IdentityNumber, Person, User
from cycles.queries import invitations as queries
from notifications.enums import DeliveryState
from notifications.models import Invitation
from notifications.services import invitations as post_office
from tests.builders import town
from tests.notifications.mailbox import Mailbox, html_of, text_of
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.inviting import (
    SOON,
    asked,
    send,
    states,
)
from tests.workflow.views.organisation.records import MARCH, at, get, words

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


def test_an_invitation_leaves_once_for_each_asking_with_a_link_that_sets_a_password(
    hr, place, mailbox: Mailbox
):
    IdentityNumber.objects.create(person=place.employee, kind="nip", number="198203152009012903")
    asked(hr, place, orang=str(place.employee.public_id))
    assert [send(SOON).sent for _time in range(3)] == [1, 0, 0]
    (mail,) = mailbox.messages
    told = text_of(mail)
    assert (mail["To"], place.agency.name in str(mail["Subject"])) == ("pegawai@example.org", True)
    assert "Your user name is pegawai." in told
    assert "1982031520" not in told + html_of(mail)
    (link,) = re.findall(r"https://jenjang\.example(/atur-kata-sandi/\S+)", told)
    assert link in html_of(mail)
    visitor = Client()
    form = visitor.get(link, follow=True)
    new = "kata-sandi-panjang-27"
    done = visitor.post(form.request["PATH_INFO"], {"new_password1": new, "new_password2": new})
    assert done.status_code == 302
    assert User.objects.get(username="pegawai").check_password(new)
    assert states(hr, place)["Pegawai"] == queries.INVITED
    user = User.objects.get(username="pegawai")
    assert (user.invited_at, user.invitation_problem) == (SOON, "")


def test_inviting_again_is_a_second_mail(hr, place, mailbox: Mailbox):
    asked(hr, place, orang=str(place.employee.public_id))
    send(SOON)
    later = MARCH + timedelta(days=8)
    asked(hr, place, later, kelompok=queries.INVITED)
    assert states(hr, place, later)["Pegawai"] == queries.WAITING
    send(later)
    assert len(mailbox.to("pegawai")) == 2
    assert len({message["Message-ID"] for message in mailbox.messages}) == 2
    assert Invitation.objects.filter(state=DeliveryState.SENT).count() == 2


def test_a_mail_that_is_refused_is_shown_with_the_answer_and_can_be_asked_for_again(
    hr, place, mailbox: Mailbox
):
    mailbox.refused["pegawai@example.org"] = "550 5.1.1 Kotak surat tidak dikenal"
    asked(hr, place, orang=[str(place.employee.public_id), str(place.colleague.public_id)])
    posted = send(SOON)
    assert (posted.sent, posted.failed) == (1, 1)
    assert states(hr, place, keadaan=queries.FAILED) == {"Pegawai": queries.FAILED}
    page = get(hr, at(place, "org_invitations"), SOON, keadaan=queries.FAILED)
    assert "550 5.1.1 Kotak surat tidak dikenal" in words(page)
    assert send(MARCH + timedelta(days=2)).sent == 0
    mailbox.refused.clear()
    later = MARCH + timedelta(days=3)
    assert asked(hr, place, later, kelompok=queries.FAILED).result == {"asked": 1}
    assert send(later).sent == 1
    assert states(hr, place, later)["Pegawai"] == queries.INVITED


def test_a_mail_server_out_of_reach_loses_nothing_and_is_told_after_an_hour(hr, place, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    asked(hr, place, orang=[str(place.employee.public_id), str(place.colleague.public_id)])
    posted = send(SOON)
    assert (posted.sent, posted.failed, posted.postponed) == (0, 0, 1)
    assert states(hr, place)["Pegawai"] == queries.WAITING
    assert "mail server may be out of reach" not in words(
        get(hr, at(place, "org_invitations"), SOON)
    )
    late = MARCH + timedelta(hours=2)
    assert "mail server may be out of reach" in words(get(hr, at(place, "org_invitations"), late))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send(MARCH + timedelta(days=1)).sent == 2


def test_who_came_in_or_left_or_was_asked_for_anew_gets_no_old_mail(hr, place, mailbox: Mailbox):
    asked(hr, place, kelompok=queries.NEW)
    post_office.write_down(SOON)
    User.objects.filter(username="pegawai").update(last_login=SOON)
    User.objects.filter(username="rekan").update(email="")
    User.objects.filter(username="wali").update(is_active=False)
    Person.objects.filter(pk=place.rater.pk).update(left_on=MARCH.date())
    posted = post_office.deliver(SOON)
    assert posted.withdrawn == 4
    assert set(mailbox.recipients()).isdisjoint({"pegawai", "rekan", "wali", "penilai"})
    assert posted.sent == len(mailbox.messages) == 2


def test_what_a_dead_sender_held_is_sent_with_the_same_message_id(hr, place, mailbox: Mailbox):
    asked(hr, place, orang=str(place.employee.public_id))
    post_office.write_down(SOON)
    row = Invitation.objects.get()
    Invitation.objects.update(state=DeliveryState.SENDING, claimed_at=SOON, attempts=1)
    assert post_office.deliver(SOON + timedelta(minutes=1)).sent == 0
    assert post_office.deliver(SOON + timedelta(minutes=6)).sent == 1
    assert str(row.public_id) in mailbox.messages[0]["Message-ID"]


def test_the_letter_is_in_the_reader_s_language(hr, place, mailbox: Mailbox):
    User.objects.filter(username="rekan").update(language="id")
    asked(hr, place, orang=[str(place.employee.public_id), str(place.colleague.public_id)])
    send(SOON)
    by = {str(mail["To"]): mail for mail in mailbox.messages}
    assert by["pegawai@example.org"]["Content-Language"] == "en"
    assert by["rekan@example.org"]["Content-Language"] == "id"
