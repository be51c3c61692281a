"""Children that never outlive us: as whom they run, and how surely they end."""

from __future__ import annotations

import contextlib
import ctypes
import enum
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.run.errors import CannotRun

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
# A unix socket's address has 108 bytes with its closing NUL; ".s.PGSQL.5432" is our longest name.
_LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


class Identity(enum.Enum):
    """As whom a server runs. PostgreSQL refuses root, and only root has a choice."""

    OURSELVES = "ourselves"
    NAMESPACE = "root, called 1000 inside its own user namespace"
    NOBODY = "nobody"


def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _enter_namespace() -> None:
    """Calls our uid 1000 in a namespace of our own; outside of it nothing changes."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, value in (
        ("setgroups", "deny"), ("gid_map", f"1000 {gid} 1"), ("uid_map", f"1000 {uid} 1"),
    ):  # fmt: skip
        file = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(file, value.encode())
        os.close(file)


def _become(identity: Identity, death: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()
    account = nobody() if identity is Identity.NOBODY else None

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        elif identity is Identity.NAMESPACE:
            _enter_namespace()
        # After the change of identity, which would clear it.
        _libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def end_with_parent(death: signal.Signals) -> None:
    """Makes us get `death` when our parent dies, as our own children do."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
    descriptors: tuple[int, ...] = (),
    cwd: Path | None = None,
    identity: Identity = Identity.OURSELVES,
    death: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Starts a child in a process group of its own that gets `death` when we die."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors if output is None else subprocess.STDOUT,
        pass_fds=descriptors,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_become(identity, death),
    )


def can_run(command: Sequence[str | Path], identity: Identity) -> bool:
    """Whether the command succeeds under that identity: namespaces or the path may be refused."""
    try:
        return spawn(command, env={}, output=subprocess.DEVNULL, identity=identity).wait(20) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def how_it_ended(child: subprocess.Popen[bytes]) -> str:
    """ "SIGKILL" or "code 1"."""
    code = child.returncode
    return signal.Signals(-code).name if code is not None and code < 0 else f"code {code}"


def is_finished(child: subprocess.Popen[bytes], within: float) -> bool:
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Asks the child to end, in ever less friendly ways, then ends its whole group."""
    for ask, patience in steps:
        if child.poll() is not None:
            break
        child.send_signal(ask)
        if is_finished(child, patience):
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class Keeper:
    """Our end of config.run.keeper: everything named to it is gone soon after we are."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        script = Path(__file__).with_name("keeper.py")
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={},
            cwd="/",
        )

    def _write(self, line: str) -> None:
        self._lines.append(line)
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            self.revive()

    def revive(self) -> None:
        """Starts a new keeper with the same list if somebody ended the old one."""
        if self.process.poll() is None:
            return
        lines, self._lines = self._lines, []
        self.process = self._start()
        for line in lines:
            self._write(line)

    def watch(self, child: subprocess.Popen[bytes], first: signal.Signals) -> None:
        self._write(f"+ {child.pid} {int(first)}")

    def forget(self, child: subprocess.Popen[bytes]) -> None:
        self._write(f"- {child.pid}")

    def remove_afterwards(self, folder: Path) -> None:
        self._write(f"folder {folder}")

    def close(self) -> None:
        """Ends what is still watched, removes the folders, and waits for it."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        if not is_finished(self.process, 20):
            self.process.kill()
            self.process.wait()


def private_folder(keeper: Keeper) -> Path:
    """A new 0700 folder short enough for sockets; the keeper removes it in the end."""
    for parent in (tempfile.gettempdir(), "/tmp", os.environ.get("XDG_RUNTIME_DIR", "/run")):
        with contextlib.suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="jenjang-", dir=parent))
            keeper.remove_afterwards(folder)
            if len(os.fsencode(folder)) <= _LONGEST_FOLDER:
                return folder
    raise CannotRun(
        "No folder for sockets can be made: the temporary folder is full, not writable or has "
        "too long a name. Set TMPDIR to a short, writable folder such as /tmp."
    )


def wait_until(ready: Callable[[], bool], within: float, pause: float = 0.03) -> bool:
    limit = time.monotonic() + within
    while not ready():
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
    return True
