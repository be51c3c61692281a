"""Accounts: look for one, open or shut it, give and take roles, invite by mail."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlencode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles import clock
from cycles.enums import Role
from cycles.exceptions import Incomplete, Refused
from cycles.models import User
from cycles.queries import administration as queries
from cycles.services import accounts as services
from workflow.forms.settings import AccountForm, EmailForm, RoleForm
from workflow.views.access import page
from workflow.views.settings.frame import author_of, plain, show, tell, typed


@page("admin")
@never_cache
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts by user name, narrowed by words and role."""
    words, role = plain(request.GET.get("cari", "")), request.GET.get("peran", "")
    role = role if role in Role.values else ""
    found = queries.accounts(words, role, plain(request.GET.get("setelah", "")))
    query = {"cari": words, "peran": role}
    kept = {key: value for key, value in query.items() if value}
    return show(
        request, "accounts", "accounts", _("Accounts"),
        rows=found.rows, words=words, role=role, roles=Role.choices,
        next_url=f"?{urlencode({**kept, 'setelah': found.rows[-1].username})}"
        if found.has_more
        else "",
        is_narrowed=bool(kept),
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """An account for somebody who is no member of staff: an observer, an administrator."""
    form = AccountForm(typed(request)) if request.method == "POST" else AccountForm()
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_account(
                form.cleaned_data["username"], form.cleaned_data["email"],
                author=author_of(request), now=clock.now(),
            )  # fmt: skip
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            messages.success(request, _("The account is there. Give it a role and invite it."))
            return redirect("account_of", user.pk)
    return show(
        request, "account_new", "accounts", _("New account"), form=form,
        crumbs=[(_("Accounts"), reverse("accounts"))],
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_of(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: a POST does what its button says (`do`)."""
    user = queries.account(user_id)
    if user is None:
        raise Http404
    if request.method != "POST":
        return _show(request, user)
    do = request.POST.get("do", "")
    if do not in DEEDS:
        raise Http404
    return DEEDS[do](request, user)


def _show(
    request: HttpRequest, user: User, *, forms: dict[str, Any] | None = None, problem: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    return show(
        request, "account_of", "accounts", user.person.name if user.person else user.username,
        crumbs=[(_("Accounts"), reverse("accounts"))],
        account=user,
        grants=sorted(user.role_grants.all(), key=lambda grant: (grant.role, grant.pk)),
        problem=problem,
        may_log_in=user.has_usable_password(),
        status=status,
        **({
            "role_form": RoleForm(agencies=queries.agencies()),
            "email_form": EmailForm(initial={"email": user.email}),
        } | (forms or {})),
    )  # fmt: skip


def _back(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("account_of", user.pk)


def _open_or_shut(request: HttpRequest, user: User) -> HttpResponse:
    is_active = request.POST["do"] == "activate"
    try:
        services.set_active(user, is_active, author=author_of(request), now=clock.now())
    except Refused as refusal:
        return _show(request, user, problem=refusal.reason, status=409)
    return _back(
        request,
        user,
        _("The account is open.") if is_active else _("The account is shut; nothing is deleted."),
    )


def _grant(request: HttpRequest, user: User) -> HttpResponse:
    form = RoleForm(typed(request), agencies=queries.agencies())
    if form.is_valid():
        try:
            services.grant_role(
                user, form.cleaned_data["role"], form.chosen_agency,
                author=author_of(request), now=clock.now(),
            )  # fmt: skip
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            return _back(request, user, _("The role is given."))
    return _show(request, user, forms={"role_form": form}, status=422)


def _revoke(request: HttpRequest, user: User) -> HttpResponse:
    given = request.POST.get("grant", "")
    grant_id = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    try:
        services.revoke_role(user, grant_id, author=author_of(request), now=clock.now())
    except Refused as refusal:
        return _show(request, user, problem=refusal.reason, status=409)
    return _back(request, user, _("The role is taken back."))


def _email(request: HttpRequest, user: User) -> HttpResponse:
    form = EmailForm(typed(request))
    if form.is_valid():
        try:
            services.change_email(
                user, form.cleaned_data["email"], author=author_of(request), now=clock.now()
            )
        except Incomplete as incomplete:
            tell(form, incomplete)
        else:
            return _back(request, user, _("The address is changed."))
    return _show(request, user, forms={"email_form": form}, status=422)


def _invite(request: HttpRequest, user: User) -> HttpResponse:
    try:
        services.record_invitation(user, author=author_of(request), now=clock.now())
        _send_link(request, user)
        services.note_sent(user, now=clock.now())
    except Refused as refusal:
        return _show(request, user, problem=refusal.reason, status=409)
    except (SMTPException, OSError):
        return _show(
            request, user, status=502,
            problem=_("The mail server does not answer. Please try again later."),
        )  # fmt: skip
    return _back(request, user, _("The link is on its way to %(email)s.") % {"email": user.email})


def _send_link(request: HttpRequest, user: User) -> None:
    """Django's link for the password, also for an account that never had one; raises if it fails.

    (Django's own form skips such accounts, and says nothing when the mail server is away.)
    """
    context = {
        "protocol": request.scheme,
        "domain": request.get_host(),
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
        "user": user,
    }
    with translation.override(user.language):
        subject = render_to_string("registration/password_reset_subject.txt", context)
        body = render_to_string("workflow/settings/invitation.txt", context)
    EmailMessage(" ".join(subject.split()), body, to=[user.email]).send()


DEEDS = {
    "activate": _open_or_shut,
    "deactivate": _open_or_shut,
    "grant": _grant,
    "revoke": _revoke,
    "email": _email,
    "invite": _invite,
}
