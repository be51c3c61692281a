"""Small pictures as numbers: bars, stacked bars and word differences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import count
from typing import Any

SERIES = 6
# Beyond this many words a word-by-word comparison costs too much; the texts stand side by side.
MOST_WORDS = 3000


def percent(part: float, whole: float) -> str:
    """A share as SVG understands it, whatever the language: "37.50%"."""
    return f"{100 * part / whole:.2f}%" if whole > 0 else "0%"


def bar_rows(rows: Iterable[Mapping[str, Any]], most: float | None = None) -> list[dict[str, Any]]:
    """Rows with the width of their bar, against `most` or the largest value."""
    listed = [dict(row) for row in rows]
    whole = most if most is not None else max((row["value"] for row in listed), default=0)
    for row in listed:
        row["width"] = percent(min(row["value"], whole), whole)
        row["fill"] = row.get("role") or "brand"
    return listed


def stacked_parts(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parts with offset, width and share; those without a role take the series' colours."""
    listed = [dict(part) for part in parts]
    whole = sum(part["value"] for part in listed)
    before, series = 0, count()
    for part in listed:
        part["offset"], part["width"] = percent(before, whole), percent(part["value"], whole)
        part["share"] = round(100 * part["value"] / whole) if whole else 0
        part["fill"] = part.get("role") or f"series-{next(series) % SERIES + 1}"
        before += part["value"]
    return listed


def word_diff(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yields ("same" | "del" | "ins", text) in reading order."""
    before, after = old.split(), new.split()
    if len(before) + len(after) > MOST_WORDS:
        if old:
            yield "del", old
        if new:
            yield "ins", new
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", " ".join(before[i1:i2])
            continue
        if i2 > i1:
            yield "del", " ".join(before[i1:i2])
        if j2 > j1:
            yield "ins", " ".join(after[j1:j2])
