"""What a rehearsal looks for among people, posts and units: one SELECT a kind of finding.

Each reads the temporary table `rehearsed` (the columns of `cycles.queries.lineup`) and gives
mark, person_id, post_id, unit_id, data. The mark is the same for the same fault in two runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cycles.enums import PostKind, Severity
from cycles.models import Cycle

# Kinds of posts from the highest down; what comes after the lowest rater may not rate.
RANKS = (PostKind.STATE_OFFICIAL, PostKind.JPT_MADYA, PostKind.JPT_PRATAMA, PostKind.ADMINISTRATOR,
         PostKind.PENGAWAS)  # fmt: skip

# What HR may set of the limits; the others are law or the guide's.
SETTABLE = ("lowest_rater", "most_people", "least_days")


@dataclass(frozen=True)
class Limits:
    """What a rehearsal calls too low, too many, too short, too few; a cycle may set its own."""

    # PermenPANRB 6/2022: at lowest a pengawas, or an official with delegated authority.
    lowest_rater: str = PostKind.PENGAWAS.value
    most_people: int = 30
    least_days: int = 5
    # PP 30/2019 art. 59: an objection is made at latest 14 days after receipt.
    window_days: int = 14
    # Below this the distribution guide says nothing (cycles.scoring).
    least_people: int = 10

    @classmethod
    def of(cls, cycle: Cycle) -> Limits:
        """The cycle's own, and the defaults for what it does not say."""
        known = {name: cycle.limits[name] for name in SETTABLE if name in cycle.limits}
        return cls(**known)

    @property
    def may_rate(self) -> list[str]:
        """Kinds of posts whose holders rate without a delegation."""
        ranks = [kind.value for kind in RANKS]
        return ranks[: ranks.index(self.lowest_rater) + 1]

    def params(self) -> dict[str, Any]:
        return {"may_rate": self.may_rate, "most_people": self.most_people,
                "least_people": self.least_people}  # fmt: skip


@dataclass(frozen=True)
class Check:
    code: str
    severity: Severity
    sql: str


# A seat is held, or taken by letter, on the day.
_HELD = """EXISTS (
    SELECT 1 FROM cycles_posting g
    JOIN cycles_person n ON n.id = g.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE g.post_id = p.id AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s))"""
_ACTED_FOR = """EXISTS (
    SELECT 1 FROM cycles_acting a
    JOIN cycles_person n ON n.id = a.person_id AND (n.left_on IS NULL OR n.left_on > %(day)s)
    WHERE a.post_id = p.id AND %(day)s BETWEEN a.starts_on AND a.ends_on)"""
# Everybody who must log in: who is rated, and who rates.
_CONCERNED = """(
    SELECT person_id FROM rehearsed WHERE why = ''
    UNION SELECT rater_id FROM rehearsed WHERE why = '' AND rater_id IS NOT NULL) c"""

CHECKS = (
    Check("no_superior", Severity.ERROR, """
        SELECT 'p' || r.person_id AS mark, r.person_id, r.post_id, r.unit_id, '{}'::jsonb AS data
        FROM rehearsed r LEFT JOIN cycles_post s ON s.id = r.superior_id
        WHERE r.why = '' AND r.rater_id IS NULL
          AND coalesce(s.agency_id, %(agency)s) = %(agency)s"""),
    Check("superior_loop", Severity.ERROR, """
        WITH RECURSIVE up AS (
            SELECT s.id AS base, s.superior_id AS post_id, ARRAY[s.id] AS seen
            FROM cycles_post s WHERE s.agency_id = %(agency)s AND s.superior_id IS NOT NULL
              AND s.closed_on IS NULL
              AND s.id IN (SELECT superior_id FROM cycles_post WHERE agency_id = %(agency)s)
            UNION ALL
            SELECT up.base, p.superior_id, up.seen || p.id
            FROM up JOIN cycles_post p ON p.id = up.post_id
            WHERE p.superior_id IS NOT NULL AND NOT p.id = ANY(up.seen)
        )
        SELECT 't' || base AS mark, NULL::bigint AS person_id, base AS post_id,
            p.unit_id, jsonb_build_object('n', max(cardinality(up.seen))) AS data
        FROM up JOIN cycles_post p ON p.id = up.base
        WHERE up.post_id = up.base GROUP BY base, p.unit_id"""),
    Check("superior_outside", Severity.ERROR, """
        SELECT 't' || r.post_id AS mark, r.person_id, r.post_id, r.unit_id, '{}'::jsonb AS data
        FROM rehearsed r JOIN cycles_post s ON s.id = r.superior_id
        WHERE r.why = '' AND s.agency_id <> %(agency)s"""),
    Check("rater_outside", Severity.ERROR, """
        SELECT 'p' || n.id AS mark, n.id AS person_id, max(r.rater_post_id) AS post_id,
            NULL::bigint AS unit_id, jsonb_build_object('n', count(*)) AS data
        FROM rehearsed r JOIN cycles_person n ON n.id = r.rater_id
        WHERE r.why = '' AND n.agency_id <> %(agency)s GROUP BY n.id"""),
    Check("rater_too_low", Severity.ERROR, """
        SELECT 't' || p.id AS mark, min(r.rater_id) AS person_id, p.id AS post_id, p.unit_id,
            jsonb_build_object('n', count(*), 'kind', p.kind) AS data
        FROM rehearsed r JOIN cycles_post p ON p.id = r.rater_post_id
        WHERE r.why = '' AND p.kind <> '' AND NOT p.kind = ANY(%(may_rate)s) AND NOT p.is_head
        GROUP BY p.id"""),
    Check("no_account", Severity.ERROR, f"""
        SELECT 'p' || c.person_id AS mark, c.person_id, NULL::bigint AS post_id,
            NULL::bigint AS unit_id, '{{}}'::jsonb AS data
        FROM {_CONCERNED}
        WHERE NOT EXISTS (
            SELECT 1 FROM cycles_user u WHERE u.person_id = c.person_id AND u.is_active)"""),  # noqa: S608 - our own text
    Check("duplicate_number", Severity.ERROR, """
        SELECT 'p' || person_id AS mark, person_id, NULL::bigint AS post_id,
            NULL::bigint AS unit_id, jsonb_build_object('other', other) AS data
        FROM (
            SELECT i.person_id, min(i.person_id) OVER (PARTITION BY i.number) AS other
            FROM cycles_identitynumber i JOIN rehearsed r ON r.person_id = i.person_id
        ) same WHERE other <> person_id GROUP BY person_id, other"""),
    Check("rater_by_delegation", Severity.WARNING, """
        SELECT 't' || p.id AS mark, min(r.rater_id) AS person_id, p.id AS post_id, p.unit_id,
            jsonb_build_object('n', count(*), 'kind', p.kind) AS data
        FROM rehearsed r JOIN cycles_post p ON p.id = r.rater_post_id
        WHERE r.why = '' AND p.kind <> '' AND NOT p.kind = ANY(%(may_rate)s) AND p.is_head
        GROUP BY p.id"""),
    Check("rater_too_many", Severity.WARNING, """
        SELECT 'p' || rater_id AS mark, rater_id AS person_id, max(rater_post_id) AS post_id,
            NULL::bigint AS unit_id,
            jsonb_build_object('n', count(*), 'most', %(most_people)s::int) AS data
        FROM rehearsed WHERE why = '' AND rater_id IS NOT NULL
        GROUP BY rater_id HAVING count(*) > %(most_people)s"""),
    Check("vacant_head", Severity.WARNING, f"""
        SELECT 't' || p.id AS mark, NULL::bigint AS person_id, p.id AS post_id, p.unit_id,
            jsonb_build_object('n', below.n) AS data
        FROM (SELECT superior_id, count(*) AS n FROM rehearsed WHERE why = '' GROUP BY 1) below
        JOIN cycles_post p ON p.id = below.superior_id AND p.agency_id = %(agency)s
        WHERE p.is_head AND p.closed_on IS NULL AND NOT {_HELD} AND NOT {_ACTED_FOR}"""),  # noqa: S608 - our own text
    Check("unit_without_head", Severity.WARNING, """
        SELECT 'u' || r.unit_id AS mark, NULL::bigint AS person_id, NULL::bigint AS post_id,
            r.unit_id, jsonb_build_object('n', count(*)) AS data
        FROM rehearsed r WHERE r.why = '' AND NOT EXISTS (
            SELECT 1 FROM cycles_post p
            WHERE p.unit_id = r.unit_id AND p.is_head AND p.closed_on IS NULL)
        GROUP BY r.unit_id"""),
    Check("no_email", Severity.WARNING, f"""
        SELECT 'p' || c.person_id AS mark, c.person_id, NULL::bigint AS post_id,
            NULL::bigint AS unit_id, '{{}}'::jsonb AS data
        FROM {_CONCERNED} JOIN cycles_user u ON u.person_id = c.person_id AND u.is_active
        WHERE u.email = ''"""),  # noqa: S608 - our own text
    Check("duplicate_name", Severity.WARNING, """
        SELECT 'p' || person_id AS mark, person_id, NULL::bigint AS post_id,
            NULL::bigint AS unit_id, jsonb_build_object('other', other) AS data
        FROM (
            SELECT r.person_id, min(r.person_id)
                OVER (PARTITION BY lower(n.name), left(i.number, 8)) AS other
            FROM rehearsed r JOIN cycles_person n ON n.id = r.person_id
            JOIN cycles_identitynumber i ON i.person_id = r.person_id AND i.is_current
              AND i.kind <> 'nrp'
        ) same
        WHERE other <> person_id AND NOT EXISTS (
            SELECT 1 FROM cycles_identitynumber a JOIN cycles_identitynumber b USING (number)
            WHERE a.person_id = same.person_id AND b.person_id = same.other)"""),
    Check("post_without_kind", Severity.WARNING, """
        SELECT 't' || p.id AS mark, r.person_id, p.id AS post_id, p.unit_id, '{}'::jsonb AS data
        FROM rehearsed r JOIN cycles_post p ON p.id = r.post_id
        WHERE p.kind = '' AND r.why IN ('', 'other_post')"""),
    Check("acting_ends", Severity.WARNING, """
        SELECT 'a' || a.id || '-' || a.ends_on AS mark, a.person_id, p.id AS post_id, p.unit_id,
            jsonb_build_object('day', a.ends_on, 'kind', a.kind) AS data
        FROM cycles_acting a JOIN cycles_post p ON p.id = a.post_id
        WHERE a.agency_id = %(agency)s AND a.ends_on >= %(day)s AND a.ends_on < %(cycle_ends)s
          AND p.id IN (SELECT superior_id FROM rehearsed WHERE why = '')"""),
    Check("no_duty", Severity.NOTE, """
        SELECT 'p' || person_id AS mark, person_id, NULL::bigint AS post_id,
            NULL::bigint AS unit_id, jsonb_build_object('kind', substr(why, 6)) AS data
        FROM rehearsed WHERE why LIKE 'away\\_%%'"""),
    Check("several_postings", Severity.NOTE, """
        SELECT 'p' || person_id AS mark, person_id, post_id, unit_id,
            jsonb_build_object('n', postings) AS data
        FROM rehearsed WHERE why = '' AND postings > 1"""),
    Check("unit_too_small", Severity.NOTE, """
        SELECT 'u' || above.id AS mark, NULL::bigint AS person_id, NULL::bigint AS post_id,
            above.id AS unit_id,
            jsonb_build_object('n', sum(own.n), 'least', %(least_people)s::int) AS data
        FROM (SELECT unit_id, count(*) AS n FROM rehearsed WHERE why = '' GROUP BY 1) own
        JOIN cycles_unit u ON u.id = own.unit_id
        CROSS JOIN LATERAL unnest(string_to_array(rtrim(u.path, '.'), '.')::bigint[]) AS above(id)
        GROUP BY above.id HAVING sum(own.n) < %(least_people)s"""),
)  # fmt: skip
