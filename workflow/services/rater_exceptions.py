"""Somebody else than the superior rates a person: recorded, with reason and dates, and carried out.

An exception reaches the running appraisals through the door, as a reassignment. It belongs to the
person, also in another post, until its last day or until HR ends it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from cycles.calendar import format_day, local_date
from cycles.documents import text
from cycles.exceptions import NotAllowed, Problem, Refused
from cycles.models import Agency, Person, RaterException
from cycles.queries.officials import seats_above
from cycles.queries.organisation import current, in_office, posting_on
from cycles.services.organisation.common import (
    By,
    Note,
    day_problems,
    demand,
    lock,
    reason_problems,
    record,
)
from workflow.enums import ENDED, State
from workflow.models import Case
from workflow.permissions import SYSTEM, Actor
from workflow.services.door import advance
from workflow.services.move import Move, Surroundings
from workflow.services.stages.hands import OF_RATER
from workflow.services.turns import asks_rater

log = logging.getLogger(__name__)
# States in which the rater's part may be asked for; levels decide which of the reviews do.
ASKING = (*OF_RATER, State.PLAN_REVIEW, State.CHECKIN_REVIEW)


@dataclass(frozen=True)
class Wish:
    """Who rates whom instead, from when to when (None: until it is ended)."""

    person: Person
    rater: Person
    reason: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Named:
    """The exception, and how many running appraisals have this rater at once."""

    exception: RaterException
    moved: int


def name_rater(agency: Agency, wish: Wish, *, actor: Actor, today: date, by: By) -> Named:
    """Record an exception; where it holds today it takes effect at once.

    Raises Incomplete, NotAllowed for whoever is no HR of the agency and for HR's own rater.
    """
    _check_author(agency, wish.person, actor)
    why = text(wish.reason)
    with transaction.atomic():
        lock(agency.pk)
        demand([*reason_problems(why), *_problems(agency, wish, today)])
        exception = RaterException.objects.create(
            agency=agency, person=wish.person, rater=wish.rater, reason=why,
            starts_on=wish.starts_on, ends_on=wish.ends_on, author=by.author, created_at=by.now,
        )  # fmt: skip
        record(
            agency.pk,
            by,
            [
                Note(
                    f"person:{wish.person.pk}",
                    "name_rater",
                    {
                        "exception": exception.pk,
                        "rater": wish.rater.pk,
                        "starts_on": wish.starts_on.isoformat(),
                        "ends_on": wish.ends_on.isoformat() if wish.ends_on else None,
                    },
                    why,
                )
            ],
        )
        moved = 0
        if wish.starts_on <= today:
            moved = sum(_take_over(case, exception, actor, by.now) for case in _asking(exception))
        return Named(exception, moved)


def end_exception(
    exception: RaterException, last_day: date, *, reason: str, actor: Actor, today: date, by: By
) -> int:
    """Let the superior rate again after a day; return how many appraisals went back at once.

    Raises Incomplete, NotAllowed, and Refused for one that is over already.
    """
    agency, why = exception.agency, text(reason)
    _check_author(agency, exception.person, actor)
    with transaction.atomic():
        lock(agency.pk)
        fresh = RaterException.objects.select_related("agency", "person", "rater").get(
            pk=exception.pk
        )
        if fresh.ended_at is not None or (fresh.ends_on is not None and fresh.ends_on < today):
            raise Refused(_("This exception is over already."))
        problems = [*reason_problems(why), *day_problems("last_day", last_day)]
        if last_day < today - timedelta(days=1):
            problems.append(
                Problem("last_day", _("This day has passed; what was done since stands."))
            )
        elif fresh.ends_on is not None and last_day >= fresh.ends_on:
            problems.append(
                Problem("last_day", _("It ends on %(day)s anyway; choose an earlier day.")
                        % {"day": format_day(fresh.ends_on)})
            )  # fmt: skip
        demand(problems)
        fresh.ends_on = last_day
        fresh.save(update_fields=["ends_on"])
        record(
            agency.pk,
            by,
            [
                Note(
                    f"person:{fresh.person_id}",
                    "end_rater",
                    {"exception": fresh.pk, "rater": fresh.rater_id,
                     "ends_on": last_day.isoformat()},
                    why,
                )
            ],
        )  # fmt: skip
        return _give_back(fresh, actor, why, by.now) if last_day < today else 0


def begin_exceptions(now: datetime) -> int:
    """Let exceptions take effect whose first day has come, or whose case asks for a rater again.

    Returns how many appraisals came to their rater.
    """
    moved = 0
    for zone in _zones():
        today = local_date(zone, now)
        running = RaterException.objects.filter(
            current(today), in_office(today, "rater__"), agency__zone=zone, ended_at=None
        )
        wanted = running.filter(person=OuterRef("person"), agency=OuterRef("agency"))
        cases = (
            Case.objects.filter(state__in=ASKING, person__in=running.values("person"))
            .annotate(
                exception=Subquery(wanted.order_by("-starts_on", "-id").values("pk")[:1]),
                wanted=Subquery(wanted.order_by("-starts_on", "-id").values("rater")[:1]),
            )
            .filter(exception__isnull=False)
            .filter(Q(rater_exception=None) | ~Q(rater_exception=F("wanted")))
            .order_by("pk")
        )
        for case in cases:
            exception = RaterException.objects.select_related("rater").get(pk=case.exception)
            moved += _take_over(case, exception, SYSTEM, now)
    return moved


def end_exceptions(now: datetime) -> int:
    """End what is over; return how many appraisals went back to the superior.

    A bad row does not stop the rest.
    """
    moved = 0
    for zone in _zones():
        today = local_date(zone, now)
        running = RaterException.objects.filter(agency__zone=zone, ended_at=None)
        for exception in running.filter(ends_on__lt=today).order_by("pk"):
            moved += _end(exception, now)
    return moved


def _end(exception: RaterException, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _give_back(exception, SYSTEM, "", now)
    except Exception:
        log.exception("rater exception %s cannot be ended", exception.pk)
        return 0


# --- carrying out ------------------------------------------------------------------------------


def _asking(exception: RaterException) -> QuerySet[Case]:
    return Case.objects.filter(
        agency=exception.agency_id, person=exception.person_id, state__in=ASKING
    ).order_by("pk")


def _asks(case: Case, now: datetime) -> bool:
    """Whether the part of the rater is what a case asks for now."""
    move = Move(case, "reassign", SYSTEM, now, Surroundings(case.cycle))
    return case.state in OF_RATER or asks_rater(move, case.state)


def _take_over(case: Case, exception: RaterException, actor: Actor, now: datetime) -> int:
    """Give one appraisal to the exception's rater; 0 where it does not ask for a rater now."""
    if not _asks(case, now):
        return 0
    data = {"person": exception.rater.public_id, "reason": exception.reason}
    try:
        advance(case.pk, "reassign", actor=actor, data=data, now=now)
    except Refused:
        return 0
    return 1


def _give_back(exception: RaterException, actor: Actor, reason: str, now: datetime) -> int:
    """Take the exception out of the running appraisals of its person; return how many there are."""
    held = Case.objects.filter(
        agency=exception.agency_id, person=exception.person_id, rater_exception=exception.rater_id
    ).exclude(state__in=ENDED)
    moved = 0
    for case in held.order_by("pk"):
        if _asks(case, now):
            advance(case.pk, "reassign", actor=actor, now=now,
                    data={"exception": "over", "reason": reason})  # fmt: skip
        else:
            # Nothing waits for the rater now; whoever comes next is looked for above the post.
            Case.objects.filter(pk=case.pk).update(rater_exception=None)
        moved += 1
    exception.ended_at = now
    exception.save(update_fields=["ended_at"])
    return moved


# --- what makes a wish impossible --------------------------------------------------------------


def _check_author(agency: Agency, person: Person, actor: Actor) -> None:
    if agency.pk not in actor.hr_agencies:
        raise NotAllowed(_("Only HR of this agency names another rater."))
    if person.pk == actor.person_id:
        raise NotAllowed(_("Nobody chooses their own rater. Another colleague of HR does it."))


def _problems(agency: Agency, wish: Wish, today: date) -> Iterator[Problem]:
    yield from day_problems("starts_on", wish.starts_on)
    if wish.ends_on is not None:
        yield from day_problems("ends_on", wish.ends_on)
        if wish.ends_on < wish.starts_on:
            yield Problem("ends_on", _("It ends before it begins."))
        elif wish.ends_on < today:
            yield Problem("ends_on", _("This day has already passed."))
    rater = Person.objects.filter(
        in_office(max(wish.starts_on, today)), pk=wish.rater.pk, agency=agency
    ).first()
    if rater is None:
        yield Problem("chosen", _("Choose a person of this agency."))
    elif rater.pk == wish.person.pk:
        yield Problem("chosen", _("Nobody rates themselves."))
    elif _stands_below(rater, wish.person, today):
        yield Problem(
            "chosen",
            _("%(rater)s stands below %(person)s and cannot rate them.")
            % {"rater": rater.name, "person": wish.person.name},
        )
    other = (
        RaterException.objects.filter(person=wish.person, agency=agency, ended_at=None)
        .filter(Q(ends_on=None) | Q(ends_on__gte=wish.starts_on))
        .select_related("rater")
    )
    if wish.ends_on is not None:
        other = other.filter(starts_on__lte=wish.ends_on)
    if known := other.first():
        yield Problem(
            "starts_on",
            _("%(name)s is named for these days already. End that exception first.")
            % {"name": known.rater.name},
        )


def _stands_below(rater: Person, person: Person, today: date) -> bool:
    own, other = posting_on(rater, today), posting_on(person, today)
    if own is None or other is None:
        return False
    return any(seat.post_id == other.post_id for seat in seats_above(own.post_id, today))


def _zones() -> list[str]:
    return [zone for zone, _label in Agency.ZONES]
