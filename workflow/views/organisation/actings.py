"""Acting officials: who stands in for whom, appointing one by letter, ending it early."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.enums import ActingKind
from cycles.models import Acting, Person, Post
from cycles.queries import organisation as records
from cycles.queries.officials import powers_of
from cycles.queries.record_story import story_of
from cycles.services import actings as services
from workflow.forms.organisation import ActingForm, LetterEndForm
from workflow.queries import organisation as lists
from workflow.queries.keyset import uuid_of
from workflow.views.access import page
from workflow.views.organisation.frame import Office
from workflow.views.organisation.people import person_url
from workflow.views.organisation.record_acts import Deed, Seen, as_of, by, follow, play
from workflow.views.organisation.units import post_url

STATES = [
    (records.RUNNING, gettext_lazy("Running")),
    (records.COMING, gettext_lazy("Coming")),
    (records.OVER, gettext_lazy("Over")),
]
LOOK = {
    records.RUNNING: ("positive", "check"),
    records.COMING: ("brand", "clock"),
    records.OVER: ("neutral", "archive"),
}


@page("hr")
@never_cache
@require_safe
def actings(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The appointments that run, come, or are over on a day."""
    office = Office(request, agency_id)
    on = as_of(office)
    which = office.given("keadaan")
    which = which if which in dict(STATES) else records.RUNNING
    found = lists.actings(office.agency, which, on, office.cursor())
    waiting = lists.waiting_at({acting.post_id for acting in found.rows})
    return office.render(
        "actings", "actings", _("Acting officials"),
        rows=[(acting, records.powers_in_words(acting), waiting.get(acting.post_id, 0),
               office.url("org_acting", acting.pk)) for acting in found.rows],
        which=which,
        is_running=which == records.RUNNING,
        kinds=[{"label": label, "url": office.url("org_actings", keadaan=key),
                "current": key == which} for key, label in STATES],
        on=on,
        is_today=on == office.today,
        **office.pages(found, lambda acting: str(acting.pk)),
    )  # fmt: skip


def _acting(office: Office, acting_id: int) -> Acting:
    found = (
        Acting.objects.filter(pk=min(acting_id, 2**62), agency=office.agency)
        .select_related("person", "post__unit")
        .first()
    )
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_safe
def acting(request: HttpRequest, agency_id: UUID, acting_id: int) -> HttpResponse:
    """One appointment: whose seat, under which letter, with which powers, and what waits."""
    office = Office(request, agency_id)
    one = _acting(office, acting_id)
    standing = records.standing_of(one, office.today)
    labels = dict(STATES)
    return office.render(
        "acting", "actings", one.person.name,
        lead=f"{one.get_kind_display()} {one.post.title}, {one.post.unit.name}",
        crumbs=[(_("Acting officials"), office.url("org_actings"))],
        acting=one,
        standing=(labels[standing], *LOOK[standing]),
        is_over=standing == records.OVER,
        was_taken_back=one.ends_on < one.starts_on,
        powers=records.powers_in_words(one),
        waiting=_sees(one),
        person_url=person_url(office, one.person),
        post_url=post_url(office, one.post),
        story=[scene for scene in story_of(office.agency, [f"post:{one.post_id}"])
               if scene["acting"] == one.pk],
    )  # fmt: skip


def _sees(one: Acting) -> int:
    return lists.waiting_under(one.post, powers_of(one), one.person_id)


# --- appointing and ending ---------------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acting_new(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """First the post, by its title; then the letter."""
    office = Office(request, agency_id)
    post_id = uuid_of(office.given("jabatan"))
    if post_id is None:
        return _choose_post(office)
    post = (
        Post.objects.filter(public_id=post_id, agency=office.agency, closed_on=None)
        .select_related("unit")
        .first()
    )
    if post is None:
        raise Http404
    return play(office, _appointing(office, post))


def _choose_post(office: Office) -> HttpResponse:
    words = office.given("cari")
    return office.render(
        "acting_post", "actings", _("Appoint an acting official"),
        crumbs=[(_("Acting officials"), office.url("org_actings"))],
        words=words,
        rows=[(label, office.url("org_acting_new", jabatan=key))
              for key, label in lists.posts_like(office.agency, words)],
    )  # fmt: skip


def _appointing(office: Office, post: Post) -> Deed:
    sitting = records.sittings([post.pk], office.today).get(post.pk, records.NOBODY)

    def wish(form: ActingForm) -> services.Appointment:
        data = form.cleaned_data
        return services.Appointment(
            post=post,
            person=Person.objects.get(public_id=data["chosen"], agency=office.agency),
            kind=data["kind"],
            letter=data["letter"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            powers=form.powers_given,
        )

    def preview(form: ActingForm) -> Seen:
        wanted = wish(form)
        services.check(office.agency, wanted, today=office.today, by=by(office))
        told = [("caution", sentence) for sentence in services.warnings(wanted)]
        waiting = lists.waiting_under(post, wanted.powers, wanted.person.pk)
        told.append(("brand", ngettext(
            "%(n)d item waits for this post now; %(name)s sees it from the first day on.",
            "%(n)d items wait for this post now; %(name)s sees them from the first day on.",
            waiting,
        ) % {"n": waiting, "name": wanted.person.name}))  # fmt: skip
        told.append(("brand", _("It ends by itself; every act says on whose behalf it was done. "
                                "Nobody who acts for %(name)s gets these powers too.") % {
            "name": wanted.person.name}))  # fmt: skip
        return Seen(told)

    def run(form: ActingForm) -> str | HttpResponse:
        made = services.appoint(office.agency, wish(form), today=office.today, by=by(office))
        sentence = _("%(name)s is appointed.") % {"name": made.person.name}
        if made.starts_on > office.today or sitting.holder is not None:
            return sentence
        # A vacant post: what climbed past it comes back to whoever acts for it now.
        return follow(office, sentence, made.letter, posts=[post.pk], pooled=True)

    holder = (
        _("%(name)s holds the post today.") % {"name": sitting.holder.name}
        if sitting.holder
        else _("The post is vacant today.")
    )
    return Deed(
        tab="actings",
        title=_("Acting official for %(post)s") % {"post": post.title},
        back=office.url("org_actings"),
        button=_("Appoint"),
        form=ActingForm,
        run=run,
        crumbs=[(_("Acting officials"), office.url("org_actings"))],
        lead=[holder],
        initial={
            "kind": ActingKind.PLH if sitting.holder else ActingKind.PLT,
            "starts_on": office.today,
            "powers": ["approve", "rate"],
        },
        preview=preview,
        choices=lambda words, chosen: lists.people_like(
            office.agency, words, office.today, chosen=chosen,
            besides=sitting.holder.pk if sitting.holder else 0,
        ),
    )  # fmt: skip


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acting_end(request: HttpRequest, agency_id: UUID, acting_id: int) -> HttpResponse:
    """End an appointment before its day, by letter."""
    office = Office(request, agency_id)
    one = _acting(office, acting_id)
    back = office.url("org_acting", one.pk)

    def run(form: LetterEndForm) -> str | HttpResponse:
        data = form.cleaned_data
        ended = services.end_early(
            one, data["last_day"], letter=data["letter"], today=office.today, by=by(office)
        )
        sentence = _("The appointment ends with that day.")
        if ended.ends_on >= office.today:
            return sentence
        return follow(office, _("The appointment is over."), data["letter"], posts=[one.post_id])

    return play(
        office,
        Deed(
            tab="actings", title=_("End the appointment"), back=back, button=_("End it"),
            form=LetterEndForm, run=run, is_grave=True,
            crumbs=[(_("Acting officials"), office.url("org_actings")), (one.person.name, back)],
            lead=[_("What was done under it stands. Choose yesterday to end it at once; one that "
                    "has not begun is taken back by any earlier day.")],
            initial={"last_day": office.today - timedelta(days=1)},
        ),
    )  # fmt: skip
