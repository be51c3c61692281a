"""The inbox: what waits, oldest due first, each row decided in place; and what lies around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock
from workflow import machine
from workflow.enums import State
from workflow.forms.inbox import (
    AFTER,
    BEFORE,
    GROUP,
    KIND,
    OVERDUE,
    Selection,
    cursor_from,
    group_from,
    narrowing_from,
)
from workflow.models import Receipt
from workflow.queries import inbox as queries
from workflow.queries.completion import GROUPS
from workflow.queries.inbox import KINDS, OWN, Narrowing, Tally
from workflow.queries.keyset import Page
from workflow.queries.papers import papers_of
from workflow.services.bulk import advance_each
from workflow.views.access import actor, page
from workflow.views.inbox_items import items_of, person_rows, sections_of, words

TICK = "tandai"


@page("person")
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this person."""
    return _inbox(request)


def _inbox(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    who, now = actor(request), clock.now()
    narrowing = narrowing_from(request.GET)
    desk = queries.desk(who, now, narrowing, cursor_from(request.GET))
    found, tally = desk.page, desk.tally
    back = request.get_full_path() if request.method == "GET" else reverse("inbox")
    papers, seats = papers_of(found.rows, who), queries.seats_of(found.rows, who)
    items = items_of(found.rows, papers, who, now, back, seats)
    return render(
        request,
        "workflow/inbox/inbox.html",
        {
            "sections": sections_of(items),
            "words": words(),
            "tabs": _tabs(narrowing, tally),
            "around": _around("inbox", tally),
            "tally": tally,
            "narrowing": narrowing,
            "overdue_url": _address(narrowing.kind, not narrowing.overdue),
            "all_url": reverse("inbox"),
            "back": back,
            "pickable": sum(bool(item.pick) for item in items),
            "ticked": request.GET.get(TICK) == "semua",
            "tick_url": _ticking(request),
            "problem": problem,
            **_pages(request, found, queries.cursor_of),
        },
        status=status,
    )


def _address(kind: str, overdue: bool) -> str:
    query = [f"{KIND}={kind}"] if kind else []
    query += [f"{OVERDUE}=1"] if overdue else []
    return f"{reverse('inbox')}?{'&'.join(query)}" if query else reverse("inbox")


def _ticking(request: HttpRequest) -> str:
    """This page again with every row ticked that can be approved together."""
    query = request.GET.copy()
    query[TICK] = "semua"
    return f"{reverse('inbox')}?{query.urlencode()}#bersama"


def _tabs(narrowing: Narrowing, tally: Tally) -> list[dict[str, Any]]:
    """All, then each kind that waits. Where not everything was counted no number is shown."""

    def tab(key: str, label: object, number: object) -> dict[str, Any]:
        return {"label": label, "url": _address(key, narrowing.overdue),
                "current": narrowing.kind == key, "count": number}  # fmt: skip

    kinds: list[tuple[str, object]] = [(kind.key, kind.label) for kind in KINDS]
    kinds.append((OWN, _("My own")))
    return [
        tab("", _("All"), tally.words),
        *(
            tab(key, label, "" if tally.is_capped else tally.by_kind.get(key, 0))
            for key, label in kinds
            if tally.is_capped or tally.by_kind.get(key) or narrowing.kind == key
        ),
    ]


def _around(current: str, tally: Tally | None = None) -> list[dict[str, Any]]:
    """The three pages of a person's desk."""
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for name, label in (
            ("inbox", _("Waiting for me")),
            ("my_people", _("My people")),
            ("inbox_done", _("Done by me")),
        )
    ]


def _pages(request: HttpRequest, found: Page[Any], name_of: Callable[[Any], str]) -> dict[str, str]:
    """Where the pages before and after this one are, and the first if this one is past the end."""
    kept = request.GET.copy()
    for name in (AFTER, BEFORE, TICK):
        kept.pop(name, None)

    def address(name: str, row: Any) -> str:
        query = kept.copy()
        query[name] = name_of(row)
        return f"{request.path}?{query.urlencode()}"

    rows = found.rows
    is_past = not rows and bool(cursor_from(request.GET).text)
    return {
        "next_url": address(AFTER, rows[-1]) if rows and found.has_next else "",
        "previous_url": address(BEFORE, rows[0]) if rows and found.has_previous else "",
        "first_url": f"{request.path}?{kept.urlencode()}" if is_past else "",
    }


# --- several at once ---------------------------------------------------------------------------


@page("person")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The ticked ones once more, to be confirmed; nothing has moved yet."""
    if request.method != "POST":
        return redirect("inbox")
    who, now = actor(request), clock.now()
    selection = Selection(request.POST)
    if not selection.items:
        return _inbox(request, problem=_("Tick at least one row first."), status=422)
    cases = queries.among(who, now, [item.public_id for item in selection.items])
    if not cases:
        return _inbox(
            request, problem=_("None of the ticked rows waits for you any more."), status=409
        )
    turns = {item.public_id: item.turn for item in selection.items}
    papers, seats = papers_of(cases, who), queries.seats_of(cases, who)
    items = items_of(cases, papers, who, now, reverse("inbox"), seats)
    return render(
        request,
        "workflow/inbox/confirm.html",
        {
            # The turn that was ticked, not the one that runs now: what was not seen stays undone.
            "rows": [(item, f"{item.case.public_id}:{turns[item.case.public_id]}")
                     for item in items],
            "gone": len(selection.items) - len(cases),
            "key": uuid4().hex,
            "crumbs": _crumbs(),
        },
    )  # fmt: skip


@page("person")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest) -> HttpResponse:
    """Approve the confirmed ones, each for itself; a result for every row."""
    if request.method != "POST":
        return redirect("inbox")
    who, now = actor(request), clock.now()
    selection = Selection(request.POST)
    if not selection.items:
        return _inbox(request, problem=_("Tick at least one row first."), status=422)
    results = advance_each(selection.items, "approve", actor=who, key=selection.key, now=now)
    done = [result for result in results if result.is_done]
    return render(
        request,
        "workflow/inbox/approved.html",
        {
            "results": [
                (result, State(result.state).label if result.state else "") for result in results
            ],
            "done": len(done),
            "refused": len(results) - len(done),
            "crumbs": _crumbs(),
        },
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Inbox"), reverse("inbox"))]


# --- my people, done by me ---------------------------------------------------------------------


@page("person")
@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The appraisals whose rater this person is: where they stand and with whom."""
    who, now = actor(request), clock.now()
    chosen = group_from(request.GET)
    by_state = queries.people_by_state(who)
    states = next((group.states for group in GROUPS if group.key == chosen), None)
    found = queries.people(who, states, cursor_from(request.GET))
    return render(
        request,
        "workflow/inbox/people.html",
        {
            "rows": person_rows(found.rows, now),
            "around": _around("my_people"),
            "tabs": _groups(chosen, by_state),
            "total": sum(by_state.values()),
            **_pages(request, found, queries.cursor_of),
        },
    )


def _groups(chosen: str, by_state: dict[str, int]) -> list[dict[str, Any]]:
    url = reverse("my_people")
    numbers = {group.key: sum(by_state.get(state, 0) for state in group.states) for group in GROUPS}
    return [
        {"label": _("All"), "url": url, "current": not chosen, "count": sum(by_state.values())},
        *(
            {"label": group.label, "url": f"{url}?{GROUP}={group.key}",
             "current": group.key == chosen, "count": numbers[group.key]}
            for group in GROUPS
            if numbers[group.key] or group.key == chosen
        ),
    ]  # fmt: skip


@page("person")
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What this person has done, with the receipt of each act; newest first."""
    who = actor(request)
    found = queries.done(who, cursor_from(request.GET))
    return render(
        request,
        "workflow/inbox/done.html",
        {
            "rows": _receipts(found.rows, queries.still_visible(found.rows, who), who.person_id),
            "around": _around("inbox_done"),
            **_pages(request, found, lambda receipt: str(receipt.pk)),
        },
    )


def _receipts(rows: Sequence[Receipt], visible: set[int], me: int | None) -> list[dict[str, Any]]:
    """Receipts in words; whoever has handed a case on may have no more business with it."""
    return [
        {
            "receipt": receipt,
            "words": machine.LABELS.get(receipt.action, receipt.action),
            "is_own": receipt.case.person_id == me,
            "url": reverse("case", args=[receipt.case.public_id])
            if receipt.case_id in visible
            else "",
        }
        for receipt in rows
    ]
