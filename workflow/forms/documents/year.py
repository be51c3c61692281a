"""Check-ins, self-assessment and rating: all answer the results of the plan in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.berakhlak import CORE_VALUES
from cycles.documents import Body
from cycles.enums import DocumentKind
from cycles.scoring import Predicate, Rating, predicate
from workflow.forms.documents.base import DocumentForm, choice, items_of, web_address, words


class _ItemsForm(DocumentForm):
    """A realisation with a link per result of the plan."""

    closing = ""  # the last, free field

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        return {"items": items_of(post), cls.closing: post.get(cls.closing, "")}

    def item_spots(self, help_text: str) -> Iterator[tuple[str, forms.Field]]:
        for result in self.plan["results"]:
            path = f"items.{result['id']}"
            yield f"{path}.realisation", words(3, _("Realisation"), help_text)
            yield f"{path}.link", web_address(_("Link to evidence"))

    @property
    def items(self) -> list[dict[str, Any]]:
        """The plan's results with their fields."""
        return [
            {
                "number": number,
                "result": result,
                "realisation": self[f"items.{result['id']}.realisation"],
                "link": self[f"items.{result['id']}.link"],
            }
            for number, result in enumerate(self.plan["results"], start=1)
        ]

    @property
    def last(self) -> forms.BoundField:
        return self[self.closing]


class CheckinForm(_ItemsForm):
    kind = DocumentKind.CHECKIN
    closing = "note"

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        yield from self.item_spots(_("What was achieved up to now; if nothing, say so and why."))
        yield "note", words(3, _("Note for your rater"), _("Obstacles, help you need, changes."),
                            required=False)  # fmt: skip


class SelfAssessmentForm(_ItemsForm):
    kind = DocumentKind.SELF_ASSESSMENT
    closing = "reflection"

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        yield from self.item_spots(_("What was achieved in the whole year; if nothing, say why."))
        yield (
            "reflection",
            words(4, _("Reflection on the year"),
                  _("What went well, what did not, what you learnt; also about your behaviour."),
                  required=False),
        )  # fmt: skip


class RatingForm(DocumentForm):
    kind = DocumentKind.RATING

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        raw: dict[str, Any] = {
            name: post.get(name, "")
            for name in ("work", "work_reason", "behaviour", "behaviour_reason", "recommendation")
        }
        raw["feedback"] = {
            name.removeprefix("feedback."): post.get(name, "")
            for name in post
            if name.startswith("feedback.")
        }
        return raw

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        for result in self.plan["results"]:
            yield f"feedback.{result['id']}", words(2, _("Your feedback"), required=False)
        for value in CORE_VALUES:
            yield f"feedback.{value.code}", words(1, value.name, required=False)
        yield "work", choice(_("Rating of the results of work"), Rating.choices)
        yield "work_reason", words(3, _("Reasons for the rating of results"),
                                   _("Name results and evidence."))  # fmt: skip
        yield "behaviour", choice(_("Rating of behaviour"), Rating.choices)
        yield "behaviour_reason", words(3, _("Reasons for the rating of behaviour"),
                                        _("Name what you saw, not what you suppose."))  # fmt: skip
        yield "recommendation", words(3, _("Notes and recommendation"),
                                      _("Coaching, training, duties that would fit."),
                                      required=False)  # fmt: skip

    @property
    def values(self) -> list[forms.BoundField]:
        return [self[f"feedback.{value.code}"] for value in CORE_VALUES]

    @property
    def items(self) -> list[dict[str, Any]]:
        return [
            {"number": number, "result": result, "feedback": self[f"feedback.{result['id']}"]}
            for number, result in enumerate(self.plan["results"], start=1)
        ]


SHORT = {
    Rating.ABOVE: gettext_lazy("Above"),
    Rating.MEETS: gettext_lazy("Meets"),
    Rating.BELOW: gettext_lazy("Below"),
}


def quadrant(body: Body) -> dict[str, Any]:
    """The 3×3 table of the predikat (PermenPANRB 6/2022) with the chosen cell, if there is one."""
    work, behaviour = body.get("work", ""), body.get("behaviour", "")
    columns = list(reversed(Rating))
    is_chosen = work in Rating.values and behaviour in Rating.values
    return {
        "columns": [{"short": SHORT[c], "is_chosen": c == behaviour} for c in columns],
        "rows": [
            {
                "short": SHORT[row],
                "is_chosen": row == work,
                "cells": [
                    {
                        "predicate": predicate(row, column),
                        "label": predicate(row, column).label,
                        "is_chosen": (row, column) == (work, behaviour),
                    }
                    for column in columns
                ],
            }
            for row in Rating
        ],
        "chosen": Predicate(predicate(work, behaviour)) if is_chosen else None,
    }
