"""The organisation's result of a unit, as the leader above set it (SE MenPANRB 3/2023)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, ledger
from cycles.calendar import local_date
from cycles.documents import TEXT, text
from cycles.enums import CycleStatus
from cycles.exceptions import Incomplete, NotAllowed, Problem, Refused, Stale
from cycles.models import Cycle, Unit, UnitResult
from cycles.queries.officials import heads_unit
from cycles.scoring import OrganisationResult
from workflow.permissions import Actor


def record_result(
    cycle: Cycle,
    unit: Unit,
    *,
    value: str,
    note: str,
    actor: Actor,
    seen: datetime | None = None,
    now: datetime | None = None,
) -> UnitResult:
    """Record or correct a unit's result; the ledger of the cycle keeps every earlier one.

    `seen` is when the result that the person corrects was set (None: there was none). Raises
    NotAllowed for anybody but the agency's HR, and for the head of that very unit, whose own
    result of work it becomes; Stale when somebody recorded another one meanwhile; Incomplete with
    the sentence beside its field.
    """
    instant = now or clock.now()
    if actor.person_id is None or cycle.agency_id not in actor.hr_agencies:
        raise NotAllowed(_("Only HR of this agency records results of its units."))
    if unit.agency_id != cycle.agency_id:
        raise NotAllowed(_("This unit belongs to another agency."))
    if cycle.status != CycleStatus.OPEN:
        raise Refused(_("Only a running cycle takes results of units."))
    if heads_unit(actor.person_id, unit.pk, local_date(cycle.agency.zone, instant)):
        raise NotAllowed(
            _("You head this unit: its result is your own result too. Somebody else of HR records "
              "it.")
        )  # fmt: skip
    why = text(note)
    problems = [
        problem
        for problem, applies in (
            (Problem("value", _("Choose one of the five results.")),
             value not in OrganisationResult.values),
            (Problem("note", _("Write who set it and on what grounds.")), not why),
            (Problem("note", _("Too long: %(length)s characters, at most %(limit)s.")
                     % {"length": len(why), "limit": TEXT}), len(why) > TEXT),
        )
        if applies
    ]  # fmt: skip
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        # Two first records of one unit must take turns as well: the cycle's row is the queue.
        Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
        known = UnitResult.objects.filter(cycle=cycle, unit=unit).first()
        if known is not None and (known.value, known.note) == (value, why):
            return known
        if (known.set_at if known else None) != seen:
            raise Stale(
                _("Somebody else recorded a result for this unit meanwhile. Please compare it "
                  "with yours.")
            )  # fmt: skip
        result, _created = UnitResult.objects.update_or_create(
            cycle=cycle,
            unit=unit,
            defaults={"value": value, "note": why, "set_by_id": actor.person_id, "set_at": instant},
        )
        ledger.append(
            [
                ledger.Entry(
                    stream=f"cycle:{cycle.pk}",
                    action="unit_result",
                    at=instant,
                    agency_id=cycle.agency_id,
                    cycle_id=cycle.pk,
                    actor_id=actor.person_id,
                    reason=why,
                    data={"unit": unit.pk, "value": value, "before": known.value if known else ""},
                )
            ]
        )
        return result
