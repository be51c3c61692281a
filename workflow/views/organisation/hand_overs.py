"""People who come from another agency or go to one, and the copy that goes along."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.documents import text
from cycles.exceptions import Incomplete, Refused
from cycles.models import HandOver
from workflow.forms.changes import AcceptForm
from workflow.queries import staff_changes as queries
from workflow.queries.hand_overs import shown
from workflow.queries.keyset import page_of, uuid_of
from workflow.services.hand_overs import accept, canonical
from workflow.views.access import page
from workflow.views.organisation.frame import Office, plain
from workflow.views.organisation.record_acts import LOOK

SIDE = "arah"
SIDES = [("masuk", gettext_lazy("Arriving")), ("keluar", gettext_lazy("Gone"))]


@page("hr")
@never_cache
@require_safe
def arrivals(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Who comes from another agency, or has gone to one; the newest first."""
    office = Office(request, agency_id)
    side = "keluar" if office.given(SIDE) == "keluar" else "masuk"
    rows = queries.hand_overs(office.agency, arriving=side == "masuk")
    cursor = office.cursor()
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        position = {"pk": rows.filter(public_id=anchor).values("pk")[:1]}
    found = page_of(rows, ("-pk",), position, backwards=cursor.backwards)
    here = office.url("org_arrivals")
    return office.render(
        "arrivals", "changes", _("From and to other agencies"),
        crumbs=[(_("Staff changes"), office.url("org_changes"))],
        rows=found.rows, is_arriving=side == "masuk",
        sides=[{"label": label, "url": f"{here}?{SIDE}={key}", "current": key == side}
               for key, label in SIDES],
        **office.pages(found, lambda row: str(row.public_id)),
    )  # fmt: skip


def _hand_over(office: Office, hand_over_id: UUID) -> HandOver:
    """The copy, for HR of either side."""
    found = (
        HandOver.objects.filter(public_id=hand_over_id)
        .filter(Q(from_agency=office.agency) | Q(to_agency=office.agency))
        .select_related("person", "from_agency", "to_agency", "change", "accepted_by__person")
        .first()
    )
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, agency_id: UUID, hand_over_id: UUID) -> HttpResponse:
    """The copy as both sides may read it; the receiving one accepts the person here."""
    office = Office(request, agency_id)
    found = _hand_over(office, hand_over_id)
    is_arriving = found.to_agency_id == office.agency.pk
    if request.method == "POST":
        if not is_arriving:
            raise Http404
        return _accept(office, found)
    form = None
    if is_arriving and found.accepted_at is None:
        form = _form(office, {"starts_on": max(found.change.effective_on, office.today)})
    return _page(office, found, form)


def _form(office: Office, initial: dict[str, Any], data: Any = None) -> AcceptForm:
    typed = data if data is not None else initial
    choices = queries.posts_like(
        office.agency, plain(text(typed.get("search"))), office.today,
        chosen=uuid_of(text(typed.get("chosen"))), held=False,
    )  # fmt: skip
    if data is not None:
        return AcceptForm(data=data, choices=choices)
    return AcceptForm(initial=initial, choices=choices)


def _accept(office: Office, found: HandOver) -> HttpResponse:
    sent = office.request.POST.copy()
    for name in sent:
        sent.setlist(name, [value.replace("\x00", "") for value in sent.getlist(name)])
    if LOOK in sent:
        return _page(office, found, _form(office, {name: sent[name] for name in sent}))
    form = _form(office, {}, sent)
    if not form.is_valid():
        return _page(office, found, form, status=422)
    try:
        done = accept(
            found.pk, post=form.post(), starts_on=form.begins_on, author=office.author,
            actor=office.actor, now=office.now,
        )  # fmt: skip
    except Incomplete as incomplete:
        for problem in incomplete.problems:
            form.add_error("chosen" if problem.path == "post" else problem.path, problem.sentence)
        return _page(office, found, form, status=422)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page(office, found, form, status=409)
    messages.success(office.request, _("The person belongs to your agency now."))
    if done.case is None:
        messages.warning(office.request, _("No appraisal began: %(why)s") % {"why": done.problem})
        return redirect(office.url("org_hand_over", found.public_id))
    return redirect("case", done.case.public_id)


def _page(
    office: Office, found: HandOver, form: AcceptForm | None, *, status: int = 200
) -> HttpResponse:
    return office.render(
        "hand_over", "changes", found.person.name, status=status,
        crumbs=[(_("Staff changes"), office.url("org_changes")),
                (_("From and to other agencies"), office.url("org_arrivals"))],
        lead=_("From %(old)s to %(new)s") % {
            "old": found.from_agency.name, "new": found.to_agency.name},
        hand_over=found, form=form, copy=shown(found), look=LOOK,
        is_arriving=found.to_agency_id == office.agency.pk,
    )  # fmt: skip


@page("hr")
@never_cache
@require_safe
def hand_over_file(request: HttpRequest, agency_id: UUID, hand_over_id: UUID) -> HttpResponse:
    """The copy as a file; its SHA-256 is the one on the page."""
    office = Office(request, agency_id)
    found = _hand_over(office, hand_over_id)
    answer = HttpResponse(canonical(found.body), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="serah-terima-{found.public_id}.json"'
    return answer
