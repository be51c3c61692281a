"""Bringing an agency's units, posts and people in from a spreadsheet.

receive → check (a job: the dry run, row by row) → apply (a job: all or nothing) → undo (a job,
while nothing was built on it); discard instead of apply. The rows of a run (`ImportRow`) say per
row what it means (`outcome`), what changes (`changes`: {column: [old, new]}, numbers of people
masked) and what is wrong (`problems`: [{"column", "sentence"}]); `run.problems` are sentences on
the file that bar applying, `run.notes` such that do not. Columns: `cycles.sheets`.
"""

from cycles.services.imports.paper import faulty_rows_xlsx, template_xlsx
from cycles.services.imports.receiving import ACCEPT, MOST_MEGABYTES, discard, receive

__all__ = [
    "ACCEPT",
    "MOST_MEGABYTES",
    "discard",
    "faulty_rows_xlsx",
    "receive",
    "template_xlsx",
]
