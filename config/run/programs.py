"""The long-running programs of the demo: the same ones that serve in production."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from config.run.inputs import HOST
from config.run.state import ROOT, State
from config.run.supervisor import Program

PYTHON: list[str | Path] = [sys.executable, "-m"]


def mail_sink(state: State, env: Mapping[str, str], listening: socket.socket) -> Program:
    number = listening.fileno()
    command = [*PYTHON, "config.run.mail_sink", str(number), state.mail]
    return Program("mail sink", command, state.logs / "mail.log", env, ROOT, (number,))


def web_server(state: State, env: Mapping[str, str], port: int) -> Program:
    command = [
        *PYTHON, "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
        "--workers-kill-timeout", "5", "config.wsgi:application",
    ]  # fmt: skip
    return Program("web server", command, state.logs / "web.log", env, ROOT)


def worker(state: State, env: Mapping[str, str]) -> Program:
    """Two processes, or two threads where /dev/shm, the home of their semaphores, is closed."""
    pool = "prefork"
    if not os.access("/dev/shm", os.W_OK):
        pool = "threads"
        print("  /dev/shm is not writable: the worker uses threads, not processes", flush=True)
    command = [
        *PYTHON, "celery", "-A", "config", "worker", "--pool", pool, "--concurrency", "2",
        "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    return Program("worker", command, state.logs / "worker.log", env, ROOT)


def beat(state: State, env: Mapping[str, str]) -> Program:
    command = [
        *PYTHON, "celery", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", "",
        "--schedule", state.folder / "beat",
    ]  # fmt: skip
    return Program("beat", command, state.logs / "beat.log", env, ROOT)
