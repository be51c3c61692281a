"""Everyone with a posting in an agency on a day: would they be in a cycle, and who would rate them.

One set-based statement for a handful of people or for a hundred thousand. It answers as
`SeatIndex`, `members.belonging` and `rater_exceptions` do for one; the tests compare them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from cycles.enums import AbsenceKind, PersonKind
from cycles.models import Cycle
from cycles.queries.members import unit_ids
from cycles.queries.officials import rater_exceptions

# Why somebody with a posting does not belong; "away_" goes before the kind of the absence.
OFFICIAL, AWAY, OTHER_UNIT, OTHER_POST, OTHER_PERSON = (
    "official", "away_", "other_unit", "other_post", "other_person",
)  # fmt: skip

# The columns: person_id, post_id, unit_id, superior_id, starts_on, postings (how many at once),
# why ('' for who belongs), rater_id, rater_post_id (none by exception), exception_id.
_LINEUP = """
WITH RECURSIVE away AS (
    SELECT DISTINCT ON (person_id) person_id, kind FROM cycles_absence
    WHERE agency_id = %(agency)s AND kind = ANY(%(no_duty)s::text[]) AND starts_on <= %(day)s
      AND (ends_on IS NULL OR ends_on >= %(day)s)
    ORDER BY person_id, starts_on DESC
), posted AS (
    SELECT g.person_id, g.post_id, g.starts_on, g.id, t.unit_id, t.superior_id,
        CASE
            WHEN n.kind = %(official)s THEN 'official'
            WHEN away.kind IS NOT NULL THEN 'away_' || away.kind
            WHEN NOT (%(units)s::bigint[] IS NULL OR t.unit_id = ANY(%(units)s::bigint[]))
                THEN 'other_unit'
            WHEN NOT (%(post_kinds)s::text[] IS NULL OR t.kind = ANY(%(post_kinds)s::text[]))
                THEN 'other_post'
            WHEN NOT (%(person_kinds)s::text[] IS NULL OR n.kind = ANY(%(person_kinds)s::text[]))
                THEN 'other_person'
            ELSE ''
        END AS why
    FROM cycles_posting g
    JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    JOIN cycles_post t ON t.id = g.post_id
    LEFT JOIN away ON away.person_id = g.person_id
    WHERE g.agency_id = %(agency)s AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
      AND (%(people)s::bigint[] IS NULL OR g.person_id = ANY(%(people)s::bigint[]))
), held AS (
    SELECT DISTINCT ON (person_id) *, count(*) OVER (PARTITION BY person_id) AS postings
    FROM posted ORDER BY person_id, (why <> ''), starts_on DESC, id DESC
), up AS (
    SELECT base, base AS post_id, 1 AS step, ARRAY[base] AS seen
    FROM (SELECT DISTINCT superior_id AS base FROM held
          WHERE why = '' AND superior_id IS NOT NULL) b
    UNION ALL
    SELECT up.base, p.superior_id, up.step + 1, up.seen || p.superior_id
    FROM up JOIN cycles_post p ON p.id = up.post_id AND p.agency_id = %(agency)s
    WHERE p.superior_id IS NOT NULL AND NOT p.superior_id = ANY(up.seen) AND up.step < 20
), seat AS (
    SELECT DISTINCT post_id FROM up
), holder AS (
    SELECT DISTINCT ON (g.post_id) g.post_id, g.person_id
    FROM seat JOIN cycles_posting g USING (post_id)
    JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE g.agency_id = %(agency)s AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
    ORDER BY g.post_id, g.starts_on DESC
), acting AS (
    SELECT DISTINCT ON (a.post_id) a.post_id, a.person_id, a.may_rate
    FROM seat JOIN cycles_acting a USING (post_id)
    JOIN cycles_person n ON n.id = a.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE a.agency_id = %(agency)s AND a.starts_on <= %(day)s AND a.ends_on >= %(day)s
    ORDER BY a.post_id, a.starts_on DESC
), candidate AS (
    SELECT up.base, up.step, 0 AS rank, post_id, holder.person_id
    FROM up JOIN holder USING (post_id)
    UNION ALL
    SELECT up.base, up.step, 1, post_id, acting.person_id
    FROM up JOIN acting USING (post_id) WHERE acting.may_rate
), chain AS (
    SELECT base, array_agg(person_id ORDER BY step, rank) AS people,
        array_agg(post_id ORDER BY step, rank) AS posts
    FROM candidate GROUP BY base
), named AS (
    SELECT * FROM unnest(%(excepted)s::bigint[], %(raters)s::bigint[]) AS e(person_id, rater_id)
), found AS (
    SELECT held.*, chain.people, chain.posts, named.rater_id AS exception_id,
        CASE
            WHEN chain.people[1] <> held.person_id AND chain.posts[1] <> held.post_id THEN 1
            ELSE (
                SELECT i FROM generate_subscripts(chain.people, 1) AS i
                WHERE chain.people[i] <> held.person_id AND chain.posts[i] <> held.post_id
                ORDER BY i LIMIT 1
            )
        END AS nearest
    FROM held
    LEFT JOIN chain ON chain.base = held.superior_id AND held.why = ''
    LEFT JOIN named ON named.person_id = held.person_id AND held.why = ''
)
SELECT person_id, post_id, unit_id, superior_id, starts_on, postings, why,
    coalesce(exception_id, people[nearest]) AS rater_id,
    CASE WHEN exception_id IS NULL THEN posts[nearest] END AS rater_post_id,
    exception_id
FROM found
"""


@dataclass(frozen=True)
class Lineup:
    """The statement and what it needs; to be embedded as `FROM (…) AS lineup`."""

    sql: str
    params: dict[str, Any]

    def of(self, people: Sequence[int]) -> Lineup:
        """The same for some people only."""
        return Lineup(self.sql, self.params | {"people": list(people)})


def lineup(cycle: Cycle, on: date) -> Lineup:
    """Everyone with a posting in the cycle's agency on a day. At most two queries to prepare it."""
    members, named = cycle.members, rater_exceptions(cycle.agency_id, on)
    return Lineup(
        _LINEUP,
        {
            "agency": cycle.agency_id,
            "day": on,
            "official": PersonKind.OFFICIAL.value,
            "no_duty": sorted(kind.value for kind in AbsenceKind.without_planning_duty()),
            "units": unit_ids(cycle),
            "post_kinds": list(members.get("post_kinds") or []) or None,
            "person_kinds": list(members.get("person_kinds") or []) or None,
            "people": None,
            "excepted": list(named),
            "raters": list(named.values()),
        },
    )


@dataclass(frozen=True)
class Standing:
    """Where somebody would stand in a cycle: why not ("" for who belongs), and who would rate."""

    person_id: int
    post_id: int
    why: str
    rater_id: int | None


def standings(cycle: Cycle, on: date, people: Sequence[int]) -> dict[int, Standing]:
    """Some people's standing on a day, by person. At most three queries."""
    line = lineup(cycle, on).of(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, post_id, why, rater_id FROM ({line.sql}) lineup",  # noqa: S608
            line.params,
        )
        return {row[0]: Standing(*row) for row in cursor.fetchall()}
