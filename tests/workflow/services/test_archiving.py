"""Archiving: what only moving needed goes; the story, its documents and its proof stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from viewflow.workflow.models import Process, Task

from cycles import audit, clock, ledger
from cycles.enums import DocumentKind, JobState
from cycles.exceptions import NotAllowed, Refused
from cycles.models import Cycle, Document, Finding, Job, LedgerEntry, Rehearsal, Version
from cycles.services.rehearsal import rehearse
from tests.builders import NOVEMBER, PLAN, actor, bring_to, town
from tests.workflow.services.test_closing import ended
from workflow.enums import State
from workflow.models import ApprovalProcess, CounterDelta, Event, ObjectionProcess, Receipt
from workflow.queries.counters import counts
from workflow.services import archiving
from workflow.services.archiving import archive_cycle, ask_archiving
from workflow.services.closing import close_cycle
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db
LATER = NOVEMBER + timedelta(days=30)


@pytest.fixture
def place():
    """A closed cycle with an objection, a rehearsal, and drafts that were never handed in."""
    found = town()
    rehearse(found.cycle, author=found.hr.user, now=NOVEMBER)
    ended(found)
    plan = Document.objects.get(appraisal=found.case().appraisal, kind=DocumentKind.PLAN)
    plan.body = PLAN | {"expectations": {"akuntabel": "Belum dikirim"}}
    plan.saved_at = NOVEMBER
    plan.save()
    Document.objects.create(
        agency=found.agency, appraisal=found.case(found.hr).appraisal, kind=DocumentKind.RATING,
        round=1, body={"work": "below"}, saved_at=NOVEMBER,
    )  # fmt: skip
    close_cycle(found.cycle, actor=actor(found.hr), now=NOVEMBER)
    return found


def archive(place):
    return archive_cycle(place.cycle, actor=actor(place.hr), now=LATER)


def test_the_engines_rows_go_and_those_of_another_cycle_stay(place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    bring_to(other, State.PLAN_REVIEW)
    number = ApprovalProcess.objects.filter(case__cycle=place.cycle).count()
    assert ObjectionProcess.objects.filter(case__cycle=place.cycle).count() == 1
    assert archive(place).processes == number + 1
    left = ApprovalProcess.objects.get()
    assert left.case.cycle == other.cycle
    assert not ObjectionProcess.objects.exists()
    assert set(Process.objects.values_list("pk", flat=True)) == {left.pk}
    assert set(Task.objects.values_list("process_id", flat=True)) == {left.pk}


def test_it_goes_in_batches_until_nothing_is_left(place, monkeypatch):
    monkeypatch.setattr(archiving, "BATCH", 2)
    said: list[tuple[int, int]] = []
    done = archive_cycle(
        place.cycle, actor=actor(place.hr), now=LATER, say=lambda *n: said.append(n)
    )
    assert not Process.objects.exists()
    assert [number for number, _total in said] == [*range(2, done.processes, 2), done.processes]
    assert {total for _number, total in said} == {done.processes}


def test_documents_versions_receipts_events_and_the_ledger_stay_and_still_verify(place):
    ledger.seal(NOVEMBER)
    kept = [LedgerEntry, Version, Document, Receipt, Event, Rehearsal]
    before = [model.objects.count() for model in kept]
    archive(place)
    ledger.seal(LATER)
    assert [model.objects.count() for model in kept] == [before[0] + 1, *before[1:]]
    assert list(audit.verify()) == []
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="archive")
    assert '"drafts":2' in entry.payload
    assert Cycle.objects.get(pk=place.cycle.pk).archived_at == LATER


def test_drafts_that_were_never_handed_in_are_emptied_and_only_those(place):
    sent = Document.objects.filter(kind=DocumentKind.SELF_ASSESSMENT).first()
    body = sent.body
    assert archive(place).drafts == 2
    assert not Document.objects.filter(body__expectations__akuntabel="Belum dikirim").exists()
    assert not Document.objects.filter(body__work="below").exists()
    sent.refresh_from_db()
    assert sent.body == body


def test_counters_are_folded_and_say_the_same(place):
    before = counts(place.cycle.pk)
    assert archive(place).counters > 0
    assert not CounterDelta.objects.filter(cycle=place.cycle).exists()
    assert counts(place.cycle.pk) == before


def test_the_findings_of_rehearsals_go(place):
    number = Finding.objects.count()
    assert number
    assert archive(place).findings == number
    assert not Finding.objects.exists()


def test_only_hr_archives_only_what_is_closed_and_only_once(place):
    running = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    for somebody in (place.rater, place.mayor, running.hr):
        with pytest.raises(NotAllowed):
            archive_cycle(place.cycle, actor=actor(somebody), now=LATER)
    with pytest.raises(Refused, match=r"\w"):
        archive_cycle(running.cycle, actor=actor(running.hr), now=LATER)
    archive(place)
    with pytest.raises(Refused, match=r"\w"):
        archive(place)
    with pytest.raises(Refused):
        ask_archiving(place.cycle, author=place.hr.user, actor=actor(place.hr))


def test_what_was_killed_between_two_batches_is_ended_by_the_next_worker(place, monkeypatch):
    monkeypatch.setattr(archiving, "BATCH", 2)

    def die(_gone: int, _total: int) -> None:
        raise ConnectionError("the worker is gone")

    with clock.at(LATER):
        with pytest.raises(ConnectionError):
            archive_cycle(place.cycle, actor=actor(place.hr), now=LATER, say=die)
        assert Process.objects.exists()
        assert Cycle.objects.get(pk=place.cycle.pk).archived_at is None
        job = ask_archiving(place.cycle, author=place.hr.user, actor=actor(place.hr))
        assert work_off(job.pk).state == JobState.DONE
        # As if that worker had died between its last commit and the note that it was done.
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        assert work_off(job.pk).state == JobState.DONE
    assert not Process.objects.exists()
    assert LedgerEntry.objects.filter(action="archive").count() == 1


def test_the_web_role_may_archive(place, web_role):
    with web_role():
        archive(place)
    assert Cycle.objects.get(pk=place.cycle.pk).archived_at == LATER
