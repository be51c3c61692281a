"""The days off as a start: seeded once, then the administrator's."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from cycles.calendar import working_days_between
from cycles.holiday_tables import holidays_of
from cycles.management.commands.seed_holidays import YEARS, seed_holidays
from cycles.models import Agency, Holiday
from cycles.queries.calendars import calendar_for

pytestmark = pytest.mark.django_db


def agency() -> Agency:
    return Agency.objects.create(
        code="36.74", name="Pemerintah Kota", short_name="Kota", zone="Asia/Jakarta"
    )


def test_the_command_gives_the_national_days_off_of_three_years():
    answer = StringIO()
    call_command("seed_holidays", stdout=answer)
    rows = Holiday.objects.order_by("day").values_list(
        "agency", "day", "name", "is_joint_leave", "is_estimated"
    )
    assert list(rows) == [
        (None, row.day, row.name_id, row.joint_leave, row.estimated)
        for year in YEARS
        for row in holidays_of(year)
    ]
    assert answer.getvalue() == f"{len(rows)} days off were added.\n"
    assert {row.day.year for row in Holiday.objects.all()} == {2025, 2026, 2027}


def test_a_second_run_changes_nothing_an_administrator_edited():
    seed_holidays()
    confirmed = Holiday.objects.get(day=date(2027, 8, 17))
    confirmed.name, confirmed.is_estimated, confirmed.decree = "HUT RI", False, "SKB 1/2026"
    confirmed.save()
    Holiday.objects.filter(day=date(2026, 12, 24)).delete()
    moved = Holiday.objects.filter(day__year=2027).earliest("day")
    moved.day = date(2027, 1, 4)
    moved.save()
    Holiday.objects.create(day=date(2026, 11, 27), name="Pilkada")
    before = list(Holiday.objects.order_by("pk").values())
    agency_ = agency()
    assert seed_holidays() == 0
    assert list(Holiday.objects.order_by("pk").values()) == before
    agency_.refresh_from_db()
    assert agency_.calendar_version == 1


def test_new_days_off_give_each_agency_a_new_calendar():
    place = agency()
    week = (date(2026, 3, 16), date(2026, 3, 27))
    assert working_days_between(calendar_for(place), *week) == 9
    assert seed_holidays((2026,)) == len(holidays_of(2026))
    place.refresh_from_db()
    assert place.calendar_version == 2
    # Nyepi and Idul Fitri: 18 to 20 and 23 to 24 March.
    assert working_days_between(calendar_for(place), *week) == 4


def test_a_year_added_later_leaves_the_others_alone():
    seed_holidays((2026,))
    Holiday.objects.filter(day=date(2026, 1, 1)).delete()
    assert seed_holidays((2026, 2027)) == len(holidays_of(2027))
    assert not Holiday.objects.filter(day=date(2026, 1, 1)).exists()


def test_an_agency_s_own_day_off_does_not_keep_the_national_ones_away():
    Holiday.objects.create(agency=agency(), day=date(2026, 11, 26), name="Hari Jadi Kota")
    assert seed_holidays((2026,)) == len(holidays_of(2026))


def test_where_deadlines_may_run_the_command_says_how_they_follow():
    agency()
    answer = StringIO()
    call_command("seed_holidays", stdout=answer)
    assert "manage.py recount_deadlines" in answer.getvalue()
    again = StringIO()
    call_command("seed_holidays", stdout=again)
    assert again.getvalue() == "0 days off were added.\n"
