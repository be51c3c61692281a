"""Agencies and cycles as an administrator sets them up: a cycle's rules only while a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.documents import text
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Agency, Cycle, Stage, User
from cycles.rules import CycleRules

# PP 30/2019 art. 59: an objection is made at latest 14 days after receipt. Less would cut a right.
LEAST_OBJECTION_DAYS = 14
MOST_DAYS = 90
DAY_FIELDS = ("approve_days", "return_days", "deliver_days", "statement_days", "final_days",
              "decision_days")  # fmt: skip
OBJECTION_UNITS = ("working_days", "calendar_days")
# (kind, number, month and day of opening, due, close) of a first draft: SKP by the end of January
# (PermenPANRB 8/2021, only a start), quarters, and the end of the year.
FIRST_DRAFT: tuple[tuple[StageKind, int, str, tuple[int, int], tuple[int, int], tuple[int, int]],
                   ...] = (
    (StageKind.PLANNING, 0, "Perencanaan kinerja", (1, 2), (1, 31), (3, 31)),
    (StageKind.CHECKIN, 1, "Pemantauan Triwulan I", (4, 1), (4, 15), (5, 31)),
    (StageKind.CHECKIN, 2, "Pemantauan Triwulan II (tengah tahun)", (7, 1), (7, 15), (8, 31)),
    (StageKind.CHECKIN, 3, "Pemantauan Triwulan III", (10, 1), (10, 15), (10, 31)),
    (StageKind.SELF_ASSESSMENT, 0, "Penilaian diri", (11, 2), (11, 16), (11, 30)),
    (StageKind.REVIEW, 0, "Penilaian oleh atasan", (11, 2), (12, 4), (12, 18)),
    (StageKind.FINAL, 0, "Penetapan hasil", (11, 2), (12, 31), (12, 31)),
)  # fmt: skip


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


def prepare_cycle(agency: Agency, year: int, *, author: User, now: datetime) -> Cycle:
    """A draft for a year, with the rules and dates of the agency's last cycle moved to that year,

    or the usual ones. Raises Refused when the agency has a cycle of that year.
    """
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        if Cycle.objects.filter(agency=agency, year=year).exists():
            raise Refused(_("This agency has a cycle of %(year)d already.") % {"year": year})
        if year not in range(now.year - 1, now.year + 3):
            raise Refused(_("Choose this year or one of the next two."))
        last = Cycle.objects.filter(agency=agency, year__lt=year).order_by("-year").first()
        cycle = Cycle.objects.create(
            agency=agency, year=year, name=f"SKP {year} {agency.short_name}",
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
            rules=last.rules if last else CycleRules().to_json(),
        )  # fmt: skip
        Stage.objects.bulk_create(_stages(cycle, last))
        _record(f"cycle:{cycle.pk}", "prepare", agency, cycle, author, now, {"year": year})
        return cycle


def _stages(cycle: Cycle, last: Cycle | None) -> list[Stage]:
    if last is not None and (known := list(last.stages.all())):
        years = cycle.year - last.year
        return [
            Stage(cycle=cycle, kind=s.kind, number=s.number, name=s.name,
                  opens_on=_in_year(s.opens_on, years), due_on=_in_year(s.due_on, years),
                  closes_on=_in_year(s.closes_on, years))
            for s in known
        ]  # fmt: skip
    return [
        Stage(cycle=cycle, kind=kind, number=number, name=name,
              opens_on=date(cycle.year, *opens), due_on=date(cycle.year, *due),
              closes_on=date(cycle.year, *closes))
        for kind, number, name, opens, due, closes in FIRST_DRAFT
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
        locked = (
            Cycle.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=cycle.pk)
        )
        if sentence := why_fixed(locked):
            raise Refused(sentence)
        stages = list(Stage.objects.filter(cycle=locked))
        wanted = {
            stage.pk: dates.get(stage.pk, Dates(stage.opens_on, stage.due_on, stage.closes_on))
            for stage in stages
        }
        problems = [*_rule_problems(rules), *_date_problems(locked, stages, wanted)]
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
            facts["stages"] = {
                f"{s.kind}-{s.number}": [d.isoformat() for d in (s.opens_on, s.due_on, s.closes_on)]
                for s in moved
            }
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


def _rule_problems(rules: CycleRules) -> list[Problem]:
    problems = []
    for field in DAY_FIELDS:
        if not 1 <= getattr(rules, field) <= MOST_DAYS:
            problems.append(Problem(field, _("Between 1 and %(most)d days.") % {
                "most": MOST_DAYS}))  # fmt: skip
    if not LEAST_OBJECTION_DAYS <= rules.objection_days <= MOST_DAYS:
        problems.append(
            Problem(
                "objection_days",
                _("Between %(least)d and %(most)d days: PP 30/2019 article 59 gives 14.")
                % {"least": LEAST_OBJECTION_DAYS, "most": MOST_DAYS},
            )
        )
    if rules.objection_unit not in OBJECTION_UNITS:
        problems.append(Problem("objection_unit", _("Choose how the days are counted.")))
    for field in ("plan_levels", "checkin_levels", "final_levels"):
        if not getattr(rules, field):
            problems.append(Problem(field, _("At least one level decides.")))
    return problems


def _date_problems(cycle: Cycle, stages: list[Stage], wanted: Mapping[int, Dates]) -> list[Problem]:
    problems = []
    for stage in stages:
        dates = wanted[stage.pk]
        if dates.due_on < dates.opens_on:
            problems.append(Problem(f"{stage.pk}.due_on", _("Due before it opens.")))
        if dates.closes_on < dates.due_on:
            problems.append(Problem(f"{stage.pk}.closes_on", _("Closes before it is due.")))
        for field in ("opens_on", "due_on", "closes_on"):
            if not cycle.year <= getattr(dates, field).year <= cycle.year + 1:
                problems.append(
                    Problem(
                        f"{stage.pk}.{field}",
                        _("This day lies outside the cycle and the year after it."),
                    )
                )
    return [*problems, *_order_problems(stages, wanted)]


def _order_problems(stages: list[Stage], wanted: Mapping[int, Dates]) -> list[Problem]:
    """The year goes forward: planning, the check-ins in order, the assessment."""
    by_kind: dict[str, list[Stage]] = {}
    for stage in sorted(stages, key=lambda s: s.number):
        by_kind.setdefault(stage.kind, []).append(stage)
    line = [
        *by_kind.get(StageKind.PLANNING, []),
        *by_kind.get(StageKind.CHECKIN, []),
        *by_kind.get(StageKind.SELF_ASSESSMENT, []),
    ]
    problems = []
    for before, after in pairwise(line):
        if wanted[after.pk].opens_on <= wanted[before.pk].opens_on:
            problems.append(
                Problem(
                    f"{after.pk}.opens_on",
                    _("It opens after this stage: %(name)s.") % {"name": before.name},
                )
            )
    assessment = by_kind.get(StageKind.SELF_ASSESSMENT, [])
    for stage in by_kind.get(StageKind.REVIEW, []):
        if assessment and wanted[stage.pk].due_on <= wanted[assessment[0].pk].due_on:
            problems.append(
                Problem(
                    f"{stage.pk}.due_on",
                    _("Due after this stage: %(name)s.") % {"name": assessment[0].name},
                )
            )
    return problems


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
