"""Which service works which kind of job off."""

from __future__ import annotations

from cycles.enums import JobKind
from cycles.models import Job
from cycles.services import imports, jobs
from cycles.services.jobs import Handler
from workflow.services import calendar_jobs, cycle_changes, importing
from workflow.services.archiving import work_archiving
from workflow.services.closing import work_closing
from workflow.services.inviting import invite
from workflow.services.opening.asking import work_opening, work_rehearsal
from workflow.services.reseating import pass_on_all

# One line a kind, in the order of `JobKind`.
HANDLERS: dict[str, Handler] = {
    JobKind.IMPORT_CHECK: imports.job(imports.check),
    JobKind.IMPORT_APPLY: importing.followed(imports.apply),
    JobKind.IMPORT_UNDO: importing.followed(imports.undo),
    JobKind.REHEARSAL: work_rehearsal,
    JobKind.OPENING: work_opening,
    JobKind.CLOSING: work_closing,
    JobKind.ARCHIVING: work_archiving,
    JobKind.CYCLE_CHANGE: cycle_changes.work,
    JobKind.CALENDAR: calendar_jobs.work,
    JobKind.INVITING: invite,
    JobKind.SEATS: pass_on_all,
}


def work_off(job_id: int) -> Job | None:
    """Work one job off unless somebody else does; return it, or None."""
    return jobs.run(job_id, HANDLERS)


__all__ = ["HANDLERS", "JobKind", "work_off"]
