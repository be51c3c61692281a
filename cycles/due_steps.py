"""The steps of a deadline as lines of a list, one reason a line; pure, in the language in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from cycles.calendar import (
    Due,
    Since,
    Step,
    format_day,
    format_due,
    is_moving,
    local_date,
    move_in_words,
    names_in_words,
    since_in_words,
    spans_in_words,
)

# More stretches of one kind than this are told by their number.
_MANY: Final = 12

ICONS: Final = {
    "begun": "play", "counted": "list-ordered", "weekend": "calendar-off", "day_off": "calendar-x",
    "paused": "pause", "rolled": "arrow-right", "capped": "arrow-left", "close_passed": "info",
    "extended": "calendar-plus", "promised": "handshake", "ends": "flag", "date": "calendar-check",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One reason: its kind (a step's, or begun, date, ends) and its sentence."""

    kind: str
    text: str

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


def lines(due: Due, zone: str, since: Since = "received") -> list[Line]:
    """The steps from the day the clock began to the last moment, in the order of counting."""
    return list(_lines(due, zone, since))


def _lines(due: Due, zone: str, since: Since) -> Iterator[Line]:
    start = local_date(zone, due.anchor)
    counted = next((step for step in due.steps if step.kind == "counted"), None)
    if counted is None:
        yield Line("date", gettext("A fixed date in the calendar of stages: %(day)s.") % {
            "day": format_day(due.rule.on or due.last_day)})  # fmt: skip
    else:
        yield Line("begun", gettext("Counted %(since)s; that day itself does not count.") % {
            "since": since_in_words(start, since)})  # fmt: skip
        yield from _counted(due, counted)
        by_kind = {
            kind: [step for step in due.steps if step.kind == kind]
            for kind in ("weekend", "day_off", "paused")
        }
        yield from _weekends(by_kind["weekend"])
        for step in by_kind["day_off"][:_MANY]:
            names = names_in_words([step])
            text = gettext("Not counted: %(days)s (%(names)s).") if names else gettext(
                "Not counted: %(days)s.")  # fmt: skip
            yield Line("day_off", text % {"days": _days([step]), "names": names})
        if len(by_kind["day_off"]) > _MANY:
            rest = sum((s.last - s.first).days + 1 for s in by_kind["day_off"][_MANY:])
            yield Line("day_off", ngettext("And %(n)d more day off.", "And %(n)d more days off.",
                                           rest) % {"n": rest})  # fmt: skip
        for step in by_kind["paused"]:
            text = gettext("Not counted: %(days)s, when the clock was stopped.")
            yield Line("paused", text % {"days": _days([step])})
    for step in due.steps:
        if is_moving(step):
            yield Line(step.kind, f"{capfirst(move_in_words(step))}.")
    yield Line("ends", gettext("The time ends %(moment)s.") % {"moment": format_due(due.at, zone)})


def _counted(due: Due, step: Step) -> Iterator[Line]:
    n = due.rule.days
    if n == 1:
        text = gettext("The day that counts is %(last)s.")
    elif due.rule.kind == "calendar_days":
        text = gettext("%(n)d calendar days: the first is %(first)s, the last %(last)s.")
    elif step.week == 6:
        text = gettext("%(n)d working days of a six-day week: the first is %(first)s, the last "
                       "%(last)s.")  # fmt: skip
    else:
        text = gettext("%(n)d working days of a five-day week: the first is %(first)s, the last "
                       "%(last)s.")  # fmt: skip
    yield Line("counted", text % {
        "n": n, "first": format_day(step.first), "last": format_day(step.last)})  # fmt: skip


def _weekends(steps: Sequence[Step]) -> Iterator[Line]:
    if not steps:
        return
    sundays = steps[0].week == 6
    if len(steps) > _MANY:
        text = (
            ngettext("Not counted: %(n)d Sunday.", "Not counted: %(n)d Sundays.", len(steps))
            if sundays
            else ngettext("Not counted: %(n)d weekend.", "Not counted: %(n)d weekends.", len(steps))
        )
        yield Line("weekend", text % {"n": len(steps)})
        return
    text = gettext("Not counted: Sundays %(days)s.") if sundays else gettext(
        "Not counted: weekends %(days)s.")  # fmt: skip
    yield Line("weekend", text % {"days": _days(steps)})


def _days(steps: Sequence[Step]) -> str:
    """ "7–8, 14–15 Maret 2026": with the year, for each line stands by itself."""
    return spans_in_words(steps, True, ", ".join)
