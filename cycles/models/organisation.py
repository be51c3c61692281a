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
    # The agency's own code; an import recognises the unit by it.
    code = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True, default="")
    depth = models.PositiveSmallIntegerField(default=0)
    week = models.PositiveSmallIntegerField(
        default=5, choices=[(5, _("Five days")), (6, _("Six days"))]
    )
    # The last day it existed; a closed unit keeps its past.
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "code"], condition=~models.Q(code=""), name="one_unit_per_code"
            )
        ]
        indexes = [
            # Completion of a unit with all units below it.
            models.Index("agency", models.F("path"), name="unit_subtree"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(Public):
    """One seat. `superior` is the seat above: the unit's head, or the head of the unit above.

    It is derived from the unit tree (`cycles.services.organisation`), unless it was given.
    """

    agency = models.ForeignKey(Agency, models.PROTECT)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    superior = models.ForeignKey("self", models.PROTECT, null=True, related_name="subordinates")
    # Whether `superior` was named by the agency instead of derived; the tree then leaves it alone.
    is_superior_given = models.BooleanField(default=False)
    code = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=200)
    # Empty: not known yet. The rehearsal names such posts.
    kind = models.CharField(max_length=20, choices=PostKind, blank=True)
    # Rung of a functional post ("Ahli Muda").
    grade = models.CharField(max_length=40, blank=True, default="")
    is_head = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(is_head=True, closed_on=None),
                name="one_head_per_unit",
            ),
            models.UniqueConstraint(
                fields=["agency", "code"], condition=~models.Q(code=""), name="one_post_per_code"
            ),
            models.CheckConstraint(
                condition=~models.Q(superior=models.F("id")), name="post_not_above_itself"
            ),
        ]
        indexes = [
            # HR's list of posts.
            models.Index(fields=["agency", "title", "id"], name="post_by_title"),
        ]

    def __str__(self) -> str:
        return self.title
