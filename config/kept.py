"""A POST that met an expired login is not lost: it waits for its owner to log in again.

Works without JavaScript. What was typed lies in the cache for half an hour, is given back only to
the account that was last logged in on that browser, and is sent again only by that person's click.
Passwords are never kept; files cannot be, and the page says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from config.access import named

KEPT_COOKIE = "kept"
OWNER_COOKIE = "owner"
KEPT_SECONDS = 30 * 60
OWNER_SECONDS = 30 * 24 * 3600
MOST_CHARACTERS = 200_000
# A value of this length is worth showing; shorter ones are numbers and choices.
WORTH_SHOWING = 20


def typed(request: HttpRequest) -> dict[str, Any] | None:
    """What a POST carried: path, fields, names of files. None if there is nothing to keep."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    has_secret = any("password" in name for name in request.POST)
    size = sum(len(name) + len(str(value)) for name, value in fields)
    if not fields or has_secret or size > MOST_CHARACTERS:
        return None
    return {
        "path": request.get_full_path(),
        "fields": fields,
        "files": [file.name for name in request.FILES for file in request.FILES.getlist(name)],
    }


def shown(kept: dict[str, Any]) -> dict[str, Any]:
    """The context of ui/kept.html."""
    long = [value for _name, value in kept["fields"] if len(str(value)) > WORTH_SHOWING]
    return {"kept": kept, "texts": long}


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser itself says that a page of this site sent the form."""
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(sender).netloc == request.get_host()


def remember_owner(response: HttpResponse, user_id: int) -> None:
    """Note, signed and unreadable for scripts, who logged in on this browser last."""
    response.set_signed_cookie(
        OWNER_COOKIE, str(user_id), max_age=OWNER_SECONDS, httponly=True,
        secure=settings.SECURE, samesite="Lax",
    )  # fmt: skip


class KeptPostMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not self._lost(request, response):
            return response
        owner = request.get_signed_cookie(OWNER_COOKIE, default=None)
        kept = typed(request) if owner else None
        if kept is None:
            return response
        token = secrets.token_urlsafe(24)
        cache.set(f"kept:{token}", kept | {"owner": owner}, KEPT_SECONDS)
        target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': reverse('kept')})}"
        response = redirect(target)
        response.set_signed_cookie(
            KEPT_COOKIE, token, max_age=KEPT_SECONDS, httponly=True,
            secure=settings.SECURE, samesite="Lax",
        )  # fmt: skip
        return response

    @staticmethod
    def _lost(request: HttpRequest, response: HttpResponse) -> bool:
        return (
            request.method == "POST"
            and response.status_code == 302
            and "HX-Request" not in request.headers
            and not request.user.is_authenticated
            and urlsplit(response.headers["Location"]).path == resolve_url(settings.LOGIN_URL)
            and "next=" in urlsplit(response.headers["Location"]).query
        )


@named("own")
@login_required
@never_cache
@require_GET
def kept_post(request: HttpRequest) -> HttpResponse:
    """Give back what was typed before the login expired, ready to be sent again."""
    token = request.get_signed_cookie(KEPT_COOKIE, default="")
    found: dict[str, Any] | None = cache.get(f"kept:{token}") if token else None
    if found is None or found["owner"] != str(request.user.pk):
        messages.info(request, _("There is no unsent text of yours any more."))
        return redirect("home")
    return render(request, "kept.html", shown(found))
