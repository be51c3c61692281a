"""PORT and NOW: what the caller asks of the demo, checked before anything is started."""

from __future__ import annotations

import datetime
import errno
import socket
import time

from config.run.errors import CannotRun

HOST = "127.0.0.1"
# A demo killed a moment ago may still be letting go of its port.
PATIENCE = 2.0


def read_port(text: str) -> int:
    """The port's number. Raises CannotRun."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotRun(f"PORT is {text!r}. It should be a number from 1 to 65535, like 8000.")
    return int(text)


def read_now(text: str) -> str:
    """The moment as it was given, or nothing. Raises CannotRun when it is not a moment."""
    try:
        if text:
            datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotRun(
            f"NOW is {text!r}. It should be a day like 2026-07-01 or a moment like "
            "2026-07-01T09:00."
        ) from error
    return text


def hold_port(port: int) -> socket.socket:
    """Keeps the port ours while all else starts. Raises CannotRun when it is taken."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            held.bind((HOST, port))
            return held
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < limit:
                time.sleep(0.2)
                continue
            held.close()
            reason = {
                errno.EADDRINUSE: "is taken by another program",
                errno.EACCES: "is only for root",
            }.get(error.errno or 0, f"cannot be used ({error.strerror})")
            other = 8000 if port != 8000 else 8001
            raise CannotRun(
                f"Port {port} {reason}. Choose another one: make demo PORT={other}."
            ) from error


def listening_socket() -> socket.socket:
    """A listening socket on any free port."""
    listening = socket.socket()
    listening.bind((HOST, 0))
    listening.listen(20)
    return listening
