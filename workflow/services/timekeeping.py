"""Who reads an agency's dates and who changes them take turns.

Calendar, pauses and extensions reach a due date twice: when a move makes it, and when the change
itself moves the dues that run. A move that read them before the change commits, and commits after
it looked for running dues, would be missed by both. So whoever makes dues shares a lock of the
agency, and whoever changes dates takes it alone: always before any row, so that no circle of
waiting can form. The locks end with the transaction and cost no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

LOCK = 7_302


def share_time(case_ids: Iterable[int]) -> None:
    """Let nobody change the dates of these cases' agencies until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, a.agency_id::int) FROM ("
            "SELECT DISTINCT agency_id FROM workflow_case WHERE id = ANY(%s) ORDER BY 1) a",
            [LOCK, list(case_ids)],
        )


def share_time_of(agency_id: int) -> None:
    """The same before a case exists: for whoever opens one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, agency_id])


@contextmanager
def time_shared_of(agency_id: int) -> Iterator[None]:
    """The same over several transactions: an opening reads the dates once for all its batches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK, agency_id])
    try:
        yield
    finally:
        # A broken transaction or connection gives the lock back by itself, when it ends.
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s, %s)", [LOCK, agency_id])


def change_time(agency_ids: Iterable[int]) -> None:
    """Change the dates of these agencies alone, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, a) FROM unnest(%s::int[]) AS a",
            [LOCK, sorted(agency_ids)],
        )
