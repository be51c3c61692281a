"""Running deadlines counted again, set-based: after a changed calendar, a pause, an extension.

Cases that share a basis, a local day on which their clock began and a due date come out alike. So
the database names these groups, the pure calendar counts once for each, and one statement writes
the rows that change, with a ledger entry and an event for each that moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cycles import ledger
from cycles.calendar import Calendar, Rule, due, local_date
from cycles.models import Unit
from cycles.queries.calendars import Ground, PauseDays
from workflow.enums import ENDED, State
from workflow.services.dues import MOMENT, renewed

# Rows written by one statement; between two the progress is told.
BATCH = 20_000


@dataclass(frozen=True)
class Place:
    """What the units of an agency with one kind of week and the same pauses count with."""

    agency_id: int
    calendar: Calendar
    pauses: tuple[PauseDays, ...]


@dataclass(frozen=True)
class Scope:
    """Which running cases are counted again: those of some units that fit a condition in SQL."""

    units: QuerySet[Unit]
    where: str = "c.due_basis -> 'rule' ->> 'kind' <> 'date'"
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Cases that come out alike. `day` is the local day on which their clock began."""

    key: str
    place: Place
    cycle_id: int
    state: str
    day: date
    due_at: datetime
    calendar_end: datetime | None
    basis: dict[str, Any]
    number: int
    # Only read for applying.
    ids: Sequence[int] = ()

    @property
    def is_window(self) -> bool:
        """Their due is the end of the time to object, which has a second reading."""
        return self.state == State.ANNOUNCED and self.calendar_end is not None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a group: the changes of its basis, and its due, moved or not."""

    group: Group
    patch: dict[str, Any]
    due_at: datetime
    last_day: date
    calendar_end: datetime | None

    @property
    def moves(self) -> bool:
        return self.due_at != self.group.due_at

    @property
    def is_kept(self) -> bool:
        """It would come earlier by now, but the day that was told stands."""
        return bool(self.patch.get("promised")) and not self.moves


@dataclass(frozen=True)
class Cause:
    """Why deadlines move: who says so, when, with which reason and facts for the ledger."""

    at: datetime
    actor_id: int | None
    reason: str
    data: Mapping[str, Any]


Progress = Callable[[int, int], None]


class Recount:
    """Counts a scope again on other ground, or with one more extension (id, last day).

    Reading changes nothing, so a preview is a recount that is not applied. To apply it the caller
    holds the agencies' dates alone (`timekeeping.change_time`), which keeps every move waiting.
    """

    def __init__(
        self,
        scope: Scope,
        grounds: Mapping[int, Ground],
        extension: tuple[int, date] | None = None,
    ) -> None:
        self.scope, self.extension = scope, extension
        self.places: list[Place] = []
        self._units: dict[int, int] = {}
        known: dict[tuple[int, int, tuple[PauseDays, ...]], int] = {}
        rows = scope.units.order_by("pk").values_list("pk", "agency_id", "week", "path")
        for unit_id, agency_id, week, path in rows:
            ground = grounds[agency_id]
            pauses = ground.pauses_for(path)
            key = (agency_id, week, pauses)
            if key not in known:
                known[key] = len(self.places)
                self.places.append(Place(agency_id, ground.calendar(week), pauses))
            self._units[unit_id] = known[key]

    @cached_property
    def params(self) -> dict[str, Any]:
        return {
            "units": list(self._units),
            "places": list(self._units.values()),
            "zones": [self.places[n].calendar.zone for n in self._units.values()],
            "ended": [state.value for state in ENDED],
            **self.scope.params,
        }

    @property
    def keyed(self) -> str:
        """The running cases of the scope with the key of their group, as SQL."""
        return _KEYED.format(where=self.scope.where)

    def lock(self) -> int:
        """Lock the cases by id; return how many there are."""
        with connection.cursor() as cursor:
            cursor.execute(_LOCK.format(where=self.scope.where), self.params)
            return int(cursor.fetchone()[0])

    def groups(self) -> list[Group]:
        """The cases of the scope, those alike together. One query."""
        ids = "array_agg(id)" if self.is_applied else "ARRAY[]::bigint[]"
        with connection.cursor() as cursor:
            cursor.execute(_GROUPS.format(keyed=self.keyed, ids=ids), self.params)
            return [
                Group(key, self.places[place], cycle, state, day, due_at, end, json.loads(basis),
                      number, alike)
                for key, place, cycle, state, day, due_at, end, basis, number, alike
                in cursor.fetchall()
            ]  # fmt: skip

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What becomes of each group that changes, read once."""
        found = [(group, self._verdict(group)) for group in self.groups()]
        self.running = sum(group.number for group, _ in found)
        return [verdict for _, verdict in found if verdict is not None]

    running: int = 0
    is_applied: bool = False

    def _verdict(self, group: Group) -> Verdict | None:
        calendar, pauses = group.place.calendar, group.place.pauses
        anchor = datetime.combine(group.day, time(5), UTC)  # the same local day in every zone
        basis = {**group.basis, "anchor": anchor.isoformat()}
        found = renewed(basis, group.due_at, calendar, pauses, self.extension)
        calendar_end = group.calendar_end
        if group.is_window and calendar_end is not None and basis["rule"]["kind"] != "date":
            rule = Rule("calendar_days", basis["rule"]["days"])
            spans = [(pause.first, pause.last) for pause in pauses]
            calendar_end = max(calendar_end, due(rule, anchor, calendar, paused=spans).at)
        verdict = Verdict(group, found.patch, found.due.at, found.due.last_day, calendar_end)
        if self.extension is not None:
            return verdict if verdict.moves else None
        is_other = found.changes(basis) or calendar_end != group.calendar_end
        return verdict if verdict.moves or is_other else None

    def apply(self, cause: Cause, progress: Progress | None = None) -> int:
        """Write what changes, with entries and events of what moves; return how many moved."""
        self.is_applied = True
        self.lock()
        verdicts = self.verdicts
        params: dict[str, Any] = {
            "patches": [json.dumps(verdict.patch) for verdict in verdicts],
            "dues": [verdict.due_at for verdict in verdicts],
            "ends": [verdict.calendar_end for verdict in verdicts],
            "payloads": [_payload(verdict, cause) for verdict in verdicts],
            "moves": [verdict.moves for verdict in verdicts],
            "announced": State.ANNOUNCED.value,
            "at": cause.at,
            "actor": cause.actor_id,
            "news": json.dumps({"reason": cause.reason} if cause.reason else {}),
        }
        statement = (CHANGED + TOLD + COUNTED).format(chain=ledger.CHAIN)
        changing = sorted(
            (case_id, number)
            for number, verdict in enumerate(verdicts, 1)
            for case_id in verdict.group.ids
        )
        moved = done = 0
        with connection.cursor() as cursor:
            for start in range(0, len(changing), BATCH):
                part = changing[start : start + BATCH]
                ids, numbers = zip(*part, strict=True)
                cursor.execute(statement, params | {"ids": list(ids), "numbers": list(numbers)})
                moved, done = moved + cursor.fetchone()[0], done + len(part)
                if progress is not None:
                    progress(done, len(changing))
        return moved


def _payload(verdict: Verdict, cause: Cause) -> str:
    """The ledger's text, the same for every case of a group."""
    group = verdict.group
    return ledger.Entry(
        stream="",
        action="extend",
        at=cause.at,
        agency_id=group.place.agency_id,
        cycle_id=group.cycle_id,
        actor_id=cause.actor_id,
        from_state=group.state,
        to_state=group.state,
        reason=cause.reason,
        data={**cause.data, "due_at": verdict.due_at.isoformat()},
    ).payload()


def last_day_of(place: Place, due_at: datetime) -> date:
    """The last local day before an exclusive end."""
    return local_date(place.calendar, due_at - MOMENT)


_FROM = """
workflow_case c
JOIN unnest(%(units)s::bigint[], %(places)s::int[], %(zones)s::text[]) AS p(unit_id, place, zone)
    ON p.unit_id = c.unit_id
WHERE NOT c.state = ANY(%(ended)s) AND c.due_basis ? 'rule' AND {where}"""

_LOCK = f"""
SELECT count(*) FROM (SELECT c.id FROM {_FROM} ORDER BY c.id FOR NO KEY UPDATE OF c) locked"""  # noqa: S608 - constants, and the condition of a scope

# Two cases with one key come out alike; everything that the outcome depends on is in it.
_KEYED = f"""
SELECT k.*, md5(concat_ws('|', k.place, k.cycle_id, k.state, k.day, extract(epoch FROM k.due_at),
    extract(epoch FROM k.calendar_end), k.basis)) AS key
FROM (
    SELECT c.id, c.unit_id, c.cycle_id, c.state, c.due_at, c.turn_person_id, p.place,
        CASE WHEN c.state = 'announced' THEN c.window_calendar_ends_at END AS calendar_end,
        ((c.due_basis ->> 'anchor')::timestamptz AT TIME ZONE p.zone)::date AS day,
        (c.due_basis - 'anchor')::text AS basis
    FROM {_FROM}
) k"""  # noqa: S608

_GROUPS = """
SELECT key, place, cycle_id, state, day, due_at, calendar_end, basis, count(*), {ids}
FROM ({keyed}) k GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY due_at, key"""

CHANGED = """
WITH verdict AS (
    SELECT * FROM unnest(
        %(patches)s::jsonb[], %(dues)s::timestamptz[], %(ends)s::timestamptz[],
        %(payloads)s::text[], %(moves)s::bool[]
    ) WITH ORDINALITY AS v(patch, due_at, calendar_end, payload, moves, number)
), changed AS (
    UPDATE workflow_case c SET
        due_at = v.due_at,
        due_basis = c.due_basis || v.patch,
        window_ends_at = CASE WHEN c.state = %(announced)s THEN v.due_at ELSE c.window_ends_at END,
        window_basis = CASE WHEN c.state = %(announced)s THEN c.due_basis || v.patch
            ELSE c.window_basis END,
        window_calendar_ends_at = CASE WHEN c.state = %(announced)s THEN v.calendar_end
            ELSE c.window_calendar_ends_at END
    FROM unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS k(id, number)
    JOIN verdict v ON v.number = k.number
    WHERE c.id = k.id
    RETURNING c.id, c.appraisal_id, c.agency_id, c.cycle_id, c.state, c.turn_number, v.payload,
        v.moves
)"""
TOLD = """, incoming AS (
    SELECT 'appraisal:' || appraisal_id AS stream, agency_id, cycle_id, %(at)s::timestamptz AS at,
        'extend' AS action, state AS from_state, state AS to_state, payload
    FROM changed WHERE moves
), {chain}, events AS (
    INSERT INTO workflow_event (agency_id, cycle_id, case_id, kind, actor_id, from_state, to_state,
        turn_number, data, at)
    SELECT agency_id, cycle_id, id, 'extend', %(actor)s::bigint, state, state, turn_number,
        %(news)s::jsonb, %(at)s
    FROM changed WHERE moves
)"""
COUNTED = " SELECT count(*) FILTER (WHERE moves) FROM changed"
