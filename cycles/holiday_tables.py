"""A year's days off from the `holidays` library: a start that HR confirms against the decree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

from holidays.constants import GOVERNMENT, PUBLIC
from holidays.countries.indonesia import Indonesia

# The last year whose joint decree was compared with the library, day by day (see the test).
LAST_DECREED_YEAR: Final = 2026
SOURCE: Final = f"holidays {version('holidays')}"
_ESTIMATED: Final = " (perkiraan)"


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """One day off; an estimate stands until somebody confirms it with a decree's number."""

    day: date
    name_id: str
    joint_leave: bool
    estimated: bool
    source: str


def holidays_of(year: int, region: str | None = None) -> list[HolidayRow]:
    """Returns the year's national holidays and joint leave by date, one row per day.

    A day that is both is a holiday. Everything after the last decreed year is an estimate, as is
    what the library itself marks so. Regional days off come from the governor's or regent's own
    decree: a region that the library does not know adds none.
    """
    subdivision = region if region in Indonesia.subdivisions else None
    rows = {row.day: row for row in _rows(year, GOVERNMENT, subdivision)}
    rows |= {row.day: row for row in _rows(year, PUBLIC, subdivision)}
    return [rows[day] for day in sorted(rows)]


def _rows(year: int, category: str, subdivision: str | None) -> Iterator[HolidayRow]:
    table = Indonesia(years=year, subdiv=subdivision, categories=(category,), language="id")
    for day in table:
        names = table.get_list(day)
        yield HolidayRow(
            day=day,
            name_id=" dan ".join(name.removesuffix(_ESTIMATED) for name in names),
            joint_leave=category == GOVERNMENT,
            estimated=year > LAST_DECREED_YEAR or any(name.endswith(_ESTIMATED) for name in names),
            source=SOURCE,
        )
