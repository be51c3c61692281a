"""Due dates of cases as links to their reasons: `{% load clock %}`."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from cycles.templatetags import ui
from workflow.models import Case

register = template.Library()


@register.simple_tag
def case_due(case: Case, zone: str, days: int | None = None) -> SafeString:
    """The running due date of a case; "why this date?" opens its explanation. No query."""
    return ui.due(case.due_at, zone, days, why=reverse("case_due", args=[case.public_id]))


@register.simple_tag
def window_due(case: Case, zone: str, days: int | None = None) -> SafeString:
    """The end of the time to object, by the agency's reading; its explanation shows both."""
    url = reverse("case_window", args=[case.public_id])
    return ui.due(case.window_ends_at, zone, days, why=url)


@register.simple_tag
def calendar_window_due(case: Case, zone: str) -> SafeString:
    """The end of the time to object when calendar days are counted."""
    url = reverse("case_window", args=[case.public_id])
    return ui.due(case.window_calendar_ends_at, zone, why=url)
