"""What a delivery says, in the active language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cycles.calendar import distance, format_distance, format_due
from cycles.queries.calendars import calendar_for
from notifications import catalogue
from notifications.models import Delivery
from workflow.enums import Party, State


@dataclass(frozen=True)
class Wording:
    """A notice in words; `reason`, `due` and `left` (days to it) are empty where it has none."""

    title: str
    text: str
    reason: str
    due: str
    left: str
    role: str
    icon: str


def wording_of(delivery: Delivery, now: datetime) -> Wording:
    """Returns the words; the delivery comes with case (person, agency, unit, cycle) and who.

    Days left are counted from `now` to the due date that was told.
    """
    entry, case = catalogue.entry_of(delivery.code), delivery.case
    is_own = delivery.recipient_id == case.person_id
    words = {
        "person": case.person.name,
        "who": _who(delivery),
        "cycle": case.cycle.name,
        "state": State(delivery.case_state).label,
    }
    days = distance(calendar_for(case.agency, case.unit.week), now, delivery.due_at)
    if delivery.case_state in catalogue.TASKS:
        holds = delivery.code not in {"superior", "hr"}
        words["task"] = (
            str(catalogue.task_of(delivery.case_state, delivery.turn_party, is_own=holds)) % words
        )
    left = words["left"] = format_distance(days)
    if delivery.case_state == State.OBJECTION_STATEMENTS and is_own and "task" in words:
        words["task"] = _("give your statement on your objection")
    return Wording(
        title=capfirst(str(entry.title) % words),
        text=str(entry.text) % words,
        reason=delivery.reason,
        due=format_due(delivery.due_at, case.agency.zone) if entry.shows_due else "",
        left=left if entry.shows_due else "",
        role=entry.role,
        icon=entry.icon,
    )


def _who(delivery: Delivery) -> str:
    if delivery.who is not None:
        return delivery.who.name
    return str(Party.HR.label) if delivery.code in {"superior", "hr"} else _("the system")
