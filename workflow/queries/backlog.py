"""News that nobody has been told yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from workflow.models import Event


@dataclass(frozen=True)
class Backlog:
    number: int
    oldest: datetime | None


def backlog() -> Backlog:
    """How many events wait to be told, and since when. One query."""
    found = Event.objects.filter(handled_at=None).aggregate(number=Count("id"), oldest=Min("at"))
    return Backlog(found["number"], found["oldest"])
