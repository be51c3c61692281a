"""How every page of an agency's records begins: which agency, is it theirs, and the tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cycles import clock
from cycles.calendar import local_date
from cycles.models import Agency, User
from workflow.queries.keyset import Cursor, Page
from workflow.views.access import actor, page

AFTER, BEFORE = "setelah", "sebelum"
LONGEST = 100
TABS = [
    ("people", gettext_lazy("People"), "org_people"),
    ("units", gettext_lazy("Units"), "org_units"),
    ("posts", gettext_lazy("Posts"), "org_posts"),
    ("actings", gettext_lazy("Acting officials"), "org_actings"),
    ("changes", gettext_lazy("Staff changes"), "org_changes"),
    ("imports", gettext_lazy("Import"), "org_imports"),
    ("invitations", gettext_lazy("Invitations"), "org_invitations"),
    ("holidays", gettext_lazy("Days off"), "org_holidays"),
    ("pauses", gettext_lazy("Pauses"), "org_pauses"),
]


class Listing:
    """A page with a list: which part of it the address asks for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def given(self, name: str) -> str:
        """A parameter of the address, without NUL and of sensible length."""
        return plain(self.request.GET.get(name, ""))

    def cursor(self) -> Cursor:
        if before := self.given(BEFORE):
            return Cursor(before, backwards=True)
        return Cursor(self.given(AFTER))

    def pages(self, found: Page[Any], name_of: Callable[[Any], str]) -> dict[str, Any]:
        """The addresses of the pages before and after this one, for the pager."""
        kept = self.request.GET.copy()
        for name in (AFTER, BEFORE):
            kept.pop(name, None)

        def address(name: str, row: Any) -> str:
            query = kept.copy()
            query[name] = name_of(row)
            return f"{self.request.path}?{query.urlencode()}"

        rows = found.rows
        return {
            "next_url": address(AFTER, rows[-1]) if rows and found.has_next else "",
            "previous_url": address(BEFORE, rows[0]) if rows and found.has_previous else "",
            "first_url": f"{self.request.path}?{kept.urlencode()}"
            if not rows and self.cursor().text
            else "",
        }


class Office(Listing):
    """An agency under HR's hands. Raises Http404 for another agency and an unknown one alike."""

    def __init__(self, request: HttpRequest, agency_id: UUID) -> None:
        super().__init__(request)
        self.actor = actor(request)
        agency = Agency.objects.filter(public_id=agency_id, pk__in=self.actor.hr_agencies).first()
        if agency is None:
            raise Http404
        self.agency: Agency = agency
        self.now: datetime = clock.now()

    @property
    def today(self) -> date:
        return local_date(self.agency.zone, self.now)

    @property
    def author(self) -> User:
        return cast(User, self.request.user)

    def url(self, name: str, *args: Any, **params: Any) -> str:
        """The address of one of the agency's pages; empty parameters are left out."""
        query = urlencode([(key, value) for key, value in params.items() if value])
        path = reverse(name, args=[self.agency.public_id, *args])
        return f"{path}?{query}" if query else path

    def render(
        self,
        template: str,
        tab: str,
        title: str,
        *,
        status: int = 200,
        crumbs: Iterable[tuple[object, str]] = (),
        **context: Any,
    ) -> HttpResponse:
        """A page inside the frame; `template` is a name below templates/workflow/organisation/."""
        above: list[tuple[object, str]] = []
        if len(self.actor.hr_agencies) > 1:
            above = [(_("Staff records"), reverse("organisation"))]
        return render(
            self.request,
            f"workflow/organisation/{template}.html",
            {
                "office": self,
                "agency": self.agency,
                "zone": self.agency.zone,
                "now": self.now,
                "today": self.today,
                "title": title,
                "crumbs": [*above, *crumbs],
                "tabs": self._tabs(tab),
                **context,
            },
            status=status,
        )

    def _tabs(self, current: str) -> list[dict[str, Any]]:
        found = []
        for key, label, name in TABS:
            try:
                url = self.url(name)
            except NoReverseMatch:
                continue
            found.append({"label": label, "url": url, "current": key == current})
        return found


def plain(value: str) -> str:
    return value.replace("\x00", "").strip()[:LONGEST]


@page("hr")
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """Straight to the agency's people; whoever is HR of several chooses first."""
    agencies = list(Agency.objects.filter(pk__in=actor(request).hr_agencies).order_by("name"))
    if len(agencies) == 1:
        return redirect("org_people", agency_id=agencies[0].public_id)
    return render(request, "workflow/organisation/choose.html", {"agencies": agencies})
