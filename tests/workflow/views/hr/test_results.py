"""Results of units: recorded, corrected, never over somebody else's."""

import pytest

from cycles.models import LedgerEntry, UnitResult
from tests.builders import JANUARY, actor, unit
from tests.workflow.views.hr.office import at, get, log_in, post, town_of, words
from workflow.services.unit_results import record_result

pytestmark = pytest.mark.django_db


def test_a_result_is_recorded_with_who_and_on_what_grounds(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    url = at(place, "hr_unit_result", place.office.public_id)
    assert 'name="value"' in words(get(client, url))
    answer = post(client, url, value="baik", note="Ditetapkan Wali Kota.", seen="")
    assert answer.status_code == 302
    result = UnitResult.objects.get()
    assert (result.unit, result.value, result.set_by) == (place.office, "baik", place.hr)
    page = words(get(client, at(place, "hr_unit_results")))
    assert "Ditetapkan Wali Kota." in page
    assert "1 of 4 units are recorded." in page
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="unit_result")
    assert '"value":"baik"' in entry.payload


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"value": ""}, "Choose one of the five results."),
        ({"value": "hebat"}, "Choose one of the five results."),
        ({"value": "\x00"}, "Choose one of the five results."),
        ({"note": " \x00"}, "Write who set it and on what grounds."),
        ({"note": "y" * 5001}, "Too long: 5001 characters"),
    ],
)
def test_a_wrong_field_has_its_sentence_and_the_rest_stays(client, change, sentence):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    data = {"value": "baik", "note": "Oleh Wali Kota.", "seen": ""} | change
    answer = post(client, at(place, "hr_unit_result", place.office.public_id), **data)
    assert answer.status_code == 422
    assert sentence in words(answer)
    if "note" not in change:
        assert "Oleh Wali Kota." in words(answer)
    assert not UnitResult.objects.exists()


def test_a_result_that_a_colleague_recorded_meanwhile_is_not_overwritten(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    record_result(place.cycle, place.office, value="kurang", note="Oleh Wali Kota.",
                  actor=actor(place.hr_second), now=JANUARY)  # fmt: skip
    answer = post(client, at(place, "hr_unit_result", place.office.public_id), value="istimewa",
                  note="Menurut saya.", seen="")  # fmt: skip
    assert answer.status_code == 422
    assert "Somebody else recorded a result" in words(answer)
    assert "Menurut saya." in words(answer)
    assert UnitResult.objects.get().value == "kurang"


def test_who_heads_a_unit_does_not_record_its_result(client):
    place, _staff = town_of(0)
    bureau = place.posts["hr"].unit
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_unit_result", bureau.public_id), value="istimewa",
                  note="Hebat.", seen="")  # fmt: skip
    assert answer.status_code == 422
    assert "You head this unit" in words(answer)
    assert not UnitResult.objects.exists()


def test_after_recording_one_comes_back_to_the_page_where_the_unit_stands(client):
    place, _staff = town_of(0)
    for n in range(60):
        unit(place.agency, f"Kelurahan {n:02}", place.office)
    last = unit(place.agency, "Z Kelurahan Akhir", place.office)
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_unit_result", last.public_id), value="baik",
                  note="Oleh Camat.", seen="")  # fmt: skip
    assert "Z Kelurahan Akhir" in words(get(client, answer["Location"]))
    first = get(client, at(place, "hr_unit_results"))
    assert len(first.context["rows"]) == 50
    second = get(client, first.context["next_url"])
    assert len(second.context["rows"]) == 15
    assert get(client, second.context["previous_url"]).context["rows"][0][0].parent is None
