"""A changed calendar and what it means for running deadlines: both in one transaction.

A new day off gives everybody concerned the day back. A day off that is taken out takes nothing
away from a deadline that was told: what was promised stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cycles.calendar import format_day
from cycles.exceptions import Stale
from cycles.models import Agency, Holiday, Unit, User
from cycles.queries.calendars import grounds_of
from cycles.services import holidays
from cycles.services.holidays import DayOff
from workflow.services.recompute import Cause, Progress, Recount, Scope
from workflow.services.recompute_preview import Preview, preview_of
from workflow.services.timekeeping import change_time


@dataclass(frozen=True)
class Changed:
    """The day off (None: taken out), and how many running deadlines it moved."""

    holiday: Holiday | None
    moved: int


@dataclass(frozen=True)
class Change:
    """A day off to add (no holiday yet), to correct (both), or to take out (no wish).

    Without an agency it is national and concerns everybody.
    """

    agency: Agency | None
    holiday: Holiday | None = None
    wish: DayOff | None = None

    def to_params(self) -> dict[str, Any]:
        """What a job keeps of it."""
        wish = self.wish
        return {
            "agency": self.agency.pk if self.agency else None,
            "holiday": self.holiday.pk if self.holiday else None,
            "wish": {
                "day": wish.day.isoformat(), "name": wish.name,
                "is_joint_leave": wish.is_joint_leave, "decree": wish.decree,
                "is_estimated": wish.is_estimated,
            } if wish else None,
        }  # fmt: skip

    @classmethod
    def from_params(cls, params: dict[str, Any]) -> Change:
        """The change that a job was asked for. Raises Stale when its day off is gone."""
        agency = Agency.objects.get(pk=params["agency"]) if params["agency"] else None
        holiday = None
        if params["holiday"]:
            holiday = Holiday.objects.select_related("agency").filter(pk=params["holiday"]).first()
            if holiday is None:
                raise Stale(_("Somebody else has taken this day out meanwhile."))
        given = params["wish"]
        wish = DayOff(**given | {"day": date.fromisoformat(given["day"])}) if given else None
        return cls(agency, holiday, wish)


def add(agency: Agency | None, wish: DayOff, *, author: User, now: datetime) -> Changed:
    """A new day off, and the deadlines that it moves. Raises as `holidays.add_day_off`."""
    return apply(Change(agency, None, wish), author=author, now=now)


def change(holiday: Holiday, wish: DayOff, *, author: User, now: datetime) -> Changed:
    """Correct a day off, and the deadlines. Raises as `holidays.change_day_off`."""
    return apply(Change(holiday.agency, holiday, wish), author=author, now=now)


def remove(holiday: Holiday, *, author: User, now: datetime) -> Changed:
    """Make it a working day again. Raises as `holidays.remove_day_off`."""
    return apply(Change(holiday.agency, holiday), author=author, now=now)


def preview(wanted: Change, *, now: datetime) -> Preview:
    """What `apply` would move, without doing it. Raises as `apply` does."""
    if wanted.wish is not None:
        holidays.check(
            wanted.agency, wanted.wish, besides=wanted.holiday.pk if wanted.holiday else None
        )
    agencies = _concerned(wanted.agency)
    rows = _table_after(wanted, agencies)
    return preview_of(Recount(_scope(agencies), grounds_of(agencies, holidays=rows)), now)


def apply(
    wanted: Change,
    *,
    author: User,
    now: datetime,
    progress: Progress | None = None,
    **facts: Any,
) -> Changed:
    """Change the table, and count every deadline anew that runs where it holds."""
    with transaction.atomic():
        change_time([agency.pk for agency in _concerned(wanted.agency)])
        holiday, wish, said = wanted.holiday, wanted.wish, {"author": author, "now": now, **facts}
        if holiday is None:
            assert wish is not None
            changed: Holiday | None = holidays.add_day_off(wanted.agency, wish, **said)
        elif wish is not None:
            changed = holidays.change_day_off(holiday, wish, **said)
        else:
            holidays.remove_day_off(holiday, **said)
            changed = None
        reason = ""
        if wish is not None:
            reason = _("Day off: %(name)s, %(day)s.") % {
                "name": wish.cleaned().name, "day": format_day(wish.day)}  # fmt: skip
        moved = _count(_concerned(wanted.agency), reason, author.person_id, now, progress)
        return Changed(changed, moved)


def recount(*, now: datetime, progress: Progress | None = None) -> int:
    """Count every running deadline by the tables as they are; return how many moved.

    For whoever filled the tables past these services: the seeding of a year's days off.
    """
    with transaction.atomic():
        agencies = _concerned(None)
        change_time([agency.pk for agency in agencies])
        reason = _("The table of days off was filled in.")
        return _count(_concerned(None), reason, None, now, progress)


def _count(
    agencies: Sequence[Agency],
    reason: str,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None,
) -> int:
    """One agency after the other, so that what is held in memory stays that of one."""
    grounds = grounds_of(agencies)
    moved, number = 0, len(agencies)
    for done, agency in enumerate(agencies, 1):
        cause = Cause(now, actor_id, reason, {"calendar": agency.calendar_version})
        # Of one agency the cases are counted for whoever watches, of many the agencies.
        moved += Recount(_scope([agency]), grounds).apply(cause, progress if number == 1 else None)
        if progress is not None and number > 1:
            progress(done, number)
    return moved


def _concerned(agency: Agency | None) -> list[Agency]:
    found = Agency.objects.filter(pk=agency.pk) if agency else Agency.objects.all()
    return list(found.order_by("pk"))


def _scope(agencies: Sequence[Agency]) -> Scope:
    return Scope(Unit.objects.filter(agency__in=agencies))


def _table_after(wanted: Change, agencies: Sequence[Agency]) -> list[Holiday]:
    """The days off as they would be. One query. Raises Stale when the one to change is gone."""
    rows = list(Holiday.objects.filter(Q(agency=None) | Q(agency__in=agencies)))
    holiday, wish = wanted.holiday, wanted.wish
    if holiday is not None:
        if all(row.pk != holiday.pk for row in rows):
            raise Stale(_("Somebody else has taken this day out meanwhile."))
        rows = [row for row in rows if row.pk != holiday.pk]
    if wish is not None:
        wish = wish.cleaned()
        row = copy(holiday) if holiday else Holiday(agency=wanted.agency)
        row.day, row.name, row.is_joint_leave = wish.day, wish.name, wish.is_joint_leave
        rows.append(row)
    return rows
