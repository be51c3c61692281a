"""When people are told, as data; what they chose; how far the sweep has come."""

from django.db import models

from cycles.models import Agency, Cycle, User
from notifications.enums import Mode, RuleKind


class ReminderRule(models.Model):
    """A cycle's own notices of deadlines. A cycle without rows has those of its `CycleRules`."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="reminder_rules")
    kind = models.CharField(max_length=10, choices=RuleKind)
    # Working days; 0 is the day itself (before the due date only).
    days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind", "days"], name="one_reminder_rule"),
            models.CheckConstraint(
                condition=models.Q(kind=RuleKind.BEFORE) | models.Q(days__gt=0),
                name="late_notice_is_late",
            ),
        ]


class Preference(models.Model):
    """Which mails a person wants. Without a row: each. The bell in Jenjang shows everything."""

    user = models.OneToOneField(User, models.CASCADE, related_name="mail_preference")
    reminders = models.CharField(max_length=6, choices=Mode, default=Mode.EACH)
    news = models.CharField(max_length=6, choices=Mode, default=Mode.EACH)


class SweepMark(models.Model):
    """When an agency's deadlines were last looked at: spares looks that can find nothing."""

    agency = models.OneToOneField(Agency, models.CASCADE, related_name="+")
    deadlines_at = models.DateTimeField()
