"""Whoever meddles with the ledger is found, and told where."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cycles import audit, ledger
from cycles.models import LedgerEntry, LedgerHead
from tests.builders import APRIL, CHECKIN, JANUARY, bring_to, town
from workflow.enums import State
from workflow.services.door import stream_of

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
Tamper = Callable[..., None]


@pytest.fixture
def story() -> str:
    """The stream of an appraisal with five entries and more beside it, sealed once in between."""
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    assert ledger.seal(THEN) > 0
    place.act(place.rater, "approve", JANUARY)
    place.act(place.employee, "submit_checkin", APRIL, body=CHECKIN)
    place.act(place.rater, "approve", APRIL)
    return stream_of(place.case())


@pytest.fixture
def tamper() -> Tamper:
    """SQL as the owner of the tables, with their triggers off: the worst that can happen."""

    def run(sql: str, **values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("ledgerentry", "seal", "sealedhead"):
                cursor.execute(f"ALTER TABLE cycles_{table} DISABLE TRIGGER USER")
            cursor.execute(sql, values)
            assert cursor.rowcount, "nothing was tampered with"
            for table in ("ledgerentry", "seal", "sealedhead"):
                cursor.execute(f"ALTER TABLE cycles_{table} ENABLE TRIGGER USER")

    return run


def found() -> list[tuple[str, int | None, str]]:
    return [(f.stream, f.seq, f.what) for f in audit.verify()]


def test_an_untouched_ledger_is_whole_before_and_after_seals(story):
    assert found() == []
    ledger.seal(THEN)
    assert found() == []
    assert LedgerEntry.objects.filter(stream=story).count() == 5


def test_a_text_written_in_any_letters_verifies():
    town(opened=None)
    for reason in ("“Kutip” – naïve ñ 漢字 🙂", "baris\nbaru\ttab \\ \" '", ""):
        ledger.append([ledger.Entry("test:1", "note", THEN, reason=reason)])
    assert found() == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("payload = replace(payload, '\"submit\"', '\"approve\"')", "its text, its link or its"),
        ("payload = 'kein JSON'", "its text, its link or its hash was changed"),
        ("hash = repeat('0', 64)", "its text, its link or its hash was changed"),
        ("previous = repeat('0', 64)", "its text, its link or its hash was changed"),
        ("action = 'approve'", "columns differ from its text: action"),
        ("to_state = 'closed'", "columns differ from its text: to_state"),
        ("at = at + interval '1 second'", "columns differ from its text: at"),
        ("cycle_id = NULL", "columns differ from its text: cycle_id"),
        ("agency_id = NULL", "columns differ from its text: agency_id"),
    ],
)
def test_a_changed_entry_is_named_with_what_was_changed(story, tamper, change, what):
    tamper(f"UPDATE cycles_ledgerentry SET {change} WHERE stream = %(s)s AND seq = 2", s=story)
    named = [finding for finding in found() if what in finding[2]]
    assert [(stream, seq) for stream, seq, _ in named] == [(story, 2)]


def test_a_changed_entry_with_a_new_hash_breaks_the_next_link(story, tamper):
    entry = LedgerEntry.objects.get(stream=story, seq=3)
    text = entry.payload.replace('"approve"', '"return_"')
    forged = audit.link(story, 3, entry.previous, text)
    tamper(
        "UPDATE cycles_ledgerentry SET payload = %(p)s, hash = %(h)s, action = 'return_'"
        " WHERE stream = %(s)s AND seq = 3",
        p=text, h=forged, s=story,
    )  # fmt: skip
    assert found() == [(story, 4, "it does not follow on the entry before it")]


def test_a_missing_entry_is_named_by_its_number(story, tamper):
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq = 4", s=story)
    assert found() == [(story, 4, "the entry is missing")]


def test_a_missing_first_entry_is_named(story, tamper):
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq = 1", s=story)
    assert found() == [(story, 1, "the entry is missing")]


def test_reordered_entries_are_named_with_where_they_belong(story, tamper):
    tamper(
        "UPDATE cycles_ledgerentry SET seq = CASE seq WHEN 3 THEN 1004 ELSE 1003 END"
        " WHERE stream = %(s)s AND seq IN (3, 4)",
        s=story,
    )
    tamper(
        "UPDATE cycles_ledgerentry SET seq = seq - 1000 WHERE stream = %(s)s AND seq > 1000",
        s=story,
    )
    wrong = "it stands in the wrong place: it was written as number "
    assert {(story, 3, f"{wrong}4"), (story, 4, f"{wrong}3")} <= set(found())


def test_a_cut_off_end_shows_against_the_head(story, tamper):
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq > 3", s=story)
    assert found() == [(story, 4, "the end is cut off: 2 by the head")]


def cut_head_too(tamper: Tamper, story: str, to: int) -> None:
    """The last entries and the head's memory of them, gone together."""
    entry = LedgerEntry.objects.get(stream=story, seq=to)
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq > %(n)s", s=story, n=to)
    tamper(
        "UPDATE cycles_ledgerhead SET seq = %(n)s, previous = %(p)s, hash = %(h)s, content = %(c)s"
        " WHERE stream = %(s)s",
        n=to, p=entry.previous, h=entry.hash, c=audit.sha(entry.payload), s=story,
    )  # fmt: skip


def test_an_end_cut_off_together_with_its_head_shows_against_the_seal(story, tamper):
    ledger.seal(THEN)
    cut_head_too(tamper, story, 3)
    assert found() == [(story, 5, "the end is cut off: seal 2 saw this entry")]


def test_a_past_rewritten_with_all_its_hashes_shows_against_the_seal(story, tamper):
    cut_head_too(tamper, story, 1)
    ledger.append([ledger.Entry(story, "submit", THEN, from_state="planning", to_state="closed")])
    assert (story, 2, "the entry is not the one that seal 1 saw") in found()


def test_a_forged_head_is_named(story, tamper):
    tamper("UPDATE cycles_ledgerhead SET hash = repeat('0', 64) WHERE stream = %(s)s", s=story)
    assert found() == [(story, 5, "the head does not fit the last entry")]
    tamper("DELETE FROM cycles_ledgerhead WHERE stream = %(s)s", s=story)
    assert found() == [(story, None, "its head is missing")]


def test_a_missing_stream_is_named_by_head_by_seal_and_by_its_appraisal(story, tamper):
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s", s=story)
    assert found() == [
        (story, None, "the stream is missing: it has a head and no entries"),
        (story, None, "the stream is missing: seal 1 saw it"),
    ]
    tamper("DELETE FROM cycles_ledgerhead WHERE stream = %(s)s", s=story)
    assert found() == [
        (story, None, "an appraisal without a stream"),
        (story, None, "the stream is missing: seal 1 saw it"),
    ]


def test_a_stream_whose_appraisal_is_gone_is_named(story):
    ledger.append([ledger.Entry("appraisal:999999", "open", THEN)])
    assert found() == [("appraisal:999999", None, "a stream whose appraisal is gone")]


def test_a_broken_chain_of_seals_is_named(story, tamper):
    ledger.seal(THEN)
    ledger.append([ledger.Entry("test:1", "note", THEN)])
    ledger.seal(THEN)
    with transaction.atomic():
        tamper("UPDATE cycles_seal SET hash = repeat('0', 64) WHERE number = 2")
        assert found() == [
            ("seals", 2, "the seal or a head under it was changed"),
            ("seals", 3, "it does not follow on the seal before it"),
        ]
        transaction.set_rollback(True)
    with transaction.atomic():
        tamper("UPDATE cycles_sealedhead SET seq = 1 WHERE stream = 'test:1' AND seq = 1"
               " RETURNING 1")  # fmt: skip
        tamper("UPDATE cycles_sealedhead SET hash = repeat('1', 64) WHERE stream = 'test:1'")
        assert set(found()) == {
            ("seals", 3, "the seal or a head under it was changed"),
            ("test:1", 1, "the entry is not the one that seal 3 saw"),
        }
        transaction.set_rollback(True)
    tamper("DELETE FROM cycles_sealedhead WHERE seal_id = (SELECT id FROM cycles_seal"
           " WHERE number = 2)")  # fmt: skip
    tamper("DELETE FROM cycles_seal WHERE number = 2")
    assert found() == [("seals", 2, "the seal is missing")]


def test_a_frozen_document_that_was_edited_is_named(story, tamper):
    tamper("UPDATE cycles_version SET body = jsonb_set(body, '{results,0,title}', '\"x\"')"
           " WHERE body ? 'results'")  # fmt: skip
    assert found() == [(story, None, "version 1 of its plan was changed")]


def test_a_frozen_document_replaced_with_its_hash_is_named_by_the_entry(story, tamper):
    tamper("UPDATE cycles_version SET hash = repeat('0', 64) WHERE body ? 'results'")
    gone = "the version of the document it names is gone or was changed"
    assert {(story, 2, gone), (story, 3, gone)} <= set(found())


# --- the command -------------------------------------------------------------------------------


def test_the_command_says_that_the_ledger_is_whole(story, capsys):
    call_command("verify_ledger")
    assert capsys.readouterr().out == "The ledger is whole.\n"


def test_the_command_names_each_finding_and_ends_with_1(story, tamper, capsys):
    tamper("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq = 4", s=story)
    with pytest.raises(CommandError, match="not whole: 1 findings") as error:
        call_command("verify_ledger")
    assert error.value.returncode == 1
    assert capsys.readouterr().out == f"{story} number 4: the entry is missing\n"


def test_a_large_ledger_is_read_row_by_row(story, monkeypatch):
    """Ten times the rows of one reading, and the cursor never hands over more than one reading."""
    monkeypatch.setattr(audit, "CHUNK", 10)
    for n in range(40):
        ledger.append([ledger.Entry(f"test:{m}", f"note{n}", THEN) for m in range(5)])
    most = 0
    real = connection.chunked_cursor

    class Watched:
        def __init__(self) -> None:
            self.cursor = real()

        def __enter__(self):
            self.cursor.__enter__()
            return self

        def __exit__(self, *error):
            return self.cursor.__exit__(*error)

        def execute(self, sql):
            return self.cursor.execute(sql)

        def fetchmany(self, size):
            nonlocal most
            rows = self.cursor.fetchmany(size)
            most = max(most, len(rows))
            return rows

    monkeypatch.setattr(connection, "chunked_cursor", Watched)
    assert found() == []
    assert most == 10


# --- without the application -------------------------------------------------------------------


def script(folder: Path) -> Path:
    """The program printed in docs/ledger.md, as an outsider would copy it."""
    text = (Path(settings.BASE_DIR) / "docs/ledger.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    path = folder / "verify.py"
    path.write_text(program)
    return path


def judged(folder: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-I", str(script(folder)), str(folder / "ledger.jsonl")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_an_outsider_verifies_the_export_without_the_application(story, tmp_path, capsys):
    ledger.seal(THEN)
    call_command("verify_ledger", export=str(tmp_path / "ledger.jsonl"))
    assert "lines written" in capsys.readouterr().out
    streams = LedgerHead.objects.count()
    assert judged(tmp_path) == (0, [f"The ledger is whole: {streams} streams, 2 seals."])


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE cycles_ledgerentry SET payload = 'x' WHERE stream = %(s)s AND seq = 2",
         "{s} 2 was changed"),
        ("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq = 4",
         "{s} 5 does not follow on 3"),
        ("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s AND seq = 5",
         "{s} does not end where its head says"),
        ("DELETE FROM cycles_ledgerentry WHERE stream = %(s)s", "{s} 2 was sealed and is missing"),
        ("DELETE FROM cycles_ledgerhead WHERE stream = %(s)s",
         "{s} does not end where its head says"),
        ("UPDATE cycles_seal SET hash = repeat('0', 64) WHERE number = 1 AND %(s)s <> ''",
         "seal 1 was changed"),
    ],
)  # fmt: skip
def test_an_outsider_finds_what_was_meddled_with(story, tamper, tmp_path, capsys, sql, sentence):
    tamper(sql, s=story)
    call_command("verify_ledger", export=str(tmp_path / "ledger.jsonl"))
    code, lines = judged(tmp_path)
    assert code == 1
    assert sentence.format(s=story) in lines


def test_an_export_names_no_person(story, tmp_path, capsys):
    call_command("verify_ledger", export=str(tmp_path / "ledger.jsonl"))
    text = (tmp_path / "ledger.jsonl").read_text()
    for name in ("Pegawai", "Penilai", "Atasan", "Sdm"):
        assert name not in text
    first = json.loads(text.splitlines()[0])
    assert set(first) == {"seal", "heads", "previous", "hash"}


def test_a_file_that_cannot_be_written_is_one_sentence(story, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("verify_ledger", export=str(tmp_path / "no/such/folder/x"))


# --- writing -----------------------------------------------------------------------------------


def test_one_call_appends_to_many_streams_and_each_only_once():
    town(opened=None)
    entries = [ledger.Entry(f"test:{n}", "note", THEN) for n in range(300)]
    written = ledger.append(entries)
    assert {w.seq for w in written.values()} == {1}
    again = ledger.append(entries)
    assert {w.seq for w in again.values()} == {2}
    with pytest.raises(ValueError, match="one entry per stream"):
        ledger.append([entries[0], entries[0]])
    assert ledger.append([]) == {}
    assert found() == []


def test_a_seal_with_nothing_new_is_not_made(story):
    assert ledger.seal(THEN) > 0
    assert ledger.seal(THEN) == 0
