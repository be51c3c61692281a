"""One act on many cases, each wholly or not at all, with a result for every one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cycles.exceptions import Refused
from workflow.models import Case, Receipt
from workflow.permissions import Actor, visible_cases
from workflow.services.door import advance


@dataclass(frozen=True)
class Item:
    """A case that somebody ticked, and the turn they saw it in."""

    public_id: UUID
    turn: int | None = None


@dataclass(frozen=True)
class Result:
    """What became of one item: its receipt, or the sentence why not.

    `case` is None when this person may not even see such a case; `state` is where it stands now.
    """

    item: Item
    case: Case | None
    receipt: Receipt | None = None
    refusal: str = ""
    state: str = ""
    is_repeat: bool = False

    @property
    def is_done(self) -> bool:
        return not self.refusal


def advance_each(
    items: Iterable[Item],
    action: str,
    *,
    actor: Actor,
    key: str,
    data: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> list[Result]:
    """Do one act on each item through the door, each in a transaction of its own.

    One refusal stops nobody else's. The same `key` again gives the same receipts and moves
    nothing twice, so a broken connection or a second click is harmless. Never raises Refused.
    """
    wanted = list({item.public_id: item for item in items}.values())
    cases = {
        case.public_id: case
        for case in Case.objects.filter(
            visible_cases(actor), public_id__in=[item.public_id for item in wanted]
        ).select_related("person", "unit", "post")
    }
    return [_one(item, cases.get(item.public_id), action, actor, key, data, now) for item in wanted]


def _one(
    item: Item,
    case: Case | None,
    action: str,
    actor: Actor,
    key: str,
    data: dict[str, Any] | None,
    now: datetime | None,
) -> Result:
    if case is None:
        return Result(item, None, refusal=_("This appraisal was not found."))
    try:
        outcome = advance(
            case.pk, action, actor=actor, data=data, key=key, expected_turn=item.turn, now=now
        )
    except Refused as refusal:
        return Result(item, case, refusal=refusal.reason, state=case.state)
    return Result(item, case, receipt=outcome.receipt, state=outcome.case.state,
                  is_repeat=outcome.is_repeat)  # fmt: skip
