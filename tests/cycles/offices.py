"""Offices with the decree of 2026, and a second counter that only goes from day to day."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from cycles.calendar import ZONES, Calendar, DayOff, Rule, at_local, due

DAY = timedelta(days=1)

# The joint decree for 2026, as published.
HOLIDAYS_2026 = {
    date(2026, 1, 1): DayOff("Tahun Baru Masehi"),
    date(2026, 1, 16): DayOff("Isra Mikraj Nabi Muhammad"),
    date(2026, 2, 16): DayOff("Cuti Bersama Tahun Baru Imlek", joint_leave=True),
    date(2026, 2, 17): DayOff("Tahun Baru Imlek"),
    date(2026, 3, 18): DayOff("Cuti Bersama Hari Suci Nyepi", joint_leave=True),
    date(2026, 3, 19): DayOff("Hari Suci Nyepi"),
    date(2026, 3, 20): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 3, 21): DayOff("Hari Raya Idul Fitri"),
    date(2026, 3, 22): DayOff("Hari kedua dari Hari Raya Idul Fitri"),
    date(2026, 3, 23): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 3, 24): DayOff("Cuti Bersama Hari Raya Idul Fitri", joint_leave=True),
    date(2026, 4, 3): DayOff("Wafat Yesus Kristus"),
    date(2026, 4, 5): DayOff("Kebangkitan Yesus Kristus"),
    date(2026, 5, 1): DayOff("Hari Buruh Internasional"),
    date(2026, 5, 14): DayOff("Kenaikan Yesus Kristus"),
    date(2026, 5, 15): DayOff("Cuti Bersama Kenaikan Yesus Kristus", joint_leave=True),
    date(2026, 5, 27): DayOff("Hari Raya Idul Adha"),
    date(2026, 5, 28): DayOff("Cuti Bersama Hari Raya Idul Adha", joint_leave=True),
    date(2026, 5, 31): DayOff("Hari Raya Waisak"),
    date(2026, 6, 1): DayOff("Hari Lahir Pancasila"),
    date(2026, 6, 16): DayOff("Tahun Baru Islam"),
    date(2026, 8, 17): DayOff("Hari Kemerdekaan Republik Indonesia"),
    date(2026, 8, 25): DayOff("Maulid Nabi Muhammad"),
    date(2026, 12, 24): DayOff("Cuti Bersama Hari Raya Natal", joint_leave=True),
    date(2026, 12, 25): DayOff("Hari Raya Natal"),
    date(2027, 1, 1): DayOff("Tahun Baru Masehi"),
}


def office(week: int = 5, zone: str = "Asia/Makassar", days_off=HOLIDAYS_2026) -> Calendar:
    return Calendar(zone, week, days_off, version=3)


def noon(calendar: Calendar, day: date) -> datetime:
    return at_local(calendar.zone, day, 12)


def last_day(rule: Rule, start: date, calendar: Calendar, **more) -> date:
    return due(rule, noon(calendar, start), calendar, **more).last_day


# --- a second counter, which only ever goes from one day to the next ----------------------------


REST_DAYS = {5: (5, 6), 6: (6,)}


def is_stopped(day: date, paused) -> bool:
    return any(first <= day <= last for first, last in paused)


def is_worked(calendar: Calendar, day: date, paused=()) -> bool:
    if day.weekday() in REST_DAYS[calendar.week] or day in calendar.days_off:
        return False
    return not (paused and is_stopped(day, paused))


def counted_by_hand(rule: Rule, start: date, calendar: Calendar, paused=()) -> date:
    day, found = start, 0
    while found < rule.days:
        day += DAY
        if rule.kind == "working_days":
            found += is_worked(calendar, day, paused)
        else:
            found += not (paused and is_stopped(day, paused))
    if rule.kind == "calendar_days" and rule.roll_forward:
        while not is_worked(calendar, day, paused):
            day += DAY
    return day


# --- random ones ---------------------------------------------------------------------------


dates = st.dates(date(2019, 1, 1), date(2040, 12, 31))
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(sorted(ZONES)),
    week=st.sampled_from([5, 6]),
    days_off=st.dictionaries(
        st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.just(DayOff("Libur")), max_size=120
    ),
    version=st.just(1),
)
near = st.dates(date(2023, 12, 1), date(2028, 1, 31))
