"""Verifying the ledger: every way in which somebody may have meddled with it, named.

Reads by server-side cursors and keeps one row at a time, so that its memory does not grow with
the ledger. What it finds is for operators and auditors, in plain English.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from django.db import connection, transaction

from cycles import documents

CHUNK = 2000


@dataclass(frozen=True)
class Finding:
    """What is wrong, in which stream, at which number (None: the stream as a whole)."""

    stream: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.stream}{f' number {self.seq}' if self.seq is not None else ''}: {self.what}"


@dataclass(frozen=True)
class Row:
    """An entry as it is stored."""

    stream: str
    seq: int
    agency_id: int | None
    cycle_id: int | None
    at: datetime
    action: str
    from_state: str
    to_state: str
    payload: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    seq: int
    previous: str
    content: str
    hash: str


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def link(stream: str, seq: int, previous: str, payload: str) -> str:
    """The hash an entry must have."""
    return sha(f"{stream}\n{seq}\n{previous}\n{sha(payload)}")


def verify() -> Iterator[Finding]:
    """Everything that is wrong with the ledger; nothing for a whole one.

    One snapshot of the database, so that what is being written meanwhile raises no alarm.
    """
    with _snapshot():
        yield from _chains()
        yield from _without_head()
        yield from _missing_streams()
        yield from _seals()
        yield from _sealed_entries()
        yield from _versions()


@contextmanager
def _snapshot() -> Iterator[None]:
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while batch := cursor.fetchmany(CHUNK):
            yield from batch


# --- chains ----------------------------------------------------------------------------------

_COLUMNS = """e.stream, e.seq, e.agency_id, e.cycle_id, e.at, e.action, e.from_state, e.to_state,
    e.payload, e.previous, e.hash"""


def _chains() -> Iterator[Finding]:
    """Each stream with a head: its entries one after the other, then its end."""
    sql = f"""
        SELECT h.stream, h.seq, h.previous, h.content, h.hash, {_COLUMNS}
        FROM cycles_ledgerhead h LEFT JOIN cycles_ledgerentry e ON e.stream = h.stream
        ORDER BY h.stream, e.seq
    """  # noqa: S608 - column names only
    stream: str | None = None
    head: Head | None = None
    last: Row | None = None
    for row in _rows(sql):
        if row[0] != stream:
            if stream is not None:
                yield from _end(stream, head, last)
            stream, head, last = row[0], Head(*row[1:5]), None
        if row[6] is not None:
            entry = Row(*row[5:])
            yield from _entry(entry, last, head)
            last = entry
    if stream is not None:
        yield from _end(stream, head, last)


def _without_head() -> Iterator[Finding]:
    sql = f"""
        SELECT {_COLUMNS} FROM cycles_ledgerentry e
        WHERE NOT EXISTS (SELECT 1 FROM cycles_ledgerhead h WHERE h.stream = e.stream)
        ORDER BY e.stream, e.seq
    """  # noqa: S608 - column names only
    last: Row | None = None
    for row in _rows(sql):
        entry = Row(*row)
        if last is None or last.stream != entry.stream:
            yield Finding(entry.stream, None, "its head is missing")
            last = None
        yield from _entry(entry, last, None)
        last = entry


def _entry(row: Row, last: Row | None, head: Head | None) -> Iterator[Finding]:
    """What is wrong with one entry, seen from the one before it; the first that is found."""
    expected = last.seq + 1 if last is not None else 1
    for missing in range(expected, min(row.seq, expected + 10)):
        yield Finding(row.stream, missing, "the entry is missing")
    if row.seq > expected + 10:
        yield Finding(row.stream, row.seq - 1, f"{row.seq - expected} entries before are missing")
    if row.hash != link(row.stream, row.seq, row.previous, row.payload):
        yield Finding(row.stream, row.seq, _why_wrong(row, head))
        return
    if row.seq == expected and row.previous != (last.hash if last is not None else ""):
        yield Finding(row.stream, row.seq, "it does not follow on the entry before it")
        return
    if differing := _differing_columns(row):
        yield Finding(row.stream, row.seq, f"columns differ from its text: {differing}")


def _why_wrong(row: Row, head: Head | None) -> str:
    for seq in range(1, (head.seq if head is not None else row.seq) + 1):
        if row.hash == link(row.stream, seq, row.previous, row.payload):
            return f"it stands in the wrong place: it was written as number {seq}"
    return "its text, its link or its hash was changed"


def _differing_columns(row: Row) -> str:
    try:
        told = json.loads(row.payload)
        at = datetime.fromisoformat(told["at"])
        pairs = {
            "agency_id": (row.agency_id, told["agency"]),
            "cycle_id": (row.cycle_id, told["cycle"]),
            "at": (row.at, at),
            "action": (row.action, told["action"]),
            "from_state": (row.from_state, told["from"]),
            "to_state": (row.to_state, told["to"]),
        }
    except (ValueError, KeyError, TypeError):
        return "its text is no entry at all"
    return ", ".join(name for name, (stored, said) in pairs.items() if stored != said)


def _end(stream: str, head: Head | None, last: Row | None) -> Iterator[Finding]:
    """What is wrong between a stream's last entry and its head."""
    if head is None:
        return
    if last is None:
        yield Finding(stream, None, "the stream is missing: it has a head and no entries")
    elif head.seq > last.seq:
        number = head.seq - last.seq
        yield Finding(stream, last.seq + 1, f"the end is cut off: {number} by the head")
    elif (head.seq, head.previous, head.content, head.hash) != (
        last.seq, last.previous, sha(last.payload), last.hash,
    ):  # fmt: skip
        yield Finding(stream, head.seq, "the head does not fit the last entry")


def _missing_streams() -> Iterator[Finding]:
    sql = """
        SELECT a.id FROM cycles_appraisal a WHERE NOT EXISTS (
            SELECT 1 FROM cycles_ledgerhead h WHERE h.stream = 'appraisal:' || a.id)
        AND NOT EXISTS (
            SELECT 1 FROM cycles_ledgerentry e WHERE e.stream = 'appraisal:' || a.id)
        ORDER BY a.id
    """
    for (appraisal,) in _rows(sql):
        yield Finding(f"appraisal:{appraisal}", None, "an appraisal without a stream")
    sql = """
        SELECT h.stream FROM cycles_ledgerhead h
        WHERE h.stream ~ '^appraisal:[0-9]+$' AND NOT EXISTS (
            SELECT 1 FROM cycles_appraisal a WHERE 'appraisal:' || a.id = h.stream)
        ORDER BY h.stream
    """
    for (stream,) in _rows(sql):
        yield Finding(stream, None, "a stream whose appraisal is gone")


# --- seals -----------------------------------------------------------------------------------


def _seals() -> Iterator[Finding]:
    """The chain of seals, each recomputed from the heads it saw."""
    sql = """
        SELECT s.number, s.heads, s.previous, s.hash, h.stream, h.seq, h.hash
        FROM cycles_seal s LEFT JOIN cycles_sealedhead h ON h.seal_id = s.id
        ORDER BY s.number, h.stream COLLATE "C"
    """
    number, before = 0, ""
    current: tuple[int, int, str, str] | None = None
    running, heads = hashlib.sha256(), 0
    for row in _rows(sql):
        if current is None or row[0] != current[0]:
            if current is not None:
                yield from _seal(current, running.hexdigest(), heads, number, before)
                number, before = current[0], current[3]
            current = (row[0], row[1], row[2], row[3])
            running, heads = hashlib.sha256(row[2].encode()), 0
        if row[4] is not None:
            running.update(f"\n{row[4]} {row[5]} {row[6]}".encode())
            heads += 1
    if current is not None:
        yield from _seal(current, running.hexdigest(), heads, number, before)


def _seal(
    seal: tuple[int, int, str, str], computed: str, heads: int, last_number: int, last_hash: str
) -> Iterator[Finding]:
    number, told_heads, previous, stored = seal
    for missing in range(last_number + 1, number):
        yield Finding("seals", missing, "the seal is missing")
    if number == last_number + 1 and previous != last_hash:
        yield Finding("seals", number, "it does not follow on the seal before it")
    if (computed, heads) != (stored, told_heads):
        yield Finding("seals", number, "the seal or a head under it was changed")


def _sealed_entries() -> Iterator[Finding]:
    """What a seal saw must still be there, unchanged."""
    sql = """
        SELECT s.stream, s.seq, seal.number, e.hash IS NULL, EXISTS (
            SELECT 1 FROM cycles_ledgerentry o WHERE o.stream = s.stream)
        FROM cycles_sealedhead s
        JOIN cycles_seal seal ON seal.id = s.seal_id
        LEFT JOIN cycles_ledgerentry e ON e.stream = s.stream AND e.seq = s.seq
        WHERE e.hash IS DISTINCT FROM s.hash
        ORDER BY s.stream, s.seq
    """
    for stream, seq, seal, is_gone, has_others in _rows(sql):
        if not has_others:
            yield Finding(stream, None, f"the stream is missing: seal {seal} saw it")
        elif is_gone:
            yield Finding(stream, seq, f"the end is cut off: seal {seal} saw this entry")
        else:
            yield Finding(stream, seq, f"the entry is not the one that seal {seal} saw")


# --- documents -------------------------------------------------------------------------------


def _versions() -> Iterator[Finding]:
    """Frozen documents still have the digest the ledger names them by."""
    sql = """
        SELECT d.appraisal_id, d.kind, d.round, v.number, v.body, v.hash
        FROM cycles_version v JOIN cycles_document d ON d.id = v.document_id
        ORDER BY d.appraisal_id, d.id, v.number
    """
    for appraisal, kind, round_, number, body, stored in _rows(sql):
        body = json.loads(body) if isinstance(body, str) else body
        if documents.digest(body) != stored:
            name = f"{kind} {round_}" if round_ else kind
            yield Finding(
                f"appraisal:{appraisal}", None, f"version {number} of its {name} was changed"
            )
    # Only what looks like an entry is asked; a tampered text was named above.
    sql = """
        SELECT e.stream, e.seq FROM cycles_ledgerentry e
        WHERE e.payload ~ '"version":"[0-9a-f]{64}"' AND NOT EXISTS (
            SELECT 1 FROM cycles_version v
            WHERE v.document_id = substring(e.payload from '"document":([0-9]{1,18})')::bigint
              AND v.hash = substring(e.payload from '"version":"([0-9a-f]{64})"'))
        ORDER BY e.stream, e.seq
    """
    for stream, seq in _rows(sql):
        yield Finding(stream, seq, "the version of the document it names is gone or was changed")


# --- export ----------------------------------------------------------------------------------


def export(to: TextIO) -> int:
    """Write the ledger as JSON lines, to be verified without the application; return how many.

    Seals first, each followed by the heads it saw, then each stream's entries and its head.
    """
    written = 0

    def put(**fields: object) -> None:
        nonlocal written
        to.write(json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n")
        written += 1

    with _snapshot():
        seals = """
            SELECT s.number, s.heads, s.previous, s.hash, h.stream, h.seq, h.hash
            FROM cycles_seal s JOIN cycles_sealedhead h ON h.seal_id = s.id
            ORDER BY s.number, h.stream COLLATE "C"
        """
        number = None
        for row in _rows(seals):
            if row[0] != number:
                number = row[0]
                put(seal=number, heads=row[1], previous=row[2], hash=row[3])
            put(sealed=row[4], seq=row[5], hash=row[6])
        entries = """
            SELECT e.stream, e.seq, e.previous, e.payload, e.hash, h.seq, h.hash,
                lead(e.seq) OVER (PARTITION BY e.stream ORDER BY e.seq)
            FROM cycles_ledgerentry e LEFT JOIN cycles_ledgerhead h ON h.stream = e.stream
            ORDER BY e.stream, e.seq
        """
        for stream, seq, previous, payload, hash_, head, head_hash, following in _rows(entries):
            put(stream=stream, seq=seq, previous=previous, payload=payload, hash=hash_)
            if following is None:
                put(head=stream, seq=head, hash=head_hash)
    return written
