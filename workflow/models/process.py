"""Viewflow processes with real foreign keys: an approval, an objection."""

from django.db import models
from viewflow.workflow.models import Process

from cycles.models import Person, Version
from workflow.enums import ApprovalKind
from workflow.models.case import Case


class ApprovalProcess(Process):
    """Somebody else's document climbs its levels. `go_up` is what the last decision said."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=10, choices=ApprovalKind)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)
    go_up = models.BooleanField(default=False)
    # Who is asked now; Viewflow's Task.owner mirrors it. None: the agency's HR.
    asked = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_approval",
            )
        ]


class ObjectionProcess(Process):
    """Explanation and statement in parallel, then the decision."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="objections")
    number = models.PositiveSmallIntegerField()
    explainer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decider = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_objection",
            )
        ]
