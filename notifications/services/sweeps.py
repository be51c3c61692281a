"""One look at what is to be told, at one now."""

from __future__ import annotations

from datetime import datetime

from cycles import clock
from notifications.services import invitations
from notifications.services.deadlines import look
from notifications.services.news import tell_events


def sweep(now: datetime | None = None) -> int:
    """Turn events, deadlines and askings into deliveries; return how many there were."""
    instant = now or clock.now()
    return tell_events(instant) + look(instant) + invitations.write_down(instant)
