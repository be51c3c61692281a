"""Refusals. Each carries a sentence that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):
    """An act that cannot be done now; `reason` says why, in words for that person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = str(reason)


class NotAllowed(Refused):
    """The person is not the one who may do it."""


class WrongState(Refused):
    """The matter does not stand where the act needs it."""


class Stale(Refused):
    """Somebody changed the same thing in between; what was typed is kept by the caller."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in a document: the field's path ("results.r1.title") and a sentence."""

    path: str
    sentence: str


class Incomplete(Refused):
    """A document that cannot be handed in yet; `problems` stand beside the fields."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(str(problem.sentence) for problem in problems))
        self.problems = tuple(problems)
