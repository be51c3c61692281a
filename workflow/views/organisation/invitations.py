"""Invitations: who can come into Jenjang, and asking that people be invited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycles.enums import JobKind, JobState
from cycles.models import Job, User
from cycles.queries import invitations as queries
from cycles.services import jobs
from cycles.services.invitations import GROUPS, chosen
from workflow.queries import invitations as lists
from workflow.queries.import_rows import unfinished_job
from workflow.queries.keyset import instant_of, instant_text, uuid_of
from workflow.views.access import page
from workflow.views.jobs import RESULTS, start
from workflow.views.organisation.frame import Office, plain
from workflow.views.organisation.record_acts import address

LOOK = {
    queries.FAILED: ("negative", "mail-x"),
    queries.NEW: ("caution", "mail"),
    queries.WAITING: ("brand", "hourglass"),
    queries.INVITED: ("brand", "send"),
    queries.IN_USE: ("positive", "check"),
    queries.NO_MAIL: ("caution", "circle-alert"),
    queries.NO_ACCOUNT: ("neutral", "circle-dashed"),
    queries.SHUT: ("neutral", "ban"),
}
GROUP_WORDS = {
    queries.NEW: gettext_lazy("Everybody who was never invited"),
    queries.INVITED: gettext_lazy("Everybody who was invited and has not come yet"),
    queries.FAILED: gettext_lazy("Everybody whose invitation was not delivered"),
}
# A confirmation that has lain longer than this is asked for anew.
FRESH = timedelta(hours=12)
BUSY = gettext_lazy(
    "Invitations of your agency are being prepared already. Please wait until that is done, "
    "then ask again."
)


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The list; a POST names who is to be invited, shows their number, and then asks for it."""
    office = Office(request, agency_id)
    if request.method != "POST":
        return _list(office)
    group = plain(request.POST.get("kelompok", ""))
    group = group if group in GROUPS else ""
    ticked = [] if group else request.POST.getlist("orang")[:1000]
    user_ids = lists.ids_of(office.agency, ticked) if ticked else []
    if "kirim" in request.POST:
        return _ask(office, group, user_ids)
    return _confirm(office, group, user_ids, ticked)


def _list(office: Office, *, problem: str = "", status: int = 200) -> HttpResponse:
    state = office.given("keadaan")
    state = state if state in queries.STATES else ""
    words = office.given("cari")
    found = lists.accounts(
        office.agency, office.today, office.now, state=state, words=words, cursor=office.cursor()
    )
    numbers = queries.counts(office.agency, office.today)
    return office.render(
        "invitations", "invitations", _("Invitations"),
        status=status, problem=problem,
        rows=[
            {"row": row, "label": queries.STATES[row.state], "look": LOOK[row.state],
             "may": row.state in queries.MAY_BE_INVITED,
             "url": address("org_person", office.agency.public_id, row.person.public_id)}
            for row in found.rows
        ],
        states=[
            {"key": name, "label": label, "number": numbers[name], "look": LOOK[name],
             "url": office.url("org_invitations", keadaan=name)}
            for name, label in queries.STATES.items()
        ],
        total=sum(numbers.values()),
        state=state,
        state_label=queries.STATES.get(state, ""),
        words=words,
        groups=[
            {"key": name, "label": GROUP_WORDS[name], "number": numbers[name]}
            for name in GROUPS if numbers[name]
        ],
        may_any=any(row.state in queries.MAY_BE_INVITED for row in found.rows),
        asked=_asked(office),
        list_url=office.url("org_invitations"),
        mails_url=address("org_mails", office.agency.public_id),
        **office.pages(found, lambda row: str(row.person.public_id)),
    )  # fmt: skip


def _asked(office: Office) -> str:
    """What the job that led here did, in a sentence; "" if the address names none."""
    job_id = uuid_of(office.given("pekerjaan"))
    if job_id is None:
        return ""
    job = Job.objects.filter(
        public_id=job_id, agency=office.agency, kind=JobKind.INVITING, state=JobState.DONE
    ).first()
    if job is None:
        return ""
    n = int(job.result.get("asked", 0))
    if not n:
        return _("Nobody was left to be invited: it had been asked for already.")
    return ngettext(
        "%(n)d invitation goes out within the next minutes. This list shows when it was sent.",
        "%(n)d invitations go out within the next minutes. This list shows when each was sent.", n,
    ) % {"n": n}  # fmt: skip


def _confirm(office: Office, group: str, user_ids: list[int], ticked: list[str]) -> HttpResponse:
    """How many will be invited, before it is done."""
    number, left_out = _numbers(office, group, user_ids, len(ticked))
    if not number:
        return _list(office, problem=_nobody(left_out), status=422)
    return office.render(
        "invitation_confirm", "invitations", _("Send invitations"),
        crumbs=[(_("Invitations"), office.url("org_invitations"))],
        number=number,
        left_out=left_out,
        group=group,
        group_label=GROUP_WORDS.get(group, ""),
        ticked=ticked,
        seen=instant_text(office.now),
        names=_names(office, group, user_ids),
        back_url=office.url("org_invitations"),
    )  # fmt: skip


def _numbers(office: Office, group: str, user_ids: list[int], ticked: int) -> tuple[int, int]:
    """How many can be invited, and how many of those ticked cannot."""
    fitting = User.objects.filter(
        chosen(office.agency, office.now, group=group, user_ids=user_ids)
    ).count()
    return fitting, max(ticked - fitting, 0)


def _nobody(left_out: int) -> str:
    if left_out:
        return _("None of those chosen can be invited now: see what their state says.")
    return _("Choose whom to invite: tick some people, or take a whole group.")


def _names(office: Office, group: str, user_ids: list[int]) -> list[str]:
    """The names of those ticked, to be read once more; a group is told by its number."""
    if group:
        return []
    return list(
        User.objects.filter(chosen(office.agency, office.now, user_ids=user_ids))
        .order_by("person__name", "pk")
        .values_list("person__name", flat=True)
    )


def _ask(office: Office, group: str, user_ids: list[int]) -> HttpResponse:
    """Start the job, once for one confirmation."""
    seen = instant_of(plain(office.request.POST.get("dilihat", "")))
    if seen is None or not office.now - FRESH <= seen <= office.now:
        messages.warning(
            office.request, _("That page was too old. Please look at the numbers once more.")
        )
        return redirect(office.url("org_invitations"))
    if not group and not user_ids:
        return _list(office, problem=_nobody(0), status=422)
    params: dict[str, Any] = {"group": group, "users": user_ids, "seen": seen.isoformat()}
    running = unfinished_job(office.agency, JobKind.INVITING)
    if running is None:
        running = jobs.ask(
            JobKind.INVITING, author=office.author, agency=office.agency, params=params,
            now=office.now,
        )  # fmt: skip
    if running.params != params:
        return _list(office, problem=str(BUSY), status=409)
    return start(running)


def result_of(job: Job) -> str:
    """Where the result of an asking is looked at."""
    if job.agency is None:
        return address("home")
    url = address("org_invitations", job.agency.public_id)
    return f"{url}?pekerjaan={job.public_id}" if job.state == JobState.DONE else url


RESULTS[JobKind.INVITING] = result_of
