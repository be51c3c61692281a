"""Units: open, rename, move in the tree, set their week, close. Superiors follow the tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles.documents import text
from cycles.exceptions import Incomplete, Problem, Refused
from cycles.models import Agency, Unit
from cycles.services import superiors
from cycles.services.organisation.common import By, Note, day_problems, demand, lock, record, words
from cycles.services.superiors import NewSuperior

NAME, CODE = 200, 40
# Deeper trees than this are slips of the hand; paths have room for it.
DEEPEST = 12
WEEKS = (5, 6)


@dataclass(frozen=True)
class Moved:
    """How many units went along, and the posts that have another superior now."""

    units: int
    superiors: list[NewSuperior]


def stream_of(unit: Unit) -> str:
    return f"unit:{unit.pk}"


def open_unit(
    agency: Agency, parent: Unit | None, name: str, *, code: str = "", week: int = 5, by: By
) -> Unit:
    """A new unit below another (or at the top). Raises Incomplete."""
    name, code = text(name), text(code)
    with transaction.atomic():
        lock(agency.pk)
        above = _open_unit(agency.pk, parent) if parent else None
        problems = _naming_problems(agency.pk, name, code)
        if week not in WEEKS:
            problems.append(Problem("week", _("Choose five or six days.")))
        if parent is not None and above is None:
            problems.append(_closed_above())
        elif above is not None and above.depth >= DEEPEST:
            problems.append(_too_deep())
        demand(problems)
        unit = Unit.objects.create(
            agency=agency, parent=above, name=name, code=code, week=week,
            depth=above.depth + 1 if above else 0,
        )  # fmt: skip
        unit.path = f"{above.path if above else ''}{unit.pk}."
        unit.save(update_fields=["path"])
        record(
            agency.pk,
            by,
            [Note(stream_of(unit), "open_unit", {"parent": above.pk if above else None,
                                                 "name": name, "code": code, "week": week})],
        )  # fmt: skip
        return unit


def rename_unit(unit: Unit, name: str, *, code: str = "", by: By) -> bool:
    """Correct its name and code; False when they were so already. Raises Incomplete."""
    name, code = text(name), text(code)
    with transaction.atomic():
        lock(unit.agency_id)
        fresh = Unit.objects.get(pk=unit.pk)
        demand(_naming_problems(fresh.agency_id, name, code, besides=fresh.pk))
        if (fresh.name, fresh.code) == (name, code):
            return False
        before = {"name": fresh.name, "code": fresh.code}
        fresh.name, fresh.code = name, code
        fresh.save(update_fields=["name", "code"])
        record(
            fresh.agency_id,
            by,
            [Note(stream_of(fresh), "rename_unit", {"before": before, "name": name, "code": code})],
        )
        return True


def set_week(unit: Unit, week: int, *, by: By) -> bool:
    """Five or six working days; False when it was so already. Raises Incomplete.

    Deadlines that were told stand; those that begin from now on count by the new week.
    """
    if week not in WEEKS:
        raise Incomplete([Problem("week", _("Choose five or six days."))])
    with transaction.atomic():
        lock(unit.agency_id)
        fresh = Unit.objects.get(pk=unit.pk)
        if fresh.week == week:
            return False
        before, fresh.week = fresh.week, week
        fresh.save(update_fields=["week"])
        record(
            fresh.agency_id,
            by,
            [Note(stream_of(fresh), "set_week", {"before": before, "week": week})],
        )
        return True


def move_unit(unit: Unit, parent: Unit | None, *, reason: str = "", by: By) -> Moved:
    """Hang a unit with all below it under another; superiors are derived again.

    Raises Incomplete for a place below itself, a closed unit, another agency's, or the same place.
    """
    with transaction.atomic():
        lock(unit.agency_id)
        fresh, above = _checked_move(unit, parent)
        moved = _carry(fresh, above)
        changed = superiors.derive(fresh.agency)
        notes = [
            Note(
                stream_of(fresh),
                "move_unit",
                {"before": fresh.parent_id, "parent": above.pk if above else None,
                 "units": moved},
                text(reason),
            ),
            *followed(changed, {"unit": fresh.pk}),
        ]  # fmt: skip
        record(fresh.agency_id, by, notes)
        return Moved(moved, changed)


def close_unit(unit: Unit, last_day: date, *, today: date, by: By) -> None:
    """End a unit that holds nothing any more. Raises Refused with what is still open below it."""
    with transaction.atomic():
        lock(unit.agency_id)
        fresh = Unit.objects.get(pk=unit.pk)
        if fresh.closed_on is not None:
            raise Refused(_("This unit is closed already."))
        problems = list(day_problems("last_day", last_day))
        if last_day > today:
            problems.append(Problem("last_day", _("This day has not come yet.")))
        demand(problems)
        if sentence := why_not_closed(fresh):
            raise Refused(sentence)
        fresh.closed_on = last_day
        fresh.save(update_fields=["closed_on"])
        record(
            fresh.agency_id,
            by,
            [Note(stream_of(fresh), "close_unit", {"closed_on": last_day.isoformat()})],
        )


def reopen_unit(unit: Unit, *, by: By) -> None:
    """Take a closing back. Raises Refused when it is open, or lies below a closed one."""
    with transaction.atomic():
        lock(unit.agency_id)
        fresh = Unit.objects.select_related("parent").get(pk=unit.pk)
        if fresh.closed_on is None:
            raise Refused(_("This unit is open."))
        if fresh.parent is not None and fresh.parent.closed_on is not None:
            raise Refused(_("The unit above it is closed; open that one first."))
        fresh.closed_on = None
        fresh.save(update_fields=["closed_on"])
        record(fresh.agency_id, by, [Note(stream_of(fresh), "reopen_unit")])


def why_not_closed(unit: Unit) -> str:
    """The sentence that says what keeps a unit open; empty when nothing does. Two queries."""
    reasons = []
    posts = unit.posts.filter(closed_on=None).count()
    if posts:
        reasons.append(
            ngettext("%(n)d post is still open in it.", "%(n)d posts are still open in it.", posts)
            % {"n": posts}
        )
    below = unit.children.filter(closed_on=None).count()
    if below:
        reasons.append(
            ngettext(
                "%(n)d unit is still open below it.", "%(n)d units are still open below it.", below
            )
            % {"n": below}
        )
    return " ".join(reasons)


def followed(changed: list[NewSuperior], cause: dict[str, int]) -> list[Note]:
    """What the posts' own streams say when their superior is another one now."""
    return [
        Note(f"post:{new.post_id}", "superior_follows",
             {"before": new.before, "superior": new.after, "cause": cause})
        for new in changed
    ]  # fmt: skip


def _open_unit(agency_id: int, unit: Unit) -> Unit | None:
    found: Unit | None = Unit.objects.filter(
        pk=unit.pk, agency_id=agency_id, closed_on=None
    ).first()
    return found


def _checked_move(unit: Unit, parent: Unit | None) -> tuple[Unit, Unit | None]:
    fresh = Unit.objects.select_related("agency").get(pk=unit.pk)
    above = _open_unit(fresh.agency_id, parent) if parent else None
    if parent is not None and above is None:
        raise Incomplete([_closed_above()])
    if (above.pk if above else None) == fresh.parent_id:
        raise Incomplete([Problem("parent", _("It stands there already."))])
    if above is not None and above.path.startswith(fresh.path):
        raise Incomplete(
            [Problem("parent", _("A unit cannot stand below itself; choose another one."))]
        )
    deepest = (
        Unit.objects.filter(agency_id=fresh.agency_id, path__startswith=fresh.path)
        .order_by("-depth")
        .values_list("depth", flat=True)
        .first()
    )
    rise = (above.depth + 1 if above else 0) - fresh.depth
    if (deepest or 0) + rise > DEEPEST:
        raise Incomplete([_too_deep()])
    return fresh, above


def _carry(unit: Unit, above: Unit | None) -> int:
    """Write the new place and the paths of the whole subtree, in one statement each."""
    Unit.objects.filter(pk=unit.pk).update(parent=above)
    prefix = f"{above.path if above else ''}{unit.pk}."
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE cycles_unit
            SET path = %(new)s || substr(path, length(%(old)s) + 1), depth = depth + %(rise)s
            WHERE agency_id = %(agency)s AND starts_with(path, %(old)s)
            """,
            {
                "new": prefix,
                "old": unit.path,
                "rise": (above.depth + 1 if above else 0) - unit.depth,
                "agency": unit.agency_id,
            },
        )
        return int(cursor.rowcount)


def _naming_problems(agency_id: int, name: str, code: str, besides: int = 0) -> list[Problem]:
    problems = [
        *words("name", name, NAME, _("Give the unit a name.")),
        *words("code", code, CODE),
    ]
    same = Unit.objects.filter(agency_id=agency_id, code=code).exclude(pk=besides)
    if code and not problems and same.exists():
        problems.append(Problem("code", _("Another unit has this code.")))
    return problems


def _closed_above() -> Problem:
    return Problem("parent", _("Choose an open unit of this agency."))


def _too_deep() -> Problem:
    return Problem(
        "parent",
        _("The tree would be deeper than %(most)d levels.") % {"most": DEEPEST},
    )
