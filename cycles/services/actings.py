"""Acting officials (Plt, Plh): appointed by letter for a post, with dates and powers.

A Plt stands in for a vacant post, a Plh for a holder who is away. The appointment takes effect by
itself: `workflow.permissions.actor_of` asks for it at every act, so it covers what already waits
as well as what comes, and it is over with its last day. Nobody passes it on: whoever acts for the
appointee's own post does not act for this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cycles.calendar import format_day
from cycles.documents import text
from cycles.enums import ActingKind
from cycles.exceptions import Problem, Refused
from cycles.models import Absence, Acting, Agency, Person, Post, Posting
from cycles.queries.officials import seats_above
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

POWERS = ("approve", "rate", "decide")


@dataclass(frozen=True)
class Appointment:
    """What the letter says."""

    post: Post
    person: Person
    kind: str
    letter: str
    starts_on: date
    ends_on: date
    powers: frozenset[str] = frozenset({"approve", "rate"})


def appoint(agency: Agency, wish: Appointment, *, today: date, by: By) -> Acting:
    """Record an appointment; it holds from its first day on.

    Raises Incomplete, and NotAllowed for whoever records their own.
    """
    not_for_oneself(by, [wish.person.pk])
    with transaction.atomic():
        lock(agency.pk)
        demand(_problems(agency, wish, today))
        acting = Acting.objects.create(
            agency=agency,
            post=wish.post,
            person=wish.person,
            kind=wish.kind,
            letter=text(wish.letter),
            starts_on=wish.starts_on,
            ends_on=wish.ends_on,
            may_approve="approve" in wish.powers,
            may_rate="rate" in wish.powers,
            may_decide="decide" in wish.powers,
        )
        told = {
            "acting": acting.pk,
            "post": wish.post.pk,
            "person": wish.person.pk,
            "kind": wish.kind,
            "letter": acting.letter,
            "starts_on": wish.starts_on.isoformat(),
            "ends_on": wish.ends_on.isoformat(),
            "powers": sorted(wish.powers),
        }
        _tell(acting, "appoint_acting", told, by)
        return acting


def check(agency: Agency, wish: Appointment, *, today: date, by: By) -> None:
    """Raises, without recording anything, as `appoint` would."""
    not_for_oneself(by, [wish.person.pk])
    demand(_problems(agency, wish, today))


def end_early(acting: Acting, last_day: date, *, letter: str, today: date, by: By) -> Acting:
    """Let an appointment end before its day, by letter. What was done under it stands.

    Raises Incomplete, and Refused for one that is over already.
    """
    letter = text(letter)
    with transaction.atomic():
        lock(acting.agency_id)
        fresh: Acting = Acting.objects.get(pk=acting.pk)
        if fresh.ends_on < today:
            raise Refused(_("This appointment is over already."))
        problems = [*letter_problems(letter), *day_problems("last_day", last_day)]
        # Taken back before it began, it has no day at all: the day before its first.
        earliest = min(today - timedelta(days=1), fresh.ends_on)
        if last_day >= fresh.ends_on:
            problems.append(
                Problem("last_day", _("It ends on %(day)s anyway; choose an earlier day.")
                        % {"day": format_day(fresh.ends_on)})
            )  # fmt: skip
        elif last_day < earliest:
            problems.append(
                Problem("last_day", _("This day has passed; what was done since stands."))
            )
        demand(problems)
        before, fresh.ends_on = fresh.ends_on, last_day
        fresh.save(update_fields=["ends_on"])
        told = {
            "acting": fresh.pk,
            "post": fresh.post_id,
            "person": fresh.person_id,
            "letter": letter,
            "before": before.isoformat(),
            "ends_on": last_day.isoformat(),
        }
        _tell(fresh, "end_acting", told, by)
        return fresh


def warnings(wish: Appointment) -> list[str]:
    """What HR should know of an appointment that is allowed nevertheless. Five queries at most."""
    found: list[str] = []
    later = _holders(wish).filter(starts_on__gt=wish.starts_on).first()
    now = _holders(wish).filter(starts_on__lte=wish.starts_on).first()
    if wish.kind == ActingKind.PLT and now is not None and now.ends_on is not None:
        found.append(
            _("%(name)s holds the post until %(day)s; until then the Plt. acts beside them.")
            % {"name": now.person.name, "day": format_day(now.ends_on)}
        )
    if wish.kind == ActingKind.PLT and later is not None:
        found.append(
            _("%(name)s holds the post from %(day)s on. Let the appointment end the day before.")
            % {"name": later.person.name, "day": format_day(later.starts_on)}
        )
    if wish.kind == ActingKind.PLH and now is not None and not _is_away(now.person_id, wish):
        found.append(
            _("No absence of %(name)s is recorded for these days. If it lasts, record it as a "
              "staff change.") % {"name": now.person.name}
        )  # fmt: skip
    if stands_below(wish):
        found.append(
            _("%(name)s stands below this post. Their own appraisal skips it: whoever sits above "
              "rates and approves there, never they themselves.") % {"name": wish.person.name}
        )  # fmt: skip
    if "decide" in wish.powers:
        found.append(
            _("Objections are decided under this letter too; whoever rated or approved a rating "
              "never decides about it.")
        )  # fmt: skip
    return found


def _problems(agency: Agency, wish: Appointment, today: date) -> list[Problem]:
    post = Post.objects.filter(pk=wish.post.pk, agency=agency, closed_on=None).first()
    person = Person.objects.filter(pk=wish.person.pk, agency=agency).first()
    problems = [
        *letter_problems(text(wish.letter)),
        *day_problems("starts_on", wish.starts_on),
        *day_problems("ends_on", wish.ends_on),
    ]
    if wish.kind not in ActingKind.values:
        problems.append(Problem("kind", _("Choose Plt. or Plh.")))
    if wish.ends_on < wish.starts_on:
        problems.append(Problem("ends_on", _("It ends before it begins.")))
    elif wish.ends_on < today:
        problems.append(Problem("ends_on", _("This day has already passed.")))
    if not wish.powers & set(POWERS):
        problems.append(Problem("powers", _("Choose at least one power.")))
    if post is None:
        problems.append(Problem("post", _("Choose an open post of this agency.")))
    if person is None or (person.left_on is not None and person.left_on <= wish.starts_on):
        problems.append(Problem("chosen", _("Choose a person of this agency.")))
    elif person.left_on is not None and person.left_on <= wish.ends_on:
        problems.append(
            Problem("ends_on", _("%(name)s leaves on %(day)s; let it end before.")
                    % {"name": person.name, "day": format_day(person.left_on)})
        )  # fmt: skip
    if problems or post is None or person is None:
        return problems
    return [*_problems_of_post(wish), *_overlaps(wish)]


def _problems_of_post(wish: Appointment) -> list[Problem]:
    holder = _holders(wish).filter(starts_on__lte=wish.starts_on).first()
    if _holders(wish).filter(person=wish.person).exists():
        return [
            Problem("chosen", _("%(name)s holds this very post then.") % {"name": wish.person.name})
        ]
    if wish.kind == ActingKind.PLT and holder is not None and holder.ends_on is None:
        return [
            Problem("kind", _(
                "%(name)s holds this post: a Plt. is for a vacant one. For the time that its "
                "holder is away appoint a Plh."
            ) % {"name": holder.person.name})
        ]  # fmt: skip
    if wish.kind == ActingKind.PLH and holder is None:
        return [
            Problem("kind", _(
                "Nobody holds this post then: a Plh. stands in for a holder who is away. For a "
                "vacant post appoint a Plt."
            ))
        ]  # fmt: skip
    return []


def _overlaps(wish: Appointment) -> list[Problem]:
    other = (
        Acting.objects.filter(
            post=wish.post, starts_on__lte=wish.ends_on, ends_on__gte=wish.starts_on
        )
        # One that was taken back before it began has no day.
        .filter(ends_on__gte=F("starts_on"))
        .select_related("person")
        .order_by("starts_on")
        .first()
    )
    if other is None:
        return []
    return [
        Problem("starts_on", _(
            "%(name)s acts for this post from %(first)s to %(last)s. Nobody passes an appointment "
            "on: end that one first."
        ) % {"name": other.person.name, "first": format_day(other.starts_on),
             "last": format_day(other.ends_on)})
    ]  # fmt: skip


def _holders(wish: Appointment) -> QuerySet[Posting]:
    """Who holds the post on a day of the appointment, the earliest first."""
    return (
        Posting.objects.filter(post=wish.post, starts_on__lte=wish.ends_on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=wish.starts_on))
        .filter(Q(person__left_on=None) | Q(person__left_on__gt=wish.starts_on))
        .select_related("person")
        .order_by("starts_on", "pk")
    )


def _is_away(person_id: int, wish: Appointment) -> bool:
    return (
        Absence.objects.filter(person_id=person_id, starts_on__lte=wish.ends_on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=wish.starts_on))
        .exists()
    )


def stands_below(wish: Appointment) -> bool:
    """Whether the appointee's own post lies below the post they act for."""
    own = (
        Posting.objects.filter(person=wish.person, starts_on__lte=wish.starts_on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=wish.starts_on))
        .values_list("post_id", flat=True)
    )
    return any(
        seat.post_id == wish.post.pk
        for post_id in own
        for seat in seats_above(post_id, wish.starts_on)
    )


def _tell(acting: Acting, action: str, told: dict[str, object], by: By) -> None:
    record(
        acting.agency_id,
        by,
        [
            Note(f"post:{acting.post_id}", action, told),
            Note(f"person:{acting.person_id}", action, told),
        ],
    )
