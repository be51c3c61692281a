"""The working calendar of an agency or unit, as the pure calendar wants it, and its pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from django.db.models import Q

from cycles.calendar import Calendar, DayOff, local_date
from cycles.models import Agency, Holiday, Pause


@dataclass(frozen=True)
class PauseDays:
    """Days on which no clock runs, for a unit with all below it (None: the whole agency)."""

    id: int
    unit_id: int | None
    first: date
    last: date

    def reaches(self, unit_path: str) -> bool:
        return self.unit_id is None or str(self.unit_id) in unit_path.split(".")


def days_of(pause: Pause, zone: str) -> PauseDays | None:
    """The days a pause stops the clock; None for one taken back before it began.

    The day on which it is ended early was lost in part, so it still is a paused day.
    """
    last = pause.last_on
    if pause.ended_at is not None:
        last = min(last, local_date(zone, pause.ended_at))
    if last < pause.first_on:
        return None
    return PauseDays(pause.pk, pause.unit_id, pause.first_on, last)


@dataclass(frozen=True)
class Ground:
    """All that an agency counts days with, as of one version of its calendar."""

    zone: str
    version: int
    days_off: dict[date, DayOff]
    pauses: tuple[PauseDays, ...] = ()

    @cached_property
    def weeks(self) -> dict[int, Calendar]:
        """The calendars of a five- and of a six-day week."""
        return {
            5: Calendar(self.zone, 5, self.days_off, self.version),
            6: Calendar(self.zone, 6, self.days_off, self.version),
        }

    def calendar(self, week: int) -> Calendar:
        return self.weeks[6 if week == 6 else 5]

    def pauses_for(self, unit_path: str) -> tuple[PauseDays, ...]:
        return tuple(pause for pause in self.pauses if pause.reaches(unit_path))


def calendar_for(agency: Agency, week: int = 5) -> Calendar:
    """The agency's calendar for a five- or six-day week; two queries per process and version."""
    return _ground(agency.pk, agency.zone, agency.calendar_version).calendar(week)


def pauses_for(agency: Agency, unit_path: str) -> tuple[PauseDays, ...]:
    """The pauses that reach a unit; read together with the calendar."""
    return _ground(agency.pk, agency.zone, agency.calendar_version).pauses_for(unit_path)


def grounds_of(
    agencies: Iterable[Agency],
    *,
    holidays: Sequence[Holiday] | None = None,
    pauses: Sequence[Pause] | None = None,
) -> dict[int, Ground]:
    """What agencies count with by id, read afresh; or what they would, given other rows.

    Two queries for any number of agencies. Nothing is kept, so that a preview leaves no trace.
    """
    agencies = list(agencies)
    if holidays is None:
        holidays = list(Holiday.objects.filter(Q(agency=None) | Q(agency__in=agencies)))
    if pauses is None:
        pauses = list(Pause.objects.filter(agency__in=agencies))
    own: dict[int | None, list[Holiday]] = {}
    for holiday in sorted(holidays, key=lambda row: (row.day, row.pk or 0)):
        own.setdefault(holiday.agency_id, []).append(holiday)
    return {
        agency.pk: Ground(
            agency.zone,
            agency.calendar_version,
            {
                row.day: DayOff(row.name, row.is_joint_leave)
                for row in (*own.get(None, []), *own.get(agency.pk, []))
            },
            tuple(
                days
                for row in sorted(pauses, key=lambda row: (row.first_on, row.pk or 0))
                if row.agency_id == agency.pk and (days := days_of(row, agency.zone)) is not None
            ),
        )
        for agency in agencies
    }


# Bounded, and keyed by version: a changed calendar is another key, never a stale answer.
@lru_cache(maxsize=256)
def _ground(agency_id: int, zone: str, version: int) -> Ground:
    agency = Agency(pk=agency_id, zone=zone, calendar_version=version)
    return grounds_of([agency])[agency_id]


def forget_calendars() -> None:
    """Drop what is cached (between tests, whose databases share numbers)."""
    _ground.cache_clear()
