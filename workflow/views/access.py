"""How every view begins: who asks, may they, and which case is it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.timezone import localdate

from cycles import clock
from cycles.models import User
from workflow.models import Case
from workflow.permissions import NOBODY, Actor, actor_of, may_open_page, visible_cases
from workflow.queries.hand_overs import has_copy
from workflow.queries.successor_notes import asks_note, has_notes

View = Callable[..., HttpResponse]


def actor(request: HttpRequest) -> Actor:
    """Who asks, with roles and acting appointments of today; read once per request."""
    known: Actor | None = getattr(request, "actor", None)
    if known is None:
        user = request.user
        known = (
            actor_of(cast(User, user), localdate(clock.now())) if user.is_authenticated else NOBODY
        )
        request.actor = known  # type: ignore[attr-defined]
    return known


def page(permission: str) -> Callable[[View], View]:
    """Name a view's permission: strangers log in, others without it get 404."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may_open_page(actor(request), permission):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def visible_case(request: HttpRequest, public_id: UUID) -> Case:
    """The case with what its page needs. Raises Http404 for unknown and for not-yours alike."""
    return _seen(
        request, public_id,
        "agency", "cycle", "unit", "post", "person", "appraisal", "turn_person", "turn_post",
        "rater", "rater_post", "rated_by", "decider", "decider_post",
    )  # fmt: skip


def case_to_act_on(request: HttpRequest, public_id: UUID) -> Case:
    """The case with what judging an act needs: a page's thirteen joins would cost more than the

    act itself. Raises Http404 like `visible_case`.
    """
    return _seen(request, public_id, "agency", "cycle", "unit", "person")


def _seen(request: HttpRequest, public_id: UUID, *related: str) -> Case:
    case = (
        Case.objects.filter(visible_cases(actor(request)), public_id=public_id)
        .annotate(
            has_copy=has_copy(),
            has_notes=has_notes(),
            asks_note=asks_note(actor(request).person_id or 0, clock.now()),
        )
        .select_related(*related)
        .first()
    )
    if case is None:
        raise Http404
    return case
