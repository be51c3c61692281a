"""Units: the tree step by step, a unit's page with its posts, and what HR mends there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.models import Unit
from cycles.queries import organisation as records
from cycles.queries.record_story import story_of
from cycles.services.organisation import posts as post_services
from cycles.services.organisation import units as services
from workflow.forms.organisation import (
    CloseForm,
    NewUnitForm,
    ParentForm,
    PostForm,
    RecordForm,
    UnitForm,
    WeekForm,
)
from workflow.queries import organisation as lists
from workflow.views.access import page
from workflow.views.organisation.frame import Office
from workflow.views.organisation.people import filter_context, narrowing
from workflow.views.organisation.record_acts import (
    AS_OF,
    Deed,
    Seen,
    as_of,
    by,
    follow,
    foresee,
    play,
)

STATES = [(lists.CLOSED, gettext_lazy("closed ones"))]


@page("hr")
@never_cache
@require_safe
def units(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """The units right below one (below the topmost at first), or those that words find."""
    office = Office(request, agency_id)
    chosen = narrowing(office, STATES)
    above: Unit | None = None
    if not chosen.words and not chosen.state:
        above = chosen.unit or _root(office)
        chosen = lists.Narrowing(on=chosen.on, unit=above)
    found = lists.units(office.agency, chosen, office.cursor())
    shown = [*([above] if above else []), *found.rows]
    counts = records.counts_of(shown, chosen.on)
    return office.render(
        "units", "units", _("Units"),
        above=(above, counts.get(above.pk), unit_url(office, above)) if above else None,
        crumbs=[(unit.name, office.url("org_units", unit=str(unit.public_id)))
                for unit in (records.units_above(above) if above else [])],
        rows=[(unit, counts.get(unit.pk), unit_url(office, unit)) for unit in found.rows],
        **filter_context(office, chosen),
        **office.pages(found, lambda unit: str(unit.public_id)),
    )  # fmt: skip


def _root(office: Office) -> Unit | None:
    """The unit that holds all others, if there is exactly one."""
    tops = list(Unit.objects.filter(agency=office.agency, parent=None, closed_on=None)[:2])
    return tops[0] if len(tops) == 1 else None


def unit_url(office: Office, unit: Unit) -> str:
    day = as_of(office)
    return office.url(
        "org_unit", unit.public_id,
        **({AS_OF: day.isoformat()} if day != office.today else {}),
    )  # fmt: skip


def find_unit(office: Office, unit_id: UUID) -> Unit:
    found = (
        Unit.objects.filter(public_id=unit_id, agency=office.agency)
        .select_related("agency", "parent")
        .first()
    )
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_safe
def unit(request: HttpRequest, agency_id: UUID, unit_id: UUID) -> HttpResponse:
    """A unit on a day: its posts with who holds them, the units below, its story."""
    office = Office(request, agency_id)
    one = find_unit(office, unit_id)
    on = as_of(office)
    posts = lists.posts_of(one, on)
    who = records.sittings([post.pk for post in posts], on)
    below = lists.units(office.agency, lists.Narrowing(on=on, unit=one))
    counts = records.counts_of([one, *below.rows], on)
    above = records.units_above(one)
    return office.render(
        "unit", "units", one.name,
        lead=above[-1].name if above else office.agency.name,
        crumbs=[(_("Units"), office.url("org_units")),
                *((up.name, unit_url(office, up)) for up in above)],
        unit=one,
        on=on,
        is_today=on == office.today,
        counts=counts.get(one.pk, records.Counts()),
        posts=[(post, who.get(post.pk, records.NOBODY), post_url(office, post)) for post in posts],
        has_head=any(post.is_head for post in posts),
        below=[(child, counts.get(child.pk), unit_url(office, child)) for child in below.rows],
        more_url=office.url("org_units", unit=str(one.public_id)) if below.has_next else "",
        why_not_closed=services.why_not_closed(one) if one.closed_on is None else "",
        story=story_of(office.agency, [services.stream_of(one)]),
    )  # fmt: skip


def post_url(office: Office, post: Any) -> str:
    day = as_of(office)
    return office.url(
        "org_post", post.public_id,
        **({AS_OF: day.isoformat()} if day != office.today else {}),
    )  # fmt: skip


# --- mending -----------------------------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unit_act(request: HttpRequest, agency_id: UUID, unit_id: UUID, act: str) -> HttpResponse:
    """One change of a unit."""
    office = Office(request, agency_id)
    if act not in ACTS:
        raise Http404
    return play(office, ACTS[act](office, find_unit(office, unit_id)))


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """A unit at the top of the tree: the first one, as a rule."""
    office = Office(request, agency_id)
    return play(office, _new_unit(office, None))


def _deed(office: Office, one: Unit, **more: Any) -> Deed:
    back = office.url("org_unit", one.public_id)
    return Deed(
        tab="units", back=back, crumbs=[(_("Units"), office.url("org_units")), (one.name, back)],
        **more,
    )  # fmt: skip


def _rename(office: Office, one: Unit) -> Deed:
    def run(form: UnitForm) -> str:
        data = form.cleaned_data
        if services.rename_unit(one, data["name"], code=data["code"], by=by(office)):
            return _("The unit is renamed.")
        return _("It was so already.")

    return _deed(
        office, one, title=_("Rename the unit"), button=_("Save"), form=UnitForm, run=run,
        initial={"name": one.name, "code": one.code},
        lead=[_("Documents of earlier stretches keep the name of their time.")],
    )  # fmt: skip


def _move(office: Office, one: Unit) -> Deed:
    def parent(form: ParentForm) -> Unit:
        return Unit.objects.get(public_id=form.cleaned_data["chosen"], agency=office.agency)

    def preview(form: ParentForm) -> Seen:
        moved: list[services.Moved] = []

        def act() -> list[Any]:
            moved.append(services.move_unit(one, parent(form), by=by(office)))
            return moved[0].superiors

        def sentences() -> list[tuple[str, str]]:
            units = moved[0].units
            return [("brand", ngettext("%(n)d unit moves.", "%(n)d units move together.", units) % {
                "n": units})]  # fmt: skip

        return foresee(office, act, sentences)

    def run(form: ParentForm) -> str | HttpResponse:
        reason = form.cleaned_data["reason"]
        services.move_unit(one, parent(form), reason=reason, by=by(office))
        return follow(office, _("The unit stands in its new place."), reason)

    return _deed(
        office, one, title=_("Move below another unit"), button=_("Move"), form=ParentForm,
        run=run, preview=preview,
        choices=lambda words, chosen: lists.units_like(
            office.agency, words, chosen=chosen, outside=one, besides=one.parent_id
        ),
        lead=[_("Everything below it goes along. Superiors follow the units; those that were "
                "given by hand stay.")],
    )  # fmt: skip


def _week(office: Office, one: Unit) -> Deed:
    def run(form: WeekForm) -> str:
        if services.set_week(one, form.cleaned_data["week"], by=by(office)):
            return _("The working week is changed.")
        return _("It was so already.")

    def preview(form: WeekForm) -> Seen | None:
        if form.cleaned_data["week"] == one.week:
            return None
        running = lists.running_in(one)
        return Seen([
            ("brand", ngettext(
                "%(n)d deadline runs in this unit; it stays as it was told.",
                "%(n)d deadlines run in this unit; they stay as they were told.", running,
            ) % {"n": running}),
            ("brand", _("Deadlines that begin from now on count by the new week.")),
        ])  # fmt: skip

    return _deed(
        office, one, title=_("Working week"), button=_("Save"), form=WeekForm, run=run,
        preview=preview, initial={"week": one.week},
        lead=[_("It holds for this unit only; units below have their own.")],
    )  # fmt: skip


def _close(office: Office, one: Unit) -> Deed:
    def run(form: CloseForm) -> str:
        services.close_unit(one, form.cleaned_data["last_day"], today=office.today, by=by(office))
        return _("The unit is closed; its past stays.")

    why_not = services.why_not_closed(one)
    return _deed(
        office, one, title=_("Close the unit"), button=_("Close"), form=CloseForm, run=run,
        initial={"last_day": office.today}, is_grave=True,
        lead=[why_not or _("It disappears from choices; what happened in it stays.")],
    )  # fmt: skip


def _reopen(office: Office, one: Unit) -> Deed:
    def run(form: RecordForm) -> str:
        services.reopen_unit(one, by=by(office))
        return _("The unit is open again.")

    return _deed(
        office, one, title=_("Open the unit again"), button=_("Open"), form=RecordForm, run=run
    )


def _new_unit(office: Office, parent: Unit | None) -> Deed:
    def run(form: NewUnitForm) -> HttpResponse:
        data = form.cleaned_data
        made = services.open_unit(
            office.agency, parent, data["name"], code=data["code"], week=data["week"],
            by=by(office),
        )  # fmt: skip
        return redirect(office.url("org_unit", made.public_id))

    about: dict[str, Any] = {
        "title": _("New unit"), "button": _("Open the unit"), "form": NewUnitForm, "run": run,
        "initial": {"week": parent.week if parent else 5},
    }  # fmt: skip
    if parent is not None:
        lead = _("It will stand below %(name)s.") % {"name": parent.name}
        return _deed(office, parent, lead=[lead], **about)
    back = office.url("org_units")
    return Deed(tab="units", back=back, crumbs=[(_("Units"), back)],
                lead=[_("It will stand at the top.")], **about)  # fmt: skip


def _new_post(office: Office, one: Unit) -> Deed:
    def preview(form: PostForm) -> Seen | None:
        if not form.cleaned_data["is_head"]:
            return None
        return foresee(
            office, lambda: post_services.open_post(one, form.wish, by=by(office)).superiors
        )

    def run(form: PostForm) -> str | HttpResponse:
        made = post_services.open_post(one, form.wish, by=by(office)).post
        sentence = _("The post is open. It is vacant until somebody holds it.")
        followed = follow(office, sentence, "")
        if isinstance(followed, HttpResponse):
            return followed
        return redirect(office.url("org_post", made.public_id))

    return _deed(
        office, one, title=_("New post"), button=_("Open the post"), form=PostForm, run=run,
        preview=preview, lead=[_("It stands in %(name)s.") % {"name": one.name}],
    )  # fmt: skip


ACTS = {
    "ubah": _rename,
    "pindah": _move,
    "hari-kerja": _week,
    "tutup": _close,
    "buka": _reopen,
    "unit-baru": _new_unit,
    "jabatan-baru": _new_post,
}
