"""What an administrator looks up: accounts, days off, agencies with their cycles, the seals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from cycles.enums import CycleStatus
from cycles.models import (
    Acting,
    Agency,
    Cycle,
    Holiday,
    LedgerHead,
    Posting,
    Seal,
    User,
)

SIZE = 50


@dataclass(frozen=True)
class Accounts:
    """A page of accounts by user name; `has_more` says whether others follow."""

    rows: list[User]
    has_more: bool


def accounts(words: str = "", role: str = "", after: str = "", size: int = SIZE) -> Accounts:
    """Accounts whose user name, or whose person's name, holds the words. Two queries."""
    found = User.objects.select_related("person", "person__agency").prefetch_related(
        "role_grants__agency"
    )
    if words:
        found = found.filter(Q(username__icontains=words) | Q(person__name__icontains=words))
    if role:
        found = found.filter(role_grants__role=role).distinct()
    if after:
        found = found.filter(username__gt=after)
    rows = list(found.order_by("username")[: size + 1])
    return Accounts(rows[:size], len(rows) > size)


def account(user_id: int) -> User | None:
    """One account with its person, posts and roles. Three queries."""
    return (
        User.objects.filter(pk=user_id)
        .select_related("person", "person__agency")
        .prefetch_related("role_grants__agency")
        .first()
    )


def posts_of(person_id: int, today: date) -> list[tuple[str, str, bool]]:
    """(post, unit, is acting) that somebody holds or acts for on a day. Two queries."""
    held = (
        Posting.objects.filter(person_id=person_id, starts_on__lte=today)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .order_by("starts_on")
        .values_list("post__title", "post__unit__name")
    )
    acting = (
        Acting.objects.filter(person_id=person_id, starts_on__lte=today, ends_on__gte=today)
        .order_by("starts_on")
        .values_list("post__title", "post__unit__name")
    )
    return [
        *((title, unit, False) for title, unit in held),
        *((title, unit, True) for title, unit in acting),
    ]


def days_off(year: int, agency: Agency | None) -> list[Holiday]:
    """A year's days off: national, and with an agency its own beside them. One query."""
    whose = Q(agency=None) if agency is None else Q(agency=None) | Q(agency=agency)
    return list(
        Holiday.objects.filter(whose, day__year=year).select_related("agency").order_by("day", "id")
    )


def agencies() -> list[Agency]:
    """Every agency by name. One query."""
    return list(Agency.objects.order_by("name"))


def agencies_with_cycles() -> list[tuple[Agency, list[Cycle]]]:
    """Every agency with its cycles, the latest first. Two queries."""
    cycles: dict[int, list[Cycle]] = {}
    for cycle in Cycle.objects.order_by("-year"):
        cycles.setdefault(cycle.agency_id, []).append(cycle)
    return [(agency, cycles.get(agency.pk, [])) for agency in agencies()]


def is_running(agency: Agency) -> bool:
    return agency.cycles.filter(status=CycleStatus.OPEN).exists()


@dataclass(frozen=True)
class LedgerState:
    """How many streams there are, and what was sealed last."""

    streams: int
    seal: Seal | None


def ledger_state() -> LedgerState:
    """Two queries."""
    numbers = LedgerHead.objects.aggregate(streams=Count("stream"))
    return LedgerState(numbers["streams"], Seal.objects.order_by("-number").first())
