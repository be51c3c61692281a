"""One message to one person by one channel: one row, ever."""

from django.db import models
from django.db.models import Q

from cycles.models import Agency, Cycle, Person
from cycles.models.base import Public
from notifications.enums import Channel, DeliveryState
from workflow.enums import Party, State
from workflow.models import Case


class Delivery(Public):
    """What is told, to whom, by which channel, and how far it got.

    The key is (occasion, rule, recipient, channel), with the cycle so that the table can be
    divided by year. The occasion is "event:<id>", or "turn:<case>:<turn>:<last day>": the same
    turn with another due date (an extension) is another occasion, as is a second return.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    cycle = models.ForeignKey(Cycle, models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, db_index=False)
    occasion = models.CharField(max_length=60)
    # "before:3" of a deadline, "plan_returned" of an event; what it says stands in the catalogue.
    rule = models.CharField(max_length=30)
    recipient = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)

    # What it tells of, as it was then.
    at = models.DateTimeField()
    case_state = models.CharField(max_length=30, choices=State)
    turn_number = models.PositiveIntegerField()
    turn_party = models.CharField(max_length=12, choices=Party)
    due_at = models.DateTimeField()
    # The person it speaks of beside the employee: who acted, or who holds the item.
    who = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    reason = models.TextField(blank=True, default="")

    state = models.CharField(max_length=9, choices=DeliveryState)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which sender has it, since when. Who lost the claim changes nothing any more.
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    # The mail that carries it: its own `public_id` when it travels alone, a shared one in a
    # digest. Kept over retries, so that a mail sent twice has one Message-ID.
    envelope = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Begins as the sweep asks: has this occasion been told of under this rule?
            models.UniqueConstraint(
                fields=["cycle", "occasion", "rule", "recipient", "channel"], name="one_delivery"
            )
        ]
        indexes = [
            # The queue: what may leave now, oldest first.
            models.Index(
                fields=["next_at", "id"],
                condition=Q(state=DeliveryState.QUEUED),
                name="delivery_queue",
            ),
            # A recipient's part of the queue, claimed as a whole.
            models.Index(
                fields=["recipient", "next_at"],
                condition=Q(state=DeliveryState.QUEUED),
                name="delivery_of_recipient",
            ),
            # What a sender has; and what a dead one left behind.
            models.Index(
                fields=["claim", "claimed_at"],
                condition=Q(state=DeliveryState.SENDING),
                name="delivery_claimed",
            ),
            # A person's notifications, newest first.
            models.Index(
                "recipient",
                models.F("id").desc(),
                condition=Q(channel=Channel.BELL),
                name="delivery_bell",
            ),
            # Their number beside the bell.
            models.Index(
                fields=["recipient"],
                condition=Q(channel=Channel.BELL, read_at__isnull=True),
                name="delivery_unread",
            ),
            # Mails of an agency that never arrived, newest first.
            models.Index(
                "agency",
                models.F("id").desc(),
                condition=Q(state=DeliveryState.FAILED),
                name="delivery_failed",
            ),
            # Unread ones of cases that have moved on.
            models.Index(
                fields=["case"],
                condition=Q(channel=Channel.BELL, read_at__isnull=True),
                name="delivery_unread_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.rule} {self.channel}"

    @property
    def code(self) -> str:
        """The entry of the catalogue: the rule without its number of days."""
        return self.rule.partition(":")[0]
