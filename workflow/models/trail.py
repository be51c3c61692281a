"""What a move leaves behind beside the ledger: intervals, events, receipts, counters."""

from django.db import models

from cycles.models import Agency, Cycle, Person, Post, Unit
from workflow.enums import Party, State
from workflow.models.case import Case


class TurnInterval(models.Model):
    """Who held a case from when to when, and what ended it: the source of fair-delay figures."""

    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="intervals")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=30, choices=State)
    party = models.CharField(max_length=12, choices=Party)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cause = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_interval")]


class Event(models.Model):
    """News for whoever listens (the outbox): written with the move, read by notifications."""

    # Agency and cycle repeat the case's, whose key vouches for them.
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, db_constraint=False)
    cycle = models.ForeignKey(Cycle, models.PROTECT, db_index=False, db_constraint=False)
    case = models.ForeignKey(Case, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=30)
    actor = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30)
    turn_number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The sweep of news not told yet.
            models.Index(
                fields=["id"], condition=models.Q(handled_at__isnull=True), name="event_unhandled"
            )
        ]


class Receipt(models.Model):
    """Proof of a person's act. `key` makes the repeated act (double click, retry) harmless."""

    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="receipts")
    actor = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    action = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    # The first characters of the ledger entry's hash: it can be looked up and verified.
    number = models.CharField(max_length=16)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "actor", "key"], name="one_receipt_per_key")
        ]
        indexes = [
            # "Done by me", newest first.
            models.Index("actor", models.F("id").desc(), name="receipt_by_actor"),
        ]


class CounterDelta(models.Model):
    """+1 or -1 of a (cycle, unit, state). Inserted by moves, folded by a sweep, never updated."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, db_index=False)
    state = models.CharField(max_length=30)
    delta = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["cycle", "unit", "state"], name="delta_of_cycle")]


class CounterTotal(models.Model):
    """How many cases of a unit stand in a state, up to the last folding."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, db_index=False)
    state = models.CharField(max_length=30)
    total = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit", "state"], name="one_counter")
        ]
