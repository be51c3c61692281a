"""The form of a template's body: plain fields, each group of them one field of the body.

A field of the body is a `Row` on the screen: its inputs, where its value comes from, what it would
inherit. What makes a body unfit the blueprint says; the form only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dates import MONTHS
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.blueprint import (
    DAYS,
    LADDERS,
    MOST_CHECKINS,
    NATIONAL,
    PARTS,
    SINGLE,
    START,
    UNIT,
    Body,
    Merged,
    after,
    on,
)
from cycles.blueprint_faults import MOST_LEVELS
from cycles.enums import PersonKind, PostKind
from cycles.exceptions import Problem
from cycles.models import Unit
from cycles.rules import ABOVE, APPROACHES, HR, PHASES, RATER, SUPERIOR
from cycles.scoring import Predicate
from workflow.forms.acts import Hidden, Words
from workflow.forms.cycle_rows import COUNT, NumberList, Row
from workflow.forms.cycle_words import (
    APPROACH_WORDS,
    PART_WORDS,
    PHASE_WORDS,
    ROLE_WORDS,
    UNIT_WORDS,
    anchor_words,
    label,
    words,
)

# How a day is said: in the cycle's year, in the next, or so many days after another one.
HOWS = (
    ("year-0", gettext_lazy("on this date")),
    ("year-1", gettext_lazy("on this date, a year later")),
    ("working_days", gettext_lazy("working days after")),
    ("calendar_days", gettext_lazy("calendar days after")),
)
ROLES_OF: dict[str, tuple[str, ...]] = {
    "plan_levels": (RATER, SUPERIOR, ABOVE, HR),
    "checkin_levels": (RATER, SUPERIOR, ABOVE, HR),
    "rating_levels": (SUPERIOR, ABOVE, HR),
    "final_levels": (SUPERIOR, ABOVE, HR),
}


class BodyForm(forms.Form):
    """A whole body. `place` says which fields there are; `inherited` what stands above it."""

    revision = Hidden()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        place: str,
        body: Mapping[str, Any],
        merged: Merged | None = None,
        inherited: Merged | None = None,
        units: Iterable[Unit] = (),
        revision: int = 0,
        title: str | None = None,
        typed: QueryDict | None = None,
        **more: Any,
    ) -> None:
        self.place, self.body = place, body
        self.merged, self.above = merged, inherited
        self.units = list(units)
        source = data if data is not None else typed
        self.count = self._count(source)
        self.made: dict[str, tuple[str, list[str]]] = {}
        self.initial_of: dict[str, Any] = {"revision": revision}
        fields = self._fields()
        if title is not None:
            fields["title"] = Words(long=False, most=120, label=_("Name of the template"))
            self.initial_of["title"] = title
        # What was typed but not saved is shown again as it was typed.
        if typed is not None:
            for name, made in fields.items():
                is_list = isinstance(made, forms.MultipleChoiceField)
                self.initial_of[name] = typed.getlist(name) if is_list else typed.get(name, "")
            self.initial_of["revision"] = typed.get("revision", revision)
        super().__init__(data, initial=self.initial_of, **more)
        self.fields |= fields

    def _count(self, source: QueryDict | None) -> int:
        if source is None:
            return len(self.body.get("checkins", []))
        given = source.get(COUNT, "0")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
        return min(number, MOST_CHECKINS)

    # --- the fields ------------------------------------------------------------------------------

    def _fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for kind in SINGLE:
            self._stage(fields, f"{kind}.", kind, self.body, "stages")
        rows = self.body.get("checkins", [])
        for number in range(1, self.count + 1):
            row = rows[number - 1] if number <= len(rows) else {}
            self._stage(fields, f"checkin-{number}.", "checkins", row, "checkins", cut=True)
        for name in LADDERS:
            self._ladder(fields, name)
        for name in DAYS:
            section = "objection" if name in {"objection_days", "decision_days"} else "days"
            section = "reminders" if name.startswith("escalate") else section
            self._add(fields, name, name, _number(label(name)), section, self.body.get(name))
        unit = forms.ChoiceField(
            label=label("objection_unit"), choices=list(UNIT_WORDS.items()),
            widget=forms.RadioSelect(),
            help_text=_("Both ends are shown to the employee; this one counts."),
        )  # fmt: skip
        self._add(fields, "objection_unit", "objection_unit", unit, "objection",
                  self.body.get("objection_unit"))  # fmt: skip
        for name in ("remind_before", "remind_after"):
            days = NumberList(label=label(name), falling=name == "remind_before")
            self._add(fields, name, name, days, "reminders", _joined(self.body.get(name)))
        for phase in PHASES:
            self._phase(fields, phase)
        self._choices(fields, "approaches", "plans",
                      [(key, APPROACH_WORDS[key]) for key in APPROACHES])  # fmt: skip
        if self.place != UNIT:
            self._choices(fields, "members.post_kinds", "members", PostKind.choices)
            kinds = [(k, w) for k, w in PersonKind.choices if k != PersonKind.OFFICIAL]
            self._choices(fields, "members.person_kinds", "members", kinds)
            if self.place != NATIONAL:
                self._units(fields)
        return fields

    def _add(
        self, fields: dict[str, forms.Field], key: str, name: str, made: forms.Field,
        section: str, initial: Any,
    ) -> None:  # fmt: skip
        fields[name] = made
        self.initial_of[name] = initial
        self.made.setdefault(key, (section, []))[1].append(name)

    def _stage(
        self, fields: dict[str, forms.Field], prefix: str, key: str, values: Mapping[str, Any],
        section: str, *, cut: bool = False,
    ) -> None:  # fmt: skip
        """Name and days; `cut` where the values are a row of check-ins, not fields of the body."""

        def value(part: str) -> Any:
            return values.get(part if cut else f"{prefix}{part}")

        name = Words(long=False, most=120, label=label(f"{prefix}name"))
        self._add(fields, f"{prefix}name", f"{prefix}name", name, section, value("name"))
        for part in PARTS:
            self._day(fields, f"{prefix}{part}", PART_WORDS[part], value(part), section)

    def _day(
        self, fields: dict[str, forms.Field], key: str, title: Any, rule: Any, section: str
    ) -> None:
        rule = rule or {}
        relative = "after" in rule
        how = rule.get("unit", "working_days") if relative else f"year-{rule.get('year', 0)}"
        what = rule.get("after") if relative else rule.get("month", "")
        labels = {"n": _("Day, or number of days"), "how": _("How it is said"),
                  "what": _("Month, or the day before it")}  # fmt: skip
        number = _number(labels["n"], most=366)
        self._add(fields, key, f"{key}-n", number, section, rule.get("days" if relative else "day"))
        self._add(fields, key, f"{key}-how",
                  forms.ChoiceField(label=labels["how"], choices=HOWS), section, how)  # fmt: skip
        self._add(fields, key, f"{key}-what",
                  forms.ChoiceField(label=labels["what"], choices=self._whats), section,
                  str(what or ""))  # fmt: skip

    @cached_property
    def _whats(self) -> list[Any]:
        """Months for a date, other days of the cycle for a number of days."""
        stages = [str(kind) for kind in SINGLE]
        stages[1:1] = [f"checkin-{n}" for n in range(1, self.count + 1)]
        others = [START, *(f"{stage}.{part}" for stage in stages for part in PARTS)]
        return [
            ("", _("Choose")),
            (_("Months"), [(str(n), MONTHS[n]) for n in MONTHS]),
            (_("Days of the cycle"), [(name, anchor_words(name, self.body)) for name in others]),
        ]

    def _ladder(self, fields: dict[str, forms.Field], name: str) -> None:
        levels = self.body.get(name, [])
        choices = [("", _("– nobody further –")), *((r, ROLE_WORDS[r]) for r in ROLES_OF[name])]
        for number in range(1, MOST_LEVELS + 1):
            level = levels[number - 1] if number <= len(levels) else {}
            role = forms.ChoiceField(
                label=_("Level %(n)d") % {"n": number}, choices=choices, required=False
            )
            self._add(fields, name, f"{name}-{number}", role, "levels", level.get("role", ""))
            if name == "rating_levels":
                only = forms.MultipleChoiceField(
                    label=_("Level %(n)d only for") % {"n": number}, choices=Predicate.choices,
                    required=False, widget=forms.CheckboxSelectMultiple(),
                )  # fmt: skip
                self._add(fields, name, f"{name}-{number}-only", only, "levels",
                          list(level.get("predicates", ())))  # fmt: skip

    def _phase(self, fields: dict[str, forms.Field], phase: str) -> None:
        key, own = f"reminders.{phase}", self.body.get(f"reminders.{phase}")
        whose = forms.ChoiceField(
            label=_("Reminders"),
            choices=[("", _("as in general")), ("own", _("its own:"))], required=False,
        )  # fmt: skip
        self._add(fields, key, f"{key}-own", whose, "reminders", "own" if own else "")
        own = own or {}
        for name, title in (("before", _("Days before")), ("after", _("Days after"))):
            days = NumberList(label=title, falling=name == "before")
            self._add(fields, key, f"{key}-{name}", days, "reminders", _joined(own.get(name)))
        for name, title in (("superior", _("Superior after")), ("hr", _("HR after"))):
            self._add(fields, key, f"{key}-{name}", _number(title, required=False), "reminders",
                      own.get(name))  # fmt: skip

    def _choices(
        self, fields: dict[str, forms.Field], key: str, section: str, choices: Iterable[Any]
    ) -> None:
        made = forms.MultipleChoiceField(
            label=label(key), choices=list(choices), required=False,
            widget=forms.CheckboxSelectMultiple(),
            help_text=_("Nothing ticked: everybody.") if section == "members" else "",
        )  # fmt: skip
        self._add(fields, key, key, made, section, self.body.get(key, []))

    def _units(self, fields: dict[str, forms.Field]) -> None:
        made = forms.MultipleChoiceField(
            label=label("members.units"), required=False,
            choices=[(str(u.public_id), "– " * u.depth + u.name) for u in self.units],
            widget=forms.SelectMultiple(attrs={"size": 8}),
            help_text=_("Nothing chosen: the whole agency."),
        )  # fmt: skip
        chosen = set(self.body.get("members.units", []))
        known = [str(unit.public_id) for unit in self.units if unit.pk in chosen]
        self._add(fields, "members.units", "members.units", made, "members", known)

    # --- reading ---------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for key, (_section, names) in self.made.items():
            if key.rpartition(".")[2] in PARTS:
                self._check_day(data, names)
        for phase in PHASES:
            for name in ("superior", "hr"):
                key = f"reminders.{phase}-{name}"
                is_missing = data.get(f"reminders.{phase}-own") and data.get(key) is None
                if is_missing and key not in self.errors:
                    self.add_error(key, _("Write a number of days."))
        return data

    def _check_day(self, data: Mapping[str, Any], names: list[str]) -> None:
        number, how, what = (data.get(name) for name in names)
        if not how or what is None:
            return
        is_month = what.isdigit()
        if not what or is_month != how.startswith("year-"):
            self.add_error(
                names[2],
                _("Choose a month.") if how.startswith("year-")
                else _("Choose the day it is counted from."),
            )  # fmt: skip
        elif is_month and number is not None and not 1 <= number <= 31:
            self.add_error(names[0], _("This is no day of a month."))

    @property
    def wanted(self) -> Body:
        """The whole body that was typed; only for a valid form."""
        data = self.cleaned_data
        body: Body = {}
        for kind in SINGLE:
            body[f"{kind}.name"] = data[f"{kind}.name"]
            body |= {f"{kind}.{part}": self._typed_day(f"{kind}.{part}") for part in PARTS}
        body["checkins"] = [
            {"name": data[f"checkin-{n}.name"],
             **{part: self._typed_day(f"checkin-{n}.{part}") for part in PARTS}}
            for n in range(1, self.count + 1)
        ]  # fmt: skip
        for name in LADDERS:
            body[name] = [
                {"role": role, "predicates": data.get(f"{name}-{n}-only", [])}
                for n in range(1, MOST_LEVELS + 1)
                if (role := data[f"{name}-{n}"])
            ]
        for name in (*DAYS, "objection_unit", "remind_before", "remind_after", "approaches"):
            body[name] = data[name]
        for phase in PHASES:
            key = f"reminders.{phase}"
            body[key] = {
                name: data[f"{key}-{name}"] for name in ("before", "after", "superior", "hr")
            } if data[f"{key}-own"] else None  # fmt: skip
        for name in ("members.post_kinds", "members.person_kinds"):
            if name in self.fields:
                body[name] = data[name]
        if "members.units" in self.fields:
            by_id = {str(unit.public_id): unit.pk for unit in self.units}
            body["members.units"] = [by_id[chosen] for chosen in data["members.units"]]
        return body

    def _typed_day(self, key: str) -> Body:
        data = self.cleaned_data
        number, how, what = (data[f"{key}-{part}"] for part in ("n", "how", "what"))
        if how.startswith("year-"):
            return on(int(what), number, int(how.removeprefix("year-")))
        return after(what, number, how)

    # --- showing ---------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> dict[str, Row]:
        names = {unit.pk: unit.name for unit in self.units}
        found = {"checkins": Row("checkins", label("checkins"), [], "checkins")}
        self._mark(found["checkins"], "checkins", names)
        for key, (section, controls) in self.made.items():
            stage, _dot, part = key.rpartition(".")
            is_day = part in (*PARTS, "name")
            title = _("Name") if part == "name" else str(PART_WORDS[part]) if is_day else label(key)
            if key.startswith("reminders."):
                title = str(PHASE_WORDS[part])
            row = Row(key, title, [self[name] for name in controls], section,
                      stage if is_day else "")  # fmt: skip
            self._mark(row, key, names)
            found[key] = row
        return found

    def of(self, section: str) -> list[Row]:
        return [row for row in self.rows.values() if row.section == section and row.controls]

    @property
    def stages(self) -> list[list[Row]]:
        """The rows of each stage that every cycle has."""
        return [[row for row in self.of("stages") if row.group == kind] for kind in SINGLE]

    @property
    def checkins(self) -> list[tuple[int, list[Row]]]:
        """The rows of each check-in, by its number."""
        rows = self.of("checkins")
        return [
            (number, [row for row in rows if row.group == f"checkin-{number}"])
            for number in range(1, self.count + 1)
        ]

    @property
    def has_room(self) -> bool:
        return self.count < MOST_CHECKINS

    @property
    def sections(self) -> dict[str, list[Row]]:
        """The other rows by section; phases with reminders of their own apart from the general."""
        found = {
            name: self.of(name) for name in ("levels", "days", "objection", "plans", "members")
        }
        reminders = self.of("reminders")
        return found | {
            "general": [row for row in reminders if not row.kind],
            "phases": [row for row in reminders if row.kind],
        }

    def _mark(self, row: Row, key: str, names: Mapping[int, str]) -> None:
        if self.merged is not None:
            row.origin = self.merged.origin.get(key)
        if self.above is not None and self.merged is not None:
            row.is_own = row.origin is not None and row.origin != self.above.origin.get(key)
            if row.is_own and key in self.above.body:
                row.inherited = words(key, self.above.body[key], self.above.body, names)

    def show_problems(self, problems: Iterable[Problem]) -> list[tuple[str, str]]:
        """Put the blueprint's sentences beside their rows; return all with their labels."""
        said = []
        for problem in problems:
            if problem.path in self.rows:
                self.rows[problem.path].problems.append(problem.sentence)
            said.append((label(problem.path), problem.sentence))
        return said


def _number(title: Any, *, most: int = 366, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=title, required=required, min_value=0, max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Write a number of days."),
                        "invalid": _("This is no whole number.")},
    )  # fmt: skip


def _joined(numbers: Any) -> str:
    return ", ".join(map(str, numbers or ()))
