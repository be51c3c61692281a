"""What became of each person when a cycle was opened, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cycles.enums import AbsenceKind
from cycles.models import Cycle, Person, Posting
from cycles.queries.lineup import AWAY, OFFICIAL, OTHER_PERSON, OTHER_POST, OTHER_UNIT
from workflow.enums import OpeningOutcome
from workflow.models import OpeningResult
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of

NO_RATER, NO_STAGE = "no_rater", "no_stage"
SENTENCES = {
    NO_RATER: _("No superior was found above this post."),
    NO_STAGE: _("The unit lacks the dates of a stage."),
    OFFICIAL: _("State officials rate and are not rated."),
    OTHER_UNIT: _("This cycle is not for people of this unit."),
    OTHER_POST: _("This cycle is not for this kind of post."),
    OTHER_PERSON: _("This cycle is not for this kind of employee."),
}


def sentence(reason: str) -> str:
    """Why somebody was left out or failed, as one sentence; "" for who was opened."""
    if reason.startswith(AWAY):
        kind = AbsenceKind(reason.removeprefix(AWAY))
        return str(_("Makes no plan now: %(kind)s.")) % {"kind": kind.label}
    return str(SENTENCES[reason]) if reason else ""


def is_reason(text: str) -> bool:
    """Whether a text is the code of a reason."""
    return text in SENTENCES or text.removeprefix(AWAY) in AbsenceKind.values


@dataclass(frozen=True)
class Tally:
    """How many had an outcome for a reason ("" for who was created)."""

    outcome: str
    reason: str
    number: int

    @property
    def sentence(self) -> str:
        return sentence(self.reason)


def tallies(cycle: Cycle) -> list[Tally]:
    """Outcomes with their reasons: failures first, then who was left out, then the created.

    One query.
    """
    rows = (
        OpeningResult.objects.filter(cycle=cycle)
        .values_list("outcome", "reason")
        .annotate(number=Count("id"))
    )
    order = {OpeningOutcome.FAILED: 0, OpeningOutcome.EXCLUDED: 1, OpeningOutcome.CREATED: 2}
    found = [Tally(*row) for row in rows]
    return sorted(found, key=lambda t: (order[OpeningOutcome(t.outcome)], -t.number, t.reason))


def results(
    cycle: Cycle,
    outcome: str = "",
    reason: str = "",
    cursor: Cursor = START,
    size: int = SIZE,
) -> Page[OpeningResult]:
    """What became of each, by name. One query."""
    return page_of(
        listed(cycle, outcome, reason),
        ("person__name", "person_id"),
        position(cursor),
        backwards=cursor.backwards,
        size=size,
    )


def listed(cycle: Cycle, outcome: str = "", reason: str = "") -> QuerySet[OpeningResult]:
    """The results of a cycle's openings with their people, narrowed to an outcome and a reason."""
    found = OpeningResult.objects.filter(cycle=cycle).select_related("person")
    if outcome:
        found = found.filter(outcome=outcome)
    return found.filter(reason=reason) if reason else found


def reasons_of(cycle: Cycle, people: list[int]) -> dict[int, str]:
    """Why each of these was not opened, as a sentence, by person. One query."""
    found = OpeningResult.objects.filter(cycle=cycle, person__in=people).exclude(reason="")
    return {person: sentence(reason) for person, reason in found.values_list("person", "reason")}


def position(cursor: Cursor) -> dict[str, Any] | None:
    """Where the cursor stands in a list by name; None at the start."""
    anchor = uuid_of(cursor.text)
    if anchor is None:
        return None
    person = Person.objects.filter(public_id=anchor)
    return {"person__name": Subquery(person.values("name")),
            "person_id": Subquery(person.values("pk"))}  # fmt: skip


def places(cycle: Cycle, people: list[int], on: date) -> dict[int, Posting]:
    """Where each of these people stands today, by person: the latest posting. One query."""
    postings = (
        Posting.objects.filter(agency_id=cycle.agency_id, person__in=people, starts_on__lte=on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .select_related("post__unit")
        .order_by("person_id", "starts_on", "id")
    )
    return {posting.person_id: posting for posting in postings}
