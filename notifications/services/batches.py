"""Working through many rows so that a bad one cannot hold up the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

log = structlog.stdlib.get_logger("jenjang.notifications")

Item = TypeVar("Item")


def in_parts(items: Sequence[Item], work: Callable[[Sequence[Item]], int], what: str) -> int:
    """Do the work (one transaction) for all items; where it fails, for either half of them.

    Returns the sum of what `work` returned. What fails alone is logged and left for the next
    sweep.
    """
    if not items:
        return 0
    try:
        return work(items)
    except Exception as error:
        if len(items) == 1:
            log.error("left out", what=what, item=str(items[0]), error=type(error).__name__)
            return 0
        middle = len(items) // 2
        return in_parts(items[:middle], work, what) + in_parts(items[middle:], work, what)
