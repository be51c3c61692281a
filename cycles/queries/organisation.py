"""The records of an agency as of a day: who sits where, who rates whom and why, what units hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cycles.models import (
    Absence,
    Acting,
    IdentityNumber,
    Person,
    Post,
    Posting,
    RaterException,
    Unit,
)
from cycles.queries.officials import powers_of, seats_above

# How a list of people can be narrowed, by the key that addresses carry.
IN_OFFICE, AWAY, LEFT, WITHOUT_POST = "bertugas", "tidak-di-tempat", "keluar", "tanpa-jabatan"


def current(on: date) -> Q:
    """Rows with `starts_on` and `ends_on` that hold on a day."""
    return Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))


def in_office(on: date, of: str = "") -> Q:
    """People (or rows of people, with `of` = "person__") who have not left by a day."""
    return Q(**{f"{of}left_on": None}) | Q(**{f"{of}left_on__gt": on})


# --- who sits where ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sitting:
    """Who sits on a post on a day: its holder, its acting official, or nobody."""

    holder: Person | None = None
    since: date | None = None
    until: date | None = None
    acting: Acting | None = None

    @property
    def is_vacant(self) -> bool:
        return self.holder is None


NOBODY = Sitting()


def sittings(post_ids: Iterable[int], on: date) -> dict[int, Sitting]:
    """By post id, who sits there on a day. Two queries."""
    ids = list(post_ids)
    found: dict[int, Sitting] = {}
    postings = (
        Posting.objects.filter(current(on), in_office(on, "person__"), post__in=ids)
        .select_related("person")
        .order_by("starts_on", "id")
    )
    for posting in postings:
        found[posting.post_id] = Sitting(posting.person, posting.starts_on, posting.ends_on)
    actings = (
        Acting.objects.filter(
            in_office(on, "person__"), post__in=ids, starts_on__lte=on, ends_on__gte=on
        )
        .select_related("person")
        .order_by("starts_on", "id")
    )
    for acting in actings:
        sitting = found.get(acting.post_id, NOBODY)
        found[acting.post_id] = Sitting(sitting.holder, sitting.since, sitting.until, acting)
    return found


# --- who rates whom, and why -------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """A post above somebody, with who sits there; `rates` marks the one whose holder rates."""

    post: Post
    sitting: Sitting
    rates: bool = False


@dataclass(frozen=True)
class Answer:
    """Who rates somebody on a day (None: nobody was found), why, and the whole chain above."""

    rater: Person | None
    why: str
    rungs: list[Rung] = field(default_factory=list)
    exception: RaterException | None = None


def who_rates(
    person: Person, post: Post | None, on: date, *, with_exception: bool = True
) -> Answer:
    """The rater of a day by the records, with the reason in words. At most five queries."""
    exception = exception_of(person, on) if with_exception else None
    rungs: list[Rung] = []
    found: tuple[Person, Rung, bool] | None = None
    if post is not None:
        seats = seats_above(post.pk, on)
        ids = [seat.post_id for seat in seats]
        posts = {p.pk: p for p in Post.objects.filter(pk__in=ids).select_related("unit")}
        who = sittings(ids, on)
        for seat in seats:
            sitting = who.get(seat.post_id, NOBODY)
            chosen = None if found else seat.person_for("rate", {person.pk})
            rung = Rung(posts[seat.post_id], sitting, chosen is not None)
            rungs.append(rung)
            if chosen is not None:
                is_acting = sitting.holder is None or sitting.holder.pk != chosen
                someone = sitting.acting.person if is_acting and sitting.acting else sitting.holder
                assert someone is not None
                found = (someone, rung, is_acting)
    if exception is not None:
        why = _("A recorded exception: somebody else than the superior rates.")
        return Answer(exception.rater, why, rungs, exception)
    if found is None:
        return Answer(None, _no_rater(post, rungs), rungs)
    rater, rung, is_acting = found
    return Answer(rater, _why(rungs, rung, is_acting), rungs)


def exception_of(person: Person, on: date) -> RaterException | None:
    """The recorded exception that holds on a day; the one that began last."""
    found: RaterException | None = (
        RaterException.objects.filter(
            current(on), in_office(on, "rater__"), person=person, agency=person.agency_id
        )
        .select_related("rater")
        .order_by("-starts_on", "-id")
        .first()
    )
    return found


def _why(rungs: list[Rung], rung: Rung, is_acting: bool) -> str:
    skipped = rungs.index(rung)
    first = (
        _("Acts for the post right above.")
        if is_acting and not skipped
        else _("Acts for the next post above that somebody may rate from.")
        if is_acting
        else _("Holds the post right above.")
        if not skipped
        else _("Holds the next post above that somebody sits on.")
    )
    passed = [f"{r.post.title}" for r in rungs[:skipped]]
    if not passed:
        return first
    return f"{first} " + _("Passed over, as nobody may rate from there: %(posts)s.") % {
        "posts": ", ".join(passed)
    }


def _no_rater(post: Post | None, rungs: list[Rung]) -> str:
    if post is None:
        return _("Holds no post on this day, so nobody rates.")
    if not rungs:
        return _("No post stands above this one: HR does what a rater would.")
    return _("Every post above is vacant: HR does what a rater would.")


@dataclass(frozen=True)
class SuperiorRow:
    """A post whose superior changes, with who holds it, for a preview."""

    post: Post
    holder: str
    before: str
    after: str


def superior_rows(
    changed: Sequence[tuple[int, int | None, int | None]], on: date, most: int = 50
) -> list[SuperiorRow]:
    """(post, before, after) in words, the first of many. Three queries."""
    shown = changed[:most]
    ids = {pk for row in shown for pk in row if pk is not None}
    posts = {post.pk: post for post in Post.objects.filter(pk__in=ids).select_related("unit")}
    who = sittings([row[0] for row in shown], on)
    nobody = _("nobody")

    def title(pk: int | None) -> str:
        return posts[pk].title if pk in posts else nobody

    return [
        SuperiorRow(
            posts[post_id],
            holder.name if (holder := who.get(post_id, NOBODY).holder) else "",
            title(before),
            title(after),
        )
        for post_id, before, after in shown
        if post_id in posts
    ]


def posts_below(post_id: int) -> int:
    """How many open posts stand right below a post."""
    return Post.objects.filter(superior=post_id, closed_on=None).count()


# --- one person --------------------------------------------------------------------------------


# What another agency recorded about somebody who came from there stays there.


def posting_on(person: Person, on: date) -> Posting | None:
    """The posting of a day, with post and unit; of two the one that began last."""
    found: Posting | None = (
        Posting.objects.filter(current(on), person=person, agency=person.agency_id)
        .select_related("post__unit")
        .order_by("-starts_on", "-id")
        .first()
    )
    return found


def postings_of(person: Person) -> list[Posting]:
    return list(
        Posting.objects.filter(person=person, agency=person.agency_id)
        .select_related("post__unit")
        .order_by("-starts_on", "-id")
    )


def numbers_of(person: Person) -> list[IdentityNumber]:
    """All numbers a person had, the present one first."""
    return list(IdentityNumber.objects.filter(person=person).order_by("-is_current", "-id"))


def absences_of(person: Person) -> list[Absence]:
    return list(
        Absence.objects.filter(person=person, agency=person.agency_id).order_by("-starts_on", "-id")
    )


def actings_of(person: Person) -> list[Acting]:
    return list(
        Acting.objects.filter(person=person, agency=person.agency_id)
        .select_related("post__unit")
        .order_by("-starts_on", "-id")
    )


def exceptions_of(person: Person) -> list[RaterException]:
    return list(
        RaterException.objects.filter(person=person, agency=person.agency_id)
        .select_related("rater")
        .order_by("-starts_on", "-id")
    )


# --- posts and units ---------------------------------------------------------------------------


def holders_of(post: Post) -> list[Posting]:
    """Everybody who held a post, the latest first."""
    return list(
        Posting.objects.filter(post=post).select_related("person").order_by("-starts_on", "-id")
    )


def actings_for(post: Post) -> list[Acting]:
    return list(
        Acting.objects.filter(post=post).select_related("person").order_by("-starts_on", "-id")
    )


def is_open(on: date) -> Q:
    """Units or posts that exist on a day; `closed_on` is the last one."""
    return Q(closed_on=None) | Q(closed_on__gte=on)


def without_holder(on: date) -> Q:
    """Posts that nobody holds on a day."""
    held = Posting.objects.filter(current(on), in_office(on, "person__"))
    return ~Q(pk__in=held.values("post"))


def without_head(agency_id: int) -> Q:
    """Posts in units that have no head's post."""
    heads = Post.objects.filter(agency_id=agency_id, is_head=True, closed_on=None)
    return ~Q(unit__in=heads.values("unit"))


@dataclass(frozen=True)
class Counts:
    """What a unit holds with everything below it, on a day."""

    units: int = 0
    posts: int = 0
    vacant: int = 0

    @property
    def held(self) -> int:
        return self.posts - self.vacant


_COUNTS = """
WITH below AS MATERIALIZED (
    SELECT top.id AS top_id, s.id AS unit_id
    FROM cycles_unit top
    JOIN cycles_unit s ON s.agency_id = top.agency_id AND starts_with(s.path, top.path)
        AND (s.id = top.id OR s.closed_on IS NULL OR s.closed_on >= %(day)s)
    WHERE top.id = ANY(%(units)s)
), seat AS MATERIALIZED (
    SELECT p.id, p.unit_id FROM cycles_post p
    WHERE p.unit_id IN (SELECT unit_id FROM below)
        AND (p.closed_on IS NULL OR p.closed_on >= %(day)s)
), held AS (
    SELECT DISTINCT seat.id FROM seat
    JOIN cycles_posting g ON g.post_id = seat.id
    JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE g.starts_on <= %(day)s AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
), per AS (
    SELECT seat.unit_id, count(*) AS posts, count(*) FILTER (WHERE held.id IS NULL) AS vacant
    FROM seat LEFT JOIN held ON held.id = seat.id GROUP BY seat.unit_id
)
SELECT below.top_id, count(*) - 1, coalesce(sum(per.posts), 0)::int,
    coalesce(sum(per.vacant), 0)::int
FROM below LEFT JOIN per ON per.unit_id = below.unit_id
GROUP BY below.top_id
"""


def counts_of(units: Sequence[Unit], on: date) -> dict[int, Counts]:
    """By unit id, what it holds with all below it. One query."""
    if not units:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"day": on, "units": [unit.pk for unit in units]})
        return {row[0]: Counts(*row[1:]) for row in cursor.fetchall()}


def heads_of(units: Iterable[Unit]) -> dict[int, Post]:
    """By unit id, the post of its head. One query."""
    heads = Post.objects.filter(unit__in=list(units), is_head=True, closed_on=None)
    return {post.unit_id: post for post in heads}


def units_above(unit: Unit) -> list[Unit]:
    """The units above one, the topmost first. One query."""
    ids = [int(part) for part in unit.path.split(".") if part][:-1]
    found = {above.pk: above for above in Unit.objects.filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def open_units(agency_id: int, most: int) -> list[Unit]:
    """Every open unit of an agency as the tree is read, for a choice; none if there are more.

    One query.
    """
    units = list(Unit.objects.filter(agency_id=agency_id, closed_on=None)[: most + 1])
    if len(units) > most:
        return []
    names = {unit.pk: unit.name for unit in units}

    def place(unit: Unit) -> list[tuple[str, int]]:
        return [(names.get(int(p), ""), int(p)) for p in unit.path.split(".") if p]

    return sorted(units, key=place)


# --- acting officials --------------------------------------------------------------------------

RUNNING, COMING, OVER = "berlaku", "akan-datang", "berakhir"


def actings(agency_id: int, which: str, on: date) -> QuerySet[Acting]:
    """Acting appointments of an agency that run, come, or are over."""
    rows = Acting.objects.filter(agency_id=agency_id).select_related("person", "post__unit")
    if which == COMING:
        return rows.filter(starts_on__gt=on, ends_on__gte=F("starts_on"))
    if which == OVER:
        # One that was taken back before it began never held.
        return rows.filter(Q(ends_on__lt=on) | Q(ends_on__lt=F("starts_on")))
    return rows.filter(starts_on__lte=on, ends_on__gte=on)


def standing_of(acting: Acting, on: date) -> str:
    """Where an appointment stands on a day: running, coming, over."""
    if acting.ends_on < on or acting.ends_on < acting.starts_on:
        return OVER
    return COMING if acting.starts_on > on else RUNNING


def powers_in_words(acting: Acting) -> list[str]:
    words = {"approve": _("approve"), "rate": _("rate"), "decide": _("decide objections")}
    return [words[power] for power in ("approve", "rate", "decide") if power in powers_of(acting)]
