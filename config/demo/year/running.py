"""From planning to the last check-in: what both cities live through."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from config.demo.clock import START
from config.demo.world.events import EXTENSIONS, MISSED_CHECKINS
from config.demo.world.progress import checkin_for
from config.demo.world.returns import return_checkin, return_plan
from config.demo.world.specs import ExclusionSpec, Grade
from config.demo.year.player import Player, day
from cycles.models import Stage
from workflow.enums import State
from workflow.models import Case
from workflow.services.extension import extend_stage

AUTHORITIES = {
    "pensiun": "retirement",
    "cuti": "leave",
    "tugas belajar": "study",
    "diberhentikan sementara": "suspended",
    "meninggal": "death",
}


def plan_the_year(play: Player, late: dict[str, str]) -> None:
    """January: everybody plans; some plans go back; `late` names those that stay behind.

    Values of `late`: "planning" (never handed in), "returned" (twice returned, not mended),
    "plan_review" (handed in, nobody looked).
    """
    rng = play.rng
    for key in play.everyone():
        plan, fate = play.plan(key), late.get(key, "")
        if fate == "planning":
            continue
        handed_in = play.moment(day(1, 6), day(1, 28))
        if fate == "plan_review":
            handed_in = play.at(day(11, 20) if rng.random() < 0.5 else day(11, 24))
            play.employee(key, "submit", handed_in, body=plan.body())
            continue
        play.employee(key, "submit", handed_in, body=plan.body())
        looked = play.after(handed_in, 1, 4)
        if fate == "returned" or rng.random() < 0.12:
            defect = return_plan(plan, rng)
            play.act(key, "return_", looked, reason=defect.reason,
                     pins={defect.field: defect.reason})  # fmt: skip
            if fate == "returned":
                continue
            mended = play.after(looked, 1, 2)
            play.employee(key, "submit", mended, body=defect.mended.body())
            looked = play.after(mended, 1, 3)
        play.act(key, "approve", looked)


def check_in(
    play: Player,
    number: int,
    span: tuple[date, date],
    stuck: set[str],
    only: set[str] | None = None,
) -> None:
    """A round: most hand in and are approved; `stuck` stay with their rater, unlooked at.

    With `only`, the others have not handed in yet.
    """
    rng = play.rng
    for key in play.everyone():
        case = Case.objects.only("state", "round", "round_opens_at").get(pk=play.cases[key])
        if case.state != State.MONITORING or case.round_opens_at is None:
            continue
        when = play.moment(*span)
        if case.round < number:
            _miss(play, key, when)
        elif case.round > number:
            continue
        if only is not None and key not in only:
            continue
        if key not in stuck and rng.random() < 0.18:
            continue  # handed in by nobody; the rater records it as missed, or the opening does
        trends: tuple[Grade, ...] = ("meets", "meets", "meets", "above", "below")
        trend = rng.choice(trends)
        body: dict[str, Any] = checkin_for(
            play.plan(key), number, rng, rounds=play.rounds, domain=play.domain, trend=trend
        )
        if when >= START:
            continue
        play.employee(key, "submit_checkin", when, body=body)
        looked = play.after(when, 1, 4)
        if key in stuck or looked >= START:
            continue
        if rng.random() < 0.1:
            defect = return_checkin(body, rng, domain=play.domain)
            play.act(key, "return_", looked, reason=defect.reason,
                     pins={defect.field: defect.reason})  # fmt: skip
            mended = play.after(looked, 1, 2)
            looked = play.after(mended, 1, 2)
            if looked >= START:
                continue
            play.employee(key, "submit_checkin", mended, body=defect.mended)
        play.act(key, "approve", looked)


def _miss(play: Player, key: str, when: datetime) -> None:
    """The rater records that an earlier round was never handed in."""
    rater = Case.objects.values_list("rater_id", flat=True).get(pk=play.cases[key])
    play.person(key, rater or play.hr.pk, "miss_checkin", when,
                reason=play.rng.choice(MISSED_CHECKINS))  # fmt: skip


def move_people(play: Player, until: date) -> None:
    """Transfers of the year up to a day: a new post, a new plan, approved there."""
    for move in play.spec.moves:
        if move.on > until or move.person not in play.cases or move.post in play.moved_to:
            continue
        play.moved_to.add(move.post)
        when = play.at(move.on)
        post = play.loaded.posts[move.post]
        play.office(move.person, "transfer", when, post=post.public_id,
                    reason=f"{move.reason} (Surat {move.letter})")  # fmt: skip
        plan = play.plans.get(move.post) or play.plan(move.person)
        play.plans[move.person] = plan
        handed_in = play.after(when, 3, 9)
        play.employee(move.person, "submit", handed_in, body=plan.body())
        play.act(move.person, "approve", play.after(handed_in, 1, 4))


def exclude(play: Player, specs: tuple[ExclusionSpec, ...], until: date, since: date) -> None:
    """Those who leave the cycle between two days."""
    for spec in specs:
        if not since <= spec.on <= until or spec.person not in play.cases:
            continue
        words = spec.reason.lower()
        authority = next((code for word, code in AUTHORITIES.items() if word in words), "other")
        play.office(spec.person, "exclude", play.at(spec.on), authority=authority,
                    reason=f"{spec.reason} ({spec.authority})")  # fmt: skip


def extend(
    play: Player, kind: str, number: int, unit_key: str, until: date, when: datetime, why: int = 0
) -> None:
    """HR gives a unit more time for a stage."""
    stage = Stage.objects.select_related("cycle__agency").get(
        cycle=play.loaded.cycle, kind=kind, number=number
    )
    extend_stage(
        stage, due_on=until, reason=EXTENSIONS[why % len(EXTENSIONS)],
        actor=play.actor(play.hr.pk, when), unit=play.loaded.units[unit_key], now=when,
    )  # fmt: skip
