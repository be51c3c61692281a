"""Agencies from a sheet: what an administrator brings. Recognised by their code."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from cycles.models import Agency
from cycles.services.imports.dryrun import ADDED, CHANGED, DryRun, Ids, Once, missing
from cycles.services.imports.reading import Table
from cycles.sheets import AGENCY

_FIELDS: Final = {"nama_instansi": "name", "nama_singkat": "short_name", "zona_waktu": "zone"}
INSERT: Final = """
INSERT INTO cycles_agency (id, public_id, code, name, short_name, zone, calendar_version)
SELECT (undo->>'id')::bigint, gen_random_uuid(), key, data->>'nama_instansi',
    data->>'nama_singkat', data->>'zona_waktu', 1
FROM cycles_importrow WHERE run_id = %s AND outcome = 'added'
"""
UPDATE: Final = """
UPDATE cycles_agency a SET name = coalesce(r.data->>'nama_instansi', a.name),
    short_name = coalesce(r.data->>'nama_singkat', a.short_name),
    zone = coalesce(r.data->>'zona_waktu', a.zone)
FROM cycles_importrow r
WHERE r.run_id = %s AND r.outcome = 'changed' AND a.id = (r.undo->>'id')::bigint
"""
RESTORE: Final = """
UPDATE cycles_agency a SET name = r.undo->'was'->>'name',
    short_name = r.undo->'was'->>'short_name', zone = r.undo->'was'->>'zone'
FROM cycles_importrow r
WHERE r.run_id = %s AND r.outcome = 'changed' AND a.id = (r.undo->>'id')::bigint
"""
REMOVE: Final = """
DELETE FROM cycles_agency a USING cycles_importrow r
WHERE r.run_id = %s AND r.outcome = 'added' AND a.id = (r.undo->>'id')::bigint
"""


def check_agencies(table: Table, dry: DryRun) -> None:
    ids, once = Ids("cycles_agency"), Once()
    known = {agency.code: agency for agency in Agency.objects.all()}
    for rows in dry.chunks(table):
        for row in rows:
            code = row.key = row.data.get("kode_instansi", "")
            row.label = row.data.get("nama_instansi", "")
            if not code:
                row.fault("kode_instansi", _("Write the agency's code."))
                continue
            once(code, row, "kode_instansi")
            agency = known.get(code)
            if agency is None:
                row.problems += [missing(name) for name in _FIELDS if name not in row.data]
                row.outcome, row.undo = ADDED, {"id": ids.take(), "new": True}
                continue
            row.label = row.label or agency.name
            for column, field in _FIELDS.items():
                old = getattr(agency, field)
                if row.data.get(column, old) != old:
                    shown = AGENCY[column].shown
                    row.change(column, shown(old), shown(row.data[column]))
            if row.changes:
                row.outcome = CHANGED
                row.undo = {
                    "id": agency.pk,
                    "was": {field: getattr(agency, field) for field in _FIELDS.values()},
                }
        dry.write("agency", rows)


def write_agencies(run_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [run_id])
        cursor.execute(UPDATE, [run_id])


def unwrite_agencies(run_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RESTORE, [run_id])
        cursor.execute(REMOVE, [run_id])
