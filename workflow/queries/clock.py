"""The dates of a cycle's stages with who set and who moved them, as far as a reader may know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from cycles.models import (
    Cycle,
    Extension,
    LedgerEntry,
    Person,
    Stage,
    TemplateVersion,
    Unit,
    User,
)
from workflow.models import Case
from workflow.permissions import Actor

# Acts of a cycle's stream that set its dates, and how many of the latest are shown.
SETTING = ("prepare", "change_setup", "change_cycle")
MOST = 10


@dataclass(frozen=True)
class Reader:
    """How much of a cycle's dates somebody may know: everything (HR), the unit's, or no names."""

    is_hr: bool = False
    is_observer: bool = False
    case: Case | None = None


@dataclass(frozen=True)
class Moved:
    """An extension as a reader sees it; names and reasons only where they are theirs to know."""

    extension: Extension
    shows_words: bool


@dataclass(frozen=True)
class ShownStage:
    """A stage's dates, whose they are, and what moved them."""

    stage: Stage
    moves: Sequence[Moved]


@dataclass(frozen=True)
class Setting:
    """An act that set dates of the cycle: when, by whom, why."""

    at: datetime
    name: str
    reason: str


def reader_of(cycle: Cycle, who: Actor) -> Reader | None:
    """What somebody may know of a cycle's dates; None when nothing. One query at most."""
    if cycle.agency_id in who.hr_agencies:
        return Reader(is_hr=True)
    own = None
    if who.person_id is not None:
        own = (
            Case.objects.filter(cycle=cycle, person_id=who.person_id).select_related("unit").first()
        )
    if own is not None:
        return Reader(case=own)
    if cycle.agency_id in who.observed_agencies:
        return Reader(is_observer=True)
    return None


def stages_shown(cycle: Cycle, reader: Reader) -> list[ShownStage]:
    """Every stage with its extensions. Two queries."""
    stages = Stage.objects.filter(cycle=cycle).select_related("unit")
    extensions = Extension.objects.filter(cycle=cycle).select_related(
        "unit", "person", "author", "stage"
    )
    if reader.case is not None:
        above = reader.case.unit.path.strip(".").split(".")
        stages = stages.filter(Q(unit=None) | Q(unit_id__in=above))
        extensions = extensions.filter(Q(person_id=reader.case.person_id) | Q(unit_id__in=above))
    elif not reader.is_hr:
        extensions = extensions.filter(person=None)
    moves: dict[tuple[str, int], list[Moved]] = {}
    for extension in extensions.order_by("created_at", "id"):
        key = (extension.stage.kind, extension.stage.number)
        moves.setdefault(key, []).append(Moved(extension, not reader.is_observer))
    return [
        ShownStage(stage, moves.get((stage.kind, stage.number), ()))
        for stage in stages.order_by("opens_on", "kind", "number", "unit__path")
    ]


def templates_of(cycle: Cycle) -> list[TemplateVersion]:
    """The template versions that the dates came from, the nearest first. One query if any."""
    wanted = [entry["version"] for entry in cycle.template_versions]
    if not wanted:
        return []
    found = TemplateVersion.objects.select_related("template").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def settings_of(cycle: Cycle) -> list[Setting]:
    """The acts that set this cycle's dates, the latest first. Three queries."""
    entries = LedgerEntry.objects.filter(
        stream=f"cycle:{cycle.pk}", action__in=SETTING
    ).order_by("-seq")[:MOST]  # fmt: skip
    payloads = [(entry.at, json.loads(entry.payload)) for entry in entries]
    accounts = User.objects.select_related("person").in_bulk(
        [payload["data"].get("author") or 0 for _at, payload in payloads]
    )
    people = Person.objects.in_bulk([payload["actor"] or 0 for _at, payload in payloads])
    return [
        Setting(at, _name(payload, accounts, people), payload["reason"]) for at, payload in payloads
    ]


def _name(payload: dict[str, Any], accounts: dict[int, User], people: dict[int, Person]) -> str:
    """Who acted: a member of staff, or an account that belongs to nobody."""
    if person := people.get(payload["actor"] or 0):
        return str(person.name)
    account = accounts.get(payload["data"].get("author") or 0)
    return account.username if account else ""


def units_of(agency_id: int) -> list[Unit]:
    """The units of an agency that exist, as its tree is read. One query."""
    units = list(Unit.objects.filter(agency_id=agency_id, closed_on=None))
    names = {str(unit.pk): unit.name for unit in units}
    return sorted(units, key=lambda u: [names.get(n, "") for n in u.path.strip(".").split(".")])
