"""Which notices of a deadline are due: a pure function of its facts and now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from cycles.calendar import Calendar, at_local, end_of_day, local_date, shift_working_days
from cycles.rules import PHASES, CycleRules, Reminders
from notifications.enums import RuleKind
from workflow.enums import State

# Notices leave from this hour on, local time.
SEND_FROM_HOUR: Final = 8
# What nobody told for so long is no news any more: a system that was down, or has just been set
# up over old data, does not empty the past over people.
STALE_AFTER: Final = timedelta(days=30)


@dataclass(frozen=True, order=True)
class Rule:
    """So many working days before or after the due date, to whom its kind says."""

    kind: str
    days: int

    @property
    def code(self) -> str:
        """The rule's part of a delivery's key, such as "before:3"."""
        return f"{self.kind}:{self.days}"


# Which states a stretch of the year is made of.
STATES_OF: Final[dict[str, tuple[str, ...]]] = {
    "planning": (State.PLANNING, State.PLAN_REVIEW),
    "checkin": (State.MONITORING, State.CHECKIN_REVIEW),
    "self_assessment": (State.SELF_ASSESSMENT,),
    "review": (State.SUPERVISOR_REVIEW, State.RATING_REVIEW),
    "delivery": (State.DELIVERY, State.ANNOUNCED),
    "objection": (State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION),
    "final": (State.FINAL_APPROVAL,),
}


def default_rules(rules: CycleRules, phase: str = "") -> tuple[Rule, ...]:
    """The notices that a cycle's rules give: in general, or in one stretch of the year."""
    return _rules(rules.reminders_of(phase))


def _rules(told: Reminders) -> tuple[Rule, ...]:
    return (
        *(Rule(RuleKind.BEFORE, days) for days in told.before),
        *(Rule(RuleKind.OVERDUE, days) for days in told.after),
        Rule(RuleKind.SUPERIOR, told.superior),
        Rule(RuleKind.HR, told.hr),
    )


def by_states(rules: CycleRules) -> tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...]:
    """The notices with the states in which they hold; phases with the same ones together."""
    found: dict[tuple[Rule, ...], tuple[str, ...]] = {}
    for phase in PHASES:
        told = default_rules(rules, phase)
        found[told] = (*found.get(told, ()), *STATES_OF[phase])
    return tuple((states, told) for told, states in found.items())


@dataclass(frozen=True)
class Notice:
    """A rule whose moment has come. Turns that began after the moment are not concerned."""

    rule: Rule
    moment: datetime


def moment_of(rule: Rule, last_day: date, calendar: Calendar) -> datetime:
    """When a rule speaks about something whose last day this is: 08.00 of a local day."""
    days = -rule.days if rule.kind == RuleKind.BEFORE else rule.days
    return at_local(calendar.zone, shift_working_days(calendar, last_day, days), SEND_FROM_HOUR)


def notices(
    rules: Iterable[Rule], last_day: date, calendar: Calendar, now: datetime
) -> list[Notice]:
    """What is to be told at `now` about everything whose last day this is.

    Of the reminders before the due date only the latest, and none once it has passed; of overdue
    notices and escalations each one whose moment has come. A sweep that was missed therefore
    brings no stack of old reminders, and every later sweep gives the same answer.
    """
    is_late = now >= end_of_day(calendar.zone, last_day)
    come = [
        Notice(rule, moment)
        for rule in sorted(set(rules))
        if (rule.kind != RuleKind.BEFORE) == is_late
        and now - STALE_AFTER <= (moment := moment_of(rule, last_day, calendar)) <= now
    ]
    if not is_late:
        return [max(come, key=lambda notice: notice.moment)] if come else []
    return sorted(come, key=lambda notice: notice.moment)


def due_now(
    rules: Iterable[Rule],
    *,
    due_at: datetime,
    turn_since: datetime,
    calendar: Calendar,
    now: datetime,
) -> list[Rule]:
    """The rules that speak at `now` about one turn; none from before the turn began."""
    last_day = local_date(calendar, due_at - timedelta(microseconds=1))
    return [
        notice.rule
        for notice in notices(rules, last_day, calendar, now)
        if notice.moment >= turn_since
    ]


def last_days(rules: Sequence[Rule], calendar: Calendar, now: datetime) -> Iterator[date]:
    """Every last day about which a rule could speak at `now`: the window of the sweep."""
    today = local_date(calendar, now)
    before = max((rule.days for rule in rules if rule.kind == RuleKind.BEFORE), default=0)
    after = max((rule.days for rule in rules if rule.kind != RuleKind.BEFORE), default=0)
    # One working day more on both sides: a last day may be a day off.
    first = shift_working_days(calendar, today - STALE_AFTER, -after - 1)
    last = shift_working_days(calendar, today, before + 1)
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def from_morning(instant: datetime, zone: str) -> datetime:
    """The instant, or 08.00 of that local day when it lies before: what no person did waits."""
    return max(instant, at_local(zone, local_date(zone, instant), SEND_FROM_HOUR))
