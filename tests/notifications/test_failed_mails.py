"""HR sees the mails of its agency that never arrived, and lets them leave once more."""

from __future__ import annotations

import pytest
from django.test import Client

from cycles.models import Person
from notifications.models import Delivery
from notifications.services import post
from notifications.services.letters import message_id
from tests.builders import PLAN, Town
from tests.notifications.stage import day, quiet_town, sweep_and_post
from tests.workflow.views.hr.office import BACKEND, kupang, log_in
from tests.workflow.views.organisation.records import at, get, queries_of, words
from tests.workflow.views.organisation.records import post as send

pytestmark = pytest.mark.django_db

REFUSAL = "550 5.1.1 No such user"


def refuse(mailbox, place: Town, *people: Person) -> None:
    """A reminder to each of them is refused for good."""
    for someone in people:
        mailbox.refused[someone.user.email] = REFUSAL
    posted = sweep_and_post(day(1, 29))
    assert posted.failed == len(people)


def test_a_mail_that_was_refused_is_listed_with_the_answer_and_sent_once_more(client, mailbox):
    place = quiet_town("employee", "colleague")
    refuse(mailbox, place, place.employee, place.colleague)
    log_in(client, place.hr)
    page = get(client, at(place, "org_mails"), day(1, 29))
    assert [mail.delivery.recipient.name for mail, _url in page.context["rows"]] == [
        "Rekan", "Pegawai",
    ]  # fmt: skip
    assert words(page).count(REFUSAL) == 2
    assert "pegawai@example.org" in words(page)
    row = Delivery.objects.get(recipient=place.employee, channel="email")
    mailbox.refused.clear()
    answer = send(client, at(place, "org_mails"), day(1, 29, 10), surat=row.public_id)
    assert answer.url == at(place, "org_mails")
    assert post.deliver(day(1, 29, 10)).sent == 1
    (message,) = mailbox.messages
    assert (message["To"], message["Message-ID"]) == (
        "pegawai@example.org", message_id(row.public_id),
    )  # fmt: skip
    assert Delivery.objects.filter(recipient=place.employee, channel="email").count() == 1


def test_all_of_them_are_sent_once_more_but_not_what_is_over_by_now(client, mailbox):
    place = quiet_town("employee", "colleague")
    refuse(mailbox, place, place.employee, place.colleague)
    place.act(place.employee, "submit", day(1, 29, 11), body=PLAN)
    mailbox.refused.clear()
    log_in(client, place.hr)
    send(client, at(place, "org_mails"), day(1, 29, 12), semua="1")
    posted = post.deliver(day(1, 29, 12))
    assert (posted.sent, posted.withdrawn) == (1, 1)
    assert mailbox.recipients() == ["rekan"]
    assert "Every mail arrived" in words(get(client, at(place, "org_mails"), day(1, 29, 13)))


def test_a_post_that_names_nothing_is_not_found_and_a_stranger_finds_no_list(client, mailbox):
    place = quiet_town()
    refuse(mailbox, place, place.employee)
    there = kupang(opened=None)
    row = Delivery.objects.get(channel="email", state="failed")
    log_in(client, place.hr)
    assert send(client, at(place, "org_mails"), day(1, 30)).status_code == 404
    for who in (place.employee.user, place.observer, place.admin, there.hr.user):
        other = Client()
        other.force_login(who, backend=BACKEND)
        assert get(other, at(place, "org_mails")).status_code == 404
        assert send(other, at(place, "org_mails"), surat=row.public_id).status_code == 404
    theirs = Client()
    log_in(theirs, there.hr)
    assert get(theirs, at(there, "org_mails")).context["rows"] == []
    send(theirs, at(there, "org_mails"), surat=row.public_id)
    send(theirs, at(there, "org_mails"), semua="1")
    row.refresh_from_db()
    assert row.state == "failed"


def test_the_list_asks_the_database_as_often_for_three_mails_as_for_one(client, mailbox):
    place = quiet_town("employee", "colleague", "rater")
    refuse(mailbox, place, place.employee, place.colleague, place.rater)
    log_in(client, place.hr)
    three = queries_of(client, at(place, "org_mails"), day(1, 29))
    Delivery.objects.filter(recipient__in=[place.rater, place.colleague]).delete()
    assert queries_of(client, at(place, "org_mails"), day(1, 29)) == three <= 12
