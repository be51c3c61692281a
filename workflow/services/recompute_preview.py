"""What a recount would move, before anybody decides: how many, where, when, whose, for example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from cycles.models import Agency, Unit
from workflow.enums import State
from workflow.models import Case
from workflow.services.recompute import Recount, Verdict

# Rows of each breakdown, and cases shown as examples.
MOST, SAMPLE = 12, 8


@dataclass(frozen=True)
class Moving:
    """A case with the due date it has and the one it would have."""

    case: Case
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Preview:
    """What would happen to the running deadlines that were looked at.

    `rescued` are late now and no longer would be; `kept` would come earlier, but what was told
    stands. `earliest` and `latest` are the new last days.
    """

    running: int = 0
    moved: int = 0
    rescued: int = 0
    kept: int = 0
    told: int = 0
    for_hr: int = 0
    earliest: date | None = None
    latest: date | None = None
    states: Sequence[tuple[str, int]] = ()
    units: Sequence[tuple[str, int]] = ()
    agencies: Sequence[tuple[str, int]] = ()
    other_units: int = 0
    sample: Sequence[Moving] = ()


def preview_of(recount: Recount, now: datetime) -> Preview:
    """What `recount.apply` would do at this moment; writes nothing. Six queries at most."""
    verdicts = recount.verdicts
    moving = [verdict for verdict in verdicts if verdict.moves]
    kept = sum(verdict.group.number for verdict in verdicts if verdict.is_kept)
    if not moving:
        return Preview(running=recount.running, kept=kept)
    by_key = {verdict.group.key: verdict for verdict in moving}
    states: Counter[str] = Counter()
    agencies: Counter[int] = Counter()
    for verdict in moving:
        states[verdict.group.state] += verdict.group.number
        agencies[verdict.group.place.agency_id] += verdict.group.number
    units, told, for_hr = _where(recount, by_key)
    known = {
        unit.pk: unit
        for unit in Unit.objects.filter(pk__in=[pk for pk, _ in units.most_common(MOST)])
    }
    names = _agency_names(agencies)
    days = [verdict.last_day for verdict in moving]
    return Preview(
        running=recount.running,
        moved=sum(states.values()),
        rescued=sum(
            verdict.group.number for verdict in moving
            if verdict.group.due_at <= now < verdict.due_at
        ),
        kept=kept,
        told=told,
        for_hr=for_hr,
        earliest=min(days),
        latest=max(days),
        states=[(str(state.label), states[state]) for state in State if states[state]],
        units=[(known[pk].name, number) for pk, number in units.most_common(MOST) if pk in known],
        agencies=[(names[pk], number) for pk, number in agencies.most_common(MOST)],
        other_units=max(len(units) - MOST, 0),
        sample=_sample(recount, by_key),
    )  # fmt: skip


def _where(recount: Recount, by_key: dict[str, Verdict]) -> tuple[Counter[int], int, int]:
    """How many move in each unit, how many people hold them, and how many are HR's."""
    with connection.cursor() as cursor:
        cursor.execute(_WHERE.format(keyed=recount.keyed), recount.params | {"keys": list(by_key)})
        rows = cursor.fetchall()
    units = Counter({unit: number for unit, number, *_ in rows if unit is not None})
    _all, _number, told, for_hr = next(row for row in rows if row[0] is None)
    return units, told, for_hr


def _sample(recount: Recount, by_key: dict[str, Verdict]) -> list[Moving]:
    """Some of the cases that move, the earliest due first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SAMPLE.format(keyed=recount.keyed),
            recount.params | {"keys": list(by_key), "most": SAMPLE},
        )
        rows = cursor.fetchall()
    cases = {
        case.pk: case
        for case in Case.objects.filter(pk__in=[pk for pk, *_ in rows]).select_related(
            "person", "unit", "agency"
        )
    }
    return [Moving(cases[pk], before, by_key[key].due_at) for pk, key, before in rows]


def _agency_names(agencies: Counter[int]) -> dict[int, str]:
    return dict(Agency.objects.filter(pk__in=list(agencies)).values_list("pk", "name"))


_WHERE = """
SELECT unit_id, count(*), count(DISTINCT turn_person_id),
    count(*) FILTER (WHERE turn_person_id IS NULL)
FROM ({keyed}) k WHERE key = ANY(%(keys)s)
GROUP BY GROUPING SETS ((unit_id), ())"""

_SAMPLE = """
SELECT id, key, due_at FROM ({keyed}) k WHERE key = ANY(%(keys)s)
ORDER BY due_at, id LIMIT %(most)s"""
