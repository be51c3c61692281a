"""Reading the environment: a wrong or missing variable stops the start and is named."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None, *, what: str) -> str:
    """The variable's text. Raises ImproperlyConfigured naming it when it is missing."""
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise ImproperlyConfigured(f"{name} is not set. It should be {what}.")
    return value


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}. It should be 1 or 0.")
    return value in TRUE


def number(name: str, default: int, *, least: int, most: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It should be a whole number from {least} to {most}."
        )
    return int(value)


def words(name: str, default: str | None = None, *, what: str) -> list[str]:
    return [word.strip() for word in text(name, default, what=what).split(",") if word.strip()]


def database(name: str, default: str | None = None) -> dict[str, object]:
    """A DATABASES entry from a postgresql:// address (`?host=/folder` for a socket)."""
    what = "an address like postgresql://user:password@host:5432/name"
    address = text(name, default, what=what)
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} is not usable. It should be {what}.")
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a wrong port. It should be {what}.") from error
    options: dict[str, str] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": dict(options),
    }


def redis(name: str) -> str:
    what = "an address like redis://host:6379/0, rediss://… or unix:///path/to/socket"
    address = text(name, what=what)
    if urlsplit(address).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} is not usable. It should be {what}.")
    return address


def broker(address: str) -> str:
    """Celery's spelling of a Redis address: it names a socket, and its database, differently."""
    if not address.startswith("unix://"):
        return address
    return address.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=", 1)


def mail(name: str, default: str) -> Mapping[str, object]:
    """Django's EMAIL_* settings from smtp://user:password@host:port or smtps:// or console://."""
    what = "an address like smtp://user:password@host:587, smtps://host:465 or console://"
    parts = urlsplit(text(name, default, what=what))
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is not usable. It should be {what}.")
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a wrong port. It should be {what}.") from error
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
    }
