"""Agencies and cycles as an administrator sets them up: a cycle's rules only while a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.blueprint import StageDays, body_of_rules, first_body, resolve
from cycles.blueprint_faults import order_faults, rule_faults
from cycles.documents import text
from cycles.enums import CycleStatus
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Agency, Cycle, CycleTemplate, Stage, User
from cycles.queries.calendars import calendar_for
from cycles.queries.stages import StageDates, stages_for
from cycles.queries.templates import Setup, Unusable, setup_from, usual_template
from cycles.rules import CycleRules

DAY_FIELDS = ("approve_days", "return_days", "deliver_days", "statement_days", "final_days",
              "decision_days")  # fmt: skip
# The parts of a stage's days here, by their names in a template.
PARTS = {"opens": "opens_on", "due": "due_on", "closes": "closes_on"}


@dataclass(frozen=True)
class Dates:
    """A stage's three days."""

    opens_on: date
    due_on: date
    closes_on: date


# --- agencies ----------------------------------------------------------------------------------


def change_agency(
    agency: Agency, *, name: str, short_name: str, zone: str, author: User, now: datetime
) -> bool:
    """Correct an agency's names and zone; False when nothing differs.

    The zone stays while a cycle runs: it would move every deadline by hours without a word.
    Raises Incomplete.
    """
    name, short_name = text(name), text(short_name)
    problems = []
    for field, value, limit in (("name", name, 200), ("short_name", short_name, 80)):
        if not value:
            problems.append(Problem(field, _("Please write this down.")))
        elif len(value) > limit:
            problems.append(Problem(field, _("Too long: %(length)s characters, at most %(limit)s.")
                                    % {"length": len(value), "limit": limit}))  # fmt: skip
    if zone not in dict(Agency.ZONES):
        problems.append(Problem("zone", _("Choose a time zone.")))
    with transaction.atomic():
        locked = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        is_running = locked.cycles.filter(status=CycleStatus.OPEN).exists()
        if zone != locked.zone and is_running:
            problems.append(Problem("zone", _("The time zone stays while a cycle is running.")))
        if problems:
            raise Incomplete(problems)
        after = {"name": name, "short_name": short_name, "zone": zone}
        changed = [key for key, value in after.items() if getattr(locked, key) != value]
        if not changed:
            return False
        for key in changed:
            setattr(locked, key, after[key])
        if "zone" in changed:
            locked.calendar_version += 1
        locked.save(update_fields=[*changed, "calendar_version"])
        _record(f"agency:{agency.pk}", "change_agency", locked, None, author, now,
                {key: after[key] for key in changed})  # fmt: skip
        return True


# --- cycles ------------------------------------------------------------------------------------


def prepare_cycle(
    agency: Agency,
    year: int,
    *,
    author: User,
    now: datetime,
    template: CycleTemplate | None = None,
) -> Cycle:
    """A draft for a year: from a template, else with the rules and dates of the agency's last

    cycle moved to that year, or those of the first template there is. Raises Refused when the
    agency has a cycle of that year, or when the template gives none in it.
    """
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        if Cycle.objects.filter(agency=agency, year=year).exists():
            raise Refused(_("This agency has a cycle of %(year)d already.") % {"year": year})
        if year not in range(now.year - 1, now.year + 3):
            raise Refused(_("Choose this year or one of the next two."))
        cycle = Cycle(
            agency=agency, year=year, name=f"SKP {year} {agency.short_name}",
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
        )  # fmt: skip
        facts: dict[str, Any] = {"year": year}
        last = Cycle.objects.filter(agency=agency, year__lt=year).order_by("-year").first()
        if template is None and last is None:
            template = usual_template(agency)
        if template is not None:
            setup = usable(template, agency, year)
            cycle.save()
            write(cycle, setup)
            facts["versions"] = [pinned["version"] for pinned in setup.versions]
        else:
            cycle.rules = last.rules if last else CycleRules().to_json()
            cycle.unit_rules = last.unit_rules if last else []
            cycle.members = last.members if last else {}
            cycle.save()
            Stage.objects.bulk_create(_stages(cycle, last))
        _record(f"cycle:{cycle.pk}", "prepare", agency, cycle, author, now, facts)
        return cycle


def usable(template: CycleTemplate, agency: Agency, year: int) -> Setup:
    """What a template gives in a year. Raises Refused with what is wrong, and where."""
    try:
        return setup_from(template, agency, year)
    except Unusable as unusable:
        where = unusable.where or template.name
        raise Refused(
            _("This template gives no cycle of %(year)d (%(where)s): %(why)s")
            % {"year": year, "where": where, "why": str(unusable)}
        ) from unusable


def adopt(cycle: Cycle, setup: Setup, *, author: User, now: datetime) -> bool:
    """Set a draft up anew; False when nothing differs. Raises Refused once it has been opened."""
    with transaction.atomic():
        locked = _locked(cycle)
        if sentence := why_fixed(locked):
            raise Refused(sentence)
        facts = write(locked, setup)
        if facts:
            _record(f"cycle:{cycle.pk}", "change_setup", locked.agency, locked, author, now, facts)
        return bool(facts)


def write(cycle: Cycle, setup: Setup) -> dict[str, Any]:
    """Write a setup into a cycle's rows; what changed, for the ledger (ids and figures).

    A stage keeps its row, by unit, kind and number. Raises Refused for a stage that goes but was
    extended. The caller holds the transaction, and has asked whether it may be.
    """
    facts: dict[str, Any] = {}
    for name, wanted in {
        "rules": setup.rules,
        "unit_rules": setup.unit_rules,
        "members": setup.members,
        "template_versions": setup.versions,
    }.items():
        before = getattr(cycle, name)
        if name == "rules":
            before = CycleRules.from_json(before).to_json()
        if before != wanted:
            facts[name] = wanted
            setattr(cycle, name, wanted)
    if setup.versions:
        nearest = next(v for v in setup.versions if v["place"] != "unit")
        cycle.template = f"template-{nearest['template']}-{nearest['number']}"
    cycle.save(update_fields=[*facts, "template"])
    stages = {(s.unit_id, s.kind, s.number): s for s in Stage.objects.filter(cycle=cycle)}
    wanted_stages = {placed.key: placed for placed in setup.stages}
    gone = [stage for key, stage in stages.items() if key not in wanted_stages]
    try:
        Stage.objects.filter(pk__in=[stage.pk for stage in gone]).delete()
    except ProtectedError as protected:
        raise Refused(
            _("A stage that would go has been extended: %(names)s.")
            % {"names": ", ".join(sorted({stage.name for stage in gone}))}
        ) from protected
    changed, new = [], []
    for key, placed in wanted_stages.items():
        days = placed.days
        row = Stage(cycle=cycle, unit_id=placed.unit_id, kind=days.kind, number=days.number,
                    name=days.name, opens_on=days.opens_on, due_on=days.due_on,
                    closes_on=days.closes_on)  # fmt: skip
        known = stages.get(key)
        if known is None:
            new.append(row)
        elif days_of(known) != days:
            row.pk = known.pk
            changed.append(row)
    Stage.objects.bulk_update(changed, ["name", "opens_on", "due_on", "closes_on"])
    Stage.objects.bulk_create(new)
    if gone or changed or new:
        facts["stages"] = {_key(s): _days(s) for s in (*changed, *new)}
        facts["stages"] |= {_key(s): None for s in gone}
    return facts


def days_of(stage: Stage) -> StageDays:
    return StageDays(stage.kind, stage.number, stage.name, stage.opens_on, stage.due_on,
                     stage.closes_on)  # fmt: skip


def _key(stage: Stage) -> str:
    whose = f"@{stage.unit_id}" if stage.unit_id is not None else ""
    return f"{stage.kind}-{stage.number}{whose}"


def _days(stage: Stage) -> list[str]:
    return [day.isoformat() for day in (stage.opens_on, stage.due_on, stage.closes_on)]


def _locked(cycle: Cycle) -> Cycle:
    found: Cycle = (
        Cycle.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .get(pk=cycle.pk)
    )
    return found


def _stages(cycle: Cycle, last: Cycle | None) -> list[Stage]:
    if last is not None and (known := list(last.stages.all())):
        years = cycle.year - last.year
        return [
            Stage(cycle=cycle, unit_id=s.unit_id, kind=s.kind, number=s.number, name=s.name,
                  opens_on=_in_year(s.opens_on, years), due_on=_in_year(s.due_on, years),
                  closes_on=_in_year(s.closes_on, years))
            for s in known
        ]  # fmt: skip
    return [
        Stage(cycle=cycle, kind=s.kind, number=s.number, name=s.name, opens_on=s.opens_on,
              due_on=s.due_on, closes_on=s.closes_on)
        for s in resolve(first_body(), cycle.year, calendar_for(cycle.agency))
    ]  # fmt: skip


def _in_year(day: date, years: int) -> date:
    """The same day some years later; the end of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def change_setup(
    cycle: Cycle,
    rules: CycleRules,
    dates: Mapping[int, Dates],
    *,
    author: User,
    now: datetime,
) -> bool:
    """Set a draft's rules and the dates of its stages (by stage id); False if nothing differs.

    Raises Refused once the cycle has been opened: everybody's deadlines rest on it then. Raises
    Incomplete with paths "objection_days" and "<stage id>.due_on".
    """
    with transaction.atomic():
        locked = _locked(cycle)
        if sentence := why_fixed(locked):
            raise Refused(sentence)
        stages = list(Stage.objects.filter(cycle=locked).select_related("unit"))
        wanted = {
            stage.pk: dates.get(stage.pk, Dates(stage.opens_on, stage.due_on, stage.closes_on))
            for stage in stages
        }
        problems = [*rule_problems(rules), *date_problems(locked, stages, wanted)]
        if problems:
            raise Incomplete(problems)
        before, after = CycleRules.from_json(locked.rules).to_json(), rules.to_json()
        facts: dict[str, Any] = {
            key: value for key, value in after.items() if before.get(key) != value
        }
        moved = [
            stage
            for stage in stages
            if Dates(stage.opens_on, stage.due_on, stage.closes_on) != wanted[stage.pk]
        ]
        if not facts and not moved:
            return False
        for stage in moved:
            new = wanted[stage.pk]
            stage.opens_on, stage.due_on, stage.closes_on = new.opens_on, new.due_on, new.closes_on
        Stage.objects.bulk_update(moved, ["opens_on", "due_on", "closes_on"])
        locked.rules = after
        locked.save(update_fields=["rules"])
        if moved:
            facts["stages"] = {_key(stage): _days(stage) for stage in moved}
        _record(f"cycle:{cycle.pk}", "change_setup", locked.agency, locked, author, now, facts)
        return True


def why_fixed(cycle: Cycle) -> str:
    """Why the rules and dates of a cycle can no longer change; "" while they can."""
    if cycle.status == CycleStatus.DRAFT:
        return ""
    if cycle.status == CycleStatus.CLOSED:
        return _("This cycle is closed.")
    return _(
        "This cycle is running: everybody's deadlines rest on these rules and dates. HR gives more "
        "time by an extension with its reason."
    )


def rule_problems(rules: CycleRules) -> list[Problem]:
    """What is wrong with rules, beside the names of their fields."""
    return [Problem(f.field, f.sentence) for f in rule_faults(body_of_rules(rules))]


def date_problems(cycle: Cycle, stages: list[Stage], wanted: Mapping[int, Dates]) -> list[Problem]:
    """What is wrong with the days of stages, for everybody and in each unit with its own.

    Paths are "<stage id>.due_on".
    """
    rows = tuple(
        StageDates(s.pk, s.kind, s.number, s.name, wanted[s.pk].opens_on, wanted[s.pk].due_on,
                   wanted[s.pk].closes_on, unit_id=s.unit_id)
        for s in stages
    )  # fmt: skip
    paths = {s.unit_id: s.unit.path for s in stages if s.unit is not None}
    problems = []
    for path in ("", *paths.values()):
        held = stages_for(cycle, path, rows)
        ids = {(row.kind, row.number): row.id for row in held}
        days = [StageDays(r.kind, r.number, r.name, r.opens_on, r.due_on, r.closes_on)
                for r in held]  # fmt: skip
        by_field = {day.field: ids[day.key] for day in days}
        for found in order_faults(days, cycle.year):
            stage, _dot, part = found.field.rpartition(".")
            problems.append(Problem(f"{by_field[stage]}.{PARTS[part]}", found.sentence))
    return list(dict.fromkeys(problems))


def _record(
    stream: str,
    action: str,
    agency: Agency,
    cycle: Cycle | None,
    author: User,
    now: datetime,
    facts: Mapping[str, Any],
) -> None:
    ledger.append(
        [
            ledger.Entry(
                stream=stream,
                action=action,
                at=now,
                agency_id=agency.pk,
                cycle_id=cycle.pk if cycle else None,
                actor_id=author.person_id,
                data={"author": author.pk, **facts},
            )
        ]
    )
