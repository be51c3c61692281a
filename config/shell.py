"""What the frame around every page shows: navigation, counts, theme, the person's name.

A context processor runs for every rendered page, so nothing here asks the database before a
template asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cycles.enums import Role
from cycles.templatetags.ui import initials

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class NavItem:
    """An entry of the main menu: where it leads and who sees it (`request.user` decides)."""

    key: str
    label: Any
    url_name: str
    icon: str
    seen_by: Callable[[Any], bool]
    counted: bool = False


def _has_person(user: Any) -> bool:
    return user.person_id is not None


def _has_role(*roles: str) -> Callable[[Any], bool]:
    return lambda user: not user.roles.isdisjoint(roles)


# Five entries at most for one role: that is what a phone shows side by side. Whoever is HR and
# observer at once has six, which still fit.
NAV: list[NavItem] = [
    NavItem("home", _("Home"), "home", "house", lambda user: True),
    NavItem("mine", _("My appraisal"), "my_appraisal", "clipboard-list", _has_person),
    NavItem("inbox", _("Inbox"), "inbox", "inbox", _has_person, counted=True),
    NavItem("hr", _("HR"), "hr", "users", _has_role(Role.HR)),
    NavItem("records", _("Staff records"), "organisation", "book-user", _has_role(Role.HR)),
    NavItem("organisation", _("Organisation"), "observer", "network", _has_role(Role.OBSERVER)),
    NavItem("settings", _("Settings"), "settings", "settings-2", _has_role(Role.ADMIN)),
]

# Numbers in the frame: key → function (user) → int, loaded by htmx after the page.
COUNTS: dict[str, str] = {
    "inbox": "workflow.queries.inbox.waiting_count",
    "bell": "notifications.queries.unread_count",
}


def register(*items: NavItem) -> None:
    """Add entries to the main menu, at its end."""
    NAV.extend(items)


def nav_for(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this person, with the entry of the present page marked."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    entries = [
        {"label": item.label, "icon": item.icon, "url": reverse(item.url_name),
         "count_key": item.key if item.counted else ""}
        for item in NAV if item.seen_by(user)
    ]  # fmt: skip
    fitting = [e["url"] for e in entries if request.path.startswith(str(e["url"]))]
    here = max(fitting, key=len, default="")
    home = reverse("home")
    for entry in entries:
        is_home = entry["url"] == home
        entry["current"] = entry["url"] == here and (not is_home or request.path == home)
    return entries


def counts_for(user: Any) -> list[tuple[str, int]]:
    """The numbers of the frame. One query each."""
    found = []
    # An entry that somebody does not have has no place for a number either.
    absent = {item.key for item in NAV if not item.seen_by(user)}
    for key, path in COUNTS.items():
        if key in absent:
            continue
        module, name = path.rsplit(".", 1)
        found.append((key, int(getattr(import_module(module), name)(user))))
    return found


class Shell:
    """What templates read as `shell`. A bare one (for errors) knows nobody."""

    def __init__(self, request: HttpRequest, *, theme: str = "", bare: bool = False) -> None:
        self._request = request
        self._bare = bare
        theme = theme or request.COOKIES.get(THEME_COOKIE, "auto")
        self.theme = theme if theme in THEMES else "auto"
        self.source_url = settings.SOURCE_URL
        self.here = request.get_full_path() if request.method == "GET" else ""

    @cached_property
    def _user(self) -> Any:
        user = None if self._bare else getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        return nav_for(self._request) if self._user else []

    @property
    def user_key(self) -> str:
        return str(self._user.pk) if self._user else ""

    @cached_property
    def name(self) -> str:
        if not self._user:
            return ""
        return str(self._user.person.name if self._user.person_id else self._user.username)

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def counts_url(self) -> str:
        return reverse("shell_counts") if self._user and COUNTS else ""

    @property
    def bell_url(self) -> str:
        return reverse("notifications") if self._user else ""

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO) and apps.is_installed("config.demo")

    @property
    def demo_bar(self) -> str:
        return "demo/bar.html" if self.demo else ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
