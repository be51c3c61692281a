"""Who stands where, as of a day: the seats above a post, with holders and acting officials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from cycles.models import Acting, Post, Posting, RaterException, RoleGrant

# A seat's holder on the day, and its acting official by letter; at most one of each is shown.
_SEATS = """
WITH RECURSIVE up AS (
    SELECT p.id, p.superior_id, 0 AS step, ARRAY[p.id] AS seen
    FROM cycles_post p WHERE p.id = %(post)s
    UNION ALL
    SELECT p.id, p.superior_id, up.step + 1, up.seen || p.id
    FROM cycles_post p JOIN up ON p.id = up.superior_id
    WHERE NOT p.id = ANY(up.seen) AND up.step < 20
)
SELECT up.id, holder.person_id, acting.person_id, acting.kind,
    acting.may_approve, acting.may_rate, acting.may_decide
FROM up
LEFT JOIN LATERAL (
    SELECT g.person_id FROM cycles_posting g
    JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE g.post_id = up.id AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
    ORDER BY g.starts_on DESC LIMIT 1
) holder ON true
LEFT JOIN LATERAL (
    SELECT a.* FROM cycles_acting a
    JOIN cycles_person n ON n.id = a.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE a.post_id = up.id AND a.starts_on <= %(day)s AND a.ends_on >= %(day)s
    ORDER BY a.starts_on DESC LIMIT 1
) acting ON true
WHERE up.step > 0
ORDER BY up.step
"""


@dataclass(frozen=True)
class Seat:
    """A post above somebody, and who sits there on the day."""

    post_id: int
    holder_id: int | None
    acting_id: int | None = None
    acting_kind: str = ""
    acting_powers: frozenset[str] = frozenset()

    def person_for(self, power: str, excluding: Iterable[int]) -> int | None:
        """The holder, else the acting official with that power; never somebody excluded."""
        barred = set(excluding)
        if self.holder_id is not None and self.holder_id not in barred:
            return self.holder_id
        if self.acting_id is not None and self.acting_id not in barred:
            return self.acting_id if power in self.acting_powers else None
        return None


def seats_above(post_id: int, on: date) -> list[Seat]:
    """The chain of seats above a post on a day, nearest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, {"post": post_id, "day": on})
        return [
            Seat(
                post_id=row[0],
                holder_id=row[1],
                acting_id=row[2],
                acting_kind=row[3] or "",
                acting_powers=frozenset(
                    power
                    for power, has in zip(("approve", "rate", "decide"), row[4:7], strict=True)
                    if has
                ),
            )
            for row in cursor.fetchall()
        ]


def acting_posts(person_id: int, on: date) -> list[Acting]:
    """The appointments under which a person acts for others on a day, with the post."""
    return list(
        Acting.objects.filter(person_id=person_id, starts_on__lte=on, ends_on__gte=on)
        .select_related("post")
        .order_by("id")
    )


def holds_role(person_id: int, role: str, agency_id: int) -> bool:
    """Whether a person has a role in an agency."""
    return RoleGrant.objects.filter(
        user__person_id=person_id, role=role, agency_id=agency_id
    ).exists()


class SeatIndex:
    """The same answer as `seats_above` for a whole agency: three queries, then memory."""

    def __init__(self, agency_id: int, on: date) -> None:
        self._superior = dict(
            Post.objects.filter(agency_id=agency_id).values_list("id", "superior_id")
        )
        in_office = Q(person__left_on=None) | Q(person__left_on__gt=on)
        self._holder = dict(
            Posting.objects.filter(in_office, agency_id=agency_id, starts_on__lte=on)
            .filter(Q(ends_on=None) | Q(ends_on__gte=on))
            .order_by("starts_on")
            .values_list("post_id", "person_id")
        )
        self._acting = {
            acting.post_id: acting
            for acting in Acting.objects.filter(
                in_office, agency_id=agency_id, starts_on__lte=on, ends_on__gte=on
            ).order_by("starts_on")
        }

    def above(self, post_id: int) -> list[Seat]:
        """The seats above a post, nearest first."""
        seats: list[Seat] = []
        seen = {post_id}
        above = self._superior.get(post_id)
        while above is not None and above not in seen and len(seats) < 20:
            seen.add(above)
            acting = self._acting.get(above)
            seats.append(
                Seat(above, self._holder.get(above))
                if acting is None
                else Seat(above, self._holder.get(above), acting.person_id, acting.kind,
                          powers_of(acting))
            )  # fmt: skip
            above = self._superior.get(above)
        return seats


def rater_exceptions(agency_id: int, on: date) -> dict[int, int]:
    """Person id → who rates them on a day in place of their superior, as recorded. One query.

    A rater who has left counts no more; of two exceptions the one that began last holds.
    """
    return dict(
        RaterException.objects.filter(agency_id=agency_id, starts_on__lte=on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .filter(Q(rater__left_on=None) | Q(rater__left_on__gt=on))
        .order_by("starts_on", "id")
        .values_list("person_id", "rater_id")
    )


def powers_of(acting: Acting) -> frozenset[str]:
    """What the letter allows: "approve", "rate", "decide"."""
    return frozenset(p for p in ("approve", "rate", "decide") if getattr(acting, f"may_{p}"))


def heads_unit(person_id: int, unit_id: int, on: date) -> bool:
    """Whether a person holds the post of a unit's head on a day."""
    return (
        Posting.objects.filter(
            person_id=person_id, post__unit_id=unit_id, post__is_head=True, starts_on__lte=on
        )
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .exists()
    )
