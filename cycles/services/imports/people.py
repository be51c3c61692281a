"""The dry run of people: who a row means, and what it changes of them.

A person is recognised by the agency's key, else by a number of theirs, older ones too, under a name
alike. A number alone recognises nobody: what could be two people is faulty, with a sentence.
"""

from __future__ import annotations

import re
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from cycles import nip, ranks
from cycles.enums import PersonKind
from cycles.services.imports.dryrun import (
    ADDED,
    CHANGED,
    CLOSED,
    MISSING,
    MOVED,
    DryRun,
    Ids,
    Once,
    Row,
    missing,
)
from cycles.services.imports.known import Known, Lookup, Namesakes, bare, is_alike, look_up
from cycles.services.imports.posts import PostAt, Posts
from cycles.services.imports.reading import Table
from cycles.services.imports.seats import Seats
from cycles.sheets import PERSON

_LOGIN: Final = 60
_KINDS: Final = frozenset(PersonKind.values)
_CURRENT: Final = """
SELECT id FROM cycles_person WHERE agency_id = %s AND (left_on IS NULL OR left_on > %s)
"""
# Two accounts with one address: a link for a new password would go astray.
_SAME_MAIL: Final = """
SELECT r.number FROM cycles_importrow r
JOIN cycles_user u ON lower(u.email) = r.data->>'email'
JOIN cycles_person p ON p.id = u.person_id AND p.agency_id = %s
WHERE r.run_id = %s AND r.kind = 'person' AND r.outcome <> 'faulty' AND r.data ? 'email'
    AND p.id <> (r.undo->>'id')::bigint
"""


class People:
    """Reads the sheet of people in chunks, then says what shows only at the end."""

    def __init__(self, dry: DryRun, posts: Posts) -> None:
        self.dry = dry
        self.posts = posts
        assert dry.agency_id is not None
        self.agency_id: int = dry.agency_id
        self.seats = Seats(dry.as_of)
        self._ids = Ids("cycles_person")
        self._keys, self._numbers, self._mails, self._same = Once(), Once(), Once(), Once()
        self._seen: set[int] = set()
        self._namesakes = Namesakes(self.agency_id)
        # New rows that may be somebody known: row, who it could be.
        self._doubtful: list[tuple[int, list[int]]] = []

    def check(self, table: Table) -> None:
        for rows in self.dry.chunks(table):
            codes = {row.data["kode_jabatan"] for row in rows if "kode_jabatan" in row.data}
            posts = self.posts.find(list(codes))
            known = look_up(
                self.agency_id,
                [row.data["id_pegawai"] for row in rows if "id_pegawai" in row.data],
                [row.data[name] for row in rows for name in ("nip", "nip_lama")
                 if name in row.data],
                [post.id for post in posts.values() if not post.is_new],
            )  # fmt: skip
            for row in rows:
                self._judge(row, known, posts)
            self.dry.write("person", rows)

    def _judge(self, row: Row, known: Lookup, posts: dict[str, PostAt]) -> None:
        data = row.data
        row.key, row.label = data.get("id_pegawai", ""), data.get("nama", "")
        number = data.get("nip", "")
        if not row.label:
            row.fault("nama", _("Write the name."))
        if not row.key and not number:
            row.fault("id_pegawai", _(
                "Write the agency's key of this person, or a number: by one of them people are "
                "recognised."))  # fmt: skip
        is_once = (not row.key or self._keys(row.key, row, "id_pegawai")) and (
            not number or self._numbers(number, row, "nip")
        )
        if data.get("email"):
            self._mails(data["email"], row, "email")
        if row.problems and (not is_once or not row.label or not (row.key or number)):
            return
        person = self._recognise(row, known)
        if row.problems and person is None:
            return
        self._check_number(row, person)
        row.undo = {"id": person.id if person else self._ids.take(), "to": {}, "was": {}}
        if person is None:
            self._add(row)
        else:
            self._seen.add(person.id)
            self._same(str(person.id), row, "id_pegawai" if row.key else "nip")
            self._compare(row, person, known)
        self._check_rank(row, person)
        self._place(row, person, known, posts)
        self._conclude(row, person)

    # --- who is it? ---------------------------------------------------------------------------

    def _recognise(self, row: Row, known: Lookup) -> Known | None:
        data, number = row.data, row.data.get("nip", "")
        numbered = set().union(
            *(known.by_number.get(data[name], set()) for name in ("nip", "nip_lama")
              if name in data)
        )  # fmt: skip
        if row.key in known.by_key:
            person = known.people[known.by_key[row.key]]
            if numbered - {person.id}:
                row.fault("nip", _(
                    "Another person of this agency has this number. Correct the number, or "
                    "“id_pegawai”."))  # fmt: skip
            elif (
                person.id not in numbered
                and number
                and person.number
                and not is_alike(person.name, row.label)
            ):
                row.fault("id_pegawai", _(
                    "This key belongs to %(name)s; neither name nor number are theirs. "
                    "Correct the key, or bring name and number one after the other."
                ) % {"name": person.name})  # fmt: skip
            return person
        if len(numbered) > 1:
            row.fault("nip", _(
                "Several people of this agency have had these numbers. Write “id_pegawai”."
            ))  # fmt: skip
            return None
        if numbered:
            person = known.people[numbered.pop()]
            if row.key and person.key:
                row.fault("id_pegawai", _(
                    "This number belongs to %(name)s, who has another key here. Correct the key, "
                    "or the number."
                ) % {"name": person.name})  # fmt: skip
            elif not is_alike(person.name, row.label):
                row.fault("nama", _(
                    "This number belongs to %(name)s. Correct the number; if it is the same "
                    "person under a new name, change the name on the person's page first."
                ) % {"name": person.name})  # fmt: skip
            return person
        if data.get("status") != "new":
            doubts = self._namesakes.of(row.label, number, bool(row.key))
            if doubts:
                self._doubtful.append((row.number, doubts))
        return None

    def _check_number(self, row: Row, person: Known | None) -> None:
        kind = row.data.get("jenis_pegawai", person.kind if person else "")
        for column in ("nip", "nip_lama"):
            number = row.data.get(column)
            if number and (person is None or number != person.number):
                sentence = nip.problem_of(number, kind) if column == "nip" else ""
                # A cell that could not be read has its sentence already.
                if sentence and not any(name == column for name, _sentence in row.problems):
                    row.fault(column, sentence)

    # --- what changes? ------------------------------------------------------------------------

    def _add(self, row: Row) -> None:
        row.outcome, row.undo["new"] = ADDED, True
        if "jenis_pegawai" not in row.data:
            row.problems.append(missing("jenis_pegawai"))
        row.undo["to"]["login"] = login_of(row.label)
        if number := row.data.get("nip"):
            row.undo["to"]["number"] = nip.kind_of(number, row.data.get("jenis_pegawai", ""))
        if row.key:
            row.undo["to"]["key"] = row.key

    def _compare(self, row: Row, person: Known, known: Lookup) -> None:
        data, was, to = row.data, row.undo["was"], row.undo["to"]
        if row.key and not person.key:
            row.change("id_pegawai", "", row.key)
            to["key"] = row.key
        kind = data.get("jenis_pegawai", person.kind)
        if kind != person.kind:
            column = PERSON["jenis_pegawai"]
            row.change("jenis_pegawai", column.shown(person.kind), column.shown(kind))
        if row.label and row.label != person.name:
            row.change("nama", person.name, row.label)
        if (number := data.get("nip")) and number != person.number:
            row.change("nip", nip.masked(person.number), nip.masked(number))
            to["number"], was["number"] = nip.kind_of(number, kind), person.number_id
            # One of their own that they had before.
            was["number_known"] = person.id in known.by_number.get(number, ())
        if (email := data.get("email")) and email != person.email.lower():
            row.change("email", person.email, email)
            was["email"] = person.email
            if person.has_roles:
                row.fault("email", _(
                    "This account has a task beyond that of an employee; an administrator "
                    "changes its address. Leave the cell empty."))  # fmt: skip
        if person.user_id is None:
            to["login"] = login_of(row.label)
            row.changes.setdefault("email", ["", data.get("email", "")])
        was |= {"name": person.name, "kind": person.kind, "rank": person.rank,
                "left_on": person.left_on or None}  # fmt: skip

    def _check_rank(self, row: Row, person: Known | None) -> None:
        written = row.data.get("golongan")
        kind = row.data.get("jenis_pegawai", person.kind if person else "")
        old = person.rank if person else ""
        if written is None or written == old or kind not in _KINDS:
            return
        rank = ranks.read(written, kind) if written else ""
        if rank is None:
            row.fault("golongan", _(
                "“%(rank)s” is no rank here. Write III/c of a PNS, IX of a PPPK, or leave the "
                "cell empty."
            ) % {"rank": written[:40]})  # fmt: skip
        else:
            row.data["golongan"] = rank
            if person is not None and rank != old:
                row.change("golongan", old, rank)

    # --- where do they sit? -------------------------------------------------------------------

    def _place(
        self, row: Row, person: Known | None, known: Lookup, posts: dict[str, PostAt]
    ) -> None:
        data = row.data
        code, status = data.get("kode_jabatan"), data.get("status", "")
        post = posts.get(code) if code else None
        if code and post is None:
            row.fault("kode_jabatan", _(
                "No post has the code “%(code)s”. Correct it, or add that post to the sheet "
                "“jabatan”."
            ) % {"code": code})  # fmt: skip
        day = data.get("tanggal_berhenti", "")
        if day and status in ("new", "back"):
            row.fault("tanggal_berhenti", _("Who begins does not leave. Empty one of the cells."))
            return
        if not day and status == "left":
            day = person.left_on if person and person.left_on else self.dry.as_of
        if any(name == "tanggal_berhenti" for name, _sentence in row.problems):
            return
        if day:
            self._leave(row, person, day)
            return
        if person is not None and person.left_on and person.left_on <= self.dry.as_of:
            if status != "back":
                row.fault("status", _(
                    "This person left on %(day)s. Write “kembali” if they are back; else write "
                    "that day into “tanggal_berhenti”."
                ) % {"day": person.left_on})  # fmt: skip
                return
            row.change("tanggal_berhenti", person.left_on, "")
            row.undo["to"]["left"] = None
        if post is not None and not any(name == "tmt_jabatan" for name, _s in row.problems):
            self.seats.seat(row, person, post, known.holders.get(post.id, []))

    def _leave(self, row: Row, person: Known | None, day: str) -> None:
        if person is None:
            row.fault("tanggal_berhenti", _(
                "This person is not known here; who has left is not added. Take the row out."
            ))  # fmt: skip
        elif person.left_on != day:
            if person.has_roles:
                row.fault("tanggal_berhenti", _(
                    "This person has a task as HR, observer or administrator. Record the leaving "
                    "as a change of staff, then check again."))  # fmt: skip
            self.seats.leave(row, person, day)
            row.change("tanggal_berhenti", person.left_on, day)
            row.undo["to"]["left"] = day

    def _conclude(self, row: Row, person: Known | None) -> None:
        if person is None:
            row.changes = {}
            return
        if not row.changes:
            row.undo = {}
            return
        if row.undo["to"].get("left"):
            row.outcome = CLOSED
        elif "kode_jabatan" in row.changes:
            row.outcome = MOVED
        else:
            row.outcome = CHANGED

    # --- at the end ---------------------------------------------------------------------------

    def finish(self) -> None:
        for number, candidates in self._doubtful:
            # A namesake who has a row of their own is another person.
            if not self._seen.issuperset(candidates):
                self.dry.fault_later("person", number, "nip", _(
                    "A person of this name is known here under another number. If it is the same "
                    "one, write their “id_pegawai”, or the older number into “nip_lama”; if not, "
                    "write “baru” as status."))  # fmt: skip
        if self.dry.run.is_complete:
            self._close_the_missing()
        self.seats.finish(self.dry, self.posts.closing)

    def fault_shared_mails(self) -> None:
        """Once all rows are written."""
        with connection.cursor() as cursor:
            cursor.execute(_SAME_MAIL, [self.agency_id, self.dry.run.pk])
            for (number,) in cursor.fetchall():
                self.dry.fault_later("person", number, "email", _(
                    "Somebody else of this agency has this address. Write another one, or leave "
                    "the cell empty."))  # fmt: skip

    def _close_the_missing(self) -> None:
        day = self.dry.as_of
        with connection.cursor() as cursor:
            cursor.execute(_CURRENT, [self.agency_id, day])
            gone = [row[0] for row in cursor.fetchall() if row[0] not in self._seen]
        number = MISSING
        for at in range(0, len(gone), 2000):
            people = look_up(self.agency_id, [], [], [], gone[at : at + 2000]).people
            rows = []
            for person in sorted(people.values(), key=lambda person: person.name):
                row = Row(number, {}, [], person.key, person.name)
                row.undo = {"id": person.id, "to": {}, "was": {"left_on": person.left_on or None}}
                if person.id == self.dry.run.author.person_id:
                    row.fault("", _(
                        "You are missing from the file yourself. Add your row, or bring the file "
                        "as one that is not complete."))  # fmt: skip
                self._leave(row, person, day)
                row.outcome = CLOSED
                rows.append(row)
                number += 1
            self.dry.write("person", rows)


def login_of(name: str) -> str:
    """A user name made of a person's name, without any number: "siti.aminah"."""
    words = bare(name).split()
    login = ".".join(words[:3])[:_LOGIN].strip(".")
    return login if len(re.sub(r"[^a-z]", "", login)) >= 3 else f"{login or 'akun'}.asn"
