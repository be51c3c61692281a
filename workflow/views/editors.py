"""Writing a document: one page per kind, for the party that may write it now.

One address takes everything a form can send: saving (also by itself), files, the order of results,
and the act that hands the document in. Whatever comes, what was typed is kept first.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from cycles.document_labels import told
from cycles.documents import changes, clean, flatten
from cycles.enums import DocumentKind
from cycles.exceptions import Incomplete, NotAllowed, Problem, Refused, Stale, WrongState
from workflow.forms.documents import FORMS
from workflow.forms.documents.base import is_cut
from workflow.forms.documents.year import quadrant
from workflow.models import Case, Receipt
from workflow.permissions import editable_kind
from workflow.queries.documents import receipt_for
from workflow.services.attachments import add_attachment, remove_attachment
from workflow.services.door import advance
from workflow.services.drafts import Saved, save_draft
from workflow.views.access import actor, page, visible_case
from workflow.views.desk import Desk, Sent, remember_window, was_this_window
from workflow.views.uploads import limited, refused_files


@csrf_exempt  # checked by `_edit`, after the size of the body
@limited
@page("case")
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Show or save the draft of a kind; hand it in."""
    return _edit(request, public_id, kind)


@csrf_protect
def _edit(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    case = visible_case(request, public_id)
    may_write = editable_kind(actor(request), case) == kind
    if request.method == "POST":
        sent = Sent.of(request, kind)
        return _receive(request, case, sent) if may_write else _too_late(request, case, sent)
    if not may_write:
        messages.warning(request, _("This document cannot be changed now."))
        return redirect("case", case.public_id)
    return Desk(request, case, kind).show()


def _receive(request: HttpRequest, case: Case, sent: Sent) -> HttpResponse:
    place = FORMS[sent.kind].arrange(sent.raw, sent.order)
    who = actor(request)
    try:
        saved = save_draft(case.pk, sent.kind, sent.raw, actor=who, revision=sent.revision)
    except Stale as stale:
        if not was_this_window(case, sent):
            return _conflict(request, case, sent, stale)
        saved = save_draft(case.pk, sent.kind, sent.raw, actor=who)
    except (WrongState, NotAllowed) as refusal:
        return _too_late(request, case, sent, refusal)
    remember_window(case, sent)
    troubles = _files(request, case, sent)
    desk = Desk(request, case, sent.kind, troubles=troubles)
    if request.htmx:  # type: ignore[attr-defined]
        return desk.fragment(saved, sent)
    if is_cut(sent.raw):
        messages.warning(
            request, _("A text was longer than a draft keeps; only its beginning was saved.")
        )
    if troubles:
        return desk.show(status=422)
    if sent.act:
        return _hand_in(request, case, sent, saved)
    if sent.order == "save":
        messages.success(request, _("Your draft is saved."))
    target = reverse("edit", args=[case.public_id, sent.kind])
    return redirect(f"{target}#{place}" if place else target)


def _hand_in(request: HttpRequest, case: Case, sent: Sent, saved: Saved) -> HttpResponse:
    """The act. The draft is saved already, whatever becomes of it."""
    try:
        outcome = advance(
            case.pk, sent.act, actor=actor(request), key=sent.key, expected_turn=sent.turn
        )
    except Incomplete as incomplete:
        return Desk(request, case, sent.kind, problems=incomplete.problems).show(status=422)
    except Refused as refusal:
        fresh = visible_case(request, case.public_id)
        if editable_kind(actor(request), fresh) == sent.kind:
            problem = Problem("", refusal.reason)
            return Desk(request, fresh, sent.kind, problems=[problem]).show(status=409)
        return _too_late(request, fresh, sent, refusal)
    return _done(request, outcome.case, outcome.receipt)


def _done(request: HttpRequest, case: Case, receipt: Receipt | None) -> HttpResponse:
    number = receipt.number if receipt else "–"
    messages.success(
        request,
        _("Handed in. Your receipt number is %(number)s; it stays on this page.")
        % {"number": number},
    )
    return redirect("case", case.public_id)


def _files(request: HttpRequest, case: Case, sent: Sent) -> dict[str, str]:
    """Keep the files sent along and take out the one asked for; sentences by field for the rest."""
    troubles = refused_files(request)
    for name, upload in request.FILES.items():
        field, _dot, place = name.partition(".")
        if field != "file" or name in troubles or not isinstance(upload, UploadedFile):
            continue
        try:
            add_attachment(case.pk, sent.kind, upload, actor=actor(request), field=place)
        except Refused as refusal:
            troubles[name] = f"{upload.name}: {refusal.reason}"
    verb, _colon, identifier = sent.order.partition(":")
    if verb == "detach":
        try:
            remove_attachment(case.pk, sent.kind, UUID(identifier), actor=actor(request))
        except (Refused, ValueError):
            messages.info(request, _("This file is no longer here."))
    return troubles


def _conflict(request: HttpRequest, case: Case, sent: Sent, stale: Stale) -> HttpResponse:
    """Two windows wrote the same draft: both texts are shown, the typed one stays in the form."""
    desk = Desk(request, case, sent.kind, typed=sent.raw, problems=[Problem("", stale.reason)])
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "workflow/documents/conflict_note.html", {"reason": stale.reason}, status=409
        )
    stored = clean(sent.kind, desk.document.body if desk.document else {})
    typed = clean(sent.kind, sent.raw)
    desk.conflict = told(changes(stored, typed), stored, typed, desk.plan)
    return desk.show(status=409)


def _too_late(
    request: HttpRequest, case: Case, sent: Sent, refusal: Refused | None = None
) -> HttpResponse:
    """It is no longer theirs to write: a repeated click gets its receipt, others their text."""
    earlier = receipt_for(case, actor(request).person_id, sent.key)
    if earlier is not None:
        return _done(request, case, earlier)
    reason = refusal.reason if refusal else _("This document cannot be changed now.")
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "workflow/documents/conflict_note.html", {"reason": reason}, status=409
        )
    typed = clean(sent.kind, sent.raw)
    kept = told([(path, "", text) for path, text in flatten(typed).items() if text], {}, typed)
    context: dict[str, Any] = {
        "case": case,
        "reason": reason,
        "kept": kept,
        "kind_label": DocumentKind(sent.kind).label,
    }
    return render(request, "workflow/documents/too_late.html", context, status=409)


@page("case")
@never_cache
@require_GET
def show_quadrant(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The predikat that two ratings give, while they are being chosen. Nothing is saved."""
    visible_case(request, public_id)
    chosen = {name: request.GET.get(name, "") for name in ("work", "behaviour")}
    return render(
        request, "workflow/documents/quadrant.html", {"quadrant": quadrant(chosen), "live": True}
    )
