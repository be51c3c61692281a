"""A cycle's rules as data: levels, numbers of days, what silence means. Pure.

Every default is the value of the law's reading in use; an agency may set another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

# Who decides at a level: the rater, the rater's superior, or HR.
RATER, SUPERIOR, HR = "rater", "superior", "hr"
# The superior's superior, also where the level below is not asked.
ABOVE = "superior_above"
ROLES = (RATER, SUPERIOR, ABOVE, HR)
APPROACHES = ("quantitative", "qualitative")
# The stretches of the year that may have reminders of their own.
PHASES = ("planning", "checkin", "self_assessment", "review", "delivery", "objection", "final")


@dataclass(frozen=True)
class Level:
    """One rung of an approval. With `predicates`, only ratings that give one of them climb it."""

    role: str
    predicates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reminders:
    """When people are told of a deadline, in working days: before it, after it, and when silence

    is told to the next superior and to HR. Escalation informs; it never moves an item.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    superior: int
    hr: int

    def to_json(self) -> dict[str, Any]:
        return {"before": [*self.before], "after": [*self.after], "superior": self.superior,
                "hr": self.hr}  # fmt: skip

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Reminders:
        return cls(tuple(raw["before"]), tuple(raw["after"]), raw["superior"], raw["hr"])


@dataclass(frozen=True)
class CycleRules:
    # Plan: the rater sets it (PermenPANRB 6/2022 art. 14). Rating: by law the superior signs only
    # after an objection, so no level by default. Final: HR, the superior, or both in turn.
    plan_levels: tuple[Level, ...] = (Level(RATER),)
    checkin_levels: tuple[Level, ...] = (Level(RATER),)
    rating_levels: tuple[Level, ...] = ()
    final_levels: tuple[Level, ...] = (Level(HR),)
    # Working days.
    approve_days: int = 5  # to approve or return a plan, a check-in, a rating
    return_days: int = 3  # to mend what was returned
    deliver_days: int = 3  # the employee opens the result; then HR records the hand-over
    statement_days: int = 5  # explanation and statement after an objection
    final_days: int = 5
    # PP 30/2019 art. 59: 14 days after receipt. Working days is the reading kinder to the
    # employee; the calendar-day reading is stored and shown beside it.
    objection_days: int = 14
    objection_unit: str = "working_days"
    decision_days: int = 14  # not found in any rule: a setting
    # Reminders (working days before; after; then to the next superior, then to HR).
    remind_before: tuple[int, ...] = (7, 3, 1, 0)
    remind_after: tuple[int, ...] = (1, 3)
    escalate_superior_after: int = 5
    escalate_hr_after: int = 10
    # The same for single phases, where they differ: (phase, its reminders).
    reminders: tuple[tuple[str, Reminders], ...] = ()
    # Whether there are check-ins at all: a unit may have none where its agency has some.
    has_checkins: bool = True
    # How plans may be written (PermenPANRB 6/2022): measured aspects, measures in words, or both.
    approaches: tuple[str, ...] = APPROACHES

    def levels(self, kind: str) -> tuple[Level, ...]:
        """The rungs of an approval kind ("plan", "checkin", "rating", "final")."""
        return {
            "plan": self.plan_levels,
            "checkin": self.checkin_levels,
            "rating": self.rating_levels,
            "final": self.final_levels,
        }[kind]

    def reminders_of(self, phase: str) -> Reminders:
        """The reminders of a phase: its own, else those that hold in general."""
        general = Reminders(self.remind_before, self.remind_after, self.escalate_superior_after,
                            self.escalate_hr_after)  # fmt: skip
        return dict(self.reminders).get(phase, general)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as JSON gives them back."""
        own = {phase: reminders.to_json() for phase, reminders in self.reminders}
        found: dict[str, Any] = plain(asdict(self) | {"reminders": own})
        return found

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> CycleRules:
        """The rules stored on a cycle; what is not stored has the default."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in raw.items():
            if name not in known:
                continue
            if name.endswith("_levels"):
                value = tuple(
                    Level(str(level["role"]), tuple(level.get("predicates", ()))) for level in value
                )
            elif name == "reminders":
                value = tuple(
                    (phase, Reminders.from_json(value[phase])) for phase in PHASES if phase in value
                )
            elif isinstance(value, list):
                value = tuple(value)
            values[name] = value
        return replace(cls(), **values)


def plain(value: Any) -> Any:
    """A value as JSON gives it back: lists, never tuples."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def rules_at(
    rules: Mapping[str, Any], unit_rules: Iterable[Mapping[str, Any]], unit_path: str
) -> CycleRules:
    """The rules for people of a unit: the cycle's, with what the units above it and the unit

    itself have otherwise; the nearest unit says last. A unit's rules name only what differs.
    """
    above = unit_path.split(".")
    reaching = sorted(
        (own for own in unit_rules if str(own["unit"]) in above),
        key=lambda own: above.index(str(own["unit"])),
    )
    merged = dict(rules)
    for own in reaching:
        merged |= own["rules"]
    return CycleRules.from_json(merged)
