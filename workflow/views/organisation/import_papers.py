"""Files of an import that go out: to fill in, to try, to mend, and the records as they stand."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cycles.enums import RowOutcome
from cycles.management.commands.example_agency import write
from cycles.management.invented import Regency, regencies
from cycles.services import imports as services
from cycles.services.organisation.common import Note, record
from cycles.sheets import EXAMPLE_MARK, SHEETS
from workflow.queries.import_rows import KINDS, number_of
from workflow.views.access import page
from workflow.views.organisation.bureau import Bureau, OfficeBureau
from workflow.views.organisation.record_acts import by

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
EXAMPLE_PEOPLE, EXAMPLE_UNITS, EXAMPLE_YEAR = 300, 8, 2026


# --- HR's addresses ----------------------------------------------------------------------------


@page("hr")
@require_safe
def guide(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Every sheet and column explained."""
    return explained(OfficeBureau(request, agency_id))


@page("hr")
@never_cache
@require_safe
def template(request: HttpRequest, agency_id: UUID, kind: str = "") -> HttpResponse:
    """The file to fill in: a workbook with every sheet, or one sheet as CSV."""
    return blank(OfficeBureau(request, agency_id), kind)


@page("hr")
@never_cache
@require_POST
def present(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The agency as it stands, as an import reads it; an act with an entry, as it holds numbers."""
    bureau = OfficeBureau(request, agency_id)
    agency = bureau.agency.pk
    note = Note(f"agency:{agency}", "export", {"what": "staff_records"})
    with transaction.atomic():
        record(agency, by(bureau.office), [note])
    content = services.present_xlsx(bureau.agency, bureau.today)
    return _file(content, XLSX, f"kepegawaian-{bureau.today:%Y%m%d}.xlsx")


@page("hr")
@require_safe
def example(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """A small invented regency to try the import with."""
    OfficeBureau(request, agency_id)
    return _file(invented(), XLSX, "contoh-kabupaten.xlsx")


@page("hr")
@never_cache
@require_safe
def faulty(request: HttpRequest, agency_id: UUID, run_id: UUID) -> HttpResponse:
    """The faulty rows with the reasons, to be mended and brought again."""
    return to_mend(OfficeBureau(request, agency_id), run_id)


# --- for both bureaus --------------------------------------------------------------------------


def downloads(bureau: Bureau) -> list[tuple[str, str]]:
    """(words, address) of each file to fill in."""
    return [
        (_("Workbook (XLSX) with every sheet"), bureau.url("import_template")),
        *((f"{KINDS[sheet.kind]} (CSV)", bureau.url("import_template", sheet.kind))
          for sheet in bureau.sheets),
        *([(_("Example of an invented regency (XLSX)"), bureau.url("import_example"))]
          if bureau.agency else []),
    ]  # fmt: skip


def explained(bureau: Bureau) -> HttpResponse:
    return bureau.render(
        "import_guide", _("The columns of the import"),
        crumbs=[(_("Import"), bureau.url("imports"))],
        sheets=[(sheet.name, sheet.what, sheet.columns, KINDS[sheet.kind])
                for sheet in bureau.sheets],
        mark=EXAMPLE_MARK,
        downloads=downloads(bureau),
    )  # fmt: skip


def blank(bureau: Bureau, kind: str) -> HttpResponse:
    if not kind:
        only = bureau.sheets[0].kind if len(bureau.sheets) == 1 else None
        return _file(services.template_xlsx(only), XLSX, "templat-impor.xlsx")
    if kind not in {sheet.kind for sheet in bureau.sheets}:
        raise Http404
    sheet, text = SHEETS[kind], io.StringIO()
    # Semicolons and a byte-order mark: what a spreadsheet set to Indonesian opens rightly.
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.name for column in sheet.columns])
    first, *others = [column.example for column in sheet.columns]
    writer.writerow([f"{EXAMPLE_MARK}: {first}", *others])
    content = f"{BOM}{text.getvalue()}".encode()
    return _file(content, "text/csv; charset=utf-8", f"templat-{sheet.name}.csv")


@cache
def invented() -> bytes:
    """The example: always the same one, made once."""
    code, name = "53.01", regencies()["53.01"]
    regency = Regency(code, name, EXAMPLE_PEOPLE, EXAMPLE_UNITS, EXAMPLE_YEAR, Random(1))  # noqa: S311
    with TemporaryDirectory() as folder:
        path = Path(folder) / "contoh.xlsx"
        write(regency, path)
        return path.read_bytes()


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


def to_mend(bureau: Bureau, run_id: UUID) -> HttpResponse:
    found = bureau.run(run_id)
    if not number_of(found, RowOutcome.FAULTY):
        raise Http404
    return _file(services.faulty_rows_xlsx(found), XLSX, "baris-yang-perlu-diperbaiki.xlsx")
