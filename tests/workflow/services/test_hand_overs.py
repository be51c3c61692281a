"""A move to another agency: the appraisal here ends, a copy goes along, another begins there."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from cycles.exceptions import Incomplete, Refused, WrongState
from cycles.models import HandOver, IdentityNumber, PersonKey, Posting
from tests.builders import APRIL, CHECKIN, NOVEMBER, PLAN, Town, actor, bring_to, town
from tests.workflow.moves import carry, vacant
from workflow.enums import State
from workflow.models import Case
from workflow.permissions import visible_cases
from workflow.services.hand_overs import Accepted, accept, canonical

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def there(here: Town) -> Town:
    return town("53.71", "Kota Kupang", "Asia/Makassar", prefix="K ")


def leave(here: Town, there: Town, now=APRIL) -> HandOver:
    carry(here, here.employee, "agency", now, to_agency=there.agency)
    return HandOver.objects.get(person=here.employee)


def take_in(there: Town, hand_over: HandOver, now=APRIL, **more) -> Accepted:
    by = more.pop("by", there.hr)
    return accept(
        hand_over.pk, post=more.pop("post", None) or vacant(there, "Bidan"),
        starts_on=more.pop("on", now.date()), author=by.user, actor=actor(by, now.date()), now=now,
    )  # fmt: skip


def test_the_copy_says_what_was_agreed_done_and_remarked(here, there):
    bring_to(here, State.CHECKIN_REVIEW)
    here.act(here.rater, "approve", APRIL, reason="Lanjutkan; lengkapi data posyandu.")
    hand_over = leave(here, there)
    (appraisal,) = hand_over.body["appraisals"]
    (segment,) = appraisal["segments"]
    assert segment["plan"]["body"]["results"][0]["title"] == PLAN["results"][0]["title"]
    assert segment["checkins"][0]["body"]["items"]["r1"] == CHECKIN["items"]["r1"]
    assert (segment["rater"], segment["post"]) == ("Penilai", "Bidan Ahli Pertama")
    said = {(row["about"], row["by"], row["words"]) for row in appraisal["remarks"]}
    assert ("checkin", "Penilai", "Lanjutkan; lengkapi data posyandu.") in said
    assert appraisal["result"] is None
    text = canonical(hand_over.body)
    assert hashlib.sha256(text.encode()).hexdigest() == hand_over.sha256
    assert json.loads(text) == hand_over.body


def test_a_final_result_goes_along_and_a_rating_in_the_making_does_not(here, there):
    bring_to(here, State.CLOSED)
    bring_to(here, State.SUPERVISOR_REVIEW, here.colleague)
    hand_over = leave(here, there, NOVEMBER)
    assert hand_over.body["appraisals"][0]["result"]["predicate"] == "baik"
    carry(here, here.colleague, "agency", NOVEMBER, to_agency=there.agency)
    other = HandOver.objects.get(person=here.colleague)
    assert other.body["appraisals"][0]["result"] is None


def test_the_receiving_agency_begins_its_own_appraisal(here, there):
    bring_to(here, State.MONITORING)
    PersonKey.objects.create(agency=here.agency, person=here.employee, key="P-17")
    hand_over = leave(here, there)
    old = here.case()
    account = here.employee.user
    post = vacant(there, "Bidan")
    done = take_in(there, hand_over, post=post)
    here.employee.refresh_from_db()
    assert (here.employee.agency, here.employee.left_on) == (there.agency, None)
    assert here.employee.user == account
    assert PersonKey.objects.get(person=here.employee).agency == here.agency
    new = Case.objects.get(agency=there.agency, person=here.employee)
    assert done.case == new
    assert (new.state, new.cycle, new.post, new.rater) == (
        "planning", there.cycle, post, there.superior,
    )  # fmt: skip
    old.refresh_from_db(fields=["rater"])
    assert (Case.objects.get(pk=old.pk).state, old.agency) == ("excluded", here.agency)
    hand_over.refresh_from_db()
    assert (hand_over.accepted_by, hand_over.cycle) == (there.hr.user, there.cycle)


def test_nothing_live_is_shared(here, there):
    bring_to(here, State.MONITORING)
    take_in(there, leave(here, there))
    old = Case.objects.get(agency=here.agency, person=here.employee)
    new = Case.objects.get(agency=there.agency, person=here.employee)

    def sees(who) -> set[int]:
        found = Case.objects.filter(visible_cases(actor(who)), person=here.employee)
        return set(found.values_list("pk", flat=True))

    assert sees(here.employee) == {old.pk, new.pk}
    assert sees(here.hr) == sees(here.rater) == {old.pk}
    assert sees(there.hr) == sees(there.superior) == {new.pk}


def test_a_rater_who_moved_to_another_agency_sees_none_of_the_old_one(here, there):
    bring_to(here, State.OBJECTION_STATEMENTS)
    carry(here, here.rater, "agency", NOVEMBER, to_agency=there.agency)
    assert here.case().turn_person is None, "HR explains, for the superior decides"
    take_in(there, HandOver.objects.get(person=here.rater), NOVEMBER)
    who = actor(here.rater, NOVEMBER.date())
    seen = Case.objects.filter(visible_cases(who), agency=here.agency)
    assert set(seen.values_list("person", flat=True)) == {here.rater.pk}
    here.act(here.hr, "explain", NOVEMBER, body={"text": "Dari berkas.", "link": ""})
    assert here.case().has_explanation


def test_only_hr_of_the_receiving_agency_accepts_and_only_once(here, there):
    hand_over = leave(here, there)
    with pytest.raises(Refused):
        take_in(there, hand_over, by=here.hr)
    take_in(there, hand_over)
    with pytest.raises(WrongState):
        take_in(there, hand_over)
    assert Posting.objects.filter(person=here.employee, ends_on=None).count() == 1


def test_what_does_not_fit_is_said_beside_its_field(here, there):
    hand_over = leave(here, there)
    for post, on, field in [
        (vacant(here), APRIL.date(), "post"),
        (there.posts["rater"], APRIL.date(), "post"),
        (vacant(there), APRIL.date() - timedelta(days=1), "starts_on"),
        (vacant(there), APRIL.date() + timedelta(days=1), "starts_on"),
    ]:
        with pytest.raises(Incomplete) as refusal:
            take_in(there, hand_over, post=post, on=on)
        assert [problem.path for problem in refusal.value.problems] == [field]
    assert not Case.objects.filter(agency=there.agency, person=here.employee).exists()


def test_without_a_running_cycle_the_person_is_taken_in_all_the_same(here):
    there = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="K ", opened=None)
    done = take_in(there, leave(here, there))
    assert done.case is None
    assert done.problem
    assert there.agency.people.filter(pk=here.employee.pk).exists()


def test_from_delivery_on_the_result_here_runs_to_its_end(here, there):
    bring_to(here, State.ANNOUNCED)
    take_in(there, leave(here, there, NOVEMBER), NOVEMBER)
    here.act(here.employee, "accept", NOVEMBER)
    here.act(here.hr, "settle", NOVEMBER)
    assert here.case().state == "closed"


def test_who_comes_back_in_the_same_year_takes_up_the_appraisal_again(here, there):
    bring_to(here, State.MONITORING)
    take_in(there, leave(here, there))
    later = APRIL + timedelta(days=30)
    carry(there, here.employee, "agency", later, to_agency=here.agency)
    back = HandOver.objects.get(person=here.employee, to_agency=here.agency)
    post = vacant(here, "Bidan Koordinator")
    done = take_in(here, back, later, post=post, by=here.hr)
    case = here.case()
    assert done.case == case
    assert (case.state, case.post, case.segment_number) == ("planning", post, 2)
    assert Case.objects.get(agency=there.agency, person=here.employee).state == "excluded"


def test_the_role_of_the_web_may_do_all_of_it(here, there, web_role):
    bring_to(here, State.MONITORING)
    with web_role():
        carry(here, here.rater, "post", APRIL, post=vacant(here))
        carry(here, here.colleague, "death", APRIL)
        carry(here, here.hr_second, "retirement", APRIL)
        done = take_in(there, leave(here, there))
    assert done.case is not None
    assert here.case().state == "excluded"


def test_the_copy_holds_no_number_of_a_person(here, there):
    IdentityNumber.objects.create(person=here.employee, kind="nip", number="199001012015032001")
    IdentityNumber.objects.create(person=here.rater, kind="nip", number="198001012005011001")
    bring_to(here, State.MONITORING)
    text = canonical(leave(here, there).body)
    assert "199001012015032001" not in text
    assert "198001012005011001" not in text
