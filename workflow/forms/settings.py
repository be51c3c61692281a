"""The administrator's forms. What makes a wish impossible the services say; forms only read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.enums import Role
from cycles.models import Agency, Cycle, Holiday, Stage
from cycles.rules import HR, RATER, SUPERIOR, CycleRules, Level
from cycles.services.cycle_setup import DAY_FIELDS, Dates
from cycles.services.holidays import DayOff
from workflow.forms.acts import Hidden, Words

ONE_LINE = 200
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]


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


def line(**more: Any) -> Words:
    return Words(long=False, most=ONE_LINE, **more)


# --- accounts ----------------------------------------------------------------------------------


class AccountForm(forms.Form):
    username = line(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("Small letters; it stands in lists, so no NIP."),
    )
    email = line(label=gettext_lazy("E-mail"))


class EmailForm(forms.Form):
    email = line(label=gettext_lazy("E-mail"))


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("Choose")), *Role.choices],
        error_messages={"required": gettext_lazy("Choose a role."),
                        "invalid_choice": gettext_lazy("Choose a role.")},
    )  # fmt: skip
    agency = forms.ChoiceField(
        label=gettext_lazy("Agency"), required=False,
        help_text=gettext_lazy("Not for administrators: they belong to none."),
        error_messages={"invalid_choice": gettext_lazy("Choose an agency.")},
    )  # fmt: skip

    def __init__(self, *args: Any, agencies: Iterable[Agency], **more: Any) -> None:
        super().__init__(*args, **more)
        self._agencies = {str(agency.public_id): agency for agency in agencies}
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((k, a.name) for k, a in self._agencies.items())]

    @property
    def chosen_agency(self) -> Agency | None:
        return self._agencies.get(self.cleaned_data.get("agency", ""))


# --- days off ----------------------------------------------------------------------------------


class HolidayForm(forms.Form):
    day = Day(label=gettext_lazy("Day"))
    name = line(label=gettext_lazy("Name"),
                error_messages={"required": gettext_lazy("Say what is celebrated.")})  # fmt: skip
    agency = forms.ChoiceField(
        label=gettext_lazy("Where"), required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose an agency.")},
    )  # fmt: skip
    is_joint_leave = forms.BooleanField(label=gettext_lazy("Joint leave (cuti bersama)"),
                                        required=False)  # fmt: skip
    is_estimated = forms.BooleanField(label=gettext_lazy("Estimated: no decree names it yet"),
                                      required=False)  # fmt: skip
    decree = line(
        label=gettext_lazy("Decree"), required=False,
        help_text=gettext_lazy("Number and date of the joint decree, or of the governor's or "
                               "mayor's letter."),
    )  # fmt: skip
    # What a preview showed; with another day there is a new preview first.
    seen = Hidden()

    def __init__(
        self,
        *args: Any,
        agencies: Iterable[Agency] | None = (),
        holiday: Holiday | None = None,
        **more: Any,
    ) -> None:
        if holiday is not None:
            more["initial"] = {
                "day": holiday.day, "name": holiday.name, "decree": holiday.decree,
                "is_joint_leave": holiday.is_joint_leave, "is_estimated": holiday.is_estimated,
            }  # fmt: skip
        super().__init__(*args, **more)
        self._agencies = {str(agency.public_id): agency for agency in agencies or ()}
        # An existing day stays where it is, and an agency's own HR adds days of that agency only.
        if holiday is not None or agencies is None:
            del self.fields["agency"]
        else:
            field = self.fields["agency"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", _("The whole country")),
                *((k, a.name) for k, a in self._agencies.items()),
            ]

    @property
    def chosen_agency(self) -> Agency | None:
        return self._agencies.get(self.cleaned_data.get("agency", ""))

    @property
    def wish(self) -> DayOff:
        data = self.cleaned_data
        return DayOff(data["day"], data["name"], data["is_joint_leave"], data["decree"],
                      data["is_estimated"])  # fmt: skip

    @property
    def signature(self) -> str:
        """What a preview is about: the day and where, but not its name or decree."""
        place = self.cleaned_data.get("agency", "").replace("-", "")
        return f"{self.cleaned_data['day']:%Y%m%d}{place}"

    def remember_preview(self) -> None:
        """Let the form carry what its preview is about."""
        self.data = dict(self.data.items()) | {"seen": self.signature}

    @property
    def was_previewed(self) -> bool:
        return str(self.cleaned_data.get("seen")) == self.signature


class DecreeForm(forms.Form):
    decree = line(
        label=gettext_lazy("Decree"),
        error_messages={"required": gettext_lazy("Name the decree with its number.")},
    )


# --- agencies and cycles -----------------------------------------------------------------------


class AgencyForm(forms.Form):
    name = line(label=gettext_lazy("Name"))
    short_name = line(label=gettext_lazy("Short name"))
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=Agency.ZONES,
        help_text=gettext_lazy("Deadlines end with the local day."),
        error_messages={"invalid_choice": gettext_lazy("Choose a time zone.")},
    )  # fmt: skip


class YearForm(forms.Form):
    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=2000, max_value=2100,
        error_messages={"required": gettext_lazy("Write a year."),
                        "invalid": gettext_lazy("This is no year.")},
    )  # fmt: skip


LADDERS: dict[str, tuple[tuple[Level, ...], Any]] = {
    "": ((), gettext_lazy("no further level")),
    "rater": ((Level(RATER),), gettext_lazy("the rater")),
    "rater-superior": (
        (Level(RATER), Level(SUPERIOR)), gettext_lazy("the rater, then the rater's superior"),
    ),
    "rater-hr": ((Level(RATER), Level(HR)), gettext_lazy("the rater, then HR")),
    "superior": ((Level(SUPERIOR),), gettext_lazy("the rater's superior")),
    "superior-hr": (
        (Level(SUPERIOR), Level(HR)), gettext_lazy("the rater's superior, then HR"),
    ),
    "hr": ((Level(HR),), gettext_lazy("HR")),
}  # fmt: skip
KEPT = "as-is"
LEVEL_FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "plan_levels": (gettext_lazy("Who approves a plan"), ("rater", "rater-superior", "rater-hr")),
    "checkin_levels": (gettext_lazy("Who approves a check-in"), ("rater", "rater-superior")),
    "rating_levels": (
        gettext_lazy("Who approves a rating before it is delivered"),
        ("", "superior", "superior-hr"),
    ),
    "final_levels": (
        gettext_lazy("Who approves the result finally"), ("hr", "superior", "superior-hr"),
    ),
}  # fmt: skip
DAY_LABELS: dict[str, Any] = {
    "approve_days": gettext_lazy("To approve or return (working days)"),
    "return_days": gettext_lazy("To mend what was returned (working days)"),
    "deliver_days": gettext_lazy("To open the result, before HR hands it over (working days)"),
    "statement_days": gettext_lazy("To explain and to state (working days)"),
    "final_days": gettext_lazy("To approve finally (working days)"),
    "decision_days": gettext_lazy("To decide on an objection (working days)"),
    "objection_days": gettext_lazy("To object, from recorded delivery (days)"),
}
PARTS = ("opens_on", "due_on", "closes_on")
PART_LABELS: dict[str, Any] = {
    "opens_on": gettext_lazy("Opens"),
    "due_on": gettext_lazy("Due"),
    "closes_on": gettext_lazy("Closes"),
}


class SetupForm(forms.Form):
    """A draft's rules and the days of its stages; fields of a stage are "<stage id>.due_on"."""

    objection_unit = forms.ChoiceField(
        label=gettext_lazy("How the days to object are counted"),
        choices=[("working_days", gettext_lazy("working days")),
                 ("calendar_days", gettext_lazy("calendar days"))],
        widget=forms.RadioSelect(),
        help_text=gettext_lazy("Both ends are shown to the employee; this one counts."),
        error_messages={"required": gettext_lazy("Choose how the days are counted."),
                        "invalid_choice": gettext_lazy("Choose how the days are counted.")},
    )  # fmt: skip

    def __init__(self, *args: Any, cycle: Cycle, stages: Iterable[Stage], **more: Any) -> None:
        self.rules, self.stages = CycleRules.from_json(cycle.rules), list(stages)
        initial: dict[str, Any] = {"objection_unit": self.rules.objection_unit}
        fields: dict[str, forms.Field] = {}
        for name, (label, keys) in LEVEL_FIELDS.items():
            fields[name], initial[name] = self._ladder(name, label, keys)
        for name, label in DAY_LABELS.items():
            fields[name] = forms.IntegerField(
                label=label, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={"required": _("Write a number of days."),
                                "invalid": _("This is no whole number.")},
            )  # fmt: skip
            initial[name] = getattr(self.rules, name)
        for stage in self.stages:
            for part in PARTS:
                fields[f"{stage.pk}.{part}"] = Day(label=PART_LABELS[part])
                initial[f"{stage.pk}.{part}"] = getattr(stage, part)
        super().__init__(*args, initial=initial, **more)
        self.fields = {**fields, **self.fields}

    def _ladder(
        self, name: str, label: Any, keys: tuple[str, ...]
    ) -> tuple[forms.ChoiceField, str]:
        """A choice of ladders; one that is none of the usual stays choosable as it is."""
        known = getattr(self.rules, name)
        choices: list[tuple[str, Any]] = [(key, LADDERS[key][1]) for key in keys]
        chosen = next((key for key in keys if LADDERS[key][0] == known), None)
        if chosen is None:
            chosen = KEPT
            choices.append((KEPT, _("as it was set up")))
        field = forms.ChoiceField(
            label=label, choices=choices, required=False,
            error_messages={"invalid_choice": _("Choose one of the list.")},
        )  # fmt: skip
        return field, chosen

    @property
    def level_fields(self) -> list[Any]:
        return [self[name] for name in LEVEL_FIELDS]

    @property
    def day_fields(self) -> list[Any]:
        return [self[name] for name in DAY_FIELDS]

    @property
    def stage_rows(self) -> list[tuple[Stage, list[Any]]]:
        return [(stage, [self[f"{stage.pk}.{part}"] for part in PARTS]) for stage in self.stages]

    @property
    def wanted_rules(self) -> CycleRules:
        data = self.cleaned_data
        values = self.rules.to_json()
        values |= {name: data[name] for name in DAY_LABELS}
        values["objection_unit"] = data["objection_unit"]
        rules = CycleRules.from_json(values)
        ladders = {name: LADDERS[data[name]][0] for name in LEVEL_FIELDS if data[name] != KEPT}
        return CycleRules.from_json({**rules.to_json(), **{
            name: [{"role": level.role} for level in levels] for name, levels in ladders.items()
        }})  # fmt: skip

    @property
    def wanted_dates(self) -> dict[int, Dates]:
        def of(stage: Stage, part: str) -> date:
            found: date = self.cleaned_data[f"{stage.pk}.{part}"]
            return found

        return {stage.pk: Dates(*(of(stage, part) for part in PARTS)) for stage in self.stages}
