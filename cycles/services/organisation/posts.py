"""Posts: open, rename, move to another unit, give a superior, close. The tree gives the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles.documents import text
from cycles.enums import PostKind
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Acting, Post, Posting, Unit
from cycles.services import superiors
from cycles.services.organisation.common import (
    By,
    Note,
    day_problems,
    demand,
    lock,
    not_for_oneself,
    reason_problems,
    record,
    words,
)
from cycles.services.organisation.units import followed
from cycles.services.superiors import NewSuperior

TITLE, GRADE, CODE = 200, 40, 40


@dataclass(frozen=True)
class PostWish:
    """What HR says of a post."""

    title: str
    kind: str = ""
    grade: str = ""
    code: str = ""
    is_head: bool = False

    def cleaned(self) -> PostWish:
        return PostWish(text(self.title), self.kind, text(self.grade), text(self.code),
                        self.is_head)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """The post, and the posts whose superior is another one now."""

    post: Post
    superiors: list[NewSuperior] = field(default_factory=list)
    is_repeat: bool = False


def stream_of(post: Post) -> str:
    return f"post:{post.pk}"


def open_post(unit: Unit, wish: PostWish, *, by: By) -> Changed:
    """A new post in a unit, vacant. Raises Incomplete."""
    wish = wish.cleaned()
    with transaction.atomic():
        lock(unit.agency_id)
        demand(_problems(unit.pk, unit.agency_id, wish))
        if Unit.objects.filter(pk=unit.pk).exclude(closed_on=None).exists():
            raise Refused(_("This unit is closed."))
        post = Post.objects.create(
            agency_id=unit.agency_id, unit=unit, title=wish.title, kind=wish.kind,
            grade=wish.grade, code=wish.code, is_head=wish.is_head,
        )  # fmt: skip
        changed = superiors.derive(post.agency)
        record(
            unit.agency_id,
            by,
            [
                Note(stream_of(post), "open_post", {"unit": unit.pk, **_told(wish)}),
                *followed([new for new in changed if new.post_id != post.pk], {"post": post.pk}),
            ],
        )
        return Changed(post, changed)


def change_post(post: Post, wish: PostWish, *, by: By) -> Changed:
    """Correct title, kind, rung, code, or whether it heads its unit. Raises Incomplete."""
    wish = wish.cleaned()
    with transaction.atomic():
        lock(post.agency_id)
        fresh = _fresh(post)
        demand(_problems(fresh.unit_id, fresh.agency_id, wish, besides=fresh.pk))
        before = PostWish(fresh.title, fresh.kind, fresh.grade, fresh.code, fresh.is_head)
        if before == wish:
            return Changed(fresh, is_repeat=True)
        fresh.title, fresh.kind, fresh.grade = wish.title, wish.kind, wish.grade
        fresh.code, fresh.is_head = wish.code, wish.is_head
        fresh.save(update_fields=["title", "kind", "grade", "code", "is_head"])
        changed = superiors.derive(fresh.agency)
        record(
            fresh.agency_id,
            by,
            [
                Note(stream_of(fresh), "change_post", {"before": _told(before), **_told(wish)}),
                *followed(changed, {"post": fresh.pk}),
            ],
        )
        return Changed(fresh, changed)


def give_superior(post: Post, superior: Post, *, reason: str, by: By) -> Changed:
    """Name the seat above a post whatever the tree says, with the reason.

    Raises Incomplete, NotAllowed for one's own post.
    """
    why = text(reason)
    with transaction.atomic():
        lock(post.agency_id)
        fresh = _fresh(post)
        not_for_oneself(by, _holders(fresh))
        problems = list(reason_problems(why))
        above = Post.objects.filter(
            pk=superior.pk, agency_id=fresh.agency_id, closed_on=None
        ).first()
        if above is None:
            problems.append(Problem("superior", _("Choose an open post of this agency.")))
        elif above.pk == fresh.pk or fresh.pk in _ids_above(above.pk):
            problems.append(Problem("superior", _("This post stands below it; that is a loop.")))
        elif fresh.is_superior_given and fresh.superior_id == above.pk:
            problems.append(Problem("superior", _("It stands below that post already.")))
        demand(problems)
        assert above is not None
        before = fresh.superior_id
        fresh.superior, fresh.is_superior_given = above, True
        fresh.save(update_fields=["superior", "is_superior_given"])
        record(
            fresh.agency_id,
            by,
            [Note(stream_of(fresh), "give_superior", {"before": before, "superior": above.pk},
                  why)],
        )  # fmt: skip
        return Changed(fresh, [NewSuperior(fresh.pk, before, above.pk)])


def derive_superior(post: Post, *, reason: str, by: By) -> Changed:
    """Let the unit tree say again who sits above.

    Raises Incomplete, NotAllowed for one's own post, Refused when the tree says so already.
    """
    why = text(reason)
    with transaction.atomic():
        lock(post.agency_id)
        fresh = _fresh(post)
        not_for_oneself(by, _holders(fresh))
        demand(list(reason_problems(why)))
        if not fresh.is_superior_given:
            raise Refused(_("Its superior follows from the units already."))
        before = fresh.superior_id
        fresh.is_superior_given = False
        fresh.save(update_fields=["is_superior_given"])
        changed = superiors.derive(fresh.agency)
        fresh.refresh_from_db(fields=["superior"])
        record(
            fresh.agency_id,
            by,
            [
                Note(stream_of(fresh), "derive_superior",
                     {"before": before, "superior": fresh.superior_id}, why),
                *followed([n for n in changed if n.post_id != fresh.pk], {"post": fresh.pk}),
            ],
        )  # fmt: skip
        return Changed(fresh, changed)


def move_post(post: Post, unit: Unit, *, reason: str = "", by: By) -> Changed:
    """Put a post with its holder into another unit. Raises Incomplete, NotAllowed for one's own."""
    with transaction.atomic():
        lock(post.agency_id)
        fresh = _checked_move(post, unit)
        not_for_oneself(by, _holders(fresh))
        return _move(fresh, unit, text(reason), by)


def close_post(post: Post, last_day: date, *, today: date, by: By) -> Changed:
    """End a post that nobody holds. Raises Incomplete, or Refused with who or what needs it."""
    with transaction.atomic():
        lock(post.agency_id)
        fresh = _fresh(post)
        problems = list(day_problems("last_day", last_day))
        if last_day > today:
            problems.append(Problem("last_day", _("This day has not come yet.")))
        demand(problems)
        if sentence := why_not_closed(fresh, last_day):
            raise Refused(sentence)
        fresh.closed_on = last_day
        fresh.save(update_fields=["closed_on"])
        changed = superiors.derive(fresh.agency)
        record(
            fresh.agency_id,
            by,
            [
                Note(stream_of(fresh), "close_post", {"closed_on": last_day.isoformat()}),
                *followed(changed, {"post": fresh.pk}),
            ],
        )
        return Changed(fresh, changed)


def why_not_closed(post: Post, last_day: date) -> str:
    """The sentence that says who or what needs a post after a day; empty when nothing does."""
    after = Q(ends_on=None) | Q(ends_on__gt=last_day)
    holder = Posting.objects.filter(after, post=post).select_related("person").first()
    if holder is not None:
        return _("%(name)s holds it. Vacate the post first.") % {"name": holder.person.name}
    acting = Acting.objects.filter(post=post, ends_on__gt=last_day).select_related("person").first()
    if acting is not None:
        return _("%(name)s acts for it. End that appointment first.") % {"name": acting.person.name}
    given = Post.objects.filter(superior=post, is_superior_given=True, closed_on=None).count()
    if given:
        return ngettext(
            "%(n)d post was given this one as its superior. Give it another first.",
            "%(n)d posts were given this one as their superior. Give them another first.",
            given,
        ) % {"n": given}
    return ""


def _holders(post: Post) -> list[int]:
    """Who holds a post, or will."""
    held = Posting.objects.filter(post=post, ends_on=None)
    return list(held.values_list("person_id", flat=True))


def _fresh(post: Post) -> Post:
    """The post read under the lock. Raises Refused for a closed one."""
    fresh: Post = Post.objects.select_related("agency", "unit").get(pk=post.pk)
    if fresh.closed_on is not None:
        raise Refused(_("This post is closed."))
    return fresh


def _checked_move(post: Post, unit: Unit) -> Post:
    fresh = _fresh(post)
    there = Unit.objects.filter(pk=unit.pk, agency_id=fresh.agency_id, closed_on=None)
    if not there.exists():
        raise Incomplete([Problem("unit", _("Choose an open unit of this agency."))])
    if unit.pk == fresh.unit_id:
        raise Incomplete([Problem("unit", _("It is in this unit already."))])
    if fresh.is_head and (head := _head_of(unit.pk)) is not None:
        raise Incomplete([Problem("unit", _headed(head))])
    return fresh


def _move(fresh: Post, unit: Unit, reason: str, by: By) -> Changed:
    before = fresh.unit_id
    fresh.unit = unit
    fresh.save(update_fields=["unit"])
    changed = superiors.derive(fresh.agency)
    record(
        fresh.agency_id,
        by,
        [
            Note(stream_of(fresh), "move_post", {"before": before, "unit": unit.pk}, reason),
            *followed(changed, {"post": fresh.pk}),
        ],
    )
    return Changed(fresh, changed)


def _ids_above(post_id: int) -> set[int]:
    """The ids of all seats above a post."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up AS (
                SELECT superior_id FROM cycles_post WHERE id = %s
                UNION SELECT p.superior_id FROM cycles_post p JOIN up ON p.id = up.superior_id
            ) SELECT superior_id FROM up WHERE superior_id IS NOT NULL
            """,
            [post_id],
        )
        return {row[0] for row in cursor.fetchall()}


def _head_of(unit_id: int, besides: int = 0) -> Post | None:
    heads = Post.objects.filter(unit_id=unit_id, is_head=True, closed_on=None)
    found: Post | None = heads.exclude(pk=besides).first()
    return found


def _headed(head: Post) -> str:
    return _("The unit has a head already: %(title)s.") % {"title": head.title}


def _problems(unit_id: int, agency_id: int, wish: PostWish, besides: int = 0) -> list[Problem]:
    problems = [
        *words("title", wish.title, TITLE, _("Give the post a title.")),
        *words("grade", wish.grade, GRADE),
        *words("code", wish.code, CODE),
    ]
    if wish.kind and wish.kind not in PostKind.values:
        problems.append(Problem("kind", _("Choose a kind of the list.")))
    if wish.is_head and (head := _head_of(unit_id, besides)) is not None:
        problems.append(Problem("is_head", _headed(head)))
    same = Post.objects.filter(agency_id=agency_id, code=wish.code).exclude(pk=besides)
    if wish.code and len(wish.code) <= CODE and same.exists():
        problems.append(Problem("code", _("Another post has this code.")))
    return problems


def _told(wish: PostWish) -> dict[str, str | bool]:
    return {"title": wish.title, "kind": wish.kind, "grade": wish.grade, "code": wish.code,
            "head": wish.is_head}  # fmt: skip
