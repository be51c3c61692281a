"""The post office: claims, last checks, refusals, retries, digests; over a real SMTP server."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from cycles.models import Person, User
from notifications.channels.smtp import RETRYABLE_CODES
from notifications.models import Delivery, Preference
from notifications.services import news, post
from notifications.services.letters import message_id
from tests.builders import JANUARY, PLAN, person, seat
from tests.notifications.mailbox import text_of
from tests.notifications.stage import day, hush, mailed, quiet_town, sweep, sweep_and_post
from workflow.models import Case
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def crowd(place, number: int) -> list[Person]:
    """More people under the rater, each with a case of this cycle."""
    people = [person(place.agency, f"Staf {n}") for n in range(number)]
    for someone in people:
        seat(someone, place.section, f"Staf {someone.name}", place.posts["rater"])
    User.objects.update(language="en")
    open_cycle(place.cycle, person_ids=[someone.pk for someone in people], now=JANUARY)
    hush()
    return people


def test_a_bad_address_fails_for_good_and_the_others_get_their_mail(mailbox):
    quiet_town("employee", "colleague", "rater")
    mailbox.refused["pegawai@example.org"] = "550 5.1.1 No such user"
    posted = sweep_and_post(day(1, 29))
    assert (posted.sent, posted.failed) == (2, 1)
    assert mailbox.recipients() == ["penilai", "rekan"]
    bad = Delivery.objects.get(channel="email", state="failed")
    assert (bad.recipient.name, bad.error) == ("Pegawai", "550 5.1.1 No such user")
    assert post.deliver(day(1, 29, 23)).sent == 0
    assert len(mailbox.messages) == 2


@pytest.mark.parametrize("code", sorted(RETRYABLE_CODES - {421}))
def test_a_full_mailbox_is_tried_again_later_with_the_same_message_id(mailbox, code):
    quiet_town()
    mailbox.refused["pegawai@example.org"] = f"{code} Try again later"
    first = sweep_and_post(day(1, 29))
    assert (first.sent, first.postponed) == (0, 1)
    row = Delivery.objects.get(channel="email")
    assert (row.state, row.attempts, row.next_at) == ("queued", 1, day(1, 29, 9, 1))
    del mailbox.refused["pegawai@example.org"]
    assert post.deliver(day(1, 29, 9, 0)).sent == 0
    assert post.deliver(day(1, 29, 9, 1)).sent == 1
    (message,) = mailbox.messages
    assert message["Message-ID"] == message_id(row.public_id)


def test_what_is_refused_for_two_days_has_failed(mailbox):
    quiet_town()
    # Due far away, so that nothing is withdrawn meanwhile.
    mailbox.refused["pegawai@example.org"] = "450 Mailbox busy"
    sweep_and_post(day(1, 21))
    now, tries = day(1, 21), 1
    while Delivery.objects.filter(channel="email", state="queued").exists():
        now = Delivery.objects.get(channel="email").next_at
        post.deliver(now)
        tries += 1
    assert tries == len(post.BACKOFF) + 1
    assert now - day(1, 21) == sum(post.BACKOFF, timedelta())
    assert mailed() == [("pegawai", "before:7", "failed")]


def test_a_server_that_is_down_stops_the_run_and_costs_no_mail_its_chances(mailbox, settings):
    quiet_town("employee", "colleague", "rater")
    settings.EMAIL_PORT = 1
    posted = sweep_and_post(day(1, 29))
    assert (posted.sent, posted.postponed) == (0, 1)
    rows = Delivery.objects.filter(channel="email")
    assert {row.state for row in rows} == {"queued"}
    assert sorted(row.attempts for row in rows) == [0, 0, 1]
    settings.EMAIL_PORT = mailbox.port
    assert post.deliver(day(1, 29, 9, 1)).sent == 3
    assert mailbox.recipients() == ["pegawai", "penilai", "rekan"]


def test_a_mail_whose_turn_has_ended_is_withdrawn(mailbox):
    place = quiet_town()
    sweep(day(1, 29))
    place.act(place.employee, "submit", day(1, 29, 10), body=PLAN)
    hush()
    posted = post.deliver(day(1, 29, 10))
    assert (posted.sent, posted.withdrawn) == (0, 1)
    assert mailed() == [("pegawai", "before:1", "withdrawn")]
    assert mailbox.messages == []


def test_a_mail_about_another_due_date_is_withdrawn(mailbox):
    quiet_town()
    sweep(day(1, 29))
    Case.objects.update(due_at=day(2, 10, 0))
    assert post.deliver(day(1, 29, 10)).withdrawn == 1
    assert mailbox.messages == []


def test_a_reminder_that_could_not_leave_before_the_due_date_is_withdrawn(mailbox):
    quiet_town()
    sweep(day(1, 30))
    assert post.deliver(day(1, 31, 0)).withdrawn == 1
    assert mailbox.messages == []


def test_a_choice_made_meanwhile_holds_for_what_waits(mailbox):
    place = quiet_town()
    sweep(day(1, 29))
    Preference.objects.create(user=place.employee.user, reminders="none")
    assert post.deliver(day(1, 29)).withdrawn == 1
    assert mailbox.messages == []


def test_who_wants_no_reminders_by_mail_gets_the_bell_and_what_the_law_attaches_to(mailbox):
    place = quiet_town()
    Preference.objects.create(user=place.employee.user, reminders="none", news="none")
    sweep_and_post(day(1, 29))
    assert mailed() == []
    assert Delivery.objects.filter(channel="bell", rule="before:1").count() == 1
    place.act(place.employee, "submit", day(1, 29, 10), body=PLAN)
    place.act(place.rater, "return_", day(1, 29, 11), reason="Kurang jelas.")
    sweep_and_post(day(1, 29, 11))
    assert mailbox.to("pegawai") == ["Your plan was returned to you"]


def test_more_than_three_reminders_are_one_mail_with_one_line_each(mailbox):
    place = quiet_town("employee")
    people = crowd(place, 5)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep_and_post(day(1, 12))
    (message,) = mailbox.messages
    assert message["To"] == "penilai@example.org"
    assert message["Subject"] == "5 items need your attention"
    text = text_of(message)
    for someone in people:
        assert text.count(f"approve the plan of {someone.name}\n") == 1
    rows = Delivery.objects.filter(channel="email")
    assert {row.state for row in rows} == {"sent"}
    (envelope,) = {row.envelope for row in rows}
    assert message["Message-ID"] == message_id(envelope)


def test_three_reminders_are_three_mails_and_a_wish_makes_them_one(mailbox):
    place = quiet_town("employee")
    people = crowd(place, 3)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep_and_post(day(1, 8))
    assert len(mailbox.messages) == 3
    Preference.objects.create(user=place.rater.user, reminders="digest")
    sweep_and_post(day(1, 12))
    assert mailbox.to("penilai")[3:] == ["3 items need your attention"]


def test_a_line_of_a_digest_that_is_no_longer_so_is_left_out(mailbox):
    place = quiet_town("employee")
    people = crowd(place, 5)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep(day(1, 12))
    place.act(place.rater, "approve", day(1, 12, 10), people[0])
    posted = post.deliver(day(1, 12, 10))
    assert (posted.sent, posted.withdrawn) == (4, 1)
    assert mailbox.to("penilai") == ["4 items need your attention"]
    assert people[0].name not in text_of(mailbox.messages[0])


def test_what_the_law_attaches_to_never_hides_in_a_digest(mailbox):
    place = quiet_town("employee")
    people = crowd(place, 5)
    Preference.objects.update_or_create(
        user=place.employee.user, defaults={"reminders": "digest", "news": "digest"}
    )
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
        place.act(place.rater, "return_", day(1, 6), someone, reason="Kurang.")
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    place.act(place.rater, "return_", day(1, 6), reason="Kurang.")
    sweep_and_post(day(1, 6))
    assert mailbox.to("pegawai") == ["Your plan was returned to you"]
    assert len(mailbox.messages) == 6


def test_a_long_digest_names_twenty_and_counts_the_rest(mailbox):
    place = quiet_town("employee")
    people = crowd(place, 23)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep_and_post(day(1, 12))
    (message,) = mailbox.messages
    assert message["Subject"] == "23 items need your attention"
    text = text_of(message)
    assert "20. " in text
    assert "21. " not in text
    assert "and 3 more items in Jenjang" in text


def test_a_claim_left_behind_is_taken_back_and_a_living_one_is_not(mailbox):
    quiet_town()
    sweep(day(1, 29))
    Delivery.objects.filter(channel="email").update(
        state="sending", claim=uuid4(), claimed_at=day(1, 29, 9), attempts=1
    )
    assert post.deliver(day(1, 29, 9, 4)).sent == 0
    assert post.deliver(day(1, 29, 9, 5)).sent == 1
    assert len(mailbox.messages) == 1


def test_who_lost_the_claim_sends_nothing(mailbox):
    quiet_town()
    sweep(day(1, 29))
    claim = uuid4()
    (letter,) = post._claim(claim, day(1, 29))
    assert post.reclaim(day(1, 29, 9, 10)) == 1
    with post.Mailer() as mailer:
        assert post._carry(letter, claim, mailer, day(1, 29, 9, 10), post.Posted())
    assert mailbox.messages == []
    assert post.deliver(day(1, 29, 9, 10)).sent == 1


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(mailbox):
    place = quiet_town("employee", "colleague")
    sweep(day(1, 29))
    Delivery.objects.filter(channel="email", recipient=place.employee).update(
        case_state="unheard of"
    )
    posted = post.deliver(day(1, 29))
    assert posted.sent == 1
    assert mailbox.recipients() == ["rekan"]


def test_a_notice_of_another_version_is_told_in_general_words(mailbox):
    quiet_town()
    sweep(day(1, 29))
    Delivery.objects.filter(channel="email").update(rule="unheard_of")
    assert post.deliver(day(1, 29)).sent == 1
    assert mailbox.to("pegawai") == ["News of the appraisal of Pegawai"]


def test_a_name_with_a_line_break_cannot_add_a_header(mailbox):
    place = quiet_town()
    Person.objects.filter(pk=place.employee.pk).update(name="Pegawai\nBcc: orang@example.org")
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    news.tell_events(JANUARY)
    assert post.deliver(JANUARY).sent == 1
    (message,) = mailbox.messages
    assert message["Bcc"] is None
    assert message["Subject"] == (
        "The plan of Pegawai Bcc: orang@example.org waits for your approval"
    )


def test_the_run_ends_when_its_time_is_over(mailbox):
    quiet_town()
    sweep(day(1, 29))
    assert post.deliver(day(1, 29), seconds=0).sent == 0
    assert post.deliver(day(1, 29)).sent == 1
