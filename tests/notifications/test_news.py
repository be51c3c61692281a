"""Events become messages: who hears of which act, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycles.models import Person, User
from cycles.rules import CycleRules, Level
from notifications.catalogue import CATALOGUE, EVENTS, tellings
from notifications.enums import Group
from notifications.models import Delivery
from notifications.services import news
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
    Town,
    bring_to,
    seat,
    town,
    unit,
)
from tests.notifications.stage import day, hush, mailed, quiet_town, told
from workflow.enums import State
from workflow.machine import ARMS
from workflow.models import Event
from workflow.services import sweeps as workflow_sweeps

pytestmark = pytest.mark.django_db


def tell(now) -> list[tuple[str, str]]:
    """What is told now and was not before."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    news.tell_events(now)
    rows = Delivery.objects.exclude(pk__in=before).filter(channel="bell")
    return sorted((row.recipient.name.lower().replace(" ", "-"), row.rule) for row in rows)


def act(place: Town, who: Person, action: str, now, **data) -> list[tuple[str, str]]:
    place.act(who, action, now, **data)
    return tell(now)


def test_a_year_tells_each_act_to_whom_it_concerns_and_to_nobody_else():
    place = quiet_town()
    e, r, s, hr = place.employee, place.rater, place.superior, place.hr
    assert act(place, e, "submit", JANUARY, body=PLAN) == [("penilai", "plan_waits")]
    assert act(place, r, "return_", JANUARY, reason="Kurang.") == [("pegawai", "plan_returned")]
    assert act(place, e, "submit", JANUARY, body=PLAN) == [("penilai", "plan_waits")]
    assert act(place, e, "withdraw", JANUARY) == [("penilai", "withdrawn")]
    assert act(place, e, "submit", JANUARY, body=PLAN) == [("penilai", "plan_waits")]
    assert act(place, r, "approve", JANUARY) == [("pegawai", "plan_approved")]
    assert act(place, e, "amend_plan", APRIL, reason="Tugas baru.") == [("penilai", "plan_amended")]
    assert act(place, e, "keep_plan", APRIL) == []
    assert act(place, e, "submit_checkin", APRIL, body=CHECKIN) == [("penilai", "checkin_waits")]
    assert act(place, r, "return_", APRIL, reason="Ukur.") == [("pegawai", "checkin_returned")]
    assert act(place, e, "submit_checkin", APRIL, body=CHECKIN) == [("penilai", "checkin_waits")]
    assert act(place, r, "approve", APRIL) == [("pegawai", "checkin_approved")]
    july = place.case().due_at + timedelta(hours=12)
    assert act(place, r, "miss_checkin", july, reason="Tidak ada.") == [
        ("pegawai", "checkin_missed")
    ]
    workflow_sweeps.open_assessments(NOVEMBER)
    assert tell(NOVEMBER) == [("pegawai", "assessment_opened")]
    assert act(place, e, "submit", NOVEMBER, body=SELF_ASSESSMENT) == [("penilai", "rate_waits")]
    assert act(place, r, "return_", NOVEMBER, reason="Kurang.") == [("pegawai", "self_returned")]
    assert act(place, e, "submit", NOVEMBER, body=SELF_ASSESSMENT) == [("penilai", "rate_waits")]
    assert act(place, r, "rate", NOVEMBER, body=RATING) == [("pegawai", "ready")]
    assert act(place, e, "deliver", NOVEMBER) == [("pegawai", "delivered")]
    assert act(place, e, "object", NOVEMBER, body=OBJECTION) == [
        ("atasan", "objection_filed"), ("penilai", "explain_waits"),
    ]  # fmt: skip
    assert act(place, r, "explain", NOVEMBER, body=EXPLANATION) == [("pegawai", "statement_waits")]
    assert act(place, e, "add_statement", NOVEMBER, body=STATEMENT) == [
        ("atasan", "decision_waits")
    ]
    assert act(place, s, "rerate", NOVEMBER, body={"reasons": "Nilai ulang."}) == [
        ("pegawai", "decided"), ("penilai", "rerate_waits"),
    ]  # fmt: skip
    assert act(place, r, "rate", NOVEMBER, body=RATING) == [("pegawai", "ready")]
    assert act(place, hr, "deliver", NOVEMBER) == [("pegawai", "delivered")]
    assert act(place, e, "accept", NOVEMBER) == []  # HR's pool is told by the due date alone
    assert act(place, hr, "return_", NOVEMBER, reason="Cacat formal.") == [
        ("pegawai", "result_reopened"), ("penilai", "rating_returned"),
    ]  # fmt: skip
    place.act(r, "rate", NOVEMBER, body=RATING)
    place.act(e, "deliver", NOVEMBER)
    place.act(e, "accept", NOVEMBER)
    hush()
    assert act(place, hr, "settle", NOVEMBER) == [("pegawai", "settled")]


def test_events_are_told_once_however_often_one_sweeps():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    for _ in range(3):
        news.tell_events(JANUARY)
    assert told() == [("penilai", "plan_waits")]
    assert mailed() == [("penilai", "plan_waits", "queued")]
    # Even one whose mark was lost is told once: the key holds.
    Event.objects.update(handled_at=None)
    Event.objects.filter(kind="open").update(handled_at=JANUARY)
    news.tell_events(JANUARY)
    assert told() == [("penilai", "plan_waits")]


def test_opening_a_cycle_by_the_system_mails_everybody_from_eight_in_the_morning():
    town(opened=day(1, 5, 0, 5))
    User.objects.update(language="en")
    news.tell_events(day(1, 5, 0, 6))
    names = ["atasan", "pegawai", "penilai", "rekan", "sdm", "sdm-dua"]
    assert told() == [(name, "opened") for name in names]
    waiting = Delivery.objects.filter(channel="email")
    assert {row.next_at for row in waiting} == {day(1, 5, 8)}


def test_what_a_person_does_is_told_at_once_by_night_too():
    place = quiet_town()
    place.act(place.employee, "submit", day(1, 6, 23), body=PLAN)
    news.tell_events(day(1, 6, 23))
    assert Delivery.objects.get(channel="email").next_at == day(1, 6, 23)


def test_a_turn_that_ended_before_the_sweep_is_not_told_as_open():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(place.rater, "approve", JANUARY)
    assert tell(JANUARY) == [("pegawai", "plan_approved")]


def test_the_bell_counts_no_item_that_was_dealt_with():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    news.tell_events(JANUARY)
    waits = Delivery.objects.get(channel="bell", rule="plan_waits")
    assert waits.read_at is None
    place.act(place.rater, "approve", JANUARY)
    news.tell_events(JANUARY)
    waits.refresh_from_db()
    assert waits.read_at is not None
    assert Delivery.objects.get(channel="bell", rule="plan_approved").read_at is None


def test_under_a_mayor_hr_is_asked_to_name_a_decider_and_the_named_one_is_told():
    place = quiet_town("superior")
    who = place.superior
    for state, person, action, now, body in [
        (State.PLAN_REVIEW, who, "submit", JANUARY, PLAN),
        (State.MONITORING, place.mayor, "approve", JANUARY, None),
    ]:
        place.act(person, action, now, who, **({"body": body} if body else {}))
        assert place.case(who).state == state
    workflow_sweeps.open_assessments(NOVEMBER)
    place.act(who, "submit", NOVEMBER, who, body=SELF_ASSESSMENT)
    place.act(place.mayor, "rate", NOVEMBER, who, body=RATING)
    place.act(who, "deliver", NOVEMBER, who)
    hush()
    place.act(who, "object", NOVEMBER, who, body=OBJECTION)
    assert tell(NOVEMBER) == [
        ("sdm", "decider_missing"), ("sdm-dua", "decider_missing"), ("wali", "explain_waits"),
    ]  # fmt: skip
    place.act(
        place.hr, "name_decider", NOVEMBER, who, person=str(place.hr_second.public_id),
        reason="Surat 800/12",
    )  # fmt: skip
    assert tell(NOVEMBER) == [("sdm-dua", "decider_named")]


def test_a_reassigned_item_is_told_to_its_new_holder_only():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    hush()
    place.act(
        place.hr, "reassign", JANUARY, person=str(place.colleague.public_id), reason="Penilai cuti."
    )
    assert tell(JANUARY) == [("rekan", "passed_on")]
    place.act(place.hr, "reassign", JANUARY, to="hr", reason="Semua cuti.")
    # HR's one member did it; the other one learns of it.
    assert tell(JANUARY) == [("sdm-dua", "passed_on")]


def test_a_result_nobody_opened_becomes_hr_s_and_hr_is_told():
    place = quiet_town()
    bring_to(place, State.DELIVERY)
    hush()
    workflow_sweeps.pass_undelivered_to_hr(NOVEMBER + timedelta(days=10))
    assert tell(NOVEMBER + timedelta(days=10)) == [("sdm", "passed_on"), ("sdm-dua", "passed_on")]


def test_exclusion_is_told_to_the_person_and_to_who_held_the_item():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    hush()
    place.act(place.hr, "exclude", JANUARY, authority="leave", reason="CLTN")
    assert tell(JANUARY) == [("pegawai", "excluded"), ("penilai", "no_more_yours")]
    place.act(place.hr, "reinstate", JANUARY, reason="Kembali.")
    assert tell(JANUARY) == [("pegawai", "reinstated")]


def test_a_transfer_is_told_to_the_person_and_to_the_new_rater():
    place = quiet_town()
    other = unit(place.agency, "Puskesmas Serpong", place.office)
    head = seat(place.colleague, other, "Kepala Puskesmas Serpong", place.posts["superior"],
                is_head=True)  # fmt: skip
    free = seat(None, other, "Bidan", head)
    place.act(place.hr, "transfer", JANUARY, post=str(free.public_id), reason="Mutasi.")
    assert tell(JANUARY) == [("pegawai", "transferred"), ("rekan", "rater_new")]


def test_no_objection_in_time_is_told_as_the_system_s_record():
    place = quiet_town(rules=CycleRules(final_levels=(Level("superior"),)))
    bring_to(place, State.ANNOUNCED)
    hush()
    over = place.case().window_ends_at
    workflow_sweeps.close_windows(over)
    assert tell(over) == [("atasan", "final_waits"), ("pegawai", "window_over")]
    assert set(Delivery.objects.filter(channel="email").values_list("rule", "next_at")) == {
        ("window_over", over + timedelta(hours=8)),
        ("final_waits", over + timedelta(hours=8)),
    }


def test_reasons_are_quoted_only_where_no_rating_can_stand_in_them():
    place = quiet_town(rules=CycleRules(rating_levels=(Level("superior"),)))
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(place.rater, "return_", JANUARY, reason="Targetnya kurang jelas.")
    news.tell_events(JANUARY)
    assert Delivery.objects.get(rule="plan_returned", channel="email").reason == (
        "Targetnya kurang jelas."
    )
    quoted = {
        (kind, before)
        for (kind, before, _after), lines in EVENTS.items()
        for line in lines
        if line.with_reason
    }
    assert not {before for _kind, before in quoted} & {
        State.RATING_REVIEW, State.DELIVERY, State.FINAL_APPROVAL, State.OBJECTION_DECISION,
    }  # fmt: skip
    assert not {kind for kind, _before in quoted} & {"uphold", "change", "rerate", "exclude"}


def test_every_act_of_the_machine_is_told_or_known_to_concern_nobody():
    silent = {
        # The employee's own acts that make nobody act, and those that wait for the other side.
        ("add_statement", State.OBJECTION_STATEMENTS), ("waive", State.OBJECTION_STATEMENTS),
    }  # fmt: skip
    missing = {
        (arm.action, target)
        for arm in ARMS
        for target in arm.targets
        if not tellings(arm.action, arm.source, target)
    }
    assert missing == silent
    assert {line.code for lines in EVENTS.values() for line in lines} <= set(CATALOGUE)


def test_old_news_of_work_is_not_mailed_but_what_the_law_attaches_to_is():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(place.rater, "return_", JANUARY, reason="Kurang.")
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    late = JANUARY + timedelta(days=4)
    news.tell_events(late)
    assert told() == [("penilai", "plan_waits")]
    assert mailed() == []
    place.act(place.rater, "return_", JANUARY, reason="Kurang.")
    news.tell_events(late)
    assert mailed() == [("pegawai", "plan_returned", "queued")]
    assert CATALOGUE["plan_returned"].group == Group.LEGAL


def test_a_year_that_was_played_before_can_be_told_without_mail():
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    news.tell_events(JANUARY, by_mail=False)
    assert told() == [("penilai", "plan_waits")]
    assert mailed() == []


def test_people_without_address_are_told_in_jenjang_and_closed_accounts_not_at_all():
    place = quiet_town()
    User.objects.filter(person=place.rater).update(email="")
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    news.tell_events(JANUARY)
    assert (told(), mailed()) == ([("penilai", "plan_waits")], [])
    User.objects.filter(person=place.employee).update(is_active=False)
    place.act(place.rater, "approve", JANUARY)
    news.tell_events(JANUARY)
    assert (told(), mailed()) == ([("penilai", "plan_waits")], [])


def test_an_event_that_cannot_be_told_does_not_hold_up_the_others():
    place = quiet_town("employee", "colleague")
    bad = place.case(place.colleague)
    for who in (place.colleague, place.employee):
        place.act(who, "submit", JANUARY, who, body=PLAN)
    # An event whose data nobody can read.
    Event.objects.filter(case=bad, kind="submit").update(
        kind="return_", from_state="plan_review", to_state="planning", actor=None, data=["broken"]
    )
    for _ in range(2):
        news.tell_events(JANUARY)
        assert told() == [("penilai", "plan_waits")]
    left = Event.objects.filter(handled_at=None)
    assert [event.case_id for event in left] == [bad.pk]


def test_the_queries_do_not_grow_with_the_events():
    counts = []
    for people in (("employee",), ("employee", "colleague", "rater", "hr_second")):
        place = quiet_town(*people, code=f"{len(people)}", prefix=f"K{len(people)} ")
        for name in people:
            who = getattr(place, name)
            place.act(who, "submit", JANUARY, who, body=PLAN)
        hush()
        for name in people:
            who = getattr(place, name)
            place.act(place.case(who).rater, "approve", JANUARY, who)
        with CaptureQueriesContext(connection) as found:
            assert news.tell_events(JANUARY) == len(people)
        counts.append(len(found))
    # What is new, savepoint, events with cases, turns that ended, accounts, deliveries, mark,
    # savepoint, bells, and nothing more that is new.
    assert counts == [10, 10]
