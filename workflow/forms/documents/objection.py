"""The objection, what both sides say to it, and the decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from cycles.enums import DocumentKind
from cycles.scoring import Rating
from workflow.forms.documents.base import DocumentForm, choice, web_address, words


class _WritingForm(DocumentForm):
    """A text with a link to evidence."""

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        return {"text": post.get("text", ""), "link": post.get("link", "")}

    def text(self) -> forms.Field:
        raise NotImplementedError

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        yield "text", self.text()
        yield "link", web_address(_("Link to evidence"))


class ObjectionForm(_WritingForm):
    kind = DocumentKind.OBJECTION

    def text(self) -> forms.Field:
        about = _("Which rating you object to, why, and what shows it.")
        return words(8, _("Your reasons"), about)


class ExplanationForm(_WritingForm):
    kind = DocumentKind.EXPLANATION

    def text(self) -> forms.Field:
        about = _("Answer the objection point by point, with what your rating rests on.")
        return words(8, _("Your explanation"), about)


class StatementForm(_WritingForm):
    kind = DocumentKind.STATEMENT

    def text(self) -> forms.Field:
        about = _("What the decider should know beyond your objection.")
        return words(8, _("Your statement"), about)


class DecisionForm(DocumentForm):
    kind = DocumentKind.DECISION

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        return {name: post.get(name, "") for name in ("outcome", "reasons", "work", "behaviour")}

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        yield "reasons", words(8, _("Reasons for the decision"),
                               _("They are shown to the employee and to the rater."))  # fmt: skip
        yield "work", choice(_("Rating of the results of work"), Rating.choices)
        yield "behaviour", choice(_("Rating of behaviour"), Rating.choices)
