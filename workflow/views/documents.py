"""Reading a document: frozen versions, what changed, who decided, the reviewer's buttons."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cycles import clock
from cycles.calendar import local_date
from cycles.document_labels import VALUES, told
from cycles.documents import Body, changes
from cycles.enums import DocumentKind
from cycles.models import Version
from cycles.queries.calendars import calendar_for
from workflow import machine
from workflow.enums import Party, State
from workflow.forms.acts import ReturnForm
from workflow.forms.documents.year import quadrant
from workflow.forms.pins import groups_of
from workflow.models import Case
from workflow.permissions import Actor, editable_kind, judge, parties_of
from workflow.queries.documents import CaseFile, decisions_on, file_of, visible_versions
from workflow.views.access import actor, page, visible_case

# The document that is decided on in a state, and the acts that decide it.
REVIEWED: dict[str, tuple[DocumentKind, tuple[str, ...]]] = {
    State.PLAN_REVIEW: (DocumentKind.PLAN, ("approve", "return_")),
    State.CHECKIN_REVIEW: (DocumentKind.CHECKIN, ("approve", "return_")),
    State.SUPERVISOR_REVIEW: (DocumentKind.SELF_ASSESSMENT, ("return_",)),
    State.RATING_REVIEW: (DocumentKind.RATING, ("approve", "return_")),
    State.FINAL_APPROVAL: (DocumentKind.RATING, ("settle", "return_")),
}


@page("case")
@never_cache
@require_GET
def document(request: HttpRequest, public_id: uuid.UUID, kind: str, number: int) -> HttpResponse:
    """A frozen version, read-only; `?version=` an earlier one, `?segment=` of another posting."""
    case, who = visible_case(request, public_id), actor(request)
    if kind not in DocumentKind.values:
        raise Http404
    file = file_of(case)
    segment = _number(request, "segment") or case.segment_number
    found = file.document(kind, number, segment)
    if found is None:
        raise Http404
    versions = visible_versions(found, who, case, is_writer=is_writer(who, case, kind))
    by_number = {version.number: version for version in versions}
    wanted = _number(request, "version") or found.latest
    version = by_number.get(wanted)
    if version is None:
        raise Http404
    previous = by_number.get(version.number - 1)
    plan_version = file.plan(found.segment.number if found.segment else None)
    plan = plan_version.body if plan_version else {"results": []}
    context: dict[str, Any] = {
        "case": case,
        "zone": case.agency.zone,
        "document": found,
        "kind": kind,
        "title": _title(file, kind, number),
        "lead": None if who.person_id == case.person_id else
        f"{case.person.name}, {case.post.title}",
        "crumbs": [
            (_("My appraisal") if who.person_id == case.person_id else case.person.name,
             reverse("case", args=[case.public_id]))
        ],
        "segment": found.segment or _segment(file, case),
        "has_segments": len(file.segments) > 1,
        "version": version,
        "body": version.body,
        "plan": plan,
        "versions": [
            {"number": v.number, "at": v.submitted_at, "is_shown": v.number == version.number,
             "in_force": v.number == found.in_force}
            for v in versions
        ],
        "previous": previous,
        "changes": _changes(previous, version, plan),
        "decisions": decisions_on(case, found, version.number),
        "files": _files(file, found, version),
        "is_latest": version.number == found.latest,
        "is_mine": who.person_id == case.person_id,
        "may_edit": editable_kind(who, case) == kind and file.present(kind) == found,
    }  # fmt: skip
    if kind == DocumentKind.RATING:
        feedback = version.body.get("feedback", {})
        context |= {
            "quadrant": quadrant(version.body),
            "has_value_feedback": any(feedback.get(code) for code in VALUES),
        }
    context |= _review(who, case, kind, number, version, plan, is_latest=context["is_latest"])
    return render(request, f"workflow/documents/read/{kind}.html", context)


def is_writer(who: Actor, case: Case, kind: str) -> bool:
    """Whether a person belongs to those who make a rating: they see what was sent back too."""
    parties = parties_of(who, case)
    if kind != DocumentKind.RATING:
        return Party.EMPLOYEE in parties
    return bool(parties.keys() & {Party.RATER, Party.EXPLAINER}) or (
        Party.APPROVER in parties and case.state == State.RATING_REVIEW
    )


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def _title(file: CaseFile, kind: str, number: int) -> str:
    name = str(DocumentKind(kind).label)
    if kind == DocumentKind.CHECKIN:
        return f"{name}: {file.round_names.get(number, number)}"
    if number > 1:
        return _("%(name)s no. %(number)d") % {"name": name, "number": number}
    return name


def _segment(file: CaseFile, case: Case) -> Any:
    return next((s for s in file.segments if s.number == case.segment_number), None)


def _changes(previous: Version | None, version: Version, plan: Body) -> list[dict[str, str]]:
    if previous is None:
        return []
    return told(changes(previous.body, version.body), previous.body, version.body, plan)


def _files(file: CaseFile, found: Any, version: Version) -> dict[str, list[Any]]:
    by_place: dict[str, list[Any]] = {}
    for attachment in file.files(found, version):
        by_place.setdefault(attachment.field or "umum", []).append(attachment)
    return by_place


def _review(
    who: Actor, case: Case, kind: str, number: int, version: Version, plan: Body, *, is_latest: bool
) -> dict[str, Any]:
    """The acts of whoever decides on this version now; nothing for anybody else."""
    reviewed, actions = REVIEWED.get(case.state, (None, ()))
    present = {
        DocumentKind.CHECKIN: case.round,
        DocumentKind.RATING: case.rating_number,
    }.get(DocumentKind(kind), 0)
    if reviewed != kind or number != present or not is_latest:
        return {}
    now = clock.now()
    allowed = [action for action in actions if judge(who, case, action, now).is_allowed]
    context: dict[str, Any] = {
        "acts": [
            {
                "url": reverse("act", args=[case.public_id, action]),
                "label": machine.LABELS[action],
                "key": uuid.uuid4().hex,
            }
            for action in allowed
            if action != "return_"
        ]
    }
    if "return_" in allowed:
        today = local_date(calendar_for(case.agency, case.unit.week), now)
        groups = groups_of(kind, version.body, plan)
        form = ReturnForm(case=case, today=today, action="return_", groups=groups)
        for spot in (spot for group in groups for spot in group.spots):
            # The text the remark is about, between its name and the remark.
            form.fields[spot.field_name].help_text = escape(Truncator(spot.text).chars(300))
        context["return_form"] = form
        context["return_url"] = reverse("act", args=[case.public_id, "return_"])
    return context
