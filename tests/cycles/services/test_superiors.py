"""The seat above a post follows the unit tree, unless the agency gave another."""

import pytest

from cycles.models import Agency, Post
from cycles.services import superiors
from tests.builders import seat, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return Agency.objects.create(
        code="53.71", name="Kota Kupang", short_name="Kupang", zone="Asia/Makassar"
    )


def test_staff_stand_below_their_head_and_heads_below_the_next_head_above(agency):
    root = unit(agency, "Pemerintah Kota")
    office = unit(agency, "Dinas Kesehatan", root)
    section = unit(agency, "Bidang P2P", office)
    chief = seat(None, root, "Wali Kota", is_head=True)
    clerk = seat(None, section, "Epidemiolog")
    head = seat(None, section, "Kepala Bidang", is_head=True)
    superiors.derive(agency)
    clerk.refresh_from_db()
    head.refresh_from_db()
    # The office in between has no head's post: the chain goes on to the one above.
    assert (clerk.superior, head.superior) == (head, chief)


def test_where_a_unit_has_no_head_its_staff_stand_below_the_next_one_above(agency):
    root = unit(agency, "Pemerintah Kota")
    chief = seat(None, root, "Wali Kota", is_head=True)
    clerk = seat(None, unit(agency, "Dinas Baru", root), "Analis")
    superiors.derive(agency)
    clerk.refresh_from_db()
    assert clerk.superior == chief


def test_a_superior_given_by_the_agency_and_closed_posts_are_left_alone(agency):
    root = unit(agency, "Pemerintah Kota")
    head = seat(None, root, "Kepala", is_head=True)
    secretary = seat(None, root, "Sekretaris")
    given = seat(None, root, "Analis", superior=secretary)
    closed = seat(None, root, "Juru tik", superior=secretary)
    Post.objects.filter(pk=given.pk).update(is_superior_given=True)
    Post.objects.filter(pk=closed.pk).update(closed_on="2025-12-31")
    assert [new.post_id for new in superiors.derivable(agency)] == [secretary.pk]
    superiors.derive(agency)
    given.refresh_from_db()
    closed.refresh_from_db()
    secretary.refresh_from_db()
    assert (given.superior, closed.superior, secretary.superior) == (secretary, secretary, head)
    assert superiors.derive(agency) == []


def test_another_agency_is_not_touched(agency):
    other = Agency.objects.create(
        code="36.74", name="Kota Tangerang Selatan", short_name="Tangsel", zone="Asia/Jakarta"
    )
    root = unit(other, "Pemerintah Kota")
    seat(None, root, "Wali Kota", is_head=True)
    clerk = seat(None, root, "Analis")
    superiors.derive(agency)
    clerk.refresh_from_db()
    assert clerk.superior is None
