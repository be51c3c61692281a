"""What happens in the two cities until the demo begins."""

from __future__ import annotations

import multiprocessing
from datetime import date, timedelta
from random import Random

from django.db import connections, transaction

from config.demo.clock import START
from config.demo.load import Timing, load
from config.demo.world.events import unit_result
from config.demo.world.specs import AgencySpec
from config.demo.year.assessing import Fate, assess, return_a_formal_defect
from config.demo.year.player import Player, day
from config.demo.year.running import check_in, exclude, extend, move_people, plan_the_year
from cycles import ledger
from cycles.models import Person, RoleGrant, UnitResult
from cycles.rules import CycleRules, Level
from notifications.services.deadlines import tell_deadlines
from workflow.enums import State
from workflow.models import Event
from workflow.services import sweeps
from workflow.services.opening import open_cycle

TANGSEL = "36.74"
# Ratings out of the middle climb to the rater's superior before they are delivered.
EXTREMES = Level("superior", ("sangat_baik", "butuh_perbaikan", "kurang", "sangat_kurang"))
RECENT = timedelta(days=2)
S = State

# The people of the nurse's own puskesmas: her rater's inbox shows something of everything.
OF_THE_PUSKESMAS = [
    Fate(S.SUPERVISOR_REVIEW), Fate(S.DELIVERY), Fate(S.OBJECTION_STATEMENTS, "below"),
    Fate(S.SUPERVISOR_REVIEW, "above", is_returned=True), Fate(S.OBJECTION_DECISION, "below"),
    Fate(S.RATING_REVIEW, "above", "above"), Fate(S.CLOSED), Fate(S.ANNOUNCED),
]  # fmt: skip
ELSEWHERE = [
    Fate(S.SELF_ASSESSMENT), Fate(S.SUPERVISOR_REVIEW), Fate(S.CLOSED, "above"),
    Fate(S.FINAL_APPROVAL), Fate(S.ANNOUNCED, "above"), Fate(S.DELIVERY, "above"),
    Fate(S.RATING_REVIEW, "above", "above"), Fate(S.CLOSED, "below", outcome="change"),
    Fate(S.SUPERVISOR_REVIEW, is_silent=True), Fate(S.FINAL_APPROVAL, is_silent=True),
    Fate(S.OBJECTION_STATEMENTS, "below", is_late=True), Fate(S.SELF_ASSESSMENT, is_returned=True),
    Fate(S.CLOSED, "above", "above", is_returned=True), Fate(S.ANNOUNCED),
    Fate(S.SUPERVISOR_REVIEW),
    Fate(S.OBJECTION_DECISION, "below"), Fate(S.FINAL_APPROVAL, "below", outcome="uphold"),
    Fate(S.SELF_ASSESSMENT), Fate(S.DELIVERY), Fate(S.CLOSED), Fate(S.RATING_REVIEW, "below"),
    Fate(S.SUPERVISOR_REVIEW, "above"), Fate(S.FINAL_APPROVAL, "above"), Fate(S.CLOSED),
]  # fmt: skip


def play_tangsel(spec: AgencySpec) -> None:
    """The city whose assessment runs: every state after monitoring, and some that lag behind."""
    timing = Timing(day(11, 2), day(11, 27), day(12, 11), day(12, 9), day(12, 18),
                    (("Tengah tahun", day(9, 1), day(10, 16), day(11, 30)),))  # fmt: skip
    with transaction.atomic():
        play = _begin(spec, timing, CycleRules(rating_levels=(EXTREMES,)))
        names = {p.username: p.key for p in spec.people if p.username}
        own, head, chief = names["pegawai"], names["penilai"], names["atasan"]
        play.draft_of = own
        plain = [k for k in play.everyone() if k not in {own, head, chief, names["sdm"]}]
        staff = [k for k in plain if spec.post(k).unit == spec.post(own).unit]
        rest = [k for k in plain if k not in staff]
        late = _late(rest, play.rng, {"planning": 3, "returned": 2, "plan_review": 4})
        late |= {staff[-1]: "plan_review"}
        stuck = set(_draw(play.rng, [k for k in rest if k not in late], 4)) | {staff[-2]}
        plan_the_year(play, late)
        exclude(play, spec.exclusions, day(6, 30), day(1, 1))
        move_people(play, day(9, 30))
        check_in(play, 1, (day(10, 5), day(10, 16)), stuck)
        exclude(play, spec.exclusions, day(11, 1), day(7, 1))
        sweeps.open_assessments(play.at(day(11, 2)))
        unit = spec.post(own).unit
        extend(play, "self_assessment", 0, unit, day(12, 4), play.at(day(11, 12)), 1)
    fates = {own: Fate(S.SELF_ASSESSMENT), head: Fate(S.ANNOUNCED, "above"),
             chief: Fate(S.SUPERVISOR_REVIEW, "above"),
             names["sdm"]: Fate(S.SELF_ASSESSMENT)}  # fmt: skip
    fates |= _deal(staff, OF_THE_PUSKESMAS) | _deal(rest, ELSEWHERE)
    side_by_side(play, fates)
    with transaction.atomic():
        sweeps.close_windows(START)
        sweeps.pass_undelivered_to_hr(START - timedelta(hours=20))
        final = [k for k in rest if fates[k].state == S.FINAL_APPROVAL
                 and play.state(k) == S.FINAL_APPROVAL and not fates[k].outcome]  # fmt: skip
        if final:
            return_a_formal_defect(play, final[0], day(12, 1))
        exclude(play, spec.exclusions, START.date(), day(11, 2))
        _finish(play)


def side_by_side(play: Player, fates: dict[str, Fate]) -> None:
    """The assessments, each for itself, on two processors. Raises RuntimeError if one fails."""
    everyone = play.everyone()
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    halves = [
        fork.Process(target=_assess_half, args=(play, fates, set(everyone[start::2])))
        for start in (0, 1)
    ]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    if any(half.exitcode for half in halves):
        raise RuntimeError("the assessments of the demo could not be played")


def _assess_half(play: Player, fates: dict[str, Fate], mine: set[str]) -> None:
    play.rng.seed(f"{play.spec.code}/{min(mine)}")
    with transaction.atomic():
        assess(play, fates, mine)


def play_kupang(spec: AgencySpec) -> None:
    """The city whose year still runs: planning, monitoring and check-ins, some of them late."""
    timing = Timing(day(12, 14), day(12, 23), date(2027, 1, 15), date(2027, 1, 8),
                    date(2027, 1, 29),
                    (("Semester II", day(11, 23), day(12, 4), day(12, 11)),))  # fmt: skip
    with transaction.atomic():
        play = _begin(spec, timing, CycleRules())
        names = {p.username for p in spec.people if p.username}
        plain = [k for k in play.everyone() if spec.person(k).username not in names - {None}]
        late = _late(plain, play.rng, {"planning": 5, "returned": 4, "plan_review": 6})
        plan_the_year(play, late)
        exclude(play, spec.exclusions, day(6, 30), day(1, 1))
        move_people(play, day(9, 30))
        on_time = [k for k in plain if k not in late]
        early = set(_draw(play.rng, on_time, 40))
        stuck = set(_draw(play.rng, sorted(early), 24))
        check_in(play, 1, (day(11, 23), day(12, 1)), stuck, only=early)
        exclude(play, spec.exclusions, START.date(), day(7, 1))
        _finish(play)


def _begin(spec: AgencySpec, timing: Timing, rules: CycleRules) -> Player:
    loaded = load(spec, timing, rules)
    hr = next(p.key for p in spec.people if (p.username or "").startswith("sdm"))
    grant = loaded.people[hr].user
    RoleGrant.objects.create(user=grant, role="hr", agency=loaded.agency)
    second = _second_hr(spec, hr)
    if second:
        RoleGrant.objects.create(user=loaded.people[second].user, role="hr", agency=loaded.agency)
    play = Player(loaded, Person.objects.get(pk=loaded.people[hr].pk))
    open_cycle(loaded.cycle, actor=play.actor(play.hr.pk, play.at(day(1, 5))),
               now=play.at(day(1, 5)))  # fmt: skip
    play.know_cases()
    return play


def _second_hr(spec: AgencySpec, first: str) -> str | None:
    """A colleague of HR's: nobody settles their own appraisal."""
    unit = spec.post(first).unit
    return next(
        (p.key for p in spec.people if p.key != first and spec.post(p.post).unit == unit), None
    )


def _draw(rng: Random, keys: list[str], number: int) -> list[str]:
    return rng.sample(sorted(keys), min(number, len(keys)))


def _late(keys: list[str], rng: Random, wanted: dict[str, int]) -> dict[str, str]:
    drawn = _draw(rng, keys, sum(wanted.values()))
    kinds = [kind for kind, number in wanted.items() for _ in range(number)]
    return dict(zip(drawn, kinds, strict=False))


def _deal(keys: list[str], fates: list[Fate]) -> dict[str, Fate]:
    return {key: fates[number % len(fates)] for number, key in enumerate(keys)}


def _finish(play: Player) -> None:
    """Unit results; counters; what is old news is not told any more; a first seal."""
    cycle = play.loaded.cycle
    UnitResult.objects.bulk_create(
        UnitResult(cycle=cycle, unit=play.loaded.units[u.key], value=value, note=note,
                   set_by=play.hr, set_at=play.at(day(11, 2)))
        for u in play.spec.units
        for value, note in [unit_result(u, play.rng)]
    )  # fmt: skip
    Event.objects.filter(cycle=cycle, at__lt=START - RECENT).update(handled_at=START)
    # What was due before today has been told; today's mails are sent while somebody watches.
    tell_deadlines(START - timedelta(hours=12), by_mail=False)
    sweeps.fold_counters()
    ledger.seal(START)
