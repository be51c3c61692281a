"""Due dates become messages: the right ones to the right people, and no others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycles.calendar import end_of_day
from cycles.models import Acting, Person, RoleGrant, Unit
from cycles.rules import CycleRules, Level
from notifications.enums import RuleKind
from notifications.models import Delivery, ReminderRule
from notifications.queries import unread_count
from notifications.services import deadlines
from tests.builders import JANUARY, NOVEMBER, PLAN, actor, bring_to, town
from tests.notifications.stage import (
    day,
    hush,
    mailed,
    quiet_town,
    sweep,
    sweep_and_post,
    told,
)
from workflow.enums import Party, State
from workflow.models import Case
from workflow.services.extension import extend_stage

pytestmark = pytest.mark.django_db


def every_day_from(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days + 1)]


def test_a_plan_nobody_writes_brings_each_message_once_until_hr_knows(holidays, mailbox):
    quiet_town()
    found: dict[str, list[tuple[str, str]]] = {}
    known: set[tuple[str, str]] = set()
    for today in every_day_from(date(2026, 1, 19), date(2026, 2, 20)):
        for hour in (7, 8, 15):
            sweep_and_post(day(today.month, today.day, hour))
            if new := set(told()) - known:
                assert hour == 8
                found[today.isoformat()] = sorted(new)
                known |= new
    assert found == {
        "2026-01-21": [("pegawai", "before:7")],
        "2026-01-27": [("pegawai", "before:3")],
        "2026-01-29": [("pegawai", "before:1")],
        "2026-01-30": [("pegawai", "before:0")],
        "2026-02-02": [("pegawai", "overdue:1")],
        "2026-02-04": [("pegawai", "overdue:3")],
        "2026-02-06": [("penilai", "superior:5")],
        "2026-02-13": [("sdm", "hr:10"), ("sdm-dua", "hr:10")],
    }
    assert mailbox.to("pegawai") == [
        "7 working days left: submit your plan",
        "3 working days left: submit your plan",
        "1 working day left: submit your plan",
        "Due today: submit your plan",
        "1 working day overdue: submit your plan",
        "3 working days overdue: submit your plan",
    ]
    assert mailbox.to("penilai") == ["5 working days overdue, with Pegawai: plan of Pegawai"]
    assert mailbox.to("sdm") == ["10 working days overdue, with Pegawai: plan of Pegawai"]
    assert len(mailbox.messages) == 9


def test_running_the_sweep_twice_tells_nothing_twice(holidays, mailbox):
    quiet_town()
    for _ in range(3):
        sweep_and_post(day(1, 27))
    assert told() == [("pegawai", "before:3")]
    assert mailed() == [("pegawai", "before:3", "sent")]
    assert mailbox.recipients() == ["pegawai"]


def test_after_three_days_without_a_sweep_only_the_latest_reminder_is_sent(holidays, mailbox):
    quiet_town()
    sweep_and_post(day(1, 20))
    assert told() == []
    # 21, 27 and 28 January pass without a sweep; the 29th has its own reminder.
    sweep_and_post(day(1, 29))
    assert told() == [("pegawai", "before:1")]
    sweep_and_post(day(1, 30))
    assert told() == [("pegawai", "before:0"), ("pegawai", "before:1")]
    assert len(mailbox.messages) == 2


def test_a_sweep_missed_over_the_due_date_tells_overdue_and_escalation_once_each(holidays, mailbox):
    quiet_town()
    sweep_and_post(day(1, 29))
    sweep_and_post(day(2, 9))
    sweep_and_post(day(2, 10))
    assert told() == [
        ("pegawai", "before:1"), ("pegawai", "overdue:1"), ("pegawai", "overdue:3"),
        ("penilai", "superior:5"),
    ]  # fmt: skip
    # Two notices of one item travel in one mail, which says how late it is now.
    assert mailbox.to("pegawai") == [
        "1 working day left: submit your plan", "6 working days overdue: submit your plan",
    ]  # fmt: skip
    assert mailed() == [
        ("pegawai", "before:1", "sent"), ("pegawai", "overdue:1", "sent"),
        ("pegawai", "overdue:3", "sent"), ("penilai", "superior:5", "sent"),
    ]  # fmt: skip


def test_nothing_is_told_from_before_the_turn_began(holidays):
    place = quiet_town()
    place.act(place.employee, "submit", day(1, 27, 10), body=PLAN)
    place.act(place.rater, "return_", day(1, 27, 11), reason="Targetnya kurang jelas.")
    hush()
    # Due on 30 January still; the reminder of three days, at eight, lies before the turn.
    assert place.case().due_at == end_of_day("Asia/Jakarta", date(2026, 1, 30))
    sweep(day(1, 27, 12))
    assert told() == []
    sweep(day(1, 29))
    assert told() == [("pegawai", "before:1")]


def test_a_second_return_with_the_same_due_date_is_told_anew(holidays, mailbox):
    place = quiet_town()
    sweep_and_post(day(1, 29, 8))
    for hour in (9, 11):
        place.act(place.employee, "submit", day(1, 29, hour), body=PLAN)
        place.act(place.rater, "return_", day(1, 29, hour + 1), reason="Belum jelas.")
    due = place.case().due_at
    sweep_and_post(day(1, 29, 15))
    occasions = list(
        Delivery.objects.filter(rule="plan_returned", channel="bell").values_list(
            "occasion", flat=True
        )
    )
    # The first return was answered before anybody was told of it; the second is news.
    assert len(occasions) == 1
    sweep_and_post(day(2, 2))
    place.act(place.employee, "submit", day(2, 2, 10), body=PLAN)
    place.act(place.rater, "return_", day(2, 2, 11), reason="Masih belum jelas.")
    # Returned on the 29th, due 3 February; returned again on the 2nd, due on the 5th.
    assert due < place.case().due_at
    Case.objects.update(due_at=due)
    sweep_and_post(day(2, 2, 12))
    sweep_and_post(day(2, 3, 9))
    reminders = Delivery.objects.filter(rule__startswith="before:", channel="bell")
    assert sorted(reminders.values_list("rule", "turn_number")) == [
        ("before:0", 7), ("before:1", 1), ("before:1", 5),
    ]  # fmt: skip
    returns = Delivery.objects.filter(rule="plan_returned", channel="bell")
    assert sorted(returns.values_list("turn_number", flat=True)) == [5, 7]
    assert mailbox.to("pegawai").count("Your plan was returned to you") == 2


def test_an_extension_withdraws_what_waits_and_reminds_of_the_new_date(holidays, mailbox):
    place = quiet_town()
    sweep(day(1, 29, 8))
    assert mailed() == [("pegawai", "before:1", "queued")]
    stage = place.cycle.stages.get(kind="planning")
    extend_stage(
        stage, due_on=date(2026, 2, 10), reason="Banjir.", actor=actor(place.hr),
        person=place.employee, now=day(1, 29, 9),
    )  # fmt: skip
    sweep_and_post(day(1, 29, 9, 5))
    assert mailed() == [
        ("pegawai", "before:1", "withdrawn"), ("pegawai", "due_moved", "sent"),
    ]  # fmt: skip
    for today in every_day_from(date(2026, 1, 30), date(2026, 2, 11)):
        sweep_and_post(day(today.month, today.day))
    assert mailed() == [
        ("pegawai", "before:0", "sent"), ("pegawai", "before:1", "sent"),
        ("pegawai", "before:1", "withdrawn"), ("pegawai", "before:3", "sent"),
        ("pegawai", "before:7", "sent"), ("pegawai", "due_moved", "sent"),
        ("pegawai", "overdue:1", "sent"),
    ]  # fmt: skip


def test_eight_in_the_morning_is_that_of_each_agency(holidays):
    quiet_town()
    quiet_town(code="53.71", name="Kota Kupang", zone="Asia/Makassar", prefix="Kupang ")
    sweep(day(1, 30, 7, 59, "Asia/Makassar"))
    before = set(told())
    assert before == {("pegawai", "before:1"), ("kupang-pegawai", "before:1")}
    sweep(day(1, 30, 8, 0, "Asia/Makassar"))
    assert set(told()) - before == {("kupang-pegawai", "before:0")}
    sweep(day(1, 30, 8, 0, "Asia/Jakarta"))
    assert set(told()) - before == {("kupang-pegawai", "before:0"), ("pegawai", "before:0")}


def test_over_idul_fitri_nobody_is_reminded_and_no_day_counts(holidays):
    quiet_town()
    # 18 to 24 March are off, so from the 26th back 3 working days is the 16th.
    Case.objects.update(due_at=end_of_day("Asia/Jakarta", date(2026, 3, 26)))
    found = {}
    known: set[tuple[str, str]] = set()
    for today in every_day_from(date(2026, 3, 9), date(2026, 4, 2)):
        sweep(day(today.month, today.day))
        if new := set(told()) - known:
            found[today.isoformat()] = sorted(rule for _who, rule in new)
            known |= new
    assert found == {
        "2026-03-10": ["before:7"],
        "2026-03-16": ["before:3"],
        "2026-03-25": ["before:1"],
        "2026-03-26": ["before:0"],
        "2026-03-27": ["overdue:1"],
        "2026-03-31": ["overdue:3"],
        "2026-04-02": ["superior:5"],
    }


def test_the_holder_is_told_and_after_five_days_the_holder_s_superior(holidays):
    place = quiet_town()
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    # Five working days to approve: due on 13 January.
    for today in every_day_from(date(2026, 1, 7), date(2026, 1, 30)):
        sweep(day(today.month, today.day))
    assert told() == [
        ("atasan", "superior:5"), ("penilai", "before:0"), ("penilai", "before:1"),
        ("penilai", "before:3"), ("penilai", "overdue:1"), ("penilai", "overdue:3"),
        ("sdm", "hr:10"), ("sdm-dua", "hr:10"),
    ]  # fmt: skip
    case = place.case()
    assert (case.state, case.turn_person) == (State.PLAN_REVIEW, place.rater)


def test_a_vacant_superior_s_seat_is_climbed_over(holidays):
    place = quiet_town()
    Person.objects.filter(pk=place.superior.pk).update(left_on=date(2026, 1, 1))
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    sweep(day(1, 21))
    assert ("wali", "superior:5") in told()
    assert not [who for who, _rule in told() if who == "atasan"]


def test_what_hr_holds_is_told_to_hr_and_escalated_above_hr(holidays):
    place = quiet_town(rules=CycleRules(plan_levels=(Level("hr"),)))
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.APPROVER, None)
    for today in (12, 13, 14, 21, 28):
        sweep(day(1, today))
    assert told() == [
        ("sdm", "before:0"), ("sdm", "before:1"), ("sdm", "hr:10"), ("sdm", "overdue:1"),
        ("sdm", "overdue:3"), ("sdm-dua", "before:0"), ("sdm-dua", "before:1"),
        ("sdm-dua", "hr:10"), ("sdm-dua", "overdue:1"), ("sdm-dua", "overdue:3"),
        ("wali", "superior:5"),
    ]  # fmt: skip


def test_hr_of_another_agency_hears_nothing(holidays):
    place = quiet_town(rules=CycleRules(plan_levels=(Level("hr"),)))
    town(code="53.71", name="Kota Kupang", zone="Asia/Makassar", prefix="Kupang ", opened=None)
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    sweep(day(1, 13))
    assert told() == [("sdm", "before:0"), ("sdm-dua", "before:0")]


def test_hr_s_own_member_is_not_told_of_hr_s_turn_on_their_appraisal(holidays):
    place = quiet_town("hr_second", rules=CycleRules(plan_levels=(Level("hr"),)))
    Case.objects.update(turn_party=Party.APPROVER, turn_person=None, state=State.PLANNING)
    sweep(day(1, 30))
    assert told() == [("sdm", "before:0")]
    assert RoleGrant.objects.filter(user=place.hr_second.user).exists()


def test_the_acting_official_of_the_holder_is_told_too(holidays):
    place = quiet_town()
    place.act(place.employee, "submit", day(1, 6), body=PLAN)
    hush()
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.colleague, kind="plh",
        letter="800/1/2026", starts_on=date(2026, 1, 12), ends_on=date(2026, 1, 13),
    )  # fmt: skip
    sweep(day(1, 8))
    sweep(day(1, 12))
    sweep(day(1, 14))
    assert told() == [
        ("penilai", "before:1"), ("penilai", "before:3"), ("penilai", "overdue:1"),
        ("rekan", "before:1"),
    ]  # fmt: skip


def test_who_lets_the_time_to_object_pass_is_reminded_but_never_called_late(holidays):
    place = quiet_town()
    bring_to(place, State.ANNOUNCED)
    hush()
    due = place.case().due_at
    sweep(due - timedelta(hours=4))
    sweep(due + timedelta(days=20))
    assert told() == [("pegawai", "before:0")]


def test_nobody_is_reminded_of_a_check_in_that_has_not_opened_or_of_a_closed_case(holidays):
    place = quiet_town()
    bring_to(place, State.MONITORING)
    hush()
    case = place.case()
    Case.objects.filter(pk=case.pk).update(
        round_opens_at=day(4, 14, 0), due_at=end_of_day("Asia/Jakarta", date(2026, 4, 15))
    )
    sweep(day(4, 13))
    assert told() == []
    sweep(day(4, 14))
    assert told() == [("pegawai", "before:1")]
    bring_to_end = quiet_town(code="53.71", name="Kupang", prefix="Kupang ")
    bring_to(bring_to_end, State.CLOSED)
    hush()
    sweep(NOVEMBER + timedelta(days=30))
    assert not [who for who, _rule in told() if who.startswith("kupang")]


def test_a_cycle_with_rows_of_its_own_follows_them_and_no_defaults(holidays):
    place = quiet_town()
    ReminderRule.objects.create(cycle=place.cycle, kind=RuleKind.BEFORE, days=2)
    ReminderRule.objects.create(cycle=place.cycle, kind=RuleKind.HR, days=1)
    for today in every_day_from(date(2026, 1, 19), date(2026, 2, 20)):
        sweep(day(today.month, today.day))
    assert told() == [("pegawai", "before:2"), ("sdm", "hr:1"), ("sdm-dua", "hr:1")]


def test_the_rules_of_a_cycle_are_its_defaults_when_it_has_no_rows(holidays):
    quiet_town(rules=CycleRules(remind_before=(4,), remind_after=(), escalate_hr_after=2))
    for today in every_day_from(date(2026, 1, 19), date(2026, 2, 4)):
        sweep(day(today.month, today.day))
    assert told() == [("pegawai", "before:4"), ("sdm", "hr:2"), ("sdm-dua", "hr:2")]


def test_a_unit_with_a_six_day_week_has_its_own_days(holidays):
    place = quiet_town()
    Unit.objects.filter(pk=place.section.pk).update(week=6)
    Case.objects.update(due_at=end_of_day("Asia/Jakarta", date(2026, 2, 2)))
    sweep(day(1, 30))
    # Saturday counts: from Monday back two working days is Friday.
    assert told() == [("pegawai", "before:3")]
    sweep(day(1, 31))
    assert told() == [("pegawai", "before:1"), ("pegawai", "before:3")]


def test_a_closed_cycle_and_people_who_left_are_left_in_peace(holidays):
    place = quiet_town("employee", "colleague")
    Person.objects.filter(pk=place.colleague.pk).update(left_on=date(2026, 1, 10))
    sweep(day(1, 29))
    assert told() == [("pegawai", "before:1")]
    place.cycle.status = "closed"
    place.cycle.save()
    sweep(day(1, 30))
    assert told() == [("pegawai", "before:1")]


def test_the_queries_of_a_sweep_do_not_grow_with_the_cases_and_their_holders(holidays):
    town()
    hush()
    deadlines.tell_deadlines(day(1, 6))  # reads the calendars
    for people in (["Pegawai"], ["Pegawai", "Rekan", "Penilai", "Atasan", "Sdm"]):
        Delivery.objects.all().delete()
        Case.objects.update(turn_since=day(2, 1))
        Case.objects.filter(person__name__in=people).update(turn_since=JANUARY)
        with CaptureQueriesContext(connection) as found:
            deadlines.tell_deadlines(day(1, 29))
        assert {who for who, _rule in told()} == {name.lower() for name in people}
        # Cycles, rules, what to tell, savepoint, cases, accounts, deliveries, savepoint, and the
        # bells to settle: of turns that ended, of earlier reminders.
        assert len(found) == 10


def test_a_look_with_nothing_to_tell_asks_two_questions(holidays):
    quiet_town()
    deadlines.look(day(1, 29))
    with CaptureQueriesContext(connection) as found:
        assert deadlines.look(day(1, 29, 9, 1)) == 0
    assert len(found) == 2  # the marks and the open cycles


def test_between_two_mornings_a_look_waits_an_hour_and_never_over_a_morning(holidays):
    quiet_town()
    assert deadlines.look(day(1, 29, 7, 40)) == 1  # the reminder of the 27th
    assert deadlines.look(day(1, 29, 7, 50)) == 0
    assert deadlines.look(day(1, 29, 8, 0)) == 1
    Delivery.objects.all().delete()
    assert deadlines.look(day(1, 29, 8, 30)) == 0
    assert deadlines.look(day(1, 29, 9, 0)) == 1


def test_of_the_reminders_of_one_item_only_the_newest_counts_beside_the_bell(holidays):
    place = quiet_town()
    for today in (21, 27, 29):
        sweep(day(1, today))
    assert len(told()) == 3
    unread = Delivery.objects.filter(channel="bell", read_at=None)
    assert [row.rule for row in unread] == ["before:1"]
    assert unread_count(place.employee.user) == 1
