"""An invitation to set a password: one row for each time it was asked for, ever."""

from django.db import models
from django.db.models import Q

from cycles.models import Agency, User
from cycles.models.base import Public
from notifications.enums import DeliveryState


class Invitation(Public):
    """The mail of one asking, and how far it got. Its `public_id` is its Message-ID.

    The link in it is made when it is sent, and never kept.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    user = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="invitations")
    # `User.invitation_asked_at` of that asking.
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.QUEUED)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which sender has it, since when. Who lost the claim changes nothing any more.
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "asked_at"], name="one_invitation_per_asking")
        ]
        indexes = [
            # The queue: what may leave now, oldest first.
            models.Index(
                fields=["next_at", "id"],
                condition=Q(state=DeliveryState.QUEUED),
                name="invitation_queue",
            ),
            # What a sender has; and what a dead one left behind.
            models.Index(
                fields=["claimed_at"],
                condition=Q(state=DeliveryState.SENDING),
                name="invitation_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.asked_at.isoformat()}"
