"""Templates are drafted, published, overridden and retired; a published version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.blueprint import NATIONAL, Body, differing, fields_of, first_body
from cycles.blueprint_faults import faults
from cycles.calendar import Calendar
from cycles.documents import digest, text
from cycles.exceptions import Incomplete, Problem, Refused, Stale
from cycles.models import Agency, CycleTemplate, TemplateVersion, Unit, User
from cycles.queries.calendars import calendar_for
from cycles.queries.templates import inherited, latest_versions, place_of, whole

LONGEST_NAME = 120
LONGEST_NOTE = 300
# Where no agency's days off are known, a national template is checked on plain weeks.
PLAIN = Calendar("Asia/Jakarta", 5, {}, 1)


def first_national(*, now: datetime) -> CycleTemplate:
    """The national template of an installation that has none yet; the one there is, otherwise."""
    with transaction.atomic():
        known = CycleTemplate.objects.filter(agency=None, retired_at=None).order_by("id").first()
        if known is not None:
            return known
        made = CycleTemplate.objects.create(name="Templat nasional", draft=first_body())
        _freeze(made, _("As delivered."), None, now)
        return made


def new_national(name: str, *, like: CycleTemplate, author: User, now: datetime) -> CycleTemplate:
    """A further national template that begins with another one's draft. Raises Incomplete."""
    name = _checked_name(name)
    made = CycleTemplate.objects.create(name=name, draft=like.draft)
    _record(made, "create_template", author, now, {"like": like.pk})
    return made


def override(
    base: CycleTemplate, agency: Agency, unit: Unit | None = None, *, author: User, now: datetime
) -> CycleTemplate:
    """The agency's override of a national template, or a unit's of the agency's; made if missing.

    Raises Refused for a unit of another agency or a base that is no such template.
    """
    if unit is not None and (unit.agency_id != agency.pk or base.agency_id != agency.pk):
        raise Refused(_("Choose a unit of this agency."))
    if unit is None and base.agency_id is not None:
        raise Refused(_("Choose a national template."))
    with transaction.atomic():
        # Two clicks at once take turns.
        CycleTemplate.objects.select_for_update(no_key=True).get(pk=base.pk)
        made, is_new = CycleTemplate.objects.get_or_create(
            agency=agency, unit=unit, base=base, retired_at=None, defaults={"name": base.name}
        )
        if is_new:
            facts = {"base": base.pk, "unit": unit.pk if unit else None}
            _record(made, "create_template", author, now, facts)
        if unit is not None and not base.versions.exists():
            # What a unit says hangs on its agency's template, if that says nothing of its own.
            _freeze(base, "", author, now, body={})
        return made


def save_draft(
    template: CycleTemplate,
    body: Mapping[str, Any],
    *,
    name: str | None = None,
    revision: int,
    author: User,
    now: datetime,
) -> CycleTemplate:
    """Keep a draft: of `body`, the whole, an override stores only what differs from above it.

    Raises Stale when somebody saved since, Incomplete for a missing name.
    """
    title = _checked_name(name) if name is not None else None
    with transaction.atomic():
        locked = _locked(template)
        if locked.revision != revision:
            raise Stale(_("Somebody else has saved this template since you opened it. Please look "
                          "at it again; what you typed is still below."))  # fmt: skip
        place = place_of(locked)
        if place == NATIONAL:
            draft: Body = {name: body[name] for name in fields_of(place) if name in body}
        else:
            draft = differing(place, body, inherited(locked).body)
        if draft == locked.draft and title in {None, locked.name}:
            return locked
        locked.draft, locked.revision = draft, locked.revision + 1
        locked.name = title or locked.name
        locked.save(update_fields=["draft", "revision", "name"])
        return locked


def publish(template: CycleTemplate, note: str, *, author: User, now: datetime) -> TemplateVersion:
    """Freeze the draft as the next version. Raises Incomplete (with the fields), Refused.

    A national template is complete by itself; an override together with what it inherits.
    """
    note = text(note)
    if len(note) > LONGEST_NOTE:
        raise Incomplete([Problem("note", _("Too long: %(length)s characters, at most %(limit)s.")
                                  % {"length": len(note), "limit": LONGEST_NOTE})])  # fmt: skip
    with transaction.atomic():
        locked = _locked(template)
        newest = latest_versions([locked]).get(locked.pk)
        if newest is not None and newest.body == locked.draft:
            raise Refused(_("Nothing has changed since version %(n)d.") % {"n": newest.number})
        if found := problems(locked, now):
            raise Incomplete(found)
        return _freeze(locked, note, author, now)


def problems(template: CycleTemplate, now: datetime) -> list[Problem]:
    """What keeps the draft from being published, looked at in this year and the next."""
    body = whole(template).body
    calendar = calendar_for(template.agency) if template.agency is not None else PLAIN
    found = [
        fault for year in (now.year, now.year + 1) for fault in faults(body, year, calendar)[0]
    ]
    return list(dict.fromkeys(Problem(fault.field, fault.sentence) for fault in found))


def retire(template: CycleTemplate, *, author: User, now: datetime) -> None:
    """Take a template out of use: cycles made from it keep their versions.

    Raises Refused while something overrides it, and for the last national one.
    """
    with transaction.atomic():
        locked = _locked(template)
        if locked.overrides.filter(retired_at=None).exists():
            raise Refused(_("Other templates rest on this one. Take those out of use first."))
        others = CycleTemplate.objects.filter(agency=None, retired_at=None).exclude(pk=locked.pk)
        if locked.agency_id is None and not others.exists():
            raise Refused(_("One national template must remain."))
        locked.retired_at = now
        locked.save(update_fields=["retired_at"])
        _record(locked, "retire_template", author, now, {})


def _freeze(
    template: CycleTemplate,
    note: str,
    author: User | None,
    now: datetime,
    body: Body | None = None,
) -> TemplateVersion:
    number, frozen = template.versions.count() + 1, template.draft if body is None else body
    version = TemplateVersion.objects.create(
        template=template, number=number, body=frozen, hash=digest(frozen), note=note,
        author=author, published_at=now,
    )  # fmt: skip
    facts = {"version": version.pk, "number": number}
    _record(template, "publish_template", author, now, facts, version.hash)
    return version


def _locked(template: CycleTemplate) -> CycleTemplate:
    """The row, locked and read afresh. Raises Refused for one that is out of use."""
    found = (
        CycleTemplate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency", "unit", "base")
        .get(pk=template.pk)
    )
    if found.retired_at is not None:
        raise Refused(_("This template is out of use."))
    return found


def _checked_name(name: str) -> str:
    name = text(name)
    if not name:
        raise Incomplete([Problem("name", _("Please write this down."))])
    if len(name) > LONGEST_NAME:
        raise Incomplete([Problem("name", _("Too long: %(length)s characters, at most %(limit)s.")
                                  % {"length": len(name), "limit": LONGEST_NAME})])  # fmt: skip
    return name


def _record(
    template: CycleTemplate,
    action: str,
    author: User | None,
    now: datetime,
    facts: Mapping[str, Any],
    version_hash: str = "",
) -> None:
    ledger.append(
        [
            ledger.Entry(
                stream=f"template:{template.pk}",
                action=action,
                at=now,
                agency_id=template.agency_id,
                actor_id=author.person_id if author else None,
                version_hash=version_hash,
                data={"author": author.pk if author else None, **facts},
            )
        ]
    )
