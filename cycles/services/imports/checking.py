"""The dry run: reads the whole file, writes down what each row means, changes no record."""

from __future__ import annotations

from typing import Any, Final, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cycles.enums import ImportState, RowOutcome
from cycles.exceptions import WrongState
from cycles.models import ImportRun
from cycles.services.imports.agencies import check_agencies
from cycles.services.imports.dryrun import DryRun
from cycles.services.imports.fingerprint import fingerprint
from cycles.services.imports.people import People
from cycles.services.imports.posts import Posts
from cycles.services.imports.reading import Book, Unreadable, opened
from cycles.services.imports.receiving import lock_run
from cycles.services.imports.units import Units

_MAY_CHECK: Final = frozenset({ImportState.READING, ImportState.CHECKED, ImportState.FAILED})


class Says(Protocol):
    """Where counts go while the work is going on (`cycles.services.jobs.Progress`)."""

    def say(self, done: int, total: int) -> None: ...


def check(run: ImportRun, progress: Says) -> dict[str, Any]:
    """Read the file and write its rows, each with its outcome, changes and problems.

    Repeatable: an earlier dry run of the same file is replaced. One transaction. A file that
    cannot be read is FAILED, with the sentence in `problems`. Raises WrongState once it was
    applied or thrown away. Returns the counts.
    """
    with transaction.atomic():
        locked = lock_run(run)
        if locked.state not in _MAY_CHECK:
            raise WrongState(_("This file was applied or thrown away; it is checked no more."))
        _forget(locked)
        # Taken first: whatever changes from here on makes the dry run void.
        locked.fingerprint = fingerprint(locked.agency_id)
        try:
            with transaction.atomic():
                _read(locked, progress)
            locked.state = ImportState.CHECKED
        except Unreadable as sentence:
            locked.state, locked.counts = ImportState.FAILED, {}
            locked.problems, locked.notes = [str(sentence)], []
        locked.save(update_fields=["state", "counts", "problems", "notes", "fingerprint"])
    for name in ("state", "counts", "problems", "notes", "fingerprint"):
        setattr(run, name, getattr(locked, name))
    return {"counts": run.counts}


def _forget(run: ImportRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cycles_importrow WHERE run_id = %s", [run.pk])


def _read(run: ImportRun, progress: Says) -> None:
    dry = DryRun(run, progress.say)
    with opened(run) as book:
        if run.agency_id is None:
            for table in book.tables:
                check_agencies(table, dry)
        else:
            _read_agency(run.agency_id, book, dry)
    run.counts = dry.finish()
    run.problems, run.notes = book.problems, book.notes
    if not run.problems and not run.counts:
        run.problems = [_("There is no row below the headings.")]


def _read_agency(agency_id: int, book: Book, dry: DryRun) -> None:
    units = Units(agency_id)
    posts = Posts(agency_id, units)
    people = People(dry, posts)
    kinds = set()
    for table in book.tables:
        kinds.add(table.sheet.kind)
        if table.sheet.kind == "unit":
            units.check(table, dry)
        elif table.sheet.kind == "post":
            posts.check(table, dry)
        else:
            people.check(table)
    posts.finish(dry)
    if dry.run.is_complete and "person" not in kinds:
        book.problems.append(_(
            "The file is said to be complete but has no sheet “pegawai”: everybody would be gone. "
            "Bring it as one that is not complete."
        ))  # fmt: skip
        return
    people.finish()
    dry.flush()
    people.fault_shared_mails()


def is_clean(run: ImportRun) -> bool:
    """Whether nothing bars applying: no faulty row, nothing wrong with the file."""
    return not run.problems and not any(
        outcomes.get(RowOutcome.FAULTY) for outcomes in run.counts.values()
    )
