"""Opening a cycle: appraisals and cases for everyone who belongs, set-based and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import local_date
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Refused
from cycles.models import Cycle, Job
from cycles.queries.calendars import calendar_for
from cycles.queries.lineup import lineup
from cycles.queries.stages import timetable
from workflow.permissions import SYSTEM, Actor
from workflow.queries.opening import sentence
from workflow.services.move import Surroundings
from workflow.services.opening.line import Line
from workflow.services.opening.starts import Starts
from workflow.services.timekeeping import time_shared_of

# People written in one transaction: few enough that nobody waits long for the cycle's row.
BATCH = 20_000


@dataclass
class Opened:
    """How many appraisals were created, who was left out, and by person why one failed."""

    created: int = 0
    excluded: int = 0
    failed: dict[int, str] = field(default_factory=dict)


def open_cycle(
    cycle: Cycle,
    *,
    actor: Actor = SYSTEM,
    person_ids: Sequence[int] | None = None,
    now: datetime | None = None,
    job: Job | None = None,
    say: Callable[[int, int], None] | None = None,
    batch_size: int = BATCH,
) -> Opened:
    """Open the cycle for everyone in a posting (or only `person_ids`); late joiners likewise.

    Doing it again creates nothing twice. A batch is all or nothing, so a killed run is taken up
    by the next one. What became of each person stands in OpeningResult; `say` hears how far it
    is. Raises Refused for a closed cycle or one without its stages.
    """
    instant = now or clock.now()
    if cycle.status == CycleStatus.CLOSED:
        raise Refused(_("This cycle is closed."))
    done = Opened()
    with time_shared_of(cycle.agency_id):
        around = Surroundings(cycle)
        _demand_stages(around)
        today = local_date(calendar_for(cycle.agency), instant)
        who = lineup(cycle, today)
        line = Line(cycle, actor, instant, Starts(around, instant), job)
        with line.up(who.of(person_ids) if person_ids is not None else who) as total:
            for first in range(1, total + 1, batch_size) or [1]:
                last = min(first + batch_size - 1, total)
                with transaction.atomic():
                    was_draft = _hold(cycle, actor, instant)
                    created, excluded, failed = line.write(first, last)
                if was_draft:
                    cycle.status, cycle.opened_at = CycleStatus.OPEN, instant
                done.created += created
                done.excluded += excluded
                done.failed |= {person: sentence(reason) for person, reason in failed}
                if say is not None:
                    say(last, total)
    if done.created:
        _tell(cycle, "admit", actor, instant, data={"created": done.created,
              "excluded": done.excluded, "failed": len(done.failed)})  # fmt: skip
    return done


def _demand_stages(around: Surroundings) -> None:
    dates = timetable(around.cycle, person_id=0, unit_path="", stages=around.stages, extensions=[])
    try:
        for kind in (StageKind.PLANNING, StageKind.SELF_ASSESSMENT, StageKind.REVIEW,
                     StageKind.FINAL):  # fmt: skip
            dates.stage(kind)
    except LookupError:
        raise Refused(_("The cycle lacks the dates of a stage.")) from None


def _hold(cycle: Cycle, actor: Actor, now: datetime) -> bool:
    """Lock the cycle, so that two openings take turns; open a draft. True if it was one.

    Raises Refused for one that was closed meanwhile.
    """
    held = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
    if held.status == CycleStatus.CLOSED:
        raise Refused(_("This cycle is closed."))
    if held.status != CycleStatus.DRAFT:
        return False
    held.status, held.opened_at = CycleStatus.OPEN, now
    held.save(update_fields=["status", "opened_at"])
    _tell(cycle, "open", actor, now, from_state=CycleStatus.DRAFT, to_state=CycleStatus.OPEN,
          reason=held.opened_despite)  # fmt: skip
    return True


def _tell(cycle: Cycle, action: str, actor: Actor, now: datetime, **more: Any) -> None:
    """Write into the cycle's own stream."""
    with transaction.atomic():
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}",
                    action=action,
                    at=now,
                    agency_id=cycle.agency_id,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    **more,
                )
            ]
        )
