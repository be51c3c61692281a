"""HR's pages of the calendar: the agency's own days off, and pauses of the clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cycles.enums import JobState
from cycles.models import Holiday, Job, Pause
from cycles.queries.calendars import forget_calendars
from tests.builders import JANUARY, bring_to, town
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import at, get, post, queries_of
from tests.workflow.views.visits import words
from workflow.enums import State
from workflow.services.jobs import work_off
from workflow.views import calendar_acts

pytestmark = pytest.mark.django_db

ANNIVERSARY = {"day": "2026-01-08", "name": "Hari Jadi Kota", "decree": "Kepwal 12/2026"}
OUTAGE = {"first_on": "2026-01-07", "last_on": "2026-01-08", "reason": "Pusat data padam."}


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


@pytest.fixture
def place():
    return town()


@pytest.fixture
def hr(client, place):
    return log_in(client, place.hr)


def seen_then_done(client: Any, url: str, **data: str) -> Any:
    """Look at what would move, then do it."""
    shown = post(client, url, JANUARY, **data)
    assert shown.status_code == 200, words(shown)
    seen = shown.context["form"]["seen"].value()
    return post(client, url, JANUARY, **data, seen=seen, apply="1")


# --- days off ------------------------------------------------------------------------------------


def test_hr_adds_a_day_off_of_its_agency_after_seeing_what_moves(hr, place):
    case = bring_to(place, State.PLAN_REVIEW)
    url = at(place, "org_holiday_new")
    shown = post(hr, url, JANUARY, **ANNIVERSARY)
    assert shown.context["seen"].moved == 1
    # HR sees whose deadline it is, with the old date and the new.
    assert place.employee.name in words(shown)
    assert "Monday, 12 January 2026" in words(shown)
    assert "Tuesday, 13 January 2026" in words(shown)
    assert not Holiday.objects.exists()
    done = seen_then_done(hr, url, **ANNIVERSARY)
    assert done.url == at(place, "org_holidays") + "?tahun=2026"
    assert Holiday.objects.get().agency == place.agency
    assert place.case().due_at > case.due_at
    table = get(hr, at(place, "org_holidays"), JANUARY)
    assert "Hari Jadi Kota" in words(table)
    assert "Kepwal 12/2026" in words(table)


def test_a_day_that_moves_nothing_is_added_at_once(hr, place):
    sent = ANNIVERSARY | {"day": "2026-03-03"}
    assert post(hr, at(place, "org_holiday_new"), JANUARY, **sent).status_code == 302
    assert Holiday.objects.get().day == date(2026, 3, 3)


def test_hr_corrects_confirms_and_takes_out_its_own_days(hr, place):
    day = Holiday.objects.create(
        agency=place.agency, day=date(2026, 3, 3), name="Hari Jadi", is_estimated=True
    )
    url = at(place, "org_holiday", day.pk)
    assert "only an estimate" in words(get(hr, url)) or "estimate" in words(get(hr, url))
    post(hr, url, do="confirm", decree="Kepwal 12/2026")
    day.refresh_from_db()
    assert (day.is_estimated, day.decree) == (False, "Kepwal 12/2026")
    post(hr, url, do="change", day="2026-03-04", name="Hari Jadi Kota")
    day.refresh_from_db()
    assert (day.day, day.name) == (date(2026, 3, 4), "Hari Jadi Kota")
    post(hr, url, do="remove")
    assert not Holiday.objects.exists()


def test_national_days_are_read_only_for_hr(hr, place):
    national = Holiday.objects.create(day=date(2026, 3, 19), name="Hari Suci Nyepi")
    table = get(hr, at(place, "org_holidays"))
    assert "Hari Suci Nyepi" in words(table)
    assert "read only" in words(table)
    url = at(place, "org_holiday", national.pk)
    assert get(hr, url).status_code == 404
    assert post(hr, url, do="remove").status_code == 404
    # A form that names another agency, or the whole country, is of this agency all the same.
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    sent = ANNIVERSARY | {"day": "2026-04-07", "agency": str(other.agency.public_id)}
    post(hr, at(place, "org_holiday_new"), **sent)
    assert Holiday.objects.get(day=date(2026, 4, 7)).agency == place.agency


def test_what_is_wrong_stands_beside_its_field(hr, place):
    page = post(hr, at(place, "org_holiday_new"), **(ANNIVERSARY | {"name": ""}))
    assert page.status_code == 422
    assert page.context["form"].errors["name"]
    assert "Kepwal 12/2026" in page.content.decode()


# --- pauses --------------------------------------------------------------------------------------


def test_hr_stops_the_clock_after_seeing_what_moves(hr, place):
    case = bring_to(place, State.PLAN_REVIEW)
    url = at(place, "org_pauses")
    shown = post(hr, url, JANUARY, **OUTAGE)
    assert shown.context["seen"].moved == 1
    assert "Fixed dates of stages do not move by this" in words(shown)
    assert not Pause.objects.exists()
    assert seen_then_done(hr, url, **OUTAGE).url == url
    assert place.case().due_at > case.due_at
    listed = words(get(hr, url, JANUARY))
    assert "Pusat data padam." in listed
    assert "7 Jan 2026" in listed


def test_a_pause_that_moves_nothing_now_is_looked_at_first_all_the_same(hr, place):
    sent = OUTAGE | {"unit": str(place.office.public_id)}
    assert post(hr, at(place, "org_pauses"), JANUARY, **sent).status_code == 200
    assert not Pause.objects.exists()
    assert seen_then_done(hr, at(place, "org_pauses"), **sent).status_code == 302
    assert Pause.objects.get().unit == place.office


def test_other_days_than_were_seen_are_looked_at_again(hr, place):
    url = at(place, "org_pauses")
    seen = post(hr, url, JANUARY, **OUTAGE).context["form"]["seen"].value()
    sent = OUTAGE | {"last_on": "2026-01-09", "seen": seen, "apply": "1"}
    assert post(hr, url, JANUARY, **sent).status_code == 200
    assert not Pause.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_on", ""), ("last_on", "2026-01-01"), ("reason", "x"), ("reason", ""), ("unit", "x")],
)
def test_a_wrong_pause_keeps_what_was_typed(hr, place, field, value):
    page = post(hr, at(place, "org_pauses"), JANUARY, **(OUTAGE | {field: value}))
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert not Pause.objects.exists()


def test_hr_ends_a_pause_early_and_what_was_told_stands(hr, place):
    bring_to(place, State.PLAN_REVIEW)
    seen_then_done(hr, at(place, "org_pauses"), **OUTAGE)
    told, pause = place.case().due_at, Pause.objects.get()
    url = at(place, "org_pause", pause.public_id)
    assert "Pusat data padam." in words(get(hr, url, JANUARY))
    shown = post(hr, url, JANUARY)
    assert shown.context["seen"].kept == 1
    pause.refresh_from_db()
    assert pause.ended_at is None
    assert post(hr, url, JANUARY, apply="1").status_code == 302
    pause.refresh_from_db()
    assert pause.ended_at is not None
    assert place.case().due_at == told
    assert "taken back before it began" in words(get(hr, at(place, "org_pauses"), JANUARY))


def test_many_deadlines_are_moved_by_a_worker_and_the_page_tells_how_many(hr, place, monkeypatch):
    monkeypatch.setattr(calendar_acts, "MANY", 0)
    case = bring_to(place, State.PLAN_REVIEW)
    asked = seen_then_done(hr, at(place, "org_holiday_new"), **ANNIVERSARY)
    job = Job.objects.get()
    assert asked.url == reverse("job", args=[job.public_id])
    assert not Holiday.objects.exists()
    done = work_off(job.pk)
    assert done is not None
    assert done.state == JobState.DONE
    assert place.case().due_at > case.due_at
    page = get(hr, reverse("job", args=[job.public_id]), JANUARY)
    assert page.url == at(place, "org_holidays") + f"?pekerjaan={job.public_id}"
    assert "1 running deadline moved." in words(get(hr, page.url, JANUARY))


# --- whose pages ---------------------------------------------------------------------------------


def pages(place) -> list[str]:
    day = Holiday.objects.create(agency=place.agency, day=date(2026, 5, 1), name="Hari Jadi")
    pause = Pause.objects.create(
        agency=place.agency, first_on=date(2026, 5, 4), last_on=date(2026, 5, 5), reason="Banjir.",
        author=place.hr.user, created_at=JANUARY,
    )  # fmt: skip
    return [
        at(place, "org_holidays"), at(place, "org_holiday_new"), at(place, "org_holiday", day.pk),
        at(place, "org_pauses"), at(place, "org_pause", pause.public_id),
    ]  # fmt: skip


def test_strangers_find_nothing(client, place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    urls = pages(place)
    for someone in (other.hr, place.employee, place.rater):
        log_in(client, someone)
        for url in urls:
            assert get(client, url).status_code == 404, url
            assert post(client, url, do="remove", apply="1").status_code in {404, 405}, url
    for account in (place.admin, place.observer):
        client.force_login(account)
        assert [get(client, url).status_code for url in urls] == [404] * len(urls)
    assert Holiday.objects.count() == Pause.objects.count() == 1


def test_a_day_or_pause_of_another_agency_is_not_found_under_one_s_own(hr, place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    day = Holiday.objects.create(agency=other.agency, day=date(2026, 5, 1), name="Hari Jadi")
    pause = Pause.objects.create(
        agency=other.agency, first_on=date(2026, 5, 4), last_on=date(2026, 5, 5), reason="Banjir.",
        author=other.hr.user, created_at=JANUARY,
    )  # fmt: skip
    assert get(hr, at(place, "org_holiday", day.pk)).status_code == 404
    assert get(hr, at(place, "org_pause", pause.public_id)).status_code == 404
    foreign = OUTAGE | {"unit": str(other.office.public_id)}
    assert post(hr, at(place, "org_pauses"), JANUARY, **foreign).status_code == 422


def test_the_lists_cost_the_same_with_one_row_and_with_many(hr, place):
    pages(place)
    few = [queries_of(hr, at(place, name)) for name in ("org_holidays", "org_pauses")]
    Holiday.objects.bulk_create(
        Holiday(agency=place.agency, day=date(2026, 6, n), name=f"Hari {n}") for n in range(1, 25)
    )
    Pause.objects.bulk_create(
        Pause(agency=place.agency, unit=place.section, first_on=date(2026, 6, n),
              last_on=date(2026, 6, n), reason="Banjir.", author=place.hr.user, created_at=JANUARY)
        for n in range(1, 25)
    )  # fmt: skip
    assert [queries_of(hr, at(place, name)) for name in ("org_holidays", "org_pauses")] == few
    first = get(hr, at(place, "org_pauses"))
    assert len(first.context["rows"]) == 20
    assert len(get(hr, first.context["next_url"]).context["rows"]) == 5
