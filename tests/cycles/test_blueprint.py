"""Templates as data: inheriting, differing, and the days of a year. Without a database."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycles.blueprint import (
    AGENCY,
    NATIONAL,
    UNIT,
    Layer,
    Unresolved,
    after,
    anchors,
    body_of_rules,
    changes,
    differing,
    fields_of,
    first_body,
    fixed_day,
    members_from,
    merge,
    on,
    preset,
    resolve,
    rules_from,
)
from cycles.blueprint_faults import faults, value_faults
from cycles.calendar import Calendar, DayOff
from cycles.holiday_tables import holidays_of
from cycles.rules import HR, RATER, SUPERIOR, CycleRules, Level, Reminders, rules_at

OFF = {row.day: DayOff(row.name_id, row.joint_leave) for row in holidays_of(2026)}
WIB = Calendar("Asia/Jakarta", 5, OFF, 1)
BODY = first_body()
LAYERED = sorted(fields_of(UNIT))


def codes(body: dict, year: int = 2026) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in faults(body, year, WIB)[0]]


def day(body: dict, kind: str, part: str = "due_on", number: int = 0, year: int = 2026) -> date:
    found = {stage.key: stage for stage in resolve(body, year, WIB)}
    return getattr(found[kind, number], part)


def test_the_first_template_says_every_field_and_gives_a_year_without_faults():
    assert set(BODY) == set(fields_of(NATIONAL))
    assert json.loads(json.dumps(BODY)) == BODY
    assert codes(BODY) == codes(BODY, 2028) == []
    assert rules_from(BODY) == CycleRules()
    assert [s.number for s in resolve(BODY, 2026, WIB) if s.kind == "checkin"] == [1, 2, 3]


# --- inheritance -------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(LAYERED), st.integers()),
       st.dictionaries(st.sampled_from(LAYERED), st.integers()))  # fmt: skip
def test_what_differs_laid_over_what_is_inherited_gives_the_whole(base, own):
    whole = base | own
    stored = differing(UNIT, whole, base)
    assert all(base.get(field) != value or field not in base for field, value in stored.items())
    merged = merge([Layer(NATIONAL, base), Layer(UNIT, stored, "Dinas")])
    assert merged.body == whole
    for field in whole:
        assert merged.origin[field].place == (UNIT if field in stored else NATIONAL)


@given(st.lists(st.dictionaries(st.sampled_from(LAYERED), st.integers()), max_size=4))
def test_the_nearest_place_that_says_a_field_has_it(bodies):
    merged = merge([Layer(UNIT, body, str(n)) for n, body in enumerate(bodies)])
    for field in LAYERED:
        saying = [n for n, body in enumerate(bodies) if field in body]
        assert (field in merged.body) == bool(saying)
        if saying:
            assert merged.body[field] == bodies[saying[-1]][field]
            assert merged.origin[field].label == str(saying[-1])


def test_a_place_says_only_what_it_may():
    stray = {"members.units": [1], "approve_days": 7, "nonsense": True}
    merged = merge([Layer(NATIONAL, stray), Layer(UNIT, {"members.post_kinds": ["pengawas"]})])
    assert merged.body == {"approve_days": 7}
    assert merge([Layer(AGENCY, stray)]).body == {"members.units": [1], "approve_days": 7}


def test_changes_name_each_field_once_with_both_sides():
    new = BODY | {"approve_days": 9, "planning.due": on(2, 15)}
    found = {change.field: (change.before, change.after) for change in changes(BODY, new)}
    assert found == {"approve_days": (5, 9), "planning.due": (on(1, 31), on(2, 15))}
    assert changes(BODY, dict(BODY)) == []
    assert [c.before for c in changes({}, {"approve_days": 9})] == [None]


# --- rules -------------------------------------------------------------------------------------


def test_every_rule_survives_the_way_through_a_body():
    rules = CycleRules(
        plan_levels=(Level(RATER), Level(SUPERIOR)),
        rating_levels=(Level(SUPERIOR, ("sangat_baik",)), Level(HR)),
        approve_days=7, objection_days=20, objection_unit="calendar_days", remind_before=(5,),
        remind_after=(), escalate_hr_after=20, approaches=("qualitative",),
        reminders=(("checkin", Reminders((2,), (1,), 3, 6)),),
    )  # fmt: skip
    body = json.loads(json.dumps(BODY | body_of_rules(rules)))
    assert rules_from(body) == rules
    assert rules_from(body | {"checkins": []}).has_checkins is False
    assert CycleRules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_a_stretch_of_the_year_has_its_own_reminders_or_the_general_ones():
    rules = CycleRules(reminders=(("final", Reminders((1,), (), 2, 4)),))
    assert rules.reminders_of("final").hr == 4
    assert rules.reminders_of("planning") == Reminders((7, 3, 1, 0), (1, 3), 5, 10)


def test_rules_come_from_the_nearest_unit_above():
    own = [
        {"unit": 7, "path": "1.7.", "rules": {"approve_days": 9, "final_days": 2}},
        {"unit": 12, "path": "1.7.12.", "rules": {"approve_days": 3}},
        {"unit": 2, "path": "1.2.", "rules": {"approve_days": 8}},
    ]
    assert rules_at({}, own, "1.").approve_days == 5
    assert rules_at({}, own, "1.7.30.").approve_days == 9
    deep = rules_at({}, own, "1.7.12.40.")
    assert (deep.approve_days, deep.final_days) == (3, 2)
    # A number is a whole name: unit 12 is not unit 1 or 2.
    assert rules_at({}, own, "1.22.").approve_days == 5


def test_who_belongs_leaves_out_what_is_not_narrowed():
    body = BODY | {"members.person_kinds": ["pns"], "members.units": []}
    assert members_from(body) == {"person_kinds": ["pns"]}


# --- days --------------------------------------------------------------------------------------


def test_days_are_counted_from_other_days_with_the_agency_s_calendar():
    body = BODY | {
        "planning.opens": after("start", 1),
        "planning.due": after("planning.opens", 10),
        "planning.closes": after("planning.due", 30, "calendar_days"),
    }
    # 1 January is a day off, 16 January as well.
    assert day(body, "planning", "opens_on") == date(2026, 1, 2)
    assert day(body, "planning") == date(2026, 1, 19)
    assert day(body, "planning", "closes_on") == date(2026, 2, 18)
    assert day(body, "planning", year=2027) != date(2027, 1, 19)


@given(st.integers(0, 366), st.sampled_from(anchors(BODY)))
def test_calendar_days_after_any_day_lie_that_far_behind_it(number, anchor):
    stage, _, part = anchor.rpartition(".")
    body = BODY | {"final.closes": after(anchor, number, "calendar_days")}
    if anchor == "final.closes":
        with pytest.raises(Unresolved):
            resolve(body, 2026, WIB)
        return
    known = {s.field: s for s in resolve(BODY, 2026, WIB)}
    start = getattr(known[stage], f"{part}_on") if stage else date(2026, 1, 1)
    assert day(body, "final", "closes_on") == start + timedelta(days=number)


@given(st.integers(1, 12), st.integers(1, 31), st.integers(2000, 2100))
def test_a_fixed_day_that_a_month_lacks_is_its_last(month, number, year):
    found = fixed_day(month, number, year)
    assert (found.year, found.month) == (year, month)
    is_last = (found + timedelta(days=1)).month != month
    assert found.day == number or (is_last and found.day < number)


def test_a_day_of_the_next_year_is_one():
    body = BODY | {"final.due": on(1, 15, year=1), "final.closes": on(1, 31, year=1)}
    assert day(body, "final") == date(2027, 1, 15)
    assert codes(body) == []


def test_days_in_a_circle_or_from_nowhere_are_named():
    circle = BODY | {"planning.opens": after("planning.due", 1),
                     "planning.due": after("planning.opens", 1)}  # fmt: skip
    assert codes(circle) == [("planning.opens", "circle")]
    nowhere = BODY | {"planning.due": after("checkin-9.opens", 1)}
    assert codes(nowhere) == [("planning.due", "unknown")]
    gone = {field: value for field, value in BODY.items() if field != "final.due"}
    assert codes(gone) == [("final.due", "missing")]


def test_the_year_goes_forward():
    early = [dict(row) for row in BODY["checkins"]]
    early[1]["opens"] = on(4, 1)
    assert codes(BODY | {"checkins": early}) == [("checkin-2.opens", "opens_too_early")]
    assert codes(BODY | {"planning.due": on(1, 1)}) == [("planning.due", "due_before_opening")]
    assert codes(BODY | {"review.due": on(11, 10)}) == [("review.due", "due_too_early")]
    assert codes(BODY | {"final.closes": on(12, 31, year=2)}) == [("final.closes", "outside")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("approve_days", 0, "days"),
        ("objection_days", 13, "objection_days"),
        ("objection_unit", "lunar", "objection_unit"),
        ("plan_levels", [], "no_level"),
        ("rating_levels", [{"role": "rater"}], "rater_rates"),
        ("final_levels", [{"role": "mayor"}], "levels"),
        ("approaches", [], "approaches"),
        ("remind_before", [-1], "reminders"),
        ("remind_after", [0], "reminders"),
        ("escalate_hr_after", 2, "hr_first"),
        ("reminders.final", {"before": [], "after": [], "superior": 0, "hr": 3}, "escalation"),
        ("members.post_kinds", ["king"], "members"),
        ("planning.name", "", "name"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_a_sentence(field, value, code):
    found = list(value_faults(BODY | {field: value}))
    assert [(fault.field, fault.code) for fault in found] == [(field, code)]
    assert "%" not in found[0].sentence
    assert len(found[0].sentence) > 10


@pytest.mark.parametrize(
    ("name", "number"), [("none", 0), ("midyear", 1), ("quarterly", 3), ("monthly", 9)]
)
def test_each_preset_gives_a_year_without_faults(name, number):
    body = BODY | {"checkins": preset(name)}
    assert len(body["checkins"]) == number
    assert codes(body) == codes(body, 2027) == []
