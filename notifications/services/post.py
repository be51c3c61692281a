"""The post office: claiming what may leave, checking once more, sending, trying again.

A row is claimed by a conditional update, for all of a recipient's waiting mails at once; who holds
the claim sends, and a claim left behind by a dead worker is taken back. SMTP is at least once:
what is sent again after a crash keeps its envelope and with it its Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet

from cycles import clock
from cycles.models import User
from notifications import catalogue
from notifications.channels.smtp import Mailer
from notifications.enums import DeliveryState, Group, Mode, RuleKind
from notifications.exceptions import TransportError
from notifications.models import Delivery
from notifications.services.batches import log
from notifications.services.deliveries import is_true
from notifications.services.letters import compose
from notifications.services.recipients import Account, accounts_of
from workflow.models import Case

# More mails than this for one person at once are put together in one.
MOST_SINGLE: Final = 3
PEOPLE_PER_CLAIM: Final = 20
ROWS_LOOKED_AT: Final = 500
# Longer than one mail can take (the connection gives up after 20 s), as each renews its claim.
STUCK_AFTER: Final = timedelta(minutes=5)
BACKOFF: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440)
)
SECONDS_PER_RUN: Final = 50.0

_CLAIM = """
WITH who AS MATERIALIZED (
    SELECT p.id FROM cycles_person p
    WHERE p.id IN (
        SELECT q.recipient_id FROM notifications_delivery q
        WHERE q.state = 'queued' AND q.next_at <= %(now)s
        ORDER BY q.next_at, q.id LIMIT %(rows)s
    )
    ORDER BY p.id LIMIT %(people)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE notifications_delivery d
SET state = 'sending', claim = %(claim)s, claimed_at = %(now)s, attempts = d.attempts + 1
FROM who
WHERE d.recipient_id = who.id AND d.state = 'queued' AND d.next_at <= %(now)s
RETURNING d.id
"""


@dataclass
class Letter:
    """The deliveries of one mail."""

    envelope: UUID
    ids: list[int]


@dataclass
class Posted:
    """What a run did, in deliveries."""

    sent: int = 0
    withdrawn: int = 0
    failed: int = 0
    postponed: int = 0


def deliver(now: datetime | None = None, *, seconds: float = SECONDS_PER_RUN) -> Posted:
    """Send what may leave, for at most so many seconds; return what was done.

    Several may run at once. Stops early when the mail server cannot be reached.
    """
    end, posted = time.monotonic() + seconds, Posted()
    reclaim(now or clock.now())
    with Mailer() as mailer:
        while time.monotonic() < end:
            claim = uuid4()
            letters = _claim(claim, now or clock.now())
            if not letters:
                break
            for number, letter in enumerate(letters):
                if _carry(letter, claim, mailer, now or clock.now(), posted):
                    continue
                _give_back(letters[number + 1 :], claim)
                return posted
    return posted


def reclaim(now: datetime) -> int:
    """Put back what a sender that is no more had claimed; return how many rows."""
    return Delivery.objects.filter(
        state=DeliveryState.SENDING, claimed_at__lte=now - STUCK_AFTER
    ).update(state=DeliveryState.QUEUED, claim=None, claimed_at=None, next_at=now)


# --- claiming ----------------------------------------------------------------------------------


def _claim(claim: UUID, now: datetime) -> list[Letter]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM,
                {"claim": claim, "now": now, "rows": ROWS_LOOKED_AT, "people": PEOPLE_PER_CLAIM},
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        rows = list(Delivery.objects.filter(pk__in=ids).order_by("recipient_id", "at", "pk"))
        accounts = accounts_of({row.recipient_id for row in rows})
        fresh = [row for row in rows if row.envelope is None]
        _pack(fresh, accounts)
        Delivery.objects.bulk_update(fresh, ["envelope"], batch_size=1000)
    letters: dict[UUID, Letter] = {}
    for row in rows:
        assert row.envelope is not None
        letters.setdefault(row.envelope, Letter(row.envelope, [])).ids.append(row.pk)
    return list(letters.values())


def _pack(rows: Sequence[Delivery], accounts: dict[int, Account]) -> None:
    """Put each delivery into an envelope: what the law attaches to alone, the rest by choice.

    Several notices of one item's deadline are one mail; more than MOST_SINGLE mails, or two for
    who wishes a digest, become one.
    """
    by_person: dict[int, list[Delivery]] = {}
    for row in rows:
        by_person.setdefault(row.recipient_id, []).append(row)
    for person, waiting in by_person.items():
        account = accounts.get(person)
        loose: dict[tuple[int, str], list[Delivery]] = {}
        wants_digest = False
        for row in waiting:
            group = catalogue.entry_of(row.code).group
            if group == Group.LEGAL:
                row.envelope = row.public_id
                continue
            wants_digest = wants_digest or (
                account is not None and account.mode(group) == Mode.DIGEST
            )
            item = row.occasion if group == Group.REMINDER else f"{row.occasion} {row.rule}"
            loose.setdefault((row.case_id, item), []).append(row)
        together = len(loose) > (1 if wants_digest else MOST_SINGLE)
        shared = uuid4()
        for rows_of_item in loose.values():
            envelope = shared if together else rows_of_item[0].public_id
            for row in rows_of_item:
                row.envelope = envelope


def _give_back(letters: Sequence[Letter], claim: UUID) -> None:
    """What was claimed and not tried goes back as it was."""
    ids = [pk for letter in letters for pk in letter.ids]
    Delivery.objects.filter(pk__in=ids, claim=claim, state=DeliveryState.SENDING).update(
        state=DeliveryState.QUEUED, claim=None, claimed_at=None, attempts=F("attempts") - 1
    )


# --- sending -----------------------------------------------------------------------------------


def _carry(letter: Letter, claim: UUID, mailer: Mailer, now: datetime, posted: Posted) -> bool:
    """Check a letter once more and send it. False when no other letter could be sent either."""
    try:
        true, user = _still_true(letter, claim, now, posted)
        if not true or user is None:
            return True
        mailer.send(compose(true, user, letter.envelope, now))
    except TransportError as error:
        _postpone(letter, claim, now, error, posted)
        return not error.is_general
    except Exception as error:  # one mail that cannot be written must not hold up the others
        log.error("mail not written", envelope=str(letter.envelope), error=type(error).__name__)
        unwritten = TransportError(type(error).__name__, permanent=False)
        _postpone(letter, claim, now, unwritten, posted)
        return True
    posted.sent += _mine(letter, claim).update(
        state=DeliveryState.SENT, sent_at=now, claim=None, claimed_at=None, error=""
    )
    return True


def _mine(letter: Letter, claim: UUID) -> QuerySet[Delivery]:
    """What of a letter this sender still holds."""
    return Delivery.objects.filter(pk__in=letter.ids, claim=claim, state=DeliveryState.SENDING)


def _still_true(
    letter: Letter, claim: UUID, now: datetime, posted: Posted
) -> tuple[list[Delivery], User | None]:
    """The deliveries of a letter that are still so, and their reader; the others are withdrawn."""
    with transaction.atomic():
        rows = list(
            _mine(letter, claim)
            .select_for_update(of=("self",))
            .select_related("case__person", "case__agency", "case__unit", "case__cycle", "who")
            .order_by("pk")
        )
        if not rows:
            return [], None
        user = (
            User.objects.select_related("person")
            .filter(person=rows[0].recipient_id, is_active=True, person__left_on=None)
            .exclude(email="")
            .first()
        )
        account = accounts_of([rows[0].recipient_id]).get(rows[0].recipient_id)
        over = [
            row.pk
            for row in rows
            if user is None or account is None or not _is_wanted(row, row.case, account, now)
        ]
        if over:
            posted.withdrawn += Delivery.objects.filter(pk__in=over).update(
                state=DeliveryState.WITHDRAWN, claim=None, claimed_at=None
            )
        _mine(letter, claim).update(claimed_at=now)
    return [row for row in rows if row.pk not in set(over)], user


def _is_wanted(row: Delivery, case: Case, account: Account, now: datetime) -> bool:
    """Whether a delivery should still leave: the turn runs, the due date is the one it tells of."""
    entry = catalogue.entry_of(row.code)
    if account.mode(entry.group) == Mode.NONE:
        return False
    if not is_true(row.code, case, turn_number=row.turn_number, state=row.case_state):
        return False
    if entry.shows_due and case.due_at != row.due_at:
        return False
    return row.code != RuleKind.BEFORE or now < row.due_at


def _postpone(
    letter: Letter, claim: UUID, now: datetime, error: TransportError, posted: Posted
) -> None:
    """Try again later, at growing distances; after the last one, or at once, it has failed.

    A server that cannot be reached is no fault of the mail: such a mail never fails for good.
    """
    for row in _mine(letter, claim).only("id", "attempts"):
        tries = max(row.attempts, 1)
        is_over = error.permanent or (tries > len(BACKOFF) and not error.is_general)
        row.state = DeliveryState.FAILED if is_over else DeliveryState.QUEUED
        row.next_at = now if is_over else now + BACKOFF[min(tries, len(BACKOFF)) - 1]
        row.claim, row.claimed_at, row.error = None, None, str(error)[:300]
        row.save(update_fields=["state", "next_at", "claim", "claimed_at", "error"])
        posted.failed += is_over
        posted.postponed += not is_over
