"""The forms of HR's desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.documents import TEXT
from cycles.exceptions import Incomplete
from cycles.models import Person, Stage, Unit, UnitResult
from cycles.scoring import OrganisationResult
from workflow.forms.acts import LEAST, Hidden, Words
from workflow.queries.keyset import instant_of, instant_text, uuid_of
from workflow.services.bulk import Item

# One request settles so many at most: a page of the list.
MOST_AT_ONCE = 50


def tell(form: forms.Form, incomplete: Incomplete) -> None:
    """Put a service's sentences beside the fields they belong to."""
    for problem in incomplete.problems:
        form.add_error(problem.path if problem.path in form.fields else None, problem.sentence)


# --- extensions --------------------------------------------------------------------------------


def stage_key(stage: Stage) -> str:
    return f"{stage.kind}-{stage.number}"


class ExtensionForm(forms.Form):
    """More time: which stage, for whom, until when, why.

    `seen` names what the preview showed; with other values there is a new preview first.
    """

    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"),
        error_messages={
            "required": gettext_lazy("Choose a stage."),
            "invalid_choice": gettext_lazy("Choose a stage of this cycle."),
        },
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy("With all units below it."),
        error_messages={
            "required": gettext_lazy("Choose a unit."),
            "invalid_choice": gettext_lazy("Choose a unit of this agency."),
        },
    )
    due_on = forms.DateField(
        label=gettext_lazy("New last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"],
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("This is no date."),
        },
    )
    reason = Words(
        least=LEAST,
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("Everybody concerned reads them in the story of their appraisal."),
        error_messages={"required": gettext_lazy("Please give your reasons.")},
    )
    seen = Hidden()

    def __init__(
        self,
        *args: Any,
        stages: Iterable[Stage],
        units: Iterable[Unit],
        person: Person | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.person = person
        self._stages = {stage_key(stage): stage for stage in stages}
        self._units = {str(unit.public_id): unit for unit in units}
        choose = ("", _("Choose"))
        self._choices("stage", [choose, *((k, s.name) for k, s in self._stages.items())])
        if person is not None:
            del self.fields["unit"]
        else:
            self._choices(
                "unit",
                [choose, *((k, "– " * u.depth + u.name) for k, u in self._units.items())],
            )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def stages(self) -> list[Stage]:
        return list(self._stages.values())

    @property
    def chosen_stage(self) -> Stage:
        return self._stages[self.cleaned_data["stage"]]

    @property
    def chosen_unit(self) -> Unit | None:
        return self._units[self.cleaned_data["unit"]] if self.person is None else None

    @property
    def chosen_day(self) -> date:
        day: date = self.cleaned_data["due_on"]
        return day

    @property
    def signature(self) -> str:
        """What a preview is about: stage, target and day, but not the words of the reason."""
        target = (self.person or self.chosen_unit).public_id  # type: ignore[union-attr]
        return f"{target.hex}{self.chosen_day:%Y%m%d}{self.cleaned_data['stage']}"[:64]

    def remember_preview(self) -> None:
        """Let the form carry what its preview is about."""
        self.data = dict(self.data.items()) | {"seen": self.signature}

    @property
    def was_previewed(self) -> bool:
        return str(self.cleaned_data.get("seen")) == self.signature


# --- results of units --------------------------------------------------------------------------


class UnitResultForm(forms.Form):
    """What the leader above set. `seen` says which result the person had before their eyes."""

    value = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[("", gettext_lazy("Choose")), *OrganisationResult.choices],
        error_messages={
            "required": gettext_lazy("Choose one of the five results."),
            "invalid_choice": gettext_lazy("Choose one of the five results."),
        },
    )
    note = Words(
        most=TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Set by whom, on what grounds"),
        error_messages={"required": gettext_lazy("Write who set it and on what grounds.")},
    )
    seen = Hidden()

    def __init__(
        self, data: QueryDict | None = None, *, unit: Unit, result: UnitResult | None
    ) -> None:
        self.unit, self.result = unit, result
        initial = (
            {"value": result.value, "note": result.note, "seen": instant_text(result.set_at)}
            if result
            else {}
        )
        super().__init__(data, initial=initial, auto_id=f"unit-{unit.public_id.hex[:12]}-%s")

    @property
    def seen_at(self) -> datetime | None:
        return instant_of(self.cleaned_data.get("seen", ""))


# --- final approval ----------------------------------------------------------------------------


class Selection:
    """The ticked rows of a list: "public id:turn" each. What is no such pair was never offered."""

    def __init__(self, post: QueryDict) -> None:
        given = post.getlist("pick")
        read = [item for text in given if (item := _item(text)) is not None]
        self.items = read[:MOST_AT_ONCE]
        self.key = post.get("key", "").replace("\x00", "")[:40] or uuid4().hex

    @property
    def values(self) -> list[str]:
        return [f"{item.public_id}:{item.turn}" for item in self.items]


def _item(text: str) -> Item | None:
    id_text, _colon, turn_text = text.partition(":")
    public_id = uuid_of(id_text)
    if public_id is None or not (turn_text.isascii() and turn_text.isdigit()):
        return None
    return Item(public_id, min(int(turn_text[:10]), 2**31 - 1))
