"""Keeps the demo's processes running: starts them, restarts what dies, stops all in order."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.run.errors import CannotRun
from config.run.processes import Keeper, how_it_ended, spawn, stop

PATIENCE = 8.0
# A process that dies this often within a minute will not get better by another start.
TRIES = 4


@dataclass
class Program:
    """One long-running child: what it is called, how it is started and where it logs."""

    name: str
    command: Sequence[str | Path]
    log: Path
    env: Mapping[str, str]
    cwd: Path
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=TRIES))

    def start(self, keeper: Keeper) -> None:
        with self.log.open("ab") as log:
            self.process = spawn(
                self.command, env=self.env, output=log, cwd=self.cwd, descriptors=self.descriptors
            )
        keeper.watch(self.process, signal.SIGKILL)

    def last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].strip()[:300] if lines else ""


class Supervisor:
    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.programs: list[Program] = []

    def add(self, program: Program) -> None:
        program.log.unlink(missing_ok=True)
        program.start(self.keeper)
        self.programs.append(program)

    def mend(self) -> None:
        """Restarts what has died, saying so. Raises CannotRun when it keeps dying."""
        for program in self.programs:
            child = program.process
            if child is None or child.poll() is None:
                continue
            # What it left of its group (pool processes, workers) goes first.
            stop(child, [])
            self.keeper.forget(child)
            program.deaths.append(time.monotonic())
            if len(program.deaths) == TRIES and program.deaths[-1] - program.deaths[0] < 60:
                raise CannotRun(
                    f"The {program.name} ended {TRIES} times within a minute: "
                    f"{program.last_words() or 'without a word'}. See {program.log}."
                )
            print(f"The {program.name} ended ({how_it_ended(child)}) and is started again.",
                  flush=True)  # fmt: skip
            program.start(self.keeper)
        self.keeper.revive()

    def stop(self) -> None:
        """Asks all at once, so that the slowest sets the pace, then makes sure."""
        running = [
            (program, program.process) for program in self.programs if program.process is not None
        ]
        for _program, child in running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        limit = time.monotonic() + PATIENCE
        for program, child in running:
            if child.poll() is None:
                try:
                    child.wait(max(0.0, limit - time.monotonic()))
                except subprocess.TimeoutExpired:
                    print(f"The {program.name} did not end in time and is killed.", flush=True)
            stop(child, [])
            self.keeper.forget(child)
            program.process = None
