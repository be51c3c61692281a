"""What the database knows of the people, posts and numbers that a chunk of rows names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from django.db import connection

from cycles import nip
from cycles.services.imports.dryrun import text_of

_BY_KEY: Final = """
SELECT key, person_id FROM cycles_personkey WHERE agency_id = %s AND key = ANY(%s)
"""
_BY_NUMBER: Final = """
SELECT n.number, n.person_id FROM cycles_identitynumber n
JOIN cycles_person p ON p.id = n.person_id
WHERE p.agency_id = %s AND n.number = ANY(%s)
"""
_PEOPLE: Final = """
SELECT p.id, p.name, p.kind, p.rank, p.left_on, k.key, n.id, n.number, u.id, u.email,
    EXISTS (SELECT 1 FROM cycles_rolegrant g WHERE g.user_id = u.id)
FROM cycles_person p
LEFT JOIN cycles_personkey k ON k.person_id = p.id AND k.agency_id = p.agency_id
LEFT JOIN cycles_identitynumber n ON n.person_id = p.id AND n.is_current
LEFT JOIN cycles_user u ON u.person_id = p.id
WHERE p.agency_id = %s AND p.id = ANY(%s)
"""
_POSTINGS: Final = """
SELECT g.id, g.person_id, g.post_id, g.starts_on, g.ends_on, coalesce(nullif(p.code, ''), p.title)
FROM cycles_posting g JOIN cycles_post p ON p.id = g.post_id
WHERE g.agency_id = %s AND (g.person_id = ANY(%s) OR g.post_id = ANY(%s))
ORDER BY g.starts_on, g.id
"""
_NAMES: Final = """
SELECT p.id, p.name, n.number, EXISTS (SELECT 1 FROM cycles_personkey k WHERE k.person_id = p.id)
FROM cycles_person p
LEFT JOIN cycles_identitynumber n ON n.person_id = p.id AND n.is_current
WHERE p.agency_id = %s
"""
# Titles before and behind a name; what stands behind a comma always is one.
_TITLES: Final = re.compile(
    r"\b(?:dr|drg|drh|drs|dra|ir|prof|h|hj|kh|ust|ns|apt|a\.?md|s\.?[a-z]{1,4}|m\.?[a-z]{1,4})\."
)
_ALIKE: Final = 0.8


@dataclass(slots=True)
class Held:
    """A posting."""

    id: int
    person: int
    post: int
    starts_on: str
    ends_on: str
    code: str

    def lasts_to(self, day: str) -> bool:
        return not self.ends_on or self.ends_on >= day


@dataclass(slots=True)
class Known:
    """A person of the agency."""

    id: int
    name: str
    kind: str
    rank: str
    left_on: str
    key: str
    number_id: int | None
    number: str
    user_id: int | None
    email: str
    has_roles: bool
    held: list[Held] = field(default_factory=list)


@dataclass
class Lookup:
    """The answers for one chunk; a handful of queries whatever its size."""

    by_key: dict[str, int]
    by_number: dict[str, set[int]]
    people: dict[int, Known]
    holders: dict[int, list[Held]]


def look_up(
    agency_id: int,
    keys: list[str],
    numbers: list[str],
    posts: list[int],
    besides: Iterable[int] = (),
) -> Lookup:
    """Who has these keys and numbers, who holds these posts, and the people `besides`."""
    by_number: dict[str, set[int]] = {}
    people: dict[int, Known] = {}
    holders: dict[int, list[Held]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [agency_id, keys])
        by_key = dict(cursor.fetchall())
        cursor.execute(_BY_NUMBER, [agency_id, numbers])
        for number, person in cursor.fetchall():
            by_number.setdefault(number, set()).add(person)
        ids = set(by_key.values()).union(besides, *by_number.values())
        cursor.execute(_PEOPLE, [agency_id, list(ids)])
        for (
            id_,
            name,
            kind,
            rank,
            left_on,
            key,
            number_id,
            number,
            user,
            email,
            roles,
        ) in cursor.fetchall():
            people[id_] = Known(id_, name, kind, rank, text_of(left_on), key or "", number_id,
                                number or "", user, email or "", roles)  # fmt: skip
        if ids or posts:
            cursor.execute(_POSTINGS, [agency_id, list(ids), posts])
            wanted = set(posts)
            for id_, person, post, starts_on, ends_on, code in cursor.fetchall():
                held = Held(id_, person, post, str(starts_on), text_of(ends_on), code)
                if person in people:
                    people[person].held.append(held)
                if post in wanted:
                    holders.setdefault(post, []).append(held)
    return Lookup(by_key, by_number, people, holders)


class Namesakes:
    """People of the agency by name, read once and only when a row is recognised by nothing else."""

    def __init__(self, agency_id: int) -> None:
        self._agency_id = agency_id
        self._by_name: dict[str, list[tuple[int, str, bool]]] | None = None

    def of(self, name: str, number: str, has_key: bool) -> list[int]:
        """Who may be this very person under another number: no birth date and no key say no."""
        if self._by_name is None:
            self._by_name = {}
            with connection.cursor() as cursor:
                cursor.execute(_NAMES, [self._agency_id])
                for id_, known, known_number, known_key in cursor.fetchall():
                    self._by_name.setdefault(bare(known), []).append(
                        (id_, birth(known_number or ""), known_key)
                    )
        if not self._by_name:
            return []
        born = birth(number)
        return [
            id_
            for id_, known_birth, known_key in self._by_name.get(bare(name), ())
            if not (has_key and known_key) and (not born or not known_birth or born == known_birth)
        ]


def birth(number: str) -> str:
    return number[:8] if nip.birth_of(number) else ""


def bare(name: str) -> str:
    """A name as it is compared: without titles, accents and marks, in small letters."""
    plain = unicodedata.normalize("NFKD", name.split(",", 1)[0].casefold())
    plain = _TITLES.sub(" ", plain)
    return " ".join(re.sub(r"[^a-z ]", "", plain.replace(".", " ").replace("-", " ")).split())


def is_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: the same, a part of the other, or slips apart."""
    first, second = bare(one), bare(other)
    if first == second:
        return True
    if not first or not second:
        return False
    words, others = set(first.split()), set(second.split())
    if words <= others or others <= words:
        return True
    return SequenceMatcher(None, first, second).ratio() >= _ALIKE
