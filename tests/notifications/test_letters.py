"""What a mail says and does not say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import translation

from cycles.models import IdentityNumber, User
from cycles.rules import CycleRules, Level
from notifications import catalogue
from notifications.enums import RuleKind
from notifications.services import news, post
from tests.builders import JANUARY, NOVEMBER, OBJECTION, PLAN, RATING, bring_to
from tests.notifications.mailbox import html_of, text_of
from tests.notifications.stage import day, hush, quiet_town, sweep, sweep_and_post
from workflow.enums import Party, State

pytestmark = pytest.mark.django_db


def test_a_reminder_says_what_is_due_until_when_and_leads_to_the_case(mailbox):
    place = quiet_town()
    sweep_and_post(day(1, 27))
    (message,) = mailbox.messages
    text = text_of(message)
    assert message["Subject"] == "3 working days left: submit your plan"
    assert "Dear Pegawai," in text
    assert "Due: Friday, 30 January 2026 23:59 WIB (3 working days left)" in text
    address = f"https://jenjang.example/perkara/{place.case().public_id}/"
    assert address in text
    assert f'<a href="{address}">' in html_of(message)
    assert "https://jenjang.example/pemberitahuan/surel/" in text
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Tue, 27 Jan 2026 09:00:00 +0700"


def test_a_return_is_mailed_with_its_reason_as_text(mailbox):
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(place.rater, "return_", JANUARY, reason="Target <b>240</b> & indikator\nbelum jelas.")
    news.tell_events(JANUARY)
    post.deliver(JANUARY)
    message = mailbox.messages[-1]
    assert "Reason: Target <b>240</b> & indikator\nbelum jelas." in text_of(message)
    assert "Target &lt;b&gt;240&lt;/b&gt; &amp; indikator<br>belum jelas." in html_of(message)


def test_no_mail_of_a_whole_year_holds_a_rating_or_an_identity_number(mailbox):
    place = quiet_town(rules=CycleRules(rating_levels=(Level("superior"),)))
    e, r, s, now = place.employee, place.rater, place.superior, NOVEMBER
    for number, person in enumerate((e, r, s)):
        nip = f"19850101201001100{number}"
        IdentityNumber.objects.create(person=person, kind="nip", number=nip)
    secret = RATING | {"work_reason": "RAHASIA melampaui", "behaviour_reason": "RAHASIA perilaku"}
    verdict = {"reasons": "RAHASIA putusan", "work": "above", "behaviour": "above"}
    bring_to(place, State.SUPERVISOR_REVIEW)
    hush()
    for who, action, data in [
        (r, "rate", {"body": secret}),
        (s, "return_", {"reason": "RAHASIA: Sangat Baik tidak terbukti"}),
        (r, "rate", {"body": secret}),
        (s, "approve", {}),
        (e, "deliver", {}),
        (e, "accept", {}),
        (place.hr, "return_", {"reason": "RAHASIA: predikat tertukar"}),
        (r, "rate", {"body": secret}),
        (s, "approve", {}),
        (e, "deliver", {}),
        (e, "object", {"body": OBJECTION | {"text": "RAHASIA keberatan"}}),
        (r, "explain", {"body": {"text": "RAHASIA penjelasan", "link": ""}}),
        (e, "waive", {}),
        (place.mayor, "change", {"body": verdict}),
        (place.hr, "settle", {}),
    ]:
        place.act(who, action, now, **data)
        news.tell_events(now)
        post.deliver(now)
    arrived = [(str(m["To"]).partition("@")[0], str(m["Subject"])) for m in mailbox.messages]
    assert Counter(arrived) == Counter([
        ("atasan", "A rating of Pegawai waits for your approval"),
        ("penilai", "The rating of Pegawai was returned to you"),
        ("atasan", "A rating of Pegawai waits for your approval"),
        ("pegawai", "Your result is ready for you"),
        ("pegawai", "You have received your result"),
        ("pegawai", "Your result is being corrected"),
        ("penilai", "The rating of Pegawai was returned to you"),
        ("atasan", "A rating of Pegawai waits for your approval"),
        ("pegawai", "Your result is ready for you"),
        ("pegawai", "You have received your result"),
        ("penilai", "Pegawai objects to the rating: please explain it"),
        ("wali", "Pegawai objects; the decision will be yours"),
        ("pegawai", "Your statement on your objection is awaited"),
        ("wali", "The objection of Pegawai waits for your decision"),
        ("penilai", "The objection of Pegawai has been decided"),
        ("pegawai", "Your objection has been decided"),
        ("pegawai", "Your result is final"),
    ])  # fmt: skip
    for message in mailbox.messages:
        whole = "\n".join([str(message["Subject"]), text_of(message), html_of(message)])
        assert not re.search(r"RAHASIA|1985|Sangat Baik|predikat|expectation", whole)


def test_the_superior_who_is_told_gets_no_address_of_a_case_that_is_not_theirs_to_open(mailbox):
    place = quiet_town()
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    sweep_and_post(day(1, 21))
    (message,) = [m for m in mailbox.messages if m["To"] == "atasan@example.org"]
    assert message["Subject"] == (
        "6 working days overdue, with Penilai: approval of the plan of Pegawai"
    )
    assert "/perkara/" not in text_of(message)


def test_each_reader_gets_the_mail_in_the_language_of_the_account(mailbox):
    place = quiet_town("employee", "colleague")
    User.objects.filter(person=place.employee).update(language="id")
    with translation.override("en"):
        sweep_and_post(day(1, 29))
    by_reader = {str(m["To"]): m for m in mailbox.messages}
    indonesian = by_reader["pegawai@example.org"]
    assert indonesian["Content-Language"] == "id"
    assert "Jumat, 30 Januari 2026 23.59 WIB" in text_of(indonesian)
    english = by_reader["rekan@example.org"]
    assert english["Content-Language"] == "en"
    assert "Friday, 30 January 2026 23:59 WIB" in text_of(english)


def test_every_notice_can_be_said_with_the_words_it_is_given():
    words = dict.fromkeys(("person", "who", "cycle", "state", "task", "left"), "x")
    for entry in (*catalogue.CATALOGUE.values(), catalogue.UNKNOWN):
        for sentence in (entry.title, entry.text):
            assert not re.search(r"%\(", str(sentence) % words)
    assert set(RuleKind) <= set(catalogue.CATALOGUE)
    for state in State:
        if state in catalogue.TASKS:
            for is_own in (True, False):
                assert str(catalogue.task_of(state, Party.RATER, is_own=is_own)) % words


def test_hr_is_asked_to_name_a_decider_and_not_to_decide():
    said = catalogue.task_of(State.OBJECTION_DECISION, Party.HR, is_own=True)
    with translation.override("en"):
        assert "name a decider" in str(said)


def test_a_mail_that_leaves_later_counts_the_days_from_then(mailbox):
    quiet_town()
    sweep(day(1, 27))
    post.deliver(day(1, 27) + timedelta(days=1))
    assert mailbox.to("pegawai") == ["2 working days left: submit your plan"]
