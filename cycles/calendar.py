"""Deadlines: a rule, an anchor and a calendar give the due instant and its steps, told in words.

Pure, without a database. The counting itself is in `working_days`, whose names are here too.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, get_args

from django.utils import dateformat
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from cycles.working_days import (
    EVERY_DAY,
    ONE_DAY,
    ZONES,
    Calendar,
    Counter,
    DayOff,
    Week,
    at_local,
    distance,
    end_of_day,
    local_date,
    shift_working_days,
    working_days_between,
    zone_info,
    zone_label,
)

__all__ = [
    "ZONES", "Calendar", "DayOff", "Due", "Rule", "Since", "Span", "Step", "Week", "at_local",
    "day_name", "distance", "due", "end_of_day", "explain", "format_day", "format_distance",
    "format_due", "is_moving", "local_date", "move_in_words", "names_in_words",
    "shift_working_days", "short_name", "since_in_words", "spans_in_words",
    "working_days_between", "zone_label",
]  # fmt: skip

_MANY: Final = 6  # more blocks than this are counted in a sentence, not listed

RuleKind = Literal["date", "working_days", "calendar_days"]
StepKind = Literal[
    "counted",
    "weekend",
    "day_off",
    "paused",
    "rolled",
    "capped",
    "close_passed",
    "extended",
    "promised",
]
Since = Literal["received", "started", "opened", "returned", "submitted", "delivered", "objected"]
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is due: on a fixed date, or n working or calendar days after an anchor."""

    kind: RuleKind
    days: int = 0
    on: date | None = None
    article: str = ""
    roll_forward: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError for a rule that names no day."""
        if self.kind not in get_args(RuleKind):
            raise ValueError(f"unknown kind of rule: {self.kind!r}")
        if (self.kind == "date") != (self.on is not None):
            raise ValueError("a rule with a fixed date needs that date, and no other rule has one")
        if self.kind != "date" and self.days < 1:
            raise ValueError("a rule that counts days needs at least one day")

    def to_json(self) -> dict[str, str | int | bool | None]:
        """Returns plain values that `from_json` reads back."""
        return {
            "kind": self.kind,
            "days": self.days,
            "on": self.on.isoformat() if self.on else None,
            "article": self.article,
            "roll_forward": self.roll_forward,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rule":
        """Returns the rule; raises ValueError if the values make none."""
        try:
            return cls(
                kind=data["kind"],
                days=int(data.get("days") or 0),
                on=date.fromisoformat(data["on"]) if data.get("on") else None,
                article=str(data.get("article") or ""),
                roll_forward=bool(data.get("roll_forward", True)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a rule: {data!r}") from error


@dataclass(frozen=True, slots=True)
class Step:
    """One reason why a deadline falls where it does; days are inclusive, names are short.

    counted: first and last counted day, `week` 5, 6 or 7 counted days a week · weekend, day_off,
    paused: a stretch that is not counted · rolled: from the day off to the next working day ·
    capped: from the counted day back to the stage's close · close_passed: that close, already gone
    when the clock began · extended: from the day before the extension to the day it allows ·
    promised: from the day that is counted now to the day that was told before, which stands.
    """

    kind: StepKind
    first: date
    last: date
    names: tuple[str, ...] = ()
    joint_leave: bool = False
    week: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with its reasons; `at` is the exclusive end in UTC, `last_day` the local day."""

    at: datetime
    last_day: date
    rule: Rule
    anchor: datetime
    calendar_version: int
    steps: tuple[Step, ...]


# --- counting ----------------------------------------------------------------------------------


def due(
    rule: Rule,
    anchor: datetime,
    calendar: Calendar,
    *,
    not_after: date | None = None,
    extended_to: date | None = None,
    promised: date | None = None,
    paused: Sequence[Span] = (),
) -> Due:
    """Returns the deadline and its steps; raises ValueError for a naive anchor.

    Day 1 is the next counted day after the local date of the anchor. A fixed date stays where it
    was set. `not_after` (the stage's close) caps, unless it had passed before the clock began: an
    item is never due before it was received. `extended_to` counts only if later, and so does
    `promised`, a day told before the calendar changed. Paused days (inclusive spans) are not
    counted by either kind of days.
    """
    start = local_date(calendar, anchor)
    steps: list[Step] = []
    last = rule.on
    if last is None:
        last, counted = _count(rule, start, calendar, tuple(paused))
        steps += counted
    if not_after is not None and last > not_after:
        if not_after < start:
            steps.append(Step("close_passed", not_after, not_after))
        else:
            steps.append(Step("capped", last, not_after))
            last = not_after
    if extended_to is not None and extended_to > last:
        steps.append(Step("extended", last, extended_to))
        last = extended_to
    if promised is not None and promised > last:
        steps.append(Step("promised", last, promised))
        last = promised
    at = end_of_day(calendar.zone, last)
    return Due(at, last, rule, anchor, calendar.version, tuple(steps))


# A changed holiday recomputes all open deadlines; most share their rule and their first day.
@lru_cache(maxsize=4096)
def _count(
    rule: Rule, start: date, calendar: Calendar, paused: tuple[Span, ...]
) -> tuple[date, tuple[Step, ...]]:
    """Returns the last day by counting, and the steps that led there."""
    pauses = _merged(paused)
    stopped = {day for span in pauses for day in _days(*span)}
    working, every_day, tomorrow = calendar.counter, EVERY_DAY, start + ONE_DAY
    if stopped:
        to_come = (day for day in calendar.days_off if day >= tomorrow)
        working, every_day = Counter(calendar.week, (*to_come, *stopped)), Counter(7, stopped)
    counter = working if rule.kind == "working_days" else every_day
    before = counter.rank(start)
    first, last = counter.nth(before + 1), counter.nth(before + rule.days)
    steps = [Step("counted", first, last, week=counter.week)]
    if rule.kind == "working_days":
        steps += _weekends(tomorrow, last, calendar.week, stopped)
        steps += _closures(calendar, tomorrow, last, stopped)
    for span in pauses:
        if span[0] <= last and span[1] >= tomorrow:
            steps.append(Step("paused", max(span[0], tomorrow), min(span[1], last)))
    if rule.kind == "calendar_days" and rule.roll_forward and not working.counts(last):
        rolled = working.nth(working.rank(last) + 1)
        names, joint = _names(calendar, _days(last, rolled - ONE_DAY))
        steps.append(Step("rolled", last, rolled, names, joint))
        last = rolled
    return last, tuple(steps)


def _weekends(first: date, last: date, week: Week, stopped: set[date]) -> Iterator[Step]:
    """Yields the weekends in the span, from Saturday or from Sunday, but for paused days."""
    sunday, to_sunday = first + timedelta(days=6 - first.weekday()), timedelta(days=6 - week)
    while sunday - to_sunday <= last:
        span = _days(max(sunday - to_sunday, first), min(sunday, last))
        if days := [day for day in span if day not in stopped]:
            yield Step("weekend", days[0], days[-1], week=week)
        sunday += timedelta(days=7)


def _closures(calendar: Calendar, first: date, last: date, stopped: set[date]) -> Iterator[Step]:
    """Yields the stretches of days off that would have been working days."""
    numbers = calendar.counter.left_out
    low, high = bisect_left(numbers, first.toordinal()), bisect_right(numbers, last.toordinal())
    days = [date.fromordinal(n) for n in numbers[low:high]]
    for span in _merged((day, day) for day in days if day not in stopped):
        names, joint = _names(calendar, _days(*span))
        yield Step("day_off", *span, names, joint)


def _names(calendar: Calendar, days: Iterable[date]) -> tuple[tuple[str, ...], bool]:
    """Returns the short names of the days off, each once, and whether joint leave is among them."""
    found = [calendar.days_off[day] for day in days if day in calendar.days_off]
    names = dict.fromkeys(filter(None, (short_name(off.name) for off in found)))
    return tuple(names), any(off.joint_leave for off in found)


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Returns the spans sorted, those that touch joined; raises ValueError for one turned round."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if last < first:
            raise ValueError(f"a span ends before it begins: {first} to {last}")
        if merged and first <= merged[-1][1] + ONE_DAY:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


# --- words -------------------------------------------------------------------------------------

_SINCE: Final = {
    "received": gettext_lazy("since it was received on %(day)s"),
    "started": gettext_lazy("since the turn began on %(day)s"),
    "opened": gettext_lazy("since the opening on %(day)s"),
    "returned": gettext_lazy("since it was returned on %(day)s"),
    "submitted": gettext_lazy("since it was submitted on %(day)s"),
    "delivered": gettext_lazy("since it was delivered on %(day)s"),
    "objected": gettext_lazy("since the objection on %(day)s"),
}
_WEEKS: Final = {
    5: gettext_lazy("five working days a week"),
    6: gettext_lazy("six working days a week"),
}
_FRILLS = re.compile(r"^(cuti bersama|hari kedua( dari)?|hari raya|hari suci)\b\s*", re.IGNORECASE)


def short_name(name: str) -> str:
    """Returns a holiday's name as people say it: "Cuti Bersama Hari Suci Nyepi" is "Nyepi"."""
    while (shorter := _FRILLS.sub("", name)) != name:
        name = shorter
    return name.strip()


def day_name(day: date) -> str:
    """Returns the name of the weekday in the active language."""
    return dateformat.format(day, "l")


def format_day(day: date) -> str:
    """Returns "Jumat, 30 Januari 2026" in the active language."""
    return dateformat.format(day, "l, j F Y")


def format_due(due_at: datetime, zone: str) -> str:
    """Returns "Jumat, 30 Januari 2026 23.59 WIB": the last minute before the exclusive end."""
    local = (due_at - timedelta(minutes=1)).astimezone(zone_info(zone))
    clock = "H.i" if (get_language() or "").startswith("id") else "H:i"
    return f"{format_day(local.date())} {dateformat.format(local, clock)} {zone_label(zone)}"


def format_distance(days: int) -> str:
    """Returns the answer of `distance` in words: "3 hari kerja lagi"."""
    if days == 0:
        return gettext("due today")
    if days > 0:
        return ngettext("%(n)d working day left", "%(n)d working days left", days) % {"n": days}
    text = ngettext("%(n)d working day overdue", "%(n)d working days overdue", -days)
    return text % {"n": -days}


def explain(due: Due, zone: str, *, since: Since = "received") -> str:
    """Returns why the deadline falls on its day, in one sentence of the active language."""
    start = local_date(zone, due.anchor)
    days = [start, due.last_day, *(day for s in due.steps for day in (s.first, s.last))]
    with_year = len({day.year for day in days}) > 1
    by_kind: dict[str, list[Step]] = {}
    for step in due.steps:
        by_kind.setdefault(step.kind, []).append(step)
    parts = [_basis(due, start, since, by_kind.get("counted", ()))]
    left_out = [
        text
        for kind in ("weekend", "day_off", "paused")
        if (steps := by_kind.get(kind)) and (text := _left_out(kind, steps, with_year))
    ]
    if left_out:
        parts.append(gettext("not counted: %(days)s") % {"days": "; ".join(left_out)})
    parts += [move_in_words(s) for s in due.steps if s.kind in _MOVES]
    parts.append(gettext("due %(moment)s") % {"moment": format_due(due.at, zone)})
    if due.rule.article:
        parts.append(gettext("basis: %(article)s") % {"article": due.rule.article})
    return "; ".join(parts)


def _basis(due: Due, start: date, since: Since, counted: Sequence[Step]) -> str:
    if not counted:
        return gettext("fixed date in the calendar of stages")
    n = due.rule.days
    begun = since_in_words(start, since)
    if due.rule.kind == "calendar_days":
        text = ngettext("%(n)d calendar day", "%(n)d calendar days", n) % {"n": n}
        return f"{text} {begun}"
    text = ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}
    return f"{text} ({_WEEKS[counted[0].week]}) {begun}"


def since_in_words(start: date, since: Since) -> str:
    """Returns "sejak diterima Senin, 2 Maret 2026"."""
    return str(_SINCE[since]) % {"day": format_day(start)}


def _left_out(kind: str, steps: Sequence[Step], with_year: bool) -> str:
    many = len(steps) > _MANY
    if kind == "weekend":
        sundays = steps[0].week == 6
        if many and sundays:
            text = ngettext("%(n)d Sunday", "%(n)d Sundays", len(steps))
        elif many:
            text = ngettext("%(n)d weekend", "%(n)d weekends", len(steps))
        else:
            text = gettext("Sundays %(days)s") if sundays else gettext("weekends %(days)s")
        return text % {"n": len(steps), "days": spans_in_words(steps, with_year, ", ".join)}
    if kind == "paused":
        text = gettext("%(days)s, when the clock was stopped")
        return text % {"days": spans_in_words(steps, with_year, _and)}
    if many:
        n = sum((step.last - step.first).days + 1 for step in steps)
        return ngettext("%(n)d day off", "%(n)d days off", n) % {"n": n}
    days, names = spans_in_words(steps, with_year, _and), names_in_words(steps)
    return f"{days} ({names})" if names else days


def names_in_words(steps: Iterable[Step]) -> str:
    """Returns "Nyepi, Idul Fitri, cuti bersama": each name once."""
    steps = list(steps)
    names = list(dict.fromkeys(name for step in steps for name in step.names))
    if any(step.joint_leave for step in steps):
        names.append(gettext("joint leave"))
    return ", ".join(names)


_MOVES: Final = {
    "rolled": gettext_lazy("%(first)s is a day off%(names)s, so the next working day counts"),
    "capped": gettext_lazy("not past the stage's close on %(last)s"),
    "close_passed": gettext_lazy("the stage's close on %(last)s had already passed"),
    "extended": gettext_lazy("extended from %(first)s"),
    "promised": gettext_lazy("by today's calendar it would be %(first)s, but the day told before "
                             "stands"),
}  # fmt: skip


def is_moving(step: Step) -> bool:
    """Returns whether the step moves the end, or keeps it, rather than leave days out."""
    return step.kind in _MOVES


def move_in_words(step: Step) -> str:
    """Returns what moved the counted day to another, or kept it from moving."""
    names = names_in_words([step])
    return str(_MOVES[step.kind]) % {
        "first": format_day(step.first),
        "last": format_day(step.last),
        "names": f" ({names})" if names else "",
    }


def spans_in_words(steps: Sequence[Step], with_year: bool, join: Callable[[list[str]], str]) -> str:
    """Returns "18–20 dan 23–24 Maret, 3 April": the month once, after its last stretch."""
    month = "F Y" if with_year else "F"
    groups: list[tuple[str, list[str]]] = []
    for step in steps:
        begin, end = (dateformat.format(day, month) for day in (step.first, step.last))
        if begin != end:
            groups.append((end, [f"{step.first.day} {begin} – {step.last.day}"]))
            groups.append(("", []))  # nothing may join a stretch that names two months
            continue
        if not groups or groups[-1][0] != end:
            groups.append((end, []))
        one_day = step.first == step.last
        text = f"{step.first.day}" if one_day else f"{step.first.day}–{step.last.day}"
        groups[-1][1].append(text)
    return ", ".join(f"{join(days)} {name}" for name, days in groups if days)


def _and(items: list[str]) -> str:
    if len(items) == 1:
        return items[0]
    text = gettext("%(first)s and %(last)s")
    if len(items) > 2:
        text = gettext("%(first)s, and %(last)s")
    return text % {"first": ", ".join(items[:-1]), "last": items[-1]}
