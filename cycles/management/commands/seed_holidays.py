"""National holidays and joint leave as a start, which an administrator then corrects."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import F

from cycles.holiday_tables import holidays_of
from cycles.models import Agency, Holiday

YEARS = (2025, 2026, 2027)


@transaction.atomic
def seed_holidays(years: tuple[int, ...] = YEARS) -> int:
    """Write the national days off of years that have none yet; return how many rows were written.

    A year with any national row belongs to the administrator: what was corrected, added or taken
    out there stays so. New days give every agency a new calendar version.
    """
    national = Holiday.objects.filter(agency=None)
    # Two runs at once take turns, or the second would fill up what the first has just begun.
    agencies = list(Agency.objects.select_for_update(no_key=True).order_by("pk").values("pk"))
    known = {day.year for day in national.values_list("day", flat=True)}
    rows = Holiday.objects.bulk_create(
        [
            Holiday(
                day=row.day,
                name=row.name_id,
                is_joint_leave=row.joint_leave,
                is_estimated=row.estimated,
            )
            for year in sorted(set(years) - known)
            for row in holidays_of(year)
        ],
        ignore_conflicts=True,
    )
    if rows and agencies:
        Agency.objects.update(calendar_version=F("calendar_version") + 1)
    return len(rows)


class Command(BaseCommand):
    help = "Seeds national holidays and joint leave for years that have none; repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("years", nargs="*", type=int, default=list(YEARS))

    def handle(self, *args: Any, **options: Any) -> None:
        written = seed_holidays(tuple(options["years"]))
        self.stdout.write(f"{written} days off were added.")
        if written and Agency.objects.exists():
            self.stdout.write(
                "Deadlines that run keep the day they were told with. "
                "To give them the new days off: manage.py recount_deadlines"
            )
