"""Whether the machinery runs: worker, queue, news not told yet, the seal of the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from cycles import clock
from cycles.queries.administration import LedgerState, ledger_state
from workflow.queries.backlog import Backlog, backlog
from workflow.views.access import page
from workflow.views.settings.frame import show

ANSWER_SECONDS = 1.0
FRESH_SECONDS = 10
# News older than this say that nobody sweeps.
STUCK = timedelta(minutes=10)
# A seal is made daily; a day and some patience.
SEAL_IS_LATE = timedelta(hours=26)
QUEUE = "celery"


@page("admin")
@never_cache
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """What runs and what does not, each with what to do about it."""
    now = clock.now()
    sealed, waiting = ledger_state(), backlog()
    return show(
        request, "system", "system", _("System"),
        checks=[_worker(), _queue(), _news(waiting, now), _seal(sealed, now)],
        sealed=sealed, now=now,
    )  # fmt: skip


def _check(label: str, is_good: bool, value: str, hint: str = "") -> dict[str, Any]:
    return {"label": label, "is_good": is_good, "value": value, "hint": "" if is_good else hint}


def _worker() -> dict[str, Any]:
    """Whether a worker answered just now; asked once in ten seconds."""
    try:
        answered = cache.get("settings:worker")
        if answered is None:
            replies = current_app.control.ping(timeout=ANSWER_SECONDS, limit=1)
            answered = bool(replies)
            cache.set("settings:worker", answered, FRESH_SECONDS)
    except (RedisError, OperationalError, OSError):
        answered = False
    return _check(
        _("Worker"), answered, _("answers") if answered else _("does not answer"),
        _("Without it nobody is reminded and no window closes. Start the worker; nothing is lost, "
          "it takes up what has waited."),
    )  # fmt: skip


def _queue() -> dict[str, Any]:
    try:
        with current_app.connection_for_read() as connection:
            length = int(connection.default_channel.client.llen(QUEUE))
    except (RedisError, OperationalError, OSError, AttributeError):
        return _check(_("Queue"), False, _("cannot be reached"),
                      _("Valkey or Redis does not answer under REDIS_URL."))  # fmt: skip
    words = ngettext("%(n)d task waits", "%(n)d tasks wait", length) % {"n": length}
    return _check(_("Queue"), length < 100, words, _("The worker does not keep up, or stands."))


def _news(waiting: Backlog, now: datetime) -> dict[str, Any]:
    words = ngettext("%(n)d not told yet", "%(n)d not told yet", waiting.number) % {
        "n": waiting.number
    }
    is_good = waiting.oldest is None or now - waiting.oldest < STUCK
    return _check(_("News of moves"), is_good, words,
                  _("The oldest waits for more than ten minutes: does beat run?"))  # fmt: skip


def _seal(state: LedgerState, now: datetime) -> dict[str, Any]:
    if state.seal is None:
        return _check(
            _("Seal of the ledger"), state.streams == 0, _("none yet"),
            _("The first seal is made within an hour of running beat and worker."),
        )  # fmt: skip
    words = ngettext(
        "no. %(number)d over %(n)d stream", "no. %(number)d over %(n)d streams", state.seal.heads
    ) % {"number": state.seal.number, "n": state.seal.heads}
    return _check(_("Seal of the ledger"), now - state.seal.at < SEAL_IS_LATE, words,
                  _("A seal is made daily: does beat run?"))  # fmt: skip
