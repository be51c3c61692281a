"""A digest of an agency's records: what a dry run said holds as long as this is the same."""

from __future__ import annotations

from typing import Final

from django.db import connection

# Sums of hashes: whatever the order of rows, one pass over each table, nothing sent.
_OF_AGENCY: Final = """
SELECT encode(sha256(convert_to(concat_ws('|',
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(id, code, name, parent_id, week, closed_on)::text, 0)), 0)
   FROM cycles_unit WHERE agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(id, code, title, kind, grade, unit_id, is_head, closed_on, is_superior_given,
          CASE WHEN is_superior_given THEN superior_id END)::text, 0)), 0)
   FROM cycles_post WHERE agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(id, name, kind, rank, left_on)::text, 0)), 0)
   FROM cycles_person WHERE agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(person_id, key)::text, 0)), 0)
   FROM cycles_personkey WHERE agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(n.id, n.person_id, n.number, n.is_current)::text, 0)), 0)
   FROM cycles_identitynumber n JOIN cycles_person p ON p.id = n.person_id
   WHERE p.agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(id, person_id, post_id, starts_on, ends_on)::text, 0)), 0)
   FROM cycles_posting WHERE agency_id = %(agency)s),
  (SELECT count(*) || ':' || coalesce(sum(hashtextextended(
      ROW(u.id, u.person_id, u.email)::text, 0)), 0)
   FROM cycles_user u JOIN cycles_person p ON p.id = u.person_id
   WHERE p.agency_id = %(agency)s)
), 'UTF8')), 'hex')
"""
_OF_AGENCIES: Final = """
SELECT encode(sha256(convert_to(count(*) || ':' || coalesce(sum(hashtextextended(
    ROW(id, code, name, short_name, zone)::text, 0)), 0), 'UTF8')), 'hex')
FROM cycles_agency
"""


def fingerprint(agency_id: int | None) -> str:
    """64 characters; without an agency, of the list of agencies. One statement."""
    with connection.cursor() as cursor:
        if agency_id is None:
            cursor.execute(_OF_AGENCIES)
        else:
            cursor.execute(_OF_AGENCY, {"agency": agency_id})
        return str(cursor.fetchone()[0])
