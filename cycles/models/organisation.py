"""Agencies, their units and posts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cycles.enums import PostKind
from cycles.models.base import Public


class Agency(Public):
    """A ministry, province, regency or city. Nothing is shared between two of them."""

    ZONES = [("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    zone = models.CharField(max_length=20, choices=ZONES)
    # Raised whenever a day off changes, so that dues can say which calendar they were made with.
    calendar_version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("agency")

    def __str__(self) -> str:
        return self.name


class Unit(Public):
    """A node of the agency's tree. `path` ("1.4.12.") serves subtree questions by prefix."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True, default="")
    depth = models.PositiveSmallIntegerField(default=0)
    week = models.PositiveSmallIntegerField(
        default=5, choices=[(5, _("Five days")), (6, _("Six days"))]
    )

    class Meta:
        indexes = [
            # Completion of a unit with all units below it.
            models.Index("agency", models.F("path"), name="unit_subtree"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(Public):
    """One seat. `superior` is the seat above: the unit's head, or the head of the unit above."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    superior = models.ForeignKey("self", models.PROTECT, null=True, related_name="subordinates")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=PostKind)
    is_head = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(is_head=True), name="one_head_per_unit"
            ),
            models.CheckConstraint(
                condition=~models.Q(superior=models.F("id")), name="post_not_above_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.title
