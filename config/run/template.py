"""A migrated, stopped cluster that tests copy: migrations run once per change, not once per run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.run.errors import CannotRun
from config.run.processes import Keeper, private_folder
from config.run.servers import Servers
from config.run.state import APPS, ROOT, fingerprint

KEPT = 3
GIVEN = {"REDIS_URL": "redis://127.0.0.1:1/0"}


def _mark() -> str:
    sources = [ROOT / app / "migrations" for app in APPS]
    commands = ROOT / "cycles/management/commands"
    sources += [commands / "grant_web_role.py", ROOT / "requirements-dev.lock"]
    return fingerprint(sources, "1")[:16]


def migrated_cluster(keeper: Keeper, env: Mapping[str, str]) -> Path | None:
    """The data folder of a cluster whose database has all tables and the web role's rights.

    `env` is the rest of the settings. Returns None where the data cannot lie in this folder (root
    without user namespaces) or the migrations do not run: then each test run shows it in its way.
    """
    mark, cache = _mark(), ROOT / ".jenjang/templates"
    ready = cache / mark
    if ready.is_dir():
        ready.touch()
        return ready
    cache.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix="part-", dir=cache))
    try:
        if not _migrate(part, keeper, env) or _mark() != mark:
            return None
        # Two first runs at once: the second finds the first one's.
        with contextlib.suppress(OSError):
            (part / "postgres").rename(ready)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    oldest_first = sorted(
        (path for path in cache.iterdir() if not path.name.startswith("part-")),
        key=lambda path: path.stat().st_mtime,
    )
    for path in oldest_first[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
    return ready


def _migrate(folder: Path, keeper: Keeper, env: Mapping[str, str]) -> bool:
    servers = Servers(folder, keeper, throw_away=True, given=GIVEN)
    if not servers.places()[0].is_relative_to(folder):
        return False
    servers.start()
    try:
        return subprocess.run(
            [sys.executable, "-m", "config.run.prepare", "--migrate"],
            cwd=ROOT, env={**os.environ, **GIVEN, **env, **servers.env}, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ).returncode == 0  # fmt: skip
    finally:
        servers.stop()


def scratch_servers(keeper: Keeper, env: Mapping[str, str]) -> Servers:
    """Throw-away servers in a folder of their own, already migrated if that could be done."""
    template = None
    if not os.environ.get("DATABASE_URL"):
        with contextlib.suppress(CannotRun):
            template = migrated_cluster(keeper, env)
    folder = private_folder(keeper) / "state"
    return Servers(folder, keeper, throw_away=True, template=template)
