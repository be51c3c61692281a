"""What an archived cycle keeps, and what went when it was archived."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cycles.models import Appraisal, Cycle, Document, LedgerEntry, Version
from workflow.models import Receipt


@dataclass(frozen=True)
class Kept:
    """How many rows of a cycle are kept for good."""

    appraisals: int
    documents: int
    versions: int
    receipts: int
    entries: int


def kept(cycle: Cycle) -> Kept:
    """Five queries, each a count."""
    return Kept(
        appraisals=Appraisal.objects.filter(cycle=cycle).count(),
        documents=Document.objects.filter(appraisal__cycle=cycle).count(),
        versions=Version.objects.filter(document__appraisal__cycle=cycle).count(),
        receipts=Receipt.objects.filter(case__cycle=cycle).count(),
        entries=LedgerEntry.objects.filter(cycle=cycle).count(),
    )


def gone(cycle: Cycle) -> dict[str, int]:
    """What the archiving took away, as the ledger tells it; empty for one not archived."""
    entry = (
        LedgerEntry.objects.filter(stream=f"cycle:{cycle.pk}", action="archive")
        .order_by("-seq")
        .first()
    )
    if entry is None:
        return {}
    told: dict[str, int] = json.loads(entry.payload)["data"]
    return told
