"""What the calendar moves: assessments that open, windows that end, results nobody opened."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from cycles import clock
from cycles.exceptions import Refused
from workflow.enums import Party, State
from workflow.models import Case
from workflow.permissions import SYSTEM
from workflow.services.door import advance, advance_many

log = logging.getLogger(__name__)
BATCH = 500


def open_assessments(now: datetime | None = None) -> int:
    """Open every assessment whose date has come; return how many moved."""
    instant = now or clock.now()
    ready = Case.objects.filter(
        state=State.MONITORING, has_plan_in_force=True, assessment_opens_at__lte=instant
    ).order_by("assessment_opens_at", "id")
    return _in_batches(ready, "open_assessment", instant)


def close_windows(now: datetime | None = None) -> int:
    """End every objection window that is over; return how many moved."""
    instant = now or clock.now()
    ready = Case.objects.filter(state=State.ANNOUNCED, window_ends_at__lte=instant).order_by(
        "window_ends_at", "id"
    )
    return _in_batches(ready, "window_over", instant)


def pass_undelivered_to_hr(now: datetime | None = None) -> int:
    """A result that nobody opened or handed over in time becomes HR's turn; never deemed given."""
    instant = now or clock.now()
    late = Case.objects.filter(
        state=State.DELIVERY, due_at__lte=instant, turn_party=Party.RATER,
        turn_person__isnull=False,
    )  # fmt: skip
    return _reassign(late.values_list("id", "turn_number").order_by("due_at", "id"), instant, "hr")


def follow_seats(now: datetime | None = None) -> int:
    """Give on what waits for somebody who no longer sits there; return how many moved.

    Whoever left the service holds no turn. Who rates, approves or settles for a post must hold it
    or act for it by letter today; who rated still explains, and a decider still decides. The due
    date stays: the office had its time.
    """
    instant = now or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_ADRIFT, {"now": instant, "most": BATCH})
        return _reassign(cursor.fetchall(), instant)


# Turns, and the raters of cases whose turn is the employee's.
_ADRIFT = """
WITH held AS (
    SELECT c.id, c.turn_number, c.agency_id, h.person_id, h.post_id
    FROM workflow_case c
    CROSS JOIN LATERAL (VALUES
        (c.turn_person_id,
         CASE WHEN c.turn_party IN ('rater', 'approver', 'finaliser') THEN c.turn_post_id END,
         c.turn_party NOT IN ('employee', 'system')),
        (c.rater_id, c.rater_post_id, c.state IN ('planning', 'monitoring', 'self_assessment'))
    ) AS h(person_id, post_id, is_asked)
    WHERE c.state NOT IN ('closed', 'excluded') AND h.is_asked AND h.person_id IS NOT NULL
), today AS (
    SELECT id AS agency_id, (%(now)s AT TIME ZONE zone)::date AS day FROM cycles_agency
)
SELECT DISTINCT held.id, held.turn_number
FROM held
JOIN today USING (agency_id)
JOIN cycles_person p ON p.id = held.person_id
WHERE p.left_on <= today.day
    OR p.agency_id <> held.agency_id
    OR held.post_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM cycles_posting g
        WHERE g.post_id = held.post_id AND g.person_id = held.person_id
            AND g.starts_on <= today.day AND coalesce(g.ends_on >= today.day, true)
    )
    AND NOT EXISTS (
        SELECT 1 FROM cycles_acting a
        WHERE a.post_id = held.post_id AND a.person_id = held.person_id
            AND today.day BETWEEN a.starts_on AND a.ends_on
    )
ORDER BY held.id
LIMIT %(most)s
"""


def _reassign(found: Iterable[tuple[int, int]], now: datetime, to: str = "") -> int:
    """Reassign each case unless it has moved on meanwhile; a bad one does not stop the rest."""
    moved = 0
    for case_id, turn in list(found):
        try:
            advance(case_id, "reassign", actor=SYSTEM, data={"to": to}, expected_turn=turn, now=now)
        except Refused:
            continue
        except Exception:
            log.exception("case %s cannot be reassigned", case_id)
            continue
        moved += 1
    return moved


def _in_batches(ready: QuerySet[Case], action: str, now: datetime) -> int:
    moved, seen = 0, 0
    while True:
        # Refused ones stay in the list: step over them, so that they cannot block the rest.
        ids = list(ready.values_list("id", flat=True)[seen : seen + BATCH])
        if not ids:
            return moved
        done = _as_one(ids, action, now)
        moved += done
        seen += len(ids) - done


def _as_one(ids: list[int], action: str, now: datetime) -> int:
    """Move a batch; if one case breaks it, move them one by one and leave that one."""
    try:
        return len(advance_many(ids, action, now=now)[0])
    except Exception:
        if len(ids) == 1:
            log.exception("case %s: %s failed", ids[0], action)
            return 0
        return sum(_as_one([case_id], action, now) for case_id in ids)


def fold_counters() -> int:
    """Fold the counter deltas into totals; return how many rows were folded."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM workflow_counterdelta WHERE id IN (
                    SELECT id FROM workflow_counterdelta ORDER BY id LIMIT 50000
                    FOR UPDATE SKIP LOCKED
                ) RETURNING cycle_id, unit_id, state, delta
            ), sums AS (
                SELECT cycle_id, unit_id, state, sum(delta)::int AS delta, count(*) AS rows
                FROM taken GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ), folded AS (
                INSERT INTO workflow_countertotal AS t (cycle_id, unit_id, state, total)
                SELECT cycle_id, unit_id, state, delta FROM sums
                ON CONFLICT (cycle_id, unit_id, state)
                DO UPDATE SET total = t.total + excluded.total
            )
            SELECT coalesce(sum(rows), 0)::int FROM sums
            """
        )
        return int(cursor.fetchone()[0])
