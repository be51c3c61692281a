"""The organisation's result of each unit, as the leader above set it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cycles.exceptions import Incomplete, Refused
from cycles.models import Unit, UnitResult
from cycles.scoring import OrganisationResult
from workflow.forms.hr import UnitResultForm, tell
from workflow.queries.keyset import uuid_of
from workflow.services.unit_results import record_result
from workflow.views.access import page
from workflow.views.hr.desk import AFTER, Desk

SIZE = 50
ROLES: dict[str, str] = {
    OrganisationResult.ISTIMEWA: "positive",
    OrganisationResult.BAIK: "positive",
    OrganisationResult.BUTUH_PERBAIKAN: "caution",
    OrganisationResult.KURANG: "negative",
    OrganisationResult.SANGAT_KURANG: "negative",
}


@page("hr")
@require_GET
def unit_results(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """All units in the order of the tree, each with its result and a form."""
    return _page(Desk(request, cycle_id))


@page("hr")
@require_http_methods(["GET", "POST"])
def unit_result(request: HttpRequest, cycle_id: UUID, unit_id: UUID) -> HttpResponse:
    """Record or correct one unit's result."""
    desk = Desk(request, cycle_id)
    unit = desk.tree.find(unit_id)
    if unit is None:
        raise Http404
    if request.method == "GET":
        return _page(desk, at=unit)
    known = UnitResult.objects.filter(cycle=desk.cycle, unit=unit).first()
    form = UnitResultForm(request.POST, unit=unit, result=known)
    if form.is_valid():
        try:
            record_result(
                desk.cycle, unit, value=form.cleaned_data["value"], note=form.cleaned_data["note"],
                actor=desk.actor, seen=form.seen_at, now=desk.now,
            )  # fmt: skip
        except Incomplete as incomplete:
            tell(form, incomplete)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(
                request, _("The result of %(unit)s is recorded.") % {"unit": unit.name}
            )
            back = desk.url("hr_unit_results", setelah=_place(desk, unit))
            return redirect(f"{back}#unit-{unit.public_id}")
    return _page(desk, at=unit, form=form, status=422)


def _in_order(desk: Desk) -> list[Unit]:
    """The units as the tree is read: each below its parent, siblings by name."""
    ordered: list[Unit] = []
    waiting = list(reversed(desk.tree.children(None)))
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting.extend(reversed(desk.tree.children(unit)))
    return ordered


def _place(desk: Desk, unit: Unit) -> str:
    """The cursor of the page on which a unit stands; empty for the first."""
    ordered = _in_order(desk)
    start = ordered.index(unit) // SIZE * SIZE
    return str(ordered[start - 1].public_id) if start else ""


def _page(
    desk: Desk,
    *,
    at: Unit | None = None,
    form: UnitResultForm | None = None,
    status: int = 200,
) -> HttpResponse:
    ordered = _in_order(desk)
    start = _start(desk, ordered, at)
    shown = ordered[start : start + SIZE]
    results = {
        result.unit_id: result
        for result in UnitResult.objects.filter(
            cycle=desk.cycle, unit__in=[unit.pk for unit in shown]
        ).select_related("set_by")
    }
    recorded = UnitResult.objects.filter(cycle=desk.cycle).count()
    rows = [
        (
            unit,
            results.get(unit.pk),
            ROLES[results[unit.pk].value] if unit.pk in results else "",
            form
            if form is not None and at == unit
            else UnitResultForm(unit=unit, result=results.get(unit.pk)),
        )
        for unit in shown
    ]
    following = start + SIZE < len(ordered)
    return desk.render(
        "unit_results",
        "results",
        _("Results of units"),
        rows=rows,
        at=at,
        wrong=form,
        recorded=recorded,
        number=len(ordered),
        next_url=desk.url("hr_unit_results", **{AFTER: shown[-1].public_id}) if following else "",
        previous_url=desk.url("hr_unit_results", **_before(ordered, start)) if start else "",
        status=status,
    )


def _before(ordered: list[Unit], start: int) -> dict[str, object]:
    first = max(start - SIZE, 0)
    return {AFTER: ordered[first - 1].public_id} if first else {}


def _start(desk: Desk, ordered: list[Unit], at: Unit | None) -> int:
    if at is not None:
        return ordered.index(at) // SIZE * SIZE
    after = uuid_of(desk.request.GET.get(AFTER, ""))
    found = next((n for n, unit in enumerate(ordered) if unit.public_id == after), -1)
    return found + 1
