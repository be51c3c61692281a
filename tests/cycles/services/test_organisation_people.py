"""A person's record is mended; the person stays the same, whatever their number."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import translation

from cycles.enums import PersonKind
from cycles.exceptions import Incomplete
from cycles.models import IdentityNumber, LedgerEntry
from cycles.services.organisation import people
from cycles.services.organisation.common import By
from cycles.services.organisation.people import PersonWish
from tests.builders import town

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NIP, OTHER_NIP = "198703152010012003", "198703152010012004"
NI_PPPK = "198703152023212001"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return town(opened=None)


@pytest.fixture
def by(place):
    return By(place.hr.user, MARCH)


def told(person):
    return [
        json.loads(entry.payload)
        for entry in LedgerEntry.objects.filter(stream=f"person:{person.pk}").order_by("seq")
    ]


def test_name_kind_and_rank_are_corrected_and_no_name_stands_in_the_ledger(place, by):
    wish = PersonWish(" Siti Rahmawati, S.Keb. ", PersonKind.PPPK, "IX")
    assert people.mend_person(place.employee, wish, by=by)
    assert not people.mend_person(place.employee, wish, by=by)
    place.employee.refresh_from_db()
    assert (place.employee.name, place.employee.kind, place.employee.rank) == (
        "Siti Rahmawati, S.Keb.", "pppk", "IX",
    )  # fmt: skip
    [payload] = told(place.employee)
    assert payload["data"]["fields"] == ["name", "kind", "rank"]
    assert payload["data"]["rank"] == ["Penata (III/c)", "IX"]
    assert "Siti" not in json.dumps(payload)
    assert "Pegawai" not in json.dumps(payload)


def test_a_person_has_a_name_and_a_kind(place, by):
    with pytest.raises(Incomplete) as raised:
        people.mend_person(place.employee, PersonWish("", "raja", "x" * 81), by=by)
    assert [problem.path for problem in raised.value.problems] == ["name", "rank", "kind"]


def test_a_corrected_number_leaves_the_old_one_as_a_former_one(place, by):
    people.correct_number(place.employee, "nip", NIP, reason="Dari SK", by=by)
    people.correct_number(place.employee, "nip", "19870315 201001 2 004", reason="Salah ketik",
                          by=by)  # fmt: skip
    assert list(
        IdentityNumber.objects.filter(person=place.employee)
        .order_by("id")
        .values_list("number", "is_current")
    ) == [(NIP, False), (OTHER_NIP, True)]
    assert [payload["reason"] for payload in told(place.employee)] == ["Dari SK", "Salah ketik"]
    assert NIP not in json.dumps(told(place.employee))


def test_a_former_number_that_was_right_after_all_comes_back(place, by):
    for number in (NIP, OTHER_NIP, NIP):
        people.correct_number(place.employee, "nip", number, reason="Periksa", by=by)
    assert IdentityNumber.objects.filter(person=place.employee).count() == 2
    assert IdentityNumber.objects.get(person=place.employee, is_current=True).number == NIP


def test_a_new_contract_gives_a_pppk_a_new_number_and_no_new_person(place, by):
    people.correct_number(place.colleague, "ni_pppk", NI_PPPK, reason="Kontrak", by=by)
    people.correct_number(
        place.colleague, "ni_pppk", "198703152028212007", reason="Kontrak baru", by=by
    )
    assert place.colleague.numbers.count() == 2


@pytest.mark.parametrize(
    ("kind", "number", "why"),
    [
        ("nip", "12345", "It has 18 digits; these are 5."),
        ("nip", "19870315201001200A", "A number consists of digits only."),
        ("nip", "198713152010012003", "The first eight digits are no birth date."),
        ("nip", "198703152010992003", "Digits 9 to 14 are no month of appointment."),
        ("ni_pppk", "198702302023212001", "The first eight digits are no birth date."),
        ("nrp", "123", "An NRP has 5 to 17 digits."),
        ("ktp", NIP, "Choose a kind of the list."),
    ],
)
def test_what_cannot_be_a_number_is_said(kind, number, why):
    assert [problem.sentence for problem in people.number_problems(kind, number)] == [why]


def test_the_second_part_of_an_ni_pppk_is_no_month_and_an_nrp_has_no_form():
    assert list(people.number_problems("ni_pppk", "198703152023212001")) == []
    assert list(people.number_problems("nrp", "21970123")) == []


def test_a_number_belongs_to_one_person_of_the_agency(place, by):
    people.correct_number(place.employee, "nip", NIP, reason="Dari SK", by=by)
    with pytest.raises(Incomplete, match="This is the number recorded already"):
        people.correct_number(place.employee, "nip", NIP, reason="Lagi", by=by)
    with pytest.raises(Incomplete, match="Somebody else of this agency has this number"):
        people.correct_number(place.rater, "nip", NIP, reason="Keliru", by=by)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    people.correct_number(
        other.employee, "nip", NIP, reason="Pindahan", by=By(other.hr.user, MARCH)
    )


def test_a_number_is_not_corrected_without_a_reason(place, by):
    with pytest.raises(Incomplete, match="Please give your reasons"):
        people.correct_number(place.employee, "nip", NIP, reason=" ", by=by)
    assert not place.employee.numbers.exists()
