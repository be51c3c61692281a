"""Where an appraisal can stand, in groups, and the parties whose turn it can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PLANNING = "planning", _("Planning")
    PLAN_REVIEW = "plan_review", _("Plan under review")
    MONITORING = "monitoring", _("Monitoring")
    CHECKIN_REVIEW = "checkin_review", _("Check-in under review")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    SUPERVISOR_REVIEW = "supervisor_review", _("Supervisor review")
    RATING_REVIEW = "rating_review", _("Rating under review")
    DELIVERY = "delivery", _("Delivery of the result")
    ANNOUNCED = "announced", _("Result announced")
    OBJECTION_STATEMENTS = "objection_statements", _("Objection: statements")
    OBJECTION_DECISION = "objection_decision", _("Objection: decision")
    FINAL_APPROVAL = "final_approval", _("Final approval")
    CLOSED = "closed", _("Finally approved")
    EXCLUDED = "excluded", _("Excluded")

    @property
    def for_employee(self) -> str:
        """The state in words for the person concerned."""
        return EMPLOYEE_WORDS[self]


EMPLOYEE_WORDS = {
    State.PLANNING: _("You are writing your plan"),
    State.PLAN_REVIEW: _("Your plan is with your rater"),
    State.MONITORING: _("You carry out your plan"),
    State.CHECKIN_REVIEW: _("Your check-in is with your rater"),
    State.SELF_ASSESSMENT: _("You assess your own year"),
    State.SUPERVISOR_REVIEW: _("Your rater assesses your year"),
    State.RATING_REVIEW: _("Your result is being prepared"),
    State.DELIVERY: _("Your result is ready for you"),
    State.ANNOUNCED: _("You have your result and may object"),
    State.OBJECTION_STATEMENTS: _("Both sides explain your objection"),
    State.OBJECTION_DECISION: _("Your objection is being decided"),
    State.FINAL_APPROVAL: _("Your result is being settled"),
    State.CLOSED: _("Your appraisal is final"),
    State.EXCLUDED: _("You do not take part in this cycle"),
}

ENDED = frozenset({State.CLOSED, State.EXCLUDED})
OPEN = frozenset(State) - ENDED
# The stretch of the year that a plan governs: a transfer here begins a new segment.
BEFORE_ASSESSMENT = frozenset(
    {State.PLANNING, State.PLAN_REVIEW, State.MONITORING, State.CHECKIN_REVIEW}
)
# The employee knows the rating from here on.
RATING_KNOWN = frozenset(
    {
        State.ANNOUNCED,
        State.OBJECTION_STATEMENTS,
        State.OBJECTION_DECISION,
        State.FINAL_APPROVAL,
        State.CLOSED,
    }
)
FROM_DELIVERY = RATING_KNOWN | {State.DELIVERY}
OBJECTION = frozenset({State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION})


class Party(models.TextChoices):
    """Who may act; a case's turn names one of them."""

    EMPLOYEE = "employee", _("Employee")
    RATER = "rater", _("Rater")
    APPROVER = "approver", _("Approver")
    EXPLAINER = "explainer", _("Official who rated")
    DECIDER = "decider", _("Decider of the objection")
    FINALISER = "finaliser", _("Final approver")
    HR = "hr", _("HR")
    SYSTEM = "system", _("The system")


class ApprovalKind(models.TextChoices):
    PLAN = "plan", _("Plan")
    CHECKIN = "checkin", _("Check-in")
    RATING = "rating", _("Rating")
    FINAL = "final", _("Final approval")


class OpeningOutcome(models.TextChoices):
    """What became of a person when a cycle was opened."""

    CREATED = "created", _("Created")
    EXCLUDED = "excluded", _("Not included")
    FAILED = "failed", _("Could not be created")
