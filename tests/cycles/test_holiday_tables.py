"""The library's table against the joint decree of 2026, and what counts as an estimate."""

from datetime import date

import pytest
from django.utils import translation

from cycles.calendar import Calendar, DayOff, short_name, working_days_between
from cycles.holiday_tables import SOURCE, holidays_of


def days_of(year: int, text: str) -> list[date]:
    return [date(year, *map(int, reversed(word.split("/")))) for word in text.split()]


# The decree for 2026, day/month.
NATIONAL_2026 = days_of(
    2026, "1/1 16/1 17/2 19/3 21/3 22/3 3/4 5/4 1/5 14/5 27/5 31/5 1/6 16/6 17/8 25/8 25/12"
)
JOINT_LEAVE_2026 = days_of(2026, "16/2 18/3 20/3 23/3 24/3 15/5 28/5 24/12")


def test_the_days_of_2026_are_exactly_those_of_the_decree():
    rows = holidays_of(2026)
    assert [row.day for row in rows if not row.joint_leave] == NATIONAL_2026
    assert [row.day for row in rows if row.joint_leave] == JOINT_LEAVE_2026
    assert [row.day for row in rows] == sorted(NATIONAL_2026 + JOINT_LEAVE_2026)


def test_the_days_of_2026_are_decreed_and_those_of_2027_an_estimate():
    assert not any(row.estimated for row in holidays_of(2026))
    rows = holidays_of(2027)
    assert all(row.estimated for row in rows)
    assert date(2027, 8, 17) in {row.day for row in rows}


@pytest.mark.parametrize("language", ["id", "en"])
def test_names_are_indonesian_whoever_asks(language):
    with translation.override(language):
        names = {row.day: row.name_id for row in holidays_of(2026)}
    assert names[date(2026, 3, 19)] == "Hari Suci Nyepi"
    assert names[date(2026, 3, 20)] == "Cuti Bersama Hari Raya Idul Fitri"
    assert names[date(2026, 8, 17)] == "Hari Kemerdekaan Republik Indonesia"


def test_an_estimate_is_a_mark_and_not_part_of_the_name():
    rows = holidays_of(2027)
    assert not any("perkiraan" in row.name_id for row in rows)
    assert "Hari Raya Idul Fitri" in {row.name_id for row in rows}


def test_two_holidays_on_one_day_are_one_row_with_both_names():
    # On 13 May 2021 Idul Fitri and Ascension Day fell together.
    (row,) = [row for row in holidays_of(2021) if row.day == date(2021, 5, 13)]
    assert row.name_id == "Hari Raya Idul Fitri dan Kenaikan Yesus Kristus"
    assert not row.joint_leave


@pytest.mark.parametrize("year", range(2020, 2028))
def test_each_year_has_one_row_per_day_in_order_with_its_source(year):
    rows = holidays_of(year)
    days = [row.day for row in rows]
    assert days == sorted(set(days))
    assert {day.year for day in days} == {year}
    assert {row.source for row in rows} == {SOURCE}
    assert SOURCE.startswith("holidays 0.")


def test_a_region_unknown_to_the_library_has_the_national_days():
    assert holidays_of(2026, "53.71") == holidays_of(2026)


def test_the_rows_make_a_calendar_with_the_working_days_of_the_year():
    days_off = {row.day: DayOff(row.name_id, row.joint_leave) for row in holidays_of(2026)}
    start, end = date(2025, 12, 31), date(2026, 12, 31)
    for week, weekdays in ((5, 261), (6, 313)):
        worked = working_days_between(Calendar("Asia/Jakarta", week, days_off, 1), start, end)
        lost = sum(row.day.weekday() < week for row in holidays_of(2026))
        assert worked == weekdays - lost


def test_each_joint_leave_has_the_short_name_of_its_feast():
    assert {short_name(row.name_id) for row in holidays_of(2026) if row.joint_leave} == {
        "Tahun Baru Imlek", "Nyepi", "Idul Fitri", "Kenaikan Yesus Kristus", "Idul Adha", "Natal",
    }  # fmt: skip
