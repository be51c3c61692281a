"""What the calendar moves: assessments that open, windows that end, results nobody opened."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from cycles import clock
from workflow.enums import Party, State
from workflow.models import Case
from workflow.permissions import SYSTEM
from workflow.services.door import advance, advance_many

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
    moved = 0
    for case_id in list(
        Case.objects.filter(
            state=State.DELIVERY, due_at__lte=instant, turn_party=Party.RATER,
            turn_person__isnull=False,
        ).values_list("id", flat=True)[:BATCH]
    ):  # fmt: skip
        advance(case_id, "reassign", actor=SYSTEM, data={"to": "hr"}, now=instant)
        moved += 1
    return moved


def _in_batches(ready: QuerySet[Case], action: str, now: datetime) -> int:
    moved, seen = 0, 0
    while True:
        # Refused ones stay in the list: step over them, so that they cannot block the rest.
        ids = list(ready.values_list("id", flat=True)[seen : seen + BATCH])
        if not ids:
            return moved
        cases, _refused = advance_many(ids, action, now=now)
        moved += len(cases)
        seen += len(ids) - len(cases)


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
