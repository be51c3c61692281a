"""The file of a case: its documents, their frozen versions and attachments, in five queries."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from cycles.documents import Body
from cycles.enums import DocumentKind, StageKind
from cycles.models import (
    Attachment,
    Document,
    LedgerEntry,
    Person,
    Segment,
    UnitResult,
    Version,
)
from cycles.queries.stages import stages_for, stages_of
from workflow.models import Case, Receipt
from workflow.permissions import Actor, document_round, may_see_document


@dataclass
class CaseFile:
    """Everything that lies in a case's file. Only what was handed in has a version."""

    case: Case
    segments: list[Segment] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    versions: dict[int, dict[int, Version]] = field(default_factory=dict)
    attachments: dict[int, list[Attachment]] = field(default_factory=dict)
    round_names: dict[int, str] = field(default_factory=dict)

    def document(self, kind: str, number: int = 0, segment: int | None = None) -> Document | None:
        """The n-th document of a kind; plans and check-ins of the present segment by default."""
        wanted = self.case.segment_number if segment is None else segment
        return next(
            (
                document
                for document in self.documents
                if document.kind == kind
                and document.round == number
                and (document.segment is None or document.segment.number == wanted)
            ),
            None,
        )

    def present(self, kind: str) -> Document | None:
        """The document of a kind that is written now, if it was begun."""
        return self.document(kind, document_round(self.case, kind))

    def latest(self, document: Document | None) -> Version | None:
        """The last version handed in, if any."""
        return self.versions.get(document.pk, {}).get(document.latest) if document else None

    def in_force(self, document: Document | None) -> Version | None:
        return self.versions.get(document.pk, {}).get(document.in_force) if document else None

    def handed_in(self, kind: str, number: int = 0, segment: int | None = None) -> Version | None:
        """The last version of the n-th document of a kind, if any was handed in."""
        return self.latest(self.document(kind, number, segment))

    def plan(self, segment: int | None = None) -> Version | None:
        """The plan in force, of the present segment by default."""
        return self.in_force(self.document(DocumentKind.PLAN, 0, segment))

    def plan_body(self) -> Body:
        version = self.plan()
        return version.body if version else {"results": []}

    def files(self, document: Document | None, version: Version | None = None) -> list[Attachment]:
        """The files of a draft, or those that a version froze."""
        if document is None:
            return []
        found = self.attachments.get(document.pk, [])
        if version is None:
            return [attachment for attachment in found if attachment.removed_at is None]
        frozen = frozen_ids(version.body)
        return [attachment for attachment in found if str(attachment.public_id) in frozen]

    def checkins(self) -> list[tuple[Document, Version]]:
        """All check-ins handed in, in the order of the year."""
        found = [
            (document, version)
            for document in self.documents
            if document.kind == DocumentKind.CHECKIN and (version := self.latest(document))
        ]

        def place(pair: tuple[Document, Version]) -> tuple[int, int]:
            return (pair[0].segment.number if pair[0].segment else 0, pair[0].round)

        return sorted(found, key=place)


def frozen_ids(body: Body) -> set[str]:
    """The ids of the files that a version's body froze."""
    return {str(file["id"]) for file in body.get("attachments", ())}


def file_of(case: Case) -> CaseFile:
    """The file of a case: segments, documents, latest and in-force versions, files, rounds."""
    segments = list(Segment.objects.filter(appraisal_id=case.appraisal_id).order_by("number"))
    by_id = {segment.pk: segment for segment in segments}
    documents = list(
        Document.objects.filter(appraisal_id=case.appraisal_id).order_by("kind", "round", "id")
    )
    for document in documents:
        # Known already: no query per document.
        document.segment = by_id[document.segment_id] if document.segment_id else None
    file = CaseFile(case, segments, documents)
    for version in (
        Version.objects.filter(document__appraisal_id=case.appraisal_id)
        .filter(Q(number=F("document__latest")) | Q(number=F("document__in_force")))
        .select_related("submitted_by")
    ):
        file.versions.setdefault(version.document_id, {})[version.number] = version
    for attachment in (
        Attachment.objects.filter(document__appraisal_id=case.appraisal_id)
        .select_related("uploaded_by")
        .order_by("id")
    ):
        file.attachments.setdefault(attachment.document_id, []).append(attachment)
    stages = stages_of(case.cycle)
    # Rounds of an earlier unit are called as the agency calls them.
    file.round_names = {
        stage.number: stage.name
        for group in (
            (stage for stage in stages if stage.unit_id is None),
            stages_for(case.cycle, case.unit.path, stages),
        )
        for stage in group
        if stage.kind == StageKind.CHECKIN
    }
    return file


def visible_versions(
    document: Document, actor: Actor, case: Case, *, is_writer: bool
) -> list[Version]:
    """The versions of a document a person may see, newest first; empty for what is not theirs.

    A rating that a level sent back was never delivered: only its writers and levels see it.
    """
    if not may_see_document(actor, case, document.kind, document.round):
        return []
    versions = Version.objects.filter(document=document).select_related("submitted_by")
    if document.kind == DocumentKind.RATING and not is_writer:
        versions = versions.filter(number=document.latest)
    return list(versions.order_by("-number"))


@dataclass(frozen=True)
class Act:
    """What somebody decided about a version, as the ledger tells it."""

    action: str
    at: datetime
    name: str
    on_behalf_of: str
    reason: str
    level: int


def decisions_on(case: Case, document: Document, version: int) -> list[Act]:
    """Approvals and returns of one version, oldest first. Two queries."""
    found = []
    for entry in LedgerEntry.objects.filter(
        stream=f"appraisal:{case.appraisal_id}",
        action__in=["approve", "return_", "settle"],
    ).order_by("seq"):
        told = json.loads(entry.payload)
        data = told["data"]
        if (data.get("document"), data.get("version")) == (document.pk, version):
            found.append((entry, told))
    people = dict(
        Person.objects.filter(
            pk__in={told[key] for _, told in found for key in ("actor", "on_behalf_of")} - {None}
        ).values_list("pk", "name")
    )
    return [
        Act(
            entry.action,
            entry.at,
            people.get(told["actor"], ""),
            people.get(told["on_behalf_of"], ""),
            told["reason"],
            int(told["data"].get("level", 0)),
        )
        for entry, told in found
    ]


@dataclass(frozen=True)
class Suggestions:
    """The rater's own results, for the plan that serves them."""

    titles: list[str]
    is_in_force: bool


def superior_results(case: Case) -> Suggestions:
    """Titles of the rater's results: of the plan in force, else of the draft. Two queries."""
    if case.rater_id is None:
        return Suggestions([], False)
    document = (
        Document.objects.filter(
            kind=DocumentKind.PLAN,
            appraisal__cycle_id=case.cycle_id,
            appraisal__person_id=case.rater_id,
        )
        .order_by("-segment__number")
        .first()
    )
    if document is None:
        return Suggestions([], False)
    body = document.body
    if document.in_force:
        body = Version.objects.get(document=document, number=document.in_force).body
    titles = [result["title"] for result in body.get("results", ()) if result["title"]]
    return Suggestions(titles, bool(document.in_force))


def unit_result(case: Case) -> UnitResult | None:
    """The result of the organisation the person works in, if it was set. One query."""
    return (
        UnitResult.objects.filter(cycle_id=case.cycle_id, unit_id=case.unit_id)
        .select_related("set_by")
        .first()
    )


def receipt_for(case: Case, person_id: int | None, key: str) -> Receipt | None:
    """The receipt of an act done before with the same key (a double click)."""
    if not key or person_id is None:
        return None
    return Receipt.objects.filter(case=case, actor_id=person_id, key=key).first()
