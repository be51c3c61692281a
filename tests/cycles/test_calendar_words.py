"""The sentence that answers "why this date?", in the language of the reader."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from cycles.calendar import (
    Calendar,
    Rule,
    day_name,
    due,
    explain,
    format_day,
    short_name,
)
from tests.cycles.offices import (
    noon,
    office,
)


@pytest.fixture
def indonesian() -> Iterator[None]:
    with translation.override("id"):
        yield


def told(rule: Rule, start: date, calendar: Calendar, *, since="received", **more) -> str:
    return explain(due(rule, noon(calendar, start), calendar, **more), calendar.zone, since=since)


@pytest.mark.usefixtures("indonesian")
def test_fourteen_working_days_over_idul_fitri_explain_themselves():
    assert told(Rule("working_days", 14), date(2026, 3, 2), office()) == (
        "14 hari kerja (lima hari kerja seminggu) sejak diterima Senin, 2 Maret 2026; "
        "tidak dihitung: akhir pekan 7–8, 14–15, 21–22 Maret; "
        "18–20 dan 23–24 Maret (Nyepi, Idul Fitri, cuti bersama); "
        "jatuh tempo Jumat, 27 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_a_six_day_week_says_sundays_and_counts_the_holiday_on_a_saturday():
    assert told(Rule("working_days", 14), date(2026, 3, 2), office(6)) == (
        "14 hari kerja (enam hari kerja seminggu) sejak diterima Senin, 2 Maret 2026; "
        "tidak dihitung: hari Minggu 8, 15, 22 Maret; "
        "18–21 dan 23–24 Maret (Nyepi, Idul Fitri, cuti bersama); "
        "jatuh tempo Rabu, 25 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_the_article_of_the_rule_closes_the_sentence():
    rule = Rule("calendar_days", 14, article="PP 30/2019 Pasal 59")
    assert told(rule, date(2026, 3, 2), office(), since="delivered") == (
        "14 hari kalender sejak disampaikan Senin, 2 Maret 2026; "
        "jatuh tempo Senin, 16 Maret 2026 23.59 WITA; dasar: PP 30/2019 Pasal 59"
    )


@pytest.mark.usefixtures("indonesian")
def test_an_end_that_rolls_forward_says_which_day_off_it_met():
    assert told(Rule("calendar_days", 19), date(2026, 3, 2), office()) == (
        "19 hari kalender sejak diterima Senin, 2 Maret 2026; "
        "Sabtu, 21 Maret 2026 adalah hari libur (Idul Fitri, cuti bersama) "
        "sehingga bergeser ke hari kerja berikutnya; jatuh tempo Rabu, 25 Maret 2026 23.59 WITA"
    )


@pytest.mark.usefixtures("indonesian")
def test_a_stretch_over_two_years_names_the_years_and_an_extension_its_old_date():
    assert told(
        Rule("working_days", 6), date(2026, 12, 23), office(),
        since="returned", extended_to=date(2027, 1, 15),
    ) == (
        "6 hari kerja (lima hari kerja seminggu) sejak dikembalikan Rabu, 23 Desember 2026; "
        "tidak dihitung: akhir pekan 26–27 Desember 2026, 2–3 Januari 2027; "
        "24–25 Desember 2026, 1 Januari 2027 (Natal, Tahun Baru Masehi, cuti bersama); "
        "diperpanjang dari Selasa, 5 Januari 2027; jatuh tempo Jumat, 15 Januari 2027 23.59 WITA"
    )  # fmt: skip


@pytest.mark.usefixtures("indonesian")
def test_a_cap_a_passed_close_and_a_pause_are_named():
    rule, close = Rule("working_days", 3), date(2026, 1, 30)
    assert "tidak melewati penutupan tahap pada Jumat, 30 Januari 2026; jatuh tempo Jumat" in told(
        rule, date(2026, 1, 28), office(), not_after=close
    )
    assert "penutupan tahap pada Jumat, 30 Januari 2026 sudah lewat" in told(
        rule, date(2026, 2, 2), office(), not_after=close
    )
    paused = [(date(2026, 2, 3), date(2026, 2, 3))]
    assert "tidak dihitung: 3 Februari (penghitungan waktu dihentikan); jatuh" in told(
        rule, date(2026, 2, 2), office(), paused=paused
    )


@pytest.mark.usefixtures("indonesian")
def test_a_weekend_over_two_months_names_both():
    text = told(Rule("working_days", 6), date(2026, 2, 27), office())
    assert "akhir pekan 28 Februari – 1 Maret, 7–8 Maret;" in text


@pytest.mark.usefixtures("indonesian")
def test_a_long_period_counts_its_weekends_instead_of_listing_them():
    text = told(Rule("working_days", 60), date(2026, 3, 2), office())
    assert "tidak dihitung: 14 akhir pekan; 12 hari libur; jatuh tempo Rabu, 10 Juni 2026" in text


def test_a_fixed_date_says_so_in_english_too():
    with translation.override("en"):
        assert told(Rule("date", on=date(2026, 1, 31)), date(2026, 1, 2), office()) == (
            "fixed date in the calendar of stages; due Saturday, 31 January 2026 23:59 WITA"
        )


def test_the_sentence_follows_the_language_of_the_reader_not_of_the_first_one():
    found = due(Rule("working_days", 1), noon(office(), date(2026, 3, 2)), office())
    with translation.override("id"):
        assert explain(found, "Asia/Makassar").startswith("1 hari kerja (lima hari kerja seminggu)")
    with translation.override("en"):
        assert explain(found, "Asia/Makassar") == (
            "1 working day (five working days a week) since it was received on "
            "Monday, 2 March 2026; due Tuesday, 3 March 2026 23:59 WITA"
        )


def test_days_have_their_names_in_both_languages():
    with translation.override("id"):
        assert (day_name(date(2026, 1, 30)), format_day(date(2026, 8, 9))) == (
            "Jumat",
            "Minggu, 9 Agustus 2026",
        )
    with translation.override("en"):
        assert format_day(date(2026, 8, 9)) == "Sunday, 9 August 2026"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Cuti Bersama Hari Raya Idul Fitri", "Idul Fitri"),
        ("Hari kedua dari Hari Raya Idul Fitri", "Idul Fitri"),
        ("Hari Suci Nyepi", "Nyepi"),
        ("Cuti bersama", ""),
        ("Hari Buruh Internasional", "Hari Buruh Internasional"),
    ],
)
def test_a_holiday_is_called_as_people_call_it(name, short):
    assert short_name(name) == short
