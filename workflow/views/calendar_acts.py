"""A change of the calendar from a form: first what it would move, then the act itself.

Few deadlines are counted again while the page loads; many are given to a worker.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles import clock
from cycles.enums import JobKind
from cycles.models import Agency, Job, Pause, User
from cycles.services.pauses import PauseWish
from workflow.permissions import Actor
from workflow.queries.keyset import uuid_of
from workflow.services import calendar_jobs, days_off, pauses
from workflow.services.days_off import Change
from workflow.services.recompute_preview import Preview
from workflow.views.jobs import RESULTS

# More moving deadlines than these take over a second: a worker moves them.
MANY = 2_000
# Which job a page tells the result of.
DONE = "pekerjaan"

# What came of it: how many moved, a preview to be looked at first, or a worker's job.
Outcome = int | Preview | Job


def day_off(wanted: Change, *, author: User, seen: bool, by_hr: bool) -> Outcome:
    """Change a day off. Raises Incomplete, Stale."""
    now = clock.now()
    return _settle(
        days_off.preview(wanted, now=now),
        seen,
        lambda: days_off.apply(wanted, author=author, now=now).moved,
        lambda: calendar_jobs.ask_day_off(wanted, author=author, by_hr=by_hr),
    )


def begin_pause(
    agency: Agency, wish: PauseWish, *, actor: Actor, author: User, seen: bool
) -> Outcome:
    """Stop the clock; a pause is always looked at first. Raises Incomplete, NotAllowed, Stale."""
    now = clock.now()
    found = pauses.preview(agency, wish, actor=actor, now=now)
    if not seen:
        return found
    return _settle(
        found,
        seen,
        lambda: pauses.begin(agency, wish, actor=actor, author=author, now=now).moved,
        lambda: calendar_jobs.ask_pause(agency, wish, author=author),
    )


def end_pause(pause: Pause, *, actor: Actor, author: User, seen: bool) -> Outcome:
    """Let the clock run again. Raises NotAllowed, Stale."""
    now = clock.now()
    found = pauses.preview_end(pause, actor=actor, now=now)
    return _settle(
        found,
        seen,
        lambda: pauses.end(pause, actor=actor, author=author, now=now).moved,
        lambda: calendar_jobs.ask_end(pause, author=author),
    )


def _settle(
    found: Preview, seen: bool, apply: Callable[[], int], ask: Callable[[], Job]
) -> Outcome:
    if not seen and (found.moved or found.kept):
        return found
    return ask() if found.moved + found.kept > MANY else apply()


def moved_words(moved: int) -> str:
    """ "3 running deadlines moved."; "" when none did."""
    if not moved:
        return ""
    text = ngettext("%(n)d running deadline moved.", "%(n)d running deadlines moved.", moved)
    return text % {"n": moved}


def told(request: HttpRequest, agency: Agency | None) -> str:
    """What a worker's job did, on the page it leads to; "" without one. One query if named."""
    public_id = uuid_of(request.GET.get(DONE, ""))
    if public_id is None:
        return ""
    job = Job.objects.filter(public_id=public_id, agency=agency).first()
    if job is None or "moved" not in job.result:
        return ""
    return f"{_('The calendar is changed.')} {moved_words(job.result['moved'])}".strip()


def result_of(job: Job) -> str:
    """Where the result of a calendar's job is looked at."""
    query = f"?{DONE}={job.public_id}"
    if job.params.get("act") == calendar_jobs.DAY_OFF:
        if job.agency is None or not job.params.get("by_hr"):
            return reverse("holidays") + query
        return reverse("org_holidays", args=[job.agency.public_id]) + query
    assert job.agency is not None
    return reverse("org_pauses", args=[job.agency.public_id]) + query


RESULTS[JobKind.CALENDAR] = result_of
