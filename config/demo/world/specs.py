"""What the demo's two agencies are made of, as plain facts. Keys are unique within an agency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

UnitKind = Literal[
    "agency", "secretariat", "office", "division", "clinic", "school", "district", "ward"
]
Sex = Literal["m", "f"]
PersonKind = Literal["pns", "pppk", "official"]
Grade = Literal["above", "meets", "below"]  # a rating, as cycles.scoring.Rating stores it


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A unit; `week` is its number of working days, `group` the trade its plans are about."""

    key: str
    name: str
    kind: UnitKind
    parent: str | None
    week: int
    group: str

    @property
    def place(self) -> str:
        """The name without what the unit is: "Pamulang" of "Puskesmas Pamulang"."""
        for word in ("Puskesmas ", "Kecamatan ", "Kelurahan ", "Pemerintah "):
            if self.name.startswith(word):
                return self.name.removeprefix(word)
        return self.name


@dataclass(frozen=True, slots=True)
class PostSpec:
    """One seat. `grade` is the eselon, the functional level or the class of the post."""

    key: str
    unit: str
    title: str
    kind: str
    is_head: bool
    grade: str
    superior: str | None
    profile: str


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """An invented person. `post` is held from `since`; `until` is the last day, if there is one."""

    key: str
    name: str
    plain_name: str
    sex: Sex
    birth: date
    kind: PersonKind
    nip: str
    rank: str
    post: str
    since: date
    until: date | None
    email: str
    username: str | None


@dataclass(frozen=True, slots=True)
class ActingSpec:
    """An acting official: Plt for a vacant post, Plh for a holder who is away."""

    post: str
    person: str
    kind: Literal["plt", "plh"]
    letter: str
    starts: date
    ends: date
    why: str


@dataclass(frozen=True, slots=True)
class MoveSpec:
    """A transfer during the year to a post that is empty until then."""

    person: str
    post: str
    on: date
    letter: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExclusionSpec:
    """Somebody who leaves the cycle, under which authority; `absence` if they are away for long."""

    person: str
    on: date
    authority: str
    reason: str
    absence: str = ""


@dataclass(frozen=True, slots=True)
class AgencySpec:
    code: str
    name: str
    short_name: str
    province: str
    zone: str
    domain: str
    units: tuple[UnitSpec, ...]
    posts: tuple[PostSpec, ...]
    people: tuple[PersonSpec, ...]
    actings: tuple[ActingSpec, ...]
    moves: tuple[MoveSpec, ...]
    exclusions: tuple[ExclusionSpec, ...]

    def unit(self, key: str) -> UnitSpec:
        return next(unit for unit in self.units if unit.key == key)

    def post(self, key: str) -> PostSpec:
        return next(post for post in self.posts if post.key == key)

    def person(self, key: str) -> PersonSpec:
        return next(person for person in self.people if person.key == key)

    def holder(self, post: str) -> PersonSpec | None:
        """Who holds a post at the beginning of the year; None if it is vacant."""
        return next((person for person in self.people if person.post == post), None)


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """A demo account on the login page. `person` is (agency code, person key), if it has one."""

    username: str
    name: str
    about: str
    email: str
    role: Literal["", "hr", "observer", "admin"]
    agencies: tuple[str, ...]
    person: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator aims at: "paling lama 15 menit", "240 bayi", "tanggal 5 setiap bulan"."""

    text: str
    amount: int | None = None
    unit: str = ""
    is_ceiling: bool = False  # less is better


@dataclass(frozen=True, slots=True)
class Aspect:
    aspect: Literal["quantity", "quality", "time", "cost"]
    indicator: str
    target: Target


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    type: Literal["main", "additional"]
    theme: str
    title: str
    serves: str
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan in words; `body()` is the JSON of the document."""

    results: tuple[Result, ...]
    expectations: dict[str, str]

    def body(self) -> dict[str, object]:
        """The body of a plan as `cycles.documents` keeps it."""
        return {
            "approach": "quantitative",
            "results": [
                {
                    "id": result.id,
                    "type": result.type,
                    "title": result.title,
                    "serves": result.serves,
                    "aspects": [
                        {"aspect": a.aspect, "indicator": a.indicator, "target": a.target.text}
                        for a in result.aspects
                    ],
                    "measures": "",
                }
                for result in self.results
            ],
            "expectations": dict(self.expectations),
        }
