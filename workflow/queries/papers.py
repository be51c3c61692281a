"""What a decision needs of a case's documents, for any number of cases in one question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from cycles.documents import Body
from cycles.enums import DocumentKind
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import Actor, may_see_document


@dataclass(frozen=True)
class Paper:
    """What was handed in last, and what stood there the time before, if it was handed in again."""

    body: Body
    number: int = 1
    previous: Body | None = None


Papers = dict[str, Paper]
D, S = DocumentKind, State
REVIEWED = {
    S.PLAN_REVIEW: D.PLAN,
    S.CHECKIN_REVIEW: D.CHECKIN,
    S.SUPERVISOR_REVIEW: D.SELF_ASSESSMENT,
    S.RATING_REVIEW: D.RATING,
}


# Which versions a decision needs, by where the case stands: what was handed in last and the time
# before, the plan in force, both sides of an objection. One fixed text, as for the arms above.
_PAPERS = """
SELECT c.id, d.kind, d.round, v.number, v.body
FROM workflow_case c
JOIN cycles_document d ON d.appraisal_id = c.appraisal_id
JOIN cycles_version v ON v.document_id = d.id
LEFT JOIN cycles_segment s ON s.id = d.segment_id
WHERE c.id = ANY(%(cases)s) AND (
    (d.kind = 'plan' AND s.number = c.segment_number AND CASE c.state
        WHEN 'plan_review' THEN v.number >= d.latest - 1
        WHEN 'checkin_review' THEN v.number = d.in_force
        WHEN 'supervisor_review' THEN v.number = d.in_force
        ELSE false END)
    OR (d.kind = 'checkin' AND c.state = 'checkin_review' AND s.number = c.segment_number
        AND d.round = c.round AND v.number >= d.latest - 1)
    OR (d.kind = 'self_assessment' AND c.state = 'supervisor_review' AND v.number >= d.latest - 1)
    OR (d.kind = 'rating' AND d.round = c.rating_number AND CASE c.state
        WHEN 'rating_review' THEN v.number >= d.latest - 1
        WHEN 'objection_statements' THEN v.number = d.latest
        WHEN 'objection_decision' THEN v.number = d.latest
        WHEN 'final_approval' THEN v.number = d.latest
        ELSE false END)
    OR (d.kind IN ('objection', 'explanation', 'statement') AND d.round = c.objection_number
        AND v.number = d.latest AND c.state IN ('objection_statements', 'objection_decision'))
    OR (d.kind = 'decision' AND d.round = c.objection_number AND v.number = d.latest
        AND c.state IN ('supervisor_review', 'final_approval'))
)
ORDER BY d.id, v.number DESC
"""


def papers_of(cases: Sequence[Case], actor: Actor) -> dict[int, Papers]:
    """By case id and kind, the documents that a decision needs. One query for all, or none.

    Of one's own appraisal nothing is read here: its editor shows it.
    """
    others = {case.pk: case for case in cases if case.person_id != actor.person_id}
    found: dict[int, Papers] = {pk: {} for pk in others}
    if not others:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_PAPERS, {"cases": list(others)})
        rows = cursor.fetchall()
    for pk, kind, round_, number, raw in rows:
        if not may_see_document(actor, others[pk], kind, round_):
            continue
        papers, known = found[pk], found[pk].get(kind)
        if known is None:
            papers[kind] = Paper(_body(raw), number)
        elif known.previous is None and known.number == number + 1:
            papers[kind] = Paper(known.body, known.number, _body(raw))
    return found


def _body(raw: str | Body) -> Body:
    """A JSON column as Django's own connection hands it over: text."""
    body: Body = json.loads(raw) if isinstance(raw, str) else raw
    return body
