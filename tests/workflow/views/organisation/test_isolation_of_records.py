"""Records of an agency exist for its own HR only, at every address."""

import pytest
from django.test import Client
from django.urls import reverse

from cycles.enums import ActingKind
from cycles.models import Acting, RaterException
from tests.builders import town
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import MARCH, at, get, post
from workflow.urls.people import urlpatterns
from workflow.views.organisation import people, posts, units

pytestmark = pytest.mark.django_db


def furnish(place):
    """An appointment and an exception, so that each address has something behind it."""
    acting = Acting.objects.create(
        agency=place.agency, post=place.posts["superior"], person=place.hr_second,
        kind=ActingKind.PLH, letter="800/1", starts_on="2026-03-01", ends_on="2026-05-31",
    )  # fmt: skip
    exception = RaterException.objects.create(
        agency=place.agency, person=place.employee, rater=place.superior, reason="x",
        starts_on="2026-03-01", author=place.hr.user, created_at=MARCH,
    )  # fmt: skip
    return acting, exception


def addresses(place, of=None):
    """Every address with ids of `of` (else of the same agency) below the agency of `place`."""
    of = of or place
    acting, exception = furnish(of)
    someone, unit, seat = (
        of.employee.public_id, of.section.public_id, of.posts["rater"].public_id,
    )  # fmt: skip
    found = {
        "org_person": [(someone,)],
        "org_exception_end": [(someone, exception.public_id)],
        "org_person_act": [(someone, act) for act in people.ACTS],
        "org_unit": [(unit,)],
        "org_unit_act": [(unit, act) for act in units.ACTS],
        "org_post": [(seat,)],
        "org_post_act": [(seat, act) for act in posts.ACTS],
        "org_acting": [(acting.pk,)],
        "org_acting_end": [(acting.pk,)],
    }
    lists = ["org_people", "org_units", "org_unit_new", "org_posts", "org_actings",
             "org_acting_new"]  # fmt: skip
    urls = [at(place, name, *args) for name, many in found.items() for args in many]
    if of is place:
        urls += [at(place, name) for name in lists]
    else:
        urls.append(at(place, "org_acting_new") + f"?jabatan={seat}")
    return urls, {*found, *lists}


def test_no_address_is_left_out_of_these_tests():
    place = town()
    assert {pattern.name for pattern in urlpatterns} == addresses(place)[1]


def test_the_own_hr_finds_every_page(client):
    place = town()
    log_in(client, place.hr)
    for url in addresses(place)[0]:
        answer = get(client, url)
        assert answer.status_code == 200, url
        assert 'class="page-head"' in answer.content.decode(), url


@pytest.mark.parametrize("method", [get, post])
def test_another_agencys_hr_finds_nothing(client, method):
    ours, theirs = town(), town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    log_in(client, theirs.hr)
    for url in addresses(ours)[0]:
        assert method(client, url).status_code in {404, 405}, url
        assert get(client, url).status_code == 404, url


@pytest.mark.parametrize("method", [get, post])
def test_ids_of_another_agency_are_unknown_below_the_own(client, method):
    ours, theirs = town(), town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    log_in(client, ours.hr)
    for url in addresses(ours, of=theirs)[0]:
        assert method(client, url).status_code in {404, 405}, url
        assert get(client, url).status_code == 404, url


@pytest.mark.parametrize("who", ["employee", "rater", "superior", "mayor", "observer", "admin"])
def test_who_is_no_hr_finds_no_records(client, who):
    place = town()
    someone = getattr(place, who)
    client.force_login(
        getattr(someone, "user", someone), backend="django.contrib.auth.backends.ModelBackend"
    )
    for url in addresses(place)[0]:
        assert get(client, url).status_code == 404, url


def test_a_stranger_is_asked_to_log_in(client):
    place = town()
    for url in addresses(place)[0]:
        answer = get(client, url)
        assert answer.status_code == 302, url
        assert reverse("login") in answer["Location"], url


def test_an_act_that_does_not_exist_is_not_found(client):
    place = town()
    log_in(client, place.hr)
    for name, key in [
        ("org_person_act", place.employee), ("org_unit_act", place.section),
        ("org_post_act", place.posts["rater"]),
    ]:  # fmt: skip
        assert get(client, at(place, name, key.public_id, "hapus")).status_code == 404


def test_a_post_without_a_token_changes_nothing(client):
    place = town()
    guarded = log_in(Client(enforce_csrf_checks=True), place.hr)
    url = at(place, "org_person_act", place.employee.public_id, "ubah")
    answer = post(guarded, url, name="Lain", kind="pns", rank="")
    assert answer.status_code == 403
    place.employee.refresh_from_db()
    assert place.employee.name == "Pegawai"
