"""Undoing an import while nothing was built on it: former values back, what it added gone.

The ledger keeps its entries and gets new ones that tell of the undoing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cycles import clock
from cycles.enums import ImportState
from cycles.exceptions import Refused
from cycles.models import ImportRun
from cycles.services.imports.agencies import unwrite_agencies
from cycles.services.imports.applying import Works, take_turns
from cycles.services.imports.receiving import lock_run
from cycles.services.imports.staging import staged
from cycles.services.imports.telling import Teller
from cycles.services.imports.writing import PATHS

_PEOPLE: Final = (
    # Postings: what began goes, what ended or was moved in time is as before.
    """
    DELETE FROM cycles_posting g USING import_person i
    WHERE g.agency_id = %(agency)s AND g.person_id = i.id AND g.post_id = i.post_id
        AND g.starts_on = i.starts_on
    """,
    """
    UPDATE cycles_posting g SET starts_on = (e.value->>1)::date, ends_on = (e.value->>2)::date
    FROM import_person i, jsonb_array_elements(i.was->'postings') e
    WHERE g.id = (e.value->>0)::bigint AND g.agency_id = %(agency)s
    """,
    # Numbers: one that had been there before only stops being the current one.
    """
    DELETE FROM cycles_identitynumber n USING import_person i
    WHERE n.person_id = i.id AND n.number = i.digits AND i.digits_kind IS NOT NULL
        AND NOT coalesce((i.was->>'number_known')::boolean, false)
    """,
    """
    UPDATE cycles_identitynumber n SET is_current = false
    FROM import_person i
    WHERE n.person_id = i.id AND n.number = i.digits AND i.digits_kind IS NOT NULL AND NOT i.is_new
    """,
    """
    UPDATE cycles_identitynumber n SET is_current = true
    FROM import_person i WHERE n.id = (i.was->>'number')::bigint
    """,
    """
    DELETE FROM cycles_personkey k USING import_person i
    WHERE k.agency_id = %(agency)s AND k.person_id = i.id AND k.key = i.key
    """,
    """
    DELETE FROM cycles_user u USING import_person i
    WHERE u.person_id = i.id AND i.login IS NOT NULL
    """,
    """
    UPDATE cycles_user u SET email = i.was->>'email'
    FROM import_person i WHERE u.person_id = i.id AND i.was ? 'email' AND i.login IS NULL
    """,
    "DELETE FROM cycles_person p USING import_person i WHERE p.id = i.id AND i.is_new",
    """
    UPDATE cycles_person p SET name = coalesce(i.was->>'name', p.name),
        kind = coalesce(i.was->>'kind', p.kind), rank = coalesce(i.was->>'rank', p.rank),
        left_on = (i.was->>'left_on')::date
    FROM import_person i WHERE p.id = i.id AND NOT i.is_new
    """,
)
_POSTS: Final = (
    "UPDATE cycles_post p SET is_head = false FROM import_post i WHERE p.id = i.id AND p.is_head",
    """
    UPDATE cycles_post p SET superior_id = (e.value->>1)::bigint
    FROM cycles_importrun r, jsonb_array_elements(r.undo->'superiors') e
    WHERE r.id = %(run)s AND p.id = (e.value->>0)::bigint
    """,
    "DELETE FROM cycles_post p USING import_post i WHERE p.id = i.id AND i.is_new",
    """
    UPDATE cycles_post p SET title = i.was->>'title', kind = i.was->>'kind',
        grade = i.was->>'grade', is_head = (i.was->>'is_head')::boolean,
        unit_id = (i.was->>'unit')::bigint, closed_on = (i.was->>'closed_on')::date,
        is_superior_given = (i.was->>'given')::boolean,
        superior_id = (i.was->>'superior')::bigint
    FROM import_post i WHERE p.id = i.id AND NOT i.is_new
    """,
)
_UNITS: Final = (
    "DELETE FROM cycles_unit u USING import_unit i WHERE u.id = i.id AND i.is_new",
    """
    UPDATE cycles_unit u SET name = i.was->>'name', parent_id = (i.was->>'parent')::bigint,
        week = (i.was->>'week')::smallint, closed_on = (i.was->>'closed_on')::date
    FROM import_unit i WHERE u.id = i.id AND NOT i.is_new
    """,
    PATHS,
)
_ROWS: Final = """
FROM cycles_importrow r WHERE r.run_id = %(run)s AND r.outcome <> 'same'
"""
# What may have been built on a run, cheapest question first; each finds one row at most.
_BUILT_ON: Final = (
    (
        "account",
        f"""SELECT 1 FROM cycles_user u WHERE u.person_id IN (
            SELECT (r.undo->>'id')::bigint {_ROWS} AND r.kind = 'person'
                AND r.undo->'to' ? 'login')
        AND (u.last_login IS NOT NULL OR u.invited_at IS NOT NULL
            OR u.invitation_asked_at IS NOT NULL OR u.password NOT LIKE '!%%')
        LIMIT 1""",  # noqa: S608
    ),
    (
        "appraisal",
        f"""SELECT 1 FROM cycles_appraisal a WHERE a.agency_id = %(agency)s AND a.person_id IN (
            SELECT (r.undo->>'id')::bigint {_ROWS} AND r.kind = 'person' AND r.undo ? 'new')
        LIMIT 1""",  # noqa: S608
    ),
    (
        "appraisal",
        f"""SELECT 1 FROM cycles_segment s JOIN cycles_appraisal a ON a.id = s.appraisal_id
        WHERE s.agency_id = %(agency)s AND (a.person_id, s.post_id) IN (
            SELECT (r.undo->>'id')::bigint, (r.undo->'to'->>'post')::bigint {_ROWS}
                AND r.kind = 'person' AND r.undo->'to' ? 'post')
        LIMIT 1""",  # noqa: S608
    ),
    # Entries written after the run's own last one, in a stream of its rows or their accounts.
    (
        "change",
        f"""SELECT 1 FROM cycles_ledgerentry e
        WHERE e.id > (SELECT max(o.id) FROM cycles_ledgerentry o WHERE o.stream = %(stream)s)
            AND e.stream ~ '^(unit|post|person|account|agency):'
            AND e.stream IN (
                SELECT r.kind || ':' || (r.undo->>'id') {_ROWS}
                UNION ALL
                SELECT 'post:' || (s.value->>0) FROM cycles_importrun u,
                    jsonb_array_elements(u.undo->'superiors') s WHERE u.id = %(run)s
                UNION ALL
                SELECT 'account:' || u.id FROM cycles_user u WHERE u.person_id IN (
                    SELECT (r.undo->>'id')::bigint {_ROWS} AND r.kind = 'person'))
        LIMIT 1""",  # noqa: S608
    ),
)  # fmt: skip


def why_not_undone(run: ImportRun) -> str:
    """The sentence that stands against undoing; "" for none. At most four queries."""
    if run.state != ImportState.APPLIED:
        return _("This import was not applied, or is undone already.")
    sentences = {
        "account": _("Somebody of this import was invited or has logged in since. Mend single "
                     "people on their pages, or bring a corrected file."),
        "appraisal": _("Appraisals were opened for people of this import. Mend single people on "
                       "their pages, or bring a corrected file."),
        "change": _("What this import brought was changed since. Mend the rest on its pages, or "
                    "bring a corrected file."),
    }  # fmt: skip
    parameters = {"run": run.pk, "agency": run.agency_id, "stream": f"import:{run.pk}"}
    with connection.cursor() as cursor:
        for what, sql in _BUILT_ON:
            cursor.execute(sql, parameters)
            if cursor.fetchone():
                return sentences[what]
    return ""


def undo(run: ImportRun, progress: Works) -> dict[str, Any]:
    """Take an applied run back. Returns how many entries tell of it.

    Raises Refused where something was built on it. A run undone already stays so.
    """
    now = clock.now()
    with transaction.atomic():
        agency = take_turns(run.agency_id)
        locked = lock_run(run)
        if locked.state == ImportState.UNDONE:
            return {"counts": locked.counts}
        if sentence := why_not_undone(locked):
            raise Refused(sentence)
        total = sum(sum(outcomes.values()) for outcomes in locked.counts.values())
        teller = Teller(locked, progress.author, now, "undo_import")
        written = teller.rows()
        progress.say(total // 3, total)
        try:
            with transaction.atomic():
                if agency is None:
                    unwrite_agencies(locked.pk)
                else:
                    _take_back(locked, agency.pk)
                progress.say(total * 2 // 3, total)
                with connection.cursor() as cursor:
                    # Whatever else names one of these rows shows here, not at the commit.
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except IntegrityError as error:
            raise Refused(
                _("Something else refers to what this import brought. Mend it on its pages, or "
                  "bring a corrected file.")
            ) from error  # fmt: skip
        teller.run_itself("undo_import", counts=locked.counts)
        locked.state, locked.undone_at = ImportState.UNDONE, now
        locked.save(update_fields=["state", "undone_at"])
        progress.say(total, total)
    run.refresh_from_db()
    return {"counts": run.counts, "entries": written + 1}


def _take_back(run: ImportRun, agency_id: int) -> None:
    with staged(run.pk):
        _run(_PEOPLE, run.pk, agency_id)
        _run(_POSTS, run.pk, agency_id)
        if "unit" in run.counts:
            _run(_UNITS, run.pk, agency_id)


def _run(statements: Iterable[str], run_id: int, agency_id: int) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            named = "%(" in statement
            cursor.execute(statement, {"agency": agency_id, "run": run_id} if named else None)
