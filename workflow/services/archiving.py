"""Archiving a closed cycle: what only moving needed goes, the story and its proof stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from viewflow.workflow.models import Process, Task

from cycles import clock, ledger
from cycles.enums import CycleStatus, JobKind
from cycles.exceptions import Refused
from cycles.models import Cycle, Finding, Job, User
from cycles.services import jobs
from cycles.services.jobs import Progress
from workflow.models import ApprovalProcess, ObjectionProcess
from workflow.permissions import Actor
from workflow.services.opening.asking import actor_at_work, demand_hr

# Processes deleted in one transaction: about a second's work.
BATCH = 5_000
Say = Callable[[int, int], None]


@dataclass(frozen=True)
class Archived:
    """What went: the engine's processes, unsent drafts, counter rows, findings of rehearsals."""

    processes: int = 0
    drafts: int = 0
    counters: int = 0
    findings: int = 0


def archive_cycle(
    cycle: Cycle, *, actor: Actor, now: datetime | None = None, say: Say | None = None
) -> Archived:
    """Archive a closed cycle; documents, versions, receipts and the ledger stay as they are.

    Batch by batch, each leaving out what has gone. Raises NotAllowed for anybody but the agency's
    HR, Refused unless the cycle is closed and not archived yet.
    """
    instant = now or clock.now()
    _demand(cycle, actor)
    total, gone = _processes(cycle.pk), 0
    while purged := _purge_some(cycle.pk):
        gone += purged
        if say is not None:
            say(min(gone, total), total)
    with transaction.atomic():
        running = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        if running.archived_at is not None:
            raise Refused(_("This cycle is archived already."))
        findings = Finding.objects.filter(rehearsal__cycle=cycle)
        number = findings.count()
        findings._raw_delete(using="default")
        done = Archived(gone, _empty_drafts(cycle.pk, instant), _fold(cycle.pk), number)
        running.archived_at = instant
        running.save(update_fields=["archived_at"])
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}",
                    action="archive",
                    at=instant,
                    agency_id=cycle.agency_id,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    data=asdict(done),
                )
            ]
        )
        return done


def ask_archiving(cycle: Cycle, *, author: User, actor: Actor) -> Job:
    """Ask for the archiving; refused at once for what the work would refuse."""
    _demand(cycle, actor)
    return jobs.ask(JobKind.ARCHIVING, author=author, agency=cycle.agency, cycle=cycle)


def work_archiving(progress: Progress) -> dict[str, Any]:
    """The handler of an archiving; one that has done it already and was killed then is done."""
    now = clock.now()
    cycle, actor = actor_at_work(progress, now)
    if cycle.archived_at is not None and progress.job.tries > 1:
        return {}
    return asdict(archive_cycle(cycle, actor=actor, now=now, say=progress.say))


def _demand(cycle: Cycle, actor: Actor) -> None:
    demand_hr(cycle, actor, _("Only HR of this agency archives its cycle."))
    now = Cycle.objects.only("status", "archived_at").get(pk=cycle.pk)
    if now.status != CycleStatus.CLOSED:
        raise Refused(_("Only a closed cycle can be archived."))
    if now.archived_at is not None:
        raise Refused(_("This cycle is archived already."))


# --- the engine's rows ---------------------------------------------------------------------------


def _tables() -> dict[str, str]:
    models = {"task": Task, "process": Process, "links": Task.previous.through,
              "approval": ApprovalProcess, "objection": ObjectionProcess}  # fmt: skip
    return {name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()}


_OF_CYCLE = """
SELECT process_ptr_id AS id FROM {approval} p JOIN workflow_case c ON c.id = p.case_id
WHERE c.cycle_id = %(cycle)s
UNION ALL
SELECT process_ptr_id FROM {objection} p JOIN workflow_case c ON c.id = p.case_id
WHERE c.cycle_id = %(cycle)s
"""
# Foreign keys are checked at the end of the transaction, so a child may go before its parent.
_DELETIONS = (
    """DELETE FROM {links} l USING {task} t
        WHERE t.process_id = ANY(%(ids)s) AND l.from_task_id = t.id""",
    """DELETE FROM {links} l USING {task} t
        WHERE t.process_id = ANY(%(ids)s) AND l.to_task_id = t.id""",
    "DELETE FROM {task} WHERE process_id = ANY(%(ids)s)",
    "DELETE FROM {approval} WHERE process_ptr_id = ANY(%(ids)s)",
    "DELETE FROM {objection} WHERE process_ptr_id = ANY(%(ids)s)",
    "DELETE FROM {process} WHERE id = ANY(%(ids)s)",
)


def _processes(cycle_id: int) -> int:
    with connection.cursor() as cursor:
        source = _OF_CYCLE.format(**_tables())
        cursor.execute(f"SELECT count(*) FROM ({source}) p", {"cycle": cycle_id})  # noqa: S608
        return int(cursor.fetchone()[0])


def _purge_some(cycle_id: int) -> int:
    """Delete a batch of the engine's processes and tasks; return how many processes went."""
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{_OF_CYCLE.format(**tables)} LIMIT %(most)s", {"cycle": cycle_id, "most": BATCH}
        )
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            for statement in _DELETIONS:
                cursor.execute(statement.format(**tables), {"ids": ids})
        return len(ids)


# --- drafts and counters -------------------------------------------------------------------------

# What was never handed in, and what was changed after the last handing in: thoughts, no acts.
_EMPTY_DRAFTS = """
UPDATE cycles_document d SET body = '{}', revision = d.revision + 1, saved_at = %(now)s
FROM cycles_appraisal a
WHERE a.id = d.appraisal_id AND a.cycle_id = %(cycle)s AND d.body <> '{}'
  AND NOT EXISTS (
      SELECT 1 FROM cycles_version v
      WHERE v.document_id = d.id AND v.number = d.latest AND v.submitted_at >= d.saved_at)
"""
_FOLD = """
WITH taken AS (
    DELETE FROM workflow_counterdelta WHERE cycle_id = %(cycle)s
    RETURNING unit_id, state, delta
), sums AS (
    SELECT unit_id, state, sum(delta)::int AS delta, count(*) AS rows
    FROM taken GROUP BY 1, 2 ORDER BY 1, 2
), folded AS (
    INSERT INTO workflow_countertotal AS t (cycle_id, unit_id, state, total)
    SELECT %(cycle)s, unit_id, state, delta FROM sums
    ON CONFLICT (cycle_id, unit_id, state) DO UPDATE SET total = t.total + excluded.total
)
SELECT coalesce(sum(rows), 0)::int FROM sums
"""


def _empty_drafts(cycle_id: int, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY_DRAFTS, {"cycle": cycle_id, "now": now})
        return int(cursor.rowcount)


def _fold(cycle_id: int) -> int:
    """Fold the cycle's counter deltas into its totals for good; return how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"cycle": cycle_id})
        return int(cursor.fetchone()[0])
