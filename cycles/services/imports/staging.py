"""The rows of a run as temporary tables, typed and small: what applying and undoing work from.

The dry run wrote them with the ids they will have; nothing is read from the file again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

_TABLES: Final = ("import_unit", "import_post", "import_person")
_UNITS: Final = """
CREATE TEMP TABLE import_unit ON COMMIT DROP AS
SELECT number, outcome, (undo->>'id')::bigint AS id, undo ? 'new' AS is_new, key AS code,
    data->>'nama_unit' AS name, (undo->'to'->>'parent')::bigint AS parent_id,
    (data->>'hari_kerja')::smallint AS week,
    data ? 'tanggal_tutup' AS says_closed, nullif(data->>'tanggal_tutup', '')::date AS closed_on,
    undo->'was' AS was
FROM cycles_importrow WHERE run_id = %s AND kind = 'unit' AND outcome <> 'same'
"""
_POSTS: Final = """
CREATE TEMP TABLE import_post ON COMMIT DROP AS
SELECT number, outcome, (undo->>'id')::bigint AS id, undo ? 'new' AS is_new, key AS code,
    data->>'nama_jabatan' AS title, data->>'jenis_jabatan' AS kind, data->>'jenjang' AS grade,
    CASE WHEN data ? 'kepala_unit' THEN data->>'kepala_unit' = '1' END AS is_head,
    data->>'kode_jabatan_atasan' AS above, (undo->'to'->>'unit')::bigint AS unit_id,
    data ? 'tanggal_tutup' AS says_closed, nullif(data->>'tanggal_tutup', '')::date AS closed_on,
    undo->'was' AS was
FROM cycles_importrow WHERE run_id = %s AND kind = 'post' AND outcome <> 'same'
"""
_PEOPLE: Final = """
CREATE TEMP TABLE import_person ON COMMIT DROP AS
SELECT number, outcome, (undo->>'id')::bigint AS id, undo ? 'new' AS is_new,
    data->>'nama' AS name, data->>'jenis_pegawai' AS kind, data->>'golongan' AS rank,
    data->>'email' AS email, data->>'nip' AS digits, undo->'to'->>'number' AS digits_kind,
    undo->'to'->>'key' AS key, undo->'to'->>'login' AS login,
    (undo->'to'->>'post')::bigint AS post_id, (undo->'to'->>'from')::date AS starts_on,
    undo->'to' ? 'left' AS says_left, (undo->'to'->>'left')::date AS left_on,
    undo->'to'->'ends' AS ends, (undo->'to'->>'posting')::bigint AS posting_id,
    (undo->'to'->>'starts')::date AS posting_starts_on, undo->'was' AS was
FROM cycles_importrow WHERE run_id = %s AND kind = 'person' AND outcome <> 'same'
"""


@contextmanager
def staged(run_id: int) -> Iterator[None]:
    """Within the caller's transaction the temporary tables of a run exist."""
    with connection.cursor() as cursor:
        # Long statements over fresh tables: sorted in memory, not compiled first.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        for statement in (_UNITS, _POSTS, _PEOPLE):
            cursor.execute(statement, [run_id])
        for table in _TABLES:
            cursor.execute(f"ANALYZE {table}")
    yield
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DROP TABLE {table}")
