"""`manage.py recount_deadlines`: count every running deadline by the tables as they are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cycles import clock
from workflow.services import days_off


class Command(BaseCommand):
    help = "Counts running deadlines anew, after days off were filled in; none comes earlier."

    def handle(self, *args: Any, **options: Any) -> None:
        moved = days_off.recount(now=clock.now())
        self.stdout.write(f"{moved} running deadlines moved.")
