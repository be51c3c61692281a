"""`python -m config.run.manage [--migrated] <command> …`: a manage.py command on scratch servers.

For development without any server of one's own: a database without data, gone afterwards. With
--migrated the tables and the web role's rights are there for certain before the command runs.
DATABASE_URL and REDIS_URL given from outside are used instead.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from config.run.errors import CannotRun
from config.run.processes import Keeper
from config.run.template import scratch_servers
from config.run.translations import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = [sys.executable, str(ROOT / "manage.py")]
DEFAULTS = {
    "SECRET_KEY": "only-for-scratch-" + "0123456789" * 5,
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "DEMO": "1",
    "PLAIN_STATIC": "1",
}


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)


@contextlib.contextmanager
def scratch() -> Iterator[tuple[Mapping[str, str], bool]]:
    """Throw-away servers: the environment with their addresses, and whether all is migrated."""
    signal.signal(signal.SIGTERM, _leave)
    keeper = Keeper()
    try:
        servers = scratch_servers(keeper, DEFAULTS)
        servers.start()
        try:
            yield {**DEFAULTS, **os.environ, **servers.env}, servers.is_migrated
        finally:
            servers.stop()
    finally:
        keeper.close()


def main(arguments: list[str]) -> int:
    migrated = arguments[:1] == ["--migrated"]
    command = arguments[1:] if migrated else arguments
    if not command:
        print(__doc__)
        return 2
    compile_catalogues(ROOT / "locale")
    try:
        with scratch() as (env, is_migrated):
            todo = migrated and not is_migrated
            for step in (["migrate", "-v", "0"], ["grant_web_role"]) if todo else ():
                if code := subprocess.run([*PYTHON, *step], env=env, check=False).returncode:
                    return code
            return subprocess.run([*PYTHON, *command], env=env, check=False).returncode
    except CannotRun as sentence:
        print(sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
