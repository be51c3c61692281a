"""Two openings at one instant, and one whose worker is killed: nobody twice, nobody forgotten."""

from __future__ import annotations

import threading
import time
from datetime import date

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Count

from cycles import audit, clock
from cycles.calendar import at_local
from cycles.enums import CycleStatus, JobKind, JobState
from cycles.models import Appraisal, Cycle, Job, LedgerEntry
from cycles.services import jobs
from tests.builders import JANUARY, Town, actor, person, seat, town
from tests.workflow.contest import contest
from workflow.models import Case, CounterDelta, Event, OpeningResult
from workflow.services.extension import extend_stage
from workflow.services.jobs import work_off
from workflow.services.opening import open_cycle
from workflow.services.timekeeping import change_time

pytestmark = pytest.mark.django_db(transaction=True)


def crowd(number: int) -> Town:
    place = town(opened=None)
    for n in range(number):
        seat(person(place.agency, f"Orang {n:02}"), place.section, f"Perawat {n}",
             place.posts["rater"], since=date(2024, 1, 1))  # fmt: skip
    return place


def everybody_once(place: Town, number: int) -> None:
    """One appraisal, case, ledger stream, event and result each; the counters agree."""
    assert Case.objects.filter(cycle=place.cycle).count() == number
    assert Appraisal.objects.filter(cycle=place.cycle).count() == number
    assert LedgerEntry.objects.filter(action="open", stream__startswith="appraisal:").count() == (
        number
    )
    assert Event.objects.filter(kind="open").count() == number
    assert not Event.objects.values("case").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert OpeningResult.objects.filter(outcome="created").count() == number
    assert sum(CounterDelta.objects.values_list("delta", flat=True)) == number
    assert list(audit.verify()) == []


@pytest.mark.parametrize("batch_size", [3, 1000])
def test_two_openings_at_one_instant_create_nobody_twice(batch_size):
    place = crowd(14)

    def opening():
        cycle = Cycle.objects.select_related("agency").get(pk=place.cycle.pk)
        return open_cycle(cycle, now=JANUARY, batch_size=batch_size)

    results = contest(opening, opening)
    for result in results:
        if isinstance(result, Exception):
            raise result
    assert sum(result.created for result in results) == 20
    everybody_once(place, 20)
    assert LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="open").count() == 1


def kill(pid: int) -> None:
    """End a database session from outside, as the system does with a killed worker's."""
    given = connection.get_connection_params()
    known = {key: given[key] for key in ("host", "port", "user", "password", "dbname")
             if key in given}  # fmt: skip
    with psycopg.connect(**known, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_killed_opening_is_taken_up_where_it_stopped():
    place = crowd(14)
    job = jobs.ask(JobKind.OPENING, author=place.hr.user, agency=place.agency, cycle=place.cycle)
    seen: list[int] = []
    died: list[Exception] = []

    def die_after_two_batches(done: int, _total: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                kill(cursor.fetchone()[0])

    def worker() -> None:
        try:
            Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
            cycle = Cycle.objects.select_related("agency").get(pk=place.cycle.pk)
            open_cycle(cycle, now=JANUARY, batch_size=5, job=job, say=die_after_two_batches)
        except OperationalError as lost:
            died.append(lost)
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    thread.join(timeout=60)
    assert len(died) == 1
    written = Case.objects.filter(cycle=place.cycle).count()
    assert 0 < written < 20
    assert Cycle.objects.get(pk=place.cycle.pk).status == CycleStatus.OPEN
    with clock.at(JANUARY):
        done = work_off(job.pk)
    assert done.state == JobState.DONE
    assert done.result["created"] == 20 - written
    everybody_once(place, 20)


def test_who_joins_while_a_stage_is_prolonged_begins_with_the_longer_time():
    """A late joiner's due was computed from dates that an extension changed at that instant."""
    place = town()
    newcomer = person(place.agency, "Orang Baru")
    seat(newcomer, place.section, "Perawat", place.posts["rater"], since=date(2026, 1, 2))
    cycle = Cycle.objects.select_related("agency").get(pk=place.cycle.pk)

    def opening() -> None:
        try:
            open_cycle(cycle, now=JANUARY, person_ids=[newcomer.pk])
        finally:
            connection.close()

    joining = threading.Thread(target=opening)
    with transaction.atomic():
        change_time([place.agency.pk])
        joining.start()
        wait_for_a_lock()
        extend_stage(
            place.cycle.stages.get(kind="planning"), due_on=date(2026, 2, 13), unit=place.office,
            reason="Jaringan kantor putus selama dua minggu.", actor=actor(place.hr), now=JANUARY,
        )  # fmt: skip
    joining.join()
    due = Case.objects.get(person=newcomer).due_at
    assert due == at_local("Asia/Jakarta", date(2026, 2, 14), 0)


def wait_for_a_lock() -> None:
    """Until somebody waits for an advisory lock."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("The opening did not wait for the change of dates.")
