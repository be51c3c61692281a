"""Letting mails that were given up leave once more; each is looked at again before it does."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cycles.models import Agency
from notifications.enums import DeliveryState
from notifications.queries.failed import failed_of


def retry(agency: Agency, now: datetime, *, public_id: UUID | None = None) -> int:
    """Queue one failed mail of the agency again, or all; return how many.

    The row stays the one it is, and its mail keeps its Message-ID. What is no longer so is
    withdrawn instead of sent.
    """
    rows = failed_of(agency)
    if public_id is not None:
        rows = rows.filter(public_id=public_id)
    return rows.update(state=DeliveryState.QUEUED, next_at=now, attempts=0, error="")
