"""People, their numbers, accounts, postings and acting appointments."""

from __future__ import annotations

from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cycles.enums import AbsenceKind, ActingKind, PersonKind, Role
from cycles.models.base import Public
from cycles.models.organisation import Agency, Post


class Person(Public):
    """A human being. Recognised by this row, never by a NIP, which gets corrected and renewed."""

    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="people")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=PersonKind)
    rank = models.CharField(max_length=80, blank=True, default="")
    left_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "name", "id"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name


class PersonKey(models.Model):
    """The stable key under which an agency's own records know a person (never the NIP)."""

    agency = models.ForeignKey(Agency, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "key"], name="one_person_per_key"),
            models.UniqueConstraint(fields=["agency", "person"], name="one_key_per_person"),
        ]


class IdentityNumber(models.Model):
    """NIP, NI PPPK or NRP. Personal data: on documents only, never in addresses, lists or logs."""

    KINDS = [("nip", "NIP"), ("ni_pppk", "NI PPPK"), ("nrp", "NRP")]

    person = models.ForeignKey(Person, models.CASCADE, related_name="numbers")
    kind = models.CharField(max_length=10, choices=KINDS)
    number = models.CharField(max_length=18)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_current=True), name="one_current_number"
            )
        ]
        indexes = [
            # An import looks up the people of a file by their numbers.
            models.Index(fields=["number"], name="person_by_number"),
        ]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """The account. Deactivated, never deleted: acts stay attributed."""

    username = models.CharField(_("user name"), max_length=80, unique=True)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="user")
    language = models.CharField(max_length=5, default="id")
    is_active = models.BooleanField(default=True)
    # When HR asked for an invitation last; each asking is one mail (`invited_at`: it went out).
    invitation_asked_at = models.DateTimeField(null=True)
    # When the invitation to set a password went out last.
    invited_at = models.DateTimeField(null=True)
    # What the mail server answered when it did not take the last invitation for good.
    invitation_problem = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            # Invitations asked for and not sent yet, looked for every minute.
            models.Index(
                fields=["invitation_asked_at"],
                condition=Q(invitation_asked_at__isnull=False, invitation_problem="")
                & (Q(invited_at=None) | Q(invited_at__lt=models.F("invitation_asked_at"))),
                name="invitation_asked",
            )
        ]

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return self.username

    @cached_property
    def grants(self) -> list[RoleGrant]:
        """The roles held, with their agency; one query per request."""
        return list(self.role_grants.all())

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Always False: permissions are the table in workflow.permissions, nothing else."""
        return False


class RoleGrant(models.Model):
    """A role in one agency; an administrator's has none, an observer of several has several."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=10, choices=Role)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "agency"], nulls_distinct=False, name="one_grant"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.ADMIN) | Q(agency__isnull=False), name="role_has_agency"
            ),
        ]


class Posting(models.Model):
    """Who holds which post from when to when (`ends_on` is the last day)."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="postings")
    post = models.ForeignKey(Post, models.PROTECT, related_name="postings")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=Q(ends_on__isnull=True), name="one_holder_per_post"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="posting_ends_after_start",
            ),
        ]


class Acting(models.Model):
    """An acting official (Plt/Plh) for a post, by letter, with dates and powers."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    post = models.ForeignKey(Post, models.PROTECT, related_name="actings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="actings")
    kind = models.CharField(max_length=3, choices=ActingKind)
    letter = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    may_approve = models.BooleanField(default=True)
    may_rate = models.BooleanField(default=True)
    may_decide = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # "For which posts do I act today?", asked once per request.
            models.Index(fields=["person", "ends_on"], name="acting_by_person"),
        ]


class Absence(Public):
    """Somebody's longer absence from their post (`ends_on` is the last day; None: open)."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=20, choices=AbsenceKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    letter = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="absence_ends_after_start",
            )
        ]
        indexes = [
            # "Who is away today?", asked for a whole agency by opening and rehearsal.
            models.Index(fields=["agency", "ends_on", "starts_on"], name="absence_of_agency"),
        ]


class RaterException(Public):
    """Recorded: somebody else than the superior rates this person, from when to when, and why."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="rater_exceptions")
    rater = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # When its end took effect in the running appraisals.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=models.F("rater")), name="exception_never_rates_oneself"
            )
        ]
        indexes = [
            models.Index(fields=["agency", "ends_on"], name="rater_exception_of_agency"),
        ]
