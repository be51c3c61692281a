"""A rehearsal: everything that would go wrong if the cycle opened now, found set-based."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import Calendar, local_date
from cycles.enums import CycleStatus, Severity
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Cycle, Finding, Rehearsal, Unit, User
from cycles.queries.calendars import calendar_for
from cycles.queries.lineup import lineup
from cycles.queries.rehearsal import CHECKS, Limits, before
from cycles.queries.rehearsal.checks import RANKS, SETTABLE
from cycles.queries.rehearsal.dates import Found, dates_and_rules
from cycles.queries.stages import stages_of

# Runs whose findings are kept: the last one and the one it is compared with.
KEPT = 2
Say = Callable[[int, int], None]

_FIND = """
INSERT INTO cycles_finding
    (rehearsal_id, code, severity, mark, person_id, post_id, unit_id, data, is_fresh)
SELECT %(run)s, %(code)s, %(severity)s, marked.mark, marked.person_id, marked.post_id,
    marked.unit_id, marked.data, %(before)s::bigint IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM cycles_finding f
        WHERE f.rehearsal_id = %(before)s AND f.mark = marked.mark)
FROM (
    SELECT %(code)s || ':' || found.mark AS mark, person_id, post_id, unit_id, data
    FROM ({check}) found
) marked ORDER BY marked.mark
"""
_MENDED = """
SELECT count(*) FROM cycles_finding f WHERE f.rehearsal_id = %s AND NOT EXISTS (
    SELECT 1 FROM cycles_finding still WHERE still.rehearsal_id = %s AND still.mark = f.mark)
"""


def rehearse(
    cycle: Cycle, *, author: User, now: datetime | None = None, say: Say | None = None
) -> Rehearsal:
    """Look for everything that would go wrong and keep what was found, compared with the last run.

    One transaction: a killed run leaves nothing. Raises Refused for a closed cycle.
    """
    instant = now or clock.now()
    if cycle.status == CycleStatus.CLOSED:
        raise Refused(_("This cycle is closed."))
    agency, limits = cycle.agency, Limits.of(cycle)
    today = local_date(agency.zone, instant)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two runs at once would be compared with the same one before.
        Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        run = Rehearsal.objects.create(cycle=cycle, author=author, at=instant)
        earlier = before(run)
        line = lineup(cycle, today)
        params = (
            line.params
            | limits.params()
            | {
                "run": run.pk,
                "before": earlier.pk if earlier else None,
                "cycle_ends": cycle.ends_on,
            }
        )
        cursor.execute(f"CREATE TEMPORARY TABLE rehearsed AS {line.sql}", params)
        cursor.execute("ANALYZE rehearsed")
        for number, check in enumerate(CHECKS):
            cursor.execute(
                _FIND.format(check=check.sql),
                params | {"code": check.code, "severity": check.severity.value},
            )
            if say is not None:
                say(number + 1, len(CHECKS) + 1)
        cursor.execute("SELECT count(*) FROM rehearsed WHERE why = ''")
        run.people = cursor.fetchone()[0]
        cursor.execute("DROP TABLE rehearsed")
        _write(run, earlier, _about_the_cycle(cycle, run, limits, today))
        _count(cursor, run, earlier)
        _forget(cycle)
    return run


def set_limits(cycle: Cycle, given: dict[str, Any], *, author: User, now: datetime) -> None:
    """Set what a rehearsal of this cycle calls too low, too many, too short. Raises Incomplete."""
    problems = []
    if given.get("lowest_rater") not in {kind.value for kind in RANKS}:
        problems.append(Problem("lowest_rater", _("Choose one of the kinds of posts.")))
    for field, most in (("most_people", 1000), ("least_days", 60)):
        if not isinstance(value := given.get(field), int) or not 1 <= value <= most:
            sentence = _("Enter a whole number from 1 to %(most)d.") % {"most": most}
            problems.append(Problem(field, sentence))
    if problems:
        raise Incomplete(problems)
    limits = {name: given[name] for name in SETTABLE}
    with transaction.atomic():
        held = Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        if held.status == CycleStatus.CLOSED:
            raise Refused(_("This cycle is closed."))
        if limits == {name: asdict(Limits.of(held))[name] for name in limits}:
            return
        held.limits = limits
        held.save(update_fields=["limits"])
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}", action="set_limits", at=now,
                    agency_id=cycle.agency_id, cycle_id=cycle.pk, actor_id=author.person_id,
                    data=limits,
                )
            ]
        )  # fmt: skip


def _about_the_cycle(cycle: Cycle, run: Rehearsal, limits: Limits, today: Any) -> list[Found]:
    def calendar_of(week: int) -> Calendar:
        return calendar_for(cycle.agency, week)

    weeks = set(
        Unit.objects.filter(agency_id=cycle.agency_id, closed_on=None)
        .order_by()
        .values_list("week", flat=True)
        .distinct()
    )
    found = list(dates_and_rules(cycle, stages_of(cycle), calendar_of, weeks or {5}, limits, today))
    if run.people == 0:
        found.append(Found("nobody", Severity.ERROR, "cycle"))
    return found


def _write(run: Rehearsal, earlier: Rehearsal | None, found: list[Found]) -> None:
    marks = [f"{one.code}:{one.mark}" for one in found]
    known = set(
        Finding.objects.filter(rehearsal=earlier, mark__in=marks).values_list("mark", flat=True)
        if earlier
        else marks
    )
    Finding.objects.bulk_create(
        Finding(
            rehearsal=run, code=one.code, severity=one.severity, mark=mark, unit_id=one.unit_id,
            data=one.data, is_fresh=mark not in known,
        )
        for one, mark in zip(found, marks, strict=True)
    )  # fmt: skip


def _count(cursor: CursorWrapper, run: Rehearsal, earlier: Rehearsal | None) -> None:
    numbers = Finding.objects.filter(rehearsal=run).aggregate(
        errors=Count("id", filter=Q(severity=Severity.ERROR)),
        warnings=Count("id", filter=Q(severity=Severity.WARNING)),
        notes=Count("id", filter=Q(severity=Severity.NOTE)),
        fresh=Count("id", filter=Q(is_fresh=True)),
    )
    for name, number in numbers.items():
        setattr(run, name, number)
    if earlier is not None:
        cursor.execute(_MENDED, [earlier.pk, run.pk])
        run.mended = cursor.fetchone()[0]
    run.save()


def _forget(cycle: Cycle) -> None:
    """Drop the findings of runs that nothing is compared with any more; their counts stay."""
    kept = Rehearsal.objects.filter(cycle=cycle).order_by("-id").values_list("id", flat=True)[:KEPT]
    Finding.objects.filter(rehearsal__cycle=cycle).exclude(rehearsal__in=list(kept))._raw_delete(
        using="default"
    )
