"""The first page: what must I do, until when, who has it now. One section for each role held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cycles import clock
from cycles.calendar import distance, local_date
from cycles.enums import CycleStatus
from cycles.queries.calendars import calendar_for
from workflow.enums import ENDED, State
from workflow.models import Case
from workflow.permissions import Actor, editable_kind
from workflow.queries import home as queries
from workflow.queries import inbox
from workflow.queries.cases import holder_of, is_turn_of, shown_state
from workflow.queries.completion import GROUPS
from workflow.queries.home import Standing
from workflow.queries.inbox import OTHERS, OWN, Narrowing
from workflow.queries.story import story_of
from workflow.queries.successor_notes import owed_count
from workflow.views.access import actor, page
from workflow.views.inbox_items import items_of
from workflow.views.offers import WRITE
from workflow.views.standing import standing_of

FOREMOST = 5  # rows of the inbox that the first page shows
LATEST = 2  # scenes of the story
LOOKS = {"closed": "positive", "excluded": "neutral", "objection": "caution"}


@page("member")
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start of this person, by what they are."""
    who, now = actor(request), clock.now()
    context: dict[str, Any] = {"crumbs": [], "lead": "", "title": _("Welcome")}
    if (who.person_id or 0) > 0:
        context |= _of_person(request, who, now)
    if who.hr_agencies:
        standings = queries.running(who.hr_agencies)
        queries.burden(standings, now)
        context["hr"] = [_hr(standing) for standing in standings]
        context["is_hr"] = True
    if who.observed_agencies:
        context["observed"] = [
            _observed(standing) for standing in queries.running(who.observed_agencies)
        ]
        context["is_observer"] = True
    context["is_admin"] = who.is_admin
    return render(request, "workflow/home/home.html", context)


def _of_person(request: HttpRequest, who: Actor, now: datetime) -> dict[str, Any]:
    cases = queries.own_cases(who)
    current = next((case for case in cases if case.cycle.status == CycleStatus.OPEN), None)
    desk = inbox.desk(who, now, Narrowing(OTHERS), size=FOREMOST)
    tally, others = desk.tally, desk.page.rows
    by_state = inbox.people_by_state(who)
    number = tally.total
    title = _("Nothing waits for you")
    if number:
        title = ngettext("%(n)d thing waits for you", "%(n)d things wait for you", number) % {
            "n": number
        }
    if tally.is_capped:
        title = _("More than %(n)d things wait for you") % {"n": inbox.MOST_COUNTED - 1}
    return {
        "title": title,
        "lead": request.user.person.name,  # type: ignore[union-attr]
        "tally": tally,
        "mine": _mine(current, who, now) if current else None,
        "has_person": True,
        "earlier": [_earlier(case) for case in cases if case is not current],
        "others": items_of(others, {}, who, now, reverse("inbox")),
        "others_number": max(tally.total - tally.by_kind.get(OWN, 0), 0),
        "people": _people(by_state),
        "people_number": sum(by_state.values()),
        "notes_owed": owed_count(who.person_id or 0, now),
    }


# --- one's own year ----------------------------------------------------------------------------


def _mine(case: Case, who: Actor, now: datetime) -> dict[str, Any]:
    """Their appraisal of the running cycle."""
    calendar = calendar_for(case.agency, case.unit.week)
    standing = standing_of(case, who, now)
    waits_for_others = standing.waits_for_somebody and not standing.is_turn
    state = shown_state(case, who)
    return {
        "case": case,
        "state": state,
        "words": state.for_employee,
        "task": "" if case.state in ENDED else standing.task,
        "is_pressing": standing.is_pressing,
        "has_facts": standing.is_pressing or standing.waits_for_somebody,
        "button": _button(case, who, now),
        "days": distance(calendar, now, case.due_at),
        "zone": case.agency.zone,
        "holder": holder_of(case, who, local_date(calendar, now)) if waits_for_others else None,
        "news": story_of(case, who)[:LATEST],
        "returned": case.return_note.get("reason", "")
        if case.state in {State.PLANNING, State.MONITORING, State.SELF_ASSESSMENT}
        else "",
        "url": reverse("case", args=[case.public_id]),
    }


def _button(case: Case, who: Actor, now: datetime) -> dict[str, str]:
    """The one thing to do next; the appraisal itself where nothing is to be written."""
    url = reverse("case", args=[case.public_id])
    if case.state == State.DELIVERY:
        return {"url": url, "label": _("Open my result"), "icon": "mail-open"}
    if case.state == State.ANNOUNCED:
        return {"url": url, "label": _("Read my result"), "icon": "mail-open"}
    kind = editable_kind(who, case)
    is_idle = case.state == State.MONITORING and (
        case.round_opens_at is None or now < case.round_opens_at
    )
    if kind is None or is_idle or not is_turn_of(case, who):
        return {}
    return {
        "url": reverse("edit", args=[case.public_id, kind]),
        "label": str(WRITE[kind]),
        "icon": "pencil-line",
    }


def _earlier(case: Case) -> dict[str, Any]:
    settled = case.appraisal.settled_at is not None and case.state == State.CLOSED
    return {
        "case": case,
        "url": reverse("case", args=[case.public_id]),
        "words": State(case.state).for_employee,
        "predicate": case.appraisal.get_predicate_display() if settled else "",
    }


@page("person")
@never_cache
@require_safe
def my_appraisal(request: HttpRequest) -> HttpResponse:
    """Straight to one's appraisal: of the running cycle, else the latest one."""
    cases = queries.own_cases(actor(request))
    case = next((case for case in cases if case.cycle.status == CycleStatus.OPEN), None)
    if case is None:
        case = cases[0] if cases else None
    if case is None:
        return render(request, "workflow/home/no_appraisal.html")
    return redirect("case", case.public_id)


# --- the others --------------------------------------------------------------------------------


def _people(by_state: dict[str, int]) -> list[dict[str, Any]]:
    """Their people by stretch of the year, as the parts of a bar."""
    url = reverse("my_people")
    parts = []
    for group in GROUPS:
        number = sum(by_state.get(state, 0) for state in group.states)
        if number:
            look = {"role": LOOKS[group.key]} if group.key in LOOKS else {}
            parts.append({"label": group.label, "value": number,
                          "url": f"{url}?tahap={group.key}", **look})  # fmt: skip
    return parts


def _hr(standing: Standing) -> dict[str, Any]:
    """HR's few numbers of a running cycle; each leads to the desk."""
    key = standing.cycle.public_id

    def url(name: str) -> str:
        return reverse(name, args=[key])

    others = standing.pooled - standing.finals
    return {
        "cycle": standing.cycle,
        "url": url("hr_overview"),
        "tiles": [
            {
                "value": standing.overdue,
                "label": _("Overdue"),
                "note": _("the due date has passed") if standing.overdue else _("nobody is late"),
                "role": "negative" if standing.overdue else "positive",
                "icon": "circle-alert",
                "url": url("hr_overdue"),
            },
            {
                "value": others,
                "label": _("For HR to settle"),
                "note": _("nobody else can do it"),
                "role": "caution" if others else "neutral",
                "icon": "user-check",
                "url": url("hr_pool"),
            },
            {
                "value": standing.finals,
                "label": _("Final approval"),
                "note": _("ready to be settled"),
                "role": "brand" if standing.finals else "neutral",
                "icon": "stamp",
                "url": url("hr_finals"),
            },
            {
                "value": f"{standing.percent} %",
                "label": _("Finally approved"),
                "note": _("%(closed)d of %(n)d people")
                % {"closed": standing.closed, "n": standing.taking_part},
                "role": "neutral",
                "icon": "badge-check",
                "url": url("hr_overview"),
            },
        ],
    }


def _observed(standing: Standing) -> dict[str, Any]:
    return {
        "label": standing.cycle.agency.name,
        "value": standing.percent,
        "text": _("%(percent)d %% of %(n)d")
        % {"percent": standing.percent, "n": standing.taking_part},
        "url": reverse("observed_cycle", args=[standing.cycle.public_id]),
    }
