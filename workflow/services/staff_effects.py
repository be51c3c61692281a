"""What a staff change brings about in running appraisals, act by act through the door.

The person's own are transferred, excluded or taken back by HR, as the machine's table says;
whatever waited for the person, or looks up to a post that changed hands, passes on by the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cycles.enums import AbsenceKind, CycleStatus, StaffChangeKind
from cycles.models import Cycle, Person, StaffChange
from cycles.services.staff_changes import Written
from workflow import machine
from workflow.enums import BEFORE_ASSESSMENT, ENDED, OPEN, State
from workflow.models import Case
from workflow.permissions import SYSTEM, Actor
from workflow.queries.opening import reasons_of
from workflow.queries.staff_changes import last_authority
from workflow.services.door import advance
from workflow.services.move import Move, Surroundings
from workflow.services.opening import open_cycle
from workflow.services.stages.hands import wants_other_hands

Kind = StaffChangeKind
PARTS = ("turn", "rater", "decider")
# On what an absence without planning duty rests.
AUTHORITY_OF_ABSENCE = {
    AbsenceKind.UNPAID_LEAVE: "leave",
    AbsenceKind.STUDY: "study",
    AbsenceKind.PRE_RETIREMENT: "retirement",
    AbsenceKind.SUSPENDED: "suspended",
    AbsenceKind.SECONDMENT: "secondment",
}
AUTHORITY_OF_ENDING = {
    Kind.RETIREMENT: "retirement",
    Kind.DISMISSAL: "dismissed",
    Kind.DEATH: "death",
    Kind.AGENCY: "moved",
}


@dataclass(frozen=True)
class Own:
    """What becomes of one of the person's own appraisals.

    `action` is what was done through the door ("open" for a new one), "" when nothing was.
    """

    cycle: str
    before: str
    after: str
    action: str = ""
    segment: int = 1
    rater: str = ""
    authority: str = ""
    # Why nothing was done, or what stays as it is.
    note: str = ""


@dataclass(frozen=True)
class Passed:
    """Something of another person's appraisal that goes into other hands ("" is HR)."""

    case_id: int
    person: str
    state: str
    part: str  # "turn", "rater" or "decider"
    before: str
    after: str


@dataclass(frozen=True)
class Effects:
    """Everything a change brings about in the running appraisals."""

    own: tuple[Own, ...] = ()
    passed: tuple[Passed, ...] = ()
    notes_asked: int = 0
    vacated: tuple[int, ...] = ()
    occupied: int | None = None


# --- the person's own appraisals ---------------------------------------------------------------


def move_own(change: StaffChange, written: Written, now: datetime) -> list[Own]:
    cases = list(
        Case.objects.filter(person=change.person, agency=change.agency)
        .exclude(state=State.CLOSED)
        .exclude(state=State.EXCLUDED, cycle__status=CycleStatus.CLOSED)
        .select_related("cycle")
        .order_by("pk")
    )
    found = [_own_case(case, change, written, now) for case in cases]
    if change.kind == Kind.RETURN:
        found += _joined(change, [case.cycle_id for case in cases], now)
    return found


def _own_case(case: Case, change: StaffChange, written: Written, now: datetime) -> Own:
    """The one act (or two, for a return into another post) on an appraisal of the person's own."""
    actor, before = _hr(change), State(case.state)
    data = {"reason": _reason(change)}
    if authority := _authority(change):
        if before in ENDED:
            return _told(case, before)
        if before in machine.LATE_STATES and authority not in machine.LATE_EXCLUSIONS:
            note = _("The result is known already: the appraisal goes on to its end.")
            return _told(case, before, note=note)
        case = advance(case.pk, "exclude", actor=actor, now=now,
                       data={**data, "authority": authority}).case  # fmt: skip
        return _told(case, before, "exclude", authority=authority)
    action = ""
    if change.kind == Kind.RETURN and before == State.EXCLUDED:
        if last_authority(case) not in AUTHORITY_OF_ABSENCE.values():
            return _told(case, before, note=_("Excluded for another reason: it stays so."))
        case = advance(case.pk, "reinstate", actor=actor, data=data, now=now).case
        action = "reinstate"
    if case.state in OPEN and written.occupied is not None:
        if action and case.state not in BEFORE_ASSESSMENT:
            return _told(case, before, action)
        if written.occupied == case.post_id:
            return _told(case, before, action)
        case = advance(case.pk, "transfer", actor=actor, data=data, now=now).case
        note = ""
        if case.state not in BEFORE_ASSESSMENT:
            note = _("The year's rater and decider stay.")
        return _told(case, before, action or "transfer", note=note)
    return _told(case, before, action)


def _told(
    case: Case, before: State, action: str = "", *, authority: str = "", note: str = ""
) -> Own:
    rater = Person.objects.filter(pk=case.rater_id or 0).values_list("name", flat=True).first()
    return Own(
        cycle=case.cycle.name,
        before=before.value,
        after=str(case.state),
        action=action,
        segment=case.segment_number,
        rater=rater or "",
        authority=authority,
        note=note,
    )


def _joined(change: StaffChange, known: list[int], now: datetime) -> list[Own]:
    """Who was away when the cycle was opened joins it on returning."""
    found = []
    cycles = Cycle.objects.filter(agency=change.agency, status=CycleStatus.OPEN).exclude(
        pk__in=known
    )
    for cycle in cycles.order_by("pk"):
        open_cycle(cycle, actor=_hr(change), person_ids=[change.person_id], now=now)
        case = Case.objects.filter(cycle=cycle, person=change.person).first()
        if case is not None and case.state in OPEN:
            found.append(_told(case, State(case.state), "open"))
        elif case is None:
            why = reasons_of(cycle, [change.person_id]).get(change.person_id, "")
            found.append(Own(cycle=cycle.name, before="", after="", note=why))
    return found


def _authority(change: StaffChange) -> str:
    """On whose authority the change takes the person out of the year; "" when it does not."""
    if change.kind == Kind.ABSENCE:
        kind = AbsenceKind(change.data["absence"])
        if kind in AbsenceKind.without_planning_duty():
            return AUTHORITY_OF_ABSENCE[kind]
        return ""
    return AUTHORITY_OF_ENDING.get(Kind(change.kind), "")


def _hr(change: StaffChange) -> Actor:
    """HR's act, by whoever recorded it, also when its day comes later."""
    return Actor(person_id=change.author.person_id, hr_agencies=frozenset({change.agency_id}))


def _reason(change: StaffChange) -> str:
    letter = _("Letter: %(letter)s.") % {"letter": change.letter}
    return f"{letter} {change.reason}".strip()


# --- what waits for others ---------------------------------------------------------------------


def pass_on(
    ids: Sequence[int], change: StaffChange, now: datetime
) -> tuple[list[Passed], list[int]]:
    """Reassign what stands in hands that should not hold it; also the ids the leaver rated."""
    cases = list(
        Case.objects.filter(pk__in=ids, state__in=OPEN)
        .exclude(person=change.person_id)
        .select_related("agency", "cycle", "unit", "appraisal")
        .order_by("pk")
    )
    around: dict[int, Surroundings] = {}
    changed: list[tuple[Case, str, int | None, int | None]] = []
    given_on: list[int] = []
    for case in cases:
        surroundings = around.setdefault(case.cycle_id, Surroundings(case.cycle))
        if not wants_other_hands(Move(case, "reassign", SYSTEM, now, surroundings)):
            continue
        before = _hands(case)
        # What HR took over from a silent rater stays with HR.
        keeps_hr = case.state == State.DELIVERY and case.turn_person_id is None
        data = {"to": "hr"} if keeps_hr and case.rater_id is not None else {}
        case = advance(case.pk, "reassign", actor=SYSTEM, data=data, now=now).case
        after = _hands(case)
        if before["rater"] == change.person_id != after["rater"]:
            given_on.append(case.pk)
        changed += [
            (case, part, before[part], after[part]) for part in PARTS if before[part] != after[part]
        ]
    return _named(changed), given_on


def _hands(case: Case) -> dict[str, int | None]:
    """Who holds the turn, rates and decides."""
    return {"turn": case.turn_person_id, "rater": case.rater_id, "decider": case.decider_id}


def _named(changed: list[tuple[Case, str, int | None, int | None]]) -> list[Passed]:
    """Ids into names. Two queries."""
    people = {person for _, _, *both in changed for person in both if person is not None}
    names: dict[int | None, str] = {None: ""}
    names.update(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    whose = dict(
        Case.objects.filter(pk__in={case.pk for case, *_ in changed}).values_list(
            "pk", "person__name"
        )
    )
    return [
        Passed(case.pk, whose[case.pk], str(case.state), part, names[old], names[new])
        for case, part, old, new in changed
    ]
