"""What can be told: the words of every notice, and who hears of which event. Pure.

A notice never says a rating and quotes no reason that could hold one: whoever may know it reads
it in Jenjang, behind the login. The words know %(person)s, whose appraisal it is; %(who)s, who
acted or holds the item; %(cycle)s; %(state)s; %(task)s; and %(left)s, the days left or overdue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.enums import Group, Lasts, RuleKind
from workflow.enums import Party, State

Words = str | Promise


@dataclass(frozen=True)
class Entry:
    """One notice. `title` is the bell's line and the mail's subject."""

    title: Words
    text: Words
    group: Group = Group.NEWS
    lasts: Lasts = Lasts.ALWAYS
    role: str = "neutral"
    icon: str = "bell"
    shows_due: bool = False


def _asks(title: Words, text: Words, group: Group = Group.NEWS, icon: str = "inbox") -> Entry:
    """It is the reader's turn: true as long as that turn runs."""
    return Entry(title, text, group, Lasts.TURN, "brand", icon, shows_due=True)


def _legal(title: Words, text: Words, icon: str = "scale", role: str = "caution") -> Entry:
    return Entry(title, text, Group.LEGAL, role=role, icon=icon)


def _returned(title: Words, text: Words) -> Entry:
    return Entry(title, text, Group.LEGAL, Lasts.TURN, "caution", "undo-2", shows_due=True)


_ON_TIME = _("Please act before the due date.")

CATALOGUE: Mapping[str, Entry] = {
    # --- deadlines
    RuleKind.BEFORE: Entry(
        _("%(left)s: %(task)s"), _ON_TIME,
        Group.REMINDER, Lasts.TURN, "caution", "clock", True,
    ),
    RuleKind.OVERDUE: Entry(
        _("%(left)s: %(task)s"), _("The due date has passed. Please act now."),
        Group.REMINDER, Lasts.TURN, "negative", "alarm-clock", True,
    ),
    RuleKind.SUPERIOR: Entry(
        _("%(left)s, with %(who)s: %(task)s"),
        _("You are told as the next superior. The item stays where it is; please see to it that "
          "it is done."),
        Group.REMINDER, Lasts.TURN, "negative", "arrow-up-right", True,
    ),
    RuleKind.HR: Entry(
        _("%(left)s, with %(who)s: %(task)s"),
        _("You are told as HR, after the next superior. The item stays where it is; you can "
          "extend the due date or reassign the item."),
        Group.REMINDER, Lasts.TURN, "negative", "arrow-up-right", True,
    ),
    # --- it is your turn
    "opened": _asks(
        _("%(cycle)s has begun: write your plan"),
        _("Write your performance plan (SKP) and submit it to your rater."), icon="calendar-plus",
    ),
    "plan_waits": _asks(
        _("The plan of %(person)s waits for your approval"), _("Approve or return it."),
    ),
    "checkin_waits": _asks(
        _("The check-in of %(person)s waits for your approval"), _("Approve or return it."),
    ),
    "rate_waits": _asks(
        _("It is time to rate %(person)s"),
        _("Read the year and the self-assessment, then give both ratings with reasons."),
    ),
    "rating_waits": _asks(
        _("A rating of %(person)s waits for your approval"), _("Approve or return it."),
    ),
    "final_waits": _asks(
        _("The result of %(person)s waits for final approval"), _("Approve or return it."),
    ),
    "assessment_opened": _asks(
        _("The assessment has opened: write your self-assessment"),
        _("Say for every result what was achieved, then submit it to your rater."),
        icon="calendar-plus",
    ),
    "passed_on": _asks(
        _("An item of %(person)s is now yours: %(state)s"),
        _("It was passed on to you with its due date."), icon="corner-up-right",
    ),
    "due_moved": _asks(
        _("The due date has moved: %(task)s"), _("The new due date holds from now on."),
        icon="calendar-clock",
    ),
    # --- what was returned
    "plan_returned": _returned(
        _("Your plan was returned to you"), _("Please mend it and submit it again."),
    ),
    "checkin_returned": _returned(
        _("Your check-in was returned to you"), _("Please mend it and submit it again."),
    ),
    "self_returned": _returned(
        _("Your self-assessment was returned to you"), _("Please mend it and submit it again."),
    ),
    "rating_returned": _returned(
        _("The rating of %(person)s was returned to you"),
        _("The reason stands in Jenjang. Please rate anew."),
    ),
    # --- how work goes on
    "plan_approved": Entry(
        _("Your plan was approved"), _("It is in force from now on."),
        role="positive", icon="circle-check",
    ),
    "checkin_approved": Entry(
        _("Your check-in was approved"), _("It is part of your year now."),
        role="positive", icon="circle-check",
    ),
    "plan_kept": Entry(
        _("The amendment of your plan has ended"), _("The plan in force before stays in force."),
        icon="history",
    ),
    "plan_amended": Entry(
        _("%(person)s is amending the plan"), _("The old plan stays in force until you approve."),
        icon="pencil-line",
    ),
    "checkin_missed": Entry(
        _("Your check-in was recorded as missed"), _("The next round is open for you as planned."),
        role="caution", icon="circle-alert",
    ),
    "checkin_dropped": Entry(
        _("A check-in was taken out of %(cycle)s"), _("You need not hand it in."),
        icon="calendar-minus",
    ),
    "withdrawn": Entry(
        _("%(person)s has taken back what waited for you"), _("You need not do anything."),
        icon="undo",
    ),
    "no_more_yours": Entry(
        _("%(person)s no longer takes part in %(cycle)s"), _("Nothing waits for you there."),
        icon="ban",
    ),
    "rater_new": Entry(
        _("You now rate %(person)s"), _("A new plan is being written for the new post."),
        icon="user-plus",
    ),
    # --- rights and duties
    "went_on": _legal(
        _("Your year is being rated without your self-assessment"),
        _("The due date had passed; your rater goes on without it."),
    ),
    "ready": Entry(
        _("Your result is ready for you"),
        _("Open it in Jenjang. The time to object is counted from the day you receive it."),
        Group.LEGAL, Lasts.STATE, "brand", "mail-open",
    ),
    "delivered": Entry(
        _("You have received your result"),
        _("You can accept it, or object with your reasons, until the end of the time to object."),
        Group.LEGAL, Lasts.STATE, "brand", "megaphone", True,
    ),
    "window_over": _legal(
        _("The time to object is over"),
        _("No objection was received, which counts as acceptance. The system recorded it."),
        icon="calendar-check", role="neutral",
    ),
    "explain_waits": _asks(
        _("%(person)s objects to the rating: please explain it"),
        _("Explain in writing how you came to it. The decision is made by your superior."),
        Group.LEGAL, "message-square",
    ),
    "objection_filed": _legal(
        _("%(person)s objects; the decision will be yours"),
        _("First both sides explain. You are told when the decision is due."),
    ),
    "decider_missing": Entry(
        _("An objection of %(person)s has no decider"),
        _("No superior is left who may decide. Please name a decider by letter."),
        Group.LEGAL, Lasts.STATE, "caution", "user-search",
    ),
    "decider_named": _legal(
        _("You decide the objection of %(person)s"), _("HR has named you by letter."),
    ),
    "statement_waits": _asks(
        _("Your statement on your objection is awaited"),
        _("The rating was explained. Add your statement, or waive it."),
        Group.LEGAL, "message-square",
    ),
    "decision_waits": _asks(
        _("The objection of %(person)s waits for your decision"),
        _("Both sides were heard. Decide with reasons."), Group.LEGAL, "gavel",
    ),
    "statements_closed": _legal(
        _("The objection of %(person)s goes on without a missing statement"),
        _("The due date had passed; the objection is being decided with what there is."),
    ),
    "objection_withdrawn": _legal(
        _("%(person)s has withdrawn the objection"), _("The result goes to final approval."),
        icon="undo", role="neutral",
    ),
    "decided": _legal(
        _("Your objection has been decided"), _("Read the decision and its reasons in Jenjang."),
        icon="gavel", role="brand",
    ),
    "decided_rater": _legal(
        _("The objection of %(person)s has been decided"),
        _("Read the decision and its reasons in Jenjang."), icon="gavel", role="neutral",
    ),
    "rerate_waits": _asks(
        _("Please rate %(person)s anew"),
        _("So the objection was decided. The reasons stand in Jenjang."), Group.LEGAL, "gavel",
    ),
    "result_reopened": _legal(
        _("Your result is being corrected"),
        _("A formal defect was found. The result will be delivered to you anew."),
        icon="rotate-ccw",
    ),
    "settled": _legal(
        _("Your result is final"), _("Your appraisal of %(cycle)s was approved finally."),
        icon="badge-check", role="positive",
    ),
    "excluded": _legal(
        _("You do not take part in %(cycle)s"),
        _("HR has excluded you. The reason and the authority stand in Jenjang."), icon="ban",
    ),
    "reinstated": _legal(
        _("You take part in %(cycle)s again"), _("HR has taken you back."),
        icon="rotate-ccw", role="brand",
    ),
    "transferred": _legal(
        _("Your appraisal has moved to your new post"),
        _("Look at what is due now in Jenjang."), icon="move-right", role="brand",
    ),
}  # fmt: skip

# The item of a deadline, for the person who has to do it and for others.
TASKS: Mapping[str, tuple[Words, Words]] = {
    State.PLANNING: (_("submit your plan"), _("plan of %(person)s")),
    State.PLAN_REVIEW: (
        _("approve the plan of %(person)s"), _("approval of the plan of %(person)s"),
    ),
    State.MONITORING: (_("submit your check-in"), _("check-in of %(person)s")),
    State.CHECKIN_REVIEW: (
        _("approve the check-in of %(person)s"), _("approval of the check-in of %(person)s"),
    ),
    State.SELF_ASSESSMENT: (_("submit your self-assessment"), _("self-assessment of %(person)s")),
    State.SUPERVISOR_REVIEW: (_("rate %(person)s"), _("rating of %(person)s")),
    State.RATING_REVIEW: (
        _("approve the rating of %(person)s"), _("approval of the rating of %(person)s"),
    ),
    State.DELIVERY: (
        _("hand over the result of %(person)s"), _("handing over the result of %(person)s"),
    ),
    State.ANNOUNCED: (_("time to object"), _("time of %(person)s to object")),
    State.OBJECTION_STATEMENTS: (
        _("give your statement on the objection of %(person)s"),
        _("statement on the objection of %(person)s"),
    ),
    State.OBJECTION_DECISION: (
        _("decide the objection of %(person)s"), _("decision on the objection of %(person)s"),
    ),
    State.FINAL_APPROVAL: (
        _("approve the result of %(person)s finally"), _("final approval of %(person)s"),
    ),
}  # fmt: skip


class To(Enum):
    """Whom an event concerns."""

    EMPLOYEE = auto()
    HOLDER = auto()  # whose turn begins: the person, acting officials, HR's people for HR's turn
    NAMED_HOLDER = auto()  # the same, but HR's many items are told of by their deadlines alone
    PREVIOUS = auto()  # whose turn has ended
    RATER = auto()
    EXPLAINER = auto()  # the official who rated
    DECIDER = auto()


@dataclass(frozen=True)
class Telling:
    """One notice of an event. Whoever acted knows it already, unless it starts a clock."""

    code: str
    to: To
    even_actor: bool = False
    # The act's reason is quoted: only where no rating can stand in it.
    with_reason: bool = False


def _tell(code: str, to: To = To.EMPLOYEE, *, reason: bool = False, actor: bool = False) -> Telling:
    return Telling(code, to, actor, reason)


ANY = "*"
_H, _N = To.HOLDER, To.NAMED_HOLDER

# (kind of event, state before, state after) → who is told what; ANY stands for every state.
EVENTS: Mapping[tuple[str, str, str], tuple[Telling, ...]] = {
    ("open", ANY, State.PLANNING): (_tell("opened"),),
    ("submit", State.PLANNING, State.PLAN_REVIEW): (_tell("plan_waits", _N),),
    ("keep_plan", ANY, ANY): (_tell("plan_kept"),),
    ("approve", State.PLAN_REVIEW, State.PLAN_REVIEW): (_tell("plan_waits", _N),),
    ("approve", State.PLAN_REVIEW, State.MONITORING): (_tell("plan_approved"),),
    ("return_", State.PLAN_REVIEW, State.PLANNING): (_tell("plan_returned", reason=True),),
    ("withdraw", State.PLAN_REVIEW, ANY): (_tell("withdrawn", To.PREVIOUS),),
    ("submit_checkin", ANY, ANY): (_tell("checkin_waits", _N),),
    ("miss_checkin", ANY, ANY): (_tell("checkin_missed", reason=True),),
    ("amend_plan", ANY, ANY): (_tell("plan_amended", To.RATER),),
    ("open_assessment", ANY, ANY): (_tell("assessment_opened"),),
    ("approve", State.CHECKIN_REVIEW, State.CHECKIN_REVIEW): (_tell("checkin_waits", _N),),
    ("approve", State.CHECKIN_REVIEW, State.MONITORING): (_tell("checkin_approved"),),
    ("return_", State.CHECKIN_REVIEW, ANY): (_tell("checkin_returned", reason=True),),
    ("withdraw", State.CHECKIN_REVIEW, ANY): (_tell("withdrawn", To.PREVIOUS),),
    ("submit", State.SELF_ASSESSMENT, ANY): (_tell("rate_waits", _N),),
    ("proceed_without", ANY, ANY): (_tell("went_on", reason=True), _tell("rate_waits", _N)),
    ("rate", ANY, State.RATING_REVIEW): (_tell("rating_waits", _N),),
    ("rate", ANY, State.DELIVERY): (_tell("ready"),),
    ("return_", State.SUPERVISOR_REVIEW, ANY): (_tell("self_returned", reason=True),),
    ("approve", State.RATING_REVIEW, State.RATING_REVIEW): (_tell("rating_waits", _N),),
    ("approve", State.RATING_REVIEW, State.DELIVERY): (_tell("ready"),),
    ("return_", State.RATING_REVIEW, ANY): (_tell("rating_returned", _N),),
    ("deliver", ANY, ANY): (_tell("delivered", actor=True),),
    ("accept", ANY, ANY): (_tell("final_waits", _N),),
    ("window_over", ANY, ANY): (_tell("window_over"), _tell("final_waits", _N)),
    ("object", ANY, ANY): (
        _tell("explain_waits", _H), _tell("objection_filed", To.DECIDER),
    ),
    ("explain", ANY, State.OBJECTION_STATEMENTS): (_tell("statement_waits"),),
    ("explain", ANY, State.OBJECTION_DECISION): (_tell("decision_waits", _H),),
    ("add_statement", ANY, State.OBJECTION_DECISION): (_tell("decision_waits", _H),),
    ("waive", ANY, State.OBJECTION_DECISION): (_tell("decision_waits", _H),),
    ("proceed", ANY, ANY): (
        _tell("statements_closed"), _tell("statements_closed", To.EXPLAINER),
        _tell("decision_waits", _H),
    ),
    ("withdraw", State.OBJECTION_STATEMENTS, ANY): (
        _tell("objection_withdrawn", To.EXPLAINER), _tell("objection_withdrawn", To.DECIDER),
        _tell("final_waits", _N),
    ),
    ("uphold", ANY, ANY): (
        _tell("decided"), _tell("decided_rater", To.EXPLAINER), _tell("final_waits", _N),
    ),
    ("change", ANY, ANY): (
        _tell("decided"), _tell("decided_rater", To.EXPLAINER), _tell("final_waits", _N),
    ),
    ("rerate", ANY, ANY): (
        _tell("decided"), _tell("rerate_waits", _H), _tell("decided_rater", To.EXPLAINER),
    ),
    ("name_decider", ANY, ANY): (_tell("decider_named", To.DECIDER),),
    ("settle", ANY, State.FINAL_APPROVAL): (_tell("final_waits", _N),),
    ("settle", ANY, State.CLOSED): (_tell("settled"),),
    ("return_", State.FINAL_APPROVAL, ANY): (
        _tell("result_reopened"), _tell("rating_returned", _N),
    ),
    ("exclude", ANY, ANY): (_tell("excluded"), _tell("no_more_yours", To.PREVIOUS)),
    ("reinstate", ANY, ANY): (_tell("reinstated"),),
    ("transfer", ANY, State.PLANNING): (_tell("transferred"), _tell("rater_new", To.RATER)),
    ("transfer", ANY, ANY): (_tell("transferred"), _tell("passed_on", _H)),
    ("reassign", ANY, ANY): (_tell("passed_on", _H),),
    ("extend", ANY, ANY): (_tell("due_moved", _H, reason=True),),
    ("drop_round", ANY, ANY): (_tell("checkin_dropped", reason=True),),
}  # fmt: skip


def tellings(kind: str, before: str, after: str) -> tuple[Telling, ...]:
    """Who is told what about an event, most exact line first; nobody about an unknown one."""
    for key in ((kind, before, after), (kind, ANY, after), (kind, before, ANY), (kind, ANY, ANY)):
        if key in EVENTS:
            return EVENTS[key]
    return ()


# A row written by another version of this table must not stop a list or a queue.
UNKNOWN = Entry(_("News of the appraisal of %(person)s"), _("Read in Jenjang what is new."))


def entry_of(code: str) -> Entry:
    """The notice with this code; general words for one that is not known."""
    return CATALOGUE.get(code, UNKNOWN)


def task_of(state: str, party: str, *, is_own: bool) -> Words:
    """The item of a turn in words, for its holder (`is_own`) or for others."""
    if state == State.OBJECTION_DECISION and party == Party.HR:
        return _("name a decider for the objection of %(person)s")
    own, others = TASKS[state]
    return own if is_own else others
