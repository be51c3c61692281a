"""Who is to be told: holders with their acting officials, HR's people, the next superior."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cycles.calendar import local_date
from cycles.enums import Role
from cycles.models import Acting, Posting, RoleGrant, User
from cycles.queries.officials import SeatIndex, powers_of
from notifications.enums import Group, Mode
from workflow.enums import Party
from workflow.models import Case
from workflow.permissions import POWERS


@dataclass(frozen=True)
class Account:
    """How a person can be reached and what they chose."""

    person_id: int
    email: str
    language: str
    reminders: str = Mode.EACH
    news: str = Mode.EACH

    def mode(self, group: str) -> str:
        """Which mails of a group the person wants; what the law attaches to is always mailed."""
        return {Group.REMINDER: self.reminders, Group.NEWS: self.news}.get(Group(group), Mode.EACH)


def accounts_of(person_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts of people in service, by person. One query."""
    rows = User.objects.filter(
        person__in=set(person_ids), is_active=True, person__left_on=None
    ).values_list(
        "person_id", "email", "language", "mail_preference__reminders", "mail_preference__news"
    )
    return {
        person_id: Account(person_id, email, language, reminders or Mode.EACH, news or Mode.EACH)
        for person_id, email, language, reminders, news in rows
        if person_id is not None
    }


class Recipients:
    """Answers for many cases at one now: asked once per agency or batch, then from memory."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._hr: dict[int, tuple[int, ...]] = {}
        self._seats: dict[int, SeatIndex] = {}
        self._hr_superiors: dict[int, tuple[int, ...]] = {}
        self._acting: dict[int, list[Acting]] = {}
        self._posts: dict[int, int] = {}

    def prepare(self, cases: Sequence[Case]) -> None:
        """Read the acting officials and own posts of a batch's holders. Two queries."""
        posts = {case.turn_post_id for case in cases if case.turn_post_id is not None}
        days = {self._today(case) for case in cases}
        self._acting = {}
        if not posts:
            rows = []
        else:
            rows = list(
                Acting.objects.filter(
                    post__in=posts, starts_on__lte=max(days), ends_on__gte=min(days)
                ).order_by("id")
            )
        for acting in rows:
            self._acting.setdefault(acting.post_id, []).append(acting)
        without_post = {
            case.turn_person_id for case in cases
            if case.turn_post_id is None and case.turn_person_id not in (None, case.person_id)
        }  # fmt: skip
        self._posts = self._own_posts(without_post, max(days)) if without_post else {}

    def holders(self, case: Case) -> list[int]:
        """Who can act now: the turn's person and acting officials, or the agency's HR.

        Never the assessed person for anybody else's turn.
        """
        if case.turn_party == Party.SYSTEM:
            return []
        if case.turn_person_id is None:
            return [person for person in self.hr_people(case.agency_id) if person != case.person_id]
        found = [case.turn_person_id]
        power, today = POWERS.get(Party(case.turn_party), ""), self._today(case)
        for acting in self._acting.get(case.turn_post_id or 0, []):
            if acting.starts_on <= today <= acting.ends_on and power in powers_of(acting):
                found.append(acting.person_id)
        if case.turn_party != Party.EMPLOYEE:
            found = [person for person in found if person != case.person_id]
        return list(dict.fromkeys(found))

    def hr_people(self, agency_id: int) -> tuple[int, ...]:
        """HR's people of an agency."""
        if agency_id not in self._hr:
            people = RoleGrant.objects.filter(
                role=Role.HR, agency_id=agency_id, user__is_active=True
            ).order_by("user__person_id")
            self._hr[agency_id] = tuple(
                person
                for person in people.values_list("user__person_id", flat=True)
                if person is not None
            )
        return self._hr[agency_id]

    def superiors(self, case: Case) -> list[int]:
        """The next superior of the holder who is neither holder nor assessed; else HR.

        For what HR holds, the next superiors of HR's people outside of HR.
        """
        if case.turn_person_id is None:
            found = list(self._superiors_of_hr(case))
        else:
            own_post = self._posts.get(case.turn_person_id)
            post = case.turn_post_id or (
                case.post_id if case.turn_party == Party.EMPLOYEE else own_post
            )
            barred = {case.turn_person_id, case.person_id}
            above = self._above(case, post, barred) if post is not None else None
            found = [above] if above is not None else []
        return found or self.escalation_hr(case)

    def escalation_hr(self, case: Case) -> list[int]:
        """HR's people but for the one who is assessed."""
        return [person for person in self.hr_people(case.agency_id) if person != case.person_id]

    def _today(self, case: Case) -> date:
        return local_date(case.agency.zone, self._now)

    def _index(self, case: Case) -> SeatIndex:
        if case.agency_id not in self._seats:
            self._seats[case.agency_id] = SeatIndex(case.agency_id, self._today(case))
        return self._seats[case.agency_id]

    def _above(self, case: Case, post_id: int, barred: set[int]) -> int | None:
        for seat in self._index(case).above(post_id):
            for person in (seat.holder_id, seat.acting_id):
                if person is not None and person not in barred:
                    return person
        return None

    def _superiors_of_hr(self, case: Case) -> tuple[int, ...]:
        if case.agency_id not in self._hr_superiors:
            people = set(self.hr_people(case.agency_id))
            posts = self._own_posts(people, self._today(case))
            above = (self._above(case, post, people) for post in posts.values())
            self._hr_superiors[case.agency_id] = tuple(
                dict.fromkeys(person for person in above if person is not None)
            )
        return tuple(p for p in self._hr_superiors[case.agency_id] if p != case.person_id)

    @staticmethod
    def _own_posts(people: set[int | None] | set[int], day: date) -> dict[int, int]:
        return dict(
            Posting.objects.filter(person__in=people, starts_on__lte=day)
            .filter(Q(ends_on=None) | Q(ends_on__gte=day))
            .order_by("-starts_on")
            .values_list("person_id", "post_id")
        )
