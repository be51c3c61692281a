"""More time for a stage: an act with an author and a reason; the dues it moves move with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import format_day, local_date
from cycles.documents import text
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Incomplete, NotAllowed, Problem
from cycles.models import Extension, Person, Stage, Unit
from cycles.queries.calendars import calendar_for
from workflow.models import Case, Event
from workflow.permissions import Actor
from workflow.services.door import stream_of
from workflow.services.dues import STAGE_OF, due_from_json


@dataclass(frozen=True)
class Extended:
    """The extension, and how many running deadlines it moved."""

    extension: Extension
    moved: int


def extend_stage(
    stage: Stage,
    *,
    due_on: date,
    reason: str,
    actor: Actor,
    unit: Unit | None = None,
    person: Person | None = None,
    now: datetime | None = None,
) -> Extended:
    """Give a unit (with all below it) or one person until the end of a later day.

    Raises NotAllowed for anybody but the agency's HR and for HR's own deadline, Incomplete with
    the sentence beside the field for a day that is not later or a missing reason.
    """
    instant = now or clock.now()
    cycle = stage.cycle
    if cycle.agency_id not in actor.hr_agencies or actor.person_id is None:
        raise NotAllowed(_("Only HR of this agency extends a stage."))
    if person is not None and person.pk == actor.person_id:
        raise NotAllowed(_("Nobody extends their own deadline."))
    calendar = calendar_for(cycle.agency)
    why = text(reason)
    problems = [
        problem
        for problem, applies in (
            (Problem("reason", _("Please give your reasons.")), not why),
            (
                Problem("due_on", _("Choose a day after %(day)s, when the stage is due now.")
                        % {"day": format_day(stage.due_on)}),
                due_on <= stage.due_on,
            ),
            (
                Problem("due_on", _("This day has already passed.")),
                due_on < local_date(calendar, instant),
            ),
            (
                Problem("due_on", _("This day lies outside the cycle and the year after it.")),
                due_on.year > cycle.year + 1,
            ),
            (
                Problem("unit", _("Choose a unit or a person of this agency.")),
                (unit or person) is None
                or (unit or person).agency_id != cycle.agency_id,  # type: ignore[union-attr]
            ),
            (Problem("stage", _("This cycle is closed.")), cycle.status == CycleStatus.CLOSED),
        )
        if applies
    ]  # fmt: skip
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        cases = list(_running(stage, unit, person))
        extension = Extension.objects.create(
            cycle=cycle, stage=stage, unit=unit, person=person, due_on=due_on, reason=why,
            author_id=actor.person_id, created_at=instant,
        )  # fmt: skip
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}",
                    action="extend",
                    at=instant,
                    agency_id=cycle.agency_id,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    reason=why,
                    data={
                        "extension": extension.pk,
                        "stage": stage.pk,
                        "unit": unit.pk if unit else None,
                        "person": person.pk if person else None,
                        "due_on": due_on.isoformat(),
                    },
                )
            ]
        )
        moved = [case for case in cases if _prolong(case, extension)]
        _record(moved, extension, actor, instant)
        return Extended(extension, len(moved))


def _running(stage: Stage, unit: Unit | None, person: Person | None) -> list[Case]:
    """The cases, locked, whose present deadline comes from this stage."""
    states = [state for state, kind in STAGE_OF.items() if kind == stage.kind]
    cases = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "unit")
        .filter(cycle_id=stage.cycle_id, state__in=states)
        .order_by("pk")
    )
    if stage.kind == StageKind.CHECKIN:
        cases = cases.filter(round=stage.number)
    if person is not None:
        cases = cases.filter(person=person)
    if unit is not None:
        cases = cases.filter(unit__path__startswith=unit.path)
    return [case for case in cases if case.due_basis.get("stage") == stage.pk]


def _prolong(case: Case, extension: Extension) -> bool:
    """Put the extension into the case's basis; True when its due moved."""
    basis = dict(case.due_basis)
    known = basis.get("extended_to")
    basis["extended_to"] = max(known or "", extension.due_on.isoformat())
    basis["extensions"] = [*basis.get("extensions", []), extension.pk]
    due = due_from_json(basis, calendar_for(case.agency, case.unit.week))
    has_moved = due.at != case.due_at
    case.due_basis, case.due_at = basis, due.at
    return has_moved


def _record(cases: list[Case], extension: Extension, actor: Actor, now: datetime) -> None:
    Case.objects.bulk_update(cases, ["due_at", "due_basis"], batch_size=500)
    ledger.append(
        [
            ledger.Entry(
                stream=stream_of(case),
                action="extend",
                at=now,
                agency_id=case.agency_id,
                cycle_id=case.cycle_id,
                actor_id=actor.person_id,
                from_state=case.state,
                to_state=case.state,
                reason=extension.reason,
                data={"extension": extension.pk, "due_at": case.due_at.isoformat()},
            )
            for case in cases
        ]
    )
    Event.objects.bulk_create(
        [
            Event(agency_id=case.agency_id, cycle_id=case.cycle_id, case=case, kind="extend",
                  actor_id=actor.person_id, from_state=case.state, to_state=case.state,
                  turn_number=case.turn_number, data={"reason": extension.reason}, at=now)
            for case in cases
        ],
        batch_size=1000,
    )  # fmt: skip
