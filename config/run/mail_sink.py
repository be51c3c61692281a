"""`python -m config.run.mail_sink <socket number> <folder>`: an SMTP server that keeps the mail.

Every message becomes a file `<nanoseconds>.eml` with the envelope's addresses as its first
headers. The listening socket comes from the launcher, so that a restart loses no connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 10 * 1024 * 1024


class Folder:
    """aiosmtpd's handler: one file per message, complete or not there at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n"
        name = f"{time.time_ns()}.eml"
        part = self.folder / f"{name}.part"
        try:
            part.write_bytes(head.encode() + (content if isinstance(content, bytes) else b""))
            part.rename(self.folder / name)
        except OSError:
            return "452 The mail cannot be kept: the disk is full"
        return "250 Kept"


async def serve(listening: socket.socket, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    handler = Folder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", data_size_limit=LARGEST,
                     enable_SMTPUTF8=True, loop=loop),
        sock=listening,
    )  # fmt: skip
    async with server:
        await ended.wait()


def main(number: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(socket.socket(fileno=number), folder))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
