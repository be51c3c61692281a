"""Changes of a calendar that many deadlines hang on: asked by a page, done by a worker."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import local_date
from cycles.enums import JobKind
from cycles.exceptions import Stale
from cycles.models import Agency, Job, LedgerEntry, Pause, User
from cycles.services import jobs
from cycles.services.holidays import stream_of
from cycles.services.jobs import Progress
from cycles.services.pauses import PauseWish
from workflow.permissions import actor_of
from workflow.services import days_off, pauses
from workflow.services.days_off import Change

DAY_OFF, PAUSE, END = "day_off", "pause", "end_pause"


def ask_day_off(wanted: Change, *, author: User, by_hr: bool) -> Job:
    """Have a day off changed by a worker. Raises Stale while another change is being made."""
    params = {"act": DAY_OFF, "by_hr": by_hr, **wanted.to_params()}
    return _ask(wanted.agency, author, params)


def ask_pause(agency: Agency, wish: PauseWish, *, author: User) -> Job:
    return _ask(agency, author, {"act": PAUSE, **pauses.wish_to_params(wish)})


def ask_end(pause: Pause, *, author: User) -> Job:
    return _ask(pause.agency, author, {"act": END, "pause": pause.pk})


def _ask(agency: Agency | None, author: User, params: dict[str, Any]) -> Job:
    job = jobs.ask(JobKind.CALENDAR, author=author, agency=agency, params=params)
    if job.params != params:
        raise Stale(_("Another change of this calendar is being made. Please look again in a "
                      "moment."))  # fmt: skip
    return job


def work(progress: Progress) -> dict[str, Any]:
    """The change with everything it moves, in one transaction; once, however often it is tried."""
    job, params, now = progress.job, progress.params, clock.now()
    if _was_done(job):
        return {}
    more: dict[str, Any] = {"now": now, "progress": progress.say, "job": job.pk}
    if params["act"] == DAY_OFF:
        wanted = Change.from_params(params)
        return {"moved": days_off.apply(wanted, author=job.author, **more).moved}
    assert job.agency is not None
    actor = actor_of(job.author, local_date(job.agency.zone, now))
    if params["act"] == PAUSE:
        wish = pauses.wish_from_params(params)
        done = pauses.begin(job.agency, wish, actor=actor, author=job.author, **more)
    else:
        pause = Pause.objects.select_related("agency", "unit").get(pk=params["pause"])
        done = pauses.end(pause, actor=actor, author=job.author, **more)
    return {"moved": done.moved}


def _was_done(job: Job) -> bool:
    """Whether an earlier try committed before the worker died: the calendar's ledger knows."""
    entries = LedgerEntry.objects.filter(stream=stream_of(job.agency))
    return entries.filter(
        Q(payload__contains=f'"job":{job.pk},') | Q(payload__contains=f'"job":{job.pk}}}')
    ).exists()
