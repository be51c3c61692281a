"""The forms of an agency's records. What makes a wish impossible the services say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.documents import LINE
from cycles.enums import ActingKind, PersonKind, PostKind
from cycles.models import IdentityNumber, Unit
from cycles.services.actings import POWERS
from cycles.services.organisation.people import PersonWish
from cycles.services.organisation.posts import PostWish
from workflow.forms.acts import Hidden, Words

FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]
CHOOSE = ("", gettext_lazy("Choose"))


def _line(**more: Any) -> Words:
    return Words(long=False, most=200, **more)


def _reason(**more: Any) -> Words:
    return Words(
        label=gettext_lazy("Reasons"),
        error_messages={"required": gettext_lazy("Please give your reasons.")},
        **more,
    )


def _letter() -> Words:
    return _line(
        label=gettext_lazy("Letter"),
        help_text=gettext_lazy("Number and date of the letter or decree."),
        error_messages={"required": gettext_lazy("Name the letter with its number.")},
    )


class Day(forms.DateField):
    """A day, as a browser's date field or a person writes it."""

    default_error_messages = {
        "required": gettext_lazy("Choose a day."),
        "invalid": gettext_lazy("This is no date."),
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=FORMATS, **more,
        )  # fmt: skip


def _kinds(label: Any, choices: Iterable[tuple[str, Any]], **more: Any) -> forms.ChoiceField:
    sentence = gettext_lazy("Choose a kind of the list.")
    return forms.ChoiceField(
        label=label, choices=[CHOOSE, *choices],
        error_messages={"required": sentence, "invalid_choice": sentence}, **more,
    )  # fmt: skip


class RecordForm(forms.Form):
    """`seen` names what the preview was about: with other values there is a new preview first."""

    seen = Hidden()

    @property
    def signature(self) -> str:
        told = sorted(
            (name, str(value)) for name, value in self.cleaned_data.items()
            if name not in {"seen", "search", "reason"}
        )  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()[:40]

    @property
    def was_previewed(self) -> bool:
        return str(self.cleaned_data.get("seen")) == self.signature

    def remember_preview(self) -> None:
        """Let the form carry what its preview is about."""
        data = self.data.copy()
        data["seen"] = self.signature
        self.data = data


class PickForm(RecordForm):
    """A form with a long list behind it; words narrow it on the server, nothing typed is lost."""

    search = Words(required=False, most=LINE, long=False, label=gettext_lazy("Search"))
    chosen = forms.ChoiceField(
        widget=forms.RadioSelect(),
        error_messages={
            "required": gettext_lazy("Choose one of the list."),
            "invalid_choice": gettext_lazy("What you chose is not in this list."),
        },
    )
    chosen_label: Any = gettext_lazy("Person")

    def __init__(self, *args: Any, choices: list[tuple[str, str]] | None = None, **more: Any):
        super().__init__(*args, **more)
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        field.label = self.chosen_label
        field.choices = choices or []

    @property
    def chosen_words(self) -> str:
        """The words of what was chosen."""
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        return dict(field.choices).get(self.cleaned_data["chosen"], "")  # type: ignore[arg-type,call-overload]


# --- people ------------------------------------------------------------------------------------


class PersonForm(RecordForm):
    name = _line(
        label=gettext_lazy("Name"), help_text=gettext_lazy("As in the decree, with titles."),
        error_messages={"required": gettext_lazy("Write the name.")},
    )  # fmt: skip
    kind = _kinds(gettext_lazy("Kind"), PersonKind.choices)
    rank = _line(label=gettext_lazy("Rank"), required=False)

    @property
    def wish(self) -> PersonWish:
        data = self.cleaned_data
        return PersonWish(data["name"], data["kind"], data["rank"])


class NumberForm(RecordForm):
    kind = _kinds(gettext_lazy("Kind of number"), IdentityNumber.KINDS)
    number = _line(
        label=gettext_lazy("Number"), widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("The number before stays on record as a former one."),
        error_messages={"required": gettext_lazy("Write the number.")},
    )  # fmt: skip
    reason = _reason()


class MailForm(RecordForm):
    email = _line(label=gettext_lazy("E-mail"))


class RaterForm(PickForm):
    chosen_label = gettext_lazy("Who rates instead")
    starts_on = Day(label=gettext_lazy("From"))
    ends_on = Day(
        label=gettext_lazy("Until"), required=False,
        help_text=gettext_lazy("Empty: until it is ended here."),
    )  # fmt: skip
    reason = _reason(
        help_text=gettext_lazy("Everybody who may open the appraisal can read them in its story."),
    )


class EndForm(RecordForm):
    last_day = Day(label=gettext_lazy("Last day"))
    reason = _reason()


class LetterEndForm(RecordForm):
    last_day = Day(label=gettext_lazy("Last day"))
    letter = _letter()


# --- units -------------------------------------------------------------------------------------


class UnitForm(RecordForm):
    name = _line(
        label=gettext_lazy("Name"),
        error_messages={"required": gettext_lazy("Give the unit a name.")},
    )
    code = _line(
        label=gettext_lazy("Code"), required=False,
        help_text=gettext_lazy("An import recognises it by this."),
    )  # fmt: skip


def _weeks() -> forms.TypedChoiceField:
    sentence = gettext_lazy("Choose five or six days.")
    return forms.TypedChoiceField(
        label=gettext_lazy("Working days a week"), coerce=int, widget=forms.RadioSelect(),
        choices=[(5, gettext_lazy("Five days")), (6, gettext_lazy("Six days"))],
        error_messages={"required": sentence, "invalid_choice": sentence},
    )  # fmt: skip


class NewUnitForm(UnitForm):
    week = _weeks()


class WeekForm(RecordForm):
    week = _weeks()


class ParentForm(PickForm):
    """Where a unit or a post goes."""

    chosen_label = gettext_lazy("Below which unit")
    reason = _reason(required=False)


class IntoForm(ParentForm):
    chosen_label = gettext_lazy("Into which unit")


class CloseForm(RecordForm):
    last_day = Day(label=gettext_lazy("Last day"))


# --- posts -------------------------------------------------------------------------------------


class PostForm(RecordForm):
    title = _line(
        label=gettext_lazy("Title"),
        error_messages={"required": gettext_lazy("Give the post a title.")},
    )
    kind = _kinds(gettext_lazy("Kind"), PostKind.choices, required=False)
    grade = _line(
        label=gettext_lazy("Rung"), required=False,
        help_text=gettext_lazy("Of a functional post, such as Ahli Muda."),
    )  # fmt: skip
    code = _line(
        label=gettext_lazy("Code"), required=False,
        help_text=gettext_lazy("An import recognises it by this."),
    )  # fmt: skip
    is_head = forms.BooleanField(label=gettext_lazy("Heads the unit"), required=False)

    @property
    def wish(self) -> PostWish:
        data = self.cleaned_data
        return PostWish(data["title"], data["kind"], data["grade"], data["code"], data["is_head"])


class SuperiorForm(PickForm):
    TREE, GIVEN = "tree", "given"

    how = forms.ChoiceField(
        label=gettext_lazy("Who stands above"), widget=forms.RadioSelect(),
        choices=[
            (TREE, gettext_lazy("As the units say: the head of the unit, or of the one above")),
            (GIVEN, gettext_lazy("The post chosen below (an exception, recorded as such)")),
        ],
        error_messages={"required": gettext_lazy("Choose one of the list."),
                        "invalid_choice": gettext_lazy("Choose one of the list.")},
    )  # fmt: skip
    chosen_label = gettext_lazy("Superior")
    reason = _reason()
    field_order = ("how", "search", "chosen", "reason")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["chosen"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_open = not cleaned.get("chosen") and "chosen" not in self.errors
        if cleaned.get("how") == self.GIVEN and is_open:
            self.add_error("chosen", _("Choose one of the list."))
        return cleaned


class FillForm(PickForm):
    chosen_label = gettext_lazy("Person without a post")
    starts_on = Day(label=gettext_lazy("From"))
    letter = _letter()


# --- acting officials --------------------------------------------------------------------------


class ActingForm(PickForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), widget=forms.RadioSelect(),
        choices=[
            (ActingKind.PLT.value, gettext_lazy("Plt.: the post is vacant")),
            (ActingKind.PLH.value, gettext_lazy("Plh.: its holder is away")),
        ],
        error_messages={"required": gettext_lazy("Choose Plt. or Plh."),
                        "invalid_choice": gettext_lazy("Choose Plt. or Plh.")},
    )  # fmt: skip
    letter = _letter()
    starts_on = Day(label=gettext_lazy("From"))
    ends_on = Day(label=gettext_lazy("Until"))
    powers = forms.MultipleChoiceField(
        label=gettext_lazy("Powers by the letter"), widget=forms.CheckboxSelectMultiple(),
        choices=[
            ("approve", gettext_lazy("approve plans, check-ins, results")),
            ("rate", gettext_lazy("rate")),
            ("decide", gettext_lazy("decide objections")),
        ],
        error_messages={"required": gettext_lazy("Choose at least one power."),
                        "invalid_choice": gettext_lazy("Choose powers of the list.")},
    )  # fmt: skip

    @property
    def powers_given(self) -> frozenset[str]:
        return frozenset(self.cleaned_data["powers"]) & frozenset(POWERS)


def unit_choices(units: Iterable[Unit]) -> list[tuple[str, str]]:
    """Units as a choice, each indented below the one above it."""
    return [(str(unit.public_id), "– " * unit.depth + unit.name) for unit in units]


def given_day(text: str, otherwise: date) -> date:
    """A day of an address; what is none counts as the other."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 1950 <= day.year <= 2100 else otherwise
