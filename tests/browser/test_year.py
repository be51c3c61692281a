"""One whole year in a browser: with the mouse, with the keyboard alone, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from cycles.models import Appraisal
from tests.browser.conftest import Visitor
from tests.builders import JANUARY, NOVEMBER, town
from workflow.enums import State
from workflow.services import sweeps

pytestmark = pytest.mark.django_db(transaction=True)


def write(person: Visitor, case, kind: str) -> None:
    person.open(reverse("edit", args=[case.public_id, kind]))


def act(person: Visitor, case, action: str, **fields: str) -> None:
    """An act on its own page, which exists for everybody, with or without JavaScript."""
    person.open(reverse("act", args=[case.public_id, action]))
    person.fill(**fields)
    person.press(person.page.locator("main .form-end button.btn-primary").last)


@pytest.mark.parametrize("by", ["mouse", "keyboard", "no-js"])
def test_a_year_from_the_plan_to_the_final_approval(by, visitor, time_is, capsys):
    time_is(JANUARY)
    place = town()
    case = place.case()

    def stands(state: State) -> None:
        assert place.case().state == state

    employee, rater = visitor("pegawai", by=by), visitor("penilai", by=by)
    superior, hr = visitor("atasan", by=by), visitor("sdm", by=by)
    for person in (employee, rater, superior, hr):
        person.open("/")

    # The employee plans; without a target the plan is not taken, and nothing typed is lost.
    write(employee, case, "plan")
    employee.fill(
        results__r1__title="Cakupan imunisasi dasar lengkap meningkat",
        results__r1__quantity__indicator="Bayi terimunisasi",
    )
    employee.hand_in("submit")
    expect(employee.page.locator("main [name='results.r1.title']")).to_have_value(
        "Cakupan imunisasi dasar lengkap meningkat"
    )
    stands(State.PLANNING)
    employee.fill(results__r1__quantity__target="240 bayi")
    employee.hand_in("submit")
    stands(State.PLAN_REVIEW)
    employee.look()

    # The rater returns it with a reason; the employee sees it, mends, and submits again.
    time_is(JANUARY + timedelta(days=1))
    rater.open(reverse("inbox"))
    act(rater, case, "return_", reason="Targetnya terlalu rendah dibanding tahun lalu.")
    stands(State.PLANNING)
    write(employee, case, "plan")
    expect(employee.page.get_by_text("Targetnya terlalu rendah").first).to_be_visible()
    employee.page.locator("main [name='results.r1.quantity.target']").fill("260 bayi")
    employee.hand_in("submit")
    stands(State.PLAN_REVIEW)
    rater.open(reverse("inbox"))
    act(rater, case, "approve")
    stands(State.MONITORING)

    # Two check-ins, the mid-year review being the second.
    for month in (4, 7):
        time_is(JANUARY.replace(month=month, day=8))
        write(employee, case, "checkin")
        employee.fill(items__r1__realisation=f"{month * 20} bayi")
        employee.hand_in("submit_checkin")
        stands(State.CHECKIN_REVIEW)
        act(rater, case, "approve")
        stands(State.MONITORING)

    # The assessment opens by itself; self-assessment, rating, delivery.
    time_is(NOVEMBER)
    sweeps.open_assessments()
    stands(State.SELF_ASSESSMENT)
    write(employee, case, "self_assessment")
    employee.fill(items__r1__realisation="251 bayi", reflection="Posyandu malam sangat membantu.")
    employee.hand_in("submit")
    stands(State.SUPERVISOR_REVIEW)
    write(rater, case, "rating")
    rater.choose("work", "meets")
    rater.choose("behaviour", "meets")
    rater.fill(work_reason="Hampir seluruh target tercapai.", behaviour_reason="Ramah dan tanggap.")
    rater.hand_in("rate")
    stands(State.DELIVERY)
    employee.open(reverse("case", args=[case.public_id]))
    expect(employee.page.get_by_text("Hampir seluruh target tercapai.")).to_have_count(0)
    act(employee, case, "deliver")
    stands(State.ANNOUNCED)
    employee.open(reverse("case", args=[case.public_id]))

    # The objection: both sides write, the rater's superior decides.
    write(employee, case, "objection")
    employee.fill(text="Targetnya diubah di tengah tahun tanpa kesepakatan saya.")
    employee.hand_in("object")
    stands(State.OBJECTION_STATEMENTS)
    write(rater, case, "explanation")
    rater.fill(text="Perubahan dibahas dalam pemantauan tengah tahun.")
    rater.hand_in("explain")
    write(employee, case, "statement")
    employee.fill(text="Dalam catatan pemantauan tidak ada perubahan target.")
    employee.hand_in("add_statement")
    stands(State.OBJECTION_DECISION)
    superior.open(reverse("inbox"))
    write(superior, case, "decision")
    superior.fill(reasons="Catatan pemantauan mendukung pegawai.")
    superior.unfold("work")
    superior.choose("work", "above")
    superior.choose("behaviour", "meets")
    superior.hand_in("change")
    stands(State.FINAL_APPROVAL)

    # HR settles it.
    hr.open(reverse("hr"))
    act(hr, case, "settle")
    stands(State.CLOSED)
    assert Appraisal.objects.get(pk=case.appraisal_id).work_rating == "above"

    # The ledger verifies, and the case page tells the story.
    call_command("verify_ledger")
    employee.open(reverse("case", args=[case.public_id]))
    story = employee.page.locator("main").text_content() or ""
    for word in ("Targetnya terlalu rendah", "Atasan", "Sdm"):
        assert word in story
    for person in (employee, rater, superior, hr):
        assert person.errors == []
