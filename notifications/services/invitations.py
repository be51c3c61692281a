"""Invitations: from askings to rows, and out by mail, each once.

The link's token is made when the mail is written and kept nowhere. SMTP is at least once: what is
sent again after a crash keeps its Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import format_day, local_date
from cycles.models import User
from cycles.queries.invitations import WAITING, state_of
from notifications.channels.smtp import Mailer
from notifications.enums import DeliveryState
from notifications.exceptions import TransportError
from notifications.models import Invitation
from notifications.services.batches import log
from notifications.services.letters import message_id
from notifications.services.post import BACKOFF, STUCK_AFTER, Posted

MAILS_PER_CLAIM: Final = 50
SECONDS_PER_RUN: Final = 50.0

# The partial index on accounts finds the askings nobody has sent or given up yet.
_WRITE = """
INSERT INTO notifications_invitation (
    public_id, agency_id, user_id, asked_at, state, next_at, attempts, error
)
SELECT gen_random_uuid(), p.agency_id, u.id, u.invitation_asked_at, 'queued', %(now)s, 0, ''
FROM cycles_user u JOIN cycles_person p ON p.id = u.person_id
WHERE u.invitation_asked_at IS NOT NULL AND u.invitation_problem = ''
    AND (u.invited_at IS NULL OR u.invited_at < u.invitation_asked_at)
    AND p.agency_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM notifications_invitation i
        WHERE i.user_id = u.id AND i.asked_at = u.invitation_asked_at
    )
ORDER BY u.id, u.invitation_asked_at
ON CONFLICT (user_id, asked_at) DO NOTHING
"""
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM notifications_invitation
    WHERE state = 'queued' AND next_at <= %(now)s
    ORDER BY next_at, id LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE notifications_invitation i
SET state = 'sending', claim = %(claim)s, claimed_at = %(now)s, attempts = i.attempts + 1
FROM due WHERE i.id = due.id
RETURNING i.id
"""


@dataclass(frozen=True)
class Held:
    """What one sender has of the queue."""

    claim: UUID
    ids: list[int]


def write_down(now: datetime) -> int:
    """A row for every asking that has none; return how many. Doing it again writes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"now": now})
        return int(cursor.rowcount)


def deliver(now: datetime | None = None, *, seconds: float = SECONDS_PER_RUN) -> Posted:
    """Send what may leave, for at most so many seconds; return what was done.

    Several may run at once. Stops early when the mail server cannot be reached.
    """
    end, posted = time.monotonic() + seconds, Posted()
    reclaim(now or clock.now())
    with Mailer() as mailer:
        while time.monotonic() < end:
            held = _claim(now or clock.now())
            for number, pk in enumerate(held.ids):
                if _carry(pk, held.claim, mailer, now or clock.now(), posted):
                    continue
                _give_back(held.ids[number + 1 :], held.claim)
                return posted
            if not held.ids:
                break
    return posted


def reclaim(now: datetime) -> int:
    """Put back what a sender that is no more had claimed; return how many."""
    return Invitation.objects.filter(
        state=DeliveryState.SENDING, claimed_at__lte=now - STUCK_AFTER
    ).update(state=DeliveryState.QUEUED, claim=None, claimed_at=None, next_at=now)


def _claim(now: datetime) -> Held:
    claim = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "claim": claim, "most": MAILS_PER_CLAIM})
        return Held(claim, sorted(row[0] for row in cursor.fetchall()))


def _give_back(ids: Sequence[int], claim: UUID) -> None:
    Invitation.objects.filter(pk__in=ids, claim=claim, state=DeliveryState.SENDING).update(
        state=DeliveryState.QUEUED, claim=None, claimed_at=None, attempts=F("attempts") - 1
    )


def _carry(pk: int, claim: UUID, mailer: Mailer, now: datetime, posted: Posted) -> bool:
    """Check one once more and send it. False when no other could be sent either."""
    row = _still_true(pk, claim, now, posted)
    if row is None:
        return True
    try:
        mailer.send(compose(row, now))
    except TransportError as error:
        _postpone(row, claim, now, error, posted)
        return not error.is_general
    except Exception as error:  # one mail that cannot be written must not hold up the others
        log.error("invitation not written", row=str(row.public_id), error=type(error).__name__)
        _postpone(row, claim, now, TransportError(type(error).__name__, permanent=False), posted)
        return True
    with transaction.atomic():
        posted.sent += _close(row, claim, DeliveryState.SENT, sent_at=now, error="")
        # Never before the asking it answers, whatever the clocks say.
        User.objects.filter(pk=row.user_id, invitation_asked_at=row.asked_at).update(
            invited_at=max(now, row.asked_at), invitation_problem=""
        )
    return True


def _still_true(pk: int, claim: UUID, now: datetime, posted: Posted) -> Invitation | None:
    """The invitation with its reader, if it is still to be sent; else it is withdrawn."""
    with transaction.atomic():
        row: Invitation | None = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("agency", "user__person")
            .filter(pk=pk, claim=claim, state=DeliveryState.SENDING)
            .first()
        )
        if row is None:
            return None
        person = row.user.person
        today = local_date(row.agency.zone, now)
        if (
            person is None
            or person.agency_id != row.agency_id
            or (person.left_on is not None and person.left_on <= today)
            or row.user.invitation_asked_at != row.asked_at
            or state_of(row.user) != WAITING
        ):
            posted.withdrawn += _close(row, claim, DeliveryState.WITHDRAWN)
            return None
        Invitation.objects.filter(pk=pk).update(claimed_at=now)
    return row


def _close(row: Invitation, claim: UUID, state: str, **more: object) -> int:
    """End a row that this sender still holds; return 1, or 0 where somebody else has it."""
    return Invitation.objects.filter(pk=row.pk, claim=claim, state=DeliveryState.SENDING).update(
        state=state, claim=None, claimed_at=None, **more
    )


def _postpone(
    row: Invitation, claim: UUID, now: datetime, error: TransportError, posted: Posted
) -> None:
    """Try again later, at growing distances; after the last one, or at once, it has failed.

    A server that cannot be reached is no fault of the mail: such a mail never fails for good.
    """
    tries = max(row.attempts, 1)
    is_over = error.permanent or (tries > len(BACKOFF) and not error.is_general)
    told = str(error)[:300]
    with transaction.atomic():
        if not is_over:
            posted.postponed += _close(
                row, claim, DeliveryState.QUEUED, error=told,
                next_at=now + BACKOFF[min(tries, len(BACKOFF)) - 1],
            )  # fmt: skip
            return
        posted.failed += _close(row, claim, DeliveryState.FAILED, error=told)
        # HR reads it in its list of accounts, and can correct the address and ask again.
        User.objects.filter(
            Q(invited_at=None) | Q(invited_at__lt=row.asked_at),
            pk=row.user_id, invitation_asked_at=row.asked_at,
        ).update(invitation_problem=told or "?")  # fmt: skip


# --- the letter --------------------------------------------------------------------------------


def compose(row: Invitation, now: datetime) -> EmailMultiAlternatives:
    """The invitation in the reader's language, with a link that works until a named day."""
    user, zone = row.user, row.agency.zone
    link = reverse(
        "password_reset_confirm",
        args=[
            urlsafe_base64_encode(force_bytes(user.pk)),
            default_token_generator.make_token(user),
        ],
    )
    until = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    with translation.override(user.language):
        context = {
            "name": user.person.name if user.person else user.username,
            "agency": row.agency.name,
            "username": user.username,
            "link": settings.SITE_URL + link,
            "until": format_day(local_date(zone, until)),
            "login_url": settings.SITE_URL + reverse("login"),
            "language": user.language,
        }
        subject = " ".join(
            (_("Your Jenjang account at %(agency)s") % {"agency": row.agency.name}).split()
        )
        plain = render_to_string("notifications/invitation.txt", context)
        html = render_to_string("notifications/invitation.html", context)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=plain,
        to=[user.email],
        headers={
            "Message-ID": message_id(row.public_id),
            "Date": format_datetime(now.astimezone(ZoneInfo(zone))),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": user.language,
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail
