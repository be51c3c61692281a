"""Celery tasks: thin, repeatable, safe beside each other. The truth lies in the database."""

from celery import shared_task

from cycles import clock
from cycles.services import jobs
from workflow.services import sweeps
from workflow.services.jobs import work_off


@shared_task
def sweep() -> None:
    """Move what the calendar moves, at one now."""
    now = clock.now()
    sweeps.open_assessments(now)
    sweeps.close_windows(now)
    sweeps.pass_undelivered_to_hr(now)
    sweeps.follow_seats(now)
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
