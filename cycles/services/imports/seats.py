"""Who sits where after the import: what each row does to postings, and what stands against it."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from cycles.services.imports.dryrun import DryRun, Row, day_before
from cycles.services.imports.known import Held, Known
from cycles.services.imports.posts import PostAt

_HOLDERS: Final = """
SELECT g.id, p.name FROM cycles_posting g JOIN cycles_person p ON p.id = g.person_id
WHERE g.id = ANY(%s)
"""
_OPEN_AT: Final = """
SELECT g.post_id, g.id, p.name FROM cycles_posting g JOIN cycles_person p ON p.id = g.person_id
WHERE g.agency_id = %s AND g.post_id = ANY(%s) AND (g.ends_on IS NULL OR g.ends_on > %s)
"""


class Seats:
    """Postings as the rows of the file move them."""

    def __init__(self, as_of: str) -> None:
        self.as_of = as_of
        self._taken: dict[int, int] = {}
        # Postings that the file ends: their last day.
        self._ending: dict[int, str] = {}
        # Seats that somebody holds who must leave in this file too: row, posting, first day.
        self._contested: list[tuple[int, int, str]] = []

    def seat(self, row: Row, person: Known | None, post: PostAt, holders: list[Held]) -> None:
        """Put a person into a post; a row that changes nothing leaves no trace."""
        first = self._taken.setdefault(post.id, row.number)
        if first != row.number:
            row.fault("kode_jabatan", _(
                "Row %(row)d names this seat too. One person holds a seat; give each their own."
            ) % {"row": first})  # fmt: skip
            return
        given = row.data.get("tmt_jabatan", "")
        current = [held for held in person.held if held.lasts_to(self.as_of)] if person else []
        here = next((held for held in current if held.post == post.id), None)
        if here is None:
            self._begin(row, person, post, given or self.as_of, holders)
        elif given and given != here.starts_on:
            self._correct(row, here, person, given, holders)

    def _begin(
        self, row: Row, person: Known | None, post: PostAt, start: str, holders: list[Held]
    ) -> None:
        if post.closed_on:
            row.fault("kode_jabatan", _("This post is closed. Name an open one."))
            return
        self._contest(row, person, start, holders)
        leaving = [held for held in person.held if held.lasts_to(start)] if person else []
        if len(leaving) > 1:
            row.fault("kode_jabatan", _(
                "This person holds several posts (%(posts)s). End those that are over on the "
                "person's page, then check again."
            ) % {"posts": ", ".join(held.code for held in leaving)})  # fmt: skip
            return
        row.undo["to"] |= {"post": post.id, "from": start}
        old = ""
        for held in leaving:
            if held.starts_on >= start:
                row.fault("tmt_jabatan", _(
                    "The posting now held (%(post)s) began on %(day)s. A move is later than that."
                ) % {"post": held.code, "day": held.starts_on})  # fmt: skip
                return
            self._end(row, held, day_before(start))
            old = held.code
        row.change("kode_jabatan", old, row.data["kode_jabatan"])
        row.change("tmt_jabatan", leaving[0].starts_on if leaving else "", start)

    def _correct(
        self, row: Row, here: Held, person: Known | None, start: str, holders: list[Held]
    ) -> None:
        """Another first day in the seat now held."""
        self._contest(row, person, start, holders)
        for held in person.held if person else ():
            if held.id != here.id and held.starts_on < here.starts_on and held.lasts_to(start):
                row.fault("tmt_jabatan", _(
                    "Until %(day)s this person held %(post)s. Name a later day."
                ) % {"day": held.ends_on or "…", "post": held.code})  # fmt: skip
                return
        if here.ends_on and here.ends_on < start:
            row.fault("tmt_jabatan", _("This posting ends on %(day)s. Name an earlier day.")
                      % {"day": here.ends_on})  # fmt: skip
            return
        row.change("tmt_jabatan", here.starts_on, start)
        row.undo["to"] |= {"posting": here.id, "starts": start}
        row.undo["was"].setdefault("postings", []).append(
            [here.id, here.starts_on, here.ends_on or None]
        )

    def leave(self, row: Row, person: Known, day: str) -> None:
        """End everything a person holds before the day on which they no longer serve."""
        for held in person.held:
            if not held.lasts_to(day):
                continue
            if held.starts_on >= day:
                row.fault("tanggal_berhenti", _(
                    "The posting as %(post)s begins only on %(day)s. Name a later day, or end "
                    "that posting first."
                ) % {"post": held.code, "day": held.starts_on})  # fmt: skip
                return
            self._end(row, held, day_before(day))
            row.change("kode_jabatan", held.code, "")

    def _end(self, row: Row, held: Held, last_day: str) -> None:
        self._ending[held.id] = last_day
        row.undo["to"].setdefault("ends", []).append([held.id, last_day])
        row.undo["was"].setdefault("postings", []).append(
            [held.id, held.starts_on, held.ends_on or None]
        )

    def _contest(self, row: Row, person: Known | None, start: str, holders: list[Held]) -> None:
        for held in holders:
            if (person is None or held.person != person.id) and held.lasts_to(start):
                self._contested.append((row.number, held.id, start))

    def finish(self, dry: DryRun, closing: dict[int, tuple[int, str]]) -> None:
        """Fault the rows whose seat does not become free, and posts that close under somebody."""
        held_on = [(number, posting, start) for number, posting, start in self._contested
                   if self._ending.get(posting, "9999") >= start]  # fmt: skip
        with connection.cursor() as cursor:
            if held_on:
                cursor.execute(_HOLDERS, [[posting for _row, posting, _start in held_on]])
                names = dict(cursor.fetchall())
                for number, posting, _start in held_on:
                    dry.fault_later("person", number, "kode_jabatan", _(
                        "%(name)s holds this seat then. Say in the file where they go, or choose "
                        "another seat or a later day."
                    ) % {"name": names[posting]})  # fmt: skip
            if closing:
                self._keep_held_posts_open(dry, closing)

    def _keep_held_posts_open(self, dry: DryRun, closing: dict[int, tuple[int, str]]) -> None:
        with connection.cursor() as cursor:
            earliest = min(last_day for _row, last_day in closing.values())
            cursor.execute(_OPEN_AT, [dry.agency_id, list(closing), earliest])
            for post, posting, name in cursor.fetchall():
                number, last_day = closing[post]
                if self._ending.get(posting, "9999") > last_day:
                    dry.fault_later("post", number, "tanggal_tutup", _(
                        "%(name)s holds this post then. Say in the sheet “pegawai” where they go."
                    ) % {"name": name})  # fmt: skip
