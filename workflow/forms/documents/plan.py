"""The plan (SKP): results with indicators and targets, and what is expected of behaviour."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from cycles.berakhlak import CORE_VALUES
from cycles.documents import APPROACHES, ASPECTS, MOST_RESULTS, QUALITATIVE, RESULT_TYPES
from cycles.enums import DocumentKind
from workflow.forms.documents.base import DocumentForm, choice, line, words

BLANK = {"type": "main", "title": "", "serves": "", "aspects": [], "measures": ""}


def _unseen() -> forms.Field:
    """What belongs to the other approach travels along unseen: changing back loses nothing."""
    return forms.CharField(required=False, widget=forms.HiddenInput)


class PlanForm(DocumentForm):
    kind = DocumentKind.PLAN

    def __init__(
        self, body: dict[str, Any], *, approaches: Collection[str] = tuple(APPROACHES), **more: Any
    ) -> None:
        # An empty page asks for nothing; one blank result shows where to begin.
        if not body.get("results"):
            body = body | {"results": [BLANK | {"id": "r1"}]}
        # Those that the cycle allows; a draft in another one still shows what was typed.
        self.approaches: tuple[str, ...] = tuple(approaches)
        if not body.get("approach") and self.approaches:
            body = body | {"approach": self.approaches[0]}
        super().__init__(body, **more)

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        """Results in the order of the page (the repeated field "result"), all four aspects."""
        return {
            "approach": post.get("approach", ""),
            "results": [
                {
                    "id": identifier,
                    "type": post.get(f"results.{identifier}.type", ""),
                    "title": post.get(f"results.{identifier}.title", ""),
                    "serves": post.get(f"results.{identifier}.serves", ""),
                    "aspects": [
                        {
                            "aspect": aspect,
                            "indicator": post.get(f"results.{identifier}.{aspect}.indicator", ""),
                            "target": post.get(f"results.{identifier}.{aspect}.target", ""),
                        }
                        for aspect in ASPECTS
                    ],
                    "measures": post.get(f"results.{identifier}.measures", ""),
                }
                for identifier in dict.fromkeys(post.getlist("result"))
            ],
            "expectations": {
                value.code: post.get(f"expectations.{value.code}", "") for value in CORE_VALUES
            },
        }

    @classmethod
    def arrange(cls, raw: dict[str, Any], order: str) -> str:
        verb, _colon, identifier = order.partition(":")
        results: list[dict[str, Any]] = raw["results"]
        if verb == "approach" and identifier in APPROACHES:
            raw["approach"] = identifier
            return "pendekatan"
        if verb in {"add", "add-additional"}:
            if len(results) >= MOST_RESULTS:
                return "hasil"
            # Never a number that stood for another result in an earlier version.
            new = f"r{secrets.token_hex(3)}"
            kind = "main" if verb == "add" else "additional"
            results.append(BLANK | {"id": new, "type": kind})
            return f"hasil-{new}"
        at = next((n for n, result in enumerate(results) if result["id"] == identifier), None)
        if at is None:
            return ""
        if verb == "remove":
            results.pop(at)
            return "hasil"
        to = at + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= to < len(results):
            results.insert(to, results.pop(at))
        return f"hasil-{identifier}"

    @property
    def is_qualitative(self) -> bool:
        return bool(self.body["approach"] == QUALITATIVE)

    @property
    def approach_now(self) -> forms.BoundField:
        return self["approach"]

    @property
    def approach(self) -> Any:
        """The approach of this plan, by name."""
        return APPROACHES[self.body["approach"]]

    @property
    def other_approaches(self) -> list[tuple[str, Any]]:
        """What it could be changed to, with the names."""
        return [
            (code, name)
            for code, name in APPROACHES.items()
            if code != self.body["approach"] and code in self.approaches
        ]

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        yield "approach", forms.CharField(widget=forms.HiddenInput)
        for result in self.body["results"]:
            path = f"results.{result['id']}"
            yield f"{path}.type", choice(_("Kind of result"), list(RESULT_TYPES.items()))
            yield (
                f"{path}.title",
                words(2, _("Result of work"), _("What will be there at the end of the year.")),
            )
            yield (
                f"{path}.serves",
                line(
                    _("Superior's result it serves"),
                    _("Type it, or choose one of your rater's results."),
                    required=False,
                    list="hasil-atasan",
                    autocomplete="off",
                ),
            )
            for aspect in ASPECTS:
                for name, title in (("indicator", _("Indicator")), ("target", _("Target"))):
                    spot = _unseen() if self.is_qualitative else words(1, title)
                    yield f"{path}.{aspect}.{name}", spot
            yield (
                f"{path}.measures",
                words(
                    3,
                    _("Measures of success"),
                    _("One a line: the measure or individual indicator, and its target."),
                )
                if self.is_qualitative
                else _unseen(),
            )
        for value in CORE_VALUES:
            yield (
                f"expectations.{value.code}",
                words(2, _("Special expectation of the leader"), required=False),
            )

    def place_of(self, path: str) -> str | None:
        if path == "approach":  # a hidden field: the sentence stands above the form
            return None
        if path.startswith("results.") and path.endswith(".aspects"):
            path = path.removesuffix("aspects") + "quantity.indicator"
        return super().place_of(path)

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results with their fields, for the page."""
        listed = self.body["results"]
        return [
            {
                "id": result["id"],
                "number": number,
                "is_first": number == 1,
                "is_last": number == len(listed),
                "name": result["title"],
                "type": self[f"results.{result['id']}.type"],
                "title": self[f"results.{result['id']}.title"],
                "serves": self[f"results.{result['id']}.serves"],
                "measures": self[f"results.{result['id']}.measures"],
                "aspects": [
                    {
                        "label": label,
                        "indicator": self[f"results.{result['id']}.{aspect}.indicator"],
                        "target": self[f"results.{result['id']}.{aspect}.target"],
                    }
                    for aspect, label in ASPECTS.items()
                ],
            }
            for number, result in enumerate(listed, start=1)
        ]

    @property
    def values(self) -> list[dict[str, Any]]:
        """The seven values with the field for what the leader expects in particular."""
        return [
            {"value": value, "field": self[f"expectations.{value.code}"]} for value in CORE_VALUES
        ]

    @property
    def is_full(self) -> bool:
        return len(self.body["results"]) >= MOST_RESULTS
