"""The working calendar of an agency or unit, as the pure calendar wants it."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Q

from cycles.calendar import Calendar, DayOff
from cycles.models import Agency, Holiday


def calendar_for(agency: Agency, week: int = 5) -> Calendar:
    """The agency's calendar for a five- or six-day week; one query per process and version."""
    return _calendar(agency.pk, agency.zone, agency.calendar_version, week)


# Bounded, and keyed by version: a changed calendar is another key, never a stale answer.
@lru_cache(maxsize=256)
def _calendar(agency_id: int, zone: str, version: int, week: int) -> Calendar:
    days = Holiday.objects.filter(Q(agency=None) | Q(agency_id=agency_id)).order_by("day", "id")
    return Calendar(
        zone=zone,
        week=6 if week == 6 else 5,
        days_off={holiday.day: DayOff(holiday.name, holiday.is_joint_leave) for holiday in days},
        version=version,
    )


def forget_calendars() -> None:
    """Drop what is cached (between tests, whose databases share numbers)."""
    _calendar.cache_clear()
