"""People who move, retire, are away and come back: the acts of HR as the tests tell them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cycles.models import Person, Post
from cycles.rules import CycleRules, Level
from cycles.services.staff_changes import Wish
from tests.builders import APRIL, JANUARY, NOVEMBER, Town
from workflow.enums import State
from workflow.services.staff_changes import Carried, Preview, carry_out, preview

# A rating of "sangat baik" climbs one level, so that every state can be reached.
WITH_LEVEL = CycleRules(rating_levels=(Level("superior", ("sangat_baik",)),))
EARLY = {State.PLANNING: JANUARY, State.PLAN_REVIEW: JANUARY, State.MONITORING: APRIL,
         State.CHECKIN_REVIEW: APRIL, State.EXCLUDED: APRIL}  # fmt: skip


def moment_of(state: State) -> datetime:
    """When a case that `bring_to` brought to a state stands there."""
    return EARLY.get(state, NOVEMBER)


def vacant(place: Town, title: str = "Analis Kesehatan", under: str = "superior") -> Post:
    return Post.objects.create(
        agency=place.agency, unit=place.office, superior=place.posts[under], title=title,
        kind="pelaksana",
    )  # fmt: skip


def wish(person: Person, kind: str, on: date, **more: Any) -> Wish:
    return Wish(person, kind, on, more.pop("letter", "800/12/BKPSDM"),
                more.pop("reason", "Sesuai surat."), **more)  # fmt: skip


def carry(place: Town, person: Person, kind: str, now: datetime, **more: Any) -> Carried:
    """HR records the change; on a day that has come it takes effect at once."""
    on, may_wait = more.pop("on", now.date()), more.pop("may_wait", False)
    by = more.pop("by", place.hr)
    return carry_out(place.agency, wish(person, kind, on, **more), author=by.user, now=now,
                     may_wait=may_wait)  # fmt: skip


def foresee(place: Town, person: Person, kind: str, now: datetime, **more: Any) -> Preview:
    on = more.pop("on", now.date())
    return preview(place.agency, wish(person, kind, on, **more), author=place.hr.user, now=now)


@contextmanager
def taken_back(note: str) -> Iterator[None]:
    """One cell of a table: what it did is undone, and if it fails it says which cell it was."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    except AssertionError as wrong:
        wrong.add_note(note)
        raise
