"""What belongs to no room: language, theme, counts of the frame, health, error pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language
from redis.exceptions import RedisError

from config.access import named
from config.celery import app as celery
from config.kept import KEPT_COOKIE, comes_from_here, remember_owner, shown, typed
from config.shell import THEME_COOKIE, THEMES, Shell, counts_for
from cycles.models import User

YEAR_SECONDS = 365 * 24 * 3600
WORKER_ANSWER_SECONDS = 1.0
WORKER_FRESH_SECONDS = 10
MOST_SHOWN = 99

# --- choices of the person ---------------------------------------------------------------------


def way_back(request: HttpRequest) -> str:
    """A path of this site from the form's `next` or the referring page; else the first page."""
    for target in (request.POST.get("next"), request.headers.get("Referer")):
        if target and url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return target
    return "/"


@named("public")
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme")
    response = redirect(way_back(request))
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR_SECONDS, secure=settings.SECURE, httponly=True,
            samesite="Lax",
        )  # fmt: skip
    return response


@named("public")
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's language cookie; an account remembers the choice for its mails and next login."""
    language = request.POST.get("language")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return django_set_language(request)


class Login(LoginView):
    """The login; it brings the account's language to a browser that has none chosen."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        remember_owner(response, form.get_user().pk)
        language = getattr(form.get_user(), "language", "")
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES and language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, secure=settings.SECURE, samesite="Lax"
            )
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts: list[Any] = []
        if settings.DEMO:
            from config.demo.accounts import ACCOUNTS, PASSWORD

            accounts = [{"username": name, "who": who, "password": PASSWORD}
                        for name, who in ACCOUNTS]  # fmt: skip
        kept = KEPT_COOKIE in self.request.COOKIES and self.get_redirect_url() == reverse("kept")
        return super().get_context_data(demo_accounts=accounts, kept=kept, **kwargs)


# --- the frame ---------------------------------------------------------------------------------


@named("own")
@login_required
@never_cache
@require_GET
def shell_counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the menu entries, as htmx swaps them in."""
    counts = [
        {
            "key": key,
            "number": number,
            "short": f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number),
            "words": _count_words(key, number),
        }
        for key, number in counts_for(request.user)
    ]
    return render(request, "ui/counts.html", {"counts": counts})


def _count_words(key: str, number: int) -> str:
    if key == "bell":
        return ngettext("%(n)d unread", "%(n)d unread", number) % {"n": number}
    return ngettext("%(n)d waiting", "%(n)d waiting", number) % {"n": number}


# --- health ------------------------------------------------------------------------------------


@named("public")
@never_cache
@require_GET
def live(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"live": True})


@named("public")
@never_cache
@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """The database and the cache answer too; else 503 with what is missing."""
    parts = {"database": _database_answers(), "cache": _cache_answers()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@named("public")
@never_cache
@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """At least one Celery worker answered just now (asked once in ten seconds)."""
    try:
        answered = cache.get("health:worker")
        if answered is None:
            answered = bool(celery.control.ping(timeout=WORKER_ANSWER_SECONDS, limit=1))
            cache.set("health:worker", answered, WORKER_FRESH_SECONDS)
    except (RedisError, OSError):
        answered = False
    return JsonResponse({"worker": answered}, status=200 if answered else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True


# --- errors ------------------------------------------------------------------------------------


@named("public")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits: mostly a login in another tab, or an old page."""
    context: dict[str, Any] = {"back": _same_page(request)}
    # A foreign page must not get a "send it again" button for what it forged.
    if comes_from_here(request) and (kept := typed(request)):
        context |= shown(kept)
    return render(request, "403_csrf.html", context, status=403)


def _same_page(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if urlsplit(referer).netloc != request.get_host():
        return "/"
    parts = urlsplit(referer)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@named("public")
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = str(exception) if exception and str(exception) else ""
    return render(request, "403.html", {"reason": reason}, status=403)


@named("public")
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@named("public")
def server_error(request: HttpRequest) -> HttpResponse:
    """The page of an unforeseen error. It asks neither the database nor the session."""
    try:
        return render(request, "500.html", {"shell": Shell(request, bare=True)}, status=500)
    except (TemplateDoesNotExist, DatabaseError, RedisError, OSError):
        return HttpResponseServerError("500")
