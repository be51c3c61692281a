"""What is recorded of people's moves, and what must be known before one is recorded."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from cycles.enums import StaffChangeKind
from cycles.models import Absence, Agency, Person, Posting, StaffChange


def changes_of(agency: Agency) -> QuerySet[StaffChange]:
    """Every recorded change of an agency's people, with what a list shows."""
    return StaffChange.objects.filter(agency=agency).select_related(
        "person", "post__unit", "to_agency", "author__person"
    )


def is_waiting() -> Q:
    """Recorded ahead, not applied, not cancelled."""
    return Q(applied_at=None, cancelled_at=None)


def postings_from(person: Person, agency_id: int, on: date) -> list[Posting]:
    """What a person holds in an agency on a day or comes to hold later, the main posting first.

    The main posting is the one that began last, as for the opening of a cycle.
    """
    return list(
        Posting.objects.filter(person=person, agency_id=agency_id)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .select_related("post__unit")
        .order_by("-starts_on", "-pk")
    )


def absence_to_return_from(person: Person, agency_id: int, on: date) -> Absence | None:
    """The latest absence that began before a day and from which no return was recorded yet."""
    absence = (
        Absence.objects.filter(person=person, agency_id=agency_id, starts_on__lt=on)
        .order_by("-starts_on", "-pk")
        .first()
    )
    if absence is None:
        return None
    has_returned = StaffChange.objects.filter(
        person=person,
        agency_id=agency_id,
        kind=StaffChangeKind.RETURN,
        effective_on__gt=absence.starts_on,
        applied_at__isnull=False,
    ).exists()
    return None if has_returned else absence


def absences_between(
    person: Person, agency_id: int, first: date, last: date | None
) -> QuerySet[Absence]:
    """Absences of a person that touch a stretch of days (`last` None: without end)."""
    found = Absence.objects.filter(person=person, agency_id=agency_id).filter(
        Q(ends_on=None) | Q(ends_on__gte=first)
    )
    return found if last is None else found.filter(starts_on__lte=last)


def holder_from(post_id: int, on: date) -> Posting | None:
    """Who holds a post on a day or later, if anybody."""
    return (
        Posting.objects.filter(post_id=post_id)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .filter(Q(person__left_on=None) | Q(person__left_on__gt=on))
        .select_related("person")
        .order_by("starts_on", "pk")
        .first()
    )
