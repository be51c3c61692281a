"""Where a case stands for the person who looks: whose turn, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.calendar import format_day, local_date
from workflow.enums import ENDED, Party, State
from workflow.machine import Sentence
from workflow.models import Case
from workflow.permissions import Actor
from workflow.queries.cases import is_own, is_turn_of

S = State


@dataclass(frozen=True)
class Standing:
    """The head of the page. `is_pressing`: something is to be done by the one who looks."""

    title: str
    task: str = ""
    is_pressing: bool = False
    is_turn: bool = False
    # Who has it is worth saying, and so is the due date.
    waits_for_somebody: bool = False


def standing_of(case: Case, actor: Actor, now: datetime) -> Standing:
    """What the page says first."""
    if case.state in ENDED:
        return Standing(_("This appraisal has ended"), _ended(case))
    opens = local_date(case.agency.zone, case.assessment_opens_at)
    if case.state == S.MONITORING and case.turn_party == Party.SYSTEM:
        words = _("All check-ins are done. The assessment begins on %(day)s.")
        return Standing(_("Nothing to do now"), words % {"day": format_day(opens)})
    if is_turn_of(case, actor):
        if case.state == S.MONITORING and case.round_opens_at and now < case.round_opens_at:
            return Standing(_("Nothing to do now"), _next_round(case), is_turn=True,
                            waits_for_somebody=True)  # fmt: skip
        return Standing(_("It is your turn"), _task(case, actor), is_pressing=True, is_turn=True,
                        waits_for_somebody=True)  # fmt: skip
    if case.state == S.DELIVERY and is_own(case, actor):
        words = _("Once you open it, the time in which you may object begins.")
        return Standing(_("Your result is ready"), words, is_pressing=True)
    return Standing(_("Who has it now"), waits_for_somebody=True)


def _ended(case: Case) -> str:
    if case.state == S.CLOSED:
        return _(
            "The result is final. Nobody can change it any more; everything that led to it "
            "stands below."
        )
    return _("It does not take part in this cycle. What was written so far is kept.")


def _next_round(case: Case) -> str:
    assert case.round_opens_at is not None
    opens = local_date(case.agency.zone, case.round_opens_at)
    return _("Check-in %(round)d opens on %(day)s.") % {
        "round": case.round, "day": format_day(opens),
    }  # fmt: skip


def _task(case: Case, actor: Actor) -> str:
    """What the person whose turn it is has to do."""
    if case.state == S.PLANNING:
        return _planning(case)
    if case.state == S.MONITORING:
        words = (
            _("Mend check-in %(round)d and submit it again.")
            if case.return_note
            else _("Report in check-in %(round)d what was achieved so far.")
        )
        return words % {"round": case.round}
    if case.state == S.OBJECTION_STATEMENTS:
        if is_own(case, actor):
            return _("The rating has been explained. Add a statement, or say that none is needed.")
        return _("Explain your rating to the official who decides the objection.")
    if case.state == S.OBJECTION_DECISION and case.turn_party == Party.HR:
        return _("No superior is left who may decide. Name a decider by letter.")
    return str(TASKS.get(S(case.state), ""))


def _planning(case: Case) -> str:
    if case.return_note:
        return _("Mend your plan and submit it again.")
    if case.is_amending:
        return _("Change your plan and submit it. Until it is approved the old one stays in force.")
    return _("Write your plan and submit it to your rater.")


TASKS: dict[State, Sentence] = {
    S.PLAN_REVIEW: gettext_lazy("Read the plan; approve it, or return it with your reasons."),
    S.CHECKIN_REVIEW: gettext_lazy(
        "Read the check-in; approve it, or return it with your reasons."
    ),
    S.SELF_ASSESSMENT: gettext_lazy(
        "Say for each result what was achieved, and submit your self-assessment."
    ),
    S.SUPERVISOR_REVIEW: gettext_lazy("Give both ratings, each with its reasons."),
    S.RATING_REVIEW: gettext_lazy("Read the rating; approve it, or return it with your reasons."),
    S.DELIVERY: gettext_lazy(
        "The result is ready. The employee can open it here; if it is handed over in person, "
        "record that."
    ),
    S.ANNOUNCED: gettext_lazy("Read your result. Accept it, or object with your reasons."),
    S.OBJECTION_DECISION: gettext_lazy(
        "Read what both sides say, and decide. Your decision is final."
    ),
    S.FINAL_APPROVAL: gettext_lazy(
        "Check that everything is complete, and approve the result finally."
    ),
}
