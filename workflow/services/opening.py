"""Opening a cycle: appraisals and cases for everyone who belongs, set-based and repeatable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cycles import clock, ledger
from cycles.calendar import at_local, local_date
from cycles.enums import CycleStatus, StageKind
from cycles.exceptions import Refused
from cycles.models import Appraisal, Cycle, Person, Posting, Segment
from cycles.queries.calendars import calendar_for
from cycles.queries.officials import SeatIndex
from cycles.queries.stages import timetable
from workflow import machine
from workflow.enums import Party
from workflow.models import Case, CounterDelta, Event
from workflow.permissions import SYSTEM, Actor
from workflow.queries.joiners import without_appraisal
from workflow.services.dues import basis_of
from workflow.services.move import Surroundings

BATCH = 1000
NO_RATER = _("No superior was found above this post.")


@dataclass(frozen=True)
class Opened:
    """How many appraisals were created, and by person why one was not."""

    created: int
    failed: dict[int, str]


def open_cycle(
    cycle: Cycle,
    *,
    actor: Actor = SYSTEM,
    person_ids: list[int] | None = None,
    now: datetime | None = None,
) -> Opened:
    """Open the cycle for everyone in a posting (or only `person_ids`); late joiners likewise.

    Doing it again creates nothing twice. A batch is all or nothing, so a killed run is taken up
    by the next one. Raises Refused for a closed cycle or one without its stages.
    """
    instant = now or clock.now()
    if cycle.status == CycleStatus.CLOSED:
        raise Refused(str(_("This cycle is closed.")))
    around = Surroundings(cycle)
    try:
        for kind in (StageKind.PLANNING, StageKind.SELF_ASSESSMENT, StageKind.REVIEW,
                     StageKind.FINAL):  # fmt: skip
            timetable(cycle, person_id=0, unit_path="", stages=around.stages,
                      extensions=[]).stage(kind)  # fmt: skip
    except LookupError:
        raise Refused(str(_("The cycle lacks the dates of a stage."))) from None
    today = local_date(calendar_for(cycle.agency), instant)
    seats = SeatIndex(cycle.agency_id, today)
    waiting = _candidates(cycle, today, person_ids)
    created = 0
    failed: dict[int, str] = {}
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        done, refused = _open_batch(batch, around, seats, actor, instant)
        created += done
        failed |= refused
    if cycle.status == CycleStatus.DRAFT:
        cycle.status, cycle.opened_at = CycleStatus.OPEN, instant
        cycle.save(update_fields=["status", "opened_at"])
    return Opened(created, failed)


def _candidates(cycle: Cycle, today: date, person_ids: list[int] | None) -> list[Posting]:
    postings = without_appraisal(cycle, today).select_related("person", "post__unit")
    if person_ids is not None:
        postings = postings.filter(person_id__in=person_ids)
    return list(postings)


def _open_batch(
    batch: list[Posting],
    around: Surroundings,
    seats: SeatIndex,
    actor: Actor,
    now: datetime,
) -> tuple[int, dict[int, str]]:
    cycle, agency = around.cycle, around.cycle.agency
    failed: dict[int, str] = {}
    able: list[tuple[Posting, int, int]] = []
    for posting in batch:
        found = next(
            (
                (person_id, seat.post_id)
                for seat in seats.above(posting.post_id)
                if (person_id := seat.person_for("rate", {posting.person_id})) is not None
            ),
            None,
        )
        if found is None:
            failed[posting.person_id] = str(NO_RATER)
        else:
            able.append((posting, *found))
    names = dict(
        Person.objects.filter(pk__in={rater for _, rater, _ in able}).values_list("id", "name")
    )
    titles = dict(
        Posting.objects.filter(post_id__in={post for *_, post in able}).values_list(
            "post_id", "post__title"
        )
    )
    with transaction.atomic():
        appraisals = Appraisal.objects.bulk_create(
            [
                Appraisal(agency=agency, cycle=cycle, person_id=posting.person_id)
                for posting, *_ in able
            ]
        )
        pairs = list(zip(able, appraisals, strict=True))
        Segment.objects.bulk_create(
            [
                Segment(
                    agency=agency,
                    appraisal=appraisal,
                    number=1,
                    unit_id=posting.post.unit_id,
                    post_id=posting.post_id,
                    rater_id=rater,
                    starts_on=max(posting.starts_on, cycle.starts_on),
                    person_name=posting.person.name,
                    rank=posting.person.rank,
                    post_title=posting.post.title,
                    unit_name=posting.post.unit.name,
                    rater_name=names.get(rater, ""),
                    rater_post_title=titles.get(rater_post, ""),
                )
                for (posting, rater, rater_post), appraisal in pairs
            ]
        )
        cases = Case.objects.bulk_create(
            [_case(posting, rater, rater_post, appraisal, around, now)
             for (posting, rater, rater_post), appraisal in pairs]
        )  # fmt: skip
        ledger.append(
            [
                ledger.Entry(
                    stream=f"appraisal:{case.appraisal_id}",
                    action="open",
                    at=now,
                    agency_id=agency.pk,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    to_state=machine.FIRST,
                    data={"machine": machine.VERSION, "template": cycle.template},
                )
                for case in cases
            ]
        )
        Event.objects.bulk_create(
            [
                Event(agency=agency, cycle=cycle, case=case, kind="open", actor_id=actor.person_id,
                      to_state=machine.FIRST, turn_number=1, at=now)
                for case in cases
            ]
        )  # fmt: skip
        CounterDelta.objects.bulk_create(
            CounterDelta(cycle=cycle, unit_id=unit, state=machine.FIRST, delta=count)
            for unit, count in Counter(case.unit_id for case in cases).items()
        )
    return len(cases), failed


def _case(
    posting: Posting,
    rater: int,
    rater_post: int,
    appraisal: Appraisal,
    around: Surroundings,
    now: datetime,
) -> Case:
    cycle, agency, unit = around.cycle, around.cycle.agency, posting.post.unit
    calendar = calendar_for(agency, unit.week)
    dates = timetable(cycle, person_id=posting.person_id, unit_path=unit.path,
                      stages=around.stages, extensions=around.extensions)  # fmt: skip
    today = local_date(calendar, now)
    # Who joins late begins with the next round that is still due.
    rounds = [n for n in dates.rounds if dates.stage("checkin", n).due_on >= today]
    first = dates.stage("checkin", rounds[0]) if rounds else None
    case = Case(
        agency=agency,
        cycle=cycle,
        appraisal=appraisal,
        person_id=posting.person_id,
        unit=unit,
        post_id=posting.post_id,
        turn_party=Party.EMPLOYEE,
        turn_person_id=posting.person_id,
        turn_since=now,
        rater_id=rater,
        rater_post_id=rater_post,
        round=first.number if first else max(dates.rounds, default=0) + 1,
        round_opens_at=at_local(agency.zone, first.opens_on, 0) if first else None,
        assessment_opens_at=at_local(
            agency.zone, dates.stage(StageKind.SELF_ASSESSMENT).opens_on, 0
        ),
    )
    basis = basis_of(
        case,
        machine.FIRST,
        rules=around.rules,
        timetable=dates,
        calendar=calendar,
        now=now,
        returned=False,
    )
    case.due_at = basis.due(calendar).at
    case.due_basis = basis.to_json(calendar)
    return case
