"""How many cases stand where: totals plus what has moved since the last folding."""

from __future__ import annotations

from django.db.models import Sum

from workflow.models import CounterDelta, CounterTotal


def counts(cycle_id: int) -> dict[tuple[int, str], int]:
    """How many cases of a cycle stand in each (unit, state), to this moment. Two queries."""
    found: dict[tuple[int, str], int] = {}
    for model, column in ((CounterTotal, "total"), (CounterDelta, "delta")):
        rows = (
            model.objects.filter(cycle_id=cycle_id)
            .values_list("unit_id", "state")
            .annotate(number=Sum(column))
        )
        for unit_id, state, number in rows:
            found[unit_id, state] = found.get((unit_id, state), 0) + number
    return {key: number for key, number in found.items() if number}
