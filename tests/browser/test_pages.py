"""Every role's pages: no violation that axe finds in light or dark, nothing cut off on a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.builders import NOVEMBER, bring_to, town
from workflow.enums import State

pytestmark = pytest.mark.django_db(transaction=True)

OF_HR = [
    "hr_overview", "hr_people", "hr_overdue", "hr_holders", "hr_pool", "hr_finals",
    "hr_extensions", "hr_unit_results", "hr_cycle", "hr_joiners", "hr_excluded", "hr_close",
]  # fmt: skip


def overflows(person) -> bool:
    return bool(
        person.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    )


def look_at(person, paths):
    for path in paths:
        person.open(path)
        assert not overflows(person), f"{path} is wider than the screen"
    assert person.errors == []


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_employee_and_rater(width, visitor, time_is):
    time_is(NOVEMBER)
    place = town()
    mine = bring_to(place, State.ANNOUNCED)
    bring_to(place, State.SUPERVISOR_REVIEW, place.colleague)
    theirs = place.case(place.colleague)
    look_at(
        visitor("pegawai", width=width),
        ["/", reverse("inbox"), reverse("case", args=[mine.public_id]),
         reverse("document", args=[mine.public_id, "plan", 0]),
         reverse("document", args=[mine.public_id, "rating", 1]),
         reverse("edit", args=[mine.public_id, "objection"]), reverse("notifications")],
    )  # fmt: skip
    look_at(
        visitor("penilai", width=width),
        ["/", reverse("inbox"), reverse("my_people"), reverse("inbox_done"),
         reverse("case", args=[theirs.public_id]),
         reverse("edit", args=[theirs.public_id, "rating"]),
         reverse("act", args=[theirs.public_id, "return_"])],
    )  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_hr(width, visitor, time_is):
    time_is(NOVEMBER)
    place = town()
    case = bring_to(place, State.FINAL_APPROVAL)
    look_at(
        visitor("sdm", width=width),
        [*(reverse(name, args=[place.cycle.public_id]) for name in OF_HR),
         reverse("case", args=[case.public_id]),
         reverse("act", args=[case.public_id, "exclude"]),
         reverse("act", args=[case.public_id, "transfer"])],
    )  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_observer_administrator_and_stranger(width, visitor, time_is):
    time_is(NOVEMBER)
    town()
    for name in ("pengamat", "admin"):
        person = visitor(name, width=width)
        person.open("/")
        menu = person.page.eval_on_selector_all(
            "nav a[href^='/'], main a[href^='/']", "links => links.map(a => a.getAttribute('href'))"
        )
        assert len(menu) > 1
        look_at(person, dict.fromkeys(menu))
    look_at(visitor(width=width), ["/masuk/", "/lupa-kata-sandi/"])
