"""Moves, leaves, retirements …: recorded with a letter, then written into the records of people.

What they mean for running appraisals is the business of workflow.services.staff_changes, which
calls `leave`, `arrive` and `finish` inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.calendar import format_day, local_date
from cycles.documents import TEXT, text
from cycles.enums import AbsenceKind, StaffChangeKind
from cycles.exceptions import Incomplete, Problem, Refused, WrongState
from cycles.models import (
    Absence,
    Acting,
    Agency,
    Person,
    Post,
    Posting,
    RaterException,
    RoleGrant,
    StaffChange,
    User,
)
from cycles.queries.staff_changes import (
    absence_to_return_from,
    absences_between,
    holder_from,
    is_waiting,
    postings_from,
)
from cycles.services.accounts import revoke_role, set_active

Kind = StaffChangeKind
LETTER = 120
# The person belongs to the agency no more.
ENDINGS = frozenset({Kind.RETIREMENT, Kind.DISMISSAL, Kind.DEATH, Kind.AGENCY})
REPEAT = timedelta(minutes=2)
ONE_DAY = timedelta(days=1)


class SeatTaken(Refused):
    """The post is held by somebody else on the day of the change."""


@dataclass(frozen=True)
class Wish:
    """What HR says of a change. `leaves` names one of several posts held (None: the main one)."""

    person: Person
    kind: str
    effective_on: date
    letter: str
    reason: str
    post: Post | None = None
    leaves: Post | None = None
    to_agency: Agency | None = None
    absence: str = ""
    ends_on: date | None = None
    # Of an absence: the post becomes vacant.
    vacates: bool = False

    @property
    def empties_all(self) -> bool:
        """Whether every post held becomes vacant."""
        return self.kind in ENDINGS or (self.kind == Kind.ABSENCE and self.vacates)


@dataclass
class Written:
    """What a change did to the records."""

    vacated: list[int] = field(default_factory=list)
    occupied: int | None = None
    absence: Absence | None = None
    # Acting appointments that ended with it.
    actings: list[int] = field(default_factory=list)


def stream_of(person_id: int) -> str:
    return f"person:{person_id}"


# --- recording ---------------------------------------------------------------------------------


def record(agency: Agency, wish: Wish, *, author: User, now: datetime) -> StaffChange:
    """Write down a change; `leave`, `arrive` and `finish` let it take effect.

    The same click twice is one change. Raises Incomplete with what lacks, Refused for one's own.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=wish.person.pk)
        wish = replace(wish, person=person)
        if person.pk == author.person_id:
            raise Refused(_("Nobody records a change of their own: let a colleague of HR do it."))
        if earlier := _same_click(agency, wish, author, now):
            return earlier
        if found := list(problems(agency, wish, today=local_date(agency.zone, now))):
            raise Incomplete(found)
        data: dict[str, object] = {}
        if wish.kind == Kind.ABSENCE:
            data = {"absence": wish.absence, "vacates": wish.vacates}
        elif wish.kind == Kind.POST and wish.leaves is not None:
            data = {"leaves": wish.leaves.pk}
        change = StaffChange.objects.create(
            agency=agency,
            person=person,
            kind=wish.kind,
            effective_on=wish.effective_on,
            ends_on=wish.ends_on if wish.kind == Kind.ABSENCE else None,
            post=wish.post if wish.kind in {Kind.POST, Kind.RETURN} else None,
            to_agency=wish.to_agency if wish.kind == Kind.AGENCY else None,
            data=data,
            letter=text(wish.letter),
            reason=text(wish.reason),
            author=author,
            created_at=now,
        )
        _tell(change, "record_change", author.person_id, now)
        return change


def cancel(change: StaffChange, *, author: User, now: datetime) -> StaffChange:
    """Drop a change that has not taken effect. Raises WrongState."""
    with transaction.atomic():
        locked = lock(change.pk)
        locked.cancelled_at, locked.problem = now, ""
        locked.save(update_fields=["cancelled_at", "problem"])
        _tell(locked, "cancel_change", author.person_id, now)
        return locked


def lock(change_id: int) -> StaffChange:
    """The change, locked, if it still waits. Raises WrongState."""
    change = (
        StaffChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "person", "post__unit", "to_agency", "author")
        .get(pk=change_id)
    )
    if change.applied_at is not None:
        raise WrongState(_("This change has already taken effect."))
    if change.cancelled_at is not None:
        raise WrongState(_("This change was cancelled."))
    return change


def note_problem(change: StaffChange, problem: str) -> bool:
    """Keep why a change could not take effect, for HR to see; False when that is known."""
    if change.problem == problem:
        return False
    change.problem = problem
    change.save(update_fields=["problem"])
    return True


def _same_click(agency: Agency, wish: Wish, author: User, now: datetime) -> StaffChange | None:
    return (
        StaffChange.objects.filter(
            agency=agency, person=wish.person, kind=wish.kind, effective_on=wish.effective_on,
            letter=text(wish.letter), author=author, cancelled_at=None,
            created_at__gt=now - REPEAT,
        )
        .filter(post=wish.post, to_agency=wish.to_agency)
        .first()
    )  # fmt: skip


# --- what is wrong -----------------------------------------------------------------------------


def problems(agency: Agency, wish: Wish, *, today: date) -> Iterator[Problem]:
    """What keeps a change from being recorded, beside its fields."""
    letter, person, on = text(wish.letter), wish.person, wish.effective_on
    if not letter:
        yield Problem("letter", _("Name the letter."))
    elif len(letter) > LETTER:
        yield Problem("letter", _too_long(letter, LETTER))
    if not text(wish.reason):
        yield Problem("reason", _("Please give your reasons."))
    elif len(text(wish.reason)) > TEXT:
        yield Problem("reason", _too_long(text(wish.reason), TEXT))
    if person.agency_id != agency.pk:
        yield Problem("person", _("Choose a person of this agency."))
        return
    if person.left_on is not None and person.left_on <= max(on, today):
        yield Problem("person", _("This person left on %(day)s.") % {
            "day": format_day(person.left_on)})  # fmt: skip
        return
    if StaffChange.objects.filter(is_waiting(), person=person, kind=wish.kind).exists():
        yield Problem("kind", _("A change of this kind already waits for its day."))
    yield from _of_kind(agency, wish)
    if wish.kind == Kind.POST or wish.empties_all:
        for posting in _to_end(wish, agency.pk):
            if posting.starts_on >= on:
                yield Problem(
                    "effective_on",
                    _("Choose a later day: the posting as %(post)s began on %(day)s.")
                    % {"post": posting.post.title, "day": format_day(posting.starts_on)},
                )
                break


def _of_kind(agency: Agency, wish: Wish) -> Iterator[Problem]:
    on = wish.effective_on
    if wish.kind == Kind.POST or (wish.kind == Kind.RETURN and wish.post is not None):
        yield from _of_post(agency, wish)
    if wish.kind == Kind.RETURN and absence_to_return_from(wish.person, agency.pk, on) is None:
        yield Problem("kind", _("No absence is recorded from which this person could return."))
    if wish.kind == Kind.AGENCY and wish.to_agency is None:
        yield Problem("to_agency", _("Choose the receiving agency."))
    elif wish.kind == Kind.AGENCY and wish.to_agency == agency:
        yield Problem("to_agency", _("This is the person's own agency."))
    if wish.kind == Kind.ABSENCE:
        if wish.absence not in AbsenceKind.values:
            yield Problem("absence", _("Say what kind of absence it is."))
        if wish.ends_on is not None and wish.ends_on < on:
            yield Problem("ends_on", _("The last day lies before the first one."))
        elif absences_between(wish.person, agency.pk, on, wish.ends_on).exists():
            yield Problem("effective_on", _("An absence of these days is recorded already."))


def _of_post(agency: Agency, wish: Wish) -> Iterator[Problem]:
    post = wish.post
    if post is None or post.agency_id != agency.pk:
        yield Problem("post", _("Choose a post of this agency."))
        return
    if post.closed_on is not None and post.closed_on < wish.effective_on:
        yield Problem("post", _("This post was closed on %(day)s.") % {
            "day": format_day(post.closed_on)})  # fmt: skip
    held = postings_from(wish.person, agency.pk, wish.effective_on)
    if post.pk in {posting.post_id for posting in held}:
        yield Problem("post", _("The person already holds this post."))


def _to_end(wish: Wish, agency_id: int) -> list[Posting]:
    """The postings that a change ends."""
    held = postings_from(wish.person, agency_id, wish.effective_on)
    if wish.empties_all:
        return held
    if wish.leaves is not None:
        return [posting for posting in held if posting.post_id == wish.leaves.pk]
    return held[:1]


def to_end(change: StaffChange) -> list[Posting]:
    """The postings that a recorded change ends."""
    return _to_end(wish_of(change), change.agency_id)


def _too_long(given: str, limit: int) -> str:
    return _("Too long: %(length)s characters, at most %(limit)s.") % {
        "length": len(given), "limit": limit,
    }  # fmt: skip


def wish_of(change: StaffChange) -> Wish:
    """The change in the words in which it was wished for."""
    leaves = change.data.get("leaves")
    return Wish(
        person=change.person,
        kind=change.kind,
        effective_on=change.effective_on,
        letter=change.letter,
        reason=change.reason,
        post=change.post,
        leaves=Post.objects.filter(pk=leaves).first() if leaves else None,
        to_agency=change.to_agency,
        absence=str(change.data.get("absence", "")),
        ends_on=change.ends_on,
        vacates=bool(change.data.get("vacates")),
    )


# --- taking effect -----------------------------------------------------------------------------


def leave(change: StaffChange, now: datetime) -> Written:
    """First half: end what ends. Raises Refused when a posting began only later."""
    wish, on, eve = wish_of(change), change.effective_on, change.effective_on - ONE_DAY
    person, agency, written = change.person, change.agency, Written()
    if wish.kind == Kind.POST or wish.empties_all:
        for posting in _to_end(wish, agency.pk):
            if posting.starts_on > eve:
                raise Refused(
                    _("The posting as %(post)s began only on %(day)s.")
                    % {"post": posting.post.title, "day": format_day(posting.starts_on)}
                )
            posting.ends_on = eve
            posting.save(update_fields=["ends_on"])
            written.vacated.append(posting.post_id)
        # What was recorded about who rates in the old post does not go along to another one.
        _end_exceptions(
            RaterException.objects.filter(person=person, agency=agency, starts_on__lt=on), on
        )
    if wish.kind == Kind.ABSENCE:
        written.absence = Absence.objects.create(
            agency=agency, person=person, kind=wish.absence, starts_on=on, ends_on=wish.ends_on,
            letter=change.letter,
        )  # fmt: skip
    elif wish.kind == Kind.RETURN:
        written.absence = absence_to_return_from(person, agency.pk, on)
        if written.absence is None:
            raise Refused(_("No absence is recorded from which this person could return."))
        if written.absence.ends_on is None or written.absence.ends_on > eve:
            written.absence.ends_on = eve
            written.absence.save(update_fields=["ends_on"])
    if wish.kind in ENDINGS:
        _belongs_no_more(change, written, now)
    return written


def _belongs_no_more(change: StaffChange, written: Written, now: datetime) -> None:
    """The person leaves the agency with everything they were entrusted with there."""
    person, agency, on = change.person, change.agency, change.effective_on
    person.left_on = on
    person.save(update_fields=["left_on"])
    for acting in Acting.objects.filter(person=person, agency=agency, ends_on__gte=on):
        # One that would have begun later has no day at all: the day before its first.
        acting.ends_on = max(on, acting.starts_on) - ONE_DAY
        acting.save(update_fields=["ends_on"])
        written.actings.append(acting.pk)
    theirs = Q(person=person) | Q(rater=person)
    _end_exceptions(RaterException.objects.filter(theirs, agency=agency), on)
    user = User.objects.filter(person=person).first()
    if user is None:
        return
    for grant in RoleGrant.objects.filter(user=user, agency=agency).order_by("pk"):
        revoke_role(user, grant.pk, author=change.author, now=now)
    if change.kind == Kind.DEATH:
        # Who retires or moves may still have a result to answer; the dead have nobody log in.
        # The last administrator's account stays open until there is another one.
        with suppress(Refused):
            set_active(user, False, author=change.author, now=now)


def _end_exceptions(found: QuerySet[RaterException], on: date) -> None:
    for exception in found.filter(Q(ends_on=None) | Q(ends_on__gte=on)):
        exception.ends_on = max(on, exception.starts_on) - ONE_DAY
        exception.save(update_fields=["ends_on"])


def demand_seat(change: StaffChange) -> None:
    """Raises SeatTaken while somebody else holds the new post, Refused if the person does."""
    if change.post is None or not (holder := holder_from(change.post.pk, change.effective_on)):
        return
    if holder.person_id == change.person_id:
        raise Refused(_("The person already holds this post."))
    raise SeatTaken(
        _("The post %(post)s is still held by %(name)s.")
        % {"post": change.post.title, "name": holder.person.name}
    )


def arrive(change: StaffChange, written: Written) -> None:
    """Second half: take the new post. Raises SeatTaken, or Refused for a closed post."""
    if change.post_id is None:
        return
    # Two changes to one post take turns.
    post = Post.objects.select_for_update(no_key=True).get(pk=change.post_id)
    if post.closed_on is not None and post.closed_on < change.effective_on:
        raise Refused(_("This post was closed on %(day)s.") % {"day": format_day(post.closed_on)})
    demand_seat(change)
    Posting.objects.create(
        agency_id=change.agency_id, person_id=change.person_id, post=post,
        starts_on=change.effective_on,
    )  # fmt: skip
    written.occupied = post.pk


def finish(change: StaffChange, written: Written, now: datetime) -> None:
    """Mark it as applied and tell the ledger of the person and of the posts."""
    change.applied_at, change.problem = now, ""
    change.save(update_fields=["applied_at", "problem"])
    _tell(change, "apply_change", change.author.person_id, now, written)


def _tell(
    change: StaffChange,
    action: str,
    actor_id: int | None,
    now: datetime,
    written: Written | None = None,
) -> None:
    """One entry for the person, one for each post that becomes vacant or gets a holder."""
    data = {
        "change": change.pk,
        "kind": change.kind,
        "on": change.effective_on.isoformat(),
        "letter": change.letter,
        **({"until": change.ends_on.isoformat()} if change.ends_on else {}),
        **({"absence": change.data["absence"]} if "absence" in change.data else {}),
        **({"post": change.post_id} if change.post_id else {}),
        **({"to_agency": change.to_agency_id} if change.to_agency_id else {}),
        **({"vacated": written.vacated} if written and written.vacated else {}),
        **({"actings": written.actings} if written and written.actings else {}),
    }
    moves = []
    if written is not None:
        moves = [(post, "vacate") for post in written.vacated]
        if written.occupied is not None:
            moves.append((written.occupied, "occupy"))
    ledger.append(
        [
            ledger.Entry(stream=stream_of(change.person_id), action=action, at=now,
                         agency_id=change.agency_id, actor_id=actor_id,
                         reason=change.reason if action == "record_change" else "", data=data),
            *(
                ledger.Entry(stream=f"post:{post}", action=verb, at=now,
                             agency_id=change.agency_id, actor_id=actor_id,
                             data={"person": change.person_id, "change": change.pk,
                                   "on": change.effective_on.isoformat()})
                for post, verb in moves
            ),
        ]
    )  # fmt: skip
