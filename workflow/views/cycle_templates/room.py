"""How every page of templates begins: whose template it is, and in which frame it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import Calendar, local_date
from cycles.models import Agency, CycleTemplate, Unit, User
from cycles.queries.calendars import calendar_for
from cycles.queries.templates import label_of
from cycles.services.templates import PLAIN
from workflow.views.access import actor
from workflow.views.settings.frame import show

# Below this a list of a large agency's units helps nobody.
DEEPEST = 3
Crumbs = Iterable[tuple[object, str]]


def choosable(agency: Agency, chosen: Iterable[int] = ()) -> list[Unit]:
    """The units to choose from: the offices and what stands near below them, and the chosen.

    One query.
    """
    return list(
        Unit.objects.filter(agency=agency)
        .filter(Q(closed_on=None, depth__lte=DEEPEST) | Q(pk__in=list(chosen)))
        .only("public_id", "name", "depth", "path", "agency_id")
        .order_by("path")
    )


class Room:
    """An agency's templates before its HR, or (without an agency) the national ones before an

    administrator. Raises Http404 for another agency's and for unknown ones alike.
    """

    def __init__(self, request: HttpRequest, agency_id: UUID | None) -> None:
        self.request, self.now = request, clock.now()
        self.agency: Agency | None = None
        if agency_id is not None:
            mine = actor(request).hr_agencies
            self.agency = Agency.objects.filter(public_id=agency_id, pk__in=mine).first()
            if self.agency is None:
                raise Http404

    @property
    def author(self) -> User:
        return cast(User, self.request.user)

    @property
    def year(self) -> int:
        zone = self.agency.zone if self.agency else PLAIN.zone
        return local_date(zone, self.now).year

    @property
    def calendar(self) -> Calendar:
        return calendar_for(self.agency) if self.agency is not None else PLAIN

    @cached_property
    def units(self) -> list[Unit]:
        """The units that a template may be adapted for."""
        return choosable(self.agency) if self.agency is not None else []

    def template(self, template_id: UUID) -> CycleTemplate:
        """A template of this room in use."""
        found = (
            CycleTemplate.objects.select_related("agency", "unit", "base")
            .filter(public_id=template_id, agency=self.agency, retired_at=None)
            .first()
        )
        if found is None:
            raise Http404
        return found

    def url(self, name: str, *args: Any) -> str:
        """The address of one of the room's pages: "list", "edit", "versions", "retire"."""
        if self.agency is None:
            return reverse(f"national_template_{name}", args=args)
        return reverse(f"template_{name}", args=[self.agency.public_id, *args])

    def title_of(self, template: CycleTemplate) -> str:
        whose = label_of(template)
        return f"{template.name} – {whose}" if whose else template.name

    def render(
        self, name: str, title: str, *, status: int = 200, crumbs: Crumbs = (), **context: Any
    ) -> HttpResponse:
        """A page in its frame: HR's, or the administrator's settings."""
        context = {"room": self, "agency": self.agency, "now": self.now, **context}
        if self.agency is None:
            return show(
                self.request, f"template_{name}", "national_template_list", title,
                crumbs=crumbs, status=status, **context,
            )  # fmt: skip
        above = [(_("HR"), reverse("hr_choose")), *crumbs]
        return render(
            self.request, f"workflow/templates/{name}.html",
            {"title": title, "crumbs": above, **context}, status=status,
        )  # fmt: skip

    def crumb(self) -> tuple[object, str]:
        return (_("Templates"), self.url("list"))
