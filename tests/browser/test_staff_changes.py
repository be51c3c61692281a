"""HR's pages of staff changes: whole for axe and on a phone; a move recorded without JavaScript.

The walk: look for the person, choose the kind, look what it does, let it take effect; then the
leaver writes to the successor, who reads it.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from cycles.models import HandOver, StaffChange
from tests.browser.test_pages import look_at
from tests.builders import APRIL, bring_to, town
from tests.workflow.moves import carry, vacant
from workflow.enums import State
from workflow.permissions import actor_of
from workflow.services.hand_overs import accept

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_staff_changes(width, visitor, time_is):
    time_is(APRIL)
    place, other = town(), town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ")
    bring_to(place, State.CHECKIN_REVIEW)
    vacant(place)
    carry(place, place.rater, "post", APRIL, post=place.posts["hr_second"], may_wait=True)
    carry(place, place.colleague, "agency", APRIL, to_agency=other.agency)
    going, waits = HandOver.objects.get(), StaffChange.objects.first()
    place.hr_second.left_on = APRIL.date()
    place.hr_second.save()

    def at(whose, name, *args, **params):
        url = reverse(name, args=[whose.agency.public_id, *args])
        return f"{url}?{'&'.join(f'{k}={v}' for k, v in params.items())}"

    who = place.rater.public_id
    look_at(visitor("sdm", width=width), [
        at(place, "org_changes"), at(place, "org_change", waits.public_id),
        at(place, "org_change_new", cari="a"), at(place, "org_change_new", orang=who),
        *(at(place, "org_change_new", orang=who, jenis=kind)
          for kind in ("post", "absence", "retirement", "agency")),
        at(place, "org_arrivals", arah="keluar"), at(place, "org_hand_over", going.public_id),
    ])  # fmt: skip
    theirs = visitor("kupang-sdm", width=width)
    look_at(theirs, [at(other, "org_arrivals"), at(other, "org_hand_over", going.public_id)])
    accept(going.pk, post=vacant(other), starts_on=APRIL.date(), author=other.hr.user,
           actor=actor_of(other.hr.user, APRIL.date()), now=APRIL)  # fmt: skip
    case = other.case(place.colleague)
    look_at(theirs, [reverse("case", args=[case.public_id]),
                     reverse("case_before", args=[case.public_id])])  # fmt: skip


@pytest.mark.parametrize("by", ["keyboard", "no-js"])
def test_a_retirement_from_the_search_to_the_successors_case_page(by, visitor, time_is):
    time_is(APRIL)
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    hr = visitor("sdm", by=by)
    hr.open(reverse("org_change_new", args=[place.agency.public_id]))
    hr.fill(cari="penilai")
    hr.press(hr.page.locator("main form[role=search] button"))
    hr.press(hr.page.locator("main .record-lines a").first)
    hr.press(hr.page.locator("main .record-lines a[href*='jenis=retirement']"))
    hr.fill(effective_on="2026-04-07", letter="823/7/BKPSDM", reason="Mencapai batas usia.")
    hr.press(hr.page.locator("main .form-end button[type=submit]").first)
    hr.look()
    assert place.case().turn_person == place.rater, "a look changes nothing"
    hr.press(hr.page.locator("main button[name=terapkan]"))
    assert place.case().turn_person == place.superior

    leaver = visitor("penilai", by=by)
    leaver.open("/")
    leaver.press(leaver.page.locator(f"main a[href='{reverse('notes')}']"))
    leaver.look()
    url = reverse("note", args=[place.case().public_id])
    leaver.press(leaver.page.locator(f"main a[href='{url}']"))
    leaver.fill(text="Target posyandu disepakati lisan.")
    leaver.press(leaver.page.locator("main .form-end button[type=submit]"))

    successor = visitor("atasan", by=by)
    successor.open(reverse("case", args=[place.case().public_id]))
    assert successor.page.get_by_text("Target posyandu disepakati lisan.").count() == 1
