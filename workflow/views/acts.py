"""Acts on a case: one address per action. GET shows the form, POST does it through the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycles import clock
from cycles.calendar import local_date
from cycles.documents import text
from cycles.exceptions import Incomplete, Refused, Stale, WrongState
from cycles.queries.calendars import calendar_for
from cycles.templatetags.ui import moment
from workflow import machine
from workflow.enums import Party
from workflow.forms.acts import KEY_LENGTH, ActForm, ChoosingForm, ReturnForm, form_of
from workflow.forms.pins import Group, groups_of, loose_groups
from workflow.models import Case, Receipt
from workflow.permissions import judge, visible_cases
from workflow.queries.cases import is_own, returnable
from workflow.queries.choices import free_posts_like, people_like
from workflow.services.door import advance
from workflow.views.access import actor, case_to_act_on, page, visible_case
from workflow.views.cases import head_of
from workflow.views.offers import EDITORS, hint_of, label_of

# Buttons of a form that only show it again, with more on it, and keep what was typed.
SHOW_AGAIN = frozenset({"search", "more"})
ACTIONS = frozenset(arm.action for arm in machine.ARMS if arm.who - {Party.SYSTEM})


@page("case")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, public_id: UUID, action: str) -> HttpResponse:
    """Show the form of an act, or do it. 404 for an unknown action or somebody else's case."""
    if action not in ACTIONS:
        raise Http404
    if request.method == "POST" and (earlier := _earlier(request, public_id)):
        # A double click: what the first one did is the answer to both, also to whoever by then
        # has no more business with the case.
        words = label_of(earlier.action, earlier.case, actor(request))
        target = text(request.POST.get("next"))
        return _done(request, earlier.case, words, earlier, target)
    find = case_to_act_on if request.method == "POST" else visible_case
    case = find(request, public_id)
    form_class = form_of(action, is_employee=is_own(case, actor(request)))
    if kind := EDITORS.get((action, case.state)):
        return redirect("edit", case.public_id, kind)
    if form_class is None:  # a document's act, in another state
        return _show(request, case, action, None, _refusal(request, case, action), 409)
    refusal = _refusal(request, case, action)
    desk = ActDesk(request, case, action, form_class, is_allowed=refusal is None)
    if request.method != "POST":
        form = None if refusal else desk.empty()
        return _show(request, case, action, form, refusal, 409 if refusal else 200)
    if refusal:
        return _show(request, case, action, desk.renewed(), refusal, 409)
    if request.POST.get("order") in SHOW_AGAIN:
        return _show(request, case, action, desk.typed(), None, 200)
    return _do(request, case, action, desk)


def _earlier(request: HttpRequest, public_id: UUID) -> Receipt | None:
    """This person's receipt of the very same click, if it has been done already."""
    key = text(request.POST.get("key"))[:KEY_LENGTH]
    if not key:
        return None
    return (
        Receipt.objects.filter(case__public_id=public_id, actor=actor(request).person_id, key=key)
        .select_related("case__agency")
        .first()
    )


class ActDesk:
    """Builds an act's form with what it needs to know: choices, places to pin to.

    What a document says and whom an agency has is shown to nobody but who may do the act.
    """

    def __init__(
        self,
        request: HttpRequest,
        case: Case,
        action: str,
        form_class: type[ActForm],
        *,
        is_allowed: bool,
    ) -> None:
        self.case, self.action, self.form_class = case, action, form_class
        self.is_allowed = is_allowed
        self.sent = _without_nul(request.POST)
        self.back = request.GET.get("next", "")
        self.today = local_date(calendar_for(case.agency, case.unit.week), clock.now())

    def empty(self) -> ActForm:
        return self._make(initial={"next": self.back})

    def typed(self) -> ActForm:
        """The form with what was typed, not judged yet."""
        return self._make(initial={name: self.sent[name] for name in self.sent})

    def bound(self) -> ActForm:
        return self._make(data=self.sent)

    def renewed(self) -> ActForm:
        """After a refusal: what was typed, under the turn that now runs."""
        self.sent["turn"], self.sent["key"] = str(self.case.turn_number), uuid4().hex
        return self.typed()

    def _make(self, **more: Any) -> ActForm:
        if issubclass(self.form_class, ReturnForm):
            more["groups"] = self._groups()
        elif issubclass(self.form_class, ChoosingForm) and self.is_allowed:
            more["choices"] = self._choices()
        return self.form_class(case=self.case, today=self.today, action=self.action, **more)

    def _groups(self) -> list[Group]:
        if not self.is_allowed:
            return loose_groups(self.sent)
        found = returnable(self.case)
        return groups_of(*found) if found else []

    def _choices(self) -> list[tuple[UUID, str]]:
        words, chosen = text(self.sent.get("search")), _uuid(self.sent.get("chosen"))
        if self.form_class.kind == "post":  # type: ignore[attr-defined]
            return free_posts_like(self.case, words, self.today, chosen)
        return people_like(self.case, words, chosen)


def _do(request: HttpRequest, case: Case, action: str, desk: ActDesk) -> HttpResponse:
    form = desk.bound()
    if not form.is_valid():
        return _show(request, case, action, form, None, 422)
    try:
        outcome = advance(
            case.pk, action, actor=actor(request), data=form.act_data,
            key=form.cleaned_data["key"], expected_turn=form.expected_turn,
        )  # fmt: skip
    except Incomplete as incomplete:
        for problem in incomplete.problems:
            form.add_error(problem.path if problem.path in form.fields else None, problem.sentence)
        return _show(request, case, action, form, None, 422)
    except Refused as refusal:
        # Never the objects of the failed act: the case is read afresh.
        fresh = visible_case(request, case.public_id)
        is_allowed = _refusal(request, fresh, action) is None
        again = ActDesk(request, fresh, action, desk.form_class, is_allowed=is_allowed).renewed()
        is_late = isinstance(refusal, Stale | WrongState) or not is_allowed
        return _show(request, fresh, action, again, refusal, 409 if is_late else 422)
    words = label_of(action, case, actor(request))
    return _done(request, outcome.case, words, outcome.receipt, form.cleaned_data["next"])


def _done(
    request: HttpRequest, case: Case, words: str, receipt: Receipt | None, target: str
) -> HttpResponse:
    """Back to where the person came from, with the receipt said aloud."""
    if receipt is not None:
        sentence = _("%(act)s: done. Receipt %(number)s, %(moment)s.") % {
            "act": words, "number": receipt.number,
            "moment": strip_tags(moment(receipt.at, case.agency.zone)),
        }  # fmt: skip
    else:
        sentence = _("%(act)s: done.") % {"act": words}
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "workflow/case/done.html", {"sentence": sentence, "case": case})
        response["HX-Trigger"] = "counts"
        return response
    messages.success(request, sentence)
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(target)
    # Whoever has handed it on may have no more business with it.
    if Case.objects.filter(visible_cases(actor(request)), pk=case.pk).exists():
        return redirect("case", case.public_id)
    return redirect("home")


def _show(
    request: HttpRequest,
    case: Case,
    action: str,
    form: ActForm | None,
    refusal: Refused | None,
    status: int,
) -> HttpResponse:
    """The page of an act. With a refusal the form stays, with everything typed, if there is one."""
    who = actor(request)
    words, head = label_of(action, case, who), head_of(case, who)
    template = "workflow/case/act_form.html" if request.htmx else "workflow/case/act.html"  # type: ignore[attr-defined]
    return render(
        request,
        template,
        {
            **head,
            "act_crumbs": [
                *head["crumbs"],
                (head["heading"], reverse("case", args=[case.public_id])),
            ],
            "act_lead": head["lead"] if head["is_own"] else f"{case.person.name} · {head['lead']}",
            "action": action,
            "act_words": words,
            "hint": hint_of(action, case),
            "form": form,
            "refusal": refusal,
            # Typed under a turn that has gone: it can be copied, but not sent from here.
            "is_possible": _refusal(request, case, action) is None,
        },
        status=status,
    )


def _refusal(request: HttpRequest, case: Case, action: str) -> Refused | None:
    return judge(actor(request), case, action, clock.now()).refusal


def _without_nul(sent: QueryDict) -> QueryDict:
    kept = sent.copy()
    for name in kept:
        kept.setlist(name, [value.replace("\x00", "") for value in kept.getlist(name)])
    return kept


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None
