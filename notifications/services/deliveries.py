"""Writing deliveries: any number at once, each key once, whoever else writes at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from notifications import catalogue
from notifications.due import from_morning
from notifications.enums import Channel, DeliveryState, Lasts, Mode
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


def put(wanted: Iterable[Wanted], now: datetime) -> int:
    """Write the deliveries of these notices; return how many rows were tried.

    A key that exists stays as it is. In the order of the keys, so that two writers of the same
    notices wait for each other instead of in a circle.
    """
    notices = list(wanted)
    accounts = accounts_of({notice.person_id for notice in notices})
    rows = [
        _row(notice, channel, now)
        for notice in notices
        if (account := accounts.get(notice.person_id)) is not None
        for channel in _channels(notice, account)
    ]
    rows.sort(key=lambda r: (r.cycle_id, r.occasion, r.rule, r.recipient_id, r.channel))
    Delivery.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    return len(rows)


def _channels(notice: Wanted, account: Account) -> list[Channel]:
    group = catalogue.entry_of(notice.code).group
    wants_mail = notice.by_mail and account.email and account.mode(group) != Mode.NONE
    return [Channel.BELL, Channel.EMAIL] if wants_mail else [Channel.BELL]


def _row(notice: Wanted, channel: Channel, now: datetime) -> Delivery:
    case = notice.case
    is_bell = channel == Channel.BELL
    return Delivery(
        agency_id=case.agency_id,
        cycle_id=case.cycle_id,
        case_id=case.pk,
        occasion=notice.occasion,
        rule=notice.rule,
        recipient_id=notice.person_id,
        channel=channel,
        at=notice.at,
        case_state=case.state,
        turn_number=case.turn_number,
        turn_party=case.turn_party,
        due_at=case.due_at,
        who_id=notice.who_id,
        reason=notice.reason,
        state=DeliveryState.SENT if is_bell else DeliveryState.QUEUED,
        sent_at=now if is_bell else None,
        next_at=from_morning(now, case.agency.zone) if notice.waits_for_morning else now,
    )


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
