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

from cycles import clock, file_types
from cycles.calendar import distance, explain
from cycles.documents import WITH_FILES, Body, clean
from cycles.enums import DocumentKind
from cycles.exceptions import Problem
from cycles.models import Document, Person
from cycles.queries.calendars import calendar_for
from cycles.rules import CycleRules, rules_at
from workflow import machine
from workflow.forms.documents import ACTS, FORMS, DocumentForm
from workflow.models import Case
from workflow.permissions import document_round, judge
from workflow.queries.documents import CaseFile, file_of
from workflow.services.attachments import MEGABYTE
from workflow.services.drafts import Saved
from workflow.services.dues import stored_due
from workflow.views.access import actor
from workflow.views.beside import BESIDE

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
    def rules(self) -> CycleRules:
        cycle = self.case.cycle
        return rules_at(cycle.rules, cycle.unit_rules, self.case.unit.path)

    @cached_property
    def form(self) -> DocumentForm:
        more: dict[str, Any] = {}
        if self.kind == DocumentKind.PLAN:
            more["approaches"] = self.rules.approaches
        return FORMS[self.kind](
            self.body, plan=self.plan, problems=self.problems,
            pins=self.case.return_note.get("pins"), **more,
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
                stored_due(case.due_basis, case.due_at, calendar), case.agency.zone,
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
            "rules": self.rules,
        } | self._uploads()  # fmt: skip
        if self.kind in WITH_FILES:
            places = [""]
            if self.kind in {DocumentKind.CHECKIN, DocumentKind.SELF_ASSESSMENT}:
                places += [result["id"] for result in self.plan["results"]]
            context["files"] = {place or "umum": self.files_of(place) for place in places}
        context |= BESIDE[DocumentKind(self.kind)](self.case, self.file, self.form, self.now)
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
