"""What all document forms share: fields named by their path, sentences beside them.

A draft may be anything, so nothing here refuses: `cycles.documents` says what is still missing,
and only when a document is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cycles import documents
from cycles.document_labels import label, result_ids
from cycles.documents import KEPT, Body
from cycles.enums import DocumentKind
from cycles.exceptions import Problem

Words = Any  # a text or its lazy translation


def words(rows: int, name: Words, help_text: Words = "", *, required: bool = True) -> forms.Field:
    """A field for text of any length: what is too long is said, never cut off."""
    attrs = {"rows": rows} | ({"class": "short"} if rows < 3 else {})
    return forms.CharField(
        label=name, help_text=help_text, required=required, strip=False,
        widget=forms.Textarea(attrs=attrs),
    )  # fmt: skip


def line(name: Words, help_text: Words = "", *, required: bool = True, **attrs: str) -> forms.Field:
    """A field for one line."""
    return forms.CharField(
        label=name, help_text=help_text, required=required, widget=forms.TextInput(attrs=attrs)
    )


def web_address(name: Words, help_text: Words = "") -> forms.Field:
    return line(name, help_text, required=False, inputmode="url", autocomplete="off",
                placeholder="https://")  # fmt: skip


def choice(name: Words, choices: Any, help_text: Words = "") -> forms.Field:
    return forms.ChoiceField(
        label=name, choices=choices, help_text=help_text, widget=forms.RadioSelect
    )


class DocumentForm(forms.Form):
    """A body on the screen. `problems` and `pins` ({"results.r1.title": "sentence"}) stand beside

    the fields they speak of; `summary` lists the problems for the top of the page.
    """

    use_required_attribute = False
    kind: ClassVar[DocumentKind]

    def __init__(
        self,
        body: Body,
        *,
        plan: Body | None = None,
        problems: Sequence[Problem] = (),
        pins: Mapping[str, str] | None = None,
    ) -> None:
        self.body = documents.clean(self.kind, body)
        self.plan: Body = plan or {"results": []}
        self.problems = tuple(problems)
        self.order = result_ids(self.body, self.plan)
        super().__init__(data=documents.flatten(self.body))
        pinned = dict(pins or {})
        for path, spot in self.spots():
            if sentence := pinned.pop(path, ""):
                spot.help_text = _pinned(spot.help_text, sentence)
            self.fields[path] = spot
        # What was pinned to something that has no field of its own now.
        self.loose_pins = [(label(path, self.order), text) for path, text in pinned.items()]

    @classmethod
    def read(cls, post: QueryDict) -> dict[str, Any]:
        """The raw body of a sent form; `cycles.documents.clean` makes a body of it."""
        raise NotImplementedError

    @classmethod
    def arrange(cls, raw: dict[str, Any], order: str) -> str:
        """Carry out "add", "remove:r1" … on a raw body; returns the place to go on, or ""."""
        return ""

    def spots(self) -> Iterator[tuple[str, forms.Field]]:
        """The fields with their paths."""
        raise NotImplementedError

    def place_of(self, path: str) -> str | None:
        """The field beside which a problem's sentence stands; None: above the form."""
        return path if path in self.fields else None

    def full_clean(self) -> None:
        """The errors are the problems found when it was handed in; there are no others."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        for problem in self.problems:
            self.add_error(self.place_of(problem.path), problem.sentence)

    @property
    def summary(self) -> list[dict[str, str]]:
        """Each problem with its place in words and the anchor of its field."""
        found = []
        for problem in self.problems:
            place = self.place_of(problem.path)
            bound = self[place] if place else None
            found.append(
                {
                    "href": f"#{bound.id_for_label or bound.auto_id}" if bound else "",
                    "label": label(problem.path, self.order),
                    "sentence": problem.sentence,
                }
            )
        return found


def _pinned(help_text: object, sentence: str) -> SafeString:
    return format_html(
        '{}<span class="pin"><span class="pin-who">{}</span> {}</span>',
        help_text, _("Remark:"), sentence,
    )  # fmt: skip


def items_of(post: QueryDict) -> dict[str, dict[str, str]]:
    """{"r1": {"realisation": …, "link": …}} from fields named items.r1.realisation."""
    found: dict[str, dict[str, str]] = {}
    for name in post:
        parts = name.split(".")
        if parts[0] == "items" and len(parts) == 3:
            found.setdefault(parts[1], {})[parts[2]] = post.get(name, "")
    return found


def is_cut(raw: object) -> bool:
    """Whether a raw body holds a text that is longer than a draft keeps."""
    if isinstance(raw, Mapping):
        return any(is_cut(value) for value in raw.values())
    if isinstance(raw, list):
        return any(is_cut(value) for value in raw)
    return isinstance(raw, str) and len(raw.strip()) > KEPT
