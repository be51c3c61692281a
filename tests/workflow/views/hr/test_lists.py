"""The lists: whole, in order, page by page, narrowed, and never a query per row."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cycles.models import Posting
from tests.builders import APRIL, JANUARY, NOVEMBER, PLAN, STATEMENT, actor, bring_to
from tests.workflow.views.hr.office import at, get, log_in, queries_of, town_of, words
from workflow.enums import State
from workflow.models import Case
from workflow.services.door import advance
from workflow.services.sweeps import pass_undelivered_to_hr

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)


def names(answer):
    return [row.case.person.name for row in answer.context["rows"]]


def walk(client, url, now, seen_by):
    """Every page to the end, then back again; both ways the same rows in the same order."""
    forth, pages = [], []
    answer = get(client, url, now)
    while True:
        pages.append(seen_by(answer))
        forth += pages[-1]
        if not answer.context["next_url"]:
            break
        answer = get(client, answer.context["next_url"], now)
    for page in reversed(pages[:-1]):
        answer = get(client, answer.context["previous_url"], now)
        assert seen_by(answer) == page
    assert answer.context["previous_url"] == ""
    return forth


@pytest.mark.parametrize(
    ("name", "number"),
    [("hr_people", 7), ("hr_overdue", 7), ("hr_holders", 6), ("hr_pool", 6), ("hr_excluded", 6),
     ("hr_close", 6), ("hr_unit_results", 8), ("hr_extensions", 8), ("hr_cycle", 7)],
)  # fmt: skip
def test_a_list_takes_the_same_few_statements_at_one_and_at_fifty_rows(client, name, number):
    one, _ = town_of(1)
    fifty, _ = town_of(50, code="32.76", name="Kota Depok", prefix="Depok ")
    for place in (one, fifty):
        client.logout()
        log_in(client, place.hr)
        assert queries_of(client, at(place, name), FEBRUARY) == number


def test_excluded_people_take_eight_statements_at_one_and_at_fifty(client):
    place, staff = town_of(50)
    log_in(client, place.hr)
    for count in (1, 50):
        for someone in staff[:count]:
            if Case.objects.get(person=someone).state != State.EXCLUDED:
                place.act(place.hr, "exclude", JANUARY, of=someone, authority="leave",
                          reason="CLTN")  # fmt: skip
        assert len(get(client, at(place, "hr_excluded")).context["rows"]) == count
        assert queries_of(client, at(place, "hr_excluded")) == 8


def test_people_come_by_name_and_no_page_loses_or_repeats_one(client):
    place, _staff = town_of(120)
    log_in(client, place.hr)
    everyone = walk(client, at(place, "hr_people"), JANUARY, names)
    assert everyone == sorted(everyone)
    assert len(everyone) == len(set(everyone)) == 126


def test_two_of_the_same_name_are_both_on_some_page(client):
    place, staff = town_of(60)
    for someone in staff:
        someone.name = "Siti Aminah"
        someone.save()
    log_in(client, place.hr)
    found = walk(client, at(place, "hr_people"), JANUARY,
                 lambda a: [row.case.pk for row in a.context["rows"]])  # fmt: skip
    assert len(found) == len(set(found)) == 66


def test_no_number_and_no_name_of_a_person_stands_in_an_address(client):
    place, _staff = town_of(60)
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_people"))
    assert "Orang" not in answer.context["next_url"]
    assert "setelah=" in answer.context["next_url"]


def test_people_are_found_by_a_part_of_their_name(client):
    place, _staff = town_of(12)
    log_in(client, place.hr)
    assert names(get(client, at(place, "hr_people"), cari="orang 01")) == [
        "Orang 010", "Orang 011", "Orang 012",
    ]  # fmt: skip
    assert "Nobody matches" in words(get(client, at(place, "hr_people"), cari="tidak ada"))


def test_people_are_narrowed_by_unit_stage_and_state(client):
    place, staff = town_of(2)
    bring_to(place, State.PLAN_REVIEW, of=staff[0])
    log_in(client, place.hr)
    url = at(place, "hr_people")
    assert names(get(client, url, keadaan="plan_review")) == ["Orang 001"]
    assert len(names(get(client, url, keadaan="tahap-planning"))) == 8
    assert len(names(get(client, url, unit=place.section.public_id))) == 5
    assert names(get(client, url, unit=place.office.public_id, hanya="1")) == ["Atasan"]
    assert names(get(client, url, keadaan="closed")) == []


FORGED = [
    {"setelah": "x" * 500}, {"setelah": str(uuid4())}, {"sebelum": "\x00"},
    {"setelah": "9" * 40 + "_" + str(uuid4())}, {"setelah": "5_5_nobody"}, {"unit": "\x00"},
    {"setelah": f"99999999999999999999_1_{uuid4()}"}, {"unit": str(uuid4())},
    {"keadaan": "no_state"}, {"cari": "a\x00b"}, {"cari": "%_'\\"}, {"pihak": "god"},
    {"pemegang": "\x00"}, {"pemegang": str(uuid4())}, {"keadaan": "tahap-none"},
    {"perkara": "\x00"}, {"perkara": str(uuid4())}, {"urut": "\x00"},
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["hr_overview", "hr_people", "hr_overdue", "hr_holders", "hr_pool", "hr_finals",
             "hr_extensions", "hr_excluded", "hr_joiners", "hr_close", "hr_unit_results"],
)  # fmt: skip
def test_a_forged_address_shows_a_page_and_never_breaks(client, name):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    for params in FORGED:
        answer = get(client, at(place, name), FEBRUARY, **params)
        assert answer.status_code == 200, params
        assert "desk-tabs" in words(answer)


def test_a_cursor_past_the_end_offers_the_beginning(client):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    last = Case.objects.order_by("-person__name").first()
    page = words(get(client, at(place, "hr_people"), setelah=last.public_id))
    assert "The list ends here" in page
    assert f'href="{at(place, "hr_people")}?"' in page


# --- overdue -----------------------------------------------------------------------------------


def test_the_overdue_stand_with_state_days_and_holder_the_oldest_first(client):
    place, staff = town_of(2)
    advance(Case.objects.get(person=staff[0]).pk, "submit", actor=actor(staff[0]),
            data={"body": PLAN}, now=JANUARY)  # fmt: skip
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_overdue"), FEBRUARY)
    first = answer.context["rows"][0]
    # Handed in on Monday 5 January: due on the 12th, 21 weekdays ago (this town has no holidays).
    assert (first.case.person, first.holder, first.days) == (staff[0], "Penilai", -21)
    assert len(answer.context["rows"]) == 8
    assert all(row.days < 0 for row in answer.context["rows"])
    assert "Orang 001" in words(answer)


def test_the_overdue_are_narrowed_by_unit_state_and_party(client):
    place, staff = town_of(2)
    bring_to(place, State.PLAN_REVIEW, of=staff[0])
    log_in(client, place.hr)
    url = at(place, "hr_overdue")
    assert names(get(client, url, FEBRUARY, pihak="approver")) == ["Orang 001"]
    assert names(get(client, url, FEBRUARY, keadaan="plan_review")) == ["Orang 001"]
    assert len(names(get(client, url, FEBRUARY, unit=place.section.public_id))) == 5


def test_before_any_due_date_the_page_says_that_nobody_is_late(client):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    assert "Nobody is late" in words(get(client, at(place, "hr_overdue")))


def test_the_overdue_pages_lose_nobody_who_stays_late(client):
    place, _staff = town_of(120)
    log_in(client, place.hr)
    found = walk(client, at(place, "hr_overdue"), FEBRUARY, names)
    assert len(found) == len(set(found)) == 126


def test_a_page_of_the_overdue_goes_on_rightly_when_its_last_row_was_settled_meanwhile(client):
    place, staff = town_of(60)
    log_in(client, place.hr)
    first = get(client, at(place, "hr_overdue"), FEBRUARY)
    last = first.context["rows"][-1].case
    advance(last.pk, "submit", actor=actor(last.person), data={"body": PLAN}, now=FEBRUARY)
    second = get(client, first.context["next_url"], FEBRUARY)
    assert len(set(names(first)) | set(names(second))) == 66


# --- holders -----------------------------------------------------------------------------------


def test_holders_stand_with_all_that_waits_and_the_oldest_due(client):
    place, staff = town_of(3)
    for someone, when in zip(staff, (JANUARY, JANUARY, FEBRUARY), strict=True):
        advance(Case.objects.get(person=someone).pk, "submit", actor=actor(someone),
                data={"body": PLAN}, now=when)  # fmt: skip
    log_in(client, place.hr)
    ((holder, days, url),) = get(client, at(place, "hr_holders"), FEBRUARY).context["rows"]
    assert (holder.name, holder.post, holder.open, holder.overdue) == (
        "Penilai", "Kepala Puskesmas", 3, 2,
    )  # fmt: skip
    assert days == -21
    assert str(place.rater.public_id) in url


def test_holders_come_page_by_page_the_most_overdue_first(client):
    place, staff = town_of(70)
    for n, someone in enumerate(staff[:60]):
        case = Case.objects.get(person=someone)
        advance(case.pk, "submit", actor=actor(someone), data={"body": PLAN}, now=JANUARY)
        # Each has another holder, HR names them.
        advance(case.pk, "reassign", actor=actor(place.hr), now=JANUARY,
                data={"person": str(staff[(n + 1) % 70].public_id), "reason": "Uji"})  # fmt: skip
    log_in(client, place.hr)
    found = walk(client, at(place, "hr_holders"), FEBRUARY,
                 lambda a: [row[0].name for row in a.context["rows"]])  # fmt: skip
    assert len(found) == len(set(found)) == 60


# --- HR's pool, excluded -----------------------------------------------------------------------


def test_a_result_nobody_opened_and_a_missing_decider_wait_for_hr_with_the_act(client):
    place, staff = town_of(1)
    bring_to(place, State.DELIVERY, of=staff[0])
    december = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    pass_undelivered_to_hr(december)
    # The head of office is rated by the mayor, above whom nobody decides.
    head = place.superior
    place.act(head, "submit", JANUARY, of=head, body=PLAN)
    place.act(place.mayor, "approve", JANUARY, of=head)
    bring_up(place, head)
    log_in(client, place.hr)
    answer = get(client, at(place, "hr_pool"), december)
    told = {row.case.person.name: act for row, act, _why in answer.context["rows"]}
    assert told == {"Orang 001": "Record the hand-over", "Atasan": "Name the decider"}


def bring_up(place, head):
    """The head's year, rated by the mayor, to an objection with both statements."""
    from tests.builders import CHECKIN, EXPLANATION, OBJECTION, RATING, SELF_ASSESSMENT
    from workflow.services.sweeps import open_assessments

    place.act(head, "submit_checkin", APRIL, of=head, body=CHECKIN)
    place.act(place.mayor, "approve", APRIL, of=head)
    open_assessments(NOVEMBER)
    place.act(head, "submit", NOVEMBER, of=head, body=SELF_ASSESSMENT)
    place.act(place.mayor, "rate", NOVEMBER, of=head, body=RATING)
    place.act(head, "deliver", NOVEMBER, of=head)
    place.act(head, "object", NOVEMBER, of=head, body=OBJECTION)
    place.act(place.mayor, "explain", NOVEMBER, of=head, body=EXPLANATION)
    place.act(head, "add_statement", NOVEMBER, of=head, body=STATEMENT)


def test_hrs_own_case_in_the_pool_is_for_a_colleague(client):
    place, _staff = town_of(0)
    place.act(place.hr_second, "submit", JANUARY, of=place.hr_second, body=PLAN)
    Posting.objects.filter(post__in=[place.posts["hr"], place.posts["mayor"]]).update(
        ends_on="2026-01-06"
    )
    place.act(place.hr, "reassign", FEBRUARY, of=place.hr_second, reason="Kosong")
    log_in(client, place.hr_second)
    answer = get(client, at(place, "hr_pool"), FEBRUARY)
    ((row, act, _why),) = answer.context["rows"]
    assert row.is_own
    assert act == "Name who acts"
    assert "a colleague in HR acts" in words(answer)


def test_the_excluded_stand_with_basis_reasons_and_who_decided(client):
    place, _staff = town_of(0)
    place.act(place.hr, "exclude", JANUARY, of=place.colleague, authority="study",
              reason="Tugas belajar S2")  # fmt: skip
    log_in(client, place.hr_second)
    page = words(get(client, at(place, "hr_excluded")))
    for expected in ("Rekan", "Study assignment", "Tugas belajar S2", "Sdm"):
        assert expected in page
