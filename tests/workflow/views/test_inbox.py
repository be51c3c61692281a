"""The inbox: everything that waits for a person, decided where it stands."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import Acting, RoleGrant, User
from cycles.rules import RATER, SUPERIOR, CycleRules, Level
from tests.builders import (
    APRIL,
    CHECKIN,
    JANUARY,
    NOVEMBER,
    PLAN,
    Town,
    bring_to,
    town,
)
from tests.workflow.views.desks import crowd, items, login, names, read, text
from workflow.enums import State

pytestmark = pytest.mark.django_db


# --- what it shows -----------------------------------------------------------------------------


def test_a_plan_waits_for_the_rater_with_its_results_and_targets():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = read("penilai", JANUARY)
    assert [item.case.pk for item in items(page) if not item.is_own] == [place.case().pk]
    for seen in ("Pegawai", "Bidan Ahli Pertama", "Puskesmas Pamulang", "240 bayi",
                 "Cakupan imunisasi dasar lengkap meningkat"):  # fmt: skip
        assert seen in text(page)


def test_it_shows_nobody_elses_items():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    assert place.employee.name not in names(read("atasan", JANUARY))
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    bring_to(other, State.PLAN_REVIEW)
    assert "Kupang Pegawai" not in names(read("penilai", JANUARY))
    assert "Pegawai" not in names(read("kupang-penilai", JANUARY))


def test_what_is_one_s_own_to_write_waits_too_with_its_editor():
    place = town()
    page = read("pegawai", JANUARY)
    [item] = items(page)
    assert item.is_own
    assert item.main.url == reverse("edit", args=[place.case().public_id, "plan"])
    assert item.approve is None


def test_a_check_in_that_is_not_open_yet_asks_nothing():
    place = town()
    bring_to(place, State.MONITORING)
    assert items(read("pegawai", JANUARY)) == []
    assert len(items(read("pegawai", APRIL))) == 1


def test_a_result_to_open_waits_for_the_employee_and_its_hand_over_for_the_rater():
    place = town()
    bring_to(place, State.DELIVERY)
    [own] = items(read("pegawai", NOVEMBER))
    assert own.main.url == reverse("case", args=[place.case().public_id])
    given = [item for item in items(read("penilai", NOVEMBER)) if not item.is_own]
    assert [item.main.url.split("?")[0] for item in given] == [
        reverse("act", args=[place.case().public_id, "deliver"])
    ]


def test_the_oldest_due_stands_first_and_overdue_is_told_in_words():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    later = JANUARY + timedelta(days=4)
    place.act(place.colleague, "submit", later, of=place.colleague, body=PLAN)
    page = read("penilai", JANUARY + timedelta(days=11))
    others = [item for item in items(page) if not item.is_own]
    assert [item.case.person.name for item in others] == ["Pegawai", "Rekan"]
    assert [item.days < 0 for item in others] == [True, False]
    assert page.context["sections"][0][0] == "late"
    assert re.search(r"due-negative.*terlambat", text(page), re.DOTALL)


def test_it_is_narrowed_by_kind_and_to_what_is_overdue():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    place.act(place.colleague, "submit", APRIL, of=place.colleague, body=PLAN)
    assert names(read("penilai", APRIL, "?jenis=pemantauan")) == ["Pegawai"]
    assert names(read("penilai", APRIL, "?jenis=rencana")) == ["Rekan"]
    assert names(read("penilai", APRIL, "?jenis=milik-saya")) == ["Penilai"]
    assert names(read("penilai", APRIL, "?terlambat=1&jenis=rencana")) == []
    late = APRIL + timedelta(days=20)
    assert names(read("penilai", late, "?terlambat=1&jenis=rencana")) == ["Rekan"]
    # What an address says wrongly counts as not said.
    assert len(names(read("penilai", APRIL, "?jenis=%00x&setelah=%00&sebelum=x_y"))) == 3


def test_the_numbers_beside_the_kinds_are_those_of_the_rows():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    place.act(place.colleague, "submit", APRIL, of=place.colleague, body=PLAN)
    tally = read("penilai", APRIL).context["tally"]
    assert tally.by_kind == {"pemantauan": 1, "rencana": 1, "milik-saya": 1}
    assert (tally.total, tally.overdue) == (3, 1)


def test_a_resubmission_shows_what_changed():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Target belum jelas.")
    aspects = [{"aspect": "quantity", "indicator": "Bayi terimunisasi", "target": "260 bayi"}]
    mended = {**PLAN, "results": [{**PLAN["results"][0], "aspects": aspects}]}
    place.act(place.employee, "submit", JANUARY, body=mended)
    page = read("penilai", JANUARY)
    [item] = [item for item in items(page) if not item.is_own]
    assert [(c["old"], c["new"]) for c in item.changes] == [("240 bayi", "260 bayi")]
    assert "<ins>" in text(page)
    assert item.version == 2


def test_a_first_submission_shows_no_changes():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    [item] = [item for item in items(read("penilai", JANUARY)) if not item.is_own]
    assert item.changes == []


def test_a_level_sees_both_ratings_with_their_reasons():
    place = town(rules=CycleRules(rating_levels=(Level(SUPERIOR),)))
    bring_to(place, State.RATING_REVIEW)
    page = read("atasan", NOVEMBER, "?jenis=rating")
    assert names(page) == ["Pegawai"]
    assert "Target tercapai." in text(page)
    assert "Ramah dan dapat diandalkan." in text(page)
    assert items(page)[0].pick == ""


def test_the_decider_sees_what_both_sides_say():
    place = town()
    bring_to(place, State.OBJECTION_DECISION)
    page = read("atasan", NOVEMBER, "?jenis=keberatan")
    for said in ("Realisasi saya melampaui target.", "Target disesuaikan pada tengah tahun.",
                 "Penyesuaian itu tidak tercatat.", "Target tercapai."):  # fmt: skip
        assert said in text(page)
    assert items(page)[0].main.url == reverse("edit", args=[place.case().public_id, "decision"])


def test_hr_s_pool_waits_for_hr_but_never_its_own_appraisal():
    place = town()
    bring_to(place, State.FINAL_APPROVAL)
    page = read("sdm", NOVEMBER, "?jenis=penetapan")
    assert names(page) == ["Pegawai"]
    assert items(page)[0].approve.url == reverse("act", args=[place.case().public_id, "settle"])
    assert names(read("atasan", NOVEMBER, "?jenis=penetapan")) == []
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    assert names(read("kupang-sdm", NOVEMBER, "?jenis=penetapan")) == []
    RoleGrant.objects.create(user=place.employee.user, role="hr", agency=place.agency)
    assert names(read("pegawai", NOVEMBER, "?jenis=penetapan")) == []
    assert other.case().state == State.PLANNING


def acting_for_the_rater(place: Town, **powers: bool) -> None:
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.colleague, kind="plh",
        letter="800/12/2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31), **powers,
    )  # fmt: skip


def test_an_acting_official_has_the_queue_under_the_letter():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    acting_for_the_rater(place)
    page = read("rekan", JANUARY)
    [item] = [item for item in items(page) if not item.is_own]
    assert "800/12/2026" in item.on_behalf
    assert "Kepala Puskesmas" in item.on_behalf
    assert "800/12/2026" in text(page)
    assert item.approve is not None


def test_without_the_power_or_after_the_letter_nothing_waits():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    acting_for_the_rater(place, may_approve=False)
    assert "Pegawai" not in names(read("rekan", JANUARY))
    Acting.objects.update(may_approve=True)
    assert "Pegawai" in names(read("rekan", JANUARY))
    assert "Pegawai" not in names(read("rekan", JANUARY + timedelta(days=60)))


def test_an_acting_official_never_finds_their_own_appraisal_for_approval():
    place = town()
    place.act(place.colleague, "submit", JANUARY, of=place.colleague, body=PLAN)
    acting_for_the_rater(place)
    assert items(read("rekan", JANUARY)) == []


# --- permission, pages, cost -------------------------------------------------------------------


PAGES = ["inbox", "my_people", "inbox_done"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("who", "status"), [("pegawai", 200), ("sdm", 200), ("pengamat", 404),
                                             ("admin", 404)])  # fmt: skip
def test_the_desk_is_for_staff(name, who, status):
    town()
    assert read(who, JANUARY, name=name).status_code == status


@pytest.mark.parametrize("name", [*PAGES, "inbox_confirm", "inbox_approve"])
def test_a_stranger_is_asked_to_log_in(name):
    assert Client().get(reverse(name)).url.startswith(reverse("login"))


def test_pages_go_on_where_the_last_one_ended():
    place = town()
    crowd(place, 30)
    first = read("penilai", JANUARY)
    assert len(items(first)) == 25
    second = read("penilai", JANUARY, first.context["next_url"].removeprefix("/kotak-masuk/"))
    assert len(items(second)) == 6
    seen = [item.case.pk for item in [*items(first), *items(second)]]
    assert len(set(seen)) == 31
    back = read("penilai", JANUARY, second.context["previous_url"].removeprefix("/kotak-masuk/"))
    assert [item.case.pk for item in items(back)] == seen[:25]


QUERIES = {"inbox": 7, "my_people": 6, "inbox_done": 6}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("number", [1, 50])
def test_a_page_costs_the_same_with_one_row_and_with_fifty(name, number, django_assert_num_queries):
    place = town()
    for someone in crowd(place, number):
        if name == "inbox_done":
            place.act(place.rater, "approve", JANUARY, of=someone)
    client = login("penilai")
    with clock.at(JANUARY):
        client.get(reverse(name))  # the session and the calendar are known from here on
        with django_assert_num_queries(QUERIES[name]):
            client.get(reverse(name))


def test_the_number_in_the_frame_is_that_of_the_inbox(django_assert_num_queries):
    from workflow.queries.inbox import waiting_count

    place = town()
    crowd(place, 2)
    user = User.objects.get(username="penilai")
    with clock.at(JANUARY), django_assert_num_queries(3):
        assert waiting_count(user) == 3


def test_no_check_in_of_another_round_is_shown():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    place.act(place.rater, "approve", APRIL)
    july = APRIL + timedelta(days=95)
    second = {"items": {"r1": {"realisation": "200 bayi", "link": ""}}, "note": ""}
    place.act(place.employee, "submit_checkin", july, body=second)
    page = text(read("penilai", july, "?jenis=pemantauan"))
    assert "200 bayi" in page
    assert CHECKIN["items"]["r1"]["realisation"] not in page


def test_levels_of_a_plan_go_one_after_the_other():
    place = town(rules=CycleRules(plan_levels=(Level(RATER), Level(SUPERIOR))))
    bring_to(place, State.PLAN_REVIEW)
    assert "Pegawai" not in names(read("atasan", JANUARY))
    place.act(place.rater, "approve", JANUARY)
    assert "Pegawai" in names(read("atasan", JANUARY))
    assert "Pegawai" not in names(read("penilai", JANUARY))
