"""Numbers of civil servants: read gently, never trusted as a key."""

from datetime import date

import pytest
from django.utils import translation

from cycles import nip

GOOD = "198203152009012903"


@pytest.fixture(autouse=True)
def _in_the_source_language():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "written", ["198203152009012903", "19820315 200901 2 903", "'19820315.200901.2.903"]
)
def test_blanks_dots_and_apostrophes_of_spreadsheets_do_not_matter(written):
    assert nip.tidy(written) == GOOD
    assert nip.problem_of(nip.tidy(written), "pns") == ""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("1982031520090129", "18 digits; these are 16"),
        ("19820315200901290X", "digits only"),
        ("198213152009012903", "no birth date"),
        ("198202302009012903", "no birth date"),
        ("190003152009012903", "no birth date"),
        ("198203152009132903", "no month of appointment"),
        ("198203151981012903", "no month of appointment"),
        ("198203152009013903", "Digit 15"),
    ],
)
def test_what_cannot_be_a_nip_is_said_with_the_way_to_mend_it(number, said):
    assert said in nip.problem_of(number, "pns")


def test_in_the_number_of_a_pppk_digits_13_and_14_are_no_month():
    number = "199206172023212905"
    assert nip.problem_of(number, "pppk") == ""
    assert nip.kind_of(number, "pppk") == "ni_pppk"
    assert "PPPK" in nip.problem_of(number, "pns")
    # Its sequence and sex are not judged either: agencies number in ways of their own.
    assert nip.problem_of("199206172023219905", "pppk") == ""
    assert "birth date" in nip.problem_of("199213172023212905", "pppk")


def test_soldiers_and_policemen_have_an_nrp_of_another_length():
    assert nip.kind_of("78051234", "official") == "nrp"
    assert nip.problem_of("78051234", "official") == ""
    assert "5 to 17" in nip.problem_of("123", "official")
    assert "18 digits" in nip.problem_of("78051234", "pns")
    assert nip.kind_of(GOOD, "official") == "nip"


def test_the_birth_date_is_read_only_where_there_is_one():
    assert nip.birth_of(GOOD) == date(1982, 3, 15)
    assert nip.birth_of("78051234") is None
    assert nip.birth_of("198202302009012903") is None
    # Digits of other scripts are no digits of a NIP.
    assert nip.birth_of("١٩٨٢٠٣١٥٢٠٠٩٠١٢٩٠٣") is None


def test_lists_show_only_the_end_of_a_number():
    assert nip.masked(GOOD) == "…903"
    assert nip.masked("") == ""
