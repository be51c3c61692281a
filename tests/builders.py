"""A small agency with named people, and how far its year has gone. Used by every test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cycles.enums import PersonKind, PostKind, Role
from cycles.models import Agency, Cycle, Person, Post, Posting, RoleGrant, Stage, Unit, User
from cycles.rules import CycleRules
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import Actor, actor_of
from workflow.services.door import Outcome, advance
from workflow.services.opening import open_cycle

JANUARY = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)  # Monday, 09.00 WIB
APRIL = datetime(2026, 4, 7, 2, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)

PLAN = {
    "results": [
        {
            "id": "r1",
            "type": "main",
            "title": "Cakupan imunisasi dasar lengkap meningkat",
            "serves": "Derajat kesehatan masyarakat meningkat",
            "aspects": [
                {"aspect": "quantity", "indicator": "Bayi terimunisasi", "target": "240 bayi"}
            ],
        }
    ],
    "expectations": {"akuntabel": "Catatan imunisasi lengkap setiap hari"},
}
CHECKIN = {"items": {"r1": {"realisation": "118 bayi", "link": ""}}, "note": ""}
SELF_ASSESSMENT = {"items": {"r1": {"realisation": "251 bayi", "link": ""}}, "reflection": "Baik."}
RATING = {
    "work": "meets",
    "work_reason": "Target tercapai.",
    "behaviour": "meets",
    "behaviour_reason": "Ramah dan dapat diandalkan.",
}
OBJECTION = {"text": "Realisasi saya melampaui target.", "link": "https://bukti.example/1"}
EXPLANATION = {"text": "Target disesuaikan pada tengah tahun.", "link": ""}
STATEMENT = {"text": "Penyesuaian itu tidak tercatat.", "link": ""}


def person(agency: Agency, name: str, kind: str = PersonKind.PNS) -> Person:
    """A person with an account whose user name is the name in small letters."""
    someone = Person.objects.create(agency=agency, name=name, kind=kind, rank="Penata (III/c)")
    user = User(username=name.lower().replace(" ", "-"), person=someone)
    user.email = f"{user.username}@example.org"
    user.set_password("jenjang")
    user.save()
    return someone


def unit(agency: Agency, name: str, parent: Unit | None = None, week: int = 5) -> Unit:
    made = Unit.objects.create(
        agency=agency, name=name, parent=parent, week=week, depth=parent.depth + 1 if parent else 0
    )
    made.path = f"{parent.path if parent else ''}{made.pk}."
    made.save(update_fields=["path"])
    return made


def seat(
    holder: Person | None,
    in_unit: Unit,
    title: str,
    superior: Post | None = None,
    kind: str = PostKind.PELAKSANA,
    is_head: bool = False,
    since: date = date(2024, 1, 1),
) -> Post:
    post = Post.objects.create(
        agency=in_unit.agency, unit=in_unit, superior=superior, title=title, kind=kind,
        is_head=is_head,
    )  # fmt: skip
    if holder is not None:
        Posting.objects.create(agency=in_unit.agency, person=holder, post=post, starts_on=since)
    return post


def actor(of: Person, on: date = date(2026, 6, 1)) -> Actor:
    return actor_of(User.objects.get(person=of), on)


STAGES = [
    ("planning", 0, "Perencanaan", (1, 2), (1, 30), (3, 31)),
    ("checkin", 1, "Triwulan I", (4, 1), (4, 15), (5, 29)),
    ("checkin", 2, "Tengah tahun", (7, 1), (7, 15), (8, 31)),
    ("self_assessment", 0, "Penilaian diri", (11, 2), (11, 16), (11, 30)),
    ("review", 0, "Penilaian", (11, 2), (12, 4), (12, 18)),
    ("final", 0, "Penetapan", (11, 2), (12, 31), (12, 31)),
]


@dataclass
class Town:
    """One agency: mayor → head of office → head of section (rater) → employee; HR beside."""

    agency: Agency
    cycle: Cycle
    office: Unit
    section: Unit
    mayor: Person
    superior: Person
    rater: Person
    employee: Person
    colleague: Person
    hr: Person
    hr_second: Person
    posts: dict[str, Post]
    observer: User
    admin: User
    moments: dict[str, datetime] = field(default_factory=dict)

    def case(self, of: Person | None = None) -> Case:
        return Case.objects.get(cycle=self.cycle, person=of or self.employee)

    def act(
        self, who: Person, action: str, now: datetime, of: Person | None = None, **data: Any
    ) -> Outcome:
        return advance(self.case(of).pk, action, actor=actor(who, now.date()), data=data, now=now)


def town(
    code: str = "36.74",
    name: str = "Kota Tangerang Selatan",
    zone: str = "Asia/Jakarta",
    prefix: str = "",
    rules: CycleRules | None = None,
    opened: datetime | None = JANUARY,
) -> Town:
    """Build it; with `opened`, its cycle of 2026 is open and everybody is planning."""
    agency = Agency.objects.create(code=code, name=f"Pemerintah {name}", short_name=name, zone=zone)
    root = unit(agency, f"{prefix}Pemerintah Kota")
    office = unit(agency, f"{prefix}Dinas Kesehatan", root)
    section = unit(agency, f"{prefix}Puskesmas Pamulang", office)
    bureau = unit(agency, f"{prefix}BKPSDM", root)
    people = {
        key: person(agency, f"{prefix}{label}", kind)
        for key, label, kind in [
            ("mayor", "Wali", PersonKind.OFFICIAL),
            ("superior", "Atasan", PersonKind.PNS),
            ("rater", "Penilai", PersonKind.PNS),
            ("employee", "Pegawai", PersonKind.PNS),
            ("colleague", "Rekan", PersonKind.PPPK),
            ("hr", "Sdm", PersonKind.PNS),
            ("hr_second", "Sdm Dua", PersonKind.PNS),
        ]
    }
    posts: dict[str, Post] = {}
    posts["mayor"] = seat(people["mayor"], root, "Wali Kota", None, PostKind.STATE_OFFICIAL, True)
    posts["superior"] = seat(people["superior"], office, "Kepala Dinas Kesehatan", posts["mayor"],
                             PostKind.JPT_PRATAMA, True)  # fmt: skip
    posts["rater"] = seat(people["rater"], section, "Kepala Puskesmas", posts["superior"],
                          PostKind.PENGAWAS, True)  # fmt: skip
    posts["employee"] = seat(people["employee"], section, "Bidan Ahli Pertama", posts["rater"],
                             PostKind.FUNGSIONAL)  # fmt: skip
    posts["colleague"] = seat(people["colleague"], section, "Perawat Terampil", posts["rater"],
                              PostKind.FUNGSIONAL)  # fmt: skip
    posts["hr"] = seat(people["hr"], bureau, "Kepala BKPSDM", posts["mayor"], PostKind.JPT_PRATAMA,
                       True)  # fmt: skip
    posts["hr_second"] = seat(people["hr_second"], bureau, "Analis SDM Aparatur", posts["hr"])
    for key in ("hr", "hr_second"):
        RoleGrant.objects.create(user=people[key].user, role=Role.HR, agency=agency)
    observer = User.objects.create(username=f"{prefix}pengamat".lower())
    RoleGrant.objects.create(user=observer, role=Role.OBSERVER, agency=agency)
    admin = User.objects.create(username=f"{prefix}admin".lower())
    RoleGrant.objects.create(user=admin, role=Role.ADMIN)
    for account in (observer, admin):
        account.set_password("jenjang")
        account.save()
    cycle = Cycle.objects.create(
        agency=agency, year=2026, name=f"SKP 2026 {name}", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), rules=(rules or CycleRules()).to_json(),
    )  # fmt: skip
    Stage.objects.bulk_create(
        Stage(cycle=cycle, kind=kind, number=number, name=label, opens_on=date(2026, *opens),
              due_on=date(2026, *due), closes_on=date(2026, *closes))
        for kind, number, label, opens, due, closes in STAGES
    )  # fmt: skip
    if opened is not None:
        open_cycle(cycle, now=opened)
    return Town(agency=agency, cycle=cycle, office=office, section=section, posts=posts,
                observer=observer, admin=admin, **people)  # fmt: skip


def bring_to(place: Town, state: State, of: Person | None = None) -> Case:
    """Play the year through the door until the employee's case stands in a state."""
    steps: list[tuple[State, Person, str, datetime, dict[str, Any]]] = [
        (State.PLAN_REVIEW, of or place.employee, "submit", JANUARY, {"body": PLAN}),
        (State.MONITORING, place.rater, "approve", JANUARY, {}),
        (State.CHECKIN_REVIEW, of or place.employee, "submit_checkin", APRIL, {"body": CHECKIN}),
    ]
    if state == State.PLANNING:
        return place.case(of)
    for reached, who, action, when, data in steps:
        place.act(who, action, when, of, **data)
        if reached == state:
            return place.case(of)
    place.act(place.rater, "approve", APRIL, of)
    if state == State.EXCLUDED:
        place.act(place.hr, "exclude", APRIL, of, authority="leave", reason="CLTN")
        return place.case(of)
    from workflow.services.sweeps import open_assessments

    open_assessments(NOVEMBER)
    late: list[tuple[State, Person, str, dict[str, Any]]] = [
        (State.SUPERVISOR_REVIEW, of or place.employee, "submit", {"body": SELF_ASSESSMENT}),
        (State.DELIVERY, place.rater, "rate", {"body": RATING}),
        (State.ANNOUNCED, of or place.employee, "deliver", {}),
    ]
    if state == State.SELF_ASSESSMENT:
        return place.case(of)
    if state == State.RATING_REVIEW:
        # Needs a cycle whose rules send this predikat up a level.
        best = RATING | {"work": "above", "behaviour": "above"}
        late[1] = (State.RATING_REVIEW, place.rater, "rate", {"body": best})
    for reached, who, action, data in late:
        place.act(who, action, NOVEMBER, of, **data)
        if reached == state:
            return place.case(of)
    if state in {State.FINAL_APPROVAL, State.CLOSED}:
        place.act(of or place.employee, "accept", NOVEMBER, of)
        if state == State.CLOSED:
            place.act(place.hr, "settle", NOVEMBER, of)
        return place.case(of)
    place.act(of or place.employee, "object", NOVEMBER, of, body=OBJECTION)
    if state == State.OBJECTION_DECISION:
        place.act(place.rater, "explain", NOVEMBER, of, body=EXPLANATION)
        place.act(of or place.employee, "add_statement", NOVEMBER, of, body=STATEMENT)
    return place.case(of)
