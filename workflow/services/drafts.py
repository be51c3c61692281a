"""Drafts: what a person typed is kept, whatever it is worth, until it is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, documents
from cycles.enums import DocumentKind
from cycles.exceptions import NotAllowed, Stale, WrongState
from cycles.models import Document
from workflow.permissions import Actor, editable_kind, parties_of
from workflow.services.door import lock_case
from workflow.services.move import Move, Surroundings


@dataclass(frozen=True)
class Saved:
    """The document with its new revision (forms carry it on)."""

    document: Document
    saved_at: datetime


def save_draft(
    case_id: int,
    kind: str,
    raw: dict[str, Any],
    *,
    actor: Actor,
    revision: int | None = None,
    now: datetime | None = None,
) -> Saved:
    """Keep a draft. Raises NotAllowed or WrongState when it is not theirs to write now, and Stale

    when another window saved since `revision` (the caller keeps what was typed on the screen).
    """
    instant = now or clock.now()
    with transaction.atomic():
        case = lock_case(case_id)
        if editable_kind(actor, case) != kind:
            if not parties_of(actor, case):
                raise NotAllowed(_("This document is not yours to write."))
            raise WrongState(_("This document cannot be changed now."))
        move = Move(case, "draft", actor, instant, Surroundings(case.cycle))
        document = move.document(DocumentKind(kind))
        if revision is not None and revision != document.revision:
            raise Stale(
                _("This draft was saved in another window meanwhile. Your text here is kept; "
                  "compare both before you save again.")
            )  # fmt: skip
        document.body = documents.clean(kind, raw)
        document.revision += 1
        document.saved_at = instant
        document.save(update_fields=["body", "revision", "saved_at"])
        return Saved(document, instant)


def draft_of(case_id: int, kind: str, *, actor: Actor) -> Document:
    """The document a person is to write now, made if there is none yet (to attach files to)."""
    with transaction.atomic():
        case = lock_case(case_id)
        if editable_kind(actor, case) != kind:
            raise WrongState(_("This document cannot be changed now."))
        return Move(case, "draft", actor, clock.now(), Surroundings(case.cycle)).document(
            DocumentKind(kind)
        )
