"""Applying a checked file: all of it or nothing, one transaction, whole sets at a time.

A worker that is killed leaves nothing behind, and the job begins again; one that is killed after
its commit finds the run applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cycles import clock
from cycles.enums import ImportState, RowOutcome
from cycles.exceptions import Refused, Stale, WrongState
from cycles.models import Agency, ImportRun, User
from cycles.services.imports import writing
from cycles.services.imports.agencies import write_agencies
from cycles.services.imports.checking import is_clean
from cycles.services.imports.fingerprint import fingerprint
from cycles.services.imports.receiving import lock_run
from cycles.services.imports.staging import staged
from cycles.services.imports.telling import Teller
from cycles.services.superiors import NewSuperior, derive

_MAY_APPLY: Final = frozenset({ImportState.CHECKED, ImportState.APPLYING})
# How far the work is after each group of statements, in hundredths.
_STEPS: Final = (5, 10, 25, 45, 55, 70, 99)


class Works(Protocol):
    """A job while it is worked off (`cycles.services.jobs.Progress`)."""

    @property
    def author(self) -> User: ...

    def say(self, done: int, total: int) -> None: ...


def apply(run: ImportRun, progress: Works) -> dict[str, Any]:
    """Write a checked run into the records. Returns its counts and how many entries tell of it.

    Raises Refused while a row is faulty, Stale when the records changed since the dry run (check
    the file again), WrongState for a file that was never checked or was thrown away.
    """
    ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKED).update(
        state=ImportState.APPLYING
    )
    try:
        with transaction.atomic():
            result = _apply(run, progress, clock.now())
    except Exception:
        ImportRun.objects.filter(pk=run.pk, state=ImportState.APPLYING).update(
            state=ImportState.CHECKED
        )
        raise
    run.refresh_from_db()
    return result


def why_not_applied(run: ImportRun) -> str:
    """The sentence that stands against applying; "" for none. No query."""
    if run.state == ImportState.READING:
        return _("This file has not been checked yet.")
    if run.state not in _MAY_APPLY:
        return _("This file was applied or thrown away already.")
    if run.problems:
        return _("Something is wrong with the file as a whole; mend it and bring it again.")
    if not is_clean(run):
        return _("Some rows are faulty. A file is applied wholly or not at all: mend them first.")
    return ""


def take_turns(agency_id: int | None) -> Agency | None:
    """Whoever else rearranges this agency, or the list of agencies, waits."""
    if agency_id is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cycles_agencies'))")
        return None
    return Agency.objects.select_for_update(no_key=True).get(pk=agency_id)


def _apply(run: ImportRun, progress: Works, now: datetime) -> dict[str, Any]:
    agency = take_turns(run.agency_id)
    locked = lock_run(run)
    if locked.state == ImportState.APPLIED:
        return {"counts": locked.counts}
    if sentence := why_not_applied(locked):
        raise (Refused if locked.state in _MAY_APPLY else WrongState)(sentence)
    total = _rows(locked)
    teller = Teller(locked, progress.author, now, "import")
    steps = iter(_STEPS)

    def step() -> None:
        progress.say(total * next(steps) // 100, total)

    if agency is None:
        _demand_same(locked)
        write_agencies(locked.pk)
        new_superiors: list[NewSuperior] = []
    else:
        new_superiors = _write(locked, agency, step)
    written = teller.rows()
    teller.superiors(new_superiors)
    teller.run_itself("apply_import", counts=locked.counts)
    locked.state, locked.applied_at = ImportState.APPLIED, now
    locked.undo = {"superiors": [[new.post_id, new.before, new.after] for new in new_superiors]}
    locked.save(update_fields=["state", "applied_at", "undo"])
    progress.say(total, total)
    return {"counts": locked.counts, "entries": written + len(new_superiors) + 1}


def _write(run: ImportRun, agency: Agency, step: Any) -> list[NewSuperior]:
    """Returns the seats above posts that changed beyond the rows themselves."""
    outcomes = run.counts
    with staged(run.pk):
        _run(writing.LOCKS, agency)
        _demand_same(run)
        step()
        if "unit" in outcomes:
            _run((*writing.UNITS, writing.PATHS), agency)
        step()
        if "post" in outcomes:
            _run(writing.POSTS, agency)
        changed = derive(agency) if {"unit", "post"} & outcomes.keys() else []
        step()
        if "person" in outcomes:
            _run((*writing.PEOPLE, *writing.NUMBERS), agency)
            step()
            _run(writing.ACCOUNTS, agency)
            step()
            _run(writing.POSTINGS, agency)
            step()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM import_post WHERE is_new")
            added = {row[0] for row in cursor.fetchall()} if changed else set()
    return [new for new in changed if new.post_id not in added]


def _demand_same(run: ImportRun) -> None:
    if fingerprint(run.agency_id) != run.fingerprint:
        raise Stale(_(
            "The records changed since this file was checked. Check it again, then apply it."
        ))  # fmt: skip


def _run(statements: Iterable[str], agency: Agency) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            # Without parameters where a statement names none: psycopg reads % in it else.
            named = "%(agency)s" in statement
            cursor.execute(statement, {"agency": agency.pk} if named else None)


def _rows(run: ImportRun) -> int:
    return sum(
        number
        for outcomes in run.counts.values()
        for outcome, number in outcomes.items()
        if outcome != RowOutcome.SAME
    )
