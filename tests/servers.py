"""A pytest plugin (`-p tests.servers`): real servers for the tests, once per run.

Loading it names the addresses in the environment, before Django's settings are read. The servers
start with the session, in the controller only; the workers of xdist inherit the addresses and
differ by the number of their Valkey database and the suffix of their test database.
DATABASE_URL (with OWNER_DATABASE_URL) and REDIS_URL given from outside are used instead.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    # The demo's app, tables and addresses exist in tests; its behaviour is off (see below).
    "DEMO": "1",
    "SECURE": "0",
    "PLAIN_STATIC": "1",
    "AS_OWNER": "1",
    # Threads of live servers must let go of the test database.
    "DB_CONN_MAX_AGE": "0",
}


class Run:
    """What the controller started, to be stopped again."""

    def __init__(self) -> None:
        from config.run.processes import Keeper
        from config.run.template import scratch_servers

        self.keeper = Keeper()
        self.servers = scratch_servers(self.keeper, SETTINGS)
        os.environ.update(self.servers.env)
        if self.servers.is_migrated:
            os.environ["TEST_DB_TEMPLATE"] = DATABASE

    def stop(self) -> None:
        self.servers.stop()
        self.keeper.close()


def _own_valkey_database(url: str, worker: str) -> str:
    number = int(worker.removeprefix("gw")) + 1
    if "db=" in url:
        return re.sub(r"db=\d+", f"db={number}", url)
    return f"{re.sub(r'/[0-9]*$', '', url)}/{number}"


os.environ.update(SETTINGS)
_run: Run | None = None
if WORKER:
    os.environ["REDIS_URL"] = _own_valkey_database(os.environ["REDIS_URL"], WORKER)
else:
    from config.run.errors import CannotRun
    from config.run.postgres import DATABASE
    from config.run.translations import compile_catalogues

    compile_catalogues(Path(__file__).resolve().parent.parent / "locale")
    try:
        _run = Run()
    except CannotRun as sentence:
        raise pytest.UsageError(str(sentence)) from None


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings

    settings.DEMO = False
    # A password is hashed for every person of every test; how well does not matter here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if _run is not None and not session.config.option.collectonly:
        try:
            _run.servers.start()
        except CannotRun as sentence:
            pytest.exit(str(sentence), returncode=1)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if _run is not None:
        _run.stop()
