"""Archiving a closed cycle: what goes, what stays, and afterwards what went."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycles.enums import CycleStatus
from cycles.exceptions import Refused
from workflow.queries.archive import gone, kept
from workflow.services.archiving import ask_archiving
from workflow.views.access import page
from workflow.views.hr.desk import Desk
from workflow.views.hr.rehearsal import author_of
from workflow.views.jobs import start


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What archiving means for a closed cycle; a POST asks for it."""
    desk = Desk(request, cycle_id)
    if request.method != "POST":
        return _page(desk)
    if request.POST.get("sure") != "yes":
        return _page(desk, problem=_("Tick that you know what archiving means."), status=422)
    try:
        return start(ask_archiving(desk.cycle, author=author_of(desk), actor=desk.actor))
    except Refused as refusal:
        return _page(desk, problem=refusal.reason, status=409)


def _page(desk: Desk, *, problem: str = "", status: int = 200) -> HttpResponse:
    cycle = desk.cycle
    numbers = kept(cycle)
    went = gone(cycle)
    return desk.render(
        "archive",
        "cycle",
        _("Archive the cycle") if cycle.archived_at is None else _("Archived cycle"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        kept=[
            (_("Appraisals with their results"), numbers.appraisals),
            (_("Documents"), numbers.documents),
            (_("Frozen versions of documents"), numbers.versions),
            (_("Receipts of acts"), numbers.receipts),
            (_("Entries of the ledger"), numbers.entries),
        ],
        gone=[
            (_("Approvals and objections of the engine"), went.get("processes", 0)),
            (_("Drafts that were never handed in, emptied"), went.get("drafts", 0)),
            (_("Rows of counters, folded"), went.get("counters", 0)),
            (_("Findings of rehearsals"), went.get("findings", 0)),
        ]
        if went
        else [],
        may_archive=cycle.status == CycleStatus.CLOSED and cycle.archived_at is None,
        problem=problem,
        status=status,
    )
