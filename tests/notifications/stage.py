"""What the tests of telling share: a town where few things happen, days, and what was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cycles.models import Person, User
from notifications.enums import Channel
from notifications.models import Delivery
from notifications.services import deadlines, news, post
from tests.builders import JANUARY, Town, town
from workflow.models import Event
from workflow.services.opening import open_cycle

JAKARTA = "Asia/Jakarta"


def quiet_town(*people: str, opened: datetime = JANUARY, **more: Any) -> Town:
    """A town whose cycle is open for the employee (or those named) only; the opening is told.

    Everybody reads English, so that the tests' sentences stand beside those of the source.
    """
    place = town(opened=None, **more)
    User.objects.update(language="en")
    open_cycle(
        place.cycle,
        person_ids=[getattr(place, name).pk for name in people or ("employee",)],
        now=opened,
    )
    hush()
    return place


def hush() -> None:
    """Whatever happened until now was told."""
    Event.objects.filter(handled_at=None).update(handled_at=JANUARY)


def day(month: int, number: int, hour: int = 9, minute: int = 0, zone: str = JAKARTA) -> datetime:
    """A local moment of 2026."""
    return datetime(2026, month, number, hour, minute, tzinfo=ZoneInfo(zone))


def sweep(now: datetime) -> None:
    """Events and deadlines become deliveries; the look is a whole one."""
    news.tell_events(now)
    deadlines.tell_deadlines(now)


def sweep_and_post(now: datetime) -> post.Posted:
    sweep(now)
    return post.deliver(now)


def name_of(person: Person) -> str:
    return person.name.lower().replace(" ", "-")


def told(channel: str = Channel.BELL) -> list[tuple[str, str]]:
    """(who, rule) of every delivery of a channel, in alphabetical order."""
    rows = Delivery.objects.filter(channel=channel).select_related("recipient")
    return sorted((name_of(row.recipient), row.rule) for row in rows)


def mailed() -> list[tuple[str, str, str]]:
    """(who, rule, state) of every delivery by mail."""
    rows = Delivery.objects.filter(channel=Channel.EMAIL).select_related("recipient")
    return sorted((name_of(row.recipient), row.rule, row.state) for row in rows)
