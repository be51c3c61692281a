"""The statements that write a run into the records, whole sets at a time, in this order."""

from __future__ import annotations

from typing import Final

# Every statement may name %(agency)s; none takes anything a person wrote as its text.
UNITS: Final = (
    """
    INSERT INTO cycles_unit
        (id, public_id, agency_id, parent_id, code, name, path, depth, week, closed_on)
    SELECT id, gen_random_uuid(), %(agency)s, parent_id, code, name, '', 0, coalesce(week, 5),
        closed_on
    FROM import_unit WHERE is_new
    """,
    """
    UPDATE cycles_unit u SET name = coalesce(i.name, u.name), parent_id = i.parent_id,
        week = coalesce(i.week, u.week),
        closed_on = CASE WHEN i.says_closed THEN i.closed_on ELSE u.closed_on END
    FROM import_unit i WHERE u.id = i.id AND NOT i.is_new
    """,
)
# Where each unit stands in the tree; only units whose place differs are written.
PATHS: Final = """
WITH RECURSIVE tree AS (
    SELECT id, id || '.' AS path, 0 AS depth FROM cycles_unit
    WHERE agency_id = %(agency)s AND parent_id IS NULL
    UNION ALL
    SELECT u.id, t.path || u.id || '.', t.depth + 1
    FROM cycles_unit u JOIN tree t ON u.parent_id = t.id
)
UPDATE cycles_unit u SET path = t.path, depth = t.depth
FROM tree t WHERE u.id = t.id AND (u.path, u.depth) IS DISTINCT FROM (t.path, t.depth)
"""
POSTS: Final = (
    # First nobody that changes is head: two seats of a unit may trade places.
    """
    UPDATE cycles_post p SET is_head = false
    FROM import_post i WHERE p.id = i.id AND NOT i.is_new AND p.is_head
    """,
    """
    UPDATE cycles_post p SET title = coalesce(i.title, p.title), kind = coalesce(i.kind, p.kind),
        grade = coalesce(i.grade, p.grade), unit_id = i.unit_id,
        is_head = coalesce(i.is_head, (i.was->>'is_head')::boolean),
        is_superior_given = coalesce(i.above <> '', p.is_superior_given),
        closed_on = CASE WHEN i.says_closed THEN i.closed_on ELSE p.closed_on END
    FROM import_post i WHERE p.id = i.id AND NOT i.is_new
    """,
    # New posts get their place below the tree's heads at once, as `services.superiors` derives it.
    """
    WITH RECURSIVE head AS (
        SELECT unit_id, id FROM cycles_post
        WHERE agency_id = %(agency)s AND is_head AND closed_on IS NULL
        UNION ALL
        SELECT unit_id, id FROM import_post WHERE is_new AND is_head AND closed_on IS NULL
    ), tree AS (
        SELECT u.id, h.id AS own, NULL::bigint AS above
        FROM cycles_unit u LEFT JOIN head h ON h.unit_id = u.id
        WHERE u.agency_id = %(agency)s AND u.parent_id IS NULL
        UNION ALL
        SELECT u.id, h.id, coalesce(t.own, t.above)
        FROM cycles_unit u JOIN tree t ON u.parent_id = t.id LEFT JOIN head h ON h.unit_id = u.id
    )
    INSERT INTO cycles_post
        (id, public_id, agency_id, unit_id, superior_id, is_superior_given, code, title, kind,
         grade, is_head, closed_on)
    SELECT i.id, gen_random_uuid(), %(agency)s, i.unit_id,
        CASE WHEN coalesce(i.is_head, false) THEN t.above ELSE coalesce(t.own, t.above) END,
        coalesce(i.above, '') <> '', i.code, i.title, coalesce(i.kind, ''), coalesce(i.grade, ''),
        coalesce(i.is_head, false), i.closed_on
    FROM import_post i LEFT JOIN tree t ON t.id = i.unit_id WHERE i.is_new
    """,
    """
    UPDATE cycles_post p SET superior_id = s.id
    FROM import_post i JOIN cycles_post s ON s.agency_id = %(agency)s AND s.code = i.above
    WHERE p.id = i.id AND i.above <> ''
    """,
)
PEOPLE: Final = (
    """
    INSERT INTO cycles_person (id, public_id, agency_id, name, kind, rank, left_on)
    SELECT id, gen_random_uuid(), %(agency)s, name, kind, coalesce(rank, ''), NULL
    FROM import_person WHERE is_new
    """,
    """
    UPDATE cycles_person p SET name = coalesce(i.name, p.name), kind = coalesce(i.kind, p.kind),
        rank = coalesce(i.rank, p.rank),
        left_on = CASE WHEN i.says_left THEN i.left_on ELSE p.left_on END
    FROM import_person i WHERE p.id = i.id AND NOT i.is_new
    """,
    """
    INSERT INTO cycles_personkey (agency_id, person_id, key)
    SELECT %(agency)s, id, key FROM import_person WHERE key IS NOT NULL
    """,
)
NUMBERS: Final = (
    """
    UPDATE cycles_identitynumber n SET is_current = false
    FROM import_person i
    WHERE n.person_id = i.id AND n.is_current AND i.digits_kind IS NOT NULL AND NOT i.is_new
    """,
    # A former number that is right after all comes back.
    """
    UPDATE cycles_identitynumber n SET is_current = true, kind = i.digits_kind
    FROM import_person i
    WHERE n.person_id = i.id AND n.number = i.digits AND i.digits_kind IS NOT NULL
        AND NOT i.is_new
    """,
    """
    INSERT INTO cycles_identitynumber (person_id, kind, number, is_current)
    SELECT i.id, i.digits_kind, i.digits, true FROM import_person i
    WHERE i.digits_kind IS NOT NULL AND i.is_new
    """,
    """
    INSERT INTO cycles_identitynumber (person_id, kind, number, is_current)
    SELECT i.id, i.digits_kind, i.digits, true FROM import_person i
    WHERE i.digits_kind IS NOT NULL AND NOT i.is_new AND NOT EXISTS (
        SELECT 1 FROM cycles_identitynumber n WHERE n.person_id = i.id AND n.number = i.digits)
    """,
)
ACCOUNTS: Final = (
    # Names are given to one import after the other.
    "SELECT pg_advisory_xact_lock(hashtext('cycles_user_names'))",
    # One pass over the names there are, whatever the planner takes their number for.
    "SET LOCAL enable_nestloop = off",
    # "siti.aminah", and if that is taken "siti.aminah2": after the highest number there is.
    """
    WITH wanted AS (
        SELECT id, email, login, row_number() OVER (PARTITION BY login ORDER BY number) AS place
        FROM import_person WHERE login IS NOT NULL
    ), taken AS (
        SELECT stem, max(CASE WHEN digits = '' THEN 1 ELSE digits::bigint END) AS last
        FROM (
            SELECT rtrim(username, '0123456789') AS stem,
                substr(username, length(rtrim(username, '0123456789')) + 1) AS digits
            FROM cycles_user
        ) u
        WHERE length(digits) <= 9 AND stem IN (SELECT login FROM wanted) GROUP BY stem
    )
    INSERT INTO cycles_user (password, username, email, person_id, language, is_active)
    SELECT '!' || replace(gen_random_uuid()::text, '-', ''),
        CASE WHEN t.last IS NULL AND w.place = 1 THEN w.login
             ELSE w.login || (coalesce(t.last, 0) + w.place) END,
        coalesce(w.email, ''), w.id, 'id', true
    FROM wanted w LEFT JOIN taken t ON t.stem = w.login
    """,
    "SET LOCAL enable_nestloop = on",
    """
    UPDATE cycles_user u SET email = i.email
    FROM import_person i WHERE u.person_id = i.id AND i.email IS NOT NULL AND i.was ? 'email'
    """,
)
POSTINGS: Final = (
    """
    UPDATE cycles_posting g SET ends_on = (e.value->>1)::date
    FROM import_person i, jsonb_array_elements(i.ends) e
    WHERE g.id = (e.value->>0)::bigint AND g.agency_id = %(agency)s
    """,
    """
    UPDATE cycles_posting g SET starts_on = i.posting_starts_on
    FROM import_person i WHERE g.id = i.posting_id AND g.agency_id = %(agency)s
    """,
    """
    INSERT INTO cycles_posting (agency_id, person_id, post_id, starts_on, ends_on)
    SELECT %(agency)s, id, post_id, starts_on, NULL FROM import_person WHERE post_id IS NOT NULL
    """,
)
# Rows that change are locked before the comparison with what the dry run saw.
LOCKS: Final = (
    "SELECT 1 FROM cycles_unit u JOIN import_unit i ON i.id = u.id AND NOT i.is_new"
    " ORDER BY u.id FOR NO KEY UPDATE OF u",
    "SELECT 1 FROM cycles_post p JOIN import_post i ON i.id = p.id AND NOT i.is_new"
    " ORDER BY p.id FOR NO KEY UPDATE OF p",
    "SELECT 1 FROM cycles_person p JOIN import_person i ON i.id = p.id AND NOT i.is_new"
    " ORDER BY p.id FOR NO KEY UPDATE OF p",
)
