"""What every test may ask for. The servers themselves come from tests/servers.py."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from cycles.management.commands.grant_web_role import grant_web_role
from cycles.management.commands.seed_holidays import seed_holidays
from cycles.queries.calendars import forget_calendars


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, with the rights the web role has in production."""
    with django_db_blocker.unblock(), transaction.atomic():
        grant_web_role(connection, settings.WEB_ROLE)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Counters, lockouts and sessions of one test must not reach the next."""
    yield
    cache.clear()


@pytest.fixture
def web_role(db: None) -> Callable[[], AbstractContextManager[None]]:
    """`with web_role(): …` runs what is inside as the role of the web and the worker.

    The block is a savepoint: what the database refuses is rolled back and raised on.
    """

    @contextlib.contextmanager
    def as_web_role() -> Iterator[None]:
        role = connection.ops.quote_name(settings.WEB_ROLE)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {role}")
            yield
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")

    return as_web_role


@pytest.fixture
def holidays(db: None) -> Iterator[None]:
    """The national days off of 2025 to 2027 in the database; ask for it before building a town."""
    forget_calendars()
    seed_holidays()
    yield
    forget_calendars()
