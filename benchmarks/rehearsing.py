"""Rehearsing an opening for a whole agency, as the web role: seconds against the bar."""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.stage import Owner, stage

BAR_SECONDS = 20.0


def run(owner: Owner, size: int) -> None:
    from benchmarks.town import NOW, build
    from cycles.models import User
    from cycles.services.rehearsal import rehearse

    cycle = build(size, f"r{size}")
    author = User.objects.create(username="bench-hr")
    owner.execute("VACUUM ANALYZE")
    print("\nRehearsing an opening, as the web role")
    for what in ("first run", "again, compared with it"):
        start = time.perf_counter()
        found = rehearse(cycle, author=author, now=NOW)
        took = time.perf_counter() - start
        findings = found.errors + found.warnings + found.notes
        verdict = "met" if took < BAR_SECONDS else "MISSED"
        print(f"  {found.people:>9,} people, {what}: {took:.1f} s, {findings:,} findings"
              f"  bar {BAR_SECONDS:.0f} s: {verdict}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.rehearsing", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    chosen = parser.parse_args()
    with stage() as owner:
        run(owner, chosen.size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
