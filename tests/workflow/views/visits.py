"""Persons before the case page and its acts, at a time of their choosing."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from cycles import clock
from cycles.models import LedgerEntry, Person, User
from workflow.models import Case


class Visitor:
    """A logged-in person with a browser; `now` is what the clock shows."""

    def __init__(self, of: Person | User | None, now: datetime, **client: Any) -> None:
        self.client, self.now = Client(**client), now
        if of is not None:
            self.client.force_login(of if isinstance(of, User) else User.objects.get(person=of))

    def open(self, case: Case) -> Any:
        return self.get(reverse("case", args=[case.public_id]))

    def form(self, case: Case, action: str) -> Any:
        return self.get(reverse("act", args=[case.public_id, action]))

    def get(self, url: str, **more: Any) -> Any:
        with clock.at(self.now):
            return self.client.get(url, **more)

    def do(self, case: Case, action: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send the form of an act; without a `turn` the running one is taken."""
        fresh = Case.objects.get(pk=case.pk)
        sent = {"turn": fresh.turn_number, "key": "", **(data or {})}
        with clock.at(self.now):
            return self.client.post(reverse("act", args=[case.public_id, action]), sent, **more)


def words(page: Any) -> str:
    """What a reader reads: the text of a page without tags, spaces squeezed."""
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(strip_tags(main)))


def hidden_of(page: Any, action: str) -> dict[str, str]:
    """The hidden fields of an act's form on a page."""
    form = re.search(rf'<form[^>]*action="[^"]*/{action}/".*?</form>', page.content.decode(), re.S)
    assert form is not None, f"no form for {action}"
    return dict(re.findall(r'<input type="hidden" name="(turn|key|next)" value="([^"]*)"', form[0]))


def url_of(case: Case, action: str) -> str:
    return reverse("act", args=[case.public_id, action])


def last_entry(case: Case) -> LedgerEntry:
    return LedgerEntry.objects.filter(stream=f"appraisal:{case.appraisal_id}").latest("seq")
