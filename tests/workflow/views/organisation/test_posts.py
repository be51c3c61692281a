"""HR's posts: the list, a post's page with its holders over time, and what HR changes there."""

from datetime import date

import pytest
from django.urls import reverse

from cycles import clock
from cycles.enums import JobKind
from cycles.models import Job, Post, Posting
from tests.builders import bring_to, person, seat, town, unit
from tests.workflow.views.hr.office import log_in, town_of
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
from workflow.services.jobs import work_off
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(client):
    place = town()
    log_in(client, place.hr)
    return place


def act(place, name, which="employee"):
    return at(place, "org_post_act", place.posts[which].public_id, name)


def page_of(place, which="employee"):
    return at(place, "org_post", place.posts[which].public_id)


def titles(answer):
    return [row.title for row, *_rest in answer.context["rows"]]


def test_posts_stand_by_title_with_holder_and_superior(client, place):
    answer = get(client, at(place, "org_posts"))
    assert titles(answer)[:2] == ["Analis SDM Aparatur", "Bidan Ahli Pertama"]
    assert len(titles(answer)) == 7


def test_each_narrowing_finds_what_it_names(client, place):
    url = at(place, "org_posts")
    bare = unit(place.agency, "Seksi Baru", place.office)
    seat(None, bare, "Analis", place.posts["superior"], kind="")
    Post.objects.filter(pk=place.posts["colleague"].pk).update(is_superior_given=True)
    Post.objects.create(agency=place.agency, unit=place.section, title="Juru Tik",
                        closed_on="2025-12-31")  # fmt: skip
    found = {key: titles(get(client, url, keadaan=key)) for key in (
        "kosong", "tanpa-kepala", "tanpa-jenis", "tanpa-atasan", "atasan-khusus", "ditutup",
    )}  # fmt: skip
    assert found == {
        "kosong": ["Analis"],
        "tanpa-kepala": ["Analis"],
        "tanpa-jenis": ["Analis"],
        "tanpa-atasan": ["Wali Kota"],
        "atasan-khusus": ["Perawat Terampil"],
        "ditutup": ["Juru Tik"],
    }
    assert titles(get(client, url, unit=str(bare.public_id))) == ["Analis"]
    assert titles(get(client, url, cari="bidan")) == ["Bidan Ahli Pertama"]


def test_what_was_vacant_on_a_day_is_found_as_of_that_day(client, place):
    Posting.objects.filter(person=place.employee).update(starts_on=date(2026, 2, 1))
    url = at(place, "org_posts")
    assert titles(get(client, url, keadaan="kosong")) == []
    assert titles(get(client, url, keadaan="kosong", pada="2026-01-31")) == ["Bidan Ahli Pertama"]


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_three(client, more):
    place = town()
    for number in range(more):
        seat(person(place.agency, f"Orang {number}"), place.section, f"Perawat {number}",
             place.posts["rater"])  # fmt: skip
    log_in(client, place.hr)
    assert queries_of(client, at(place, "org_posts")) == 9


def test_a_posts_page_shows_its_holders_over_time(client, place):
    Posting.objects.filter(person=place.employee).update(ends_on=date(2026, 2, 28))
    newcomer = person(place.agency, "Putri")
    Posting.objects.create(agency=place.agency, person=newcomer, post=place.posts["employee"],
                           starts_on=date(2026, 3, 1))  # fmt: skip
    answer = get(client, page_of(place))
    assert answer.context["sitting"].holder == newcomer
    assert [posting.person.name for posting, _ in answer.context["holders"]] == ["Putri", "Pegawai"]
    then = get(client, page_of(place), pada="2026-02-28")
    assert then.context["sitting"].holder == place.employee


def test_what_hangs_on_a_post_is_counted(client, place):
    bring_to(place, State.PLAN_REVIEW)
    context = get(client, page_of(place, "rater")).context
    assert (context["waiting"], context["rated"], context["below"]) == (1, 2, 2)


def test_a_given_superior_is_previewed_recorded_and_rates(client, place):
    url = act(place, "atasan")
    given = {"how": "given", "chosen": str(place.posts["superior"].public_id), "reason": "Tim"}
    shown = post(client, url, **given)
    [row] = shown.context["seen"].rows
    assert (row.before, row.after) == ("Kepala Puskesmas", "Kepala Dinas Kesehatan")
    assert "1 running appraisal passes into other hands at once" in words(shown)
    answer = confirmed(client, url, **given)
    assert place.case().rater == place.superior
    page = words(client.get(answer["Location"]))
    assert "given by hand" in page
    assert "Another superior was given" in page
    back = confirmed(client, url, how="tree", reason="Tim bubar")
    assert back.status_code == 302
    assert place.case().rater == place.rater


def test_a_superior_is_given_only_with_a_choice_and_a_reason(client, place):
    answer = post(client, act(place, "atasan"), how="given")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"chosen", "reason"}


def test_a_loop_is_refused_beside_the_choice(client, place):
    answer = post(client, act(place, "atasan", "superior"), how="given", reason="x",
                  chosen=str(place.posts["employee"].public_id))  # fmt: skip
    assert answer.status_code == 422
    assert "This post stands below it; that is a loop." in words(answer)


def test_a_post_moves_with_its_holder_and_is_counted_in_the_new_unit(client, place):
    answer = confirmed(client, act(place, "pindah"), chosen=str(place.office.public_id))
    assert answer.status_code == 302
    case = place.case()
    assert (case.unit, case.rater) == (place.office, place.superior)
    assert "The post was moved to another unit" in words(client.get(answer["Location"]))


def test_vacating_says_what_follows_and_passes_on_what_waits(client, place):
    bring_to(place, State.PLAN_REVIEW)
    url = act(place, "kosongkan", "rater")
    shown = words(post(client, url, last_day="2026-03-01", letter="SK 1"))
    assert "1 item waits for the holder now." in shown
    assert "The appraisal of Penilai goes on under this post and its superior" in shown
    assert Posting.objects.get(person=place.rater).ends_on is None
    answer = confirmed(client, url, last_day="2026-03-01", letter="SK 1")
    assert Posting.objects.get(person=place.rater).ends_on == date(2026, 3, 1)
    assert place.case().turn_person == place.superior
    assert "The post was vacated" in words(client.get(answer["Location"]))


def test_a_vacant_post_is_filled_and_its_items_come_back(client, place):
    bring_to(place, State.PLAN_REVIEW)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2026, 2, 28))
    follow_seats(MARCH)
    assert place.case().turn_person == place.superior
    newcomer = person(place.agency, "Putri Kepala")
    url = act(place, "isi", "rater")
    offered = get(client, url).context["form"].fields["chosen"].choices
    assert [label for _key, label in offered] == ["Penilai", "Putri Kepala"]
    answer = post(client, url, chosen=str(newcomer.public_id), starts_on="2026-03-02", letter="SK")
    assert answer.status_code == 302
    case = place.case()
    assert (case.turn_person, case.rater) == (newcomer, newcomer)
    assert "Putri Kepala holds the post from" in words(client.get(answer["Location"]))


def test_who_holds_a_post_is_not_offered_for_another(client, place):
    free = seat(None, place.section, "Apoteker")
    url = at(place, "org_post_act", free.public_id, "isi")
    assert "Nothing in this agency fits these words." in words(get(client, url))
    answer = post(client, url, chosen=str(place.employee.public_id), starts_on="2026-03-02",
                  letter="SK")  # fmt: skip
    assert answer.status_code == 422


def test_a_held_post_says_why_it_is_not_closed(client, place):
    assert "Pegawai holds it. Vacate the post first." in words(get(client, page_of(place)))
    answer = post(client, act(place, "tutup"), last_day="2026-03-02")
    assert answer.status_code == 409
    assert Post.objects.get(pk=place.posts["employee"].pk).closed_on is None


def test_a_closed_heads_post_leaves_its_people_to_the_next_one_above(client, place):
    Posting.objects.filter(person=place.rater).update(ends_on=date(2026, 2, 28))
    url = act(place, "tutup", "rater")
    shown = post(client, url, last_day="2026-03-02")
    assert {row.after for row in shown.context["seen"].rows} == {"Kepala Dinas Kesehatan"}
    answer = confirmed(client, url, last_day="2026-03-02")
    assert "Closed; its last day was" in words(client.get(answer["Location"]))
    assert place.case().rater == place.superior
    again = post(client, act(place, "ubah", "rater"), title="Kepala")
    assert again.status_code == 409
    assert "This post is closed." in words(again)


def test_a_correction_stays_in_the_story(client, place):
    answer = post(client, act(place, "ubah"), title="Bidan Ahli Muda", kind="fungsional",
                  grade="Ahli Muda")  # fmt: skip
    page = words(client.get(answer["Location"]))
    assert "The post was corrected" in page
    assert "from Bidan Ahli Pertama to Bidan Ahli Muda" in page


def test_much_is_passed_on_by_a_job_whose_page_leads_back(client):
    place, _staff = town_of(99)
    log_in(client, place.hr)
    answer = confirmed(client, act(place, "kosongkan", "rater"), last_day="2026-03-01", letter="SK")
    job = Job.objects.get(kind=JobKind.SEATS)
    assert answer["Location"] == reverse("job", args=[job.public_id])
    assert place.case().rater == place.rater
    with clock.at(MARCH):
        assert work_off(job.pk).result == {"moved": 101}
    assert place.case().rater == place.superior
    assert client.get(answer["Location"])["Location"] == at(place, "org_units")
