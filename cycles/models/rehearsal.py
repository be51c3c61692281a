"""What a rehearsal of an opening found."""

from django.db import models

from cycles.enums import Severity
from cycles.models.base import Public
from cycles.models.cycle import Cycle
from cycles.models.organisation import Post, Unit
from cycles.models.people import Person, User


class Rehearsal(Public):
    """One run over everybody who would be in the cycle."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="rehearsals")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    people = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    notes = models.PositiveIntegerField(default=0)
    # Findings that the run before did not have, and those it had that are gone.
    fresh = models.PositiveIntegerField(default=0)
    mended = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index("cycle", models.F("id").desc(), name="rehearsal_of_cycle")]


class Finding(models.Model):
    """One thing that would go wrong. `mark` is the same for the same fault in two runs."""

    rehearsal = models.ForeignKey(
        Rehearsal, models.CASCADE, related_name="findings", db_index=False
    )
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=10, choices=Severity)
    mark = models.CharField(max_length=120)
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_index=False, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, null=True, db_index=False, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, db_index=False, related_name="+")
    # What the sentence needs (a number, a date, a stage's name).
    data = models.JSONField(default=dict)
    is_fresh = models.BooleanField(default=True)

    class Meta:
        indexes = [
            # The list by severity and kind.
            models.Index(fields=["rehearsal", "severity", "code", "id"], name="finding_in_list"),
            models.Index(fields=["rehearsal", "mark"], name="finding_by_mark"),
        ]
