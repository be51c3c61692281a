"""Files brought through the pages, and the work they ask for, done."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cycles.models import ImportRun, Job, Person, User
from tests.builders import Town
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS, workbook
from tests.workflow.views.hr.office import BACKEND
from tests.workflow.views.organisation.records import at, get, post
from workflow.services.jobs import work_off

EVERYTHING = {"unit": UNITS, "jabatan": POSTS, "pegawai": PEOPLE}


def somebody(who: Person | User) -> Client:
    """Another browser, in English."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(who if isinstance(who, User) else who.user, backend=BACKEND)
    return client


def book(name: str = "pegawai.xlsx", **sheets: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, workbook(**(sheets or EVERYTHING)))


def bring(client: Client, place: Town, file: Any = None, **more: Any) -> Any:
    sent = {"file": file or book(), "as_of": "2026-03-01", **more}
    return post(client, at(place, "org_imports"), **sent)


def work() -> Job:
    """The only job that waits, worked off; passing seats on, which follows by itself, aside."""
    job = work_off(Job.objects.exclude(kind="seats").get(state="waiting").pk)
    assert job is not None
    return job


def checked(client: Client, place: Town, **sheets: Any) -> ImportRun:
    bring(client, place, book(**sheets))
    work()
    return ImportRun.objects.latest("pk")


def applied(client: Client, place: Town, **sheets: Any) -> ImportRun:
    run = checked(client, place, **sheets)
    act(client, place, run, "terapkan")
    assert work().state == "done"
    run.refresh_from_db()
    return run


def act(client: Client, place: Town, run: ImportRun, do: str) -> Any:
    return post(client, at(place, "org_import_act", run.public_id, do))


def page_of(client: Client, place: Town, run: ImportRun, **params: Any) -> Any:
    return get(client, at(place, "org_import", run.public_id), **params)
