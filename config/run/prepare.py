"""`python -m config.run.prepare`: the demo's database, in one process to load Django once.

As the owner: migrations and the web role's rights. Then, as the web role, the demo's data and
clock, as the web itself would write them. Prints one line per step.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

FULL = 28  # exit code: the disk is full


@contextmanager
def step(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"  {what} ({time.perf_counter() - start:.1f} s)", flush=True)


def become_web_role() -> None:
    """From here on every connection of this process and of its children is the web role's."""
    from django.db import connection

    from config import env

    os.environ.pop("AS_OWNER", None)
    connection.close()
    connection.settings_dict.update(env.database("DATABASE_URL"))
    connection.settings_dict["OPTIONS"] = {
        **connection.settings_dict["OPTIONS"],
        # Until the data is whole it would be made anew after a crash anyway.
        "options": "-c synchronous_commit=off",
    }


def prepare(*, migrate: bool, data: bool, now: str) -> None:
    import django

    with step("Django"):
        django.setup()
    from django.core.management import call_command
    from django.db import connection

    if migrate:
        with step("tables"):
            call_command("migrate", interactive=False, verbosity=0)
            # Throw-away servers commit late and are stopped at once: the last commit waits for
            # the disk, or a template could be kept without the rights.
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO on")
            call_command("grant_web_role", stdout=io.StringIO())
    become_web_role()
    if data:
        with step("demo data"):
            call_command("demo_world")
    if now:
        with step(f"clock at {now}"):
            call_command("demo_clock", now)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--migrate", action="store_true")
    parser.add_argument("--data", action="store_true")
    parser.add_argument("--now", default="")
    options = parser.parse_args()
    os.environ["AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import DatabaseError

    try:
        prepare(migrate=options.migrate, data=options.data, now=options.now)
    except (CommandError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, DatabaseError) as error:
        if "No space left" in str(error):
            return FULL
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
