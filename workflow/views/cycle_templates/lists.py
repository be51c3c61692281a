"""The lists of templates: an agency's, with drafts of cycles, and the national ones."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycles.enums import CycleStatus
from cycles.exceptions import Incomplete, Refused
from cycles.models import Agency, Cycle, CycleTemplate, Unit
from cycles.queries.templates import Entry, latest_versions, national_templates, shelves
from cycles.services import cycle_setup, templates
from workflow.forms.settings import YearForm
from workflow.services.move import public_id
from workflow.views.access import actor, page
from workflow.views.cycle_templates.room import Room
from workflow.views.settings.frame import plain, typed


@page("hr")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the agency's templates; whoever is HR of several chooses first."""
    agencies = list(Agency.objects.filter(pk__in=actor(request).hr_agencies).order_by("name"))
    if len(agencies) == 1:
        return redirect("template_list", agencies[0].public_id)
    return render(request, "workflow/templates/choose.html", {"agencies": agencies})


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The templates an agency has, and (POST) the draft of a cycle made from one of them."""
    room = Room(request, agency_id)
    if request.method != "POST":
        return _agency(room)
    form = YearForm(typed(request))
    chosen = _usable(room, request.POST.get("template", ""))
    assert room.agency is not None
    if form.is_valid():
        try:
            made = cycle_setup.prepare_cycle(
                room.agency, form.cleaned_data["year"], author=room.author, now=room.now,
                template=chosen,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("year", refusal.reason)
        else:
            messages.success(request, _("The draft is there. Look at its rules and dates."))
            return redirect("cycle_change", made.public_id)
    return _agency(room, form=form, chosen=chosen, status=422)


def _usable(room: Room, text: str) -> CycleTemplate:
    """A template that may be a cycle's: the agency's own, or a national one."""
    found = (
        CycleTemplate.objects.select_related("agency", "unit", "base")
        .filter(public_id=public_id(text), unit=None, retired_at=None)
        .first()
    )
    if found is None or found.agency_id not in {None, room.agency.pk if room.agency else None}:
        raise Http404
    return found


def _agency(
    room: Room, *, form: YearForm | None = None, chosen: CycleTemplate | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    assert room.agency is not None
    cycles = list(Cycle.objects.filter(agency=room.agency).order_by("-year"))
    following = max([room.year - 1, *(cycle.year for cycle in cycles)]) + 1
    found = shelves(room.agency)
    return room.render(
        "list", _("Templates of cycles"),
        shelves=found,
        # What a cycle can be made from: the agency's own where it has published one.
        choices=[
            (shelf.own if shelf.own and shelf.own.version else shelf.national) for shelf in found
            if shelf.national.version
        ],
        cycles=cycles, drafts=[c for c in cycles if c.status == CycleStatus.DRAFT],
        units=room.units, chosen=chosen,
        form=form or YearForm(initial={"year": following}), status=status,
    )  # fmt: skip


@page("hr")
@require_POST
def override(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Begin an agency's override of a national template, or a unit's of the agency's."""
    room = Room(request, agency_id)
    assert room.agency is not None
    base = _usable(room, request.POST.get("base", ""))
    unit: Unit | None = None
    if "unit" in request.POST:
        unit = Unit.objects.filter(
            agency=room.agency, public_id=public_id(request.POST.get("unit", ""))
        ).first()
        if unit is None:
            messages.error(request, _("Choose a unit of this agency."))
            return redirect("template_list", agency_id)
    try:
        if unit is not None and base.agency_id is None:
            base = templates.override(base, room.agency, author=room.author, now=room.now)
        made = templates.override(base, room.agency, unit, author=room.author, now=room.now)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("template_list", agency_id)
    return redirect("template_edit", agency_id, made.public_id)


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def national(request: HttpRequest) -> HttpResponse:
    """The national templates; POST makes a further one, like one there is."""
    room = Room(request, None)
    found = national_templates()
    if request.method == "POST":
        like = next((t for t in found if str(t.public_id) == request.POST.get("like")), None)
        if like is None:
            raise Http404
        try:
            made = templates.new_national(
                plain(request.POST.get("name", "")), like=like, author=room.author, now=room.now
            )
        except Incomplete as incomplete:
            messages.error(request, incomplete.reason)
            return redirect("national_template_list")
        return redirect("national_template_edit", made.public_id)
    versions = latest_versions(found)
    return room.render(
        "list", _("Templates"),
        entries=[Entry(template, versions.get(template.pk)) for template in found],
    )  # fmt: skip


@page("hr")
@require_POST
def retire(request: HttpRequest, agency_id: UUID, template_id: UUID) -> HttpResponse:
    """Take an override out of use."""
    return _retire(Room(request, agency_id), template_id)


@page("admin")
@require_POST
def retire_national(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Take a national template out of use."""
    return _retire(Room(request, None), template_id)


def _retire(room: Room, template_id: UUID) -> HttpResponse:
    template = room.template(template_id)
    try:
        templates.retire(template, author=room.author, now=room.now)
    except Refused as refusal:
        messages.error(room.request, refusal.reason)
        return redirect(room.url("edit", template.public_id))
    messages.success(room.request, _("%(name)s is out of use.") % {"name": room.title_of(template)})
    return redirect(room.url("list"))
