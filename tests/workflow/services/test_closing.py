"""Closing a cycle: refused while anything is open; then final, and the engine's rows go."""

import pytest
from viewflow.workflow.models import Process, Task

from cycles.exceptions import NotAllowed, Refused
from cycles.models import Cycle, LedgerEntry, Version
from tests.builders import NOVEMBER, actor, bring_to, town
from workflow.enums import State
from workflow.models import ApprovalProcess, Case, ObjectionProcess
from workflow.services.closing import StillOpen, close_cycle

pytestmark = pytest.mark.django_db


def ended(place):
    """Everybody's appraisal ended: one after an objection, one accepted, the rest excluded."""
    bring_to(place, State.OBJECTION_DECISION, of=place.employee)
    place.act(place.superior, "uphold", NOVEMBER, body={"reasons": "Sesuai bukti."})
    place.act(place.hr, "settle", NOVEMBER)
    bring_to(place, State.CLOSED, of=place.colleague)
    for case in Case.objects.filter(cycle=place.cycle).exclude(state=State.CLOSED):
        who = place.hr if case.person != place.hr else place.hr_second
        place.act(who, "exclude", NOVEMBER, of=case.person, authority="leave", reason="CLTN")


def test_it_is_refused_with_the_number_of_the_open():
    place = town()
    bring_to(place, State.CLOSED)
    with pytest.raises(StillOpen) as refused:
        close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    assert refused.value.number == 5
    assert Cycle.objects.get().status == "open"


def test_it_closes_records_it_and_purges_only_the_engines_rows():
    place = town()
    ended(place)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    bring_to(other, State.PLAN_REVIEW)
    story, versions = LedgerEntry.objects.count(), Version.objects.count()
    assert ObjectionProcess.objects.filter(case__cycle=place.cycle).exists()
    done = close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    assert (done.closed, done.excluded) == (2, 4)
    cycle = Cycle.objects.get(pk=place.cycle.pk)
    assert (cycle.status, cycle.closed_at) == ("closed", NOVEMBER)
    left = ApprovalProcess.objects.get()
    assert left.case.cycle == other.cycle
    assert not ObjectionProcess.objects.exists()
    assert set(Process.objects.values_list("pk", flat=True)) == {left.pk}
    assert set(Task.objects.values_list("process_id", flat=True)) == {left.pk}
    assert LedgerEntry.objects.count() == story + 1
    assert Version.objects.count() == versions
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="close")
    assert '"closed":2' in entry.payload


def test_the_web_role_may_close_a_cycle(web_role):
    place = town()
    ended(place)
    with web_role():
        close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    assert Cycle.objects.get(pk=place.cycle.pk).status == "closed"


def test_only_hr_of_the_agency_closes_it():
    place = town()
    ended(place)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    for somebody in (place.mayor, place.rater, other.hr):
        with pytest.raises(NotAllowed):
            close_cycle(place.cycle, actor=actor(somebody), now=NOVEMBER)


def test_what_is_closed_or_was_never_opened_is_not_closed():
    place = town()
    ended(place)
    close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    with pytest.raises(Refused):
        close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    draft = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    with pytest.raises(Refused):
        close_cycle(draft.cycle, actor=actor(draft.hr), now=NOVEMBER)


def test_a_closed_cycle_takes_nobody_back():
    # An exclusion could once be undone after the closing: an open appraisal in a closed cycle.
    place = town()
    ended(place)
    close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    with pytest.raises(Refused):
        place.act(place.hr, "reinstate", NOVEMBER, of=place.rater, reason="Kembali bertugas.")
    assert place.case(place.rater).state == State.EXCLUDED
