"""Final approval on HR's desk: one by one, together, and back to the rater."""

from uuid import uuid4

import pytest
from django.utils import translation

from cycles.models import Appraisal, LedgerEntry
from cycles.rules import CycleRules, Level
from tests.builders import NOVEMBER, actor, bring_to
from tests.workflow.views.hr.office import at, get, log_in, post, queries_of, town_of, words
from workflow.enums import State
from workflow.models import Case, Receipt
from workflow.services.door import advance

pytestmark = pytest.mark.django_db


def pick(case):
    return f"{case.public_id}:{case.turn_number}"


def case_of(someone):
    return Case.objects.get(person=someone)


def test_what_waits_stands_with_predikat_both_ratings_and_the_objections_outcome(client):
    place, staff = town_of(3)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    bring_to(place, State.OBJECTION_DECISION, of=staff[1])
    decision = {"reasons": "Bukti meyakinkan.", "work": "above", "behaviour": "above"}
    place.act(place.superior, "change", NOVEMBER, of=staff[1], body=decision)
    bring_to(place, State.OBJECTION_STATEMENTS, of=staff[2])
    place.act(staff[2], "withdraw", NOVEMBER, of=staff[2])
    log_in(client, place.hr)
    rows = {row.case.person.name: row for row in
            get(client, at(place, "hr_finals"), NOVEMBER).context["rows"]}  # fmt: skip
    with translation.override("en"):
        told = {name: (row.predicate.value, row.work, row.behaviour, row.objection)
                for name, row in rows.items()}  # fmt: skip
    assert told == {
        "Orang 001": ("baik", "As expected", "As expected", "No objection"),
        "Orang 002": ("sangat_baik", "Above expectation", "Above expectation",
                      "Objection: rating changed"),
        "Orang 003": ("baik", "As expected", "As expected", "Objection withdrawn"),
    }  # fmt: skip
    assert not rows["Orang 002"].may_return


def test_the_ticked_ones_are_settled_only_after_the_confirmation(client):
    place, staff = town_of(2)
    for someone in staff:
        bring_to(place, State.FINAL_APPROVAL, of=someone)
    log_in(client, place.hr)
    picks = [pick(case_of(someone)) for someone in staff]
    confirm = post(client, at(place, "hr_finals_confirm"), NOVEMBER, pick=picks)
    assert "Settle 2 results?" in words(confirm)
    assert case_of(staff[0]).state == State.FINAL_APPROVAL
    done = post(client, at(place, "hr_finals_settle"), NOVEMBER, pick=picks,
                key=confirm.context["key"])  # fmt: skip
    assert "2 results are settled." in words(done)
    assert {case_of(someone).state for someone in staff} == {State.CLOSED}
    assert Appraisal.objects.filter(predicate="baik").count() == 2
    assert Receipt.objects.get(case=case_of(staff[0]), action="settle").number in words(done)


def test_each_row_says_whether_it_was_settled_or_why_not(client):
    place, staff = town_of(3)
    for someone in staff:
        bring_to(place, State.FINAL_APPROVAL, of=someone)
    picks = [pick(case_of(someone)) for someone in staff]
    place.act(place.hr_second, "settle", NOVEMBER, of=staff[0])
    place.act(place.hr_second, "return_", NOVEMBER, of=staff[1], reason="Tanda tangan kurang.")
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_finals_settle"), NOVEMBER, pick=picks, key=uuid4().hex)
    results = [result for result, _state in answer.context["results"]]
    assert [result.is_done for result in results] == [False, False, True]
    assert all("moved on" in result.refusal for result in results[:2])
    assert case_of(staff[1]).state == State.SUPERVISOR_REVIEW
    assert case_of(staff[2]).state == State.CLOSED


def test_a_second_click_settles_nothing_twice_and_shows_the_same_receipts(client):
    place, staff = town_of(1)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    log_in(client, place.hr)
    data = {"pick": [pick(case_of(staff[0]))], "key": uuid4().hex}
    first = post(client, at(place, "hr_finals_settle"), NOVEMBER, **data)
    second = post(client, at(place, "hr_finals_settle"), NOVEMBER, **data)
    ((result, _state),) = second.context["results"]
    assert result.is_done
    assert result.is_repeat
    assert result.receipt == first.context["results"][0][0].receipt
    assert LedgerEntry.objects.filter(action="settle").count() == 1


def test_hrs_own_result_cannot_be_ticked_and_says_why(client):
    place, _staff = town_of(0)
    # A cycle opened before the person came to HR: its turn lies in HR's pool.
    from cycles.models import RoleGrant

    RoleGrant.objects.filter(user=place.hr_second.user).delete()
    bring_second(place)
    RoleGrant.objects.create(user=place.hr_second.user, role="hr", agency=place.agency)
    log_in(client, place.hr_second)
    answer = get(client, at(place, "hr_finals"), NOVEMBER)
    (row,) = answer.context["rows"]
    assert row.refusal == "This is your own appraisal: somebody else settles it."
    assert not answer.context["selectable"]
    assert 'name="pick"' not in words(answer)
    forged = post(client, at(place, "hr_finals_settle"), NOVEMBER, pick=[pick(row.case)])
    assert forged.context["done"] == 0
    one = get(client, at(place, "hr_final", row.case.public_id), NOVEMBER)
    assert row.refusal in words(one)
    assert 'value="settle"' not in words(one)
    assert case_of(place.hr_second).state == State.FINAL_APPROVAL


def bring_second(place):
    """The second of HR to final approval: her superior in HR rates her."""
    from tests.builders import APRIL, CHECKIN, JANUARY, PLAN, RATING, SELF_ASSESSMENT
    from workflow.services.sweeps import open_assessments

    who = place.hr_second
    place.act(who, "submit", JANUARY, of=who, body=PLAN)
    place.act(place.hr, "approve", JANUARY, of=who)
    place.act(who, "submit_checkin", APRIL, of=who, body=CHECKIN)
    place.act(place.hr, "approve", APRIL, of=who)
    open_assessments(NOVEMBER)
    place.act(who, "submit", NOVEMBER, of=who, body=SELF_ASSESSMENT)
    place.act(place.hr, "rate", NOVEMBER, of=who, body=RATING)
    place.act(who, "deliver", NOVEMBER, of=who)
    place.act(who, "accept", NOVEMBER, of=who)


def test_nothing_ticked_is_said_beside_the_list(client):
    place, staff = town_of(1)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    log_in(client, place.hr)
    for name in ("hr_finals_confirm", "hr_finals_settle"):
        for picks in ([], ["x"], ["\x00:1"], [f"{uuid4()}:-1"], [":"]):
            answer = post(client, at(place, name), NOVEMBER, pick=picks)
            assert answer.status_code == 422
            assert "Tick at least one person first." in words(answer)
            assert "Orang 001" in words(answer)


def test_what_no_longer_waits_is_left_out_of_the_confirmation(client):
    place, staff = town_of(2)
    for someone in staff:
        bring_to(place, State.FINAL_APPROVAL, of=someone)
    picks = [pick(case_of(someone)) for someone in staff]
    place.act(place.hr_second, "settle", NOVEMBER, of=staff[0])
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_finals_confirm"), NOVEMBER, pick=picks)
    assert "1 ticked row no longer waits" in words(answer)
    assert "Settle 1 result?" in words(answer)
    place.act(place.hr_second, "settle", NOVEMBER, of=staff[1])
    gone = post(client, at(place, "hr_finals_confirm"), NOVEMBER, pick=picks)
    assert gone.status_code == 409
    assert "None of them waits" in words(gone)


def test_coming_back_after_a_login_to_a_confirmation_leads_to_the_list(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    for name in ("hr_finals_confirm", "hr_finals_settle"):
        answer = client.get(at(place, name))
        assert (answer.status_code, answer["Location"]) == (302, at(place, "hr_finals"))


def test_every_row_of_a_page_can_be_ticked_by_a_link(client):
    place, staff = town_of(2)
    for someone in staff:
        bring_to(place, State.FINAL_APPROVAL, of=someone)
    log_in(client, place.hr)
    plain = get(client, at(place, "hr_finals"), NOVEMBER)
    assert words(plain).count(" checked") == 0
    ticked = get(client, plain.context["tick_url"], NOVEMBER)
    assert words(ticked).count(" checked") == 2


def test_one_is_settled_and_the_next_one_comes(client):
    place, staff = town_of(2)
    for someone in staff:
        bring_to(place, State.FINAL_APPROVAL, of=someone)
    log_in(client, place.hr)
    url = at(place, "hr_final", case_of(staff[0]).public_id)
    page = get(client, url, NOVEMBER)
    assert "Ramah dan dapat diandalkan." in words(page)
    form = page.context["settle_form"]
    answer = post(client, url, NOVEMBER, do="settle", turn=form["turn"].value(),
                  key=form["key"].value())  # fmt: skip
    assert answer["Location"] == at(place, "hr_final", case_of(staff[1]).public_id)
    assert case_of(staff[0]).state == State.CLOSED
    last = get(client, answer["Location"], NOVEMBER).context["settle_form"]
    answer = post(client, answer["Location"], NOVEMBER, do="settle", turn=last["turn"].value(),
                  key=last["key"].value())  # fmt: skip
    assert answer["Location"] == at(place, "hr_finals")


def test_a_return_needs_its_reasons_and_keeps_what_was_typed(client):
    place, staff = town_of(1)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    case = case_of(staff[0])
    log_in(client, place.hr)
    url = at(place, "hr_final", case.public_id)
    bare = {"do": "return_", "turn": case.turn_number, "key": uuid4().hex}
    empty = post(client, url, NOVEMBER, **bare, reason=" \x00 ")
    assert empty.status_code == 422
    assert "Please give your reasons." in words(empty)
    long = post(client, url, NOVEMBER, **bare, reason="panjang " * 2000)
    assert long.status_code == 422
    assert "Too long" in words(long)
    assert "panjang panjang" in words(long)
    done = post(client, url, NOVEMBER, **bare, reason="Tanda tangan penilai belum ada.")
    assert done.status_code == 302
    case = case_of(staff[0])
    assert case.state == State.SUPERVISOR_REVIEW
    assert case.return_note["reason"] == "Tanda tangan penilai belum ada."


def test_a_page_that_somebody_else_overtook_says_so_and_shows_where_it_stands(client):
    place, staff = town_of(1)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    case = case_of(staff[0])
    log_in(client, place.hr)
    place.act(place.hr_second, "return_", NOVEMBER, of=staff[0], reason="Cacat formal.")
    answer = post(client, at(place, "hr_final", case.public_id), NOVEMBER, do="settle",
                  turn=case.turn_number, key=uuid4().hex)  # fmt: skip
    assert answer.status_code == 422
    assert "It has moved on since you opened this page." in words(answer)
    assert "This no longer waits for final approval" in words(answer)


def test_after_a_decided_objection_the_result_is_not_sent_back(client):
    place, staff = town_of(1)
    bring_to(place, State.OBJECTION_DECISION, of=staff[0])
    place.act(place.superior, "uphold", NOVEMBER, of=staff[0], body={"reasons": "Sesuai bukti."})
    case = case_of(staff[0])
    log_in(client, place.hr)
    url = at(place, "hr_final", case.public_id)
    assert "Objection: rating upheld" in words(get(client, url, NOVEMBER))
    answer = post(client, url, NOVEMBER, do="return_", turn=case.turn_number, key=uuid4().hex,
                  reason="Masih ada yang kurang.")  # fmt: skip
    assert answer.status_code == 422
    assert "After a decided objection the result is final." in words(answer)
    assert case_of(staff[0]).state == State.FINAL_APPROVAL


def test_a_level_below_hr_is_not_hrs_to_settle(client):
    rules = CycleRules(final_levels=(Level("superior"), Level("hr")))
    place, staff = town_of(1, rules=rules)
    bring_to(place, State.FINAL_APPROVAL, of=staff[0])
    case = case_of(staff[0])
    log_in(client, place.hr)
    assert get(client, at(place, "hr_finals"), NOVEMBER).context["rows"] == []
    answer = post(client, at(place, "hr_finals_settle"), NOVEMBER, pick=[pick(case)])
    ((result, _state),) = answer.context["results"]
    assert not result.is_done
    advance(case.pk, "settle", actor=actor(place.superior), now=NOVEMBER)
    assert len(get(client, at(place, "hr_finals"), NOVEMBER).context["rows"]) == 1


def test_fifty_results_take_as_many_statements_as_one_and_are_settled_together(client):
    place, staff = town_of(50)
    log_in(client, place.hr)
    for count in (1, 50):
        for someone in staff[:count]:
            if case_of(someone).state == State.PLANNING:
                bring_to(place, State.FINAL_APPROVAL, of=someone)
        assert queries_of(client, at(place, "hr_finals"), NOVEMBER) == 7
    answer = post(client, at(place, "hr_finals_settle"), NOVEMBER, key=uuid4().hex,
                  pick=[pick(case_of(someone)) for someone in staff])  # fmt: skip
    assert answer.context["done"] == 50
    assert Case.objects.filter(state=State.CLOSED).count() == 50
