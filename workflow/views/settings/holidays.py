"""Days off by year: add, correct, confirm by decree, take out; national ones and any agency's."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.models import Agency, Holiday, User
from cycles.queries import administration as queries
from cycles.services.holidays import YEARS
from workflow.forms.settings import HolidayForm
from workflow.views import calendar_acts, days_off
from workflow.views.access import page
from workflow.views.days_off import year_of
from workflow.views.settings.frame import author_of, plain, show, typed


class Settings:
    """The pages of a day off among the administrator's settings."""

    by_hr = False

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def author(self) -> User:
        return author_of(self.request)

    def address(self, year: int, agency: Agency | None) -> str:
        return _address(year, agency)

    def show(
        self, title: str, year: int, agency: Agency | None, *, status: int, **context: Any
    ) -> HttpResponse:
        back = _address(year, agency)
        return show(
            self.request, "holiday", "holidays", title,
            crumbs=[(_("Days off in %(year)d") % {"year": year}, back)], status=status,
            back_url=back, **context,
        )  # fmt: skip


def _address(year: int, agency: Agency | None) -> str:
    query = {"tahun": year} | ({"instansi": str(agency.public_id)} if agency else {})
    return f"{reverse('holidays')}?{urlencode(query)}"


@page("admin")
@never_cache
@require_safe
def holidays(request: HttpRequest) -> HttpResponse:
    """A year's days off; with an agency its own stand beside the national ones."""
    year, agencies = year_of(request), queries.agencies()
    chosen = plain(request.GET.get("instansi", ""))
    agency = next((a for a in agencies if str(a.public_id) == chosen), None)
    rows = queries.days_off(year, agency)
    return show(
        request, "holidays", "holidays", _("Days off in %(year)d") % {"year": year},
        rows=rows, year=year, agency=agency, agencies=agencies,
        told=calendar_acts.told(request, agency),
        estimated=sum(row.is_estimated for row in rows),
        previous_url=_address(year - 1, agency) if year - 1 in YEARS else "",
        next_url=_address(year + 1, agency) if year + 1 in YEARS else "",
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_holiday(request: HttpRequest) -> HttpResponse:
    """Add a day off; what it moves is shown first."""
    agencies = queries.agencies()
    if request.method == "POST":
        form = HolidayForm(typed(request), agencies=agencies)
    else:
        chosen = plain(request.GET.get("instansi", ""))
        form = HolidayForm(agencies=agencies, initial={"agency": chosen})
    return days_off.add(Settings(request), form, None)


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def holiday(request: HttpRequest, holiday_id: int) -> HttpResponse:
    """One day off: a POST corrects it, confirms it by decree, or takes it out (`do`)."""
    found = Holiday.objects.select_related("agency").filter(pk=holiday_id).first()
    if found is None:
        raise Http404
    return days_off.one(Settings(request), found)
