"""Who may log in, and with which roles: each change an entry in the account's own stream."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.enums import Role
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Agency, RoleGrant, User

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,79}\Z")


def _record(user: User, action: str, author: User, now: datetime, **facts: Any) -> None:
    ledger.append(
        [
            ledger.Entry(
                stream=f"account:{user.pk}",
                action=action,
                at=now,
                agency_id=user.person.agency_id if user.person else None,
                actor_id=author.person_id,
                data={"author": author.pk, **facts},
            )
        ]
    )


def create_account(username: str, email: str, *, author: User, now: datetime) -> User:
    """An account without a person (an observer, an administrator), to be invited by mail.

    Raises Incomplete for a name that is none or taken, and for a wrong address.
    """
    username, email = username.strip().lower(), email.strip()
    problems = []
    if not _USERNAME.match(username):
        problems.append(Problem("username", _(
            "At least three small letters or digits; dots, hyphens and underscores between them."
        )))  # fmt: skip
    elif username.isdigit():
        # A NIP is no name: user names stand in lists and logs.
        problems.append(Problem("username", _("A number is no user name.")))
    elif User.objects.filter(username__iexact=username).exists():
        problems.append(Problem("username", _("This user name is taken.")))
    problems += _mail_problems(email)
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        user = User(username=username, email=email)
        user.set_unusable_password()
        user.save()
        _record(user, "create_account", author, now)
        return user


def _mail_problems(email: str) -> list[Problem]:
    try:
        validate_email(email)
    except ValidationError:
        return [Problem("email", _("This is no e-mail address."))]
    return []


def change_email(user: User, email: str, *, author: User, now: datetime) -> bool:
    """Set the address that mails go to; False when it was so already. Raises Incomplete."""
    email = email.strip()
    if problems := _mail_problems(email):
        raise Incomplete(problems)
    with transaction.atomic():
        locked = _lock(user)
        if locked.email == email:
            return False
        locked.email = email
        locked.save(update_fields=["email"])
        _record(locked, "change_email", author, now)
        return True


def set_active(user: User, is_active: bool, *, author: User, now: datetime) -> bool:
    """Let an account log in, or no longer; False when it was so already. Nothing is deleted.

    Raises Refused for one's own account and for the last administrator.
    """
    with transaction.atomic():
        admins = _lock_admins()
        locked = _lock(user)
        if locked.is_active == is_active:
            return False
        if not is_active:
            if locked.pk == author.pk:
                raise Refused(_("Nobody shuts themselves out. Another administrator does it."))
            _keep_an_admin(admins, locked)
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        _record(locked, "activate" if is_active else "deactivate", author, now)
        return True


def grant_role(
    user: User, role: str, agency: Agency | None, *, author: User, now: datetime
) -> bool:
    """Give an account a role in an agency; False when it has it already.

    An administrator's role belongs to no agency. HR is given to people of that very agency only:
    they act under their own name there. Raises Incomplete.
    """
    problems = []
    if role not in Role.values:
        problems.append(Problem("role", _("Choose a role.")))
    elif role == Role.ADMIN:
        agency = None
    elif agency is None:
        problems.append(Problem("agency", _("Choose an agency.")))
    elif role == Role.HR and (user.person is None or user.person.agency_id != agency.pk):
        problems.append(Problem("agency", _("HR of an agency is one of its own people.")))
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        _lock(user)
        grant, is_new = RoleGrant.objects.get_or_create(user=user, role=role, agency=agency)
        if is_new:
            _record(user, "grant_role", author, now, role=grant.role, agency=grant.agency_id)
        return is_new


def revoke_role(user: User, grant_id: int, *, author: User, now: datetime) -> bool:
    """Take a role back; False when it is gone already. Raises Refused for the last administrator,

    and for one's own role as administrator.
    """
    with transaction.atomic():
        admins = _lock_admins()
        locked = _lock(user)
        grant = RoleGrant.objects.filter(pk=grant_id, user=locked).first()
        if grant is None:
            return False
        if grant.role == Role.ADMIN:
            if locked.pk == author.pk:
                raise Refused(_("Nobody shuts themselves out. Another administrator does it."))
            _keep_an_admin(admins, locked)
        role, agency_id = grant.role, grant.agency_id
        grant.delete()
        _record(locked, "revoke_role", author, now, role=role, agency=agency_id)
        return True


def record_invitation(user: User, *, author: User, now: datetime) -> None:
    """Note that a link for setting the password goes out. Raises Refused where it cannot."""
    if not user.is_active:
        raise Refused(_("This account is shut. Open it first."))
    if not user.email:
        raise Refused(_("This account has no e-mail address."))
    with transaction.atomic():
        _record(user, "invite", author, now)


def note_sent(user: User, *, now: datetime) -> None:
    """Note that the link went out, which answers whatever HR had asked for."""
    User.objects.filter(pk=user.pk).update(invited_at=now, invitation_problem="")


def _lock(user: User) -> User:
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _lock_admins() -> set[int]:
    """The active administrators, locked: two who shut out each other take turns."""
    return set(
        User.objects.select_for_update(of=("self",), no_key=True)
        .filter(is_active=True, role_grants__role=Role.ADMIN)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _keep_an_admin(admins: set[int], user: User) -> None:
    if admins == {user.pk}:
        raise Refused(_("This is the last administrator; somebody else must become one first."))
