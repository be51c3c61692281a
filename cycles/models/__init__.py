"""The records of the year. Nothing here moves by itself: verbs live in services."""

from cycles.models.appraisal import Appraisal, Attachment, Document, Segment, Version
from cycles.models.cycle import ClockOffset, Cycle, Extension, Holiday, Stage, UnitResult
from cycles.models.ledger import LedgerEntry, LedgerHead, Seal, SealedHead
from cycles.models.organisation import Agency, Post, Unit
from cycles.models.people import Acting, IdentityNumber, Person, Posting, RoleGrant, User

__all__ = [
    "Acting",
    "Agency",
    "Appraisal",
    "Attachment",
    "ClockOffset",
    "Cycle",
    "Document",
    "Extension",
    "Holiday",
    "IdentityNumber",
    "LedgerEntry",
    "LedgerHead",
    "Person",
    "Post",
    "Posting",
    "RoleGrant",
    "Seal",
    "SealedHead",
    "Segment",
    "Stage",
    "Unit",
    "UnitResult",
    "User",
    "Version",
]
