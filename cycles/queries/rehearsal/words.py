"""What each kind of finding means, in words, and who can mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cycles.calendar import format_day
from cycles.enums import AbsenceKind, ActingKind, PostKind, Severity, StageKind
from cycles.models import Finding

HR, ADMIN = gettext_lazy("HR"), gettext_lazy("An administrator")


@dataclass(frozen=True)
class Kind:
    """`title` names the kind, `advice` says how to mend it, `where` which record to open."""

    severity: Severity
    title: Any
    advice: Any
    where: str
    say: Callable[[Finding, Mapping[int, str]], str]
    mender: Any = HR


def _plain(text: Any) -> Callable[[Finding, Mapping[int, str]], str]:
    return lambda finding, names: str(text)


def _day(finding: Finding) -> str:
    return format_day(date.fromisoformat(finding.data["day"]))


def _kind(finding: Finding) -> str:
    return str(PostKind(finding.data["kind"]).label)


def _loop(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Whoever goes up from this post comes back to it after %(n)d step.",
        "Whoever goes up from this post comes back to it after %(n)d steps.",
        n,
    ) % {"n": n}


def _outside(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Belongs to another agency, but would rate %(n)d person here.",
        "Belongs to another agency, but would rate %(n)d people here.",
        n,
    ) % {"n": n}


def _too_low(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Would rate %(n)d person from a post of the kind %(kind)s.",
        "Would rate %(n)d people from a post of the kind %(kind)s.",
        n,
    ) % {"n": n, "kind": _kind(finding)}


def _delegated(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Heads a unit with a post of the kind %(kind)s and would rate %(n)d person.",
        "Heads a unit with a post of the kind %(kind)s and would rate %(n)d people.",
        n,
    ) % {"n": n, "kind": _kind(finding)}


def _too_many(finding: Finding, names: Mapping[int, str]) -> str:
    n, most = int(finding.data["n"]), int(finding.data["most"])
    return ngettext(
        "Would rate %(n)d person; more than %(most)d are too many to know their work.",
        "Would rate %(n)d people; more than %(most)d are too many to know their work.",
        n,
    ) % {"n": n, "most": most}


def _same_number(finding: Finding, names: Mapping[int, str]) -> str:
    return _("Has the same number as another record: %(name)s.") % {
        "name": names.get(int(finding.data["other"]), "–")
    }


def _same_name(finding: Finding, names: Mapping[int, str]) -> str:
    return _("Has the same name and date of birth as another record: %(name)s.") % {
        "name": names.get(int(finding.data["other"]), "–")
    }


def _vacant(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Nobody holds this post or acts for it; %(n)d person has it as the superior.",
        "Nobody holds this post or acts for it; %(n)d people have it as the superior.",
        n,
    ) % {"n": n}


def _headless(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "Has %(n)d person, but no post that heads it.",
        "Has %(n)d people, but no post that heads it.",
        n,
    ) % {"n": n}


def _acting(finding: Finding, names: Mapping[int, str]) -> str:
    return _("The letter of this %(kind)s ends on %(day)s, before the cycle does.") % {
        "kind": ActingKind(finding.data["kind"]).label, "day": _day(finding)
    }  # fmt: skip


def _no_duty(finding: Finding, names: Mapping[int, str]) -> str:
    return _("Makes no plan now: %(kind)s.") % {"kind": AbsenceKind(finding.data["kind"]).label}


def _several(finding: Finding, names: Mapping[int, str]) -> str:
    return _("Holds %(n)d posts at once; the appraisal is opened in this one.") % {
        "n": int(finding.data["n"])
    }


def _small(finding: Finding, names: Mapping[int, str]) -> str:
    n, least = int(finding.data["n"]), int(finding.data["least"])
    return ngettext(
        "Has %(n)d person, with all units below; the guide needs at least %(least)d.",
        "Has %(n)d people, with all units below; the guide needs at least %(least)d.",
        n,
    ) % {"n": n, "least": least}


def _missing(finding: Finding, names: Mapping[int, str]) -> str:
    return _("The stage “%(stage)s” has no dates, so the cycle cannot open.") % {
        "stage": StageKind(finding.data["stage"]).label
    }


def _window(finding: Finding, names: Mapping[int, str]) -> str:
    n, least = int(finding.data["n"]), int(finding.data["least"])
    return ngettext(
        "An objection may be made for %(n)d day; the rule gives at least %(least)d.",
        "An objection may be made for %(n)d days; the rule gives at least %(least)d.",
        n,
    ) % {"n": n, "least": least}


def _day_off(finding: Finding, names: Mapping[int, str]) -> str:
    facts = {"stage": finding.data["stage"], "day": _day(finding), "name": finding.data["name"]}
    if facts["name"]:
        return _("“%(stage)s” is due on %(day)s, a day off (%(name)s).") % facts
    if finding.data["week"] == 5:
        return _("“%(stage)s” is due on %(day)s, a day off for units with five working days.") % (
            facts
        )
    return _("“%(stage)s” is due on %(day)s, when offices are closed.") % facts


def _short(finding: Finding, names: Mapping[int, str]) -> str:
    n = int(finding.data["n"])
    return ngettext(
        "“%(stage)s” leaves %(n)d working day until %(day)s; at least %(least)d are usual.",
        "“%(stage)s” leaves %(n)d working days until %(day)s; at least %(least)d are usual.",
        n,
    ) % {"stage": finding.data["stage"], "n": n, "day": _day(finding),
         "least": int(finding.data["least"])}  # fmt: skip


L = gettext_lazy
E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
KINDS: dict[str, Kind] = {
    "nobody": Kind(E, L("Nobody belongs to the cycle"),
        L("Check who the cycle is for: units, kinds of posts, kinds of employees."), "cycle",
        _plain(L("Nobody with a posting today fits what the cycle says about who belongs.")),
        ADMIN),
    "stage_missing": Kind(E, L("A stage without dates"),
        L("Give the stage its dates."), "cycle", _missing, ADMIN),
    "window_too_short": Kind(E, L("Time to object shorter than the rule"),
        L("Give at least the days of PP 30/2019 art. 59."), "cycle", _window, ADMIN),
    "no_superior": Kind(E, L("Nobody above"),
        L("Name the superior of the post, or fill a post above it."), "post",
        _plain(L("No superior was found above this post."))),
    "superior_loop": Kind(E, L("Superiors in a circle"),
        L("Name another superior for one of the posts."), "post", _loop),
    "superior_outside": Kind(E, L("Superior in another agency"),
        L("Name a superior of this agency."), "post",
        _plain(L("The superior of this post belongs to another agency."))),
    "rater_outside": Kind(E, L("Rater of another agency"),
        L("Correct the person's agency or who holds the post."), "person", _outside),
    "rater_too_low": Kind(E, L("Rater below the allowed level"),
        L("Name a superior that may rate, or record who rates instead."), "post", _too_low),
    "no_account": Kind(E, L("No account"),
        L("Create the account, or switch it on again."), "person",
        _plain(L("Cannot log in: there is no active account.")), ADMIN),
    "duplicate_number": Kind(E, L("Two records with one number"),
        L("Correct the number, or close the record that is there twice."), "person", _same_number),
    "rater_by_delegation": Kind(W, L("Rater by delegation"),
        L("See to it that the authority to rate was delegated in writing."), "post", _delegated),
    "rater_too_many": Kind(W, L("Rater with too many people"),
        L("Share the people between several superiors, or record exceptions."), "person",
        _too_many),
    "vacant_head": Kind(W, L("Vacant head without an acting official"),
        L("Appoint a Plt., or the superior above rates."), "post", _vacant),
    "unit_without_head": Kind(W, L("Unit without a head"),
        L("Say which post heads the unit."), "unit", _headless),
    "no_email": Kind(W, L("No e-mail address"),
        L("Enter the address: without it no invitation and no reminder arrives."), "person",
        _plain(L("Gets no mail: the account has no address."))),
    "duplicate_name": Kind(W, L("Perhaps the same person twice"),
        L("Close one of the records if they are the same person."), "person", _same_name),
    "post_without_kind": Kind(W, L("Post without a type"),
        L("Choose the type of the post."), "post",
        _plain(L("It is not known what kind of post this is."))),
    "acting_ends": Kind(W, L("Letter of an acting official ends"),
        L("Prolong the letter in time, or fill the post."), "post", _acting),
    "stage_on_day_off": Kind(W, L("Due on a day off"),
        L("Move the date, or leave it: it stays where it was set."), "cycle", _day_off, ADMIN),
    "stage_too_short": Kind(W, L("Little time for a stage"),
        L("Open the stage earlier or move its due date."), "cycle", _short, ADMIN),
    "no_duty": Kind(N, L("No planning duty"),
        L("Nothing to do: they are left out with this reason and can join later."), "person",
        _no_duty),
    "several_postings": Kind(N, L("Several posts at once"),
        L("End the posting that no longer holds."), "person", _several),
    "unit_too_small": Kind(N, L("Too few people for the distribution guide"),
        L("Nothing to do: the guide is not applied to this unit."), "unit", _small),
}  # fmt: skip
