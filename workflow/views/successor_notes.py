"""Notes of a leaving rater for the successor, and the copy of the year in another agency."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock
from cycles.exceptions import Incomplete, Refused
from cycles.models import Person
from workflow.forms.changes import WriteNoteForm
from workflow.queries.hand_overs import copy_for, shown
from workflow.queries.successor_notes import WRITE_FOR, askable
from workflow.services.successor_notes import write_note
from workflow.views.access import actor, page, visible_case
from workflow.views.cases import head_of


@page("person")
@never_cache
@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    """Whose successor waits for a word: names only, and whether a note was written."""
    found = list(askable(actor(request).person_id or 0, clock.now()))
    return render(request, "workflow/notes/notes.html", {
        "rows": found, "crumbs": [(_("Home"), reverse("home"))], "days": WRITE_FOR.days,
    })  # fmt: skip


@page("person")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One note: the person's name and one's own words, nothing else of the appraisal."""
    author = Person.objects.filter(pk=actor(request).person_id).first()
    found = author and askable(author.pk, clock.now()).filter(case__public_id=public_id).first()
    if author is None or not found:
        raise Http404
    context: dict[str, Any] = {
        "note": found,
        "crumbs": [(_("Home"), reverse("home")), (_("Notes for successors"), reverse("notes"))],
    }
    if request.method != "POST":
        form = WriteNoteForm(initial={"text": found.text})
        return render(request, "workflow/notes/note.html", {**context, "form": form})
    form, status = WriteNoteForm(request.POST), 422
    if form.is_valid():
        try:
            write_note(found.pk, form.cleaned_data["text"], author=author, now=clock.now())
        except Incomplete as incomplete:
            for problem in incomplete.problems:
                form.add_error(problem.path, problem.sentence)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
            status = 409
        else:
            messages.success(request, _("The note is kept for the successor."))
            return redirect("notes")
    return render(request, "workflow/notes/note.html", {**context, "form": form}, status=status)


@page("case")
@never_cache
@require_safe
def case_before(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the agency before has handed over: a copy, for whoever may open this appraisal."""
    case = visible_case(request, public_id)
    copy = copy_for(case)
    if copy is None:
        raise Http404
    head = head_of(case, actor(request))
    return render(request, "workflow/case/before.html", {
        **head, "copy": shown(copy), "hand_over": copy,
        "before_crumbs": [*head["crumbs"],
                          (head["heading"], reverse("case", args=[case.public_id]))],
    })  # fmt: skip
