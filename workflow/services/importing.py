"""What follows an import in running appraisals: items pass to whoever sits above now."""

from __future__ import annotations

from typing import Any

from cycles.enums import JobKind
from cycles.services import imports, jobs
from cycles.services.jobs import Progress


def apply(progress: Progress) -> dict[str, Any]:
    """Apply the file, then ask for the items that wait above changed seats to be passed on.

    Who moved to another post is followed by the sweep (`staff_changes.follow_postings`).
    """
    result: dict[str, Any] = imports.job(imports.apply)(progress)
    if agency := progress.job.agency:
        jobs.ask(JobKind.SEATS, author=progress.author, agency=agency,
                 params={"agency": agency.pk})  # fmt: skip
    return result
