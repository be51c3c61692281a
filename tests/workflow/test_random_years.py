"""Random people do random things for a year: nothing gets stuck, and nobody oversteps.

`RANDOM_YEARS=200 python -m pytest tests/workflow/test_random_years.py` plays that many random
years instead of the few fixed ones of the suite.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from viewflow.workflow.models import Task

from cycles import audit
from cycles.calendar import at_local
from cycles.enums import Role
from cycles.exceptions import Refused
from cycles.models import Acting, LedgerEntry, Person, Post, Posting, RoleGrant, Stage
from cycles.rules import CycleRules, Level
from tests.builders import (
    CHECKIN,
    EXPLANATION,
    JANUARY,
    OBJECTION,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    STATEMENT,
    Town,
    actor,
    person,
    town,
)
from workflow import machine
from workflow.enums import ENDED, Party, State
from workflow.models import ApprovalProcess, Case, ObjectionProcess, TurnInterval
from workflow.permissions import (
    SYSTEM,
    Actor,
    judge,
    may_see_rating,
    parties_of,
    verdicts,
    visible_cases,
)
from workflow.queries.counters import counts
from workflow.services import sweeps
from workflow.services.door import advance, stream_of
from workflow.services.extension import extend_stage

LONG = int(os.environ.get("RANDOM_YEARS", "0"))
STEPS = 60 if LONG else 25
UPKEEP = {"exclude", "transfer", "reassign", "reinstate"}
RULES = CycleRules(
    plan_levels=(Level("rater"), Level("superior")),
    rating_levels=(Level("superior", ("sangat_baik",)),),
    final_levels=(Level("hr"), Level("superior")),
)
# In a year that nobody disturbs, what leads to its end.
ONWARD = (
    "settle", "uphold", "name_decider", "proceed", "explain", "deliver", "rate",
    "proceed_without", "approve", "keep_plan", "miss_checkin", "window_over", "open_assessment",
)  # fmt: skip
FORWARD = {*ONWARD, "submit", "submit_checkin", "accept", "object", "add_statement", "waive",
           "change", "rerate"}  # fmt: skip
PICK = st.integers(0, 10_000)


class Year(RuleBasedStateMachine):
    """Six appraisals of one town, with people who come, leave, stand in and are moved."""

    place: ClassVar[Town]
    third_hr: ClassVar[Person]
    seen_states: ClassVar[Counter[str]] = Counter()

    @initialize(acts=st.integers(0, 22), pick=PICK)
    def begin(self, acts: int, pick: int) -> None:
        """Somewhere in the year: one case was played on, act by act, before chance takes over."""
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now: datetime = JANUARY
        self.hired = 0
        self.sentences: list[str] = []
        self.known_people: list[tuple[Person, Actor]] = []
        self.checked: dict[int, tuple[object, ...]] = {}
        for number in range(acts):
            self.play_on(self.place.case(), pick // (number + 1))

    def teardown(self) -> None:
        if not hasattr(self, "undo"):
            return
        try:
            self.every_case_has_a_way_out()
            assert list(audit.verify()) == []
            assert all(self.sentences), "a refusal without a sentence"
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # --- helpers ---------------------------------------------------------------------------------

    @property
    def today(self) -> Any:
        return (self.now + timedelta(hours=7)).date()

    def cases(self) -> list[Case]:
        return list(
            Case.objects.filter(cycle=self.place.cycle).select_related("agency").order_by("pk")
        )

    def staff(self) -> list[Person]:
        """Everyone in office, with their account."""
        return [
            someone
            for someone in Person.objects.filter(agency=self.place.agency).order_by("pk")
            if someone.left_on is None or someone.left_on > self.today
        ]

    def people(self) -> list[tuple[Person, Actor]]:
        """The same with what they may do today; read afresh when that may have changed."""
        if not self.known_people:
            self.known_people = [(someone, actor(someone, self.today)) for someone in self.staff()]
        return self.known_people

    def people_changed(self) -> None:
        self.known_people, self.checked = [], {}

    def data_for(self, case: Case, action: str, pick: int) -> dict[str, Any]:
        data: dict[str, Any] = {"reason": "Alasan yang cukup."}
        body = {
            ("submit", State.PLANNING): PLAN,
            ("submit", State.SELF_ASSESSMENT): SELF_ASSESSMENT,
            ("submit_checkin", State.MONITORING): CHECKIN,
            ("object", State.ANNOUNCED): OBJECTION,
            ("explain", State.OBJECTION_STATEMENTS): EXPLANATION,
            ("add_statement", State.OBJECTION_STATEMENTS): STATEMENT,
        }.get((action, State(case.state)))
        level = ("above", "meets", "above", "below")[pick % 4]
        if action == "rate":
            body = RATING | {"work": level, "behaviour": level}
        if action in {"uphold", "change", "rerate"}:
            body = {"reasons": "Sesuai bukti.", "work": level, "behaviour": "meets"}
        if body is not None:
            data["body"] = body
        if action == "exclude":
            data["authority"] = ("leave", "death", "court")[pick % 3]
        if action == "transfer":
            posts = list(Post.objects.filter(agency=self.place.agency).order_by("pk"))
            data["post"] = str(posts[pick % len(posts)].public_id)
        if action in {"reassign", "name_decider"} and (pick % 3 or action == "name_decider"):
            people = self.staff()
            data["person"] = str(people[pick % len(people)].public_id)
        if action == "reassign" and pick % 5 == 0:
            data = {"reason": "Ke SDM.", "to": "hr"}
        return data

    def do(self, case: Case, who: Actor, action: str, pick: int) -> bool:
        try:
            with transaction.atomic():
                advance(case.pk, action, actor=who, now=self.now,
                        data=self.data_for(case, action, pick))  # fmt: skip
        except Refused as refusal:
            self.sentences.append(refusal.reason.strip())
            return False
        return True

    def sweep(self) -> None:
        sweeps.open_assessments(self.now)
        sweeps.close_windows(self.now)
        sweeps.pass_undelivered_to_hr(self.now)
        sweeps.follow_seats(self.now)

    # --- what may happen -------------------------------------------------------------------------

    @rule(which=PICK, who=PICK, what=PICK)
    def somebody_does_what_they_may(self, which: int, who: int, what: int) -> None:
        """Mostly the ordinary course of things: whoever holds a turn acts."""
        cases = [case for case in self.cases() if case.state not in ENDED] or self.cases()
        case = cases[which % len(cases)]
        choices = [
            (someone, verdict.action)
            for someone in [*(who for _, who in self.people()), SYSTEM]
            for verdict in verdicts(someone, case, self.now)
            if verdict.is_allowed and (verdict.action not in UPKEEP or who % 6 == 0)
        ]
        if choices:
            someone, action = choices[what % len(choices)]
            self.do(case, someone, action, what)

    @rule(which=PICK, who=PICK, action=st.sampled_from(machine.ACTIONS), pick=PICK)
    def somebody_tries_anything(self, which: int, who: int, action: str, pick: int) -> None:
        cases, people = self.cases(), self.people()
        case, someone = cases[which % len(cases)], people[who % len(people)][1]
        before = (case.state, case.turn_number)
        did = self.do(case, someone, action, pick)
        case = Case.objects.get(pk=case.pk)
        assert did or (case.state, case.turn_number) == before, "a refused act left a trace"

    @rule(which=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5]), acts=st.integers(1, 8), pick=PICK)
    def a_case_goes_on(self, which: int, acts: int, pick: int) -> None:
        """Several ordinary acts after each other, and time passing between them."""
        focus = self.place.case()
        others = [case for case in self.cases() if case.pk != focus.pk]
        for number in range(acts):
            self.play_on([focus, *others][which], pick // (number + 1))

    def play_on(self, case: Case, pick: int) -> None:
        """One act towards the end by whoever may do it; if nobody may, time passes until it can."""
        case = Case.objects.select_related("agency").get(pk=case.pk)
        choices = [
            (who, verdict.action)
            for who in [*(who for _, who in self.people()), SYSTEM]
            for verdict in verdicts(who, case, self.now)
            if verdict.is_allowed and verdict.action in FORWARD
        ]
        if choices:
            who, action = choices[pick % len(choices)]
            self.do(case, who, action, pick)
        elif case.state not in ENDED:
            opens = [case.due_at, case.round_opens_at, case.assessment_opens_at]
            ahead = [moment for moment in opens if moment is not None and moment > self.now]
            self.now = min(ahead, default=self.now + timedelta(days=1))
            self.people_changed()
            self.sweep()

    @rule(days=st.sampled_from([1, 3, 8, 25, 60]))
    def time_passes(self, days: int) -> None:
        if self.now.year < 2028:
            self.now += timedelta(days=days)
        self.people_changed()
        self.sweep()

    @rule(which=PICK, how=PICK)
    def somebody_leaves(self, which: int, how: int) -> None:
        """Retired, or moved elsewhere; the personnel file is not always in order."""
        people = [p for p in self.staff() if p != self.third_hr]
        someone = people[which % len(people)]
        if how % 2 and len(people) > 6:
            Person.objects.filter(pk=someone.pk).update(left_on=self.today)
            someone.user.is_active = False
            someone.user.save(update_fields=["is_active"])
        if how % 3:
            for posting in Posting.objects.filter(person=someone, ends_on=None):
                posting.ends_on = max(self.today - timedelta(days=1), posting.starts_on)
                posting.save(update_fields=["ends_on"])
        self.people_changed()
        sweeps.follow_seats(self.now)

    @rule(which=PICK, power=PICK)
    def somebody_stands_in(self, which: int, power: int) -> None:
        people = self.staff()
        posts = list(Post.objects.filter(agency=self.place.agency, is_head=True).order_by("pk"))
        Acting.objects.create(
            agency=self.place.agency, post=posts[which % len(posts)],
            person=people[power % len(people)], kind="plt", letter=f"SPT {which}",
            starts_on=self.today, ends_on=self.today + timedelta(days=power % 90),
            may_approve=power % 5 > 0, may_rate=power % 3 > 0, may_decide=power % 2 > 0,
        )  # fmt: skip
        self.people_changed()
        sweeps.follow_seats(self.now)

    @rule(which=PICK)
    def somebody_is_appointed(self, which: int) -> None:
        vacant = list(
            Post.objects.filter(agency=self.place.agency)
            .exclude(postings__ends_on=None, postings__isnull=False)
            .order_by("pk")
        )
        if vacant and self.hired < 8:
            self.hired += 1
            new = person(self.place.agency, f"Pejabat Baru {self.hired}")
            post = vacant[which % len(vacant)]
            Posting.objects.create(
                agency=self.place.agency, post=post, person=new, starts_on=self.today
            )
            self.people_changed()
            sweeps.follow_seats(self.now)

    @rule(which=PICK, days=st.sampled_from([3, 20, 60]))
    def hr_extends_a_stage(self, which: int, days: int) -> None:
        stages = list(Stage.objects.filter(cycle=self.place.cycle).order_by("pk"))
        stage = stages[which % len(stages)]
        try:
            extend_stage(stage, due_on=max(stage.due_on, self.today) + timedelta(days=days),
                         reason="Banjir", actor=actor(self.third_hr), unit=self.place.section,
                         now=self.now)  # fmt: skip
        except Refused as refusal:
            self.sentences.append(refusal.reason.strip())

    @rule()
    def counters_are_folded(self) -> None:
        sweeps.fold_counters()

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def every_case_is_in_order(self) -> None:
        if not hasattr(self, "undo"):
            return
        people, cases = self.people(), self.cases()
        signatures = {
            case.pk: tuple(getattr(case, f.attname) for f in Case._meta.concrete_fields)
            for case in cases
        }
        changed = [case for case in cases if self.checked.get(case.pk) != signatures[case.pk]]
        self.checked = signatures
        if changed:
            self.only_who_has_a_part_sees_it(cases, people)
        for case in changed:
            self.seen_states[case.state] += 1
            self.is_told_in_the_ledger(case)
            self.is_somebodys_turn(case, people)
            self.keeps_the_assessed_person_out(case)
            self.keeps_the_rating_secret(case, people)
            self.is_mirrored_by_the_engine(case)
            self.has_gapless_intervals(case)
        if not changed:
            return
        real = Counter(Case.objects.filter(cycle=self.place.cycle).values_list("unit_id", "state"))
        assert counts(self.place.cycle.pk) == real

    def only_who_has_a_part_sees_it(
        self, cases: list[Case], people: list[tuple[Person, Actor]]
    ) -> None:
        for someone, who in people:
            seen = set(Case.objects.filter(visible_cases(who)).values_list("pk", flat=True))
            assert seen == {case.pk for case in cases if parties_of(who, case)}, someone

    def is_told_in_the_ledger(self, case: Case) -> None:
        entries = list(LedgerEntry.objects.filter(stream=stream_of(case)).order_by("seq"))
        assert entries[-1].to_state == case.state
        for before, after in pairwise(entries):
            assert after.from_state == before.to_state
        given = 0
        for entry in entries:
            told = json.loads(entry.payload)
            party = told["data"].get("party")
            if told["actor"] == case.person_id:
                assert party == Party.EMPLOYEE, f"{entry.action} on their own appraisal"
            if party == Party.EMPLOYEE:
                assert told["actor"] == case.person_id
            if entry.action == "deliver":
                given = max(given, 1)
        assert (case.delivered_rating > 0) == (given > 0)

    def is_somebodys_turn(self, case: Case, people: list[tuple[Person, Actor]]) -> None:
        if case.state in ENDED:
            assert case.turn_person_id is None
            return
        assert case.due_at is not None
        party = Party(case.turn_party)
        if case.turn_person_id is None:
            assert party in {Party.HR, Party.RATER, Party.APPROVER, Party.EXPLAINER,
                             Party.FINALISER, Party.SYSTEM}, party  # fmt: skip
        holders = [
            who
            for _, who in people
            if who.person_id == case.turn_person_id
            or (case.turn_person_id is None and case.agency_id in who.hr_agencies)
        ]
        if case.turn_person_id == case.person_id and not holders:
            return  # who has left is for HR to exclude, or the year goes on without
        assert holders or party == Party.SYSTEM, f"{case}: the turn of somebody who has left"
        can = [
            verdict.action
            for who in [*holders, SYSTEM]
            for verdict in verdicts(who, case, self.now)
            if verdict.is_allowed and verdict.action not in UPKEEP
        ]
        waits = party == Party.SYSTEM and case.assessment_opens_at > self.now
        early = case.round_opens_at is not None and case.round_opens_at > self.now
        assert can or waits or early, f"{case}: the holder ({party}) can do nothing"

    def keeps_the_assessed_person_out(self, case: Case) -> None:
        me = case.person_id
        assert (case.turn_person_id == me) <= (case.turn_party == Party.EMPLOYEE)
        assert me not in {case.rater_id, case.decider_id, case.rated_by_id}
        assert me not in case.rating_approvers
        if case.decider_id is not None and case.state in {
            State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION,
        }:  # fmt: skip
            assert case.decider_id not in {case.rated_by_id, *case.rating_approvers}

    def keeps_the_rating_secret(self, case: Case, people: list[tuple[Person, Actor]]) -> None:
        asked = {case.rater_id, case.rated_by_id, case.turn_person_id}
        for someone, who in people:
            parties = parties_of(who, case)
            for number in range(case.delivered_rating + 1, case.rating_number + 2):
                if not may_see_rating(who, case, number):
                    continue
                assert someone.pk != case.person_id, "the employee sees an undelivered rating"
                stands_in = any(seat is not None for seat in parties.values())
                unheld = case.turn_person_id is None or case.rater_id is None
                pooled = unheld and case.agency_id in who.hr_agencies
                assert someone.pk in asked or stands_in or pooled, f"{someone} sees rating {number}"

    def is_mirrored_by_the_engine(self, case: Case) -> None:
        waiting = {
            task.flow_task.name: task.owner.person_id if task.owner else None
            for task in Task.objects.filter(
                process_id__in=[
                    *ApprovalProcess.objects.filter(case=case).values_list("pk", flat=True),
                    *ObjectionProcess.objects.filter(case=case).values_list("pk", flat=True),
                ],
                flow_task_type="HUMAN",
                finished=None,
            ).select_related("owner")
        }
        turn = case.turn_person_id
        if case.state in {State.PLAN_REVIEW, State.CHECKIN_REVIEW, State.RATING_REVIEW,
                          State.FINAL_APPROVAL}:  # fmt: skip
            assert waiting == {"review": turn}
            (open_,) = ApprovalProcess.objects.filter(case=case, closed_at=None)
            assert (open_.asked_id, open_.level) == (turn, open_.level)
        elif case.state == State.OBJECTION_STATEMENTS:
            expected = set()
            if not case.has_explanation:
                expected.add("explanation")
                assert waiting["explanation"] == turn
            if not case.has_statement:
                expected.add("statement")
                assert waiting["statement"] == case.person_id
            assert set(waiting) == expected
        elif case.state == State.OBJECTION_DECISION:
            assert waiting == {"decision": turn}
        else:
            assert waiting == {}

    def has_gapless_intervals(self, case: Case) -> None:
        spans = list(TurnInterval.objects.filter(case=case).order_by("number"))
        assert [span.number for span in spans] == list(range(1, len(spans) + 1))
        for earlier, later in pairwise(spans):
            assert earlier.began_at <= earlier.ended_at == later.began_at
        if spans:
            assert spans[-1].ended_at == case.turn_since
        assert case.turn_number == len(spans) + 1

    # --- the way out -----------------------------------------------------------------------------

    def every_case_has_a_way_out(self) -> None:
        """With a silent employee, and nobody dying, every case still comes to its end."""
        for case in self.cases():
            for _ in range(60):
                case = Case.objects.select_related("agency").get(pk=case.pk)
                if case.state in ENDED:
                    break
                assert self.goes_on(case), f"{case} ({case.turn_party}) is stuck"
                self.every_case_is_in_order()
            assert case.state in ENDED, f"{case}: no end after 60 acts"

    def goes_on(self, case: Case) -> bool:
        others = [actor(p, self.today) for p in self.staff() if p.pk != case.person_id]
        for action in ONWARD:
            for who in [*others, SYSTEM]:
                if judge(who, case, action, self.now).is_allowed:
                    tries = range(12) if action == "name_decider" else [1]
                    if any(self.do(case, who, action, pick) for pick in tries):
                        return True
        hr = actor(self.third_hr)
        if case.state == State.PLANNING:
            with transaction.atomic():
                advance(case.pk, "exclude", actor=hr, now=self.now,
                        data={"reason": "CLTN", "authority": "leave"})  # fmt: skip
            return True
        later = max(case.due_at, case.window_ends_at or case.due_at)
        if self.now < later:
            self.now = later
            self.sweep()
            return True
        return False


@pytest.mark.django_db
def test_random_years_never_get_stuck_and_nobody_oversteps():
    Year.place = town(rules=RULES)
    Year.third_hr = person(Year.place.agency, "Sdm Tiga")
    RoleGrant.objects.create(user=Year.third_hr.user, role=Role.HR, agency=Year.place.agency)
    assert at_local(Year.place.agency.zone, JANUARY.date(), 9) == JANUARY
    run_state_machine_as_test(
        Year,
        settings=settings(
            max_examples=LONG or 10,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            deadline=None,
            # Shrinking a year takes longer than reading it.
            phases=[Phase.generate],
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert set(State) - set(Year.seen_states) == set()
