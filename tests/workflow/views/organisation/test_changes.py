"""HR records staff changes: steps, preview, list, calling off, arrivals; nobody else sees them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cycles.models import HandOver, LedgerEntry, StaffChange
from tests.builders import APRIL, JANUARY, NOVEMBER, Town, actor, bring_to, person, seat, town
from tests.workflow.moves import carry, vacant
from tests.workflow.views.hr.office import kupang, log_in
from tests.workflow.views.organisation.records import at, get, post, queries_of, words
from workflow.enums import State
from workflow.models import Case, SuccessorNote
from workflow.services.hand_overs import accept
from workflow.services.staff_changes import apply_due

pytestmark = pytest.mark.django_db


def new(place: Town, who, kind: str = "") -> str:
    url = f"{at(place, 'org_change_new')}?orang={who.public_id}"
    return f"{url}&jenis={kind}" if kind else url


def fields(**more):
    return {"effective_on": "2026-04-07", "letter": "800/12", "reason": "Sesuai surat.", **more}


def look(client, url, now=APRIL, **given):
    return post(client, url, now, **fields(**given))


def act(client, url, now=APRIL, button="1", **given):
    """Look at the preview, then press the button below it."""
    shown = look(client, url, now, **given)
    assert shown.status_code == 200, words(shown)
    seen = shown.context["form"]["seen"].value()
    return post(client, url, now, **fields(**given), seen=seen, terapkan=button)


# --- a new change ------------------------------------------------------------------------------


def test_hr_looks_for_the_person_chooses_the_kind_and_sees_what_each_means(client):
    place = town()
    log_in(client, place.hr)
    found = get(client, at(place, "org_change_new"), APRIL, cari="pegaw")
    assert new(place, place.employee) in found.content.decode()
    assert "Penilai" not in words(found)
    kinds = words(get(client, new(place, place.employee), APRIL))
    assert "Move to another post" in kinds
    assert "Return from an absence" not in kinds, "nobody returns who was not away"
    carry(place, place.employee, "absence", APRIL, absence="long_leave")
    later = APRIL + timedelta(days=1)
    assert "Return from an absence" in words(get(client, new(place, place.employee), later))


def test_the_preview_names_what_will_happen_and_writes_nothing(client):
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    log_in(client, place.hr)
    before = LedgerEntry.objects.count()
    shown = look(client, new(place, place.rater, "retirement"), JANUARY, effective_on="2026-01-05")
    text = re.sub(r"<[^>]+>", " ", words(shown))
    text = " ".join(text.split())
    assert "Pegawai Plan under review the item, the rater&#x27;s part Penilai Atasan" in text
    assert "Basis: Pre-retirement (MPP) or retirement" in text
    assert "Vacant: Kepala Puskesmas" in text
    assert (StaffChange.objects.count(), LedgerEntry.objects.count()) == (0, before)
    assert place.case().turn_person == place.rater


def test_the_button_below_the_preview_lets_it_take_effect(client):
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    log_in(client, place.hr)
    url = new(place, place.rater, "retirement")
    done = act(client, url, JANUARY, effective_on="2026-01-05")
    change = StaffChange.objects.get()
    assert done.url == at(place, "org_change", change.public_id)
    assert (change.applied_at, place.case().turn_person) == (JANUARY, place.superior)
    page = words(get(client, done.url, JANUARY))
    assert "In effect" in page
    assert "Sesuai surat." in page


def test_without_a_look_or_with_other_values_nothing_takes_effect(client):
    place = town()
    log_in(client, place.hr)
    url, one, other = new(place, place.employee, "post"), vacant(place), vacant(place, "Lain")
    assert post(client, url, APRIL, **fields(chosen=one.public_id), terapkan="1").status_code == 200
    seen = look(client, url, chosen=one.public_id).context["form"]["seen"].value()
    again = post(client, url, APRIL, **fields(chosen=other.public_id), seen=seen, terapkan="1")
    assert again.status_code == 200
    assert not StaffChange.objects.exists()
    post(client, url, APRIL, **fields(chosen=one.public_id), seen=seen, terapkan="1")
    assert place.case().post == one


def test_without_words_only_vacant_posts_stand_there_with_words_also_held_ones(client):
    place = town()
    post_free = vacant(place, "Analis Gizi")
    log_in(client, place.hr)
    url = new(place, place.employee, "post")
    page = words(get(client, url, APRIL))
    assert "Analis Gizi" in page
    assert "Perawat Terampil" not in page
    page = words(post(client, url, APRIL, **fields(search="perawat"), cari="1"))
    assert "Perawat Terampil, Puskesmas Pamulang (held by Rekan)" in page
    assert post_free.title not in page


def test_a_held_post_can_be_waited_for(client):
    place = town()
    log_in(client, place.hr)
    url = new(place, place.employee, "post")
    given = {"search": "perawat", "chosen": place.posts["colleague"].public_id}
    shown = look(client, url, **given)
    assert "Not as things stand" in words(shown)
    act(client, url, button="tunggu", **given)
    change = StaffChange.objects.get()
    assert (change.applied_at, "Rekan" in change.problem) == (None, True)
    listed = words(get(client, at(place, "org_changes"), APRIL))
    assert change.problem in listed
    carry(place, place.colleague, "retirement", APRIL)
    apply_due(APRIL)
    assert place.case().post == place.posts["colleague"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(client):
    place = town()
    log_in(client, place.hr)
    answer = look(client, new(place, place.employee, "post"), letter="", reason="Surat\x00 Wali")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"letter", "chosen"}
    assert "Surat Wali" in words(answer)
    answer = look(client, new(place, place.employee, "retirement"), effective_on="2020-01-01")
    assert (answer.status_code, "effective_on" in answer.context["form"].errors) == (422, True)


def test_nobody_of_hr_records_their_own(client):
    place = town()
    log_in(client, place.hr)
    answer = get(client, new(place, place.hr, "retirement"), APRIL)
    assert answer.status_code == 409
    assert "let a colleague of HR do it" in words(answer)
    assert post(client, new(place, place.hr, "retirement"), APRIL, **fields()).status_code == 409
    assert not StaffChange.objects.exists()


def test_who_returns_is_offered_the_post_held_before(client):
    place = town()
    bring_to(place, State.MONITORING)
    carry(place, place.employee, "absence", APRIL, absence="study", vacates=True)
    log_in(client, place.hr)
    later = APRIL + timedelta(days=7)
    page = get(client, new(place, place.employee, "return"), later)
    assert page.context["form"]["chosen"].value() == str(place.posts["employee"].public_id)
    act(client, new(place, place.employee, "return"), later, effective_on="2026-04-14",
        chosen=place.posts["employee"].public_id)  # fmt: skip
    assert place.case().state == "monitoring"


def test_long_leave_of_a_head_points_to_a_plh(client):
    place = town()
    log_in(client, place.hr)
    shown = look(client, new(place, place.rater, "absence"), absence="long_leave")
    assert "Appoint a Plh." in words(shown)
    assert at(place, "org_acting_new") in shown.content.decode()


# --- the list, one change, calling off ---------------------------------------------------------


def test_a_waiting_change_is_called_off_from_its_page(client):
    place = town()
    log_in(client, place.hr)
    change = carry(place, place.employee, "retirement", APRIL, on=date(2026, 5, 4)).change
    page = get(client, at(place, "org_change", change.public_id), APRIL)
    cancel = at(place, "org_change_cancel", change.public_id)
    assert cancel in page.content.decode()
    assert get(client, cancel, APRIL).status_code == 405
    post(client, cancel, APRIL)
    change.refresh_from_db()
    assert change.cancelled_at == APRIL
    assert cancel not in get(client, at(place, "org_change", change.public_id)).content.decode()
    post(client, cancel, NOVEMBER)
    change.refresh_from_db()
    assert change.cancelled_at == APRIL, "once"


def test_the_list_keeps_waiting_done_and_cancelled_apart(client):
    place = town()
    log_in(client, place.hr)
    carry(place, place.employee, "retirement", APRIL, on=date(2026, 5, 4))
    carry(place, place.colleague, "retirement", APRIL)
    url = at(place, "org_changes")
    assert "Pegawai" in words(get(client, url, APRIL))
    assert "Rekan" not in words(get(client, url, APRIL))
    assert "Rekan" in words(get(client, url, APRIL, keadaan="berlaku"))
    assert "Pegawai" not in words(get(client, url, APRIL, keadaan="berlaku"))
    assert "Nothing here yet" in words(get(client, url, APRIL, keadaan="batal"))


def test_pages_follow_each_other_and_cost_the_same_however_long_the_list(client):
    place = town()
    log_in(client, place.hr)
    carry(place, place.rater, "retirement", APRIL, on=date(2026, 5, 4))
    url = at(place, "org_changes")
    few = queries_of(client, url, APRIL)
    for n in range(60):
        someone = person(place.agency, f"Orang {n:02}")
        seat(someone, place.section, f"Staf {n}", place.posts["rater"])
        carry(place, someone, "absence", APRIL, absence="long_leave", on=date(2026, 5, 4))
    assert queries_of(client, url, APRIL) == few
    first = get(client, url, APRIL)
    names = {row[0].person.name for row in first.context["rows"]}
    assert (len(names), "Orang 59" in names) == (50, True)
    second = get(client, first.context["next_url"], APRIL)
    rest = {row[0].person.name for row in second.context["rows"]}
    assert len(rest) == 11
    assert not names & rest
    assert (
        get(client, second.context["previous_url"], APRIL).context["rows"]
        == (first.context["rows"])
    )


def test_who_left_by_an_import_is_named_with_the_way_to_settle_it(client):
    place = town()
    place.employee.left_on = date(2026, 4, 1)
    place.employee.save()
    log_in(client, place.hr)
    page = get(client, at(place, "org_changes"), APRIL)
    assert "Left, but the appraisal still runs" in words(page)
    case = Case.objects.get(person=place.employee)
    assert reverse("act", args=[case.public_id, "exclude"]) in page.content.decode()


# --- moves between agencies --------------------------------------------------------------------


@pytest.fixture
def both() -> tuple[Town, Town, HandOver]:
    here, there = town(), kupang()
    bring_to(here, State.MONITORING)
    carry(here, here.employee, "agency", APRIL, to_agency=there.agency)
    return here, there, HandOver.objects.get()


def test_the_receiving_hr_accepts_and_reads_the_copy_on_the_new_appraisal(client, both):
    here, there, hand_over = both
    log_in(client, there.hr)
    listed = get(client, at(there, "org_arrivals"), APRIL)
    url = at(there, "org_hand_over", hand_over.public_id)
    assert url in listed.content.decode()
    assert "Cakupan imunisasi dasar lengkap meningkat" in words(get(client, url, APRIL))
    free = vacant(there, "Bidan")
    wrong = post(client, url, APRIL, chosen=there.posts["rater"].public_id, starts_on="2026-04-07")
    assert wrong.status_code == 422
    done = post(client, url, APRIL, chosen=free.public_id, starts_on="2026-04-07")
    case = Case.objects.get(agency=there.agency, person=here.employee)
    assert done.url == reverse("case", args=[case.public_id])
    page = get(client, done.url, APRIL)
    before = reverse("case_before", args=[case.public_id])
    assert before in page.content.decode()
    copy = words(get(client, before, APRIL))
    assert "Cakupan imunisasi dasar lengkap meningkat" in copy
    assert "Bidan Ahli Pertama" in copy


def test_the_file_has_the_hash_of_the_page_for_both_sides_and_nobody_else(client, both):
    here, there, hand_over = both
    third = town("11.01", "Aceh Selatan", prefix="A ", opened=None)
    for place in (here, there):
        log_in(client, place.hr)
        answer = get(client, at(place, "org_hand_over_file", hand_over.public_id), APRIL)
        assert hashlib.sha256(answer.content).hexdigest() == hand_over.sha256
        page = get(client, at(place, "org_hand_over", hand_over.public_id), APRIL)
        assert hand_over.sha256 in words(page)
    log_in(client, third.hr)
    for name in ("org_hand_over", "org_hand_over_file"):
        assert get(client, at(third, name, hand_over.public_id), APRIL).status_code == 404


def test_the_giving_hr_cannot_accept(client, both):
    here, _there, hand_over = both
    log_in(client, here.hr)
    url = at(here, "org_hand_over", hand_over.public_id)
    answer = post(client, url, APRIL, chosen=vacant(here).public_id, starts_on="2026-04-07")
    assert answer.status_code == 404
    assert not HandOver.objects.get().accepted_at


def test_each_agency_opens_its_own_appraisal_and_not_the_others(both):
    here, there, hand_over = both
    accept(hand_over.pk, post=vacant(there), starts_on=APRIL.date(), author=there.hr.user,
           actor=actor(there.hr), now=APRIL)  # fmt: skip
    old = Case.objects.get(agency=here.agency, person=here.employee)
    fresh = Case.objects.get(agency=there.agency, person=here.employee)
    for who, case, status in [
        (here.hr, old, 200), (here.hr, fresh, 404), (there.hr, old, 404), (there.hr, fresh, 200),
        (here.employee, old, 200), (here.employee, fresh, 200), (here.rater, fresh, 404),
        (there.superior, old, 404), (there.superior, fresh, 200),
    ]:  # fmt: skip
        browser = Client()
        log_in(browser, who)
        page = get(browser, reverse("case", args=[case.public_id]), APRIL)
        assert page.status_code == status, (who, case)
        if case == old and status == 200:
            assert get(browser, reverse("case_before", args=[old.public_id])).status_code == 404


def test_another_agencys_changes_are_found_by_nobody(client, both):
    here, there, hand_over = both
    change = StaffChange.objects.get()
    log_in(client, there.hr)
    mine = [at(there, "org_change", change.public_id), new(there, here.colleague, "retirement"),
            at(there, "org_change_cancel", change.public_id)]  # fmt: skip
    theirs = [at(here, "org_changes"), at(here, "org_change_new"), at(here, "org_arrivals"),
              at(here, "org_change", change.public_id),
              at(here, "org_hand_over", hand_over.public_id)]  # fmt: skip
    for url in [*mine, *theirs]:
        assert {client.get(url).status_code, client.post(url).status_code} <= {404, 405}, url
        assert client.get(url).status_code == 404 or "batal" in url, url
    found = get(client, at(there, "org_change_new"), APRIL, cari="rekan")
    assert [label.split(",")[0] for label, _ in found.context["people"]] == ["Kupang Rekan"]
    for someone in (here.rater, here.mayor):
        log_in(client, someone)
        for url in theirs:
            assert client.get(url).status_code == 404, url


# --- notes for the successor -------------------------------------------------------------------


def test_the_leaver_writes_a_note_that_only_the_successor_reads(client):
    place = town()
    bring_to(place, State.MONITORING)
    carry(place, place.rater, "retirement", APRIL)
    log_in(client, place.rater)
    assert reverse("notes") in get(client, reverse("home"), APRIL).content.decode()
    case = place.case()
    assert get(client, reverse("case", args=[case.public_id]), APRIL).status_code == 404
    url = reverse("note", args=[case.public_id])
    page = words(get(client, url, APRIL))
    assert "Pegawai" in page
    assert "imunisasi" not in page
    assert post(client, url, APRIL, text=" \x00 ").status_code == 422
    post(client, url, APRIL, text="Target posyandu disepakati lisan.\x00")
    note = SuccessorNote.objects.get(case=case)
    assert (note.text, note.written_at) == ("Target posyandu disepakati lisan.", APRIL)
    for who, sees in [(place.superior, True), (place.employee, False), (place.hr, False)]:
        browser = Client()
        log_in(browser, who)
        text = words(get(browser, reverse("case", args=[case.public_id]), APRIL))
        assert ("Target posyandu disepakati lisan." in text) == sees, who


def test_a_rater_who_is_about_to_leave_is_asked_on_the_case_page(client):
    place = town()
    bring_to(place, State.MONITORING)
    page, url = (reverse(name, args=[place.case().public_id]) for name in ("case", "note"))
    log_in(client, place.rater)
    assert url not in get(client, page, APRIL).content.decode()
    change = carry(place, place.rater, "retirement", APRIL, on=date(2026, 5, 4)).change
    assert url in get(client, page, APRIL).content.decode()
    browser = Client()
    log_in(browser, place.hr)
    assert url not in get(browser, page, APRIL).content.decode()
    post(browser, at(place, "org_change_cancel", change.public_id), APRIL)
    assert url not in get(client, page, APRIL).content.decode()
    assert get(client, url, APRIL).status_code == 404


def test_nobody_else_writes_the_note_and_after_a_while_nobody_does(client):
    place = town()
    bring_to(place, State.MONITORING)
    carry(place, place.rater, "retirement", APRIL)
    url = reverse("note", args=[place.case().public_id])
    for who in (place.superior, place.employee, place.hr):
        log_in(client, who)
        assert get(client, url, APRIL).status_code == 404
        assert post(client, url, APRIL, text="Bukan saya.").status_code == 404
    log_in(client, place.rater)
    assert post(client, url, APRIL + timedelta(days=61), text="Terlambat").status_code == 404
    assert not SuccessorNote.objects.exclude(text="").exists()


def test_the_case_page_tells_the_days_of_each_stretch(client):
    place = town()
    bring_to(place, State.MONITORING)
    carry(place, place.employee, "post", APRIL, post=vacant(place))
    log_in(client, place.employee)
    page = words(get(client, reverse("case", args=[place.case().public_id]),
                     datetime(2026, 4, 10, 3, tzinfo=UTC)))  # fmt: skip
    assert "96 days (96 %)" in page
    assert "4 days (4 %)" in page
