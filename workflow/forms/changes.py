"""The forms of staff changes and arrivals: one a kind of change, each knows its wish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from cycles.documents import LINE
from cycles.enums import AbsenceKind, StaffChangeKind
from cycles.models import Agency, Person, Post
from cycles.services.staff_changes import LETTER, Wish
from workflow.forms.acts import Words
from workflow.forms.organisation import CHOOSE, Day, PickForm, RecordForm
from workflow.machine import Sentence

Kind = StaffChangeKind


class ChangeForm(RecordForm):
    """What every change has: its first day, the letter, the reasons."""

    effective_on = Day(
        label=gettext_lazy("Effective from"),
        help_text=gettext_lazy(
            "The first day it holds. If it has come, the change takes effect at once."
        ),
    )
    letter = Words(
        long=False, most=LETTER, label=gettext_lazy("Letter"),
        help_text=gettext_lazy("Number and date of the letter or decree."),
        error_messages={"required": gettext_lazy("Name the letter with its number.")},
    )  # fmt: skip
    reason = Words(
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("Everybody who may open this appraisal can read them in its story."),
        error_messages={"required": gettext_lazy("Please give your reasons.")},
    )

    def more(self) -> dict[str, Any]:
        """What this kind adds to the wish."""
        return {}

    def wish(self, person: Person, kind: str) -> Wish:
        data = self.cleaned_data
        return Wish(person, kind, data["effective_on"], data["letter"], data["reason"],
                    **self.more())  # fmt: skip


class EndingForm(ChangeForm):
    """Retirement, dismissal, death."""


class PostChoice(PickForm, ChangeForm):
    """A change with a new post."""

    chosen_label = gettext_lazy("New post")
    search = Words(
        required=False, most=LINE, long=False, label=gettext_lazy("Search for a post"),
        help_text=gettext_lazy(
            "Without words only vacant posts stand here; with words also those still held."
        ),
    )  # fmt: skip
    field_order = ("search", "chosen", "leaves", "effective_on", "letter", "reason")

    def post(self) -> Post | None:
        chosen = self.cleaned_data.get("chosen")
        return Post.objects.filter(public_id=chosen).first() if chosen else None

    def more(self) -> dict[str, Any]:
        return {"post": self.post()}


class MoveForm(PostChoice):
    leaves = forms.ChoiceField(
        required=False, label=gettext_lazy("Post that is left"),
        help_text=gettext_lazy("This person holds several posts."),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list.")},
    )  # fmt: skip

    def __init__(self, *args: Any, held: Sequence[Post] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.held = {str(post.public_id): post for post in held}
        if len(held) > 1:
            field = self.fields["leaves"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(key, post.title) for key, post in self.held.items()]
        else:
            del self.fields["leaves"]

    def more(self) -> dict[str, Any]:
        return {**super().more(), "leaves": self.held.get(self.cleaned_data.get("leaves", ""))}


class ReturnForm(PostChoice):
    """Back from an absence; the post only where it was given up."""

    chosen_label = gettext_lazy("Post to return to")

    def __init__(self, *args: Any, needs_post: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["chosen"].required = needs_post
        if not needs_post:
            del self.fields["chosen"], self.fields["search"]


class AbsenceForm(ChangeForm):
    absence = forms.ChoiceField(
        label=gettext_lazy("Kind of absence"), choices=[CHOOSE, *AbsenceKind.choices],
        error_messages={"required": gettext_lazy("Say what kind of absence it is."),
                        "invalid_choice": gettext_lazy("Choose a kind of the list.")},
    )  # fmt: skip
    ends_on = Day(
        required=False,
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("If it is known. The return is recorded as a change of its own."),
    )
    vacates = forms.BooleanField(
        required=False,
        label=gettext_lazy("The post becomes vacant"),
        help_text=gettext_lazy(
            "What waits for this person passes on to the next superior, or to a Plt. Otherwise "
            "the post is kept, and a Plh. can act for it."
        ),
    )
    field_order = ("absence", "effective_on", "ends_on", "vacates", "letter", "reason")

    def more(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("absence", "ends_on", "vacates")}


class AgencyForm(ChangeForm):
    to_agency = forms.ChoiceField(
        label=gettext_lazy("Receiving agency"),
        error_messages={"required": gettext_lazy("Choose the receiving agency."),
                        "invalid_choice": gettext_lazy("Choose one of the list.")},
    )  # fmt: skip
    field_order = ("to_agency", "effective_on", "letter", "reason")

    def __init__(self, *args: Any, agencies: Sequence[Agency] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.agencies = {str(agency.public_id): agency for agency in agencies}
        field = self.fields["to_agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [CHOOSE, *((key, a.name) for key, a in self.agencies.items())]

    def more(self) -> dict[str, Any]:
        return {"to_agency": self.agencies[self.cleaned_data["to_agency"]]}


FORMS: dict[str, type[ChangeForm]] = {
    Kind.POST: MoveForm,
    Kind.ABSENCE: AbsenceForm,
    Kind.RETURN: ReturnForm,
    Kind.RETIREMENT: EndingForm,
    Kind.DISMISSAL: EndingForm,
    Kind.DEATH: EndingForm,
    Kind.AGENCY: AgencyForm,
}
# What each kind brings about, said before it is chosen.
MEANINGS: dict[str, Sentence] = {
    Kind.POST: gettext_lazy(
        "Before the assessment a new stretch of the year begins with a plan of its own; afterwards "
        "the year's rater and decider stay."
    ),
    Kind.ABSENCE: gettext_lazy(
        "Whoever has no planning duty meanwhile leaves the cycle; long leave changes nothing."
    ),
    Kind.RETURN: gettext_lazy("Back into the cycle, to where plan and date allow."),
    Kind.RETIREMENT: gettext_lazy(
        "The appraisal ends, unless its result is known already. What waits passes on."
    ),
    Kind.DISMISSAL: gettext_lazy(
        "The appraisal ends, unless its result is known already. What waits passes on."
    ),
    Kind.DEATH: gettext_lazy("The appraisal ends, wherever it stands. What waits passes on."),
    Kind.AGENCY: gettext_lazy(
        "The appraisal ends here; a copy of it goes to the receiving agency, where another begins."
    ),
}


class AcceptForm(PickForm):
    """A vacant post of the receiving agency and the day on which the person begins there."""

    chosen_label = gettext_lazy("Vacant post")
    starts_on = Day(
        label=gettext_lazy("Begins on"),
        help_text=gettext_lazy("Not before the day on which the other agency let the person go."),
    )

    def post(self) -> Post | None:
        chosen: UUID | str = self.cleaned_data["chosen"]
        return Post.objects.filter(public_id=chosen).first()

    @property
    def begins_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        return day


class WriteNoteForm(forms.Form):
    text = Words(
        label=gettext_lazy("Note for the successor"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "What was agreed, what went well, what to look after. Only whoever rates now reads it."
        ),
    )
