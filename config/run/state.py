"""The state folder: one instance at a time, its secret, and what need not be done again."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from config.run.binaries import outside_folder
from config.run.errors import CannotRun

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("cycles", "workflow", "notifications", "config/demo")
MEGABYTE = 1024 * 1024
NEEDED = 400 * MEGABYTE


def disk_full(folder: Path) -> CannotRun:
    return CannotRun(f"The disk is full: the demo needs about 400 MB free in {folder}.")


@contextlib.contextmanager
def full_disk_is_a_sentence(folder: Path) -> Iterator[None]:
    """Turns a write refused for lack of room into CannotRun."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(folder) from error
        raise


class State:
    """`.jenjang/` or another folder. `take()` is refused while another instance holds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs, self.mail = folder / "log", folder / "mail"
        self.static, self.media = folder / "static", folder / "media"
        self._done = folder / "done.json"
        self._lock: int | None = None

    def take(self, note: str, *, needed: int = NEEDED) -> None:
        """Makes the folder ours until we end. Raises CannotRun when it is not to be had."""
        try:
            with full_disk_is_a_sentence(self.folder):
                for folder in (self.folder, self.logs, self.mail, self.media):
                    folder.mkdir(parents=True, exist_ok=True)
                lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotRun(
                f"The folder {self.folder} cannot be used: {error.strerror}. Run as the user "
                "who made it, or set JENJANG_STATE to another folder."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock, 200, 0).decode(errors="replace") or "another process"
            os.close(lock)
            raise CannotRun(f"This demo is already running: {holder}. Stop it first.") from error
        self._lock = lock
        if shutil.disk_usage(self.folder).free < needed and not self.done("data"):
            raise disk_full(self.folder)
        with full_disk_is_a_sentence(self.folder):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"process {os.getpid()}, {note}".encode(), 0)

    def secret_key(self) -> str:
        """The SECRET_KEY of this state, made once."""
        path = self.folder / "secret_key"
        with full_disk_is_a_sentence(self.folder):
            if not path.is_file() or len(path.read_text()) < 50:
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(60))
        return path.read_text()

    def done(self, what: str) -> str:
        """The fingerprint with which `what` was last done; empty if it never was."""
        try:
            known: dict[str, Any] = json.loads(self._done.read_text())
        except (OSError, ValueError):
            return ""
        return str(known.get(what, ""))

    def remember(self, what: str, fingerprint: str) -> None:
        try:
            known = json.loads(self._done.read_text())
        except (OSError, ValueError):
            known = {}
        part = self._done.with_suffix(".part")
        with full_disk_is_a_sentence(self.folder):
            part.write_text(json.dumps(known | {what: fingerprint}))
            part.replace(self._done)

    def remove(self) -> None:
        """Deletes everything but the lock's own file, which goes last. Call take() first."""
        shutil.rmtree(outside_folder(self.folder), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            raise CannotRun(
                f"{self.folder} could not be removed wholly. Remove it as the user who made it."
            )


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """A hash over the files (of folders: all inside), their names, and the words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
