"""The working days of an office and the local days of its zone; pure, without a database.

The n-th counted day is found by arithmetic on whole weeks and a bisection over the days off, so
three hundred days cost as much as three. Instants are aware UTC; a deadline is exclusive: the
local midnight after its last day (shown as 23.59 of that day).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

ZONES: Final[Mapping[str, str]] = {
    "Asia/Jakarta": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
_ZONE_INFO: Final = {zone: ZoneInfo(zone) for zone in ZONES}
ONE_DAY: Final = timedelta(days=1)
Week = Literal[5, 6]


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day on which offices are closed by decree: a holiday, or joint leave (cuti bersama)."""

    name: str
    joint_leave: bool = False


class Counter:
    """Counts the days of a week of 5, 6 or 7 days, less the days that are left out."""

    def __init__(self, week: int, left_out: Iterable[date]) -> None:
        self.week = week
        numbers = {day.toordinal() for day in left_out}
        self.left_out = sorted(n for n in numbers if (n - 1) % 7 < week)
        # How many days are counted up to each left-out day: the key for the way back.
        self._keys = [self._of_week(n) - i for i, n in enumerate(self.left_out, start=1)]

    def _of_week(self, number: int) -> int:
        weeks, rest = divmod(number, 7)  # number 1, 1 January of year 1, was a Monday
        return weeks * self.week + min(rest, self.week)

    def rank(self, day: date) -> int:
        """Returns how many days are counted up to and including this one."""
        number = day.toordinal()
        return self._of_week(number) - bisect_right(self.left_out, number)

    def nth(self, rank: int) -> date:
        """Returns the day that is counted as number `rank`."""
        weeks, rest = divmod(rank + bisect_left(self._keys, rank) - 1, self.week)
        return date.fromordinal(weeks * 7 + rest + 1)

    def counts(self, day: date) -> bool:
        number = day.toordinal()
        if (number - 1) % 7 >= self.week:
            return False
        at = bisect_left(self.left_out, number)
        return at == len(self.left_out) or self.left_out[at] != number


EVERY_DAY: Final = Counter(7, ())


@dataclass(frozen=True)
class Calendar:
    """The working days of an office: its zone, its week and its days off, as of one version."""

    zone: str
    week: Week
    days_off: Mapping[date, DayOff]
    version: int

    def __post_init__(self) -> None:
        """Raises ValueError for a zone or week that does not exist; copies the days off."""
        if self.zone not in ZONES:
            raise ValueError(f"unknown zone: {self.zone!r}")
        if self.week not in get_args(Week):
            raise ValueError(f"a week has five or six working days, not {self.week!r}")
        # A copy, because a change behind the back of the cached counter would be ignored.
        object.__setattr__(self, "days_off", dict(sorted(self.days_off.items())))

    def __hash__(self) -> int:
        return hash((self.zone, self.week, self.version))

    @cached_property
    def counter(self) -> Counter:
        """Returns the working-day counter, made once per calendar."""
        return Counter(self.week, self.days_off)

    def is_working_day(self, day: date) -> bool:
        """Returns whether the office works on this day."""
        return self.counter.counts(day)


# --- instants and local days -------------------------------------------------------------------


def zone_label(zone: str) -> str:
    """Returns WIB, WITA or WIT; raises ValueError for any other zone."""
    if zone not in ZONES:
        raise ValueError(f"unknown zone: {zone!r}")
    return ZONES[zone]


def local_date(calendar_or_zone: Calendar | str, instant: datetime) -> date:
    """Returns the local day of an aware instant; raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no local day")
    return instant.astimezone(zone_info(calendar_or_zone)).date()


def at_local(zone: str, day: date, hour: int) -> datetime:
    """Returns the full hour of a local day as UTC (reminders leave at 08.00 local time)."""
    return datetime.combine(day, time(hour), zone_info(zone)).astimezone(UTC)


def end_of_day(zone: str, day: date) -> datetime:
    """Returns the exclusive end of a local day, the next local midnight, as UTC."""
    return at_local(zone, day + ONE_DAY, 0)


def zone_info(calendar_or_zone: Calendar | str) -> ZoneInfo:
    zone = calendar_or_zone.zone if isinstance(calendar_or_zone, Calendar) else calendar_or_zone
    zone_label(zone)
    return _ZONE_INFO[zone]


# --- counting ----------------------------------------------------------------------------------


def shift_working_days(calendar: Calendar, day: date, n: int) -> date:
    """Returns the n-th working day after `day`, before it if n is negative, `day` itself if 0."""
    counter = calendar.counter
    if n > 0:
        return counter.nth(counter.rank(day) + n)
    if n < 0:
        return counter.nth(counter.rank(day - ONE_DAY) + 1 + n)
    return day


def working_days_between(calendar: Calendar, after: date, until: date) -> int:
    """Returns the working days in (after, until]; negative if `until` lies before `after`."""
    return calendar.counter.rank(until) - calendar.counter.rank(after)


def distance(calendar: Calendar, now: datetime, due_at: datetime) -> int:
    """Returns the working days left: 0 is due today, negative is overdue by so many.

    Only the last day itself is 0: with nothing but days off between, the answer is 1 or -1, so
    that nobody reads "due today" on another day.
    """
    today, last = local_date(calendar, now), last_day_before(calendar, due_at)
    days = working_days_between(calendar, today, last)
    if today == last:
        return 0
    return max(days, 1) if today < last else min(days, -1)


def last_day_before(calendar_or_zone: Calendar | str, due_at: datetime) -> date:
    return local_date(calendar_or_zone, due_at - timedelta(microseconds=1))
