"""Posts are opened, corrected, moved, vacated, filled and closed; above each sits somebody."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from cycles.enums import PostKind
from cycles.exceptions import Incomplete, NotAllowed, Refused
from cycles.models import LedgerEntry, Post, Posting
from cycles.services.organisation import postings, posts
from cycles.services.organisation.common import By
from cycles.services.organisation.posts import PostWish
from tests.builders import person, seat, town, unit

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return town(opened=None)


@pytest.fixture
def by(place):
    return By(place.hr.user, MARCH)


def told(stream):
    return [
        (entry.action, json.loads(entry.payload))
        for entry in LedgerEntry.objects.filter(stream=stream).order_by("seq")
    ]


def test_a_new_post_stands_below_the_head_of_its_unit(place, by):
    made = posts.open_post(place.section, PostWish("Apoteker", PostKind.FUNGSIONAL), by=by).post
    made.refresh_from_db()
    assert made.superior == place.posts["rater"]
    assert [action for action, _ in told(f"post:{made.pk}")] == ["open_post"]


def test_a_unit_has_one_head(place, by):
    with pytest.raises(Incomplete) as raised:
        posts.open_post(place.section, PostWish("Kepala Kedua", is_head=True), by=by)
    [problem] = raised.value.problems
    assert problem.path == "is_head"
    assert problem.sentence == "The unit has a head already: Kepala Puskesmas."


def test_a_new_head_becomes_the_superior_of_the_units_posts(place, by):
    bare = unit(place.agency, "Seksi Baru", place.office)
    clerk = posts.open_post(bare, PostWish("Analis"), by=by).post
    changed = posts.open_post(bare, PostWish("Kepala Seksi", is_head=True), by=by)
    clerk.refresh_from_db()
    assert clerk.superior == changed.post
    assert [action for action, _ in told(f"post:{clerk.pk}")] == ["open_post", "superior_follows"]


def test_what_is_wrong_with_a_post_stands_beside_its_field(place, by):
    posts.open_post(place.section, PostWish("Apoteker", code="J-1"), by=by)
    with pytest.raises(Incomplete) as raised:
        posts.open_post(place.section, PostWish(" ", "raja", "x" * 41, "J-1"), by=by)
    assert [problem.path for problem in raised.value.problems] == [
        "title", "grade", "kind", "code",
    ]  # fmt: skip


def test_a_correction_tells_before_and_after_and_does_nothing_twice(place, by):
    post = place.posts["employee"]
    wish = PostWish("Bidan Ahli Muda", PostKind.FUNGSIONAL, "Ahli Muda")
    assert not posts.change_post(post, wish, by=by).is_repeat
    assert posts.change_post(post, wish, by=by).is_repeat
    [(action, payload)] = told(f"post:{post.pk}")
    assert action == "change_post"
    assert payload["data"]["before"]["title"] == "Bidan Ahli Pertama"
    assert payload["data"]["title"] == "Bidan Ahli Muda"


def test_another_superior_is_given_with_a_reason_and_taken_back(place, by):
    post, above = place.posts["employee"], place.posts["superior"]
    with pytest.raises(Incomplete, match="Please give your reasons"):
        posts.give_superior(post, above, reason=" ", by=by)
    posts.give_superior(post, above, reason="Tim khusus", by=by)
    post.refresh_from_db()
    assert (post.superior, post.is_superior_given) == (above, True)
    posts.derive_superior(post, reason="Tim bubar", by=by)
    post.refresh_from_db()
    assert (post.superior, post.is_superior_given) == (place.posts["rater"], False)
    assert [(action, payload["reason"]) for action, payload in told(f"post:{post.pk}")] == [
        ("give_superior", "Tim khusus"), ("derive_superior", "Tim bubar"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="follows from the units already"):
        posts.derive_superior(post, reason="Lagi", by=by)


def test_no_post_stands_above_itself_by_any_detour(place, by):
    for below in ("superior", "rater", "employee"):
        with pytest.raises(Incomplete, match="that is a loop"):
            posts.give_superior(place.posts["superior"], place.posts[below], reason="x", by=by)


def test_a_superior_of_another_agency_is_no_choice(place, by):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    with pytest.raises(Incomplete, match="Choose an open post of this agency"):
        posts.give_superior(place.posts["employee"], other.posts["rater"], reason="x", by=by)
    with pytest.raises(Incomplete, match="Choose an open unit of this agency"):
        posts.move_post(place.posts["employee"], other.section, by=by)


def test_a_post_moved_to_another_unit_looks_to_its_head(place, by):
    changed = posts.move_post(place.posts["employee"], place.office, reason="Penataan", by=by)
    assert changed.post.unit == place.office
    place.posts["employee"].refresh_from_db()
    assert place.posts["employee"].superior == place.posts["superior"]
    with pytest.raises(Incomplete, match="It is in this unit already"):
        posts.move_post(place.posts["employee"], place.office, by=by)
    with pytest.raises(Incomplete, match="The unit has a head already: Kepala Dinas"):
        posts.move_post(place.posts["rater"], place.office, by=by)


def test_a_held_post_is_not_closed_and_says_who_holds_it(place, by):
    with pytest.raises(Refused) as raised:
        posts.close_post(place.posts["employee"], TODAY, today=TODAY, by=by)
    assert raised.value.reason == "Pegawai holds it. Vacate the post first."


def test_a_post_that_others_were_given_as_superior_is_not_closed(place, by):
    empty = seat(None, place.office, "Sekretaris")
    posts.give_superior(place.posts["employee"], empty, reason="x", by=by)
    with pytest.raises(Refused, match="1 post was given this one as its superior"):
        posts.close_post(empty, TODAY, today=TODAY, by=by)


def test_when_a_heads_post_is_closed_its_people_look_further_up(place, by):
    postings.vacate(place.posts["rater"], date(2026, 3, 1), letter="SK 1", by=by)
    changed = posts.close_post(place.posts["rater"], TODAY, today=TODAY, by=by)
    assert {new.after for new in changed.superiors} == {place.posts["superior"].pk}
    assert len(changed.superiors) == 2
    with pytest.raises(Refused, match="This post is closed"):
        posts.change_post(place.posts["rater"], PostWish("Kepala"), by=by)


def test_vacating_ends_the_posting_and_both_streams_tell_of_it(place, by):
    post = place.posts["employee"]
    with pytest.raises(Incomplete, match="it cannot end before"):
        postings.vacate(post, date(2023, 12, 31), letter="SK 1", by=by)
    with pytest.raises(Incomplete, match="Name the letter with its number"):
        postings.vacate(post, TODAY, letter="", by=by)
    ended = postings.vacate(post, TODAY, letter="SK 1/2026", by=by)
    assert ended.ends_on == TODAY
    [(action, payload)] = told(f"post:{post.pk}")
    assert (action, payload["data"]["letter"]) == ("vacate", "SK 1/2026")
    [(action, _payload)] = told(f"person:{place.employee.pk}")
    assert action == "end_posting"
    with pytest.raises(Refused, match="Nobody holds this post"):
        postings.vacate(post, TODAY, letter="SK 2", by=by)


def test_a_vacant_post_is_filled_by_somebody_without_one(place, by):
    free, newcomer = seat(None, place.section, "Apoteker"), person(place.agency, "Putri")
    postings.fill(free, newcomer, TODAY, letter="SK 3", by=by)
    posting = Posting.objects.get(person=newcomer)
    assert (posting.post, posting.starts_on, posting.ends_on) == (free, TODAY, None)
    assert [action for action, _ in told(f"post:{free.pk}")] == ["fill"]
    assert [action for action, _ in told(f"person:{newcomer.pk}")] == ["begin_posting"]


def test_nobody_holds_two_posts_by_filling_and_no_post_two_people(place, by):
    free, newcomer = seat(None, place.section, "Apoteker"), person(place.agency, "Putri")
    with pytest.raises(Incomplete) as raised:
        postings.fill(free, place.employee, TODAY, letter="SK 3", by=by)
    [problem] = raised.value.problems
    assert problem.path == "chosen"
    assert "Pegawai holds a post then: Bidan Ahli Pertama" in problem.sentence
    with pytest.raises(Incomplete, match="Pegawai holds the post then"):
        postings.fill(place.posts["employee"], newcomer, TODAY, letter="SK 3", by=by)
    stranger = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None).employee
    with pytest.raises(Incomplete, match="Choose a person of this agency"):
        postings.fill(free, stranger, TODAY, letter="SK 3", by=by)
    assert not Posting.objects.filter(post=free).exists()


def test_who_holds_a_post_only_until_a_day_leaves_it_free_after_that(place, by):
    newcomer = person(place.agency, "Putri")
    postings.vacate(place.posts["employee"], date(2026, 3, 31), letter="SK 1", by=by)
    with pytest.raises(Incomplete, match="Pegawai holds the post then"):
        postings.fill(place.posts["employee"], newcomer, date(2026, 3, 31), letter="SK", by=by)
    postings.fill(place.posts["employee"], newcomer, date(2026, 4, 1), letter="SK", by=by)
    assert Post.objects.get(pk=place.posts["employee"].pk).postings.count() == 2


def test_nobody_sets_their_own_superior_unit_or_post(place, by):
    own, other = place.posts["hr"], place.posts["superior"]
    free = seat(None, place.section, "Apoteker")
    for act in (
        lambda: posts.give_superior(own, other, reason="x", by=by),
        lambda: posts.derive_superior(own, reason="x", by=by),
        lambda: posts.move_post(place.posts["hr_second"], place.section,
                                by=By(place.hr_second.user, MARCH)),
        lambda: postings.fill(free, place.hr, TODAY, letter="SK", by=by),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="Another colleague of HR does it"):
            act()
    assert not LedgerEntry.objects.filter(stream__startswith="post:").exists()
    assert posts.give_superior(own, other, reason="x", by=By(place.hr_second.user, MARCH)).post
