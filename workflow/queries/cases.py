"""What the case page shows of one case beside its story: each function asks once, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as When_
from django.db.models import F, JSONField, Max, Value, When
from django.utils.translation import gettext as _

from cycles.calendar import Calendar, local_date, working_days_between
from cycles.document_labels import result_ids
from cycles.enums import DocumentKind
from cycles.models import Acting, Document, Extension, Stage, Version
from cycles.queries.stages import rules_of
from cycles.scoring import Predicate, Rating, predicate
from workflow import machine
from workflow.enums import ENDED, Party, State
from workflow.models import Case, Receipt, TurnInterval
from workflow.permissions import (
    Actor,
    document_round,
    editable_kind,
    may_see_document,
    may_see_rating,
    parties_of,
)

# --- where it stands ---------------------------------------------------------------------------


def is_own(case: Case, actor: Actor) -> bool:
    return actor.person_id == case.person_id


def hides_levels(case: Case, actor: Actor) -> bool:
    """Whether this reader must not learn that the rating climbs levels.

    Where only some ratings climb (levels with predicates), the climbing itself would tell.
    """
    if case.state != State.RATING_REVIEW or may_see_rating(actor, case, case.rating_number):
        return False
    levels = rules_of(case.cycle, case.unit.path).rating_levels
    return is_own(case, actor) and any(level.predicates for level in levels)


def shown_state(case: Case, actor: Actor) -> State:
    """The state as this reader may know it."""
    return State.SUPERVISOR_REVIEW if hides_levels(case, actor) else State(case.state)


def is_turn_of(case: Case, actor: Actor) -> bool:
    """Whether the running turn is this person's, themselves, for a post, or as HR."""
    if case.state in ENDED:
        return False
    party = Party(case.turn_party)
    parties = parties_of(actor, case)
    if party not in parties:
        return False
    return parties[party] is not None or case.turn_person_id in {None, actor.person_id}


@dataclass(frozen=True)
class Holder:
    """Who must act, in words. Without a name: HR, the calendar, or nobody's business."""

    party: str
    name: str = ""
    post: str = ""
    note: str = ""


def holder_of(case: Case, actor: Actor, today: date) -> Holder:
    """Whose turn it is, with the letter of an acting official. At most one query."""
    if hides_levels(case, actor):
        return Holder(_("Rater and levels above"))
    party = Party(case.turn_party)
    if case.turn_person is None:
        if party == Party.SYSTEM:
            return Holder(str(party.label))
        return Holder(str(Party.HR.label), _("HR of %(agency)s") % {
            "agency": case.agency.short_name})  # fmt: skip
    if case.turn_post is None:
        return Holder(str(party.label), case.turn_person.name,
                      case.post.title if case.turn_person_id == case.person_id else "")  # fmt: skip
    letter = (
        Acting.objects.filter(
            post=case.turn_post_id, person=case.turn_person_id,
            starts_on__lte=today, ends_on__gte=today,
        )
        .order_by("-starts_on")
        .first()
    )  # fmt: skip
    note = f"{letter.get_kind_display()} {letter.letter}" if letter else ""
    return Holder(str(party.label), case.turn_person.name, case.turn_post.title, note)


def extensions_of(case: Case) -> list[Extension]:
    """The extensions that made the running due date later, with their authors."""
    identifiers = case.due_basis.get("extensions") or []
    if not identifiers:
        return []
    return list(
        Extension.objects.filter(pk__in=identifiers).select_related("author").order_by("id")
    )


def stage_name(case: Case) -> str:
    """The name of the stage that sets the running due date; "" when no stage does."""
    identifier = case.due_basis.get("stage")
    if identifier is None:
        return ""
    return Stage.objects.filter(pk=identifier).values_list("name", flat=True).first() or ""


@dataclass(frozen=True)
class ReturnNote:
    """Why it came back, for whoever mends it."""

    reason: str
    pins: tuple[tuple[str, str], ...]
    at: datetime


def return_note(case: Case, actor: Actor) -> ReturnNote | None:
    """The last return's reason and pinned sentences, if they are this reader's to know."""
    note: dict[str, Any] = case.return_note
    if not note:
        return None
    if case.state == State.SUPERVISOR_REVIEW and not may_see_rating(
        actor, case, case.rating_number + 1
    ):
        return None
    pins = note.get("pins") or {}
    return ReturnNote(note["reason"], tuple(pins.items()), datetime.fromisoformat(note["at"]))


# --- documents ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownVersion:
    number: int
    submitted_at: datetime
    submitted_by: str
    is_in_force: bool


@dataclass(frozen=True)
class ShownDocument:
    """A document that was handed in, newest version first."""

    kind: str
    round: int
    segment: int | None
    name: str
    versions: tuple[ShownVersion, ...]


@dataclass(frozen=True)
class Result:
    """The year's two ratings and what follows from them."""

    number: int
    work: Rating
    work_reason: str
    behaviour: Rating
    behaviour_reason: str
    predicate: Predicate


@dataclass(frozen=True)
class Papers:
    """What was handed in, the last rating among it, and the ids of the plan's results in order."""

    documents: list[ShownDocument]
    result: Result | None
    result_ids: list[str]


def papers_of(case: Case, actor: Actor) -> Papers:
    """Everything that was handed in and that this reader may see. One query.

    Who did not make a rating sees of it the version that stands, not those that were sent back.
    """
    inner = parties_of(actor, case).keys() & {
        Party.RATER, Party.EXPLAINER, Party.APPROVER, Party.DECIDER
    }  # fmt: skip
    rows = (
        Version.objects.filter(document__appraisal_id=case.appraisal_id)
        .annotate(
            needed=When_(
                When(document__kind__in=[DocumentKind.RATING, DocumentKind.PLAN], then=F("body")),
                default=Value(None, JSONField()),
            )
        )
        .order_by("document__segment__number", "document_id", "-number")
        .values_list(
            "document__kind", "document__round", "document__segment__number", "document__in_force",
            "number", "submitted_at", "submitted_by__name", "needed",
        )
    )  # fmt: skip
    grouped: dict[tuple[str, int, int | None], list[ShownVersion]] = {}
    result: Result | None = None
    order: list[str] = []
    for kind, number, segment, in_force, version, at, by, body in rows:
        if not may_see_document(actor, case, kind, number):
            continue
        versions = grouped.setdefault((kind, number, segment), [])
        if kind == DocumentKind.RATING and versions and not inner:
            continue
        if body is not None and not versions:
            if kind == DocumentKind.PLAN:
                order = result_ids(body)
            elif result is None or number > result.number:
                result = _result(number, body)
        versions.append(ShownVersion(version, at, by, version == in_force))
    kinds = list(DocumentKind)
    found = [
        ShownDocument(kind, number, segment, document_name(kind, number), tuple(versions))
        for (kind, number, segment), versions in grouped.items()
    ]
    found.sort(key=lambda d: (d.segment or 99, kinds.index(DocumentKind(d.kind)), d.round))
    return Papers(found, result, order)


def document_name(kind: str, number: int) -> str:
    """A document in words: "Check-in 2"."""
    label = str(DocumentKind(kind).label)
    is_counted = kind == DocumentKind.CHECKIN or number > 1
    return f"{label} {number}" if is_counted else label


def _result(number: int, body: dict[str, Any]) -> Result:
    work, behaviour = Rating(body["work"]), Rating(body["behaviour"])
    return Result(number, work, body["work_reason"], behaviour, body["behaviour_reason"],
                  predicate(work, behaviour))  # fmt: skip


def draft_saved_at(case: Case, actor: Actor) -> datetime | None:
    """When this person's draft of what is theirs to write was saved; None if all is handed in."""
    kind = editable_kind(actor, case)
    if kind is None:
        return None
    drafts = Document.objects.filter(
        appraisal_id=case.appraisal_id, kind=kind, round=document_round(case, kind)
    )
    if kind in DocumentKind.of_segment():
        drafts = drafts.filter(segment__number=case.segment_number)
    found = drafts.annotate(handed_in=Max("versions__submitted_at")).first()
    if found is None or found.saved_at is None:
        return None
    is_newer = found.handed_in is None or found.saved_at > found.handed_in
    return found.saved_at if is_newer else None


# What lies before whoever may return it, by state.
RETURNED: dict[str, DocumentKind] = {
    State.PLAN_REVIEW: DocumentKind.PLAN,
    State.CHECKIN_REVIEW: DocumentKind.CHECKIN,
    State.SUPERVISOR_REVIEW: DocumentKind.SELF_ASSESSMENT,
    State.RATING_REVIEW: DocumentKind.RATING,
    State.FINAL_APPROVAL: DocumentKind.RATING,
}


def returnable(case: Case) -> tuple[DocumentKind, dict[str, Any], dict[str, Any]] | None:
    """(kind, body, plan body) of the document that can be returned now. Two queries."""
    kind = RETURNED.get(case.state)
    if kind is None:
        return None
    number = {DocumentKind.CHECKIN: case.round, DocumentKind.RATING: case.rating_number}
    versions = Version.objects.filter(document__appraisal_id=case.appraisal_id)
    latest = versions.filter(document__kind=kind, document__round=number.get(kind, 0))
    if kind in DocumentKind.of_segment():
        latest = latest.filter(document__segment__number=case.segment_number)
    body = latest.order_by("-number").values_list("body", flat=True).first()
    if body is None:
        return None
    if kind == DocumentKind.PLAN:
        return kind, body, body
    plan = versions.filter(
        document__kind=DocumentKind.PLAN,
        document__segment__number=case.segment_number,
        number=F("document__in_force"),
    )
    return kind, body, plan.values_list("body", flat=True).first() or {"results": []}


# --- who held it how long ----------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A turn: who had it, from when to when (None: still), and how many working days.

    `free_days` are those in which the plan was carried out: nobody's delay before the due date.
    """

    who: str
    began_at: datetime
    ended_at: datetime | None
    days: int
    free_days: int
    is_late: bool


def turns_of(case: Case, actor: Actor, calendar: Calendar, now: datetime) -> list[Held]:
    """Every turn up to now, oldest first. One query.

    The employee is not told who of rater and levels held a rating.
    """
    rows: list[tuple[str, str, str, datetime, datetime | None, datetime]] = [
        (i.state, i.party, i.person.name if i.person else "", i.began_at, i.ended_at, i.due_at)
        for i in TurnInterval.objects.filter(case=case).select_related("person").order_by("number")
    ]
    if case.state not in ENDED:
        name = case.turn_person.name if case.turn_person else ""
        rows.append((case.state, case.turn_party, name, case.turn_since, None, case.due_at))
    own, found = is_own(case, actor), []
    for state, party, name, began_at, ended_at, due_at in rows:
        until = ended_at or now
        free_until = min(until, due_at) if state == State.MONITORING else began_at
        found.append(
            Held(
                who=_("Rater and levels above")
                if own and state in {State.SUPERVISOR_REVIEW, State.RATING_REVIEW}
                else _holder_name(party, name),
                began_at=began_at,
                ended_at=ended_at,
                days=_days(calendar, max(began_at, free_until), until),
                free_days=_days(calendar, began_at, free_until),
                is_late=party != Party.SYSTEM and until >= due_at,
            )
        )
    return found


def _days(calendar: Calendar, began_at: datetime, ended_at: datetime) -> int:
    if ended_at <= began_at:
        return 0
    return working_days_between(
        calendar, local_date(calendar, began_at), local_date(calendar, ended_at)
    )


def _holder_name(party: str, name: str) -> str:
    if name:
        return name
    return str(Party.SYSTEM.label) if party == Party.SYSTEM else str(Party.HR.label)


def held_by(turns: Sequence[Held]) -> list[tuple[str, int]]:
    """Working days by holder, in the order in which they first held it; nobody with none."""
    days: dict[str, int] = {}
    for turn in turns:
        days[turn.who] = days.get(turn.who, 0) + turn.days
    free = sum(turn.free_days for turn in turns)
    return [
        *((who, n) for who, n in days.items() if n),
        *([(_("Carrying out the plan"), free)] if free else []),
    ]


# --- receipts -------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownReceipt:
    number: str
    words: str
    at: datetime


def receipts_of(case: Case, actor: Actor) -> list[ShownReceipt]:
    """This person's receipts in this case, newest first. One query."""
    rows = Receipt.objects.filter(case=case, actor_id=actor.person_id).order_by("-id")
    return [
        ShownReceipt(number, _act_words(action, is_own(case, actor)), at)
        for number, action, at in rows.values_list("number", "action", "at")
    ]


def _act_words(action: str, is_employee: bool) -> str:
    if action == "deliver" and is_employee:
        return _("Open my result")
    return str(machine.LABELS.get(action, action))
