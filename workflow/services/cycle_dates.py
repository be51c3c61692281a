"""The running deadlines of a cycle whose stages or rules change, set-based.

Cases of a unit that stand alike come out alike: the database names these groups, the pure
calendar counts once for each, one statement writes them. Reading changes nothing, so that a
preview is the same computation without the last step.

What was told stands: a deadline, or an objection window, never comes earlier than it was told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db import connection

from cycles import ledger
from cycles.calendar import Calendar, Due, Rule, at_local, local_date
from cycles.enums import StageKind
from cycles.models import Cycle, Unit
from cycles.queries.calendars import PauseDays, calendar_for, pauses_for
from cycles.queries.stages import StageDates, Timetable, rules_of, timetable
from workflow.enums import BEFORE_ASSESSMENT, Party, State
from workflow.models import Case
from workflow.services.dues import (
    MOMENT,
    STAGE_OF,
    Basis,
    basis_of,
    due_from_json,
    renewed,
    window_basis,
)

BATCH = 20_000
Extensions = Sequence[tuple[int, int, date, int | None, str | None]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Layout:
    """A cycle's dates and rules, as they were or as they would be."""

    cycle: Cycle
    stages: tuple[StageDates, ...]
    extensions: Extensions

    def dates(self, unit_path: str, person_id: int) -> Timetable:
        return timetable(
            self.cycle, person_id=person_id, unit_path=unit_path, stages=self.stages,
            extensions=list(self.extensions),
        )  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Cases that stand alike; `person_id` is 0 unless somebody has an extension of their own."""

    unit_id: int
    person_id: int
    state: str
    party: str
    round: int
    round_opens_at: datetime | None
    assessment_opens_at: datetime
    day: date
    due_at: datetime
    calendar_end: datetime | None
    basis: dict[str, Any]
    ids: Sequence[int]
    holders: Sequence[int | None]

    @property
    def last_day(self) -> date:
        return (self.due_at - MOMENT).date()


@dataclass(frozen=True)
class Verdict:
    """What becomes of a group."""

    group: Group
    due_at: datetime
    basis: dict[str, Any]
    round: int
    round_opens_at: datetime | None
    assessment_opens_at: datetime
    calendar_end: datetime | None
    # A round came or went, so that somebody's turn begins or ends.
    party: str = ""

    @property
    def turns(self) -> bool:
        return bool(self.party)

    @property
    def moves(self) -> bool:
        """Whether somebody is told: their deadline moved, or their turn came or went."""
        is_waiting = self.group.party == Party.SYSTEM
        return self.turns or (self.due_at != self.group.due_at and not is_waiting)

    @property
    def is_kept(self) -> bool:
        """It would come earlier, but what was told stands."""
        is_new = self.basis.get("promised") != self.group.basis.get("promised")
        return bool(self.basis.get("promised")) and is_new and not self.moves


class Recast:
    """The deadlines of a cycle under another layout."""

    def __init__(self, before: Layout, after: Layout, now: datetime) -> None:
        self.before, self.after, self.now = before, after, now
        self.agency = after.cycle.agency
        self.units = {
            pk: (path, week)
            for pk, path, week in Unit.objects.filter(agency=self.agency).values_list(
                "pk", "path", "week"
            )
        }
        self._known: dict[tuple[int, int], tuple[Timetable, Timetable]] = {}

    @cached_property
    def groups(self) -> list[Group]:
        """The cases of the cycle that have not ended, those alike together. One query."""
        prolonged = [person for *_rest, person, _path in self.after.extensions if person]
        with connection.cursor() as cursor:
            cursor.execute(
                _GROUPS,
                {"cycle": self.after.cycle.pk, "zone": self.agency.zone,
                 "people": prolonged, "closed": State.CLOSED.value},
            )  # fmt: skip
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [Group(*(*row[:10], json.loads(row[10]), *row[11:])) for row in rows]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What becomes of each group that changes."""
        return [found for group in self.groups if (found := self._verdict(group)) is not None]

    def _dates(self, group: Group) -> tuple[Timetable, Timetable]:
        key = group.unit_id, group.person_id
        if key not in self._known:
            path = self.units[group.unit_id][0]
            self._known[key] = (
                self.before.dates(path, group.person_id), self.after.dates(path, group.person_id),
            )  # fmt: skip
        return self._known[key]

    def _verdict(self, group: Group) -> Verdict | None:
        path, week = self.units[group.unit_id]
        calendar, pauses = calendar_for(self.agency, week), pauses_for(self.agency, path)
        old, new = self._dates(group)
        opening = new.stage(StageKind.SELF_ASSESSMENT).opens_on
        found = Verdict(group, group.due_at, group.basis, group.round, group.round_opens_at,
                        group.assessment_opens_at, group.calendar_end)  # fmt: skip
        if group.state == State.MONITORING:
            found = self._monitoring(found, old, new, path, calendar, pauses)
        elif group.state in STAGE_OF:
            kind = STAGE_OF[group.state]
            found = _rebased(found, old.stage(kind), new.stage(kind), calendar, pauses)
        elif group.state == State.ANNOUNCED:
            found = self._window(found, path, calendar, pauses)
        is_before = group.state in BEFORE_ASSESSMENT or group.state == State.EXCLUDED
        if is_before and old.stage(StageKind.SELF_ASSESSMENT).opens_on != opening:
            found = replace(found, assessment_opens_at=_opening(found, opening, calendar))
        return None if found == Verdict(
            group, group.due_at, group.basis, group.round, group.round_opens_at,
            group.assessment_opens_at, group.calendar_end,
        ) else found  # fmt: skip

    def _monitoring(
        self,
        found: Verdict,
        old: Timetable,
        new: Timetable,
        path: str,
        calendar: Calendar,
        pauses: Sequence[PauseDays],
    ) -> Verdict:
        """A round may have come or gone; whoever waits for the assessment may wait longer."""
        group, zone = found.group, calendar.zone
        before, stage = old.round_at_or_after(group.round), new.round_at_or_after(group.round)
        if stage is not None:
            opens_at = at_local(zone, stage.opens_on, 0)
            found = replace(found, round=stage.number, round_opens_at=opens_at)
            if group.party != Party.SYSTEM:
                return _rebased(found, before, stage, calendar, pauses)
            party = Party.EMPLOYEE.value
        else:
            if group.party == Party.SYSTEM and _same_opening(old, new):
                return found
            number = max(new.rounds, default=0) + 1
            found = replace(found, round=number, round_opens_at=None)
            party = "" if group.party == Party.SYSTEM else Party.SYSTEM.value
        basis = basis_of(
            Case(round=found.round), State.MONITORING,
            rules=rules_of(self.after.cycle, path), timetable=new, calendar=calendar,
            now=self.now, returned=False, pauses=pauses,
        )  # fmt: skip
        return replace(
            found, due_at=basis.due(calendar).at, basis=basis.to_json(calendar), party=party
        )

    def _window(
        self, found: Verdict, path: str, calendar: Calendar, pauses: Sequence[PauseDays]
    ) -> Verdict:
        """More days to object reach those whose window runs; fewer take nothing from them."""
        before, after = rules_of(self.before.cycle, path), rules_of(self.after.cycle, path)
        days = ("objection_days", "objection_unit")
        if all(getattr(before, name) == getattr(after, name) for name in days):
            return found
        anchor = _anchor(found.group)
        wanted = window_basis(after, after.objection_unit, anchor, pauses)
        if wanted.due(calendar).at <= found.due_at:
            return found
        reading = window_basis(after, "calendar_days", anchor, pauses).due(calendar).at
        return replace(
            found, due_at=wanted.due(calendar).at, basis=_json(wanted, found.group, calendar),
            calendar_end=max(found.calendar_end or reading, reading),
        )  # fmt: skip

    # --- writing ---------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock the cases of the cycle by id."""
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, {"cycle": self.after.cycle.pk, "closed": State.CLOSED.value})

    def apply(self, actor_id: int | None, reason: str, data: dict[str, Any],
              progress: Progress | None = None) -> int:  # fmt: skip
        """Write every verdict; return how many cases were told. The caller holds the dates."""
        self.lock()
        verdicts = self.verdicts
        columns: dict[str, Any] = {
            "bases": [json.dumps(v.basis) for v in verdicts],
            "dues": [v.due_at for v in verdicts],
            "rounds": [v.round for v in verdicts],
            "opens": [v.round_opens_at for v in verdicts],
            "assessments": [v.assessment_opens_at for v in verdicts],
            "ends": [v.calendar_end for v in verdicts],
            "parties": [v.party for v in verdicts],
            "moves": [v.moves for v in verdicts],
            "kinds": ["drop_round" if v.party == Party.SYSTEM else "extend" for v in verdicts],
            "payloads": [self._payload(v, actor_id, reason, data) for v in verdicts],
            "announced": State.ANNOUNCED.value,
            "employee": Party.EMPLOYEE.value,
            "at": self.now,
            "actor": actor_id,
            "news": json.dumps({"reason": reason} if reason else {}),
        }
        changing = sorted(
            (case_id, number) for number, v in enumerate(verdicts, 1) for case_id in v.group.ids
        )
        told = 0
        with connection.cursor() as cursor:
            for start in range(0, len(changing), BATCH):
                ids, numbers = zip(*changing[start : start + BATCH], strict=True)
                cursor.execute(_APPLY, columns | {"ids": list(ids), "numbers": list(numbers)})
                told += cursor.fetchone()[0]
                if progress is not None:
                    progress(start + len(ids), len(changing))
        return told

    def _payload(
        self, found: Verdict, actor_id: int | None, reason: str, data: dict[str, Any]
    ) -> str:
        facts = {**data, "due_at": found.due_at.isoformat()}
        if found.turns:
            facts["round"] = found.round
        return ledger.Entry(
            stream="", action="change_cycle", at=self.now, agency_id=self.agency.pk,
            cycle_id=self.after.cycle.pk, actor_id=actor_id, from_state=found.group.state,
            to_state=found.group.state, reason=reason, data=facts,
        ).payload()  # fmt: skip


# --- counting one group ------------------------------------------------------------------------


def _rebased(
    found: Verdict,
    before: StageDates | None,
    stage: StageDates,
    calendar: Calendar,
    pauses: Sequence[PauseDays],
) -> Verdict:
    """The deadline that the stage's new days give, never before the one that was told."""
    group = found.group
    if before == stage:
        return found
    anchor, told = _anchor(group), group.basis
    fixed = Basis(Rule("date", on=stage.due_on), anchor, "started", stage)
    wanted = fixed
    mending = _mending(told, anchor, stage, pauses)
    if mending is not None:
        less, more = sorted((mending, fixed), key=lambda basis: basis.due(calendar).at)
        wanted = replace(more, beside=less)
    basis = _json(wanted, group, calendar)
    # An extension once given stays, also where the stage it was given for is another one now.
    basis["extended_to"] = max(basis["extended_to"] or "", told.get("extended_to") or "") or None
    basis["extensions"] = list(dict.fromkeys([*told.get("extensions", []), *basis["extensions"]]))
    kept = renewed({**basis, "anchor": anchor.isoformat()}, group.due_at, calendar, pauses)
    basis |= kept.patch
    due: Due = due_from_json({**basis, "anchor": anchor.isoformat()}, calendar)
    for name in ("paused", "pauses", "promised"):
        if basis.get(name) is None:
            basis.pop(name, None)
    return replace(found, due_at=due.at, basis=basis)


def _mending(
    told: dict[str, Any], anchor: datetime, stage: StageDates, pauses: Sequence[PauseDays]
) -> Basis | None:
    """The reading in days from an act, where the deadline has one beside the stage's date."""
    counted = next(
        (reading for reading in (told, told.get("beside") or {})
         if reading.get("rule", {}).get("kind") == "working_days"),
        None,
    )  # fmt: skip
    if counted is None:
        return None
    not_after = stage.closes_on if counted.get("not_after") else None
    return Basis(
        Rule.from_json(counted["rule"]), anchor, counted["since"], stage, not_after, pauses
    )


def _json(basis: Basis, group: Group, calendar: Calendar) -> dict[str, Any]:
    """A basis as a group keeps it: each case has its own anchor."""
    raw = basis.to_json(calendar)
    del raw["anchor"]
    return raw


def _anchor(group: Group) -> datetime:
    # The same local day in every zone of the country.
    return datetime.combine(group.day, time(5), UTC)


def _same_opening(old: Timetable, new: Timetable) -> bool:
    kind = StageKind.SELF_ASSESSMENT
    return old.stage(kind).opens_on == new.stage(kind).opens_on


def _opening(found: Verdict, opening: date, calendar: Calendar) -> datetime:
    """When the assessment opens: for whoever has a check-in to hand in not before its deadline."""
    group, wanted = found.group, at_local(calendar.zone, opening, 0)
    has_turn = group.state == State.MONITORING and group.party == Party.EMPLOYEE
    if not has_turn or found.turns or wanted >= group.assessment_opens_at:
        return wanted
    return max(wanted, min(group.assessment_opens_at, found.due_at))


def last_day(zone: str, due_at: datetime) -> date:
    return local_date(zone, due_at - timedelta(microseconds=1))


def moving(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    return (verdict for verdict in verdicts if verdict.moves)


_LOCK = """
SELECT count(*) FROM (
    SELECT id FROM workflow_case WHERE cycle_id = %(cycle)s AND state <> %(closed)s
    ORDER BY id FOR NO KEY UPDATE
) locked"""

_GROUPS = """
SELECT c.unit_id,
    CASE WHEN c.person_id = ANY(%(people)s::bigint[]) THEN c.person_id ELSE 0 END,
    c.state, c.turn_party, c.round, c.round_opens_at, c.assessment_opens_at,
    ((c.due_basis ->> 'anchor')::timestamptz AT TIME ZONE %(zone)s)::date,
    c.due_at,
    CASE WHEN c.state = 'announced' THEN c.window_calendar_ends_at END,
    (c.due_basis - 'anchor')::text, array_agg(c.id), array_agg(DISTINCT c.turn_person_id)
FROM workflow_case c
WHERE c.cycle_id = %(cycle)s AND c.state <> %(closed)s AND c.due_basis ? 'anchor'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
ORDER BY 9, 1, 3, 5, 11"""

_APPLY = f"""
WITH verdict AS (
    SELECT * FROM unnest(
        %(bases)s::jsonb[], %(dues)s::timestamptz[], %(rounds)s::int[], %(opens)s::timestamptz[],
        %(assessments)s::timestamptz[], %(ends)s::timestamptz[], %(parties)s::text[],
        %(moves)s::bool[], %(kinds)s::text[], %(payloads)s::text[]
    ) WITH ORDINALITY AS v(basis, due_at, round, round_opens_at, assessment_opens_at, calendar_end,
        party, moves, kind, payload, number)
), k AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS k(id, number)
), ended AS (
    INSERT INTO workflow_turninterval (agency_id, case_id, number, state, party, person_id, post_id,
        began_at, ended_at, due_at, cause)
    SELECT c.agency_id, c.id, c.turn_number, c.state, c.turn_party, c.turn_person_id,
        c.turn_post_id, c.turn_since, greatest(%(at)s::timestamptz, c.turn_since), c.due_at,
        'change_cycle'
    FROM workflow_case c JOIN k ON k.id = c.id JOIN verdict v ON v.number = k.number
    WHERE v.party <> ''
), changed AS (
    UPDATE workflow_case c SET
        due_at = v.due_at,
        due_basis = CASE WHEN v.basis ? 'anchor' THEN v.basis
            ELSE v.basis || jsonb_build_object('anchor', c.due_basis -> 'anchor') END,
        round = v.round, round_opens_at = v.round_opens_at,
        assessment_opens_at = v.assessment_opens_at,
        window_ends_at = CASE WHEN c.state = %(announced)s THEN v.due_at ELSE c.window_ends_at END,
        window_basis = CASE WHEN c.state = %(announced)s
            THEN v.basis || jsonb_build_object('anchor', c.due_basis -> 'anchor')
            ELSE c.window_basis END,
        window_calendar_ends_at = CASE WHEN c.state = %(announced)s THEN v.calendar_end
            ELSE c.window_calendar_ends_at END,
        turn_party = CASE WHEN v.party <> '' THEN v.party ELSE c.turn_party END,
        turn_person_id = CASE v.party WHEN '' THEN c.turn_person_id
            WHEN %(employee)s THEN c.person_id END,
        turn_post_id = CASE WHEN v.party = '' THEN c.turn_post_id END,
        turn_since = CASE WHEN v.party <> ''
            THEN greatest(%(at)s::timestamptz, c.turn_since) ELSE c.turn_since END,
        turn_number = c.turn_number + CASE WHEN v.party <> '' THEN 1 ELSE 0 END
    FROM k JOIN verdict v ON v.number = k.number
    WHERE c.id = k.id
    RETURNING c.id, c.appraisal_id, c.agency_id, c.cycle_id, c.state, c.turn_number, v.payload,
        v.moves, v.kind
), incoming AS (
    SELECT 'appraisal:' || appraisal_id AS stream, agency_id, cycle_id, %(at)s::timestamptz AS at,
        'change_cycle' AS action, state AS from_state, state AS to_state, payload
    FROM changed WHERE moves
), {ledger.CHAIN}, events AS (
    INSERT INTO workflow_event (agency_id, cycle_id, case_id, kind, actor_id, from_state, to_state,
        turn_number, data, at)
    SELECT agency_id, cycle_id, id, kind, %(actor)s::bigint, state, state, turn_number,
        %(news)s::jsonb, %(at)s
    FROM changed WHERE moves
)
SELECT count(*) FILTER (WHERE moves) FROM changed"""  # noqa: S608 - a constant of the ledger
