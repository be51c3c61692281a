"""A changed day off over many open cases, beside a bare UPDATE of the same rows in the same run.

    python -m benchmarks.recomputing [--cases 100000]

The bare UPDATE writes the same two columns of the same rows under the same indexes, in one
statement and one transaction. Measured in turns, medians; printed with and without the ledger
entry and the event of every case.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from config.run.manage import PYTHON, scratch

BAR = 4.0
DAYS = 14
BARE = """
UPDATE workflow_case SET due_at = due_at + interval '1 day',
    due_basis = due_basis || '{"calendar": 2, "paused": null, "pauses": null, "promised": null}'
WHERE agency_id = %s"""


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def next_working_day(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.recomputing", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with scratch() as (env, is_migrated):
        os.environ.update(env, DEMO="0", SECURE="0", PLAIN_STATIC="1")
        if not is_migrated:
            for step in (["migrate", "-v", "0"], ["grant_web_role"]):
                subprocess.run([*PYTHON, *step], env=os.environ, check=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        return measure(chosen.cases, chosen.rounds)


def measure(size: int, rounds: int) -> int:
    import psycopg
    from django.db import connection

    from benchmarks.seed import seed
    from cycles.models import User
    from cycles.services.holidays import DayOff
    from workflow.services import days_off, recompute
    from workflow.services.days_off import Change

    seeded = seed(size)
    author = User.objects.order_by("pk").first()
    assert author is not None
    now = datetime.now(UTC)
    off = next_working_day((now + timedelta(days=1)).date())
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:

        def prepare() -> None:
            """Every open case due by counted days, its clock begun at its own instant."""
            seeded.agency.holidays.all().delete()
            spread_clocks(seeded.agency, now)
            owner.execute("VACUUM ANALYZE")

        def bare() -> None:
            with connection.cursor() as cursor:
                cursor.execute(BARE, [seeded.agency.pk])

        def apply() -> None:
            wish = DayOff(off, "Hari Jadi")
            moved = days_off.add(seeded.agency, wish, author=author, now=now).moved
            assert moved == seeded.cases, (moved, seeded.cases)

        def apply_silently() -> None:
            kept, recompute.TOLD = recompute.TOLD, ""
            try:
                apply()
            finally:
                recompute.TOLD = kept

        def look() -> None:
            wanted = Change(seeded.agency, None, DayOff(off, "Hari Jadi"))
            assert days_off.preview(wanted, now=now).moved == seeded.cases

        names = ("bare UPDATE", "preview", "applied, without ledger and events", "applied")
        took: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(rounds):
            for name, act in zip(names, (bare, look, apply_silently, apply), strict=True):
                prepare()
                took[name].append(timed(act))
    medians = {name: statistics.median(found) for name, found in took.items()}
    floor = medians["bare UPDATE"]
    print(f"\nA day off over {seeded.cases} open cases, each moved (medians of {rounds})")
    for name, found in medians.items():
        print(f"  {name:36} {found:6.2f} s   {found / floor:5.2f} × the bare UPDATE"
              f"   ({', '.join(f'{one:.2f}' for one in took[name])})")  # fmt: skip
    ratio = medians["applied"] / floor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  bar {BAR} × with ledger and events: {'met' if ratio <= BAR else 'MISSED'};"
          f" peak memory {peak:.0f} MB (seeding included)")  # fmt: skip
    return 0


def spread_clocks(agency: object, now: datetime) -> None:
    """Anchors over twenty days, to the second; dues of 14 working days, as the door writes them."""
    from django.db import connection

    from cycles.calendar import Rule
    from cycles.queries.calendars import grounds_of
    from workflow.services.dues import Basis

    calendar = grounds_of([agency])[agency.pk].calendar(5)  # type: ignore
    rule = Rule("working_days", DAYS)
    rng = random.Random(7)
    days = [now - timedelta(days=n, seconds=rng.randrange(3600)) for n in range(1, 13)]
    bases = [Basis(rule, day, "received") for day in days]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE workflow_case c SET due_at = b.due_at,
                due_basis = b.basis || jsonb_build_object('anchor',
                    to_char((b.anchor - (c.id %% 3600) * interval '1 second')
                        AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
            FROM (SELECT row_number() OVER () - 1 AS n, * FROM unnest(%s::timestamptz[],
                %s::jsonb[], %s::timestamptz[]) AS u(due_at, basis, anchor)) b
            WHERE c.agency_id = %s AND b.n = c.id %% %s
            """,
            [
                [basis.due(calendar).at for basis in bases],
                [_json(basis.to_json(calendar)) for basis in bases],
                days,
                agency.pk,  # type: ignore
                len(days),
            ],
        )


def _json(value: object) -> str:
    import json

    return json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
