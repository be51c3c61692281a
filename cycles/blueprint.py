"""A cycle template as data: its fields, who inherits what from whom, its days in a year. Pure.

A body is a flat mapping from field to value. The national template says everything; an agency's
override, and a unit's, say only what differs, so merging is laying one over the other:

    "planning.opens"        {"month": 1, "day": 2, "year": 0}     a fixed day; year 1: the next one
    "planning.due"          {"days": 10, "unit": "working_days", "after": "planning.opens"}
    "planning.name"         "Perencanaan kinerja"
    "checkins"              [{"name": …, "opens": …, "due": …, "closes": …}, …]
    "plan_levels"           [{"role": "rater", "predicates": []}]
    "approve_days" …        as in `cycles.rules.CycleRules`
    "reminders.planning"    None (as in general) or {"before": […], "after": […], …}
    "members.post_kinds"    […]; empty: everybody
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cycles.calendar import Calendar, shift_working_days
from cycles.enums import StageKind
from cycles.rules import PHASES, CycleRules

Body = dict[str, Any]
Where = str
NATIONAL, AGENCY, UNIT = "national", "agency", "unit"

# Stages that every cycle has, in the order of the year; check-ins stand between the first two.
SINGLE = (StageKind.PLANNING, StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.FINAL)
PARTS = ("opens", "due", "closes")
START = "start"  # the first day of the cycle
LADDERS = ("plan_levels", "checkin_levels", "rating_levels", "final_levels")
DAYS = ("approve_days", "return_days", "deliver_days", "statement_days", "final_days",
        "objection_days", "decision_days", "escalate_superior_after",
        "escalate_hr_after")  # fmt: skip
RULES = (*LADDERS, *DAYS, "objection_unit", "remind_before", "remind_after", "approaches")
MEMBERS = ("units", "post_kinds", "person_kinds")
DAY_UNITS = ("working_days", "calendar_days")
MOST_CHECKINS = 12


def fields_of(place: Where) -> tuple[str, ...]:
    """Every field a template of a place may say: units are an agency's, members not a unit's."""
    stages = [f"{kind}.{part}" for kind in SINGLE for part in ("name", *PARTS)]
    members = {NATIONAL: MEMBERS[1:], AGENCY: MEMBERS, UNIT: ()}[place]
    return (
        *stages,
        "checkins",
        *RULES,
        *(f"reminders.{phase}" for phase in PHASES),
        *(f"members.{name}" for name in members),
    )


# --- inheritance -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """What one place says itself. `label` names it for people ("Dinas Kesehatan")."""

    place: Where
    body: Mapping[str, Any]
    label: str = ""


@dataclass(frozen=True)
class Merged:
    """A whole body, and for every field which layer it comes from."""

    body: Body
    origin: Mapping[str, Layer]


def merge(layers: Sequence[Layer]) -> Merged:
    """Lay the layers over each other, the nearest last; a place says only what it may."""
    body: Body = {}
    origin: dict[str, Layer] = {}
    for layer in layers:
        allowed = set(fields_of(layer.place))
        for field, value in layer.body.items():
            if field in allowed:
                body[field], origin[field] = value, layer
    return Merged(body, origin)


def differing(place: Where, whole: Mapping[str, Any], inherited: Mapping[str, Any]) -> Body:
    """What an override must store to say `whole`: the fields that differ from what it inherits."""
    # Units only an agency can name: whoever names none says nothing.
    known: Body = {"members.units": [], **inherited}
    return {
        field: whole[field]
        for field in fields_of(place)
        if field in whole and (field not in known or whole[field] != known[field])
    }


@dataclass(frozen=True)
class Change:
    """A field that two bodies have otherwise; None where one does not say it."""

    field: str
    before: Any
    after: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The differences between two bodies, in the order of the fields."""
    known = [*fields_of(AGENCY), *sorted({*old, *new} - set(fields_of(AGENCY)))]
    return [
        Change(field, old.get(field), new.get(field))
        for field in known
        if (field in old) != (field in new) or old.get(field) != new.get(field)
    ]


# --- rules -------------------------------------------------------------------------------------


def rules_from(body: Mapping[str, Any]) -> CycleRules:
    """The rules that a whole body gives."""
    raw = {name: body[name] for name in RULES if name in body}
    raw["reminders"] = {
        phase: own for phase in PHASES if (own := body.get(f"reminders.{phase}")) is not None
    }
    raw["has_checkins"] = bool(body.get("checkins"))
    return CycleRules.from_json(raw)


def members_from(body: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Who belongs, as a cycle stores it; what is empty is left out."""
    return {name: list(found) for name in MEMBERS if (found := body.get(f"members.{name}"))}


def body_of_rules(rules: CycleRules) -> Body:
    """The fields of a body that say these rules."""
    raw = rules.to_json()
    own = dict(rules.reminders)
    return {name: raw[name] for name in RULES} | {
        f"reminders.{phase}": own[phase].to_json() if phase in own else None for phase in PHASES
    }


# --- days --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StageDays:
    """A stage with its three days in a year."""

    kind: str
    number: int
    name: str
    opens_on: date
    due_on: date
    closes_on: date

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.number

    @property
    def field(self) -> str:
        """The beginning of its fields in a body: "planning", "checkin-2"."""
        return f"checkin-{self.number}" if self.kind == StageKind.CHECKIN else self.kind


class Unresolved(Exception):
    """A day that cannot be found; `field` says which, `why` is "missing", "circle" or "unknown"."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


def anchors(body: Mapping[str, Any]) -> list[str]:
    """The names of all days that another day may be counted from."""
    stages = [str(kind) for kind in SINGLE]
    stages[1:1] = [f"checkin-{n}" for n in range(1, len(body.get("checkins", [])) + 1)]
    return [START, *(f"{stage}.{part}" for stage in stages for part in PARTS)]


def resolve(body: Mapping[str, Any], year: int, calendar: Calendar) -> tuple[StageDays, ...]:
    """The stages of a whole body with their days in a year. Raises Unresolved."""
    known: dict[str, date] = {}

    def day_of(name: str, way: tuple[str, ...]) -> date:
        if name in known:
            return known[name]
        if name in way:
            raise Unresolved(way[0], "circle")
        rule = _rule(body, name)
        if rule is None:
            raise Unresolved(way[0] if way else name, "unknown" if way else "missing")
        known[name] = _day(rule, year, calendar, lambda after: day_of(after, (*way, name)))
        return known[name]

    known[START] = date(year, 1, 1)
    found = []
    for kind in SINGLE:
        days = [day_of(f"{kind}.{part}", ()) for part in PARTS]
        found.append(StageDays(kind, 0, str(body.get(f"{kind}.name") or ""), *days))
    for number, row in enumerate(body.get("checkins", []), start=1):
        days = [day_of(f"checkin-{number}.{part}", ()) for part in PARTS]
        found.append(StageDays(StageKind.CHECKIN, number, str(row.get("name") or ""), *days))
    return tuple(found)


def _rule(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    stage, _, part = name.rpartition(".")
    if stage.startswith("checkin-"):
        rows, number = body.get("checkins", []), int(stage.removeprefix("checkin-"))
        rule = rows[number - 1].get(part) if 1 <= number <= len(rows) else None
    else:
        rule = body.get(name)
    return rule if isinstance(rule, Mapping) else None


def _day(
    rule: Mapping[str, Any], year: int, calendar: Calendar, day_of: Callable[[str], date]
) -> date:
    if "after" not in rule:
        return fixed_day(rule["month"], rule["day"], year + rule.get("year", 0))
    anchor = day_of(rule["after"])
    if rule["unit"] == "working_days":
        return shift_working_days(calendar, anchor, rule["days"])
    return anchor + timedelta(days=rule["days"])


def fixed_day(month: int, day: int, year: int) -> date:
    """The day of a year; the last of the month where it has no such day (29 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        first_of_next = date(year + month // 12, month % 12 + 1, 1)
        return first_of_next - timedelta(days=1)


# --- where a new installation begins -----------------------------------------------------------

# (kind, name, month and day of opening, due, close): SKP by the end of January (PermenPANRB 8/2021,
# only a start), quarters, and the end of the year.
FIRST_STAGES: tuple[tuple[str, str, tuple[int, int], tuple[int, int], tuple[int, int]], ...] = (
    (StageKind.PLANNING, "Perencanaan kinerja", (1, 2), (1, 31), (3, 31)),
    (StageKind.CHECKIN, "Pemantauan Triwulan I", (4, 1), (4, 15), (5, 31)),
    (StageKind.CHECKIN, "Pemantauan Triwulan II (tengah tahun)", (7, 1), (7, 15), (8, 31)),
    (StageKind.CHECKIN, "Pemantauan Triwulan III", (10, 1), (10, 15), (10, 31)),
    (StageKind.SELF_ASSESSMENT, "Penilaian diri", (11, 2), (11, 16), (11, 30)),
    (StageKind.REVIEW, "Penilaian oleh atasan", (11, 2), (12, 4), (12, 18)),
    (StageKind.FINAL, "Penetapan hasil", (11, 2), (12, 31), (12, 31)),
)
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
          "Oktober", "November")  # fmt: skip


def on(month: int, day: int, year: int = 0) -> Body:
    """A fixed day of the cycle's year, or of one after it."""
    return {"month": month, "day": day, "year": year}


def after(anchor: str, days: int, unit: str = "working_days") -> Body:
    """So many days after another day."""
    return {"after": anchor, "days": days, "unit": unit}


def first_body() -> Body:
    """The first national template: the rules' defaults and the usual dates."""
    body: Body = {"checkins": []}
    for kind, name, *days in FIRST_STAGES:
        row = {"name": name, **{part: on(*day) for part, day in zip(PARTS, days, strict=True)}}
        if kind == StageKind.CHECKIN:
            body["checkins"].append(row)
        else:
            body |= {f"{kind}.{part}": value for part, value in row.items()}
    return body | body_of_rules(CycleRules()) | {"members.post_kinds": [],
                                                 "members.person_kinds": []}  # fmt: skip


def _quarter(number: int) -> Body:
    return {"name": FIRST_STAGES[number][1],
            **{part: on(*day) for part, day in zip(PARTS, FIRST_STAGES[number][2:], strict=True)}
            }  # fmt: skip


def preset(name: str) -> list[Body]:
    """Usual check-ins to begin with: "none", "midyear", "quarterly", "monthly"."""
    if name == "midyear":
        return [{"name": "Tinjauan tengah tahun", "opens": on(7, 1), "due": on(7, 15),
                 "closes": on(8, 31)}]  # fmt: skip
    if name == "quarterly":
        return [_quarter(number) for number in (1, 2, 3)]
    if name == "monthly":
        # A month is looked back upon in the first days of the next; December is the assessment's.
        return [
            {"name": f"Pemantauan {MONTHS[month - 1]}", "opens": on(month + 1, 1),
             "due": after(f"checkin-{month}.opens", 5),
             "closes": after(f"checkin-{month}.opens", 15)}
            for month in range(1, 10)
        ]  # fmt: skip
    return []
