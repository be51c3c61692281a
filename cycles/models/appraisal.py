"""The appraisal of one person in one cycle, and the documents that make it up."""

from django.db import models

from cycles.enums import DocumentKind
from cycles.models.base import Public
from cycles.models.cycle import Cycle
from cycles.models.organisation import Agency, Post, Unit
from cycles.models.people import Person
from cycles.scoring import Predicate, Rating


class Appraisal(Public):
    """Person × cycle × agency. The year's result stands here once it is final, not before."""

    # Repeats the cycle's, whose key vouches for it.
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, db_constraint=False)
    # Found by the unique key below, as a segment is by its own.
    cycle = models.ForeignKey(Cycle, models.PROTECT, db_index=False, related_name="appraisals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="appraisals")
    work_rating = models.CharField(max_length=10, choices=Rating, null=True)
    behaviour_rating = models.CharField(max_length=10, choices=Rating, null=True)
    predicate = models.CharField(max_length=20, choices=Predicate, null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "person"], name="one_appraisal_a_cycle"),
            # Never final without a rating.
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True)
                | models.Q(
                    work_rating__isnull=False,
                    behaviour_rating__isnull=False,
                    predicate__isnull=False,
                ),
                name="settled_with_rating",
            ),
        ]


class Segment(models.Model):
    """A stretch of the year in one posting. Names are copied: they stay as they were then."""

    # Repeats the appraisal's, whose key vouches for it.
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, db_constraint=False)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, db_index=False,
                                  related_name="segments")  # fmt: skip
    number = models.PositiveSmallIntegerField(default=1)
    unit = models.ForeignKey(Unit, models.PROTECT)
    post = models.ForeignKey(Post, models.PROTECT)
    rater = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    person_name = models.CharField(max_length=200)
    rank = models.CharField(max_length=80, blank=True, default="")
    post_title = models.CharField(max_length=200)
    unit_name = models.CharField(max_length=200)
    rater_name = models.CharField(max_length=200, blank=True, default="")
    rater_post_title = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "number"], name="one_segment_number")
        ]


class Document(Public):
    """A draft (`body`) and its frozen versions. Written only through workflow.services."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="documents")
    segment = models.ForeignKey(Segment, models.CASCADE, null=True)
    kind = models.CharField(max_length=20, choices=DocumentKind)
    # Check-in round; the n-th rating, objection and what belongs to it.
    round = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    # Raised by every saved draft; a form that carries an older one is stale.
    revision = models.PositiveIntegerField(default=0)
    latest = models.PositiveSmallIntegerField(default=0)
    in_force = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "segment", "kind", "round"],
                nulls_distinct=False,
                name="one_document",
            )
        ]


class Version(models.Model):
    """What was submitted, frozen: approvals name it, a resubmission is compared with it."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    hash = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_version_number")
        ]


def attachment_path(attachment: "Attachment", _name: str) -> str:
    """Random, so that neither a name nor a number of a person ends up in a path."""
    return f"attachments/{attachment.public_id.hex[:2]}/{attachment.public_id.hex}"


class Attachment(Public):
    """A private file of a document, checked on arrival and served through a permission check."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    document = models.ForeignKey(Document, models.CASCADE, related_name="attachments")
    # The result or field it belongs to.
    field = models.CharField(max_length=60, blank=True, default="")
    file = models.FileField(upload_to=attachment_path, max_length=120)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # A draft's file may be taken out again; one that a version froze stays with the version.
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["document", "id"], name="attachment_of_document")]
