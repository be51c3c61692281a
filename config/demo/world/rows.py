"""The shorthand in which the two cities are written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.demo.world.specs import PersonKind, Sex, UnitKind


@dataclass(frozen=True)
class Row:
    """A unit with its seats: "kapus katu 2*bidan_mahir"; the first seat is the head's."""

    key: str
    parent: str | None
    name: str
    kind: UnitKind
    group: str
    seats: str
    week: int = 5

    def roles(self) -> Iterator[tuple[str, str]]:
        """(post key, role) of every seat, the head's first."""
        for token in self.seats.split():
            count, _, role = token.rpartition("*")
            for number in range(1, int(count or 1) + 1):
                suffix = f"/{number}" if number > 1 else ""
                yield f"{self.key}/{role}{suffix}", role


@dataclass(frozen=True)
class Fixed:
    """A person whose name or account the demo speaks of."""

    name: str
    sex: Sex
    username: str | None = None
    birth: tuple[int, int, int] | None = None
    titles: tuple[str, str] = ("", "")
    kind: PersonKind | None = None
