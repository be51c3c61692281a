"""One move of one case, while it is made: what the effects of the stages read and set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F

from cycles import documents
from cycles.calendar import Calendar, local_date
from cycles.enums import DocumentKind, Role
from cycles.exceptions import Incomplete
from cycles.models import Cycle, Document, RoleGrant, Segment, Version
from cycles.queries.calendars import PauseDays, calendar_for, pauses_for
from cycles.queries.officials import Seat, SeatIndex, seats_above
from cycles.queries.stages import StageDates, Timetable, extensions_of, stages_of, timetable
from cycles.rules import CycleRules, rules_at
from workflow.enums import Party, State
from workflow.flows import Opening
from workflow.models import Case, TurnInterval
from workflow.permissions import ActingSeat, Actor, document_round


@dataclass(frozen=True)
class Turn:
    """Who must act. Without a person: the agency's HR, or (party system) the calendar."""

    party: Party
    person_id: int | None = None
    post_id: int | None = None


class Surroundings:
    """What many moves of one cycle share: its rules, stages, extensions, and who is HR.

    With `cases` it serves a whole batch: seats and ratings are read for all of them at once, and
    approvals that the moves open wait in `openings` until the door starts them together.
    """

    def __init__(self, cycle: Cycle, cases: Sequence[Case] = ()) -> None:
        self.cycle, self.cases = cycle, cases
        self.rules = CycleRules.from_json(cycle.rules)
        self._rules: dict[str, CycleRules] = {}
        self.openings: list[Opening] | None = [] if cases else None
        self._seats: dict[date, SeatIndex] = {}

    def rules_for(self, unit_path: str) -> CycleRules:
        """The rules that hold for people of a unit."""
        if not self.cycle.unit_rules:
            return self.rules
        if unit_path not in self._rules:
            cycle = self.cycle
            self._rules[unit_path] = rules_at(cycle.rules, cycle.unit_rules, unit_path)
        return self._rules[unit_path]

    @cached_property
    def stages(self) -> tuple[StageDates, ...]:
        return stages_of(self.cycle)

    @cached_property
    def extensions(self) -> list[tuple[int, int, date, int | None, str | None]]:
        return extensions_of(self.cycle)

    @cached_property
    def hr_people(self) -> frozenset[int]:
        people = RoleGrant.objects.filter(
            role=Role.HR, agency_id=self.cycle.agency_id, user__is_active=True
        ).values_list("user__person_id", flat=True)
        return frozenset(person for person in people if person is not None)

    def seats_on(self, day: date) -> SeatIndex:
        """All seats of the agency on a day."""
        if day not in self._seats:
            self._seats[day] = SeatIndex(self.cycle.agency_id, day)
        return self._seats[day]

    @cached_property
    def rating_versions(self) -> dict[tuple[int, int], Version]:
        """The last version of every rating of the batch, by appraisal and number. One query."""
        versions = (
            Version.objects.filter(
                document__appraisal_id__in=[case.appraisal_id for case in self.cases],
                document__kind=DocumentKind.RATING,
            )
            .order_by("document_id", "-number")
            .distinct("document_id")
            .select_related("document")
            .defer("body", "document__body")
        )
        return {(v.document.appraisal_id, v.document.round): v for v in versions}


@dataclass
class Move:
    """The case (locked), the act, and what the act brings about."""

    case: Case
    action: str
    actor: Actor
    now: datetime
    around: Surroundings
    data: dict[str, Any] = field(default_factory=dict)
    party: Party | None = None
    seat: ActingSeat | None = None
    source: str = ""
    target: str = ""
    source_unit_id: int = 0
    version: Version | None = None
    # Ids and numbers for the ledger; words for the event's readers.
    facts: dict[str, Any] = field(default_factory=dict)
    # A return has its own, shorter time to mend.
    returned: bool = False
    interval: TurnInterval | None = None
    # A reassignment says itself who holds the turn.
    assigned: Turn | None = None

    @property
    def reason(self) -> str:
        return documents.text(self.data.get("reason"))

    @property
    def rules(self) -> CycleRules:
        return self.around.rules_for(self.case.unit.path)

    @property
    def on_behalf_of_id(self) -> int | None:
        """The official on whose behalf an acting official acts (none for a vacant post)."""
        if self.seat is None:
            return None
        holder = next((s.holder_id for s in self.seats if s.post_id == self.seat.post_id), None)
        return holder if holder != self.actor.person_id else None

    @cached_property
    def timetable(self) -> Timetable:
        return timetable(
            self.around.cycle,
            person_id=self.case.person_id,
            unit_path=self.case.unit.path,
            stages=self.around.stages,
            extensions=self.around.extensions,
        )

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_for(self.case.agency, self.case.unit.week)

    @property
    def pauses(self) -> tuple[PauseDays, ...]:
        """The days on which no clock runs in the employee's unit."""
        return pauses_for(self.case.agency, self.case.unit.path)

    @property
    def today(self) -> date:
        return local_date(self.calendar, self.now)

    @cached_property
    def seats(self) -> list[Seat]:
        """The seats above the employee's post today."""
        if self.around.cases:
            return self.around.seats_on(self.today).above(self.case.post_id)
        return seats_above(self.case.post_id, self.today)

    def forget_place(self) -> None:
        """Read stages, calendar and seats afresh after the case went to another post."""
        for name in ("timetable", "calendar", "seats"):
            self.__dict__.pop(name, None)

    # --- documents -----------------------------------------------------------------------------

    @cached_property
    def segment(self) -> Segment:
        return Segment.objects.get(
            appraisal_id=self.case.appraisal_id, number=self.case.segment_number
        )

    def document(self, kind: DocumentKind, number: int | None = None) -> Document:
        """The present document of a kind (the n-th with `number`), made when there is none."""
        of_segment = kind in DocumentKind.of_segment()
        document, _created = Document.objects.get_or_create(
            appraisal_id=self.case.appraisal_id,
            segment=self.segment if of_segment else None,
            kind=kind,
            round=document_round(self.case, kind) if number is None else number,
            defaults={"agency_id": self.case.agency_id},
        )
        return document

    def plan_body(self) -> documents.Body:
        """The plan in force of the present segment; an empty one when there is none."""
        version = (
            Version.objects.filter(
                document__appraisal_id=self.case.appraisal_id,
                document__kind=DocumentKind.PLAN,
                document__segment__number=self.case.segment_number,
                number=F("document__in_force"),
            )
            .only("body")
            .first()
        )
        return version.body if version else {"results": []}

    def freeze(self, kind: DocumentKind, *, number: int | None = None) -> Version:
        """Check and freeze the document handed in; its body comes with the act or is the draft.

        Raises Incomplete with the problems beside their fields.
        """
        document = self.document(kind, number)
        if "body" in self.data:
            body = documents.clean(kind, self.data["body"])
        else:
            body = documents.clean(kind, document.body)
        needs_plan = kind in {DocumentKind.CHECKIN, DocumentKind.SELF_ASSESSMENT}
        plan = self.plan_body() if needs_plan else None
        if found := documents.problems(kind, body, plan=plan, approaches=self.rules.approaches):
            raise Incomplete(found)
        document.body = body
        body = _with_files(document, documents.frozen(kind, body))
        document.latest += 1
        document.revision += 1
        document.saved_at = self.now
        document.save(update_fields=["body", "latest", "revision", "saved_at"])
        assert self.actor.person_id is not None
        self.version = Version.objects.create(
            agency_id=self.case.agency_id,
            document=document,
            number=document.latest,
            body=body,
            hash=documents.digest(body),
            submitted_by_id=self.actor.person_id,
            submitted_at=self.now,
        )
        self.facts |= {"document": document.pk, "version": document.latest}
        return self.version


def public_id(value: object) -> UUID:
    """The id a form sent; for anything that is none the nil id, which finds nobody."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return UUID(int=0)


def _with_files(document: Document, body: documents.Body) -> documents.Body:
    """The body with the files handed in, so that the version's hash vouches for them too."""
    if document.kind not in documents.WITH_FILES:
        return body
    files = [
        {"id": str(file.public_id), "field": file.field, "name": file.name, "sha256": file.sha256}
        for file in document.attachments.filter(removed_at=None).order_by("id")
    ]
    return body | {"attachments": files} if files else body


Effect = Callable[[Move], State]
EFFECTS: dict[tuple[str, str], Effect] = {}


def effect(action: str, *states: State) -> Callable[[Effect], Effect]:
    """Register what an action brings about in these states; the function returns the target."""

    def register(function: Effect) -> Effect:
        for state in states:
            EFFECTS[action, state] = function
        return function

    return register
