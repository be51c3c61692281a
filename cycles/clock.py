"""The one clock of web, worker and beat. In the demo an offset row lets it run ahead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)
_offset: tuple[float, int] = (float("-inf"), 0)
OFFSET_SECONDS_FRESH = 1.0


def now() -> datetime:
    """The present instant, aware UTC; inside `at()` the instant that was told."""
    told = _told.get()
    if told is not None:
        return told
    present = timezone.now()
    return present + timedelta(seconds=_demo_offset()) if settings.DEMO else present


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let everything inside happen at `instant`: a sweep's one now, a rehearsed year."""
    token = _told.set(instant)
    try:
        yield
    finally:
        _told.reset(token)


def forget_offset() -> None:
    """Read the demo's offset afresh, after it was moved."""
    global _offset
    _offset = (float("-inf"), 0)


def _demo_offset() -> int:
    global _offset
    read_at, seconds = _offset
    if time.monotonic() - read_at > OFFSET_SECONDS_FRESH:
        from cycles.models import ClockOffset

        seconds = ClockOffset.objects.values_list("seconds", flat=True).first() or 0
        _offset = (time.monotonic(), seconds)
    return seconds
