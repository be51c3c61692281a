"""Extensions: dues, ledger and news move together; who may, for whom, until when."""

from datetime import UTC, date, datetime

import pytest

from cycles.calendar import end_of_day
from cycles.exceptions import Incomplete, NotAllowed
from cycles.models import Extension, LedgerEntry, Stage
from tests.builders import APRIL, JANUARY, NOVEMBER, actor, bring_to, town
from workflow.enums import State
from workflow.models import Case, Event
from workflow.services.extension import Wish, extend_stage, preview
from workflow.services.sweeps import open_assessments

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)
LATER = date(2026, 2, 13)


def stage(place, kind="planning", number=0):
    return Stage.objects.select_related("cycle__agency").get(
        cycle=place.cycle, kind=kind, number=number
    )


def extend(place, **more):
    given = {"due_on": LATER, "reason": "Banjir di Pamulang.", "actor": actor(place.hr),
             "unit": place.section, "now": FEBRUARY} | more  # fmt: skip
    return extend_stage(given.pop("stage", None) or stage(place), **given)


def test_the_running_deadlines_of_a_unit_and_all_below_it_move():
    place = town()
    outside = place.case(place.hr).due_at
    done = extend(place, unit=place.office)
    assert done.moved == 4
    until = end_of_day("Asia/Jakarta", LATER)
    for someone in (place.superior, place.rater, place.employee, place.colleague):
        assert place.case(someone).due_at == until
    assert place.case(place.hr).due_at == outside


def test_the_preview_says_what_the_act_then_does():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    wish = Wish(stage(place), LATER, unit=place.section)
    seen = preview(wish, actor=actor(place.hr), now=FEBRUARY)
    # The employee handed in: only rater and colleague are still planning, both late.
    assert (seen.running, seen.moved, seen.rescued) == (2, 2, 2)
    assert place.case(place.colleague).due_at < FEBRUARY
    assert extend(place).moved == seen.moved
    assert place.case(place.colleague).due_at > FEBRUARY


def test_every_moved_case_has_a_ledger_entry_and_an_event_with_the_reason():
    place = town()
    done = extend(place, unit=None, person=place.employee)
    case = place.case()
    entry = LedgerEntry.objects.get(stream=f"appraisal:{case.appraisal_id}", action="extend")
    assert "Banjir di Pamulang." in entry.payload
    assert (entry.from_state, entry.to_state) == (case.state, case.state)
    assert Event.objects.get(kind="extend").case == case
    assert LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="extend").exists()
    assert case.due_basis["extensions"] == [done.extension.pk]


def test_who_comes_to_the_stage_later_gets_the_new_day_too():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    extend(place)
    place.act(place.rater, "return_", FEBRUARY, reason="Target belum jelas.")
    assert place.case().due_at == end_of_day("Asia/Jakarta", LATER)


def test_an_extension_of_one_check_in_leaves_the_other_round_alone():
    place = town()
    bring_to(place, State.MONITORING)
    second = extend(place, stage=stage(place, "checkin", 2), due_on=date(2026, 7, 31), now=APRIL)
    assert second.moved == 0
    first = extend(place, stage=stage(place, "checkin", 1), due_on=date(2026, 4, 30), now=APRIL)
    assert first.moved == 1
    assert place.case().due_at == end_of_day("Asia/Jakarta", date(2026, 4, 30))


def test_what_is_due_by_days_of_its_own_does_not_move():
    place = town()
    case = bring_to(place, State.PLAN_REVIEW)
    extend(place)
    assert place.case().due_at == case.due_at


def test_the_self_assessment_moves_as_well():
    place = town()
    bring_to(place, State.SELF_ASSESSMENT)
    open_assessments(NOVEMBER)
    done = extend(place, stage=stage(place, "self_assessment"), due_on=date(2026, 11, 27),
                  now=NOVEMBER)  # fmt: skip
    assert done.moved == 1


def test_the_same_act_again_changes_nothing():
    place = town()
    first, again = extend(place), extend(place)
    assert (again.is_repeat, again.moved) == (True, 0)
    assert again.extension == first.extension
    assert Extension.objects.count() == 1
    assert (
        LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="extend").count() == 1
    )


def test_a_day_that_the_unit_already_has_is_refused_and_a_later_one_granted():
    place = town()
    extend(place)
    with pytest.raises(Incomplete) as refused:
        extend(place, reason="Alasan lain yang cukup.", due_on=date(2026, 2, 10))
    assert [problem.path for problem in refused.value.problems] == ["due_on"]
    assert extend(place, due_on=date(2026, 2, 20)).moved == 3


def test_a_shorter_extension_for_a_person_never_takes_back_the_units():
    place = town()
    extend(place, due_on=date(2026, 2, 27))
    extend(place, unit=None, person=place.employee, due_on=date(2026, 2, 10))
    assert place.case().due_at == end_of_day("Asia/Jakarta", date(2026, 2, 27))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"reason": " \x00"}, "reason"),
        ({"reason": "x" * 5001}, "reason"),
        ({"due_on": date(2026, 1, 30)}, "due_on"),
        ({"due_on": date(2026, 2, 2)}, "due_on"),
        ({"due_on": date(2028, 1, 3)}, "due_on"),
        ({"unit": None}, "unit"),
    ],
)
def test_what_keeps_an_extension_from_being_granted_stands_at_its_field(change, path):
    place = town()
    with pytest.raises(Incomplete) as refused:
        extend(place, **change)
    assert [problem.path for problem in refused.value.problems] == [path]
    assert not Extension.objects.exists()


def test_only_hr_of_the_agency_extends_and_nobody_for_themselves():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    for somebody in (place.rater, place.mayor, other.hr):
        with pytest.raises(NotAllowed):
            extend(place, actor=actor(somebody))
        with pytest.raises(NotAllowed):
            preview(Wish(stage(place), LATER, unit=place.section), actor=actor(somebody))
    with pytest.raises(NotAllowed):
        extend(place, unit=None, person=place.hr)
    with pytest.raises(Incomplete):
        extend(place, unit=other.section)
    assert not Extension.objects.exists()
    assert Case.objects.filter(due_basis__extended_to=None).count() == Case.objects.count()


def test_the_deadline_is_the_end_of_the_agencys_local_day():
    place = town("53.71", "Kota Kupang", "Asia/Makassar")
    extend(place, now=JANUARY)
    assert place.case().due_at == datetime(2026, 2, 13, 16, 0, tzinfo=UTC)
