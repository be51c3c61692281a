"""The forms of the year's documents: what each kind asks for, and how a sent form is read."""

from cycles.enums import DocumentKind
from workflow.forms.documents.base import DocumentForm
from workflow.forms.documents.objection import (
    DecisionForm,
    ExplanationForm,
    ObjectionForm,
    StatementForm,
)
from workflow.forms.documents.plan import PlanForm
from workflow.forms.documents.year import CheckinForm, RatingForm, SelfAssessmentForm

FORMS: dict[str, type[DocumentForm]] = {
    DocumentKind.PLAN: PlanForm,
    DocumentKind.CHECKIN: CheckinForm,
    DocumentKind.SELF_ASSESSMENT: SelfAssessmentForm,
    DocumentKind.RATING: RatingForm,
    DocumentKind.OBJECTION: ObjectionForm,
    DocumentKind.EXPLANATION: ExplanationForm,
    DocumentKind.STATEMENT: StatementForm,
    DocumentKind.DECISION: DecisionForm,
}
# The acts that hand a document in; the buttons under its form.
ACTS: dict[str, tuple[str, ...]] = {
    DocumentKind.PLAN: ("submit",),
    DocumentKind.CHECKIN: ("submit_checkin",),
    DocumentKind.SELF_ASSESSMENT: ("submit",),
    DocumentKind.RATING: ("rate",),
    DocumentKind.OBJECTION: ("object",),
    DocumentKind.EXPLANATION: ("explain",),
    DocumentKind.STATEMENT: ("add_statement",),
    DocumentKind.DECISION: ("uphold", "change", "rerate"),
}

__all__ = ["ACTS", "FORMS", "DocumentForm"]
