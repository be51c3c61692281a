"""An entry in the ledger for each row of a run, in the stream of what it touched. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from cycles import ledger
from cycles.enums import RowOutcome
from cycles.models import ImportRun, User
from cycles.services.superiors import NewSuperior

_CHUNK: Final = 1000
_KINDS: Final = ("unit", "post", "person", "agency")
# Where a row's own facts go into the canonical text of an entry.
_ROW, _COLUMNS, _POST = "\ue000row", "\ue000columns", "\ue000post"
_PER_ROW: Final = f"""
WITH incoming AS (
    SELECT r.kind || ':' || (r.undo->>'id') AS stream, %(agency)s::bigint AS agency_id,
        NULL::bigint AS cycle_id, %(at)s::timestamptz AS at, e.action, '' AS from_state,
        '' AS to_state,
        replace(replace(replace(e.payload, %(row)s, r.number::text),
            %(columns)s, CASE WHEN r.changes = '{{}}'::jsonb THEN '[]' ELSE
                (SELECT '["' || string_agg(k, '","' ORDER BY k) || '"]'
                 FROM jsonb_object_keys(r.changes) k) END),
            %(post)s, coalesce(r.undo->'to'->>'post', 'null')) AS payload
    FROM cycles_importrow r
    JOIN unnest(%(outcomes)s::text[], %(actions)s::text[], %(payloads)s::text[])
        AS e(outcome, action, payload) ON e.outcome = r.outcome
    WHERE r.run_id = %(run)s AND r.kind = %(kind)s
), {ledger.CHAIN}
SELECT count(*) FROM written
"""  # noqa: S608 - constants of our own
_OUTCOMES: Final = (
    RowOutcome.ADDED, RowOutcome.CHANGED, RowOutcome.MOVED, RowOutcome.CLOSED,
)  # fmt: skip


@dataclass(frozen=True)
class Teller:
    """Who did it, when, for which run; `verb` is "import" or "undo_import"."""

    run: ImportRun
    author: User
    at: datetime
    verb: str

    def rows(self) -> int:
        """One entry for each row that changes something; returns how many."""
        written = 0
        actions = [f"{self.verb}_{outcome}" for outcome in _OUTCOMES]
        payloads = [
            self._entry("", action, columns=_COLUMNS, post=_POST, row=_ROW).payload()
            for action in actions
        ]
        with connection.cursor() as cursor:
            # The planner cannot know how many rows come out of a WITH, and takes them for one.
            cursor.execute("SET LOCAL enable_nestloop = off")
            for kind in _KINDS:
                cursor.execute(
                    _PER_ROW,
                    {
                        "agency": self.run.agency_id, "at": self.at, "run": self.run.pk,
                        "kind": kind, "outcomes": list(_OUTCOMES), "actions": actions,
                        "payloads": payloads, "row": f'"{_ROW}"', "columns": f'"{_COLUMNS}"',
                        "post": f'"{_POST}"',
                    },
                )  # fmt: skip
                written += int(cursor.fetchone()[0])
            cursor.execute("SET LOCAL enable_nestloop = on")
        return written

    def superiors(self, changed: list[NewSuperior]) -> None:
        """Seats above posts that are another one now because of the rows."""
        for at in range(0, len(changed), _CHUNK):
            ledger.append([
                self._entry(f"post:{new.post_id}", f"{self.verb}_superior",
                            superior=[new.before, new.after])
                for new in changed[at : at + _CHUNK]
            ])  # fmt: skip

    def run_itself(self, action: str, **facts: Any) -> None:
        ledger.append([self._entry(f"import:{self.run.pk}", action, **facts)])

    def _entry(self, stream: str, action: str, **facts: Any) -> ledger.Entry:
        return ledger.Entry(
            stream=stream,
            action=action,
            at=self.at,
            agency_id=self.run.agency_id,
            actor_id=self.author.person_id,
            data={"author": self.author.pk, "import": self.run.pk, **facts},
        )
