"""Closing a cycle: only once every appraisal has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from viewflow.workflow.models import Process, Task

from cycles import clock, ledger
from cycles.enums import CycleStatus
from cycles.exceptions import NotAllowed, Refused
from cycles.models import Cycle
from workflow.enums import ENDED, State
from workflow.models import ApprovalProcess, Case, ObjectionProcess
from workflow.permissions import Actor


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
    """Close a cycle for good and purge the engine's rows; ledger and documents keep the story.

    Raises NotAllowed for anybody but the agency's HR, StillOpen while an appraisal is open,
    Refused when the cycle does not run.
    """
    instant = now or clock.now()
    if actor.person_id is None or cycle.agency_id not in actor.hr_agencies:
        raise NotAllowed(_("Only HR of this agency closes its cycle."))
    with transaction.atomic():
        # Cases first, as everywhere: whoever takes somebody back into the cycle just now is
        # waited for, and whoever comes later finds it closed.
        list(
            Case.objects.select_for_update(of=("self",), no_key=True)
            .filter(cycle=cycle, state=State.EXCLUDED)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        running = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        if running.status != CycleStatus.OPEN:
            raise Refused(
                _("This cycle is closed.")
                if running.status == CycleStatus.CLOSED
                else _("This cycle has not been opened yet.")
            )
        cases = Case.objects.filter(cycle=cycle)
        if still_open := cases.exclude(state__in=ENDED).count():
            raise StillOpen(still_open)
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
        _purge_processes(cycle.pk)
        return ClosedCycle(running, closed, excluded)


def _purge_processes(cycle_id: int) -> None:
    """Delete the engine's processes and tasks of a cycle, set-based.

    Foreign keys are checked at the end of the transaction, so a child may go before its parent.
    """
    name = connection.ops.quote_name
    task, process = name(Task._meta.db_table), name(Process._meta.db_table)
    links, case = name(Task.previous.through._meta.db_table), name(Case._meta.db_table)
    with connection.cursor() as cursor:
        for child in (ApprovalProcess, ObjectionProcess):
            table = name(child._meta.db_table)
            of_cycle = f"{case} c WHERE c.id = p.case_id AND c.cycle_id = %s"
            statements = (
                f"""DELETE FROM {links} l USING {task} t, {table} p, {of_cycle}
                    AND t.process_id = p.process_ptr_id AND t.id IN (l.from_task_id, l.to_task_id)
                """,  # noqa: S608 - only table names of our own models go in
                f"""DELETE FROM {task} t USING {table} p, {of_cycle}
                    AND t.process_id = p.process_ptr_id""",  # noqa: S608
                f"""WITH gone AS (
                        DELETE FROM {table} p USING {of_cycle} RETURNING p.process_ptr_id
                    ) DELETE FROM {process} WHERE id IN (SELECT process_ptr_id FROM gone)
                """,  # noqa: S608
            )
            for statement in statements:
                cursor.execute(statement, [cycle_id])
