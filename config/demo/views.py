"""Pages that exist in the demo only: the clock, the mail that was sent."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config.demo.clock import set_to
from config.demo.management.commands.demo_clock import instant_of
from cycles import clock
from cycles.exceptions import Refused
from workflow.tasks import sweep
from workflow.views.access import page

PER_PAGE = 30
STEPS = {"1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_POST
@page("member")
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo's clock forward, to a day or by a step; then do what the new day brings."""
    _only_in_demo()
    try:
        if step := STEPS.get(request.POST.get("step", "")):
            set_to(clock.now() + step)
        else:
            set_to(instant_of(request.POST.get("day", "")))
    except ValueError:
        messages.error(request, _("Choose a day."))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        _day_comes()
        messages.success(request, _("The demo's clock has moved; windows and reminders follow."))
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = "/"
    return redirect(target)


def _day_comes() -> None:
    """What the beat would do within a minute is done at once, so that one can watch it."""
    from notifications.tasks import sweep as tell

    sweep.run()
    tell.delay()


def _mails() -> list[Path]:
    folder = Path(settings.MAIL_SINK_DIR) if settings.MAIL_SINK_DIR else None
    if folder is None or not folder.is_dir():
        return []
    return sorted((f for f in folder.glob("*.eml")), key=lambda f: f.name, reverse=True)


def _read(path: Path) -> dict[str, Any]:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    return {
        "name": path.stem,
        "to": message["To"],
        "subject": message["Subject"],
        "sent": datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
        "date": message["Date"],
        "text": plain.get_content() if plain else "",
    }


@require_GET
@page("member")
def mails(request: HttpRequest) -> HttpResponse:
    """The newest mails that the demo's SMTP server took, of everybody."""
    _only_in_demo()
    files = _mails()
    before = request.GET.get("before", "")
    if before:
        files = [f for f in files if f.stem < before]
    shown = files[:PER_PAGE]
    return render(
        request,
        "demo/mails.html",
        {
            "mails": [_read(f) for f in shown],
            "older": shown[-1].stem if len(files) > PER_PAGE else "",
        },
    )
