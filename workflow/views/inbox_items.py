"""A waiting case as a row of the inbox: what is asked, until when, what can be done in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cycles.calendar import distance
from cycles.document_labels import told
from cycles.documents import Body, changes
from cycles.enums import ActingKind, DocumentKind
from cycles.queries.calendars import calendar_for
from workflow import machine
from workflow.enums import Party, State
from workflow.machine import Sentence
from workflow.models import Case
from workflow.permissions import Actor, editable_kind, judge, parties_of
from workflow.queries.inbox import IN_BULK, Seat
from workflow.queries.papers import REVIEWED, Paper, Papers
from workflow.views.offers import ICONS, WRITE, label_of
from workflow.views.standing import standing_of

S, D = State, DocumentKind
# Changes shown in place; the document's page shows them all.
MOST_CHANGES = 8
SOON = 3  # working days: from here on a due date is near

# What lies before the person, in two words.
MATTERS: dict[str, Sentence] = {
    S.PLANNING: gettext_lazy("Plan"),
    S.PLAN_REVIEW: gettext_lazy("Plan"),
    S.MONITORING: gettext_lazy("Check-in"),
    S.CHECKIN_REVIEW: gettext_lazy("Check-in"),
    S.SELF_ASSESSMENT: gettext_lazy("Self-assessment"),
    S.SUPERVISOR_REVIEW: gettext_lazy("Assessment"),
    S.RATING_REVIEW: gettext_lazy("Rating to approve"),
    S.DELIVERY: gettext_lazy("Delivery of the result"),
    S.ANNOUNCED: gettext_lazy("Your result"),
    S.OBJECTION_STATEMENTS: gettext_lazy("Objection"),
    S.OBJECTION_DECISION: gettext_lazy("Objection"),
    S.FINAL_APPROVAL: gettext_lazy("Final approval"),
}
NIL = UUID(int=0)
# Acts that ask for more than a reason, on a page of their own.
ON_A_PAGE = ("deliver", "name_decider")


@lru_cache(maxsize=256)
def _pattern(name: str, *rest: str | int) -> str:
    return reverse(name, args=[NIL, *rest])


def address(name: str, case: Case, *rest: str | int) -> str:
    """An address of a case. Resolved once per page and kind: a page of rows asks for hundreds."""
    return _pattern(name, *rest).replace(str(NIL), str(case.public_id))


@dataclass(frozen=True)
class Link:
    url: str
    label: str
    icon: str = ""


@dataclass(frozen=True)
class Essence:
    """The heart of what is to be decided: `template` draws it from the bodies."""

    template: str
    summary: str
    plan: Body = field(default_factory=dict)
    body: Body = field(default_factory=dict)
    papers: Papers = field(default_factory=dict)


@dataclass
class Item:
    """One row. `approve` acts at once, `returns` with a reason; `main` and `others` lead on."""

    case: Case
    days: int
    asked: str
    matter: str
    is_own: bool
    on_behalf: str = ""
    key: str = ""
    approve: Link | None = None
    returns: Link | None = None
    main: Link | None = None
    others: list[Link] = field(default_factory=list)
    pick: str = ""
    essence: Essence | None = None
    version: int = 1
    changes: list[dict[str, str]] = field(default_factory=list)
    more_changes: int = 0

    @property
    def urgency(self) -> str:
        if self.days < 0:
            return "late"
        return "soon" if self.days <= SOON else "later"

    @property
    def zone(self) -> str:
        return str(self.case.agency.zone)

    # What a row repeats, one look-up each.
    @property
    def name(self) -> str:
        return str(self.case.person.name)

    @property
    def id(self) -> str:
        return str(self.case.public_id)

    @property
    def turn(self) -> int:
        return int(self.case.turn_number)


def words() -> dict[str, str]:
    """What every row says alike, translated once for the page."""
    return {
        "tick": _("Tick"),
        "since": _("With you since"),
        "reasons": _("Reasons"),
        "help": _("Say what must be mended, and how."),
        "pin": _("Pin sentences to places"),
        "cancel": _("Cancel"),
    }


SECTIONS: tuple[tuple[str, Sentence], ...] = (
    ("late", gettext_lazy("Overdue")),
    ("soon", gettext_lazy("Due today or in the next three working days")),
    ("later", gettext_lazy("Later")),
)


def sections_of(items: Sequence[Item]) -> list[tuple[str, str, list[Item]]]:
    """The rows by urgency, in the order in which they stand; empty sections are left out."""
    found = [
        (key, str(label), [item for item in items if item.urgency == key])
        for key, label in SECTIONS
    ]
    return [section for section in found if section[2]]


def items_of(
    cases: Sequence[Case],
    papers: dict[int, Papers],
    actor: Actor,
    now: datetime,
    back: str,
    seats: dict[int, Seat] | None = None,
) -> list[Item]:
    """Rows for cases with their papers and seats; asks nothing of the database."""
    return [
        _item(case, papers.get(case.pk, {}), (seats or {}).get(case.pk), actor, now, back)
        for case in cases
    ]


def _item(
    case: Case, papers: Papers, seat: Seat | None, actor: Actor, now: datetime, back: str
) -> Item:
    state, own = S(case.state), case.person_id == actor.person_id
    item = Item(
        case=case,
        days=distance(calendar_for(case.agency, case.unit.week), now, case.due_at),
        asked=standing_of(case, actor, now).task or str(state.for_employee if own else state.label),
        matter=str(MATTERS.get(state, state.label)),
        is_own=own,
        on_behalf=_on_behalf(case, actor, seat),
        key=uuid4().hex,
    )
    _acts(item, actor, now, back)
    if papers:
        item.essence = _essence(state, papers)
        _changed(item, papers)
    return item


def _on_behalf(case: Case, actor: Actor, seat: Seat | None) -> str:
    """For which post, under which letter, when somebody acts for another; "" for themselves."""
    if seat is None or case.turn_party == Party.EMPLOYEE:
        return ""
    letter = parties_of(actor, case).get(Party(case.turn_party))
    if letter is None:
        return ""
    kind = ActingKind(letter.kind).label if letter.kind in ActingKind.values else letter.kind
    words = _("On behalf of %(post)s, %(kind)s under letter %(letter)s") % {
        "post": seat.post, "kind": kind, "letter": letter.letter,
    }  # fmt: skip
    return f"{words} ({seat.holder})" if seat.holder else words


def _acts(item: Item, actor: Actor, now: datetime, back: str) -> None:
    case = item.case

    def may(action: str) -> bool:
        return judge(actor, case, action, now).is_allowed

    def link(action: str) -> Link:
        return Link(
            address("act", case, action),
            label_of(action, case, actor),
            ICONS.get(action, "pencil-line"),
        )

    decisive = "settle" if case.state == S.FINAL_APPROVAL else "approve"
    if not item.is_own and may(decisive):
        item.approve = link(decisive)
        if case.state in IN_BULK:
            item.pick = f"{case.public_id}:{case.turn_number}"
    if not item.is_own and may("return_"):
        item.returns = Link(link("return_").url, str(machine.LABELS["return_"]), "undo-2")
    kind = editable_kind(actor, case)
    if kind is not None and case.state != S.ANNOUNCED:
        item.main = Link(address("edit", case, kind.value), str(WRITE[kind]), "pencil-line")
    elif item.is_own and case.state in {S.DELIVERY, S.ANNOUNCED}:
        label = _("Open my result") if case.state == S.DELIVERY else _("Read my result")
        item.main = Link(address("case", case), label, "mail-open")
    elif not item.is_own:
        for action in ON_A_PAGE:
            if may(action) and _is_asked(action, case):
                found = link(action)
                item.main = Link(
                    f"{found.url}?{urlencode({'next': back})}", found.label, found.icon
                )
                break
    if not item.is_own and (reviewed := REVIEWED.get(S(case.state))):
        number = {D.CHECKIN: case.round, D.RATING: case.rating_number}.get(reviewed, 0)
        item.others.append(
            Link(address("document", case, reviewed.value, number),
                 _("Read the document"), "file-text")
        )  # fmt: skip
    item.others.append(
        Link(
            address("case", case),
            _("My appraisal") if item.is_own else _("Open the appraisal"),
            "arrow-right",
        )
    )


def _is_asked(action: str, case: Case) -> bool:
    """Whether an act is what the turn asks for, and not merely possible."""
    return case.state == S.DELIVERY if action == "deliver" else case.turn_party == Party.HR


# --- the document ------------------------------------------------------------------------------


def _essence(state: State, papers: Papers) -> Essence | None:
    plan = papers[D.PLAN].body if D.PLAN in papers else {"results": []}
    results = len(plan.get("results", ()))
    if state == S.PLAN_REVIEW and D.PLAN in papers:
        words = ngettext("The plan: %(n)d result", "The plan: %(n)d results", results)
        return Essence("plan", words % {"n": results}, plan, plan)
    reviewed = REVIEWED.get(state)
    if reviewed in {D.CHECKIN, D.SELF_ASSESSMENT} and reviewed in papers:
        body = papers[reviewed].body
        words = (
            ngettext("The check-in: %(n)d result", "The check-in: %(n)d results", results)
            if reviewed == D.CHECKIN
            else ngettext("The self-assessment: %(n)d result",
                          "The self-assessment: %(n)d results", results)
        )  # fmt: skip
        return Essence("items", words % {"n": results}, plan, body, papers)
    if state in {S.RATING_REVIEW, S.FINAL_APPROVAL} and D.RATING in papers:
        return Essence("rating", _("Both ratings with their reasons"), plan,
                       papers[D.RATING].body, papers)  # fmt: skip
    if state in {S.OBJECTION_STATEMENTS, S.OBJECTION_DECISION} and D.OBJECTION in papers:
        words = (
            _("The objection")
            if state == S.OBJECTION_STATEMENTS
            else _("The objection with what both sides say")
        )
        rated = papers[D.RATING].body if D.RATING in papers else {}
        return Essence("objection", words, plan, rated, papers)
    return None


def _changed(item: Item, papers: Papers) -> None:
    """What differs from the version before, when something was handed in again."""
    paper: Paper | None = papers.get(REVIEWED.get(S(item.case.state), ""))
    if paper is None or paper.previous is None:
        return
    item.version = paper.number
    plan = papers[D.PLAN].body if D.PLAN in papers else None
    found = told(changes(paper.previous, paper.body), paper.previous, paper.body, plan)
    item.changes, item.more_changes = found[:MOST_CHANGES], max(len(found) - MOST_CHANGES, 0)


# --- rows of lists -----------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonRow:
    """One of their people: where the appraisal stands, with whom, until when."""

    case: Case
    days: int | None
    holder: str
    party: str
    url: str

    @property
    def state(self) -> State:
        return S(self.case.state)


def person_rows(cases: Sequence[Case], now: datetime) -> list[PersonRow]:
    return [
        PersonRow(
            case,
            distance(calendar_for(case.agency, case.unit.week), now, case.due_at)
            if case.is_open and case.turn_party != Party.SYSTEM
            else None,
            case.turn_person.name
            if case.turn_person
            else _("Waits for its date")
            if case.turn_party == Party.SYSTEM
            else str(Party.HR.label),
            ""
            if case.turn_party in {Party.SYSTEM, Party.HR}
            else str(Party(case.turn_party).label),
            address("case", case),
        )
        for case in cases
    ]
