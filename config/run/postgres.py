"""The embedded PostgreSQL: one foreground child behind a private unix socket."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.run.binaries import Place, find_place
from config.run.errors import CannotRun
from config.run.processes import Identity, Keeper, how_it_ended, nobody, spawn, stop, wait_until

SUPERUSER, OWNER, WEB, DATABASE = "postgres", "jenjang_owner", "jenjang_web", "jenjang"
# Since this version the server has its own C.UTF-8, the same on every machine.
BUILTIN_LOCALE_SINCE = 17
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """Starts, prepares and stops a server. `throw_away` gives up durability, for tests only."""

    def __init__(
        self,
        state: Path,
        sockets: Path,
        keeper: Keeper,
        *,
        throw_away: bool = False,
        fresh: bool = False,
        template: Path | None = None,
    ) -> None:
        self.fresh, self.template = fresh, template
        self.place: Place = find_place(state)
        self.sockets, self.keeper, self.throw_away = sockets, keeper, throw_away
        self.log = state / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        if throw_away and not self.place.data.is_relative_to(state):
            keeper.remove_afterwards(self.place.data.parent)
        if self.place.identity is Identity.NOBODY:
            os.chown(sockets, nobody().pw_uid, nobody().pw_gid)

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def connect(self, role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets), user=role, dbname=database, autocommit=True, connect_timeout=5
        )

    def start(self) -> None:
        """Returns when the server answers and its roles and database exist. Raises CannotRun."""
        with self._plain_words():
            self._initialise()
            self._launch()
            self._prepare()

    @contextlib.contextmanager
    def _plain_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, psycopg.Error) as error:
            self.stop()
            raise CannotRun(self._reason(str(error))) from error

    def _initialise(self) -> None:
        data, major = self.place.data, self.place.major
        if self.fresh:
            shutil.rmtree(data, ignore_errors=True)
        marker = data / "PG_VERSION"
        if marker.is_file():
            made_by = marker.read_text().strip()
            if made_by != str(major):
                raise CannotRun(
                    f"The database in {data} was made by PostgreSQL {made_by}, but this is "
                    f"PostgreSQL {major}. Start over with make demo-reset."
                )
            return
        if self.template is not None and self.place.identity is not Identity.NOBODY:
            shutil.copytree(self.template, data)
            return
        locale = ["--locale=C"]
        if major >= BUILTIN_LOCALE_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [
            self.place.programs / "initdb", "-D", data, "-U", SUPERUSER, "--encoding=UTF8",
            # The socket's folder is 0700: whoever reaches it is us.
            "--auth=trust", "--no-instructions", *locale,
            # The demo's first start ends with a sync() of its own; before that it is made anew.
            "--no-sync",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            made = spawn(command, env=ENVIRONMENT, output=log, cwd=Path("/"),
                         identity=self.place.identity).wait()  # fmt: skip
        if made != 0:
            raise CannotRun(self._reason("initdb failed"))

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "jit": "off",
            **(THROW_AWAY if self.throw_away else {}),
        }
        if not os.access("/dev/shm", os.W_OK):
            options["dynamic_shared_memory_type"] = "mmap"
        command: list[str | Path] = [self.place.programs / "postgres", "-D", self.place.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        death = signal.SIGQUIT if self.throw_away else signal.SIGINT
        patience = time.monotonic() + 15

        def is_ready() -> bool:
            if self.process is None or self.process.poll() is not None:
                with self.log.open("ab") as log:
                    self.process = spawn(command, env=ENVIRONMENT, output=log, cwd=Path("/"),
                                         identity=self.place.identity, death=death)  # fmt: skip
                self.keeper.watch(self.process, death)
            with contextlib.suppress(psycopg.OperationalError):
                self.connect(SUPERUSER, "postgres").close()
                return True
            if self.process.poll() is not None:
                self.keeper.forget(self.process)
                # A server whose launcher was killed a moment ago is still writing its last page.
                if "already exists" not in self._tail() or time.monotonic() > patience:
                    raise CannotRun(self._reason("it ended at once"))
                time.sleep(0.5)
            return False

        if not wait_until(is_ready, within=60, pause=0.05):
            raise CannotRun(self._reason("it did not answer for a minute"))

    def _prepare(self) -> None:
        with self.connect(SUPERUSER, "postgres") as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            if OWNER not in roles:
                connection.execute(f"CREATE ROLE {OWNER} LOGIN")
            if WEB not in roles:
                connection.execute(f"CREATE ROLE {WEB} LOGIN")
            if self.throw_away:
                # Tests make their databases and look through the web role's eyes.
                connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
                connection.execute(f"GRANT {WEB} TO {OWNER}")
            databases = connection.execute("SELECT datname FROM pg_database").fetchall()
            if (DATABASE,) not in databases:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def stop(self) -> None:
        """The fast stop: SIGINT breaks off sessions; the smart stop would wait for them."""
        if self.process is None:
            return
        ask = signal.SIGQUIT if self.throw_away else signal.SIGINT
        stop(self.process, [(ask, 15), (signal.SIGQUIT, 5)])
        self.keeper.forget(self.process)
        self.process = None

    def death_sentence(self) -> str:
        """Why the server is gone, for a launcher that finds it dead."""
        if self.process is None or "No space left" in self._tail():
            return self._reason("it ended")
        how = how_it_ended(self.process)
        return f"PostgreSQL has ended on its own ({how}), so all is stopped. See {self.log}."

    def _tail(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-4000:]
        except OSError:
            return ""

    def _reason(self, fallback: str) -> str:
        tail = self._tail()
        if "No space left" in tail + fallback:
            return f"The disk is full: PostgreSQL needs about 200 MB free in {self.place.data}."
        if "Permission denied" in tail + fallback or "wrong ownership" in tail:
            return (
                f"PostgreSQL may not use {self.place.data}: it belongs to somebody else. "
                "Run as the same user as before, or start over with make demo-reset."
            )
        if "already exists" in tail:
            return f"Another PostgreSQL is using {self.place.data}. Stop it first."
        told = re.findall(r"(?:FATAL|PANIC|error):\s+(.+)", tail)
        return f"PostgreSQL does not run: {told[-1] if told else fallback}. See {self.log}."
