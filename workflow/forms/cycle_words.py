"""The fields of a template and their values in words: labels, origins, differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cycles.blueprint import PARTS, START
from cycles.enums import PersonKind, PostKind, StageKind
from cycles.rules import ABOVE, HR, RATER, SUPERIOR
from cycles.scoring import Predicate

Names = Mapping[int, str]

PART_WORDS: dict[str, Any] = {
    "opens": gettext_lazy("Opens"),
    "due": gettext_lazy("Due"),
    "closes": gettext_lazy("Closes"),
}
# "10 working days after – Planning: opening".
PART_NOUNS: dict[str, Any] = {
    "opens": gettext_lazy("opening"),
    "due": gettext_lazy("due date"),
    "closes": gettext_lazy("close"),
}
ROLE_WORDS: dict[str, Any] = {
    RATER: gettext_lazy("the rater"),
    SUPERIOR: gettext_lazy("the rater's superior"),
    ABOVE: gettext_lazy("the superior above"),
    HR: gettext_lazy("HR"),
}
PHASE_WORDS: dict[str, Any] = {
    "planning": gettext_lazy("Planning"),
    "checkin": gettext_lazy("Check-ins"),
    "self_assessment": gettext_lazy("Self-assessment"),
    "review": gettext_lazy("Supervisor review"),
    "delivery": gettext_lazy("Delivery of the result"),
    "objection": gettext_lazy("Objection"),
    "final": gettext_lazy("Final approval"),
}
APPROACH_WORDS: dict[str, Any] = {
    "quantitative": gettext_lazy("Quantitative: aspects with indicator and target"),
    "qualitative": gettext_lazy("Qualitative: success said in words"),
}
UNIT_WORDS: dict[str, Any] = {
    "working_days": gettext_lazy("working days"),
    "calendar_days": gettext_lazy("calendar days"),
}
LABELS: dict[str, Any] = {
    "checkins": gettext_lazy("Check-ins"),
    "plan_levels": gettext_lazy("Who approves a plan"),
    "checkin_levels": gettext_lazy("Who approves a check-in"),
    "rating_levels": gettext_lazy("Who approves a rating before it is delivered"),
    "final_levels": gettext_lazy("Who approves the result finally"),
    "approve_days": gettext_lazy("To approve or return (working days)"),
    "return_days": gettext_lazy("To mend what was returned (working days)"),
    "deliver_days": gettext_lazy("Unopened results go to HR after (working days)"),
    "statement_days": gettext_lazy("To explain and to state (working days)"),
    "final_days": gettext_lazy("To approve finally (working days)"),
    "decision_days": gettext_lazy("To decide on an objection (working days)"),
    "objection_days": gettext_lazy("To object, from recorded delivery (days)"),
    "objection_unit": gettext_lazy("How the days to object are counted"),
    "remind_before": gettext_lazy("Reminders before the due date (working days)"),
    "remind_after": gettext_lazy("Notices after the due date (working days)"),
    "escalate_superior_after": gettext_lazy("Silence is told to the next superior after "
                                            "(working days)"),
    "escalate_hr_after": gettext_lazy("Silence is told to HR after (working days)"),
    "approaches": gettext_lazy("How plans may be written"),
    "members.units": gettext_lazy("Units (each with all below it)"),
    "members.post_kinds": gettext_lazy("Kinds of post"),
    "members.person_kinds": gettext_lazy("PNS or PPPK"),
}  # fmt: skip


def label(field: str) -> str:
    """A field of a template in words, also one of a row of check-ins or of a unit."""
    field, _at, _unit = field.partition("@")
    if field in LABELS:
        return str(LABELS[field])
    stage, _dot, part = field.rpartition(".")
    if stage == "reminders":
        return _("Reminders: %(phase)s") % {"phase": PHASE_WORDS[part]}
    if not stage:
        stage, part = field, ""
    named = stage_words(stage)
    if part == "name":
        return _("%(stage)s: name") % {"stage": named}
    return f"{named}: {PART_WORDS[part]}" if part in PART_WORDS else named


def stage_words(stage: str, body: Mapping[str, Any] | None = None) -> str:
    """A stage by its place in a body: by its own name where it has one."""
    if stage.startswith("checkin-"):
        number = stage.removeprefix("checkin-")
        rows = (body or {}).get("checkins", [])
        if number.isdigit() and 1 <= int(number) <= len(rows):
            return str(rows[int(number) - 1].get("name") or number)
        return _("Check-in %(number)s") % {"number": number}
    if body and body.get(f"{stage}.name"):
        return str(body[f"{stage}.name"])
    return str(dict(StageKind.choices).get(stage, stage))


def anchor_words(anchor: str, body: Mapping[str, Any] | None = None) -> str:
    """ "Planning: opening", "the cycle's first day"."""
    if anchor == START:
        return _("the cycle's first day")
    stage, _dot, part = anchor.rpartition(".")
    return f"{stage_words(stage, body)}: {PART_NOUNS[part]}"


def words(field: str, value: Any, body: Mapping[str, Any], names: Names | None = None) -> str:
    """A value as a person says it; "–" for none."""
    if value is None:
        return _("as in general") if field.startswith("reminders.") else "–"
    last = field.rpartition(".")[2]
    if last in PARTS:
        return day_words(value, body)
    if field == "checkins":
        return "; ".join(_row(row, body) for row in value) or _("none")
    if field.endswith("_levels"):
        return _(", then ").join(_level(level) for level in value) or _("no further level")
    if field.startswith("reminders."):
        return _reminders(value)
    if field == "objection_unit":
        return str(UNIT_WORDS.get(value, value))
    return _listed(field, value, names or {})


def _listed(field: str, value: Any, names: Names) -> str:
    if not isinstance(value, list | tuple):
        return str(value)
    choices: dict[str, Mapping[Any, Any]] = {
        "approaches": APPROACH_WORDS,
        "members.units": names,
        "members.post_kinds": dict(PostKind.choices),
        "members.person_kinds": dict(PersonKind.choices),
    }
    known = choices.get(field, {})
    said = [str(known.get(item, item)) for item in value]
    return ", ".join(said) or (_("everybody") if field.startswith("members.") else _("none"))


def day_words(rule: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """ "31 January", "10 working days after Planning: opening"."""
    if "after" in rule:
        number = rule["days"]
        text = (
            ngettext("%(n)d working day after %(day)s", "%(n)d working days after %(day)s", number)
            if rule["unit"] == "working_days"
            else ngettext(
                "%(n)d calendar day after %(day)s", "%(n)d calendar days after %(day)s", number
            )
        )
        return text % {"n": number, "day": anchor_words(rule["after"], body)}
    day = f"{rule['day']} {MONTHS[rule['month']]}"
    return _("%(day)s of the next year") % {"day": day} if rule.get("year") else day


def _row(row: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    days = [day_words(row[part], body) for part in PARTS if isinstance(row.get(part), Mapping)]
    return f"{row.get('name', '')} ({' – '.join(days)})"


def _level(level: Mapping[str, Any]) -> str:
    who = str(ROLE_WORDS.get(level["role"], level["role"]))
    predicates: Sequence[str] = level.get("predicates", ())
    if not predicates:
        return who
    listed = ", ".join(str(dict(Predicate.choices).get(p, p)) for p in predicates)
    return _("%(who)s (only for %(predicates)s)") % {"who": who, "predicates": listed}


def _reminders(told: Mapping[str, Any]) -> str:
    return _("before: %(before)s; after: %(after)s; superior after %(superior)s, HR after %(hr)s "
             "working days") % {
        "before": ", ".join(map(str, told["before"])) or _("none"),
        "after": ", ".join(map(str, told["after"])) or _("none"),
        "superior": told["superior"],
        "hr": told["hr"],
    }  # fmt: skip
