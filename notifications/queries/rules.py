"""The notices of cycles: their own rows, else what their rules say by stretch of the year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cycles.models import Cycle, Unit
from cycles.queries.stages import rules_of
from cycles.rules import CycleRules
from notifications.due import Rule, by_states
from notifications.models import ReminderRule
from workflow.enums import OPEN


@dataclass(frozen=True)
class Scope:
    """Notices for the states and units (None: all) of a cycle in which they hold."""

    rules: tuple[Rule, ...]
    states: tuple[str, ...]
    units: tuple[int, ...] | None = None


EVERYWHERE = tuple(sorted(OPEN))


def rules_by_cycle(cycles: Iterable[Cycle]) -> dict[int, tuple[Scope, ...]]:
    """Returns each cycle's notices. Two queries for any number of cycles."""
    by_id = {cycle.pk: cycle for cycle in cycles}
    own: dict[int, list[Rule]] = {}
    rows = ReminderRule.objects.filter(cycle__in=by_id).order_by("kind", "days")
    for cycle_id, kind, days in rows.values_list("cycle_id", "kind", "days"):
        own.setdefault(cycle_id, []).append(Rule(kind, days))
    differing = {cycle.agency_id for cycle in by_id.values() if cycle.unit_rules}
    units: dict[int, list[tuple[int, str]]] = {}
    if differing:
        for agency_id, pk, path in Unit.objects.filter(agency__in=differing).values_list(
            "agency_id", "pk", "path"
        ):
            units.setdefault(agency_id, []).append((pk, path))
    return {
        pk: (Scope(tuple(own[pk]), EVERYWHERE),)
        if pk in own
        else tuple(_scopes(cycle, units.get(cycle.agency_id, [])))
        for pk, cycle in by_id.items()
    }


def _scopes(cycle: Cycle, units: list[tuple[int, str]]) -> Iterator[Scope]:
    if not cycle.unit_rules:
        for states, rules in by_states(CycleRules.from_json(cycle.rules)):
            yield Scope(rules, states)
        return
    groups: dict[tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...], list[int]] = {}
    for pk, path in units:
        groups.setdefault(by_states(rules_of(cycle, path)), []).append(pk)
    for found, ids in groups.items():
        for states, rules in found:
            yield Scope(rules, states, tuple(ids))
