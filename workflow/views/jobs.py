"""The page of long work: what is being done, how far it is, and where its result is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from cycles.enums import JobKind, JobState
from cycles.models import Job
from cycles.services import jobs
from workflow.tasks import work
from workflow.views.access import actor, page

log = logging.getLogger(__name__)


def _of_cycle(name: str, failed: str = "") -> Callable[[Job], str]:
    """The address of a page of the job's cycle; another one for a job that failed."""

    def address(job: Job) -> str:
        is_failed = failed and job.state == JobState.FAILED
        return reverse(failed if is_failed else name, args=[job.cycle.public_id])  # type: ignore[union-attr]

    return address


def _of_agency(name: str) -> Callable[[Job], str]:
    """A page of the agency's records."""

    def url(job: Job) -> str:
        assert job.agency is not None
        return reverse(name, args=[job.agency.public_id])

    return url


# Where the result of a kind of job is looked at, and where a failed one leads back to.
RESULTS: dict[str, Callable[[Job], str]] = {
    JobKind.REHEARSAL: _of_cycle("hr_rehearsal"),
    JobKind.OPENING: _of_cycle("hr_opening_results", failed="hr_opening"),
    JobKind.CLOSING: _of_cycle("hr_cycle", failed="hr_close"),
    JobKind.ARCHIVING: _of_cycle("hr_archive"),
    JobKind.SEATS: _of_agency("org_units"),
}


def start(job: Job) -> HttpResponse:
    """Hand a job to the workers after the commit; return the way to its page.

    Without a broker nothing is lost: the sweep takes it up.
    """

    def hand_over() -> None:
        try:
            work.delay(job.pk)
        except OperationalError:
            log.warning("job %s waits for the next sweep: the broker does not answer", job.pk)

    transaction.on_commit(hand_over)
    return redirect("job", public_id=job.public_id)


@page("member")
@never_cache
@require_safe
def job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the work is; asked again every second until it has ended."""
    found = Job.objects.select_related("agency", "cycle").filter(public_id=public_id).first()
    asker = actor(request)
    if found is None or not (
        found.author_id == request.user.pk or found.agency_id in asker.hr_agencies or asker.is_admin
    ):
        raise Http404
    is_over = found.state in (JobState.DONE, JobState.FAILED)
    result_of = RESULTS.get(found.kind)
    result_url = result_of(found) if result_of else reverse("home")
    if found.state == JobState.DONE and "HX-Request" not in request.headers:
        return redirect(result_url)
    done, total = jobs.counts(found)
    template = "progress" if "HX-Request" in request.headers else "job"
    response = render(
        request,
        f"workflow/jobs/{template}.html",
        {
            "job": found,
            "done": done,
            "total": total,
            "percent": min(100, done * 100 // total) if total else 0,
            "is_over": is_over,
            "result_url": result_url,
        },
    )  # fmt: skip
    if found.state == JobState.DONE:
        response["HX-Redirect"] = result_url
    return response
