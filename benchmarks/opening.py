"""Opening a cycle beside a bare INSERT … SELECT of the same rows, in the same run.

The floor: twins of the tables of appraisals, segments, cases and (one row each) the ledger, with
all indexes and foreign keys of the originals and nothing else; one statement a table, one commit.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from benchmarks.stage import Owner, stage

BAR, MOST_SECONDS = 2.0, 15.0
LARGE = 1_000_000
TABLES = ("cycles_appraisal", "cycles_segment", "workflow_case", "cycles_ledgerentry")
_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname
"""


def twins(owner: Owner, role: str, with_keys: bool) -> None:
    """Empty twins of the tables; their foreign keys lead to the originals."""
    for table in TABLES:
        owner.execute(f"DROP TABLE IF EXISTS floor_{table}")
        owner.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        owner.execute(f"GRANT SELECT, INSERT ON floor_{table} TO {role}")
        if with_keys:
            for name, definition in owner.execute(_KEYS, [table]).fetchall():
                constraint = f'CONSTRAINT "floor_{name}" {definition}'
                owner.execute(f"ALTER TABLE floor_{table} ADD {constraint}")


def bare(cycle_id: int) -> float:
    """Seconds of the bare INSERT … SELECT of what the cycle's opening wrote."""
    from django.db import connection, transaction

    sources = {
        "cycles_appraisal": "cycle_id = %s",
        "cycles_segment": "appraisal_id IN (SELECT id FROM cycles_appraisal WHERE cycle_id = %s)",
        "workflow_case": "cycle_id = %s",
        "cycles_ledgerentry": "cycle_id = %s AND stream LIKE 'appraisal:%%'",
    }
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"INSERT INTO floor_{table} SELECT * FROM {table} WHERE {sources[table]}",  # noqa: S608
                [cycle_id],
            )
    return time.perf_counter() - start


def measure(owner: Owner, size: int) -> dict[str, Any]:
    """Open a fresh agency of a size; then the floors with the very rows it wrote."""
    from django.conf import settings

    from benchmarks.town import NOW, build
    from workflow.services.opening import open_cycle

    cycle = build(size, f"o{size}")
    owner.execute("VACUUM ANALYZE")
    start = time.perf_counter()
    opened = open_cycle(cycle, now=NOW)
    found: dict[str, Any] = {"people": opened.created, "opening": time.perf_counter() - start}
    for name, with_keys in (("bare", True), ("without keys", False)):
        twins(owner, settings.WEB_ROLE, with_keys)
        found[name] = bare(cycle.pk)
    start = time.perf_counter()
    again = open_cycle(cycle, now=NOW)
    assert again.created == 0
    found["again"] = time.perf_counter() - start
    return found


def report(found: list[dict[str, Any]]) -> None:
    print("\nOpening a cycle, as the web role")
    for m in found:
        ratio, people = m["opening"] / m["bare"], m["people"]
        is_met = ratio <= BAR and (m["opening"] <= MOST_SECONDS or people > 100_000)
        rate = people / m["opening"]
        print(f"  {people:>9,} people: {m['opening']:6.1f} s, {rate:,.0f} a second;"
              f" bare INSERT … SELECT {m['bare']:.1f} s: {ratio:.2f} times"
              f"  bar {BAR:.0f} (and {MOST_SECONDS:.0f} s at 100,000):"
              f" {'met' if is_met else 'MISSED'}"
              f"; floor without foreign keys {m['without keys']:.1f} s"
              f"; opened again, nothing to do: {m['again']:.2f} s")  # fmt: skip
    if len(found) > 1:
        small, large = found[0], found[-1]
        growth = (large["opening"] / large["people"]) / (small["opening"] / small["people"])
        print(f"  a person costs {growth:.2f} times as much at {large['people']:,} people")


def run(owner: Owner, sizes: list[int]) -> None:
    report([measure(owner, size) for size in sizes])


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.opening", description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--million", action="store_true", help="also with a million people")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")] + [LARGE] * chosen.million
    with stage() as owner:
        run(owner, sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
