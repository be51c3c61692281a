"""Whose turn: never nobody's, never the assessed person's; and what each may then see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cycles.exceptions import Refused
from cycles.models import Acting, LedgerEntry, Person, Post, Posting
from cycles.rules import CycleRules, Level
from tests.builders import (
    APRIL,
    EXPLANATION,
    JANUARY,
    NOVEMBER,
    OBJECTION,
    PLAN,
    RATING,
    SELF_ASSESSMENT,
    Town,
    actor,
    bring_to,
    person,
    town,
)
from workflow.enums import Party, State
from workflow.models import Case, TurnInterval
from workflow.permissions import SYSTEM, may_see_document, may_see_rating
from workflow.services.door import advance, stream_of
from workflow.services.drafts import save_draft
from workflow.services.sweeps import follow_seats

pytestmark = pytest.mark.django_db


def leave(someone: Person, when=JANUARY) -> None:
    Person.objects.filter(pk=someone.pk).update(left_on=when.date())
    for posting in Posting.objects.filter(person=someone, ends_on=None):
        posting.ends_on = max(when.date() - timedelta(days=1), posting.starts_on)
        posting.save()


def vacancy(place: Town) -> Post:
    return Post.objects.create(
        agency=place.agency, unit=place.office, superior=place.posts["mayor"],
        title="Sekretaris Dinas", kind="administrator",
    )  # fmt: skip


def test_without_anybody_above_the_plan_is_hrs_to_approve():
    place = town()
    for someone in (place.rater, place.superior, place.mayor):
        leave(someone)
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.APPROVER, None)
    place.act(place.hr, "approve", JANUARY)
    assert place.case().state == State.MONITORING


def test_hr_records_a_missed_check_in_where_no_rater_is_left():
    """Once nobody could, and a silent employee's case stood still."""
    place = town()
    bring_to(place, State.MONITORING)
    for someone in (place.rater, place.superior, place.mayor):
        leave(someone, APRIL)
    follow_seats(APRIL)
    place.act(place.hr, "miss_checkin", APRIL + timedelta(days=30), reason="Tidak ada laporan.")
    assert place.case().missed_rounds == [1]


def bring_head_of_hr_to_final(place: Town) -> Case:
    me = place.hr
    place.act(me, "submit", JANUARY, me, body=PLAN)
    place.act(place.mayor, "approve", JANUARY, me)
    advance(place.case(me).pk, "open_assessment", actor=SYSTEM, now=NOVEMBER)
    place.act(me, "submit", NOVEMBER, me, body=SELF_ASSESSMENT)
    place.act(place.mayor, "rate", NOVEMBER, me, body=RATING)
    place.act(me, "deliver", NOVEMBER, me)
    place.act(me, "accept", NOVEMBER, me)
    return place.case(me)


def test_the_head_of_hr_is_finally_approved_by_the_mayor_not_by_a_subordinate():
    """Once it went to HR's pool: the head's own subordinate, or nobody at all."""
    place = town()
    case = bring_head_of_hr_to_final(place)
    assert (case.turn_party, case.turn_person) == (Party.FINALISER, place.mayor)
    place.act(place.mayor, "settle", NOVEMBER, place.hr)
    assert place.case(place.hr).state == State.CLOSED


def test_hrs_people_are_finally_approved_by_their_raters_superior():
    place = town()
    me = place.hr_second
    place.act(me, "submit", JANUARY, me, body=PLAN)
    place.act(place.hr, "approve", JANUARY, me)
    advance(place.case(me).pk, "open_assessment", actor=SYSTEM, now=NOVEMBER)
    place.act(me, "submit", NOVEMBER, me, body=SELF_ASSESSMENT)
    place.act(place.hr, "rate", NOVEMBER, me, body=RATING)
    place.act(me, "deliver", NOVEMBER, me)
    place.act(me, "accept", NOVEMBER, me)
    assert place.case(me).turn_person == place.mayor


def test_a_transfer_after_the_assessment_began_leaves_rater_and_decider_in_place():
    """Once the next turn went to the superior of the new post."""
    place = town()
    bring_to(place, State.SELF_ASSESSMENT)
    place.act(place.hr, "transfer", NOVEMBER, post=str(vacancy(place).public_id), reason="Mutasi")
    place.act(place.employee, "submit", NOVEMBER, body=SELF_ASSESSMENT)
    case = place.case()
    assert (case.turn_person, case.unit, case.segment_number) == (place.rater, place.section, 1)
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    place.act(place.employee, "deliver", NOVEMBER)
    place.act(place.employee, "object", NOVEMBER, body=OBJECTION)
    assert place.case().decider == place.superior
    # A second transfer ends the posting that the first began.
    place.act(place.hr, "transfer", NOVEMBER + timedelta(days=1), reason="Mutasi lagi",
              post=str(vacancy(place).public_id))  # fmt: skip
    assert Posting.objects.filter(person=place.employee, ends_on=None).count() == 1


def test_a_transfer_before_the_assessment_begins_a_new_segment_under_the_new_superior():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    post = vacancy(place)
    place.act(place.hr, "transfer", APRIL, post=str(post.public_id), reason="Mutasi")
    case = place.case()
    assert (case.state, case.segment_number, case.post, case.rater, case.has_plan_in_force) == (
        State.PLANNING, 2, post, place.mayor, False,
    )  # fmt: skip
    for taken in (place.posts["colleague"], post):
        with pytest.raises(Refused, match=r"\w"):
            place.act(place.hr, "transfer", APRIL, post=str(taken.public_id), reason="Mutasi")


def test_reassigning_the_calendars_turn_to_a_person_is_refused():
    """Once a person ended up under a turn of the system."""
    place = town()
    bring_to(place, State.MONITORING)
    late = APRIL + timedelta(days=140)
    place.act(place.rater, "miss_checkin", late, reason="Tidak ada laporan.")
    late += timedelta(days=30)
    place.act(place.rater, "miss_checkin", late, reason="Tidak ada laporan.")
    assert place.case().turn_party == Party.SYSTEM
    place.act(place.hr, "reassign", late, person=str(place.superior.public_id), reason="SPT 2")
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.SYSTEM, None)
    assert case.rater == place.superior, "what was given on is the rater's part"


def test_a_decider_who_left_is_replaced_in_statements_and_in_decision():
    """Once the decider of an objection stayed the one who had left."""
    for state in (State.OBJECTION_STATEMENTS, State.OBJECTION_DECISION):
        place = town(code=f"x{state[-3:]}", prefix=f"{state[-3:]} ")
        bring_to(place, state)
        leave(place.superior, NOVEMBER)
        place.act(place.hr, "reassign", NOVEMBER, reason="Pensiun")
        case = place.case()
        assert case.decider == place.mayor
        if state == State.OBJECTION_DECISION:
            assert (case.turn_party, case.turn_person) == (Party.DECIDER, place.mayor)
            place.act(place.mayor, "uphold", NOVEMBER, body={"reasons": "Sesuai bukti."})
            assert place.case().state == State.FINAL_APPROVAL


def test_a_decision_taken_by_hr_waits_until_hr_names_a_decider():
    """Once such an item had a decider's turn that nobody held."""
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    place.act(place.hr, "reassign", NOVEMBER, to="hr", reason="Konflik kepentingan")
    case = place.case()
    assert (case.turn_party, case.turn_person, case.decider) == (Party.HR, None, None)
    place.act(place.hr, "reassign", NOVEMBER, person=str(place.mayor.public_id), reason="SPT 3")
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.DECIDER, place.mayor)


def test_nobody_is_named_to_judge_what_they_rated_or_are_assessed_for():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    for someone in (place.employee, place.rater):
        with pytest.raises(Refused, match=r"\w"):
            place.act(place.hr, "reassign", NOVEMBER, person=str(someone.public_id), reason="x")
    place = town(code="2", prefix="b ")
    bring_to(place, State.FINAL_APPROVAL)
    with pytest.raises(Refused, match=r"\w"):
        place.act(place.hr, "reassign", NOVEMBER, person=str(place.rater.public_id), reason="x")


def test_the_official_who_rated_settles_nothing_as_stand_in_for_the_superior():
    place = town(rules=CycleRules(final_levels=(Level("superior"),)))
    Acting.objects.create(
        agency=place.agency, post=place.posts["superior"], person=place.rater, kind="plh",
        letter="SPT 4", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    bring_to(place, State.FINAL_APPROVAL)
    assert place.case().turn_person == place.superior
    with pytest.raises(Refused, match=r"\w"):
        place.act(place.rater, "settle", NOVEMBER)


def test_a_successor_who_rates_anew_is_not_read_by_the_former_rater_before_delivery():
    """Once who had rated before saw the new rating while it was written."""
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    place.act(place.superior, "rerate", NOVEMBER, body={"reasons": "Belum dijelaskan."})
    new = person(place.agency, "Penerus")
    place.act(place.hr, "reassign", NOVEMBER, person=str(new.public_id), reason="SPT 5")
    save_draft(place.case().pk, "rating", RATING, actor=actor(new), now=NOVEMBER)
    case = place.case()
    assert may_see_rating(actor(new), case, 2)
    assert may_see_rating(actor(place.rater), case, 1)
    for someone in (place.rater, place.superior, place.employee, place.hr):
        assert not may_see_rating(actor(someone), case, 2), someone


def test_a_decider_of_a_withdrawn_objection_sees_no_later_rating_before_delivery():
    place = town()
    bring_to(place, State.OBJECTION_STATEMENTS)
    place.act(place.employee, "withdraw", NOVEMBER)
    place.act(place.hr, "return_", NOVEMBER, reason="Tanggal keliru.")
    case = place.case()
    assert case.state == State.SUPERVISOR_REVIEW
    assert not may_see_rating(actor(place.superior), case, 2)
    assert may_see_rating(actor(place.superior), case, 1)


def test_a_second_decision_is_the_deciders_alone_until_it_is_made():
    """Once the employee could read its draft, because a first decision had been made."""
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    place.act(place.superior, "rerate", NOVEMBER, body={"reasons": "Belum dijelaskan."})
    for who, action, data in (
        (place.rater, "rate", {"body": RATING}),
        (place.employee, "deliver", {}),
        (place.employee, "object", {"body": OBJECTION}),
        (place.rater, "explain", {"body": EXPLANATION}),
        (place.employee, "waive", {}),
    ):
        place.act(who, action, NOVEMBER, **data)
    case, me = place.case(), actor(place.employee)
    assert may_see_document(me, case, "decision", 1)
    assert not may_see_document(me, case, "decision", 2)
    assert may_see_document(actor(place.superior), case, "decision", 2)


def test_an_explanation_handed_in_can_no_longer_be_rewritten():
    place = town()
    bring_to(place, State.OBJECTION_STATEMENTS)
    place.act(place.rater, "explain", NOVEMBER, body=EXPLANATION)
    with pytest.raises(Refused, match=r"\w"):
        save_draft(place.case().pk, "explanation", {"text": "Lain."}, actor=actor(place.rater))


def test_a_leavers_draft_rating_is_not_carried_on():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    saved = save_draft(place.case().pk, "rating", RATING, actor=actor(place.rater), now=NOVEMBER)
    place.act(place.hr, "reassign", NOVEMBER, person=str(place.superior.public_id), reason="x")
    saved.document.refresh_from_db()
    assert saved.document.body == {}
    assert saved.document.revision > 1, "the leaver's open window must be stale"


def test_taken_back_after_the_assessment_began_open_rounds_count_as_missed():
    place = town()
    bring_to(place, State.EXCLUDED)
    place.act(place.hr, "reinstate", NOVEMBER, reason="Kembali bertugas.")
    case = place.case()
    assert (case.state, case.missed_rounds, case.round_opens_at) == (
        State.SELF_ASSESSMENT, [2], None,
    )  # fmt: skip


def test_an_exclusion_rests_on_a_known_authority_not_on_free_text():
    place = town()
    with pytest.raises(Refused, match=r"\w"):
        place.act(place.hr, "exclude", JANUARY, authority="Bapak Pegawai, NIP 1987", reason="x")
    assert LedgerEntry.objects.filter(stream=stream_of(place.case())).count() == 1


def test_a_key_that_cannot_be_stored_is_made_to_fit():
    """Once a forged key of any length, or with a NUL byte, was an error of the database."""
    place = town()
    case = place.case()
    for key in ("x" * 10_000, "y\x00y"):
        who = actor(place.employee)
        advance(case.pk, "submit", actor=who, data={"body": PLAN}, key=key, now=JANUARY)
        repeat = advance(case.pk, "submit", actor=who, data={"body": PLAN}, key=key, now=JANUARY)
        assert repeat.is_repeat
        place.act(place.employee, "withdraw", JANUARY)


def test_an_act_that_began_before_the_turn_it_waited_for_ends_no_turn_before_it_began():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "approve", JANUARY - timedelta(seconds=2))
    for span in TurnInterval.objects.filter(case=place.case()):
        assert span.began_at <= span.ended_at


def test_who_has_no_part_in_a_case_is_told_nothing_about_where_it_stands():
    place = town()
    bring_to(place, State.DELIVERY)
    with pytest.raises(Refused) as refusal:
        place.act(place.colleague, "settle", NOVEMBER)
    assert str(State.DELIVERY.label) not in refusal.value.reason
