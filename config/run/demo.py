"""`python -m config.run.demo`: the whole demo on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import contextlib
import errno
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from django.conf import settings as django_settings

from config.demo.accounts import ACCOUNTS, PASSWORD
from config.run import prepare, programs
from config.run.errors import CannotRun
from config.run.inputs import HOST, hold_port, listening_socket, read_now, read_port
from config.run.processes import Keeper, end_with_parent, spawn, stop
from config.run.servers import Servers
from config.run.state import APPS, ROOT, State, disk_full, fingerprint
from config.run.supervisor import Supervisor
from config.run.translations import compile_catalogues

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Ctrl-C or SIGTERM arrived."""


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    say(f"  {what} ({time.monotonic() - start:.1f} s)")


class Demo:
    def __init__(self, options: argparse.Namespace) -> None:
        self.port, self.now = read_port(options.port), read_now(options.now)
        self.with_data: bool = options.data
        self.url = f"http://{HOST}:{self.port}"
        self.state = State(Path(options.state).absolute())
        self.mail = listening_socket()
        self.began = time.monotonic()

    def run(self) -> None:
        """Returns never by itself: raises Stopped or CannotRun, with everything stopped again."""
        if os.environ.get("DATABASE_URL") and not os.environ.get("OWNER_DATABASE_URL"):
            raise CannotRun(
                "OWNER_DATABASE_URL is not set. Beside DATABASE_URL it should be the address of "
                "the role that owns the database and runs the migrations."
            )
        self.state.take(self.url)
        with contextlib.ExitStack() as stack:
            held = stack.enter_context(hold_port(self.port))
            self.keeper = Keeper()
            stack.callback(self.keeper.close)
            say("Jenjang, the demo, is starting.")
            with step("translations"):
                compile_catalogues(ROOT / "locale")
            self.servers = Servers(
                self.state.folder, self.keeper, fresh=not self.state.done("data")
            )
            stack.callback(self.servers.stop)
            self.supervisor = Supervisor(self.keeper)
            stack.callback(self.supervisor.stop)
            env = self.environment() | self.servers.env
            static = self.start_static(env)
            with step("PostgreSQL and Valkey"):
                self.servers.start()
            self.supervisor.add(programs.mail_sink(self.state, env, self.mail))
            self.prepare_database(env)
            if static is not None:
                self.finish(static, "static", "static files")
                self.state.remember("static", self.static_mark)
            held.close()
            # One after the other: people wait for the first, and each takes a core to start.
            self.supervisor.add(programs.web_server(self.state, env, self.port))
            self.wait_for_answer()
            self.supervisor.add(programs.worker(self.state, env))
            self.supervisor.add(programs.beat(self.state, env))
            self.tell()
            while True:
                time.sleep(0.5)
                self.look_after()

    def environment(self) -> dict[str, str]:
        """The settings of the demo; what the caller's environment says comes first."""
        mail_port = self.mail.getsockname()[1]
        defaults = {
            "SECRET_KEY": self.state.secret_key(),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DEMO": "1",
            "SITE_URL": self.url,
            "STATIC_ROOT": str(self.state.static),
            "MEDIA_ROOT": str(self.state.media),
            "MAIL_SINK_DIR": str(self.state.mail),
            "EMAIL_URL": f"smtp://{HOST}:{mail_port}",
        }
        fixed = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
        return defaults | dict(os.environ) | fixed

    def start_static(self, env: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
        """collectstatic in a process of its own beside the database, if anything changed."""
        sources = [ROOT / "static", *(ROOT / app / "static" for app in APPS)]
        self.static_mark = fingerprint(
            sources, version("bootstrap-wrapper"), version("django-htmx"), env["STATIC_ROOT"]
        )
        if self.state.done("static") == self.static_mark and Path(env["STATIC_ROOT"]).is_dir():
            return None
        command: list[str | Path] = [
            sys.executable, ROOT / "manage.py", "collectstatic", "--noinput", "--clear",
            "--skip-checks", "-v", "0",
        ]  # fmt: skip
        with (self.state.logs / "static.log").open("wb") as log:
            child = spawn(command, env=env, output=log, cwd=ROOT)
        self.keeper.watch(child, signal.SIGKILL)
        return child

    def prepare_database(self, env: Mapping[str, str]) -> None:
        """Migrations, rights, data and clock, as far as they are not done already."""
        sources = [ROOT / "requirements.lock", *(ROOT / app / "migrations" for app in APPS),
                   ROOT / "cycles/management/commands/grant_web_role.py"]  # fmt: skip
        mark = fingerprint(sources, env["OWNER_DATABASE_URL"].split("?")[0])
        wanted = []
        if not self.state.done("data") or self.state.done("database") != mark:
            wanted += ["--migrate"]
        if self.with_data and self.state.done("data") != "whole":
            wanted += ["--data"]
        if self.now:
            wanted += ["--now", self.now]
        if not wanted:
            return
        with (self.state.logs / "prepare.log").open("wb") as log:
            command = [sys.executable, "-m", "config.run.prepare", *wanted]
            child = spawn(command, env=env, cwd=ROOT, errors=log)
        self.keeper.watch(child, signal.SIGKILL)
        self.finish(child, "prepare", "database")
        self.state.remember("database", mark)
        if "--data" in wanted or not self.state.done("data"):
            os.sync()
            self.state.remember("data", "whole" if self.with_data else "none")

    def finish(self, child: subprocess.Popen[bytes], log_name: str, what: str) -> None:
        """Waits for a preparing child. Raises CannotRun with its last words if it failed."""
        try:
            code = child.wait()
        finally:
            stop(child, [])
            self.keeper.forget(child)
        log = self.state.logs / f"{log_name}.log"
        words = log.read_text(errors="replace").strip()
        if code == prepare.FULL or (code != 0 and "No space left" in words):
            raise disk_full(self.state.folder)
        if code != 0:
            last = words.splitlines()[-1].strip() if words else f"it ended with code {code}"
            raise CannotRun(f"The {what} could not be prepared: {last} See {log}.")

    def look_after(self) -> None:
        if sentence := self.servers.death_sentence():
            raise CannotRun(sentence)
        self.supervisor.mend()

    def wait_for_answer(self) -> None:
        """Returns when the site answers; any answer but an error of its own will do."""
        limit = time.monotonic() + 60
        problem = "did not answer for a minute"
        while time.monotonic() < limit:
            self.look_after()
            connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
            try:
                connection.request("GET", "/")
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            finally:
                connection.close()
            if status < 500:
                return
            problem = f"answers with an error ({status})"
            break
        raise CannotRun(f"The web server {problem}. See {self.state.logs / 'web.log'}.")

    def tell(self) -> None:
        took = time.monotonic() - self.began
        say(f"Ready after {took:.0f} s: {self.url}")
        if self.state.done("data") == "whole":
            # The launcher has no settings of its own; this is all that a lazy word asks for.
            django_settings.configure(USE_I18N=False)
            say(f"  Accounts (password {PASSWORD}):")
            for name, who in ACCOUNTS:
                say(f"    {name:<12}{who}")
        say(f"  Logs are in {self.state.logs}. Ctrl-C stops everything.")


def main(arguments: Sequence[str] | None = None) -> int:
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="config.run.demo", description=__doc__)
    parser.add_argument("--port", default=given("PORT") or "8000")
    parser.add_argument("--now", default=given("NOW") or "", help="move the clock to here")
    parser.add_argument("--state", default=given("JENJANG_STATE") or ROOT / ".jenjang")
    parser.add_argument("--no-data", dest="data", action="store_false", help="an empty database")
    parser.add_argument("--end-with-parent", action="store_true", help="for make")
    options = parser.parse_args(arguments)
    for number in SIGNALS:
        signal.signal(number, _on_signal)
    if options.end_with_parent:
        end_with_parent(signal.SIGTERM)
    try:
        Demo(options).run()
    except Stopped:
        say("Stopped.")
        return 0
    except CannotRun as sentence:
        print(sentence, file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        print(disk_full(Path(options.state)), file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
