"""Writing the ledger: one statement appends to any number of streams, each once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Entry:
    """A fact to write down. Ids only; `reason` is what a person gave as reason."""

    stream: str
    action: str
    at: datetime
    agency_id: int | None = None
    cycle_id: int | None = None
    actor_id: int | None = None  # None: the system itself
    on_behalf_of_id: int | None = None
    from_state: str = ""
    to_state: str = ""
    reason: str = ""
    version_hash: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> str:
        """The hashed text: canonical JSON."""
        return json.dumps(
            {
                "action": self.action,
                "actor": self.actor_id,
                "agency": self.agency_id,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "cycle": self.cycle_id,
                "data": self.data,
                "from": self.from_state,
                "on_behalf_of": self.on_behalf_of_id,
                "reason": self.reason,
                "to": self.to_state,
                "version": self.version_hash,
            },
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )


@dataclass(frozen=True)
class Written:
    stream: str
    seq: int
    hash: str


# The statement that appends, for callers whose entries come of a query of their own: it continues
# a WITH that has named `incoming` (stream, agency_id, cycle_id, at, action, from_state, to_state,
# payload), one row a stream, and names what it wrote `written` (stream, seq, hash).
# The upsert locks each head, so two writers of one stream take turns; ordered, so that two
# writers of many streams cannot wait for each other in a circle.
CHAIN = """
digested AS (
    SELECT *, encode(sha256(convert_to(payload, 'UTF8')), 'hex') AS content FROM incoming
    ORDER BY stream
), head AS (
    INSERT INTO cycles_ledgerhead AS h
        (stream, agency_id, seq, previous, content, hash)
    SELECT stream, agency_id, 1, '', content,
        encode(sha256(convert_to(stream || E'\\n1\\n\\n' || content, 'UTF8')), 'hex')
    FROM digested
    ON CONFLICT (stream) DO UPDATE SET
        seq = h.seq + 1, previous = h.hash, content = excluded.content,
        hash = encode(sha256(convert_to(h.stream || E'\\n' || (h.seq + 1)::text || E'\\n'
            || h.hash || E'\\n' || excluded.content, 'UTF8')), 'hex')
    RETURNING h.stream, h.seq, h.previous, h.hash
), written AS (
    INSERT INTO cycles_ledgerentry
        (stream, seq, agency_id, cycle_id, at, action, from_state, to_state, payload, previous,
         hash, txid)
    SELECT i.stream, head.seq, i.agency_id, i.cycle_id, i.at, i.action, i.from_state, i.to_state,
        i.payload, head.previous, head.hash, pg_current_xact_id()::text::bigint
    FROM incoming i JOIN head ON head.stream = i.stream
    RETURNING stream, seq, hash
)"""

_APPEND = f"""
WITH incoming AS (
    SELECT * FROM unnest(
        %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[],
        %s::text[], %s::text[]
    ) AS i(stream, agency_id, cycle_id, at, action, from_state, to_state, payload)
), {CHAIN}
SELECT stream, seq, hash FROM written
"""  # noqa: S608 - two constants


def append(entries: Sequence[Entry]) -> dict[str, Written]:
    """Write entries, at most one per stream in a call; return what was written by stream.

    Must run inside the transaction of the change it tells of. Raises ValueError for two entries
    of one stream in one call.
    """
    if not entries:
        return {}
    if len({entry.stream for entry in entries}) != len(entries):
        raise ValueError("One call of append() takes one entry per stream.")
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                [entry.stream for entry in entries],
                [entry.agency_id for entry in entries],
                [entry.cycle_id for entry in entries],
                [entry.at for entry in entries],
                [entry.action for entry in entries],
                [entry.from_state for entry in entries],
                [entry.to_state for entry in entries],
                [entry.payload() for entry in entries],
            ],
        )
        return {row[0]: Written(*row) for row in cursor.fetchall()}


# Two sealers take turns; heads that move meanwhile belong to the next seal.
_SEAL = """
WITH last AS (
    SELECT coalesce(max(number), 0) AS number,
        coalesce((array_agg(hash ORDER BY number DESC))[1], '') AS hash
    FROM cycles_seal
), moved AS (
    SELECT h.stream, h.seq, h.hash FROM cycles_ledgerhead h
    LEFT JOIN LATERAL (
        SELECT s.seq FROM cycles_sealedhead s WHERE s.stream = h.stream
        ORDER BY s.id DESC LIMIT 1
    ) seen ON true
    WHERE seen.seq IS DISTINCT FROM h.seq
), digest AS (
    SELECT count(*) AS heads,
        coalesce(string_agg(stream || ' ' || seq || ' ' || hash, E'\\n' ORDER BY stream
            COLLATE "C"), '') AS text
    FROM moved
), sealed AS (
    INSERT INTO cycles_seal (number, at, heads, previous, hash)
    SELECT last.number + 1, %s, digest.heads, last.hash,
        encode(sha256(convert_to(last.hash || E'\\n' || digest.text, 'UTF8')), 'hex')
    FROM last, digest WHERE digest.heads > 0
    RETURNING id, heads
), kept AS (
    INSERT INTO cycles_sealedhead (seal_id, stream, seq, hash)
    SELECT sealed.id, moved.stream, moved.seq, moved.hash FROM sealed, moved
)
SELECT heads FROM sealed
"""


def seal(at: datetime) -> int:
    """Seal every head that moved since the last seal; return how many (0: nothing new)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cycles_seal'))")
        cursor.execute(_SEAL, [at])
        row = cursor.fetchone()
        return int(row[0]) if row else 0
