"""Acting officials are appointed by letter, hold from the first day to the last, and no longer."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from cycles.enums import AbsenceKind, ActingKind
from cycles.exceptions import Incomplete, NotAllowed, Refused
from cycles.models import Absence, Acting, LedgerEntry, Posting
from cycles.queries.officials import acting_posts
from cycles.services import actings
from cycles.services.actings import Appointment
from cycles.services.organisation.common import By
from tests.builders import town

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY, END = date(2026, 3, 2), date(2026, 5, 31)


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


@pytest.fixture
def plh(place):
    """The head of the office is away; a colleague from the bureau stands in."""
    return Appointment(place.posts["superior"], place.hr_second, ActingKind.PLH, "800/12",
                       TODAY, END)  # fmt: skip


def vacate(post, last_day=date(2026, 2, 28)):
    Posting.objects.filter(post=post).update(ends_on=last_day)


def appoint(place, wish, by):
    return actings.appoint(place.agency, wish, today=TODAY, by=by)


def problem(place, wish, by):
    with pytest.raises(Incomplete) as raised:
        appoint(place, wish, by)
    return [(found.path, found.sentence) for found in raised.value.problems]


def test_an_appointment_holds_with_its_powers_and_both_streams_tell_of_it(place, by, plh):
    made = appoint(place, replace(plh, powers=frozenset({"approve", "decide"})), by)
    assert (made.may_approve, made.may_rate, made.may_decide) == (True, False, True)
    assert acting_posts(place.hr_second.pk, TODAY) == [made]
    assert acting_posts(place.hr_second.pk, END) == [made]
    assert acting_posts(place.hr_second.pk, date(2026, 6, 1)) == []
    for stream in (f"post:{made.post_id}", f"person:{made.person_id}"):
        entry = LedgerEntry.objects.get(stream=stream)
        payload = json.loads(entry.payload)
        assert entry.action == "appoint_acting"
        assert payload["data"]["letter"] == "800/12"
        assert payload["data"]["powers"] == ["approve", "decide"]
        assert "Sdm" not in entry.payload


def test_a_plt_needs_a_vacant_post_and_a_plh_a_holder(place, by, plh):
    [(path, sentence)] = problem(place, replace(plh, kind=ActingKind.PLT), by)
    assert path == "kind"
    assert sentence.startswith("Atasan holds this post: a Plt. is for a vacant one.")
    vacate(place.posts["superior"])
    [(path, sentence)] = problem(place, plh, by)
    assert path == "kind"
    assert sentence.startswith("Nobody holds this post then")
    assert appoint(place, replace(plh, kind=ActingKind.PLT), by).kind == "plt"


def test_a_plt_may_begin_before_a_holder_leaves_but_that_is_said(place, by, plh):
    vacate(place.posts["superior"], date(2026, 3, 15))
    wish = replace(plh, kind=ActingKind.PLT)
    assert actings.warnings(wish) == [
        "Atasan holds the post until Sunday, 15 March 2026; until then the Plt. acts beside them."
    ]
    assert appoint(place, wish, by)


def test_a_new_holder_within_the_time_of_a_plt_is_said(place, plh):
    vacate(place.posts["superior"])
    Posting.objects.create(agency=place.agency, person=place.rater, post=place.posts["superior"],
                           starts_on=date(2026, 4, 1))  # fmt: skip
    [sentence] = actings.warnings(replace(plh, kind=ActingKind.PLT))
    assert sentence.startswith("Penilai holds the post from Wednesday, 1 April 2026 on.")


def test_a_plh_without_a_recorded_absence_is_allowed_and_said(place, plh):
    assert actings.warnings(plh) == [
        "No absence of Atasan is recorded for these days. If it lasts, record it as a staff change."
    ]
    Absence.objects.create(agency=place.agency, person=place.superior, starts_on=TODAY,
                           kind=AbsenceKind.LONG_LEAVE)  # fmt: skip
    assert actings.warnings(plh) == []


def test_who_stands_below_the_post_is_told_that_their_own_appraisal_skips_it(place, plh):
    Absence.objects.create(agency=place.agency, person=place.superior, starts_on=TODAY,
                           kind=AbsenceKind.LONG_LEAVE)  # fmt: skip
    [sentence] = actings.warnings(replace(plh, person=place.rater))
    assert sentence.startswith("Penilai stands below this post. Their own appraisal skips it")


def test_two_never_act_for_one_post_on_the_same_day(place, by, plh):
    first = appoint(place, plh, by)
    second = replace(plh, person=place.rater, starts_on=END, ends_on=date(2026, 7, 1))
    [(path, sentence)] = problem(place, second, by)
    assert path == "starts_on"
    assert sentence.startswith("Sdm Dua acts for this post from Monday, 2 March 2026")
    assert appoint(place, replace(second, starts_on=date(2026, 6, 1)), by).pk != first.pk


def test_nobody_acts_for_their_own_post(place, by, plh):
    assert problem(place, replace(plh, person=place.superior), by) == [
        ("chosen", "Atasan holds this very post then.")
    ]


def test_whoever_has_left_or_belongs_to_another_agency_is_no_choice(place, by, plh):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    choose = [("chosen", "Choose a person of this agency.")]
    assert problem(place, replace(plh, person=other.rater), by) == choose
    assert problem(place, replace(plh, post=other.posts["rater"]), by) == [
        ("post", "Choose an open post of this agency.")
    ]
    place.hr_second.left_on = date(2026, 4, 1)
    place.hr_second.save()
    [(path, sentence)] = problem(place, plh, by)
    assert path == "ends_on"
    assert sentence == "Sdm Dua leaves on Wednesday, 1 April 2026; let it end before."
    place.hr_second.left_on = TODAY
    place.hr_second.save()
    assert problem(place, plh, by) == choose


def test_what_a_letter_must_say_stands_beside_its_field(place, by, plh):
    wish = Appointment(plh.post, plh.person, "kapan", " ", END, TODAY, frozenset())
    assert [path for path, _ in problem(place, wish, by)] == [
        "letter", "kind", "ends_on", "powers",
    ]  # fmt: skip
    past = replace(plh, starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 1))
    assert problem(place, past, by) == [("ends_on", "This day has already passed.")]
    assert not Acting.objects.exists()


def test_an_appointment_ends_early_by_letter_and_frees_the_post(place, by, plh):
    made = appoint(place, plh, by)
    with pytest.raises(Incomplete, match="Name the letter"):
        actings.end_early(made, TODAY, letter="", today=TODAY, by=by)
    with pytest.raises(Incomplete, match="It ends on Sunday, 31 May 2026 anyway"):
        actings.end_early(made, END, letter="800/13", today=TODAY, by=by)
    with pytest.raises(Incomplete, match="This day has passed"):
        actings.end_early(made, date(2026, 2, 27), letter="800/13", today=TODAY, by=by)
    actings.end_early(made, date(2026, 3, 1), letter="800/13", today=TODAY, by=by)
    assert acting_posts(place.hr_second.pk, TODAY) == []
    entry = LedgerEntry.objects.filter(stream=f"person:{made.person_id}").latest("seq")
    assert entry.action == "end_acting"
    assert json.loads(entry.payload)["data"]["letter"] == "800/13"
    assert appoint(place, replace(plh, person=place.rater), by)
    with pytest.raises(Refused, match="over already"):
        actings.end_early(made, date(2026, 3, 1), letter="x", today=TODAY, by=by)


def test_one_that_has_not_begun_is_taken_back_and_blocks_nothing(place, by, plh):
    coming = appoint(place, replace(plh, starts_on=date(2026, 4, 1)), by)
    actings.end_early(coming, date(2026, 3, 20), letter="800/13", today=TODAY, by=by)
    assert acting_posts(place.hr_second.pk, date(2026, 4, 1)) == []
    assert appoint(place, plh, by)


def test_nobody_records_their_own_appointment(place, plh):
    with pytest.raises(NotAllowed, match="Another colleague of HR does it"):
        appoint(place, plh, By(place.hr_second.user, MARCH))
    assert not Acting.objects.exists()
