"""The notices of cycles: their own rows, else the defaults of their rules."""

from __future__ import annotations

from collections.abc import Iterable

from cycles.models import Cycle
from cycles.rules import CycleRules
from notifications.due import Rule, default_rules
from notifications.models import ReminderRule


def rules_by_cycle(cycles: Iterable[Cycle]) -> dict[int, tuple[Rule, ...]]:
    """Returns each cycle's rules. One query for any number of cycles."""
    by_id = {cycle.pk: cycle for cycle in cycles}
    own: dict[int, list[Rule]] = {}
    rows = ReminderRule.objects.filter(cycle__in=by_id).order_by("kind", "days")
    for cycle_id, kind, days in rows.values_list("cycle_id", "kind", "days"):
        own.setdefault(cycle_id, []).append(Rule(kind, days))
    return {
        pk: tuple(own[pk]) if pk in own else default_rules(CycleRules.from_json(cycle.rules))
        for pk, cycle in by_id.items()
    }
