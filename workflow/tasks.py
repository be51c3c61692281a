"""Celery tasks: thin, repeatable, safe beside each other. The truth lies in the database."""

from celery import shared_task

from cycles import clock
from workflow.services import sweeps


@shared_task
def sweep() -> None:
    """Move what the calendar moves, at one now."""
    now = clock.now()
    sweeps.open_assessments(now)
    sweeps.close_windows(now)
    sweeps.pass_undelivered_to_hr(now)
    sweeps.follow_seats(now)
    sweeps.fold_counters()
