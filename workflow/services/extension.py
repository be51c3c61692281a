"""More time for a stage: an act with an author and a reason; the dues it moves move with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import format_day, local_date
from cycles.documents import TEXT, text
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Incomplete, NotAllowed, Problem
from cycles.models import Extension, Person, Stage, Unit
from cycles.queries.calendars import calendar_for
from workflow.models import Case, Event
from workflow.permissions import Actor
from workflow.services.door import stream_of
from workflow.services.dues import STAGE_OF, due_from_json


@dataclass(frozen=True)
class Wish:
    """Which stage, for a unit (with all below it) or one person, until the end of which day."""

    stage: Stage
    due_on: date
    unit: Unit | None = None
    person: Person | None = None


@dataclass(frozen=True)
class Extended:
    """The extension, and how many running deadlines it moved."""

    extension: Extension
    moved: int
    is_repeat: bool = False


@dataclass(frozen=True)
class Preview:
    """What an extension would do: deadlines that run now, that move, that stop being late."""

    running: int
    moved: int
    rescued: int


def preview(wish: Wish, *, actor: Actor, now: datetime | None = None) -> Preview:
    """What `extend_stage` would move, without doing it. Raises as `extend_stage` does."""
    instant = now or clock.now()
    problems = _problems(wish, instant)
    if known := _furthest(wish):
        problems.append(_already(known))
    _check(wish, actor, problems)
    cases = _running(wish)
    before = {case.pk: case.due_at for case in cases}
    moved = [case for case in cases if _prolong(case, wish.due_on)]
    return Preview(
        running=len(cases),
        moved=len(moved),
        rescued=sum(before[case.pk] <= instant < case.due_at for case in moved),
    )


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

    The very same act again (a second click) changes nothing and says so. Raises NotAllowed for
    anybody but the agency's HR and for HR's own deadline, Incomplete with the sentence beside the
    field for a day that gives nobody more time or a missing reason.
    """
    instant = now or clock.now()
    wish, why, cycle = Wish(stage, due_on, unit, person), text(reason), stage.cycle
    _check(wish, actor, [*_reason_problems(why), *_problems(wish, instant)])
    assert actor.person_id is not None
    with transaction.atomic():
        # Two extensions of one stage take turns: the second sees the first.
        Stage.objects.select_for_update(of=("self",), no_key=True).get(pk=stage.pk)
        if known := _furthest(wish):
            is_same = (known.due_on, known.reason, known.author_id) == (
                due_on, why, actor.person_id,
            )  # fmt: skip
            if is_same:
                return Extended(known, 0, is_repeat=True)
            raise Incomplete([_already(known)])
        cases = _running(wish, lock=True)
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
        moved = [case for case in cases if _prolong(case, due_on, extension.pk)]
        _record(moved, extension, actor, instant)
        return Extended(extension, len(moved))


# --- what makes a wish impossible --------------------------------------------------------------


def _check(wish: Wish, actor: Actor, problems: list[Problem]) -> None:
    if wish.stage.cycle.agency_id not in actor.hr_agencies or actor.person_id is None:
        raise NotAllowed(_("Only HR of this agency extends a stage."))
    if wish.person is not None and wish.person.pk == actor.person_id:
        raise NotAllowed(_("Nobody extends their own deadline."))
    if problems:
        raise Incomplete(problems)


def _reason_problems(why: str) -> Iterator[Problem]:
    if not why:
        yield Problem("reason", _("Please give your reasons."))
    if len(why) > TEXT:
        yield Problem(
            "reason",
            _("Too long: %(length)s characters, at most %(limit)s.")
            % {"length": len(why), "limit": TEXT},
        )


def _problems(wish: Wish, now: datetime) -> list[Problem]:
    """Everything but the reason that keeps a wish from being granted."""
    stage, cycle, due_on = wish.stage, wish.stage.cycle, wish.due_on
    target = wish.unit or wish.person
    is_of_agency = target is not None and target.agency_id == cycle.agency_id
    today = local_date(cycle.agency.zone, now)
    return [
        problem
        for problem, applies in (
            (
                Problem("due_on", _("Choose a day after %(day)s, when the stage is due now.")
                        % {"day": format_day(stage.due_on)}),
                due_on <= stage.due_on,
            ),
            (
                Problem("due_on", _("This day has already passed.")),
                stage.due_on < due_on < today,
            ),
            (
                Problem("due_on", _("This day lies outside the cycle and the year after it.")),
                due_on.year > cycle.year + 1,
            ),
            (
                Problem("unit", _("Choose a unit or a person of this agency.")),
                not is_of_agency or (wish.unit is not None and wish.person is not None),
            ),
            (
                Problem("stage", _("This cycle is closed.")),
                cycle.status == CycleStatus.CLOSED,
            ),
        )
        if applies
    ]  # fmt: skip


def _furthest(wish: Wish) -> Extension | None:
    """An extension of the same stage for the same target that already reaches as far."""
    known: Extension | None = (
        Extension.objects.filter(
            stage=wish.stage, unit=wish.unit, person=wish.person, due_on__gte=wish.due_on
        )
        .order_by("-due_on", "-pk")
        .first()
    )
    return known


def _already(known: Extension) -> Problem:
    return Problem(
        "due_on",
        _("It is already extended until %(day)s; choose a later day.")
        % {"day": format_day(known.due_on)},
    )


# --- what moves --------------------------------------------------------------------------------


def _running(wish: Wish, *, lock: bool = False) -> list[Case]:
    """The cases (locked, if they are to move) whose present deadline comes from this stage."""
    stage = wish.stage
    states = [state for state, kind in STAGE_OF.items() if kind == stage.kind]
    cases: QuerySet[Case] = Case.objects.all()
    if lock:
        cases = cases.select_for_update(of=("self",), no_key=True)
    cases = (
        cases.select_related("agency", "unit")
        .filter(cycle_id=stage.cycle_id, state__in=states, due_basis__stage=stage.pk)
        .order_by("pk")
    )
    if stage.kind == StageKind.CHECKIN:
        cases = cases.filter(round=stage.number)
    if wish.person is not None:
        cases = cases.filter(person=wish.person)
    if wish.unit is not None:
        cases = cases.filter(unit__path__startswith=wish.unit.path)
    return list(cases)


def _prolong(case: Case, due_on: date, extension_id: int | None = None) -> bool:
    """Put the extension into the case's basis; True when its due moved."""
    basis = dict(case.due_basis)
    basis["extended_to"] = max(basis.get("extended_to") or "", due_on.isoformat())
    if extension_id is not None:
        basis["extensions"] = [*basis.get("extensions", []), extension_id]
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
