"""State × action × person, every cell through the door.

What is expected is written out here by hand, from the rules, not taken from the machine's table.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from cycles.enums import ActingKind
from cycles.exceptions import NotAllowed, Refused, WrongState
from cycles.models import Acting, Person, Post, Posting
from cycles.rules import CycleRules, Level
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
    actor,
    bring_to,
    person,
    town,
)
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import SYSTEM, Actor, actor_of, verdicts, visible_cases
from workflow.services.door import advance
from workflow.services.opening import open_cycle
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db

WITH_LEVEL = CycleRules(rating_levels=(Level("superior", ("sangat_baik",)),))

# Every act there is, and in which states it exists at all.
ACTS = {
    "submit": "planning self_assessment",
    "keep_plan": "planning",
    "approve": "plan_review checkin_review rating_review",
    "return_": "plan_review checkin_review supervisor_review rating_review final_approval",
    "withdraw": "plan_review checkin_review objection_statements",
    "submit_checkin": "monitoring",
    "miss_checkin": "monitoring",
    "amend_plan": "monitoring",
    "open_assessment": "monitoring",
    "proceed_without": "self_assessment",
    "rate": "supervisor_review",
    "deliver": "delivery",
    "accept": "announced",
    "object": "announced",
    "window_over": "announced",
    "explain": "objection_statements",
    "add_statement": "objection_statements",
    "waive": "objection_statements",
    "proceed": "objection_statements",
    "uphold": "objection_decision",
    "change": "objection_decision",
    "rerate": "objection_decision",
    "name_decider": "objection_statements objection_decision",
    "settle": "final_approval",
    "reinstate": "excluded",
    "exclude": "planning plan_review monitoring checkin_review self_assessment supervisor_review "
    "rating_review delivery announced objection_statements objection_decision final_approval",
    "transfer": "planning plan_review monitoring checkin_review self_assessment "
    "supervisor_review rating_review delivery announced objection_statements objection_decision "
    "final_approval",
    "reassign": "planning plan_review monitoring checkin_review self_assessment "
    "supervisor_review rating_review delivery announced objection_statements objection_decision "
    "final_approval",
}

# Who may do what, in time. "act>state": it leads there; "act!": it is theirs, but not now.
EXPECTED = {
    "planning": {
        "employee": "submit>plan_review keep_plan!",
        "rater": "keep_plan!",
        "plh": "keep_plan!",
        "hr": "exclude>excluded transfer>planning reassign>planning",
        "system": "transfer>planning reassign>planning",
    },
    "plan_review": {
        "employee": "withdraw>planning",
        "rater": "approve>monitoring return_>planning",
        "plh": "approve>monitoring return_>planning",
        "hr": "exclude>excluded transfer>planning reassign>plan_review",
        "system": "transfer>planning reassign>plan_review",
    },
    "monitoring": {
        "employee": "submit_checkin>checkin_review amend_plan>planning",
        "rater": "miss_checkin!",
        "plh": "miss_checkin!",
        "hr": "exclude>excluded transfer>planning reassign>monitoring",
        "system": "open_assessment! transfer>planning reassign>monitoring",
    },
    "checkin_review": {
        "employee": "withdraw>monitoring",
        "rater": "approve>monitoring return_>monitoring",
        "plh": "approve>monitoring return_>monitoring",
        "hr": "exclude>excluded transfer>planning reassign>checkin_review",
        "system": "transfer>planning reassign>checkin_review",
    },
    "self_assessment": {
        "employee": "submit>supervisor_review",
        "rater": "proceed_without!",
        "plh": "proceed_without!",
        "hr": "exclude>excluded transfer>self_assessment reassign>self_assessment",
        "system": "transfer>self_assessment reassign>self_assessment",
    },
    "supervisor_review": {
        "employee": "",
        "rater": "rate>delivery return_>self_assessment",
        "plh": "rate>delivery return_>self_assessment",
        "hr": "exclude>excluded transfer>supervisor_review reassign>supervisor_review",
        "system": "transfer>supervisor_review reassign>supervisor_review",
    },
    "rating_review": {
        "employee": "",
        "rater": "",
        "plh": "",
        "superior": "approve>delivery return_>supervisor_review",
        "plh_above": "approve>delivery return_>supervisor_review",
        "hr": "exclude>excluded transfer>rating_review reassign>rating_review",
        "system": "transfer>rating_review reassign>rating_review",
    },
    "delivery": {
        "employee": "deliver>announced",
        "rater": "deliver>announced",
        "plh": "deliver>announced",
        "hr": "deliver>announced exclude>excluded transfer>delivery reassign>delivery",
        "system": "transfer>delivery reassign>delivery",
    },
    "announced": {
        "employee": "accept>final_approval object>objection_statements",
        "rater": "",
        "plh": "",
        "hr": "exclude>excluded transfer>announced reassign>announced",
        "system": "window_over! transfer>announced reassign>announced",
    },
    "objection_statements": {
        "employee": "add_statement>objection_statements waive>objection_statements "
        "withdraw>final_approval",
        "rater": "explain>objection_statements",
        "plh": "explain>objection_statements",
        "superior": "proceed!",
        "plh_above": "proceed!",
        "hr": "name_decider! exclude>excluded transfer>objection_statements "
        "reassign>objection_statements",
        "system": "transfer>objection_statements reassign>objection_statements",
    },
    "objection_decision": {
        "employee": "",
        "rater": "",
        "plh": "",
        "superior": "uphold>final_approval change>final_approval rerate>supervisor_review",
        "plh_above": "uphold>final_approval change>final_approval rerate>supervisor_review",
        "hr": "name_decider! exclude>excluded transfer>objection_decision "
        "reassign>objection_decision",
        "system": "transfer>objection_decision reassign>objection_decision",
    },
    "final_approval": {
        "employee": "",
        "rater": "",
        "plh": "",
        "hr": "settle>closed return_>supervisor_review exclude>excluded transfer>final_approval "
        "reassign>final_approval",
        "system": "transfer>final_approval reassign>final_approval",
    },
    "closed": {"employee": "", "rater": "", "plh": "", "hr": "", "system": ""},
    "excluded": {
        "employee": "",
        "rater": "",
        "plh": "",
        "hr": "reinstate>monitoring",
        "system": "",
    },
}
# On their own appraisal HR's people are employees; HR's second is HR; the others have no part.
SAME_AS = {"hr_who_is_the_employee": "employee", "hr_second": "hr"}
PEOPLE = (
    "employee", "rater", "plh", "superior", "plh_above", "mayor", "colleague", "hr", "hr_second",
    "hr_who_is_the_employee", "hr_elsewhere", "observer", "admin", "system",
)  # fmt: skip

MOMENTS = {"planning": JANUARY, "plan_review": JANUARY, "monitoring": APRIL,
           "checkin_review": APRIL, "excluded": APRIL}  # fmt: skip
BODIES = {
    ("submit", "planning"): PLAN,
    ("submit", "self_assessment"): SELF_ASSESSMENT,
    ("submit_checkin", "monitoring"): CHECKIN,
    ("rate", "supervisor_review"): RATING,
    ("object", "announced"): OBJECTION,
    ("explain", "objection_statements"): EXPLANATION,
    ("add_statement", "objection_statements"): STATEMENT,
    **{
        (act, "objection_decision"): {"reasons": "Sesuai bukti.", "work": "meets",
                                      "behaviour": "above"}
        for act in ("uphold", "change", "rerate")
    },
}  # fmt: skip


def stand_in(place: Town, key: str, kind: str = ActingKind.PLH, **powers: bool) -> Person:
    """An acting official for a post, all year."""
    someone = person(place.agency, f"{kind} {key}")
    Acting.objects.create(
        agency=place.agency, post=place.posts[key], person=someone, kind=kind, letter="SPT 1/2026",
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), **powers,
    )  # fmt: skip
    return someone


def vacancy(place: Town) -> Post:
    return Post.objects.create(
        agency=place.agency, unit=place.office, superior=place.posts["superior"],
        title="Analis Kesehatan", kind="pelaksana",
    )  # fmt: skip


def attempt(case: Case, action: str, who: Actor, now: datetime, vacant: Post, other: Person) -> str:
    """Do it, undo it, and say what came of it: the state, or the name of the refusal."""
    data: dict[str, Any] = {
        "reason": "Alasan yang cukup.", "authority": "death", "post": str(vacant.public_id),
    }  # fmt: skip
    if action == "name_decider":
        data["person"] = str(other.public_id)
    if body := BODIES.get((action, case.state)):
        data["body"] = body
    try:
        with transaction.atomic():
            outcome = advance(case.pk, action, actor=who, data=data, now=now)
            reached = str(outcome.case.state)
            assert outcome.case.turn_person_id != case.person_id or reached in {
                "planning", "monitoring", "self_assessment", "announced", "objection_statements",
            }  # fmt: skip
            transaction.set_rollback(True)
            return reached
    except Refused as refusal:
        return type(refusal).__name__ if refusal.reason.strip() else "no sentence"


def expected_of(state: str, action: str, row: str | None) -> str:
    """What a person's row says about an act; None: they have no part in the case."""
    if row is None:
        return NotAllowed.__name__
    theirs = dict(cell.rstrip("!").partition(">")[::2] for cell in row.split())
    if action in theirs:
        return theirs[action] or WrongState.__name__
    return (NotAllowed if state in ACTS[action].split() else WrongState).__name__


def wrong_cells(
    place: Town, case: Case, now: datetime, actors: dict[str, Actor], rows: dict[str, str]
) -> list[str]:
    vacant = vacancy(place)
    found = []
    for name, who in actors.items():
        row = rows.get(SAME_AS.get(name, name))
        for action in ACTS:
            wanted = expected_of(case.state, action, row)
            got = attempt(case, action, who, now, vacant, place.colleague)
            if got != wanted:
                found.append(f"{case.state}: {name} {action}: {got}, expected {wanted}")
        # Who has a part in a case may open its page, and nobody else.
        sees = Case.objects.filter(visible_cases(who), pk=case.pk).exists()
        if not who.is_system and sees != (row is not None):
            found.append(f"{case.state}: {name} {'sees' if sees else 'does not see'} the case")
        offered = {v.action for v in verdicts(who, case, now) if v.is_allowed}
        possible = {cell.partition(">")[0] for cell in (row or "").split() if ">" in cell}
        if offered != possible:
            found.append(f"{case.state}: {name} is offered {offered}, expected {possible}")
    return found


@pytest.mark.parametrize("state", list(EXPECTED))
def test_every_act_of_every_person_leads_where_it_should_or_is_refused_with_its_reason(state):
    place = town(rules=WITH_LEVEL)
    elsewhere = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="K ", opened=None)
    plh = stand_in(place, "rater")
    plh_above = stand_in(place, "superior", may_rate=False, may_decide=True)
    case = bring_to(place, State(state))
    now = MOMENTS.get(state, NOVEMBER)
    own = actor(place.employee)
    actors = {
        "employee": own,
        "hr_who_is_the_employee": replace(own, hr_agencies=frozenset({place.agency.pk})),
        "plh": actor(plh),
        "plh_above": actor(plh_above),
        "hr_elsewhere": actor(elsewhere.hr),
        "observer": actor_of(place.observer, now.date()),
        "admin": actor_of(place.admin, now.date()),
        "system": SYSTEM,
        **{
            key: actor(getattr(place, key))
            for key in ("rater", "superior", "mayor", "colleague", "hr", "hr_second")
        },
    }
    assert set(actors) == set(PEOPLE)
    assert case.state == state
    assert wrong_cells(place, case, now, actors, EXPECTED[state]) == []


@pytest.mark.parametrize("state", [s for s in EXPECTED if s != "rating_review"])
def test_the_acting_official_of_a_vacant_post_stands_where_its_holder_would(state):
    place = town(rules=WITH_LEVEL, opened=None)
    gone = place.rater
    Posting.objects.filter(post=place.posts["rater"]).update(ends_on=date(2025, 12, 31))
    place.rater = stand_in(place, "rater", ActingKind.PLT)
    open_cycle(place.cycle, now=JANUARY)
    case = bring_to(place, State(state))
    actors = {key: actor(getattr(place, key)) for key in ("employee", "rater", "superior", "hr")}
    actors["gone"] = actor(gone)
    assert wrong_cells(place, case, MOMENTS.get(state, NOVEMBER), actors, EXPECTED[state]) == []


@pytest.mark.parametrize(
    ("state", "former", "successor"),
    [
        ("delivery", "", "deliver>announced"),
        ("announced", "", None),
        ("objection_statements", "explain>objection_statements", None),
        ("objection_decision", "", None),
        ("final_approval", "", None),
    ],
)
def test_a_former_rater_answers_for_the_rating_and_does_nothing_else(state, former, successor):
    place = town()
    case = bring_to(place, State(state))
    Posting.objects.filter(post=place.posts["rater"]).update(ends_on=NOVEMBER.date())
    new = person(place.agency, "Penerus")
    later = NOVEMBER + timedelta(days=1)
    Posting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=new, starts_on=later.date()
    )
    follow_seats(later)
    rows = {"former": former} | ({"successor": successor} if successor is not None else {})
    actors = {"former": actor(place.rater), "successor": actor(new)}
    assert wrong_cells(place, place.case(), later, actors, rows) == []
    assert case.state == state
