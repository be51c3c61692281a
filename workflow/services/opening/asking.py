"""HR asks for an opening: what must be known before, and the work that a worker does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles import clock, documents
from cycles.calendar import local_date
from cycles.enums import CycleStatus, JobKind
from cycles.exceptions import Incomplete, NotAllowed, Problem, Refused
from cycles.models import Cycle, Job, LedgerEntry, Rehearsal, User
from cycles.queries.rehearsal import change_after, latest
from cycles.services import jobs
from cycles.services.jobs import Progress
from cycles.services.rehearsal import rehearse
from workflow.permissions import Actor, actor_of
from workflow.services.opening import open_cycle

# Characters of a reason: less says nothing to whoever asks later why it was opened.
LEAST = 10


@dataclass(frozen=True)
class Readiness:
    """What the last rehearsal says about opening; `changed` is what came after it."""

    rehearsal: Rehearsal | None
    changed: LedgerEntry | None = None

    @property
    def needs_reason(self) -> bool:
        return self.rehearsal is not None and self.rehearsal.errors > 0

    @property
    def is_fresh(self) -> bool:
        return self.rehearsal is not None and self.changed is None


def readiness(cycle: Cycle) -> Readiness:
    """At most three queries."""
    last = latest(cycle)
    return Readiness(last, change_after(last, cycle.agency_id) if last else None)


def ask_opening(cycle: Cycle, *, author: User, actor: Actor, reason: str = "") -> Job:
    """Ask for the opening of a draft, or for late joiners of a running cycle.

    Raises NotAllowed for anybody but the agency's HR, Refused for a closed cycle or one that was
    never rehearsed, Incomplete when errors are open and no reason is given.
    """
    demand_hr(cycle, actor, _("Only HR of this agency opens its cycle."))
    reason = documents.text(reason)
    with transaction.atomic():
        held = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        if held.status == CycleStatus.CLOSED:
            raise Refused(_("This cycle is closed."))
        if held.status == CycleStatus.DRAFT:
            held.opened_despite = _despite(held, reason)
            held.save(update_fields=["opened_despite"])
        return jobs.ask(JobKind.OPENING, author=author, agency=cycle.agency, cycle=cycle)


def _despite(cycle: Cycle, reason: str) -> str:
    """The reason to be kept: none is needed where no error is open."""
    last = latest(cycle)
    if last is None:
        raise Refused(_("Rehearse the opening first."))
    if not last.errors:
        return ""
    if len(reason) < LEAST:
        sentence = ngettext(
            "The rehearsal names %(n)d error: write down why the cycle opens all the same.",
            "The rehearsal names %(n)d errors: write down why the cycle opens all the same.",
            last.errors,
        )
        raise Incomplete([Problem("reason", sentence % {"n": last.errors})])
    if len(reason) > documents.TEXT:
        sentence = _("Too long: %(length)s characters, at most %(limit)s.")
        facts = {"length": len(reason), "limit": documents.TEXT}
        raise Incomplete([Problem("reason", sentence % facts)])
    return reason


def demand_hr(cycle: Cycle, actor: Actor, sentence: str) -> None:
    """Raises NotAllowed with the sentence for anybody but HR of the cycle's agency."""
    if actor.person_id is None or cycle.agency_id not in actor.hr_agencies:
        raise NotAllowed(sentence)


def actor_at_work(progress: Progress, now: datetime) -> tuple[Cycle, Actor]:
    """The cycle of a job and who asked for it, with the roles they have now."""
    cycle = progress.job.cycle
    assert cycle is not None
    return cycle, actor_of(progress.author, local_date(cycle.agency.zone, now))


def work_opening(progress: Progress) -> dict[str, Any]:
    """The handler of an opening: batch by batch, so that a killed one is taken up again."""
    now = clock.now()
    cycle, actor = actor_at_work(progress, now)
    demand_hr(cycle, actor, _("Only HR of this agency opens its cycle."))
    done = open_cycle(cycle, actor=actor, now=now, job=progress.job, say=progress.say)
    return {"created": done.created, "excluded": done.excluded, "failed": len(done.failed)}


def ask_rehearsal(cycle: Cycle, *, author: User, actor: Actor) -> Job:
    """Ask for a rehearsal. Raises NotAllowed for anybody but HR, Refused for a closed cycle."""
    demand_hr(cycle, actor, _("Only HR of this agency rehearses the opening of its cycle."))
    if cycle.status == CycleStatus.CLOSED:
        raise Refused(_("This cycle is closed."))
    return jobs.ask(JobKind.REHEARSAL, author=author, agency=cycle.agency, cycle=cycle)


def work_rehearsal(progress: Progress) -> dict[str, Any]:
    """The handler of a rehearsal: one transaction."""
    cycle = progress.job.cycle
    assert cycle is not None
    run = rehearse(cycle, author=progress.author, say=progress.say)
    return {"errors": run.errors, "warnings": run.warnings, "notes": run.notes}
