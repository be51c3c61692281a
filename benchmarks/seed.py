"""An agency of any size, written set-based, and opened through the product's own door."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from cycles.models import Agency, Cycle, Person, Post, Posting, Stage, Unit, User
from cycles.rules import CycleRules
from workflow.models import Case
from workflow.permissions import Actor
from workflow.services.door import advance
from workflow.services.opening import open_cycle

PASSWORD = "bench-password"
TEAM = 20
NOW = datetime.now(UTC) - timedelta(hours=1)
TODAY = NOW.date()
PLAN = {
    "results": [
        {"id": f"r{n}", "type": "main", "title": f"Hasil kerja {n} tercapai", "serves": "Sasaran",
         "aspects": [{"aspect": "quantity", "indicator": "Jumlah layanan", "target": "240 berkas"},
                     {"aspect": "time", "indicator": "Waktu layanan", "target": "15 menit"}]}
        for n in range(1, 4)
    ],
    "expectations": {"akuntabel": "Catatan lengkap"},
}  # fmt: skip
# Days from today: planning runs, the assessment is far away.
STAGES = [
    ("planning", 0, -30, 10, 40), ("checkin", 1, 20, 40, 60), ("self_assessment", 0, 90, 100, 120),
    ("review", 0, 90, 130, 140), ("final", 0, 90, 150, 150),
]  # fmt: skip


@dataclass
class Seeded:
    agency: Agency
    cycle: Cycle
    rater: User
    rater_person: Person
    opening_seconds: float
    cases: int


def seed(size: int, team: int = TEAM, asked: int = 0) -> Seeded:
    """`size` people in units of `team`; `asked` extra people under one rater, who is returned."""
    agency = Agency.objects.create(
        code=f"b{size}", name=f"Instansi {size}", short_name=f"I{size}", zone="Asia/Jakarta"
    )
    root = Unit.objects.create(agency=agency, name="Induk")
    root.path = f"{root.pk}."
    root.save()
    number = max(size // team, 1)
    units = Unit.objects.bulk_create(
        Unit(agency=agency, parent=root, name=f"Unit {n}", depth=1) for n in range(number)
    )
    for unit in units:
        unit.path = f"{root.path}{unit.pk}."
    Unit.objects.bulk_update(units, ["path"], batch_size=2000)
    chief = Post.objects.create(agency=agency, unit=root, title="Kepala", kind="jpt_pratama",
                                is_head=True)  # fmt: skip
    heads = Post.objects.bulk_create(
        Post(agency=agency, unit=unit, superior=chief, title="Kepala Unit", kind="pengawas",
             is_head=True)
        for unit in units
    )  # fmt: skip
    staff = Post.objects.bulk_create(
        [
            Post(agency=agency, unit=unit, superior=head, title=f"Staf {n}", kind="pelaksana")
            for unit, head in zip(units, heads, strict=True)
            for n in range(team - 1 + (asked if unit is units[0] else 0))
        ],
        batch_size=5000,
    )
    posts = [chief, *heads, *staff]
    people = Person.objects.bulk_create(
        [Person(agency=agency, name=f"Orang {n:06}", kind="pns") for n in range(len(posts))],
        batch_size=5000,
    )
    User.objects.bulk_create(
        [User(username=f"b{size}-{n}", person=p, password="!") for n, p in enumerate(people)],
        batch_size=5000,
    )
    Posting.objects.bulk_create(
        [Posting(agency=agency, person=p, post=post, starts_on=date(2024, 1, 1))
         for p, post in zip(people, posts, strict=True)],
        batch_size=5000,
    )  # fmt: skip
    cycle = Cycle.objects.create(
        agency=agency, year=TODAY.year, name=str(TODAY.year), starts_on=TODAY - timedelta(days=30),
        ends_on=TODAY + timedelta(days=150), rules=CycleRules().to_json(),
    )  # fmt: skip
    Stage.objects.bulk_create(
        Stage(cycle=cycle, kind=kind, number=n, name=kind,
              **dict(zip(("opens_on", "due_on", "closes_on"),
                         (TODAY + timedelta(days=d) for d in days), strict=True)))
        for kind, n, *days in STAGES
    )  # fmt: skip
    start = time.perf_counter()
    opened = open_cycle(cycle, now=NOW)
    took = time.perf_counter() - start
    rater = User.objects.get(person=people[1])
    rater.password = make_password(PASSWORD)
    rater.save()
    return Seeded(agency, cycle, rater, people[1], took, opened.created)


def submit_plans(seeded: Seeded, number: int) -> list[Case]:
    """Hand in the plans of `number` people of the rater's team; their cases wait for the rater."""
    cases = list(
        Case.objects.filter(cycle=seeded.cycle, rater=seeded.rater_person, state="planning")[
            :number
        ]
    )
    for case in cases:
        advance(case.pk, "submit", actor=Actor(case.person_id), data={"body": PLAN}, now=NOW)
    return cases
