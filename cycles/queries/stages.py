"""The stages of a cycle with the extensions that reach one person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cycles.models import Cycle, Extension, Stage


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


def stages_of(cycle: Cycle) -> tuple[StageDates, ...]:
    """The cycle's stages without extensions. One query."""
    return tuple(
        StageDates(*row)
        for row in Stage.objects.filter(cycle=cycle)
        .order_by("opens_on", "kind", "number")
        .values_list("id", "kind", "number", "name", "opens_on", "due_on", "closes_on")
    )


def timetable(
    cycle: Cycle,
    *,
    person_id: int,
    unit_path: str,
    stages: tuple[StageDates, ...] | None = None,
    extensions: list[tuple[int, int, date, int | None, str | None]] | None = None,
) -> Timetable:
    """The stages with the extensions that reach this person: theirs, their unit's or above it."""
    if extensions is None:
        extensions = extensions_of(cycle)
    reached: dict[int, list[tuple[date, int]]] = {}
    for identifier, stage_id, due_on, for_person, for_unit in extensions:
        if for_person == person_id or (for_unit is not None and unit_path.startswith(for_unit)):
            reached.setdefault(stage_id, []).append((due_on, identifier))
    return Timetable(
        tuple(
            replace(
                stage,
                extended_to=max(day for day, _ in reached[stage.id]),
                extensions=tuple(sorted(identifier for _, identifier in reached[stage.id])),
            )
            if stage.id in reached
            else stage
            for stage in (stages if stages is not None else stages_of(cycle))
        )
    )


def extensions_of(cycle: Cycle) -> list[tuple[int, int, date, int | None, str | None]]:
    """(id, stage, new due day, person, unit path) of a cycle's extensions. One query."""
    return list(
        Extension.objects.filter(cycle=cycle).values_list(
            "id", "stage_id", "due_on", "person_id", "unit__path"
        )
    )
