"""The door: the only way a case moves.

Order inside, always: atomic → share the agency's dates → lock the case row → re-read → permission
→ state → documents and process (the stage's effect) → transition → turn, due → save → interval,
ledger, event, counters → receipt.
What is news for people lies in the event rows; the sweep reads them after commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import at_local
from cycles.exceptions import Incomplete, Refused, Stale
from cycles.exceptions import Problem as Trouble
from workflow.enums import ENDED, Party, State
from workflow.flows import open_approvals
from workflow.models import Case, CounterDelta, Event, Receipt, TurnInterval
from workflow.permissions import SYSTEM, Actor, judge
from workflow.services import stages  # noqa: F401 - registers the effects of every stage
from workflow.services.dues import basis_of
from workflow.services.move import EFFECTS, Move, Surroundings
from workflow.services.timekeeping import share_time
from workflow.services.turns import asks_rater, turn_of

RECEIPT_LENGTH = 12
KEY_LENGTH = 64
BATCH = 500


@dataclass(frozen=True)
class Outcome:
    """What an act led to. `receipt` is None for the system's own moves."""

    case: Case
    receipt: Receipt | None
    is_repeat: bool = False


def stream_of(case: Case) -> str:
    return f"appraisal:{case.appraisal_id}"


def lock_case(case_id: int) -> Case:
    """The case row, locked first and read afresh. Raises Case.DoesNotExist."""
    # What a move may change is not joined, save the unit: a join is made before the wait for the
    # lock. When a transfer was what we waited for, PostgreSQL finds the new unit unlike the joined
    # one and drops the row, which is locked by then; asking again finds it.
    query = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "cycle", "unit", "appraisal")
        .filter(pk=case_id)
    )
    try:
        return query.get()
    except Case.DoesNotExist:
        return query.get()


def _key(raw: str) -> str:
    """A form's key as it can be stored, whatever was sent."""
    return raw.replace("\x00", "")[:KEY_LENGTH]


def advance(
    case_id: int,
    action: str,
    *,
    actor: Actor,
    data: dict[str, Any] | None = None,
    key: str = "",
    expected_turn: int | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Do one act on one case, wholly or not at all.

    `key` makes a repeated act harmless: the first receipt comes back. `expected_turn` is the turn
    the person saw; if another one runs by now the act is Stale. Raises NotAllowed, WrongState,
    Stale, Incomplete (with the problems beside their fields) or Refused, each with its sentence.
    """
    instant, key = now or clock.now(), _key(key)
    with transaction.atomic():
        share_time([case_id])
        case = lock_case(case_id)
        # Whoever waited for another act comes after it: a turn never ends before it began.
        instant = max(instant, case.turn_since)
        if key and (earlier := _receipt(case, actor, key)):
            return Outcome(case, earlier, is_repeat=True)
        if expected_turn is not None and expected_turn != case.turn_number:
            raise Stale(_("It has moved on since you opened this page. Please look at it again."))
        around = Surroundings(case.cycle)
        move = Move(case, action, actor, instant, around, data=dict(data or {}))
        _carry_out(move)
        case.save(update_fields=SAVED)
        written = _record([move])
        receipt = None
        if actor.person_id is not None:
            entry = written[stream_of(case)]
            receipt = Receipt.objects.create(
                agency_id=case.agency_id,
                case=case,
                actor_id=actor.person_id,
                action=action,
                key=key or entry.hash[:40],
                number=entry.hash[:RECEIPT_LENGTH].upper(),
                seq=entry.seq,
                at=instant,
            )
        # A pending act held the assessment up: it opens now.
        if follow_up := _follow_up(case, instant):
            chained = Move(case, follow_up, SYSTEM, instant, around)
            _carry_out(chained)
            case.save(update_fields=SAVED)
            _record([chained])
        return Outcome(case, receipt)


def advance_many(
    case_ids: Iterable[int], action: str, *, now: datetime | None = None
) -> tuple[list[Case], dict[int, str]]:
    """The system's own move for many cases of one cycle, set-based, under the same guards.

    Returns the cases that moved and, by id, the sentence for each that did not. Cases that
    somebody else holds locked are left for the next sweep.
    """
    instant, wanted = now or clock.now(), list(case_ids)
    with transaction.atomic():
        share_time(wanted)
        cases = list(
            Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .select_related("agency", "cycle", "unit", "appraisal")
            .filter(pk__in=wanted)
            .order_by("pk")
        )
        around = {
            cycle: Surroundings(cycle, [case for case in cases if case.cycle_id == cycle.pk])
            for cycle in {case.cycle for case in cases}
        }
        moves: list[Move] = []
        refused: dict[int, str] = {}
        fields: set[str] = set()
        for case in cases:
            before = {name: getattr(case, name) for name in SAVED}
            at = max(instant, case.turn_since)
            move = Move(case, action, SYSTEM, at, around[case.cycle])
            try:
                _carry_out(move)
            except Refused as refusal:
                refused[case.pk] = refusal.reason
            else:
                moves.append(move)
                fields |= {name for name in SAVED if getattr(case, name) != before[name]}
        for surroundings in around.values():
            open_approvals(surroundings.openings or [])
        if moves:
            Case.objects.bulk_update([move.case for move in moves], fields, batch_size=BATCH)
        _record(moves)
        return [move.case for move in moves], refused


def _receipt(case: Case, actor: Actor, key: str) -> Receipt | None:
    return Receipt.objects.filter(case=case, actor_id=actor.person_id, key=key).first()


def _carry_out(move: Move) -> None:
    """Permission, state, effect, transition, turn and due: everything that is not yet a row."""
    case = move.case
    verdict = judge(move.actor, case, move.action, move.now)
    if verdict.refusal is not None:
        raise verdict.refusal
    assert verdict.arm is not None
    if verdict.arm.needs_reason and not move.actor.is_system and not move.reason:
        raise Incomplete([Trouble("reason", _("Please give your reasons."))])
    move.party, move.seat = verdict.party, verdict.seat
    move.source, move.source_unit_id = case.state, case.unit_id
    target = EFFECTS[move.action, case.state](move)
    getattr(case, move.action)(target)
    move.target = target
    if move.seat is not None:
        move.facts |= {"acting": move.seat.kind, "letter": move.seat.letter}
    if move.party is not None:
        move.facts["party"] = move.party.value
    _place(move)


def _place(move: Move) -> None:
    """Set the turn and the due of where the case now stands."""
    case = move.case
    if case.state in ENDED:
        _end_turn(move)
        case.turn_party, case.turn_person_id, case.turn_post_id = Party.SYSTEM, None, None
        return
    if case.state == State.MONITORING:
        following = move.timetable.round_at_or_after(case.round)
        case.round = following.number if following else max(move.timetable.rounds, default=0) + 1
        case.round_opens_at = (
            at_local(move.calendar.zone, following.opens_on, 0) if following else None
        )
    turn = move.assigned or turn_of(move, case.state)
    # HR may take a hand-over or an approval from the rater; it takes the rater's part with it only
    # where the rating itself is asked for.
    is_rater = turn.party == Party.RATER or asks_rater(move, case.state)
    if is_rater and (turn.person_id is not None or case.state == State.SUPERVISOR_REVIEW):
        case.rater_id, case.rater_post_id = turn.person_id, turn.post_id
    is_same = (
        move.source == move.target
        and (case.turn_party, case.turn_person_id, case.turn_post_id)
        == (turn.party, turn.person_id, turn.post_id)
        and "due" not in move.facts
        and not move.returned
        and move.action not in {"approve", "settle", "miss_checkin"}
    )
    if is_same:
        return
    _end_turn(move)
    case.turn_party, case.turn_person_id, case.turn_post_id = (
        turn.party, turn.person_id, turn.post_id,
    )  # fmt: skip
    if move.action == "reassign":
        return  # a new holder inherits the due date
    if case.state == State.ANNOUNCED and case.window_ends_at is not None:
        case.due_at, case.due_basis = case.window_ends_at, case.window_basis
        return
    basis = basis_of(
        case,
        case.state,
        rules=move.rules,
        timetable=move.timetable,
        calendar=move.calendar,
        now=move.now,
        returned=move.returned,
        pauses=move.pauses,
    )
    case.due_at = basis.due(move.calendar).at
    case.due_basis = basis.to_json(move.calendar)


def _end_turn(move: Move) -> None:
    """Close the running turn (its interval is written with the move) and begin the next."""
    case = move.case
    move.interval = TurnInterval(
        agency_id=case.agency_id,
        case=case,
        number=case.turn_number,
        state=move.source,
        party=case.turn_party,
        person_id=case.turn_person_id,
        post_id=case.turn_post_id,
        began_at=case.turn_since,
        ended_at=move.now,
        due_at=case.due_at,
        cause=move.action,
    )
    case.turn_number += 1
    case.turn_since = move.now


def _record(moves: Sequence[Move]) -> dict[str, ledger.Written]:
    """Intervals, ledger, events and counters of moves, each in one statement."""
    if not moves:
        return {}
    TurnInterval.objects.bulk_create([m.interval for m in moves if m.interval is not None])
    written = ledger.append(
        [
            ledger.Entry(
                stream=stream_of(move.case),
                action=move.action,
                at=move.now,
                agency_id=move.case.agency_id,
                cycle_id=move.case.cycle_id,
                actor_id=move.actor.person_id,
                on_behalf_of_id=move.on_behalf_of_id,
                from_state=move.source,
                to_state=move.target,
                reason=move.reason,
                version_hash=move.version.hash if move.version else "",
                data=move.facts,
            )
            for move in moves
        ]
    )
    Event.objects.bulk_create(
        [
            Event(
                agency_id=move.case.agency_id,
                cycle_id=move.case.cycle_id,
                case=move.case,
                kind=move.action,
                actor_id=move.actor.person_id,
                from_state=move.source,
                to_state=move.target,
                turn_number=move.case.turn_number,
                data={"reason": move.reason} if move.reason else {},
                at=move.now,
            )
            for move in moves
        ]
    )
    deltas = [
        delta
        for move in moves
        if (move.source, move.source_unit_id) != (move.target, move.case.unit_id)
        for delta in (
            CounterDelta(cycle_id=move.case.cycle_id, unit_id=move.source_unit_id,
                         state=move.source, delta=-1),
            CounterDelta(cycle_id=move.case.cycle_id, unit_id=move.case.unit_id,
                         state=move.target, delta=1),
        )
    ]  # fmt: skip
    CounterDelta.objects.bulk_create(deltas)
    return written


SAVED = [
    field.attname
    for field in Case._meta.concrete_fields
    if field.attname
    not in {"id", "public_id", "agency_id", "cycle_id", "appraisal_id", "person_id",
            "machine_version"}
]  # fmt: skip


def _follow_up(case: Case, now: datetime) -> str | None:
    if case.state == State.MONITORING and case.has_plan_in_force:
        return "open_assessment" if now >= case.assessment_opens_at else None
    return None
