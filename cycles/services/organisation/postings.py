"""Who holds which post: end a posting, begin one for somebody who has none.

A move from one post to another in mid-year is a staff change and goes through its own act.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cycles.calendar import format_day
from cycles.documents import text
from cycles.exceptions import Problem, Refused
from cycles.models import Person, Post, Posting
from cycles.services.organisation.common import (
    By,
    Note,
    day_problems,
    demand,
    letter_problems,
    lock,
    not_for_oneself,
    record,
)


def vacate(post: Post, last_day: date, *, letter: str, by: By) -> Posting:
    """End the holder's posting with a day. Raises Incomplete, Refused when nobody holds it."""
    letter = text(letter)
    with transaction.atomic():
        lock(post.agency_id)
        posting = (
            Posting.objects.select_for_update(of=("self",), no_key=True)
            .filter(post=post, ends_on=None)
            .first()
        )
        if posting is None:
            raise Refused(_("Nobody holds this post, or its end is known already."))
        problems = [*letter_problems(letter), *day_problems("last_day", last_day)]
        if last_day < posting.starts_on:
            problems.append(
                Problem("last_day", _("The posting began on %(day)s; it cannot end before.")
                        % {"day": format_day(posting.starts_on)})
            )  # fmt: skip
        demand(problems)
        posting.ends_on = last_day
        posting.save(update_fields=["ends_on"])
        told = {"posting": posting.pk, "post": post.pk, "person": posting.person_id,
                "ends_on": last_day.isoformat(), "letter": letter}  # fmt: skip
        record(
            post.agency_id,
            by,
            [
                Note(f"post:{post.pk}", "vacate", told),
                Note(f"person:{posting.person_id}", "end_posting", told),
            ],
        )
        return posting


def fill(post: Post, person: Person, starts_on: date, *, letter: str, by: By) -> Posting:
    """Give a vacant post to somebody who holds none from that day.

    Raises Incomplete, NotAllowed for oneself, Refused for a closed post.
    """
    letter = text(letter)
    not_for_oneself(by, [person.pk])
    with transaction.atomic():
        lock(post.agency_id)
        fresh = Post.objects.get(pk=post.pk)
        if fresh.closed_on is not None:
            raise Refused(_("This post is closed."))
        problems = [*letter_problems(letter), *day_problems("starts_on", starts_on)]
        found = Person.objects.filter(pk=person.pk, agency_id=post.agency_id).first()
        later = Q(ends_on=None) | Q(ends_on__gte=starts_on)
        if found is None or (found.left_on is not None and found.left_on <= starts_on):
            problems.append(Problem("chosen", _("Choose a person of this agency.")))
        elif held := Posting.objects.filter(later, person=found).select_related("post").first():
            problems.append(
                Problem("chosen", _(
                    "%(name)s holds a post then: %(post)s. A move between posts is a staff change."
                ) % {"name": found.name, "post": held.post.title})
            )  # fmt: skip
        if holder := Posting.objects.filter(later, post=fresh).select_related("person").first():
            problems.append(
                Problem("starts_on", _("%(name)s holds the post then.")
                        % {"name": holder.person.name})
            )  # fmt: skip
        demand(problems)
        assert found is not None
        posting = Posting.objects.create(
            agency_id=post.agency_id, person=found, post=fresh, starts_on=starts_on
        )
        told = {"posting": posting.pk, "post": fresh.pk, "person": found.pk,
                "starts_on": starts_on.isoformat(), "letter": letter}  # fmt: skip
        record(
            post.agency_id,
            by,
            [
                Note(f"post:{fresh.pk}", "fill", told),
                Note(f"person:{found.pk}", "begin_posting", told),
            ],
        )
        return posting
