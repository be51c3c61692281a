"""The append-only, hash-chained ledger. Written by `cycles.ledger`, read by every timeline."""

import pgtrigger
from django.db import models

from cycles.models.cycle import Cycle
from cycles.models.organisation import Agency


class LedgerHead(models.Model):
    """Where each stream's chain ends; `content` is the digest of the last entry's payload."""

    stream = models.CharField(max_length=80, primary_key=True)
    # Ids here and below repeat what the hashed text says, and outlive whatever they name: the
    # audit compares them, no foreign key does.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, db_index=False,
                               db_constraint=False)  # fmt: skip
    seq = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    content = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)


class LedgerEntry(models.Model):
    """One fact. `payload` is the hashed text; the other columns repeat it for questions.

    hash = sha256(stream \\n seq \\n previous \\n sha256(payload)), all as lower-case hex text, so
    that SQL and an outsider's script compute the same. Ids only: no name and no NIP.
    """

    stream = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, db_index=False,
                               db_constraint=False)  # fmt: skip
    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, db_index=False,
                              db_constraint=False)  # fmt: skip
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30, blank=True)
    payload = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    # The transaction that wrote it: the guard on workflow's cases asks for one of its own.
    txid = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="one_ledger_entry"),
        ]
        indexes = [
            # What changed last in an agency beside its appraisals (people, posts, cycles …).
            models.Index(
                fields=["agency", "-id"],
                condition=~models.Q(stream__startswith="appraisal:"),
                name="ledger_beside_appraisals",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ledger_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class Seal(models.Model):
    """A daily seal over every head that moved since the seal before; seals form a chain too."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    heads = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="seal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class SealedHead(models.Model):
    """What a seal saw of one stream: its last number and hash then."""

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="sealed")
    stream = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seal", "stream"], name="one_sealed_head")]
        indexes = [
            # The last seal of a stream.
            models.Index("stream", models.F("id").desc(), name="last_seal_of_stream"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="sealed_head_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]
