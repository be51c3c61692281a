"""An observer's pages: how far each agency is, in numbers; no names and no way to a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock, ledger
from cycles.enums import CycleStatus
from cycles.models import Cycle, Unit
from workflow.queries.completion import GROUPS
from workflow.queries.home import running
from workflow.queries.observer import LEAST, Observation, Row, Table, observed_cycles
from workflow.views.access import actor, page
from workflow.views.hr.exports import as_csv

LOOKS = {"closed": "positive", "excluded": "neutral", "objection": "caution"}


@page("observer")
@never_cache
@require_safe
def observer(request: HttpRequest) -> HttpResponse:
    """The agencies side by side: state by agency, and the share that is finally approved."""
    who = actor(request)
    standings = running(who.observed_agencies)
    shown = [group for group in GROUPS if group.key != "excluded"]
    return render(
        request,
        "workflow/observer/agencies.html",
        {
            "groups": shown,
            "rows": [
                {
                    "name": standing.cycle.agency.name,
                    "year": standing.cycle.year,
                    "url": reverse("observed_cycle", args=[standing.cycle.public_id]),
                    "cells": [(group, standing.groups[group.key]) for group in shown],
                    "taking_part": standing.taking_part,
                    "percent": standing.percent,
                }
                for standing in standings
            ],
            "bars": [
                {
                    "label": standing.cycle.agency.name,
                    "value": standing.percent,
                    "text": f"{standing.percent} %",
                    "role": "positive",
                    "url": reverse("observed_cycle", args=[standing.cycle.public_id]),
                }
                for standing in standings
            ],
            "others": [
                cycle for cycle in observed_cycles(who) if cycle.status == CycleStatus.CLOSED
            ],
        },
    )


class Place:
    """A cycle the person observes, and the unit the address names.

    Raises Http404 for another agency's cycle, a draft, and an unknown one alike.
    """

    def __init__(self, request: HttpRequest, cycle_id: UUID, unit_id: UUID | None) -> None:
        cycle = (
            Cycle.objects.filter(public_id=cycle_id, agency__in=actor(request).observed_agencies)
            .exclude(status=CycleStatus.DRAFT)
            .select_related("agency")
            .first()
        )
        if cycle is None:
            raise Http404
        self.cycle: Cycle = cycle
        self.observation = Observation(cycle)
        self.unit: Unit | None = None
        if unit_id is not None:
            self.unit = self.observation.tree.find(unit_id)
            if self.unit is None:
                raise Http404

    @property
    def table(self) -> Table:
        return self.observation.table(self.unit)

    def url(self, unit: Unit | None) -> str:
        if unit is None or unit == self.observation.tree.root:
            return reverse("observed_cycle", args=[self.cycle.public_id])
        return reverse("observed_unit", args=[self.cycle.public_id, unit.public_id])

    def crumbs(self) -> list[tuple[str, str]]:
        found = [(_("Organisation"), reverse("observer"))]
        if self.unit is not None:
            found.append((self.cycle.agency.short_name, self.url(None)))
            root = self.observation.tree.root
            found += [
                (above.name, self.url(above))
                for above in self.observation.tree.above(self.unit)
                if above != root
            ]
        return found


@page("observer")
@never_cache
@require_safe
def cycle(request: HttpRequest, cycle_id: UUID, unit_id: UUID | None = None) -> HttpResponse:
    """One agency's cycle, or a unit of it, with the units below."""
    place = Place(request, cycle_id, unit_id)
    table = place.table
    shown = [group for group in GROUPS if group.key != "excluded"]
    return render(
        request,
        "workflow/observer/cycle.html",
        {
            "cycle": place.cycle,
            "title": place.unit.name if place.unit else place.cycle.agency.name,
            "crumbs": place.crumbs(),
            "table": table,
            "parts": _parts(table.total),
            "hidden_parts": [
                group.label for group in GROUPS if table.total.cells[group.key] is None
            ],
            "groups": shown,
            "rows": [
                {
                    "row": row,
                    "name": _("Directly in %(unit)s") % {"unit": row.name}
                    if row.is_own
                    else row.name,
                    "url": place.url(row.unit) if row.has_below and not row.is_own else "",
                    "cells": [(group, row.cells[group.key]) for group in shown],
                }
                for row in table.rows
            ],
            "bars": [
                {"label": row.name, "value": row.percent, "text": f"{row.percent} %",
                 "role": "positive"}
                for row in table.rows
                if row.percent is not None and row.everyone
            ],
            "least": LEAST,
            "export_url": reverse("observed_csv", args=[place.cycle.public_id])
            if place.unit is None
            else reverse("observed_unit_csv", args=[place.cycle.public_id, place.unit.public_id]),
        },
    )  # fmt: skip


def _parts(total: Row) -> list[dict[str, Any]]:
    return [
        {
            "label": group.label,
            "value": total.cells[group.key],
            **({"role": LOOKS[group.key]} if group.key in LOOKS else {}),
        }
        for group in GROUPS
        if total.cells[group.key] is not None
    ]


@page("observer")
@require_http_methods(["GET", "HEAD", "POST"])
def numbers_csv(request: HttpRequest, cycle_id: UUID, unit_id: UUID | None = None) -> HttpResponse:
    """The page's table as CSV; like every export it is recorded."""
    place = Place(request, cycle_id, unit_id)
    if request.method != "POST":
        return redirect(place.url(place.unit))
    with transaction.atomic():
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{place.cycle.pk}",
                    action="export",
                    at=clock.now(),
                    agency_id=place.cycle.agency_id,
                    cycle_id=place.cycle.pk,
                    actor_id=max(actor(request).person_id or 0, 0) or None,
                    data={
                        "what": "counts",
                        "unit": place.unit.pk if place.unit else None,
                        "account": request.user.pk,
                    },
                )
            ]
        )
    table = place.table
    head = [_("Unit"), _("People"), *(str(group.label) for group in GROUPS), _("Share (%)")]
    rows = [head, *(_csv_row(row) for row in [table.total, *table.rows])]
    return HttpResponse(
        "".join(as_csv(rows)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="angka-{place.cycle.year}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _csv_row(row: Row) -> list[object]:
    cells = [row.cells[group.key] for group in GROUPS]
    return [
        row.name,
        row.everyone,
        # A word, no sign: "<" is nothing a spreadsheet should have to understand.
        *("tertutup" if number is None else number for number in cells),
        "tertutup" if row.percent is None else row.percent,
    ]
