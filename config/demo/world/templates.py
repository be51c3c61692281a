"""The shorthand for results of a plan, and how a target in it becomes a figure.

An aspect is written "n:indicator=target" with n quantity, k quality, w time, b cost (kuantitas,
kualitas, waktu, biaya); of two that measure the same, one is drawn. A target "90..95 persen" is
drawn from the span; "maks 10..15 menit" is a ceiling; anything else stands as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from config.demo.world.specs import Aspect, Target

LETTERS: Final[dict[str, Literal["quantity", "quality", "time", "cost"]]] = {
    "n": "quantity", "k": "quality", "w": "time", "b": "cost",
}  # fmt: skip
_SPAN = re.compile(r"(maks )?(\d+)(?:\.\.(\d+))? (.+)\Z")
_ORDER = tuple(LETTERS.values())


@dataclass(frozen=True, slots=True)
class Template:
    """A result that people of a profile may plan; `theme` finds the superior's result it serves."""

    theme: str
    title: str
    aspects: tuple[str, ...]
    is_additional: bool = False

    def draw(self, rng: Random, fewest: int = 1) -> tuple[Aspect, ...]:
        """Some of its aspects with a target each, in the order of the form, none twice."""
        of_each: dict[str, list[str]] = {}
        for text in self.aspects:
            of_each.setdefault(text[0], []).append(text)
        count = rng.randint(min(fewest, len(of_each)), len(of_each))
        drawn = [_aspect(rng.choice(of_each[key]), rng) for key in rng.sample(list(of_each), count)]
        return tuple(sorted(drawn, key=lambda a: _ORDER.index(a.aspect)))


def main(theme: str, title: str, *aspects: str) -> Template:
    """A main result (hasil kerja utama)."""
    return Template(theme, title, aspects)


def additional(theme: str, title: str, *aspects: str) -> Template:
    """An additional result (hasil kerja tambahan)."""
    return Template(theme, title, aspects, is_additional=True)


def _aspect(text: str, rng: Random) -> Aspect:
    letter, _, rest = text.partition(":")
    indicator, _, target = rest.partition("=")
    return Aspect(LETTERS[letter], indicator, _target(target, rng))


def _target(text: str, rng: Random) -> Target:
    found = _SPAN.match(text)
    if not found:
        return Target(text)
    ceiling, low, high, unit = found.groups()
    amount = rng.randint(int(low), int(high or low))
    if amount > 100:
        amount = round(amount, -1)
    if ceiling and amount == 0:
        return Target("nihil", 0, unit, is_ceiling=True)
    shown = f"{amount:,}".replace(",", ".")
    return Target(
        f"{'paling lama ' if ceiling and _is_time(unit) else 'paling banyak ' if ceiling else ''}"
        f"{shown} {unit}",
        amount,
        unit,
        is_ceiling=bool(ceiling),
    )


def _is_time(unit: str) -> bool:
    return unit.split()[0] in {"menit", "jam", "hari", "minggu", "bulan"}
