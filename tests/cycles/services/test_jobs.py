"""Long work: asked once, done once, taken up again, and honest about what went wrong."""

import threading

import pytest
from django.db import connection

from cycles.enums import JobKind, JobState
from cycles.exceptions import Refused
from cycles.models import Agency, Job, User
from cycles.services import jobs

KIND = JobKind.CALENDAR


@pytest.fixture
def author(db):
    return User.objects.create(username="sdm")


@pytest.fixture
def agency(db):
    return Agency.objects.create(
        code="53.71", name="Kota Kupang", short_name="Kupang", zone="Asia/Makassar"
    )


def test_asking_twice_while_it_is_unfinished_gives_the_same_job(author, agency):
    first = jobs.ask(KIND, author=author, agency=agency, params={"holiday": 1})
    again = jobs.ask(KIND, author=author, agency=agency, params={"holiday": 2})
    assert again == first
    assert again.params == {"holiday": 1}
    jobs.run(first.pk, {KIND: lambda progress: {"moved": 3}})
    assert jobs.ask(KIND, author=author, agency=agency) != first


def test_a_finished_job_keeps_its_result_and_is_not_done_again(author, agency):
    job = jobs.ask(KIND, author=author, agency=agency)
    done = jobs.run(job.pk, {KIND: lambda progress: {"moved": 3}})
    assert (done.state, done.result) == (JobState.DONE, {"moved": 3})
    assert jobs.run(job.pk, {KIND: lambda progress: pytest.fail("done twice")}) is None


def test_a_refusal_ends_the_job_with_its_sentence(author, agency):
    def refuse(progress):
        raise Refused("Berkas itu sudah diterapkan.")

    done = jobs.run(jobs.ask(KIND, author=author, agency=agency).pk, {KIND: refuse})
    assert (done.state, done.problem) == (JobState.FAILED, "Berkas itu sudah diterapkan.")


def test_a_fault_of_ours_is_tried_again_and_then_told(author, agency):
    def break_down(progress):
        raise RuntimeError("boom")

    job = jobs.ask(KIND, author=author, agency=agency)
    for _ in range(jobs.MOST_TRIES - 1):
        assert jobs.run(job.pk, {KIND: break_down}).state == JobState.WAITING
    assert jobs.run(job.pk, {KIND: break_down}).state == JobState.FAILED
    assert "boom" not in Job.objects.get(pk=job.pk).problem


def test_counts_show_while_the_work_is_still_going_on(author, agency):
    job = jobs.ask(KIND, author=author, agency=agency)
    seen = []

    def work(progress):
        progress.say(30, 90)
        seen.append(jobs.counts(Job.objects.get(pk=job.pk)))

    jobs.run(job.pk, {KIND: work})
    assert seen == [(30, 90)]
    assert jobs.counts(Job.objects.get(pk=job.pk)) == (30, 90)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_one_job_once(author, agency):
    job = jobs.ask(KIND, author=author, agency=agency)
    inside, go_on, done = threading.Event(), threading.Event(), []

    def slow(progress):
        inside.set()
        assert go_on.wait(10)
        done.append(1)

    def first():
        try:
            jobs.run(job.pk, {KIND: slow})
        finally:
            connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert inside.wait(10)
    assert jobs.run(job.pk, {KIND: slow}) is None
    go_on.set()
    worker.join()
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_is_taken_up_again(author, agency):
    """A worker that dies loses its connection, and with it the lock; the row still says running."""
    job = jobs.ask(KIND, author=author, agency=agency)

    def die(progress):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        connection.close()  # what the system does with a killed process
        raise SystemExit(pid)

    def killed():
        try:
            with pytest.raises(SystemExit):
                jobs.run(job.pk, {KIND: die})
        finally:
            connection.close()

    worker = threading.Thread(target=killed)
    worker.start()
    worker.join()
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    assert jobs.unfinished() == [job.pk]
    assert jobs.run(job.pk, {KIND: lambda progress: {}}).state == JobState.DONE
