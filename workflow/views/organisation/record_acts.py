"""How HR mends a record: a page with a form, a preview where others are concerned, one service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycles.documents import text
from cycles.enums import JobKind
from cycles.exceptions import Incomplete, Refused
from cycles.queries.organisation import SuperiorRow, superior_rows
from cycles.services import jobs
from cycles.services.organisation.common import By
from cycles.services.superiors import NewSuperior
from workflow.forms.organisation import PickForm, RecordForm, given_day
from workflow.queries.keyset import uuid_of
from workflow.services import reseating
from workflow.views.jobs import start
from workflow.views.organisation.frame import Office

# The day of which a page tells; today if the address names none.
AS_OF = "pada"
# What a submit button asks for instead of the act itself.
LOOK, APPLY = "cari", "terapkan"


@dataclass(frozen=True)
class Seen:
    """What an act would do: sentences (role, words), and the posts whose superior changes."""

    sentences: Sequence[tuple[str, str]] = ()
    rows: Sequence[SuperiorRow] = ()
    more: int = 0


@dataclass
class Deed:
    """One act on a record: its page, its form, and the service behind it."""

    tab: str
    title: str
    back: str
    button: str
    form: type[RecordForm]
    # Does it; returns the sentence that says so, or where to go on.
    run: Callable[[Any], str | HttpResponse]
    crumbs: Iterable[tuple[object, str]] = ()
    lead: Sequence[str] = ()
    initial: dict[str, Any] = field(default_factory=dict)
    # What it would do; None where it concerns nobody else.
    preview: Callable[[Any], Seen | None] | None = None
    choices: Callable[[str, UUID | None], list[tuple[str, str]]] | None = None
    is_grave: bool = False


def by(office: Office) -> By:
    return By(office.author, office.now)


def as_of(office: Office) -> date:
    """The day that the page tells of."""
    return given_day(office.given(AS_OF), office.today)


def play(office: Office, deed: Deed) -> HttpResponse:
    """Show the form; look through its list; show what would happen; do it."""
    if office.request.method != "POST":
        return _page(office, deed, _form(deed))
    sent = _sent(office.request)
    if LOOK in sent:
        return _page(office, deed, _form(deed, initial={name: sent[name] for name in sent}))
    form = _form(deed, data=sent)
    if not form.is_valid():
        return _page(office, deed, form, status=422)
    try:
        if deed.preview is not None and not (APPLY in sent and form.was_previewed):
            seen = deed.preview(form)
            if seen is not None:
                form.remember_preview()
                return _page(office, deed, form, seen=seen)
        # The record and the items that follow it change together, or nothing does.
        with transaction.atomic():
            done = deed.run(form)
    except Incomplete as incomplete:
        for problem in incomplete.problems:
            name = problem.path if problem.path in form.fields else _field(form, problem.path)
            form.add_error(name, problem.sentence)
        return _page(office, deed, form, status=422)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page(office, deed, form, status=409)
    if isinstance(done, HttpResponse):
        return done
    messages.success(office.request, done)
    return redirect(deed.back)


def _field(form: RecordForm, path: str) -> str | None:
    """Services speak of the record ("parent"); a form with a list behind it calls it `chosen`."""
    is_choice = path in {"parent", "unit", "superior", "post", "person"}
    return "chosen" if is_choice and "chosen" in form.fields else None


def _sent(request: HttpRequest) -> QueryDict:
    sent = request.POST.copy()
    for name in sent:
        sent.setlist(name, [value.replace("\x00", "") for value in sent.getlist(name)])
    return sent


def _form(deed: Deed, **more: Any) -> RecordForm:
    more.setdefault("initial", deed.initial)
    if issubclass(deed.form, PickForm) and deed.choices is not None:
        typed = more.get("data") or more["initial"]
        more["choices"] = deed.choices(
            text(typed.get("search"))[:100], uuid_of(text(typed.get("chosen")))
        )
    return deed.form(**more)


def _page(
    office: Office, deed: Deed, form: RecordForm, *, seen: Seen | None = None, status: int = 200
) -> HttpResponse:
    return office.render(
        "record_act", deed.tab, deed.title, status=status, crumbs=deed.crumbs, deed=deed,
        form=form, seen=seen, lead_lines=deed.lead, look=LOOK, apply=APPLY,
        has_preview=deed.preview is not None,
    )  # fmt: skip


# --- what follows from another place in the tree -----------------------------------------------


def foresee(
    office: Office,
    act: Callable[[], Sequence[NewSuperior]],
    sentences: Callable[[], Sequence[tuple[str, str]]] = tuple,
) -> Seen:
    """Do it, look at what changed, and undo it: exactly what would happen. Raises as it does."""
    with transaction.atomic():
        changed = [(new.post_id, new.before, new.after) for new in act()]
        items = len(reseating.waiting(office.agency, office.now))
        rows = superior_rows(changed, office.today)
        told = list(sentences())
        transaction.set_rollback(True)
    told.append(("brand", _superiors(len(changed))))
    if items:
        told.append(("brand", _items(items)))
    return Seen(told, rows, len(changed) - len(rows))


def _superiors(number: int) -> str:
    if not number:
        return _("No post gets another superior.")
    return ngettext(
        "%(n)d post gets another superior.", "%(n)d posts get another superior.", number
    ) % {"n": number}


def _items(number: int) -> str:
    return ngettext(
        "%(n)d running appraisal passes into other hands at once; its due date stays.",
        "%(n)d running appraisals pass into other hands at once; their due dates stay.",
        number,
    ) % {"n": number}


def follow(
    office: Office, sentence: str, reason: str, *, posts: Iterable[int] | None = None,
    pooled: bool = False,
) -> str | HttpResponse:  # fmt: skip
    """Pass on what should lie in other hands now: at once, or as a job where it is much."""
    due = reseating.waiting(office.agency, office.now, posts=posts, pooled=pooled)
    if len(due) > reseating.AT_ONCE:
        messages.success(office.request, sentence)
        return start(
            jobs.ask(
                JobKind.SEATS, author=office.author, agency=office.agency,
                params={"agency": office.agency.pk, "pooled": pooled},
            )
        )  # fmt: skip
    done = reseating.pass_on(due, actor=office.actor, reason=reason or sentence, now=office.now)
    if not done.moved:
        return sentence
    return f"{sentence} " + ngettext(
        "%(n)d running appraisal passed into other hands.",
        "%(n)d running appraisals passed into other hands.",
        done.moved,
    ) % {"n": done.moved}


def address(name: str, *args: Any) -> str:
    """An address of another part of the records; empty where that part is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
