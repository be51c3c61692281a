"""Where the cycle stands: the agency, then unit by unit down to the people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from cycles.calendar import distance, format_distance
from cycles.enums import CycleStatus
from cycles.models import Agency, Cycle, Unit
from cycles.queries.calendars import calendar_for
from workflow.queries.completion import GROUPS, Completion, Group, Line, blockers, burdens
from workflow.queries.counters import counts
from workflow.views.access import actor, page
from workflow.views.hr.desk import EVERY_OPEN, GROUP_PREFIX, Desk

# How many blockers the overview names; the list behind it has them all.
FOREMOST = 5
# A page of units: a table longer than this is read in parts.
UNITS = 100
ROLES = {"closed": "positive", "excluded": "neutral", "objection": "caution"}


@page("hr")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The way in: straight to the running cycle, or the choice where there are several."""
    cycles = _cycles(request)
    running = [cycle for cycle in cycles if cycle.status == CycleStatus.OPEN]
    if len(running) == 1 and len({cycle.agency_id for cycle in cycles}) == 1:
        return redirect("hr_overview", running[0].public_id)
    return choose(request)


@page("hr")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """All cycles of the agencies whose HR the person is."""
    cycles = _cycles(request)
    agencies = Agency.objects.filter(pk__in=actor(request).hr_agencies).order_by("name")
    shelves = [
        (agency, [cycle for cycle in cycles if cycle.agency_id == agency.pk]) for agency in agencies
    ]
    return render(request, "workflow/hr/choose.html", {"shelves": shelves})


def _cycles(request: HttpRequest) -> list[Cycle]:
    return list(
        Cycle.objects.filter(agency__in=actor(request).hr_agencies)
        .select_related("agency")
        .order_by("-year", "agency__name")
    )


@page("hr")
@require_GET
def overview(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    return _show(Desk(request, cycle_id), None)


@page("hr")
@require_GET
def unit(request: HttpRequest, cycle_id: UUID, unit_id: UUID) -> HttpResponse:
    desk = Desk(request, cycle_id)
    found = desk.tree.find(unit_id)
    if found is None:
        raise Http404
    return _show(desk, found)


def _show(desk: Desk, unit: Unit | None) -> HttpResponse:
    tree = desk.tree
    burden = burdens(desk.cycle.pk, desk.now)
    completion = Completion(tree, counts(desk.cycle.pk), burden)
    total = completion.total(unit)
    within = frozenset(tree.subtree(unit) if unit else tree.by_id)
    foremost = blockers(burden, within)
    calendar = calendar_for(desk.agency)
    order = desk.request.GET.get("urut", "")
    lines = _sorted(completion.below(unit), order)
    crumbs = None
    if unit is not None:
        crumbs = [(u.name, desk.url("hr_unit", u.public_id)) for u in tree.above(unit)
                  if u != tree.root]  # fmt: skip
    return desk.render(
        "overview",
        "overview",
        unit.name if unit else _("How far the cycle is"),
        crumbs=crumbs,
        unit=unit,
        total=total,
        tiles=_tiles(desk, total, unit),
        parts=_parts(desk, total, unit),
        rows=[_row(desk, line) for line in lines[:UNITS]],
        unlisted=max(len(lines) - UNITS, 0),
        order=order,
        orders=[("", _("By name")), ("terlambat", _("Most overdue")),
                ("tertinggal", _("Furthest behind"))],
        holders_url=desk.url("hr_holders"),
        people_url=_people(desk, unit),
        export_url=desk.url("hr_export_completion"),
        blockers=[
            (blocker, format_distance(distance(calendar, desk.now, blocker.oldest)),
             desk.url("hr_people", pemegang=blocker.public_id))
            for blocker in foremost[:FOREMOST]
        ],
        more_blockers=max(len(foremost) - FOREMOST, 0),
    )  # fmt: skip


def _sorted(lines: list[Line], order: str) -> list[Line]:
    """By name, or what needs attention first."""
    if order == "terlambat":
        return sorted(lines, key=lambda line: -line.overdue)
    if order == "tertinggal":
        return sorted(lines, key=lambda line: (line.percent, -line.taking_part))
    return lines


def _people(desk: Desk, unit: Unit | None, **params: Any) -> str:
    return desk.url("hr_people", unit=unit.public_id if unit else "", **params)


def _tiles(desk: Desk, total: Line, unit: Unit | None) -> list[dict[str, Any]]:
    """The figures at the top; each leads to the people behind it."""
    share = _("%(percent)d %% of %(n)d people") % {"percent": total.percent, "n": total.taking_part}
    others = total.pooled - total.finals
    return [
        {
            "value": total.open,
            "label": _("Still open"),
            "note": ngettext("of %(n)d person", "of %(n)d people", total.taking_part)
            % {"n": total.taking_part},
            "role": "neutral",
            "icon": "folder-open",
            "url": _people(desk, unit, keadaan=EVERY_OPEN),
        },
        {
            "value": total.overdue,
            "label": _("Overdue"),
            "note": _("the due date has passed") if total.overdue else _("nobody is late"),
            "role": "negative" if total.overdue else "positive",
            "icon": "circle-alert",
            "url": desk.url("hr_overdue", unit=unit.public_id if unit else ""),
        },
        {
            "value": total.groups["objection"],
            "label": _("In objection"),
            "note": _("being explained or decided"),
            "role": "caution" if total.groups["objection"] else "neutral",
            "icon": "gavel",
            "url": _people(desk, unit, keadaan=f"{GROUP_PREFIX}objection"),
        },
        {
            "value": total.groups["closed"],
            "label": _("Finally approved"),
            "note": share,
            "role": "positive",
            "icon": "badge-check",
            "url": _people(desk, unit, keadaan="closed"),
        },
        {
            "value": total.pooled,
            "label": _("Waiting for HR"),
            "note": _("%(finals)d final approvals, %(others)d others")
            % {"finals": total.finals, "others": others},
            "role": "brand",
            "icon": "stamp",
            "url": desk.url("hr_pool" if others else "hr_finals"),
        },
    ]


def _choice(group: Group) -> str:
    """How the list of people is asked for a stretch of the year."""
    if len(group.states) == 1:
        return next(iter(group.states)).value
    return f"{GROUP_PREFIX}{group.key}"


def _parts(desk: Desk, total: Line, unit: Unit | None) -> list[dict[str, Any]]:
    return [
        {
            "label": group.label,
            "value": total.groups[group.key],
            "url": _people(desk, unit, keadaan=_choice(group)) if total.groups[group.key] else "",
            **({"role": ROLES[group.key]} if group.key in ROLES else {}),
        }
        for group in GROUPS
    ]


def _row(desk: Desk, line: Line) -> dict[str, Any]:
    assert line.unit is not None
    own = {"hanya": "1"} if line.is_own else {}
    people = _people(desk, line.unit, **own)
    return {
        "line": line,
        "name": _("Directly in %(unit)s") % {"unit": line.unit.name}
        if line.is_own
        else line.unit.name,
        "url": desk.url("hr_unit", line.unit.public_id)
        if line.has_below and not line.is_own
        else people,
        "people_url": people,
        "overdue_url": desk.url("hr_overdue", unit=line.unit.public_id, **own),
        "cells": [
            (group, number, _people(desk, line.unit, keadaan=_choice(group), **own))
            for group, number in line.cells
        ],
        "closed_url": _people(desk, line.unit, keadaan="closed", **own),
    }
