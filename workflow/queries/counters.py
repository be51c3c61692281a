"""How many cases stand where: totals plus what has moved since the last folding."""

from __future__ import annotations

from django.db.models import Sum

from workflow.models import CounterDelta, CounterTotal


def counts(cycle_id: int) -> dict[tuple[int, str], int]:
    """How many cases of a cycle stand in each (unit, state), to this moment.

    One statement, hence one snapshot: between two of them a folding could move rows from one
    table to the other and have them counted twice or not at all.
    """
    folded = CounterTotal.objects.filter(cycle_id=cycle_id).values_list("unit_id", "state", "total")
    moved = (
        CounterDelta.objects.filter(cycle_id=cycle_id)
        .values_list("unit_id", "state")
        .annotate(number=Sum("delta"))
    )
    found: dict[tuple[int, str], int] = {}
    for unit_id, state, number in folded.union(moved, all=True):
        found[unit_id, state] = found.get((unit_id, state), 0) + number
    return {key: number for key, number in found.items() if number}
