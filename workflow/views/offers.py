"""What a person can do with a case, as buttons: possible now, or not and why not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.enums import DocumentKind
from workflow import machine
from workflow.diagram import UPKEEP
from workflow.enums import State
from workflow.forms.acts import ActForm, form_of
from workflow.machine import Sentence
from workflow.models import Case
from workflow.permissions import Actor, Verdict, verdicts
from workflow.queries.cases import RETURNED, is_own, is_turn_of

S = State

# Acts that hand a document in: its editor has the button.
EDITORS: dict[tuple[str, str], DocumentKind] = {
    ("submit", S.PLANNING): DocumentKind.PLAN,
    ("submit", S.SELF_ASSESSMENT): DocumentKind.SELF_ASSESSMENT,
    ("submit_checkin", S.MONITORING): DocumentKind.CHECKIN,
    ("rate", S.SUPERVISOR_REVIEW): DocumentKind.RATING,
    ("object", S.ANNOUNCED): DocumentKind.OBJECTION,
    ("explain", S.OBJECTION_STATEMENTS): DocumentKind.EXPLANATION,
    ("add_statement", S.OBJECTION_STATEMENTS): DocumentKind.STATEMENT,
    ("uphold", S.OBJECTION_DECISION): DocumentKind.DECISION,
    ("change", S.OBJECTION_DECISION): DocumentKind.DECISION,
    ("rerate", S.OBJECTION_DECISION): DocumentKind.DECISION,
}
WRITE: dict[DocumentKind, Sentence] = {
    DocumentKind.PLAN: gettext_lazy("Write the plan"),
    DocumentKind.SELF_ASSESSMENT: gettext_lazy("Write the self-assessment"),
    DocumentKind.CHECKIN: gettext_lazy("Write the check-in"),
    DocumentKind.RATING: gettext_lazy("Give the ratings"),
    DocumentKind.OBJECTION: gettext_lazy("Object"),
    DocumentKind.EXPLANATION: gettext_lazy("Explain the rating"),
    DocumentKind.STATEMENT: gettext_lazy("Add a statement"),
    DocumentKind.DECISION: gettext_lazy("Decide the objection"),
}
READ: dict[DocumentKind, Sentence] = {
    DocumentKind.PLAN: gettext_lazy("Read the plan"),
    DocumentKind.CHECKIN: gettext_lazy("Read the check-in"),
    DocumentKind.SELF_ASSESSMENT: gettext_lazy("Read the self-assessment"),
    DocumentKind.RATING: gettext_lazy("Read the rating"),
}
MENDED = frozenset({DocumentKind.PLAN, DocumentKind.CHECKIN, DocumentKind.SELF_ASSESSMENT})
# One click and done; what else needs no document asks once more or for words.
DIRECT = frozenset({"approve", "settle"})
ICONS = {
    "approve": "check", "settle": "stamp", "return_": "undo-2", "withdraw": "undo-2",
    "deliver": "mail-open", "accept": "check", "object": "message-square", "waive": "minus",
    "proceed": "fast-forward", "proceed_without": "fast-forward", "miss_checkin": "circle-alert",
    "amend_plan": "pencil-line", "keep_plan": "check", "exclude": "ban", "reinstate": "rotate-ccw",
    "transfer": "arrow-right-left", "reassign": "user-check", "name_decider": "user-check",
}  # fmt: skip
# Refused by a guard, but nobody would look for it then.
UNEXPECTED = frozenset({"keep_plan", "name_decider", "change", "uphold"})


@dataclass(frozen=True)
class Offer:
    """A button. `mode`: "edit" leads to an editor, "page" to a form's page, "form" opens a form
    in place, "direct" acts at once; "refused" does nothing and says why (`reason`)."""

    action: str
    label: str
    mode: str
    icon: str
    url: str = ""
    form: ActForm | None = None
    hint: str = ""
    reason: str = ""
    is_primary: bool = False


def offers_of(
    case: Case, actor: Actor, now: datetime, today: date, handed_in: Collection[tuple[str, int]]
) -> tuple[list[Offer], list[Offer]]:
    """(the year's acts, upkeep by HR), in the order of the table.

    `handed_in` are the documents (kind, round) that this person can read.
    """
    yearly: list[Offer] = []
    upkeep: list[Offer] = []
    seen: set[str] = set()
    is_turn = is_turn_of(case, actor)
    # Neither accepting nor objecting is what the page recommends.
    is_free = case.state != S.ANNOUNCED and (is_turn or (
        case.state == S.DELIVERY and is_own(case, actor)))  # fmt: skip
    if is_turn and (reading := _reading(case, handed_in)):
        yearly.append(reading)
    for verdict in verdicts(actor, case, now):
        offer = _offer(verdict, case, actor, today, is_free)
        if offer is None or (offer.mode == "edit" and offer.url in seen):
            continue
        seen.add(offer.url)
        is_free = is_free and not offer.is_primary
        (
            upkeep if verdict.action in UPKEEP and verdict.action != "name_decider" else yearly
        ).append(offer)
    return yearly, upkeep


def _reading(case: Case, handed_in: Collection[tuple[str, int]]) -> Offer | None:
    """The document that lies before whoever decides about it."""
    kind = RETURNED.get(case.state)
    if kind is None:
        return None
    numbers = {DocumentKind.CHECKIN: case.round, DocumentKind.RATING: case.rating_number}
    number = numbers.get(kind, 0)
    if (kind, number) not in handed_in:
        return None
    url = reverse("document", args=[case.public_id, kind, number])
    return Offer("read", str(READ[kind]), "edit", "file-text", url)


def _offer(
    verdict: Verdict, case: Case, actor: Actor, today: date, is_primary: bool
) -> Offer | None:
    action = verdict.action
    if verdict.refusal is not None:
        if action in UNEXPECTED:
            return None
        return Offer(action, label_of(action, case, actor), "refused", "lock",
                     reason=verdict.refusal.reason)  # fmt: skip
    label, icon = label_of(action, case, actor), ICONS.get(action, "pencil-line")
    if kind := EDITORS.get((action, case.state)):
        return Offer(action, label, "edit", icon, reverse("edit", args=[case.public_id, kind]),
                     is_primary=is_primary)  # fmt: skip
    url = reverse("act", args=[case.public_id, action])
    if action in UPKEEP:
        return Offer(action, label, "page", icon, url,
                     is_primary=is_primary and action == "name_decider")  # fmt: skip
    form_class = form_of(action, is_employee=is_own(case, actor))
    assert form_class is not None
    form = form_class(case=case, today=today, action=action)
    is_opening = action == "deliver" and is_own(case, actor)
    mode = "direct" if action in DIRECT or is_opening else "form"
    return Offer(action, label, mode, icon, url, form, str(hint_of(action, case)),
                 is_primary=is_primary and mode == "direct")  # fmt: skip


def label_of(action: str, case: Case, actor: Actor) -> str:
    """What the button of an act says to this person."""
    if action == "rerate":
        return (
            str(machine.LABELS[action]) if case.was_rerated else str(WRITE[DocumentKind.DECISION])
        )
    if kind := EDITORS.get((action, case.state)):
        if case.return_note and kind in MENDED:
            return _("Mend and submit again")
        return str(WRITE[kind])
    if action == "deliver":
        return _("Open my result") if is_own(case, actor) else _("Record the hand-over")
    return str(machine.LABELS[action])


def hint_of(action: str, case: Case) -> Sentence:
    """What an act brings about, said before it is done; "" where the button says it all."""
    return {
        ("withdraw", S.PLAN_REVIEW): gettext_lazy(
            "The plan comes back to you; you can change it and submit it again."
        ),
        ("withdraw", S.CHECKIN_REVIEW): gettext_lazy(
            "The check-in comes back to you; you can change it and submit it again."
        ),
        ("withdraw", S.OBJECTION_STATEMENTS): gettext_lazy(
            "The objection ends here and the rating stands. This cannot be taken back."
        ),
        ("accept", S.ANNOUNCED): gettext_lazy(
            "You give up the rest of the time to object. This cannot be taken back."
        ),
        ("waive", S.OBJECTION_STATEMENTS): gettext_lazy(
            "Your objection goes to the decider as it is, without a further statement."
        ),
        ("keep_plan", S.PLANNING): gettext_lazy(
            "The amendment is dropped and the approved plan stays as it is."
        ),
        ("amend_plan", S.MONITORING): gettext_lazy(
            "The approved plan stays in force until the rater approves the new one."
        ),
        ("proceed_without", S.SELF_ASSESSMENT): gettext_lazy(
            "The self-assessment is overdue. The assessment goes on without it."
        ),
        ("miss_checkin", S.MONITORING): gettext_lazy(
            "The check-in counts as missed, and the next round follows."
        ),
        ("proceed", S.OBJECTION_STATEMENTS): gettext_lazy(
            "What is missing is recorded, and the decision can be made."
        ),
    }.get((action, S(case.state)), "")
