"""`manage.py demo_clock 2026-12-10` (or `2026-12-10T08:00`): move the demo's clock forward."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.clock import set_to
from cycles.exceptions import Refused

JAKARTA = ZoneInfo("Asia/Jakarta")


def instant_of(text: str) -> datetime:
    """An instant from a day (09.00 WIB then) or a local time. Raises ValueError for other text."""
    moment = datetime.fromisoformat(text)
    if len(text) <= 10:
        moment = moment.replace(hour=9)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA)


class Command(BaseCommand):
    help = "Move the demo's clock forward."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("now", help="a day (2026-12-10) or a local time (2026-12-10T08:00)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moment = instant_of(options["now"])
        except ValueError:
            raise CommandError(
                f"NOW={options['now']!r} is no day. It should be like 2026-12-10 or "
                "2026-12-10T08:00."
            ) from None
        try:
            set_to(moment)
        except Refused as refusal:
            raise CommandError(refusal.reason) from None
        self.stdout.write(f"The demo's clock shows {moment:%Y-%m-%d %H:%M %Z}.")
