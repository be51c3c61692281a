"""The list of an opening in a temporary table, and what is written of it: one INSERT per table."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from psycopg.types.json import Jsonb

from cycles import ledger
from cycles.calendar import local_date
from cycles.models import Appraisal, Cycle, Job, Segment
from cycles.queries.lineup import Lineup
from workflow import machine
from workflow.enums import Party
from workflow.models import Case, Event
from workflow.permissions import Actor
from workflow.queries.opening import NO_RATER, NO_STAGE
from workflow.services.opening.starts import NO_START, Starts

# Everybody who waits, once for a whole opening. The table lives and dies with the session, and
# batches cut it by number.
_LISTED = """
CREATE TEMPORARY TABLE opening_listed AS
SELECT l.* FROM ({lineup}) l WHERE NOT EXISTS (
    SELECT 1 FROM cycles_appraisal a WHERE a.cycle_id = %(cycle)s AND a.person_id = l.person_id)
"""
_UNITS = """
SELECT u.id, u.path, u.week FROM cycles_unit u
WHERE u.id IN (SELECT unit_id FROM opening_listed WHERE why = '') ORDER BY u.id
"""
_PROLONGED = """
SELECT l.person_id, u.path, u.week FROM opening_listed l JOIN cycles_unit u ON u.id = l.unit_id
WHERE l.why = '' AND l.person_id = ANY(%s)
"""
# Who is opened and who is not. Ids are drawn here, so that each row can name the others.
_JUDGED = """
CREATE TEMPORARY TABLE opening AS
SELECT n, person_id, post_id, unit_id, starts_on, rater_id, rater_post_id, exception_id, start,
    outcome,
    CASE WHEN outcome <> 'failed' THEN why WHEN rater_id IS NULL THEN %(no_rater)s
        ELSE %(no_stage)s END AS why,
    CASE WHEN outcome = 'created' THEN nextval(%(appraisals)s) END AS appraisal_id,
    CASE WHEN outcome = 'created' THEN nextval(%(cases)s) END AS case_id
FROM (
    SELECT l.*, row_number() OVER (ORDER BY l.person_id) AS n,
        coalesce(own.start, unit.start) AS start,
        CASE
            WHEN l.why <> '' THEN 'excluded'
            WHEN l.rater_id IS NULL OR coalesce(own.start, unit.start) = %(no_start)s THEN 'failed'
            ELSE 'created'
        END AS outcome
    FROM opening_listed l
    LEFT JOIN unnest(%(units)s::bigint[], %(starts)s::int[]) AS unit(id, start)
        ON unit.id = l.unit_id
    LEFT JOIN unnest(%(people)s::bigint[], %(own_starts)s::int[]) AS own(id, start)
        ON own.id = l.person_id
    ORDER BY l.person_id
) judged ORDER BY n
"""
# Whom another opening has taken in since the list was made.
_PASSED = """
UPDATE opening o SET outcome = 'passed' WHERE n BETWEEN %(first_n)s AND %(last_n)s AND EXISTS (
    SELECT 1 FROM cycles_appraisal a WHERE a.cycle_id = %(cycle)s AND a.person_id = o.person_id)
"""
_CUT = "n BETWEEN %(first_n)s AND %(last_n)s AND outcome = 'created'"
_CREATED = f"FROM opening o WHERE {_CUT} ORDER BY o.n"
_NAMED = f"""
FROM opening o
JOIN cycles_person p ON p.id = o.person_id
JOIN cycles_post t ON t.id = o.post_id
JOIN cycles_unit u ON u.id = o.unit_id
JOIN cycles_person r ON r.id = o.rater_id
LEFT JOIN cycles_post rt ON rt.id = o.rater_post_id
WHERE {_CUT} ORDER BY o.n
"""
# Of a rater by exception the title of their own post; such raters are few.
_OWN_TITLE = """coalesce(rt.title, (
    SELECT own.title FROM cycles_posting g JOIN cycles_post own ON own.id = g.post_id
    WHERE g.person_id = o.rater_id AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
    ORDER BY g.starts_on DESC LIMIT 1), '')"""
_STARTED = f"""
FROM opening o
JOIN unnest(%(due_at)s::timestamptz[], %(due_basis)s::jsonb[], %(rounds)s::int[],
            %(rounds_open_at)s::timestamptz[], %(assessments_open_at)s::timestamptz[])
    WITH ORDINALITY AS s(due_at, due_basis, round, round_opens_at, assessment_opens_at, number)
    ON s.number = o.start + 1
WHERE {_CUT} ORDER BY o.n
"""
_STREAMS = f"""
WITH incoming AS (
    SELECT 'appraisal:' || appraisal_id AS stream, %(agency)s::bigint AS agency_id,
        %(cycle)s::bigint AS cycle_id, %(at)s::timestamptz AS at, 'open'::text AS action,
        ''::text AS from_state, %(first)s::text AS to_state, %(payload)s::text AS payload
    FROM opening WHERE {_CUT}
), {ledger.CHAIN}
SELECT count(*) FROM written
"""  # noqa: S608 - the ledger's own text
_COUNTERS = f"""
INSERT INTO workflow_counterdelta (cycle_id, unit_id, state, delta)
SELECT %(cycle)s, unit_id, %(first)s, count(*) FROM opening WHERE {_CUT}
GROUP BY unit_id ORDER BY unit_id
"""  # noqa: S608 - our own text
_RESULTS = """
INSERT INTO workflow_openingresult (cycle_id, job_id, person_id, outcome, reason)
SELECT %(cycle)s, %(job)s, person_id, outcome, why FROM opening
WHERE n BETWEEN %(first_n)s AND %(last_n)s AND outcome <> 'passed' ORDER BY n
ON CONFLICT (cycle_id, person_id) DO UPDATE
SET job_id = excluded.job_id, outcome = excluded.outcome, reason = excluded.reason
"""


_FAILED = """
SELECT person_id, why FROM opening
WHERE n BETWEEN %(first_n)s AND %(last_n)s AND outcome = 'failed' ORDER BY n
"""
_TALLY = """
SELECT count(*) FILTER (WHERE outcome = 'created'), count(*) FILTER (WHERE outcome = 'excluded')
FROM opening WHERE n BETWEEN %(first_n)s AND %(last_n)s
"""


class Line:
    """Everybody who waits for an opening, in a table of this session; written batch by batch."""

    def __init__(
        self, cycle: Cycle, actor: Actor, now: datetime, starts: Starts, job: Job | None
    ) -> None:
        self.cycle, self.actor, self.now, self.starts = cycle, actor, now, starts
        self.params: dict[str, Any] = {
            "cycle": cycle.pk,
            "agency": cycle.agency_id,
            "job": job.pk if job else None,
            "at": now,
            # Nobody can guess an id without it, and it is forgotten with this opening.
            "salt": secrets.token_hex(32),
            "day": local_date(cycle.agency.zone, now),
            "first": machine.FIRST.value,
            "appraisals": f"{Appraisal._meta.db_table}_id_seq",
            "cases": f"{Case._meta.db_table}_id_seq",
        }

    @contextmanager
    def up(self, lineup: Lineup) -> Iterator[int]:
        """Make the list and give its length; afterwards it is gone."""
        try:
            self._drop()
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_LISTED.format(lineup=lineup.sql), lineup.params | self.params)
                self._judge(cursor)
                # The planner must know how many there are, or it joins each with each.
                cursor.execute("CREATE INDEX ON opening (n)")
                cursor.execute("ANALYZE opening")
                cursor.execute("SELECT count(*) FROM opening")
                total = cursor.fetchone()[0]
            yield total
        finally:
            # A lost connection has taken the list with it.
            with suppress(DatabaseError, InterfaceError):
                self._drop()

    def _drop(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.opening_listed, pg_temp.opening")

    def write(self, first: int, last: int) -> tuple[int, int, list[tuple[int, str]]]:
        """Write numbers first to last; the caller holds the transaction and the cycle.

        How many were created, how many left out, and (person, reason) of who failed.
        """
        params = self.params | {"first_n": first, "last_n": last}
        with connection.cursor() as cursor:
            cursor.execute(_PASSED, params)
            self._appraisals(cursor, params)
            cursor.execute(_STREAMS, params | {"payload": self._payload()})
            self._cases(cursor, params)
            cursor.execute(_COUNTERS, params)
            cursor.execute(_RESULTS, params)
            cursor.execute(_TALLY, params)
            created, excluded = cursor.fetchone()
            cursor.execute(_FAILED, params)
            return created, excluded, cursor.fetchall()

    def _judge(self, cursor: CursorWrapper) -> None:
        """Say of each whether they are opened, and with which dates."""
        starts = self.starts
        cursor.execute(_UNITS)
        units = cursor.fetchall()
        people: list[tuple[int, str, int]] = []
        if starts.prolonged:
            cursor.execute(_PROLONGED, [list(starts.prolonged)])
            people = cursor.fetchall()
        cursor.execute(
            _JUDGED,
            self.params
            | {
                "units": [unit for unit, *_rest in units],
                "starts": [starts.number(path, week) for _unit, path, week in units],
                "people": [person for person, *_rest in people],
                "own_starts": [starts.number(path, week, person) for person, path, week in people],
                "no_start": NO_START,
                "no_rater": NO_RATER,
                "no_stage": NO_STAGE,
            },
        )

    def _appraisals(self, cursor: CursorWrapper, params: Mapping[str, Any]) -> None:
        agency, cycle = self.cycle.agency, self.cycle
        _insert(
            cursor,
            Appraisal(agency=agency, cycle=cycle),
            {
                "id": "o.appraisal_id",
                "public_id": _random_id("appraisal"),
                "person_id": "o.person_id",
            },
            _CREATED,
            params,
        )
        _insert(
            cursor,
            Segment(agency=agency, number=1),
            {
                "appraisal_id": "o.appraisal_id",
                "unit_id": "o.unit_id",
                "post_id": "o.post_id",
                "rater_id": "o.rater_id",
                "starts_on": "greatest(o.starts_on, %(cycle_starts_on)s::date)",
                "person_name": "p.name",
                "rank": "p.rank",
                "post_title": "t.title",
                "unit_name": "u.name",
                "rater_name": "r.name",
                "rater_post_title": _OWN_TITLE,
            },
            _NAMED,
            {**params, "cycle_starts_on": cycle.starts_on},
        )

    def _cases(self, cursor: CursorWrapper, params: Mapping[str, Any]) -> None:
        """Cases and their news; each case's ledger entry is there already, as the guard asks."""
        agency, cycle, starts = self.cycle.agency, self.cycle, self.starts.all
        _insert(
            cursor,
            Case(agency=agency, cycle=cycle, turn_party=Party.EMPLOYEE, turn_since=self.now),
            {
                "id": "o.case_id",
                "public_id": _random_id("case"),
                "appraisal_id": "o.appraisal_id",
                "person_id": "o.person_id",
                "unit_id": "o.unit_id",
                "post_id": "o.post_id",
                "turn_person_id": "o.person_id",
                "rater_id": "o.rater_id",
                "rater_post_id": "o.rater_post_id",
                "rater_exception_id": "o.exception_id",
                "due_at": "s.due_at",
                "due_basis": "s.due_basis",
                "round": "s.round",
                "round_opens_at": "s.round_opens_at",
                "assessment_opens_at": "s.assessment_opens_at",
            },
            _STARTED,
            {
                **params,
                "due_at": [start.due_at for start in starts],
                "due_basis": [Jsonb(start.due_basis) for start in starts],
                "rounds": [start.round for start in starts],
                "rounds_open_at": [start.round_opens_at for start in starts],
                "assessments_open_at": [start.assessment_opens_at for start in starts],
            },
        )
        _insert(
            cursor,
            Event(agency=agency, cycle=cycle, kind="open", actor_id=self.actor.person_id,
                  to_state=machine.FIRST, turn_number=1, at=self.now),
            {"case_id": "o.case_id"},
            _CREATED,
            params,
        )  # fmt: skip

    def _payload(self) -> str:
        """The text of the first entry: the same for all of a batch, whose streams differ."""
        return ledger.Entry(
            stream="",
            action="open",
            at=self.now,
            agency_id=self.cycle.agency_id,
            cycle_id=self.cycle.pk,
            actor_id=self.actor.person_id,
            to_state=machine.FIRST,
            data={"machine": machine.VERSION, "template": self.cycle.template},
        ).payload()


def _random_id(of: str) -> str:
    """A public id drawn from this opening's salt: a third of what the system's randomness costs."""
    digest = f"sha256(convert_to(%(salt)s || '{of}' || o.n, 'UTF8'))"
    return f"encode(substr({digest}, 1, 16), 'hex')::uuid"


def _insert(
    cursor: CursorWrapper,
    row: Model,
    own: Mapping[str, str],
    source: str,
    params: Mapping[str, Any],
) -> None:
    """INSERT … SELECT of rows that are like `row` but for their own columns.

    Every column is written, also one that a later version adds with a default.
    """
    columns, values = [], []
    given: dict[str, Any] = dict(params)
    for column in row._meta.concrete_fields:
        if column.primary_key and column.column not in own:
            continue
        columns.append(f'"{column.column}"')
        if expression := own.get(str(column.column)):
            values.append(expression)
        else:
            name = f"same_{column.column}"
            given[name] = column.get_db_prep_save(getattr(row, column.attname), connection)
            values.append(f"%({name})s")
    cursor.execute(
        f'INSERT INTO "{row._meta.db_table}" ({", ".join(columns)})'
        f" SELECT {', '.join(values)} {source}",
        given,
    )
