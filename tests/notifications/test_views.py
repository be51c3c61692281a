"""The bell's page, its number, and the choices about mail."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from cycles.models import User
from notifications.models import Delivery, Preference
from notifications.queries import unread_count
from notifications.services import news
from notifications.views import PAGE_SIZE
from tests.builders import JANUARY, PLAN
from tests.notifications.stage import day, hush, quiet_town, sweep

pytestmark = pytest.mark.django_db
LIST = "/pemberitahuan/"


def client_of(person_or_user, language: str = "en") -> Client:
    user = person_or_user if isinstance(person_or_user, User) else person_or_user.user
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


def returned(place, times: int = 1) -> None:
    """Return the employee's plan so many times, told each time."""
    for number in range(times):
        place.act(place.employee, "submit", JANUARY, body=PLAN)
        hush()
        place.act(place.rater, "return_", JANUARY, reason=f"Alasan {number}.")
        news.tell_events(JANUARY)


def html(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_list_shows_what_happened_with_its_reason_and_marks_what_is_unread():
    place = quiet_town()
    returned(place)
    page = html(client_of(place.employee).get(LIST))
    assert "Your plan was returned to you" in page
    assert "Alasan 0." in page
    assert page.count("notice-unread") == 1
    assert "Unread:" in page
    assert (
        reverse("notification_open", args=[Delivery.objects.get(channel="bell").public_id]) in page
    )


def test_nobody_sees_or_marks_what_was_told_to_somebody_else():
    place = quiet_town()
    returned(place)
    row = Delivery.objects.get(channel="bell")
    other = client_of(place.colleague)
    assert "returned" not in html(other.get(LIST))
    for name in ("notification_read", "notification_open"):
        assert other.post(reverse(name, args=[row.public_id])).status_code == 404
        assert other.post(reverse(name, args=[uuid4()])).status_code == 404
    other.post(reverse("notifications_read_all"))
    row.refresh_from_db()
    assert row.read_at is None


def test_a_mail_s_row_is_not_a_notification_of_the_list():
    place = quiet_town()
    returned(place)
    mail = Delivery.objects.get(channel="email")
    client = client_of(place.employee)
    assert html(client.get(LIST)).count('<li class="notice ') == 1
    assert client.post(reverse("notification_read", args=[mail.public_id])).status_code == 404


def test_one_is_marked_as_read_and_htmx_gets_that_one_back():
    place = quiet_town()
    returned(place, 2)
    client = client_of(place.employee)
    second = Delivery.objects.filter(channel="bell").latest("id")
    url = reverse("notification_read", args=[second.public_id])
    answer = client.post(url, headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "counts"
    body = html(answer)
    assert f'id="notice-{second.public_id}"' in body
    assert "notice-unread" not in body
    assert "<html" not in body
    second.refresh_from_db()
    assert second.read_at is not None
    assert client.get(url).status_code == 405
    assert client.post(url).headers["Location"] == LIST


def test_opening_one_marks_it_and_leads_to_its_case():
    place = quiet_town()
    returned(place)
    row = Delivery.objects.get(channel="bell")
    answer = client_of(place.employee).post(reverse("notification_open", args=[row.public_id]))
    assert answer.headers["Location"] == reverse("case", args=[place.case().public_id])
    row.refresh_from_db()
    assert row.read_at is not None


def test_a_case_that_is_no_longer_one_s_to_see_is_told_of_without_a_way_in():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    hush()
    place.act(place.hr, "reassign", JANUARY, person=str(place.colleague.public_id), reason="Cuti.")
    news.tell_events(JANUARY)
    assert "Open<" in html(client_of(place.colleague).get(LIST))
    place.act(place.hr, "reassign", JANUARY, person=str(place.rater.public_id), reason="Kembali.")
    page = html(client_of(place.colleague).get(LIST))
    assert "An item of Pegawai is now yours" in page
    assert "/buka/" not in page
    assert "/perkara/" not in page


def test_all_are_marked_up_to_what_the_page_showed():
    place = quiet_town()
    returned(place, 2)
    client = client_of(place.employee)
    shown = Delivery.objects.filter(channel="bell").order_by("-id").first()
    returned(place)
    client.post(reverse("notifications_read_all"), {"sampai": str(shown.public_id)})
    unread = Delivery.objects.filter(channel="bell", read_at=None, recipient=place.employee)
    assert [row.pk > shown.pk for row in unread] == [True]
    client.post(reverse("notifications_read_all"))
    assert unread_count(place.employee.user) == 0


def test_the_number_beside_the_bell_is_that_of_unread_ones():
    place = quiet_town()
    returned(place)
    user = place.employee.user
    assert unread_count(user) == 1
    assert unread_count(place.colleague.user) == 0
    assert unread_count(place.admin) == 0
    fragment = html(client_of(user).get(reverse("shell_counts")))
    assert 'id="count-bell"' in fragment
    assert '<span aria-hidden="true">1</span>' in fragment


def test_pages_follow_each_other_without_gap_or_repetition():
    place = quiet_town()
    returned(place)
    row = Delivery.objects.get(channel="bell")
    Delivery.objects.bulk_create(
        Delivery(
            agency_id=row.agency_id, cycle_id=row.cycle_id, case_id=row.case_id,
            occasion=f"event:{10_000 + n}", rule="plan_approved", recipient_id=row.recipient_id,
            channel="bell", at=day(1, 6), case_state=row.case_state, due_at=row.due_at,
            turn_number=row.turn_number, turn_party=row.turn_party, state="sent",
            next_at=row.next_at, who_id=row.who_id,
        )
        for n in range(2 * PAGE_SIZE)
    )  # fmt: skip
    client, seen, url = client_of(place.employee), [], LIST
    while url:
        page = html(client.get(url))
        seen += re.findall(r'id="notice-([0-9a-f-]+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 1
    assert seen[-1] == str(row.public_id)
    assert client.get(f"{LIST}?sebelum=nonsense").status_code == 200


def test_the_queries_of_the_page_are_the_same_for_one_and_for_many():
    place = quiet_town()
    client = client_of(place.employee)
    counts = []
    for times in (1, 3):
        returned(place, times)
        with CaptureQueriesContext(connection) as found:
            client.get(LIST)
        counts.append(len(found))
    assert counts == [7, 7]


def test_the_list_is_empty_for_an_account_without_a_person_and_closed_to_strangers():
    place = quiet_town()
    page = html(client_of(place.admin).get(LIST))
    assert "Nothing new" in page
    answer = Client().get(LIST)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/masuk/")


def test_a_choice_about_mail_is_kept_and_a_forged_one_refused():
    place = quiet_town()
    client, url = client_of(place.employee), reverse("notification_preferences")
    page = html(client.get(url))
    assert "Mails go to pegawai@example.org." in page
    assert page.count("checked") == 2
    assert client.post(url, {"reminders": "digest", "news": "none"}).status_code == 302
    kept = Preference.objects.get(user=place.employee.user)
    assert (kept.reminders, kept.news) == ("digest", "none")
    refused = client.post(url, {"reminders": "never", "news": "none"})
    assert refused.status_code == 422
    assert "never" in html(refused)
    kept.refresh_from_db()
    assert kept.reminders == "digest"


def test_who_has_no_address_is_told_so():
    place = quiet_town()
    User.objects.filter(person=place.employee).update(email="")
    page = html(client_of(place.employee).get(reverse("notification_preferences")))
    assert "No mail address is known for you" in page


def test_what_a_name_contains_is_text_and_nothing_else():
    place = quiet_town()
    place.employee.name = "<script>alert(1)</script>"
    place.employee.save()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    news.tell_events(JANUARY)
    page = html(client_of(place.rater).get(LIST))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_reminder_stands_in_the_list_in_the_words_of_its_day(holidays):
    place = quiet_town()
    sweep(day(1, 27))
    with clock.at(day(3, 2)):
        page = html(client_of(place.employee).get(LIST))
    assert "3 working days left: submit your plan" in page
    assert "Due: Friday, 30 January 2026 23:59 WIB" in page
    assert "overdue" not in page
