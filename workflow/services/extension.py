"""More time for a stage: an act with an author and a reason; the dues it moves move with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import format_day, local_date
from cycles.documents import TEXT, text
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Incomplete, NotAllowed, Problem
from cycles.models import Extension, Person, Stage, Unit
from cycles.queries.calendars import grounds_of
from workflow.permissions import Actor
from workflow.services.dues import STAGE_OF
from workflow.services.recompute import Cause, Recount, Scope
from workflow.services.recompute_preview import Preview, preview_of
from workflow.services.timekeeping import change_time


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


def preview(wish: Wish, *, actor: Actor, now: datetime | None = None) -> Preview:
    """What `extend_stage` would move, without doing it. Raises as `extend_stage` does."""
    instant = now or clock.now()
    problems = _problems(wish, instant)
    if known := _furthest(wish):
        problems.append(_already(known))
    _check(wish, actor, problems)
    return preview_of(_recount(wish, 0), instant)


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
        # Two extensions of one stage take turns: the second sees the first. Moves wait as well, so
        # that whoever enters the stage just now is met either by the move or by this act.
        change_time([cycle.agency_id])
        Stage.objects.select_for_update(of=("self",), no_key=True).get(pk=stage.pk)
        if known := _furthest(wish):
            is_same = (known.due_on, known.reason, known.author_id) == (
                due_on, why, actor.person_id,
            )  # fmt: skip
            if is_same:
                return Extended(known, 0, is_repeat=True)
            raise Incomplete([_already(known)])
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
        cause = Cause(instant, actor.person_id, why, {"extension": extension.pk})
        return Extended(extension, _recount(wish, extension.pk).apply(cause))


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


def _recount(wish: Wish, extension_id: int) -> Recount:
    """The cases whose present deadline comes from this stage, counted with the new day."""
    stage, agency = wish.stage, wish.stage.cycle.agency
    units = Unit.objects.filter(agency=agency)
    if wish.unit is not None:
        units = units.filter(path__startswith=wish.unit.path)
    where = [
        "c.cycle_id = %(cycle)s",
        "c.state = ANY(%(states)s)",
        "(c.due_basis ->> 'stage')::bigint = ANY(%(stages)s)",
    ]
    params: dict[str, Any] = {
        "cycle": stage.cycle_id,
        "states": [state for state, kind in STAGE_OF.items() if kind == stage.kind],
        # A unit may have dates of its own for this stage.
        "stages": list(
            Stage.objects.filter(
                cycle=stage.cycle_id, kind=stage.kind, number=stage.number
            ).values_list("pk", flat=True)
        ),
    }
    if stage.kind == StageKind.CHECKIN:
        where.append("c.round = %(round)s")
        params["round"] = stage.number
    if wish.person is not None:
        where.append("c.person_id = %(person)s")
        params["person"] = wish.person.pk
    scope = Scope(units, " AND ".join(where), params)
    return Recount(scope, grounds_of([agency]), (extension_id, wish.due_on))
