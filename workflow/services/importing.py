"""What follows an import in running appraisals: items pass to whoever sits above now.

Who moved to another post is followed by the sweep (`staff_changes.follow_postings`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cycles.enums import JobKind
from cycles.models import ImportRun
from cycles.services import imports, jobs
from cycles.services.jobs import Handler, Progress


def followed(verb: Callable[[ImportRun, Progress], dict[str, Any]]) -> Handler:
    """The job of applying or undoing; then what waits below changed seats is passed on."""

    def work(progress: Progress) -> dict[str, Any]:
        result: dict[str, Any] = imports.job(verb)(progress)
        if agency := progress.job.agency:
            jobs.ask(JobKind.SEATS, author=progress.author, agency=agency,
                     params={"agency": agency.pk})  # fmt: skip
        return result

    return work
