"""Acts at the same instant, from real threads with their own connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection

from cycles.exceptions import Refused
from cycles.models import Person
from tests.builders import Town, actor, person, seat
from workflow.services.door import Outcome, advance
from workflow.services.opening import open_cycle

Act = Callable[[], Outcome]


def staff(place: Town, number: int) -> list[Person]:
    """More employees of the rater, each with an open appraisal: one for every try."""
    people = []
    for n in range(number):
        someone = person(place.agency, f"Peserta {n}")
        seat(someone, place.section, f"Perawat {n}", place.posts["rater"], since=date(2024, 1, 1))
        people.append(someone)
    open_cycle(place.cycle, now=place.case().turn_since)
    return people


def doing(
    who: Person,
    case_id: int,
    action: str,
    now: datetime,
    *,
    key: str = "",
    turn: int | None = None,
    **data: Any,
) -> Act:
    """The act, with its actor already known, so that the threads meet at the door itself."""
    someone = actor(who, now.date())
    return lambda: advance(
        case_id, action, actor=someone, data=dict(data), key=key, expected_turn=turn, now=now
    )


def contest(*acts: Act) -> list[Outcome | Exception]:
    """What each act led to, all begun at one instant. A hanging thread fails the test."""
    start = threading.Barrier(len(acts))
    results: list[Outcome | Exception] = [RuntimeError("did not end")] * len(acts)

    def run(index: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            results[index] = act()
        except Exception as caught:
            results[index] = caught
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(index, act), daemon=True)
        for index, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "a thread waits for ever: a deadlock"
    return results


def winners(results: list[Outcome | Exception]) -> list[int]:
    """Which acts took place; every other one was refused with a sentence, or the test fails."""
    won = []
    for index, result in enumerate(results):
        if isinstance(result, Outcome):
            won.append(index)
        elif not isinstance(result, Refused):
            raise result
        else:
            assert result.reason.strip(), "a refusal says why"
    return won
