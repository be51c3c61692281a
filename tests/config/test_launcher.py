"""The demo starts alone, says in one sentence why it cannot, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.run.errors import CannotRun
from config.run.inputs import read_now, read_port
from config.run.state import State

pytestmark = pytest.mark.xdist_group("launcher")
ROOT = Path(__file__).resolve().parent.parent.parent
CLEAN = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def parents() -> dict[int, int]:
    """Every live process and its parent."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(entry.name)] = int(parent)
    return found


def family(root: int) -> set[int]:
    """The process and all its descendants."""
    known, members = parents(), {root}
    while grown := {pid for pid, parent in known.items() if parent in members} - members:
        members |= grown
    return members


def wait_until(ready: Callable[[], bool], within: float, what: str) -> None:
    limit = time.monotonic() + within
    while not ready():
        assert time.monotonic() < limit, what
        time.sleep(0.05)


class Demo:
    """A demo without data, on a state folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.output = folder.parent / "output.txt"

    def command(self, *arguments: str) -> list[str]:
        return [
            sys.executable, "-m", "config.run.demo", "--no-data", "--end-with-parent",
            "--state", str(self.folder), "--port", str(self.port), *arguments,
        ]  # fmt: skip

    def start(self) -> "Demo":
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=CLEAN, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until(lambda: "Logs are in" in self.told() or self.ended(), 120, self.told())
        assert not self.ended(), self.told()
        # The pool's own processes are what a careless launcher forgets.
        wait_until(lambda: len(self.celery()) >= 4, 60, "the worker has no pool")
        return self

    def ended(self) -> bool:
        return self.process.poll() is not None

    def told(self) -> str:
        return self.output.read_text()

    def celery(self) -> set[int]:
        found = set()
        for pid in family(self.process.pid):
            with contextlib.suppress(OSError):
                if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.add(pid)
        return found

    def status(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of all demos here: only the first to start has everything to prepare."""
    return tmp_path_factory.mktemp("demo") / "state"


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    started = Demo(folder, free_port())
    try:
        yield started.start()
    finally:
        started.process.kill()
        started.process.wait()


def second(demo: Demo, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        demo.command(*arguments), cwd=ROOT, env=CLEAN, capture_output=True, text=True, timeout=30
    )


def sockets_of(demo: Demo) -> Path:
    for pid in family(demo.process.pid):
        with contextlib.suppress(OSError):
            for word in Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0"):
                if word.startswith("unix_socket_directories="):
                    return Path(word.partition("=")[2])
    raise AssertionError("no PostgreSQL among the processes")


def reset(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**CLEAN, "JENJANG_STATE": str(folder)}
    command = [sys.executable, "-m", "config.run.reset"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=30)


def test_while_one_demo_runs_others_are_refused_in_one_sentence(demo: Demo, tmp_path: Path) -> None:
    assert demo.status() < 500
    already = (
        f"This demo is already running: process {demo.process.pid}, "
        f"http://127.0.0.1:{demo.port}. Stop it first.\n"
    )
    for refused in (second(demo), reset(demo.folder)):
        assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", already)
    refused = second(demo, "--state", str(tmp_path / "other"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"Port {demo.port} is taken by another program. Choose another one: make demo PORT=8000.\n"
    )


def test_after_kill_9_of_the_launcher_nothing_is_left_and_the_state_is_whole(demo: Demo) -> None:
    members, sockets = family(demo.process.pid), sockets_of(demo)
    demo.process.kill()
    demo.process.wait()
    wait_until(lambda: not members & set(parents()), 15, f"left behind: {members}")
    wait_until(lambda: not sockets.parent.exists(), 5, "the folder of the sockets is left behind")
    demo.start()
    assert "tables" not in demo.told(), "it prepares what is prepared already"
    assert demo.status() < 500


def test_a_dead_worker_is_replaced_and_sigterm_ends_all_in_order(demo: Demo) -> None:
    worker = min(demo.celery() & {p for p, up in parents().items() if up == demo.process.pid})
    os.kill(worker, signal.SIGKILL)
    sentence = "The worker ended (SIGKILL) and is started again."
    wait_until(lambda: sentence in demo.told(), 10, demo.told())

    members, sockets = family(demo.process.pid), sockets_of(demo)
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(30) == 0
    assert demo.told().endswith("Stopped.\n")
    wait_until(lambda: not members & set(parents()), 5, f"left behind: {members}")
    assert not sockets.parent.exists()


def test_a_dead_postgresql_stops_everything_with_a_sentence_and_reset_forgets_it(
    demo: Demo,
) -> None:
    members = family(demo.process.pid)
    for pid in members:
        with contextlib.suppress(OSError):
            if b"listen_addresses=" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
    assert demo.process.wait(30) == 1
    assert "PostgreSQL has ended on its own (SIGKILL), so all is stopped." in demo.told()
    assert "Traceback" not in demo.told()
    wait_until(lambda: not members & set(parents()), 10, f"left behind: {members}")

    removed = reset(demo.folder)
    assert removed.returncode == 0, removed.stderr
    assert not demo.folder.exists()


@pytest.mark.parametrize("wrong", ["0", "65536", "80a", "-1", "٨٠٠٠"])
def test_a_wrong_port_is_explained(wrong: str) -> None:
    with pytest.raises(CannotRun, match=r"^PORT is .+ It should be a number from 1 to 65535"):
        read_port(wrong)


@pytest.mark.parametrize("wrong", ["besok", "2026-13-01", "1 July"])
def test_a_wrong_moment_is_explained(wrong: str) -> None:
    with pytest.raises(CannotRun, match=r"^NOW is .+ It should be a day like 2026-07-01"):
        read_now(wrong)


@pytest.mark.parametrize("right", ["", "2026-07-01", "2026-07-01T09:00", "2026-07-01T09:00+07:00"])
def test_a_right_moment_is_passed_on(right: str) -> None:
    assert read_now(right) == right


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with pytest.raises(CannotRun, match=r"^The disk is full: the demo needs about 400 MB free in"):
        state.take("here", needed=2**62)
    assert not (tmp_path / "state/secret_key").exists()


def test_a_disk_that_fills_up_is_a_sentence_too(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.take("here")
    (tmp_path / "done.part").symlink_to("/dev/full")
    with pytest.raises(CannotRun, match=r"^The disk is full"):
        state.remember("data", "whole")


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    made = State(tmp_path).secret_key()
    assert len(made) >= 50
    assert State(tmp_path).secret_key() == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
