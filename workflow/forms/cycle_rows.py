"""A field of a template's body on the screen, and rows of check-ins that come and go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.blueprint import MOST_CHECKINS, PARTS, Layer, preset
from cycles.documents import text
from workflow.forms.acts import Words

COUNT = "checkins-count"
PRESETS = (
    ("none", gettext_lazy("No check-ins")),
    ("midyear", gettext_lazy("Mid-year only")),
    ("quarterly", gettext_lazy("Quarterly")),
    ("monthly", gettext_lazy("Monthly")),
)


@dataclass
class Row:
    """A field of the body on the screen."""

    key: str
    label: str
    controls: list[BoundField]
    section: str
    # The stage it belongs to, for the heading above its days.
    group: str = ""
    origin: Layer | None = None
    is_own: bool = False
    inherited: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Which template draws it: "day", "levels", "reminders" or "" for a single input."""
        if self.key.rpartition(".")[2] in PARTS:
            return "day"
        if self.key.endswith("_levels"):
            return "levels"
        return "reminders" if self.key.startswith("reminders.") else ""


class NumberList(Words):
    """Numbers with commas between them: "7, 3, 1, 0"."""

    def __init__(self, *, falling: bool = True, **more: Any) -> None:
        super().__init__(long=False, required=False, **more)
        self.falling = falling

    def clean(self, value: Any) -> list[int]:
        parts = text(value).replace(";", ",").split(",")
        found = [part.strip() for part in parts if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in found):
            raise forms.ValidationError(_("Write numbers with commas between them: 7, 3, 1, 0."))
        return sorted({int(part) for part in found}, reverse=self.falling)


def reshaped(typed: QueryDict, order: str) -> QueryDict:
    """What was typed with a check-in more or less, or a preset's: `order` is the button's value."""
    shaped = typed.copy()
    given = typed.get(COUNT, "0")
    count = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    what, _colon, which = order.partition(":")
    if what == "add":
        count = min(count + 1, MOST_CHECKINS)
    elif what == "drop" and which.isascii() and which.isdigit() and 1 <= int(which) <= count:
        for number in range(int(which), count):
            for name in _inputs(number):
                source = name.replace(f"checkin-{number}.", f"checkin-{number + 1}.", 1)
                shaped[name] = shaped.get(source, "")
        count -= 1
    elif what == "preset":
        rows = preset(which)
        count = len(rows)
        for number, row in enumerate(rows, start=1):
            shaped[f"checkin-{number}.name"] = row["name"]
            for part in PARTS:
                rule, key = row[part], f"checkin-{number}.{part}"
                relative = "after" in rule
                shaped[f"{key}-n"] = str(rule["days"] if relative else rule["day"])
                shaped[f"{key}-how"] = rule["unit"] if relative else f"year-{rule['year']}"
                shaped[f"{key}-what"] = str(rule["after"] if relative else rule["month"])
    shaped[COUNT] = str(count)
    return shaped


def _inputs(number: int) -> list[str]:
    days = [f"checkin-{number}.{part}-{end}" for part in PARTS for end in ("n", "how", "what")]
    return [f"checkin-{number}.name", *days]
