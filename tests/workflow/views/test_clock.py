"""Why this date? The page, the sentence in place, both readings, the dates of the stages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cycles.models import Holiday, Pause, Stage
from cycles.queries.calendars import calendar_for, forget_calendars
from cycles.services.pauses import PauseWish
from tests.builders import EXPLANATION, JANUARY, NOVEMBER, OBJECTION, PLAN, actor, bring_to, town
from tests.workflow.views.visits import Visitor, words
from workflow.enums import OPEN, State
from workflow.services import pauses
from workflow.services.extension import extend_stage
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    with translation.override("en"):
        yield
    forget_calendars()


@pytest.fixture
def place():
    return town()


def reader(of, now=JANUARY, language="en") -> Visitor:
    visitor = Visitor(of, now)
    visitor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return visitor


def why(case):
    return reverse("case_due", args=[case.public_id])


def window(case):
    return reverse("case_window", args=[case.public_id])


# --- the running due date ------------------------------------------------------------------------


def test_the_page_tells_the_sentence_the_steps_and_the_article(place):
    case = bring_to(place, State.PLAN_REVIEW)
    page = words(reader(place.rater).get(why(case)))
    assert ("5 working days (five working days a week) since it was received on Monday, "
            "5 January 2026; not counted: weekends 10–11 January; due Monday, 12 January 2026 "
            "23:59 WIB.") in page  # fmt: skip
    assert "the first is Tuesday, 6 January 2026, the last Monday, 12 January 2026" in page
    assert "The time ends Monday, 12 January 2026 23:59 WIB." in page
    assert "PermenPANRB 6/2022 Pasal 14" in page
    assert "works five days a week" in page


def test_the_objection_s_sentence_is_word_for_word_that_of_the_law_s_reading():
    """The issue's example, in the calendar of 2026: Kota Kupang keeps WITA."""
    place = town("53.71", "Kota Kupang", "Asia/Makassar", opened=None)
    for day, name, joint in (
        (18, "Cuti Bersama Hari Suci Nyepi", True), (19, "Hari Suci Nyepi", False),
        (20, "Cuti Bersama Hari Raya Idul Fitri", True), (21, "Hari Raya Idul Fitri", False),
        (22, "Hari kedua dari Hari Raya Idul Fitri", False),
        (23, "Cuti Bersama Hari Raya Idul Fitri", True),
        (24, "Cuti Bersama Hari Raya Idul Fitri", True),
    ):  # fmt: skip
        Holiday.objects.create(day=date(2026, 3, day), name=name, is_joint_leave=joint)
    open_cycle(place.cycle, now=JANUARY)
    case = bring_to(place, State.PLAN_REVIEW)
    calendar = calendar_for(place.agency, 5)
    from workflow.models import Case
    from workflow.services.dues import Basis, Rule

    basis = Basis(Rule("working_days", 14), MARCH, "received")
    Case.objects.filter(pk=case.pk).update(
        due_at=basis.due(calendar).at, due_basis=basis.to_json(calendar)
    )
    page = words(reader(place.rater, MARCH, "id").get(why(case)))
    assert (
        "14 hari kerja (lima hari kerja seminggu) sejak diterima Senin, 2 Maret 2026; "
        "tidak dihitung: akhir pekan 7–8, 14–15, 21–22 Maret; "
        "18–20 dan 23–24 Maret (Nyepi, Idul Fitri, cuti bersama); "
        "jatuh tempo Jumat, 27 Maret 2026 23.59 WITA"
    ) in page


def test_htmx_gets_the_sentence_alone_with_the_way_to_the_steps(place):
    case = bring_to(place, State.PLAN_REVIEW)
    answer = reader(place.rater).get(why(case), headers={"HX-Request": "true"}).content.decode()
    assert "since it was received on Monday, 5 January 2026" in answer
    assert f'href="{why(case)}"' in answer
    assert "<html" not in answer
    # It stands inside a line of text: nothing in it may break out of one.
    assert not re.search(r"<(p|div|ul|h\d)\b", answer)


@pytest.mark.parametrize("state", sorted(OPEN - {State.RATING_REVIEW}))
def test_in_every_state_the_steps_end_where_the_case_is_due(place, state):
    case = bring_to(place, state)
    for someone in (place.employee, place.rater, place.hr):
        page = reader(someone, NOVEMBER).get(why(case))
        assert page.status_code == 200
        assert page.context["reason"].due_at == case.due_at
        assert page.context["reason"].lines[-1].text in words(page)
        assert page.context["reason"].article in words(page)


def test_a_case_that_ended_says_that_nothing_is_due(place):
    case = bring_to(place, State.CLOSED)
    assert "Nothing is due here any more" in words(reader(place.employee, NOVEMBER).get(why(case)))
    answer = reader(place.employee, NOVEMBER).get(why(case), headers={"HX-Request": "true"})
    assert "Nothing is due here any more." in answer.content.decode()


def test_a_due_told_under_another_calendar_is_explained_as_it_was_told(place):
    """A day off that came into the table past the services changes no date that was told."""
    case = bring_to(place, State.PLAN_REVIEW)
    Holiday.objects.create(agency=place.agency, day=date(2026, 1, 8), name="Hari Jadi Kota")
    place.agency.calendar_version += 1
    place.agency.save()
    page = reader(place.rater).get(why(case))
    assert page.context["reason"].due_at == case.due_at
    assert "but the day told before stands; due Monday, 12 January 2026 23:59 WIB" in words(page)
    opened = words(reader(place.rater).open(case))
    assert "but the day told before stands; due Monday, 12 January 2026 23:59 WIB" in opened


def test_who_extended_why_and_when_stand_beside_it(place):
    case = place.case()
    stage = Stage.objects.get(cycle=place.cycle, kind="planning")
    extend_stage(stage, due_on=date(2026, 2, 13), reason="Banjir di Pamulang.",
                 actor=actor(place.hr), unit=place.section, now=JANUARY)  # fmt: skip
    page = words(reader(place.employee).get(why(case)))
    assert "Extended from Friday, 30 January 2026." in page
    assert "Extended by Sdm" in page
    assert "Banjir di Pamulang." in page
    assert "Perencanaan" in page


def test_a_pause_stands_beside_it_with_its_reason(place):
    case = bring_to(place, State.PLAN_REVIEW)
    wish = PauseWish(date(2026, 1, 7), date(2026, 1, 8), "Pusat data padam.")
    pauses.begin(place.agency, wish, actor=actor(place.hr), author=place.hr.user, now=JANUARY)
    page = words(reader(place.employee).get(why(case)))
    assert "Not counted: 7–8 January 2026, when the clock was stopped." in page
    assert "Pusat data padam." in page


def test_a_pause_does_not_move_a_fixed_date_and_the_page_says_so(place):
    wish = PauseWish(date(2026, 1, 7), date(2026, 1, 8), "Pusat data padam.")
    pauses.begin(place.agency, wish, actor=actor(place.hr), author=place.hr.user, now=JANUARY)
    page = words(reader(place.employee).get(why(place.case())))
    assert "a fixed date of a stage does not move by that" in page


def test_a_return_tells_its_rule_the_close_and_the_reading_that_gave_less(place):
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    place.act(place.rater, "return_", JANUARY, reason="Belum terukur.")
    early = words(reader(place.employee).get(why(place.case())))
    assert ("The time to mend after a return, 3 working days, would have ended on Thursday, "
            "8 January 2026; the stage gives more, so its date holds.") in early  # fmt: skip
    late = datetime(2026, 1, 30, 2, 0, tzinfo=UTC)
    place.act(place.employee, "submit", JANUARY)
    place.act(place.rater, "return_", late, reason="Belum terukur.")
    page = words(reader(place.employee, late).get(why(place.case())))
    assert "not past the close of the stage on Tuesday, 31 March 2026" in page
    assert "The fixed date of the stage, Friday, 30 January 2026, gives less time" in page
    assert "due Wednesday, 4 February 2026 23:59 WIB" in page


def test_the_days_of_an_objection_never_run_against_the_employee(place):
    case = bring_to(place, State.OBJECTION_STATEMENTS)
    page = words(reader(place.employee, NOVEMBER).get(why(case)))
    assert "no other deadline of this appraisal runs" in page
    place.act(place.rater, "explain", NOVEMBER, body=EXPLANATION)
    place.act(place.employee, "waive", NOVEMBER)
    # The decision comes in January, when the date of the final approval has long passed.
    january = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
    place.act(place.superior, "uphold", january, body={"reasons": "Nilai tetap."})
    case = place.case()
    assert case.state == State.FINAL_APPROVAL
    assert case.due_at == datetime(2027, 1, 19, 17, tzinfo=UTC)
    page = words(reader(place.employee, january).get(why(case)))
    assert ("The objection ran from Tuesday, 10 November 2026 to Tuesday, 12 January 2027. "
            "In that time this deadline did not run") in page  # fmt: skip


# --- the time to object --------------------------------------------------------------------------


def test_both_readings_of_the_time_to_object_are_told(place):
    case = bring_to(place, State.ANNOUNCED)
    page = words(reader(place.employee, NOVEMBER).get(window(case)))
    assert "14 working days (five working days a week) since it was delivered" in page
    assert "due Monday, 30 November 2026 23:59 WIB" in page
    assert "14 calendar days since it was delivered" in page
    assert "due Tuesday, 24 November 2026 23:59 WIB" in page
    assert page.count("PP 30/2019 Pasal 59") >= 2
    between = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
    later = reader(place.employee, between).get(window(case))
    assert later.context["is_between"]


def test_before_the_result_is_given_there_is_no_such_page(place):
    case = bring_to(place, State.DELIVERY)
    assert reader(place.employee, NOVEMBER).get(window(case)).status_code == 404


def test_after_an_objection_the_readings_stay_to_be_read(place):
    case = bring_to(place, State.ANNOUNCED)
    place.act(place.employee, "object", NOVEMBER, body=OBJECTION)
    page = reader(place.employee, NOVEMBER).get(window(case))
    assert page.status_code == 200
    assert page.context["readings"][0].reason.due_at == case.window_ends_at


# --- who may ask ---------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(place):
    case = bring_to(place, State.ANNOUNCED)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    for someone in (place.colleague, other.hr, other.employee, place.observer, place.admin):
        for url in (why(case), window(case)):
            for headers in ({}, {"HX-Request": "true"}):
                assert reader(someone, NOVEMBER).get(url, headers=headers).status_code == 404
    assert Visitor(None, NOVEMBER).get(why(case)).status_code == 302


def test_a_page_costs_the_same_whatever_the_case_has_been_through(place):
    case = bring_to(place, State.OBJECTION_DECISION)
    Pause.objects.all().delete()
    visitor = reader(place.superior, NOVEMBER)
    visitor.get(why(case))
    with CaptureQueriesContext(connection) as asked:
        visitor.get(why(case))
    assert len(asked) <= 12


# --- every date is a way to its reasons ----------------------------------------------------------


def test_the_dates_of_lists_and_first_pages_lead_to_their_reasons(place):
    case = bring_to(place, State.PLAN_REVIEW)
    pages = [
        (place.rater, reverse("home")), (place.rater, reverse("inbox")),
        (place.rater, reverse("my_people")), (place.rater, reverse("case", args=[case.public_id])),
        (place.employee, reverse("home")),
        (place.hr, reverse("hr_people", args=[place.cycle.public_id])),
    ]  # fmt: skip
    for someone, url in pages:
        assert f'href="{why(case)}"' in reader(someone).get(url).content.decode(), url
    late = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
    for name in ("hr_overdue", "hr_holders"):
        page = reader(place.hr, late).get(reverse(name, args=[place.cycle.public_id]))
        assert f'href="{why(case)}"' in page.content.decode(), name
    announced = bring_to(place, State.ANNOUNCED, place.colleague)
    for url in (reverse("case", args=[announced.public_id]),
                reverse("edit", args=[announced.public_id, "objection"])):  # fmt: skip
        page = reader(place.colleague, NOVEMBER).get(url).content.decode()
        assert f'href="{window(announced)}"' in page, url


# --- the dates of the stages ---------------------------------------------------------------------


@pytest.fixture
def extended(place):
    stage = Stage.objects.get(cycle=place.cycle, kind="planning")
    extend_stage(stage, due_on=date(2026, 2, 13), reason="Banjir di Pamulang.",
                 actor=actor(place.hr), unit=place.section, now=JANUARY)  # fmt: skip
    extend_stage(stage, due_on=date(2026, 2, 20), reason="Sakit berkepanjangan.",
                 actor=actor(place.hr), person=place.colleague, now=JANUARY)  # fmt: skip
    return place


def dates(place):
    return reverse("stage_dates", args=[place.cycle.public_id])


def test_hr_sees_every_extension_with_its_author_and_reason(extended):
    page = words(reader(extended.hr).get(dates(extended)))
    assert "Banjir di Pamulang." in page
    assert "Sakit berkepanjangan." in page
    assert extended.colleague.name in page


def test_an_employee_sees_what_reaches_them_and_nothing_of_others(extended):
    own = words(reader(extended.employee).get(dates(extended)))
    assert "Banjir di Pamulang." in own
    assert "Sakit berkepanjangan." not in own
    assert extended.colleague.name not in own
    assert "for you" in words(reader(extended.colleague).get(dates(extended)))


def test_an_observer_sees_days_and_units_without_words_or_names(extended):
    page = words(reader(extended.observer).get(dates(extended)))
    assert "Friday, 13 February 2026" in page
    assert extended.section.name in page
    assert "Banjir" not in page
    assert "Friday, 20 February 2026" not in page


def test_strangers_find_no_stages(extended):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    for someone in (other.hr, other.employee, other.observer, extended.admin):
        assert reader(someone).get(dates(extended)).status_code == 404
    draft = town("11.01", "Kota Sabang", prefix="Sabang ", opened=None)
    assert reader(draft.observer).get(dates(draft)).status_code == 404
    assert reader(draft.hr).get(dates(draft)).status_code == 200
