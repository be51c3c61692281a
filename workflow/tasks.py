"""Celery tasks: thin, repeatable, safe beside each other. The truth lies in the database."""

from celery import shared_task

from cycles import clock
from cycles.services import jobs
from workflow.services import rater_exceptions, reseating, staff_changes, sweeps
from workflow.services.jobs import work_off


@shared_task
def sweep() -> None:
    """Move what the calendar moves, at one now."""
    now = clock.now()
    sweeps.open_assessments(now)
    sweeps.close_windows(now)
    sweeps.pass_undelivered_to_hr(now)
    rater_exceptions.end_exceptions(now)
    rater_exceptions.begin_exceptions(now)
    staff_changes.apply_due(now)
    staff_changes.follow_postings(now)
    sweeps.follow_seats(now)
    reseating.follow_new_seats(now)
    sweeps.fold_counters()


@shared_task
def work(job_id: int) -> None:
    """Work one job off; one that another worker holds is left to it."""
    work_off(job_id)


@shared_task
def take_up_jobs() -> None:
    """Take up what waits or what a killed worker left behind."""
    for job_id in jobs.unfinished():
        work_off(job_id)
