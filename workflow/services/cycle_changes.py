"""Changing a running cycle: first what would happen, then all of it or nothing.

What was told stands. A stage that has opened keeps its opening day; a deadline or an objection
window that runs never comes earlier than it was told, only whoever comes to the stage later has
the new date. Numbers of days that are counted from an act, and approval levels, hold for what
begins after the change. Who belongs decides whom an opening takes in; nobody drops out by it.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.blueprint import StageDays
from cycles.blueprint_faults import order_faults
from cycles.calendar import local_date
from cycles.documents import TEXT, text
from cycles.enums import CycleStatus
from cycles.exceptions import Incomplete, NotAllowed, Problem, Refused, Stale
from cycles.models import Cycle, Unit
from cycles.queries.stages import StageDates, extensions_of, stages_for, stages_of
from cycles.queries.templates import Placed, Setup, setup_of
from cycles.rules import CycleRules
from cycles.services.cycle_setup import rule_problems, write
from cycles.services.jobs import Progress
from workflow.enums import Party
from workflow.permissions import Actor, actor_of
from workflow.services.cycle_dates import Layout, Recast, Verdict, last_day, moving
from workflow.services.timekeeping import change_time

LEAST_REASON = 10


@dataclass(frozen=True)
class Shift:
    """So many running deadlines of a unit that go from one last day to another."""

    state: str
    unit_id: int
    before: date
    after: date
    number: int


@dataclass(frozen=True)
class Preview:
    """What a change would do at this moment.

    `kept` would come earlier, but what was told stands. `told` are the people who hear of it,
    `for_hr` the items that nobody but HR holds. `seen` names what the preview was about.
    """

    seen: str
    running: int = 0
    moved: int = 0
    kept: int = 0
    rounds_added: int = 0
    rounds_dropped: int = 0
    told: int = 0
    for_hr: int = 0
    shifts: Sequence[Shift] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """How many cases were told of the change."""

    moved: int


class _Undo(Exception):
    """Takes a preview's writing back."""


def preview(cycle: Cycle, setup: Setup, *, actor: Actor, now: datetime | None = None) -> Preview:
    """What `change` would do, without doing it. Raises as `change` does, but for the reason."""
    instant = now or clock.now()
    _check(cycle, setup, actor, instant)
    found: Preview
    try:
        with transaction.atomic():
            fresh = Cycle.objects.select_related("agency").get(pk=cycle.pk)
            seen = fingerprint(fresh, setup)
            recast, facts = _recast(fresh, setup, instant)
            found = _preview(recast, facts, seen)
            raise _Undo
    except _Undo:
        return found


def change(
    cycle: Cycle,
    setup: Setup,
    reason: str,
    *,
    seen: str,
    actor: Actor,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Changed:
    """Apply a change to a running cycle and everybody's deadlines, wholly or not at all.

    `seen` is the preview's: Stale when the cycle was changed by somebody else since. Raises
    NotAllowed for anybody but the agency's HR, Refused for a cycle that does not run or a change
    that says nothing new, Incomplete for days that cannot be and for a missing reason.
    """
    instant, why = now or clock.now(), text(reason)
    if not LEAST_REASON <= len(why) <= TEXT:
        raise Incomplete([Problem("reason", _("Please give your reasons."))])
    with transaction.atomic():
        # Nobody makes a deadline from the old dates while the new ones are written.
        change_time([cycle.agency_id])
        locked = (
            Cycle.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=cycle.pk)
        )
        if fingerprint(locked, setup) != seen:
            raise Stale(_("The cycle was changed since you looked at this. Please look again."))
        _check(locked, setup, actor, instant)
        recast, facts = _recast(locked, setup, instant)
        if not facts:
            raise Refused(_("This change says nothing new."))
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{locked.pk}", action="change_cycle", at=instant,
                    agency_id=locked.agency_id, cycle_id=locked.pk, actor_id=actor.person_id,
                    reason=why, data=facts,
                )
            ]
        )  # fmt: skip
        say = progress.say if progress is not None else None
        versions = {"versions": [v["version"] for v in setup.versions]} if setup.versions else {}
        return Changed(recast.apply(actor.person_id, why, versions, say))


def fingerprint(cycle: Cycle, setup: Setup) -> str:
    """What a preview is about: the cycle as it is, and as it would be."""
    both = [setup_of(cycle).to_json(), setup.to_json()]
    return hashlib.sha256(json.dumps(both, sort_keys=True).encode()).hexdigest()[:32]


def work(progress: Progress) -> dict[str, Any]:
    """Apply a change in the background. The job's cycle tells whether it was done already."""
    job, params = progress.job, progress.params
    assert job.cycle is not None
    setup = setup_from_json(params["setup"])
    if setup_of(job.cycle).to_json() == setup.to_json():
        return {}  # a worker was killed between the work and its last word
    now = clock.now()
    actor = actor_of(progress.author, local_date(job.cycle.agency.zone, now))
    done = change(job.cycle, setup, params["reason"], seen=params["seen"], actor=actor, now=now,
                  progress=progress)  # fmt: skip
    return {"moved": done.moved}


def setup_from_json(raw: dict[str, Any]) -> Setup:
    """The setup that `Setup.to_json` wrote down."""
    day = date.fromisoformat
    return Setup(
        rules=raw["rules"],
        stages=tuple(
            Placed(unit, StageDays(kind, number, name, day(opens), day(due), day(closes)))
            for unit, kind, number, name, opens, due, closes in raw["stages"]
        ),
        unit_rules=raw["unit_rules"],
        members=raw["members"],
        versions=raw["versions"],
    )


# --- what makes a change impossible ------------------------------------------------------------


def _check(cycle: Cycle, setup: Setup, actor: Actor, now: datetime) -> None:
    if cycle.agency_id not in actor.hr_agencies or actor.person_id is None:
        raise NotAllowed(_("Only HR of this agency changes its cycle."))
    if cycle.status == CycleStatus.CLOSED:
        raise Refused(_("This cycle is closed."))
    if cycle.status != CycleStatus.OPEN:
        raise Refused(_("This cycle does not run yet: change its draft."))
    if found := problems(cycle, setup, now):
        raise Incomplete(found)


def problems(cycle: Cycle, setup: Setup, now: datetime) -> list[Problem]:
    """What keeps a running cycle from being set up so. Paths are those of a template's fields,

    with "@<unit id>" behind for a unit's own.
    """
    today = local_date(cycle.agency.zone, now)
    before = Layout(cycle, stages_of(cycle), ())
    after = Layout(_as_if(cycle, setup), _rows(setup), ())
    owners: list[int | None] = [None]
    owners += sorted({row.unit_id for row in (*before.stages, *after.stages) if row.unit_id})
    owners += [own["unit"] for own in (*cycle.unit_rules, *setup.unit_rules)
               if own["unit"] not in owners]  # fmt: skip
    paths = dict(Unit.objects.filter(pk__in=[pk for pk in owners if pk]).values_list("pk", "path"))
    found: list[Problem] = []
    for owner in dict.fromkeys(owners):
        if owner is not None and owner not in paths:
            continue
        path = paths[owner] if owner is not None else ""
        whose = f"@{owner}" if owner is not None else ""
        old = {(s.kind, s.number): s for s in stages_for(before.cycle, path, before.stages)}
        new = {(s.kind, s.number): s for s in stages_for(after.cycle, path, after.stages)}
        for fault in order_faults([_days(s) for s in new.values()], cycle.year):
            found.append(Problem(f"{fault.field}{whose}", fault.sentence))
        for key in dict.fromkeys([*old, *new]):
            found += _stage_problems(old.get(key), new.get(key), today, whose)
    found += rule_problems(CycleRules.from_json(setup.rules))
    for own in setup.unit_rules:
        found += [
            Problem(f"{problem.path}@{own['unit']}", problem.sentence)
            for problem in rule_problems(CycleRules.from_json(setup.rules | own["rules"]))
        ]
    return list(dict.fromkeys(found))


def _stage_problems(
    old: StageDates | None, new: StageDates | None, today: date, whose: str
) -> list[Problem]:
    """A stage that has opened keeps its opening; no new day lies in the past."""
    field_ = _days(old or new).field  # type: ignore[arg-type]
    if new is None:
        assert old is not None
        if old.opens_on <= today:
            sentence = _("%(name)s has opened already; it cannot be taken out.")
            return [Problem(f"{field_}{whose}", sentence % {"name": old.name})]
        return []
    found = []
    passed = _("This day has already passed.")
    if old is None:
        if new.due_on < today:
            found.append(Problem(f"{field_}.due{whose}", passed))
        return found
    if new.opens_on != old.opens_on and old.opens_on <= today:
        found.append(
            Problem(f"{field_}.opens{whose}", _("It has opened already; its opening day stands."))
        )
    elif new.opens_on != old.opens_on and new.opens_on < today:
        found.append(Problem(f"{field_}.opens{whose}", passed))
    if new.due_on != old.due_on and new.due_on < today:
        found.append(Problem(f"{field_}.due{whose}", passed))
    return found


def _days(stage: StageDates) -> StageDays:
    return StageDays(stage.kind, stage.number, stage.name, stage.opens_on, stage.due_on,
                     stage.closes_on)  # fmt: skip


def _rows(setup: Setup) -> tuple[StageDates, ...]:
    """The stages of a setup that stands in no row yet."""
    return tuple(
        StageDates(-number, p.days.kind, p.days.number, p.days.name, p.days.opens_on,
                   p.days.due_on, p.days.closes_on, unit_id=p.unit_id)
        for number, p in enumerate(setup.stages, start=1)
    )  # fmt: skip


def _as_if(cycle: Cycle, setup: Setup) -> Cycle:
    other = copy.copy(cycle)
    other.rules, other.unit_rules = setup.rules, setup.unit_rules
    return other


# --- what it does ------------------------------------------------------------------------------


def _recast(cycle: Cycle, setup: Setup, now: datetime) -> tuple[Recast, dict[str, Any]]:
    """Write the setup into the cycle's rows; the deadlines under it are only looked at yet."""
    extensions = extensions_of(cycle)
    before = Layout(copy.copy(cycle), stages_of(cycle), extensions)
    facts = write(cycle, setup)
    return Recast(before, Layout(cycle, stages_of(cycle), extensions), now), facts


def _preview(recast: Recast, facts: dict[str, Any], seen: str) -> Preview:
    verdicts, zone = recast.verdicts, recast.agency.zone
    shifts: Counter[tuple[str, int, date, date]] = Counter()
    people: set[int] = set()
    for_hr = turned = 0
    for verdict in moving(verdicts):
        group = verdict.group
        if verdict.turns:
            # A round that comes or goes is told to each employee.
            turned += len(group.ids)
            continue
        key = (group.state, group.unit_id, last_day(zone, group.due_at),
               last_day(zone, verdict.due_at))  # fmt: skip
        shifts[key] += len(group.ids)
        people |= {person for person in group.holders if person is not None}
        if None in group.holders:
            for_hr += len(group.ids)
    return Preview(
        seen=seen,
        running=sum(len(group.ids) for group in recast.groups),
        moved=sum(len(verdict.group.ids) for verdict in moving(verdicts)),
        kept=_count(verdicts, lambda verdict: verdict.is_kept),
        rounds_added=_count(verdicts, lambda verdict: verdict.party == Party.EMPLOYEE),
        rounds_dropped=_count(verdicts, lambda verdict: verdict.party == Party.SYSTEM),
        told=len(people) + turned,
        for_hr=for_hr,
        shifts=[Shift(*key, number) for key, number in sorted(shifts.items())],
        facts=facts,
    )


def _count(verdicts: Sequence[Verdict], wanted: Any) -> int:
    return sum(len(verdict.group.ids) for verdict in verdicts if wanted(verdict))
