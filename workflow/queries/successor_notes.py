"""Notes for the successor: which a leaver still owes, and which a rater may read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from workflow.enums import OPEN, Party
from workflow.models import Case, SuccessorNote
from workflow.permissions import Actor, parties_of

# How long a leaver may write, also after leaving the post.
WRITE_FOR = timedelta(days=60)


def askable(author_id: int, now: datetime) -> QuerySet[SuccessorNote]:
    """The notes a person was asked for and may still write or mend, by name."""
    return (
        SuccessorNote.objects.filter(
            author_id=author_id, asked_at__gt=now - WRITE_FOR, case__state__in=OPEN
        )
        .select_related("case__person")
        .order_by("case__person__name", "pk")
    )


def owed_count(author_id: int, now: datetime) -> int:
    """How many a person was asked for and has not written. One query."""
    return askable(author_id, now).filter(text="").count()


def has_notes() -> Exists:
    """Whether an earlier rater left a word, for the query that reads the case."""
    return Exists(SuccessorNote.objects.filter(case=OuterRef("pk")).exclude(text=""))


def asks_note(author_id: int, now: datetime) -> Exists:
    """Whether this person is asked for a note, for the query that reads the case."""
    return Exists(
        SuccessorNote.objects.filter(
            case=OuterRef("pk"), author=author_id, asked_at__gt=now - WRITE_FOR
        )
    )


def notes_for(case: Case, actor: Actor) -> list[SuccessorNote]:
    """What earlier raters left for whoever rates now; nobody else reads it. At most one query."""
    if not getattr(case, "has_notes", True) or Party.RATER not in parties_of(actor, case):
        return []
    return list(
        SuccessorNote.objects.filter(case=case)
        .exclude(text="")
        .exclude(author=actor.person_id)
        .select_related("author")
        .order_by("written_at", "pk")
    )
