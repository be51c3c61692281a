"""The database itself refuses what did not come through the door, from whomever it comes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from cycles import ledger
from cycles.models import Appraisal, LedgerEntry, Person, Seal
from tests.builders import (
    APRIL,
    CHECKIN,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    STATEMENT,
    bring_to,
    person,
    town,
)
from workflow import machine
from workflow.enums import State
from workflow.models import Case
from workflow.services import sweeps
from workflow.services.door import stream_of
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db

AsRole = Callable[[], AbstractContextManager[None]]
REFUSED = r"permission denied|Cannot (update|delete)"
NO_MOVE, NO_ENTRY, NO_START = "is no move of the machine", "no ledger entry tells", "begins in"


@pytest.fixture(params=["web", "owner"])
def role(request: pytest.FixtureRequest, web_role: AsRole) -> AsRole:
    """Both roles: what is refused is refused for the owner of the tables too."""
    return web_role if request.param == "web" else transaction.atomic


def sql(statement: str, *values: object) -> None:
    """Run it and come to the commit: deferred checks happen now, inside a savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount != 0, "the statement touched no row"
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def settle_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def case() -> Case:
    place = town()
    found = bring_to(place, State.PLAN_REVIEW)
    settle_constraints()
    return found


def force(case: Case, state: str) -> None:
    """Put the case into a state as if it had come there: with the guard's triggers off."""
    settle_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_case DISABLE TRIGGER USER")
        cursor.execute("UPDATE workflow_case SET state = %s WHERE id = %s", [state, case.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_case ENABLE TRIGGER USER")


def test_every_pair_of_states_is_refused_without_its_entry_legal_or_not(case, role):
    """All 182 changes: 14 states to each of the 13 others."""
    update = "UPDATE workflow_case SET state = %s WHERE id = %s"
    # One whose ledger knows no move yet: in a test everything is one transaction.
    case = Case.objects.filter(state=State.PLANNING).first()
    for source in State:
        with transaction.atomic():
            force(case, source)
            for target in State:
                if source == target:
                    continue
                is_legal = (source, target) in machine.PAIRS
                with pytest.raises(IntegrityError, match=NO_ENTRY if is_legal else NO_MOVE), role():
                    sql(update, target, case.pk)
            transaction.set_rollback(True)


def test_an_entry_for_another_change_or_another_case_does_not_help(case, role):
    other = Case.objects.exclude(pk=case.pk).first()
    update = "UPDATE workflow_case SET state = 'monitoring' WHERE id = %s"
    for stream, source, target in (
        (stream_of(case), "plan_review", "planning"),
        (stream_of(case), "planning", "monitoring"),
        (stream_of(other), "plan_review", "monitoring"),
    ):
        with transaction.atomic():
            ledger.append([ledger.Entry(stream, "x", JANUARY, from_state=source, to_state=target)])
            with pytest.raises(IntegrityError, match=NO_ENTRY), role():
                sql(update, case.pk)
            transaction.set_rollback(True)
    ledger.append(
        [ledger.Entry(stream_of(case), "x", JANUARY, from_state="plan_review",
                      to_state="monitoring")]
    )  # fmt: skip
    with role():
        sql(update, case.pk)


def test_an_illegal_pair_is_refused_even_with_an_entry(case, role):
    ledger.append(
        [ledger.Entry(stream_of(case), "x", JANUARY, from_state="plan_review", to_state="closed")]
    )
    with pytest.raises(IntegrityError, match=NO_MOVE), role():
        sql("UPDATE workflow_case SET state = 'closed' WHERE id = %s", case.pk)


def test_the_orm_is_refused_by_update_bulk_update_and_save(case, role):
    late, moved = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    with pytest.raises(AttributeError):
        late.state = State.CLOSED  # what django-fsm protects
    late.__dict__["state"] = State.CLOSED  # and how one gets round it
    moved.approve(State.MONITORING)  # the transition alone, without the door
    for change, why in (
        (lambda: Case.objects.filter(pk=case.pk).update(state=State.MONITORING), NO_ENTRY),
        (lambda: Case.objects.bulk_update([late], ["state"]), NO_MOVE),
        (lambda: late.save(update_fields=["state"]), NO_MOVE),
        (moved.save, NO_ENTRY),
    ):
        with pytest.raises(IntegrityError, match=why), role():
            at_commit(change)
    assert Case.objects.get(pk=case.pk).state == State.PLAN_REVIEW


def at_commit(change: Callable[[], object]) -> None:
    """A change, and what the database says to it when it would be committed."""
    change()
    settle_constraints()


def fresh_appraisal(case: Case) -> Appraisal:
    someone = Person.objects.create(agency=case.agency, name="Baru", kind="pns")
    return Appraisal.objects.create(agency=case.agency, cycle=case.cycle, person=someone)


COPY = """
INSERT INTO workflow_case ({columns})
SELECT {values} FROM workflow_case WHERE id = %s
"""


def insert(case: Case, appraisal: Appraisal, state: str) -> None:
    """A copy of the case's row for another appraisal, in a state of one's choice."""
    own = {"public_id": "%s::uuid", "appraisal_id": "%s", "person_id": "%s", "state": "%s"}
    columns = [f.column for f in Case._meta.concrete_fields if f.column != "id"]
    statement = COPY.format(
        columns=", ".join(columns), values=", ".join(own.get(c, c) for c in columns)
    )
    given = {"public_id": uuid.uuid4(), "appraisal_id": appraisal.pk,
             "person_id": appraisal.person_id, "state": state}  # fmt: skip
    sql(statement, *[given[c] for c in columns if c in own], case.pk)


@pytest.mark.parametrize("state", list(State))
def test_a_case_cannot_be_born_without_its_entry_nor_in_a_later_state(case, role, state):
    appraisal = fresh_appraisal(case)
    with pytest.raises(IntegrityError, match=NO_START), role():
        insert(case, appraisal, state)
    ledger.append([ledger.Entry(f"appraisal:{appraisal.pk}", "open", JANUARY, to_state="planning")])
    if state == State.PLANNING:
        with role():
            insert(case, appraisal, state)
        assert Case.objects.filter(appraisal=appraisal).exists()
    else:
        with pytest.raises(IntegrityError, match=NO_START), role():
            insert(case, appraisal, state)


def test_what_is_no_change_of_state_needs_no_entry(case, role):
    with role():
        Case.objects.filter(pk=case.pk).update(due_at=F("due_at") + timedelta(days=1))
        Case.objects.filter(pk=case.pk).update(state=F("state"))
        settle_constraints()


# --- the ledger --------------------------------------------------------------------------------


def test_ledger_rows_and_seals_are_neither_changed_nor_deleted_by_any_role(case, role):
    ledger.seal(JANUARY)
    settle_constraints()
    for table in ("cycles_ledgerentry", "cycles_seal", "cycles_sealedhead"):
        for statement in (f"UPDATE {table} SET hash = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match=REFUSED), role():
                sql(statement)
    entry, seal = LedgerEntry.objects.first(), Seal.objects.first()
    for change in (
        lambda: LedgerEntry.objects.update(action="x"),
        lambda: LedgerEntry.objects.all().delete(),
        lambda: (setattr(entry, "action", "x"), entry.save()),
        lambda: entry.delete(),
        lambda: Seal.objects.update(hash="x"),
        lambda: seal.delete(),
    ):
        with pytest.raises(DatabaseError, match=REFUSED), role():
            change()


def test_the_web_role_can_switch_none_of_it_off(case, web_role):
    settle_constraints()
    for table in ("workflow_case", "cycles_ledgerentry", "cycles_ledgerhead", "cycles_seal"):
        for statement in (
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), web_role():
                sql(statement)


# --- the door passes ---------------------------------------------------------------------------


def test_a_whole_year_runs_as_the_web_role_and_every_move_passes_the_guard(web_role):
    place = town(opened=None)
    late = person(place.agency, "Penerus")
    vacant = place.posts["employee"].unit.posts.create(
        agency=place.agency, superior=place.posts["superior"], title="Analis", kind="pelaksana"
    )
    with web_role():
        open_cycle(place.cycle, now=JANUARY)
        settle_constraints()
        me, boss, top, hr = place.employee, place.rater, place.superior, place.hr
        ratings = {"reasons": "Bukti meyakinkan.", "work": "above", "behaviour": "meets"}
        for who, action, when, data in [
            (me, "submit", JANUARY, {"body": PLAN}),
            (boss, "return_", JANUARY, {"reason": "Belum terukur."}),
            (me, "submit", JANUARY, {"body": PLAN}),
            (me, "withdraw", JANUARY, {}),
            (me, "submit", JANUARY, {"body": PLAN}),
            (boss, "approve", JANUARY, {}),
            (hr, "exclude", JANUARY, {"authority": "leave", "reason": "CLTN"}),
            (hr, "reinstate", APRIL, {"reason": "Kembali bertugas."}),
            (me, "submit_checkin", APRIL, {"body": CHECKIN}),
            (boss, "approve", APRIL, {}),
            (hr, "transfer", APRIL, {"post": str(vacant.public_id), "reason": "Mutasi"}),
            (me, "submit", APRIL, {"body": PLAN}),
            (top, "approve", APRIL, {}),
            (None, "open_assessment", NOVEMBER, {}),
            (me, "submit", NOVEMBER, {"body": SELF_ASSESSMENT}),
            (hr, "reassign", NOVEMBER, {"person": str(late.public_id), "reason": "SPT 1"}),
            (late, "rate", NOVEMBER, {"body": RATING}),
            (me, "deliver", NOVEMBER, {}),
            (me, "object", NOVEMBER, {"body": OBJECTION}),
            (late, "explain", NOVEMBER, {"body": EXPLANATION}),
            (me, "add_statement", NOVEMBER, {"body": STATEMENT}),
            (place.mayor, "change", NOVEMBER, {"body": ratings}),
            (hr, "settle", NOVEMBER, {}),
        ]:
            if who is None:
                sweeps.open_assessments(when)
            else:
                place.act(who, action, when, **data)
            settle_constraints()
        sweeps.fold_counters()
        ledger.seal(NOVEMBER)
        settle_constraints()
    assert place.case().state == State.CLOSED
