"""Two agencies never see each other: not a page, not a row, not a cell of an export."""

import pytest
from django.urls import reverse

from tests.builders import NOVEMBER, bring_to, person, seat, town
from tests.workflow.views.hr.office import at, get, kupang, log_in, make_hr, post, words
from workflow.enums import State
from workflow.models import Case

pytestmark = pytest.mark.django_db

PAGES = [
    "hr_overview", "hr_people", "hr_excluded", "hr_overdue", "hr_holders", "hr_pool", "hr_finals",
    "hr_finals_confirm", "hr_finals_settle", "hr_extensions", "hr_unit_results", "hr_cycle",
    "hr_joiners", "hr_close", "hr_export_completion", "hr_export_people",
]  # fmt: skip


def addresses(place):
    """Every address of the desk, with ids of this agency."""
    return [
        *(at(place, name) for name in PAGES),
        at(place, "hr_unit", place.office.public_id),
        at(place, "hr_unit_result", place.office.public_id),
        at(place, "hr_final", place.case().public_id),
    ]


def test_no_address_of_the_desk_is_left_out_of_these_tests():
    from workflow.urls.hr import urlpatterns

    tested = {*PAGES, "hr_unit", "hr_unit_result", "hr_final"}
    assert {pattern.name for pattern in urlpatterns} == tested | {"hr", "hr_choose"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_other_agencys_hr_finds_nothing_at_any_address(client, method):
    ours, theirs = town(), kupang()
    log_in(client, theirs.hr)
    for url in addresses(ours):
        # 405 comes before any look at the cycle: it says nothing about it.
        assert getattr(client, method)(url).status_code in {404, 405}, url
        if method == "get":
            assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("who", ["employee", "rater", "superior", "mayor"])
def test_who_is_not_hr_finds_no_desk(client, who):
    place = town()
    log_in(client, getattr(place, who))
    for url in [reverse("hr"), reverse("hr_choose"), *addresses(place)]:
        assert client.get(url).status_code == 404, url


def test_a_stranger_is_asked_to_log_in(client):
    place = town()
    for url in addresses(place):
        answer = client.get(url)
        assert answer.status_code == 302
        assert reverse("login") in answer["Location"], url


def test_a_unit_or_a_case_of_the_other_agency_is_unknown_under_our_cycle(client):
    ours, theirs = town(), kupang()
    log_in(client, ours.hr)
    assert client.get(at(ours, "hr_unit", theirs.office.public_id)).status_code == 404
    assert client.get(at(ours, "hr_unit_result", theirs.office.public_id)).status_code == 404
    assert client.get(at(ours, "hr_final", theirs.case().public_id)).status_code == 404


def test_lists_and_exports_hold_the_own_agencys_people_only(client):
    ours, theirs = town(), kupang()
    for place in (ours, theirs):
        bring_to(place, State.FINAL_APPROVAL)
        late = person(place.agency, "Kupang Susulan" if place is theirs else "Susulan")
        seat(late, place.section, "Bidan", place.posts["rater"])
        place.act(place.hr, "exclude", NOVEMBER, of=place.colleague, authority="leave",
                  reason="Kupang" if place is theirs else "Cuti")  # fmt: skip
    log_in(client, ours.hr)
    for name in PAGES:
        if "settle" in name or "confirm" in name or "export" in name:
            continue
        assert "Kupang" not in words(get(client, at(ours, name), NOVEMBER)), name
    for name in ("hr_export_people", "hr_export_completion"):
        text = b"".join(post(client, at(ours, name), NOVEMBER).streaming_content).decode()
        assert "Pamulang" in text
        assert "Kupang" not in text


def test_a_forged_case_of_the_other_agency_is_not_settled(client):
    ours, theirs = town(), kupang()
    bring_to(theirs, State.FINAL_APPROVAL)
    foreign = theirs.case()
    log_in(client, ours.hr)
    answer = post(client, at(ours, "hr_finals_settle"), NOVEMBER,
                  pick=[f"{foreign.public_id}:{foreign.turn_number}"])  # fmt: skip
    assert answer.status_code == 200
    assert "no appraisal of this cycle" in words(answer)
    assert Case.objects.get(pk=foreign.pk).state == State.FINAL_APPROVAL


def test_hr_of_two_agencies_chooses_one_and_each_desk_keeps_its_own(client):
    ours, theirs = town(), kupang()
    make_hr(ours.hr, theirs)
    log_in(client, ours.hr)
    answer = client.get(reverse("hr"))
    assert answer.status_code == 200
    assert ours.cycle.name in words(answer)
    assert theirs.cycle.name in words(answer)
    page = words(get(client, at(theirs, "hr_people")))
    assert "Kupang Pegawai" in page
    assert "Tangerang" not in page.split('<div class="desk-tabs">')[1]


def test_hr_of_one_agency_comes_straight_to_the_running_cycle(client):
    place = town()
    log_in(client, place.hr)
    answer = client.get(reverse("hr"))
    assert (answer.status_code, answer["Location"]) == (302, at(place, "hr_overview"))


def test_hr_without_a_cycle_is_told_what_will_appear(client):
    place = town(opened=None)
    place.cycle.stages.all().delete()
    place.cycle.delete()
    log_in(client, place.hr)
    answer = client.get(reverse("hr"))
    assert answer.status_code == 200
    assert place.agency.name in words(answer)
