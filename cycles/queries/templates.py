"""Templates: what a place inherits, what it says itself, and the cycle that comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q

from cycles.blueprint import (
    AGENCY,
    MEMBERS,
    NATIONAL,
    UNIT,
    Body,
    Layer,
    Merged,
    StageDays,
    body_of_rules,
    members_from,
    merge,
    on,
    rules_from,
)
from cycles.blueprint_faults import Fault, faults
from cycles.calendar import Calendar
from cycles.enums import StageKind
from cycles.models import Agency, Cycle, CycleTemplate, TemplateVersion
from cycles.queries.calendars import calendar_for
from cycles.rules import CycleRules


def place_of(template: CycleTemplate) -> str:
    if template.unit_id is not None:
        return UNIT
    return AGENCY if template.agency_id is not None else NATIONAL


def label_of(template: CycleTemplate) -> str:
    """Whose template it is, as it stands beside a field; "" for the national one."""
    if template.unit is not None:
        return str(template.unit.name)
    return str(template.agency.short_name) if template.agency is not None else ""


def national_templates() -> list[CycleTemplate]:
    """The national templates in use, by name."""
    return list(CycleTemplate.objects.filter(agency=None, retired_at=None).order_by("name", "id"))


def latest_versions(templates: Iterable[CycleTemplate]) -> dict[int, TemplateVersion]:
    """The newest version of each template that has one, by template. One query."""
    newest = (
        TemplateVersion.objects.filter(template__in=[template.pk for template in templates])
        .order_by("template_id", "-number")
        .distinct("template_id")
    )
    return {version.template_id: version for version in newest}


def above(template: CycleTemplate) -> list[CycleTemplate]:
    """The templates this one inherits from, the national one first."""
    if template.base is None:
        return []
    chain = [*above(template.base), template.base]
    if template.unit is not None:
        chain += [
            other
            for other in overrides_of(template.base)
            if other.pk != template.pk
            and other.unit is not None
            and template.unit.path.startswith(other.unit.path)
        ]
    return chain


def overrides_of(agency_template: CycleTemplate) -> list[CycleTemplate]:
    """The unit overrides of an agency's template, the highest unit first. One query."""
    return list(
        agency_template.overrides.filter(retired_at=None, unit__isnull=False)
        .select_related("unit", "agency")
        .order_by("unit__depth", "unit__name", "id")
    )


def inherited(template: CycleTemplate) -> Merged:
    """What the places above say, as published."""
    chain = above(template)
    versions = latest_versions(chain)
    return merge(_layers(chain, versions))


def whole(template: CycleTemplate, own: Body | None = None) -> Merged:
    """The whole body with the template's draft (or `own`) over what it inherits."""
    chain = above(template)
    versions = latest_versions(chain)
    layer = Layer(place_of(template), template.draft if own is None else own, label_of(template))
    return merge([*_layers(chain, versions), layer])


def _layers(chain: Sequence[CycleTemplate], versions: dict[int, TemplateVersion]) -> list[Layer]:
    return [
        Layer(place_of(template), versions[template.pk].body, label_of(template))
        for template in chain
        if template.pk in versions
    ]


# --- the lists ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A template in a list, with its newest version."""

    template: CycleTemplate
    version: TemplateVersion | None

    @property
    def has_unpublished(self) -> bool:
        """Whether its draft says something else than what is in force."""
        return bool(self.template.draft != (self.version.body if self.version else {}))


def usual_template(agency: Agency) -> CycleTemplate | None:
    """The template that a first cycle follows: the agency's own, else a national one in force."""
    found = (
        CycleTemplate.objects.filter(unit=None, retired_at=None, versions__isnull=False)
        .filter(Q(agency=None) | Q(agency=agency))
        .select_related("agency", "unit", "base")
        .order_by(F("agency").asc(nulls_last=True), "id")
    )
    return found.first()


@dataclass(frozen=True)
class Shelf:
    """A national template with what an agency made of it."""

    national: Entry
    own: Entry | None
    units: list[Entry] = field(default_factory=list)


def shelves(agency: Agency) -> list[Shelf]:
    """The national templates with an agency's overrides. Two queries."""
    found = list(
        CycleTemplate.objects.filter(retired_at=None)
        .filter(Q(agency=None) | Q(agency=agency))
        .select_related("unit", "agency")
        .order_by("unit__depth", "name", "unit__name", "id")
    )
    versions = latest_versions(found)
    entries = {template.pk: Entry(template, versions.get(template.pk)) for template in found}
    shelves = []
    for national in (e for e in entries.values() if e.template.agency_id is None):
        own = next((e for e in entries.values() if e.template.base_id == national.template.pk),
                   None)  # fmt: skip
        units = [e for e in entries.values() if own and e.template.base_id == own.template.pk]
        shelves.append(Shelf(national, own, units))
    return shelves


# --- a cycle out of it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A stage's days, for everybody or for a unit with all below it."""

    unit_id: int | None
    days: StageDays

    @property
    def key(self) -> tuple[int | None, str, int]:
        return self.unit_id, self.days.kind, self.days.number


@dataclass(frozen=True)
class Setup:
    """Everything a cycle is set up with."""

    rules: dict[str, Any]
    stages: tuple[Placed, ...]
    unit_rules: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "rules": self.rules,
            "unit_rules": self.unit_rules,
            "members": self.members,
            "versions": self.versions,
            "stages": [
                [p.unit_id, p.days.kind, p.days.number, p.days.name,
                 *(d.isoformat() for d in (p.days.opens_on, p.days.due_on, p.days.closes_on))]
                for p in sorted(self.stages, key=lambda p: (p.unit_id or 0, *p.key[1:]))
            ],
        }  # fmt: skip


class Unusable(Exception):
    """A template that gives no cycle: the faults, and the unit (if any) whose override has them."""

    def __init__(self, found: Sequence[Fault], where: str) -> None:
        super().__init__(" ".join(fault.sentence for fault in found))
        self.faults, self.where = tuple(found), where


def setup_from(template: CycleTemplate, agency: Agency, year: int) -> Setup:
    """The cycle that a template (national, or the agency's own) gives in a year, as published.

    Relative days are counted with the agency's five-day calendar, for units with another week
    too: nobody's dates move because a unit differs in something else. Raises Unusable.
    """
    chain = [*above(template), template]
    units = overrides_of(template) if template.agency_id is not None else []
    versions = latest_versions([*chain, *units])
    calendar = calendar_for(agency)
    layers = _layers(chain, versions)
    body = merge(layers).body
    stages = _stages(body, year, calendar, "")
    rules = rules_from(body).to_json()
    placed = [Placed(None, days) for days in stages]
    unit_rules: list[dict[str, Any]] = []
    # What each place says in the end, for those below to differ from; the agency's is "".
    known: dict[str, tuple[list[Layer], dict[str, Any], tuple[StageDays, ...]]] = {
        "": (layers, rules, stages)
    }
    for override in units:
        unit = override.unit
        if unit is None or override.pk not in versions:
            continue
        nearest = max((path for path in known if unit.path.startswith(path)), key=len)
        above_layers, above_rules, above_stages = known[nearest]
        own_layers = [*above_layers, Layer(UNIT, versions[override.pk].body, unit.name)]
        own_body = merge(own_layers).body
        own_stages = _stages(own_body, year, calendar, unit.name)
        own_rules = rules_from(own_body).to_json()
        known[unit.path] = (own_layers, own_rules, own_stages)
        differing = {key: value for key, value in own_rules.items() if above_rules[key] != value}
        if differing:
            unit_rules.append({"unit": unit.pk, "path": unit.path, "rules": differing})
        for kind in dict.fromkeys(days.kind for days in (*own_stages, *above_stages)):
            own = [days for days in own_stages if days.kind == kind]
            if own != [days for days in above_stages if days.kind == kind]:
                placed += [Placed(unit.pk, days) for days in own]
    return Setup(
        rules=rules,
        stages=tuple(placed),
        unit_rules=unit_rules,
        members=members_from(body),
        versions=[
            {"version": versions[t.pk].pk, "template": t.pk, "place": place_of(t),
             "number": versions[t.pk].number, "unit": t.unit_id}
            for t in (*reversed(units), *reversed(chain))
            if t.pk in versions
        ],
    )  # fmt: skip


def _stages(body: Body, year: int, calendar: Calendar, where: str) -> tuple[StageDays, ...]:
    found, stages = faults(body, year, calendar)
    if found:
        raise Unusable(found, where)
    return stages


def setup_of(cycle: Cycle) -> Setup:
    """What a cycle is set up with now. One query."""
    return Setup(
        rules=CycleRules.from_json(cycle.rules).to_json(),
        stages=tuple(
            Placed(s.unit_id, StageDays(s.kind, s.number, s.name, s.opens_on, s.due_on,
                                        s.closes_on))
            for s in cycle.stages.order_by("unit_id", "opens_on", "kind", "number")
        ),
        unit_rules=cycle.unit_rules,
        members=cycle.members,
        versions=cycle.template_versions,
    )  # fmt: skip


def body_of(cycle: Cycle, setup: Setup) -> Body:
    """A cycle as a body: everybody's days as fixed ones, the rules, who belongs."""
    body: Body = {"checkins": []}
    days = sorted((p.days for p in setup.stages if p.unit_id is None), key=lambda d: d.number)
    for stage in days:
        row = {
            "name": stage.name,
            "opens": _fixed(stage.opens_on, cycle.year),
            "due": _fixed(stage.due_on, cycle.year),
            "closes": _fixed(stage.closes_on, cycle.year),
        }
        if stage.kind == StageKind.CHECKIN:
            body["checkins"].append(row)
        else:
            body |= {f"{stage.kind}.{part}": value for part, value in row.items()}
    members = {f"members.{name}": setup.members.get(name, []) for name in MEMBERS}
    return body | body_of_rules(CycleRules.from_json(setup.rules)) | members


def _fixed(day: date, year: int) -> Body:
    return on(day.month, day.day, day.year - year)


def setup_with(cycle: Cycle, setup: Setup, body: Body) -> Setup:
    """The setup with everybody's days and rules as a body says; units keep their own.

    Raises Unusable.
    """
    stages = _stages(body, cycle.year, calendar_for(cycle.agency), "")
    return Setup(
        rules=rules_from(body).to_json(),
        stages=(
            *(Placed(None, days) for days in stages),
            *(placed for placed in setup.stages if placed.unit_id is not None),
        ),
        unit_rules=setup.unit_rules,
        members=members_from(body),
        versions=setup.versions,
    )


def newer_setup(cycle: Cycle) -> Setup | None:
    """What the newest versions of the cycle's templates give; None when it has the newest, or

    none at all. Raises Unusable.
    """
    template = template_of(cycle)
    if template is None or template.retired_at is not None:
        return None
    setup = setup_from(template, cycle.agency, cycle.year)
    pinned = {version["version"] for version in cycle.template_versions}
    return setup if {version["version"] for version in setup.versions} != pinned else None


def template_of(cycle: Cycle) -> CycleTemplate | None:
    """The template a cycle was made from, the nearest one that is no unit's. One query."""
    pinned = next((v for v in cycle.template_versions if v.get("place") != UNIT), None)
    if pinned is None:
        return None
    return (
        CycleTemplate.objects.select_related("agency", "unit", "base")
        .filter(versions=pinned["version"])
        .first()
    )
