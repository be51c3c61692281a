"""HR at its records: addresses of an agency, and its pages at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycles import clock
from tests.builders import Town

# Monday, 09.00 WIB.
MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def at(place: Town, name: str, *args: Any) -> str:
    return reverse(name, args=[place.agency.public_id, *args])


def get(client: Client, url: str, now: datetime = MARCH, **params: Any) -> Any:
    with clock.at(now):
        return client.get(url, params)


def post(client: Client, url: str, now: datetime = MARCH, **data: Any) -> Any:
    with clock.at(now):
        return client.post(url, data)


def confirmed(client: Client, url: str, now: datetime = MARCH, **data: Any) -> Any:
    """Look at the preview, then do what it showed."""
    shown = post(client, url, now, **data)
    assert shown.status_code == 200, shown.content.decode()[:3000]
    seen = shown.context["form"]["seen"].value()
    assert shown.context["seen"] is not None
    return post(client, url, now, **data, seen=seen, terapkan="1")


def queries_of(client: Client, url: str, now: datetime = MARCH) -> int:
    get(client, url, now)
    with CaptureQueriesContext(connection) as seen:
        answer = get(client, url, now)
    assert answer.status_code == 200
    return len(seen)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())
