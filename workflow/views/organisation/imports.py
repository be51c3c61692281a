"""Bringing people in from a spreadsheet: the files, a file's dry run, what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycles.enums import CycleStatus, ImportState, JobKind, JobState, RowOutcome
from cycles.exceptions import Incomplete, Refused
from cycles.models import Cycle, ImportRun, Job
from cycles.queries.invitations import waiting_for_first
from cycles.services import imports as services
from cycles.services import jobs
from workflow.forms.imports import ImportForm
from workflow.queries import import_rows as rows
from workflow.views.access import page
from workflow.views.jobs import RESULTS, start
from workflow.views.organisation import import_papers as papers
from workflow.views.organisation.bureau import Bureau, OfficeBureau
from workflow.views.organisation.record_acts import address
from workflow.views.settings.frame import typed
from workflow.views.uploads import limited_to, refused_files

LOOK = {
    ImportState.READING: ("brand", "hourglass"),
    ImportState.CHECKED: ("caution", "clipboard-check"),
    ImportState.APPLYING: ("brand", "hourglass"),
    ImportState.APPLIED: ("positive", "check"),
    ImportState.UNDONE: ("neutral", "undo-2"),
    ImportState.DISCARDED: ("neutral", "trash-2"),
    ImportState.FAILED: ("negative", "circle-alert"),
}
OUTCOME_LOOK = {
    RowOutcome.FAULTY: ("negative", "circle-alert"),
    RowOutcome.ADDED: ("positive", "plus"),
    RowOutcome.CHANGED: ("brand", "pencil-line"),
    RowOutcome.MOVED: ("brand", "arrow-right-left"),
    RowOutcome.CLOSED: ("caution", "log-out"),
    RowOutcome.SAME: ("neutral", "equal"),
}
BUSY = gettext_lazy(
    "Another file of yours is being worked on. Please wait until that is done, then ask again."
)


# --- HR's addresses ----------------------------------------------------------------------------


@csrf_exempt  # checked by `brought`, after the size of the body
@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The files brought, and the form for another one."""
    return brought(request, OfficeBureau(request, agency_id))


@page("hr")
@never_cache
@require_safe
def run(request: HttpRequest, agency_id: UUID, run_id: UUID) -> HttpResponse:
    """One file: what it would do, or did, row by row."""
    return told(OfficeBureau(request, agency_id), run_id)


@page("hr")
@never_cache
@require_POST
def act(request: HttpRequest, agency_id: UUID, run_id: UUID, do: str) -> HttpResponse:
    """Check again, apply, undo or discard a file."""
    return done(OfficeBureau(request, agency_id), run_id, do)


# --- the files ---------------------------------------------------------------------------------


@limited_to(services.MOST_MEGABYTES)
@csrf_protect
def brought(request: HttpRequest, bureau: Bureau) -> HttpResponse:
    """The list with its form; a POST takes a file in and starts its check."""
    if request.method != "POST":
        return _list(bureau, _form(bureau))
    form = _form(bureau, typed(request), request.FILES)
    is_valid = form.is_valid()
    for name, sentence in refused_files(request).items():
        form.errors.pop(name, None)
        form.add_error(name if name in form.fields else None, sentence)
        is_valid = False
    if is_valid and rows.unfinished_job(bureau.agency, JobKind.IMPORT_CHECK):
        # There is one check at a time; a second file would wait without anybody checking it.
        form.add_error(None, str(BUSY))
        return _list(bureau, form, status=409)
    if is_valid:
        try:
            found = services.receive(
                bureau.agency,
                form.cleaned_data["file"],
                author=bureau.author,
                as_of=form.cleaned_data.get("as_of", bureau.today),
                is_complete=form.cleaned_data.get("is_complete", False),
                now=bureau.now,
            )
        except Incomplete as incomplete:
            for problem in incomplete.problems:
                form.add_error(
                    problem.path if problem.path in form.fields else None, problem.sentence
                )
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            return _set_going(bureau, found, JobKind.IMPORT_CHECK)
    return _list(bureau, form, status=422)


def _form(bureau: Bureau, *sent: Any) -> ImportForm:
    return ImportForm(
        *sent, today=bureau.today, accept=services.ACCEPT, of_agencies=bureau.agency is None
    )


def _list(bureau: Bureau, form: ImportForm, *, status: int = 200) -> HttpResponse:
    found = rows.runs(bureau.agency, bureau.cursor())
    return bureau.render(
        "imports", _("Import") if bureau.agency else _("Import of agencies"),
        form=form,
        lines=[
            {"run": row, "url": bureau.url("import", row.public_id), "look": LOOK[row.state],
             "author": _author(row), "faulty": rows.number_of(row, RowOutcome.FAULTY),
             "changing": rows.changing(row)}
            for row in found.rows
        ],
        most=services.MOST_MEGABYTES,
        guide_url=bureau.url("import_guide"),
        downloads=papers.downloads(bureau),
        present_url=bureau.url("import_present") if bureau.agency else "",
        status=status,
        **bureau.pages(found, lambda row: str(row.public_id)),
    )  # fmt: skip


def _author(run: ImportRun) -> str:
    return str(run.author.person.name if run.author.person else run.author.username)


# --- one file ----------------------------------------------------------------------------------


def told(bureau: Bureau, run_id: UUID, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The page of a file."""
    found = bureau.run(run_id)
    job = rows.last_job(found)
    if job is not None and job.state == JobState.FAILED and not problem:
        problem = job.problem
    kind, outcome = _chosen(bureau, found)
    listed = rows.rows_of(found, kind, outcome, bureau.cursor()) if outcome else None
    pages = bureau.pages(listed, lambda row: str(row.place)) if listed else {}
    is_applied = found.state == ImportState.APPLIED
    return bureau.render(
        "import", found.name,
        crumbs=[(_("Import"), bureau.url("imports"))],
        problem=problem,
        status=status,
        run=found,
        author=_author(found),
        look=LOOK[found.state],
        job=job if job is not None and job.state in jobs.UNFINISHED else None,
        table=_table(bureau, found, kind, outcome),
        outcomes=[(str(RowOutcome(name).label), *OUTCOME_LOOK[name]) for name in rows.OUTCOMES],
        kind_label=rows.KINDS.get(kind, ""),
        outcome_label=rows.outcome_label(kind, outcome) if outcome else "",
        outcome=outcome,
        listed=listed,
        faulty=rows.number_of(found, RowOutcome.FAULTY),
        changing=rows.changing(found),
        summary=_summary(found),
        why_not=why_not_applied(found),
        why_not_undone=services.why_not_undone(found) if is_applied else "",
        may_discard=found.state in DISCARDABLE,
        list_url=bureau.url("imports"),
        faulty_url=bureau.url("import_faulty", found.public_id),
        do={do: bureau.url("import_act", found.public_id, do) for do in DEEDS},
        next_steps=_next_steps(bureau) if is_applied else (),
        **pages,
    )  # fmt: skip


def _chosen(bureau: Bureau, run: ImportRun) -> tuple[str, str]:
    """The part of the rows that is shown: as the address asks, else the first that matters."""
    kind, outcome = bureau.given("jenis"), bureau.given("hasil")
    if run.counts.get(kind, {}).get(outcome):
        return kind, outcome
    for outcome in rows.OUTCOMES:
        for kind in rows.KINDS:
            if run.counts.get(kind, {}).get(outcome):
                return kind, outcome
    return "", ""


def _table(bureau: Bureau, run: ImportRun, kind: str, outcome: str) -> list[dict[str, Any]]:
    """Rows by kind and outcome, each number leading to its list."""
    return [
        {
            "kind": name,
            "label": label,
            "cells": [
                {
                    "number": number,
                    "label": rows.outcome_label(name, each),
                    "url": bureau.url("import", run.public_id, jenis=name, hasil=each.value),
                    "current": (name, each) == (kind, outcome),
                }
                for each in rows.OUTCOMES
                for number in [int(run.counts[name].get(each, 0))]
            ],
        }
        for name, label in rows.KINDS.items()
        if run.counts.get(name)
    ]


def _summary(run: ImportRun) -> list[tuple[Any, list[tuple[int, Any]]]]:
    """What applying does, in numbers: per kind, what happens to how many."""
    found = []
    for kind, label in rows.KINDS.items():
        parts = [
            (int(run.counts.get(kind, {}).get(outcome, 0)), rows.outcome_label(kind, outcome))
            for outcome in rows.OUTCOMES
            if outcome not in (RowOutcome.FAULTY, RowOutcome.SAME)
        ]
        if any(number for number, _words in parts):
            found.append((label, [part for part in parts if part[0]]))
    return found


def why_not_applied(run: ImportRun) -> str:
    """Why a checked file cannot be applied; "" where it can."""
    faulty = rows.number_of(run, RowOutcome.FAULTY)
    if run.problems:
        return _("The file as a whole has to be mended first: see above.")
    if faulty:
        return ngettext(
            "%(n)d row has to be mended first: a file is applied as a whole or not at all.",
            "%(n)d rows have to be mended first: a file is applied as a whole or not at all.",
            faulty,
        ) % {"n": faulty}
    if not rows.changing(run):
        return _("Nothing in it differs from the records.")
    return ""


def _next_steps(bureau: Bureau) -> list[tuple[str, str, str]]:
    """(icon, words, address) of what one does after people came in."""
    if bureau.agency is None:
        return [("building-2", _("See the agencies and prepare their cycles"), address("agencies"))]
    found = []
    waiting = waiting_for_first(bureau.agency, bureau.today)
    if waiting:
        words = ngettext(
            "Invite %(n)d person who has not been invited yet",
            "Invite %(n)d people who have not been invited yet", waiting,
        ) % {"n": waiting}  # fmt: skip
        found.append(("send", words, bureau.url("invitations")))
    found.append(("network", _("Look at the people and their superiors"), bureau.url("people")))
    for cycle in Cycle.objects.filter(agency=bureau.agency, status=CycleStatus.DRAFT):
        words = _("Rehearse the opening of %(cycle)s") % {"cycle": cycle.name}
        found.append(("clipboard-list", words, address("hr_rehearsal", cycle.public_id)))
    return [step for step in found if step[2]]


# --- acts --------------------------------------------------------------------------------------


def done(bureau: Bureau, run_id: UUID, do: str) -> HttpResponse:
    """Do what a button of the page says."""
    if do not in DEEDS:
        raise Http404
    return DEEDS[do](bureau, bureau.run(run_id))


def _set_going(bureau: Bureau, run: ImportRun, kind: JobKind) -> HttpResponse:
    job = jobs.ask(
        kind, author=bureau.author, agency=bureau.agency, params={"run": run.pk}, now=bureau.now
    )
    if job.params.get("run") != run.pk:
        return told(bureau, run.public_id, problem=str(BUSY), status=409)
    return start(job)


def _back(bureau: Bureau, run: ImportRun, sentence: str) -> HttpResponse:
    messages.info(bureau.request, sentence)
    return redirect(bureau.url("import", run.public_id))


def _check(bureau: Bureau, run: ImportRun) -> HttpResponse:
    if run.state not in CHECKABLE:
        return _back(bureau, run, _("This file is not checked any more."))
    return _set_going(bureau, run, JobKind.IMPORT_CHECK)


def _apply(bureau: Bureau, run: ImportRun) -> HttpResponse:
    if run.state == ImportState.APPLIED:
        return _back(bureau, run, _("This import was applied already."))
    refusal = why_not_applied(run)
    if run.state not in (ImportState.CHECKED, ImportState.APPLYING):
        refusal = _("Only a file that was checked can be applied.")
    if refusal:
        return told(bureau, run.public_id, problem=refusal, status=409)
    return _set_going(bureau, run, JobKind.IMPORT_APPLY)


def _undo(bureau: Bureau, run: ImportRun) -> HttpResponse:
    if run.state == ImportState.UNDONE:
        return _back(bureau, run, _("This import was undone already."))
    refusal = (
        services.why_not_undone(run)
        if run.state == ImportState.APPLIED
        else _("Only an import that was applied can be undone.")
    )
    if refusal:
        return told(bureau, run.public_id, problem=refusal, status=409)
    return _set_going(bureau, run, JobKind.IMPORT_UNDO)


def _discard(bureau: Bureau, run: ImportRun) -> HttpResponse:
    if run.state == ImportState.DISCARDED:
        return _back(bureau, run, _("This file was discarded already."))
    try:
        services.discard(run)
    except Refused as refusal:
        return told(bureau, run.public_id, problem=refusal.reason, status=409)
    messages.success(bureau.request, _("The file is discarded; no record was changed by it."))
    return redirect(bureau.url("imports"))


CHECKABLE = frozenset({ImportState.READING, ImportState.CHECKED, ImportState.FAILED})
DISCARDABLE = CHECKABLE
DEEDS: dict[str, Callable[[Bureau, ImportRun], HttpResponse]] = {
    "periksa": _check,
    "terapkan": _apply,
    "batalkan": _undo,
    "buang": _discard,
}


def result_of(job: Job) -> str:
    """Where the result of a check, an applying or an undoing is looked at."""
    found = ImportRun.objects.filter(pk=job.params.get("run")).select_related("agency").first()
    if found is None:
        return address("home")
    if found.agency is None:
        return address("agency_import", found.public_id)
    return address("org_import", found.agency.public_id, found.public_id)


RESULTS.update(dict.fromkeys(rows.JOBS, result_of))
