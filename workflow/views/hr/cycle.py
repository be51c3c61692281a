"""The cycle itself: its dates, its rules in words, late joiners, and its end."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cycles.enums import CycleStatus
from cycles.exceptions import Refused
from cycles.models import Cycle, Person, Stage, Unit
from cycles.queries.lineup import standings
from cycles.rules import CycleRules
from workflow.enums import OPEN
from workflow.forms.hr import MOST_AT_ONCE
from workflow.queries import hr_lists
from workflow.queries.hr_lists import Filter
from workflow.queries.joiners import joiners as joiners_of
from workflow.queries.keyset import uuid_of
from workflow.queries.opening import NO_RATER, reasons_of, sentence
from workflow.services.closing import ask_closing
from workflow.services.opening import open_cycle
from workflow.views.access import page
from workflow.views.hr.desk import Desk, rows_of
from workflow.views.hr.rehearsal import author_of
from workflow.views.hr.rules import in_words, members_in_words
from workflow.views.jobs import start


@page("hr")
@require_GET
def cycle(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Stages with their dates, the rules in words, and what else HR does with a cycle."""
    desk = Desk(request, cycle_id)
    return desk.render(
        "cycle",
        "cycle",
        desk.cycle.name,
        stages=[(stage, _standing(desk, stage)) for stage in
                Stage.objects.filter(cycle=desk.cycle).select_related("unit")
                .order_by("due_on", "opens_on")],
        rules=[
            *in_words(CycleRules.from_json(desk.cycle.rules)),
            *[(_("Who belongs"), members) for members in [_members(desk)] if members],
        ],
        unit_rules=_unit_rules(desk),
        others=list(
            Cycle.objects.filter(agency=desk.agency).exclude(pk=desk.cycle.pk).order_by("-year")
        ),
    )  # fmt: skip


def _members(desk: Desk) -> list[tuple[str, str]]:
    return members_in_words(desk.cycle.members, _names(desk, desk.cycle.members.get("units", [])))


def _unit_rules(desk: Desk) -> list[tuple[str, list[tuple[str, str]]]]:
    """What single units have otherwise: the facts that differ from everybody's."""
    everybody = {fact for _h, facts in in_words(CycleRules.from_json(desk.cycle.rules))
                 for fact in facts}  # fmt: skip
    names = _names(desk, [own["unit"] for own in desk.cycle.unit_rules])
    found = []
    for own in desk.cycle.unit_rules:
        rules = in_words(CycleRules.from_json(desk.cycle.rules | own["rules"]))
        facts = [fact for _h, facts in rules for fact in facts if fact not in everybody]
        found.append((names.get(own["unit"], ""), facts))
    return [(name, facts) for name, facts in found if facts]


def _names(desk: Desk, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(Unit.objects.filter(agency=desk.agency, pk__in=ids).values_list("pk", "name"))


def _standing(desk: Desk, stage: Stage) -> str:
    """Where a stage stands today: "" before it opens, "current", "late", "done"."""
    if desk.today < stage.opens_on:
        return ""
    if desk.today <= stage.due_on:
        return "current"
    return "late" if desk.today <= stage.closes_on else "done"


# --- late joiners ------------------------------------------------------------------------------


@page("hr")
@require_http_methods(["GET", "POST"])
def joiners(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Who has a posting but no appraisal, and why; a POST opens it for the ticked ones."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return _joiners(desk)
    if not desk.is_running:
        return _joiners(desk, problem=_("Only a running cycle takes more people."), status=409)
    ids = [
        found for text in request.POST.getlist("pick")[:MOST_AT_ONCE] if (found := uuid_of(text))
    ]
    people = list(Person.objects.filter(public_id__in=ids, agency=desk.agency).order_by("name"))
    if not people:
        return _joiners(desk, problem=_("Tick at least one person first."), status=422)
    try:
        opened = open_cycle(
            desk.cycle, actor=desk.actor, person_ids=[person.pk for person in people], now=desk.now
        )
    except Refused as refusal:
        return _joiners(desk, problem=refusal.reason, status=409)
    except IntegrityError:  # two clicks at the same instant: the other one has opened it
        return _joiners(desk, problem=_("Somebody else has just done this."), status=409)
    cases = {
        case.person_id: case
        for case in hr_lists.for_table(
            desk.cycle.cases.filter(person__in=[person.pk for person in people])
        )
    }
    why = reasons_of(desk.cycle, [person.pk for person in people])
    return desk.render(
        "joiners_done",
        "cycle",
        _("Result of the opening"),
        crumbs=[(_("Late joiners"), desk.url("hr_joiners"))],
        created=opened.created,
        results=[
            (
                person,
                rows_of(desk, [cases[person.pk]])[0] if person.pk in cases else None,
                why.get(person.pk) or _("This person has no posting today."),
            )
            for person in people
        ],
    )


def _joiners(desk: Desk, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = joiners_of(desk.cycle, desk.today, desk.cursor())
    people = [posting.person_id for posting in found.rows]
    standing = standings(desk.cycle, desk.today, people) if people else {}
    raters = {stand.rater_id for stand in standing.values() if stand.rater_id is not None}
    names = dict(Person.objects.filter(pk__in=raters).values_list("pk", "name"))
    able = {person for person, stand in standing.items() if not stand.why and stand.rater_id}
    opened_on = desk.cycle.opened_at
    return desk.render(
        "joiners",
        "cycle",
        _("Late joiners"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        rows=[
            (
                posting,
                names.get(standing[posting.person_id].rater_id or 0, ""),
                sentence(standing[posting.person_id].why or NO_RATER)
                if posting.person_id not in able
                else _("Came after the cycle was opened.")
                if opened_on is not None and posting.starts_on > opened_on.date()
                else _("Was not included when the cycle was opened."),
            )
            for posting in found.rows
        ],
        problem=problem,
        selectable=desk.is_running and bool(able),
        able=able,
        status=status,
        **desk.pages(found, lambda posting: str(posting.person.public_id)),
    )


# --- the end -----------------------------------------------------------------------------------


@page("hr")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Ask for the closing; refused with the list of what is still open."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return _closing(desk)
    if request.POST.get("sure") != "yes":
        return _closing(desk, problem=_("Tick that you know what closing means."), status=422)
    try:
        return start(ask_closing(desk.cycle, author=author_of(desk), actor=desk.actor))
    except Refused as refusal:
        return _closing(desk, problem=refusal.reason, status=409)


def _closing(desk: Desk, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = hr_lists.people(desk.cycle, Filter(states=OPEN), desk.cursor())
    return desk.render(
        "close",
        "cycle",
        _("Close the cycle"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        rows=rows_of(desk, found.rows),
        problem=problem,
        may_close=desk.cycle.status == CycleStatus.OPEN and not found.rows
        and not desk.cursor().text,
        status=status,
        **desk.pages(found, hr_lists.by_name_cursor),
    )  # fmt: skip
