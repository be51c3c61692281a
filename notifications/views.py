"""A person's notifications and choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cycles import clock
from cycles.models import User
from notifications.forms import PreferenceForm
from notifications.models import Delivery
from notifications.queries.bell import page_of, unread_count
from notifications.queries.failed import failed_mails, failed_of
from notifications.queries.wording import Wording, wording_of
from notifications.services import bell
from notifications.services.preferences import choose, preference_of
from notifications.services.retrying import retry
from workflow.models import Case
from workflow.permissions import visible_cases
from workflow.views.access import actor, page
from workflow.views.organisation.frame import Office, plain

PAGE_SIZE = 25


@dataclass(frozen=True)
class Item:
    """One notification in the words of when it was told; `may_open` where its case is still the
    reader's to see."""

    delivery: Delivery
    wording: Wording
    zone: str
    may_open: bool


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _items(request: HttpRequest, rows: list[Delivery]) -> list[Item]:
    visible = set(
        Case.objects.filter(
            visible_cases(actor(request)), pk__in={row.case_id for row in rows}
        ).values_list("pk", flat=True)
    )
    return [
        Item(row, wording_of(row, row.at), row.case.agency.zone, row.case_id in visible)
        for row in rows
    ]


@require_GET
@page("member")
def notifications(request: HttpRequest) -> HttpResponse:
    """The list, newest first, by pages."""
    user = _user(request)
    before = _uuid(request.GET.get("sebelum", ""))
    rows = page_of(user, before=before, size=PAGE_SIZE)
    items = _items(request, rows[:PAGE_SIZE])
    older = ""
    if len(rows) > PAGE_SIZE:
        last = items[-1].delivery.public_id
        older = f"{reverse('notifications')}?{urlencode({'sebelum': str(last)})}"
    context: dict[str, Any] = {
        "items": items,
        "unread": unread_count(user),
        "older_url": older,
        "newest_url": reverse("notifications") if before else "",
    }
    return render(request, "notifications/list.html", context)


@require_POST
@page("member")
def read_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark one as read; htmx gets the item anew."""
    row = bell.read_one(_user(request), public_id, clock.now())
    if row is None:
        raise Http404
    if not getattr(request, "htmx", False):
        return redirect("notifications")
    rows = Delivery.objects.filter(pk=row.pk).select_related(
        "case__person", "case__agency", "case__unit", "case__cycle", "who"
    )
    (item,) = _items(request, list(rows))
    response = render(request, "notifications/item.html", {"item": item})
    response.headers["HX-Trigger"] = "counts"
    return response


@require_POST
@page("member")
def open_case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark one as read and go to its case."""
    row = bell.read_one(_user(request), public_id, clock.now())
    if row is None:
        raise Http404
    return redirect("case", row.case.public_id)


@require_POST
@page("member")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read whatever had arrived when the page was drawn."""
    user = _user(request)
    bell.read_all(user, clock.now(), up_to=_uuid(request.POST.get("sampai", "")))
    return redirect("notifications")


@require_http_methods(["GET", "HEAD", "POST"])
@page("member")
def preferences(request: HttpRequest) -> HttpResponse:
    """Which mails the person wants."""
    user = _user(request)
    known = preference_of(user)
    form = PreferenceForm(
        request.POST or None, initial={"reminders": known.reminders, "news": known.news}
    )
    if request.method == "POST" and form.is_valid():
        choose(user, **form.cleaned_data)
        messages.success(request, _("Your choice is kept."))
        return redirect("notification_preferences")
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "notifications/preferences.html", {"form": form, "email": user.email},
        status=status,
    )  # fmt: skip


# --- HR's: mails that never arrived ------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def failed(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The agency's mails that were given up; a POST lets one of them, or all, leave once more."""
    office = Office(request, agency_id)
    if request.method == "POST":
        one = _uuid(plain(request.POST.get("surat", "")))
        if one is None and "semua" not in request.POST:
            raise Http404
        number = retry(office.agency, office.now, public_id=one)
        told = ngettext(
            "%(n)d mail is sent once more, unless what it tells is over by now.",
            "%(n)d mails are sent once more, unless what they tell is over by now.", number,
        )  # fmt: skip
        messages.success(request, told % {"n": number})
        return redirect("org_mails", agency_id)
    found = failed_mails(office.agency, office.cursor())
    return office.render(
        "mails", "invitations", _("Mails that could not be delivered"),
        crumbs=[(_("Invitations"), office.url("org_invitations"))],
        rows=[
            (mail, reverse("org_person", args=[agency_id, mail.delivery.recipient.public_id]))
            for mail in found.rows
        ],
        total=failed_of(office.agency).count(),
        **office.pages(found, lambda mail: str(mail.delivery.public_id)),
    )  # fmt: skip
