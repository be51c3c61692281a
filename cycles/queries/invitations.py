"""Where the accounts of an agency's people stand: invited, in use, not to be reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db.models import Count, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycles.models import Agency, Person, User
from cycles.queries.organisation import in_office

# Keys as addresses carry them, in the order of what HR does about them.
FAILED, NEW, WAITING, INVITED, IN_USE, NO_MAIL, NO_ACCOUNT, SHUT = (
    "gagal", "belum", "menunggu", "diundang", "aktif", "tanpa-surel", "tanpa-akun", "ditutup",
)  # fmt: skip
STATES: Final[Mapping[str, str | Promise]] = {
    FAILED: _("Not delivered"),
    NEW: _("Never invited"),
    WAITING: _("Waiting to be sent"),
    INVITED: _("Invited"),
    IN_USE: _("In use"),
    NO_MAIL: _("No e-mail address"),
    NO_ACCOUNT: _("No account"),
    SHUT: _("Shut"),
}
# Who can be asked for: nobody who is in use, shut, or waiting already.
MAY_BE_INVITED: Final = (FAILED, NEW, INVITED)


def _asked(of: str) -> Q:
    """The last asking is not answered by a sending."""
    asked = Q(**{f"{of}invitation_asked_at__isnull": False})
    unsent = Q(**{f"{of}invited_at": None}) | Q(
        **{f"{of}invited_at__lt": F(f"{of}invitation_asked_at")}
    )
    return asked & unsent


def condition(state: str, of: str = "") -> Q:
    """Accounts (or rows of accounts, with `of` = "user__") in a state; each is in just one."""
    has_account = Q(**{f"{of}pk__isnull": False}) if of else Q()
    if state == NO_ACCOUNT:
        return Q(**{f"{of}pk__isnull": True})
    is_open = has_account & Q(**{f"{of}is_active": True})
    if state == SHUT:
        return has_account & Q(**{f"{of}is_active": False})
    if state == IN_USE:
        return is_open & Q(**{f"{of}last_login__isnull": False})
    idle = is_open & Q(**{f"{of}last_login": None})
    if state == NO_MAIL:
        return idle & Q(**{f"{of}email": ""})
    reachable = idle & ~Q(**{f"{of}email": ""})
    refused = ~Q(**{f"{of}invitation_problem": ""})
    if state == FAILED:
        return reachable & _asked(of) & refused
    if state == WAITING:
        return reachable & _asked(of) & ~refused
    if state == INVITED:
        return reachable & ~_asked(of) & Q(**{f"{of}invited_at__isnull": False})
    if state == NEW:
        return reachable & Q(**{f"{of}invitation_asked_at": None, f"{of}invited_at": None})
    raise ValueError(state)


def state_of(user: User | None) -> str:
    """The state of one account, as `condition` tells it."""
    if user is None:
        return NO_ACCOUNT
    if not user.is_active:
        return SHUT
    if user.last_login is not None:
        return IN_USE
    if not user.email:
        return NO_MAIL
    asked, sent = user.invitation_asked_at, user.invited_at
    if asked is not None and (sent is None or sent < asked):
        return FAILED if user.invitation_problem else WAITING
    return INVITED if sent is not None else NEW


def counts(agency: Agency, on: date) -> dict[str, int]:
    """How many of an agency's people stand where, by state. One query."""
    found = Person.objects.filter(in_office(on), agency=agency).aggregate(
        **{
            f"n{number}": Count("pk", filter=condition(state, "user__"))
            for number, state in enumerate(STATES)
        }
    )
    return {state: found[f"n{number}"] for number, state in enumerate(STATES)}


def waiting_for_first(agency: Agency, on: date) -> int:
    """How many were never invited and can be."""
    return User.objects.filter(
        condition(NEW), in_office(on, "person__"), person__agency=agency
    ).count()
