"""Closing a cycle: only once every appraisal has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles import clock, ledger
from cycles.enums import CycleStatus, JobKind
from cycles.exceptions import Refused
from cycles.models import Cycle, Job, User
from cycles.services import jobs
from cycles.services.jobs import Progress
from workflow.enums import ENDED, State
from workflow.models import Case
from workflow.permissions import Actor
from workflow.services.opening.asking import actor_at_work, demand_hr

# Locked in the database, however many they are; none of them is fetched.
_HOLD_EXCLUDED = """
SELECT count(*) FROM (
    SELECT 1 FROM workflow_case WHERE cycle_id = %s AND state = %s ORDER BY id FOR NO KEY UPDATE
) held
"""


class StillOpen(Refused):
    """Appraisals that have not ended; `number` says how many."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "The cycle cannot be closed: %(n)d appraisal is still open.",
                "The cycle cannot be closed: %(n)d appraisals are still open.",
                number,
            )
            % {"n": number}
        )
        self.number = number


@dataclass(frozen=True)
class ClosedCycle:
    """The cycle, and how many appraisals ended which way."""

    cycle: Cycle
    closed: int
    excluded: int


def close_cycle(cycle: Cycle, *, actor: Actor, now: datetime | None = None) -> ClosedCycle:
    """Close a cycle for good; what only moving needed goes when it is archived.

    Raises NotAllowed for anybody but the agency's HR, StillOpen while an appraisal is open,
    Refused when the cycle does not run.
    """
    instant = now or clock.now()
    with transaction.atomic():
        running = _demand(cycle, actor)
        cases = Case.objects.filter(cycle=cycle)
        closed = cases.filter(state=State.CLOSED).count()
        excluded = cases.filter(state=State.EXCLUDED).count()
        running.status, running.closed_at = CycleStatus.CLOSED, instant
        running.save(update_fields=["status", "closed_at"])
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}",
                    action="close",
                    at=instant,
                    agency_id=cycle.agency_id,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    from_state=CycleStatus.OPEN,
                    to_state=CycleStatus.CLOSED,
                    data={"closed": closed, "excluded": excluded},
                )
            ]
        )
        return ClosedCycle(running, closed, excluded)


def ask_closing(cycle: Cycle, *, author: User, actor: Actor) -> Job:
    """Ask for the closing; what keeps a cycle from closing is refused at once, as in the work."""
    with transaction.atomic():
        _demand(cycle, actor)
        return jobs.ask(JobKind.CLOSING, author=author, agency=cycle.agency, cycle=cycle)


def work_closing(progress: Progress) -> dict[str, Any]:
    """The handler of a closing: one transaction; a cycle that it has closed already is done."""
    now = clock.now()
    cycle, actor = actor_at_work(progress, now)
    if cycle.status == CycleStatus.CLOSED and progress.job.tries > 1:
        return {}
    done = close_cycle(cycle, actor=actor, now=now)
    return {"closed": done.closed, "excluded": done.excluded}


def _demand(cycle: Cycle, actor: Actor) -> Cycle:
    """The locked cycle. Raises NotAllowed, StillOpen or Refused."""
    demand_hr(cycle, actor, _("Only HR of this agency closes its cycle."))
    with connection.cursor() as cursor:
        # Cases first, as everywhere: whoever takes somebody back into the cycle just now is
        # waited for, and whoever comes later finds it closed.
        cursor.execute(_HOLD_EXCLUDED, [cycle.pk, State.EXCLUDED.value])
    running = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
    if running.status != CycleStatus.OPEN:
        raise Refused(
            _("This cycle is closed.")
            if running.status == CycleStatus.CLOSED
            else _("This cycle has not been opened yet.")
        )
    if still_open := Case.objects.filter(cycle=cycle).exclude(state__in=ENDED).count():
        raise StillOpen(still_open)
    return running
