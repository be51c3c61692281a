"""What the first page shows: a person's own appraisals, and where the running cycles stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, Sum

from cycles.enums import CycleStatus
from cycles.models import Cycle
from workflow.enums import State
from workflow.models import Case, CounterDelta, CounterTotal
from workflow.permissions import Actor
from workflow.queries.completion import GROUPS, is_overdue, is_pooled

# Years of work in one agency, more than a page needs.
MOST_OWN = 30


def own_cases(actor: Actor) -> list[Case]:
    """A person's own appraisals, the latest year first. One query."""
    return list(
        Case.objects.filter(person=actor.person_id)
        .select_related(
            "agency", "cycle", "unit", "post", "person", "appraisal", "turn_person", "turn_post",
            "rater", "rater_post",
        )
        .order_by("-cycle__year", "-pk")[:MOST_OWN]
    )  # fmt: skip


@dataclass
class Standing:
    """Where one running cycle stands, in numbers."""

    cycle: Cycle
    states: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    pooled: int = 0
    finals: int = 0

    @property
    def taking_part(self) -> int:
        return sum(n for state, n in self.states.items() if state != State.EXCLUDED)

    @property
    def closed(self) -> int:
        return self.states.get(State.CLOSED, 0)

    @property
    def percent(self) -> int:
        """The share that is finally approved, rounded down: 100 means all."""
        return 100 * self.closed // self.taking_part if self.taking_part else 0

    @property
    def groups(self) -> dict[str, int]:
        return {g.key: sum(self.states.get(s, 0) for s in g.states) for g in GROUPS}


def running(agency_ids: Iterable[int]) -> list[Standing]:
    """The running cycles of some agencies with their numbers. Two queries, or one for none."""
    cycles = Cycle.objects.filter(agency__in=list(agency_ids), status=CycleStatus.OPEN)
    found = {
        cycle.pk: Standing(cycle)
        for cycle in cycles.select_related("agency").order_by("agency__name", "-year")
    }
    if not found:
        return []
    # One statement, hence one snapshot (see workflow.queries.counters).
    folded = (
        CounterTotal.objects.filter(cycle__in=found)
        .values_list("cycle_id", "state")
        .annotate(number=Sum("total"))
    )
    moved = (
        CounterDelta.objects.filter(cycle__in=found)
        .values_list("cycle_id", "state")
        .annotate(number=Sum("delta"))
    )
    for cycle_id, state, number in folded.union(moved, all=True):
        states = found[cycle_id].states
        states[state] = states.get(state, 0) + number
    return list(found.values())


def burden(standings: Iterable[Standing], now: datetime) -> None:
    """Add to standings how much is late and what lies in HR's pool. One query, or none."""
    by_cycle = {standing.cycle.pk: standing for standing in standings}
    if not by_cycle:
        return
    late, pooled = is_overdue(now), is_pooled()
    rows = (
        Case.objects.filter(late | pooled, cycle__in=by_cycle)
        .values("cycle_id")
        .annotate(
            overdue=Count("pk", filter=late),
            pooled=Count("pk", filter=pooled),
            finals=Count("pk", filter=pooled & Q(state=State.FINAL_APPROVAL)),
        )
        .order_by()
    )
    for row in rows:
        standing = by_cycle[row["cycle_id"]]
        standing.overdue, standing.pooled = row["overdue"], row["pooled"]
        standing.finals = row["finals"]
