"""An HR desk to look at: a town with as many people as a test wants, and somebody logged in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from cycles.enums import PostKind, Role
from cycles.models import Person, RoleGrant
from tests.builders import JANUARY, Town, person, seat, town
from workflow.services.opening import open_cycle

BACKEND = "django.contrib.auth.backends.ModelBackend"


def town_of(number: int, **more: Any) -> tuple[Town, list[Person]]:
    """A town with an open cycle and `number` more employees in the section, Orang 001 onwards."""
    place = town(opened=None, **more)
    prefix = more.get("prefix", "")
    staff = []
    for n in range(1, number + 1):
        someone = person(place.agency, f"{prefix}Orang {n:03}")
        seat(someone, place.section, f"Perawat {n}", place.posts["rater"], PostKind.FUNGSIONAL)
        staff.append(someone)
    open_cycle(place.cycle, now=JANUARY)
    place.cycle.refresh_from_db()
    return place, staff


def kupang(**more: Any) -> Town:
    """Another agency, in another zone, all of whose names begin with "Kupang "."""
    return town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", **more)


def log_in(client: Client, who: Person) -> Client:
    """Somebody at work, in English: the words that tests look for are those of the source."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(who.user, backend=BACKEND)
    return client


def make_hr(who: Person, place: Town) -> None:
    RoleGrant.objects.create(user=who.user, role=Role.HR, agency=place.agency)


def at(place: Town, name: str, *args: Any) -> str:
    return reverse(name, args=[place.cycle.public_id, *args])


def get(client: Client, url: str, now: Any = JANUARY, **params: Any) -> Any:
    """The page as the desk shows it at an instant."""
    with clock.at(now):
        return client.get(url, params)


def post(client: Client, url: str, now: Any = JANUARY, **data: Any) -> Any:
    with clock.at(now):
        return client.post(url, data)


def queries_of(client: Client, url: str, now: Any = JANUARY) -> int:
    """How many statements the second look at a page takes (the first fills the calendar)."""
    get(client, url, now)
    with CaptureQueriesContext(connection) as seen:
        answer = get(client, url, now)
    assert answer.status_code == 200
    return len(seen)


def words(answer: Any) -> str:
    """A page's text with its spaces made single."""
    return " ".join(answer.content.decode().split())
