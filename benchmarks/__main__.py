"""Measure moves over HTTP, the inbox and the case page at two sizes, beside the floors."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.run.manage import PYTHON, scratch

ROOT = Path(__file__).resolve().parent.parent
BARS = {"inbox": 0.5, "approve": 0.25}
GROWTH = 1.2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int) -> subprocess.Popen[bytes]:
    web = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
         str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level",
         "error", "benchmarks.wsgi:application"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2)
        except urllib.error.HTTPError:
            return web
        except OSError:
            time.sleep(0.2)
        else:
            return web
    web.terminate()
    raise SystemExit("The web server did not start.")


def measure(port: int, size: int, rounds: int) -> dict[str, float]:
    """Median seconds of each page and act with `size` cases, floors in the same breath."""
    from django.urls import reverse

    from benchmarks.client import Client, alternate
    from benchmarks.seed import PASSWORD, seed, submit_plans

    seeded = seed(size, asked=rounds + 60)
    print(f"{size:>7} cases: opened in {seeded.opening_seconds:.1f} s"
          f" ({seeded.cases / seeded.opening_seconds:.0f} per second)", flush=True)  # fmt: skip
    waiting = submit_plans(seeded, rounds + 51)
    visitor = Client(port)
    visitor.log_in(seeded.rater.username, PASSWORD)
    visitor.ask("GET", "/floor/page")
    turns = iter(waiting[: rounds + 1])
    seen = waiting[-1]

    def approve() -> float:
        case = next(turns)
        case.refresh_from_db(fields=["turn_number"])
        url = reverse("act", args=[case.public_id, "approve"])
        return visitor.timed("POST", url, {"turn": case.turn_number, "key": f"{case.pk:032x}"}, 302)

    names = ["floor page", "inbox", "case page", "floor act", "approve"]
    medians = alternate(
        rounds,
        lambda: visitor.timed("GET", "/floor/page", None, 200),
        lambda: visitor.timed("GET", reverse("inbox"), None, 200),
        lambda: visitor.timed("GET", reverse("case", args=[seen.public_id]), None, 200),
        lambda: visitor.timed("POST", "/floor/act", {}, 302),
        approve,
    )
    return dict(zip(names, medians, strict=True))


def report(sizes: list[int], found: dict[int, dict[str, float]]) -> None:
    for size in sizes:
        m = found[size]
        print(f"\n{size} cases (medians)")
        for name, floor in (("inbox", "floor page"), ("case page", "floor page"),
                            ("approve", "floor act")):  # fmt: skip
            ratio = m[floor] / m[name]
            bar = BARS.get(name)
            verdict = "" if bar is None else f"  bar {bar}: {'met' if ratio >= bar else 'MISSED'}"
            print(f"  {name:10} {m[name] * 1000:7.1f} ms   {floor:10} {m[floor] * 1000:7.1f} ms"
                  f"   rate {ratio:.2f} of the floor's{verdict}")  # fmt: skip
        print(f"  moves over HTTP, one after the other: {1 / m['approve']:.0f} per second")
    if len(sizes) > 1:
        small, large = found[sizes[0]], found[sizes[-1]]
        print(f"\nGrowth from {sizes[0]} to {sizes[-1]} cases (corrected by the floor's own)")
        for name, floor in (("inbox", "floor page"), ("case page", "floor page"),
                            ("approve", "floor act")):  # fmt: skip
            drift = large[floor] / small[floor]
            growth = large[name] / small[name] / drift
            print(f"  {name:10} {growth:.2f} times  bar {GROWTH}: "
                  f"{'met' if growth < GROWTH else 'MISSED'}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,100000", help="numbers of cases, smallest first")
    parser.add_argument("--rounds", type=int, default=60)
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    with scratch() as (env, is_migrated):
        os.environ.update(env, DEMO="0", SECURE="0", PLAIN_STATIC="1")
        if not is_migrated:
            for step in (["migrate", "-v", "0"], ["grant_web_role"]):
                subprocess.run([*PYTHON, *step], env=os.environ, check=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        import psycopg
        from django.conf import settings

        from benchmarks.floor import TABLES

        with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
            owner.execute(TABLES.format(rows=max(sizes), role=settings.WEB_ROLE))
            found: dict[int, dict[str, float]] = {}
            port = free_port()
            web = serve(port)
            try:
                for size in sizes:
                    found[size] = measure(port, size, chosen.rounds)
                    owner.execute("VACUUM ANALYZE")
            finally:
                web.terminate()
                web.wait()
    report(sizes, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
