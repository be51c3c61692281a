"""The cycle's page, its late joiners and its end."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from cycles import clock
from cycles.models import Cycle, Job
from cycles.rules import CycleRules, Level
from tests.builders import JANUARY, NOVEMBER, actor, bring_to, person, seat
from tests.workflow.views.hr.office import at, get, kupang, log_in, post, queries_of, town_of, words
from workflow.enums import State
from workflow.models import Case
from workflow.services.closing import close_cycle
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db


def test_the_rules_stand_in_words(client):
    rules = CycleRules(
        plan_levels=(Level("rater"), Level("superior")),
        rating_levels=(Level("superior", ("sangat_baik",)),),
        objection_unit="calendar_days",
    )
    place, _staff = town_of(0, rules=rules)
    log_in(client, place.hr)
    page = words(get(client, at(place, "hr_cycle")))
    for expected in (
        "the rater, then the rater&#x27;s superior",
        "the rater&#x27;s superior (only for Very good)",
        "14 calendar days",
        "7, 3, 1 working days and on the day itself",
        "after 5 working days overdue",
        "Triwulan I",
    ):
        assert expected in page, expected


def test_who_is_missing_stands_with_the_reason_and_is_opened_by_a_click(client):
    place, _staff = town_of(0)
    late = person(place.agency, "Putri Susulan")
    seat(late, place.section, "Bidan", place.posts["rater"], since=date(2026, 3, 1))
    lonely = person(place.agency, "Tanpa Atasan")
    seat(lonely, place.section, "Petugas", None)
    log_in(client, place.hr)
    url = at(place, "hr_joiners")
    told = {posting.person.name: (rater, why)
            for posting, rater, why in get(client, url, NOVEMBER).context["rows"]}  # fmt: skip
    assert told == {
        "Putri Susulan": ("Penilai", "Came after the cycle was opened."),
        "Tanpa Atasan": ("", "No superior was found above this post."),
    }
    answer = post(client, url, NOVEMBER, pick=[late.public_id, lonely.public_id])
    page = words(answer)
    assert "1 appraisal is opened." in page
    assert "No superior was found above this post." in page
    assert Case.objects.get(person=late).state == State.PLANNING
    assert not Case.objects.filter(person=lonely).exists()
    again = post(client, url, NOVEMBER, pick=[late.public_id])
    assert again.context["created"] == 0
    assert Case.objects.filter(person=late).count() == 1


def test_the_mayor_is_not_missing(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    assert "Nobody is missing" in words(get(client, at(place, "hr_joiners")))


def test_a_forged_person_opens_nothing(client):
    place, _staff = town_of(0)
    other = kupang(opened=None)
    log_in(client, place.hr)
    for picks in ([], ["\x00"], [str(uuid4())], [str(other.employee.public_id)]):
        answer = post(client, at(place, "hr_joiners"), NOVEMBER, pick=picks)
        assert answer.status_code == 422
        assert "Tick at least one person first." in words(answer)
    assert not Case.objects.filter(agency=other.agency).exists()


@pytest.mark.parametrize("number", [1, 50])
def test_joiners_take_nine_statements_at_one_and_at_fifty(client, number):
    place, _staff = town_of(0)
    for n in range(number):
        seat(person(place.agency, f"Susulan {n}"), place.section, "Bidan", place.posts["rater"])
    log_in(client, place.hr)
    assert len(get(client, at(place, "hr_joiners")).context["rows"]) == number
    assert queries_of(client, at(place, "hr_joiners")) == 9


def test_the_cycle_is_not_closed_while_somebody_is_open_and_the_open_are_listed(client):
    place, staff = town_of(1)
    bring_to(place, State.CLOSED, of=staff[0])
    log_in(client, place.hr)
    url = at(place, "hr_close")
    page = get(client, url, NOVEMBER)
    assert len(page.context["rows"]) == 6
    assert 'name="sure"' not in words(page)
    answer = post(client, url, NOVEMBER, sure="yes")
    assert answer.status_code == 409
    assert "The cycle cannot be closed: 6 appraisals are still open." in words(answer)
    assert "Pegawai" in words(answer)
    assert Cycle.objects.get().status == "open"


def test_a_cycle_whose_appraisals_have_ended_is_closed_after_a_yes(client):
    place, staff = town_of(1)
    bring_to(place, State.CLOSED, of=staff[0])
    exclude_the_open(place)
    log_in(client, place.hr)
    url = at(place, "hr_close")
    unsure = post(client, url, NOVEMBER)
    assert unsure.status_code == 422
    assert "Tick that you know" in words(unsure)
    answer = post(client, url, NOVEMBER, sure="yes")
    job = Job.objects.get(kind="closing")
    assert answer["Location"] == reverse("job", args=[job.public_id])
    with clock.at(NOVEMBER):
        assert work_off(job.pk).result == {"closed": 1, "excluded": 6}
    over = get(client, answer["Location"], NOVEMBER)
    assert over["Location"] == at(place, "hr_cycle")
    page = words(get(client, over["Location"], NOVEMBER))
    assert "everything can be read, nothing changed" in page
    again = post(client, url, NOVEMBER, sure="yes")
    assert again.status_code == 409
    assert "This cycle is closed." in words(again)


def exclude_the_open(place):
    for case in Case.objects.filter(cycle=place.cycle).exclude(state=State.CLOSED):
        who = place.hr if case.person != place.hr else place.hr_second
        place.act(who, "exclude", NOVEMBER, of=case.person, authority="leave", reason="CLTN")


def test_a_closed_cycle_can_be_read_on_every_page(client):
    place, _staff = town_of(0)
    exclude_the_open(place)
    close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    log_in(client, place.hr)
    for name in ("hr_overview", "hr_people", "hr_excluded", "hr_overdue", "hr_holders", "hr_pool",
                 "hr_finals", "hr_extensions", "hr_unit_results", "hr_cycle", "hr_joiners",
                 "hr_close"):  # fmt: skip
        answer = get(client, at(place, name), NOVEMBER)
        assert answer.status_code == 200, name
        assert "This cycle is closed" in words(answer), name
    late = person(place.agency, "Susulan")
    seat(late, place.section, "Bidan", place.posts["rater"])
    refused = post(client, at(place, "hr_joiners"), JANUARY, pick=[late.public_id])
    assert refused.status_code == 409
