"""HR's invitations: chosen, confirmed, worked off, sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from cycles.models import Job
from notifications.services import invitations as post_office
from tests.builders import Town
from tests.workflow.views.organisation.records import MARCH, at, get, post, words
from workflow.services.jobs import work_off

SOON = MARCH + timedelta(minutes=2)


def ask(client: Client, place: Town, now: Any = MARCH, **chosen: Any) -> Any:
    """Choose, look at the number, and send: what the last answer was."""
    shown = post(client, at(place, "org_invitations"), now, **chosen)
    assert shown.status_code == 200, words(shown)
    return post(client, at(place, "org_invitations"), now, kirim="1", **hidden(shown))


def hidden(page: Any) -> dict[str, Any]:
    """The hidden fields of the confirmation."""
    found: dict[str, Any] = {}
    pattern = r'<input type="hidden" name="(dilihat|kelompok|orang)" value="([^"]*)"'
    for name, value in re.findall(pattern, page.content.decode()):
        found.setdefault(name, []).append(value)
    return found


def work() -> Job:
    job = work_off(Job.objects.get(state="waiting").pk)
    assert job is not None
    return job


def asked(client: Client, place: Town, now: Any = MARCH, **chosen: Any) -> Job:
    ask(client, place, now, **chosen)
    return work()


def states(client: Client, place: Town, now: Any = SOON, **params: Any) -> dict[str, str]:
    """Where each account of the list stands."""
    page = get(client, at(place, "org_invitations"), now, **params)
    return {item["row"].person.name: item["row"].state for item in page.context["rows"]}


def send(now: Any = SOON) -> Any:
    post_office.write_down(now)
    return post_office.deliver(now)
