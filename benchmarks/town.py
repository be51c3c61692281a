"""An agency of any size written by SQL alone: units of twenty, each with its head, all employed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from cycles.models import Agency, Cycle, Stage
from cycles.rules import CycleRules

NOW = datetime.now(UTC) - timedelta(hours=1)
TEAM = 20
# (kind, number, days from today of opening, due and close).
STAGES = [
    ("planning", 0, -30, 10, 40), ("checkin", 1, 20, 40, 60), ("self_assessment", 0, 90, 100, 120),
    ("review", 0, 90, 130, 140), ("final", 0, 90, 150, 150),
]  # fmt: skip

_UNITS = """
WITH root AS (
    INSERT INTO cycles_unit (public_id, agency_id, code, name, path, depth, week)
    VALUES (gen_random_uuid(), %(agency)s, '', 'Induk', '', 0, 5) RETURNING id
), made AS (
    INSERT INTO cycles_unit (public_id, agency_id, parent_id, code, name, path, depth, week)
    SELECT gen_random_uuid(), %(agency)s, root.id, 'u' || n, 'Unit ' || n, '', 1,
        CASE WHEN n %% 9 = 0 THEN 6 ELSE 5 END
    FROM root, generate_series(1, %(units)s) n
) SELECT 1
"""
_PATHS = """
UPDATE cycles_unit SET path = coalesce(parent_id || '.', '') || id || '.'
WHERE agency_id = %(agency)s
"""
_POSTS = """
INSERT INTO cycles_post (public_id, agency_id, unit_id, is_superior_given, code, title, kind, grade,
    is_head)
SELECT gen_random_uuid(), %(agency)s, u.id, false, '',
    CASE WHEN n = 1 THEN 'Kepala ' || u.name ELSE 'Staf ' || n END,
    CASE WHEN u.depth = 0 THEN 'jpt_pratama' WHEN n = 1 THEN 'pengawas' ELSE 'pelaksana' END,
    '', n = 1
FROM cycles_unit u, generate_series(1, %(team)s) n
WHERE u.agency_id = %(agency)s AND (u.depth = 1 OR n = 1) ORDER BY u.id, n
"""
_SUPERIORS = """
UPDATE cycles_post p SET superior_id = head.id
FROM cycles_unit u, cycles_post head
WHERE p.agency_id = %(agency)s AND u.id = p.unit_id AND head.is_head
  AND head.unit_id = CASE WHEN p.is_head THEN u.parent_id ELSE u.id END AND head.id <> p.id
"""
_PEOPLE = """
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM cycles_post WHERE agency_id = %(agency)s
), people AS (
    INSERT INTO cycles_person (public_id, agency_id, name, kind, rank)
    SELECT gen_random_uuid(), %(agency)s, 'Orang ' || to_char(n, 'FM0000000'),
        CASE WHEN n %% 3 = 0 THEN 'pppk' ELSE 'pns' END, 'Penata (III/c)'
    FROM numbered ORDER BY n RETURNING id, name
), known AS (
    SELECT id, row_number() OVER (ORDER BY name) AS n FROM people
), accounts AS (
    INSERT INTO cycles_user (password, username, email, person_id, language, is_active)
    SELECT '!', %(code)s || '-' || n, 'o' || n || '@example.org', id, 'id', true FROM known
), numbers AS (
    INSERT INTO cycles_identitynumber (person_id, kind, number, is_current)
    SELECT id, 'nip', to_char(19700101 + n %% 280000, 'FM00000000') || to_char(n, 'FM0000000000'),
        true
    FROM known
)
INSERT INTO cycles_posting (agency_id, person_id, post_id, starts_on)
SELECT %(agency)s, known.id, numbered.id, DATE '2024-01-01'
FROM known JOIN numbered USING (n) ORDER BY n
"""


def build(size: int, code: str) -> Cycle:
    """A draft cycle of a new agency with about `size` people."""
    agency = Agency.objects.create(
        code=code, name=f"Instansi {code}", short_name=code, zone="Asia/Jakarta"
    )
    params = {"agency": agency.pk, "units": max(size // TEAM, 1), "team": TEAM, "code": code}
    with transaction.atomic(), connection.cursor() as cursor:
        # Freshly numbered rows have no statistics: joined one by one they would take minutes.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for statement in (_UNITS, _PATHS, _POSTS, _SUPERIORS, _PEOPLE):
            cursor.execute(statement, params)
    today = NOW.date()
    cycle = Cycle.objects.create(
        agency=agency, year=today.year, name=f"SKP {code}", starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=150), rules=CycleRules().to_json(),
    )  # fmt: skip
    Stage.objects.bulk_create(
        Stage(
            cycle=cycle, kind=kind, number=number, name=kind,
            opens_on=today + timedelta(days=opens), due_on=today + timedelta(days=due),
            closes_on=today + timedelta(days=closes),
        )
        for kind, number, opens, due, closes in STAGES
    )  # fmt: skip
    return cycle
