"""The form of a pause. What makes one impossible the services say; the form only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.models import Unit
from cycles.services.pauses import PauseWish
from workflow.forms.acts import LEAST, Hidden, Words
from workflow.forms.organisation import Day


class PauseForm(forms.Form):
    """For which units no clock runs, on which days, why. `seen` names what a preview showed."""

    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), required=False,
        help_text=gettext_lazy("With all units below it."),
        error_messages={"invalid_choice": gettext_lazy("Choose a unit of this agency.")},
    )  # fmt: skip
    first_on = Day(label=gettext_lazy("First day"))
    last_on = Day(label=gettext_lazy("Last day"))
    reason = Words(
        least=LEAST,
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("Everybody concerned reads them beside their deadline."),
        error_messages={"required": gettext_lazy("Please give your reasons.")},
    )
    seen = Hidden()

    def __init__(self, *args: Any, units: Iterable[Unit], **more: Any) -> None:
        super().__init__(*args, **more)
        self._units = {str(unit.public_id): unit for unit in units}
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("The whole agency")),
            *((k, "– " * u.depth + u.name) for k, u in self._units.items()),
        ]

    @property
    def wish(self) -> PauseWish:
        data = self.cleaned_data
        return PauseWish(data["first_on"], data["last_on"], data["reason"],
                         self._units.get(data.get("unit", "")))  # fmt: skip

    @property
    def signature(self) -> str:
        """What a preview is about: target and days, but not the words of the reason."""
        data = self.cleaned_data
        about = f"{data.get('unit', '')}|{data['first_on']}|{data['last_on']}"
        return hashlib.sha256(about.encode()).hexdigest()[:40]

    def remember_preview(self) -> None:
        """Let the form carry what its preview is about."""
        self.data = dict(self.data.items()) | {"seen": self.signature}

    @property
    def was_previewed(self) -> bool:
        return str(self.cleaned_data.get("seen")) == self.signature
