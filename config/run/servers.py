"""The servers one run needs: those named in the environment, else embedded ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from config.run.errors import CannotRun
from config.run.postgres import OWNER, WEB, Postgres
from config.run.processes import Keeper, private_folder
from config.run.valkey import Valkey


class Servers:
    """PostgreSQL and Valkey for one state folder. DATABASE_URL and REDIS_URL come first.

    `fresh` makes the embedded database anew: a first start was interrupted. `template` is the data
    folder of a stopped PostgreSQL to copy instead of an empty one.
    """

    def __init__(
        self,
        state: Path,
        keeper: Keeper,
        *,
        throw_away: bool = False,
        fresh: bool = False,
        template: Path | None = None,
        given: Mapping[str, str] = os.environ,
    ) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotRun(f"The folder {state} cannot be made: {error.strerror}.") from error
        self.is_migrated = template is not None
        self.env: dict[str, str] = {}
        self._running: list[Postgres | Valkey] = []
        own_database, own_redis = not given.get("DATABASE_URL"), not given.get("REDIS_URL")
        if own_database or own_redis:
            sockets = private_folder(keeper)
        if own_database:
            postgres_sockets = sockets / "pg"
            postgres_sockets.mkdir(mode=0o700)
            postgres = Postgres(
                state, postgres_sockets, keeper,
                throw_away=throw_away, fresh=fresh, template=template,
            )  # fmt: skip
            self._running.append(postgres)
            self.env["DATABASE_URL"] = postgres.url(WEB)
            self.env["OWNER_DATABASE_URL"] = postgres.url(OWNER)
            if sockets_need_passage(postgres):
                sockets.chmod(0o711)
        if own_redis:
            valkey = Valkey(state, sockets, keeper, throw_away=throw_away)
            self._running.append(valkey)
            self.env["REDIS_URL"] = valkey.url

    def start(self) -> None:
        """Returns when all answer. Raises CannotRun, with whatever had started stopped again."""
        try:
            for server in self._running:
                server.start()
        except BaseException:
            self.stop()
            raise

    def places(self) -> list[Path]:
        """The data folders of the embedded servers, PostgreSQL's first."""
        return [
            server.place.data if isinstance(server, Postgres) else server.data
            for server in self._running
        ]

    def stop(self) -> None:
        for server in reversed(self._running):
            server.stop()

    def death_sentence(self) -> str | None:
        """A sentence if one of the servers has died, else None."""
        for server in self._running:
            if server.process is not None and server.process.poll() is not None:
                return server.death_sentence()
        return None


def sockets_need_passage(postgres: Postgres) -> bool:
    """Whether the server runs as somebody who must pass through our private folder."""
    return postgres.place.identity.name == "NOBODY"
