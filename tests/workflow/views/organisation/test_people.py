"""HR's people: the list, a person's page, who rates them and why, and mending it all."""

from datetime import date

import pytest
from django.core import mail

from cycles.enums import AbsenceKind, ActingKind, PostKind, Role
from cycles.models import (
    Absence,
    Acting,
    IdentityNumber,
    Posting,
    RaterException,
    RoleGrant,
    Unit,
    User,
)
from cycles.services.superiors import derive
from tests.builders import bring_to, person, seat, town
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import (
    MARCH,
    at,
    confirmed,
    get,
    post,
    queries_of,
    words,
)
from workflow.enums import State
from workflow.views.organisation.people import MOST_UNITS

pytestmark = pytest.mark.django_db

NIP, FORMER = "198703152010012003", "198703152010012009"


@pytest.fixture
def place(client):
    place = town()
    log_in(client, place.hr)
    return place


def names(answer):
    return [row.person.name for row, *_rest in answer.context["rows"]]


# --- the list ------------------------------------------------------------------------------------


def test_the_agencys_people_stand_by_name_with_post_and_unit_and_without_a_number(client, place):
    IdentityNumber.objects.create(person=place.employee, kind="nip", number=NIP)
    answer = get(client, at(place, "org_people"))
    assert names(answer) == ["Atasan", "Pegawai", "Penilai", "Rekan", "Sdm", "Sdm Dua", "Wali"]
    page = words(answer)
    assert "Bidan Ahli Pertama" in page
    assert NIP not in page


def test_a_part_of_the_name_a_unit_and_a_state_narrow_the_list(client, place):
    url = at(place, "org_people")
    Absence.objects.create(agency=place.agency, person=place.rater, kind=AbsenceKind.LONG_LEAVE,
                           starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 31))  # fmt: skip
    place.colleague.left_on = date(2026, 2, 1)
    place.colleague.save()
    person(place.agency, "Tanpa Jabatan")
    assert names(get(client, url, cari="awai")) == ["Pegawai"]
    assert names(get(client, url, unit=str(place.section.public_id))) == [
        "Pegawai", "Penilai", "Rekan",
    ]  # fmt: skip
    assert names(get(client, url, keadaan="tidak-di-tempat")) == ["Penilai"]
    assert names(get(client, url, keadaan="keluar")) == ["Rekan"]
    assert names(get(client, url, keadaan="tanpa-jabatan")) == ["Tanpa Jabatan"]
    assert "Penilai" not in names(get(client, url, keadaan="bertugas"))
    # As of January nobody was away and the colleague was still here.
    assert names(get(client, url, keadaan="tidak-di-tempat", pada="2026-01-15")) == []
    assert names(get(client, url, keadaan="keluar", pada="2026-01-15")) == []


def test_strange_parameters_show_the_whole_list(client, place):
    answer = get(client, at(place, "org_people"), unit="x", keadaan="?", pada="kemarin",
                 setelah="\x00", cari="\x00")  # fmt: skip
    assert len(names(answer)) == 7


def test_pages_follow_each_other_without_gap_or_repeat(client, place):
    for number in range(60):
        person(place.agency, f"Orang {number:02}")
    first = get(client, at(place, "org_people"))
    second = client.get(first.context["next_url"])
    assert len(names(first)) == 50
    assert len({*names(first), *names(second)}) == 67
    back = client.get(second.context["previous_url"])
    assert names(back) == names(first)


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_three(client, more):
    place = town()
    for number in range(more):
        seat(person(place.agency, f"Orang {number}"), place.section, f"Perawat {number}",
             place.posts["rater"])  # fmt: skip
    log_in(client, place.hr)
    assert queries_of(client, at(place, "org_people")) == 8


def test_units_are_offered_as_a_choice_only_while_they_are_few(client, place):
    url = at(place, "org_people")
    assert [label for _key, label in get(client, url).context["units"]] == [
        "Pemerintah Kota", "– BKPSDM", "– Dinas Kesehatan", "– – Puskesmas Pamulang",
    ]  # fmt: skip
    Unit.objects.bulk_create(
        Unit(agency=place.agency, name=f"Unit {n}", path=f"9{n}.") for n in range(MOST_UNITS)
    )
    assert get(client, url).context["units"] == []
    narrowed = get(client, url, unit=str(place.section.public_id))
    assert [label for _key, label in narrowed.context["units"]] == ["– – Puskesmas Pamulang"]
    assert names(narrowed) == ["Pegawai", "Penilai", "Rekan"]


# --- a person ------------------------------------------------------------------------------------


def test_the_page_shows_numbers_with_their_history_and_the_account(client, place):
    IdentityNumber.objects.create(person=place.employee, kind="nip", number=FORMER,
                                  is_current=False)  # fmt: skip
    IdentityNumber.objects.create(person=place.employee, kind="nip", number=NIP)
    page = words(get(client, at(place, "org_person", place.employee.public_id)))
    assert NIP in page
    assert FORMER in page
    assert "(former)" in page
    assert "pegawai@example.org" in page


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "never logged in"),
        ({"is_active": False}, "shut"),
        ({"email": ""}, "no e-mail address"),
        ({"last_login": MARCH}, "in use"),
        ({"password": "!"}, "not invited yet"),
        ({"password": "!", "invited_at": MARCH}, "invited"),
    ],
)
def test_where_an_account_stands_is_said_in_a_word(client, place, change, expected):
    User.objects.filter(person=place.employee).update(**change)
    answer = get(client, at(place, "org_person", place.employee.public_id))
    assert answer.context["account"][0] == expected
    person_without = person(place.agency, "Tanpa Akun")
    person_without.user.delete()
    answer = get(client, at(place, "org_person", person_without.public_id))
    assert answer.context["account"][0] == "no account"


def test_the_holder_of_the_post_right_above_rates(client, place):
    answer = get(client, at(place, "org_person", place.employee.public_id)).context["answer"]
    assert answer.rater == place.rater
    assert answer.why == "Holds the post right above."
    assert [rung.post.title for rung in answer.rungs] == [
        "Kepala Puskesmas", "Kepala Dinas Kesehatan", "Wali Kota",
    ]  # fmt: skip


def test_past_a_vacant_post_the_next_one_rates_and_the_page_says_so(client, place):
    Posting.objects.filter(post=place.posts["rater"]).update(ends_on=date(2026, 2, 28))
    url = at(place, "org_person", place.employee.public_id)
    answer = get(client, url).context["answer"]
    assert answer.rater == place.superior
    assert answer.why == (
        "Holds the next post above that somebody sits on. "
        "Passed over, as nobody may rate from there: Kepala Puskesmas."
    )
    # Asked as of February, the old rater sat there.
    then = get(client, url, pada="2026-02-28")
    assert then.context["answer"].rater == place.rater
    assert "As it stood on" in words(then)


def test_an_acting_official_rates_for_a_vacant_post(client, place):
    Posting.objects.filter(post=place.posts["rater"]).update(ends_on=date(2026, 2, 28))
    Acting.objects.create(agency=place.agency, post=place.posts["rater"], person=place.hr_second,
                          kind=ActingKind.PLT, letter="800/1", starts_on=date(2026, 3, 1),
                          ends_on=date(2026, 5, 31))  # fmt: skip
    answer = get(client, at(place, "org_person", place.employee.public_id)).context["answer"]
    assert (answer.rater, answer.why) == (place.hr_second, "Acts for the post right above.")


def test_where_nobody_sits_above_hr_does_what_a_rater_would(client, place):
    url = at(place, "org_person", place.mayor.public_id)
    answer = get(client, url).context["answer"]
    assert answer.rater is None
    assert answer.why == "No post stands above this one: HR does what a rater would."
    free = person(place.agency, "Tanpa Jabatan")
    answer = get(client, at(place, "org_person", free.public_id)).context["answer"]
    assert answer.why == "Holds no post on this day, so nobody rates."


def test_a_rater_who_differs_from_the_records_is_pointed_out(client, place):
    Posting.objects.filter(post=place.posts["rater"]).update(ends_on=date(2026, 2, 28))
    page = words(get(client, at(place, "org_person", place.employee.public_id)))
    assert "The appraisal names another rater than the records." in page


def test_a_persons_page_takes_the_same_number_of_statements_whatever_it_shows(client, place):
    url = at(place, "org_person", place.employee.public_id)
    before = queries_of(client, url)
    for year in (2020, 2021, 2022):
        Absence.objects.create(
            agency=place.agency, person=place.employee, kind=AbsenceKind.STUDY,
            starts_on=date(year, 1, 1), ends_on=date(year, 6, 1),
        )  # fmt: skip
        old = seat(None, place.office, f"Jabatan {year}")
        Posting.objects.create(agency=place.agency, person=place.employee, post=old,
                               starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))  # fmt: skip
    assert queries_of(client, url) == before


# --- mending -------------------------------------------------------------------------------------


def act(place, name, who=None):
    return at(place, "org_person_act", (who or place.employee).public_id, name)


def test_the_record_is_corrected_and_the_story_tells_of_it(client, place):
    answer = post(client, act(place, "ubah"), name="Siti Rahmawati", kind="pns", rank="Penata")
    url = at(place, "org_person", place.employee.public_id)
    assert (answer.status_code, answer["Location"]) == (302, url)
    page = words(get(client, url))
    assert "Siti Rahmawati" in page
    assert "The record was corrected" in page
    assert "from Penata (III/c) to Penata" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(client, place):
    answer = post(client, act(place, "nomor"), kind="nip", number="12", reason="Salah ketik")
    assert answer.status_code == 422
    assert answer.context["form"].errors["number"] == ["It has 18 digits; these are 2."]
    assert "Salah ketik" in words(answer)
    assert not place.employee.numbers.exists()


def test_a_corrected_number_shows_on_the_page_and_not_in_the_address(client, place):
    answer = post(client, act(place, "nomor"), kind="nip", number=NIP, reason="Dari SK")
    assert NIP not in answer["Location"]
    page = words(client.get(answer["Location"]))
    assert NIP in page
    assert "The number was corrected" in page


def test_the_old_address_is_told_when_the_address_changes(
    client, place, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        post(client, act(place, "surel"), email="baru@example.org")
    assert User.objects.get(person=place.employee).email == "baru@example.org"
    [letter] = mail.outbox
    assert letter.to == ["pegawai@example.org"]
    with django_capture_on_commit_callbacks(execute=True):
        post(client, act(place, "surel"), email="baru@example.org")
    assert len(mail.outbox) == 1


def test_the_address_of_an_account_with_a_role_is_not_hrs_to_change(client, place):
    RoleGrant.objects.create(user=place.employee.user, role=Role.ADMIN)
    for who in (place.employee, place.hr_second):
        answer = post(client, act(place, "surel", who), email="baru@example.org")
        assert answer.status_code == 409
        assert "an administrator changes its address" in words(answer)
    assert not User.objects.filter(email="baru@example.org").exists()
    assert mail.outbox == []


def test_another_rater_is_found_by_a_part_of_the_name_and_rates_at_once(client, place):
    bring_to(place, State.PLAN_REVIEW)
    url = act(place, "penilai")
    looked = post(
        client, url, cari="1", search="Atas", reason="Suami istri", starts_on="2026-03-02"
    )
    assert looked.status_code == 200
    assert [label for _key, label in looked.context["form"].fields["chosen"].choices] == [
        "Atasan, Kepala Dinas Kesehatan, Dinas Kesehatan"
    ]
    assert "Suami istri" in words(looked)
    answer = post(client, url, search="Atas", chosen=str(place.superior.public_id),
                  reason="Suami istri", starts_on="2026-03-02")  # fmt: skip
    assert answer.status_code == 302
    assert place.case().turn_person == place.superior
    page = get(client, at(place, "org_person", place.employee.public_id))
    assert page.context["answer"].rater == place.superior
    assert "Suami istri" in words(page)


def test_an_exception_is_ended_after_a_look_at_who_rates_then(client, place):
    post(client, act(place, "penilai"), chosen=str(place.superior.public_id),
         reason="Suami istri", starts_on="2026-03-02")  # fmt: skip
    exception = RaterException.objects.get()
    url = at(place, "org_exception_end", place.employee.public_id, exception.public_id)
    shown = post(client, url, last_day="2026-03-01", reason="Pindah")
    assert "Then rates: Penilai. Holds the post right above." in words(shown)
    assert RaterException.objects.get().ended_at is None
    answer = confirmed(client, url, last_day="2026-03-01", reason="Pindah")
    assert answer.status_code == 302
    assert place.case().rater == place.rater
    assert "The superior rates again" in words(client.get(answer["Location"]))


def test_hr_sees_why_it_cannot_choose_its_own_rater(client, place):
    page = words(get(client, at(place, "org_person", place.hr.public_id)))
    assert "Nobody chooses their own rater." in page
    answer = post(client, act(place, "penilai", place.hr), chosen=str(place.superior.public_id),
                  reason="x", starts_on="2026-03-02")  # fmt: skip
    assert answer.status_code == 409
    assert not RaterException.objects.exists()


def test_a_person_of_another_agency_cannot_be_forged_into_a_form(client, place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    answer = post(client, act(place, "penilai"), chosen=str(other.rater.public_id), reason="x",
                  starts_on="2026-03-02")  # fmt: skip
    assert answer.status_code == 422
    assert "What you chose is not in this list." in words(answer)
    assert not RaterException.objects.exists()


def test_what_the_former_agency_recorded_stays_there(client, place):
    """A person moves to Kupang: its HR sees the person, and nothing that Tangsel wrote."""
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    post(client, act(place, "ubah"), name="Siti", kind="pns", rank="Penata")
    post(client, act(place, "penilai"), chosen=str(place.superior.public_id),
         reason="Suami istri", starts_on="2026-02-01")  # fmt: skip
    Absence.objects.create(agency=place.agency, person=place.employee, kind=AbsenceKind.STUDY,
                           starts_on=date(2026, 1, 5), letter="SK-TANGSEL")  # fmt: skip
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.employee,
        kind=ActingKind.PLH, letter="PLH-TANGSEL", starts_on="2026-01-05", ends_on="2026-05-31",
    )  # fmt: skip
    place.employee.refresh_from_db()
    place.employee.agency = other.agency
    place.employee.save()
    log_in(client, other.hr)
    url = at(other, "org_person", place.employee.public_id)
    for day in ({}, {"pada": "2026-02-10"}):
        answer = get(client, url, **day)
        page = words(answer)
        assert "Siti" in page
        for secret in ("Bidan Ahli Pertama", "Kepala Puskesmas", "Suami istri", "TANGSEL",
                       "Atasan", "The record was corrected", "Penilaian"):  # fmt: skip
            assert secret not in page.split("</header>")[-1].replace("Kupang Atasan", ""), secret
        assert answer.context["answer"].rater is None
        assert answer.context["case"] is None
    listed = get(client, at(other, "org_people"), cari="Siti")
    assert [row.posting for row, *_rest in listed.context["rows"]] == [None]


def test_a_functional_post_derives_its_rater_from_the_tree(client, place):
    """The page answers for whoever joins, before any appraisal exists."""
    newcomer = person(place.agency, "Putri")
    seat(newcomer, place.section, "Apoteker", None, PostKind.FUNGSIONAL)
    derive(place.agency)
    answer = get(client, at(place, "org_person", newcomer.public_id)).context["answer"]
    assert answer.rater == place.rater
