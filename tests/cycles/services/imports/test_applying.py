"""What a file brings in, when it is brought again, and what it changes then."""

from datetime import date

import pytest

from cycles.audit import verify
from cycles.enums import ImportState
from cycles.exceptions import Refused, Stale, WrongState
from cycles.models import (
    IdentityNumber,
    LedgerEntry,
    LedgerHead,
    Person,
    PersonKey,
    Post,
    Posting,
    Unit,
    User,
)
from cycles.services import imports
from tests.cycles.services.imports.files import (
    PEOPLE,
    POSTS,
    UNITS,
    Worker,
    but,
    faults,
    outcomes,
    row,
    table,
    without,
)


def known(key):
    return PersonKey.objects.get(key=key).person


def test_a_first_file_builds_the_tree_the_posts_the_people_and_who_sits_where(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=PEOPLE)
    assert run.counts == {"unit": {"added": 3}, "post": {"added": 6}, "person": {"added": 5}}
    assert run.problems == []
    assert Unit.objects.count() == Person.objects.count() == 0
    office.apply(run)
    assert run.state == ImportState.APPLIED
    clinic = Unit.objects.get(code="D1.1")
    assert (clinic.parent.code, clinic.depth, clinic.week) == ("D1", 2, 6)
    assert clinic.path == f"{clinic.parent.parent_id}.{clinic.parent_id}.{clinic.pk}."
    above = {post.code: post.superior and post.superior.code for post in Post.objects.all()}
    assert above == {
        "K-1": None, "D1-1": "K-1", "D1.1-1": "D1-1", "D1.1-2": "D1.1-1", "D1.1-3": "D1.1-1",
        "D1.1-4": "D1.1-1",
    }  # fmt: skip
    siti = known("P4")
    assert (siti.name, siti.kind, siti.rank) == (
        "Siti Aminah, A.Md.Keb.", "pns", "Penata Muda (III/a)",
    )  # fmt: skip
    assert list(siti.postings.values_list("post__code", "starts_on", "ends_on")) == [
        ("D1.1-2", date(2026, 3, 1), None)
    ]
    assert list(siti.numbers.values_list("kind", "number", "is_current")) == [
        ("nip", "199105022015032904", True)
    ]
    assert known("P5").numbers.get().kind == "ni_pppk"
    assert known("P5").rank == "Golongan VII"


def test_everybody_gets_an_account_without_password_under_a_name_without_numbers(office):
    User.objects.create(username="ruth.bria")
    office.settle()
    accounts = {user.person.name: user for user in User.objects.exclude(person=None)}
    assert {name: user.username for name, user in accounts.items()} == {
        "Yohanes Lede": "yohanes.lede", "dr. Petrus Nalle, M.Kes.": "petrus.nalle",
        "Maria Da Silva": "maria.da.silva", "Siti Aminah, A.Md.Keb.": "siti.aminah",
        "Ruth Bria": "ruth.bria2",
    }  # fmt: skip
    assert not any(user.has_usable_password() for user in accounts.values())
    assert accounts["Ruth Bria"].email == "ruth@kota.example"


def test_the_same_file_twice_changes_nothing(office):
    office.settle()
    before = _all_records()
    entries = LedgerEntry.objects.count()
    again = office.book(unit=UNITS, jabatan=POSTS, pegawai=PEOPLE, as_of=date(2026, 6, 1))
    assert again.counts == {"unit": {"same": 3}, "post": {"same": 6}, "person": {"same": 5}}
    office.apply(again)
    assert _all_records() == before
    # Only the run itself is told of.
    assert list(LedgerEntry.objects.order_by("id")[entries:].values_list("stream", "action")) == [
        (f"import:{again.pk}", "apply_import")
    ]


def test_each_row_leaves_an_entry_in_the_stream_of_what_it_touched_and_no_names(office):
    run = office.settle()
    streams = dict(LedgerEntry.objects.values_list("stream", "action"))
    assert set(streams.values()) == {"import_added", "apply_import"}
    assert sum(stream.startswith("person:") for stream in streams) == 5
    assert sum(stream.startswith("post:") for stream in streams) == 6
    assert sum(stream.startswith("unit:") for stream in streams) == 3
    assert f"import:{run.pk}" in streams
    for payload in LedgerEntry.objects.values_list("payload", flat=True):
        for personal in ("Siti", "Aminah", "199105022015032904", "kota.example"):
            assert personal not in payload
    assert LedgerHead.objects.count() == 15
    assert list(verify()) == []


def test_a_corrected_nip_becomes_the_current_one_and_the_older_stays_known(office):
    office.settle()
    people = but(PEOPLE, "P4", nip="199105022015042904")
    run = office.book(pegawai=people)
    assert outcomes(run, "person")["P4"] == "changed"
    # Numbers are not shown in the list of changes.
    assert row(run, "person", "P4").changes == {"nip": ["…904", "…904"]}
    office.apply(run)
    assert set(known("P4").numbers.values_list("number", "is_current")) == {
        ("199105022015032904", False), ("199105022015042904", True),
    }  # fmt: skip
    # Back again: the older row is current, no third one is made.
    office.apply(office.book(pegawai=PEOPLE))
    assert set(known("P4").numbers.values_list("number", "is_current")) == {
        ("199105022015032904", True), ("199105022015042904", False),
    }  # fmt: skip


def test_a_pppk_with_a_new_contract_is_the_same_person_under_a_new_number(office):
    office.settle()
    ruth = known("P5")
    office.apply(office.book(pegawai=but(PEOPLE, "P5", nip="199206172026212911")))
    assert Person.objects.count() == 5
    assert ruth.numbers.get(is_current=True).number == "199206172026212911"
    assert ruth.numbers.count() == 2


def test_an_older_number_recognises_a_person_where_the_agency_has_no_keys(office):
    keyless = without(PEOPLE, "id_pegawai")
    keyless[0]["nip"] = "12345678"
    office.apply(office.book(unit=UNITS, jabatan=POSTS, pegawai=keyless))
    ruth = Person.objects.get(name="Ruth Bria")
    renewed = [{"nip": "199206172026212911", "nip_lama": "199206172023212905",
                "nama": "Ruth Bria, S.Kep.", "jenis_pegawai": "PPPK"}]  # fmt: skip
    run = office.book(pegawai=renewed)
    assert faults(run) == []
    office.apply(run)
    ruth.refresh_from_db()
    assert ruth.name == "Ruth Bria, S.Kep."
    assert ruth.numbers.get(is_current=True).number == "199206172026212911"
    # From now on the older number alone means her too.
    back = office.book(pegawai=[{"nip": "199206172023212905", "nama": "Ruth Bria, S.Kep."}])
    assert faults(back) == []
    assert back.counts == {"person": {"changed": 1}}


def test_a_key_that_the_agency_introduces_later_is_kept_for_the_person_known_by_number(office):
    keyless = without(PEOPLE, "id_pegawai")[1:]
    office.apply(office.book(unit=UNITS, jabatan=POSTS, pegawai=keyless))
    run = office.book(pegawai=PEOPLE[1:])
    assert run.counts == {"person": {"changed": 4}}
    office.apply(run)
    assert Person.objects.count() == 4
    assert known("P3").name == "Maria Da Silva"


def test_another_post_is_a_move_the_day_before_which_the_first_posting_ends(office):
    office.settle()
    moved = but(PEOPLE, "P5", kode_jabatan="D1.1-4", tmt_jabatan="2026-07-01")
    run = office.book(pegawai=moved)
    assert run.counts == {"person": {"same": 4, "moved": 1}}
    assert row(run, "person", "P5").changes == {
        "kode_jabatan": ["D1.1-3", "D1.1-4"], "tmt_jabatan": ["2026-03-01", "2026-07-01"],
    }  # fmt: skip
    office.apply(run)
    assert list(
        known("P5").postings.order_by("starts_on").values_list("post__code", "starts_on", "ends_on")
    ) == [("D1.1-3", date(2026, 3, 1), date(2026, 6, 30)), ("D1.1-4", date(2026, 7, 1), None)]
    again = office.book(pegawai=moved)
    assert again.counts == {"person": {"same": 5}}


def test_two_people_may_trade_places_in_one_file(office):
    office.settle()
    traded = but(but(PEOPLE, "P4", kode_jabatan="D1.1-3"), "P5", kode_jabatan="D1.1-2")
    run = office.book(pegawai=traded, as_of=date(2026, 5, 1))
    assert faults(run) == []
    office.apply(run)
    holders = dict(Posting.objects.filter(ends_on=None).values_list("post__code", "person__name"))
    assert holders["D1.1-2"] == "Ruth Bria"
    assert holders["D1.1-3"] == "Siti Aminah, A.Md.Keb."


def test_two_seats_may_trade_the_headship_of_a_unit(office):
    office.settle()
    posts = but(but(POSTS, "D1.1-1", kepala_unit="tidak"), "D1.1-2", kepala_unit="ya")
    run = office.book(jabatan=posts)
    assert faults(run) == []
    office.apply(run)
    above = {post.code: post.superior and post.superior.code for post in Post.objects.all()}
    assert (above["D1.1-2"], above["D1.1-1"], above["D1.1-3"]) == ("D1-1", "D1.1-2", "D1.1-2")
    told = LedgerEntry.objects.filter(action="import_superior").values_list("stream", flat=True)
    assert f"post:{Post.objects.get(code='D1.1-3').pk}" in told


def test_who_leaves_is_closed_with_the_posting_and_comes_back_only_when_said(office):
    office.settle()
    left = but(PEOPLE, "P4", tanggal_berhenti="2026-08-01")
    run = office.book(pegawai=left)
    assert outcomes(run, "person")["P4"] == "closed"
    office.apply(run)
    siti = known("P4")
    assert siti.left_on == date(2026, 8, 1)
    assert siti.postings.get().ends_on == date(2026, 7, 31)
    assert office.book(pegawai=left).counts == {"person": {"same": 5}}
    stale = office.book(pegawai=PEOPLE, as_of=date(2026, 9, 1))
    assert [fault[2] for fault in faults(stale)] == ["status"]
    back = office.book(pegawai=but(PEOPLE, "P4", status="kembali"), as_of=date(2026, 9, 1))
    assert outcomes(back, "person")["P4"] == "moved"
    office.apply(back)
    siti.refresh_from_db()
    assert siti.left_on is None
    assert siti.postings.get(ends_on=None).starts_on == date(2026, 9, 1)


def test_who_is_missing_from_a_complete_file_is_closed(office):
    office.settle()
    rest = [person for person in PEOPLE if person["id_pegawai"] != "P5"]
    assert office.book(pegawai=rest, as_of=date(2026, 6, 1)).counts == {"person": {"same": 4}}
    run = office.book(pegawai=rest, as_of=date(2026, 6, 1), is_complete=True)
    assert run.counts == {"person": {"same": 4, "closed": 1}}
    assert row(run, "person", "P5").label == "Ruth Bria"
    office.apply(run)
    ruth = known("P5")
    assert ruth.left_on == date(2026, 6, 1)
    assert ruth.postings.get().ends_on == date(2026, 5, 31)


def test_units_and_posts_are_renamed_moved_and_closed(office):
    office.settle()
    units = but(UNITS, "D1.1", nama_unit="Puskesmas Oebobo Timur", kode_induk="K")
    posts = but(POSTS, "D1.1-4", tanggal_tutup="2026-03-31", nama_jabatan="Perawat Mahir")
    run = office.book(unit=units, jabatan=posts)
    assert outcomes(run, "unit")["D1.1"] == "moved"
    assert outcomes(run, "post")["D1.1-4"] == "closed"
    office.apply(run)
    clinic = Unit.objects.get(code="D1.1")
    assert (clinic.parent.code, clinic.depth) == ("K", 1)
    # The head of the clinic now sits right below the mayor.
    assert Post.objects.get(code="D1.1-1").superior.code == "K-1"
    assert Post.objects.get(code="D1.1-4").closed_on == date(2026, 3, 31)


def test_a_superior_named_in_the_file_stays_until_the_cell_is_emptied(office):
    office.settle()
    named = but(POSTS, "D1.1-4", kode_jabatan_atasan="D1-1")
    office.apply(office.book(jabatan=named))
    post = Post.objects.get(code="D1.1-4")
    assert (post.superior.code, post.is_superior_given) == ("D1-1", True)
    assert office.book(jabatan=named).counts == {"post": {"same": 6}}
    # Without the column nothing changes; with an empty cell the tree decides again.
    assert office.book(jabatan=POSTS).counts == {"post": {"same": 6}}
    emptied = but(POSTS, "D1.1-4", kode_jabatan_atasan="")
    run = office.book(jabatan=emptied)
    assert run.counts == {"post": {"same": 5, "changed": 1}}
    office.apply(run)
    post.refresh_from_db()
    assert (post.superior.code, post.is_superior_given) == ("D1.1-1", False)


def test_a_column_that_is_left_out_changes_nothing(office):
    office.settle()
    run = office.book(pegawai=[{"id_pegawai": "P4", "nama": "Siti Aminah, S.Keb."}])
    assert row(run, "person", "P4").changes == {
        "nama": ["Siti Aminah, A.Md.Keb.", "Siti Aminah, S.Keb."]
    }
    office.apply(run)
    siti = known("P4")
    assert (siti.rank, siti.user.email) == ("Penata Muda (III/a)", "siti@kota.example")


def test_csv_files_are_recognised_by_their_headings(office):
    for rows, kind, number in ((UNITS, "unit", 3), (POSTS, "post", 6), (PEOPLE, "person", 5)):
        run = office.bring(table(rows), "data.csv")
        assert (run.problems, run.counts) == ([], {kind: {"added": number}})
        office.apply(run)
    comma = office.bring(table(PEOPLE[:4:3], mark=",", start=""), "data.csv")
    assert comma.counts == {"person": {"same": 1, "faulty": 1}}
    assert known("P3").postings.get().post.code == "D1.1-1"


def test_a_file_with_one_faulty_row_is_not_applied_at_all(office):
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=but(PEOPLE, "P4", golongan="V/x"))
    with pytest.raises(Refused, match="faulty"):
        office.apply(run)
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED
    assert Unit.objects.count() == Person.objects.count() == LedgerEntry.objects.count() == 0


def test_what_changed_since_the_dry_run_asks_for_another_one(office):
    office.settle()
    run = office.book(pegawai=but(PEOPLE, "P4", kode_jabatan="D1.1-4"), as_of=date(2026, 4, 1))
    Person.objects.filter(keys__key="P5").update(rank="Golongan IX")
    with pytest.raises(Stale, match="Check it again"):
        office.apply(run)
    assert known("P4").postings.get().post.code == "D1.1-2"


def test_applied_twice_it_was_applied_once(office):
    run = office.settle()
    entries = LedgerEntry.objects.count()
    office.apply(run)
    assert (Person.objects.count(), LedgerEntry.objects.count()) == (5, entries)
    with pytest.raises(WrongState):
        imports.check(run, Worker(office.author))


def test_nothing_of_another_agency_is_seen_or_touched(office, neighbour):
    neighbour.settle()
    before = _all_records()
    run = office.book(unit=UNITS, jabatan=POSTS, pegawai=without(PEOPLE, "email"))
    assert run.counts == {"unit": {"added": 3}, "post": {"added": 6}, "person": {"added": 5}}
    office.apply(run)
    assert Person.objects.filter(agency=neighbour.agency).count() == 5
    assert [row for row in before if row not in _all_records()] == []
    complete = office.book(pegawai=PEOPLE[:4], as_of=date(2026, 4, 1), is_complete=True)
    office.apply(complete)
    assert not Person.objects.filter(agency=neighbour.agency).exclude(left_on=None).exists()


def test_the_role_of_web_and_worker_may_do_all_of_it(office, web_role):
    with web_role():
        run = office.settle()
    assert Person.objects.count() == 5
    with web_role():
        office.undo(run)
    assert Person.objects.count() == 0


def _all_records():
    found = []
    for model in (Unit, Post, Person, PersonKey, IdentityNumber, Posting, User):
        found += [
            (model.__name__, *values) for values in model.objects.order_by("pk").values_list()
        ]
    return found
