"""Templates from which cycles are made: national, an agency's override, a unit's override."""

from django.db import models

from cycles.models.base import Public
from cycles.models.organisation import Agency, Unit
from cycles.models.people import User


class CycleTemplate(Public):
    """A template's place: without an agency it is national; with a unit it overrides the agency's.

    What it says stands in its versions; an override says only what differs.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="templates")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # The template that this one overrides; None for a national one.
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="overrides")
    name = models.CharField(max_length=120)
    # The draft that is being written; publishing freezes it as a version.
    draft = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) | models.Q(agency__isnull=False),
                name="unit_template_has_agency",
            ),
            models.UniqueConstraint(
                fields=["agency", "unit", "base"],
                condition=models.Q(base__isnull=False, retired_at__isnull=True),
                nulls_distinct=False,
                name="one_override_per_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template said when it was published: frozen; cycles pin it by this row."""

    template = models.ForeignKey(CycleTemplate, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    hash = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, default="")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_template_version")
        ]
