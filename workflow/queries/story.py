"""The story of a case: its ledger stream in words, as much of it as the reader may know.

A rating's inner life (levels that approve or return it) is no business of whoever may not see the
rating: for them those rows do not exist, and the reasons in them stay with rater and levels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.calendar import format_due
from cycles.enums import ActingKind
from cycles.models import LedgerEntry, Person
from cycles.scoring import Predicate
from workflow.enums import Party, State
from workflow.machine import Sentence
from workflow.models import Case
from workflow.permissions import Actor, may_see_rating, parties_of

# The parties that take part in making a rating, and so may read what was said about it.
INNER = frozenset({Party.RATER, Party.EXPLAINER, Party.APPROVER, Party.DECIDER})
S = State

# What happened, by action, or by action and the state it left; with the icon and its colour.
WORDS: dict[str | tuple[str, str], tuple[Sentence, str, str]] = {
    "open": (gettext_lazy("The cycle began"), "flag", "neutral"),
    ("submit", S.PLANNING): (gettext_lazy("The plan was submitted"), "send", "brand"),
    ("approve", S.PLAN_REVIEW): (gettext_lazy("The plan was approved"), "check", "positive"),
    ("return_", S.PLAN_REVIEW): (gettext_lazy("The plan was returned"), "undo-2", "caution"),
    ("withdraw", S.PLAN_REVIEW): (gettext_lazy("The plan was taken back"), "undo-2", "neutral"),
    "keep_plan": (gettext_lazy("The plan in force was kept"), "check", "neutral"),
    "submit_checkin": (gettext_lazy("Check-in %(round)s was submitted"), "send", "brand"),
    ("approve", S.CHECKIN_REVIEW): (
        gettext_lazy("Check-in %(round)s was approved"), "check", "positive",
    ),
    ("return_", S.CHECKIN_REVIEW): (
        gettext_lazy("Check-in %(round)s was returned"), "undo-2", "caution",
    ),
    ("withdraw", S.CHECKIN_REVIEW): (
        gettext_lazy("Check-in %(round)s was taken back"), "undo-2", "neutral",
    ),
    "miss_checkin": (
        gettext_lazy("Check-in %(round)s was recorded as missed"), "circle-alert", "caution",
    ),
    "amend_plan": (gettext_lazy("An amendment of the plan was begun"), "pencil-line", "neutral"),
    "open_assessment": (gettext_lazy("The assessment began"), "flag", "neutral"),
    ("submit", S.SELF_ASSESSMENT): (
        gettext_lazy("The self-assessment was submitted"), "send", "brand",
    ),
    "proceed_without": (
        gettext_lazy("The assessment went on without a self-assessment"), "circle-alert", "caution",
    ),
    "rate": (gettext_lazy("The rating was given"), "clipboard-list", "brand"),
    ("return_", S.SUPERVISOR_REVIEW): (
        gettext_lazy("The self-assessment was returned"), "undo-2", "caution",
    ),
    ("approve", S.RATING_REVIEW): (gettext_lazy("The rating was approved"), "check", "positive"),
    ("return_", S.RATING_REVIEW): (
        gettext_lazy("The rating was returned to the rater"), "undo-2", "caution",
    ),
    "deliver": (gettext_lazy("The result was opened"), "mail-open", "positive"),
    "accept": (gettext_lazy("The result was accepted"), "check", "positive"),
    "object": (gettext_lazy("An objection was made"), "message-square", "caution"),
    "window_over": (
        gettext_lazy("The time to object ended without an objection"), "clock", "neutral",
    ),
    "explain": (gettext_lazy("The rating was explained"), "message-square", "brand"),
    "add_statement": (gettext_lazy("The employee gave a statement"), "message-square", "brand"),
    "waive": (gettext_lazy("The employee waived a further statement"), "minus", "neutral"),
    "proceed": (
        gettext_lazy("The objection went on without what was missing"), "circle-alert", "caution",
    ),
    ("withdraw", S.OBJECTION_STATEMENTS): (
        gettext_lazy("The objection was withdrawn"), "undo-2", "neutral",
    ),
    "uphold": (gettext_lazy("The objection was decided: rating upheld"), "gavel", "brand"),
    "change": (gettext_lazy("The objection was decided: rating changed"), "gavel", "brand"),
    "rerate": (gettext_lazy("The objection was decided: to be rated anew"), "gavel", "brand"),
    "name_decider": (gettext_lazy("The decider was named"), "user-check", "neutral"),
    "settle": (gettext_lazy("The result was finally approved"), "badge-check", "positive"),
    ("return_", S.FINAL_APPROVAL): (
        gettext_lazy("The result was returned for a formal defect"), "undo-2", "caution",
    ),
    "exclude": (gettext_lazy("Excluded from the cycle"), "ban", "negative"),
    "reinstate": (gettext_lazy("Taken back into the cycle"), "rotate-ccw", "neutral"),
    "transfer": (gettext_lazy("Transferred to another post"), "arrow-right-left", "neutral"),
    "reassign": (gettext_lazy("Given into other hands"), "user-check", "neutral"),
    "extend": (gettext_lazy("More time was given"), "calendar-plus", "neutral"),
    "follow_unit": (gettext_lazy("The post moved to another unit"), "network", "neutral"),
    "change_cycle": (gettext_lazy("The cycle was changed"), "calendar-cog", "neutral"),
    "leave_note": (
        gettext_lazy("The leaving rater wrote a note for the successor"), "notebook-pen", "neutral",
    ),
}  # fmt: skip
# An entry of a kind that this version has no words for is still told.
OTHER: tuple[Sentence, str, str] = (gettext_lazy("Something was recorded"), "circle-dot", "neutral")
AUTHORITIES: dict[str, Sentence] = {
    "leave": gettext_lazy("Unpaid leave (CLTN)"),
    "study": gettext_lazy("Study assignment"),
    "retirement": gettext_lazy("Pre-retirement (MPP) or retirement"),
    "secondment": gettext_lazy("Assignment outside the agency"),
    "suspended": gettext_lazy("Temporarily dismissed"),
    "dismissed": gettext_lazy("Dismissal"),
    "moved": gettext_lazy("Move to another agency"),
    "death": gettext_lazy("Death of the employee"),
    "court": gettext_lazy("Court ruling"),
    "other": gettext_lazy("Another basis"),
}
MISSING: dict[str, Sentence] = {
    "explanation": gettext_lazy("the explanation of the rater"),
    "statement": gettext_lazy("the statement of the employee"),
}


@dataclass(frozen=True)
class Scene:
    """One entry as the timeline shows it; `to_state` is where the case then stood."""

    title: str
    at: datetime
    icon: str
    role: str
    who: str = ""
    on_behalf: str = ""
    reason: str = ""
    note: str = ""
    to_state: str = ""


def story_of(case: Case, actor: Actor) -> list[Scene]:
    """The whole story, newest first. Two queries, whatever its length."""
    rows = [
        (row["at"], row["action"], row["from_state"], row["to_state"], json.loads(row["payload"]))
        for row in LedgerEntry.objects.filter(stream=f"appraisal:{case.appraisal_id}")
        .order_by("seq")
        .values("at", "action", "from_state", "to_state", "payload")
    ]
    names = _names(payload for *_rest, payload in rows)
    parties = parties_of(actor, case)
    sees_inner = bool(parties.keys() & INNER)
    number = 0
    last_rate: int | None = None
    scenes: list[Scene] = []
    for at, action, source, target, payload in rows:
        data: dict[str, Any] = payload["data"]
        number = data.get("rating", number)
        is_inner = source == S.RATING_REVIEW and action in {"approve", "return_"}
        if Party.EMPLOYEE in parties and not may_see_rating(actor, case, number):
            if is_inner:
                if action == "return_" and last_rate is not None:
                    scenes.pop(last_rate)  # nor a rating that a level sent back
                    last_rate = None
                continue
            if action == "rate":
                # Whether it climbs levels could tell what it says.
                last_rate, target = len(scenes), ""
        title, icon, role = WORDS.get((action, source)) or WORDS.get(action) or OTHER
        if action == "deliver" and data.get("how") != "opened":
            title = _("The hand-over of the result was recorded")
        scenes.append(
            Scene(
                title=str(title) % {"round": data.get("round", "")},
                at=at,
                icon=icon,
                role=role,
                who=_who(payload, names, actor),
                on_behalf=names.get(payload["on_behalf_of"], ""),
                reason=payload["reason"] if sees_inner or not is_inner else "",
                note=_note(case, actor, (action, source, target), data, names),
                to_state=target,
            )
        )
    return scenes[::-1]


def _names(payloads: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The names of everybody the entries mention."""
    found: set[int] = set()
    for payload in payloads:
        data = payload["data"]
        ids = [payload["actor"], payload["on_behalf_of"], data.get("decider")]
        if payload["action"] == "reassign":
            ids += [data.get("from"), data.get("to")]
        found |= {identifier for identifier in ids if identifier is not None}
    return dict(Person.objects.filter(pk__in=found).values_list("pk", "name"))


def _who(payload: Mapping[str, Any], names: Mapping[int, str], actor: Actor) -> str:
    if payload["actor"] is None:
        return str(Party.SYSTEM.label)
    name = names.get(payload["actor"], "")
    if payload["actor"] == actor.person_id:
        return _("%(name)s (you)") % {"name": name}
    party = payload["data"].get("party")
    return f"{name} ({Party(party).label})" if party else name


def _note(
    case: Case,
    actor: Actor,
    move: tuple[str, str, str],
    data: Mapping[str, Any],
    names: Mapping[int, str],
) -> str:
    """What else the entry says, in short sentences."""
    action, source, target = move
    notes: list[str] = []
    if letter := data.get("letter"):
        kind = data.get("acting", "")
        label = ActingKind(kind).label if kind in ActingKind.values else kind
        notes.append(_("%(kind)s under letter %(letter)s") % {"kind": label, "letter": letter})
    if action == "approve" and source == target and source != S.RATING_REVIEW:
        notes.append(_("Level %(level)s; it goes up to the next.") % {"level": data["level"]})
    if missed := data.get("missed"):
        rounds = ", ".join(map(str, missed))
        notes.append(_("Check-ins that count as missed: %(rounds)s") % {"rounds": rounds})
    if missing := data.get("missing"):
        what = ", ".join(str(MISSING[part]) for part in missing)
        notes.append(_("Missing: %(what)s") % {"what": what})
    if authority := data.get("authority"):
        basis = AUTHORITIES.get(authority, AUTHORITIES["other"])
        notes.append(_("Basis: %(basis)s") % {"basis": basis})
    if decider := data.get("decider"):
        notes.append(names.get(decider, ""))
    if action == "reassign":
        hands = [names.get(data.get(end) or 0, _("HR")) for end in ("from", "to")]
        notes.append(_("from %(old)s to %(new)s") % {"old": hands[0], "new": hands[1]})
    if data.get("after_calendar_end"):
        notes.append(
            _("After the end by calendar days, but within the days that this agency counts.")
        )
    if action in {"extend", "change_cycle"} and (due := data.get("due_at")):
        moment = format_due(datetime.fromisoformat(due), case.agency.zone)
        notes.append(_("Now due %(moment)s") % {"moment": moment})
    sees_rating = may_see_rating(actor, case, case.rating_number)
    if sees_rating and data.get("predicate") in Predicate.values:
        notes.append(str(Predicate(data["predicate"]).label))
    return " · ".join(note for note in notes if note)
