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


E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
KINDS: dict[str, Kind] = {
    "nobody": Kind(
        E,
        gettext_lazy("Nobody belongs to the cycle"),
        gettext_lazy("Check who the cycle is for: units, kinds of posts, kinds of employees."),
        "cycle",
        _plain(
            gettext_lazy("Nobody with a posting today fits what the cycle says about who belongs.")
        ),
    ),
    "stage_missing": Kind(
        E,
        gettext_lazy("A stage without dates"),
        gettext_lazy("Give the stage its dates."),
        "cycle",
        _missing,
    ),
    "window_too_short": Kind(
        E,
        gettext_lazy("Time to object shorter than the rule"),
        gettext_lazy("Give at least the days of PP 30/2019 art. 59."),
        "cycle",
        _window,
    ),
    "no_superior": Kind(
        E,
        gettext_lazy("Nobody above"),
        gettext_lazy("Name the superior of the post, or fill a post above it."),
        "post",
        _plain(gettext_lazy("No superior was found above this post.")),
    ),
    "superior_loop": Kind(
        E,
        gettext_lazy("Superiors in a circle"),
        gettext_lazy("Name another superior for one of the posts."),
        "post",
        _loop,
    ),
    "superior_outside": Kind(
        E,
        gettext_lazy("Superior in another agency"),
        gettext_lazy("Name a superior of this agency."),
        "post",
        _plain(gettext_lazy("The superior of this post belongs to another agency.")),
    ),
    "rater_outside": Kind(
        E,
        gettext_lazy("Rater of another agency"),
        gettext_lazy("Correct the person's agency or who holds the post."),
        "person",
        _outside,
    ),
    "rater_too_low": Kind(
        E,
        gettext_lazy("Rater below the allowed level"),
        gettext_lazy("Name a superior that may rate, or record who rates instead."),
        "post",
        _too_low,
    ),
    "no_account": Kind(
        E,
        gettext_lazy("No account"),
        gettext_lazy("Create the account, or switch it on again."),
        "person",
        _plain(gettext_lazy("Cannot log in: there is no active account.")),
        ADMIN,
    ),
    "duplicate_number": Kind(
        E,
        gettext_lazy("Two records with one number"),
        gettext_lazy("Correct the number, or close the record that is there twice."),
        "person",
        _same_number,
    ),
    "rater_by_delegation": Kind(
        W,
        gettext_lazy("Rater by delegation"),
        gettext_lazy("See to it that the authority to rate was delegated in writing."),
        "post",
        _delegated,
    ),
    "rater_too_many": Kind(
        W,
        gettext_lazy("Rater with too many people"),
        gettext_lazy("Share the people between several superiors, or record exceptions."),
        "person",
        _too_many,
    ),
    "vacant_head": Kind(
        W,
        gettext_lazy("Vacant head without an acting official"),
        gettext_lazy("Appoint a Plt., or the superior above rates."),
        "post",
        _vacant,
    ),
    "unit_without_head": Kind(
        W,
        gettext_lazy("Unit without a head"),
        gettext_lazy("Say which post heads the unit."),
        "unit",
        _headless,
    ),
    "no_email": Kind(
        W,
        gettext_lazy("No e-mail address"),
        gettext_lazy("Enter the address: without it no invitation and no reminder arrives."),
        "person",
        _plain(gettext_lazy("Gets no mail: the account has no address.")),
    ),
    "duplicate_name": Kind(
        W,
        gettext_lazy("Perhaps the same person twice"),
        gettext_lazy("Close one of the records if they are the same person."),
        "person",
        _same_name,
    ),
    "post_without_kind": Kind(
        W,
        gettext_lazy("Post without a type"),
        gettext_lazy("Choose the type of the post."),
        "post",
        _plain(gettext_lazy("It is not known what kind of post this is.")),
    ),
    "acting_ends": Kind(
        W,
        gettext_lazy("Letter of an acting official ends"),
        gettext_lazy("Prolong the letter in time, or fill the post."),
        "post",
        _acting,
    ),
    "stage_on_day_off": Kind(
        W,
        gettext_lazy("Due on a day off"),
        gettext_lazy("Move the date, or leave it: it stays where it was set."),
        "cycle",
        _day_off,
    ),
    "stage_too_short": Kind(
        W,
        gettext_lazy("Little time for a stage"),
        gettext_lazy("Open the stage earlier or move its due date."),
        "cycle",
        _short,
    ),
    "no_duty": Kind(
        N,
        gettext_lazy("No planning duty"),
        gettext_lazy("Nothing to do: they are left out with this reason and can join later."),
        "person",
        _no_duty,
    ),
    "several_postings": Kind(
        N,
        gettext_lazy("Several posts at once"),
        gettext_lazy("End the posting that no longer holds."),
        "person",
        _several,
    ),
    "unit_too_small": Kind(
        N,
        gettext_lazy("Too few people for the distribution guide"),
        gettext_lazy("Nothing to do: the guide is not applied to this unit."),
        "unit",
        _small,
    ),
}
