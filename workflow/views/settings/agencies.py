"""Agencies with their cycles: names and zone, and a draft's rules and dates."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock
from cycles.exceptions import Incomplete, Refused
from cycles.models import Agency, Cycle, Stage
from cycles.queries import administration as queries
from cycles.rules import CycleRules
from cycles.services import cycle_setup as services
from workflow.forms.settings import AgencyForm, SetupForm, YearForm
from workflow.views.access import page
from workflow.views.hr.rules import in_words
from workflow.views.settings.frame import author_of, show, tell, typed


def _crumbs(agency: Agency | None = None) -> list[tuple[object, str]]:
    found: list[tuple[object, str]] = [(_("Agencies and cycles"), reverse("agencies"))]
    if agency is not None:
        found.append((agency.short_name, reverse("agency", args=[agency.public_id])))
    return found


@page("admin")
@never_cache
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency with its cycles."""
    return show(
        request, "agencies", "agencies", _("Agencies and cycles"),
        shelves=queries.agencies_with_cycles(),
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """One agency: its names and zone (`do=change`), the draft of a further year (`do=prepare`)."""
    found = Agency.objects.filter(public_id=agency_id).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return _agency(request, found)
    if request.POST.get("do") == "prepare":
        return _prepare(request, found)
    form = AgencyForm(typed(request))
    if form.is_valid():
        try:
            services.change_agency(
                found, **form.cleaned_data, author=author_of(request), now=clock.now()
            )
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            messages.success(request, _("Saved."))
            return redirect("agency", found.public_id)
    return _agency(request, found, form=form, status=422)


def _prepare(request: HttpRequest, found: Agency) -> HttpResponse:
    form = YearForm(typed(request))
    if form.is_valid():
        try:
            made = services.prepare_cycle(
                found, form.cleaned_data["year"], author=author_of(request), now=clock.now()
            )
        except Refused as refusal:
            form.add_error("year", refusal.reason)
        else:
            messages.success(request, _("The draft is there. Look at its rules and dates."))
            return redirect("cycle_setup", made.public_id)
    return _agency(request, found, year_form=form, status=422)


def _agency(
    request: HttpRequest,
    found: Agency,
    *,
    form: AgencyForm | None = None,
    year_form: YearForm | None = None,
    status: int = 200,
) -> HttpResponse:
    cycles = list(Cycle.objects.filter(agency=found).order_by("-year"))
    following = max([localdate(clock.now()).year - 1, *(c.year for c in cycles)]) + 1
    return show(
        request, "agency", "agencies", found.name, crumbs=_crumbs(),
        agency=found, cycles=cycles,
        form=form or AgencyForm(initial={
            "name": found.name, "short_name": found.short_name, "zone": found.zone}),
        year_form=year_form or YearForm(initial={"year": following}, auto_id="siklus-%s"),
        is_preparing=year_form is not None,
        status=status,
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cycle_setup(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """A cycle's rules and dates: a form while it is a draft, words and the reason afterwards."""
    found = Cycle.objects.filter(public_id=cycle_id).select_related("agency").first()
    if found is None:
        raise Http404
    stages = list(Stage.objects.filter(cycle=found).select_related("unit"))
    if request.method != "POST":
        return _setup(request, found, stages, SetupForm(cycle=found, stages=stages))
    form, problem = SetupForm(typed(request), cycle=found, stages=stages), ""
    if form.is_valid():
        try:
            has_changed = services.change_setup(
                found, form.wanted_rules, form.wanted_dates,
                author=author_of(request), now=clock.now(),
            )  # fmt: skip
        except Incomplete as incomplete:
            tell(form, incomplete)
        except Refused as refusal:
            problem = refusal.reason
        else:
            messages.success(request, _("Saved.") if has_changed else _("Nothing was changed."))
            return redirect("cycle_setup", found.public_id)
    found.refresh_from_db(fields=["status"])
    return _setup(request, found, stages, form, problem=problem, status=409 if problem else 422)


def _setup(
    request: HttpRequest, found: Cycle, stages: list[Stage], form: SetupForm, *,
    problem: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    return show(
        request, "cycle_setup", "agencies", found.name, crumbs=_crumbs(found.agency),
        cycle=found, stages=stages, form=form,
        fixed=services.why_fixed(found),
        rules=in_words(CycleRules.from_json(found.rules)),
        problem=problem, status=status,
    )  # fmt: skip
