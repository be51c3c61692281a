"""What leaves the house as CSV: streamed, recorded in the ledger, without NIP and formulas.

UTF-8 with a byte-order mark and semicolons: so that a spreadsheet set to Indonesian, where the
comma separates decimals, opens it rightly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycles import ledger
from cycles.calendar import distance, local_date
from cycles.queries.calendars import calendar_for
from cycles.scoring import Predicate
from cycles.working_days import last_day_before
from workflow.enums import Party
from workflow.models import Case
from workflow.queries import hr_lists
from workflow.queries.completion import GROUPS, Completion, Line, burdens
from workflow.queries.counters import counts
from workflow.views.access import page
from workflow.views.hr.desk import Desk, filter_of, narrowing, rows_of

BOM = "\ufeff"
# A cell that begins with one of these is a formula to some spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
CHUNK = 1000


def harmless(value: object) -> str:
    """A cell's text that no spreadsheet calculates; numbers stay numbers."""
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\x00", "")
    starts = (text[:1], text.lstrip()[:1])
    return f"'{text}" if any(start in FORMULA for start in starts if start) else text


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")
    yield BOM
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def answer(rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    # The rows are made while they are sent, when the request's language is no longer set.
    language = translation.get_language()

    def spoken() -> Iterator[str]:
        lines = as_csv(rows)
        while True:
            with translation.override(language):
                line = next(lines, None)
            if line is None:
                return
            yield line

    answer = StreamingHttpResponse(
        spoken(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"',
                 "Cache-Control": "no-store"},
    )  # fmt: skip
    return cast(HttpResponse, answer)


def record(desk: Desk, what: str, **facts: Any) -> None:
    """An export is an act: who took what out, when. No names and no search words."""
    with transaction.atomic():
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{desk.cycle.pk}",
                    action="export",
                    at=desk.now,
                    agency_id=desk.agency.pk,
                    cycle_id=desk.cycle.pk,
                    actor_id=desk.actor.person_id,
                    data={"what": what, **facts},
                )
            ]
        )


@page("hr")
@require_http_methods(["GET", "POST"])
def completion(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """Every unit with its numbers, itself and all below it."""
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return redirect(desk.url("hr_overview"))
    numbers = Completion(desk.tree, counts(desk.cycle.pk), burdens(desk.cycle.pk, desk.now))
    units = sorted(desk.tree.units, key=lambda unit: [u.name for u in desk.tree.above(unit)]
                   + [unit.name])  # fmt: skip
    head = [
        _("Unit"), _("Unit above"), _("Level"), *(str(group.label) for group in GROUPS),
        _("People"), _("Overdue"), _("Finally approved (%)"),
    ]  # fmt: skip

    def line(line: Line, above: str, depth: int, name: str) -> list[object]:
        return [name, above, depth, *(line.groups[group.key] for group in GROUPS),
                line.everyone, line.overdue, line.percent]  # fmt: skip

    rows = [
        line(numbers.total(unit), (unit.parent_id and desk.tree.by_id[unit.parent_id].name) or "",
             unit.depth, unit.name)
        for unit in units
    ]  # fmt: skip
    record(desk, "completion", units=len(rows))
    return answer([head, *rows], f"kelengkapan-{desk.cycle.year}-{desk.today:%Y%m%d}")


@page("hr")
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, cycle_id: UUID) -> HttpResponse:
    """The people of the filter: where each stands and with whom; results only once sealed off.

    Results do not leave before the objection is over: a predikat is exported for finally approved
    appraisals whose window has ended.
    """
    desk = Desk(request, cycle_id)
    if request.method == "GET":
        return redirect(desk.url("hr_people"))
    chosen = narrowing(desk)
    cases = hr_lists.for_table(filter_of(desk, chosen).of(desk.cycle)).select_related("appraisal")
    number = cases.count()
    record(
        desk,
        "people",
        rows=number,
        unit=chosen.unit.pk if chosen.unit else None,
        state=chosen.state,
        searched=bool(chosen.name),
    )
    head = [
        _("Name"), _("Post"), _("Unit"), _("State"), _("Whose turn"), _("With whom"), _("Due"),
        _("Working days left"), _("Predikat"), _("Finally approved on"), _("Note"),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[object]]:
        yield head
        ordered = cases.order_by("person__name", "pk").iterator(chunk_size=CHUNK)
        for case in ordered:
            yield _person_row(desk, case)

    return answer(rows(), f"pegawai-{desk.cycle.year}-{desk.today:%Y%m%d}")


def _person_row(desk: Desk, case: Case) -> list[object]:
    row = rows_of(desk, [case])[0]
    due_on, left, party, holder = "", "", "", ""
    if case.is_open:
        calendar = calendar_for(desk.agency, case.unit.week)
        due_on = last_day_before(calendar, case.due_at).isoformat()
        left = distance(calendar, desk.now, case.due_at)  # type: ignore[assignment]
        party, holder = str(Party(case.turn_party).label), row.holder
    result, settled_on, note = "", "", ""
    appraisal = case.appraisal
    if appraisal.settled_at is not None and appraisal.predicate is not None:
        settled_on = local_date(desk.agency.zone, appraisal.settled_at).isoformat()
        ends_at = case.window_ends_at
        if ends_at is not None and ends_at > desk.now:
            note = _("Sealed until %(day)s: the time to object is not over.") % {
                "day": last_day_before(desk.agency.zone, ends_at).isoformat()
            }
        else:
            result = str(Predicate(appraisal.predicate).label)
    return [case.person.name, case.post.title, case.unit.name, row.state_label, party, holder,
            due_on, left, result, settled_on, note]  # fmt: skip
