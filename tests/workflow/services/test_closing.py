"""Closing a cycle: refused while anything is open; then final."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from viewflow.workflow.models import Process

from cycles import clock
from cycles.enums import JobState
from cycles.exceptions import NotAllowed, Refused
from cycles.models import Cycle, Job, LedgerEntry, Version
from tests.builders import JANUARY, NOVEMBER, actor, bring_to, person, seat, town
from workflow.enums import State
from workflow.models import Case
from workflow.services.closing import StillOpen, ask_closing, close_cycle
from workflow.services.jobs import work_off
from workflow.services.opening import open_cycle

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


def test_it_closes_records_it_and_leaves_every_other_row_alone():
    place = town()
    ended(place)
    story, versions = LedgerEntry.objects.count(), Version.objects.count()
    processes = Process.objects.count()
    done = close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    assert (done.closed, done.excluded) == (2, 4)
    cycle = Cycle.objects.get(pk=place.cycle.pk)
    assert (cycle.status, cycle.closed_at, cycle.archived_at) == ("closed", NOVEMBER, None)
    assert (Process.objects.count(), Version.objects.count()) == (processes, versions)
    assert LedgerEntry.objects.count() == story + 1
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="close")
    assert '"closed":2' in entry.payload


def test_it_takes_as_many_statements_for_many_as_for_few():
    numbers = []
    for n, more in ((1, 0), (2, 12)):
        place = town(f"t{n}", prefix=f"T{n} ", opened=None)
        for k in range(more):
            seat(person(place.agency, f"T{n} Orang {k}"), place.section, "Perawat",
                 place.posts["rater"])  # fmt: skip
        open_cycle(place.cycle, now=JANUARY)
        for case in Case.objects.filter(cycle=place.cycle):
            who = place.hr if case.person != place.hr else place.hr_second
            place.act(who, "exclude", NOVEMBER, of=case.person, authority="leave", reason="CLTN")
        asker = actor(place.hr)
        with CaptureQueriesContext(connection) as seen:
            close_cycle(place.cycle, actor=asker, now=NOVEMBER)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_a_job_closes_it_and_a_worker_killed_after_the_commit_does_no_harm():
    place = town()
    ended(place)
    asker = actor(place.hr)
    with clock.at(NOVEMBER):
        job = ask_closing(place.cycle, author=place.hr.user, actor=asker)
        assert ask_closing(place.cycle, author=place.hr.user, actor=asker) == job
        assert work_off(job.pk).result == {"closed": 2, "excluded": 4}
        # As if the worker had died between the commit and the note that it was done.
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        assert work_off(job.pk).state == JobState.DONE
    assert LedgerEntry.objects.filter(action="close").count() == 1


def test_what_cannot_be_closed_is_refused_before_a_job_is_asked():
    place = town()
    with pytest.raises(StillOpen):
        ask_closing(place.cycle, author=place.hr.user, actor=actor(place.hr))
    with pytest.raises(NotAllowed):
        ask_closing(place.cycle, author=place.rater.user, actor=actor(place.rater))
    assert not Job.objects.exists()


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
