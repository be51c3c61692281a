"""Reading the inbox as a person, for its tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import User
from tests.builders import (
    JANUARY,
    PLAN,
    Town,
    person,
    seat,
)
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def login(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def read(username: str, now: Any, query: str = "", name: str = "inbox") -> Any:
    with clock.at(now):
        return login(username).get(reverse(name) + query)


def text(page: Any) -> str:
    return page.content.decode()


def items(page: Any) -> list[Any]:
    return [item for _key, _label, rows in page.context["sections"] for item in rows]


def names(page: Any) -> list[str]:
    return [item.case.person.name for item in items(page)]


def crowd(place: Town, number: int) -> list[Any]:
    """So many more employees of the rater, each with a plan handed in."""
    people = []
    for n in range(number):
        someone = person(place.agency, f"Warga {n:02}")
        seat(someone, place.section, f"Staf {n:02}", place.posts["rater"])
        people.append(someone)
    open_cycle(place.cycle, now=JANUARY)
    for someone in people:
        place.act(someone, "submit", JANUARY, of=someone, body=PLAN)
    return people
