"""The words of the field, as stored; labels are translated for the screen."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do beside being an employee and somebody's superior."""

    HR = "hr", _("HR")
    OBSERVER = "observer", _("Observer")
    ADMIN = "admin", _("Administrator")


class PersonKind(models.TextChoices):
    PNS = "pns", "PNS"
    PPPK = "pppk", "PPPK"
    # Mayors and regents rate but are not appraised (PermenPANRB 6/2022 covers PNS and PPPK only).
    OFFICIAL = "official", _("State official")


class PostKind(models.TextChoices):
    STATE_OFFICIAL = "state_official", _("State official")
    JPT_MADYA = "jpt_madya", "JPT Madya"
    JPT_PRATAMA = "jpt_pratama", "JPT Pratama"
    ADMINISTRATOR = "administrator", _("Administrator post")
    PENGAWAS = "pengawas", _("Supervisor post")
    PELAKSANA = "pelaksana", _("Executive post")
    FUNGSIONAL = "fungsional", _("Functional post")


class ActingKind(models.TextChoices):
    PLT = "plt", "Plt."  # the post is vacant
    PLH = "plh", "Plh."  # its holder is away


class CycleStatus(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Running")
    CLOSED = "closed", _("Closed")


class StageKind(models.TextChoices):
    """The stages whose dates HR sets and extends."""

    PLANNING = "planning", _("Planning")
    CHECKIN = "checkin", _("Check-in")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    REVIEW = "review", _("Supervisor review")
    FINAL = "final", _("Final approval")


class DocumentKind(models.TextChoices):
    PLAN = "plan", _("Performance plan (SKP)")
    CHECKIN = "checkin", _("Check-in")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    RATING = "rating", _("Rating")
    OBJECTION = "objection", _("Objection")
    EXPLANATION = "explanation", _("Explanation of the rater")
    STATEMENT = "statement", _("Statement of the employee")
    DECISION = "decision", _("Decision on the objection")

    @classmethod
    def of_segment(cls) -> frozenset["DocumentKind"]:
        """Kinds that belong to a stretch in one posting; the others belong to the year."""
        return frozenset({cls.PLAN, cls.CHECKIN})
