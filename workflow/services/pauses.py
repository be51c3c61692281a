"""Pauses of the clock and what they mean for running deadlines: both in one transaction.

A paused day is counted by no rule, neither of working nor of calendar days. A fixed date of a
stage does not move: more time there is an extension. A pause ended early takes nothing away from
a deadline that was told.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles.calendar import format_day
from cycles.exceptions import Incomplete, NotAllowed
from cycles.models import Agency, Pause, Unit, User
from cycles.queries.calendars import grounds_of
from cycles.services import pauses as records
from cycles.services.pauses import PauseWish
from workflow.permissions import Actor
from workflow.services.recompute import Cause, Progress, Recount, Scope
from workflow.services.recompute_preview import Preview, preview_of
from workflow.services.timekeeping import change_time


@dataclass(frozen=True)
class Paused:
    """The pause, and how many running deadlines it moved."""

    pause: Pause
    moved: int


def preview(agency: Agency, wish: PauseWish, *, actor: Actor, now: datetime) -> Preview:
    """What `begin` would move, without doing it. Raises as `begin` does."""
    _check(agency, actor)
    wish = wish.cleaned()
    if problems := [*records.problems_of(agency, wish)]:
        raise Incomplete(problems)
    row = Pause(agency=agency, unit=wish.unit, first_on=wish.first_on, last_on=wish.last_on)
    rows = [*Pause.objects.filter(agency=agency), row]
    recount = Recount(_scope(agency, wish.unit), grounds_of([agency], pauses=rows))
    return preview_of(recount, now)


def begin(
    agency: Agency,
    wish: PauseWish,
    *,
    actor: Actor,
    author: User,
    now: datetime,
    progress: Progress | None = None,
    **facts: Any,
) -> Paused:
    """Stop the clock on these days. Raises NotAllowed, and Incomplete beside the fields."""
    _check(agency, actor)
    with transaction.atomic():
        change_time([agency.pk])
        pause = records.record_pause(agency, wish, author=author, now=now, **facts)
        return Paused(pause, _count(pause, pause.reason, author, now, progress))


def preview_end(pause: Pause, *, actor: Actor, now: datetime) -> Preview:
    """What ending it now would keep as told (`kept`); it moves nothing."""
    _check(pause.agency, actor)
    records.demand_running(pause, now)
    ended = copy(pause)
    ended.ended_at = now
    rows = [ended, *Pause.objects.filter(agency=pause.agency).exclude(pk=pause.pk)]
    recount = Recount(_scope(pause.agency, pause.unit), grounds_of([pause.agency], pauses=rows))
    return preview_of(recount, now)


def end(
    pause: Pause,
    *,
    actor: Actor,
    author: User,
    now: datetime,
    progress: Progress | None = None,
    **facts: Any,
) -> Paused:
    """Let the clock run again from tomorrow on. Raises NotAllowed, Stale if it is ended already."""
    _check(pause.agency, actor)
    with transaction.atomic():
        change_time([pause.agency_id])
        ended = records.end_pause(pause, author=author, now=now, **facts)
        return Paused(ended, _count(ended, "", author, now, progress))


def _count(
    pause: Pause, reason: str, author: User, now: datetime, progress: Progress | None
) -> int:
    agency = Agency.objects.get(pk=pause.agency_id)
    said = ""
    if reason:
        said = _("The clock stands still from %(first)s to %(last)s: %(reason)s") % {
            "first": format_day(pause.first_on), "last": format_day(pause.last_on),
            "reason": reason}  # fmt: skip
    cause = Cause(
        now, author.person_id, said, {"calendar": agency.calendar_version, "pause": pause.pk}
    )
    return Recount(_scope(agency, pause.unit), grounds_of([agency])).apply(cause, progress)


def _check(agency: Agency, actor: Actor) -> None:
    if agency.pk not in actor.hr_agencies:
        raise NotAllowed(_("Only HR of this agency stops the clock."))


def _scope(agency: Agency, unit: Unit | None) -> Scope:
    units = Unit.objects.filter(agency=agency)
    return Scope(units.filter(path__startswith=unit.path) if unit else units)


def wish_to_params(wish: PauseWish) -> dict[str, Any]:
    """What a job keeps of a wish."""
    return {
        "first_on": wish.first_on.isoformat(),
        "last_on": wish.last_on.isoformat(),
        "reason": wish.reason,
        "unit": wish.unit.pk if wish.unit else None,
    }


def wish_from_params(params: dict[str, Any]) -> PauseWish:
    return PauseWish(
        date.fromisoformat(params["first_on"]),
        date.fromisoformat(params["last_on"]),
        params["reason"],
        Unit.objects.get(pk=params["unit"]) if params["unit"] else None,
    )
