"""The doors of the settings, and a person's own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cycles import clock
from cycles.queries import administration as queries
from workflow.views.access import page
from workflow.views.settings.frame import author_of, show


@page("admin")
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """What can be set up here."""
    return show(request, "settings", "", _("Settings"))


@page("member")
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: name, posts, roles. No NIP: it belongs on documents only."""
    user = queries.account(author_of(request).pk)
    assert user is not None
    posts = (
        queries.posts_of(user.person_id, localdate(clock.now()))
        if user.person_id is not None
        else []
    )
    return render(
        request,
        "workflow/settings/account.html",
        {"account": user, "posts": posts, "grants": list(user.role_grants.all())},
    )
