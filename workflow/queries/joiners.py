"""Who has a posting but no appraisal in a cycle."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet, Subquery

from cycles.enums import PersonKind
from cycles.models import Cycle, Person, Posting
from cycles.queries.members import belonging
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of


def without_appraisal(cycle: Cycle, on: date) -> QuerySet[Posting]:
    """One posting a person (the latest) of everyone who belongs to the cycle but is not in it.

    State officials rate and are not rated (PermenPANRB 6/2022); who has left does not belong.
    """
    return (
        Posting.objects.filter(agency_id=cycle.agency_id, starts_on__lte=on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .filter(belonging(cycle))
        .filter(Q(person__left_on=None) | Q(person__left_on__gt=on))
        .exclude(person__kind=PersonKind.OFFICIAL)
        .exclude(person__appraisals__cycle=cycle)
        .order_by("person_id", "-starts_on")
        .distinct("person_id")
    )


def joiners(cycle: Cycle, on: date, cursor: Cursor = START, size: int = SIZE) -> Page[Posting]:
    """Their postings by name. One query."""
    rows = Posting.objects.filter(
        pk__in=Subquery(without_appraisal(cycle, on).values("pk"))
    ).select_related("person", "post__unit")
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        person = Person.objects.filter(public_id=anchor)
        position = {"person__name": Subquery(person.values("name")),
                    "person_id": Subquery(person.values("pk"))}  # fmt: skip
    return page_of(
        rows, ("person__name", "person_id"), position, backwards=cursor.backwards, size=size
    )
