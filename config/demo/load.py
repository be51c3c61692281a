"""Rows of a demo agency from its facts: units, posts, people, accounts, its cycle of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from config.demo.world.specs import AgencySpec, MoveSpec
from cycles.enums import PostKind, StageKind
from cycles.models import (
    Absence,
    Acting,
    Agency,
    Cycle,
    IdentityNumber,
    Person,
    PersonKey,
    Post,
    Posting,
    Stage,
    Unit,
    User,
)
from cycles.rules import CycleRules
from cycles.services import superiors

YEAR = 2026


@dataclass
class Loaded:
    """An agency's rows by the keys of its facts."""

    spec: AgencySpec
    agency: Agency
    cycle: Cycle
    units: dict[str, Unit]
    posts: dict[str, Post]
    people: dict[str, Person]


@dataclass(frozen=True)
class Timing:
    """When the late stages of an agency's year fall."""

    opens: date
    self_due: date
    self_closes: date
    review_due: date
    review_closes: date
    # The check-ins: name, when it opens, is due, closes.
    checkins: tuple[tuple[str, date, date, date], ...]


def load(spec: AgencySpec, timing: Timing, rules: CycleRules) -> Loaded:
    """Write the agency; nothing in it has happened yet."""
    agency = Agency.objects.create(
        code=spec.code, name=spec.name, short_name=spec.short_name, zone=spec.zone
    )
    units = _units(spec, agency)
    posts = _posts(spec, agency, units)
    people = _people(spec, agency)
    later = {move.post for move in spec.moves}
    Posting.objects.bulk_create(
        Posting(agency=agency, person=people[p.key], post=posts[p.post], starts_on=p.since,
                ends_on=p.until)
        for p in spec.people
        if p.post not in later or not _moves_there(spec.moves, p.key)
    )  # fmt: skip
    Acting.objects.bulk_create(
        Acting(agency=agency, post=posts[a.post], person=people[a.person], kind=a.kind,
               letter=a.letter, starts_on=a.starts, ends_on=a.ends)
        for a in spec.actings
    )  # fmt: skip
    Absence.objects.bulk_create(
        Absence(agency=agency, person=people[e.person], kind=e.absence, starts_on=e.on,
                letter=e.authority)
        for e in spec.exclusions
        if e.absence
    )  # fmt: skip
    return Loaded(spec, agency, _cycle(agency, timing, rules), units, posts, people)


def _moves_there(moves: tuple[MoveSpec, ...], person: str) -> bool:
    return any(move.person == person for move in moves)


def _units(spec: AgencySpec, agency: Agency) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for fact in spec.units:  # parents come first
        parent = units[fact.parent] if fact.parent else None
        unit = Unit.objects.create(
            agency=agency, code=fact.key, name=fact.name, parent=parent, week=fact.week,
            depth=parent.depth + 1 if parent else 0,
        )  # fmt: skip
        unit.path = f"{parent.path if parent else ''}{unit.pk}."
        units[fact.key] = unit
    Unit.objects.bulk_update(units.values(), ["path"])
    return units


def _posts(spec: AgencySpec, agency: Agency, units: dict[str, Unit]) -> dict[str, Post]:
    posts = {
        fact.key: Post(agency=agency, unit=units[fact.unit], code=fact.key, title=fact.title,
                       kind=fact.kind, is_head=fact.is_head,
                       grade=fact.grade if fact.kind == PostKind.FUNGSIONAL else "")
        for fact in spec.posts
    }  # fmt: skip
    Post.objects.bulk_create(posts.values())
    for fact in spec.posts:
        if fact.superior:
            posts[fact.key].superior = posts[fact.superior]
    Post.objects.bulk_update(posts.values(), ["superior"])
    # Heads of offices report to the secretary: the city said so, the tree alone does not.
    given = [new.post_id for new in superiors.derivable(agency)]
    Post.objects.filter(pk__in=given).update(is_superior_given=True)
    return posts


def _people(spec: AgencySpec, agency: Agency) -> dict[str, Person]:
    people = {
        fact.key: Person(agency=agency, name=fact.name, kind=fact.kind, rank=fact.rank)
        for fact in spec.people
    }
    Person.objects.bulk_create(people.values())
    PersonKey.objects.bulk_create(
        PersonKey(agency=agency, person=person, key=f"{spec.code}-{number:04}")
        for number, person in enumerate(people.values(), start=1)
    )
    IdentityNumber.objects.bulk_create(
        IdentityNumber(person=people[fact.key], number=fact.nip,
                       kind="ni_pppk" if fact.kind == "pppk" else "nip")
        for fact in spec.people
        if fact.nip
    )  # fmt: skip
    User.objects.bulk_create(
        User(username=fact.username or f"{spec.domain.split('.')[0]}-{fact.key}",
             email=fact.email, person=people[fact.key], password=make_password(None))
        for fact in spec.people
    )  # fmt: skip
    return people


def _cycle(agency: Agency, timing: Timing, rules: CycleRules) -> Cycle:
    cycle = Cycle.objects.create(
        agency=agency, year=YEAR, name=f"Penilaian Kinerja {YEAR}",
        starts_on=date(YEAR, 1, 1), ends_on=date(YEAR, 12, 31), rules=rules.to_json(),
    )  # fmt: skip
    day = date
    rows = [
        (StageKind.PLANNING, 0, "Perencanaan", day(YEAR, 1, 2), day(YEAR, 1, 30),
         day(YEAR, 3, 31)),
        *((StageKind.CHECKIN, n, *days) for n, days in enumerate(timing.checkins, start=1)),
        (StageKind.SELF_ASSESSMENT, 0, "Penilaian diri", timing.opens, timing.self_due,
         timing.self_closes),
        (StageKind.REVIEW, 0, "Penilaian oleh atasan", timing.opens, timing.review_due,
         timing.review_closes),
        (StageKind.FINAL, 0, "Penetapan", timing.opens, day(YEAR, 12, 31), day(YEAR, 12, 31)),
    ]  # fmt: skip
    Stage.objects.bulk_create(
        Stage(cycle=cycle, kind=kind, number=number, name=name, opens_on=opens, due_on=due,
              closes_on=closes)
        for kind, number, name, opens, due, closes in rows
    )  # fmt: skip
    return cycle
