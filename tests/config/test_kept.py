"""A POST that meets an expired login comes back to its owner, and to nobody else."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from config import kept
from cycles.models import Agency, Person
from tests.builders import person

pytestmark = pytest.mark.django_db

TEXT = "Target kunjungan rumah belum menyebut jumlah per bulan."
# A view of the site that asks for a login and accepts POST.
TARGET = "/kata-sandi/"


@pytest.fixture
def agency() -> Agency:
    return Agency.objects.create(
        code="36.74", name="Kota Tangerang Selatan", short_name="Tangsel", zone="Asia/Jakarta"
    )


@pytest.fixture
def employee(agency: Agency) -> Person:
    return person(agency, "Pegawai")


@pytest.fixture
def colleague(agency: Agency) -> Person:
    return person(agency, "Rekan")


def log_in(client: Client, who: Person) -> HttpResponse:
    return client.post(
        f"{reverse('login')}?next={reverse('kept')}",
        {"username": who.user.username, "password": "jenjang"},
    )


def expired(who: Person) -> Client:
    """A browser in which this person had logged in, until the session ended."""
    client = Client()
    log_in(client, who)
    del client.cookies["sessionid"]
    return client


def test_text_sent_with_an_expired_login_is_there_after_the_next_login(employee: Person) -> None:
    client = expired(employee)
    answer = client.post(TARGET, {"reason": TEXT, "round": "2"})
    assert answer.status_code == 302
    assert reverse("kept") in answer.headers["Location"].replace("%2F", "/")
    assert log_in(client, employee).headers["Location"] == reverse("kept")
    page = client.get(reverse("kept")).text
    assert f'action="{TARGET}"' in page
    assert f'name="reason" value="{TEXT}"' in page
    assert 'name="round" value="2"' in page


def test_the_login_page_says_that_the_text_is_kept(employee: Person) -> None:
    client = expired(employee)
    answer = client.post(TARGET, {"reason": TEXT}, follow=True)
    assert answer.context["kept"] is True


def test_somebody_else_who_logs_in_on_that_browser_does_not_get_the_text(
    employee: Person, colleague: Person
) -> None:
    client = expired(employee)
    client.post(TARGET, {"reason": TEXT})
    log_in(client, colleague)
    answer = client.get(reverse("kept"))
    assert answer.status_code == 302
    assert TEXT not in answer.text


def test_a_copied_cookie_without_our_signature_opens_nothing(employee: Person) -> None:
    cache.set("kept:abc", {"owner": str(employee.user.pk), "path": "/", "fields": [], "files": []})
    client = Client()
    client.force_login(employee.user)
    client.cookies = SimpleCookie({**{k: v.value for k, v in client.cookies.items()},
                                   kept.KEPT_COOKIE: "abc"})  # fmt: skip
    assert client.get(reverse("kept")).status_code == 302


def test_passwords_are_never_kept(employee: Person) -> None:
    client = expired(employee)
    answer = client.post(TARGET, {"old_password": "jenjang", "new_password1": "x" * 12})
    assert reverse("kept") not in answer.headers["Location"].replace("%2F", "/")


def test_a_browser_in_which_nobody_had_logged_in_keeps_nothing(client: Client) -> None:
    answer = client.post(TARGET, {"reason": TEXT})
    assert answer.status_code == 302
    assert kept.KEPT_COOKIE not in client.cookies


def test_more_text_than_the_limit_is_not_put_into_the_cache(employee: Person) -> None:
    client = expired(employee)
    answer = client.post(TARGET, {"reason": "x" * (kept.MOST_CHARACTERS + 1)})
    assert answer.status_code == 302
    assert kept.KEPT_COOKIE not in client.cookies


def test_the_page_names_files_that_have_to_be_chosen_again(employee: Person) -> None:
    client = expired(employee)
    client.post(TARGET, {"reason": TEXT, "file": SimpleUploadedFile("bukti.pdf", b"%PDF-1.7")})
    log_in(client, employee)
    assert "bukti.pdf" in client.get(reverse("kept")).text


def test_requests_of_the_script_are_left_to_the_script(employee: Person) -> None:
    client = expired(employee)
    client.post(TARGET, {"reason": TEXT}, headers={"HX-Request": "true"})
    assert kept.KEPT_COOKIE not in client.cookies


def test_answers_other_than_a_way_to_the_login_pass_untouched(rf, employee: Person) -> None:
    untouched = HttpResponse("ya")

    def view(_request: HttpRequest) -> HttpResponse:
        return untouched

    request = rf.post("/x/", {"reason": TEXT})
    request.user = employee.user
    assert kept.KeptPostMiddleware(view)(request) is untouched
