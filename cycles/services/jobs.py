"""Long work in the background: asked once, done by whoever holds its lock, resumed after a crash.

A worker that is killed loses its database connection and with it the lock; the next look at
unfinished jobs takes the work up again. So a handler must be repeatable: either one transaction,
or batches that each leave out what is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cycles import clock
from cycles.enums import JobKind, JobState
from cycles.exceptions import Refused
from cycles.models import Agency, Cycle, Job, User

log = logging.getLogger(__name__)

# First key of the advisory locks of jobs; the second is the job's row number.
LOCK = 7_301
MOST_TRIES = 5
UNFINISHED = (JobState.WAITING, JobState.RUNNING)
# Seconds that live counts are kept; a page that asks later reads the row.
KEPT = 3600

Handler = Callable[["Progress"], Mapping[str, Any] | None]


@dataclass
class Progress:
    """A job while it is worked off: what was asked, and where its counts go."""

    job: Job

    @property
    def params(self) -> dict[str, Any]:
        return dict(self.job.params)

    @property
    def author(self) -> User:
        return self.job.author

    def say(self, done: int, total: int) -> None:
        """Show how far it is, also from within an open transaction: counts live in the cache."""
        self.job.done, self.job.total = done, total
        cache.set(_key(self.job.pk), (done, total), KEPT)


def ask(
    kind: JobKind,
    *,
    author: User,
    agency: Agency | None = None,
    cycle: Cycle | None = None,
    params: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Job:
    """Ask for work; while the same kind is unfinished for the same cycle, that job is returned.

    Params hold ids only: a job's row is read by whoever may see its progress.
    """
    place = {"kind": kind, "agency": agency, "cycle": cycle}
    try:
        with transaction.atomic():
            return Job.objects.create(
                **place, author=author, params=dict(params or {}), asked_at=now or clock.now()
            )
    except IntegrityError:
        return Job.objects.get(**place, state__in=UNFINISHED)


def counts(job: Job) -> tuple[int, int]:
    """(done, total) as of now: the live counts while it runs, else what the row says."""
    live = cache.get(_key(job.pk)) if job.state in UNFINISHED else None
    return live if live is not None else (job.done, job.total)


def run(job_id: int, handlers: Mapping[str, Handler]) -> Job | None:
    """Work a job off with the handler of its kind; None when somebody else does or it is done.

    A refusal ends it with its sentence. Any other failure leaves it for a later try, five at most.
    """
    with _lock(job_id) as is_ours:
        if not is_ours:
            return None
        job = (
            Job.objects.select_related("agency", "cycle__agency", "author__person")
            .filter(pk=job_id, state__in=UNFINISHED)
            .first()
        )
        if job is None:
            return None
        job.state, job.tries = JobState.RUNNING, job.tries + 1
        job.started_at = job.started_at or clock.now()
        job.save(update_fields=["state", "tries", "started_at"])
        with translation.override(job.author.language):
            _work(job, handlers)
        job.save()
        return job


def unfinished() -> list[int]:
    """Jobs that wait or were left behind, oldest first."""
    return list(
        Job.objects.filter(state__in=UNFINISHED).order_by("id").values_list("id", flat=True)
    )


def _work(job: Job, handlers: Mapping[str, Handler]) -> None:
    try:
        if job.tries > MOST_TRIES:
            raise Refused(_("It was tried several times without success. Please tell those who "
                            "run this system."))  # fmt: skip
        job.result = dict(handlers[job.kind](Progress(job)) or {})
        job.state = JobState.DONE
    except Refused as refusal:
        job.state, job.problem = JobState.FAILED, refusal.reason
    except Exception:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        if job.tries >= MOST_TRIES:
            job.state = JobState.FAILED
            job.problem = _("Something went wrong on our side; nothing was lost. Please tell "
                            "those who run this system.")  # fmt: skip
        else:
            job.state = JobState.WAITING
    if job.state not in UNFINISHED:
        job.ended_at = clock.now()


@contextmanager
def _lock(job_id: int) -> Iterator[bool]:
    """A lock of the database session: a killed worker cannot keep it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, job_id])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, job_id])


def _key(job_id: int) -> str:
    return f"job:{job_id}"
