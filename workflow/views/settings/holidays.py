"""Days off by year: add, correct, confirm by decree, take out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock
from cycles.exceptions import Incomplete, Stale
from cycles.models import Agency, Holiday
from cycles.queries import administration as queries
from cycles.services import holidays as services
from cycles.services.holidays import YEARS
from workflow.forms.settings import DecreeForm, HolidayForm
from workflow.services import days_off
from workflow.views.access import page
from workflow.views.settings.frame import author_of, plain, show, tell, typed


def _year(request: HttpRequest) -> int:
    given = request.GET.get("tahun", "")
    is_year = given.isascii() and given.isdigit() and len(given) == 4 and int(given) in YEARS
    return int(given) if is_year else localdate(clock.now()).year


def _address(year: int, agency: Agency | None) -> str:
    query = {"tahun": year} | ({"instansi": str(agency.public_id)} if agency else {})
    return f"{reverse('holidays')}?{urlencode(query)}"


@page("admin")
@never_cache
@require_safe
def holidays(request: HttpRequest) -> HttpResponse:
    """A year's days off; with an agency its own stand beside the national ones."""
    year, agencies = _year(request), queries.agencies()
    chosen = plain(request.GET.get("instansi", ""))
    agency = next((a for a in agencies if str(a.public_id) == chosen), None)
    rows = queries.days_off(year, agency)
    return show(
        request, "holidays", "holidays", _("Days off in %(year)d") % {"year": year},
        rows=rows, year=year, agency=agency, agencies=agencies,
        estimated=sum(row.is_estimated for row in rows),
        previous_url=_address(year - 1, agency) if year - 1 in YEARS else "",
        next_url=_address(year + 1, agency) if year + 1 in YEARS else "",
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_holiday(request: HttpRequest) -> HttpResponse:
    """Add a day off."""
    agencies = queries.agencies()
    form: HolidayForm
    if request.method != "POST":
        form = HolidayForm(agencies=agencies, initial={"agency": plain(
            request.GET.get("instansi", ""))})  # fmt: skip
        return _form(request, form, None)
    form = HolidayForm(typed(request), agencies=agencies)
    if form.is_valid():
        try:
            done = days_off.add(
                form.chosen_agency, form.wish, author=author_of(request), now=clock.now()
            )
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            return _back(request, _("The day off is added."), done.moved, form.wish.day.year,
                         form.chosen_agency)  # fmt: skip
    return _form(request, form, None, status=422)


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def holiday(request: HttpRequest, holiday_id: int) -> HttpResponse:
    """One day off: a POST corrects it, confirms it by decree, or takes it out (`do`)."""
    found = Holiday.objects.select_related("agency").filter(pk=holiday_id).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return _form(request, HolidayForm(holiday=found), found)
    do = request.POST.get("do", "change")
    try:
        if do == "remove":
            done = days_off.remove(found, author=author_of(request), now=clock.now())
            return _back(request, _("It is a working day again."), done.moved, found.day.year,
                         found.agency)  # fmt: skip
        if do == "confirm":
            return _confirm(request, found)
        return _change(request, found)
    except Stale as stale:
        messages.error(request, stale.reason)
        return redirect(_address(found.day.year, found.agency))


def _change(request: HttpRequest, found: Holiday) -> HttpResponse:
    form = HolidayForm(typed(request), holiday=found)
    if form.is_valid():
        try:
            done = days_off.change(found, form.wish, author=author_of(request), now=clock.now())
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            return _back(request, _("The day off is corrected."), done.moved,
                         form.wish.day.year, found.agency)  # fmt: skip
    return _form(request, form, found, status=422)


def _confirm(request: HttpRequest, found: Holiday) -> HttpResponse:
    form = DecreeForm(typed(request))
    if form.is_valid():
        try:
            services.confirm_day_off(
                found, form.cleaned_data["decree"], author=author_of(request), now=clock.now()
            )
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            return _back(request, _("The day off is confirmed."), 0, found.day.year, found.agency)
    return _form(request, HolidayForm(holiday=found), found, decree=form, status=422)


def _form(
    request: HttpRequest,
    form: HolidayForm,
    found: Holiday | None,
    *,
    decree: DecreeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    year = found.day.year if found else _year(request)
    context: dict[str, Any] = {"form": form, "holiday": found, "decree_form": decree}
    if found is not None and found.is_estimated and decree is None:
        context["decree_form"] = DecreeForm(auto_id="keputusan-%s")
    return show(
        request, "holiday", "holidays", found.name if found else _("New day off"),
        crumbs=[(_("Days off in %(year)d") % {"year": year},
                 _address(year, found.agency if found else None))],
        status=status, **context,
    )  # fmt: skip


def _back(
    request: HttpRequest, sentence: str, moved: int, year: int, agency: Agency | None
) -> HttpResponse:
    """Back to the year's table, saying which deadlines moved."""
    told = ngettext("%(n)d running deadline moved.", "%(n)d running deadlines moved.", moved) % {
        "n": moved
    }
    messages.success(request, f"{sentence} {told}" if moved else sentence)
    return redirect(_address(year, agency))
