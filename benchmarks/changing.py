"""Changing a running cycle for everybody in it, beside a bare UPDATE of the same rows.

    python -m benchmarks.changing [--cases 100000]

Planning is due later, so that every case moves, with a ledger entry and an event each. The bare
UPDATE writes the same two columns of the same rows under the same indexes.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from benchmarks.stage import stage

BARE = """
UPDATE workflow_case SET due_at = due_at + interval '1 day',
    due_basis = due_basis || '{"calendar": 2}' WHERE cycle_id = %s"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.changing", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    chosen = parser.parse_args()
    with stage() as owner:
        return measure(chosen.cases, owner)


def measure(size: int, owner: object) -> int:
    from django.db import connection, transaction

    from benchmarks.seed import seed
    from cycles.models import Cycle, Unit
    from cycles.queries.templates import Placed, setup_of
    from workflow.permissions import Actor
    from workflow.services import cycle_changes

    seeded = seed(size)
    cycle = Cycle.objects.select_related("agency").get(pk=seeded.cycle.pk)
    hr = Actor(seeded.rater_person.pk, hr_agencies=frozenset({cycle.agency_id}))
    now = datetime.now(UTC)
    setup = setup_of(cycle)
    later = [
        Placed(p.unit_id, replace(p.days, due_on=p.days.due_on + timedelta(days=7),
                                  closes_on=p.days.closes_on + timedelta(days=30)))
        if p.days.kind == "planning" else p
        for p in setup.stages
    ]  # fmt: skip
    wanted = replace(setup, stages=tuple(later))
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, [cycle.pk])
        rows = cursor.rowcount
        transaction.set_rollback(True)
    bare = time.perf_counter() - start
    start = time.perf_counter()
    seen = cycle_changes.preview(cycle, wanted, actor=hr, now=now)
    looked = time.perf_counter() - start
    start = time.perf_counter()
    done = cycle_changes.change(
        cycle, wanted, "Surat edaran baru.", seen=seen.seen, actor=hr, now=now
    )
    took = time.perf_counter() - start
    print(
        f"{rows} cases in {Unit.objects.count()} units: bare UPDATE {bare:.2f} s, preview "
        f"{looked:.2f} s, change with ledger and news of {done.moved} {took:.2f} s "
        f"({took / bare:.1f} times)"
    )
    return 0 if done.moved == seen.moved else 1


if __name__ == "__main__":
    sys.exit(main())
