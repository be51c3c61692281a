"""From the opening of the assessment to the final approval, each case up to its own fate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from config.demo.clock import START
from config.demo.world.events import WITHOUT_SELF_ASSESSMENT
from config.demo.world.objections import Outcome, objection_for
from config.demo.world.progress import self_assessment_for
from config.demo.world.ratings import rating_for
from config.demo.world.returns import return_final, return_rating, return_self_assessment
from config.demo.world.specs import Grade
from config.demo.year.player import Player, day
from workflow.enums import State
from workflow.models import Case
from workflow.services.drafts import save_draft


@dataclass(frozen=True)
class Fate:
    """Where a case stands when the demo begins, and what happened on the way."""

    state: State
    work: Grade = "meets"
    behaviour: Grade = "meets"
    outcome: Outcome | Literal[""] = ""
    is_returned: bool = False
    is_silent: bool = False  # the employee let the time pass
    is_late: bool = False


ORDER = [
    State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW, State.RATING_REVIEW, State.DELIVERY,
    State.ANNOUNCED, State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION, State.FINAL_APPROVAL,
    State.CLOSED,
]  # fmt: skip


def _goes_past(fate: Fate, state: State) -> bool:
    return ORDER.index(fate.state) > ORDER.index(state)


class Assessment:
    """One case's assessment; each step stops where the fate says so."""

    def __init__(self, play: Player, key: str, fate: Fate) -> None:
        self.play, self.key, self.fate = play, key, fate
        self.plan = play.plan(key)

    def self_assess(self) -> datetime | None:
        play, key, fate, rng = self.play, self.key, self.fate, self.play.rng
        body = self_assessment_for(self.plan, rng, domain=play.domain, trend=fate.work)
        early = fate.state in {State.CLOSED, State.FINAL_APPROVAL, State.OBJECTION_DECISION}
        last = day(11, 5) if early else day(11, 12)
        if not _goes_past(fate, State.SELF_ASSESSMENT):
            if rng.random() < 0.5 or key == play.draft_of:
                actor = play.actor(play.loaded.people[key].pk, START)
                save_draft(play.cases[key], "self_assessment", body, actor=actor,
                           now=play.moment(day(11, 25), day(11, 30)))  # fmt: skip
            if not fate.is_returned:
                return None
        if fate.is_silent and fate.state == State.SUPERVISOR_REVIEW:
            when = play.moment(day(11, 30), day(12, 1))
            rater = Case.objects.values_list("rater_id", flat=True).get(pk=play.cases[key])
            play.person(key, rater or play.hr.pk, "proceed_without", when,
                        reason=rng.choice(WITHOUT_SELF_ASSESSMENT))  # fmt: skip
            return when
        when = play.moment(day(11, 3), last)
        play.employee(key, "submit", when, body=body)
        if fate.is_returned and fate.state in {State.SELF_ASSESSMENT, State.SUPERVISOR_REVIEW}:
            defect = return_self_assessment(body, rng, domain=play.domain)
            looked = play.after(when, 2, 5)
            play.act(key, "return_", looked, reason=defect.reason,
                     pins={defect.field: defect.reason})  # fmt: skip
            if fate.state == State.SELF_ASSESSMENT:
                return None
            when = play.after(looked, 1, 2)
            play.employee(key, "submit", when, body=defect.mended)
        return when

    def rate(self, when: datetime) -> datetime | None:
        play, key, fate, rng = self.play, self.key, self.fate, self.play.rng
        if not _goes_past(fate, State.SUPERVISOR_REVIEW):
            if rng.random() < 0.4:
                self._draft_rating(when)
            return None
        if fate.state in {State.RATING_REVIEW, State.DELIVERY}:
            when = play.moment(day(11, 23), day(11, 27))
        else:
            when = play.after(when, 1, 2)
        body = rating_for(self.plan, fate.work, fate.behaviour, rng)
        case = play.act(key, "rate", when, body=body)
        if case.state == State.RATING_REVIEW:
            if not _goes_past(fate, State.RATING_REVIEW):
                return None
            looked = play.after(when, 1, 2)
            if fate.is_returned:
                defect = return_rating(rng)
                play.act(key, "return_", looked, reason=defect.reason,
                         pins={defect.field: defect.reason})  # fmt: skip
                again = play.after(looked, 1, 1)
                play.act(key, "rate", again, body=body)
                looked = play.after(again, 1, 1)
            play.act(key, "approve", looked)
            when = looked
        return when if _goes_past(fate, State.DELIVERY) else None

    def _draft_rating(self, when: datetime) -> None:
        play = self.play
        case = Case.objects.only("turn_person").get(pk=play.cases[self.key])
        if case.turn_person_id is not None:
            body = rating_for(self.plan, self.fate.work, self.fate.behaviour, play.rng)
            later = play.moment(day(11, 26), day(11, 30))
            save_draft(play.cases[self.key], "rating", body | {"behaviour": ""},
                       actor=play.actor(case.turn_person_id, later), now=later)  # fmt: skip

    def announce(self, when: datetime) -> datetime | None:
        play, key, fate = self.play, self.key, self.fate
        if fate.state == State.ANNOUNCED:
            when = max(when, play.moment(day(11, 23), day(11, 30)))
        elif fate.state == State.OBJECTION_STATEMENTS:
            when = max(when, play.moment(day(11, 18), day(11, 23)))
        else:
            when = play.after(when, 0, 1)
        play.employee(key, "deliver", when)
        if fate.state == State.ANNOUNCED or fate.is_silent:
            return None
        if not fate.outcome and not _objects(fate):
            when = play.after(when, 1, 3)
            play.employee(key, "accept", when)
        return when

    def object(self, when: datetime) -> datetime | None:
        play, key, fate, rng = self.play, self.key, self.fate, self.play.rng
        if not fate.outcome and not _objects(fate):
            return when
        outcome: Outcome = fate.outcome or "uphold"
        file = objection_for(
            self.plan, rng, outcome, work=fate.work, behaviour=fate.behaviour, domain=play.domain
        )
        when = (
            max(play.after(when, 1, 1), play.moment(day(11, 24), day(11, 30)))
            if fate.state == State.OBJECTION_STATEMENTS
            else play.after(when, 1, 2)
        )
        play.employee(key, "object", when, body={"text": file.claim, "link": file.claim_link})
        explanation = {"text": file.explanation, "link": file.explanation_link}
        statement = {"text": file.statement, "link": file.statement_link}
        if fate.state == State.OBJECTION_STATEMENTS:
            if fate.is_late:
                play.act(key, "explain", play.after(when, 0, 1), body=explanation)
            return None
        when = play.after(when, 1, 1)
        play.act(key, "explain", when, body=explanation)
        when = play.after(when, 0, 1)
        play.employee(key, "add_statement", when, body=statement)
        if fate.state == State.OBJECTION_DECISION:
            return None
        when = play.after(when, 1, 2)
        play.act(key, outcome, when, body=file.decision())
        return when

    def settle(self, when: datetime) -> None:
        play, fate = self.play, self.fate
        if fate.is_returned and fate.state == State.FINAL_APPROVAL:
            return
        if fate.state == State.CLOSED:
            play.act(self.key, "settle", min(play.after(when, 1, 3), START))


def _objects(fate: Fate) -> bool:
    return fate.state in {State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION}


def assess(play: Player, fates: dict[str, Fate], mine: set[str]) -> None:
    """Play every case of `mine` that stands in self-assessment up to its fate."""
    for key in play.everyone():
        if key not in mine or play.state(key) != State.SELF_ASSESSMENT:
            continue
        one = Assessment(play, key, fates.get(key, Fate(State.SELF_ASSESSMENT)))
        when = one.self_assess()
        when = one.rate(when) if when else None
        when = one.announce(when) if when else None
        when = one.object(when) if when else None
        if when:
            one.settle(when)


def return_a_formal_defect(play: Player, key: str, when: date) -> None:
    """HR sends one back for a formal defect: it is rated and delivered anew."""
    defect = return_final(play.rng)
    play.act(key, "return_", play.at(when), reason=defect.reason)
