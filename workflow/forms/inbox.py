"""What the inbox's addresses and forms say; wrong values count as none."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.forms.hr import Selection
from workflow.queries.completion import BY_KEY as GROUPS_BY_KEY
from workflow.queries.inbox import BY_KEY, OWN, Narrowing
from workflow.queries.keyset import Cursor

__all__ = ["Selection", "cursor_from", "group_from", "narrowing_from"]

KIND, OVERDUE, AFTER, BEFORE, GROUP = "jenis", "terlambat", "setelah", "sebelum", "tahap"
LONGEST = 80


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


def narrowing_from(given: Mapping[str, str]) -> Narrowing:
    """To what the address narrows the inbox."""
    kind = _plain(given.get(KIND, ""))
    return Narrowing(kind if kind in BY_KEY or kind == OWN else "", given.get(OVERDUE) == "1")


def group_from(given: Mapping[str, str]) -> str:
    """The stretch of the year to which the address narrows a list of people."""
    group = _plain(given.get(GROUP, ""))
    return group if group in GROUPS_BY_KEY else ""


def cursor_from(given: Mapping[str, str]) -> Cursor:
    """Where in the list the address stands."""
    if before := _plain(given.get(BEFORE, "")):
        return Cursor(before, backwards=True)
    return Cursor(_plain(given.get(AFTER, "")))
