"""Ratings, the predikat read from their quadrant, and the distribution guide; pure.

Both ratings are judgements against expectation, never percentages, and nothing here computes one
from other figures. The guide warns; it never changes a rating and never stops anyone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from django.db.models import TextChoices
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class Rating(TextChoices):
    """A judgement of results or of behaviour against what was expected."""

    ABOVE = "above", _("Above expectation")
    MEETS = "meets", _("As expected")
    BELOW = "below", _("Below expectation")


class Predicate(TextChoices):
    """The five predikat of a person's year, best first."""

    SANGAT_BAIK = "sangat_baik", _("Very good")
    BAIK = "baik", _("Good")
    BUTUH_PERBAIKAN = "butuh_perbaikan", _("Needs improvement")
    KURANG = "kurang", _("Poor/misconduct")
    SANGAT_KURANG = "sangat_kurang", _("Very poor")


class OrganisationResult(TextChoices):
    """The result of an organisation or unit, set by the leader above, best first."""

    ISTIMEWA = "istimewa", _("Excellent")
    BAIK = "baik", _("Good")
    BUTUH_PERBAIKAN = "butuh_perbaikan", _("Needs improvement")
    KURANG = "kurang", _("Poor")
    SANGAT_KURANG = "sangat_kurang", _("Very poor")


# (result of work, behaviour) -> predikat: the quadrant of PermenPANRB 6/2022.
QUADRANT: Final[Mapping[tuple[Rating, Rating], Predicate]] = {
    (Rating.ABOVE, Rating.BELOW): Predicate.KURANG,
    (Rating.ABOVE, Rating.MEETS): Predicate.BAIK,
    (Rating.ABOVE, Rating.ABOVE): Predicate.SANGAT_BAIK,
    (Rating.MEETS, Rating.BELOW): Predicate.KURANG,
    (Rating.MEETS, Rating.MEETS): Predicate.BAIK,
    (Rating.MEETS, Rating.ABOVE): Predicate.BAIK,
    (Rating.BELOW, Rating.BELOW): Predicate.SANGAT_KURANG,
    (Rating.BELOW, Rating.MEETS): Predicate.BUTUH_PERBAIKAN,
    (Rating.BELOW, Rating.ABOVE): Predicate.BUTUH_PERBAIKAN,
}
_PLACE: Final = {member: place for place, member in enumerate(Predicate)}


def predicate(work: Rating | str, behaviour: Rating | str) -> Predicate:
    """Returns the predikat of the two ratings; raises ValueError for what is no rating."""
    return QUADRANT[Rating(work), Rating(behaviour)]


def order(value: Predicate | str) -> int:
    """Returns 0 for the best predikat and 4 for the worst, to sort by."""
    return _PLACE[Predicate(value)]


def is_worse(a: Predicate | str, b: Predicate | str) -> bool:
    """Returns whether predikat `a` is worse than `b` (Kurang is worse than Butuh Perbaikan)."""
    return order(a) > order(b)


# --- the distribution guide --------------------------------------------------------------------

ClauseKind = Literal["most", "at_most", "at_least", "some"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of the guide about the share of people with any of these predikat.

    most: no other predikat is given more often · at_most, at_least: `percent` of all · some: at
    least one person.
    """

    kind: ClauseKind
    predicates: tuple[Predicate, ...]
    percent: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for a clause that says nothing."""
        if self.kind not in get_args(ClauseKind):
            raise ValueError(f"unknown kind of clause: {self.kind!r}")
        if not self.predicates or not 0 <= self.percent <= 100:
            raise ValueError("a clause needs a predikat and a share from 0 to 100")

    def to_json(self) -> dict[str, Any]:
        """Returns plain values that `from_json` reads back."""
        return asdict(self) | {"predicates": [p.value for p in self.predicates]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Clause":
        """Returns the clause; raises ValueError if the values make none."""
        try:
            named = tuple(Predicate(name) for name in data["predicates"])
            return cls(data["kind"], named, int(data.get("percent", 0)))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a clause: {data!r}") from error


Guide = Mapping[OrganisationResult, tuple[Clause, ...]]

_P = Predicate
# Known from secondary sources only, so a default: an agency may set another guide.
GUIDE: Final[Guide] = {
    OrganisationResult.ISTIMEWA: (
        Clause("most", (_P.SANGAT_BAIK,)),
        Clause("at_most", (_P.SANGAT_BAIK,), 70),
    ),
    OrganisationResult.BAIK: (
        Clause("most", (_P.BAIK,)),
        Clause("at_most", (_P.BAIK,), 70),
        Clause("some", (_P.BUTUH_PERBAIKAN, _P.KURANG)),
    ),
    OrganisationResult.BUTUH_PERBAIKAN: (
        Clause("at_least", (_P.BUTUH_PERBAIKAN,), 60),
        Clause("at_most", (_P.SANGAT_BAIK,), 10),
    ),
    OrganisationResult.KURANG: (
        Clause("at_least", (_P.KURANG,), 60),
        Clause("at_least", (_P.BUTUH_PERBAIKAN,), 10),
        Clause("at_most", (_P.SANGAT_BAIK,), 10),
    ),
    OrganisationResult.SANGAT_KURANG: (
        Clause("at_least", (_P.SANGAT_KURANG,), 60),
        Clause("at_least", (_P.KURANG, _P.BUTUH_PERBAIKAN), 10),
        Clause("at_most", (_P.SANGAT_BAIK,), 0),
    ),
}


@dataclass(frozen=True, slots=True)
class GuideWarning:
    """Where ratings leave the guide; `str()` tells it in the active language.

    Without a clause, the guide could not be applied: `total` people are fewer than `least`.
    """

    organisation: OrganisationResult
    total: int
    clause: Clause | None = None
    count: int = 0
    least: int = 0

    @property
    def code(self) -> str:
        """Returns the kind of the clause, or "too_few"."""
        return self.clause.kind if self.clause else "too_few"

    def __str__(self) -> str:
        if self.clause is None:
            text = gettext("too few people to apply the distribution guide (%(n)d < %(least)d)")
            return text % {"n": self.total, "least": self.least}
        return f"{self._found(self.clause)}; {self._asked(self.clause)}"

    def _found(self, clause: Clause) -> str:
        text = ngettext(
            "%(count)d of %(total)d person (%(share)s%%) has %(predicates)s",
            "%(count)d of %(total)d people (%(share)s%%) have %(predicates)s",
            self.total,
        )
        decimals = 1 if self.count * 100 % self.total else 0
        return text % {
            "count": self.count,
            "total": self.total,
            "share": number_format(self.count * 100 / self.total, decimals, use_l10n=True),
            "predicates": _listed(clause.predicates),
        }

    def _asked(self, clause: Clause) -> str:
        nobody = clause.kind == "at_most" and clause.percent == 0
        text = str(_ASKED["nobody" if nobody else clause.kind])
        return text % {"result": self.organisation.label, "limit": clause.percent}


_ASKED: Final = {
    "most": _("the guide for the organisation result %(result)s asks that no other has more"),
    "at_most": _("the guide for the organisation result %(result)s allows at most %(limit)d%%"),
    "at_least": _("the guide for the organisation result %(result)s asks for at least %(limit)d%%"),
    "nobody": _("the guide for the organisation result %(result)s allows nobody"),
    "some": _("the guide for the organisation result %(result)s asks for at least one person"),
}


def distribution_check(
    organisation: OrganisationResult | str,
    counts: Mapping[Predicate, int],
    *,
    least: int = 10,
    guide: Guide = GUIDE,
) -> list[GuideWarning]:
    """Returns where the counted predikat leave the guide, in the guide's order; never a stop.

    With fewer than `least` people percentages say nothing: then the only answer is "too few".
    """
    result = OrganisationResult(organisation)
    total = sum(counts.values())
    if total < max(least, 1):
        return [GuideWarning(result, total, least=max(least, 1))]
    return [
        GuideWarning(result, total, clause, _count(clause, counts))
        for clause in guide.get(result, ())
        if not _is_kept(clause, counts, total)
    ]


def _count(clause: Clause, counts: Mapping[Predicate, int]) -> int:
    return sum(counts.get(p, 0) for p in clause.predicates)


def _is_kept(clause: Clause, counts: Mapping[Predicate, int], total: int) -> bool:
    count = _count(clause, counts)
    if clause.kind == "most":
        others = (n for p, n in counts.items() if p not in clause.predicates)
        return count >= max(others, default=0)
    if clause.kind == "some":
        return count > 0
    # Whole numbers, so that exactly 70 of 100 is not thrown out by a rounding error.
    share, limit = count * 100, clause.percent * total
    return share <= limit if clause.kind == "at_most" else share >= limit


def _listed(predicates: Sequence[Predicate]) -> str:
    labels = [str(p.label) for p in predicates]
    if len(labels) == 1:
        return labels[0]
    text = gettext("%(first)s or %(last)s")
    return text % {"first": ", ".join(labels[:-1]), "last": labels[-1]}
