"""Paths of a document in words: "results.r1.quantity.target" is "Result 1 · Quantity: target"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.berakhlak import CORE_VALUES
from cycles.documents import APPROACHES, ASPECTS, RESULT_TYPES, Body
from cycles.scoring import Rating

VALUES = {value.code: value.name for value in CORE_VALUES}
FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("Result of work"),
    "type": gettext_lazy("Kind of result"),
    "serves": gettext_lazy("Superior's result it serves"),
    "approach": gettext_lazy("Approach"),
    "measures": gettext_lazy("Measures of success"),
    "indicator": gettext_lazy("indicator"),
    "target": gettext_lazy("target"),
    "realisation": gettext_lazy("Realisation"),
    "link": gettext_lazy("Link to evidence"),
    "note": gettext_lazy("Note"),
    "reflection": gettext_lazy("Reflection on the year"),
    "work": gettext_lazy("Rating of the results of work"),
    "work_reason": gettext_lazy("Reasons for the rating of results"),
    "behaviour": gettext_lazy("Rating of behaviour"),
    "behaviour_reason": gettext_lazy("Reasons for the rating of behaviour"),
    "recommendation": gettext_lazy("Notes and recommendation"),
    "text": gettext_lazy("Text"),
    "outcome": gettext_lazy("Outcome"),
    "reasons": gettext_lazy("Reasons"),
    "results": gettext_lazy("Results of work"),
}
OUTCOME_LABELS: dict[str, str | Promise] = {
    "uphold": gettext_lazy("Upheld (dikuatkan)"),
    "change": gettext_lazy("Changed (diubah)"),
    "rerate": gettext_lazy("Sent back for re-rating (dinilai ulang)"),
}
_CHOICES: dict[str, Mapping[str, str | Promise]] = {
    "type": RESULT_TYPES,
    "approach": APPROACHES,
    "work": dict(Rating.choices),
    "behaviour": dict(Rating.choices),
    "outcome": OUTCOME_LABELS,
}


# Lists of results come first, what is said of the whole comes after.
_HEADS = {"results": -2, "items": -2, "feedback": -1}


def result_ids(*bodies: Mapping[str, Any] | None) -> list[str]:
    """The ids of the results of plans, in order: the number of a result is its place here."""
    found: dict[str, None] = {}
    for body in bodies:
        for result in (body or {}).get("results", ()):
            found.setdefault(result["id"])
    return list(found)


def label(path: str, results: Sequence[str] = ()) -> str:
    """Returns the place of a path in words; an unknown path is returned as it is."""
    head, *rest = path.split(".")
    if head in {"results", "items", "feedback"} and rest:
        place = _numbered(rest[0], results)
        if head == "feedback":
            return _("%(place)s · feedback") % {"place": place}
        return f"{place} · {_inner(rest[1:])}" if rest[1:] else place
    if head == "expectations" and rest:
        return _("%(value)s · special expectation") % {"value": VALUES.get(rest[0], rest[0])}
    if head == "attachments":
        return _("Attachment")
    return str(FIELDS.get(path, path))


def _numbered(identifier: str, results: Sequence[str]) -> str:
    if identifier in VALUES:
        return VALUES[identifier]
    if identifier not in results:
        return _("Result that was taken out")
    return _("Result %(number)d") % {"number": results.index(identifier) + 1}


def _inner(rest: Sequence[str]) -> str:
    if rest[0] in ASPECTS:
        what = str(FIELDS.get(rest[1], rest[1])) if len(rest) > 1 else ""
        return f"{ASPECTS[rest[0]]}: {what}" if what else str(ASPECTS[rest[0]])
    if rest[0] == "aspects":
        return _("Indicators and targets")
    return str(FIELDS.get(rest[0], rest[0]))


def shown(path: str, value: str) -> str:
    """Returns a stored text as people read it: choices by their name."""
    choices = _CHOICES.get(path.rsplit(".", 1)[-1])
    return str(choices.get(value, value)) if choices else value


def told(
    found: Sequence[tuple[str, str, str]], old: Body, new: Body, plan: Body | None = None
) -> list[dict[str, str]]:
    """Changes (of `cycles.documents.changes`) with their place and values in words."""
    order = result_ids(new, plan, old)

    def place(change: tuple[str, str, str]) -> tuple[int, int]:
        """Results in the order of the page, everything else where it was."""
        parts = change[0].split(".")
        is_listed = parts[0] in {"results", "items"} and len(parts) > 1 and parts[1] in order
        return (_HEADS.get(parts[0], 0), order.index(parts[1]) if is_listed else 0)

    found = sorted(found, key=place)
    return [
        {"path": path, "label": label(path, order), "old": shown(path, before),
         "new": shown(path, after)}
        for path, before, after in found
    ]  # fmt: skip
