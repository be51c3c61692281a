"""HR's list of accounts: who can come in, who was invited, whom no mail reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Subquery

from cycles.models import Agency, Person, User
from cycles.queries.invitations import WAITING, condition, state_of
from cycles.queries.organisation import in_office
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of

# A mail that has not left by then is told of: the mail server may be away.
LATE_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Row:
    """A person with the account and where it stands."""

    person: Person
    user: User | None
    state: str
    is_late: bool


def accounts(
    agency: Agency,
    on: date,
    now: datetime,
    *,
    state: str = "",
    words: str = "",
    cursor: Cursor = START,
    size: int = SIZE,
) -> Page[Row]:
    """People in office by name, narrowed by account state and a part of the name. One query."""
    found = Person.objects.filter(in_office(on), agency=agency)
    if state:
        found = found.filter(condition(state, "user__"))
    if words:
        found = found.filter(name__icontains=words)
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        row = Person.objects.filter(agency=agency, public_id=anchor)
        position = {name: Subquery(row.values(name)[:1]) for name in ("name", "pk")}
    page = page_of(
        found.select_related("user"), ("name", "pk"), position, backwards=cursor.backwards,
        size=size,
    )  # fmt: skip
    return Page([_row(person, now) for person in page.rows], page.has_previous, page.has_next)


def _row(person: Person, now: datetime) -> Row:
    # Without an account the one-to-one attribute raises instead of being None.
    user: User | None = getattr(person, "user", None)
    state = state_of(user)
    asked = user.invitation_asked_at if user is not None else None
    is_late = state == WAITING and asked is not None and now - asked > LATE_AFTER
    return Row(person, user, state, is_late)


def ids_of(agency: Agency, public_ids: list[str]) -> list[int]:
    """The accounts of these people of the agency. One query."""
    wanted = [found for text in public_ids if (found := uuid_of(text)) is not None]
    return list(
        User.objects.filter(person__agency=agency, person__public_id__in=wanted)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
