"""A changed calendar and what it means for running deadlines: both in one transaction.

A new day off gives everybody concerned the day back. A day off that is taken out takes nothing
away from a deadline that was told: what was promised stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.calendar import Calendar, format_day, local_date
from cycles.models import Agency, Holiday, User
from cycles.queries.calendars import calendar_for, forget_calendars
from cycles.rules import CycleRules
from cycles.services import holidays
from cycles.services.holidays import DayOff
from workflow.enums import ENDED, State
from workflow.models import Case, Event
from workflow.services.door import stream_of
from workflow.services.dues import due_from_json, window_basis

BATCH = 500
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Changed:
    """The day off (None: taken out), and how many running deadlines it moved."""

    holiday: Holiday | None
    moved: int


def add(agency: Agency | None, wish: DayOff, *, author: User, now: datetime) -> Changed:
    """A new day off, and the deadlines that it moves. Raises as `holidays.add_day_off`."""
    with transaction.atomic():
        holiday = holidays.add_day_off(agency, wish, author=author, now=now)
        return Changed(holiday, _recompute(agency, _reason(wish), author, now))


def change(holiday: Holiday, wish: DayOff, *, author: User, now: datetime) -> Changed:
    """Correct a day off, and the deadlines. Raises as `holidays.change_day_off`."""
    with transaction.atomic():
        changed = holidays.change_day_off(holiday, wish, author=author, now=now)
        return Changed(changed, _recompute(holiday.agency, _reason(wish), author, now))


def remove(holiday: Holiday, *, author: User, now: datetime) -> Changed:
    """Make it a working day again. Raises as `holidays.remove_day_off`."""
    with transaction.atomic():
        holidays.remove_day_off(holiday, author=author, now=now)
        return Changed(None, _recompute(holiday.agency, "", author, now))


def _reason(wish: DayOff) -> str:
    return _("Day off: %(name)s, %(day)s.") % {"name": wish.name, "day": format_day(wish.day)}


def _recompute(agency: Agency | None, reason: str, author: User, now: datetime) -> int:
    """Count every running deadline of the agencies again; return how many moved."""
    concerned = Agency.objects.filter(pk=agency.pk) if agency else Agency.objects.all()
    agencies = {found.pk: found for found in concerned}
    cases = list(
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "cycle")
        .filter(agency__in=agencies)
        .exclude(state__in=ENDED)
        .order_by("pk")
    )
    try:
        moved = []
        for case in cases:
            calendar = calendar_for(agencies[case.agency_id], case.unit.week)
            if _count_again(case, calendar):
                moved.append(case)
        Case.objects.bulk_update(
            cases,
            ["due_at", "due_basis", "window_ends_at", "window_basis", "window_calendar_ends_at"],
            batch_size=BATCH,
        )
        _record(moved, agencies, reason, author, now)
    except BaseException:
        # What was read inside a change that is rolled back must not outlive it.
        forget_calendars()
        raise
    return len(moved)


def _count_again(case: Case, calendar: Calendar) -> bool:
    """Put the new calendar's due on a case; True when it moved."""
    if not case.due_basis:
        return False
    basis, due_at = _renewed(case.due_basis, case.due_at, calendar)
    has_moved = due_at != case.due_at
    case.due_basis, case.due_at = basis, due_at
    if case.window_ends_at is not None and case.window_basis:
        case.window_basis, ends_at = _renewed(case.window_basis, case.window_ends_at, calendar)
        if case.state == State.ANNOUNCED:
            case.window_ends_at = ends_at
            if case.delivered_at is not None and case.window_calendar_ends_at is not None:
                rules = CycleRules.from_json(case.cycle.rules)
                by_calendar = window_basis(rules, "calendar_days", case.delivered_at)
                case.window_calendar_ends_at = max(
                    case.window_calendar_ends_at, by_calendar.due(calendar).at
                )
    return has_moved


def _renewed(
    basis: dict[str, Any], due_at: datetime, calendar: Calendar
) -> tuple[dict[str, Any], datetime]:
    """A basis under the new calendar with its due, which never comes before the one promised."""
    renewed = {**basis, "calendar": calendar.version}
    found = due_from_json(renewed, calendar).at
    if found < due_at:
        promised = local_date(calendar.zone, due_at - MOMENT).isoformat()
        renewed["extended_to"] = max(basis.get("extended_to") or "", promised)
        found = due_from_json(renewed, calendar).at
    return renewed, found


def _record(
    cases: list[Case], agencies: dict[int, Agency], reason: str, author: User, now: datetime
) -> None:
    """Ledger and news of what moved: told as any other prolongation."""
    for start in range(0, len(cases), BATCH):
        ledger.append(
            [
                ledger.Entry(
                    stream=stream_of(case),
                    action="extend",
                    at=now,
                    agency_id=case.agency_id,
                    cycle_id=case.cycle_id,
                    actor_id=author.person_id,
                    from_state=case.state,
                    to_state=case.state,
                    reason=reason,
                    data={
                        "calendar": agencies[case.agency_id].calendar_version,
                        "due_at": case.due_at.isoformat(),
                    },
                )
                for case in cases[start : start + BATCH]
            ]
        )
    Event.objects.bulk_create(
        [
            Event(
                agency_id=case.agency_id,
                cycle_id=case.cycle_id,
                case=case,
                kind="extend",
                actor_id=author.person_id,
                from_state=case.state,
                to_state=case.state,
                turn_number=case.turn_number,
                data={"reason": reason} if reason else {},
                at=now,
            )
            for case in cases
        ],
        batch_size=BATCH,
    )
