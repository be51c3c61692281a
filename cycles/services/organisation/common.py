"""What every verb on an agency's records shares: the lock, the checks of words, the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cycles import ledger
from cycles.documents import TEXT
from cycles.exceptions import Incomplete, NotAllowed, Problem
from cycles.models import Agency, User

LETTER = 120
# Dates of records lie between these; others are slips of the hand.
FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class By:
    """Who does it, and when."""

    author: User
    now: datetime


@dataclass
class Note:
    """One entry to write: the stream, what happened, and ids or dates that tell of it."""

    stream: str
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def not_for_oneself(by: By, person_ids: Iterable[int]) -> None:
    """Raises NotAllowed when the author is one of those whose superior or powers the act sets."""
    if by.author.person_id is not None and by.author.person_id in set(person_ids):
        raise NotAllowed(
            _("Nobody sets their own post, superior or powers. Another colleague of HR does it.")
        )


def lock(agency_id: int) -> Agency:
    """The agency, locked against others who rearrange it."""
    return Agency.objects.select_for_update(no_key=True).get(pk=agency_id)


def record(agency_id: int, by: By, notes: list[Note]) -> None:
    """Write notes into the ledger; of several notes for one stream each gets its own entry."""
    left = notes
    while left:
        batch: dict[str, Note] = {}
        rest = []
        for note in left:
            if note.stream in batch:
                rest.append(note)
            else:
                batch[note.stream] = note
        ledger.append(
            [
                ledger.Entry(
                    stream=note.stream,
                    action=note.action,
                    at=by.now,
                    agency_id=agency_id,
                    actor_id=by.author.person_id,
                    reason=note.reason,
                    data={"author": by.author.pk, **note.data},
                )
                for note in batch.values()
            ]
        )
        left = rest


def demand(problems: list[Problem]) -> None:
    """Raises Incomplete when there are any."""
    if problems:
        raise Incomplete(problems)


def words(path: str, value: str, most: int, missing: str = "") -> Iterator[Problem]:
    """What is wrong with a text: empty though `missing` says that it must not be, or too long."""
    if not value and missing:
        yield Problem(path, missing)
    elif len(value) > most:
        yield Problem(
            path,
            _("Too long: %(length)s characters, at most %(limit)s.")
            % {"length": len(value), "limit": most},
        )


def reason_problems(reason: str, path: str = "reason") -> Iterator[Problem]:
    yield from words(path, reason, TEXT, _("Please give your reasons."))


def letter_problems(letter: str, path: str = "letter") -> Iterator[Problem]:
    yield from words(path, letter, LETTER, _("Name the letter with its number."))


def day_problems(path: str, day: date) -> Iterator[Problem]:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        yield Problem(path, _("This year cannot be meant."))
