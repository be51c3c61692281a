"""What a rehearsal looks for in a cycle's dates and rules; no query of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cycles.calendar import Calendar, short_name, working_days_between
from cycles.enums import CycleStatus, Severity, StageKind
from cycles.models import Cycle
from cycles.queries.rehearsal.checks import Limits
from cycles.queries.stages import StageDates
from cycles.rules import CycleRules, rules_at

NEEDED = (StageKind.PLANNING, StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.FINAL)


@dataclass(frozen=True)
class Found:
    """A finding about the cycle itself, or about a unit's own dates and rules."""

    code: str
    severity: Severity
    mark: str
    unit_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def dates_and_rules(
    cycle: Cycle,
    stages: tuple[StageDates, ...],
    calendar_of: Callable[[int], Calendar],
    weeks: set[int],
    limits: Limits,
    today: date,
) -> Iterator[Found]:
    """Everything that is wrong with the stages and the windows; `weeks` are those in use."""
    known = {stage.kind for stage in stages if stage.unit_id is None}
    for kind in NEEDED:
        if kind not in known:
            yield Found("stage_missing", Severity.ERROR, kind, data={"stage": kind.value})
    yield from _windows(cycle, limits)
    is_draft = cycle.status == CycleStatus.DRAFT
    for stage in stages:
        if is_draft or stage.due_on >= today:
            yield from _stage(stage, calendar_of, weeks, limits, today)


def _windows(cycle: Cycle, limits: Limits) -> Iterator[Found]:
    rules: list[tuple[int | None, CycleRules]] = [(None, CycleRules.from_json(cycle.rules))]
    rules += [
        (own["unit"], rules_at(cycle.rules, cycle.unit_rules, str(own["path"])))
        for own in cycle.unit_rules
        if "objection_days" in own["rules"]
    ]
    for unit_id, here in rules:
        if here.objection_days < limits.window_days:
            yield Found(
                "window_too_short", Severity.ERROR, f"u{unit_id or 0}", unit_id,
                {"n": here.objection_days, "least": limits.window_days},
            )  # fmt: skip


def _stage(
    stage: StageDates,
    calendar_of: Callable[[int], Calendar],
    weeks: set[int],
    limits: Limits,
    today: date,
) -> Iterator[Found]:
    mark = f"{stage.kind}-{stage.number}-u{stage.unit_id or 0}"
    facts = {"stage": stage.name, "day": stage.due_on.isoformat()}
    off = [week for week in sorted(weeks) if not calendar_of(week).is_working_day(stage.due_on)]
    if off:
        holiday = calendar_of(off[0]).days_off.get(stage.due_on)
        yield Found(
            "stage_on_day_off", Severity.WARNING, f"{mark}-{stage.due_on}", stage.unit_id,
            {**facts, "name": short_name(holiday.name) if holiday else "",
             # A Saturday is a day off for those with a five-day week only.
             "week": off[0] if len(off) < len(weeks) else 0},
        )  # fmt: skip
    begin = max(stage.opens_on, today)
    left = min(
        working_days_between(calendar_of(week), begin - timedelta(days=1), stage.due_on)
        for week in weeks
    )
    if left < limits.least_days:
        yield Found(
            "stage_too_short", Severity.WARNING, f"{mark}-{stage.opens_on}-{stage.due_on}",
            stage.unit_id, {**facts, "n": max(left, 0), "least": limits.least_days},
        )  # fmt: skip
