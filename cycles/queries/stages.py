"""The stages and rules of a cycle as they apply to one person: the unit's own, and extensions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cycles.enums import StageKind
from cycles.models import Cycle, Extension, Stage
from cycles.rules import CycleRules, rules_at


@dataclass(frozen=True)
class StageDates:
    """A stage's local days; `extended_to` is the furthest extension that applies."""

    id: int
    kind: str
    number: int
    name: str
    opens_on: date
    due_on: date
    closes_on: date
    extended_to: date | None = None
    extensions: tuple[int, ...] = ()
    # Whose dates these are: a unit's (with all below it), or (None) everybody's.
    unit_id: int | None = None


@dataclass(frozen=True)
class Timetable:
    """All stages of a cycle as they apply to one person in one unit."""

    stages: tuple[StageDates, ...]

    def stage(self, kind: str, number: int = 0) -> StageDates:
        """Raises LookupError when the cycle has no such stage."""
        for stage in self.stages:
            if stage.kind == kind and (kind != "checkin" or stage.number == number):
                return stage
        raise LookupError(f"the cycle has no stage {kind} {number}")

    @property
    def rounds(self) -> tuple[int, ...]:
        """The numbers of the check-in rounds, in order."""
        return tuple(sorted(stage.number for stage in self.stages if stage.kind == "checkin"))

    def round_at_or_after(self, number: int) -> StageDates | None:
        """The check-in round with this number or the next one; None when none is left."""
        left = [number_ for number_ in self.rounds if number_ >= number]
        return self.stage("checkin", left[0]) if left else None


def rules_of(cycle: Cycle, unit_path: str) -> CycleRules:
    """The rules that hold for people of a unit. No query."""
    return rules_at(cycle.rules, cycle.unit_rules, unit_path)


def stages_of(cycle: Cycle) -> tuple[StageDates, ...]:
    """All stages of the cycle, those of single units among them, without extensions. One query."""
    return tuple(
        StageDates(id_, kind, number, name, opens, due, closes, unit_id=unit_id)
        for id_, kind, number, name, opens, due, closes, unit_id in Stage.objects.filter(
            cycle=cycle
        )
        .order_by("opens_on", "kind", "number")
        .values_list("id", "kind", "number", "name", "opens_on", "due_on", "closes_on", "unit_id")
    )


def stages_for(
    cycle: Cycle, unit_path: str, stages: tuple[StageDates, ...]
) -> tuple[StageDates, ...]:
    """The stages that hold in a unit: of each kind those of the nearest unit that has its own.

    Check-ins count as one whole: a unit with its own has their number too, or none at all.
    """
    if cycle.unit_rules and not rules_of(cycle, unit_path).has_checkins:
        stages = tuple(stage for stage in stages if stage.kind != StageKind.CHECKIN)
    if all(stage.unit_id is None for stage in stages):
        return stages
    above = unit_path.split(".")

    def depth(stage: StageDates) -> int:
        """How near the stage's unit is; 0 for everybody's, -1 for another unit's."""
        if stage.unit_id is None:
            return 0
        name = str(stage.unit_id)
        return above.index(name) + 1 if name in above else -1

    nearest: dict[str, int] = {}
    for stage in stages:
        nearest[stage.kind] = max(nearest.get(stage.kind, 0), depth(stage))
    return tuple(stage for stage in stages if depth(stage) == nearest[stage.kind])


def timetable(
    cycle: Cycle,
    *,
    person_id: int,
    unit_path: str,
    stages: tuple[StageDates, ...] | None = None,
    extensions: list[tuple[int, int, date, int | None, str | None]] | None = None,
) -> Timetable:
    """The stages with the extensions that reach this person: theirs, their unit's or above it.

    An extension is of a stage of the year, whosever dates the stage has: the person's nearest
    stage of that kind and number is prolonged.
    """
    if extensions is None:
        extensions = extensions_of(cycle)
    if stages is None:
        stages = stages_of(cycle)
    known = {stage.id: (stage.kind, stage.number) for stage in stages}
    reached: dict[tuple[str, int], list[tuple[date, int]]] = {}
    for identifier, stage_id, due_on, for_person, for_unit in extensions:
        reaches = for_unit is not None and unit_path.startswith(for_unit)
        if stage_id in known and (for_person == person_id or reaches):
            reached.setdefault(known[stage_id], []).append((due_on, identifier))
    return Timetable(
        tuple(
            replace(
                stage,
                extended_to=max(day for day, _ in found),
                extensions=tuple(sorted(identifier for _, identifier in found)),
            )
            if (found := reached.get((stage.kind, stage.number)))
            else stage
            for stage in stages_for(cycle, unit_path, stages)
        )
    )


def extensions_of(cycle: Cycle) -> list[tuple[int, int, date, int | None, str | None]]:
    """(id, stage, new due day, person, unit path) of a cycle's extensions. One query."""
    return list(
        Extension.objects.filter(cycle=cycle).values_list(
            "id", "stage_id", "due_on", "person_id", "unit__path"
        )
    )
