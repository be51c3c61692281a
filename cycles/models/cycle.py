"""Cycles, their stages and extensions; days off; the results of units."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cycles.enums import CycleStatus, StageKind
from cycles.models.base import Public
from cycles.models.organisation import Agency, Unit
from cycles.models.people import Person
from cycles.scoring import OrganisationResult


class Holiday(models.Model):
    """A day off. Without an agency it is national. Estimated until a decree confirms it."""

    agency = models.ForeignKey(Agency, models.CASCADE, null=True, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=200)
    is_joint_leave = models.BooleanField(default=False)
    is_estimated = models.BooleanField(default=False)
    decree = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "day", "name"], nulls_distinct=False, name="one_holiday"
            )
        ]


class Cycle(Public):
    """One agency's appraisal year. `rules` is a `cycles.rules.CycleRules`, pinned at opening."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="cycles")
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    status = models.CharField(max_length=10, choices=CycleStatus, default=CycleStatus.DRAFT)
    template = models.CharField(max_length=40, default="national-1")
    rules = models.JSONField(default=dict)
    # Rules of single units where they differ: [{"unit": id, "path": "1.4.", "rules": {…}}].
    unit_rules = models.JSONField(default=list)
    # Who belongs: {"units": [ids], "post_kinds": […], "person_kinds": […]}; empty: everybody.
    members = models.JSONField(default=dict)
    # What a rehearsal calls too many, too low, too short: `cycles.queries.rehearsal.Limits`;
    # empty: the defaults.
    limits = models.JSONField(default=dict)
    # The template versions it was made from, nearest first: [{"version": id, "place": …}].
    template_versions = models.JSONField(default=list)
    # Why it was opened although the rehearsal named errors.
    opened_despite = models.TextField(blank=True, default="")
    archived_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="one_cycle_a_year")]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """When a stage opens, is due and closes, in local days of the agency."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="stages")
    # A unit (with all below it) that has other dates; None: everybody.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=StageKind)
    number = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        ordering = ["opens_on", "kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "unit", "kind", "number"],
                nulls_distinct=False,
                name="one_stage",
            ),
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on"))
                & models.Q(due_on__lte=models.F("closes_on")),
                name="stage_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Extension(Public):
    """More time for a unit (with all below it) or one person: an act with author and reason."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="extensions")
    stage = models.ForeignKey(Stage, models.PROTECT)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    reason = models.TextField()
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) ^ models.Q(person__isnull=True),
                name="extension_for_unit_or_person",
            )
        ]


class UnitResult(models.Model):
    """Capaian kinerja organisasi of a unit, set by the leader above (SE MenPANRB 3/2023)."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="unit_results")
    unit = models.ForeignKey(Unit, models.PROTECT)
    value = models.CharField(_("result"), max_length=20, choices=OrganisationResult)
    note = models.TextField(_("reasons"))
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "unit"], name="one_unit_result")]


class ClockOffset(models.Model):
    """How far the demo's clock runs ahead. One row; only the demo reads it; it never goes back."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clock")]
