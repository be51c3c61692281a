"""Pauses of the clock: the form with what it would move, every pause so far, ending one early."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycles.exceptions import Incomplete, Refused, Stale
from cycles.models import Job, Pause
from cycles.queries.calendars import days_of
from workflow.forms.clock import PauseForm
from workflow.queries.clock import units_of
from workflow.queries.keyset import page_of, uuid_of
from workflow.services.recompute_preview import Preview
from workflow.views import calendar_acts
from workflow.views.access import page
from workflow.views.jobs import start
from workflow.views.organisation.frame import Office
from workflow.views.settings.frame import tell, typed

SIZE = 20


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pauses(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The list, and the form; a POST shows what would move, and once seen does it."""
    office = Office(request, agency_id)
    sent = typed(request) if request.method == "POST" else None
    form = PauseForm(sent, units=units_of(office.agency.pk))
    if sent is None:
        return _page(office, form)
    if not form.is_valid():
        return _page(office, form, status=422)
    try:
        done = calendar_acts.begin_pause(
            office.agency, form.wish, actor=office.actor, author=office.author,
            seen=form.was_previewed and "apply" in request.POST,
        )  # fmt: skip
    except Incomplete as incomplete:
        tell(form, incomplete)
        return _page(office, form, status=422)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page(office, form, status=422)
    if isinstance(done, Preview):
        form.remember_preview()
        return _page(office, form, seen=done)
    if isinstance(done, Job):
        return start(done)
    sentence = _("The clock stands still on these days.")
    messages.success(request, f"{sentence} {calendar_acts.moved_words(done)}".strip())
    return redirect(office.url("org_pauses"))


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, agency_id: UUID, pause_id: UUID) -> HttpResponse:
    """One pause with its reasons; a POST ends it early."""
    office = Office(request, agency_id)
    found = _pauses(office).filter(public_id=pause_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            done = calendar_acts.end_pause(
                found, actor=office.actor, author=office.author, seen="apply" in request.POST
            )
        except Stale as stale:
            messages.error(request, stale.reason)
            return redirect(office.url("org_pauses"))
        if isinstance(done, Preview):
            return _one(office, found, seen=done)
        if isinstance(done, Job):
            return start(done)
        messages.success(request, _("The pause is ended. What was told stands."))
        return redirect(office.url("org_pauses"))
    return _one(office, found)


def _pauses(office: Office) -> QuerySet[Pause]:
    return Pause.objects.filter(agency=office.agency).select_related(
        "agency", "unit", "author__person"
    )


def _one(office: Office, found: Pause, seen: Preview | None = None) -> HttpResponse:
    days = days_of(found, office.agency.zone)
    return office.render(
        "pause", "pauses", _("Pause of the clock"),
        crumbs=[(_("Pauses"), office.url("org_pauses"))],
        pause=found, days=days, seen=seen,
        can_end=found.ended_at is None and found.last_on >= office.today,
    )  # fmt: skip


def _page(
    office: Office, form: PauseForm, *, seen: Preview | None = None, status: int = 200
) -> HttpResponse:
    cursor = office.cursor()
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        row = Pause.objects.filter(agency=office.agency, public_id=anchor).values("pk").first()
        position = row
    found = page_of(_pauses(office), ("-pk",), position, backwards=cursor.backwards, size=SIZE)
    rows = [(row, days_of(row, office.agency.zone)) for row in found.rows]
    return office.render(
        "pauses", "pauses", _("Pauses of the clock"),
        form=form, seen=seen, rows=rows, status=status,
        told=calendar_acts.told(office.request, office.agency),
        **office.pages(found, lambda row: str(row.public_id)),
    )  # fmt: skip
