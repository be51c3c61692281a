"""The agency as it stands, in the very workbook that an import reads: to look up, mend, bring back.

Brought back unchanged it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from typing import Final

import xlsxwriter
from django.db import connection

from cycles.models import Agency
from cycles.services.imports.paper import AS_TEXT, WIDTH, write
from cycles.sheets import OF_AN_AGENCY, PERSON, POST, UNIT, Sheet

_UNITS: Final = """
SELECT u.code, u.name, coalesce(above.code, ''), u.week::text, coalesce(u.closed_on::text, '')
FROM cycles_unit u LEFT JOIN cycles_unit above ON above.id = u.parent_id
WHERE u.agency_id = %(agency)s AND u.code <> '' ORDER BY u.depth, u.code
"""
_POSTS: Final = """
SELECT p.code, p.title, u.code, p.kind, p.grade, CASE WHEN p.is_head THEN '1' ELSE '' END,
    CASE WHEN p.is_superior_given THEN coalesce(above.code, '') ELSE '' END,
    coalesce(p.closed_on::text, '')
FROM cycles_post p JOIN cycles_unit u ON u.id = p.unit_id
LEFT JOIN cycles_post above ON above.id = p.superior_id
WHERE p.agency_id = %(agency)s AND p.code <> '' AND u.code <> '' ORDER BY u.code, p.code
"""
_PEOPLE: Final = """
SELECT coalesce(k.key, ''), coalesce(n.number, ''), '', p.name, p.kind, p.rank,
    coalesce(s.email, ''), coalesce(seat.code, ''), coalesce(seat.starts_on::text, ''), 'active', ''
FROM cycles_person p
LEFT JOIN cycles_personkey k ON k.person_id = p.id AND k.agency_id = p.agency_id
LEFT JOIN cycles_identitynumber n ON n.person_id = p.id AND n.is_current
LEFT JOIN cycles_user s ON s.person_id = p.id
LEFT JOIN LATERAL (
    SELECT o.code, g.starts_on FROM cycles_posting g JOIN cycles_post o ON o.id = g.post_id
    WHERE g.person_id = p.id AND g.agency_id = p.agency_id AND g.starts_on <= %(day)s
      AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
    ORDER BY g.starts_on DESC, g.id DESC LIMIT 1
) seat ON true
WHERE p.agency_id = %(agency)s AND (p.left_on IS NULL OR p.left_on > %(day)s) ORDER BY p.id
"""
_QUERIES: Final = {UNIT.kind: _UNITS, POST.kind: _POSTS, PERSON.kind: _PEOPLE}
_CHUNK: Final = 2000


def present_xlsx(agency: Agency, on: date) -> bytes:
    """Units, posts and people of a day as a workbook; records without a code are left out.

    It holds the numbers of people: whoever hands it out sees to it that HR alone gets it.
    """
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, AS_TEXT)
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    for sheet in OF_AN_AGENCY:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, WIDTH, text)
        write(page, 0, [column.name for column in sheet.columns], bold)
        for line, cells in enumerate(_rows(sheet, agency, on), start=1):
            write(page, line, _shown(sheet, cells), text)
    book.close()
    return memory.getvalue()


def _shown(sheet: Sheet, cells: Iterable[str]) -> list[str]:
    return [column.shown(cell) for column, cell in zip(sheet.columns, cells, strict=True)]


def _rows(sheet: Sheet, agency: Agency, on: date) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[sheet.kind], {"agency": agency.pk, "day": on})
        while found := cursor.fetchmany(_CHUNK):
            yield from found
