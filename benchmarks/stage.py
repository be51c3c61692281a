"""Throw-away servers, migrated, with Django set up as the web role; the owner's own connection."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.run.manage import PYTHON, scratch

Owner = Any  # psycopg.Connection, imported only once the servers stand


@contextmanager
def stage() -> Iterator[Owner]:
    with scratch() as (env, is_migrated):
        os.environ.update(env, DEMO="0", SECURE="0", PLAIN_STATIC="1")
        if not is_migrated:
            for step in (["migrate", "-v", "0"], ["grant_web_role"]):
                subprocess.run([*PYTHON, *step], env=os.environ, check=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        import psycopg

        with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
            yield owner
