"""Importing an agency beside a bare COPY of the same rows, in the same run.

The floor: twins of the tables that applying writes, with all indexes and foreign keys of the
originals; a COPY a table of the very rows, one commit. Reading and the dry run stand beside. The
import runs as in a worker, in a process of its own whose memory is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.stage import Owner, stage

BAR, MOST_SECONDS, MOST_MEGABYTES = 6.0, 60.0, 500.0
TABLES = (
    "cycles_unit", "cycles_post", "cycles_person", "cycles_personkey", "cycles_identitynumber",
    "cycles_user", "cycles_posting", "cycles_ledgerhead", "cycles_ledgerentry",
)  # fmt: skip
_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname
"""
_COUNTED = "SELECT count(*) FROM {table}"


class Teller:
    """Where a worker says how far it is; the author of the import."""

    def __init__(self, author: Any) -> None:
        self.author = author

    def say(self, done: int, total: int) -> None:
        pass


def work(path: Path) -> None:
    """Bring a file in as a worker does; print the seconds of each step and the peak memory."""
    import django

    django.setup()
    from django.core.files import File
    from django.core.files.uploadedfile import UploadedFile

    from cycles import clock
    from cycles.models import Agency, User
    from cycles.services import imports
    from cycles.services.imports.reading import opened

    agency = Agency.objects.get()
    author = User.objects.get(username="bench")
    teller = Teller(author)
    found: dict[str, Any] = {"idle": peak()}

    def timed(name: str, act: Any) -> Any:
        start = time.perf_counter()
        result = act()
        found[name] = time.perf_counter() - start
        found[f"{name} peak"] = peak()
        return result

    with path.open("rb") as stream:
        upload = UploadedFile(File(stream), path.name, size=path.stat().st_size)
        run = timed("receiving", lambda: imports.receive(
            agency, upload, author=author, as_of=clock.now().date(), is_complete=True,
            now=clock.now()))  # fmt: skip

    def read() -> int:
        with opened(run) as book:
            return sum(1 for table in book.tables for _row in table.rows)

    found["rows"] = timed("reading", read)
    timed("dry run", lambda: imports.check(run, teller))
    assert imports.is_clean(run), (run.problems, run.counts)
    timed("applying", lambda: imports.apply(run, teller))
    found["counts"] = run.counts
    print(json.dumps(found))


def work_again(path: Path) -> None:
    """The same file once more, which changes nothing; then take the import back."""
    import django

    django.setup()
    from django.core.files import File
    from django.core.files.uploadedfile import UploadedFile

    from cycles import clock
    from cycles.models import Agency, ImportRun, User
    from cycles.services import imports

    agency, author = Agency.objects.get(), User.objects.get(username="bench")
    found: dict[str, Any] = {}
    with path.open("rb") as stream:
        again = imports.receive(
            agency, UploadedFile(File(stream), path.name, size=path.stat().st_size),
            author=author, as_of=clock.now().date(), is_complete=True, now=clock.now(),
        )  # fmt: skip
    start = time.perf_counter()
    imports.check(again, Teller(author))
    found["again"], found["again peak"] = time.perf_counter() - start, peak()
    assert all(set(kinds) == {"same"} for kinds in again.counts.values()), again.counts
    start = time.perf_counter()
    imports.undo(ImportRun.objects.get(state="applied"), Teller(author))
    found["undoing"] = time.perf_counter() - start
    print(json.dumps(found))


def peak() -> float:
    """Megabytes that this process has held at most."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def twins(owner: Owner) -> None:
    for table in TABLES:
        owner.execute(f"DROP TABLE IF EXISTS floor_{table}")
        owner.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        for name, definition in owner.execute(_KEYS, [table]).fetchall():
            owner.execute(f'ALTER TABLE floor_{table} ADD CONSTRAINT "floor_{name}" {definition}')


def bare(owner: Owner, folder: Path) -> tuple[float, int]:
    """Seconds of a bare COPY of all rows the import wrote, and how many those are."""
    rows = 0
    for table in TABLES:
        with (
            (folder / table).open("wb") as file,
            owner.cursor().copy(f"COPY {table} TO STDOUT") as copy,
        ):
            for block in copy:
                file.write(block)
        rows += owner.execute(_COUNTED.format(table=table)).fetchone()[0]
    twins(owner)
    start = time.perf_counter()
    with owner.transaction():
        for table in TABLES:
            with (
                (folder / table).open("rb") as file,
                owner.cursor().copy(f"COPY floor_{table} FROM STDIN") as copy,
            ):
                while block := file.read(1 << 16):
                    copy.write(block)
    seconds = time.perf_counter() - start
    # They refer to the originals, which the undoing takes out.
    for table in TABLES:
        owner.execute(f"DROP TABLE floor_{table}")
    return seconds, rows


def in_a_process(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.importing", *arguments],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(owner: Owner, people: int, folder: Path) -> dict[str, Any]:
    from django.core.management import call_command

    from cycles.models import Agency, User

    path = folder / "agency.xlsx"
    call_command("example_agency", str(path), people=people, seed=people, stdout=sys.stderr)
    Agency.objects.create(
        code="bench", name="Pemerintah", short_name="Pemerintah", zone="Asia/Jakarta"
    )
    User.objects.create(username="bench")
    owner.execute("VACUUM ANALYZE")
    found = in_a_process("--work", str(path))
    found["floor"], found["written"] = bare(owner, folder)
    # What autovacuum does within a minute.
    owner.execute("VACUUM ANALYZE")
    found |= in_a_process("--again", str(path))
    return found


def report(m: dict[str, Any], people: int) -> None:
    ratio = m["applying"] / m["floor"]
    total = m["receiving"] + m["dry run"] + m["applying"]
    most = m["applying peak"]
    print(f"\nImporting {people} people with their posts: {m['rows']} rows of an XLSX file")
    print(f"  receiving            {m['receiving']:6.1f} s")
    print(
        f"  reading alone        {m['reading']:6.1f} s   ({m['rows'] / m['reading']:,.0f} rows/s)"
    )
    print(
        f"  dry run with reading {m['dry run']:6.1f} s   ({m['rows'] / m['dry run']:,.0f} rows/s)"
    )
    print(
        f"  applying             {m['applying']:6.1f} s   {m['written']} rows, {len(TABLES)} tables"
    )
    print(f"  bare COPY of these   {m['floor']:6.1f} s   ratio {ratio:.2f}  bar {BAR:g}: "
          f"{verdict(ratio <= BAR)}")  # fmt: skip
    print(f"  all together         {total:6.1f} s   bar {MOST_SECONDS:g} s: "
          f"{verdict(total <= MOST_SECONDS)}")  # fmt: skip
    print(f"  memory at most       {most:6.0f} MB  bar {MOST_MEGABYTES:g} MB: "
          f"{verdict(most <= MOST_MEGABYTES)}   ({m['idle']:.0f} MB before)")  # fmt: skip
    print(f"  the same file again  {m['again']:6.1f} s   nothing changes"
          f"   (memory {m['again peak']:.0f} MB)")  # fmt: skip
    print(f"  undoing it           {m['undoing']:6.1f} s")


def verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.importing", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--again", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.work)
    elif chosen.again:
        work_again(chosen.again)
    else:
        with tempfile.TemporaryDirectory() as folder, stage() as owner:
            import os

            os.environ["MEDIA_ROOT"] = folder
            report(measure(owner, chosen.people, Path(folder)), chosen.people)
    return 0


if __name__ == "__main__":
    sys.exit(main())
