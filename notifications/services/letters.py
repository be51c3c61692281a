"""Writing a mail: one notice, or several as a digest, in the recipient's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import ngettext

from cycles.models import User
from notifications.models import Delivery
from notifications.queries.wording import Wording, wording_of
from workflow.models import Case
from workflow.permissions import actor_of, visible_cases

# A digest names so many items; the rest is a number and a link.
LISTED: Final = 20
SUBJECT_LENGTH: Final = 150
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """A notice in a mail, with the address of its case where the reader may open it."""

    wording: Wording
    url: str


def message_id(envelope: UUID) -> str:
    """The Message-ID of an envelope: the same however often it is sent."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{envelope}@{host}>"


def compose(
    deliveries: Sequence[Delivery], user: User, envelope: UUID, now: datetime
) -> EmailMultiAlternatives:
    """The mail that carries these deliveries, most urgent first. They come with their cases."""
    zone = deliveries[0].case.agency.zone
    with translation.override(user.language):
        lines = _lines(deliveries, user, now)
        context = {
            "name": user.person.name if user.person else user.username,
            "lines": lines[:LISTED],
            "more": len(lines) - LISTED if len(lines) > LISTED else 0,
            "is_digest": len(lines) > 1,
            "home_url": settings.SITE_URL + "/",
            "preferences_url": settings.SITE_URL + reverse("notification_preferences"),
            "language": user.language,
        }
        subject = _subject(lines)
        plain = render_to_string("notifications/mail.txt", context)
        html = render_to_string("notifications/mail.html", context)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=plain,
        to=[user.email],
        headers={
            "Message-ID": message_id(envelope),
            "Date": format_datetime(now.astimezone(ZoneInfo(zone))),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": user.language,
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _lines(deliveries: Sequence[Delivery], user: User, now: datetime) -> list[Line]:
    """A line per case: of several notices about one item the last says all."""
    latest: dict[tuple[int, str], Delivery] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.at, abs(_days(d)), d.pk)):
        key = "" if ":" in delivery.rule else delivery.rule
        latest[delivery.case_id, key] = delivery
    opens = set(
        Case.objects.filter(
            visible_cases(actor_of(user, now.date())), pk__in={d.case_id for d in deliveries}
        ).values_list("pk", flat=True)
    )
    ordered = sorted(latest.values(), key=lambda d: (d.due_at, d.pk))
    return [
        Line(
            wording_of(delivery, now),
            settings.SITE_URL + reverse("case", args=[delivery.case.public_id])
            if delivery.case_id in opens
            else "",
        )
        for delivery in ordered
    ]


def _days(delivery: Delivery) -> int:
    number = delivery.rule.partition(":")[2]
    return int(number) if number else 0


def _subject(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        text = lines[0].wording.title
    else:
        n = len(lines)
        text = ngettext("%(n)d item needs your attention", "%(n)d items need your attention", n)
        text = text % {"n": n}
    # No line break of a name may end a header.
    return Truncator(_SPACES.sub(" ", text).strip()).chars(SUBJECT_LENGTH)
