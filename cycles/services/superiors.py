"""The seat above each post, derived from the unit tree.

Above an ordinary post sits the head of its unit, above a head the head of the nearest unit above
that has one. A superior that the agency has given (`Post.is_superior_given`) is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from cycles.models import Agency

_WANTED = """
WITH RECURSIVE head AS (
    SELECT unit_id, id FROM cycles_post
    WHERE agency_id = %(agency)s AND is_head AND closed_on IS NULL
), tree AS (
    SELECT u.id, h.id AS own, NULL::bigint AS above
    FROM cycles_unit u LEFT JOIN head h ON h.unit_id = u.id
    WHERE u.agency_id = %(agency)s AND u.parent_id IS NULL
    UNION ALL
    SELECT u.id, h.id, coalesce(t.own, t.above)
    FROM cycles_unit u JOIN tree t ON u.parent_id = t.id LEFT JOIN head h ON h.unit_id = u.id
), wanted AS (
    SELECT p.id, p.superior_id AS before,
        CASE WHEN p.is_head THEN t.above ELSE coalesce(t.own, t.above) END AS after
    FROM cycles_post p JOIN tree t ON t.id = p.unit_id
    WHERE p.agency_id = %(agency)s AND p.closed_on IS NULL AND NOT p.is_superior_given
), other AS (
    SELECT * FROM wanted WHERE before IS DISTINCT FROM after
)
"""
_LOOK = f"{_WANTED} SELECT id, before, after FROM other ORDER BY id"  # noqa: S608 - our own text
_WRITE = f"""{_WANTED}
UPDATE cycles_post p SET superior_id = other.after FROM other WHERE p.id = other.id
RETURNING p.id, other.before, other.after
"""  # noqa: S608 - made of our own text only


@dataclass(frozen=True)
class NewSuperior:
    """A post whose seat above is another one now; None: nobody sits above."""

    post_id: int
    before: int | None
    after: int | None


def derivable(agency: Agency) -> list[NewSuperior]:
    """What `derive` would change. One query."""
    return _run(_LOOK, agency)


def derive(agency: Agency) -> list[NewSuperior]:
    """Set the superior of every open post of the agency by its unit tree; return what changed.

    One statement. The caller records the change and holds the transaction.
    """
    return sorted(_run(_WRITE, agency), key=lambda new: new.post_id)


def _run(sql: str, agency: Agency) -> list[NewSuperior]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"agency": agency.pk})
        return [NewSuperior(*row) for row in cursor.fetchall()]
