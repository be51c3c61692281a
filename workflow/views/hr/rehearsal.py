"""The rehearsal of an opening: what would go wrong, by severity and kind, and where to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.enums import CycleStatus, Severity
from cycles.exceptions import Incomplete, Refused
from cycles.models import Finding, Rehearsal, User
from cycles.queries import rehearsal as findings
from cycles.queries.rehearsal import KINDS, Kind, Limits
from cycles.services.rehearsal import set_limits
from workflow.forms.hr import tell
from workflow.forms.rehearsal import LimitsForm
from workflow.queries.keyset import page_of
from workflow.services.opening.asking import ask_rehearsal, readiness
from workflow.views.access import page
from workflow.views.hr.desk import Desk
from workflow.views.hr.exports import CHUNK, answer, record
from workflow.views.jobs import start

FRESH = "baru"
ROLES = {
    Severity.ERROR: ("negative", "circle-alert"),
    Severity.WARNING: ("caution", "triangle-alert"),
    Severity.NOTE: ("neutral", "info"),
}
RECORDS = {"person": "org_person", "post": "org_post", "unit": "org_unit"}


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What the last run found, by severity and kind; a POST starts another run."""
    desk = Desk(request, cycle_id)
    if request.method == "POST":
        try:
            return start(ask_rehearsal(desk.cycle, author=author_of(desk), actor=desk.actor))
        except Refused as refusal:
            return _overview(desk, problem=refusal.reason, status=409)
    return _overview(desk)


def _overview(desk: Desk, *, problem: str = "", status: int = 200) -> HttpResponse:
    ready = readiness(desk.cycle)
    run = ready.rehearsal
    kinds = findings.kinds_of(run) if run else []
    return desk.render(
        "rehearsal",
        "cycle",
        _("Rehearsal of the opening"),
        crumbs=[(_("Cycle"), desk.url("hr_cycle"))],
        ready=ready,
        run=run,
        is_first=run is not None and findings.before(run) is None,
        groups=[
            (severity.label, *ROLES[severity], sum(found.number for found in of), of)
            for severity in findings.severities()
            if (of := [found for found in kinds if found.kind.severity == severity])
        ],
        limits=Limits.of(desk.cycle),
        may_rehearse=desk.cycle.status != CycleStatus.CLOSED,
        problem=problem,
        status=status,
    )


@page("hr")
@never_cache
@require_safe
def kind(request: HttpRequest, cycle_id: UUID, code: str) -> HttpResponse:
    """The findings of one kind, each with its sentence and the way to mend it."""
    desk = Desk(request, cycle_id)
    run = findings.latest(desk.cycle)
    if code not in KINDS or run is None:
        raise Http404
    fresh_only = request.GET.get(FRESH) == "1"
    cursor = desk.cursor()
    found = page_of(
        findings.listed(run, code, fresh_only=fresh_only), ("id",), _position(cursor.text),
        backwards=cursor.backwards,
    )  # fmt: skip
    of = KINDS[code]
    role, icon = ROLES[of.severity]
    return desk.render(
        "rehearsal_kind",
        "cycle",
        str(of.title),
        crumbs=_crumbs(desk),
        kind=of,
        severity=of.severity.label,
        role=role,
        icon=icon,
        run=run,
        fresh_only=fresh_only,
        rows=rows_of(desk, found.rows),
        **desk.pages(found, lambda finding: str(finding.pk)),
    )


@page("hr")
@never_cache
@require_safe
def mended(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What the run before named and the last one no longer does."""
    desk = Desk(request, cycle_id)
    run = findings.latest(desk.cycle)
    if run is None:
        raise Http404
    cursor = desk.cursor()
    found = page_of(
        findings.mended(run), ("id",), _position(cursor.text), backwards=cursor.backwards
    )
    return desk.render(
        "rehearsal_mended",
        "cycle",
        _("Mended since the run before"),
        crumbs=_crumbs(desk),
        run=run,
        rows=rows_of(desk, found.rows),
        **desk.pages(found, lambda finding: str(finding.pk)),
    )


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """What the rehearsal calls too low, too many, too short."""
    desk = Desk(request, cycle_id)
    if request.method != "POST":
        return _limits(desk, LimitsForm(initial=asdict(Limits.of(desk.cycle))))
    form = LimitsForm(request.POST)
    if form.is_valid():
        try:
            set_limits(desk.cycle, form.cleaned_data, author=author_of(desk), now=desk.now)
        except Incomplete as incomplete:
            tell(form, incomplete)
        except Refused as refusal:
            return _limits(desk, form, problem=refusal.reason, status=409)
        else:
            messages.success(request, _("Saved. The next rehearsal measures by it."))
            return redirect(desk.url("hr_rehearsal"))
    return _limits(desk, form, status=422)


def _limits(desk: Desk, form: LimitsForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    return desk.render(
        "rehearsal_limits",
        "cycle",
        _("What the rehearsal measures by"),
        crumbs=_crumbs(desk),
        form=form,
        problem=problem,
        status=status,
    )


@page("hr")
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """All findings of the last run, or of one kind, as CSV."""
    desk = Desk(request, cycle_id)
    run = findings.latest(desk.cycle)
    code = request.GET.get("jenis", "")
    if request.method == "GET" or run is None or (code and code not in KINDS):
        return redirect(desk.url("hr_rehearsal"))
    record(desk, "rehearsal", run=run.pk, code=code)
    return answer(_lines(desk, run, code), f"gladi-{desk.cycle.year}-{desk.today:%Y%m%d}")


def _lines(desk: Desk, run: Rehearsal, code: str) -> Iterator[Sequence[object]]:
    yield [_("Severity"), _("Kind"), _("Person"), _("Post"), _("Unit"), _("Finding"),
           _("How to mend it"), _("Who can"), _("New")]  # fmt: skip
    for name in (code,) if code else KINDS:  # the gravest first, as on the page
        found, after = findings.listed(run, name).order_by("id"), 0
        while rows := list(found.filter(id__gt=after)[:CHUNK]):
            after = rows[-1].pk
            for row in rows_of(desk, rows):
                yield [row["severity"], row["title"], row["person"], row["post"], row["unit"],
                       row["sentence"], row["advice"], row["mender"],
                       _("yes") if row["is_fresh"] else ""]  # fmt: skip


# --- rows ----------------------------------------------------------------------------------------


def rows_of(desk: Desk, found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as the pages and the export show them. At most one query."""
    rows = list(found)
    names = findings.names_for(rows)
    return [_row(desk, finding, KINDS[finding.code], names) for finding in rows]


def _row(desk: Desk, finding: Finding, of: Kind, names: dict[int, str]) -> dict[str, Any]:
    person, post = finding.person, finding.post
    unit = finding.unit or (post.unit if post else None)
    return {
        "severity": str(of.severity.label),
        "title": str(of.title),
        "person": person.name if person else "",
        "post": post.title if post else "",
        "unit": unit.name if unit else "",
        "sentence": findings.sentence(finding, names),
        "advice": str(of.advice),
        "mender": str(of.mender),
        "is_fresh": finding.is_fresh,
        "url": mend_url(desk, finding, of),
    }


def mend_url(desk: Desk, finding: Finding, of: Kind) -> str:
    """Where this person can mend it; "" where somebody else must."""
    if of.where == "cycle":
        name = "cycle_setup" if desk.actor.is_admin else "cycle_change"
        return address(name, desk.cycle.public_id)
    records = (getattr(finding, of.where), finding.person, finding.post, finding.unit)
    # Another agency's record is not ours to open.
    ours = (record for record in records if record and record.agency_id == desk.agency.pk)
    if (subject := next(ours, None)) is None:
        return ""
    where = type(subject).__name__.lower()
    return address(RECORDS[where], desk.agency.public_id, subject.public_id)


def address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _position(text: str) -> dict[str, Any] | None:
    return {"id": int(text)} if text.isascii() and text.isdigit() and len(text) < 19 else None


def _crumbs(desk: Desk) -> list[tuple[str, str]]:
    return [(_("Cycle"), desk.url("hr_cycle")), (_("Rehearsal"), desk.url("hr_rehearsal"))]


def author_of(desk: Desk) -> User:
    user = desk.request.user
    assert isinstance(user, User)
    return user
