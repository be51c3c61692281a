"""The page of extensions: look first, then extend; every sentence beside its field."""

from datetime import date

import pytest

from cycles.models import Extension
from tests.builders import JANUARY, actor
from tests.workflow.views.hr.office import at, get, kupang, log_in, make_hr, post, town_of, words
from workflow.models import Case
from workflow.services.closing import close_cycle

pytestmark = pytest.mark.django_db

REASON = "Jaringan padam karena banjir."


def wish(place, **more):
    return {"stage": "planning-0", "unit": str(place.section.public_id), "due_on": "2026-02-13",
            "reason": REASON} | more  # fmt: skip


def test_the_preview_says_how_many_move_and_moves_nothing(client):
    place, staff = town_of(3)
    log_in(client, place.hr)
    before = Case.objects.get(person=staff[0]).due_at
    answer = post(client, at(place, "hr_extensions"), **wish(place))
    assert answer.status_code == 200
    # The section's three, its head, the employee and the colleague.
    assert answer.context["seen"].moved == 6
    assert REASON in words(answer)
    assert 'name="apply"' in words(answer)
    assert not Extension.objects.exists()
    assert Case.objects.get(person=staff[0]).due_at == before


def test_once_seen_it_is_applied_and_listed_with_author_and_reasons(client):
    place, staff = town_of(1)
    log_in(client, place.hr)
    url = at(place, "hr_extensions")
    seen = post(client, url, **wish(place)).context["form"]["seen"].value()
    answer = post(client, url, **wish(place, seen=seen, apply="1"))
    assert answer.status_code == 302
    assert Case.objects.get(person=staff[0]).due_basis["extended_to"] == "2026-02-13"
    page = words(get(client, url))
    for expected in ("4 running deadlines moved", "Puskesmas Pamulang", REASON, "Sdm"):
        assert expected in page


def test_what_was_changed_after_the_preview_is_shown_again_first(client):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    url = at(place, "hr_extensions")
    seen = post(client, url, **wish(place)).context["form"]["seen"].value()
    answer = post(client, url, **wish(place, due_on="2026-02-20", seen=seen, apply="1"))
    assert answer.status_code == 200
    assert answer.context["seen"].moved == 4
    assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stage": ""}, "Choose a stage."),
        ({"stage": "nothing-9"}, "Choose a stage of this cycle."),
        ({"unit": ""}, "Choose a unit."),
        ({"unit": "\x00"}, "Choose a unit of this agency."),
        ({"due_on": ""}, "Choose a day."),
        ({"due_on": "31/02/2026"}, "This is no date."),
        ({"due_on": "\x00"}, "This is no date."),
        ({"due_on": "2026-01-30"}, "Choose a day after"),
        ({"due_on": "9999-12-31"}, "This day lies outside the cycle"),
        ({"reason": " "}, "Please give your reasons."),
        ({"reason": "\x00"}, "Please give your reasons."),
        ({"reason": "x" * 5001}, "Too long: 5001 characters"),
    ],
)
def test_a_wrong_field_has_its_sentence_and_nothing_typed_is_lost(client, change, sentence):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_extensions"), **wish(place, **change))
    assert answer.status_code == 422
    assert sentence in words(answer)
    if "reason" not in change:
        assert REASON in words(answer)
    assert not Extension.objects.exists()


def test_a_unit_of_the_other_agency_is_no_choice(client):
    place, _staff = town_of(0)
    other = kupang()
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_extensions"),
                  **wish(place, unit=str(other.section.public_id)))  # fmt: skip
    assert answer.status_code == 422
    assert "Choose a unit of this agency." in words(answer)


def test_one_person_gets_more_time_and_nobody_else(client):
    place, staff = town_of(2)
    log_in(client, place.hr)
    url = f"{at(place, 'hr_extensions')}?perkara={Case.objects.get(person=staff[0]).public_id}"
    assert "More time for Orang 001" in words(get(client, url))
    seen = post(client, url, **wish(place)).context["form"]["seen"].value()
    assert post(client, url, **wish(place, seen=seen, apply="1")).status_code == 302
    assert "extended_to" in Case.objects.get(person=staff[0]).due_basis
    assert Case.objects.get(person=staff[0]).due_basis["extended_to"] == "2026-02-13"
    assert Case.objects.get(person=staff[1]).due_basis["extended_to"] is None
    assert Extension.objects.get().person == staff[0]


def test_hr_does_not_extend_its_own_deadline(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    url = f"{at(place, 'hr_extensions')}?perkara={place.case(place.hr).public_id}"
    answer = post(client, url, **wish(place))
    assert answer.status_code == 422
    assert "Nobody extends their own deadline." in words(answer)


def test_a_case_of_the_other_agency_names_no_person(client):
    place, _staff = town_of(0)
    other = kupang()
    make_hr(place.hr, other)
    log_in(client, place.hr)
    url = f"{at(place, 'hr_extensions')}?perkara={other.case().public_id}"
    assert get(client, url).context["person"] is None


def test_a_second_click_records_one_extension(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    url = at(place, "hr_extensions")
    seen = post(client, url, **wish(place)).context["form"]["seen"].value()
    for _click in range(2):
        assert post(client, url, **wish(place, seen=seen, apply="1")).status_code == 302
    assert Extension.objects.count() == 1
    assert "This extension was already recorded." in words(get(client, url))


def test_an_extension_that_gives_nobody_more_time_is_refused(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    url = at(place, "hr_extensions")
    seen = post(client, url, **wish(place)).context["form"]["seen"].value()
    post(client, url, **wish(place, seen=seen, apply="1"))
    answer = post(client, url, **wish(place, due_on="2026-02-10"))
    assert answer.status_code == 422
    assert "It is already extended until" in words(answer)


def test_a_closed_cycle_shows_its_extensions_and_takes_no_more(client):
    place, _staff = town_of(0)
    for case in Case.objects.filter(cycle=place.cycle):
        who = place.hr if case.person != place.hr else place.hr_second
        place.act(who, "exclude", JANUARY, of=case.person, authority="leave", reason="CLTN")
    close_cycle(place.cycle, actor=actor(place.hr), now=JANUARY)
    log_in(client, place.hr)
    assert 'name="due_on"' not in words(get(client, at(place, "hr_extensions")))
    answer = post(client, at(place, "hr_extensions"), **wish(place))
    assert answer.status_code == 422
    assert date(2026, 2, 13) not in Extension.objects.values_list("due_on", flat=True)


def test_for_a_person_the_stage_they_are_in_is_chosen_already(client):
    place, staff = town_of(1)
    log_in(client, place.hr)
    url = f"{at(place, 'hr_extensions')}?perkara={Case.objects.get(person=staff[0]).public_id}"
    assert get(client, url).context["form"]["stage"].value() == "planning-0"
