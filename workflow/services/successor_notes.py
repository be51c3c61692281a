"""What a leaving rater writes down for the successor: asked for, written, read by who rates now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.documents import TEXT, text
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Person
from workflow.enums import ENDED, OPEN
from workflow.models import Case, SuccessorNote
from workflow.queries.successor_notes import WRITE_FOR, askable
from workflow.services.door import lock_case, stream_of


def ask_for_notes(case_ids: Iterable[int], author: Person, now: datetime) -> int:
    """Ask a leaving rater for a note on each running case; return how many are newly asked.

    One statement; a note asked for before stays as it is.
    """
    running = Case.objects.filter(pk__in=list(case_ids), state__in=OPEN).order_by("pk")
    known = SuccessorNote.objects.filter(author=author).values("case")
    fresh = list(running.exclude(pk__in=known))
    SuccessorNote.objects.bulk_create(
        [
            SuccessorNote(agency_id=case.agency_id, case=case, author=author, asked_at=now)
            for case in fresh
        ],
        ignore_conflicts=True,
    )
    return len(fresh)


def ask_no_more(author: Person, agency_id: int) -> int:
    """The leaving was called off: drop what was asked but not written."""
    return SuccessorNote.objects.filter(author=author, agency_id=agency_id, text="").delete()[0]


def write_note(note_id: int, words: str, *, author: Person, now: datetime) -> SuccessorNote:
    """Keep the leaver's words; they may be mended until the time to write is over.

    Raises Incomplete, or Refused when it is nobody's business any more.
    """
    words = text(words)
    if not words:
        raise Incomplete([Problem("text", _("Please write this down."))])
    if len(words) > TEXT:
        raise Incomplete([
            Problem("text", _("Too long: %(length)s characters, at most %(limit)s.")
                    % {"length": len(words), "limit": TEXT})
        ])  # fmt: skip
    with transaction.atomic():
        asked = askable(author.pk, now).filter(pk=note_id).first()
        if asked is None:
            raise Refused(_("The time to write this note is over."))
        case = lock_case(asked.case_id)
        if case.state in ENDED:
            raise Refused(_("This appraisal has ended."))
        note = SuccessorNote.objects.select_for_update(no_key=True).get(pk=note_id)
        is_first = note.written_at is None
        note.text, note.written_at = words, now
        note.save(update_fields=["text", "written_at"])
        if is_first:
            ledger.append([
                ledger.Entry(stream=stream_of(case), action="leave_note", at=now,
                             agency_id=case.agency_id, cycle_id=case.cycle_id, actor_id=author.pk,
                             from_state=case.state, to_state=case.state)
            ])  # fmt: skip
        return note


__all__ = ["WRITE_FOR", "ask_for_notes", "ask_no_more", "write_note"]
