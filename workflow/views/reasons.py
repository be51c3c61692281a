"""Why a date is what it is: the sentence, the steps, the article, and who moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.calendar import Calendar, Due, explain, format_day, local_date
from cycles.due_steps import Line, lines
from cycles.models import Extension, Pause
from cycles.queries.calendars import calendar_for, pauses_for
from cycles.rules import CycleRules
from workflow.enums import ENDED, State
from workflow.models import Case, TurnInterval
from workflow.queries import cases as queries
from workflow.services.dues import (
    ARTICLE_OBJECTION,
    Basis,
    beside_from_json,
    stored_due,
    window_basis,
)

# PermenPANRB 6/2022: art. 5 names the stages of the year, art. 14 says that the rater sets the
# plan. How many days each gets no rule says: the agency sets them in the cycle.
STAGES_OF_THE_YEAR = "PermenPANRB 6/2022 Pasal 5"
ARTICLES: dict[str, str] = {
    State.PLANNING: "PermenPANRB 6/2022 Pasal 14",
    State.PLAN_REVIEW: "PermenPANRB 6/2022 Pasal 14",
    State.ANNOUNCED: ARTICLE_OBJECTION,
    State.OBJECTION_STATEMENTS: ARTICLE_OBJECTION,
    State.OBJECTION_DECISION: ARTICLE_OBJECTION,
}
OBJECTION = (State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION)
SET_BY_AGENCY = gettext_lazy("How long it is, the agency sets in the rules of the cycle.")
SET_BY_LAW = gettext_lazy("Fourteen days are in the rule itself; how days are counted, the agency "
                          "sets in the cycle: both readings are shown.")  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """A due date with everything that explains it."""

    due_at: datetime
    sentence: str
    lines: Sequence[Line]
    article: str
    ground: str
    stage: str = ""
    notes: Sequence[str] = ()
    extensions: Sequence[Extension] = ()
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True)
class Reading:
    """One way of counting the time to object."""

    reason: Reason
    is_agency_s: bool
    is_calendar: bool


def sentence_of(case: Case) -> str:
    """Why the running due date falls on its day, with the stage that sets it; one query at most."""
    if case.state in ENDED or not case.due_basis:
        return ""
    calendar = calendar_for(case.agency, case.unit.week)
    found = stored_due(case.due_basis, case.due_at, calendar)
    words = capfirst(explain(found, calendar.zone, since=case.due_basis.get("since", "received")))
    name = queries.stage_name(case)
    stage = _("Stage: %(name)s.") % {"name": name} if name else ""
    return f"{words}. {stage}".strip()


def reason_of(case: Case) -> Reason | None:
    """Everything about the running due date; None once nothing is due. Four queries at most."""
    if case.state in ENDED or not case.due_basis:
        return None
    basis, calendar = case.due_basis, calendar_for(case.agency, case.unit.week)
    found = stored_due(basis, case.due_at, calendar)
    stage = queries.stage_name(case)
    return Reason(
        due_at=case.due_at,
        sentence=f"{capfirst(explain(found, calendar.zone, since=_since(basis)))}.",
        lines=lines(found, calendar.zone, _since(basis)),
        article=found.rule.article or ARTICLES.get(case.state, STAGES_OF_THE_YEAR),
        ground=str(SET_BY_LAW if case.state == State.ANNOUNCED else SET_BY_AGENCY),
        stage=stage,
        notes=[*_return_notes(case, found, calendar), *_pause_notes(case, found),
               *_objection_notes(case, calendar.zone)],
        extensions=queries.extensions_of(case),
        pauses=_pauses(basis),
    )  # fmt: skip


def readings_of(case: Case) -> list[Reading]:
    """Both ways of counting the time to object, the agency's first; none when none has begun."""
    if case.delivered_at is None or case.window_ends_at is None or not case.window_basis:
        return []
    calendar = calendar_for(case.agency, case.unit.week)
    # What this window was given with; the cycle's rule may have changed since.
    rules = CycleRules(objection_days=case.window_basis["rule"]["days"])
    pauses = pauses_for(case.agency, case.unit.path)
    own = stored_due(case.window_basis, case.window_ends_at, calendar)
    is_calendar = own.rule.kind == "calendar_days"
    unit = "working_days" if is_calendar else "calendar_days"
    other = window_basis(rules, unit, case.delivered_at, pauses)
    other_end = other.due(calendar).at
    if not is_calendar and case.window_calendar_ends_at is not None:
        other_end = case.window_calendar_ends_at
    return [
        Reading(_reading(case.window_basis, own, calendar), True, is_calendar),
        Reading(_other_reading(other, other_end, calendar), False, not is_calendar),
    ]


def _reading(basis: dict[str, Any], found: Due, calendar: Calendar) -> Reason:
    return Reason(
        due_at=found.at,
        sentence=f"{capfirst(explain(found, calendar.zone, since='delivered'))}.",
        lines=lines(found, calendar.zone, "delivered"),
        article=found.rule.article or ARTICLE_OBJECTION,
        ground=str(SET_BY_LAW),
        pauses=_pauses(basis),
    )


def _other_reading(basis: Basis, ends_at: datetime, calendar: Calendar) -> Reason:
    stored = basis.to_json(calendar)
    return _reading(stored, stored_due(stored, ends_at, calendar), calendar)


def _since(basis: dict[str, Any]) -> Any:
    return basis.get("since", "received")


# --- what else explains it ---------------------------------------------------------------------


def _return_notes(case: Case, found: Due, calendar: Calendar) -> list[str]:
    """The other reading of a return or of a late start: it gave less time, so it does not hold."""
    notes = []
    basis = case.due_basis
    if _since(basis) == "returned" and basis.get("not_after"):
        close = date.fromisoformat(basis["not_after"])
        notes.append(
            _("After a return the time to mend runs anew, but not past the close of the stage on "
              "%(day)s unless the stage is extended.") % {"day": format_day(close)}
        )  # fmt: skip
    beside = beside_from_json(basis, calendar)
    if beside is None:
        return notes
    given = {"day": format_day(beside.last_day), "n": beside.rule.days}
    if beside.rule.kind == "date":
        notes.append(_("The fixed date of the stage, %(day)s, gives less time and does not hold "
                       "here.") % given)  # fmt: skip
    elif basis["beside"].get("since") == "returned":
        notes.append(_("The time to mend after a return, %(n)d working days, would have ended on "
                       "%(day)s; the stage gives more, so its date holds.") % given)  # fmt: skip
    else:
        notes.append(_("The usual time, %(n)d working days, would have ended on %(day)s; the stage "
                       "gives more, so its date holds.") % given)  # fmt: skip
    return notes


def _pause_notes(case: Case, found: Due) -> list[str]:
    if found.rule.kind != "date":
        return []
    start = local_date(case.agency.zone, found.anchor)
    pauses = pauses_for(case.agency, case.unit.path)
    if not any(start < pause.last and pause.first <= found.last_day for pause in pauses):
        return []
    return [
        _("The clock stood still for some days, but a fixed date of a stage does not move by that: "
          "more time there is an extension.")
    ]  # fmt: skip


def _objection_notes(case: Case, zone: str) -> list[str]:
    """While an objection runs nothing else runs against the employee. One query if there was one.

    The due of what follows is made when the objection has ended, so its days never count.
    """
    if case.state in OBJECTION:
        return [
            _("While the objection runs, no other deadline of this appraisal runs. The time for "
              "the final approval begins only when the objection has ended.")
        ]  # fmt: skip
    if not case.objection_number:
        return []
    span = TurnInterval.objects.filter(case=case, state__in=OBJECTION).aggregate(
        first=Min("began_at"), last=Max("ended_at")
    )
    if span["first"] is None:
        return []
    return [
        _("The objection ran from %(first)s to %(last)s. In that time this deadline did not run: "
          "it was set only afterwards.")
        % {"first": format_day(local_date(zone, span["first"])),
           "last": format_day(local_date(zone, span["last"]))}
    ]  # fmt: skip


def _pauses(basis: dict[str, Any]) -> list[Pause]:
    """The pauses that were counted past, with their authors. One query if there are any."""
    if not (identifiers := basis.get("pauses")):
        return []
    return list(
        Pause.objects.filter(pk__in=identifiers)
        .select_related("unit", "author__person")
        .order_by("first_on", "id")
    )
