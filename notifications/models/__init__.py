"""The records of telling people."""

from notifications.models.delivery import Delivery
from notifications.models.invitation import Invitation
from notifications.models.rules import Preference, ReminderRule, SweepMark

__all__ = ["Delivery", "Invitation", "Preference", "ReminderRule", "SweepMark"]
