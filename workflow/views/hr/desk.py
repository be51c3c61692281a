"""How every page of HR's desk begins: which cycle, is it theirs, and what the list shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cycles import clock
from cycles.calendar import distance, local_date
from cycles.enums import CycleStatus
from cycles.models import Agency, Cycle, Unit
from cycles.queries.calendars import calendar_for
from workflow.enums import OPEN, Party, State
from workflow.models import Case
from workflow.queries.completion import BY_KEY, GROUPS, UnitTree
from workflow.queries.hr_lists import Filter
from workflow.queries.keyset import Cursor, Page, uuid_of
from workflow.views.access import actor

# Parameters of the lists, as addresses carry them.
UNIT, OWN_ONLY, STATE, NAME, PARTY, HOLDER = "unit", "hanya", "keadaan", "cari", "pihak", "pemegang"
AFTER, BEFORE = "setelah", "sebelum"
EVERY_OPEN, GROUP_PREFIX = "terbuka", "tahap-"
LONGEST_NAME = 100


class Desk:
    """A cycle on HR's desk. Raises Http404 for another agency's cycle and an unknown one alike."""

    def __init__(self, request: HttpRequest, cycle_id: UUID) -> None:
        self.request = request
        self.actor = actor(request)
        cycle = (
            Cycle.objects.filter(public_id=cycle_id, agency__in=self.actor.hr_agencies)
            .select_related("agency")
            .first()
        )
        if cycle is None:
            raise Http404
        self.cycle: Cycle = cycle
        self.agency: Agency = cycle.agency
        self.now = clock.now()

    @cached_property
    def tree(self) -> UnitTree:
        return UnitTree(self.agency.pk)

    @property
    def today(self) -> date:
        return local_date(self.agency.zone, self.now)

    @property
    def is_running(self) -> bool:
        return bool(self.cycle.status == CycleStatus.OPEN)

    def url(self, name: str, *args: Any, **params: Any) -> str:
        """The address of one of the desk's pages; empty parameters are left out."""
        query = urlencode([(key, value) for key, value in params.items() if value])
        path = reverse(name, args=[self.cycle.public_id, *args])
        return f"{path}?{query}" if query else path

    def cursor(self) -> Cursor:
        given = self.request.GET
        if before := given.get(BEFORE):
            return Cursor(_plain(before), backwards=True)
        return Cursor(_plain(given.get(AFTER, "")))

    def pages(self, page: Page[Any], name_of: Callable[[Any], str]) -> dict[str, Any]:
        """The addresses of the pages before and after this one, for the pager."""
        kept = self.request.GET.copy()
        for name in (AFTER, BEFORE):
            kept.pop(name, None)

        def address(name: str, row: Any) -> str:
            query = kept.copy()
            query[name] = name_of(row)
            return f"{self.request.path}?{query.urlencode()}"

        rows = page.rows
        return {
            "next_url": address(AFTER, rows[-1]) if rows and page.has_next else "",
            "previous_url": address(BEFORE, rows[0]) if rows and page.has_previous else "",
            # An address that leads past the end of a list must not be a dead end.
            "first_url": f"{self.request.path}?{kept.urlencode()}"
            if not rows and self.cursor().text
            else "",
        }

    def render(
        self,
        template: str,
        tab: str,
        title: str,
        *,
        status: int = 200,
        crumbs: Iterable[tuple[str, str]] | None = (),
        **context: Any,
    ) -> HttpResponse:
        """A page of the desk inside its frame of heading and tabs.

        `crumbs` are the pages between the cycle and this one; None for the cycle's own first page.
        """
        above = [(_("HR"), reverse("hr_choose"))] if len(self.actor.hr_agencies) > 1 else []
        if crumbs is not None:
            above += [(str(self.cycle.name), self.url("hr_overview")), *crumbs]
        return render(
            self.request,
            f"workflow/hr/{template}.html",
            {
                "desk": self,
                "cycle": self.cycle,
                "agency": self.agency,
                "zone": self.agency.zone,
                "now": self.now,
                "title": title,
                "crumbs": above,
                "tabs": self._tabs(tab),
                **context,
            },
            status=status,
        )

    def _tabs(self, current: str) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": self.url(name), "current": key == current}
            for key, label, name in (
                ("overview", _("Overview"), "hr_overview"),
                ("people", _("People"), "hr_people"),
                ("overdue", _("Overdue"), "hr_overdue"),
                ("holders", _("Holders"), "hr_holders"),
                ("pool", _("For HR"), "hr_pool"),
                ("finals", _("Final approval"), "hr_finals"),
                ("extensions", _("Extensions"), "hr_extensions"),
                ("results", _("Results of units"), "hr_unit_results"),
                ("cycle", _("Cycle"), "hr_cycle"),
            )
        ]


def _plain(text: str) -> str:
    """What an address carried, without what the database cannot even compare."""
    return text.replace("\x00", "").strip()[:LONGEST_NAME]


# --- what a list is narrowed to ----------------------------------------------------------------


@dataclass(frozen=True)
class Narrowing:
    """A list's filter as the person chose it; what an address says wrongly counts as not said."""

    unit: Unit | None = None
    own_only: bool = False
    state: str = ""
    party: str = ""
    name: str = ""
    holder: UUID | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.unit or self.state or self.party or self.name or self.holder)


def narrowing(desk: Desk) -> Narrowing:
    given = desk.request.GET
    state = _plain(given.get(STATE, ""))
    party = _plain(given.get(PARTY, ""))
    unit = desk.tree.find(uuid_of(_plain(given.get(UNIT, "")))) if given.get(UNIT) else None
    own_only = unit is not None and given.get(OWN_ONLY) == "1"
    if unit == desk.tree.root and not own_only:
        unit = None  # the whole agency narrows nothing
    return Narrowing(
        unit=unit,
        own_only=own_only,
        state=state if states_of(state) is not None else "",
        party=party if party in Party.values else "",
        name=_plain(given.get(NAME, "")),
        holder=uuid_of(_plain(given.get(HOLDER, ""))),
    )


def filter_of(desk: Desk, chosen: Narrowing) -> Filter:
    unit_ids = None
    if chosen.unit is not None:
        unit_ids = [chosen.unit.pk] if chosen.own_only else desk.tree.subtree(chosen.unit)
    return Filter(unit_ids=unit_ids, states=states_of(chosen.state), party=chosen.party,
                  name=chosen.name, holder=chosen.holder)  # fmt: skip


def states_of(chosen: str) -> list[str] | None:
    """The states that a choice stands for: one, a stretch of the year, or all open ones."""
    if chosen == EVERY_OPEN:
        return sorted(OPEN)
    if chosen.startswith(GROUP_PREFIX):
        group = BY_KEY.get(chosen.removeprefix(GROUP_PREFIX))
        return sorted(group.states) if group else None
    return [chosen] if chosen in State.values else None


def state_choices() -> list[dict[str, Any]]:
    """The stretches of the year with their states, for the list's filter."""
    return [
        {
            "label": group.label,
            "options": [
                *([(f"{GROUP_PREFIX}{group.key}", _("All of %(stage)s") % {"stage": group.label})]
                  if len(group.states) > 1 else []),
                *((state.value, state.label) for state in State if state in group.states),
            ],
        }
        for group in GROUPS
    ]  # fmt: skip


def unit_choices(desk: Desk, unit: Unit | None) -> list[tuple[str, str]]:
    """Where to go from here in the tree: the units above, this one, those below it."""
    place = unit or desk.tree.root
    above = desk.tree.above(place) if place else []
    here = [*above, *([place] if place else [])]
    below = desk.tree.children(place)
    return [
        *((str(u.public_id), "· " * depth + u.name) for depth, u in enumerate(here)),
        *((str(u.public_id), "· " * len(here) + u.name) for u in below),
    ]


# --- rows --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A case in a list, with what the template shows of it."""

    case: Case
    days: int | None
    is_own: bool
    url: str

    @property
    def state(self) -> str:
        return str(self.case.state)

    @property
    def state_label(self) -> str:
        return str(State(self.case.state).label)

    @property
    def is_ended(self) -> bool:
        return not self.case.is_open

    @property
    def holder(self) -> str:
        """Whose turn it is, in words."""
        case = self.case
        if case.turn_person is not None:
            return str(case.turn_person.name)
        return _("Waits for its date") if case.turn_party == Party.SYSTEM else _("HR")

    @property
    def waits_for_self(self) -> bool:
        """It is the employee's own turn: the name stands in the row already."""
        return self.case.turn_person_id == self.case.person_id

    @property
    def party(self) -> str:
        if self.case.turn_party in {Party.SYSTEM, Party.HR}:
            return ""
        return str(Party(self.case.turn_party).label)


def rows_of(desk: Desk, cases: Iterable[Case]) -> list[Row]:
    """Cases as rows; their distances are counted on each unit's own calendar."""
    return [
        Row(
            case,
            distance(calendar_for(desk.agency, case.unit.week), desk.now, case.due_at)
            if case.is_open
            else None,
            case.person_id == desk.actor.person_id,
            case_url(case),
        )
        for case in cases
    ]


def case_url(case: Case) -> str:
    return reverse("case", args=[case.public_id])
