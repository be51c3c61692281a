"""Pauses: days on which no clock runs, for an agency or a unit with all below it.

As with days off, a pause gives the agency a new calendar version and is an entry in its calendar's
stream. What it means for running deadlines is the business of workflow.services.pauses.
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
from cycles.calendar import local_date
from cycles.documents import TEXT, text
from cycles.exceptions import Incomplete, Problem, Stale
from cycles.models import Agency, Pause, Unit, User
from cycles.services.holidays import YEARS, stream_of

# A clock that stands longer than this is no pause but another timetable.
LONGEST = 62


@dataclass(frozen=True)
class PauseWish:
    """For which unit (None: the whole agency) no clock runs, from which to which day, and why."""

    first_on: date
    last_on: date
    reason: str
    unit: Unit | None = None

    def cleaned(self) -> PauseWish:
        return PauseWish(self.first_on, self.last_on, text(self.reason), self.unit)


def record_pause(
    agency: Agency, wish: PauseWish, *, author: User, now: datetime, **facts: Any
) -> Pause:
    """Record a pause. Raises Incomplete with the sentence beside the field.

    `facts` (ids and numbers) go into the ledger beside it.
    """
    wish = wish.cleaned()
    with transaction.atomic():
        _raise_version(agency)
        if problems := [*problems_of(agency, wish)]:
            raise Incomplete(problems)
        pause = Pause.objects.create(
            agency=agency, unit=wish.unit, first_on=wish.first_on, last_on=wish.last_on,
            reason=wish.reason, author=author, created_at=now,
        )  # fmt: skip
        _record(pause, "pause", author, now, wish.reason, **facts)
        return pause


def end_pause(pause: Pause, *, author: User, now: datetime, **facts: Any) -> Pause:
    """End it early: the day of the act is its last. Raises Stale when it has ended already."""
    with transaction.atomic():
        _raise_version(pause.agency)
        locked = (
            Pause.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency", "unit")
            .get(pk=pause.pk)
        )
        demand_running(locked, now)
        locked.ended_at = now
        locked.save(update_fields=["ended_at"])
        _record(locked, "end_pause", author, now, **facts)
        return locked


def demand_running(pause: Pause, now: datetime) -> None:
    """Raises Stale for a pause that somebody ended, or that is over by itself."""
    if pause.ended_at is not None:
        raise Stale(_("Somebody else has ended this pause meanwhile."))
    if pause.last_on < local_date(pause.agency.zone, now):
        raise Stale(_("This pause is over already."))


def problems_of(agency: Agency, wish: PauseWish) -> Iterator[Problem]:
    """What keeps a pause from being recorded."""
    if not wish.reason:
        yield Problem("reason", _("Please give your reasons."))
    elif len(wish.reason) > TEXT:
        yield Problem("reason", _("Too long: %(length)s characters, at most %(limit)s.") % {
            "length": len(wish.reason), "limit": TEXT})  # fmt: skip
    if wish.first_on.year not in YEARS:
        yield Problem("first_on", _("Choose a day between %(first)d and %(last)d.") % {
            "first": YEARS[0], "last": YEARS[-1]})  # fmt: skip
    elif wish.last_on < wish.first_on:
        yield Problem("last_on", _("The last day lies before the first."))
    elif (wish.last_on - wish.first_on).days >= LONGEST:
        yield Problem("last_on", _("A pause takes at most %(n)d days; for more time extend the "
                                   "stage.") % {"n": LONGEST})  # fmt: skip
    if wish.unit is not None and wish.unit.agency_id != agency.pk:
        yield Problem("unit", _("Choose a unit of this agency."))
    same = Pause.objects.filter(
        agency=agency, unit=wish.unit, first_on=wish.first_on, last_on=wish.last_on, ended_at=None
    )
    if same.exists():
        yield Problem("first_on", _("This pause is recorded already."))


def _raise_version(agency: Agency) -> None:
    """A new calendar version; locks the agency, so that changes take turns."""
    Agency.objects.filter(pk=agency.pk).update(calendar_version=F("calendar_version") + 1)


def _record(
    pause: Pause, action: str, author: User, now: datetime, reason: str = "", **facts: Any
) -> None:
    ledger.append(
        [
            ledger.Entry(
                stream=stream_of(pause.agency),
                action=action,
                at=now,
                agency_id=pause.agency_id,
                actor_id=author.person_id,
                reason=reason,
                data={
                    "author": author.pk,
                    "pause": pause.pk,
                    "unit": pause.unit_id,
                    "first_on": pause.first_on.isoformat(),
                    "last_on": pause.last_on.isoformat(),
                    **facts,
                },
            )
        ]
    )
