"""From due dates to deliveries: reminders, overdue notices, escalations. It never moves an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db import connection, transaction

from cycles.calendar import at_local, end_of_day, local_date
from cycles.enums import CycleStatus
from cycles.models import Cycle
from cycles.queries.calendars import calendar_for
from notifications.due import SEND_FROM_HOUR, last_days, notices
from notifications.enums import RuleKind
from notifications.models import SweepMark
from notifications.queries.rules import Scope, rules_by_cycle
from notifications.services.batches import in_parts
from notifications.services.deliveries import Wanted, put, settle_bells, settle_earlier
from notifications.services.recipients import Recipients
from workflow.enums import Party, State
from workflow.models import Case

BATCH: Final = 1000
# Between two mornings only an extension or a changed calendar brings something to tell.
LOOK_AGAIN: Final = timedelta(hours=1)
WEEKS: Final[tuple[Literal[5, 6], ...]] = (5, 6)

# Every (case, rule) that speaks now and was not told of. One row of `v` is one rule about one
# last day, in some states; `g` names the units of a group with notices of its own. The index on
# (cycle, due_at) finds the cases, the key of the deliveries those done.
_PENDING = """
WITH v AS (
    SELECT * FROM unnest(
        %(rules)s::text[], %(days)s::text[], %(after)s::timestamptz[], %(until)s::timestamptz[],
        %(moments)s::timestamptz[], %(weeks)s::int[], %(states)s::text[], %(groups)s::int[]
    ) AS v(rule, day, after, until, moment, week, states, grp)
), g AS (
    SELECT * FROM unnest(%(of_units)s::int[], %(units)s::bigint[]) AS g(grp, unit_id)
)
SELECT c.id, c.turn_number, v.rule, v.day
FROM v
JOIN workflow_case c ON c.cycle_id = %(cycle)s AND c.due_at > v.after AND c.due_at <= v.until
JOIN cycles_unit u ON u.id = c.unit_id AND u.week = v.week
WHERE c.turn_since <= v.moment
  AND c.state = ANY(string_to_array(v.states, ','))
  AND (v.grp = 0 OR (v.grp, c.unit_id) IN (SELECT grp, unit_id FROM g))
  AND c.turn_party <> %(system)s
  -- To object is a right: who lets the time pass is not late.
  AND (c.state <> %(announced)s OR v.rule LIKE %(before)s)
  -- Nobody is reminded of a check-in that has not opened.
  AND (c.state <> %(monitoring)s OR c.round_opens_at <= v.moment)
  AND NOT EXISTS (
      SELECT 1 FROM notifications_delivery d
      WHERE d.cycle_id = c.cycle_id AND d.rule = v.rule
        AND d.occasion = 'turn:' || c.id || ':' || c.turn_number || ':' || v.day
  )
ORDER BY c.id, v.moment, v.rule
"""

Pending = tuple[int, int, str, str]
# What of a case is read here: a hundred thousand of them would not be light with all fields.
NEEDED: Final = (
    "agency__zone", "cycle_id", "person_id", "post_id", "state", "turn_party", "turn_person_id",
    "turn_post_id", "turn_number", "due_at",
)  # fmt: skip


def tell_deadlines(now: datetime, *, by_mail: bool = True) -> int:
    """Tell of every due date of every open cycle what is due now; return how many notices.

    Set-based: a case with nothing to tell costs no query. Doing it again, or twice at once,
    writes nothing twice.
    """
    return _tell(list(_open_cycles()), now, by_mail)


def look(now: datetime) -> int:
    """The same for the agencies where a morning has come, or an hour has passed, since the last."""
    marks = dict(SweepMark.objects.values_list("agency_id", "deadlines_at"))
    waiting = [
        cycle
        for cycle in _open_cycles()
        if (mark := marks.get(cycle.agency_id)) is None
        or not mark <= now < mark + LOOK_AGAIN
        or mark < at_local(zone := cycle.agency.zone, local_date(zone, now), SEND_FROM_HOUR) <= now
    ]
    if not waiting:
        return 0
    told = _tell(waiting, now, by_mail=True)
    SweepMark.objects.bulk_create(
        [
            SweepMark(agency_id=pk, deadlines_at=now)
            for pk in sorted({cycle.agency_id for cycle in waiting})
        ],
        update_conflicts=True,
        unique_fields=["agency"],
        update_fields=["deadlines_at"],
    )
    return told


def _open_cycles() -> Iterator[Cycle]:
    yield from (
        Cycle.objects.filter(status=CycleStatus.OPEN).select_related("agency").order_by("id")
    )


def _tell(cycles: Sequence[Cycle], now: datetime, by_mail: bool) -> int:
    rules = rules_by_cycle(cycles)
    recipients = Recipients(now)

    def tell_cycles(part: Sequence[Cycle]) -> int:
        return sum(_tell_cycle(cycle, rules[cycle.pk], recipients, now, by_mail) for cycle in part)

    return sum(in_parts([cycle], tell_cycles, "deadlines of a cycle") for cycle in cycles)


def _tell_cycle(
    cycle: Cycle, scopes: Sequence[Scope], recipients: Recipients, now: datetime, by_mail: bool
) -> int:
    found = _pending(cycle, scopes, now)
    told = 0
    for start in range(0, len(found), BATCH):
        told += in_parts(
            found[start : start + BATCH],
            lambda part: _write(part, recipients, now, by_mail),
            "deadline",
        )
    return told


def _pending(cycle: Cycle, scopes: Sequence[Scope], now: datetime) -> list[Pending]:
    """(case, turn, rule, last day) of everything to be told now. One query."""
    columns: dict[str, list[object]] = {
        name: []
        for name in ("rules", "days", "after", "until", "moments", "weeks", "states", "groups",
                     "of_units", "units")
    }  # fmt: skip
    for number, scope in enumerate(scopes, start=1):
        group = 0 if scope.units is None else number
        _collect(columns, cycle, scope, group, now)
        columns["of_units"] += [group] * len(scope.units or ())
        columns["units"] += scope.units or ()
    if not columns["rules"]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _PENDING,
            {
                **columns,
                "cycle": cycle.pk,
                "system": Party.SYSTEM.value,
                "announced": State.ANNOUNCED.value,
                "monitoring": State.MONITORING.value,
                "before": f"{RuleKind.BEFORE.value}:%",
            },
        )
        found: list[Pending] = cursor.fetchall()
        return found


def _collect(
    columns: dict[str, list[object]], cycle: Cycle, scope: Scope, group: int, now: datetime
) -> None:
    """A row for every rule of a scope that speaks now about a last day."""
    zone, rules = cycle.agency.zone, scope.rules
    for week in WEEKS:
        calendar = calendar_for(cycle.agency, week)
        for day in last_days(rules, calendar, now):
            for notice in notices(rules, day, calendar, now):
                columns["rules"].append(notice.rule.code)
                columns["days"].append(day.isoformat())
                columns["after"].append(end_of_day(zone, day - timedelta(days=1)))
                columns["until"].append(end_of_day(zone, day))
                columns["moments"].append(notice.moment)
                columns["weeks"].append(week)
                columns["states"].append(",".join(scope.states))
                columns["groups"].append(group)


def _write(pending: Sequence[Pending], recipients: Recipients, now: datetime, by_mail: bool) -> int:
    with transaction.atomic():
        cases = {
            case.pk: case
            for case in Case.objects.filter(pk__in={pk for pk, *_ in pending})
            .select_related("agency")
            .only(*NEEDED)
        }
        recipients.prepare(list(cases.values()))
        # A case that moved since it was found is left out: its new turn is told of by itself.
        standing = [
            (cases[pk], rule, day) for pk, turn, rule, day in pending
            if cases[pk].turn_number == turn and _last_day(cases[pk]) == day
        ]  # fmt: skip
        put(
            [
                notice
                for case, rule, day in standing
                for notice in _notices(case, rule, day, recipients, now, by_mail)
            ],
            now,
        )
    settle_bells(cases, now)
    settle_earlier(cases, now)
    return len(standing)


def _last_day(case: Case) -> str:
    return local_date(case.agency.zone, case.due_at - timedelta(microseconds=1)).isoformat()


def _notices(
    case: Case, rule: str, day: str, recipients: Recipients, now: datetime, by_mail: bool
) -> Iterator[Wanted]:
    kind = rule.partition(":")[0]
    people = {
        RuleKind.SUPERIOR: recipients.superiors,
        RuleKind.HR: recipients.escalation_hr,
    }.get(RuleKind(kind), recipients.holders)(case)
    for person in people:
        yield Wanted(
            case=case,
            occasion=f"turn:{case.pk}:{case.turn_number}:{day}",
            rule=rule,
            person_id=person,
            at=now,
            who_id=case.turn_person_id if kind in {RuleKind.SUPERIOR, RuleKind.HR} else None,
            by_mail=by_mail,
        )
