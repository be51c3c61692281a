"""Staff changes: the list, a new one in steps with its preview, one change, calling it off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycles.documents import text
from cycles.enums import AbsenceKind, StaffChangeKind
from cycles.exceptions import Incomplete, Refused
from cycles.models import Agency, HandOver, Person, Post, StaffChange
from cycles.queries.staff_changes import absence_to_return_from, changes_of, postings_from
from workflow.enums import State
from workflow.forms.changes import FORMS, MEANINGS, AgencyForm, ChangeForm, MoveForm, ReturnForm
from workflow.forms.organisation import PickForm
from workflow.models import Case
from workflow.queries import staff_changes as queries
from workflow.queries.keyset import page_of, uuid_of
from workflow.queries.organisation import people_like
from workflow.queries.story import AUTHORITIES
from workflow.services.staff_changes import Preview, call_off, carry_out, preview
from workflow.services.staff_effects import Effects, Passed
from workflow.views.access import page
from workflow.views.organisation.frame import Office, plain
from workflow.views.organisation.record_acts import APPLY, LOOK

Kind = StaffChangeKind
WHO, KIND, STATE = "orang", "jenis", "keadaan"
# The value of the button that lets a change wait for its post to become vacant.
WAIT = "tunggu"
# So many rows of a preview are shown; the rest is counted.
MOST_SHOWN = 60
MOST_LEFT = 10
STATES = [
    (queries.WAITING, gettext_lazy("Waiting")),
    (queries.APPLIED, gettext_lazy("In effect")),
    (queries.CANCELLED, gettext_lazy("Cancelled")),
]
ICONS = {
    Kind.POST: "arrow-right-left", Kind.ABSENCE: "plane", Kind.RETURN: "rotate-ccw",
    Kind.RETIREMENT: "log-out", Kind.DISMISSAL: "ban", Kind.DEATH: "circle-dot",
    Kind.AGENCY: "move-right",
}  # fmt: skip
DONE = {
    "transfer": gettext_lazy("a new plan in the new post"),
    "exclude": gettext_lazy("excluded"),
    "reinstate": gettext_lazy("taken back"),
    "open": gettext_lazy("begins"),
}
PARTS = {
    "turn": gettext_lazy("the item"),
    "rater": gettext_lazy("the rater's part"),
    "decider": gettext_lazy("the decision"),
}


# --- the list ----------------------------------------------------------------------------------


@page("hr")
@never_cache
@require_safe
def changes(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Changes by state, the newest first; above them what HR still has to do about leavers."""
    office = Office(request, agency_id)
    state = office.given(STATE)
    state = state if state in dict(STATES) else queries.WAITING
    cursor = office.cursor()
    anchor = uuid_of(cursor.text)
    known = StaffChange.objects.filter(agency=office.agency, public_id=anchor)
    position = {"pk": known.values("pk")[:1]} if anchor is not None else None
    found = page_of(queries.of_state(office.agency, state), ("-pk",), position,
                    backwards=cursor.backwards)  # fmt: skip
    numbers = queries.numbers(office.agency)
    left = list(queries.left_but_open(office.agency.pk, office.today)[: MOST_LEFT + 1])
    here = office.url("org_changes")
    return office.render(
        "changes", "changes", _("Staff changes"),
        rows=[(change, words_of(change), ICONS[Kind(change.kind)]) for change in found.rows],
        state=state,
        kinds=[{"label": label, "url": f"{here}?{STATE}={key}", "current": key == state,
                "count": numbers[key]} for key, label in STATES],
        numbers=numbers,
        left=[(case, f"{reverse('act', args=[case.public_id, 'exclude'])}?next={here}")
              for case in left[:MOST_LEFT]],
        has_more_left=len(left) > MOST_LEFT,
        **office.pages(found, lambda change: str(change.public_id)),
    )  # fmt: skip


def words_of(change: StaffChange) -> str:
    """Where to, or what kind of absence."""
    if change.post is not None:
        return f"{change.post.title}, {change.post.unit.name}"
    if change.to_agency is not None:
        return change.to_agency.name
    if absence := change.data.get("absence"):
        return str(AbsenceKind(absence).label)
    return ""


# --- a new one ---------------------------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_new(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Who, then what kind, then the fields, the preview, and the act."""
    office = Office(request, agency_id)
    key = uuid_of(office.given(WHO))
    if key is None:
        return _choose_person(office)
    person = Person.objects.filter(public_id=key, agency=office.agency).first()
    if person is None:
        raise Http404
    if person.pk == office.actor.person_id:
        return _choose_person(
            office, _("Nobody records a change of their own: let a colleague of HR do it.")
        )
    kind = office.given(KIND)
    if kind not in FORMS:
        return _choose_kind(office, person)
    step = NewChange(office, person, kind)
    return step.show() if request.method != "POST" else step.play()


def _choose_person(office: Office, problem: str = "") -> HttpResponse:
    words = office.given("cari")
    found = people_like(office.agency, words, office.today) if words else []
    new = office.url("org_change_new")
    return office.render(
        "change_person", "changes", _("Record a staff change"),
        status=409 if problem else 200,
        crumbs=_crumbs(office), words=words, problem=problem, steps=_steps(1),
        people=[(label, f"{new}?{WHO}={key}") for key, label in found],
    )  # fmt: skip


def _choose_kind(office: Office, person: Person) -> HttpResponse:
    is_away = absence_to_return_from(person, office.agency.pk, office.today) is not None
    new = office.url("org_change_new")
    kinds = [
        (kind.label, MEANINGS[kind], ICONS[kind], f"{new}?{WHO}={person.public_id}&{KIND}={kind}")
        for kind in Kind
        if kind != Kind.RETURN or is_away
    ]
    return office.render(
        "change_kind", "changes", _("Record a staff change"), crumbs=_crumbs(office), person=person,
        kinds=kinds, steps=_steps(2), posts=_held(person, office),
    )  # fmt: skip


def _held(person: Person, office: Office) -> list[Post]:
    return [posting.post for posting in postings_from(person, office.agency.pk, office.today)]


def _steps(present: int) -> list[dict[str, str]]:
    labels = [_("Person"), _("Kind of change"), _("Details"), _("What will happen")]
    return [
        {"label": label,
         "status": "done" if n < present else "current" if n == present else "todo"}
        for n, label in enumerate(labels, 1)
    ]  # fmt: skip


def _crumbs(office: Office) -> list[tuple[object, str]]:
    return [(_("Staff changes"), office.url("org_changes"))]


class NewChange:
    """The form of one kind for one person: shown, looked through, previewed, carried out."""

    def __init__(self, office: Office, person: Person, kind: str) -> None:
        self.office, self.person, self.kind = office, person, Kind(kind)
        self.held = _held(person, office)

    def show(self) -> HttpResponse:
        return self._page(self._form(initial={"effective_on": self.office.today}))

    def play(self) -> HttpResponse:
        sent = self.office.request.POST.copy()
        for name in sent:
            sent.setlist(name, [value.replace("\x00", "") for value in sent.getlist(name)])
        if LOOK in sent:
            return self._page(self._form(initial={name: sent[name] for name in sent}))
        form = self._form(data=sent)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            if APPLY in sent and form.was_previewed:
                return self._do(form, may_wait=sent[APPLY] == WAIT)
            seen = preview(self.office.agency, form.wish(self.person, self.kind),
                           author=self.office.author, now=self.office.now)  # fmt: skip
        except Incomplete as incomplete:
            for problem in incomplete.problems:
                path = "chosen" if problem.path == "post" else problem.path
                form.add_error(path if path in form.fields else None, problem.sentence)
            return self._page(form, status=422)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
            return self._page(form, status=409)
        form.remember_preview()
        return self._page(form, seen=seen)

    def _do(self, form: ChangeForm, *, may_wait: bool) -> HttpResponse:
        done = carry_out(
            self.office.agency, form.wish(self.person, self.kind), author=self.office.author,
            now=self.office.now, may_wait=may_wait,
        )  # fmt: skip
        change = done.change
        if change.applied_at is not None:
            words = _("The change has taken effect.")
        elif change.problem:
            words = _("The change is recorded and takes effect as soon as the post is vacant.")
        else:
            words = _("The change is recorded and takes effect on its day.")
        messages.success(self.office.request, words)
        return redirect(self.office.url("org_change", change.public_id))

    def _form(self, **more: Any) -> ChangeForm:
        form_class = FORMS[self.kind]
        typed = more.get("data") or more["initial"]
        if issubclass(form_class, PickForm):
            chosen = uuid_of(text(typed.get("chosen")))
            if chosen is None and self.kind == Kind.RETURN and not self.held:
                chosen = self._former_post()
                more.setdefault("initial", {}).setdefault("chosen", str(chosen) if chosen else "")
            words = plain(text(typed.get("search")))
            more["choices"] = queries.posts_like(
                self.office.agency, words, self.office.today, chosen=chosen
            )
        if issubclass(form_class, MoveForm):
            more["held"] = self.held
        elif issubclass(form_class, ReturnForm):
            more["needs_post"] = not self.held
        elif issubclass(form_class, AgencyForm):
            more["agencies"] = list(
                Agency.objects.exclude(pk=self.office.agency.pk).order_by("name", "pk")
            )
        return form_class(**more)

    def _former_post(self) -> UUID | None:
        """The post they held last, offered to whoever returns."""
        return (
            Post.objects.filter(
                postings__person=self.person, agency=self.office.agency, closed_on=None
            )
            .order_by("-postings__ends_on")
            .values_list("public_id", flat=True)
            .first()
        )

    def _page(
        self, form: ChangeForm, *, seen: Preview | None = None, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {}
        if seen is not None:
            context = _seen(seen, self.office)
            on = form.cleaned_data["effective_on"]
            context["is_ahead"] = on > self.office.today
            context["needs_plh"] = (
                self.kind == Kind.ABSENCE
                and not form.cleaned_data.get("vacates")
                and any(post.is_head for post in self.held)
            )
        return self.office.render(
            "change_new", "changes", str(self.kind.label), status=status,
            crumbs=[*_crumbs(self.office),
                    (self.person.name, f"{self.office.url('org_change_new')}"
                                       f"?{WHO}={self.person.public_id}")],
            lead=f"{self.person.name} · {self.office.agency.name}", person=self.person,
            kind=self.kind, meaning=MEANINGS[self.kind], form=form, seen=seen,
            steps=_steps(4 if seen else 3),
            look=LOOK, apply=APPLY, wait=WAIT, posts=self.held, **context,
        )  # fmt: skip


def _seen(seen: Preview, office: Office) -> dict[str, Any]:
    """The effects in words."""
    effects: Effects = seen.effects
    titles = dict(
        Post.objects.filter(pk__in=[*effects.vacated, effects.occupied or 0]).values_list(
            "pk", "title"
        )
    )
    together: dict[tuple[int, str, str], list[Passed]] = {}
    for row in effects.passed:
        together.setdefault((row.case_id, row.before, row.after), []).append(row)
    rows = [
        {"person": found[0].person, "state": State(found[0].state).label,
         "parts": ", ".join(str(PARTS[row.part]) for row in found),
         "before": before or _("HR"), "after": after or _("HR")}
        for (_case, before, after), found in together.items()
    ]  # fmt: skip
    return {
        "own": [
            {
                "cycle": own.cycle,
                "before": State(own.before).label if own.before else "",
                "after": State(own.after).label if own.after else "",
                "is_new": own.action == "open",
                "done": _done(own.action, own.before, own.after),
                "basis": AUTHORITIES.get(own.authority, ""),
                "rater": own.rater if own.action in {"transfer", "reinstate", "open"} else "",
                "note": own.note,
            }
            for own in effects.own
        ],
        "passed": rows[:MOST_SHOWN],
        "passed_left": max(len(rows) - MOST_SHOWN, 0),
        "passed_number": len({row.case_id for row in effects.passed}),
        "vacated": [titles[post] for post in effects.vacated if post in titles],
        "occupied": titles.get(effects.occupied or 0, ""),
    }


def _done(action: str, before: str, after: str) -> str:
    if not before and not after:
        return _("none begins")
    if action == "transfer" and before == after != State.PLANNING:
        return _("goes on as it is")
    return str(DONE.get(action, _("goes on as it is")))


# --- one change --------------------------------------------------------------------------------


def _change(office: Office, change_id: UUID) -> StaffChange:
    found = changes_of(office.agency).filter(public_id=change_id).first()
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_safe
def change(request: HttpRequest, agency_id: UUID, change_id: UUID) -> HttpResponse:
    """One change: what was recorded, where it stands, what it concerns."""
    office = Office(request, agency_id)
    found = _change(office, change_id)
    cases = (
        Case.objects.filter(person=found.person, agency=office.agency)
        .select_related("cycle", "unit")
        .order_by("-cycle__year", "-pk")
    )
    return office.render(
        "change", "changes", str(Kind(found.kind).label),
        crumbs=_crumbs(office), lead=f"{found.person.name} · {office.agency.name}",
        change=found, words=words_of(found),
        is_waiting=found.applied_at is None and found.cancelled_at is None,
        is_here=found.person.agency_id == office.agency.pk,
        hand_over=HandOver.objects.filter(change=found).defer("body").first(),
        cases=[(case, State(case.state).label) for case in cases],
    )  # fmt: skip


@page("hr")
@require_POST
def change_cancel(request: HttpRequest, agency_id: UUID, change_id: UUID) -> HttpResponse:
    """Drop a change that still waits."""
    office = Office(request, agency_id)
    found = _change(office, change_id)
    try:
        call_off(found, author=office.author, now=office.now)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("The change is cancelled."))
    return redirect(office.url("org_change", found.public_id))
