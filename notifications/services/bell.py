"""Reading notifications in Jenjang."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cycles.models import User
from notifications.models import Delivery
from notifications.queries.bell import bell_of


def read_one(user: User, public_id: UUID, now: datetime) -> Delivery | None:
    """Mark a notification of this person as read; None when it is not theirs."""
    row = bell_of(user).select_related("case").filter(public_id=public_id).first()
    if row is not None and row.read_at is None:
        bell_of(user).filter(pk=row.pk, read_at=None).update(read_at=now)
        row.read_at = now
    return row


def read_all(user: User, now: datetime, *, up_to: UUID | None = None) -> int:
    """Mark everything as read that the person has seen: up to the newest on the page, if named."""
    rows = bell_of(user).filter(read_at=None)
    if up_to is not None:
        newest = bell_of(user).filter(public_id=up_to).values_list("id", flat=True).first()
        rows = rows.filter(id__lte=newest) if newest is not None else rows.none()
    return rows.update(read_at=now)
