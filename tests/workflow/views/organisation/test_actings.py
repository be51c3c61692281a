"""Acting officials on HR's screens: who runs, who comes, appointing by letter, ending early."""

from datetime import date

import pytest

from cycles.enums import ActingKind
from cycles.models import Acting, Posting
from tests.builders import bring_to, person, seat, town
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import (
    MARCH,
    at,
    confirmed,
    get,
    post,
    queries_of,
    words,
)
from workflow.enums import State
from workflow.permissions import actor_of
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(client):
    place = town()
    log_in(client, place.hr)
    return place


def appoint(place, post_key="rater", who=None, starts="2026-03-02", ends="2026-05-31"):
    return Acting.objects.create(
        agency=place.agency, post=place.posts[post_key], person=who or place.hr_second,
        kind=ActingKind.PLH, letter="800/12", starts_on=starts, ends_on=ends,
    )  # fmt: skip


def new(place, key="rater"):
    return at(place, "org_acting_new") + f"?jabatan={place.posts[key].public_id}"


def letter(who, kind="plh", **more):
    return {"chosen": str(who.public_id), "kind": kind, "letter": "800/12/BKPSDM",
            "starts_on": "2026-03-02", "ends_on": "2026-05-31", "powers": ["approve", "rate"],
            **more}  # fmt: skip


def names(answer):
    return [acting.person.name for acting, *_rest in answer.context["rows"]]


def test_what_runs_comes_and_is_over_stands_apart(client, place):
    appoint(place)
    appoint(place, "superior", place.rater, "2026-04-01", "2026-04-30")
    appoint(place, "hr", place.colleague, "2026-01-05", "2026-01-31")
    url = at(place, "org_actings")
    assert names(get(client, url)) == ["Sdm Dua"]
    assert names(get(client, url, keadaan="akan-datang")) == ["Penilai"]
    assert names(get(client, url, keadaan="berakhir")) == ["Rekan"]
    assert names(get(client, url, pada="2026-01-15")) == ["Rekan"]


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_three(client, more):
    place = town()
    for number in range(more):
        who = person(place.agency, f"Orang {number}")
        place.posts[f"p{number}"] = seat(who, place.section, f"Perawat {number}")
        appoint(place, f"p{number}")
    log_in(client, place.hr)
    assert queries_of(client, at(place, "org_actings")) == 7


def test_the_list_pages_by_the_last_day(client, place):
    for number in range(55):
        who = person(place.agency, f"Orang {number:02}")
        place.posts[f"p{number}"] = seat(who, place.section, f"Perawat {number}")
        appoint(place, f"p{number}", who=who)
    first = get(client, at(place, "org_actings"))
    second = get(client, first.context["next_url"])
    assert len({*names(first), *names(second)}) == 55
    assert names(get(client, second.context["previous_url"])) == names(first)


def test_the_post_is_looked_up_first(client, place):
    answer = get(client, at(place, "org_acting_new"), cari="puskesmas")
    labels = [label for label, _url in answer.context["rows"]]
    assert "Kepala Puskesmas, Puskesmas Pamulang" in labels
    form = get(client, new(place))
    assert "Penilai holds the post today." in words(form)
    assert form.context["form"].initial["kind"] == "plh"


def test_an_appointment_is_previewed_and_covers_what_waits_at_once(client, place):
    bring_to(place, State.PLAN_REVIEW)
    shown = post(client, new(place), **letter(place.hr_second))
    page = words(shown)
    assert "1 item waits for this post now; Sdm Dua sees it from the first day on." in page
    assert "No absence of Penilai is recorded for these days." in page
    assert not Acting.objects.exists()
    answer = confirmed(client, new(place), **letter(place.hr_second))
    assert answer["Location"] == at(place, "org_actings")
    made = Acting.objects.get()
    assert (made.letter, made.may_decide) == ("800/12/BKPSDM", False)
    assert place.case().turn_person == place.rater
    seats = actor_of(place.hr_second.user, date(2026, 3, 2)).acting
    assert [(held.letter, held.powers) for held in seats] == [
        ("800/12/BKPSDM", frozenset({"approve", "rate"}))
    ]
    assert names(client.get(answer["Location"])) == []  # the clock of the test is not March's
    assert names(get(client, answer["Location"])) == ["Sdm Dua"]


def test_a_plt_for_a_vacant_post_gets_back_what_climbed_past_it(client, place):
    bring_to(place, State.PLAN_REVIEW)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2026, 2, 28))
    follow_seats(MARCH)
    assert place.case().turn_person == place.superior
    answer = confirmed(client, new(place), **letter(place.hr_second, "plt"))
    assert place.case().turn_person == place.hr_second
    assert place.case(place.colleague).rater == place.hr_second
    assert "2 running appraisals passed into other hands." in words(client.get(answer["Location"]))


def test_a_plt_for_a_held_post_is_refused_beside_the_kind(client, place):
    answer = post(client, new(place), **letter(place.hr_second, "plt"))
    assert answer.status_code == 422
    assert "Penilai holds this post: a Plt. is for a vacant one." in words(answer)
    assert not Acting.objects.exists()


def test_two_for_one_post_are_refused_with_who_acts_already(client, place):
    appoint(place)
    answer = post(client, new(place), **letter(place.superior))
    assert answer.status_code == 422
    assert "Sdm Dua acts for this post from" in words(answer)
    assert Acting.objects.count() == 1


def test_the_form_says_what_is_missing(client, place):
    answer = post(client, new(place), kind="plh", letter="", powers=[])
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {
        "chosen", "letter", "starts_on", "ends_on", "powers",
    }  # fmt: skip


def test_one_who_stands_below_is_told_that_they_never_rate_themselves(client, place):
    page = words(post(client, new(place), **letter(place.employee)))
    assert "Pegawai stands below this post. Their own appraisal skips it" in page


def test_a_page_tells_of_one_appointment_and_counts_only_what_its_powers_open(client, place):
    bring_to(place, State.PLAN_REVIEW)
    made = appoint(place)
    url = at(place, "org_acting", made.pk)
    assert get(client, url).context["waiting"] == 1
    Acting.objects.filter(pk=made.pk).update(may_approve=False)
    answer = get(client, url)
    assert answer.context["waiting"] == 0
    assert "800/12" in words(answer)


def test_it_is_ended_early_by_letter_and_the_story_keeps_both(client, place):
    confirmed(client, new(place), **letter(place.hr_second))
    made = Acting.objects.get()
    url = at(place, "org_acting_end", made.pk)
    missing = post(client, url, last_day="2026-03-01")
    assert missing.status_code == 422
    answer = post(client, url, last_day="2026-03-01", letter="800/13")
    assert answer.status_code == 302
    assert actor_of(place.hr_second.user, date(2026, 3, 2)).acting == ()
    page = words(get(client, answer["Location"]))
    assert "Taken back before it began." in page
    assert "The acting appointment was ended" in page
    assert "Letter 800/13" in page
    again = post(client, url, last_day="2026-03-01", letter="800/14")
    assert again.status_code == 409
    assert "This appointment is over already." in words(again)


def test_a_number_that_is_no_appointment_is_not_found(client, place):
    assert get(client, at(place, "org_acting", 2**70)).status_code == 404
    assert get(client, at(place, "org_actings"), setelah=str(2**70)).status_code == 200
