"""Whom and what HR's acts can choose: an agency's people and free posts, narrowed by words."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case as Pick
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value, When

from cycles.models import Person, Post, Posting
from workflow.models import Case

MOST_CHOICES = 50


def people_like(case: Case, words: str, chosen: UUID | None = None) -> list[tuple[UUID, str]]:
    """People of the agency who can be chosen, by a part of their name; never the assessed.

    Who was chosen already stays in the list, whatever the words.
    """
    post = Posting.objects.filter(person=OuterRef("pk"), ends_on=None).order_by("-starts_on")
    found = (
        Person.objects.filter(agency_id=case.agency_id, left_on=None)
        .exclude(pk=case.person_id)
        .annotate(post_title=Subquery(post.values("post__title")[:1]))
        .order_by("name", "id")
    )
    rows = _narrowed(found, Q(name__icontains=words), words, chosen).values_list(
        "public_id", "name", "post_title"
    )
    return [(key, f"{name}, {title}" if title else name) for key, name, title in rows]


def free_posts_like(
    case: Case, words: str, today: date, chosen: UUID | None = None
) -> list[tuple[UUID, str]]:
    """Posts of the agency that nobody holds, by a part of their title or unit."""
    held = Posting.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), agency=case.agency_id)
    found = (
        Post.objects.filter(agency_id=case.agency_id)
        .exclude(pk__in=held.values("post"))
        .order_by("title", "id")
    )
    fitting = Q(title__icontains=words) | Q(unit__name__icontains=words)
    rows = _narrowed(found, fitting, words, chosen).values_list("public_id", "title", "unit__name")
    return [(key, f"{title}, {unit}") for key, title, unit in rows]


def _narrowed(found: QuerySet[Any], fitting: Q, words: str, chosen: UUID | None) -> QuerySet[Any]:
    """At most a screenful of what fits the words; what was chosen comes first."""
    if words:
        found = found.filter(fitting | Q(public_id=chosen)) if chosen else found.filter(fitting)
    if chosen:
        is_chosen = Pick(When(public_id=chosen, then=Value(0)), default=Value(1))
        found = found.order_by(is_chosen, *found.query.order_by)
    return found[:MOST_CHOICES]
