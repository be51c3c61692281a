"""What happens to people in mid-year, and pauses of the clock."""

from django.db import models

from cycles.enums import StaffChangeKind
from cycles.models.base import Public
from cycles.models.cycle import Cycle
from cycles.models.organisation import Agency, Post, Unit
from cycles.models.people import Person, User


class StaffChange(Public):
    """A move, a leave, a retirement …: one act with a date, a letter, and who recorded it.

    Recorded ahead it waits for its day; `applied_at` says that it has taken effect.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="staff_changes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="staff_changes")
    kind = models.CharField(max_length=12, choices=StaffChangeKind)
    # The first day it holds.
    effective_on = models.DateField()
    # Of an absence: its last day, if known.
    ends_on = models.DateField(null=True)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    to_agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="arrivals")
    # The kind of absence, and whatever else belongs to this kind of change.
    data = models.JSONField(default=dict)
    letter = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # Why it could not take effect on its day; HR sees it.
    problem = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            # The sweep of changes whose day has come.
            models.Index(
                fields=["effective_on", "id"],
                condition=models.Q(applied_at__isnull=True, cancelled_at__isnull=True),
                name="staff_change_waiting",
            ),
            models.Index("agency", models.F("id").desc(), name="staff_change_of_agency"),
        ]


class Pause(Public):
    """Days on which no clock runs (an outage of the system, say): an act with author and reason."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="pauses")
    # With all units below it; None: the whole agency.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    first_on = models.DateField()
    last_on = models.DateField()
    reason = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="pause_in_order"
            )
        ]


class HandOver(Public):
    """What one agency gives another when a person moves: a copy of the segment, nothing shared.

    The giving agency writes it; the receiving one accepts it with a post of its own.
    """

    change = models.OneToOneField(StaffChange, models.PROTECT, related_name="hand_over")
    from_agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    to_agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The appraisal that begins in the receiving agency.
    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, related_name="+")
