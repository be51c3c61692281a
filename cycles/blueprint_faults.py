"""What keeps a template's body from being used, each with its sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from cycles.blueprint import (
    DAYS,
    LADDERS,
    MOST_CHECKINS,
    PARTS,
    SINGLE,
    StageDays,
    Unresolved,
    resolve,
)
from cycles.calendar import Calendar
from cycles.enums import PersonKind, PostKind, StageKind
from cycles.rules import APPROACHES, PHASES, RATER, ROLES
from cycles.scoring import Predicate

# PP 30/2019 art. 59: an objection is made at latest 14 days after receipt. Less would cut a right.
LEAST_OBJECTION_DAYS = 14
MOST_DAYS = 90
MOST_LEVELS = 4
MOST_REMINDERS = 10
LONGEST_NAME = 120
LONGEST_COUNT = 366

SENTENCES: dict[str, Any] = {
    "due_before_opening": _("Due before it opens."),
    "closes_before_due": _("Closes before it is due."),
    "outside": _("This day lies outside the cycle and the year after it."),
    "opens_too_early": _("It opens after this stage: %(name)s."),
    "due_too_early": _("Due after this stage: %(name)s."),
    "missing": _("Choose a day."),
    "unknown": _("The day it is counted from does not exist here."),
    "circle": _("These days are counted from each other in a circle."),
    "count": _("Between 0 and %(most)d days."),
    "days": _("Between 1 and %(most)d days."),
    "objection_days": _("Between %(least)d and %(most)d days: PP 30/2019 article 59 gives 14."),
    "objection_unit": _("Choose how the days are counted."),
    "no_level": _("At least one level decides."),
    "levels": _("Choose the levels from the list, at most %(most)d."),
    "rater_rates": _("Who rated does not approve the rating as well."),
    "name": _("Give it a name of at most %(most)d characters."),
    "many_checkins": _("At most %(most)d check-ins."),
    "reminders": _("Write working days as numbers up to %(most)d, at most ten of them."),
    "escalation": _("Silence is told after 1 to %(most)d working days."),
    "hr_first": _("HR is told after the next superior, not before."),
    "approaches": _("Choose at least one approach."),
    "members": _("Choose from the list."),
}


@dataclass(frozen=True)
class Fault:
    """Something wrong in a body: the field, a code, and the figures of its sentence."""

    field: str
    code: str
    figures: Mapping[str, Any] = made(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code]) % self.figures


def faults(
    body: Mapping[str, Any], year: int, calendar: Calendar
) -> tuple[list[Fault], tuple[StageDays, ...]]:
    """Everything wrong with a whole body in a year, and its stages where they can be found."""
    found = list(value_faults(body))
    if any(fault.code in {"missing", "count"} for fault in found):
        return found, ()
    try:
        stages = resolve(body, year, calendar)
    except Unresolved as unresolved:
        return [*found, Fault(unresolved.field, unresolved.why)], ()
    return [*found, *order_faults(stages, year)], stages


def value_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with single values, whatever the year."""
    for kind in SINGLE:
        yield from _stage(body, f"{kind}.", kind)
    rows = body.get("checkins", [])
    if len(rows) > MOST_CHECKINS:
        yield Fault("checkins", "many_checkins", {"most": MOST_CHECKINS})
    for number, row in enumerate(rows, start=1):
        yield from _stage(row, "", f"checkin-{number}")
    yield from rule_faults(body)
    for name, known in (("post_kinds", PostKind.values), ("person_kinds", PersonKind.values)):
        if not set(body.get(f"members.{name}", [])) <= set(known):
            yield Fault(f"members.{name}", "members")


def rule_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the rules in a body."""
    for name in LADDERS:
        yield from _ladder(name, body.get(name, []))
    for name in DAYS:
        if name != "objection_days" and not _is_between(body.get(name), 1, MOST_DAYS):
            yield Fault(name, "days", {"most": MOST_DAYS})
    if not _is_between(body.get("objection_days"), LEAST_OBJECTION_DAYS, MOST_DAYS):
        figures = {"least": LEAST_OBJECTION_DAYS, "most": MOST_DAYS}
        yield Fault("objection_days", "objection_days", figures)
    if body.get("objection_unit") not in {"working_days", "calendar_days"}:
        yield Fault("objection_unit", "objection_unit")
    if not body.get("approaches") or not set(body["approaches"]) <= set(APPROACHES):
        yield Fault("approaches", "approaches")
    yield from _reminders(body)


def _stage(body: Mapping[str, Any], prefix: str, where: str) -> Iterator[Fault]:
    name = body.get(f"{prefix}name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        yield Fault(f"{where}.name", "name", {"most": LONGEST_NAME})
    for part in PARTS:
        day = body.get(f"{prefix}{part}")
        if not isinstance(day, Mapping):
            yield Fault(f"{where}.{part}", "missing")
        elif "after" in day:
            if not _is_between(day.get("days"), 0, LONGEST_COUNT):
                yield Fault(f"{where}.{part}", "count", {"most": LONGEST_COUNT})
        elif not (_is_between(day.get("month"), 1, 12) and _is_between(day.get("day"), 1, 31)):
            yield Fault(f"{where}.{part}", "missing")


def _ladder(name: str, levels: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    levels = list(levels)
    if not levels and name != "rating_levels":
        yield Fault(name, "no_level")
    is_known = all(
        level.get("role") in ROLES and set(level.get("predicates", ())) <= set(Predicate.values)
        for level in levels
    )
    if len(levels) > MOST_LEVELS or not is_known:
        yield Fault(name, "levels", {"most": MOST_LEVELS})
    if name in {"rating_levels", "final_levels"} and any(
        level.get("role") == RATER for level in levels
    ):
        yield Fault(name, "rater_rates")


def _reminders(body: Mapping[str, Any]) -> Iterator[Fault]:
    general = {
        "before": body.get("remind_before"),
        "after": body.get("remind_after"),
        "superior": body.get("escalate_superior_after"),
        "hr": body.get("escalate_hr_after"),
    }
    yield from _days(general["before"], 0, "remind_before")
    yield from _days(general["after"], 1, "remind_after")
    yield from _silence(general, "escalate_hr_after")
    for phase in PHASES:
        own = body.get(f"reminders.{phase}")
        if own is None:
            continue
        place = f"reminders.{phase}"
        yield from _days(own.get("before"), 0, place)
        yield from _days(own.get("after"), 1, place)
        if not all(_is_between(own.get(name), 1, MOST_DAYS) for name in ("superior", "hr")):
            yield Fault(place, "escalation", {"most": MOST_DAYS})
        yield from _silence(own, place)


def _days(days: Any, least: int, where: str) -> Iterator[Fault]:
    is_list = isinstance(days, list | tuple) and len(days) <= MOST_REMINDERS
    if not is_list or not all(_is_between(day, least, MOST_DAYS) for day in days):
        yield Fault(where, "reminders", {"most": MOST_DAYS})


def _silence(told: Mapping[str, Any], where: str) -> Iterator[Fault]:
    superior, hr = told.get("superior"), told.get("hr")
    if isinstance(superior, int) and isinstance(hr, int) and hr < superior:
        yield Fault(where, "hr_first")


def _is_between(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def order_faults(stages: Iterable[StageDays], year: int) -> list[Fault]:
    """The year goes forward: planning, the check-ins in order, the assessment, the review."""
    by_kind: dict[str, list[StageDays]] = {}
    for stage in sorted(stages, key=lambda s: s.number):
        by_kind.setdefault(stage.kind, []).append(stage)
    found = [fault for group in by_kind.values() for s in group for fault in _own_order(s, year)]
    line = [
        stage
        for kind in (StageKind.PLANNING, StageKind.CHECKIN, StageKind.SELF_ASSESSMENT)
        for stage in by_kind.get(kind, [])
    ]
    for before, after in pairwise(line):
        if after.opens_on <= before.opens_on:
            found.append(Fault(f"{after.field}.opens", "opens_too_early", {"name": before.name}))
    assessment = by_kind.get(StageKind.SELF_ASSESSMENT, [])
    for stage in by_kind.get(StageKind.REVIEW, []):
        if assessment and stage.due_on <= assessment[0].due_on:
            figures = {"name": assessment[0].name}
            found.append(Fault(f"{stage.field}.due", "due_too_early", figures))
    return found


def _own_order(stage: StageDays, year: int) -> Iterator[Fault]:
    if stage.due_on < stage.opens_on:
        yield Fault(f"{stage.field}.due", "due_before_opening")
    if stage.closes_on < stage.due_on:
        yield Fault(f"{stage.field}.closes", "closes_before_due")
    days = (stage.opens_on, stage.due_on, stage.closes_on)
    for part, day in zip(PARTS, days, strict=True):
        if not year <= day.year <= year + 1:
            yield Fault(f"{stage.field}.{part}", "outside")
