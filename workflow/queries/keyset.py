"""Pages that stay right while a list changes: "after this row", never "rows 50 to 100"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

Row = TypeVar("Row")
SIZE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """A place in a list as an address names it; backwards means the page before it."""

    text: str = ""
    backwards: bool = False


START = Cursor()


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    has_previous: bool = False
    has_next: bool = False


def page_of(
    rows: QuerySet[Any],
    order: Sequence[str],
    position: Mapping[str, Any] | None,
    *,
    backwards: bool = False,
    size: int = SIZE,
) -> Page[Any]:
    """The rows after (or before) a position in a total order. One query.

    `order` names fields as `order_by` does ("-due_at", "pk"); `position` has a value or a
    subquery for each of them; None begins at the start.
    """
    going_back = backwards and position is not None
    fields = [(name.lstrip("-"), name.startswith("-") != going_back) for name in order]
    if position is not None:
        rows = rows.filter(_beyond(fields, position))
    ordered = rows.order_by(*(f"-{name}" if down else name for name, down in fields))
    found = list(ordered[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if going_back:
        return Page(found[::-1], has_previous=has_more, has_next=True)
    return Page(found, has_previous=position is not None, has_next=has_more)


def _beyond(fields: Sequence[tuple[str, bool]], position: Mapping[str, Any]) -> Q:
    """Rows that lie beyond a position: later in the first field, or equal there and so on."""
    beyond = Q()
    for index, (name, down) in enumerate(fields):
        step = Q(**{f"{name}__{'lt' if down else 'gt'}": position[name]})
        for equal, _down in fields[:index]:
            step &= Q(**{equal: position[equal]})
        beyond |= step
    return beyond


def uuid_of(text: str) -> UUID | None:
    """The id an address names; None for anything that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def instant_text(instant: datetime) -> str:
    """An instant as an address carries it, exact to the microsecond."""
    return str((instant - EPOCH) // MICROSECOND)


def instant_of(text: str) -> datetime | None:
    """The instant an address names; None for anything that is none."""
    try:
        return EPOCH + int(text) * MICROSECOND
    except (ValueError, OverflowError):
        return None
