"""People: the list, a person's page, and what HR mends there."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cycles.exceptions import Refused
from cycles.models import Person, RaterException, Unit, User
from cycles.queries import organisation as records
from cycles.queries.record_story import story_of
from cycles.services.accounts import change_email
from cycles.services.organisation import people as services
from workflow.forms.organisation import (
    EndForm,
    MailForm,
    NumberForm,
    PersonForm,
    RaterForm,
    unit_choices,
)
from workflow.queries import organisation as lists
from workflow.queries.keyset import uuid_of
from workflow.services import rater_exceptions
from workflow.views.access import page
from workflow.views.organisation.frame import Office
from workflow.views.organisation.record_acts import AS_OF, Deed, Seen, address, as_of, by, play

log = logging.getLogger(__name__)

STATES = [
    (records.IN_OFFICE, gettext_lazy("in office")),
    (records.AWAY, gettext_lazy("away")),
    (records.WITHOUT_POST, gettext_lazy("without a post")),
    (records.LEFT, gettext_lazy("left")),
]
LOOK = {
    records.IN_OFFICE: ("positive", "check"),
    records.AWAY: ("caution", "plane"),
    records.WITHOUT_POST: ("neutral", "circle-dashed"),
    records.LEFT: ("neutral", "log-out"),
}
# An agency with more units is narrowed from a unit's page instead of a list of them all.
MOST_UNITS = 200


def narrowing(office: Office, states: list[tuple[str, Any]]) -> lists.Narrowing:
    """What the address narrows a list to."""
    unit_id = uuid_of(office.given("unit"))
    unit = None
    if unit_id is not None:
        unit = Unit.objects.filter(agency=office.agency, public_id=unit_id).first()
    state = office.given("keadaan")
    return lists.Narrowing(
        on=as_of(office),
        words=office.given("cari"),
        unit=unit,
        state=state if state in dict(states) else "",
    )


def filter_context(office: Office, chosen: lists.Narrowing) -> dict[str, Any]:
    """What the filter of a list shows; one query."""
    units = records.open_units(office.agency.pk, MOST_UNITS)
    if not units and chosen.unit:
        units = [chosen.unit]
    return {
        "chosen": chosen,
        "units": unit_choices(units),
        "unit_id": str(chosen.unit.public_id) if chosen.unit else "",
        "on": chosen.on,
        "is_today": chosen.on == office.today,
        "is_narrowed": bool(chosen.words or chosen.unit or chosen.state),
    }


@page("hr")
@never_cache
@require_safe
def people(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """People by name, narrowed by words, unit, and where they stand on a day."""
    office = Office(request, agency_id)
    chosen = narrowing(office, STATES)
    found = lists.people(office.agency, chosen, office.cursor())
    labels = dict(STATES)
    return office.render(
        "people", "people", _("People"),
        rows=[(row, labels[row.state], *LOOK[row.state], person_url(office, row.person))
              for row in found.rows],
        states=STATES,
        **filter_context(office, chosen),
        **office.pages(found, lambda row: str(row.person.public_id)),
    )  # fmt: skip


def person_url(office: Office, person: Person) -> str:
    day = as_of(office)
    return office.url(
        "org_person", person.public_id,
        **({AS_OF: day.isoformat()} if day != office.today else {}),
    )  # fmt: skip


def _person(office: Office, person_id: UUID) -> Person:
    found = Person.objects.filter(public_id=person_id, agency=office.agency).first()
    if found is None:
        raise Http404
    return found


@page("hr")
@never_cache
@require_safe
def person(request: HttpRequest, agency_id: UUID, person_id: UUID) -> HttpResponse:
    """Everything on record about somebody, and who rates them on a day, and why."""
    office = Office(request, agency_id)
    someone = _person(office, person_id)
    on = as_of(office)
    user = User.objects.filter(person=someone).first()
    posting = records.posting_on(someone, on)
    answer = records.who_rates(someone, posting.post if posting else None, on)
    case = lists.running_case(someone)
    streams = [services.stream_of(someone), *([f"account:{user.pk}"] if user else [])]
    new_change = address("org_change_new", office.agency.public_id)
    return office.render(
        "person", "people", someone.name,
        lead=f"{posting.post.title}, {posting.post.unit.name}" if posting else "",
        crumbs=[(_("People"), office.url("org_people"))],
        person=someone,
        is_me=someone.pk == office.actor.person_id,
        on=on,
        is_today=on == office.today,
        user=user,
        account=account_words(user),
        numbers=records.numbers_of(someone),
        posting=posting,
        postings=records.postings_of(someone),
        absences=records.absences_of(someone),
        actings=[(acting, records.standing_of(acting, on), records.powers_in_words(acting))
                 for acting in records.actings_of(someone)],
        exceptions=[(exception, _is_running(exception, office))
                    for exception in records.exceptions_of(someone)],
        answer=answer,
        case=case,
        differs=_differs(case, answer),
        story=story_of(office.agency, streams),
        change_url=f"{new_change}?orang={someone.public_id}" if new_change else "",
    )  # fmt: skip


def _is_running(exception: RaterException, office: Office) -> bool:
    """Whether it can still be ended: it holds, or is yet to come."""
    last = exception.ends_on
    return exception.ended_at is None and (last is None or last >= office.today)


def _differs(case: Any, answer: records.Answer) -> bool:
    """Whether the running appraisal names another rater than the records do."""
    if case is None or not case.is_open:
        return False
    return bool(case.rater_id != (answer.rater.pk if answer.rater else None))


def account_words(user: User | None) -> tuple[str, str, str]:
    """Where the account stands: words, colour, icon."""
    if user is None:
        return _("no account"), "caution", "circle-alert"
    if not user.is_active:
        return _("shut"), "neutral", "ban"
    if user.last_login is not None:
        return _("in use"), "positive", "check"
    if not user.email:
        return _("no e-mail address"), "caution", "circle-alert"
    if user.has_usable_password():
        return _("never logged in"), "caution", "clock"
    if user.invited_at is not None:
        return _("invited"), "caution", "send"
    return _("not invited yet"), "caution", "mail"


# --- mending -----------------------------------------------------------------------------------


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_act(request: HttpRequest, agency_id: UUID, person_id: UUID, act: str) -> HttpResponse:
    """One correction of a person's record."""
    office = Office(request, agency_id)
    someone = _person(office, person_id)
    if act not in ACTS:
        raise Http404
    return play(office, ACTS[act](office, someone))


def _deed(office: Office, someone: Person, **more: Any) -> Deed:
    back = office.url("org_person", someone.public_id)
    return Deed(
        tab="people",
        back=back,
        crumbs=[(_("People"), office.url("org_people")), (someone.name, back)],
        **more,
    )


def _mend(office: Office, someone: Person) -> Deed:
    def run(form: PersonForm) -> str:
        if services.mend_person(someone, form.wish, by=by(office)):
            return _("The record is corrected.")
        return _("It was so already.")

    return _deed(
        office, someone, title=_("Correct the record"), button=_("Save"), form=PersonForm, run=run,
        initial={"name": someone.name, "kind": someone.kind, "rank": someone.rank},
        lead=[_("Documents of earlier stretches keep the name and rank of their time.")],
    )  # fmt: skip


def _number(office: Office, someone: Person) -> Deed:
    current = next((n for n in records.numbers_of(someone) if n.is_current), None)

    def run(form: NumberForm) -> str:
        data = form.cleaned_data
        services.correct_number(
            someone, data["kind"], data["number"], reason=data["reason"], by=by(office)
        )
        return _("The number is corrected; the one before stays as a former one.")

    return _deed(
        office, someone, title=_("Correct the number"), button=_("Save"), form=NumberForm, run=run,
        initial={"kind": current.kind if current else ""},
        lead=[_("People are recognised by their record, never by a number: whoever gets a new "
                "one, say with a new contract, stays the same person.")],
    )  # fmt: skip


def _mail(office: Office, someone: Person) -> Deed:
    user = User.objects.filter(person=someone).first()
    if user is None:
        raise Http404

    def run(form: MailForm) -> str:
        before = user.email
        if user.roles:
            # Whoever sets the address can have a new password sent there.
            raise Refused(_("This account has a role; an administrator changes its address."))
        if not change_email(user, form.cleaned_data["email"], author=office.author, now=office.now):
            return _("It was so already.")
        if before:
            transaction.on_commit(lambda: _tell_old_address(office, user, before))
        return _("The address is changed.")

    return _deed(
        office, someone, title=_("Change the e-mail address"), button=_("Save"), form=MailForm,
        run=run, initial={"email": user.email},
        lead=[_("The address before is told of the change.")] if user.email else [],
    )  # fmt: skip


def _tell_old_address(office: Office, user: User, address: str) -> None:
    """A change nobody asked for must not go unseen. A mail server that is away holds up nothing."""
    with translation.override(user.language):
        subject = _("Your e-mail address in Jenjang was changed")
        body = render_to_string("workflow/organisation/person_mail.txt", {
            "user": user, "agency": office.agency, "now": office.now})  # fmt: skip
    try:
        EmailMessage(subject, body, to=[address]).send()
    except (SMTPException, OSError):
        log.warning("the old address of account %s could not be told", user.pk)


def _rater(office: Office, someone: Person) -> Deed:
    def wish(form: RaterForm) -> rater_exceptions.Wish:
        data = form.cleaned_data
        rater = Person.objects.get(public_id=data["chosen"], agency=office.agency)
        return rater_exceptions.Wish(
            someone, rater, data["reason"], data["starts_on"], data["ends_on"]
        )

    def run(form: RaterForm) -> str:
        named = rater_exceptions.name_rater(
            office.agency, wish(form), actor=office.actor, today=office.today, by=by(office)
        )
        if not named.moved:
            return _("It is recorded; running appraisals follow when they ask for a rater.")
        return ngettext(
            "It is recorded; %(n)d running appraisal has the new rater now.",
            "It is recorded; %(n)d running appraisals have the new rater now.",
            named.moved,
        ) % {"n": named.moved}

    def choices(words: str, chosen: UUID | None) -> list[tuple[str, str]]:
        return lists.people_like(
            office.agency, words, office.today, chosen=chosen, besides=someone.pk
        )

    return _deed(
        office, someone, title=_("Somebody else rates"), button=_("Record the exception"),
        form=RaterForm, run=run, choices=choices, initial={"starts_on": office.today},
        lead=[
            _("By rule the direct superior rates. This records who does so instead, with the "
              "reason; it belongs to the person, also in the running appraisal."),
            _("If only the superior is wrong, correct the post or the unit instead."),
        ],
    )  # fmt: skip


ACTS = {"ubah": _mend, "nomor": _number, "surel": _mail, "penilai": _rater}


@page("hr")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exception_end(
    request: HttpRequest, agency_id: UUID, person_id: UUID, exception_id: UUID
) -> HttpResponse:
    """End a recorded exception: the superior rates again."""
    office = Office(request, agency_id)
    someone = _person(office, person_id)
    exception = (
        RaterException.objects.filter(public_id=exception_id, person=someone, agency=office.agency)
        .select_related("agency", "person", "rater")
        .first()
    )
    if exception is None:
        raise Http404

    def run(form: EndForm) -> str:
        moved = rater_exceptions.end_exception(
            exception, form.cleaned_data["last_day"], reason=form.cleaned_data["reason"],
            actor=office.actor, today=office.today, by=by(office),
        )  # fmt: skip
        if not moved:
            return _("The exception ends with that day.")
        return ngettext(
            "The exception is over; %(n)d running appraisal went back to the superior.",
            "The exception is over; %(n)d running appraisals went back to the superior.",
            moved,
        ) % {"n": moved}

    def preview(form: EndForm) -> Seen:
        answer = records.who_rates(
            someone, (p := records.posting_on(someone, office.today)) and p.post, office.today,
            with_exception=False,
        )  # fmt: skip
        name = answer.rater.name if answer.rater else _("nobody: HR does what a rater would")
        return Seen([("brand", _("Then rates: %(name)s. %(why)s") % {
            "name": name, "why": answer.why})])  # fmt: skip

    return play(
        office,
        _deed(
            office, someone, title=_("Let the superior rate again"), button=_("End the exception"),
            form=EndForm, run=run, preview=preview,
            initial={"last_day": office.today},
            lead=[_("%(name)s rates until the last day; choose yesterday to end it at once.") % {
                "name": exception.rater.name}],
        ),
    )  # fmt: skip
