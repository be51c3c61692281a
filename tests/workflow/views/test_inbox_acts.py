"""Deciding in the inbox: one where it stands, or several at once; and what one has done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cycles import clock
from tests.builders import (
    APRIL,
    JANUARY,
    NOVEMBER,
    bring_to,
    town,
)
from tests.workflow.views.desks import crowd, items, login, names, read, text
from workflow.enums import State
from workflow.models import Receipt

pytestmark = pytest.mark.django_db


# --- acting in place ---------------------------------------------------------------------------


def act_in_place(page: Any, client: Client, action: str, now: Any, **data: str) -> Any:
    [item] = [item for item in items(page) if not item.is_own]
    url = item.approve.url if action == "approve" else item.returns.url
    fields = {"turn": item.case.turn_number, "key": item.key, "next": page.context["back"]}
    with clock.at(now):
        return client.post(url, {**fields, **data})


def test_approving_in_place_leads_back_to_the_same_list_with_the_receipt():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    client = login("penilai")
    with clock.at(JANUARY):
        page = client.get(reverse("inbox") + "?jenis=rencana")
    answer = act_in_place(page, client, "approve", JANUARY)
    assert answer.url == reverse("inbox") + "?jenis=rencana"
    assert place.case().state == State.MONITORING
    with clock.at(JANUARY):
        page = client.get(answer.url)
    assert Receipt.objects.get(action="approve").number in text(page)
    assert names(page) == []


def test_a_foreign_way_back_is_not_followed():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    client = login("penilai")
    with clock.at(JANUARY):
        page = client.get(reverse("inbox"))
    answer = act_in_place(page, client, "approve", JANUARY, next="https://evil.example/x")
    assert answer.url.startswith("/")


def test_returning_in_place_needs_reasons_and_keeps_what_was_typed():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    client = login("penilai")
    with clock.at(JANUARY):
        page = client.get(reverse("inbox"))
    answer = act_in_place(page, client, "return_", JANUARY, reason="Kurang")
    assert answer.status_code == 422
    assert "Kurang" in text(answer)
    assert place.case().state == State.PLAN_REVIEW
    answer = act_in_place(page, client, "return_", JANUARY, reason="Target belum jelas wilayahnya.")
    assert answer.url == reverse("inbox")
    assert place.case().state == State.PLANNING


def test_the_form_that_pins_sentences_knows_the_way_back():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    client = login("penilai")
    with clock.at(JANUARY):
        page = client.get(reverse("inbox"))
    answer = act_in_place(page, client, "return_", JANUARY, reason="Sudah diketik", order="more")
    assert answer.status_code == 200
    assert "Sudah diketik" in text(answer)
    assert f'name="next" value="{reverse("inbox")}"' in text(answer)


def test_an_act_that_has_a_page_of_its_own_knows_the_way_back():
    place = town()
    bring_to(place, State.DELIVERY)
    client = login("penilai")
    with clock.at(NOVEMBER):
        page = client.get(reverse("inbox") + "?jenis=penyampaian")
        [item] = items(page)
        form = client.get(item.main.url)
    assert 'value="/kotak-masuk/?jenis=penyampaian"' in text(form)


# --- several at once ---------------------------------------------------------------------------


def picks(page: Any) -> list[str]:
    return [item.pick for item in items(page) if item.pick]


def test_ticked_rows_are_confirmed_and_each_gets_a_result():
    place = town()
    crowd(place, 3)
    client = login("penilai")
    with clock.at(JANUARY):
        ticked = picks(client.get(reverse("inbox")))
        assert len(ticked) == 3
        confirm = client.post(reverse("inbox_confirm"), {"pick": ticked})
        assert [pick for _item, pick in confirm.context["rows"]] == ticked
        assert not Receipt.objects.filter(action="approve").exists()
        # One of them moves on before the button is pressed.
        gone = confirm.context["rows"][0][0].case
        place.act(gone.person, "withdraw", JANUARY, of=gone.person)
        answer = client.post(
            reverse("inbox_approve"), {"pick": ticked, "key": confirm.context["key"]}
        )
    assert (answer.context["done"], answer.context["refused"]) == (2, 1)
    for receipt in Receipt.objects.filter(action="approve"):
        assert receipt.number in text(answer)
    refused = [result for result, _state in answer.context["results"] if not result.is_done]
    assert refused[0].refusal in text(answer)
    assert place.case(gone.person).state == State.PLANNING


def test_confirming_twice_moves_nothing_twice_and_gives_the_same_receipts():
    place = town()
    crowd(place, 2)
    client = login("penilai")
    with clock.at(JANUARY):
        ticked = picks(client.get(reverse("inbox")))
        sent = {"pick": ticked, "key": "kunci"}
        first, second = (client.post(reverse("inbox_approve"), sent) for _ in range(2))
    numbers = [[r.receipt.number for r, _s in page.context["results"]] for page in (first, second)]
    assert numbers[0] == numbers[1]
    assert Receipt.objects.filter(action="approve").count() == 2


def test_nothing_ticked_and_forged_ticks_are_told():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    client = login("atasan")
    with clock.at(JANUARY):
        assert client.post(reverse("inbox_confirm"), {}).status_code == 422
        assert client.post(reverse("inbox_confirm"), {"pick": "x:1"}).status_code == 422
        pick = f"{place.case().public_id}:{place.case().turn_number}"
        assert client.post(reverse("inbox_confirm"), {"pick": pick}).status_code == 409
        answer = client.post(reverse("inbox_approve"), {"pick": pick})
    assert answer.context["done"] == 0
    assert "Bidan Ahli Pertama" not in text(answer)
    assert place.case().state == State.PLAN_REVIEW


def test_every_row_is_ticked_by_a_plain_link():
    place = town()
    crowd(place, 2)
    assert text(read("penilai", JANUARY, "?tandai=semua")).count(" checked>") == 2
    assert text(read("penilai", JANUARY)).count(" checked>") == 0


# --- my people, done by me ---------------------------------------------------------------------


def test_my_people_are_those_i_rate_by_state_with_holder_and_due():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = read("penilai", JANUARY, name="my_people")
    rows = {row.case.person.name: row for row in page.context["rows"]}
    assert set(rows) == {"Pegawai", "Rekan"}
    assert rows["Pegawai"].holder == "Penilai"
    assert rows["Rekan"].holder == "Rekan"
    page = read("penilai", JANUARY, "?tahap=monitoring", "my_people")
    assert page.context["rows"] == []
    assert read("pegawai", JANUARY, name="my_people").context["rows"] == []


def test_my_receipts_are_mine_newest_first_and_lead_where_i_may_go():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    rows = read("penilai", APRIL, name="inbox_done").context["rows"]
    assert [row["receipt"].action for row in rows] == ["approve"]
    rows = read("pegawai", APRIL, name="inbox_done").context["rows"]
    assert [row["receipt"].action for row in rows] == ["submit_checkin", "submit"]
    assert all(row["url"] for row in rows)
    place.act(place.hr, "reassign", APRIL, reason="Pindah tugas", person=str(place.mayor.public_id))
    [row] = read("penilai", APRIL, name="inbox_done").context["rows"]
    assert row["url"] == ""
