"""The demo's clock: it starts on a fixed day, and only ever goes forward."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cycles import clock
from cycles.exceptions import Refused
from cycles.models import ClockOffset

# Wednesday, 09.00 WIB: the assessment of one agency is in full swing, the other's year still runs.
START = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
# Beyond it no day off is known, and every date would be a guess.
END = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


def set_to(instant: datetime) -> datetime:
    """Let the demo's clock show an instant; return it. Raises Refused for going back or too far."""
    if instant > END:
        raise Refused(_("The demo's clock runs until the end of 2027."))
    with transaction.atomic():
        row, created = ClockOffset.objects.select_for_update().get_or_create(pk=1)
        real = timezone.now()
        seconds = round((instant - real).total_seconds())
        if not created and seconds < row.seconds:
            raise Refused(_("The demo's clock only goes forward."))
        row.seconds = seconds
        row.save(update_fields=["seconds"])
    clock.forget_offset()
    return instant
