"""Who belongs to a cycle: by unit (with all below it), kind of post and kind of person."""

from __future__ import annotations

from django.db.models import Q

from cycles.models import Cycle, Unit


def unit_ids(cycle: Cycle) -> list[int] | None:
    """The units whose people belong, with all below the chosen ones; None: every unit.

    At most one query.
    """
    chosen = cycle.members.get("units") or []
    if not chosen:
        return None
    above = {str(pk) for pk in chosen}
    paths = Unit.objects.filter(agency_id=cycle.agency_id).values_list("pk", "path")
    return [pk for pk, path in paths if above & set(path.split("."))]


def belonging(cycle: Cycle) -> Q:
    """The condition on a posting that makes its holder belong to the cycle. At most one query."""
    members, found = cycle.members, Q()
    units = unit_ids(cycle)
    if units is not None:
        found &= Q(post__unit__in=units)
    if members.get("post_kinds"):
        found &= Q(post__kind__in=members["post_kinds"])
    if members.get("person_kinds"):
        found &= Q(person__kind__in=members["person_kinds"])
    return found
