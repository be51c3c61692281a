"""Days off: national or of one agency, each change an entry in the calendar's stream.

A change gives every agency concerned a new calendar version. What it means for running deadlines
is the business of workflow.services.days_off, which calls these inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.documents import text
from cycles.exceptions import Incomplete, Problem, Stale
from cycles.models import Agency, Holiday, User

NAME = 200
YEARS = range(2020, 2061)


@dataclass(frozen=True)
class DayOff:
    """What an administrator says of a day off."""

    day: date
    name: str
    is_joint_leave: bool = False
    decree: str = ""
    is_estimated: bool = False

    def cleaned(self) -> DayOff:
        return DayOff(self.day, text(self.name), self.is_joint_leave, text(self.decree),
                      self.is_estimated)  # fmt: skip


def stream_of(agency: Agency | None) -> str:
    return f"calendar:{agency.pk}" if agency else "calendar:national"


def add_day_off(
    agency: Agency | None, wish: DayOff, *, author: User, now: datetime, **facts: Any
) -> Holiday:
    """A new day off, national without an agency. Raises Incomplete.

    `facts` (ids and numbers) go into the ledger beside it; so with the other acts.
    """
    wish = wish.cleaned()
    with transaction.atomic():
        _raise_versions(agency)
        check(agency, wish)
        holiday = Holiday.objects.create(
            agency=agency, day=wish.day, name=wish.name, is_joint_leave=wish.is_joint_leave,
            is_estimated=wish.is_estimated, decree=wish.decree,
        )  # fmt: skip
        _record(holiday, "add_day_off", author, now, **facts)
        return holiday


def change_day_off(
    holiday: Holiday, wish: DayOff, *, author: User, now: datetime, **facts: Any
) -> Holiday:
    """Correct a day off; with a decree's number it is an estimate no longer. Raises Incomplete,

    and Stale when somebody else took it out meanwhile.
    """
    wish = wish.cleaned()
    with transaction.atomic():
        _raise_versions(holiday.agency)
        check(holiday.agency, wish, besides=holiday.pk)
        locked = _lock(holiday)
        before = {"day": locked.day.isoformat(), "joint_leave": locked.is_joint_leave}
        locked.day, locked.name = wish.day, wish.name
        locked.is_joint_leave, locked.decree = wish.is_joint_leave, wish.decree
        locked.is_estimated = wish.is_estimated
        locked.save()
        _record(locked, "change_day_off", author, now, before=before, **facts)
        return locked


def confirm_day_off(holiday: Holiday, decree: str, *, author: User, now: datetime) -> Holiday:
    """Say by which decree an estimated day stands. Raises Incomplete without its number."""
    decree = text(decree)
    problems = list(_decree_problems(decree))
    if not decree:
        problems.append(Problem("decree", _("Name the decree with its number.")))
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        locked = _lock(holiday)
        locked.is_estimated, locked.decree = False, decree
        locked.save(update_fields=["is_estimated", "decree"])
        _record(locked, "confirm_day_off", author, now)
        return locked


def remove_day_off(holiday: Holiday, *, author: User, now: datetime, **facts: Any) -> None:
    """Make it a working day again. Raises Stale when somebody else already did."""
    with transaction.atomic():
        _raise_versions(holiday.agency)
        locked = _lock(holiday)
        _record(locked, "remove_day_off", author, now, **facts)
        locked.delete()


def _lock(holiday: Holiday) -> Holiday:
    found = (
        Holiday.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .filter(pk=holiday.pk)
        .first()
    )
    if found is None:
        raise Stale(_("Somebody else has taken this day out meanwhile."))
    return found


def _raise_versions(agency: Agency | None) -> None:
    """A new version for every agency concerned; locks them, so that changes take turns."""
    concerned = Agency.objects.filter(pk=agency.pk) if agency else Agency.objects.all()
    list(concerned.select_for_update(no_key=True).order_by("pk").values("pk"))
    concerned.update(calendar_version=F("calendar_version") + 1)


def check(agency: Agency | None, wish: DayOff, besides: int | None = None) -> None:
    """Raises Incomplete with what keeps this day off from the table."""
    wish, problems = wish.cleaned(), []
    if wish.day.year not in YEARS:
        problems.append(Problem("day", _("Choose a day between %(first)d and %(last)d.") % {
            "first": YEARS[0], "last": YEARS[-1]}))  # fmt: skip
    if not wish.name:
        problems.append(Problem("name", _("Say what is celebrated.")))
    elif len(wish.name) > NAME:
        problems.append(Problem("name", _too_long(wish.name)))
    problems += _decree_problems(wish.decree)
    same = Holiday.objects.filter(agency=agency, day=wish.day)
    if besides is not None:
        same = same.exclude(pk=besides)
    if not problems and same.exists():
        problems.append(Problem("day", _("This day is in the table already.")))
    if problems:
        raise Incomplete(problems)


def _decree_problems(decree: str) -> Iterator[Problem]:
    if len(decree) > NAME:
        yield Problem("decree", _too_long(decree))


def _too_long(value: str) -> str:
    return _("Too long: %(length)s characters, at most %(limit)s.") % {
        "length": len(value), "limit": NAME}  # fmt: skip


def _record(holiday: Holiday, action: str, author: User, now: datetime, **facts: Any) -> None:
    ledger.append(
        [
            ledger.Entry(
                stream=stream_of(holiday.agency),
                action=action,
                at=now,
                agency_id=holiday.agency_id,
                actor_id=author.person_id,
                data={
                    "author": author.pk,
                    "day": holiday.day.isoformat(),
                    "name": holiday.name,
                    "joint_leave": holiday.is_joint_leave,
                    "estimated": holiday.is_estimated,
                    "decree": holiday.decree,
                    **facts,
                },
            )
        ]
    )
