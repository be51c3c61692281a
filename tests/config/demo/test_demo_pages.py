"""The demo's own pages: a clock that only goes forward, and the mail it sent."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.demo.clock import START, set_to
from cycles import clock
from cycles.exceptions import Refused
from tests.builders import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_demo(settings):
    settings.DEMO = True
    settings.MAIL_SINK_DIR = ""
    clock.forget_offset()
    yield settings
    clock.forget_offset()


def test_the_clock_shows_the_day_it_was_set_to_and_never_goes_back(in_demo):
    set_to(START)
    assert abs(clock.now() - START) < timedelta(seconds=5)
    with pytest.raises(Refused):
        set_to(START - timedelta(days=1))
    set_to(START + timedelta(days=3))
    assert clock.now().date() == (START + timedelta(days=3)).date()


def test_a_step_forward_moves_the_clock_and_leads_back_to_the_page(in_demo, client):
    place = town(opened=None)
    set_to(START)
    client.force_login(place.employee.user, "django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("demo-clock"), {"step": "3d", "next": "/pemberitahuan/"})
    assert (answer.status_code, answer["Location"]) == (302, "/pemberitahuan/")
    assert clock.now() > START + timedelta(days=2, hours=23)


@pytest.mark.parametrize("day", ["", "kemarin", "2026-13-01", "9999-12-31", "0001-01-01", "\x00"])
def test_a_day_that_is_none_moves_nothing(in_demo, client, day):
    place = town(opened=None)
    set_to(START)
    client.force_login(place.employee.user, "django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("demo-clock"), {"day": day, "next": "https://evil.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert clock.now() < START + timedelta(minutes=5)


def test_outside_the_demo_its_pages_do_not_exist(client):
    place = town(opened=None)
    client.force_login(place.employee.user, "django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("demo-mails")).status_code == 404
    assert client.post(reverse("demo-clock"), {"step": "1d"}).status_code == 404


def test_a_mail_that_was_taken_is_shown_with_its_words(in_demo, client, tmp_path):
    (tmp_path / "1700000000.eml").write_text(
        "To: bidan@tangsel.example\nSubject: Pengingat SKP\n\nTiga hari kerja lagi.\n"
    )
    in_demo.MAIL_SINK_DIR = str(tmp_path)
    place = town(opened=None)
    client.force_login(place.employee.user, "django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("demo-mails")).content.decode()
    assert "Pengingat SKP" in page
    assert "bidan@tangsel.example" in page
    assert "Tiga hari kerja lagi." in page
