"""What all approvals share: the next rung, the end, the return."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cycles.documents import text
from cycles.exceptions import WrongState
from cycles.models import Version
from cycles.rules import Level
from workflow import flows
from workflow.enums import ApprovalKind
from workflow.models import ApprovalProcess
from workflow.services.move import Move
from workflow.services.turns import finaliser_of, level_turn


def begin(move: Move, kind: ApprovalKind, version: Version | None, level: int = 1) -> None:
    """Open the approval; the first rung's approver is asked."""
    move.case.level = level
    asked_id = asked_at(move, kind, level)
    if move.around.openings is None:
        flows.open_approval(move.case, kind, version, asked_id)
    else:
        move.around.openings.append(flows.Opening(move.case, kind, version, asked_id))


def asked_at(move: Move, kind: ApprovalKind, level: int) -> int | None:
    """Who is asked at a rung (None: HR)."""
    if kind == ApprovalKind.FINAL:
        return finaliser_of(move, level).person_id
    is_of_rating = kind == ApprovalKind.RATING
    levels = move.rules.levels(kind)
    return level_turn(move, levels, level, is_of_rating=is_of_rating).person_id


def waiting(move: Move) -> ApprovalProcess:
    """The open approval. Raises WrongState when somebody else has just decided it."""
    process = flows.waiting_approval(move.case)
    if process is None:
        raise WrongState(_("Somebody else has just decided this."))
    move.version = process.version
    if process.version is not None:
        move.facts |= {"document": process.version.document_id, "version": process.version.number}
    return process


def approve(move: Move, next_level: int | None) -> bool:
    """Approve the present rung. True when it was the last one (`next_level` is None)."""
    process = waiting(move)
    move.facts["level"] = move.case.level
    if next_level is not None:
        move.case.level = next_level
        went = flows.climb(process, asked_at(move, ApprovalKind(process.kind), next_level))
    else:
        went = flows.finish(process)
        move.case.level = 0
    if not went:
        raise WrongState(_("Somebody else has just decided this."))
    move.case.return_note = {}
    return next_level is None


def send_back(move: Move) -> None:
    """Return with reasons: the process ends, the note stays for whoever mends it."""
    move.facts["level"] = move.case.level
    if not flows.finish(waiting(move)):
        raise WrongState(_("Somebody else has just decided this."))
    move.case.level = 0
    note_return(move)


def note_return(move: Move) -> None:
    """Keep the reason and the sentences pinned to fields ({"path": "sentence"})."""
    pins = move.data.get("pins")
    move.case.return_note = {
        "reason": move.reason,
        "pins": {
            str(path)[:120]: text(sentence)
            for path, sentence in (pins.items() if isinstance(pins, dict) else ())
            if text(sentence)
        },
        "by": move.actor.person_id,
        "at": move.now.isoformat(),
    }
    move.returned = True


def take_back(move: Move) -> None:
    """The employee withdraws what no level has acted on yet."""
    flows.cancel(waiting(move))
    move.case.level = 0


def next_rung(levels: tuple[Level, ...], after: int, predicate: str = "") -> int | None:
    """The number of the next level above `after` that applies; None when there is none."""
    for number in range(after + 1, len(levels) + 1):
        wanted = levels[number - 1].predicates
        if not wanted or predicate in wanted:
            return number
    return None
