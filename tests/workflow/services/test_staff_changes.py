"""Every kind of move at every state of the machine: what becomes of the person's own appraisal.

The table is written out by hand from the machine's table in design/architecture.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cycles.models import Absence, Cycle, LedgerEntry, Posting, Segment, StaffChange, Stage
from tests.builders import Town, bring_to, town
from tests.workflow.moves import WITH_LEVEL, carry, foresee, moment_of, taken_back, vacant
from workflow.enums import ENDED, Party, State
from workflow.models import ApprovalProcess, Case, ObjectionProcess
from workflow.queries.staff_changes import last_authority
from workflow.services.door import stream_of
from workflow.services.opening import open_cycle
from workflow.services.sweeps import close_windows, follow_seats, open_assessments

pytestmark = pytest.mark.django_db

BEFORE = "planning plan_review monitoring checkin_review"
RATED = "self_assessment supervisor_review rating_review"
KNOWN = "delivery announced objection_statements objection_decision final_approval"
ALL = f"{BEFORE} {RATED} {KNOWN} closed excluded".split()


def stays(states: str) -> dict[str, str]:
    return {state: state for state in states.split()}


OUT = dict.fromkeys(f"{BEFORE} {RATED}".split(), "excluded") | stays(f"{KNOWN} closed excluded")
# kind → state → where the person's own appraisal stands afterwards.
EXPECTED: dict[str, dict[str, str]] = {
    "post": dict.fromkeys(BEFORE.split(), "planning") | stays(f"{RATED} {KNOWN} closed excluded"),
    "retirement": OUT,
    "dismissal": OUT,
    "agency": OUT,
    "death": dict.fromkeys(f"{BEFORE} {RATED} {KNOWN}".split(), "excluded")
    | stays("closed excluded"),
    "absence:unpaid_leave": OUT,
    "absence:study": OUT,
    "absence:suspended": OUT,
    "absence:secondment": OUT,
    "absence:pre_retirement": OUT,
    "absence:long_leave": stays(" ".join(ALL)),
}
AUTHORITIES = {
    "retirement": "retirement", "dismissal": "dismissed", "agency": "moved", "death": "death",
    "absence:unpaid_leave": "leave", "absence:study": "study", "absence:suspended": "suspended",
    "absence:secondment": "secondment", "absence:pre_retirement": "retirement",
}  # fmt: skip


def details(place: Town, kind: str) -> tuple[str, dict[str, Any]]:
    """The kind as HR records it, with what belongs to it."""
    name, _, absence = kind.partition(":")
    if name == "post":
        return name, {"post": vacant(place, under="mayor")}
    if name == "agency":
        return name, {
            "to_agency": town("53.71", "Kupang", "Asia/Makassar", "K ", opened=None).agency
        }
    if name == "absence":
        return name, {"absence": absence, "vacates": absence != "long_leave"}
    return name, {}


def hands_of(case: Case) -> tuple[Any, ...]:
    return (case.turn_party, case.turn_person_id, case.rater_id, case.decider_id, case.rated_by_id)


def test_the_table_names_every_state_for_every_kind():
    for kind, row in EXPECTED.items():
        assert set(row) == set(State.values), kind


@pytest.mark.parametrize("state", ALL)
def test_the_own_appraisal_goes_where_the_table_says_and_the_preview_said_so(state):
    place = town(rules=WITH_LEVEL)
    before = bring_to(place, State(state))
    for kind in EXPECTED:
        with taken_back(kind):
            the_table_and_the_preview_say_so(place, before, kind, state)


def the_table_and_the_preview_say_so(place: Town, before: Case, kind: str, state: str) -> None:
    now = moment_of(State(state))
    name, more = details(place, kind)
    ledger = LedgerEntry.objects.count()
    foreseen = foresee(place, place.employee, name, now, **more)
    assert (foreseen.problem, LedgerEntry.objects.count()) == ("", ledger)
    assert hands_of(place.case()) == hands_of(before)
    assert not StaffChange.objects.exists()

    carried = carry(place, place.employee, name, now, **more)

    case, expected = place.case(), EXPECTED[kind][state]
    assert case.state == expected
    assert carried.effects == foreseen.effects
    assert carried.change.applied_at == now
    follows = [own.after for own in carried.effects.own]
    assert follows == ([] if state == "closed" else [expected])
    if expected == "excluded" and state != "excluded":
        assert last_authority(case) == AUTHORITIES[kind]
        assert (case.turn_party, case.turn_person) == (Party.SYSTEM, None)
        assert not ApprovalProcess.objects.filter(case=case, closed_at=None).exists()
        assert not ObjectionProcess.objects.filter(case=case, closed_at=None).exists()
    elif kind == "post" and state in BEFORE.split():
        assert (case.segment_number, case.has_plan_in_force, case.level) == (2, False, 0)
        assert (case.post, case.rater) == (more["post"], place.mayor)
        assert (case.turn_party, case.turn_person) == (Party.EMPLOYEE, place.employee)
        assert not ApprovalProcess.objects.filter(case=case, closed_at=None).exists()
    else:
        assert (hands_of(case), case.segment_number) == (hands_of(before), 1)
        assert (case.post, case.unit) == (before.post, before.unit)
        running = ApprovalProcess.objects.filter(case=case, closed_at=None)
        assert running.count() == int(state in {"plan_review", "checkin_review", "rating_review",
                                                "final_approval"})  # fmt: skip
    time_alone_makes_nothing_final(place, state, expected, now)


def time_alone_makes_nothing_final(place: Town, state: str, expected: str, now: datetime) -> None:
    """Whoever was taken out stays out, and only a person settles a result."""
    for days in (1, 60, 300):
        later = now + timedelta(days=days)
        open_assessments(later)
        close_windows(later)
        follow_seats(later)
    case = place.case()
    assert (case.state == "closed") == (state == "closed")
    if expected == "excluded":
        assert case.state == "excluded"
    if case.state not in ENDED:
        assert case.turn_person_id is not None or case.turn_party != Party.EMPLOYEE


def test_earlier_stretches_keep_their_names_ranks_and_raters():
    place = town()
    bring_to(place, State.MONITORING)
    now = moment_of(State.MONITORING)
    post = vacant(place, under="mayor")
    carry(place, place.employee, "post", now, post=post)
    place.employee.rank, place.employee.name = "Penata Tingkat I (III/d)", "Pegawai, S.Tr.Keb."
    place.employee.save()
    first, second = Segment.objects.filter(appraisal=place.case().appraisal)
    assert (first.person_name, first.rank, first.post_title, first.rater_name) == (
        "Pegawai", "Penata (III/c)", "Bidan Ahli Pertama", "Penilai",
    )  # fmt: skip
    assert (second.post_title, second.rater_name) == ("Analis Kesehatan", "Wali")
    assert (first.ends_on + timedelta(days=1), second.ends_on) == (second.starts_on, None)
    assert second.starts_on == now.date()


def test_a_move_recorded_late_counts_from_its_own_day():
    place = town()
    bring_to(place, State.MONITORING)
    now = moment_of(State.MONITORING)
    on = now.date() - timedelta(days=20)
    carry(place, place.employee, "post", now, post=vacant(place), on=on)
    first, second = Segment.objects.filter(appraisal=place.case().appraisal)
    assert (first.ends_on, second.starts_on) == (on - timedelta(days=1), on)
    assert Posting.objects.get(person=place.employee, ends_on=None).starts_on == on


def test_a_move_before_the_year_began_leaves_no_day_in_the_old_post():
    place = town()
    now = moment_of(State.PLANNING)
    carry(place, place.employee, "post", now, post=vacant(place), on=date(2025, 12, 22))
    first, second = Segment.objects.filter(appraisal=place.case().appraisal)
    assert first.ends_on < first.starts_on == second.starts_on


@pytest.mark.parametrize("state", [state for state in ALL if state not in {"closed", "excluded"}])
def test_who_returns_goes_on_where_plan_and_date_allow(state):
    place = town(rules=WITH_LEVEL)
    bring_to(place, State(state))
    now = moment_of(State(state))
    name, more = details(place, "absence:study")
    carry(place, place.employee, name, now, **more)
    was_out = place.case().state == "excluded"
    back = now + timedelta(days=10)
    had_plan = state not in {"planning", "plan_review"}
    foreseen = foresee(place, place.employee, "return", back, post=place.posts["employee"])
    done = carry(place, place.employee, "return", back, post=place.posts["employee"])
    assert done.effects == foreseen.effects
    expected = state
    if was_out:
        is_late = back >= place.case().assessment_opens_at
        expected = "planning" if not had_plan else "self_assessment" if is_late else "monitoring"
    assert (place.case().state, place.case().segment_number) == (expected, 1)


def test_who_returns_into_another_post_plans_anew_there():
    place = town()
    bring_to(place, State.MONITORING)
    now = moment_of(State.MONITORING)
    carry(place, place.employee, "absence", now, absence="study", vacates=True)
    back = now + timedelta(days=30)
    post = vacant(place)
    carry(place, place.employee, "return", back, post=post)
    case = place.case()
    assert (case.state, case.post, case.segment_number, case.rater) == (
        "planning", post, 2, place.superior,
    )  # fmt: skip


def test_who_was_away_when_the_cycle_was_opened_joins_it_on_returning():
    place = town(opened=None)
    now = moment_of(State.PLANNING)
    Absence.objects.create(agency=place.agency, person=place.employee, kind="study",
                           starts_on=date(2025, 8, 1), ends_on=date(2026, 2, 28))  # fmt: skip
    open_cycle(place.cycle, now=now)
    assert not Case.objects.filter(person=place.employee).exists()
    back = moment_of(State.MONITORING)
    foreseen = foresee(place, place.employee, "return", back)
    assert not Case.objects.filter(person=place.employee).exists()
    done = carry(place, place.employee, "return", back)
    assert done.effects == foreseen.effects
    assert [(own.action, own.after) for own in done.effects.own] == [("open", "planning")]
    assert (place.case().state, place.case().rater) == ("planning", place.rater)


def test_a_year_that_is_ending_runs_on_while_the_next_one_ends():
    """Two cycles run in winter: a known result stays, the fresh plan is excluded."""
    place = town()
    bring_to(place, State.ANNOUNCED)
    now = moment_of(State.ANNOUNCED)
    following = Cycle.objects.create(
        agency=place.agency, year=2027, name="SKP 2027", starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31), rules=place.cycle.rules,
    )  # fmt: skip
    for stage in place.cycle.stages.all():
        days = {name: getattr(stage, name).replace(year=2027)
                for name in ("opens_on", "due_on", "closes_on")}  # fmt: skip
        Stage.objects.create(cycle=following, kind=stage.kind, number=stage.number,
                             name=stage.name, **days)  # fmt: skip
    open_cycle(following, now=now)
    foreseen = foresee(place, place.employee, "retirement", now)
    done = carry(place, place.employee, "retirement", now)
    assert done.effects == foreseen.effects
    assert [(own.cycle, own.after) for own in done.effects.own] == [
        (place.cycle.name, "announced"), ("SKP 2027", "excluded"),
    ]  # fmt: skip
    assert Case.objects.get(cycle=following, person=place.employee).state == "excluded"


def test_who_was_excluded_by_a_court_is_not_taken_back_by_returning():
    place = town()
    bring_to(place, State.MONITORING)
    now = moment_of(State.MONITORING)
    place.act(place.hr, "exclude", now, authority="court", reason="Putusan pengadilan.")
    carry(place, place.employee, "absence", now, absence="long_leave")
    carry(place, place.employee, "return", now + timedelta(days=5))
    assert place.case().state == "excluded"


def test_the_story_tells_hr_the_letter_and_the_reason():
    place = town()
    bring_to(place, State.MONITORING)
    now = moment_of(State.MONITORING)
    carry(place, place.employee, "retirement", now, letter="823/7", reason="Mencapai batas usia.")
    entry = LedgerEntry.objects.filter(stream=stream_of(place.case())).order_by("seq").last()
    assert "823/7" in entry.payload
    assert "Mencapai batas usia." in entry.payload


def test_a_different_wish_is_another_preview():
    """The comparison of preview and outcome can fail: another post, other effects."""
    place = town()
    bring_to(place, State.PLANNING)
    now = moment_of(State.PLANNING)
    one = foresee(place, place.employee, "post", now, post=vacant(place, under="mayor"))
    other = foresee(place, place.employee, "post", now, post=vacant(place, "Lain"))
    assert one.effects != replace(other.effects, occupied=one.effects.occupied)
