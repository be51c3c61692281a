"""More time for a stage: the form, what it would move, and every extension there was."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cycles.exceptions import Incomplete, Refused
from cycles.models import Person, Stage
from workflow.forms.hr import ExtensionForm, stage_key, tell
from workflow.models import Case
from workflow.queries.completion import ids_of
from workflow.queries.hr_lists import extensions
from workflow.queries.keyset import uuid_of
from workflow.services.extension import Preview, Wish, extend_stage, preview
from workflow.views.access import page
from workflow.views.hr.desk import Desk

# The case whose person gets more time; without it the form asks for a unit.
CASE = "perkara"


def _stages(desk: Desk) -> list[Stage]:
    """The stages of the year, each once: an extension reaches units with their own dates too."""
    found = list(Stage.objects.filter(cycle=desk.cycle).order_by("due_on", "opens_on"))
    for_all = {(stage.kind, stage.number) for stage in found if stage.unit_id is None}
    return [s for s in found if s.unit_id is None or (s.kind, s.number) not in for_all]


@page("hr")
@require_http_methods(["GET", "POST"])
def extension_list(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The list, and the form; a POST shows what would move, and once seen does it."""
    desk = Desk(request, cycle_id)
    case = _case(desk)
    person = case.person if case else None
    stages = _stages(desk)
    form = ExtensionForm(
        request.POST if request.method == "POST" else None,
        stages=stages,
        units=sorted(desk.tree.units, key=lambda unit: _in_tree(desk, unit.path)),
        person=person,
        # The stage that the person is in now is the one that is wanted, nearly always.
        initial={"stage": next((stage_key(s) for s in stages if s.pk == _stage_of(case)), "")},
    )
    if request.method == "GET":
        return _page(desk, form, person)
    if not form.is_valid():
        return _page(desk, form, person, status=422)
    stage = form.chosen_stage
    stage.cycle = desk.cycle
    wish = Wish(stage, form.chosen_day, unit=form.chosen_unit, person=person)
    try:
        if not form.was_previewed or "apply" not in request.POST:
            return _page(desk, form, person, seen=preview(wish, actor=desk.actor, now=desk.now))
        done = extend_stage(
            stage, due_on=wish.due_on, reason=form.cleaned_data["reason"], actor=desk.actor,
            unit=wish.unit, person=person, now=desk.now,
        )  # fmt: skip
    except Incomplete as incomplete:
        tell(form, incomplete)
        return _page(desk, form, person, status=422)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page(desk, form, person, status=422)
    if done.is_repeat:
        messages.info(request, _("This extension was already recorded."))
    else:
        messages.success(
            request,
            ngettext(
                "The stage is extended; %(n)d running deadline moved.",
                "The stage is extended; %(n)d running deadlines moved.",
                done.moved,
            )
            % {"n": done.moved},
        )
    return redirect(desk.url("hr_extensions"))


def _page(
    desk: Desk,
    form: ExtensionForm,
    person: Person | None,
    *,
    seen: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    if seen is not None:
        form.remember_preview()
    found = extensions(desk.cycle, desk.cursor())
    return desk.render(
        "extensions",
        "extensions",
        _("Extensions"),
        form=form,
        person=person,
        seen=seen,
        stages=form.stages,
        rows=found.rows,
        status=status,
        **desk.pages(found, lambda extension: str(extension.public_id)),
    )


def _stage_of(case: Case | None) -> int | None:
    return case.due_basis.get("stage") if case else None


def _case(desk: Desk) -> Case | None:
    """The case that the address names, if it is one of this cycle."""
    public_id = uuid_of(desk.request.GET.get(CASE, ""))
    if public_id is None:
        return None
    case: Case | None = (
        Case.objects.filter(public_id=public_id, cycle=desk.cycle).select_related("person").first()
    )
    return case


def _in_tree(desk: Desk, path: str) -> list[str]:
    """Sorts units as the tree is read: each below its parent, siblings by name."""
    return [desk.tree.by_id[n].name for n in ids_of(path) if n in desk.tree.by_id]
