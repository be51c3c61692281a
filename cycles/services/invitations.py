"""Asking that people be invited to set their password. Who sends the mail reads the rows.

One asking of a person is one mail: `User.invitation_asked_at` is its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from cycles import ledger
from cycles.calendar import local_date
from cycles.models import Agency, User
from cycles.queries.invitations import FAILED, INVITED, MAY_BE_INVITED, NEW, condition
from cycles.queries.organisation import in_office

BATCH: Final = 1000
# Whole groups that can be asked for at once.
GROUPS: Final = (NEW, INVITED, FAILED)


def invitable(agency: Agency, on_instant: datetime) -> Q:
    """Accounts of people in office that an invitation may go to."""
    may = Q()
    for state in MAY_BE_INVITED:
        may |= condition(state)
    today = local_date(agency.zone, on_instant)
    return Q(person__agency=agency) & in_office(today, "person__") & may


def chosen(agency: Agency, now: datetime, *, group: str = "", user_ids: Sequence[int] = ()) -> Q:
    """Accounts of a whole group, or those named, as far as they may be invited."""
    wanted = condition(group) if group else Q(pk__in=list(user_ids))
    return invitable(agency, now) & wanted


def ask(
    agency: Agency,
    *,
    author: User,
    seen_at: datetime,
    asked_at: datetime,
    group: str = "",
    user_ids: Sequence[int] = (),
    say: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Ask for an invitation of each; return how many were asked for.

    In batches, each a transaction: who was asked for since `seen_at` is left out, so that a
    second click, and a worker that begins again, asks for nobody twice.
    """
    wanted = (
        User.objects.filter(chosen(agency, asked_at, group=group, user_ids=user_ids))
        .exclude(invitation_asked_at__gte=seen_at)
        .order_by("pk")
    )
    ids = list(wanted.values_list("pk", flat=True))
    asked = 0
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            locked = list(
                wanted.filter(pk__in=ids[start : start + BATCH])
                .select_for_update(of=("self",), no_key=True)
                .values_list("pk", flat=True)
            )
            User.objects.filter(pk__in=locked).update(
                invitation_asked_at=asked_at, invitation_problem=""
            )
            ledger.append(
                [
                    ledger.Entry(
                        stream=f"account:{pk}",
                        action="invite",
                        at=asked_at,
                        agency_id=agency.pk,
                        actor_id=author.person_id,
                        data={"author": author.pk},
                    )
                    for pk in locked
                ]
            )
        asked += len(locked)
        say(min(start + BATCH, len(ids)), len(ids))
    return asked
