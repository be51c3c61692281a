"""The keeper: outlives whoever started it by a moment, to end what would be left behind.

A parent-death signal reaches children only. Celery's pool and granian's workers are
grandchildren, so the keeper holds the list of process groups and private folders, and clears
them when its pipe closes, also after `kill -9` of the launcher. It runs as a bare script
(`python -I -S keeper.py`) and may import the standard library only.

The lines it reads:  `+ <group> <first signal>`,  `- <group>`,  `folder <path>`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE = 8.0


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(group: int, first: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, first)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "+":
            group, first = rest.split()
            groups[int(group)] = int(first)
        elif word == "-":
            groups.pop(int(rest), None)
        elif word == "folder":
            folders.append(rest)
    for group, first in groups.items():
        end(group, first)
    limit = time.monotonic() + GRACE
    while time.monotonic() < limit and any(is_alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        end(group, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
