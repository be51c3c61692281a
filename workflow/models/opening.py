"""What opening a cycle did for each person, and what a leaving rater writes down."""

from django.db import models

from cycles.models import Agency, Cycle, Job, Person
from workflow.enums import OpeningOutcome
from workflow.models.case import Case


class OpeningResult(models.Model):
    """What became of one person when a cycle was opened; the latest opening overwrites it."""

    # A note, not a record: no key of the database guards it, so that 100,000 cost little. Who was
    # opened is vouched for by the appraisal; a note on nobody is not listed.
    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="opening_results",
                              db_index=False, db_constraint=False)  # fmt: skip
    job = models.ForeignKey(Job, models.SET_NULL, null=True, db_index=False, db_constraint=False,
                            related_name="+")  # fmt: skip
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False,
                               related_name="+")  # fmt: skip
    outcome = models.CharField(max_length=10, choices=OpeningOutcome)
    # A code whose sentence `workflow.queries.opening` knows.
    reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "person"], name="one_opening_result")
        ]
        indexes = [
            # The list by outcome, then why.
            models.Index(
                fields=["cycle", "outcome", "reason", "person"], name="opening_result_in_list"
            ),
        ]


class SuccessorNote(models.Model):
    """What a rater who leaves wants the successor to know of a case."""

    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, related_name="successor_notes")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # Empty while it has been asked for but not written.
    text = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "author"], name="one_note_per_rater")
        ]
