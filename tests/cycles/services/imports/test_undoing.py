"""Taking an import back: exactly what was before, and only while nothing was built on it."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password

from cycles import clock
from cycles.audit import verify
from cycles.enums import ImportState, Role
from cycles.exceptions import Refused, WrongState
from cycles.models import (
    Appraisal,
    Cycle,
    LedgerEntry,
    Person,
    PersonKey,
    Post,
    RoleGrant,
    Segment,
    User,
)
from cycles.services import imports
from cycles.services.organisation.common import By
from cycles.services.organisation.people import PersonWish, mend_person
from tests.cycles.services.imports.files import PEOPLE, POSTS, UNITS, but

RECORDS = ("unit", "post", "person", "personkey", "identitynumber", "user", "posting")


def records():
    """Every row of the agency's records, whole."""
    return {
        name: list(apps.get_model("cycles", name).objects.order_by("pk").values())
        for name in RECORDS
    }


def test_undoing_a_first_import_leaves_nothing_but_the_ledger(office):
    before = records()
    run = office.settle()
    entries = LedgerEntry.objects.count()
    office.undo(run)
    assert records() == before
    assert run.state == ImportState.UNDONE
    assert LedgerEntry.objects.count() == 2 * entries
    assert list(verify()) == []
    assert imports.why_not_undone(run) != ""


def test_undoing_restores_every_former_value(office):
    office.settle()
    before = records()
    units = but([*UNITS, {"kode_unit": "D2", "nama_unit": "Dinas Sosial", "kode_induk": "K"}],
                "D1.1", kode_induk="D2", nama_unit="Klinik", hari_kerja="5")  # fmt: skip
    posts = but(but(POSTS, "D1.1-1", kepala_unit="tidak"), "D1.1-2", kepala_unit="ya",
                nama_jabatan="Bidan Kepala")  # fmt: skip
    posts = but(posts, "D1.1-4", kode_jabatan_atasan="D1-1", kode_unit="D2", jenjang="Penyelia")
    posts += [{"kode_jabatan": "D2-1", "nama_jabatan": "Kepala Dinas Sosial", "kode_unit": "D2",
               "jenis_jabatan": "JPT Pratama", "kepala_unit": "ya"}]  # fmt: skip
    people = but(PEOPLE, "P4", kode_jabatan="D1.1-3", nama="Siti Aminah Bere", golongan="III/b",
                 nip="199105022015042904", email="siti.baru@kota.example")  # fmt: skip
    people = but(people, "P5", kode_jabatan="D1.1-2", nip="199206172026212911")
    people = but(people, "P3", tanggal_berhenti="2026-07-01")
    people += [{"id_pegawai": "P6", "nama": "Lukas Bere", "jenis_pegawai": "PNS",
                "kode_jabatan": "D2-1"}]  # fmt: skip
    run = office.book(unit=units, jabatan=posts, pegawai=people, as_of=date(2026, 6, 1))
    assert run.counts["person"] == {"same": 2, "moved": 2, "closed": 1, "added": 1}
    office.apply(run)
    assert records() != before
    office.undo(run)
    assert records() == before
    assert list(verify()) == []


def test_undoing_a_first_day_that_was_corrected_and_a_number_that_came_back(office):
    office.settle()
    office.apply(office.book(pegawai=but(PEOPLE, "P4", nip="199105022015042904")))
    before = records()
    people = but(PEOPLE, "P4", tmt_jabatan="2026-02-01")
    run = office.book(pegawai=people)
    office.apply(run)
    siti = PersonKey.objects.get(key="P4").person
    assert siti.postings.get().starts_on == date(2026, 2, 1)
    assert siti.numbers.get(is_current=True).number == "199105022015032904"
    office.undo(run)
    assert records() == before


def test_undoing_brings_back_who_was_missing_from_a_complete_file(office):
    office.settle()
    before = records()
    run = office.book(pegawai=PEOPLE[:3], as_of=date(2026, 6, 1), is_complete=True)
    office.apply(run)
    assert Person.objects.exclude(left_on=None).count() == 2
    office.undo(run)
    assert records() == before


def refuses(office, run):
    sentence = imports.why_not_undone(run)
    assert sentence
    with pytest.raises(Refused) as refused:
        office.undo(run)
    assert refused.value.reason == sentence
    run.refresh_from_db()
    assert run.state == ImportState.APPLIED
    assert Person.objects.count() >= 5
    return sentence


def test_not_once_somebody_has_logged_in_or_was_invited(office):
    run = office.settle()
    assert imports.why_not_undone(run) == ""
    User.objects.filter(username="siti.aminah").update(last_login=clock.now())
    assert "logged in" in refuses(office, run)
    User.objects.filter(username="siti.aminah").update(last_login=None)
    User.objects.filter(username="ruth.bria").update(invited_at=clock.now())
    assert "invited" in refuses(office, run)
    User.objects.filter(username="ruth.bria").update(
        invited_at=None, password=make_password("x" * 12)
    )
    assert "logged in" in refuses(office, run)


def test_not_once_appraisals_were_opened_for_its_people(office):
    run = office.settle()
    cycle = Cycle.objects.create(
        agency=office.agency, year=2026, name="SKP 2026", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), rules={},
    )  # fmt: skip
    person = PersonKey.objects.get(key="P4").person
    Appraisal.objects.create(agency=office.agency, cycle=cycle, person=person)
    assert "Appraisals were opened" in refuses(office, run)


def test_not_once_a_moved_person_is_appraised_in_the_new_post(office):
    office.settle()
    cycle = Cycle.objects.create(
        agency=office.agency, year=2026, name="SKP 2026", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31), rules={},
    )  # fmt: skip
    person = PersonKey.objects.get(key="P4").person
    appraisal = Appraisal.objects.create(agency=office.agency, cycle=cycle, person=person)
    run = office.book(pegawai=but(PEOPLE, "P4", kode_jabatan="D1.1-4"), as_of=date(2026, 6, 1))
    office.apply(run)
    assert imports.why_not_undone(run) == ""
    post = Post.objects.get(code="D1.1-4")
    Segment.objects.create(
        agency=office.agency, appraisal=appraisal, unit=post.unit, post=post,
        starts_on=date(2026, 6, 1), person_name=person.name, post_title=post.title,
        unit_name=post.unit.name,
    )  # fmt: skip
    assert "Appraisals were opened" in refuses(office, run)


def test_not_once_its_records_were_mended_on_their_pages_or_by_another_file(office):
    run = office.settle()
    siti = PersonKey.objects.get(key="P4").person
    mend_person(siti, PersonWish("Siti A.", "pns"), by=By(office.author, clock.now()))
    assert "changed since" in refuses(office, run)
    second = office.book(pegawai=but(PEOPLE, "P5", kode_jabatan="D1.1-4"), as_of=date(2026, 6, 1))
    # The first file named her otherwise; this one renames her back.
    office.apply(second)
    third = office.book(pegawai=but(PEOPLE, "P5", kode_jabatan="D1.1-4", golongan="IX"),
                        as_of=date(2026, 6, 1))  # fmt: skip
    office.apply(third)
    assert "changed since" in refuses(office, second)
    # The last one first, then the one before it.
    office.undo(third)
    assert "changed since" in refuses(office, second)


def test_a_task_given_to_one_of_its_accounts_keeps_it_from_being_undone(office):
    run = office.settle()
    RoleGrant.objects.create(
        user=User.objects.get(username="maria.da.silva"), role=Role.HR, agency=office.agency
    )
    with pytest.raises(Refused, match="Something else refers"):
        office.undo(run)
    assert Person.objects.count() == 5
    assert LedgerEntry.objects.filter(action__startswith="undo_import").count() == 0


def test_a_file_is_thrown_away_only_before_it_was_applied(
    office, django_capture_on_commit_callbacks
):
    run = office.book(unit=UNITS)
    name, storage = run.file.name, run.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        imports.discard(run)
    assert run.state == ImportState.DISCARDED
    assert not storage.exists(name)
    assert not run.rows.exists()
    applied = office.settle()
    with pytest.raises(WrongState):
        imports.discard(applied)


def test_undone_it_may_be_brought_again(office):
    run = office.settle()
    office.undo(run)
    again = office.settle()
    assert Person.objects.count() == 5
    assert again.applied_at - run.applied_at == timedelta()
