"""Writing a template: the draft is saved, check-ins come and go, publishing makes a version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.blueprint import NATIONAL, changes
from cycles.blueprint_faults import faults
from cycles.exceptions import Incomplete, Problem, Refused, Stale
from cycles.models import CycleTemplate, TemplateVersion, Unit
from cycles.queries.templates import inherited, latest_versions, place_of, whole
from cycles.services import templates
from workflow.forms.cycle_rows import PRESETS, reshaped
from workflow.forms.cycle_templates import BodyForm
from workflow.forms.cycle_words import label, words
from workflow.views.access import page
from workflow.views.cycle_templates.room import Room, choosable
from workflow.views.settings.frame import typed

RESHAPES = ("add", "drop:", "preset:")


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, agency_id: UUID, template_id: UUID) -> HttpResponse:
    """An agency's or a unit's override."""
    room = Room(request, agency_id)
    return _edit(room, room.template(template_id))


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_national(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """A national template."""
    room = Room(request, None)
    return _edit(room, room.template(template_id))


def _edit(room: Room, template: CycleTemplate) -> HttpResponse:
    request = room.request
    if request.method != "POST":
        return _page(room, template, _form(room, template))
    order, sent = request.POST.get("do", "save"), typed(request)
    if order.startswith(RESHAPES):
        form = _form(room, template, shown=reshaped(sent, order))
        return _page(room, template, form, is_unsaved=True)
    form = _form(room, template, sent)
    if not form.is_valid():
        return _page(room, template, form, status=422)
    try:
        saved = _save(room, template, form, order)
        if order == "publish":
            version = templates.publish(
                saved, request.POST.get("note", ""), author=room.author, now=room.now
            )
            messages.success(request, _("Version %(n)d is in force for new cycles.") % {
                "n": version.number})  # fmt: skip
            return redirect(room.url("edit", template.public_id))
    except Incomplete as incomplete:
        # The draft itself was saved; what it still lacks stands beside its fields.
        fresh = room.template(template.public_id)
        return _page(room, fresh, _form(room, fresh), problems=incomplete.problems, status=422)
    except Stale as stale:
        return _page(room, template, form, problem=stale.reason, status=409)
    except Refused as refusal:
        fresh = room.template(template.public_id)
        return _page(room, fresh, _form(room, fresh), problem=refusal.reason, status=409)
    messages.success(request, _("Saved as a draft."))
    return redirect(room.url("edit", template.public_id))


def _save(room: Room, template: CycleTemplate, form: BodyForm, order: str) -> CycleTemplate:
    body = form.wanted
    if order.startswith("reset:"):
        key, above = order.removeprefix("reset:"), inherited(template).body
        if key in above:
            body[key] = above[key]
    given = form.cleaned_data["revision"]
    return templates.save_draft(
        template, body, name=form.cleaned_data.get("title"),
        revision=int(given) if given.isascii() and given.isdigit() else -1,
        author=room.author, now=room.now,
    )  # fmt: skip


def _form(
    room: Room, template: CycleTemplate, data: QueryDict | None = None, *,
    shown: QueryDict | None = None,
) -> BodyForm:  # fmt: skip
    merged, place = whole(template), place_of(template)
    chosen = merged.body.get("members.units", [])
    return BodyForm(
        data, place=place, body=merged.body, merged=merged,
        inherited=inherited(template) if place != NATIONAL else None,
        units=choosable(room.agency, chosen) if room.agency else (), revision=template.revision,
        title=template.name if place == NATIONAL else None, typed=shown,
    )  # fmt: skip


def _page(
    room: Room, template: CycleTemplate, form: BodyForm, *,
    problems: Any = None, problem: str = "", is_unsaved: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    found: list[Problem] = templates.problems(template, room.now) if problems is None else problems
    newest = latest_versions([template]).get(template.pk)
    year = _year(room)
    body = whole(template).body
    return room.render(
        "edit", room.title_of(template), crumbs=[room.crumb()], status=status,
        one=template, form=form, newest=newest, problem=problem, is_unsaved=is_unsaved,
        lacking=form.show_problems(found), presets=PRESETS,
        has_unpublished=template.draft != (newest.body if newest else {}),
        year=year, years=[room.year, room.year + 1],
        resolved=sorted(faults(body, year, room.calendar)[1], key=lambda s: (s.opens_on, s.due_on)),
        edit_url=room.url("edit", template.public_id),
        versions_url=room.url("versions", template.public_id),
        retire_url=room.url("retire", template.public_id),
        versions_count=template.versions.count(),
    )  # fmt: skip


def _year(room: Room) -> int:
    given = room.request.GET.get("tahun", "")
    return int(given) if given in {str(room.year), str(room.year + 1)} else room.year + 1


# --- versions ----------------------------------------------------------------------------------


@page("hr")
@require_safe
def versions(request: HttpRequest, agency_id: UUID, template_id: UUID) -> HttpResponse:
    """The versions of an override, and what two of them say otherwise."""
    room = Room(request, agency_id)
    return _versions(room, room.template(template_id))


@page("admin")
@require_safe
def versions_national(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """The versions of a national template, and what two of them say otherwise."""
    room = Room(request, None)
    return _versions(room, room.template(template_id))


def _versions(room: Room, template: CycleTemplate) -> HttpResponse:
    found = list(template.versions.select_related("author__person").order_by("-number"))
    by_number = {str(version.number): version for version in found}
    given = room.request.GET
    newer = by_number.get(given.get("ke", "")) or (found[0] if found else None)
    older = by_number.get(given.get("dari", "")) or (found[1] if len(found) > 1 else None)
    return room.render(
        "versions", _("Versions of %(name)s") % {"name": room.title_of(template)},
        crumbs=[room.crumb(), (room.title_of(template), room.url("edit", template.public_id))],
        one=template, versions=found, older=older, newer=newer,
        differences=_differences(room, template, older, newer),
    )  # fmt: skip


def _differences(
    room: Room, template: CycleTemplate, older: TemplateVersion | None,
    newer: TemplateVersion | None,
) -> list[tuple[str, str, str]]:  # fmt: skip
    """(field, before, after) in words; what an override does not say it inherits."""
    if newer is None:
        return []
    names: dict[int, str] = {}
    if room.agency is not None:
        names = dict(Unit.objects.filter(agency=room.agency).values_list("pk", "name"))
    above = inherited(template).body
    old_body, new_body = (older.body if older else {}), newer.body

    def said(field: str, body: dict[str, Any]) -> str:
        if field in body:
            return words(field, body[field], above | body, names)
        return _("inherited") if place_of(template) != NATIONAL else "–"

    return [
        (label(change.field), said(change.field, old_body), said(change.field, new_body))
        for change in changes(old_body, new_body)
    ]
