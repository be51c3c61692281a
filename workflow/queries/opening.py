"""What became of each person when a cycle was opened, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cycles.enums import AbsenceKind
from cycles.queries.lineup import AWAY, OFFICIAL, OTHER_PERSON, OTHER_POST, OTHER_UNIT

NO_RATER, NO_STAGE = "no_rater", "no_stage"
SENTENCES = {
    NO_RATER: _("No superior was found above this post."),
    NO_STAGE: _("The unit lacks the dates of a stage."),
    OFFICIAL: _("State officials rate and are not rated."),
    OTHER_UNIT: _("This cycle is not for people of this unit."),
    OTHER_POST: _("This cycle is not for this kind of post."),
    OTHER_PERSON: _("This cycle is not for this kind of employee."),
}


def sentence(reason: str) -> str:
    """Why somebody was left out or failed, as one sentence; "" for who was opened."""
    if reason.startswith(AWAY):
        kind = AbsenceKind(reason.removeprefix(AWAY))
        return str(_("Makes no plan now: %(kind)s.")) % {"kind": kind.label}
    return str(SENTENCES[reason]) if reason else ""
