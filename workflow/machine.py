"""The machine: every state, action, party, target and guard of an appraisal, as one table.

Pure. `ARMS` is the truth from which the transitions of `Case`, the database guard, the permission
table, the diagram and the table in docs/ are made. A guard returns None or the sentence that says
why not; it looks at `Facts` only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflow.enums import BEFORE_ASSESSMENT, FROM_DELIVERY, OPEN, Party, State

VERSION = 1
Sentence = str | Promise

S = State
E, R, A, X, D, F, H, SYS = (
    Party.EMPLOYEE, Party.RATER, Party.APPROVER, Party.EXPLAINER, Party.DECIDER, Party.FINALISER,
    Party.HR, Party.SYSTEM,
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What guards may know of a case at an instant."""

    state: str
    now: datetime
    due_at: datetime | None
    levels_acted: int = 0
    round_opens_at: datetime | None = None
    assessment_opens_at: datetime | None = None
    has_plan_in_force: bool = False
    is_amending: bool = False
    has_explanation: bool = False
    has_statement: bool = False
    window_ends_at: datetime | None = None
    was_rerated: bool = False
    was_decided: bool = False
    has_decider: bool = False

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.now >= self.due_at


Guard = Callable[[Facts], Sentence | None]


def is_untouched(facts: Facts) -> Sentence | None:
    return None if facts.levels_acted == 0 else _("A level has already approved it.")


def has_open_round(facts: Facts) -> Sentence | None:
    if facts.round_opens_at is None:
        return _("All check-ins of this cycle are done.")
    return _("The next check-in is not open yet.") if facts.now < facts.round_opens_at else None


def has_round_to_miss(facts: Facts) -> Sentence | None:
    if facts.round_opens_at is None:
        return _("All check-ins of this cycle are done.")
    return is_past_due(facts)


def is_past_due(facts: Facts) -> Sentence | None:
    return None if facts.is_overdue else _("Only once the due date has passed.")


def is_amending(facts: Facts) -> Sentence | None:
    return None if facts.is_amending else _("There is no approved plan to go back to.")


def is_before_assessment(facts: Facts) -> Sentence | None:
    if facts.assessment_opens_at is not None and facts.now >= facts.assessment_opens_at:
        return _("The assessment has begun; the plan can no longer change.")
    return None


def is_assessment_time(facts: Facts) -> Sentence | None:
    if facts.assessment_opens_at is None or facts.now < facts.assessment_opens_at:
        return _("The assessment has not begun yet.")
    return None if facts.has_plan_in_force else _("No plan has been approved yet.")


def is_window_open(facts: Facts) -> Sentence | None:
    if facts.window_ends_at is None or facts.now < facts.window_ends_at:
        return None
    return _("The time to object is over.")


def is_window_over(facts: Facts) -> Sentence | None:
    if facts.window_ends_at is None or facts.now < facts.window_ends_at:
        return _("The employee may still object.")
    return None


def lacks_explanation(facts: Facts) -> Sentence | None:
    return _("The explanation has been given.") if facts.has_explanation else None


def lacks_statement(facts: Facts) -> Sentence | None:
    return _("The statement has been given.") if facts.has_statement else None


def has_decider(facts: Facts) -> Sentence | None:
    return None if facts.has_decider else _("No decider has been named yet.")


def may_rerate(facts: Facts) -> Sentence | None:
    if facts.was_rerated:
        return _("It was re-rated once; now it can only be upheld or changed.")
    return has_decider(facts)


def is_not_rerated(facts: Facts) -> Sentence | None:
    return _("After a re-rating it cannot go back to the employee.") if facts.was_rerated else None


def is_undecided(facts: Facts) -> Sentence | None:
    return _("After a decided objection the result is final.") if facts.was_decided else None


def lacks_decider(facts: Facts) -> Sentence | None:
    return _("The decider is known.") if facts.has_decider else None


@dataclass(frozen=True)
class Arm:
    """One line of the table: from `source`, by one of `who`, to one of `targets`."""

    action: str
    source: State
    who: frozenset[Party]
    targets: tuple[State, ...]
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    # The door's own act: never offered on a screen.
    is_internal: bool = False

    def refusal(self, facts: Facts) -> Sentence | None:
        """None, or the sentence of the first guard that refuses."""
        for guard in self.guards:
            sentence = guard(facts)
            if sentence:
                return sentence
        return None


def _arm(
    action: str,
    source: State,
    who: Party | tuple[Party, ...],
    *targets: State,
    guards: tuple[Guard, ...] = (),
    reason: bool = False,
    internal: bool = False,
) -> Arm:
    parties = frozenset(who if isinstance(who, tuple) else (who,))
    return Arm(action, source, parties, targets, guards, reason, internal)


FIRST = S.PLANNING

ARMS: tuple[Arm, ...] = (
    # planning
    _arm("submit", S.PLANNING, E, S.PLAN_REVIEW),
    # An amendment nobody hands in must not hold the year up: the plan in force is kept.
    _arm("keep_plan", S.PLANNING, (E, R), S.MONITORING, guards=(is_amending,)),
    _arm("approve", S.PLAN_REVIEW, A, S.PLAN_REVIEW, S.MONITORING),
    _arm("return_", S.PLAN_REVIEW, A, S.PLANNING, reason=True),
    _arm("withdraw", S.PLAN_REVIEW, E, S.PLANNING, guards=(is_untouched,)),
    # monitoring
    _arm("submit_checkin", S.MONITORING, E, S.CHECKIN_REVIEW, guards=(has_open_round,)),
    _arm("miss_checkin", S.MONITORING, R, S.MONITORING, guards=(has_round_to_miss,), reason=True),
    _arm("amend_plan", S.MONITORING, E, S.PLANNING, guards=(is_before_assessment,), reason=True),
    _arm("open_assessment", S.MONITORING, SYS, S.SELF_ASSESSMENT, guards=(is_assessment_time,)),
    _arm("approve", S.CHECKIN_REVIEW, A, S.CHECKIN_REVIEW, S.MONITORING),
    _arm("return_", S.CHECKIN_REVIEW, A, S.MONITORING, reason=True),
    _arm("withdraw", S.CHECKIN_REVIEW, E, S.MONITORING, guards=(is_untouched,)),
    # assessment
    _arm("submit", S.SELF_ASSESSMENT, E, S.SUPERVISOR_REVIEW),
    _arm("proceed_without", S.SELF_ASSESSMENT, R, S.SUPERVISOR_REVIEW, guards=(is_past_due,),
         reason=True),
    _arm("rate", S.SUPERVISOR_REVIEW, R, S.RATING_REVIEW, S.DELIVERY),
    _arm("return_", S.SUPERVISOR_REVIEW, R, S.SELF_ASSESSMENT, guards=(is_not_rerated,),
         reason=True),
    _arm("approve", S.RATING_REVIEW, A, S.RATING_REVIEW, S.DELIVERY),
    _arm("return_", S.RATING_REVIEW, A, S.SUPERVISOR_REVIEW, reason=True),
    # delivery
    _arm("deliver", S.DELIVERY, (E, R, H), S.ANNOUNCED),
    _arm("accept", S.ANNOUNCED, E, S.FINAL_APPROVAL),
    _arm("object", S.ANNOUNCED, E, S.OBJECTION_STATEMENTS, guards=(is_window_open,)),
    _arm("window_over", S.ANNOUNCED, SYS, S.FINAL_APPROVAL, guards=(is_window_over,)),
    # objection
    _arm("explain", S.OBJECTION_STATEMENTS, X, S.OBJECTION_STATEMENTS, S.OBJECTION_DECISION,
         guards=(lacks_explanation,)),
    _arm("add_statement", S.OBJECTION_STATEMENTS, E, S.OBJECTION_STATEMENTS, S.OBJECTION_DECISION,
         guards=(lacks_statement,)),
    _arm("waive", S.OBJECTION_STATEMENTS, E, S.OBJECTION_STATEMENTS, S.OBJECTION_DECISION,
         guards=(lacks_statement,)),
    _arm("proceed", S.OBJECTION_STATEMENTS, D, S.OBJECTION_DECISION, guards=(is_past_due,),
         reason=True),
    _arm("withdraw", S.OBJECTION_STATEMENTS, E, S.FINAL_APPROVAL),
    _arm("uphold", S.OBJECTION_DECISION, D, S.FINAL_APPROVAL, guards=(has_decider,)),
    _arm("change", S.OBJECTION_DECISION, D, S.FINAL_APPROVAL, guards=(has_decider,)),
    _arm("rerate", S.OBJECTION_DECISION, D, S.SUPERVISOR_REVIEW, guards=(may_rerate,)),
    *(
        _arm("name_decider", state, H, state, guards=(lacks_decider,), reason=True)
        for state in (S.OBJECTION_STATEMENTS, S.OBJECTION_DECISION)
    ),
    # final approval
    _arm("settle", S.FINAL_APPROVAL, F, S.FINAL_APPROVAL, S.CLOSED),
    _arm("return_", S.FINAL_APPROVAL, F, S.SUPERVISOR_REVIEW, guards=(is_undecided,), reason=True),
    # upkeep: HR's acts on any open case
    *(_arm("exclude", state, H, S.EXCLUDED, reason=True) for state in State if state in OPEN),
    _arm("reinstate", S.EXCLUDED, H, S.PLANNING, S.MONITORING, S.SELF_ASSESSMENT, reason=True),
    *(
        _arm("transfer", state, (H, SYS),
             S.PLANNING if state in BEFORE_ASSESSMENT else state, reason=True)
        for state in State if state in OPEN
    ),
    *(_arm("reassign", state, (H, SYS), state, reason=True) for state in State if state in OPEN),
)  # fmt: skip

TABLE: dict[tuple[str, str], Arm] = {(arm.action, arm.source): arm for arm in ARMS}
ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(arm.action for arm in ARMS))
PAIRS: frozenset[tuple[str, str]] = frozenset(
    (arm.source.value, target.value) for arm in ARMS for target in arm.targets
)

# What a button says, and what the story says afterwards ("{actor}" stands before it there).
LABELS: dict[str, Sentence] = {
    "open": _("Open"),
    "submit": _("Submit"),
    "approve": _("Approve"),
    "return_": _("Return"),
    "withdraw": _("Withdraw"),
    "submit_checkin": _("Submit check-in"),
    "miss_checkin": _("Record the check-in as missed"),
    "amend_plan": _("Amend the plan"),
    "keep_plan": _("Keep the plan in force"),
    "open_assessment": _("Open the assessment"),
    "proceed_without": _("Continue without self-assessment"),
    "rate": _("Rate"),
    "deliver": _("Deliver the result"),
    "accept": _("Accept the result"),
    "object": _("Object"),
    "window_over": _("Objection window over"),
    "explain": _("Explain the rating"),
    "add_statement": _("Add a statement"),
    "waive": _("Waive the statement"),
    "proceed": _("Continue without the missing statement"),
    "uphold": _("Uphold the rating"),
    "change": _("Change the rating"),
    "rerate": _("Send back for re-rating"),
    "name_decider": _("Name the decider"),
    "settle": _("Approve finally"),
    "exclude": _("Exclude from the cycle"),
    "reinstate": _("Take back into the cycle"),
    "transfer": _("Transfer to another post"),
    "reassign": _("Reassign"),
}

# On what an exclusion may rest; the ledger keeps the code, the letter stands in the reason.
AUTHORITIES = frozenset(
    {"leave", "study", "retirement", "secondment", "suspended", "dismissed", "moved", "death",
     "court", "other"}
)  # fmt: skip
# From delivery on only these (death of the employee, a court).
LATE_EXCLUSIONS = frozenset({"death", "court"})
LATE_STATES = FROM_DELIVERY


def arms_from(state: str) -> list[Arm]:
    """Every arm that leaves a state, in the table's order."""
    return [arm for arm in ARMS if arm.source == state]
