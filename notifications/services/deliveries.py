"""Writing deliveries: any number at once, each key once, whoever else writes at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from notifications import catalogue
from notifications.due import from_morning
from notifications.enums import Channel, Lasts, Mode
from notifications.models import Delivery
from notifications.services.recipients import Account, accounts_of
from workflow.models import Case


@dataclass(frozen=True)
class Wanted:
    """One notice for one person, before channels and preferences."""

    case: Case
    occasion: str
    rule: str
    person_id: int
    at: datetime
    who_id: int | None = None
    reason: str = ""
    by_mail: bool = True
    # What no person did (the calendar, the system) does not ring before 08.00.
    waits_for_morning: bool = False

    @property
    def code(self) -> str:
        return self.rule.partition(":")[0]


# In the order of the keys, so that two writers of the same notices wait for each other instead of
# in a circle. Row by row through the ORM, a morning of 100,000 reminders took five times as long.
_PUT = """
INSERT INTO notifications_delivery (
    public_id, agency_id, cycle_id, case_id, occasion, rule, recipient_id, channel, at, case_state,
    turn_number, turn_party, due_at, who_id, reason, state, next_at, sent_at, attempts, error
)
SELECT gen_random_uuid(), n.agency, n.cycle, n.case_id, n.occasion, n.rule, n.person, n.channel,
    n.at, n.case_state, n.turn_number, n.turn_party, n.due_at, n.who, n.reason,
    CASE WHEN n.channel = 'bell' THEN 'sent' ELSE 'queued' END, n.next_at,
    CASE WHEN n.channel = 'bell' THEN %(now)s::timestamptz END, 0, ''
FROM unnest(
    %(agency)s::bigint[], %(cycle)s::bigint[], %(case_id)s::bigint[], %(occasion)s::text[],
    %(rule)s::text[], %(person)s::bigint[], %(channel)s::text[], %(at)s::timestamptz[],
    %(case_state)s::text[], %(turn_number)s::int[], %(turn_party)s::text[],
    %(due_at)s::timestamptz[], %(who)s::bigint[], %(reason)s::text[], %(next_at)s::timestamptz[]
) AS n(agency, cycle, case_id, occasion, rule, person, channel, at, case_state, turn_number,
    turn_party, due_at, who, reason, next_at)
ORDER BY n.cycle, n.occasion, n.rule, n.person, n.channel
ON CONFLICT (cycle_id, occasion, rule, recipient_id, channel) DO NOTHING
"""


def put(wanted: Iterable[Wanted], now: datetime) -> int:
    """Write the deliveries of these notices in one statement; return how many were new.

    A key that exists stays as it is. People who cannot be reached by a channel are left out.
    """
    notices = list(wanted)
    accounts = accounts_of({notice.person_id for notice in notices})
    rows = [
        _row(notice, channel, now)
        for notice in notices
        if (account := accounts.get(notice.person_id)) is not None
        for channel in _channels(notice, account)
    ]
    if not rows:
        return 0
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    with connection.cursor() as cursor:
        cursor.execute(_PUT, {**columns, "now": now})
        return int(cursor.rowcount)


def _channels(notice: Wanted, account: Account) -> list[Channel]:
    group = catalogue.entry_of(notice.code).group
    wants_mail = notice.by_mail and account.email and account.mode(group) != Mode.NONE
    return [Channel.BELL, Channel.EMAIL] if wants_mail else [Channel.BELL]


def _row(notice: Wanted, channel: Channel, now: datetime) -> dict[str, Any]:
    case = notice.case
    return {
        "agency": case.agency_id,
        "cycle": case.cycle_id,
        "case_id": case.pk,
        "occasion": notice.occasion,
        "rule": notice.rule,
        "person": notice.person_id,
        "channel": channel.value,
        "at": notice.at,
        "case_state": str(case.state),
        "turn_number": case.turn_number,
        "turn_party": str(case.turn_party),
        "due_at": case.due_at,
        "who": notice.who_id,
        "reason": notice.reason,
        "next_at": from_morning(now, case.agency.zone) if notice.waits_for_morning else now,
    }


def is_true(code: str, case: Case, *, turn_number: int, state: str) -> bool:
    """Whether what was told in that turn and state is still so."""
    lasts = catalogue.entry_of(code).lasts
    if lasts == Lasts.TURN:
        return case.turn_number == turn_number
    return lasts == Lasts.ALWAYS or case.state == state


def settle_bells(case_ids: Iterable[int], now: datetime) -> int:
    """Mark as read what is no longer so, as the turn has ended; return how many. Two queries."""
    unread = (
        Delivery.objects.filter(case__in=set(case_ids), channel=Channel.BELL, read_at=None)
        .filter(turn_number__lt=F("case__turn_number"))
        .select_related("case")
    )
    over = [
        row.pk
        for row in unread
        if not is_true(row.code, row.case, turn_number=row.turn_number, state=row.case_state)
    ]
    return Delivery.objects.filter(pk__in=over, read_at=None).update(read_at=now) if over else 0


def settle_earlier(case_ids: Iterable[int], now: datetime) -> int:
    """Of a person's unread notices of one item's deadline leave the newest; return how many less.

    Two queries.
    """
    unread = (
        Delivery.objects.filter(case__in=set(case_ids), channel=Channel.BELL, read_at=None)
        .filter(occasion__startswith="turn:")
        .order_by("-pk")
        .values_list("pk", "case_id", "recipient_id")
    )
    seen: set[tuple[int, int]] = set()
    earlier = []
    for pk, case_id, recipient_id in unread:
        if (case_id, recipient_id) in seen:
            earlier.append(pk)
        seen.add((case_id, recipient_id))
    if not earlier:
        return 0
    return Delivery.objects.filter(pk__in=earlier, read_at=None).update(read_at=now)
