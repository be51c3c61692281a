"""Where files are brought: HR's office for its agency, the settings for the agencies themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import local_date
from cycles.models import Agency, ImportRun, User
from cycles.sheets import AGENCY, OF_AN_AGENCY, Sheet
from workflow.queries.import_rows import run_of
from workflow.views.organisation.frame import Listing, Office
from workflow.views.settings.frame import show

# Times that belong to no agency are told in the capital's.
CAPITAL = "Asia/Jakarta"


class Bureau(Listing):
    """One set of pages for both; `agency` is None where agencies themselves are brought."""

    agency: Agency | None = None
    sheets: tuple[Sheet, ...] = (AGENCY,)
    prefix = "agency_"

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.now: datetime = clock.now()

    @property
    def zone(self) -> str:
        return CAPITAL

    @property
    def today(self) -> date:
        return local_date(self.zone, self.now)

    @property
    def author(self) -> User:
        return cast(User, self.request.user)

    def url(self, page: str, *args: Any, **params: Any) -> str:
        """The address of a page by its short name ("imports"); empty parameters are left out."""
        query = urlencode([(key, value) for key, value in params.items() if value])
        path = reverse(f"{self.prefix}{page}", args=[*self._before, *args])
        return f"{path}?{query}" if query else path

    @property
    def _before(self) -> list[Any]:
        return []

    def run(self, run_id: UUID) -> ImportRun:
        """One of its files. Raises Http404 for unknown and another's alike."""
        found = run_of(self.agency, run_id)
        if found is None:
            raise Http404
        return found

    def render(
        self,
        template: str,
        title: str,
        *,
        crumbs: Iterable[tuple[object, str]] = (),
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        above = [(_("Agencies and cycles"), reverse("agencies"))]
        return show(
            self.request, template, "agencies", title, status=status, crumbs=[*above, *crumbs],
            bureau=self, zone=self.zone, today=self.today, now=self.now, **context,
        )  # fmt: skip


class OfficeBureau(Bureau):
    """HR's. Raises Http404 for another agency's."""

    sheets = OF_AN_AGENCY
    prefix = "org_"

    def __init__(self, request: HttpRequest, agency_id: UUID) -> None:
        super().__init__(request)
        self.office = Office(request, agency_id)
        self.agency: Agency = self.office.agency

    @property
    def zone(self) -> str:
        return self.agency.zone

    @property
    def _before(self) -> list[Any]:
        return [self.agency.public_id]

    def render(
        self,
        template: str,
        title: str,
        *,
        crumbs: Iterable[tuple[object, str]] = (),
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        return self.office.render(
            template, "imports", title, crumbs=crumbs, status=status, bureau=self, **context
        )
