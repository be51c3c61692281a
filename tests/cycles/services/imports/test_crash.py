"""A worker killed with -9 in the middle of applying: nothing half done, and the job goes on."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from cycles.audit import verify
from cycles.enums import ImportState, JobKind, JobState
from cycles.models import ImportRun, Job, LedgerEntry, Person, Posting, Unit
from cycles.services import jobs
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS
from workflow.services.jobs import work_off

# Works the job off as a worker does; says how far it is, and stays there when people are written.
WORKER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from cycles.models import Person
from cycles.services import jobs
from workflow.services.jobs import work_off
tell = jobs.Progress.say
def say(progress, done, total):
    tell(progress, done, total)
    if done < total and Person.objects.exists():
        print("in the middle", Person.objects.count(), flush=True)
        time.sleep(600)
jobs.Progress.say = say
work_off(int(sys.argv[2]))
print("done", flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_applying_leaves_nothing_behind_and_another_begins_again(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=PEOPLE)
    job = jobs.ask(
        JobKind.IMPORT_APPLY, author=office.author, agency=office.agency, params={"run": run.pk}
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(job.pk)],
        cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "MEDIA_ROOT": str(settings.MEDIA_ROOT)},
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "in the middle 5\n"
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    worker.stdout.close()

    assert Unit.objects.count() == Person.objects.count() == LedgerEntry.objects.count() == 0
    left = Job.objects.get(pk=job.pk)
    assert left.state == JobState.RUNNING
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.APPLYING

    done = _once_its_lock_is_free(job.pk)
    assert (done.state, done.tries) == (JobState.DONE, 2)
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.APPLIED
    assert Person.objects.count() == Posting.objects.count() == 5
    assert list(verify()) == []
    # A third worker finds nothing more to do.
    assert work_off(job.pk) is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_its_commit_finds_the_file_applied(office):
    run = office.settle()
    entries = LedgerEntry.objects.count()
    job = jobs.ask(
        JobKind.IMPORT_APPLY, author=office.author, agency=office.agency, params={"run": run.pk}
    )
    assert work_off(job.pk).state == JobState.DONE
    assert (Person.objects.count(), LedgerEntry.objects.count()) == (5, entries)


@pytest.mark.django_db(transaction=True)
def test_the_three_jobs_check_apply_and_undo_by_themselves(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=PEOPLE)
    for kind, state in (
        (JobKind.IMPORT_CHECK, ImportState.CHECKED),
        (JobKind.IMPORT_APPLY, ImportState.APPLIED),
        (JobKind.IMPORT_UNDO, ImportState.UNDONE),
    ):
        job = jobs.ask(kind, author=office.author, agency=office.agency, params={"run": run.pk})
        done = work_off(job.pk)
        assert (done.state, done.problem) == (JobState.DONE, "")
        assert ImportRun.objects.get(pk=run.pk).state == state
        assert done.done == done.total > 0


@pytest.mark.django_db(transaction=True)
def test_a_refusal_ends_the_job_with_its_sentence_and_the_file_stays_checked(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=[{**PEOPLE[0], "golongan": "x"}])
    job = jobs.ask(
        JobKind.IMPORT_APPLY, author=office.author, agency=office.agency, params={"run": run.pk}
    )
    done = work_off(job.pk)
    assert done.state == JobState.FAILED
    assert done.problem
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.CHECKED


def _once_its_lock_is_free(job_id: int) -> Job:
    """The server notices within moments that the killed worker's connection is gone."""
    for _ in range(100):
        if (done := work_off(job_id)) is not None:
            return done
        time.sleep(0.1)
    pytest.fail("the killed worker's lock stayed")
