"""Until when each state is due, from the cycle's rules, the stages, and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cycles.calendar import Calendar, Due, Rule, due
from cycles.enums import StageKind
from cycles.queries.stages import StageDates, Timetable
from cycles.rules import CycleRules
from workflow.enums import State
from workflow.models import Case

# The stage that governs a state, where one does.
STAGE_OF: dict[str, StageKind] = {
    State.PLANNING: StageKind.PLANNING,
    State.MONITORING: StageKind.CHECKIN,
    State.SELF_ASSESSMENT: StageKind.SELF_ASSESSMENT,
    State.SUPERVISOR_REVIEW: StageKind.REVIEW,
    State.FINAL_APPROVAL: StageKind.FINAL,
}
ARTICLE_OBJECTION = "PP 30/2019 Pasal 59"


@dataclass(frozen=True)
class Basis:
    """Everything a due was made from; it stays on the row so that it can be computed again."""

    rule: Rule
    anchor: datetime
    since: str
    stage: StageDates | None = None
    not_after: date | None = None

    def due(self, calendar: Calendar) -> Due:
        return due(
            self.rule,
            self.anchor,
            calendar,
            not_after=self.not_after,
            extended_to=self.stage.extended_to if self.stage else None,
        )

    def to_json(self, calendar: Calendar) -> dict[str, Any]:
        return {
            "rule": self.rule.to_json(),
            "anchor": self.anchor.isoformat(),
            "since": self.since,
            "stage": self.stage.id if self.stage else None,
            "not_after": self.not_after.isoformat() if self.not_after else None,
            "extended_to": self.stage.extended_to.isoformat()
            if self.stage and self.stage.extended_to
            else None,
            "extensions": list(self.stage.extensions) if self.stage else [],
            "calendar": calendar.version,
            "week": calendar.week,
        }


def due_from_json(basis: dict[str, Any], calendar: Calendar) -> Due:
    """The due that a stored basis gives with a calendar, steps and all."""
    day = date.fromisoformat
    return due(
        Rule.from_json(basis["rule"]),
        datetime.fromisoformat(basis["anchor"]),
        calendar,
        not_after=day(basis["not_after"]) if basis.get("not_after") else None,
        extended_to=day(basis["extended_to"]) if basis.get("extended_to") else None,
    )


def stage_for(case: Case, state: str, timetable: Timetable) -> StageDates | None:
    """The stage whose dates govern the case in a state."""
    kind = STAGE_OF.get(state)
    if kind is None:
        return None
    if kind == StageKind.CHECKIN:
        return timetable.round_at_or_after(case.round)
    return timetable.stage(kind)


def basis_of(
    case: Case,
    state: str,
    *,
    rules: CycleRules,
    timetable: Timetable,
    calendar: Calendar,
    now: datetime,
    returned: bool,
) -> Basis:
    """What the due of a state is computed from, for a turn that begins now."""
    stage = stage_for(case, state, timetable)

    def days(number: int, since: str = "received", **more: Any) -> Basis:
        return Basis(Rule("working_days", number, **more), now, since)

    if state == State.MONITORING and stage is None:
        # All rounds done: the case waits for the assessment to open.
        opening = timetable.stage(StageKind.SELF_ASSESSMENT).opens_on
        return Basis(Rule("date", on=_day_before(opening)), now, "started")
    if stage is not None:
        fixed = Basis(Rule("date", on=stage.due_on), now, "started", stage)
        if returned:
            # The return rule, not past the stage's close; never less than the stage still allows.
            mending = Basis(
                Rule("working_days", rules.return_days), now, "returned", stage, stage.closes_on
            )
        else:
            # Whoever gets it late still has the usual time, not a due date in the past.
            mending = Basis(Rule("working_days", _usual(state, rules)), now, "received", stage)
            if fixed.due(calendar).at > now:
                return fixed
        return max(fixed, mending, key=lambda basis: basis.due(calendar).at)
    if state in {State.PLAN_REVIEW, State.CHECKIN_REVIEW, State.RATING_REVIEW}:
        return days(rules.approve_days)
    if state == State.DELIVERY:
        return days(rules.deliver_days)
    if state == State.OBJECTION_STATEMENTS:
        return days(rules.statement_days, "objected")
    if state == State.OBJECTION_DECISION:
        return days(rules.decision_days, article=ARTICLE_OBJECTION)
    return days(rules.final_days)


def window_basis(rules: CycleRules, unit: str, delivered_at: datetime) -> Basis:
    """An end of the objection window, counted from recorded delivery (PP 30/2019 art. 59)."""
    rule = (
        Rule("calendar_days", rules.objection_days, article=ARTICLE_OBJECTION)
        if unit == "calendar_days"
        else Rule("working_days", rules.objection_days, article=ARTICLE_OBJECTION)
    )
    return Basis(rule, delivered_at, "delivered")


def _usual(state: str, rules: CycleRules) -> int:
    if state == State.FINAL_APPROVAL:
        return rules.final_days
    return rules.approve_days


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
