"""Long work with progress, and what an import read."""

from django.db import models

from cycles.enums import ImportState, JobKind, JobState, RowOutcome
from cycles.models.base import Public
from cycles.models.cycle import Cycle
from cycles.models.organisation import Agency
from cycles.models.people import User


class Job(Public):
    """Work that a worker does in the background: asked once, resumed after a crash, shown live.

    Counts while it runs live in the cache (`cycles.services.jobs`): the work may be one single
    transaction. `done` and `total` here are the last ones that were written down.
    """

    kind = models.CharField(max_length=20, choices=JobKind)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, related_name="jobs")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    # The sentence for a person when it could not be done.
    problem = models.TextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A second click finds the first one's work.
            models.UniqueConstraint(
                fields=["kind", "agency", "cycle"],
                condition=models.Q(state__in=("waiting", "running")),
                nulls_distinct=False,
                name="one_job_at_a_time",
            )
        ]
        indexes = [
            # The sweep that takes up what waits or was left by a killed worker.
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=("waiting", "running")),
                name="job_unfinished",
            ),
        ]


def import_path(run: "ImportRun", _name: str) -> str:
    """Random: no name and no number of a person in a path."""
    return f"imports/{run.public_id.hex[:2]}/{run.public_id.hex}"


class ImportRun(Public):
    """One file that HR brought: its dry run, what applying it did, and whether it was undone."""

    # None: an administrator's file of agencies.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="imports")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    file = models.FileField(upload_to=import_path, max_length=120)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    # From which day the file's postings hold where a row names none.
    as_of = models.DateField()
    # Whether who is missing from the file has left (its people are all of the agency's).
    is_complete = models.BooleanField(default=False)
    # {"unit": {"added": 3, …}, "post": …, "person": …}
    counts = models.JSONField(default=dict)
    # Sentences about the file as a whole (a missing column, an unknown sheet); any bars applying.
    problems = models.JSONField(default=list)
    # Sentences that bar nothing (a column that is not read, say).
    notes = models.JSONField(default=list)
    # The records it was checked against; applying it demands the same.
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    # Former values of what it changed beyond its own rows: {"superiors": [[post, before, after]]}.
    undo = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("agency", models.F("id").desc(), name="import_of_agency")]


class ImportRow(models.Model):
    """One row of the file as it was read, what it means, and what is wrong with it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", db_index=False)
    # "agency", "unit", "post", "person"
    kind = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    data = models.JSONField(default=dict)
    # {"column": [old, new]} of what changes.
    changes = models.JSONField(default=dict)
    # [{"column": …, "sentence": …}]
    problems = models.JSONField(default=list)
    # What applying it touched, so that it can be undone: ids and former values.
    undo = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "number"], name="one_import_row")
        ]
        indexes = [
            # The dry run's lists: by outcome, in the file's order.
            models.Index(fields=["run", "outcome", "kind", "number"], name="import_row_by_outcome"),
        ]
