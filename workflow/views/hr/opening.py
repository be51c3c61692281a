"""Opening a cycle: what must be known before, and what became of each person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.enums import CycleStatus, JobKind, JobState
from cycles.exceptions import Incomplete, Refused
from cycles.models import Job, Stage
from workflow.enums import OpeningOutcome
from workflow.forms.hr import tell
from workflow.forms.rehearsal import OpeningForm
from workflow.models import OpeningResult
from workflow.queries import opening as queries
from workflow.services.opening.asking import Readiness, ask_opening, readiness
from workflow.views.access import page
from workflow.views.hr.desk import Desk
from workflow.views.hr.exports import CHUNK, answer, record
from workflow.views.hr.rehearsal import address, author_of
from workflow.views.jobs import start

# Parameters of the list of results.
OUTCOME, REASON = "hasil", "sebab"
ROLES = {
    OpeningOutcome.FAILED: ("negative", "circle-alert"),
    OpeningOutcome.EXCLUDED: ("neutral", "ban"),
    OpeningOutcome.CREATED: ("positive", "check"),
}


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The checklist of a draft; a POST asks for the opening (or, running, for late joiners)."""
    desk = Desk(request, cycle_id)
    if request.method != "POST":
        if desk.cycle.status != CycleStatus.DRAFT:
            return redirect(desk.url("hr_opening_results"))
        return _checklist(desk, OpeningForm())
    form = OpeningForm(request.POST)
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else request.POST.get("reason")
    try:
        job = ask_opening(desk.cycle, author=author_of(desk), actor=desk.actor, reason=reason or "")
    except Incomplete as incomplete:
        if form.is_valid():
            tell(form, incomplete)
        return _checklist(desk, form, status=422)
    except Refused as refusal:
        return _checklist(desk, OpeningForm(), problem=refusal.reason, status=409)
    return start(job)


def _checklist(
    desk: Desk, form: OpeningForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    ready = readiness(desk.cycle)
    waiting = Job.objects.filter(
        cycle=desk.cycle, kind__in=(JobKind.OPENING, JobKind.REHEARSAL),
        state__in=(JobState.WAITING, JobState.RUNNING),
    ).first()  # fmt: skip
    return desk.render(
        "opening",
        "cycle",
        _("Open the cycle"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        ready=ready,
        run=ready.rehearsal,
        steps=_steps(desk, ready),
        form=form,
        waiting=waiting,
        problem=problem,
        status=status,
    )


def _steps(desk: Desk, ready: Readiness) -> list[dict[str, Any]]:
    """What the checklist asks: done, to be looked at, or missing; each with its link."""
    run = ready.rehearsal
    stages = Stage.objects.filter(cycle=desk.cycle, unit=None).count()
    rehearsal_url = desk.url("hr_rehearsal")
    steps = [
        {"label": _("Stages and rules"), "done": stages > 0, "url": desk.url("hr_cycle"),
         "number": stages, "kind": "stages"},
        {"label": _("Rehearsal"), "done": ready.is_fresh, "url": rehearsal_url, "kind": "rehearsal",
         "number": 0},
    ]  # fmt: skip
    if run is not None:
        steps += [
            {"label": _("Errors"), "done": not run.errors, "url": rehearsal_url,
             "number": run.errors, "kind": "errors"},
            {"label": _("Warnings"), "done": not run.warnings, "url": rehearsal_url,
             "number": run.warnings, "kind": "warnings"},
            {"label": _("People"), "done": run.people > 0, "url": "", "number": run.people,
             "kind": "people"},
        ]  # fmt: skip
    return steps


# --- what became of each person ----------------------------------------------------------------


@page("hr")
@never_cache
@require_safe
def results(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The outcome of every person with its reason; who failed can be opened from here."""
    desk = Desk(request, cycle_id)
    outcome, reason = _chosen(request)
    found = queries.results(desk.cycle, outcome, reason, desk.cursor())
    tallies = queries.tallies(desk.cycle)
    totals = {
        of: sum(tally.number for tally in tallies if tally.outcome == of) for of in OpeningOutcome
    }
    return desk.render(
        "opening_results",
        "cycle",
        _("Result of the opening"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        tallies=tallies,
        tiles=[
            (totals[of], of.label, *ROLES[of], desk.url("hr_opening_results", hasil=of.value))
            for of in ROLES
        ],
        rows=_rows(desk, found.rows),
        outcome=outcome,
        reason=reason,
        choices=OpeningOutcome.choices,
        reasons=[(tally.reason, tally.sentence) for tally in tallies if tally.reason],
        selectable=desk.is_running
        and any(result.outcome != OpeningOutcome.CREATED for result in found.rows),
        export_url=desk.url("hr_opening_export", hasil=outcome, sebab=reason),
        **desk.pages(found, lambda result: str(result.person.public_id)),
    )


def _chosen(request: HttpRequest) -> tuple[str, str]:
    """Outcome and reason of the filter; what an address says wrongly counts as not said."""
    outcome, reason = request.GET.get(OUTCOME, ""), request.GET.get(REASON, "")
    return (
        outcome if outcome in OpeningOutcome.values else "",
        reason if queries.is_reason(reason) else "",
    )


def _rows(desk: Desk, found: list[OpeningResult]) -> list[dict[str, Any]]:
    """Rows of the list. At most one query."""
    places = queries.places(desk.cycle, [result.person_id for result in found], desk.today)
    rows = []
    for result in found:
        of = OpeningOutcome(result.outcome)
        role, icon = ROLES[of]
        place = places.get(result.person_id)
        rows.append(
            {
                "person": result.person,
                "post": place.post.title if place else "",
                "unit": place.post.unit.name if place else "",
                "label": of.label,
                "role": role,
                "icon": icon,
                "why": queries.sentence(result.reason),
                "is_created": of == OpeningOutcome.CREATED,
                "url": _mend_url(desk, result, place.post.public_id if place else None),
            }
        )
    return rows


def _mend_url(desk: Desk, result: OpeningResult, post: UUID | None) -> str:
    agency = desk.agency.public_id
    if result.reason == queries.NO_RATER and post is not None:
        return address("org_post", agency, post)
    return address("org_person", agency, result.person.public_id)


@page("hr")
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The list of the filter as CSV."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return redirect(desk.url("hr_opening_results"))
    outcome, reason = _chosen(request)
    record(desk, "opening", outcome=outcome, reason=reason)
    return answer(_lines(desk, outcome, reason), f"pembukaan-{desk.cycle.year}-{desk.today:%Y%m%d}")


def _lines(desk: Desk, outcome: str, reason: str) -> Iterator[Sequence[object]]:
    yield [_("Name"), _("Post"), _("Unit"), _("What became of it"), _("Why")]
    listed = queries.listed(desk.cycle, outcome, reason).order_by("person_id")
    after = 0
    while found := list(listed.filter(person_id__gt=after)[:CHUNK]):
        after = found[-1].person_id
        for row in _rows(desk, found):
            yield [row["person"].name, row["post"], row["unit"], row["label"], row["why"]]
