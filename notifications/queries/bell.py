"""A person's notifications in Jenjang."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from cycles.models import User
from notifications.enums import Channel, DeliveryState
from notifications.models import Delivery

# More than this is shown as "99+": counting further would only cost time.
COUNTED = 100


def bell_of(user: User) -> QuerySet[Delivery]:
    """What a person was told in Jenjang; nothing for an account without a person."""
    return Delivery.objects.filter(
        recipient=user.person_id, channel=Channel.BELL, state=DeliveryState.SENT
    ).exclude(recipient=None)


def unread_count(user: User) -> int:
    """Returns how many are unread, up to COUNTED. One query."""
    if user.person_id is None:
        return 0
    return bell_of(user).filter(read_at=None)[:COUNTED].count()


def page_of(user: User, *, before: UUID | None, size: int) -> list[Delivery]:
    """Returns one more than `size` when there are older ones, newest first, with what is shown.

    `before` names the last one of the page above; one that is not this person's begins anew.
    """
    rows = bell_of(user).select_related(
        "case__person", "case__agency", "case__unit", "case__cycle", "who"
    )
    if before is not None:
        last = bell_of(user).filter(public_id=before).values_list("id", flat=True).first()
        rows = rows.filter(id__lt=last) if last is not None else rows
    return list(rows.order_by("-id")[: size + 1])
