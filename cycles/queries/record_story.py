"""The story of a person, a post or a unit: its ledger stream in words, with names of today.

Entries hold ids only; whoever may read the records sees the names, nobody else ever does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.calendar import format_day
from cycles.enums import ActingKind, PersonKind, PostKind, StaffChangeKind
from cycles.models import Agency, LedgerEntry, Person, Post, Unit, User

Sentence = str | Promise
MOST = 100

# What happened, with its icon and colour.
WORDS: dict[str, tuple[Sentence, str, str]] = {
    "open_unit": (gettext_lazy("The unit was opened"), "plus", "positive"),
    "rename_unit": (gettext_lazy("The unit was renamed"), "pencil-line", "neutral"),
    "set_week": (gettext_lazy("The working week was changed"), "calendar-days", "neutral"),
    "move_unit": (gettext_lazy("The unit was moved in the tree"), "arrow-right-left", "caution"),
    "close_unit": (gettext_lazy("The unit was closed"), "archive", "neutral"),
    "reopen_unit": (gettext_lazy("The unit was opened again"), "rotate-ccw", "neutral"),
    "open_post": (gettext_lazy("The post was opened"), "plus", "positive"),
    "change_post": (gettext_lazy("The post was corrected"), "pencil-line", "neutral"),
    "give_superior": (gettext_lazy("Another superior was given"), "user-check", "caution"),
    "derive_superior": (
        gettext_lazy("The superior follows from the units again"), "rotate-ccw", "neutral",
    ),
    "superior_follows": (gettext_lazy("The superior changed with the units"), "network", "neutral"),
    "move_post": (
        gettext_lazy("The post was moved to another unit"), "arrow-right-left", "caution",
    ),
    "close_post": (gettext_lazy("The post was closed"), "archive", "neutral"),
    "vacate": (gettext_lazy("The post was vacated"), "user-minus", "caution"),
    "fill": (gettext_lazy("The post was filled"), "user-plus", "positive"),
    "occupy": (gettext_lazy("The post was filled"), "user-plus", "positive"),
    "begin_posting": (gettext_lazy("A posting began"), "user-plus", "positive"),
    "end_posting": (gettext_lazy("A posting was ended"), "user-minus", "neutral"),
    "mend_person": (gettext_lazy("The record was corrected"), "pencil-line", "neutral"),
    "correct_number": (gettext_lazy("The number was corrected"), "pencil-line", "caution"),
    "name_rater": (gettext_lazy("Somebody else was named as rater"), "user-check", "caution"),
    "end_rater": (gettext_lazy("The superior rates again"), "rotate-ccw", "neutral"),
    "appoint_acting": (gettext_lazy("An acting official was appointed"), "user-check", "brand"),
    "end_acting": (gettext_lazy("The acting appointment was ended"), "user-minus", "neutral"),
    "record_change": (gettext_lazy("A staff change was recorded"), "file-text", "brand"),
    "apply_change": (gettext_lazy("A staff change took effect"), "check", "positive"),
    "cancel_change": (gettext_lazy("A staff change was taken back"), "undo-2", "neutral"),
    "accept_person": (gettext_lazy("Taken over from another agency"), "user-plus", "positive"),
    "create_account": (gettext_lazy("The account was made"), "key-round", "neutral"),
    "change_email": (gettext_lazy("The e-mail address was changed"), "mail", "neutral"),
    "activate": (gettext_lazy("The account was opened"), "check", "positive"),
    "deactivate": (gettext_lazy("The account was shut"), "ban", "negative"),
    "invite": (gettext_lazy("An invitation was sent"), "send", "neutral"),
    "grant_role": (gettext_lazy("A role was given"), "key-round", "brand"),
    "revoke_role": (gettext_lazy("A role was taken back"), "key-round", "neutral"),
    "import_added": (gettext_lazy("Added by an import"), "file-up", "positive"),
    "import_changed": (gettext_lazy("Changed by an import"), "file-up", "neutral"),
    "import_moved": (gettext_lazy("Moved by an import"), "file-up", "caution"),
    "import_closed": (gettext_lazy("Ended by an import"), "file-up", "neutral"),
    "import_superior": (
        gettext_lazy("The superior changed with an import"), "network", "neutral",
    ),
    **{
        f"undo_import_{what}": (gettext_lazy("An import was taken back"), "undo-2", "neutral")
        for what in ("added", "changed", "moved", "closed", "superior")
    },
}  # fmt: skip
OTHER: tuple[Sentence, str, str] = (gettext_lazy("Something was recorded"), "circle-dot", "neutral")
FIELDS: dict[str, Sentence] = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "rank": gettext_lazy("Rank"),
}
# Under which keys an entry holds the ids of people, posts and units.
PEOPLE = ("person", "rater")
POSTS = ("post", "superior")
UNITS = ("unit", "parent", "unit_from", "unit_to")


@dataclass
class Names:
    """The names of everything that the entries mention."""

    people: dict[int, str] = field(default_factory=dict)
    posts: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)


def story_of(agency: Agency, streams: Sequence[str]) -> list[dict[str, Any]]:
    """The latest entries of some streams, newest first, as a timeline shows them. Five queries.

    What another agency wrote about a person who came from there stays there.
    """
    rows = [
        (entry.at, entry.action, json.loads(entry.payload))
        for entry in LedgerEntry.objects.filter(stream__in=streams, agency_id=agency.pk).order_by(
            "-at", "-id"
        )[:MOST]
    ]
    names = _names(agency, [payload for *_rest, payload in rows])
    scenes = []
    for at, action, payload in rows:
        title, icon, role = WORDS.get(action, OTHER)
        scenes.append(
            {
                "title": str(title),
                "at": at,
                "icon": icon,
                "role": role,
                "who": _who(payload, names),
                "reason": payload["reason"],
                "note": _note(action, payload["data"], names),
                "acting": payload["data"].get("acting"),
            }
        )
    return scenes


def _who(payload: Mapping[str, Any], names: Names) -> str:
    actor, author = payload["actor"], payload["data"].get("author")
    if actor is not None:
        return names.people.get(actor, "")
    return names.accounts.get(author, "") if author is not None else _("The system")


def _names(agency: Agency, payloads: Iterable[Mapping[str, Any]]) -> Names:
    people: set[int] = set()
    posts: set[int] = set()
    units: set[int] = set()
    accounts: set[int] = set()
    for payload in payloads:
        data = payload["data"]
        people |= _ids(data, PEOPLE) | ({payload["actor"]} - {None})
        posts |= _ids(data, POSTS)
        units |= _ids(data, UNITS)
        accounts |= _ids(data, ("author",))
        if isinstance(before := data.get("before"), int):
            posts.add(before)
            units.add(before)
    return Names(
        dict(Person.objects.filter(pk__in=people).values_list("pk", "name")),
        dict(Post.objects.filter(pk__in=posts, agency=agency).values_list("pk", "title")),
        dict(Unit.objects.filter(pk__in=units, agency=agency).values_list("pk", "name")),
        dict(User.objects.filter(pk__in=accounts).values_list("pk", "username")),
    )


def _ids(data: Mapping[str, Any], keys: Iterable[str]) -> set[int]:
    return {data[key] for key in keys if isinstance(data.get(key), int)}


def _note(action: str, data: Mapping[str, Any], names: Names) -> str:
    """What else the entry says, in short sentences."""
    notes: list[str] = []

    def say(sentence: str, **values: Any) -> None:
        if all(value not in (None, "") for value in values.values()):
            notes.append(sentence % values)

    nobody = _("nobody")
    if action == "mend_person":
        changed = ", ".join(str(FIELDS.get(name, name)) for name in data.get("fields", []))
        say(_("Changed: %(fields)s"), fields=changed)
        if "kind" in data:
            say(_("from %(old)s to %(new)s"), **_pair(data["kind"], PersonKind))
        if "rank" in data:
            old, new = data["rank"]
            say(_("from %(old)s to %(new)s"), old=old or _("nothing"), new=new or _("nothing"))
    elif action in {"rename_unit", "change_post"}:
        notes += _changes(data)
    elif action in {"move_unit", "move_post"}:
        key = "parent" if action == "move_unit" else "unit"
        old, new = (names.units.get(data.get(k) or 0, _("the top")) for k in ("before", key))
        say(_("from %(old)s to %(new)s"), old=old, new=new)
    elif action in {"give_superior", "derive_superior", "superior_follows"}:
        old, new = (names.posts.get(data.get(k) or 0, nobody) for k in ("before", "superior"))
        say(_("from %(old)s to %(new)s"), old=old, new=new)
    elif action == "set_week":
        say(_("from %(old)s to %(new)s days"), old=data.get("before"), new=data.get("week"))
    else:
        say("%(name)s", name=names.people.get(data.get("person") or data.get("rater") or 0))
        say("%(title)s", title=names.posts.get(data.get("post") or 0))
    if data.get("kind") in StaffChangeKind.values and action.endswith("_change"):
        notes.append(str(StaffChangeKind(data["kind"]).label))
    if data.get("kind") in ActingKind.values:
        notes.append(str(ActingKind(data["kind"]).label))
    for key, words in (
        ("on", _("on %(day)s")), ("starts_on", _("from %(day)s")), ("ends_on", _("until %(day)s")),
        ("until", _("until %(day)s")), ("closed_on", _("until %(day)s")),
    ):  # fmt: skip
        say(words, day=_day(data.get(key)))
    say(_("Letter %(letter)s"), letter=data.get("letter"))
    return " · ".join(notes)


def _pair(values: Sequence[str], words: Any) -> dict[str, str]:
    labels = dict(words.choices)
    return {"old": str(labels.get(values[0], values[0])), "new": str(labels.get(values[1], "–"))}


def _changes(data: Mapping[str, Any]) -> list[str]:
    """Old and new of what an entry holds under "before"."""
    found = []
    kinds: dict[Any, Any] = dict(PostKind.choices)
    for key, old in (data.get("before") or {}).items():
        new = data.get(key)
        if old == new:
            continue
        if key == "head":
            found.append(_("heads the unit") if new else _("heads the unit no longer"))
            continue
        pair = [str(kinds.get(value, value)) or _("nothing") for value in (old, new)]
        found.append(_("from %(old)s to %(new)s") % {"old": pair[0], "new": pair[1]})
    return found


def _day(value: object) -> str:
    try:
        return format_day(date.fromisoformat(str(value))) if value else ""
    except ValueError:
        return ""
