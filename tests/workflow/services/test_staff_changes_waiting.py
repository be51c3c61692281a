"""Changes recorded ahead, changes that cannot take effect, and what an import leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cycles.exceptions import Incomplete, WrongState
from cycles.models import LedgerEntry, Posting, StaffChange
from tests.builders import APRIL, JANUARY, NOVEMBER, bring_to, person, seat, town
from tests.workflow.moves import carry, foresee, vacant
from workflow.enums import State
from workflow.models import SuccessorNote
from workflow.queries.staff_changes import left_but_open
from workflow.services.staff_changes import apply, apply_due, call_off, follow_postings
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 4)


def test_a_change_recorded_ahead_waits_for_its_day():
    place = town()
    bring_to(place, State.MONITORING)
    change = carry(place, place.employee, "retirement", APRIL, on=MAY).change
    assert apply_due(APRIL) == 0
    assert place.case().state == "monitoring"
    eve = datetime(2026, 5, 3, 16, 59, tzinfo=UTC)  # 23.59 WIB
    assert apply_due(eve) == 0
    assert apply_due(eve + timedelta(minutes=1)) == 1
    change.refresh_from_db()
    assert change.applied_at == eve + timedelta(minutes=1)
    assert place.case().state == "excluded"
    assert apply_due(eve + timedelta(minutes=2)) == 0


def test_the_day_begins_where_the_agency_lies():
    place = town(zone="Asia/Jayapura")
    carry(place, place.employee, "retirement", APRIL, on=MAY)
    assert apply_due(datetime(2026, 5, 3, 14, 59, tzinfo=UTC)) == 0
    assert apply_due(datetime(2026, 5, 3, 15, 0, tzinfo=UTC)) == 1


def test_a_waiting_change_can_be_cancelled_and_an_applied_one_cannot():
    place = town()
    change = carry(place, place.rater, "retirement", APRIL, on=MAY).change
    assert SuccessorNote.objects.filter(author=place.rater).count() == 2
    call_off(change, author=place.hr.user, now=APRIL)
    assert not SuccessorNote.objects.filter(author=place.rater).exists()
    assert apply_due(datetime(2026, 5, 5, tzinfo=UTC)) == 0
    with pytest.raises(WrongState):
        apply(change.pk, now=APRIL)
    done = carry(place, place.rater, "retirement", APRIL).change
    with pytest.raises(WrongState):
        call_off(done, author=place.hr.user, now=APRIL)
    with pytest.raises(WrongState):
        apply(done.pk, now=APRIL)


def test_a_change_whose_seat_is_taken_stays_with_its_reason_and_works_once_it_is_free():
    place = town()
    post = vacant(place)
    change = carry(place, place.employee, "post", APRIL, post=post, on=MAY).change
    other = person(place.agency, "Lebih Dulu")
    Posting.objects.create(agency=place.agency, person=other, post=post, starts_on=APRIL.date())
    on_the_day = datetime(2026, 5, 4, 2, tzinfo=UTC)
    assert apply_due(on_the_day) == 0
    change.refresh_from_db()
    assert "Lebih Dulu" in change.problem
    assert place.case().segment_number == 1
    Posting.objects.filter(person=other).update(ends_on=date(2026, 5, 2))
    assert apply_due(on_the_day) == 1
    change.refresh_from_db()
    assert (change.problem, change.applied_at) == ("", on_the_day)
    assert place.case().post == post


def test_one_makes_room_for_the_next_on_the_same_day_whatever_was_recorded_first():
    place = town()
    new = person(place.agency, "Penerus")
    seat(new, place.office, "Analis", place.posts["superior"])
    carry(place, new, "post", APRIL, post=place.posts["rater"], on=MAY)
    carry(place, place.rater, "retirement", APRIL, on=MAY)
    assert apply_due(datetime(2026, 5, 4, 2, tzinfo=UTC)) == 2
    assert place.case().rater == new


def test_a_preview_of_a_later_day_counts_with_the_assessment_opened_by_then():
    place = town()
    bring_to(place, State.MONITORING)
    found = foresee(place, place.employee, "post", APRIL, post=vacant(place), on=NOVEMBER.date())
    assert [(own.before, own.after) for own in found.effects.own] == [
        ("self_assessment", "self_assessment")
    ]
    assert place.case().state == "monitoring"
    assert not StaffChange.objects.exists()


def test_a_preview_says_that_the_seat_is_still_held():
    place = town()
    found = foresee(place, place.employee, "post", APRIL, post=place.posts["colleague"])
    assert "Rekan" in found.problem
    assert found.can_wait


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("post", {}, "post"),
        ("post", {"post": "employee"}, "post"),
        ("post", {"post": "vacant", "on": date(2023, 12, 31)}, "effective_on"),
        ("post", {"post": "vacant", "on": date(2024, 1, 1)}, "effective_on"),
        ("post", {"post": "vacant", "letter": " \x00 "}, "letter"),
        ("post", {"post": "vacant", "letter": "x" * 121}, "letter"),
        ("post", {"post": "vacant", "reason": ""}, "reason"),
        ("post", {"post": "foreign"}, "post"),
        ("retirement", {"on": date(2023, 5, 1)}, "effective_on"),
        ("absence", {"absence": "holiday"}, "absence"),
        ("absence", {"absence": "study", "ends_on": date(2026, 4, 1)}, "ends_on"),
        ("return", {}, "kind"),
        ("agency", {}, "to_agency"),
        ("agency", {"to_agency": "own"}, "to_agency"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(kind, more, field):
    place = town()
    elsewhere = town("53.71", "Kupang", "Asia/Makassar", "K ", opened=None)
    posts = {"employee": place.posts["employee"], "vacant": vacant(place),
             "foreign": vacant(elsewhere)}  # fmt: skip
    given = {
        key: posts[value] if key == "post"
        else place.agency if key == "to_agency" else value
        for key, value in more.items()
    }  # fmt: skip
    before = LedgerEntry.objects.count()
    with pytest.raises(Incomplete) as refusal:
        carry(place, place.employee, kind, APRIL, **given)
    assert field in {problem.path for problem in refusal.value.problems}
    assert all(problem.sentence.strip() for problem in refusal.value.problems)
    assert (StaffChange.objects.count(), LedgerEntry.objects.count()) == (0, before)


def test_somebody_of_another_agency_or_who_has_left_cannot_be_moved():
    place = town()
    elsewhere = town("53.71", "Kupang", "Asia/Makassar", "K ", opened=None)
    carry(place, place.colleague, "retirement", APRIL)
    for someone in (elsewhere.employee, place.colleague):
        with pytest.raises(Incomplete) as refusal:
            carry(place, someone, "post", APRIL, post=vacant(place))
        assert [problem.path for problem in refusal.value.problems] == ["person"]


def test_the_same_click_twice_is_one_change():
    place = town()
    post = vacant(place)
    first = carry(place, place.employee, "post", APRIL, post=post)
    again = carry(place, place.employee, "post", APRIL + timedelta(seconds=3), post=post)
    assert first.change == again.change
    assert place.case().segment_number == 2


def test_every_change_stands_in_the_ledger_of_the_person_and_of_the_posts():
    place = town()
    post = vacant(place)
    carry(place, place.employee, "post", APRIL, post=post)
    found = {
        stream: list(
            LedgerEntry.objects.filter(stream=stream).order_by("seq").values_list(
                "action", flat=True)
        )
        for stream in (f"person:{place.employee.pk}", f"post:{post.pk}",
                       f"post:{place.posts['employee'].pk}")
    }  # fmt: skip
    assert list(found.values()) == [["record_change", "apply_change"], ["occupy"], ["vacate"]]
    text = " ".join(LedgerEntry.objects.values_list("payload", flat=True))
    assert place.employee.name not in text


# --- after an import ---------------------------------------------------------------------------


def test_a_case_follows_a_posting_that_an_import_wrote():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    post = vacant(place)
    Posting.objects.filter(person=place.employee).update(ends_on=date(2026, 3, 31))
    Posting.objects.create(agency=place.agency, person=place.employee, post=post,
                           starts_on=date(2026, 4, 1))  # fmt: skip
    assert follow_postings(datetime(2026, 3, 30, tzinfo=UTC)) == 0
    assert follow_postings(APRIL) == 1
    case = place.case()
    assert (case.state, case.post, case.segment_number) == ("planning", post, 2)
    assert follow_postings(APRIL) == 0


@pytest.mark.parametrize("state", ["self_assessment", "announced", "closed", "excluded"])
def test_from_the_assessment_on_the_year_stays_where_it_is(state):
    place = town()
    bring_to(place, State(state))
    Posting.objects.filter(person=place.employee).update(ends_on=NOVEMBER.date())
    later = NOVEMBER + timedelta(days=2)
    Posting.objects.create(agency=place.agency, person=place.employee, post=vacant(place),
                           starts_on=later.date())  # fmt: skip
    assert follow_postings(later) == 0
    assert place.case().segment_number == 1


def test_a_second_post_beside_the_first_transfers_nothing():
    place = town()
    Posting.objects.create(agency=place.agency, person=place.employee, post=vacant(place),
                           starts_on=JANUARY.date())  # fmt: skip
    assert follow_postings(APRIL) == 0


def test_who_left_by_an_import_is_named_to_hr_until_excluded():
    place = town()
    bring_to(place, State.MONITORING)
    bring_to(place, State.ANNOUNCED, place.colleague)
    for someone in (place.employee, place.colleague):
        someone.left_on = APRIL.date()
        someone.save()
    found = left_but_open(place.agency.pk, NOVEMBER.date())
    assert [case.person for case in found] == [place.employee], "a known result goes on"
    assert not left_but_open(place.agency.pk, date(2026, 4, 6)).exists()
    place.act(place.hr, "exclude", NOVEMBER, authority="other", reason="Berhenti.")
    assert not left_but_open(place.agency.pk, NOVEMBER.date()).exists()


def test_a_rater_whom_an_import_moved_is_followed_by_the_sweep():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2026, 3, 31))
    assert follow_seats(APRIL) >= 1
    assert place.case().turn_person == place.superior
