"""A changed day off over many open cases, beside a bare UPDATE of the same rows in the same run.

    python -m benchmarks.recomputing [--cases 100000]

The bare UPDATE writes the same two columns of the same rows under the same indexes, in one
statement and one transaction, as the web role. Measured in turns, medians; printed with and
without the ledger entry and the event of every case.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.stage import Owner, stage

BAR = 4.0
DAYS, CLOCKS, ROUNDS = 14, 12, 3
BARE = """
UPDATE workflow_case SET due_at = due_at + interval '1 day',
    due_basis = due_basis || '{"calendar": 2, "paused": null, "pauses": null, "promised": null}'
WHERE agency_id = %s"""
SPREAD = """
UPDATE workflow_case c SET due_at = b.due_at,
    due_basis = b.basis || jsonb_build_object('anchor',
        to_char((b.anchor - (c.id %% 600) * interval '1 second') AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
FROM (SELECT row_number() OVER () - 1 AS n, * FROM unnest(%s::timestamptz[], %s::jsonb[],
    %s::timestamptz[]) AS u(due_at, basis, anchor)) b
WHERE c.agency_id = %s AND b.n = c.id %% %s"""


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def next_working_day(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def spread_clocks(agency: Any, now: datetime) -> None:
    """Clocks begun at noon of twelve days, to the second, for 14 working days each."""
    from django.db import connection

    from cycles.calendar import Rule
    from cycles.queries.calendars import grounds_of
    from workflow.services.dues import Basis

    calendar = grounds_of([agency])[agency.pk].calendar(5)
    noon = now.replace(hour=5, minute=0)
    days = [noon - timedelta(days=n, seconds=37 * n) for n in range(1, CLOCKS + 1)]
    bases = [Basis(Rule("working_days", DAYS), day, "received") for day in days]
    with connection.cursor() as cursor:
        cursor.execute(
            SPREAD,
            [
                [basis.due(calendar).at for basis in bases],
                [json.dumps(basis.to_json(calendar)) for basis in bases],
                days,
                agency.pk,
                len(days),
            ],
        )


def measure(owner: Owner, size: int) -> dict[str, list[float]]:
    """Seconds of each act over `size` cases that all move, by its name."""
    from django.db import connection

    from benchmarks.town import NOW, build
    from cycles.models import Unit, User
    from cycles.services.holidays import DayOff
    from workflow.services import days_off, recompute
    from workflow.services.days_off import Change
    from workflow.services.opening import open_cycle

    cycle = build(size, f"r{size}")
    Unit.objects.filter(agency=cycle.agency).update(week=5)
    cases = open_cycle(cycle, now=NOW).created
    author = User.objects.filter(person__agency=cycle.agency).order_by("pk").first()
    assert author is not None
    now, agency = datetime.now(UTC), cycle.agency
    wanted = Change(agency, None, DayOff(next_working_day((now + timedelta(days=1)).date()), "HUT"))

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [agency.pk])

    def look() -> None:
        assert days_off.preview(wanted, now=now).moved == cases

    def apply() -> None:
        assert days_off.apply(wanted, author=author, now=now).moved == cases

    def apply_silently() -> None:
        kept, recompute.TOLD = recompute.TOLD, ""
        try:
            apply()
        finally:
            recompute.TOLD = kept

    took: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, act in (("bare UPDATE", bare), ("preview", look),
                          ("applied, without ledger and events", apply_silently),
                          ("applied", apply)):  # fmt: skip
            agency.holidays.all().delete()
            spread_clocks(agency, now)
            owner.execute("VACUUM ANALYZE")
            took.setdefault(name, []).append(timed(act))
    return took


def report(size: int, took: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(found) for name, found in took.items()}
    floor = medians["bare UPDATE"]
    print(
        f"\nA day off over {size:,} open cases, each moved, as the web role (medians of {ROUNDS})"
    )
    for name, found in medians.items():
        print(f"  {name:36} {found:6.2f} s   {found / floor:5.2f} times the bare UPDATE"
              f"   ({', '.join(f'{one:.2f}' for one in took[name])})")  # fmt: skip
    ratio = medians["applied"] / floor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  bar {BAR:.0f} times with ledger and events: {'met' if ratio <= BAR else 'MISSED'};"
          f" peak memory {peak:.0f} MB")  # fmt: skip


def run(owner: Owner, size: int) -> None:
    report(size, measure(owner, size))


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.recomputing", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    chosen = parser.parse_args()
    with stage() as owner:
        run(owner, chosen.cases)
    return 0


if __name__ == "__main__":
    sys.exit(main())
