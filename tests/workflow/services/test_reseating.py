"""What waits follows the seats: a new superior, a filled post, an acting official by letter."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from cycles import clock
from cycles.enums import ActingKind, JobKind
from cycles.exceptions import NotAllowed
from cycles.models import Acting, LedgerEntry, Post, Posting, RaterException
from cycles.rules import SUPERIOR, CycleRules, Level
from cycles.services import jobs, superiors
from cycles.services.organisation import posts, units
from cycles.services.organisation.common import By
from tests.builders import (
    JANUARY,
    NOVEMBER,
    PLAN,
    RATING,
    actor,
    bring_to,
    person,
    seat,
    town,
    unit,
)
from workflow.enums import Party, State
from workflow.models import Case, TurnInterval
from workflow.permissions import actor_of, visible_cases
from workflow.queries.counters import counts
from workflow.services.jobs import work_off
from workflow.services.reseating import follow_new_seats, follow_unit, pass_on, waiting
from workflow.services.sweeps import follow_seats
from workflow.tasks import sweep

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return town()


def letter(place, post, who, kind=ActingKind.PLH, starts=TODAY, ends=date(2026, 5, 31), **powers):
    return Acting.objects.create(
        agency=place.agency, post=post, person=who, kind=kind, letter="800/12", starts_on=starts,
        ends_on=ends, **powers,
    )  # fmt: skip


def vacate(post, last_day):
    Posting.objects.filter(post=post, ends_on=None).update(ends_on=last_day)


def pass_all(place, now=MARCH, **more):
    due = waiting(place.agency, now, **more)
    return pass_on(due, actor=actor(place.hr, now.date()), reason="Penataan", now=now)


def test_where_everybody_sits_as_before_nothing_passes_on(place):
    bring_to(place, State.PLAN_REVIEW)
    assert waiting(place.agency, MARCH) == []
    assert follow_new_seats(MARCH) == 0


def test_a_unit_that_moves_takes_its_open_items_to_the_new_superior(place):
    place.act(place.rater, "submit", JANUARY, place.rater, body=PLAN)
    assert place.case(place.rater).turn_person == place.superior
    head = person(place.agency, "Kepala Baru")
    new_office = unit(place.agency, "Dinas Baru", place.office.parent)
    seat(head, new_office, "Kepala Dinas Baru", place.posts["mayor"], is_head=True)
    due_before = place.case(place.rater).due_at
    units.move_unit(place.section, new_office, by=By(place.hr.user, MARCH))
    assert pass_all(place).moved == 1
    case = place.case(place.rater)
    assert (case.turn_person, case.rater, case.due_at) == (head, head, due_before)
    assert actor(place.superior, TODAY).person_id not in {case.turn_person_id, case.rater_id}
    # Whoever stands below the head of the moved unit is still rated by that head.
    assert place.case().rater == place.rater
    assert waiting(place.agency, MARCH) == []


def test_a_given_superior_rates_at_once_in_the_running_appraisal(place):
    posts.give_superior(place.posts["employee"], place.posts["superior"], reason="Tim",
                        by=By(place.hr.user, MARCH))  # fmt: skip
    assert pass_all(place).moved == 1
    assert place.case().rater == place.superior


def test_hr_passes_nothing_of_its_own_on_the_system_does(place):
    """Nobody acts on their own appraisal, not even by rearranging the posts."""
    posts.give_superior(place.posts["hr"], place.posts["superior"], reason="Penataan",
                        by=By(place.hr_second.user, MARCH))  # fmt: skip
    assert pass_all(place).moved == 1
    entry = LedgerEntry.objects.get(stream=f"appraisal:{place.case(place.hr).appraisal_id}",
                                    action="reassign")  # fmt: skip
    assert json.loads(entry.payload)["actor"] is None
    assert place.case(place.hr).rater == place.superior


def test_what_climbed_past_a_vacant_post_comes_back_to_its_plt(place):
    bring_to(place, State.PLAN_REVIEW)
    vacate(place.posts["rater"], date(2026, 2, 28))
    follow_seats(MARCH)
    assert place.case().turn_person == place.superior
    letter(place, place.posts["rater"], place.hr_second, ActingKind.PLT)
    assert follow_new_seats(MARCH) >= 1
    case = place.case()
    assert (case.turn_person, case.turn_post) == (place.hr_second, place.posts["rater"])
    outcome = place.act(place.hr_second, "approve", MARCH)
    payload = json.loads(
        LedgerEntry.objects.get(stream=f"appraisal:{case.appraisal_id}", action="approve").payload
    )
    assert (payload["data"]["acting"], payload["data"]["letter"]) == ("plt", "800/12")
    assert outcome.case.state == State.MONITORING


def test_a_plt_ends_by_itself_and_the_item_climbs_again(place):
    vacate(place.posts["rater"], date(2026, 2, 28))
    letter(place, place.posts["rater"], place.hr_second, ActingKind.PLT, ends=date(2026, 3, 10))
    follow_seats(MARCH)
    place.act(place.employee, "submit", MARCH, body=PLAN)
    assert place.case().turn_person == place.hr_second
    over = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
    assert (
        not Case.objects.filter(
            visible_cases(actor_of(place.rater.user, over.date())), pk=place.case().pk
        )
        .filter(turn_person=place.rater)
        .exists()
    )
    follow_seats(over)
    assert place.case().turn_person == place.superior


def test_a_plh_sees_what_waits_already_and_what_comes_and_acts_on_behalf(place):
    bring_to(place, State.PLAN_REVIEW)
    letter(place, place.posts["rater"], place.hr_second)
    # Nothing passes on: the holder keeps it, the Plh. acts beside them.
    assert follow_new_seats(MARCH) == 0
    assert place.case().turn_person == place.rater
    place.act(place.hr_second, "approve", MARCH)
    payload = json.loads(
        LedgerEntry.objects.get(
            stream=f"appraisal:{place.case().appraisal_id}", action="approve"
        ).payload
    )
    assert payload["actor"] == place.hr_second.pk
    assert payload["on_behalf_of"] == place.rater.pk
    assert payload["data"]["letter"] == "800/12"
    place.act(place.colleague, "submit", MARCH, place.colleague, body=PLAN)
    place.act(place.hr_second, "approve", MARCH, place.colleague)
    assert place.case(place.colleague).state == State.MONITORING


def test_without_the_power_to_rate_a_plt_approves_but_rates_nobody(place):
    bring_to(place, State.SUPERVISOR_REVIEW)
    vacate(place.posts["rater"], date(2026, 10, 31))
    letter(place, place.posts["rater"], place.hr_second, ActingKind.PLT, date(2026, 11, 1),
           date(2026, 12, 31), may_rate=False)  # fmt: skip
    follow_seats(NOVEMBER)
    follow_new_seats(NOVEMBER)
    assert place.case().turn_person == place.superior
    with pytest.raises(NotAllowed, match="this waits for rater"):
        place.act(place.hr_second, "rate", NOVEMBER, body=RATING)


def test_an_appointment_is_not_passed_on_by_standing_in_for_the_appointee(place):
    """The Plh. of the superior is himself away: whoever acts for him does not act for her."""
    bring_to(place, State.PLAN_REVIEW)
    letter(place, place.posts["rater"], place.hr)
    letter(place, place.posts["hr"], place.hr_second)
    seats = actor(place.hr_second, TODAY).acting
    assert [seated.post_id for seated in seats] == [place.posts["hr"].pk]


def test_who_acts_for_their_own_superior_never_comes_to_rate_themselves(place):
    vacate(place.posts["rater"], date(2026, 2, 28))
    letter(place, place.posts["rater"], place.employee, ActingKind.PLT)
    place.act(place.employee, "submit", MARCH, body=PLAN)
    follow_seats(MARCH)
    follow_new_seats(MARCH)
    case = place.case()
    assert (case.turn_person, case.rater) == (place.superior, place.superior)
    # The colleague beside them is theirs to approve.
    assert place.case(place.colleague).rater == place.employee
    assert follow_new_seats(MARCH) == 0


def test_a_filled_post_gets_back_what_waits_above_but_not_what_hr_gave_away(place):
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.colleague, "submit", MARCH, place.colleague, body=PLAN)
    vacate(place.posts["rater"], date(2026, 2, 28))
    follow_seats(MARCH)
    place.act(place.hr, "reassign", MARCH, place.colleague, person=place.hr_second.public_id,
              reason="Sementara")  # fmt: skip
    newcomer = person(place.agency, "Kepala Baru")
    Posting.objects.create(agency=place.agency, person=newcomer, post=place.posts["rater"],
                           starts_on=TODAY)  # fmt: skip
    assert follow_new_seats(MARCH) >= 1
    assert place.case().turn_person == newcomer
    assert place.case(place.colleague).turn_person == place.hr_second


def test_what_hr_took_stays_with_hr_unless_hr_itself_fills_the_post(place):
    bring_to(place, State.SUPERVISOR_REVIEW)
    place.act(place.hr, "reassign", NOVEMBER, to="hr", reason="Penilai sakit")
    assert place.case().turn_person is None
    assert waiting(place.agency, NOVEMBER) == []
    assert follow_new_seats(NOVEMBER) == 0
    assert waiting(place.agency, NOVEMBER, pooled=True) == [place.case().pk]


def test_the_second_level_follows_a_new_superior_too():
    place = town(rules=CycleRules(rating_levels=(Level(SUPERIOR),)))
    bring_to(place, State.SUPERVISOR_REVIEW)
    place.act(place.rater, "rate", NOVEMBER, body=RATING)
    assert place.case().turn_person == place.superior
    head = person(place.agency, "Kepala Baru")
    new_office = unit(place.agency, "Dinas Baru", place.office.parent)
    seat(head, new_office, "Kepala Dinas Baru", place.posts["mayor"], is_head=True)
    units.move_unit(place.section, new_office, by=By(place.hr.user, NOVEMBER))
    pass_all(place, NOVEMBER)
    case = place.case()
    assert (case.turn_party, case.turn_person) == (Party.APPROVER, head)


def test_much_is_passed_on_by_a_job_that_can_be_repeated(place):
    superiors.derive(place.agency)
    Post.objects.filter(pk=place.posts["employee"].pk).update(superior=place.posts["superior"])
    job = jobs.ask(JobKind.SEATS, author=place.hr.user, agency=place.agency,
                   params={"agency": place.agency.pk})  # fmt: skip
    assert work_off(job.pk).result == {"moved": 1}
    assert place.case().rater == place.superior
    again = jobs.ask(JobKind.SEATS, author=place.hr.user, agency=place.agency,
                     params={"agency": place.agency.pk})  # fmt: skip
    assert work_off(again.pk).result == {"moved": 0}


def test_another_agencys_items_stay_where_they_are(place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    Post.objects.filter(pk=other.posts["employee"].pk).update(superior=other.posts["superior"])
    assert waiting(place.agency, MARCH) == []
    assert waiting(other.agency, MARCH) == [other.case().pk]


def test_a_moved_post_is_counted_in_its_new_unit(place):
    Post.objects.filter(pk=place.posts["employee"].pk).update(unit=place.office)
    post = Post.objects.get(pk=place.posts["employee"].pk)
    who = actor(place.hr, TODAY)
    assert follow_unit(post, actor=who, now=MARCH) == 1
    assert follow_unit(post, actor=who, now=MARCH) == 0
    case = place.case()
    assert (case.unit, case.state) == (place.office, State.PLANNING)
    found = counts(place.cycle.pk)
    assert found[place.office.pk, State.PLANNING] == 2
    assert found[place.section.pk, State.PLANNING] == 2
    entry = LedgerEntry.objects.filter(stream=f"appraisal:{case.appraisal_id}").latest("seq")
    assert entry.action == "follow_unit"
    assert not TurnInterval.objects.filter(case=case).exists()


def test_the_minutely_sweep_brings_items_to_a_plt_whose_first_day_has_come(place):
    bring_to(place, State.PLAN_REVIEW)
    vacate(place.posts["rater"], date(2026, 2, 28))
    letter(place, place.posts["rater"], place.hr_second, ActingKind.PLT, starts=date(2026, 3, 9))
    with clock.at(MARCH):
        sweep()
    assert place.case().turn_person == place.superior
    with clock.at(datetime(2026, 3, 9, 2, 0, tzinfo=UTC)):
        sweep()
        assert place.case().turn_person == place.hr_second
        turn = place.case().turn_number
        sweep()
    assert place.case().turn_number == turn


def test_the_minutely_sweep_begins_and_ends_a_recorded_exception(place):
    RaterException.objects.create(
        agency=place.agency, person=place.employee, rater=place.superior, reason="Suami istri",
        starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 13), author=place.hr.user,
        created_at=MARCH,
    )  # fmt: skip
    raters = []
    for day in (6, 9, 13, 14):
        with clock.at(datetime(2026, 3, day, 2, 0, tzinfo=UTC)):
            sweep()
        raters.append(place.case().rater)
    assert raters == [place.rater, place.superior, place.superior, place.rater]


def test_the_sweep_asks_a_fixed_number_of_questions_while_nothing_moves(
    place, django_assert_max_num_queries
):
    letter(place, place.posts["rater"], place.hr_second)
    with django_assert_max_num_queries(6):
        assert follow_new_seats(MARCH) == 0
