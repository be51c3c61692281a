"""Bringing an agency's units, posts and people in from a spreadsheet.

receive → check (a job: the dry run, row by row) → apply (a job: all or nothing) → undo (a job,
while nothing was built on it); discard instead of apply. The rows of a run (`ImportRow`) say per
row what it means (`outcome`), what changes (`changes`: {column: [old, new]}, numbers of people
masked) and what is wrong (`problems`: [{"column", "sentence"}]); `run.problems` are sentences on
the file that bar applying, `run.notes` such that do not. Columns: `cycles.sheets`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cycles.models import ImportRun
from cycles.services.imports.applying import apply, why_not_applied
from cycles.services.imports.checking import check, is_clean
from cycles.services.imports.dryrun import MISSING
from cycles.services.imports.paper import faulty_rows_xlsx, template_xlsx
from cycles.services.imports.present import present_xlsx
from cycles.services.imports.receiving import ACCEPT, MOST_MEGABYTES, discard, receive
from cycles.services.imports.undoing import undo, why_not_undone
from cycles.services.jobs import Progress


def job(verb: Callable[[ImportRun, Progress], dict[str, Any]]) -> Callable[[Progress], Any]:
    """A job's handler: the verb on the run that the job's params name ({"run": pk})."""

    def work(progress: Progress) -> dict[str, Any]:
        run = ImportRun.objects.select_related("agency", "author").get(pk=progress.params["run"])
        return verb(run, progress)

    return work


__all__ = [
    "ACCEPT",
    "MISSING",
    "MOST_MEGABYTES",
    "apply",
    "check",
    "discard",
    "faulty_rows_xlsx",
    "is_clean",
    "job",
    "present_xlsx",
    "receive",
    "template_xlsx",
    "undo",
    "why_not_applied",
    "why_not_undone",
]
