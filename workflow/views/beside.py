"""What stands beside each form: the file, as far as its writer needs it. Missing is told so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles import scoring
from cycles.berakhlak import CORE_VALUES
from cycles.calendar import explain
from cycles.enums import DocumentKind
from cycles.models import Attachment
from cycles.queries.calendars import calendar_for
from workflow.forms.documents import DocumentForm
from workflow.forms.documents.year import quadrant
from workflow.models import Case
from workflow.queries.documents import CaseFile, superior_results, unit_result
from workflow.services.dues import stored_due


def _plan(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    return {"suggestions": superior_results(case), "rater": case.rater}


def _checkin(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    name = file.round_names.get(case.round, "")
    earlier = [version for document, version in file.checkins()
               if document.segment and document.segment.number == case.segment_number
               and document.round < case.round]  # fmt: skip
    return {"round_name": name, "last_checkin": earlier[-1] if earlier else None}


def _self_assessment(
    case: Case, file: CaseFile, form: DocumentForm, now: datetime
) -> dict[str, Any]:
    earlier = [
        version
        for document, version in file.checkins()
        if document.segment and document.segment.number == case.segment_number
    ]
    return {"last_checkin": earlier[-1] if earlier else None}


def evidence(file: CaseFile) -> dict[str, Any]:
    """Plan, check-ins and self-assessment side by side, also those that are missing."""
    case = file.case
    handed_in = {
        (document.segment.number if document.segment else 0, document.round): (document, version)
        for document, version in file.checkins()
    }
    rounds = []
    for number in sorted(file.round_names):
        found = handed_in.get((case.segment_number, number))
        rounds.append(
            {
                "name": file.round_names[number],
                "version": found[1] if found else None,
                "files": _by_place(file.files(*found)) if found else {},
                "is_missed": number in case.missed_rounds,
            }
        )
    own = file.document(DocumentKind.SELF_ASSESSMENT)
    version = file.latest(own)
    return {
        "plan_version": file.plan(),
        "rounds": rounds,
        "self_assessment": version,
        "self_files": _by_place(file.files(own, version)) if version else {},
        "earlier_segments": [s for s in file.segments if s.number < case.segment_number],
    }


def _by_place(files: list[Attachment]) -> dict[str, list[Attachment]]:
    found: dict[str, list[Attachment]] = {}
    for file in files:
        found.setdefault(file.field or "umum", []).append(file)
    return found


def _rating(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    result = unit_result(case)
    guide: list[str] = []
    if result is not None:
        guide = [clause_text(clause) for clause in
                 scoring.GUIDE[scoring.OrganisationResult(result.value)]]  # fmt: skip
    feedback = form.body["feedback"]
    context = evidence(file) | {
        "has_value_feedback": any(feedback.get(value.code) for value in CORE_VALUES),
        "quadrant": quadrant(form.body),
        "unit_result": result,
        "guide": guide,
        "quadrant_url": reverse("quadrant", args=[case.public_id]),
    }
    if case.rating_number:
        context["earlier_rating"] = file.handed_in(DocumentKind.RATING, case.rating_number)
    if case.was_rerated:
        number = case.objection_number
        context |= {
            "objection": file.handed_in(DocumentKind.OBJECTION, number),
            "decision": file.handed_in(DocumentKind.DECISION, number),
        }
    return context


def clause_text(clause: scoring.Clause) -> str:
    """One sentence of the distribution guide, as information."""
    named = ", ".join(str(p.label) for p in clause.predicates)
    text = _GUIDE_TEXT["nobody" if clause.kind == "at_most" and not clause.percent else clause.kind]
    return str(text) % {"predicates": named, "percent": clause.percent}


_GUIDE_TEXT: dict[str, str | Promise] = {
    "most": _("most people: %(predicates)s"),
    "at_most": _("at most %(percent)d%%: %(predicates)s"),
    "at_least": _("at least %(percent)d%%: %(predicates)s"),
    "nobody": _("nobody: %(predicates)s"),
    "some": _("at least one person: %(predicates)s"),
}


def _objection_file(case: Case, file: CaseFile, number: int) -> dict[str, Any]:
    """The rating objected to, and what both sides have said."""
    written: dict[str, Any] = {}
    for name, kind in (
        ("objection", DocumentKind.OBJECTION),
        ("explanation", DocumentKind.EXPLANATION),
        ("statement", DocumentKind.STATEMENT),
    ):
        document = file.document(kind, number)
        version = file.latest(document)
        written[name] = version
        written[f"{name}_files"] = file.files(document, version) if version else []
    return written | {"rating": file.handed_in(DocumentKind.RATING, case.rating_number)}


def _objection(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    calendar = calendar_for(case.agency, case.unit.week)
    context: dict[str, Any] = {"rating": file.handed_in(DocumentKind.RATING, case.delivered_rating)}
    if case.window_basis and case.window_ends_at is not None:
        context["why_window"] = explain(
            stored_due(case.window_basis, case.window_ends_at, calendar), case.agency.zone,
            since="delivered",
        )  # fmt: skip
    end = case.window_calendar_ends_at
    context["is_between_ends"] = end is not None and now >= end
    return context


def _statements(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    return _objection_file(case, file, case.objection_number)


def _decision(case: Case, file: CaseFile, form: DocumentForm, now: datetime) -> dict[str, Any]:
    number = case.objection_number
    return (
        evidence(file)
        | _objection_file(case, file, number)
        | {
            "quadrant": quadrant(form.body),
            "quadrant_url": reverse("quadrant", args=[case.public_id]),
            "wants_change": any(form.body[name] for name in ("work", "behaviour"))
            or bool(form.problems),
        }
    )


BESIDE: dict[DocumentKind, Callable[[Case, CaseFile, DocumentForm, datetime], dict[str, Any]]] = {
    DocumentKind.PLAN: _plan,
    DocumentKind.CHECKIN: _checkin,
    DocumentKind.SELF_ASSESSMENT: _self_assessment,
    DocumentKind.RATING: _rating,
    DocumentKind.OBJECTION: _objection,
    DocumentKind.EXPLANATION: _statements,
    DocumentKind.STATEMENT: _statements,
    DocumentKind.DECISION: _decision,
}
