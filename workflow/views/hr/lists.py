"""The lists of the desk: people, overdue, who holds what, what HR must settle, excluded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cycles.calendar import distance
from cycles.models import Person
from cycles.queries.calendars import calendar_for
from workflow.enums import Party, State
from workflow.models import Case
from workflow.queries import hr_lists
from workflow.queries.story import AUTHORITIES
from workflow.views.access import page
from workflow.views.hr.desk import (
    Desk,
    Narrowing,
    case_url,
    filter_of,
    narrowing,
    rows_of,
    state_choices,
    unit_choices,
)

# Whose lateness a list can be narrowed to; HR's own is on its list of what to settle.
PARTIES = (Party.EMPLOYEE, Party.RATER, Party.APPROVER, Party.EXPLAINER, Party.DECIDER,
           Party.FINALISER, Party.HR)  # fmt: skip


def _filter_context(desk: Desk, chosen: Narrowing) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "states": state_choices(),
        "units": unit_choices(desk, chosen.unit),
        "unit_id": str((chosen.unit or desk.tree.root or Person()).public_id),
        "parties": [(party.value, party.label) for party in PARTIES],
    }


@page("hr")
@require_GET
def people(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """People by name, narrowed by unit, state, name, or whom they wait for."""
    desk = Desk(request, cycle_id)
    chosen = narrowing(desk)
    found = hr_lists.people(desk.cycle, filter_of(desk, chosen), desk.cursor())
    holder = None
    if chosen.holder is not None:
        holder = (
            found.rows[0].turn_person
            if found.rows
            else Person.objects.filter(public_id=chosen.holder, agency=desk.agency).first()
        )
    return desk.render(
        "people",
        "people",
        _("Waiting for %(name)s") % {"name": holder.name} if holder else _("People"),
        rows=rows_of(desk, found.rows),
        holder=holder,
        **_filter_context(desk, chosen),
        **desk.pages(found, hr_lists.by_name_cursor),
    )


@page("hr")
@require_GET
def overdue(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Who is late, since when, and with whom it lies; the oldest first."""
    desk = Desk(request, cycle_id)
    chosen = narrowing(desk)
    found = hr_lists.overdue(desk.cycle, filter_of(desk, chosen), desk.now, desk.cursor())
    return desk.render(
        "overdue",
        "overdue",
        _("Overdue"),
        rows=rows_of(desk, found.rows),
        **_filter_context(desk, chosen),
        **desk.pages(found, hr_lists.by_due_cursor),
    )


@page("hr")
@require_GET
def holders(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Whose silence holds up how many."""
    desk = Desk(request, cycle_id)
    found = hr_lists.holders(desk.cycle, desk.now, desk.cursor())
    calendar = calendar_for(desk.agency)
    return desk.render(
        "holders",
        "holders",
        _("Who holds what"),
        rows=[
            (holder, distance(calendar, desk.now, holder.oldest_due),
             desk.url("hr_people", pemegang=holder.public_id))
            for holder in found.rows
        ],
        **desk.pages(found, lambda holder: str(holder.cursor)),
    )  # fmt: skip


@page("hr")
@require_GET
def pool(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What nobody else can do: it lies with HR until HR finds somebody."""
    desk = Desk(request, cycle_id)
    found = hr_lists.pool(desk.cycle, desk.cursor())
    return desk.render(
        "pool",
        "pool",
        _("For HR to settle"),
        rows=[(row, *_task(row.case)) for row in rows_of(desk, found.rows)],
        **desk.pages(found, hr_lists.by_due_cursor),
    )


def _task(case: Case) -> tuple[str, str]:
    """What HR has to do about a case in its pool, and why it lies there."""
    if case.state in {State.OBJECTION_DECISION, State.OBJECTION_STATEMENTS} and (
        case.turn_party == Party.HR or case.decider_id is None
    ):
        return _("Name the decider"), _("No superior is left who may decide this objection.")
    if case.state == State.DELIVERY:
        return (
            _("Record the hand-over"),
            _("The employee has not opened the result and nobody has handed it over."),
        )
    return _("Name who acts"), _("No superior who may act was found above this post.")


@page("hr")
@require_GET
def excluded(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Who does not take part, on what authority and why."""
    desk = Desk(request, cycle_id)
    found = hr_lists.excluded(desk.cycle, desk.cursor())
    reasons = hr_lists.exclusions(found.rows)
    return desk.render(
        "excluded",
        "people",
        _("Excluded"),
        crumbs=[(_("People"), desk.url("hr_people"))],
        rows=[
            (case, reasons.get(case.pk), AUTHORITIES.get(reasons[case.pk].authority, "")
             if case.pk in reasons else "", case_url(case))
            for case in found.rows
        ],
        **desk.pages(found, hr_lists.by_name_cursor),
    )  # fmt: skip
