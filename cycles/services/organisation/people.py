"""People: their name, kind and rank, their number. Numbers and names stay out of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cycles import nip
from cycles.documents import text
from cycles.enums import PersonKind
from cycles.exceptions import Problem
from cycles.models import IdentityNumber, Person
from cycles.services.organisation.common import (
    By,
    Note,
    demand,
    lock,
    reason_problems,
    record,
    words,
)

NAME, RANK = 200, 80
NUMBER_KINDS = tuple(kind for kind, _label in IdentityNumber.KINDS)


@dataclass(frozen=True)
class PersonWish:
    """What HR says of a person."""

    name: str
    kind: str
    rank: str = ""

    def cleaned(self) -> PersonWish:
        return PersonWish(text(self.name), self.kind, text(self.rank))


def stream_of(person: Person) -> str:
    return f"person:{person.pk}"


def mend_person(person: Person, wish: PersonWish, *, by: By) -> bool:
    """Correct name, kind and rank; False when all was so already. Raises Incomplete.

    Documents of earlier stretches keep the name and rank of their time.
    """
    wish = wish.cleaned()
    problems = [
        *words("name", wish.name, NAME, _("Write the name.")),
        *words("rank", wish.rank, RANK),
    ]
    if wish.kind not in PersonKind.values:
        problems.append(Problem("kind", _("Choose a kind of the list.")))
    demand(problems)
    with transaction.atomic():
        assert person.agency_id is not None
        lock(person.agency_id)
        fresh = Person.objects.get(pk=person.pk)
        changed = [
            name for name in ("name", "kind", "rank") if getattr(fresh, name) != getattr(wish, name)
        ]
        if not changed:
            return False
        # The name itself is the person's own affair; rank and kind are facts of the service.
        told = {name: [getattr(fresh, name), getattr(wish, name)] for name in changed
                if name != "name"}  # fmt: skip
        fresh.name, fresh.kind, fresh.rank = wish.name, wish.kind, wish.rank
        fresh.save(update_fields=["name", "kind", "rank"])
        record(
            person.agency_id,
            by,
            [Note(stream_of(fresh), "mend_person", {"fields": changed, **told})],
        )
        return True


def correct_number(
    person: Person, kind: str, number: str, *, reason: str, by: By
) -> IdentityNumber:
    """The number a person has now; the one before stays as a former one. Raises Incomplete."""
    number, why = nip.tidy(text(number)), text(reason)
    problems = [*number_problems(kind, number), *reason_problems(why)]
    with transaction.atomic():
        assert person.agency_id is not None
        lock(person.agency_id)
        known = IdentityNumber.objects.filter(number=number)
        if not problems:
            if known.filter(person=person, kind=kind, is_current=True).exists():
                problems.append(Problem("number", _("This is the number recorded already.")))
            elif known.filter(person__agency_id=person.agency_id).exclude(person=person).exists():
                problems.append(
                    Problem("number", _("Somebody else of this agency has this number."))
                )
        demand(problems)
        IdentityNumber.objects.filter(person=person, is_current=True).update(is_current=False)
        # A former number that is right after all comes back.
        current, _is_new = IdentityNumber.objects.update_or_create(
            person=person, kind=kind, number=number, defaults={"is_current": True}
        )
        record(
            person.agency_id,
            by,
            [Note(stream_of(person), "correct_number", {"number": current.pk, "kind": kind}, why)],
        )
        return current


def number_problems(kind: str, number: str) -> Iterator[Problem]:
    """What cannot be right about a number; gentle, as it is people who know it (see cycles.nip).

    The kind is chosen, not guessed: in an NI PPPK the second part is no month, an NRP has no form.
    """
    if kind not in NUMBER_KINDS:
        yield Problem("kind", _("Choose a kind of the list."))
    elif not number.isascii() or not number.isdigit():
        yield Problem("number", _("A number consists of digits only."))
    elif kind == "nrp":
        if len(number) not in nip.NRP_LENGTHS:
            yield Problem("number", _("An NRP has 5 to 17 digits."))
    elif len(number) != nip.LENGTH:
        yield Problem("number", _("It has 18 digits; these are %(n)d.") % {"n": len(number)})
    elif nip.birth_of(number) is None:
        yield Problem("number", _("The first eight digits are no birth date."))
    elif kind == "nip" and not 1 <= int(number[12:14]) <= 12:
        yield Problem("number", _("Digits 9 to 14 are no month of appointment."))
