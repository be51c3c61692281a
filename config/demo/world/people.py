"""Invented people for the seats of a city: age, rank, number and address that fit one another."""

from __future__ import annotations

import re
from datetime import date
from random import Random

from config.demo.world.names import invent
from config.demo.world.posts import Role
from config.demo.world.rows import Fixed
from config.demo.world.specs import PersonKind, PersonSpec, PostSpec, Sex

RANKS = {
    "II/a": "Pengatur Muda", "II/b": "Pengatur Muda Tingkat I", "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I", "III/a": "Penata Muda", "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata", "III/d": "Penata Tingkat I", "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I", "IV/c": "Pembina Utama Muda", "IV/d": "Pembina Utama Madya",
}  # fmt: skip
# Ranks usual in a post of this grade.
USUAL = {
    "II.a": ("IV/c", "IV/d"), "II.b": ("IV/b", "IV/c"), "III.a": ("IV/a", "IV/b"),
    "III.b": ("III/d", "IV/a"), "IV.a": ("III/c", "III/d"), "IV.b": ("III/b", "III/c"),
    "Ahli Madya": ("IV/a", "IV/b"), "Ahli Muda": ("III/c", "III/d"),
    "Ahli Pertama": ("III/a", "III/b"), "Mahir": ("III/a", "III/b"),
    "Terampil": ("II/c", "II/d"), "Kelas 7": ("III/a", "III/b"), "Kelas 6": ("II/c", "II/d"),
    "Kelas 5": ("II/a", "II/b"),
}  # fmt: skip
# Years of service after which a rank is usually held.
SERVICE = {
    "II/a": (2, 5), "II/b": (5, 10), "II/c": (2, 5), "II/d": (5, 9), "III/a": (2, 6),
    "III/b": (6, 11), "III/c": (10, 15), "III/d": (14, 20), "IV/a": (18, 26), "IV/b": (22, 29),
    "IV/c": (26, 32), "IV/d": (29, 33),
}  # fmt: skip
# The golongan in which a PPPK is taken on for such a post.
PPPK_RANKS = {
    "Ahli Pertama": "IX", "Terampil": "VII", "Kelas 7": "IX", "Kelas 6": "VII", "Kelas 5": "V",
}  # fmt: skip
PPPK_SHARE = 0.42


class Registry:
    """Gives out names, numbers and addresses, each only once in a world."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.names: set[str] = set()
        self._numbers: set[str] = set()
        self._addresses: set[str] = set()

    def number(self, birth: date, appointed: str, sex: Sex) -> str:
        """An 18-digit number. Sequences start at 901, beyond any that is really given out."""
        stem = f"{birth:%Y%m%d}{appointed}{'1' if sex == 'm' else '2'}"
        number = next(
            found for sequence in range(901, 1000)
            if (found := f"{stem}{sequence}") not in self._numbers
        )  # fmt: skip
        self._numbers.add(number)
        return number

    def address(self, name: str, domain: str) -> str:
        """An address in a domain that nobody can own (RFC 2606)."""
        words = re.sub(r"[^a-z ]", "", name.lower()).split()
        stem = f"{words[0]}.{words[-1]}" if len(words) > 1 else words[0]
        address, count = f"{stem}@{domain}", 1
        while address in self._addresses:
            count += 1
            address = f"{stem}{count}@{domain}"
        self._addresses.add(address)
        return address


def _day(rng: Random, year: int) -> date:
    return date(year, rng.randint(1, 12), rng.randint(1, 28))


def make_person(
    rng: Random,
    registry: Registry,
    *,
    city: str,
    domain: str,
    post: PostSpec,
    role: Role,
    fixed: Fixed | None,
) -> PersonSpec:
    """The person who holds a post when the registry's year begins."""
    year = registry.year
    sex: Sex = fixed.sex if fixed else ("f" if rng.random() < role.women else "m")
    plain = fixed.name if fixed else invent(rng, city, sex, registry.names)
    before, after = fixed.titles if fixed else rng.choice(role.titles)
    if before == "Drs." and sex == "f":
        before = "Dra."
    kind = _kind(rng, post, fixed)
    if kind == "official":
        birth, number, rank = _day(rng, year - rng.randint(48, 60)), "", ""
        since = date(year - 1, 2, 20)
    elif kind == "pppk":
        birth = _day(rng, year - rng.randint(27, 45))
        appointed = year - rng.randint(1, 5)
        # Digits 13-14 of a PPPK's number are no month.
        number = registry.number(birth, f"{appointed}{rng.choice((21, 22, 25))}", sex)
        rank, since = f"Golongan {PPPK_RANKS[post.grade]}", date(appointed, rng.randint(3, 11), 1)
    else:
        step = rng.choice(USUAL[post.grade])
        taken_on = year - rng.randint(*SERVICE[step])
        birth = _day(rng, taken_on - rng.randint(22, 26))
        if fixed and fixed.birth:
            birth = date(*fixed.birth)
            taken_on = birth.year + 24
        month = rng.choice((1, 2, 3, 4, 12))
        number = registry.number(birth, f"{taken_on}{month:02}", sex)
        rank = f"{RANKS[step]} ({step})"
        since = date(rng.randint(max(taken_on + 1, year - 6), year - 1), rng.randint(1, 10), 2)
    name = f"{before} {plain}".strip() + (f", {after}" if after else "")
    return PersonSpec(
        key=post.key,
        name=name,
        plain_name=plain,
        sex=sex,
        birth=birth,
        kind=kind,
        nip=number,
        rank=rank,
        post=post.key,
        since=since,
        until=None,
        email=registry.address(plain, domain),
        username=fixed.username if fixed else None,
    )


def _kind(rng: Random, post: PostSpec, fixed: Fixed | None) -> PersonKind:
    if post.kind == "state_official":
        return "official"
    if fixed and fixed.kind:
        return fixed.kind
    if post.grade in PPPK_RANKS and not post.is_head and rng.random() < PPPK_SHARE:
        return "pppk"
    return "pns"
