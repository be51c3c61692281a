"""The rules of a cycle in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles.enums import PersonKind, PostKind
from cycles.rules import ABOVE, HR, RATER, SUPERIOR, CycleRules, Level, Reminders
from cycles.scoring import Predicate
from workflow.forms.cycle_words import APPROACH_WORDS, PHASE_WORDS

Fact = tuple[str, str]


def in_words(rules: CycleRules) -> list[tuple[str, list[Fact]]]:
    """Headings, each with its facts: who approves, within how many days, what happens late."""
    return [
        (
            _("Who approves"),
            [
                (_("Plan"), _levels(rules.plan_levels)),
                (_("Check-in"), _levels(rules.checkin_levels)),
                (_("Rating"), _levels(rules.rating_levels) or _("no further level")),
                (_("Final approval"), _levels(rules.final_levels)),
            ],
        ),
        (
            _("Days to act"),
            [
                (_("To approve or return"), _working(rules.approve_days)),
                (_("To mend what was returned"), _working(rules.return_days)),
                (_("To open the result, before HR records the hand-over"),
                 _working(rules.deliver_days)),
                (_("To object, from recorded delivery"),
                 _working(rules.objection_days) if rules.objection_unit == "working_days"
                 else _calendar(rules.objection_days)),
                (_("To explain and to state"), _working(rules.statement_days)),
                (_("To decide on the objection"), _working(rules.decision_days)),
                (_("To approve finally"), _working(rules.final_days)),
            ],
        ),
        (
            _("Reminders and escalation"),
            [
                (_("Before the due date"), _reminders(rules.remind_before)),
                (_("After the due date"), _reminders(rules.remind_after)),
                (_("To the next superior"),
                 _("after %(days)s overdue") % {"days": _working(rules.escalate_superior_after)}),
                (_("To HR"),
                 _("after %(days)s overdue") % {"days": _working(rules.escalate_hr_after)}),
                *((str(PHASE_WORDS[phase]), _told(own)) for phase, own in rules.reminders),
            ],
        ),
        (
            _("Plans"),
            [(_("How they may be written"),
              ", ".join(str(APPROACH_WORDS[name]) for name in rules.approaches))],
        ),
    ]  # fmt: skip


def members_in_words(members: Mapping[str, Sequence[Any]], units: Mapping[int, str]) -> list[Fact]:
    """Who belongs to a cycle, where that is narrowed."""
    kinds: dict[str, Mapping[Any, Any]] = {
        "units": units, "post_kinds": dict(PostKind.choices),
        "person_kinds": dict(PersonKind.choices),
    }  # fmt: skip
    names = {"units": _("Units (each with all below it)"), "post_kinds": _("Kinds of post"),
             "person_kinds": _("PNS or PPPK")}  # fmt: skip
    return [
        (names[key], ", ".join(str(known.get(item, item)) for item in members[key]))
        for key, known in kinds.items()
        if members.get(key)
    ]


def _told(own: Reminders) -> str:
    return _("before: %(before)s; after: %(after)s; superior after %(superior)s, HR after %(hr)s "
             "working days") % {
        "before": ", ".join(map(str, own.before)) or _("none"),
        "after": ", ".join(map(str, own.after)) or _("none"),
        "superior": own.superior,
        "hr": own.hr,
    }  # fmt: skip


def _working(days: int) -> str:
    return ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days}


def _calendar(days: int) -> str:
    return ngettext("%(n)d calendar day", "%(n)d calendar days", days) % {"n": days}


def _levels(levels: Sequence[Level]) -> str:
    """The rungs in their order: "the rater, then the rater's superior"."""
    words = []
    above = 0
    for level in levels:
        if level.role == SUPERIOR:
            above += 1
        words.append(_level(level, above))
    return _(", then ").join(words)


def _level(level: Level, above: int) -> str:
    who = {
        RATER: _("the rater"),
        SUPERIOR: _("the rater's superior") if above < 2 else _("the superior above"),
        ABOVE: _("the superior above"),
        HR: _("HR"),
    }[level.role]
    if not level.predicates:
        return who
    listed = ", ".join(str(Predicate(value).label) for value in level.predicates)
    return _("%(who)s (only for %(predicates)s)") % {"who": who, "predicates": listed}


def _reminders(days: Sequence[int]) -> str:
    """ "7, 3, 1 working days and on the day"."""
    counted = [str(day) for day in days if day]
    parts = []
    if counted:
        parts.append(_("%(days)s working days") % {"days": ", ".join(counted)})
    if 0 in days:
        parts.append(_("on the day itself"))
    return _(" and ").join(parts) or _("none")
