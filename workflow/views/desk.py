"""What lies on the desk of somebody who writes: the form, and what they need beside it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles import clock, file_types, scoring
from cycles.berakhlak import CORE_VALUES
from cycles.calendar import distance, explain
from cycles.documents import WITH_FILES, Body, clean
from cycles.enums import DocumentKind
from cycles.exceptions import Problem
from cycles.models import Attachment, Document, Person
from cycles.queries.calendars import calendar_for
from cycles.rules import CycleRules
from workflow import machine
from workflow.forms.documents import ACTS, FORMS, DocumentForm
from workflow.forms.documents.year import quadrant
from workflow.models import Case
from workflow.permissions import document_round, judge
from workflow.queries.documents import CaseFile, file_of, superior_results, unit_result
from workflow.services.attachments import MEGABYTE
from workflow.services.drafts import Saved
from workflow.services.dues import due_from_json
from workflow.views.access import actor

_KEY = re.compile(r"[0-9a-f]{32}\Z")
WINDOW_SECONDS = 3600

TITLES: dict[str, str | Promise] = {
    DocumentKind.PLAN: _("Write your plan"),
    DocumentKind.CHECKIN: _("Write your check-in"),
    DocumentKind.SELF_ASSESSMENT: _("Assess your year"),
    DocumentKind.RATING: _("Rate the year"),
    DocumentKind.OBJECTION: _("Object to your rating"),
    DocumentKind.EXPLANATION: _("Explain your rating"),
    DocumentKind.STATEMENT: _("Your statement on the objection"),
    DocumentKind.DECISION: _("Decide on the objection"),
}
BUTTONS: dict[tuple[str, str], str | Promise] = {
    (DocumentKind.PLAN, "submit"): _("Submit the plan"),
    (DocumentKind.CHECKIN, "submit_checkin"): _("Submit the check-in"),
    (DocumentKind.SELF_ASSESSMENT, "submit"): _("Submit the self-assessment"),
    (DocumentKind.RATING, "rate"): _("Give this rating"),
    (DocumentKind.OBJECTION, "object"): _("Object"),
    (DocumentKind.EXPLANATION, "explain"): _("Hand in the explanation"),
    (DocumentKind.STATEMENT, "add_statement"): _("Hand in the statement"),
}


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


@dataclass
class Sent:
    """What a form sent, made harmless; the body itself is cleaned by the service."""

    kind: str
    raw: dict[str, Any]
    order: str
    act: str
    key: str
    turn: int | None
    revision: int

    @classmethod
    def of(cls, request: HttpRequest, kind: str) -> Sent:
        post = request.POST
        order = post.get("do", "")[:80]
        key, revision = post.get("key", ""), _number(post.get("revision"))
        raw = FORMS[kind].read(post)
        act = order if order in ACTS[kind] else ""
        if kind == DocumentKind.DECISION and act:
            raw["outcome"] = act  # the button is the outcome
        return cls(
            kind=kind,
            raw=raw,
            order=order,
            act=act,
            key=key if _KEY.match(key) else "",
            turn=_number(post.get("turn")),
            # Without a revision nobody knows what it was written over.
            revision=-1 if revision is None else revision,
        )


def _window(case: Case, kind: str) -> str:
    return f"draft-window:{case.pk}:{kind}:{document_round(case, kind)}"


def remember_window(case: Case, sent: Sent) -> None:
    """Note which window saved last, so that its own save on the way is no conflict with it."""
    if sent.key:
        cache.set(_window(case, sent.kind), sent.key, WINDOW_SECONDS)


def was_this_window(case: Case, sent: Sent) -> bool:
    """Whether the last save came from the window that sends now; unknown counts as no."""
    return bool(sent.key) and cache.get(_window(case, sent.kind)) == sent.key


class Desk:
    """One editor's page."""

    def __init__(
        self,
        request: HttpRequest,
        case: Case,
        kind: str,
        *,
        typed: Mapping[str, Any] | None = None,
        problems: Sequence[Problem] = (),
        troubles: Mapping[str, str] | None = None,
    ) -> None:
        self.request, self.case, self.kind = request, case, kind
        self.typed, self.problems, self.troubles = typed, problems, dict(troubles or {})
        self.conflict: list[dict[str, str]] | None = None
        self.now = clock.now()

    @cached_property
    def file(self) -> CaseFile:
        return file_of(self.case)

    @property
    def document(self) -> Document | None:
        return self.file.present(self.kind)

    @cached_property
    def plan(self) -> Body:
        return self.file.plan_body()

    @cached_property
    def body(self) -> Body:
        if self.typed is not None:
            return clean(self.kind, self.typed)
        return self.document.body if self.document else {}

    @cached_property
    def form(self) -> DocumentForm:
        return FORMS[self.kind](
            self.body, plan=self.plan, problems=self.problems,
            pins=self.case.return_note.get("pins"),
        )  # fmt: skip

    def files_of(self, place: str) -> dict[str, Any]:
        """The files of one place in the form, with the sentence about what was refused there."""
        name = f"file.{place}"
        return {
            "name": name,
            "place": place,
            "id": f"berkas-{place or 'umum'}",
            "files": [f for f in self.file.files(self.document) if f.field == place],
            "trouble": self.troubles.get(name, ""),
        }

    def acts(self) -> list[dict[str, Any]]:
        """The buttons that hand it in, each allowed or with the reason why not."""
        found = []
        for action in ACTS[self.kind]:
            verdict = judge(actor(self.request), self.case, action, self.now)
            label = BUTTONS.get((self.kind, action), machine.LABELS[action])
            found.append(
                {
                    "action": action,
                    "label": label,
                    "refusal": verdict.refusal.reason if verdict.refusal else "",
                }
            )
        return found

    @property
    def is_mine(self) -> bool:
        return actor(self.request).person_id == self.case.person_id

    def _heading(self) -> str:
        """The page's name; a check-in says which round it is."""
        title = str(TITLES[self.kind])
        name = self.file.round_names.get(self.case.round, "")
        return f"{title}: {name}" if self.kind == DocumentKind.CHECKIN and name else title

    def _about(self) -> str:
        return f"{self.case.person.name}, {self.case.post.title}"

    def _uploads(self) -> dict[str, Any]:
        return {
            "url": reverse("edit", args=[self.case.public_id, self.kind]),
            "accept": file_types.ACCEPT,
            "limit_mb": settings.UPLOAD_LIMIT_MB,
            "limit_bytes": settings.UPLOAD_LIMIT_MB * MEGABYTE,
        }

    def _returned(self) -> dict[str, Any] | None:
        """What the last return said, with the name of who said it. One query if there was one."""
        note = self.case.return_note
        if not note.get("reason"):
            return None
        person = Person.objects.filter(pk=note.get("by")).first()
        return {"reason": note["reason"], "by": person.name if person else ""}

    def context(self) -> dict[str, Any]:
        case = self.case
        calendar = calendar_for(case.agency, case.unit.week)
        draft = self.document
        context: dict[str, Any] = {
            "case": case,
            "kind": self.kind,
            "title": TITLES[self.kind],
            "form": self.form,
            "plan": self.plan,
            "file": self.file,
            "zone": case.agency.zone,
            "days": distance(calendar, self.now, case.due_at),
            "why_date": explain(
                due_from_json(case.due_basis, calendar), case.agency.zone,
                since=case.due_basis.get("since", "received"),
            ),
            "saved_at": draft.saved_at if draft else None,
            "revision": draft.revision if draft else 0,
            "key": uuid.uuid4().hex,
            "acts": self.acts(),
            "returned": self._returned(),
            "conflict": self.conflict,
            "is_mine": self.is_mine,
            "heading": self._heading(),
            "lead": None if self.is_mine else self._about(),
            "crumbs": [(_("My appraisal") if self.is_mine else case.person.name,
                        reverse("case", args=[case.public_id]))],
            "rules": CycleRules.from_json(case.cycle.rules),
        } | self._uploads()  # fmt: skip
        if self.kind in WITH_FILES:
            places = [""]
            if self.kind in {DocumentKind.CHECKIN, DocumentKind.SELF_ASSESSMENT}:
                places += [result["id"] for result in self.plan["results"]]
            context["files"] = {place or "umum": self.files_of(place) for place in places}
        context |= _BESIDE[DocumentKind(self.kind)](self)
        return context

    def show(self, status: int = 200) -> HttpResponse:
        template = f"workflow/documents/edit/{self.kind}.html"
        return render(self.request, template, self.context(), status=status)

    def fragment(self, saved: Saved, sent: Sent) -> HttpResponse:
        """The answer to a save by itself, or to a file chosen: only what has changed."""
        context: dict[str, Any] = {
            "case": self.case,
            "kind": self.kind,
            "zone": self.case.agency.zone,
            "saved_at": saved.saved_at,
            "revision": saved.document.revision,
        } | self._uploads()
        if sent.order.startswith("attach:"):
            context["spot"] = self.files_of(sent.order.partition(":")[2])
            status = 422 if self.troubles else 200
            return render(self.request, "workflow/documents/attached.html", context, status=status)
        return render(self.request, "workflow/documents/saved.html", context)


# --- beside the form ---------------------------------------------------------------------------


def _plan(desk: Desk) -> dict[str, Any]:
    return {"suggestions": superior_results(desk.case), "rater": desk.case.rater}


def _checkin(desk: Desk) -> dict[str, Any]:
    name = desk.file.round_names.get(desk.case.round, "")
    earlier = [version for document, version in desk.file.checkins()
               if document.segment and document.segment.number == desk.case.segment_number
               and document.round < desk.case.round]  # fmt: skip
    return {"round_name": name, "last_checkin": earlier[-1] if earlier else None}


def _self_assessment(desk: Desk) -> dict[str, Any]:
    earlier = [
        version
        for document, version in desk.file.checkins()
        if document.segment and document.segment.number == desk.case.segment_number
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


def _rating(desk: Desk) -> dict[str, Any]:
    case = desk.case
    result = unit_result(case)
    guide: list[str] = []
    if result is not None:
        guide = [clause_text(clause) for clause in
                 scoring.GUIDE[scoring.OrganisationResult(result.value)]]  # fmt: skip
    feedback = desk.form.body["feedback"]
    context = evidence(desk.file) | {
        "has_value_feedback": any(feedback.get(value.code) for value in CORE_VALUES),
        "quadrant": quadrant(desk.form.body),
        "unit_result": result,
        "guide": guide,
        "quadrant_url": reverse("quadrant", args=[case.public_id]),
    }
    if case.rating_number:
        context["earlier_rating"] = desk.file.handed_in(DocumentKind.RATING, case.rating_number)
    if case.was_rerated:
        number = case.objection_number
        context |= {
            "objection": desk.file.handed_in(DocumentKind.OBJECTION, number),
            "decision": desk.file.handed_in(DocumentKind.DECISION, number),
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


def _objection_file(desk: Desk, number: int) -> dict[str, Any]:
    """The rating objected to, and what both sides have said."""
    file, case = desk.file, desk.case
    written = {}
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


def _objection(desk: Desk) -> dict[str, Any]:
    case = desk.case
    calendar = calendar_for(case.agency, case.unit.week)
    context: dict[str, Any] = {
        "rating": desk.file.handed_in(DocumentKind.RATING, case.delivered_rating)
    }
    if case.window_basis:
        context["why_window"] = explain(
            due_from_json(case.window_basis, calendar), case.agency.zone, since="delivered"
        )
    end = case.window_calendar_ends_at
    context["is_between_ends"] = end is not None and desk.now >= end
    return context


def _statements(desk: Desk) -> dict[str, Any]:
    return _objection_file(desk, desk.case.objection_number)


def _decision(desk: Desk) -> dict[str, Any]:
    case = desk.case
    number = case.objection_number
    return (
        evidence(desk.file)
        | _objection_file(desk, number)
        | {
            "quadrant": quadrant(desk.form.body),
            "quadrant_url": reverse("quadrant", args=[case.public_id]),
            "wants_change": any(desk.form.body[name] for name in ("work", "behaviour"))
            or bool(desk.problems),
        }
    )


_BESIDE = {
    DocumentKind.PLAN: _plan,
    DocumentKind.CHECKIN: _checkin,
    DocumentKind.SELF_ASSESSMENT: _self_assessment,
    DocumentKind.RATING: _rating,
    DocumentKind.OBJECTION: _objection,
    DocumentKind.EXPLANATION: _statements,
    DocumentKind.STATEMENT: _statements,
    DocumentKind.DECISION: _decision,
}
