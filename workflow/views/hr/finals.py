"""Final approval: one by one with everything before the eyes, or the ticked ones together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cycles.exceptions import Incomplete, Refused
from cycles.scoring import Predicate, Rating, predicate
from workflow.enums import State
from workflow.forms.acts import ActForm, ReasonForm
from workflow.forms.hr import MOST_AT_ONCE, Selection, tell
from workflow.models import Case
from workflow.permissions import judge
from workflow.queries import hr_lists
from workflow.queries.hr_lists import Standing
from workflow.services.bulk import advance_each
from workflow.services.door import advance
from workflow.views.access import page
from workflow.views.hr.desk import Desk, Row, rows_of


@dataclass(frozen=True)
class FinalRow:
    """A case before its final approval: what would be settled, and whether this person may."""

    row: Row
    standing: Standing
    refusal: str

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def pick(self) -> str:
        return f"{self.case.public_id}:{self.case.turn_number}"

    @property
    def work(self) -> str:
        return _label(self.standing.rating.get("work"))

    @property
    def behaviour(self) -> str:
        return _label(self.standing.rating.get("behaviour"))

    @property
    def predicate(self) -> Predicate | None:
        rating = self.standing.rating
        try:
            return predicate(rating["work"], rating["behaviour"])
        except (KeyError, ValueError):
            return None

    @property
    def objection(self) -> str:
        """How the last objection ended, in words."""
        if not self.case.objection_number:
            return _("No objection")
        if self.standing.outcome in OUTCOMES and (self.case.was_decided or self.case.was_rerated):
            return str(OUTCOMES[self.standing.outcome]())
        return _("Objection withdrawn")

    @property
    def may_return(self) -> bool:
        return not self.refusal and not self.case.was_decided


# The address that ticks every row of the page.
ALL = "semua"
# Asked for when shown, so that each reader gets their own language.
OUTCOMES: dict[str, Any] = {
    "uphold": lambda: _("Objection: rating upheld"),
    "change": lambda: _("Objection: rating changed"),
    "rerate": lambda: _("Objection: re-rated"),
}


def _label(value: object) -> str:
    return str(Rating(value).label) if value in Rating.values else "–"


def _rows(desk: Desk, cases: Iterable[Case]) -> list[FinalRow]:
    listed = list(cases)
    standing = hr_lists.standing(listed)
    return [
        FinalRow(row, standing[row.case.pk], _refusal(desk, row.case))
        for row in rows_of(desk, listed)
    ]


def _refusal(desk: Desk, case: Case) -> str:
    """Why this person cannot settle a case of the list; empty when they can."""
    if case.person_id == desk.actor.person_id:
        return _("This is your own appraisal: somebody else settles it.")
    refused = judge(desk.actor, case, "settle", desk.now).refusal
    return refused.reason if refused else ""


@page("hr")
@require_GET
def finals(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What waits for final approval, the oldest due first."""
    return _list(Desk(request, cycle_id))


def _list(desk: Desk, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = hr_lists.finals(desk.cycle, desk.actor, desk.cursor())
    rows = _rows(desk, found.rows)
    return desk.render(
        "finals",
        "finals",
        _("Final approval"),
        rows=rows,
        all_ticked=desk.request.GET.get(ALL) == "1",
        tick_url=_tick_url(desk),
        selectable=any(not row.refusal for row in rows),
        problem=problem,
        status=status,
        **desk.pages(found, hr_lists.by_due_cursor),
    )


def _tick_url(desk: Desk) -> str:
    """The same page with every row ticked, or none: works without a script."""
    query = desk.request.GET.copy()
    if query.pop(ALL, None) is None:
        query[ALL] = "1"
    return f"{desk.url('hr_finals')}?{query.urlencode()}"


@page("hr")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The ticked ones once more, to be confirmed; nothing has moved yet."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return redirect(desk.url("hr_finals"))
    selection = Selection(request.POST)
    if not selection.items:
        return _list(desk, problem=_("Tick at least one person first."), status=422)
    cases = hr_lists.waiting_finals(desk.cycle, desk.actor).filter(
        public_id__in=[item.public_id for item in selection.items]
    )
    listed = hr_lists.for_table(cases).order_by("due_at", "pk")
    rows = _rows(desk, listed)
    gone = len(selection.items) - len(rows)
    if not rows:
        return _list(desk, problem=_("None of them waits for final approval any more."), status=409)
    turns = {item.public_id: item.turn for item in selection.items}
    return desk.render(
        "finals_confirm",
        "finals",
        _("Settle the ticked ones"),
        crumbs=[(_("Final approval"), desk.url("hr_finals"))],
        rows=[(row, f"{row.case.public_id}:{turns[row.case.public_id]}") for row in rows],
        able=[row for row in rows if not row.refusal],
        gone=gone,
        key=uuid4().hex,
    )


@page("hr")
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Settle the confirmed ones, each for itself; a result for every row."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return redirect(desk.url("hr_finals"))
    selection = Selection(request.POST)
    if not selection.items:
        return _list(desk, problem=_("Tick at least one person first."), status=422)
    # Only what is of this cycle: the address says which one is being settled.
    known = set(
        Case.objects.filter(
            cycle=desk.cycle, public_id__in=[item.public_id for item in selection.items]
        ).values_list("public_id", flat=True)
    )
    results = advance_each(
        [item for item in selection.items if item.public_id in known],
        "settle",
        actor=desk.actor,
        key=selection.key,
        now=desk.now,
    )
    done = [result for result in results if result.is_done]
    return desk.render(
        "finals_done",
        "finals",
        _("Result of the final approval"),
        crumbs=[(_("Final approval"), desk.url("hr_finals"))],
        results=[(result, State(result.state).label if result.state else "") for result in results],
        done=len(done),
        refused=len(results) - len(done),
        unknown=len(selection.items) - len(known),
        most=MOST_AT_ONCE,
    )


@page("hr")
@require_http_methods(["GET", "POST"])
def final(request: HttpRequest, cycle_id: UUID, case_id: UUID) -> HttpResponse:
    """One case before its final approval: look, then settle it or send it back with reasons."""
    desk = Desk(request, cycle_id)
    case = _case(desk, case_id)
    shared: dict[str, Any] = {"case": case, "today": desk.today}
    if request.method == "GET":
        return _one(desk, case, ActForm(action="settle", **shared),
                    ReasonForm(action="return_", **shared))  # fmt: skip
    action = "return_" if request.POST.get("do") == "return_" else "settle"
    kinds = {"settle": ActForm, "return_": ReasonForm}
    form = kinds[action](request.POST, action=action, **shared)
    forms = {name: kind(action=name, **shared) for name, kind in kinds.items()} | {action: form}
    if form.is_valid():
        try:
            advance(
                case.pk, action, actor=desk.actor, data=form.act_data,
                key=form.cleaned_data["key"], expected_turn=form.expected_turn, now=desk.now,
            )  # fmt: skip
        except Incomplete as incomplete:
            tell(form, incomplete)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            told = _("%(name)s is finally approved.") if action == "settle" else _(
                "%(name)s was returned to the rater."
            )  # fmt: skip
            messages.success(request, told % {"name": case.person.name})
            return redirect(_next(desk))
    # Somebody else may have moved it meanwhile: show where it stands now.
    return _one(desk, _case(desk, case_id), forms["settle"], forms["return_"], status=422)


def _next(desk: Desk) -> str:
    """The next one that this person may settle, else the list."""
    for case in hr_lists.finals(desk.cycle, desk.actor, size=5).rows:
        if not _refusal(desk, case):
            return desk.url("hr_final", case.public_id)
    return desk.url("hr_finals")


def _case(desk: Desk, case_id: UUID) -> Case:
    """A case of this cycle that has been or is before final approval."""
    case = hr_lists.for_table(Case.objects.filter(cycle=desk.cycle, public_id=case_id)).first()
    if case is None:
        raise Http404
    # What its guards and texts ask for is at hand already.
    case.cycle, case.agency = desk.cycle, desk.agency
    return case


def _one(
    desk: Desk, case: Case, settle_form: ActForm, return_form: ActForm, *, status: int = 200
) -> HttpResponse:
    is_waiting = case.state == State.FINAL_APPROVAL
    row = _rows(desk, [case])[0] if is_waiting else None
    return desk.render(
        "final",
        "finals",
        case.person.name,
        crumbs=[(_("Final approval"), desk.url("hr_finals"))],
        case=case,
        final=row,
        state_label=State(case.state).label,
        row=rows_of(desk, [case])[0],
        settle_form=settle_form,
        return_form=return_form,
        status=status,
    )
