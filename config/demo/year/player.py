"""One agency's people taking turns: finds who holds a case, and lets that person act."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from config.demo.load import YEAR, Loaded
from config.demo.world.plans import plans
from config.demo.world.specs import Plan
from cycles.models import Person, User
from cycles.queries.calendars import calendar_for
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import Actor, actor_of
from workflow.services.door import advance


class Player:
    """Plays acts for an agency in the order of the year."""

    def __init__(self, loaded: Loaded, hr: Person, seed: int = 7) -> None:
        self.loaded = loaded
        self.spec = loaded.spec
        self.hr = hr
        self.rng = Random(f"{seed}/{loaded.spec.code}")  # noqa: S311 - a play, not a secret
        self.zone = ZoneInfo(loaded.agency.zone)
        self.calendar = calendar_for(loaded.agency)
        self.plans: dict[str, Plan] = plans(self.spec)
        self.domain = self.spec.domain
        self._actors: dict[tuple[int, date], Actor] = {}
        self._users = {user.person_id: user for user in User.objects.filter(
            person__agency=loaded.agency)}  # fmt: skip
        self.cases: dict[str, int] = {}
        self.moved_to: set[str] = set()
        self.rounds = loaded.cycle.stages.filter(kind="checkin").count()
        self.draft_of = ""  # whose draft is sure to be begun

    def know_cases(self) -> None:
        """Learn which case belongs to which person."""
        keys = {person.pk: key for key, person in self.loaded.people.items()}
        for case_id, person_id in Case.objects.filter(cycle=self.loaded.cycle).values_list(
            "id", "person_id"
        ):
            self.cases[keys[person_id]] = case_id

    # --- when ----------------------------------------------------------------------------------

    def moment(self, first: date, last: date) -> datetime:
        """A moment of a working day in a span of days, in office hours."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        working = [day for day in days if self.calendar.is_working_day(day)] or days
        return self.at(self.rng.choice(working))

    def at(self, day: date) -> datetime:
        hour, minute = self.rng.randint(8, 15), self.rng.randint(0, 59)
        return datetime.combine(day, time(hour, minute), self.zone)

    def after(self, moment: datetime, least: int, most: int) -> datetime:
        """A moment some days later, moved on to a working day."""
        day = (moment + timedelta(days=self.rng.randint(least, most))).astimezone(self.zone).date()
        while not self.calendar.is_working_day(day):
            day += timedelta(days=1)
        later = self.at(day)
        return later if later > moment else moment + timedelta(minutes=self.rng.randint(20, 90))

    # --- who -----------------------------------------------------------------------------------

    def actor(self, person_id: int, when: datetime) -> Actor:
        day = when.astimezone(self.zone).date()
        if (person_id, day) not in self._actors:
            self._actors[person_id, day] = actor_of(self._users[person_id], day)
        return self._actors[person_id, day]

    def act(self, key: str, action: str, when: datetime, **data: Any) -> Case:
        """Let the one whose turn it is do an act on a person's case."""
        case = Case.objects.only("turn_person", "turn_party", "person", "state").get(
            pk=self.cases[key]
        )
        holder = case.turn_person_id or self.hr.pk
        return self._act(key, action, when, holder, data)

    def employee(self, key: str, action: str, when: datetime, **data: Any) -> Case:
        return self._act(key, action, when, self.loaded.people[key].pk, data)

    def person(self, key: str, person_id: int, action: str, when: datetime, **data: Any) -> Case:
        return self._act(key, action, when, person_id, data)

    def office(self, key: str, action: str, when: datetime, **data: Any) -> Case:
        """An act of HR."""
        return self._act(key, action, when, self.hr.pk, data)

    def _act(
        self, key: str, action: str, when: datetime, person_id: int, data: dict[str, Any]
    ) -> Case:
        outcome = advance(
            self.cases[key], action, actor=self.actor(person_id, when), data=data, now=when
        )
        return outcome.case

    def state(self, key: str) -> State:
        return State(Case.objects.filter(pk=self.cases[key]).values_list("state", flat=True).get())

    def everyone(self) -> list[str]:
        """The people with an appraisal, in a fixed order."""
        return [person.key for person in self.spec.people if person.key in self.cases]

    def plan(self, key: str) -> Plan:
        """What a person's plan says; after a transfer the plan of the new post."""
        return self.plans.get(key) or next(iter(self.plans.values()))


def day(month: int, number: int) -> date:
    return date(YEAR, month, number)
