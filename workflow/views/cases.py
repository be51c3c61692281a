"""The case page: where it stands, whose turn, until when and why, what can be done, the story."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cycles import clock
from cycles.calendar import Calendar, distance, format_day, local_date
from cycles.document_labels import label
from cycles.models import Segment
from cycles.queries.calendars import calendar_for
from cycles.templatetags.ui import year_steps
from workflow import diagram
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import Actor
from workflow.queries import cases as queries
from workflow.queries.story import story_of
from workflow.queries.successor_notes import notes_for
from workflow.views.access import actor, page, visible_case
from workflow.views.offers import offers_of
from workflow.views.reasons import readings_of, sentence_of
from workflow.views.standing import standing_of

LATEST = 8  # scenes of the story that stand open; the rest is folded


@page("case")
@never_cache
@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One appraisal, as much of it as this person may know."""
    found = visible_case(request, public_id)
    return render(request, "workflow/case.html", context_of(found, actor(request), clock.now()))


def context_of(case: Case, who: Actor, now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    calendar = calendar_for(case.agency, case.unit.week)
    today = local_date(calendar, now)
    papers = queries.papers_of(case, who)
    scenes = story_of(case, who)
    handed_in = {(paper.kind, paper.round) for paper in papers.documents}
    yearly, upkeep = offers_of(case, who, now, today, handed_in)
    turns = queries.turns_of(case, who, calendar, now)
    return {
        **head_of(case, who),
        "now": now,
        "standing": standing_of(case, who, now),
        "holder": queries.holder_of(case, who, today),
        "days": distance(calendar, now, case.due_at),
        "why": sentence_of(case),
        "extensions": queries.extensions_of(case),
        "returned": _returned(case, who, papers.result_ids),
        "draft_saved_at": queries.draft_saved_at(case, who),
        "offers": yearly,
        "upkeep": upkeep,
        "window": _window(case, calendar, now),
        "result": papers.result,
        "documents": papers.documents,
        "scenes": scenes[:LATEST],
        "earlier": scenes[LATEST:],
        "held": _bars(queries.held_by(turns), who, case),
        "turns": turns[::-1],
        "receipts": queries.receipts_of(case, who),
        "segments": _segments(case, today),
        "has_copy": getattr(case, "has_copy", False),
        "asks_note": case.is_open and getattr(case, "asks_note", False),
        "successor_notes": notes_for(case, who),
        "change_url": _change_url(case) if upkeep else "",
        "drawing": diagram.drawn(
            queries.shown_state(case, who).value, {scene.to_state for scene in scenes}
        ),
        "lines": diagram.table(),
        "from_here": [
            line for line in diagram.table() if line.source == queries.shown_state(case, who)
        ],
    }


def head_of(case: Case, who: Actor) -> dict[str, Any]:
    """What every page about a case begins with: who, which year, where it stands."""
    own, state = queries.is_own(case, who), queries.shown_state(case, who)
    return {
        "case": case,
        "zone": case.agency.zone,
        "is_own": own,
        "state": state,
        "state_words": state.for_employee if own else state.label,
        "heading": state.for_employee if own else case.person.name,
        "lead": " · ".join(
            [*([] if own else [case.post.title]), case.unit.name, case.cycle.name]
        ),
        "step": _step(state.value),
        "crumbs": [(_("Home"), reverse("home"))],
    }  # fmt: skip


def _step(state: str) -> dict[str, Any] | None:
    """The present step of the year, for screens too narrow for all their names."""
    steps = year_steps(state)
    at = next((n for n, step in enumerate(steps, 1) if step["status"] == "current"), None)
    return {"number": at, "of": len(steps), "label": steps[at - 1]["label"]} if at else None


def _returned(case: Case, who: Actor, order: list[str]) -> dict[str, Any] | None:
    """The last return with the places of its pinned sentences in words."""
    note = queries.return_note(case, who)
    if note is None:
        return None
    pins = [(label(path, order), text) for path, text in note.pins]
    return {"reason": note.reason, "at": note.at, "pins": pins}


def _window(case: Case, calendar: Calendar, now: datetime) -> dict[str, Any] | None:
    """Both ends of the time to object: the agency's, and the calendar-day reading."""
    if case.state != State.ANNOUNCED or case.window_ends_at is None or case.delivered_at is None:
        return None
    readings = {reading.is_calendar: reading.reason for reading in readings_of(case)}
    own = readings[case.window_basis["rule"]["kind"] == "calendar_days"]
    calendar_end = case.window_calendar_ends_at
    is_same = calendar_end is None or calendar_end == case.window_ends_at
    return {
        "delivered_at": case.delivered_at,
        "ends_at": case.window_ends_at,
        "days": distance(calendar, now, case.window_ends_at),
        "why": own.sentence.rstrip("."),
        "calendar_ends_at": None if is_same else calendar_end,
        "calendar_why": readings[True].sentence.rstrip("."),
        "is_open": now < case.window_ends_at,
        "is_between": not is_same and calendar_end is not None
        and calendar_end <= now < case.window_ends_at,
    }  # fmt: skip


def _bars(held: list[tuple[str, int]], who: Actor, case: Case) -> list[dict[str, Any]]:
    own_name = case.person.name
    return [
        {
            "label": _("You") if name == own_name and queries.is_own(case, who) else name,
            "value": days,
            "text": ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
            "role": "brand" if name == own_name else "neutral",
        }
        for name, days in held
    ]


def _segments(case: Case, today: date) -> list[dict[str, Any]]:
    """The stretches of the year in one posting each, with their days, when there are several."""
    if case.segment_number == 1:
        return []
    found = list(Segment.objects.filter(appraisal_id=case.appraisal_id).order_by("number"))
    until = min(today, case.cycle.ends_on)
    days = [((s.ends_on or until) - s.starts_on).days + 1 for s in found]
    whole = sum(n for n in days if n > 0)
    return [
        {
            "words": f"{segment.post_title}, {segment.unit_name}",
            "rater": segment.rater_name,
            "span": _span(segment),
            "days_words": ngettext("%(n)d day (%(share)d %%)", "%(n)d days (%(share)d %%)", n)
            % {"n": max(n, 0), "share": round(100 * max(n, 0) / whole) if whole else 0},
        }
        for segment, n in zip(found, days, strict=True)
    ]


def _span(segment: Segment) -> str:
    if segment.ends_on is None:
        return _("from %(day)s") % {"day": format_day(segment.starts_on)}
    if segment.ends_on < segment.starts_on:  # moved before the year began
        return _("until %(day)s") % {"day": format_day(segment.ends_on)}
    return _("%(first)s to %(last)s") % {
        "first": format_day(segment.starts_on), "last": format_day(segment.ends_on),
    }  # fmt: skip


def _change_url(case: Case) -> str:
    new = reverse("org_change_new", args=[case.agency.public_id])
    return f"{new}?orang={case.person.public_id}"
