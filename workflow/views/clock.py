"""Why this date? A page for every due date, which htmx opens in place as a sentence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cycles import clock
from cycles.calendar import distance
from cycles.enums import CycleStatus
from cycles.models import Cycle
from cycles.queries.calendars import calendar_for
from workflow.enums import State
from workflow.models import Case
from workflow.queries import cases as queries
from workflow.queries import clock as dates
from workflow.views import reasons
from workflow.views.access import actor, page, visible_case


@page("case")
@never_cache
@require_safe
def case_due(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The running due date of a case, step by step."""
    case = visible_case(request, public_id)
    url = reverse("case_due", args=[case.public_id])
    if _is_in_place(request):
        return _answer(request, reasons.sentence_of(case), url)
    calendar, now = calendar_for(case.agency, case.unit.week), clock.now()
    return _show(
        request, "case_due", case, _("Why this date?"),
        reason=reasons.reason_of(case),
        days=distance(calendar, now, case.due_at),
        has_window=bool(reasons.readings_of(case)),
        calendar=calendar,
    )  # fmt: skip


@page("case")
@never_cache
@require_safe
def case_window(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Both readings of the time to object."""
    case = visible_case(request, public_id)
    readings = reasons.readings_of(case)
    if not readings:
        raise Http404
    if _is_in_place(request):
        own, other = readings
        return _answer(
            request, own.reason.sentence, reverse("case_window", args=[case.public_id]),
            beside=other.reason.sentence,
        )  # fmt: skip
    calendar, now = calendar_for(case.agency, case.unit.week), clock.now()
    own, other = readings
    first, last = sorted((own.reason.due_at, other.reason.due_at))
    return _show(
        request, "case_window", case, _("Until when can I object?"),
        readings=readings,
        days=distance(calendar, now, own.reason.due_at),
        is_running=case.state == State.ANNOUNCED,
        is_between=case.state == State.ANNOUNCED
        and first <= now < last and last == own.reason.due_at,
        calendar=calendar,
    )  # fmt: skip


@page("member")
@never_cache
@require_safe
def stages(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The dates of a cycle's stages: who set them, and which extension moved them."""
    cycle = Cycle.objects.select_related("agency").filter(public_id=cycle_id).first()
    reader = dates.reader_of(cycle, actor(request)) if cycle else None
    if cycle is None or reader is None:
        raise Http404
    if cycle.status == CycleStatus.DRAFT and not reader.is_hr:
        raise Http404
    return render(
        request,
        "workflow/clock/stages.html",
        {
            "title": _("Stages and their dates"),
            "cycle": cycle,
            "zone": cycle.agency.zone,
            "crumbs": _crumbs_of(cycle, reader),
            "reader": reader,
            "stages": dates.stages_shown(cycle, reader),
            "templates": dates.templates_of(cycle),
            "settings": dates.settings_of(cycle) if reader.is_hr else (),
        },
    )


def _crumbs_of(cycle: Cycle, reader: dates.Reader) -> list[tuple[str, str]]:
    if reader.is_hr:
        return [(cycle.name, reverse("hr_cycle", args=[cycle.public_id]))]
    if reader.case is not None:
        return [(_("My appraisal"), reverse("case", args=[reader.case.public_id]))]
    return [(cycle.name, reverse("observed_cycle", args=[cycle.public_id]))]


def _is_in_place(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _answer(request: HttpRequest, sentence: str, url: str, beside: str = "") -> HttpResponse:
    """The sentence alone, to stand below the date that was asked about."""
    context = {
        "sentence": sentence or _("Nothing is due here any more."), "url": url, "beside": beside,
    }  # fmt: skip
    return render(request, "workflow/clock/answer.html", context)


def _show(
    request: HttpRequest, template: str, case: Case, title: str, **context: Any
) -> HttpResponse:
    is_own = queries.is_own(case, actor(request))
    return render(
        request,
        f"workflow/clock/{template}.html",
        {
            "case": case,
            "zone": case.agency.zone,
            "title": title,
            "lead": case.cycle.name if is_own else f"{case.person.name} · {case.unit.name}",
            "crumbs": [
                (
                    _("My appraisal") if is_own else case.person.name,
                    reverse("case", args=[case.public_id]),
                )
            ],
            "stages_url": reverse("stage_dates", args=[case.cycle.public_id]),
            **context,
        },
    )
