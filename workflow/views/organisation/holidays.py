"""An agency's own days off, in HR's hands; the national ones beside them, read only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.models import Agency, Holiday
from cycles.queries import administration as queries
from cycles.services.holidays import YEARS
from workflow.forms.settings import HolidayForm
from workflow.views import calendar_acts, days_off
from workflow.views.access import page
from workflow.views.days_off import year_of
from workflow.views.organisation.frame import Office
from workflow.views.settings.frame import typed


class Table(Office):
    """The pages of a day off among an agency's records."""

    by_hr = True

    def address(self, year: int, agency: Agency | None) -> str:
        return self.url("org_holidays", tahun=year)

    def show(
        self, title: str, year: int, agency: Agency | None, *, status: int, **context: Any
    ) -> HttpResponse:
        back = self.address(year, agency)
        return self.render(
            "holiday", "holidays", title,
            crumbs=[(_("Days off in %(year)d") % {"year": year}, back)], status=status,
            back_url=back, **context,
        )  # fmt: skip


@page("hr")
@never_cache
@require_safe
def holidays(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """A year's days off as they hold in the agency."""
    table, year = Table(request, agency_id), year_of(request)
    rows = queries.days_off(year, table.agency)
    return table.render(
        "holidays", "holidays", _("Days off in %(year)d") % {"year": year},
        rows=rows, year=year, told=calendar_acts.told(request, table.agency),
        estimated=sum(row.is_estimated for row in rows if row.agency_id),
        previous_url=table.address(year - 1, None) if year - 1 in YEARS else "",
        next_url=table.address(year + 1, None) if year + 1 in YEARS else "",
    )  # fmt: skip


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_holiday(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Add a day off of this agency; what it moves is shown first."""
    table = Table(request, agency_id)
    sent = typed(request) if request.method == "POST" else None
    return days_off.add(table, HolidayForm(sent, agencies=None), table.agency)


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def holiday(request: HttpRequest, agency_id: UUID, holiday_id: int) -> HttpResponse:
    """One of the agency's own days off; national ones are an administrator's."""
    table = Table(request, agency_id)
    found = (
        Holiday.objects.select_related("agency").filter(pk=holiday_id, agency=table.agency).first()
    )
    if found is None:
        raise Http404
    return days_off.one(table, found)
