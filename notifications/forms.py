"""What a person may choose about mails."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.enums import Mode


class PreferenceForm(forms.Form):
    reminders = forms.ChoiceField(
        label=_("Reminders of due dates"),
        help_text=_("Before a due date, on the day, after it, and escalations."),
        choices=Mode.choices,
        widget=forms.RadioSelect,
    )
    news = forms.ChoiceField(
        label=_("News about work in progress"),
        help_text=_("Something waits for you, was approved, or was taken back."),
        choices=Mode.choices,
        widget=forms.RadioSelect,
    )
