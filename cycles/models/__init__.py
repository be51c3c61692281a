"""The records of the year. Nothing here moves by itself: verbs live in services."""

from cycles.models.appraisal import Appraisal, Attachment, Document, Segment, Version
from cycles.models.changes import HandOver, Pause, StaffChange
from cycles.models.cycle import ClockOffset, Cycle, Extension, Holiday, Stage, UnitResult
from cycles.models.jobs import ImportRow, ImportRun, Job
from cycles.models.ledger import LedgerEntry, LedgerHead, Seal, SealedHead
from cycles.models.organisation import Agency, Post, Unit
from cycles.models.people import (
    Absence,
    Acting,
    IdentityNumber,
    Person,
    PersonKey,
    Posting,
    RaterException,
    RoleGrant,
    User,
)
from cycles.models.rehearsal import Finding, Rehearsal
from cycles.models.templates import CycleTemplate, TemplateVersion

__all__ = [
    "Absence",
    "Acting",
    "Agency",
    "Appraisal",
    "Attachment",
    "ClockOffset",
    "Cycle",
    "CycleTemplate",
    "Document",
    "Extension",
    "Finding",
    "HandOver",
    "Holiday",
    "IdentityNumber",
    "ImportRow",
    "ImportRun",
    "Job",
    "LedgerEntry",
    "LedgerHead",
    "Pause",
    "Person",
    "PersonKey",
    "Post",
    "Posting",
    "RaterException",
    "Rehearsal",
    "RoleGrant",
    "Seal",
    "SealedHead",
    "Segment",
    "StaffChange",
    "Stage",
    "TemplateVersion",
    "Unit",
    "UnitResult",
    "User",
    "Version",
]
