"""HR's lists of an agency's records, by name and by keyset, and what waits for a post or person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case as Pick
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from cycles.enums import CycleStatus
from cycles.models import Absence, Acting, Agency, Person, Post, Posting, Unit
from cycles.queries import organisation as records
from cycles.queries.organisation import current, in_office
from workflow.enums import ENDED, Party, State
from workflow.models import Case
from workflow.permissions import POWERS
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of

# Narrowings of the list of posts, as addresses carry them.
VACANT, HEADLESS, KINDLESS, TOPLESS, GIVEN, CLOSED = (
    "kosong", "tanpa-kepala", "tanpa-jenis", "tanpa-atasan", "atasan-khusus", "ditutup",
)  # fmt: skip
MOST_CHOICES = 30


@dataclass(frozen=True)
class Narrowing:
    """What HR narrowed a list to; nothing set means the whole agency."""

    on: date
    words: str = ""
    unit: Unit | None = None
    state: str = ""


# --- people ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonRow:
    person: Person
    posting: Posting | None
    state: str


def people(
    agency: Agency, chosen: Narrowing, cursor: Cursor = START, size: int = SIZE
) -> Page[PersonRow]:
    """People by name with their post of a day, and where they stand. Two queries."""
    on = chosen.on
    own = Posting.objects.filter(current(on), person=OuterRef("pk"), agency=agency)
    away = Absence.objects.filter(current(on), person=OuterRef("pk"), agency=agency)
    found = Person.objects.filter(agency=agency)
    if chosen.words:
        found = found.filter(name__icontains=chosen.words)
    if chosen.unit is not None:
        below = own.filter(post__unit__path__startswith=chosen.unit.path)
        found = found.filter(Exists(below))
    present = in_office(on)
    if chosen.state == records.LEFT:
        found = found.exclude(present)
    elif chosen.state == records.AWAY:
        found = found.filter(present, Exists(away))
    elif chosen.state == records.WITHOUT_POST:
        found = found.filter(present, ~Exists(own))
    elif chosen.state == records.IN_OFFICE:
        found = found.filter(present, Exists(own), ~Exists(away))
    rows = found.annotate(
        posting_id=Subquery(own.order_by("-starts_on", "-id").values("pk")[:1]),
        is_away=Exists(away),
    )
    page = _by(rows, ("name", "pk"), Person.objects.filter(agency=agency), cursor, size)
    postings = {
        posting.pk: posting
        for posting in Posting.objects.filter(
            pk__in=[person.posting_id for person in page.rows if person.posting_id]
        ).select_related("post__unit")
    }
    return Page(
        [PersonRow(p, postings.get(p.posting_id), _state(p, on)) for p in page.rows],
        page.has_previous,
        page.has_next,
    )


def _state(person: Any, on: date) -> str:
    if person.left_on is not None and person.left_on <= on:
        return records.LEFT
    if person.posting_id is None:
        return records.WITHOUT_POST
    return records.AWAY if person.is_away else records.IN_OFFICE


def people_like(
    agency: Agency,
    words: str,
    on: date,
    *,
    chosen: UUID | None = None,
    besides: int = 0,
    free: bool = False,
) -> list[tuple[str, str]]:
    """People to choose from by a part of their name: id and words; `free` means without a post."""
    own = Posting.objects.filter(current(on), person=OuterRef("pk"), agency=agency)
    found = Person.objects.filter(in_office(on), agency=agency).exclude(pk=besides)
    if free:
        later = Posting.objects.filter(person=OuterRef("pk")).filter(
            Q(ends_on=None) | Q(ends_on__gte=on)
        )
        found = found.filter(~Exists(later))
    rows = _fitting(found, Q(name__icontains=words), ("name", "pk"), words, chosen).annotate(
        title=Subquery(own.order_by("-starts_on").values("post__title")[:1]),
        unit_name=Subquery(own.order_by("-starts_on").values("post__unit__name")[:1]),
    )
    return [
        (str(row.public_id), ", ".join(filter(None, (row.name, row.title, row.unit_name))))
        for row in rows[:MOST_CHOICES]
    ]


def _fitting(
    found: QuerySet[Any], fitting: Q, order: tuple[str, ...], words: str, chosen: UUID | None
) -> QuerySet[Any]:
    """What fits the words; what was chosen already stays, and stands first."""
    if words:
        found = found.filter(fitting | Q(public_id=chosen)) if chosen else found.filter(fitting)
    if chosen:
        is_chosen = Pick(When(public_id=chosen, then=Value(0)), default=Value(1))
        return found.order_by(is_chosen, *order)
    return found.order_by(*order)


# --- units and posts ---------------------------------------------------------------------------


def units(
    agency: Agency, chosen: Narrowing, cursor: Cursor = START, size: int = SIZE
) -> Page[Unit]:
    """Units by name: those right below the chosen one (or at the top), or anywhere by words."""
    found = Unit.objects.filter(records.is_open(chosen.on), agency=agency)
    if chosen.state == CLOSED:
        found = Unit.objects.filter(agency=agency).exclude(closed_on=None)
    elif chosen.words:
        found = found.filter(Q(name__icontains=chosen.words) | Q(code__iexact=chosen.words))
    else:
        found = found.filter(parent=chosen.unit)
    return _by(found, ("name", "pk"), Unit.objects.filter(agency=agency), cursor, size)


def posts(
    agency: Agency, chosen: Narrowing, cursor: Cursor = START, size: int = SIZE
) -> Page[Post]:
    """Posts by title, with unit and superior. One query."""
    on = chosen.on
    found = Post.objects.filter(agency=agency)
    if chosen.state == CLOSED:
        found = found.exclude(records.is_open(on))
    else:
        found = found.filter(records.is_open(on))
    if chosen.state == VACANT:
        found = found.filter(records.without_holder(on))
    elif chosen.state == HEADLESS:
        found = found.filter(records.without_head(agency.pk))
    elif chosen.state == KINDLESS:
        found = found.filter(kind="")
    elif chosen.state == TOPLESS:
        found = found.filter(superior=None)
    elif chosen.state == GIVEN:
        found = found.filter(is_superior_given=True)
    if chosen.words:
        found = found.filter(Q(title__icontains=chosen.words) | Q(code__iexact=chosen.words))
    if chosen.unit is not None:
        found = found.filter(unit__path__startswith=chosen.unit.path)
    rows = found.select_related("unit", "superior")
    return _by(rows, ("title", "pk"), Post.objects.filter(agency=agency), cursor, size)


def posts_of(unit: Unit, on: date) -> list[Post]:
    """The open posts of one unit, its head first."""
    return list(
        Post.objects.filter(records.is_open(on), unit=unit)
        .select_related("superior")
        .order_by("-is_head", "title", "pk")
    )


def posts_like(
    agency: Agency, words: str, *, chosen: UUID | None = None, besides: int = 0
) -> list[tuple[str, str]]:
    """Open posts to choose from by a part of title or unit, without words the heads'."""
    found = Post.objects.filter(agency=agency, closed_on=None).exclude(pk=besides)
    if not words and not chosen:
        found = found.filter(is_head=True)
    fitting = Q(title__icontains=words) | Q(unit__name__icontains=words)
    rows = _fitting(found, fitting, ("title", "pk"), words, chosen).select_related("unit")
    return [
        (str(post.public_id), f"{post.title}, {post.unit.name}") for post in rows[:MOST_CHOICES]
    ]


def units_like(
    agency: Agency,
    words: str,
    *,
    chosen: UUID | None = None,
    outside: Unit | None = None,
    besides: int | None = None,
) -> list[tuple[str, str]]:
    """Open units to choose from by a part of their name, none below `outside`."""
    found = Unit.objects.filter(agency=agency, closed_on=None).exclude(pk=besides or 0)
    if outside is not None:
        found = found.exclude(path__startswith=outside.path)
    rows = _fitting(found, Q(name__icontains=words), ("depth", "name", "pk"), words, chosen)
    return [
        (str(unit.public_id), f"{unit.name}, {unit.parent.name}" if unit.parent else unit.name)
        for unit in rows.select_related("parent")[:MOST_CHOICES]
    ]


def actings(
    agency: Agency, which: str, on: date, cursor: Cursor = START, size: int = SIZE
) -> Page[Acting]:
    """Acting appointments, those that end last first. One query."""
    rows = records.actings(agency.pk, which, on)
    number = int(cursor.text) if cursor.text.isascii() and cursor.text.isdigit() else 0
    position = None
    if 0 < number < 2**62:
        row = Acting.objects.filter(agency=agency, pk=number)
        position = {"ends_on": Subquery(row.values("ends_on")), "pk": number}
    return page_of(rows, ("-ends_on", "-pk"), position, backwards=cursor.backwards, size=size)


def _by(
    rows: QuerySet[Any], order: tuple[str, ...], of: QuerySet[Any], cursor: Cursor, size: int
) -> Page[Any]:
    """A page of rows; the address names the row before it by its public id."""
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        row = of.filter(public_id=anchor)
        position = {name: Subquery(row.values(name)[:1]) for name in order}
    return page_of(rows, order, position, backwards=cursor.backwards, size=size)


# --- what hangs on it --------------------------------------------------------------------------


def running_case(person: Person) -> Case | None:
    """The person's appraisal in a running cycle, the latest, ended or not."""
    found: Case | None = (
        Case.objects.filter(person=person, agency=person.agency_id, cycle__status=CycleStatus.OPEN)
        .select_related("cycle", "rater", "rater_post", "unit", "post")
        .order_by("-cycle__year", "-pk")
        .first()
    )
    return found


def waiting_at(post_ids: Iterable[int]) -> dict[int, int]:
    """By post id, how many items wait for whoever sits there. One query."""
    turns = Case.objects.filter(turn_post__in=list(post_ids)).exclude(state__in=ENDED)
    counted = turns.order_by().values_list("turn_post").annotate(n=Count("pk"))
    return {post_id: n for post_id, n in counted if post_id is not None}


def waiting_under(post: Post, powers: Iterable[str], besides: int) -> int:
    """How many items somebody sees at once who acts for a post with these powers."""
    wanted = set(powers)
    parties = [party for party, power in POWERS.items() if power in wanted]
    return (
        Case.objects.filter(turn_post=post, turn_party__in=parties)
        .exclude(state__in=ENDED)
        .exclude(person=besides)
        .count()
    )


def rated_from(post: Post) -> int:
    """How many open appraisals are rated by whoever sits on a post."""
    return Case.objects.filter(rater_post=post).exclude(state__in=ENDED).count()


def running_in(unit: Unit) -> int:
    """How many deadlines run in one unit (not below it)."""
    return (
        Case.objects.filter(unit=unit)
        .exclude(state__in=[*ENDED, State.ANNOUNCED])
        .exclude(turn_party=Party.SYSTEM)
        .count()
    )
