"""Posts: the list, a post's page with its holders over time, and what HR mends there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.calendar import format_day
from cycles.models import Person, Post, Posting, Unit
from cycles.queries import organisation as records
from cycles.queries.record_story import story_of
from cycles.services.organisation import postings
from cycles.services.organisation import posts as services
from workflow.forms.organisation import (
    CloseForm,
    FillForm,
    IntoForm,
    LetterEndForm,
    PostForm,
    SuperiorForm,
)
from workflow.queries import organisation as lists
from workflow.services import reseating
from workflow.views.access import page
from workflow.views.organisation.frame import Office
from workflow.views.organisation.people import filter_context, narrowing, person_url
from workflow.views.organisation.record_acts import (
    Deed,
    Seen,
    as_of,
    by,
    follow,
    foresee,
    play,
)
from workflow.views.organisation.units import post_url, unit_url

STATES = [
    (lists.VACANT, gettext_lazy("vacant")),
    (lists.HEADLESS, gettext_lazy("in a unit without a head")),
    (lists.KINDLESS, gettext_lazy("without a kind")),
    (lists.TOPLESS, gettext_lazy("without a superior")),
    (lists.GIVEN, gettext_lazy("with a superior given by hand")),
    (lists.CLOSED, gettext_lazy("closed")),
]


@page("hr")
@never_cache
@require_safe
def posts(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Posts by title, with who sits on them on a day."""
    office = Office(request, agency_id)
    chosen = narrowing(office, STATES)
    found = lists.posts(office.agency, chosen, office.cursor())
    who = records.sittings([post.pk for post in found.rows], chosen.on)
    return office.render(
        "posts", "posts", _("Posts"),
        rows=[(post, who.get(post.pk, records.NOBODY), post_url(office, post))
              for post in found.rows],
        states=STATES,
        **filter_context(office, chosen),
        **office.pages(found, lambda post: str(post.public_id)),
    )  # fmt: skip


def find_post(office: Office, post_id: UUID) -> Post:
    found = (
        Post.objects.filter(public_id=post_id, agency=office.agency)
        .select_related("agency", "unit", "superior__unit")
        .first()
    )
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_safe
def post(request: HttpRequest, agency_id: UUID, post_id: UUID) -> HttpResponse:
    """A post on a day: who sits there, who sat there before, what hangs on it, its story."""
    office = Office(request, agency_id)
    one = find_post(office, post_id)
    on = as_of(office)
    ids = [one.pk, *([one.superior_id] if one.superior_id else [])]
    who = records.sittings(ids, on)
    sitting = who.get(one.pk, records.NOBODY)
    return office.render(
        "post", "posts", one.title,
        lead=one.unit.name,
        crumbs=[(_("Posts"), office.url("org_posts")),
                (one.unit.name, unit_url(office, one.unit))],
        post=one,
        on=on,
        is_today=on == office.today,
        sitting=sitting,
        holder_url=person_url(office, sitting.holder) if sitting.holder else "",
        above=who.get(one.superior_id or 0, records.NOBODY),
        superior_url=post_url(office, one.superior) if one.superior else "",
        holders=[(posting, person_url(office, posting.person))
                 for posting in records.holders_of(one)],
        actings=[(acting, records.standing_of(acting, on), records.powers_in_words(acting))
                 for acting in records.actings_for(one)],
        below=records.posts_below(one.pk),
        waiting=lists.waiting_at([one.pk]).get(one.pk, 0),
        rated=lists.rated_from(one),
        why_not_closed=services.why_not_closed(one, office.today),
        story=story_of(office.agency, [services.stream_of(one)]),
        acting_url=office.url("org_acting_new", jabatan=str(one.public_id)),
    )  # fmt: skip


# --- mending -----------------------------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def post_act(request: HttpRequest, agency_id: UUID, post_id: UUID, act: str) -> HttpResponse:
    """One change of a post."""
    office = Office(request, agency_id)
    if act not in ACTS:
        raise Http404
    return play(office, ACTS[act](office, find_post(office, post_id)))


def _deed(office: Office, one: Post, **more: Any) -> Deed:
    back = office.url("org_post", one.public_id)
    return Deed(
        tab="posts", back=back, crumbs=[(_("Posts"), office.url("org_posts")), (one.title, back)],
        **more,
    )  # fmt: skip


def _change(office: Office, one: Post) -> Deed:
    def preview(form: PostForm) -> Seen | None:
        if form.cleaned_data["is_head"] == one.is_head:
            return None
        return foresee(
            office, lambda: services.change_post(one, form.wish, by=by(office)).superiors
        )

    def run(form: PostForm) -> str | HttpResponse:
        changed = services.change_post(one, form.wish, by=by(office))
        if changed.is_repeat:
            return _("It was so already.")
        if not changed.superiors:
            return _("The post is corrected.")
        return follow(office, _("The post is corrected."), "")

    return _deed(
        office, one, title=_("Correct the post"), button=_("Save"), form=PostForm, run=run,
        preview=preview,
        initial={"title": one.title, "kind": one.kind, "grade": one.grade, "code": one.code,
                 "is_head": one.is_head},
        lead=[_("Documents of earlier stretches keep the title of their time.")],
    )  # fmt: skip


def _superior(office: Office, one: Post) -> Deed:
    def act(form: SuperiorForm) -> services.Changed:
        data = form.cleaned_data
        if data["how"] == SuperiorForm.TREE:
            return services.derive_superior(one, reason=data["reason"], by=by(office))
        above = Post.objects.get(public_id=data["chosen"], agency=office.agency)
        return services.give_superior(one, above, reason=data["reason"], by=by(office))

    def run(form: SuperiorForm) -> str | HttpResponse:
        act(form)
        return follow(office, _("The superior is changed."), form.cleaned_data["reason"])

    given = SuperiorForm.GIVEN if one.is_superior_given else SuperiorForm.TREE
    return _deed(
        office, one, title=_("Superior of the post"), button=_("Save"), form=SuperiorForm, run=run,
        preview=lambda form: foresee(office, lambda: act(form).superiors),
        choices=lambda words, chosen: lists.posts_like(
            office.agency, words, chosen=chosen, besides=one.pk
        ),
        initial={"how": given},
        lead=[_("Whoever sits above rates and approves. As a rule the units say who that is; "
                "give another post only where it really stands otherwise.")],
    )  # fmt: skip


def _move(office: Office, one: Post) -> Deed:
    def unit_of(form: IntoForm) -> Unit:
        return Unit.objects.get(public_id=form.cleaned_data["chosen"], agency=office.agency)

    def run(form: IntoForm) -> str | HttpResponse:
        reason = form.cleaned_data["reason"]
        moved = services.move_post(one, unit_of(form), reason=reason, by=by(office))
        reseating.follow_unit(moved.post, actor=office.actor, now=office.now)
        return follow(office, _("The post stands in its new unit."), reason)

    return _deed(
        office, one, title=_("Move to another unit"), button=_("Move"), form=IntoForm, run=run,
        preview=lambda form: foresee(
            office, lambda: services.move_post(one, unit_of(form), by=by(office)).superiors
        ),
        choices=lambda words, chosen: lists.units_like(
            office.agency, words, chosen=chosen, besides=one.unit_id
        ),
        lead=[_("The post goes with whoever holds it: their plan stays. Somebody who takes another "
                "post is a staff change instead.")],
    )  # fmt: skip


def _vacate(office: Office, one: Post) -> Deed:
    holder = Posting.objects.filter(post=one, ends_on=None).select_related("person").first()

    def preview(form: LetterEndForm) -> Seen:
        told = [
            ("caution",
             _("From the next day on nobody holds the post. What waits there then passes to "
               "whoever sits above, unless somebody acts for it.")),
        ]  # fmt: skip
        if waiting := lists.waiting_at([one.pk]).get(one.pk, 0):
            told.append(("brand", ngettext(
                "%(n)d item waits for the holder now.", "%(n)d items wait for the holder now.",
                waiting,
            ) % {"n": waiting}))  # fmt: skip
        if holder is not None and (case := lists.running_case(holder.person)) and case.is_open:
            told.append(("caution", _(
                "The appraisal of %(name)s goes on under this post and its superior until they get "
                "another post, or are taken out: record that as a staff change."
            ) % {"name": holder.person.name}))  # fmt: skip
        return Seen(told)

    def run(form: LetterEndForm) -> str | HttpResponse:
        data = form.cleaned_data
        ended = postings.vacate(one, data["last_day"], letter=data["letter"], by=by(office))
        sentence = _("%(name)s holds the post until %(day)s.") % {
            "name": ended.person.name, "day": format_day(data["last_day"])}  # fmt: skip
        if data["last_day"] >= office.today:
            return sentence
        return follow(office, sentence, _("The post is vacant."))

    lead = [_("Retirement, a move or a long leave are staff changes: they vacate the post by "
              "themselves and take care of the person's appraisal.")]  # fmt: skip
    if holder is None:
        lead = [_("Nobody holds this post, or its end is known already.")]
    return _deed(
        office, one, title=_("Vacate the post"), button=_("Vacate"), form=LetterEndForm, run=run,
        preview=preview, initial={"last_day": office.today}, is_grave=True, lead=lead,
    )  # fmt: skip


def _fill(office: Office, one: Post) -> Deed:
    def run(form: FillForm) -> str | HttpResponse:
        data = form.cleaned_data
        someone = Person.objects.get(public_id=data["chosen"], agency=office.agency)
        postings.fill(one, someone, data["starts_on"], letter=data["letter"], by=by(office))
        sentence = _("%(name)s holds the post from %(day)s on.") % {
            "name": someone.name, "day": format_day(data["starts_on"])}  # fmt: skip
        if data["starts_on"] > office.today:
            return sentence
        return follow(office, sentence, sentence, posts=[one.pk], pooled=True)

    return _deed(
        office, one, title=_("Fill the post"), button=_("Fill"), form=FillForm, run=run,
        choices=lambda words, chosen: lists.people_like(
            office.agency, words, office.today, chosen=chosen, free=True
        ),
        initial={"starts_on": office.today},
        lead=[_("For somebody who holds no post. Whoever holds one already moves by a staff "
                "change.")],
    )  # fmt: skip


def _close(office: Office, one: Post) -> Deed:
    def act(form: CloseForm) -> services.Changed:
        day = form.cleaned_data["last_day"]
        return services.close_post(one, day, today=office.today, by=by(office))

    def run(form: CloseForm) -> str | HttpResponse:
        changed = act(form)
        sentence = _("The post is closed; its past stays.")
        return follow(office, sentence, "") if changed.superiors else sentence

    why_not = services.why_not_closed(one, office.today)
    return _deed(
        office, one, title=_("Close the post"), button=_("Close"), form=CloseForm, run=run,
        preview=lambda form: foresee(office, lambda: act(form).superiors),
        initial={"last_day": office.today}, is_grave=True,
        lead=[why_not or _("It disappears from choices; who held it stays known.")],
    )  # fmt: skip


ACTS = {
    "ubah": _change,
    "atasan": _superior,
    "pindah": _move,
    "kosongkan": _vacate,
    "isi": _fill,
    "tutup": _close,
}
