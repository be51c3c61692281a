"""Until when each state is due, from the cycle's rules, the stages, and the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cycles.calendar import Calendar, Due, Rule, Step, due, local_date
from cycles.enums import StageKind
from cycles.queries.calendars import PauseDays
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
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Basis:
    """Everything a due was made from; it stays on the row so that it can be computed again.

    `beside` is the reading that would have given less time: shown, but not what holds.
    """

    rule: Rule
    anchor: datetime
    since: str
    stage: StageDates | None = None
    not_after: date | None = None
    pauses: Sequence[PauseDays] = ()
    beside: Basis | None = None

    def due(self, calendar: Calendar) -> Due:
        return due(
            self.rule,
            self.anchor,
            calendar,
            not_after=self.not_after,
            extended_to=self.stage.extended_to if self.stage else None,
            paused=[(pause.first, pause.last) for pause in self.pauses],
        )

    def to_json(self, calendar: Calendar) -> dict[str, Any]:
        stage, beside = self.stage, self.beside
        return {
            "rule": self.rule.to_json(),
            "anchor": self.anchor.isoformat(),
            "since": self.since,
            "stage": stage.id if stage else None,
            "not_after": self.not_after.isoformat() if self.not_after else None,
            "extended_to": stage.extended_to.isoformat() if stage and stage.extended_to else None,
            "extensions": list(stage.extensions) if stage else [],
            "calendar": calendar.version,
            "week": calendar.week,
            **paused_json(self.pauses, self.due(calendar), calendar),
            **({"beside": {
                "rule": beside.rule.to_json(),
                "since": beside.since,
                "not_after": beside.not_after.isoformat() if beside.not_after else None,
            }} if beside else {}),
        }  # fmt: skip


def paused_json(pauses: Sequence[PauseDays], found: Due, calendar: Calendar) -> dict[str, Any]:
    """The pauses that a due counted past, as a basis keeps them; nothing when there are none."""
    if found.rule.kind == "date":
        return {}
    begun = local_date(calendar, found.anchor)
    met = [pause for pause in pauses if begun < pause.last and pause.first <= found.last_day]
    if not met:
        return {}
    return {
        "paused": [[pause.first.isoformat(), pause.last.isoformat()] for pause in met],
        "pauses": [pause.id for pause in met],
    }


def due_from_json(basis: dict[str, Any], calendar: Calendar) -> Due:
    """The due that a stored basis gives with a calendar, steps and all."""
    return due(
        Rule.from_json(basis["rule"]),
        datetime.fromisoformat(basis["anchor"]),
        calendar,
        not_after=_day(basis, "not_after"),
        extended_to=_day(basis, "extended_to"),
        promised=_day(basis, "promised"),
        paused=_paused(basis),
    )


def stored_due(basis: dict[str, Any], due_at: datetime, calendar: Calendar) -> Due:
    """The due of a basis exactly as it was told, whatever calendar it was told under.

    Where today's calendar gives another day (a table filled anew, say), the day told stands and
    the steps say so.
    """
    found = due_from_json(basis, calendar)
    if found.at == due_at:
        return found
    told = local_date(calendar, due_at - MOMENT)
    if found.at < due_at:
        return due_from_json({**basis, "promised": told.isoformat()}, calendar)
    steps = [step for step in found.steps if step.kind != "promised"]
    return replace(found, at=due_at, last_day=told,
                   steps=(*steps, Step("promised", found.last_day, told)))  # fmt: skip


def beside_from_json(basis: dict[str, Any], calendar: Calendar) -> Due | None:
    """The reading that would have given less time, if there was one."""
    if not (beside := basis.get("beside")):
        return None
    return due(
        Rule.from_json(beside["rule"]),
        datetime.fromisoformat(basis["anchor"]),
        calendar,
        not_after=_day(beside, "not_after"),
        extended_to=_day(basis, "extended_to") if beside["rule"]["kind"] == "date" else None,
        paused=_paused(basis),
    )


@dataclass(frozen=True)
class Renewed:
    """A basis counted anew: what changes in it, and the due that comes of it."""

    patch: dict[str, Any]
    due: Due

    def changes(self, basis: dict[str, Any]) -> bool:
        """Whether the basis would say anything else, the calendar's number aside."""
        return any(
            (basis.get(name) or None) != (value or None)
            for name, value in self.patch.items()
            if name != "calendar"
        )


def renewed(
    basis: dict[str, Any],
    due_at: datetime,
    calendar: Calendar,
    pauses: Sequence[PauseDays] = (),
    extension: tuple[int, date] | None = None,
) -> Renewed:
    """A basis under another calendar, other pauses, or with one more extension (id, day).

    It never comes before the due that was told: what was promised stands, as a step of its own.
    """
    patch: dict[str, Any] = {"calendar": calendar.version}
    if extension is not None:
        identifier, until = extension
        patch["extended_to"] = max(basis.get("extended_to") or "", until.isoformat())
        patch["extensions"] = [*basis.get("extensions", []), identifier]
    if basis["rule"]["kind"] != "date":
        spans = [[pause.first.isoformat(), pause.last.isoformat()] for pause in pauses]
        plain = due_from_json({**basis, **patch, "promised": None, "paused": spans}, calendar)
        met = paused_json(pauses, plain, calendar)
        patch |= {"paused": met.get("paused"), "pauses": met.get("pauses")}
    patch["promised"] = None
    found = due_from_json({**basis, **patch}, calendar)
    if found.at < due_at:
        patch["promised"] = local_date(calendar, due_at - MOMENT).isoformat()
        found = due_from_json({**basis, **patch}, calendar)
    return Renewed(patch, found)


def _day(basis: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(basis[name]) if basis.get(name) else None


def _paused(basis: dict[str, Any]) -> list[tuple[date, date]]:
    day = date.fromisoformat
    return [(day(first), day(last)) for first, last in basis.get("paused") or ()]


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
    pauses: Sequence[PauseDays] = (),
) -> Basis:
    """What the due of a state is computed from, for a turn that begins now."""
    stage = stage_for(case, state, timetable)

    def days(number: int, since: str = "received", **more: Any) -> Basis:
        return Basis(Rule("working_days", number, **more), now, since, pauses=pauses)

    if state == State.MONITORING and stage is None:
        # All rounds done: the case waits for the assessment to open.
        opening = timetable.stage(StageKind.SELF_ASSESSMENT).opens_on
        return Basis(Rule("date", on=_day_before(opening)), now, "started")
    if stage is not None:
        fixed = Basis(Rule("date", on=stage.due_on), now, "started", stage)
        if returned:
            # The return rule, not past the stage's close; never less than the stage still allows.
            mending = Basis(
                Rule("working_days", rules.return_days), now, "returned", stage, stage.closes_on,
                pauses,
            )  # fmt: skip
        else:
            # Whoever gets it late still has the usual time, not a due date in the past.
            mending = Basis(Rule("working_days", _usual(state, rules)), now, "received", stage,
                            pauses=pauses)  # fmt: skip
            if fixed.due(calendar).at > now:
                return fixed
        less, more = sorted((mending, fixed), key=lambda basis: basis.due(calendar).at)
        return replace(more, beside=less)
    if state in {State.PLAN_REVIEW, State.CHECKIN_REVIEW, State.RATING_REVIEW}:
        return days(rules.approve_days)
    if state == State.DELIVERY:
        return days(rules.deliver_days)
    if state == State.OBJECTION_STATEMENTS:
        return days(rules.statement_days, "objected", article=ARTICLE_OBJECTION)
    if state == State.OBJECTION_DECISION:
        return days(rules.decision_days, article=ARTICLE_OBJECTION)
    return days(rules.final_days)


def window_basis(
    rules: CycleRules, unit: str, delivered_at: datetime, pauses: Sequence[PauseDays] = ()
) -> Basis:
    """An end of the objection window, counted from recorded delivery (PP 30/2019 art. 59)."""
    rule = (
        Rule("calendar_days", rules.objection_days, article=ARTICLE_OBJECTION)
        if unit == "calendar_days"
        else Rule("working_days", rules.objection_days, article=ARTICLE_OBJECTION)
    )
    return Basis(rule, delivered_at, "delivered", pauses=pauses)


def _usual(state: str, rules: CycleRules) -> int:
    if state == State.FINAL_APPROVAL:
        return rules.final_days
    return rules.approve_days


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
