"""The form that brings a file, and the one that asks for invitations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.forms.settings import Day

# A day further away is a slip of the keyboard.
YEARS_BACK, YEARS_AHEAD = 20, 2


class ImportForm(forms.Form):
    """A file and how it is meant. What the file is worth the service says."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "invalid": gettext_lazy("Choose a file."),
            "missing": gettext_lazy("Choose a file."),
        },
    )
    as_of = Day(
        label=gettext_lazy("Holds from"),
        help_text=gettext_lazy(
            "The first day of postings and leavings for which the file itself names none."
        ),
    )
    is_complete = forms.BooleanField(
        required=False,
        label=gettext_lazy("The file is the complete staff of the agency"),
        help_text=gettext_lazy(
            "Whoever is missing from it then leaves the agency on that day. Without this tick "
            "nobody leaves unless the file says so."
        ),
    )

    def __init__(self, *args: Any, today: date, accept: str, of_agencies: bool, **more: Any):
        more.setdefault("initial", {"as_of": today})
        super().__init__(*args, **more)
        self.today = today
        self.fields["file"].widget.attrs["accept"] = accept
        if of_agencies:
            # Agencies have no postings, and none is taken away by a file.
            del self.fields["as_of"], self.fields["is_complete"]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        earliest = self.today - timedelta(days=366 * YEARS_BACK)
        latest = self.today + timedelta(days=366 * YEARS_AHEAD)
        if not earliest <= day <= latest:
            raise forms.ValidationError(_("This year cannot be meant."))
        return day
