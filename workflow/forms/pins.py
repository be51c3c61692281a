"""Places of a document to which a return can pin a sentence, with what stands there. Pure.

The paths are those of `cycles.documents.flatten`, so the sentence later stands beside its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cycles.document_labels import FIELDS, label, result_ids, shown
from cycles.documents import Body, flatten

PREFIX = "pin__"
MOST_LOOSE = 200


@dataclass(frozen=True)
class Spot:
    """One place: its path, its name, and the text that stands there."""

    path: str
    label: str
    text: str

    @property
    def field_name(self) -> str:
        return f"{PREFIX}{self.path}"


@dataclass(frozen=True)
class Group:
    """Places that belong together: a result, a judgement, the rest."""

    title: str
    spots: tuple[Spot, ...]


def groups_of(kind: str, body: Body, plan: Body) -> list[Group]:
    """Every filled place of a document, grouped as the reader sees them."""
    order = result_ids(body, plan)
    titles = {
        result["id"]: result["title"] for source in (plan, body)
        for result in source.get("results", ())
    }  # fmt: skip
    grouped: dict[str, list[Spot]] = {}
    for path, text in flatten(body).items():
        head, *rest = path.split(".")
        if not text or head == "attachments" or rest[-1:] == ["type"]:
            continue
        spot = Spot(path, _short(path, order), shown(path, text))
        grouped.setdefault(_title(head, rest, order, titles), []).append(spot)
    return [Group(title, tuple(spots)) for title, spots in grouped.items()]


def loose_groups(sent: Mapping[str, Any]) -> list[Group]:
    """Sentences whose document cannot be shown any more: their places, so that they stay."""
    paths = [name.removeprefix(PREFIX) for name in sent if name.startswith(PREFIX)]
    typed = [path for path in paths[:MOST_LOOSE] if sent[f"{PREFIX}{path}"]]
    spots = tuple(Spot(path, label(path), "") for path in typed)
    return [Group(_("What you had pinned"), spots)] if spots else []


def _short(path: str, order: list[str]) -> str:
    """The name of a place below the title of its group."""
    return (
        label(path, order).rpartition(" · ")[2]
        if path.startswith(("results.", "items."))
        else (label(path, order))
    )


def _title(head: str, rest: list[str], order: list[str], titles: dict[str, str]) -> str:
    if head in {"results", "items"}:
        number, title = label(f"results.{rest[0]}", order), titles.get(rest[0], "")
        return f"{number}: {title}" if title else number
    if head in {"work", "behaviour", "work_reason", "behaviour_reason"}:
        return str(FIELDS[head.removesuffix("_reason")])
    if head == "expectations":
        return _("Behaviour: special expectations")
    return _("Other parts")
