"""What an appraisal begins with – its first due, its round – computed once for all who share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cycles.calendar import Calendar, at_local, local_date
from cycles.enums import StageKind
from cycles.queries.calendars import PauseDays, calendar_for, pauses_for
from cycles.queries.stages import Timetable, timetable
from cycles.rules import CycleRules
from workflow import machine
from workflow.models import Case
from workflow.services.dues import basis_of
from workflow.services.move import Surroundings

# Number of the start of somebody whose unit lacks the dates of a stage.
NO_START = -1


@dataclass(frozen=True)
class Start:
    """The dates that a new case begins with."""

    due_at: datetime
    due_basis: dict[str, Any]
    round: int
    round_opens_at: datetime | None
    assessment_opens_at: datetime


class Starts:
    """The starts that occur in an opening, numbered. Units with equal dates and rules share one."""

    def __init__(self, around: Surroundings, now: datetime) -> None:
        self.around, self.now = around, now
        self.all: list[Start] = []
        self._numbers: dict[Any, int] = {}
        # Who has an extension of their own begins with dates of their own.
        self.prolonged = frozenset(
            person for *_rest, person, _path in around.extensions if person is not None
        )

    def number(self, path: str, week: int, person_id: int = 0) -> int:
        """The number of the start of people of a unit (or of one person); NO_START for none."""
        around = self.around
        dates = timetable(
            around.cycle, person_id=person_id, unit_path=path, stages=around.stages,
            extensions=around.extensions,
        )  # fmt: skip
        agency = around.cycle.agency
        rules, pauses = around.rules_for(path), pauses_for(agency, path)
        key = (dates, rules, week, pauses)
        if key not in self._numbers:
            try:
                start = self._start(dates, rules, calendar_for(agency, week), pauses)
            except LookupError:
                self._numbers[key] = NO_START
            else:
                self.all.append(start)
                self._numbers[key] = len(self.all) - 1
        return self._numbers[key]

    def _start(
        self,
        dates: Timetable,
        rules: CycleRules,
        calendar: Calendar,
        pauses: tuple[PauseDays, ...],
    ) -> Start:
        today = local_date(calendar, self.now)
        # Who joins late begins with the next round that is still due.
        rounds = [n for n in dates.rounds if dates.stage("checkin", n).due_on >= today]
        first = dates.stage("checkin", rounds[0]) if rounds else None
        number = first.number if first else max(dates.rounds, default=0) + 1
        basis = basis_of(
            Case(round=number),
            machine.FIRST,
            rules=rules,
            timetable=dates,
            calendar=calendar,
            now=self.now,
            returned=False,
            pauses=pauses,
        )
        assessment = dates.stage(StageKind.SELF_ASSESSMENT)
        return Start(
            due_at=basis.due(calendar).at,
            due_basis=basis.to_json(calendar),
            round=number,
            round_opens_at=at_local(calendar.zone, first.opens_on, 0) if first else None,
            assessment_opens_at=at_local(calendar.zone, assessment.opens_on, 0),
        )
