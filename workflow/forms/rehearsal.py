"""The forms of rehearsing and opening a cycle."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from cycles.enums import PostKind
from cycles.queries.rehearsal.checks import RANKS
from workflow.forms.acts import Words
from workflow.services.opening.asking import LEAST


class OpeningForm(forms.Form):
    """Why the cycle opens although errors are open; asked only then."""

    reason = Words(
        label=gettext_lazy("Why does the cycle open all the same?"),
        help_text=gettext_lazy("Stays in the record of the cycle with your name."),
        least=LEAST,
    )


class LimitsForm(forms.Form):
    """What a rehearsal calls too low, too many, too short."""

    lowest_rater = forms.ChoiceField(
        label=gettext_lazy("Lowest post that may rate"),
        help_text=gettext_lazy("By rule a supervisor post (pengawas), or a delegated official."),
        choices=[(kind.value, PostKind(kind).label) for kind in RANKS],
    )
    most_people = forms.IntegerField(
        label=gettext_lazy("Most people for one rater"), min_value=1, max_value=1000
    )
    least_days = forms.IntegerField(
        label=gettext_lazy("Fewest working days for a stage"), min_value=1, max_value=60
    )
