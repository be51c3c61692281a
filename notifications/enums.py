"""The words of telling: channels, the life of a delivery, what a person can choose."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    BELL = "bell", _("Notifications in Jenjang")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    FAILED = "failed", _("Failed")


class RuleKind(models.TextChoices):
    """When a deadline is told of, counted in working days from the due date."""

    BEFORE = "before", _("Before the due date")
    OVERDUE = "overdue", _("After the due date")
    SUPERIOR = "superior", _("To the next superior")
    HR = "hr", _("To HR")


class Group(models.TextChoices):
    """What a person may choose about: reminders and news; never what the law attaches to."""

    REMINDER = "reminder", _("Reminders of due dates")
    NEWS = "news", _("News about work in progress")
    LEGAL = "legal", _("What concerns rights and duties")


class Mode(models.TextChoices):
    EACH = "each", _("One mail each; many at once are put together in one")
    DIGEST = "digest", _("Always put together in one mail")
    NONE = "none", _("No mail, only in Jenjang")


class Lasts(models.TextChoices):
    """How long news stays true: for ever, while the turn runs, or while the state lasts."""

    ALWAYS = "always"
    TURN = "turn"
    STATE = "state"
