"""The forms of acts on a case. What a document says is written in its editor, not here.

Each form knows what the door wants (`data`): texts without NUL and of a bearable length, choices
as public ids. Who may act, and when, the door judges; a form only says what is missing.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.calendar import format_day
from cycles.documents import LINE, TEXT, text
from workflow.forms.pins import Group
from workflow.machine import LATE_EXCLUSIONS, LATE_STATES, Sentence
from workflow.models import Case
from workflow.queries.story import AUTHORITIES

LEAST = 10  # characters of a reason: less says nothing to the person who must mend it
KEY_LENGTH = 64


class Words(forms.CharField):
    """A text whose NULs are dropped (PostgreSQL cannot store them), checked on the server."""

    default_error_messages = {"required": gettext_lazy("Please write this down.")}

    def __init__(self, *, least: int = 0, most: int = TEXT, long: bool = True, **more: Any) -> None:
        more.setdefault("widget", forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput())
        super().__init__(**more)
        # No maxlength on the widget: the browser would cut a pasted text silently.
        self.least, self.most = least, most

    def to_python(self, value: Any) -> str:
        return text(value)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and len(value) < self.least:
            raise forms.ValidationError(
                _("Please say more: at least %(least)d characters.") % {"least": self.least}
            )
        if len(value) > self.most:
            raise forms.ValidationError(
                _("Too long: %(length)s characters, at most %(limit)s.")
                % {"length": len(value), "limit": self.most}
            )


class Hidden(forms.CharField):
    """What the page carries along: wrong values count as none, they are nobody's typing."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput())

    def to_python(self, value: Any) -> str:
        return text(value)[:KEY_LENGTH]


class ActForm(forms.Form):
    """A mere confirmation. `turn` is the turn the person saw, `key` makes a repeat harmless."""

    turn = Hidden()
    key = Hidden()
    # Where the person came from, to go back there.
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput())
    warning: Sentence = ""

    def __init__(self, *args: Any, case: Case, today: date, action: str = "", **more: Any) -> None:
        self.case, self.today, self.action = case, today, action
        initial = {
            "turn": case.turn_number,
            "key": uuid4().hex,
            **(more.pop("initial", None) or {}),
        }
        # Several forms stand on one page: their fields need ids of their own.
        super().__init__(*args, **more, initial=initial, auto_id=f"{action}-%s")  # type: ignore[misc]

    @property
    def expected_turn(self) -> int | None:
        given = self.cleaned_data.get("turn", "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None

    @property
    def act_data(self) -> dict[str, Any]:
        """What the door is given."""
        return {}


class NoteForm(ActForm):
    """A confirmation with room for a remark, which the story keeps."""

    reason = Words(required=False, label=gettext_lazy("Remark"))

    @property
    def act_data(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class ReasonForm(ActForm):
    reason = Words(
        least=LEAST,
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("Everybody who may open this appraisal can read them in its story."),
        error_messages={"required": gettext_lazy("Please give your reasons.")},
    )

    @property
    def act_data(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class ReturnForm(ReasonForm):
    """The reasons of a return, and sentences pinned to places of the document."""

    def __init__(self, *args: Any, groups: list[Group] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = groups or []
        self.fields["reason"].help_text = gettext_lazy("Say what must be mended, and how.")
        for spot in (spot for group in self.groups for spot in group.spots):
            self.fields[spot.field_name] = Words(
                required=False, most=LINE, label=spot.label,
                widget=forms.Textarea(attrs={"rows": 1}),
            )  # fmt: skip

    @property
    def pinned_groups(self) -> list[dict[str, Any]]:
        """The groups with their bound fields; open where something was typed."""
        shown = []
        for group in self.groups:
            spots = [{"spot": spot, "field": self[spot.field_name]} for spot in group.spots]
            is_open = any(self[spot.field_name].value() for spot in group.spots)
            shown.append({"title": group.title, "spots": spots, "is_open": is_open})
        return shown

    @property
    def act_data(self) -> dict[str, Any]:
        pins = {
            spot.path: self.cleaned_data[spot.field_name]
            for group in self.groups
            for spot in group.spots
            if self.cleaned_data.get(spot.field_name)
        }
        return {**super().act_data, "pins": pins}


class HandOverForm(ActForm):
    """The result was handed over in person: when, and how."""

    handed_on = forms.DateField(
        label=gettext_lazy("Handed over on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The time to object is counted from today, when you record it."),
        error_messages={"invalid": gettext_lazy("This is no date."),
                        "required": gettext_lazy("Choose a day.")},
    )  # fmt: skip
    reason = Words(
        least=LEAST,
        label=gettext_lazy("How it was handed over"),
        help_text=gettext_lazy("Where, and who was present or signed for it."),
    )

    def clean_handed_on(self) -> date:
        day: date = self.cleaned_data["handed_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        if day < self.case.cycle.starts_on:
            raise forms.ValidationError(_("This day lies before the cycle."))
        return day

    @property
    def act_data(self) -> dict[str, Any]:
        handed_on = _("Handed over on %(day)s.") % {
            "day": format_day(self.cleaned_data["handed_on"])
        }
        return {"reason": f"{handed_on} {self.cleaned_data['reason']}"}


class ExcludeForm(ReasonForm):
    authority = forms.ChoiceField(
        label=gettext_lazy("Basis"),
        error_messages={
            "required": gettext_lazy("Say on whose authority the person is excluded."),
            "invalid_choice": gettext_lazy("Choose one of the bases in the list."),
        },
    )
    field_order = ("authority", "reason")
    warning = gettext_lazy(
        "The appraisal ends here. Everything written so far is kept; HR can take the person back."
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        is_late = self.case.state in LATE_STATES
        offered = [
            (key, words) for key, words in AUTHORITIES.items()
            if not is_late or key in LATE_EXCLUSIONS
        ]  # fmt: skip
        field = self.fields["authority"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *offered]
        if is_late:
            field.help_text = _(
                "From delivery on only the employee's death or a court's ruling can end it."
            )
        self.fields["reason"].help_text = _("Name the letter with its number and date.")

    @property
    def act_data(self) -> dict[str, Any]:
        return {**super().act_data, "authority": self.cleaned_data["authority"]}


class ChoosingForm(ReasonForm):
    """A form with a long list behind it: words narrow it, on the server, without losing a word."""

    search = Words(required=False, most=LINE, long=False, label=gettext_lazy("Search"))
    chosen = forms.ChoiceField(
        widget=forms.RadioSelect(),
        error_messages={
            "required": gettext_lazy("Choose one of the list."),
            "invalid_choice": gettext_lazy("What you chose is not in this list."),
        },
    )
    kind = "person"
    chosen_label: Any = gettext_lazy("Person")

    def __init__(self, *args: Any, choices: list[tuple[Any, str]] | None = None, **more: Any):
        super().__init__(*args, **more)
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        field.label = self.chosen_label
        field.choices = [(str(public_id), words) for public_id, words in choices or []]

    @property
    def act_data(self) -> dict[str, Any]:
        return {**super().act_data, self.kind: self.cleaned_data["chosen"]}


class TransferForm(ChoosingForm):
    kind = "post"
    chosen_label = gettext_lazy("New post (free ones only)")
    warning = gettext_lazy(
        "The person holds the new post from today. Before the assessment this begins a new stretch "
        "of the year with a plan of its own; afterwards the rater and the decider stay."
    )


class DeciderForm(ChoosingForm):
    letter = Words(
        most=120, long=False, label=gettext_lazy("Letter"),
        help_text=gettext_lazy("Number and date of the letter that names the decider."),
        error_messages={"required": gettext_lazy("Name the letter.")},
    )  # fmt: skip
    chosen_label = gettext_lazy("Decider")

    @property
    def act_data(self) -> dict[str, Any]:
        letter = _("Letter: %(letter)s.") % {"letter": self.cleaned_data["letter"]}
        return {**super().act_data, "reason": f"{letter} {self.cleaned_data['reason']}"}


class ReassignForm(ChoosingForm):
    RULE, PERSON, HR = "rule", "person", "hr"

    to = forms.ChoiceField(
        label=gettext_lazy("Into whose hands"),
        widget=forms.RadioSelect(),
        choices=[
            (RULE, gettext_lazy("Whoever should hold it by the posts of today")),
            (HR, gettext_lazy("HR")),
            (PERSON, gettext_lazy("A person chosen below (an exception, recorded as such)")),
        ],
        initial=RULE,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list.")},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["chosen"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("to") == self.PERSON
            and not cleaned.get("chosen")
            and "chosen" not in self.errors
        ):
            self.add_error("chosen", _("Choose one of the list."))
        return cleaned

    @property
    def act_data(self) -> dict[str, Any]:
        data = {"reason": self.cleaned_data["reason"]}
        if self.cleaned_data["to"] == self.HR:
            data["to"] = "hr"
        elif self.cleaned_data["to"] == self.PERSON:
            data["person"] = self.cleaned_data["chosen"]
        return data


FORMS: dict[str, type[ActForm]] = {
    "approve": NoteForm,
    "return_": ReturnForm,
    "withdraw": ActForm,
    "keep_plan": ActForm,
    "miss_checkin": ReasonForm,
    "amend_plan": ReasonForm,
    "proceed_without": ReasonForm,
    "accept": ActForm,
    "waive": ActForm,
    "proceed": ReasonForm,
    "settle": NoteForm,
    "exclude": ExcludeForm,
    "reinstate": ReasonForm,
    "transfer": TransferForm,
    "reassign": ReassignForm,
    "name_decider": DeciderForm,
}


def form_of(action: str, *, is_employee: bool) -> type[ActForm] | None:
    """The form of an act; None where a document's editor hands it in, or the system acts."""
    if action == "deliver":
        return ActForm if is_employee else HandOverForm
    return FORMS.get(action)
