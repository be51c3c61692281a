"""Running deadlines counted again: as one by one, in a fixed number of statements, as previewed."""

from __future__ import annotations

import random
import threading
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from cycles import audit, clock
from cycles.calendar import Rule
from cycles.models import Agency, Extension, Holiday, LedgerEntry, Pause, Stage, Unit
from cycles.queries.calendars import forget_calendars, grounds_of
from cycles.rules import CycleRules
from cycles.services.holidays import DayOff
from tests.builders import JANUARY, NOVEMBER, PLAN, actor, bring_to, town
from tests.workflow.contest import contest, doing, staff
from workflow.enums import State
from workflow.models import Case, Event
from workflow.services import days_off, timekeeping
from workflow.services.days_off import Change
from workflow.services.dues import Basis, due_from_json, renewed
from workflow.services.extension import extend_stage
from workflow.services.recompute import Cause, Recount, Scope

WEDNESDAY = DayOff(date(2026, 1, 7), "Hari Jadi Kota")


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


@pytest.fixture
def place():
    return town()


def scatter(place, number: int, seed: int) -> list[Case]:
    """Cases whose clocks began at all hours of a month, under rules of every kind."""
    chance = random.Random(seed)
    staff(place, number)
    Unit.objects.filter(pk=place.section.pk).update(week=6)
    ground = grounds_of([place.agency])[place.agency.pk]
    cases = list(Case.objects.filter(cycle=place.cycle).select_related("unit").order_by("pk"))
    for case in cases:
        calendar = ground.calendar(case.unit.week)
        anchor = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
            minutes=chance.randrange(60 * 24 * 30)
        )
        kind = chance.choice(["working_days"] * 4 + ["calendar_days", "date"])
        rule = (
            Rule("date", on=date(2026, 2, chance.randrange(1, 28)))
            if kind == "date"
            else Rule(kind, chance.randrange(1, 15))
        )
        close = date(2026, 2, chance.randrange(1, 28)) if chance.random() < 0.3 else None
        basis = Basis(rule, anchor, "received", not_after=close)
        case.due_basis, case.due_at = basis.to_json(calendar), basis.due(calendar).at
    Case.objects.bulk_update(cases, ["due_basis", "due_at"])
    return cases


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_set_based_it_comes_out_as_one_by_one(place, seed):
    cases = scatter(place, 60, seed)
    chance = random.Random(seed)
    for day in chance.sample(range(1, 28), 6):
        Holiday.objects.create(agency=place.agency, day=date(2026, 2, day), name=f"Libur {day}")
    office = Unit.objects.get(pk=place.section.pk)
    for unit in (None, office):
        first = date(2026, 1, chance.randrange(5, 28))
        Pause.objects.create(
            agency=place.agency, unit=unit, first_on=first, last_on=first + timedelta(days=2),
            reason="Listrik padam.", author=place.admin, created_at=JANUARY,
        )  # fmt: skip
    ground = grounds_of([Agency.objects.get(pk=place.agency.pk)])[place.agency.pk]
    expected = {}
    for case in cases:
        found = renewed(case.due_basis, case.due_at, ground.calendar(case.unit.week),
                        ground.pauses_for(case.unit.path))  # fmt: skip
        expected[case.pk] = found.due.at
    with transaction.atomic():
        recount = Recount(Scope(Unit.objects.filter(agency=place.agency)),
                          {place.agency.pk: ground})  # fmt: skip
        moved = recount.apply(Cause(JANUARY, None, "Libur.", {"calendar": 2}))
    found = {case.pk: case for case in Case.objects.filter(pk__in=expected)}
    assert {pk: case.due_at for pk, case in found.items()} == expected
    before = {case.pk: case.due_at for case in cases}
    assert moved == sum(before[pk] != expected[pk] for pk in expected) > 10
    for case in Case.objects.filter(pk__in=expected).select_related("unit"):
        again = due_from_json(case.due_basis, ground.calendar(case.unit.week))
        assert again.at == case.due_at >= before[case.pk]


@pytest.mark.django_db
def test_every_moved_case_has_one_entry_and_one_event_and_the_ledger_is_whole(place):
    scatter(place, 20, 1)
    moved = days_off.add(None, DayOff(date(2026, 1, 20), "Cuti Bersama"), author=place.admin,
                         now=JANUARY).moved  # fmt: skip
    entries = LedgerEntry.objects.filter(action="extend", stream__startswith="appraisal:")
    assert moved == entries.count() == Event.objects.filter(kind="extend").count() > 5
    assert list(audit.verify()) == []
    entry = entries.first()
    case = Case.objects.get(appraisal_id=entry.stream.partition(":")[2])
    assert case.due_at.isoformat() in entry.payload
    assert "Cuti Bersama" in entry.payload
    assert (entry.from_state, entry.to_state) == (case.state, case.state)


@pytest.mark.django_db
def test_a_case_that_does_not_move_is_not_written(place):
    bring_to(place, State.PLAN_REVIEW)

    def versions():
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id, ctid::text FROM workflow_case")
            return dict(cursor.fetchall())

    before = versions()
    days_off.add(place.agency, WEDNESDAY, author=place.admin, now=JANUARY)
    after = versions()
    written = {person for person in before if before[person] != after[person]}
    assert written == {place.employee.pk}


STATEMENTS = 18


@pytest.mark.django_db
@pytest.mark.parametrize("number", [3, 40])
def test_a_day_off_takes_as_many_statements_for_3_cases_as_for_40(place, number):
    scatter(place, number, 4)
    with CaptureQueriesContext(connection) as queries:
        days_off.add(place.agency, WEDNESDAY, author=place.admin, now=JANUARY)
    assert len(queries) == STATEMENTS


@pytest.mark.django_db
def test_the_preview_says_what_the_act_then_does_and_writes_nothing(place):
    scatter(place, 30, 2)
    wanted = Change(place.agency, None, DayOff(date(2026, 1, 20), "Hari Jadi Kota"))
    before = dict(Case.objects.values_list("pk", "due_at"))
    seen = days_off.preview(wanted, now=JANUARY)
    assert dict(Case.objects.values_list("pk", "due_at")) == before
    assert not Holiday.objects.exists()
    done = days_off.apply(wanted, author=place.admin, now=JANUARY)
    after = dict(Case.objects.values_list("pk", "due_at"))
    moved = {pk for pk in before if before[pk] != after[pk]}
    assert seen.moved == done.moved == len(moved) == sum(n for _, n in seen.states)
    assert sum(n for _, n in seen.units) == seen.moved
    assert dict(seen.agencies) == {place.agency.name: seen.moved}
    assert seen.told == Case.objects.filter(pk__in=moved).values("turn_person").distinct().count()
    assert {(m.case.pk, m.before, m.after) for m in seen.sample} <= {
        (pk, before[pk], after[pk]) for pk in moved
    }
    assert 0 < len(seen.sample) <= 8


@pytest.mark.django_db
def test_taking_a_day_out_moves_nothing_and_the_preview_says_how_many_stand(place):
    holiday = days_off.add(place.agency, WEDNESDAY, author=place.admin, now=JANUARY).holiday
    before = bring_to(place, State.PLAN_REVIEW).due_at
    wanted = Change(place.agency, holiday)
    seen = days_off.preview(wanted, now=JANUARY)
    assert (seen.moved, seen.kept) == (0, 1)
    days_off.apply(wanted, author=place.admin, now=JANUARY)
    case = place.case()
    assert case.due_at == before
    calendar = grounds_of([Agency.objects.get(pk=place.agency.pk)])[place.agency.pk].calendar(5)
    kinds = [step.kind for step in due_from_json(case.due_basis, calendar).steps]
    assert kinds == ["counted", "weekend", "promised"]


@pytest.mark.django_db
def test_both_readings_of_the_window_grow():
    place = town(rules=CycleRules(objection_days=14))
    case = bring_to(place, State.ANNOUNCED)
    # 14 calendar days from Tuesday 10 November end on Tuesday the 24th.
    calendar_end = case.window_calendar_ends_at
    wish = DayOff(date(2026, 11, 24), "Pilkada")
    days_off.add(None, wish, author=place.admin, now=NOVEMBER)
    later = place.case()
    assert later.window_calendar_ends_at == calendar_end + timedelta(days=1)
    assert later.window_ends_at == later.due_at == case.due_at + timedelta(days=1)
    assert later.window_basis["calendar"] == later.due_basis["calendar"]


@pytest.mark.django_db
def test_a_table_filled_past_the_services_is_caught_up_with(place):
    before = bring_to(place, State.PLAN_REVIEW).due_at
    Holiday.objects.create(day=date(2026, 1, 8), name="Hari Jadi")
    answer = StringIO()
    with clock.at(JANUARY):
        call_command("recount_deadlines", stdout=answer)
    assert answer.getvalue() == "1 running deadlines moved.\n"
    assert place.case().due_at == before + timedelta(days=1)
    assert days_off.recount(now=JANUARY) == 0


# --- moves and changes of dates take turns --------------------------------------------------------

LATER = date(2026, 2, 27)
FEBRUARY = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)


def extending(place):
    stage = Stage.objects.select_related("cycle__agency").get(cycle=place.cycle, kind="planning")
    someone = actor(place.hr)
    return lambda: extend_stage(stage, due_on=LATER, reason="Banjir di Pamulang.", actor=someone,
                                unit=place.section, now=FEBRUARY)  # fmt: skip


def slowly(act, moment: threading.Event, wait: threading.Event):
    """The act, held open before its commit until the other has had its time."""

    def run():
        with transaction.atomic():
            done = act()
            moment.set()
            wait.wait(timeout=1.5)
        return done

    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_shared", [False, True])
def test_who_enters_a_stage_while_it_is_extended_gets_the_new_day(monkeypatch, is_shared):
    """Without the shared lock the return does not see the extension, nor it the return."""
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    if not is_shared:
        monkeypatch.setattr("workflow.services.door.share_time", lambda case_ids: None)
    returned, ended = threading.Event(), threading.Event()
    back = doing(
        place.rater, place.case().pk, "return_", FEBRUARY, reason="Belum terukur sama sekali."
    )
    extend = extending(place)

    def then_extend():
        returned.wait(timeout=10)
        done = extend()
        ended.set()
        return done

    results = contest(slowly(back, returned, ended), then_extend)
    connections.close_all()
    assert not [found for found in results if isinstance(found, Exception)], results
    case = place.case()
    assert case.state == State.PLANNING
    has_it = case.due_basis["extended_to"] == LATER.isoformat()
    assert has_it == is_shared
    assert Extension.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_that_waited_for_a_changed_calendar_counts_with_it():
    """The calendar's number is read after the wait, not with the lock on the case."""
    place = town()
    case = place.case()
    changed, ended = threading.Event(), threading.Event()
    admin = place.admin
    add = slowly(lambda: days_off.add(None, WEDNESDAY, author=admin, now=JANUARY), changed, ended)
    submit = doing(place.employee, case.pk, "submit", JANUARY, body=PLAN)

    def then_submit():
        changed.wait(timeout=10)
        done = submit()
        ended.set()
        return done

    results = contest(add, then_submit)
    connections.close_all()
    assert not [found for found in results if isinstance(found, Exception)], results
    # Five working days from Monday the 5th, without Wednesday the 7th: Tuesday the 13th.
    assert place.case().due_at == datetime(2026, 1, 13, 17, tzinfo=UTC)


@pytest.mark.django_db
def test_two_agencies_do_not_wait_for_each_other(place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    with transaction.atomic():
        timekeeping.change_time([place.agency.pk])
        timekeeping.share_time_of(other.agency.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                # Of this database alone: other tests run beside this one.
                "SELECT objid, mode FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [timekeeping.LOCK],
            )
            assert set(cursor.fetchall()) == {
                (place.agency.pk, "ExclusiveLock"), (other.agency.pk, "ShareLock"),
            }  # fmt: skip
