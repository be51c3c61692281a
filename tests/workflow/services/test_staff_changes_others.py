"""A rater, an approver or a decider who leaves: what waits for them passes on, at once.

The tables are written out by hand: kind of change × state of the employee's appraisal → who holds
the turn and who rates afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from viewflow.workflow.models import Task

from cycles.enums import ActingKind, Role
from cycles.exceptions import Refused
from cycles.models import Acting, Person, RoleGrant
from cycles.services.staff_changes import SeatTaken
from tests.builders import (
    APRIL,
    CHECKIN,
    JANUARY,
    NOVEMBER,
    PLAN,
    RATING,
    Town,
    actor,
    bring_to,
    person,
    seat,
    town,
)
from tests.workflow.moves import WITH_LEVEL, carry, foresee, moment_of, taken_back, vacant
from workflow.enums import Party, State
from workflow.models import Case, SuccessorNote
from workflow.permissions import visible_cases
from workflow.services.drafts import save_draft
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db

# state → (who holds the turn, who rates) once the rater is gone; "-" is HR.
RATER_GONE = {
    "planning": ("employee", "superior"),
    "plan_review": ("superior", "superior"),
    "monitoring": ("employee", "superior"),
    "checkin_review": ("superior", "superior"),
    "self_assessment": ("employee", "superior"),
    "supervisor_review": ("superior", "superior"),
    "rating_review": ("superior", "rater"),
    "delivery": ("superior", "superior"),
    "announced": ("employee", "rater"),
    "objection_statements": ("-", "rater"),  # the superior decides: HR explains from the file
    "objection_decision": ("superior", "rater"),
    "final_approval": ("-", "rater"),
    "closed": ("-", "rater"),
    "excluded": ("-", "rater"),
}
# Who moves within the agency still explains what they rated.
RATER_MOVED = RATER_GONE | {"objection_statements": ("rater", "rater")}
RATER_STAYS = RATER_MOVED | {
    state: ("rater" if state in {"plan_review", "checkin_review", "supervisor_review", "delivery"}
            else turn, "rater")
    for state, (turn, _) in RATER_MOVED.items()
}  # fmt: skip
# state → who holds the turn once the rater's superior is gone (also who decides an objection).
SUPERIOR_GONE = {"rating_review": "mayor", "objection_decision": "mayor"}
SUPERIOR_MOVED = {"rating_review": "mayor"}
BY_KIND: dict[str, tuple[dict[str, tuple[str, str]], dict[str, str]]] = {
    "post": (RATER_MOVED, SUPERIOR_MOVED),
    "retirement": (RATER_GONE, SUPERIOR_GONE),
    "dismissal": (RATER_GONE, SUPERIOR_GONE),
    "death": (RATER_GONE, SUPERIOR_GONE),
    "agency": (RATER_GONE, SUPERIOR_GONE),
    "absence:study": (RATER_MOVED, SUPERIOR_MOVED),
    "absence:long_leave": (RATER_STAYS, {}),
}


def details(place: Any, kind: str) -> tuple[str, dict[str, Any]]:
    name, _, absence = kind.partition(":")
    if name == "post":
        return name, {"post": vacant(place, "Kepala Bidang Lain", under="mayor")}
    if name == "agency":
        other = town("53.71", "Kupang", "Asia/Makassar", "K ", opened=None)
        return name, {"to_agency": other.agency}
    if name == "absence":
        return name, {"absence": absence, "vacates": absence != "long_leave"}
    return name, {}


def someone(place: Any, key: str) -> Person | None:
    return None if key == "-" else getattr(place, key)


@pytest.mark.parametrize("state", list(RATER_GONE))
def test_what_waits_for_a_leaving_rater_passes_on_at_once(state):
    place = town(rules=WITH_LEVEL)
    before = bring_to(place, State(state))
    for kind in BY_KIND:
        with taken_back(kind):
            what_the_rater_leaves_passes_on(place, before, kind, state)


def what_the_rater_leaves_passes_on(place: Town, before: Case, kind: str, state: str) -> None:
    now = moment_of(State(state))
    name, more = details(place, kind)
    foreseen = foresee(place, place.rater, name, now, **more)
    done = carry(place, place.rater, name, now, **more)
    assert done.effects == foreseen.effects
    case = place.case()
    turn, rater = (someone(place, key) for key in BY_KIND[kind][0][state])
    assert (case.state, case.turn_person, case.rater) == (state, turn, rater)
    assert case.due_at == before.due_at, "the office had its time"
    assert case.turn_person != case.person or case.turn_party == Party.EMPLOYEE
    told = {(row.part, row.before, row.after) for row in done.effects.passed
            if row.case_id == case.pk}  # fmt: skip
    expected = set()
    for part, old, new in (("turn", before.turn_person, case.turn_person),
                           ("rater", before.rater, case.rater)):  # fmt: skip
        if old != new:
            expected.add((part, old.name if old else "", new.name if new else ""))
    assert told == expected
    if state in {"plan_review", "checkin_review"}:
        task = Task.objects.get(process__approvalprocess__case=case, finished=None)
        assert task.owner == turn.user
    assert follow_seats(now) == 0, "nothing is left for the sweep"


@pytest.mark.parametrize(
    "state", ["plan_review", "rating_review", "objection_statements", "objection_decision"]
)
def test_what_waits_for_the_superior_of_the_rater_passes_on_too(state):
    place = town(rules=WITH_LEVEL)
    before = bring_to(place, State(state))
    for kind in BY_KIND:
        with taken_back(kind):
            what_the_superior_leaves_passes_on(place, before, kind, state)


def what_the_superior_leaves_passes_on(place: Town, before: Case, kind: str, state: str) -> None:
    now = moment_of(State(state))
    name, more = details(place, kind)
    foreseen = foresee(place, place.superior, name, now, **more)
    done = carry(place, place.superior, name, now, **more)
    assert done.effects == foreseen.effects
    case, moved = place.case(), BY_KIND[kind][1]
    turn = someone(place, moved[state]) if state in moved else before.turn_person
    assert (case.state, case.turn_person, case.rater) == (state, turn, place.rater)
    is_gone = kind in {"retirement", "dismissal", "death", "agency"}
    if state.startswith("objection"):
        assert case.decider == (place.mayor if is_gone else place.superior)
    assert case.person not in {case.decider, case.rater}
    assert follow_seats(now) == 0


def test_a_leavers_draft_rating_is_not_signed_by_the_successor():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    saved = save_draft(place.case().pk, "rating", RATING, actor=actor(place.rater), now=NOVEMBER)
    carry(place, place.rater, "retirement", NOVEMBER)
    saved.document.refresh_from_db()
    assert saved.document.body == {}
    place.act(place.superior, "rate", NOVEMBER, body=RATING)
    assert place.case().rated_by == place.superior


def test_whoever_takes_the_vacant_post_takes_over_what_waits_there():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    carry(place, place.rater, "retirement", JANUARY)
    assert place.case().turn_person == place.superior
    new = person(place.agency, "Penerus")
    seat(new, place.office, "Analis", place.posts["superior"])
    later = JANUARY + timedelta(days=3)
    foreseen = foresee(place, new, "post", later, post=place.posts["rater"])
    done = carry(place, new, "post", later, post=place.posts["rater"])
    case = place.case()
    assert (case.turn_person, case.rater, case.rater_post) == (new, new, place.posts["rater"])
    assert done.effects == foreseen.effects
    place.act(new, "approve", later)
    assert place.case().state == "monitoring"


def test_whoever_hr_named_to_rate_goes_on_rating_when_the_superior_leaves():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.hr, "reassign", JANUARY, person=str(place.hr_second.public_id), reason="SPT 1")
    carry(place, place.rater, "retirement", JANUARY)
    assert (place.case().turn_person, place.case().rater) == (place.hr_second, place.hr_second)


def test_long_leave_of_a_head_leaves_what_waits_to_a_plh():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    carry(place, place.rater, "absence", JANUARY, absence="long_leave")
    assert place.case(place.rater).state == "planning", "long leave does not exclude"
    Acting.objects.create(agency=place.agency, post=place.posts["rater"], person=place.colleague,
                          kind=ActingKind.PLH, letter="SPT 3", starts_on=JANUARY.date(),
                          ends_on=APRIL.date())  # fmt: skip
    place.act(place.colleague, "approve", JANUARY)
    assert place.case().state == "monitoring"


def test_two_who_change_places_move_as_one_act_once_both_are_recorded():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    rater, other = place.posts["rater"], place.posts["hr_second"]
    with pytest.raises(SeatTaken, match="Penilai"):
        carry(place, place.hr_second, "post", APRIL, post=rater, by=place.hr)
    first = carry(place, place.rater, "post", APRIL, post=other, may_wait=True)
    assert (first.change.applied_at, first.effects) == (None, None)
    assert "Sdm Dua" in first.change.problem
    second = carry(place, place.hr_second, "post", APRIL, post=rater, may_wait=True)
    first.change.refresh_from_db()
    assert first.change.applied_at == second.change.applied_at == APRIL
    assert (first.change.problem, second.change.problem) == ("", "")
    assert place.case().turn_person == place.hr_second
    assert place.case(place.rater).post == other
    place.act(place.hr_second, "approve", APRIL)
    assert place.case().state == "monitoring"


def test_who_leaves_the_agency_leaves_every_power_there():
    place = town()
    Acting.objects.create(agency=place.agency, post=place.posts["superior"], person=place.hr_second,
                          kind=ActingKind.PLH, letter="SPT 3", starts_on=JANUARY.date(),
                          ends_on=NOVEMBER.date())  # fmt: skip
    Acting.objects.create(agency=place.agency, post=place.posts["rater"], person=place.hr_second,
                          kind=ActingKind.PLT, letter="SPT 4", starts_on=NOVEMBER.date(),
                          ends_on=NOVEMBER.date())  # fmt: skip
    carry(place, place.hr_second, "retirement", APRIL)
    assert not RoleGrant.objects.filter(user=place.hr_second.user, role=Role.HR).exists()
    running, coming = Acting.objects.filter(person=place.hr_second).order_by("starts_on")
    assert running.ends_on == APRIL.date() - timedelta(days=1)
    assert coming.ends_on < coming.starts_on, "taken back before it began"
    who = actor(place.hr_second, APRIL.date())
    assert set(Case.objects.filter(visible_cases(who)).values_list("person", flat=True)) == {
        place.hr_second.pk
    }


def test_only_the_dead_lose_their_account():
    place = town()
    carry(place, place.rater, "retirement", JANUARY)
    carry(place, place.colleague, "death", JANUARY)
    place.rater.user.refresh_from_db()
    place.colleague.user.refresh_from_db()
    assert (place.rater.user.is_active, place.colleague.user.is_active) == (True, False)


def test_nobody_records_a_change_of_their_own():
    place = town()
    with pytest.raises(Refused, match=r"\w"):
        carry(place, place.hr, "retirement", JANUARY)
    assert place.hr.postings.filter(ends_on=None).exists()
    done = carry(place, place.hr, "retirement", JANUARY, by=place.hr_second)
    assert place.case(place.hr).state == "excluded"
    assert done.change.author == place.hr_second.user


def test_what_waits_on_hrs_own_appraisal_passes_on_although_hr_acts():
    """Once the author, employee of that case, would have been refused."""
    place = town()
    place.act(place.hr_second, "submit", JANUARY, place.hr_second, body=PLAN)
    carry(place, place.hr, "retirement", JANUARY, by=place.hr_second)
    assert place.case(place.hr_second).turn_person == place.mayor


def test_the_leaver_is_asked_for_notes_on_what_they_rate_but_the_dead_are_not():
    place = town()
    bring_to(place, State.MONITORING)
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    done = carry(place, place.rater, "retirement", APRIL)
    notes = SuccessorNote.objects.filter(author=place.rater)
    assert done.effects.notes_asked == notes.count() == 2
    assert {note.case.person for note in notes} == {place.employee, place.colleague}
    carry(place, place.superior, "death", APRIL)
    assert not SuccessorNote.objects.filter(author=place.superior).exists()
