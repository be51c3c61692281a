"""The pages of a day off, for the administrator and for an agency's HR: form, preview, act."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cycles import clock
from cycles.exceptions import Incomplete, Stale
from cycles.models import Agency, Holiday, Job, User
from cycles.services import holidays as services
from cycles.services.holidays import YEARS
from workflow.forms.settings import DecreeForm, HolidayForm
from workflow.services.days_off import Change
from workflow.services.recompute_preview import Preview
from workflow.views import calendar_acts
from workflow.views.jobs import start
from workflow.views.settings.frame import tell, typed


class Place(Protocol):
    """Where the pages stand: who acts, for which agency alone, and how they look."""

    @property
    def request(self) -> HttpRequest: ...

    @property
    def author(self) -> User: ...

    @property
    def by_hr(self) -> bool: ...

    def address(self, year: int, agency: Agency | None) -> str:
        """The year's table."""
        ...

    def show(self, title: str, year: int, agency: Agency | None, *, status: int,
             **context: Any) -> HttpResponse:  # fmt: skip
        """The page of a day off."""
        ...


def year_of(request: HttpRequest) -> int:
    """The year that the address asks for, else the present one."""
    given = request.GET.get("tahun", "")
    is_year = given.isascii() and given.isdigit() and len(given) == 4 and int(given) in YEARS
    return int(given) if is_year else localdate(clock.now()).year


def add(place: Place, form: HolidayForm, agency: Agency | None) -> HttpResponse:
    """A new day off; `form` is empty or was sent, `agency` the only one it may be for."""
    if not form.is_bound:
        return _show(place, form, None)
    if not form.is_valid():
        return _show(place, form, None, status=422)
    wanted = Change(agency or form.chosen_agency, None, form.wish)
    return _carry_out(place, form, wanted, _("The day off is added."))


def one(place: Place, found: Holiday) -> HttpResponse:
    """One day off: a POST corrects it, confirms it by decree, or takes it out (`do`)."""
    request = place.request
    if request.method != "POST":
        return _show(place, HolidayForm(holiday=found), found)
    do = request.POST.get("do", "change")
    try:
        if do == "confirm":
            return _confirm(place, found)
        if do == "remove":
            return _remove(place, found)
        form = HolidayForm(typed(request), holiday=found)
        if not form.is_valid():
            return _show(place, form, found, status=422)
        wanted = Change(found.agency, found, form.wish)
        return _carry_out(place, form, wanted, _("The day off is corrected."))
    except Stale as stale:
        messages.error(request, stale.reason)
        return redirect(place.address(found.day.year, found.agency))


def _carry_out(place: Place, form: HolidayForm, wanted: Change, sentence: str) -> HttpResponse:
    seen = form.was_previewed and "apply" in place.request.POST
    try:
        done = calendar_acts.day_off(wanted, author=place.author, seen=seen, by_hr=place.by_hr)
    except Incomplete as incomplete:
        tell(form, incomplete)
        return _show(place, form, wanted.holiday, status=422)
    if isinstance(done, Preview):
        form.remember_preview()
        return _show(place, form, wanted.holiday, seen=done)
    if isinstance(done, Job):
        return start(done)
    return _back(place, sentence, done, form.wish.day.year, wanted.agency)


def _remove(place: Place, found: Holiday) -> HttpResponse:
    seen = "apply" in place.request.POST
    wanted = Change(found.agency, found)
    done = calendar_acts.day_off(wanted, author=place.author, seen=seen, by_hr=place.by_hr)
    if isinstance(done, Preview):
        return _show(place, HolidayForm(holiday=found), found, seen_removal=done)
    if isinstance(done, Job):
        return start(done)
    return _back(place, _("It is a working day again."), done, found.day.year, found.agency)


def _confirm(place: Place, found: Holiday) -> HttpResponse:
    form = DecreeForm(typed(place.request))
    if form.is_valid():
        try:
            services.confirm_day_off(
                found, form.cleaned_data["decree"], author=place.author, now=clock.now()
            )
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            sentence = _("The day off is confirmed.")
            return _back(place, sentence, 0, found.day.year, found.agency)
    return _show(place, HolidayForm(holiday=found), found, decree=form, status=422)


def _show(
    place: Place,
    form: HolidayForm,
    found: Holiday | None,
    *,
    decree: DecreeForm | None = None,
    seen: Preview | None = None,
    seen_removal: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    if found is not None and found.is_estimated and decree is None:
        decree = DecreeForm(auto_id="keputusan-%s")
    return place.show(
        found.name if found else _("New day off"),
        found.day.year if found else year_of(place.request),
        found.agency if found else None,
        form=form, holiday=found, decree_form=decree, seen=seen, seen_removal=seen_removal,
        status=status,
    )  # fmt: skip


def _back(
    place: Place, sentence: str, moved: int, year: int, agency: Agency | None
) -> HttpResponse:
    """Back to the year's table, saying which deadlines moved."""
    messages.success(place.request, f"{sentence} {calendar_acts.moved_words(moved)}".strip())
    return redirect(place.address(year, agency))
