"""From events to deliveries: who hears of an act, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from notifications import catalogue
from notifications.catalogue import Telling, To
from notifications.enums import Group, Lasts
from notifications.services.batches import in_parts
from notifications.services.deliveries import Wanted, is_true, put, settle_bells
from notifications.services.recipients import Recipients
from workflow.enums import Party
from workflow.models import Event, TurnInterval

BATCH: Final = 500
# After this long, news of work stands in Jenjang only; what the law attaches to is still mailed.
MAIL_NEWS_FOR: Final = timedelta(days=3)

Intervals = Mapping[tuple[int, int], TurnInterval]


def tell_events(now: datetime, *, by_mail: bool = True) -> int:
    """Turn every event nobody has told of into deliveries; return how many events were handled.

    Safe beside itself: an event is locked while it is handled, and marked in the transaction
    that writes its deliveries. `by_mail=False` tells in Jenjang only (a year that was imported).
    """
    handled, last = 0, 0
    while ids := list(
        Event.objects.filter(handled_at=None, pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        last = ids[-1]
        handled += in_parts(ids, lambda part: _handle(part, now, by_mail), "event")
    return handled


def _handle(ids: Sequence[int], now: datetime, by_mail: bool) -> int:
    with transaction.atomic():
        events = list(
            Event.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=ids, handled_at=None)
            .select_related("case__agency")
            .order_by("pk")
        )
        if not events:
            return 0
        recipients = Recipients(now)
        recipients.prepare([event.case for event in events])
        ended = _intervals(events)
        put(
            [
                notice
                for event in events
                for notice in _notices(event, recipients, ended, now, by_mail)
            ],
            now,
        )
        Event.objects.filter(pk__in=[event.pk for event in events]).update(handled_at=now)
    settle_bells((event.case_id for event in events), now)
    return len(events)


def _intervals(events: Sequence[Event]) -> Intervals:
    """The turn that each event ended, if it ended one, by case and number. One query."""
    rows = TurnInterval.objects.filter(
        case__in={event.case_id for event in events},
        number__in={event.turn_number - 1 for event in events},
    )
    return {(row.case_id, row.number): row for row in rows}


def _notices(
    event: Event, recipients: Recipients, ended: Intervals, now: datetime, by_mail: bool
) -> Iterator[Wanted]:
    case, told = event.case, set()
    for telling in catalogue.tellings(event.kind, event.from_state, event.to_state):
        code = _code(telling, event)
        entry = catalogue.entry_of(code)
        if entry.lasts != Lasts.ALWAYS and not is_true(
            code, case, turn_number=event.turn_number, state=event.to_state
        ):
            continue
        is_fresh = now - event.at <= MAIL_NEWS_FOR
        for person in _people(telling, code, event, recipients, ended):
            if person in told or (person == event.actor_id and not telling.even_actor):
                continue
            told.add(person)
            yield Wanted(
                case=case,
                occasion=f"event:{event.pk}",
                rule=code,
                person_id=person,
                at=event.at,
                who_id=event.actor_id,
                reason=str(event.data.get("reason", "")) if telling.with_reason else "",
                by_mail=by_mail and (is_fresh or entry.group == Group.LEGAL),
                waits_for_morning=event.actor_id is None,
            )


def _code(telling: Telling, event: Event) -> str:
    """The notice's code; where no superior is left to decide, HR is asked to name somebody."""
    case = event.case
    if telling.code == "decision_waits" and case.turn_party == Party.HR:
        return "decider_missing"
    if telling.code == "objection_filed" and case.decider_id is None:
        return "decider_missing"
    return telling.code


def _people(
    telling: Telling, code: str, event: Event, recipients: Recipients, ended: Intervals
) -> list[int]:
    case = event.case
    if code == "decider_missing":
        return recipients.escalation_hr(case)
    if telling.to in {To.HOLDER, To.NAMED_HOLDER}:
        if telling.to == To.NAMED_HOLDER and case.turn_person_id is None:
            return []
        if code == "passed_on" and not _is_new_holder(event, ended):
            return []
        return recipients.holders(case)
    if telling.to == To.PREVIOUS:
        before = ended.get((case.pk, event.turn_number - 1))
        person = before.person_id if before is not None and before.cause == event.kind else None
    else:
        person = {
            To.EMPLOYEE: case.person_id,
            To.RATER: case.rater_id,
            To.EXPLAINER: case.rated_by_id,
            To.DECIDER: case.decider_id,
        }[telling.to]
    return [person] if person is not None else []


def _is_new_holder(event: Event, ended: Intervals) -> bool:
    """Whether the event gave the item to somebody else than before."""
    before = ended.get((event.case_id, event.turn_number - 1))
    return (
        before is not None
        and before.cause == event.kind
        and before.person_id != event.case.turn_person_id
    )
