"""An import that puts another seat above somebody takes what waits there along."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cycles import clock
from cycles.enums import JobKind, JobState
from cycles.models import Job, Post, Unit, User
from cycles.services import imports, jobs
from tests.builders import JANUARY, bring_to, town
from tests.cycles.services.imports.files import table
from workflow.enums import State
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db


def test_a_plan_that_waits_passes_to_the_superior_the_file_names(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    place = town()
    for record in (*Unit.objects.all(), *Post.objects.all()):
        record.code = f"K{record.pk}"
        record.save(update_fields=["code"])
    case = bring_to(place, State.PLAN_REVIEW)
    assert case.turn_person == place.rater
    seat, above = (Post.objects.get(pk=place.posts[key].pk) for key in ("employee", "superior"))
    content = table([{"kode_jabatan": seat.code, "nama_jabatan": seat.title,
                      "kode_unit": seat.unit.code, "kode_jabatan_atasan": above.code}])  # fmt: skip
    author = User.objects.get(person=place.hr)
    with time_machine.travel(JANUARY, tick=False):
        run = imports.receive(
            place.agency, SimpleUploadedFile("jabatan.csv", content), author=author,
            as_of=date(2026, 1, 5), is_complete=False, now=clock.now(),
        )  # fmt: skip
        for kind in (JobKind.IMPORT_CHECK, JobKind.IMPORT_APPLY):
            job = jobs.ask(kind, author=author, agency=place.agency, params={"run": run.pk})
            done = work_off(job.pk)
            assert (done.state, done.problem) == (JobState.DONE, "")
        assert place.case().turn_person == place.rater
        following = Job.objects.get(kind=JobKind.SEATS)
        assert work_off(following.pk).result == {"moved": 1}
    assert place.case().turn_person == place.superior
    assert place.case().state == State.PLAN_REVIEW
