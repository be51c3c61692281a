"""Language, theme, login, health and the pages of errors."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from cycles.models import Agency, Person, User
from tests.builders import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def employee() -> Person:
    agency = Agency.objects.create(
        code="36.74", name="Kota Tangerang Selatan", short_name="Tangsel", zone="Asia/Jakarta"
    )
    return person(agency, "Pegawai")


# --- language and theme ------------------------------------------------------------------------


def test_the_language_is_indonesian_even_for_a_browser_that_asks_for_english(
    client: Client,
) -> None:
    page = client.get(reverse("login"), headers={"Accept-Language": "en-US,en"})
    assert '<html lang="id"' in page.text
    assert page.headers["Content-Language"] == "id"


def test_a_chosen_language_stays_and_the_account_remembers_it(employee: Person) -> None:
    client = Client()
    client.force_login(employee.user)
    client.post(reverse("set_language"), {"language": "en", "next": reverse("login")})
    assert '<html lang="en"' in client.get(reverse("password_change")).text
    assert User.objects.get(person=employee).language == "en"


def test_an_unknown_language_changes_nothing(employee: Person) -> None:
    client = Client()
    client.force_login(employee.user)
    client.post(reverse("set_language"), {"language": "xx", "next": "/"})
    assert '<html lang="id"' in client.get(reverse("password_change")).text
    assert User.objects.get(person=employee).language == "id"


@pytest.mark.parametrize(
    ("theme", "media"),
    [("dark", "all"), ("light", "not all"), ("auto", "(prefers-color-scheme: dark)")],
)
def test_a_chosen_theme_is_drawn_by_the_server(client: Client, theme: str, media: str) -> None:
    client.post(reverse("set_theme"), {"theme": theme})
    page = client.get(reverse("login")).text
    assert f'data-bs-theme="{theme}"' in page
    assert f'media="{media}"' in page


def test_an_unknown_theme_sets_no_cookie(client: Client) -> None:
    answer = client.post(reverse("set_theme"), {"theme": "neon"})
    assert answer.status_code == 302
    assert "theme" not in answer.cookies


def test_the_theme_switch_never_leads_to_another_site(client: Client) -> None:
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": "https://jahat.example/"})
    assert answer.headers["Location"] == "/"


def test_the_theme_switch_leads_back_to_its_page(client: Client) -> None:
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": reverse("login")})
    assert answer.headers["Location"] == reverse("login")


# --- login and password ------------------------------------------------------------------------


def test_the_accounts_of_the_demo_are_listed_in_the_demo_only(client: Client, settings) -> None:
    assert "sdm-kupang" not in client.get(reverse("login")).text
    settings.DEMO = True
    assert "sdm-kupang" in client.get(reverse("login")).text


def test_a_wrong_password_says_so_beside_the_kept_user_name(
    client: Client, employee: Person
) -> None:
    page = client.post(reverse("login"), {"username": "pegawai", "password": "salah"}).text
    assert "errorlist nonfield" in page
    assert 'value="pegawai"' in page
    assert "salah" not in page


def test_a_login_brings_the_language_of_the_account(client: Client, employee: Person) -> None:
    User.objects.filter(person=employee).update(language="en")
    answer = client.post(reverse("login"), {"username": "pegawai", "password": "jenjang"})
    assert answer.status_code == 302
    assert client.cookies["django_language"].value == "en"


def test_after_ten_wrong_passwords_a_plain_page_says_that_the_name_is_locked(
    client: Client, employee: Person
) -> None:
    for _number in range(10):
        answer = client.post(reverse("login"), {"username": "pegawai", "password": "salah"})
    assert answer.status_code == 429
    assert reverse("password_reset") in answer.text
    right = client.post(reverse("login"), {"username": "pegawai", "password": "jenjang"})
    assert right.status_code == 429


def test_a_forgotten_password_is_set_through_the_link_of_the_mail(
    client: Client, employee: Person
) -> None:
    client.post(reverse("password_reset"), {"email": "pegawai@example.org"})
    (message,) = mail.outbox
    link = next(word for word in message.body.split() if "/atur-kata-sandi/" in word)
    form = client.get("/" + link.split("/", 3)[3], follow=True)
    path = form.redirect_chain[-1][0]
    fresh = "nasi-uduk-pagi-hari"
    client.post(path, {"new_password1": fresh, "new_password2": fresh})
    assert User.objects.get(person=employee).check_password(fresh)


def test_a_used_link_says_that_it_is_no_longer_valid(client: Client) -> None:
    page = client.get(reverse("password_reset_confirm", args=["MQ", "abc-def"]))
    assert "new_password1" not in page.text
    assert reverse("password_reset") in page.text


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client) -> None:
    answer = client.post(reverse("password_reset"), {"email": "siapa@example.org"})
    assert answer.headers["Location"] == reverse("password_reset_done")
    assert mail.outbox == []


# --- health ------------------------------------------------------------------------------------


def test_a_living_process_says_so_without_the_database(client: Client) -> None:
    assert client.get(reverse("live")).json() == {"live": True}


def test_ready_names_database_and_cache(client: Client) -> None:
    assert client.get(reverse("ready")).json() == {"database": True, "cache": True}


def test_ready_is_503_while_the_cache_is_away(client: Client, settings) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}
    with override_settings(CACHES={"default": away}):
        answer = client.get(reverse("ready"))
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "cache": False}


def test_without_a_worker_the_worker_is_503(client: Client) -> None:
    answer = client.get(reverse("worker"))
    assert answer.status_code == 503
    assert answer.json() == {"worker": False}


# --- errors ------------------------------------------------------------------------------------


def test_an_unknown_address_gives_a_page_in_plain_words(client: Client) -> None:
    answer = client.get("/tidak-ada/")
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert "tidak-ada" not in answer.text.split("<main", 1)[1]


def test_an_unforeseen_error_has_a_page_that_asks_no_database(
    rf, django_assert_num_queries
) -> None:
    from config.views import server_error

    with django_assert_num_queries(0):
        answer = server_error(rf.get("/x/"))
    assert answer.status_code == 500
    assert b"<h1>" in answer.content


def test_a_form_without_token_gives_back_what_was_typed(employee: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee.user)
    typed = "Kunjungan rumah kepada dua puluh ibu hamil setiap bulan"
    answer = client.post(
        reverse("set_language"), {"text": typed, "language": "en"},
        headers={"Origin": "http://testserver", "Referer": "http://testserver/kata-sandi/?a=1"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert f'value="{typed}"' in answer.text
    assert "/kata-sandi/?a=1" in answer.text


def test_a_forged_form_of_another_site_gets_no_button_to_send_it_again(employee: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee.user)
    answer = client.post(
        reverse("set_language"), {"text": "dipalsukan dari situs lain", "language": "en"},
        headers={"Origin": "https://jahat.example"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "dipalsukan" not in answer.text


# --- security of the page ----------------------------------------------------------------------


def test_pages_are_compressed_on_their_way(client: Client) -> None:
    answer = client.get(reverse("login"), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("name", ["login", "password_reset", "password_change"])
def test_pages_carry_no_inline_style_or_script(employee: Person, name: str) -> None:
    client = Client()
    if name != "login":
        client.force_login(employee.user)
    answer = client.get(reverse(name))
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text
    assert "<style" not in answer.text
    assert "<script>" not in answer.text
    assert " onclick" not in answer.text


def test_the_style_guide_exists_in_the_demo_only_and_for_accounts_only(
    client: Client, employee: Person, settings
) -> None:
    address = reverse("style_guide")
    assert client.get(address).status_code == 302
    client.force_login(employee.user)
    assert client.get(address).status_code == 404
    settings.DEMO = True
    page = client.get(address, {"tema": "dark"})
    assert 'data-bs-theme="dark"' in page.text
