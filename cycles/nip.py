"""Numbers of those who serve: NIP, NI PPPK and NRP.

A NIP has 18 digits: birth (YYYYMMDD), month of appointment (YYYYMM), sex (1 or 2), sequence; it has
no check digit. In an NI PPPK digits 13 and 14 are no month (rules of BKN, as lived). An NRP of TNI
or Polri has no such form. Numbers get corrected and renewed: none of this makes one a key.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from cycles.enums import PersonKind

LENGTH: Final = 18
NRP_LENGTHS: Final = range(5, LENGTH)
_PPPK: Final = PersonKind.PPPK.value
_OFFICIAL: Final = PersonKind.OFFICIAL.value
# Born earlier nobody serves any more.
FIRST_BIRTH: Final = 1930
_NOISE: Final = re.compile(r"[\s.'’`\-\u00a0]")
_DIGITS: Final = re.compile(r"\d+\Z", re.ASCII)


def tidy(written: str) -> str:
    """A number as it is stored: without the blanks, dots and apostrophes of spreadsheets."""
    return _NOISE.sub("", written)


def kind_of(number: str, person: str) -> str:
    """What such a number is called: "nip", "ni_pppk" or "nrp"."""
    if person == _PPPK:
        return "ni_pppk"
    if person == _OFFICIAL and len(number) != LENGTH:
        return "nrp"
    return "nip"


def birth_of(number: str) -> date | None:
    """The birth date in a number; None where it holds none."""
    if len(number) != LENGTH or not _DIGITS.match(number):
        return None
    return _day(number[:8])


def problem_of(number: str, person: str) -> str:
    """A sentence that says how to mend a number; "" when it can be right."""
    if not _DIGITS.match(number):
        return _("A number consists of digits only. Write the digits, or leave the cell empty.")
    kind = kind_of(number, person)
    if kind == "nrp":
        if len(number) in NRP_LENGTHS:
            return ""
        return _("An NRP has 5 to 17 digits. Write it again, or leave the cell empty.")
    if len(number) != LENGTH:
        return _(
            "A NIP has 18 digits; these are %(n)d. Write it again, or leave the cell empty."
        ) % {"n": len(number)}
    birth = _day(number[:8])
    if birth is None or birth.year < FIRST_BIRTH:
        return _("The first eight digits are no birth date (YYYYMMDD). Compare with the decree.")
    if kind == "nip":
        if not 1 <= int(number[12:14]) <= 12 or int(number[8:12]) <= birth.year:
            return _(
                "Digits 9 to 14 are no month of appointment (YYYYMM). Compare with the decree; "
                "of a PPPK write PPPK as kind."
            )
        if number[14] not in "12":
            return _("Digit 15 of a NIP is 1 (man) or 2 (woman). Compare with the decree.")
    return ""


def masked(number: str) -> str:
    """A number as lists may show it: only that there is one, and its end."""
    return f"…{number[-3:]}" if number else ""


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
