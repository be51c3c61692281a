"""What every page of the settings shares: tabs, and sentences put beside their fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cycles.exceptions import Incomplete
from cycles.models import User

LONGEST = 80


def author_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def typed(request: HttpRequest) -> QueryDict:
    """What a form sent, without NUL, which the database cannot store."""
    sent = request.POST.copy()
    for name in sent:
        sent.setlist(name, [value.replace("\x00", "") for value in sent.getlist(name)])
    return sent


def plain(value: str) -> str:
    return value.replace("\x00", "").strip()[:LONGEST]


def tell(form: Form, incomplete: Incomplete) -> None:
    """A service's sentences beside the fields they belong to."""
    for problem in incomplete.problems:
        form.add_error(problem.path if problem.path in form.fields else None, problem.sentence)


def show(
    request: HttpRequest,
    template: str,
    tab: str,
    title: str,
    *,
    status: int = 200,
    crumbs: Iterable[tuple[object, str]] = (),
    **context: Any,
) -> HttpResponse:
    """A page of the settings inside its frame."""
    above = [(_("Settings"), reverse("settings"))] if tab else []
    return render(
        request,
        f"workflow/settings/{template}.html",
        {
            "title": title,
            "crumbs": [*above, *crumbs],
            "tabs": [
                {"label": label, "url": reverse(name), "current": name == tab}
                for name, label in (
                    ("accounts", _("Accounts")),
                    ("holidays", _("Days off")),
                    ("agencies", _("Agencies and cycles")),
                    ("national_template_list", _("Templates")),
                    ("system", _("System")),
                )
            ],
            **context,
        },
        status=status,
    )
