"""Celery tasks of the records: the daily seal."""

from datetime import timedelta

from celery import shared_task

from cycles import clock, ledger
from cycles.models import Seal

SEAL_EVERY = timedelta(days=1)


@shared_task
def seal_ledger() -> None:
    """Seal the ledger once a day, whenever the hourly look finds the last seal a day old."""
    now = clock.now()
    last = Seal.objects.order_by("-number").values_list("at", flat=True).first()
    if last is None or now - last >= SEAL_EVERY:
        ledger.seal(now)
