"""Changing a cycle: a draft at once; a running one after a preview, with a reason, for all."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycles.blueprint import AGENCY, Change, changes
from cycles.blueprint_faults import Fault
from cycles.calendar import format_day
from cycles.enums import CycleStatus, JobKind, JobState
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Job, Unit, User
from cycles.queries.templates import (
    Setup,
    Unusable,
    body_of,
    newer_setup,
    setup_of,
    setup_with,
    template_of,
)
from cycles.rules import CycleRules
from cycles.services import cycle_setup, jobs
from workflow.enums import State
from workflow.forms.acts import Words
from workflow.forms.cycle_rows import PRESETS, reshaped
from workflow.forms.cycle_templates import BodyForm
from workflow.forms.cycle_words import label, stage_words, words
from workflow.services.cycle_changes import LEAST_REASON, Preview, preview, setup_from_json
from workflow.views.access import page
from workflow.views.cycle_templates.editor import RESHAPES
from workflow.views.cycle_templates.room import choosable
from workflow.views.hr.desk import Desk
from workflow.views.jobs import RESULTS, start
from workflow.views.settings.frame import typed

SALT = "cycle-change"
# Lines of a preview's table; the rest is counted.
MOST_LINES = 60


class Table(Desk):
    """A cycle that HR sets up: what it is now, and what its units have otherwise."""

    def __init__(self, request: HttpRequest, cycle_id: UUID) -> None:
        super().__init__(request, cycle_id)
        self.setup = setup_of(self.cycle)
        self.body = body_of(self.cycle, self.setup)
        self.units = choosable(self.agency, self.setup.members.get("units", []))

    @property
    def author(self) -> User:
        return cast(User, self.request.user)

    def form(self, data: QueryDict | None = None, shown: QueryDict | None = None) -> BodyForm:
        return BodyForm(data, place=AGENCY, body=self.body, units=self.units, typed=shown)

    def unit_names(self, setups: tuple[Setup, ...]) -> dict[int, str]:
        wanted = {p.unit_id for s in setups for p in s.stages if p.unit_id is not None}
        wanted |= {own["unit"] for s in setups for own in s.unit_rules}
        wanted |= {pk for s in setups for pk in s.members.get("units", [])}
        return dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "name"))


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """A cycle's dates and rules. `do`: save (a draft), preview and apply (a running one),

    newest (what the newest versions of its templates give), or a check-in more or less.
    """
    table = Table(request, cycle_id)
    if request.method != "POST":
        return _page(table, table.form())
    order = request.POST.get("do", "save")
    if order.startswith(RESHAPES):
        return _page(table, table.form(shown=reshaped(typed(request), order)), is_unsaved=True)
    if order == "apply":
        return _apply(table)
    if order == "newest":
        return _newest(table)
    form = table.form(typed(request))
    if not form.is_valid():
        return _page(table, form, status=422)
    try:
        setup = setup_with(table.cycle, table.setup, form.wanted)
    except Unusable as unusable:
        return _page(table, form, problems=_problems(unusable.faults), status=422)
    return _go(table, setup, form)


def _newest(table: Table) -> HttpResponse:
    try:
        setup = newer_setup(table.cycle)
    except Unusable as unusable:
        where = f"{unusable.where}: " if unusable.where else ""
        return _page(table, table.form(), problem=f"{where}{unusable}", status=409)
    if setup is None:
        return _page(table, table.form(), problem=_("It has the newest versions already."),
                     status=409)  # fmt: skip
    return _go(table, setup, table.form())


def _go(table: Table, setup: Setup, form: BodyForm) -> HttpResponse:
    """Save a draft; show what it would mean for a running cycle."""
    if table.cycle.status == CycleStatus.DRAFT:
        try:
            has_changed = cycle_setup.adopt(table.cycle, setup, author=table.author, now=table.now)
        except Refused as refusal:
            return _page(table, form, problem=refusal.reason, status=409)
        messages.success(table.request, _("Saved.") if has_changed else _("Nothing was changed."))
        return redirect("cycle_change", table.cycle.public_id)
    return _preview(table, setup, form)


def _preview(
    table: Table, setup: Setup, form: BodyForm, *, reason: str = "", problem: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    try:
        seen = preview(table.cycle, setup, actor=table.actor, now=table.now)
    except Incomplete as incomplete:
        return _page(table, form, problems=list(incomplete.problems), status=422)
    except Refused as refusal:
        return _page(table, form, problem=refusal.reason, status=409)
    if not seen.facts:
        return _page(table, form, problem=_("This change says nothing new."), status=422)
    names = table.unit_names((table.setup, setup))
    return table.render(
        "../templates/cycle_preview", "cycle", _("What the change would do"),
        crumbs=_crumbs(table, deep=True), seen=seen, problem=problem, reason=reason,
        differences=_differences(table, setup, names), **_shifts(table, seen),
        has_levels=_has_levels(table.setup, setup), has_days=_has_days(table.setup, setup),
        has_members=table.setup.members != setup.members,
        packed=signing.dumps([setup.to_json(), seen.seen], salt=_salt(table), compress=True),
        status=status,
    )  # fmt: skip


def _apply(table: Table) -> HttpResponse:
    try:
        raw, seen = signing.loads(table.request.POST.get("packed", ""), salt=_salt(table))
    except signing.BadSignature:
        return _page(table, table.form(), problem=_("Please look at the change again first."),
                     status=409)  # fmt: skip
    setup, sent = setup_from_json(raw), typed(table.request).get("reason", "")
    try:
        reason = Words(least=LEAST_REASON).clean(sent)
    except ValidationError as error:
        return _preview(table, setup, table.form(), reason=sent,
                        problem=" ".join(error.messages), status=422)  # fmt: skip
    asked = {"setup": raw, "reason": reason, "seen": seen}
    job = jobs.ask(
        JobKind.CYCLE_CHANGE, author=table.author, agency=table.agency, cycle=table.cycle,
        params=asked, now=table.now,
    )  # fmt: skip
    if job.params != asked:
        return _page(
            table, table.form(), status=409,
            problem=_("Another change of this cycle is being applied. Please look again then."),
        )  # fmt: skip
    return start(job)


def _salt(table: Table) -> str:
    return f"{SALT}:{table.cycle.pk}:{table.author.pk}"


# --- showing -----------------------------------------------------------------------------------


def _crumbs(table: Table, *, deep: bool = False) -> list[tuple[str, str]]:
    found = [(_("Cycle"), table.url("hr_cycle"))]
    if deep:
        found.append((_("Change the cycle"), reverse("cycle_change", args=[table.cycle.public_id])))
    return found


def _page(
    table: Table, form: BodyForm, *, problems: list[Problem] | None = None, problem: str = "",
    is_unsaved: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    names = table.unit_names((table.setup,))
    template = template_of(table.cycle)
    return table.render(
        "../templates/cycle", "cycle",
        _("Set up the cycle") if table.cycle.status == CycleStatus.DRAFT
        else _("Change the cycle"),
        crumbs=_crumbs(table), form=form, problem=problem, is_unsaved=is_unsaved,
        lacking=form.show_problems(problems or []), presets=PRESETS,
        is_draft=table.cycle.status == CycleStatus.DRAFT,
        is_closed=table.cycle.status == CycleStatus.CLOSED,
        made_from=template, pinned=table.cycle.template_versions, newer=_has_newer(table),
        unit_stages=[(names.get(p.unit_id or 0, ""), p.days) for p in table.setup.stages
                     if p.unit_id is not None],
        unit_rules=[(names.get(own["unit"], ""), _own_rules(table, own["rules"]))
                    for own in table.cycle.unit_rules],
        last=_last_job(table), status=status,
    )  # fmt: skip


def _has_newer(table: Table) -> bool:
    try:
        return newer_setup(table.cycle) is not None
    except Unusable:
        return True  # saying why is for whoever asks for it


def _own_rules(table: Table, own: dict[str, Any]) -> list[tuple[str, str]]:
    return [(label(field), words(field, value, table.body)) for field, value in _rule_fields(own)]


def _rule_fields(raw: dict[str, Any]) -> list[tuple[str, Any]]:
    """Rules as fields of a body."""
    plain = [(name, value) for name, value in raw.items()
             if name not in {"reminders", "has_checkins"}]  # fmt: skip
    return [*plain, *((f"reminders.{p}", told) for p, told in raw.get("reminders", {}).items())]


def _last_job(table: Table) -> Job | None:
    """The last change, if it is news: applied, or refused."""
    found = Job.objects.filter(kind=JobKind.CYCLE_CHANGE, cycle=table.cycle).order_by("-id").first()
    return found if found and found.state in {JobState.DONE, JobState.FAILED} else None


def _problems(found: tuple[Fault, ...]) -> list[Problem]:
    return [Problem(fault.field, fault.sentence) for fault in found]


def _differences(
    table: Table, setup: Setup, names: dict[int, str]
) -> list[tuple[str, str, str, str]]:
    """(unit, field, before, after) in words, everybody's first."""
    new = body_of(table.cycle, setup)
    found = [
        ("", _field(change, new), words(change.field, change.before, table.body, names),
         words(change.field, change.after, new, names))
        for change in changes(table.body, new)
    ]  # fmt: skip
    old_days = {p.key: p.days for p in table.setup.stages if p.unit_id is not None}
    new_days = {p.key: p.days for p in setup.stages if p.unit_id is not None}
    for key in dict.fromkeys([*old_days, *new_days]):
        before, after = old_days.get(key), new_days.get(key)
        if before != after:
            stage = (after or before).name  # type: ignore[union-attr]
            found.append((names.get(key[0] or 0, ""), stage, _span(before), _span(after)))
    old_rules = {own["unit"]: own["rules"] for own in table.setup.unit_rules}
    new_rules = {own["unit"]: own["rules"] for own in setup.unit_rules}
    for unit in dict.fromkeys([*old_rules, *new_rules]):
        old = dict(_rule_fields(old_rules.get(unit, {})))
        own = dict(_rule_fields(new_rules.get(unit, {})))
        for change in changes(old, own):
            found.append((names.get(unit, ""), label(change.field),
                          words(change.field, change.before, table.body),
                          words(change.field, change.after, new)))  # fmt: skip
    return found


def _field(change: Change, body: dict[str, Any]) -> str:
    stage, _dot, part = change.field.rpartition(".")
    if part in {"opens", "due", "closes"}:
        return label(change.field).replace(stage_words(stage), stage_words(stage, body))
    return label(change.field)


def _span(days: Any) -> str:
    if days is None:
        return "–"
    return " – ".join(format_day(day) for day in (days.opens_on, days.due_on, days.closes_on))


def _shifts(table: Table, seen: Preview) -> dict[str, Any]:
    """The table of dates that move, the largest groups first."""
    names = dict(Unit.objects.filter(agency=table.agency).values_list("pk", "name"))
    ordered = sorted(seen.shifts, key=lambda shift: -shift.number)
    lines = [
        {"state": State(s.state).label, "unit": names.get(s.unit_id, ""), "before": s.before,
         "after": s.after, "number": s.number}
        for s in ordered[:MOST_LINES]
    ]  # fmt: skip
    return {"lines": lines, "other_lines": max(len(ordered) - MOST_LINES, 0)}


def _has_levels(before: Setup, after: Setup) -> bool:
    old, new = CycleRules.from_json(before.rules), CycleRules.from_json(after.rules)
    is_own = [own["rules"] for setup in (before, after) for own in setup.unit_rules]
    kinds = ("plan", "checkin", "rating", "final")
    return any(old.levels(kind) != new.levels(kind) for kind in kinds) or (
        before.unit_rules != after.unit_rules
        and any(name.endswith("_levels") for rules in is_own for name in rules)
    )


def _has_days(before: Setup, after: Setup) -> bool:
    names = ("approve_days", "return_days", "deliver_days", "statement_days", "final_days",
             "decision_days", "objection_days", "objection_unit")  # fmt: skip
    return before.unit_rules != after.unit_rules or any(
        before.rules.get(name) != after.rules.get(name) for name in names
    )


def _result(job: Job) -> str:
    assert job.cycle is not None
    return reverse("cycle_change", args=[job.cycle.public_id])


RESULTS[JobKind.CYCLE_CHANGE] = _result
