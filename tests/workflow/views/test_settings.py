"""The administrator's rooms: accounts, days off, agencies and cycles, the system; one's account."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import Acting, Cycle, Holiday, IdentityNumber, RoleGrant, Stage, User
from cycles.queries.calendars import forget_calendars
from cycles.rules import RATER, SUPERIOR, CycleRules, Level
from tests.builders import JANUARY, Town, bring_to, person, town
from workflow.enums import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_calendars():
    forget_calendars()
    yield
    forget_calendars()


def login(username: str = "admin") -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def get(name: str, /, *args: Any, query: str = "", who: str = "admin") -> Any:
    with clock.at(JANUARY):
        return login(who).get(reverse(name, args=args) + query)


def post(page: str, /, *args: Any, who: str = "admin", **data: Any) -> Any:
    with clock.at(JANUARY):
        return login(who).post(reverse(page, args=args), data)


def text(page: Any) -> str:
    return page.content.decode()


def arguments(place: Town) -> dict[str, list[Any]]:
    """Every page of the settings with what its address needs."""
    day = Holiday.objects.create(day=date(2026, 5, 1), name="Hari Buruh")
    return {
        "settings": [], "accounts": [], "account_new": [], "account_of": [place.employee.user.pk],
        "holidays": [], "holiday_new": [], "holiday": [day.pk], "agencies": [],
        "agency_imports": [], "agency_import_guide": [],
        "agency": [place.agency.public_id], "cycle_setup": [place.cycle.public_id], "system": [],
    }  # fmt: skip


# --- permission --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["pegawai", "penilai", "sdm", "pengamat"])
def test_the_settings_do_not_exist_for_anybody_else(who):
    place = town()
    for name, args in arguments(place).items():
        assert get(name, *args, who=who).status_code == 404, name
        assert post(name, *args, who=who, do="deactivate").status_code == 404, name
    assert place.employee.user.is_active


def test_every_page_opens_for_the_administrator_and_shows_no_appraisal():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    for name, args in arguments(place).items():
        page = get(name, *args)
        assert page.status_code == 200, name
        assert "/perkara/" not in text(page), name


@pytest.mark.parametrize("name", ["account_of", "holiday"])
def test_what_does_not_exist_is_not_found(name):
    town()
    assert get(name, 10**9).status_code == 404


# --- accounts ----------------------------------------------------------------------------------


def test_accounts_are_found_by_user_name_name_and_role():
    town()

    def found(query: str) -> list[str]:
        return [row.username for row in get("accounts", query=query).context["rows"]]

    assert found("?cari=PENIL") == ["penilai"]
    assert found("?cari=sdm") == ["sdm", "sdm-dua"]
    assert found("?peran=observer") == ["pengamat"]
    assert found("?cari=%00&peran=raja")[:2] == ["admin", "atasan"]
    assert found("?cari=tidak-ada") == []


def test_a_role_is_given_and_taken_back():
    place = town()
    user = place.employee.user
    answer = post("account_of", user.pk, do="grant", role="hr", agency=place.agency.public_id)
    assert answer.url == reverse("account_of", args=[user.pk])
    grant = RoleGrant.objects.get(user=user)
    assert (grant.role, grant.agency) == ("hr", place.agency)
    post("account_of", user.pk, do="revoke", grant=grant.pk)
    assert not RoleGrant.objects.filter(user=user).exists()


def test_a_wrong_choice_keeps_what_was_chosen_and_says_why():
    place = town()
    other = town("53.71", "Kota Kupang", "Asia/Makassar", "Kupang ")
    page = post("account_of", place.employee.user.pk, do="grant", role="hr",
                agency=other.agency.public_id)  # fmt: skip
    assert page.status_code == 422
    assert page.context["role_form"].errors["agency"]
    assert f'value="{other.agency.public_id}" selected' in text(page)
    for role, agency in (("raja", "x"), ("", "")):
        wrong = post("account_of", place.employee.user.pk, do="grant", role=role, agency=agency)
        assert wrong.status_code == 422
    assert not RoleGrant.objects.filter(user=place.employee.user).exists()


def test_an_account_is_shut_and_opened_but_never_one_s_own():
    place = town()
    user = place.employee.user
    post("account_of", user.pk, do="deactivate")
    user.refresh_from_db()
    assert not user.is_active
    post("account_of", user.pk, do="activate")
    user.refresh_from_db()
    assert user.is_active
    page = post("account_of", place.admin.pk, do="deactivate")
    assert page.status_code == 409
    assert page.context["problem"] in text(page).replace("&#x27;", "'")


def test_an_invitation_reaches_an_account_that_never_had_a_password():
    place = town()
    user = place.employee.user
    user.set_unusable_password()
    user.save()
    assert post("account_of", user.pk, do="invite").status_code == 302
    user.refresh_from_db()
    assert user.invited_at == JANUARY
    [sent] = mail.outbox
    assert sent.to == [user.email]
    link = re.search(r"https?://[^/]+(/\S+)", sent.body)[1]
    page = Client().get(link, follow=True)
    assert 'name="new_password1"' in text(page)


def test_a_dead_mail_server_is_told_and_nothing_breaks(settings):
    place = town()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    page = post("account_of", place.employee.user.pk, do="invite")
    assert page.status_code == 502
    assert page.context["problem"]


def test_an_address_and_a_new_account_are_checked_beside_their_fields():
    place = town()
    page = post("account_of", place.employee.user.pk, do="email", email="bukan alamat")
    assert page.status_code == 422
    assert 'value="bukan alamat"' in text(page)
    post("account_of", place.employee.user.pk, do="email", email="baru@example.org")
    assert User.objects.get(pk=place.employee.user.pk).email == "baru@example.org"
    page = post("account_new", username="pegawai", email="a@example.org\x00")
    assert page.status_code == 422
    assert page.context["form"].errors["username"]
    answer = post("account_new", username="gubernur", email="a@example.org")
    assert answer.url == reverse("account_of", args=[User.objects.get(username="gubernur").pk])


def test_an_unknown_deed_is_not_found():
    place = town()
    assert post("account_of", place.employee.user.pk, do="delete").status_code == 404
    assert User.objects.filter(pk=place.employee.user.pk).exists()


# --- days off ----------------------------------------------------------------------------------


def test_a_day_off_is_added_corrected_confirmed_and_taken_out():
    place = town()
    answer = post("holiday_new", day="2026-03-02", name="Hari Jadi Kota", is_estimated="on",
                  agency=place.agency.public_id)  # fmt: skip
    assert answer.url.startswith(reverse("holidays") + "?tahun=2026")
    day = Holiday.objects.get()
    assert (day.agency, day.is_estimated) == (place.agency, True)
    table = get("holidays", query=f"?tahun=2026&instansi={place.agency.public_id}")
    assert "Hari Jadi Kota" in text(table)
    assert table.context["estimated"] == 1
    assert "Hari Jadi Kota" not in text(get("holidays", query="?tahun=2026"))
    post("holiday", day.pk, do="confirm", decree="Kepwal 12/2026")
    day.refresh_from_db()
    assert (day.is_estimated, day.decree) == (False, "Kepwal 12/2026")
    post("holiday", day.pk, do="change", day="2026-03-03", name="Hari Jadi", decree="")
    day.refresh_from_db()
    assert (day.day, day.name) == (date(2026, 3, 3), "Hari Jadi")
    post("holiday", day.pk, do="remove")
    assert not Holiday.objects.exists()
    assert post("holiday", day.pk, do="remove").status_code == 404


def test_what_would_move_is_shown_before_it_moves():
    place = town()
    before = bring_to(place, State.PLAN_REVIEW).due_at
    sent = {"day": "2026-01-08", "name": "Hari Jadi"}
    page = post("holiday_new", **sent)
    assert page.context["seen"].moved == 1
    assert not Holiday.objects.exists()
    assert place.case().due_at == before
    # Applied unseen, or for another day than was seen, it is a preview again.
    assert post("holiday_new", **sent, apply="1").context["seen"].moved == 1
    other = page.context["form"]["seen"].value()
    again = post("holiday_new", **(sent | {"day": "2026-01-09"}), apply="1", seen=other)
    assert again.context["seen"].moved == 1
    assert not Holiday.objects.exists()
    with clock.at(JANUARY):
        done = login().post(
            reverse("holiday_new"), sent | {"apply": "1", "seen": other}, follow=True
        )
    assert place.case().due_at > before
    assert re.search(r"\b1 \w+", str(next(iter(done.context["messages"]))))


def test_taking_a_day_out_shows_which_deadlines_keep_their_day():
    place = town()
    day = Holiday.objects.create(agency=place.agency, day=date(2026, 1, 8), name="Hari Jadi")
    forget_calendars()
    before = bring_to(place, State.PLAN_REVIEW).due_at
    page = post("holiday", day.pk, do="remove")
    assert (page.context["seen_removal"].moved, page.context["seen_removal"].kept) == (0, 1)
    assert Holiday.objects.exists()
    assert post("holiday", day.pk, do="remove", apply="1").status_code == 302
    assert not Holiday.objects.exists()
    assert place.case().due_at == before


def test_an_administrator_sees_no_names_of_cases_in_the_preview():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    page = post("holiday_new", day="2026-01-08", name="Hari Jadi")
    assert page.context["seen"].sample
    assert place.employee.name not in text(page)


@pytest.mark.parametrize(
    ("field", "value"),
    [("day", ""), ("day", "31-02-2026"), ("day", "1999-01-01"), ("name", ""), ("name", "x" * 300),
     ("agency", "x")],
)  # fmt: skip
def test_a_wrong_day_off_keeps_what_was_typed(field, value):
    town()
    sent = {"day": "2026-03-02", "name": "Hari Jadi Kota", "decree": "Kepwal 12/2026"}
    page = post("holiday_new", **(sent | {field: value}))
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert "Kepwal 12/2026" in text(page)
    assert not Holiday.objects.exists()


def test_a_decree_without_a_number_confirms_nothing():
    town()
    day = Holiday.objects.create(day=date(2026, 5, 1), name="Hari Buruh", is_estimated=True)
    assert post("holiday", day.pk, do="confirm", decree=" ").status_code == 422
    day.refresh_from_db()
    assert day.is_estimated


def test_odd_years_fall_back_to_this_one():
    town()
    for query in ("?tahun=abc", "?tahun=99999", "?tahun=%00", "?tahun=1200"):
        assert get("holidays", query=query).context["year"] == 2026


# --- agencies and cycles -----------------------------------------------------------------------


def setup_post(place: Town, **changes: str) -> dict[str, str]:
    """The form of a cycle as a browser would send it, with some fields changed."""
    form = get("cycle_setup", place.cycle.public_id).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        sent[field.name] = value.isoformat() if isinstance(value, date) else str(value)
    return sent | changes


def test_a_draft_is_set_up_in_a_form():
    place = town(opened=None)
    planning = Stage.objects.get(cycle=place.cycle, kind="planning")
    sent = setup_post(place, plan_levels="rater-superior", objection_days="15",
                      **{f"{planning.pk}.due_on": "2026-02-06"})  # fmt: skip
    assert post("cycle_setup", place.cycle.public_id, **sent).status_code == 302
    rules = CycleRules.from_json(Cycle.objects.get(pk=place.cycle.pk).rules)
    assert rules.plan_levels == (Level(RATER), Level(SUPERIOR))
    assert rules.objection_days == 15
    planning.refresh_from_db()
    assert planning.due_on == date(2026, 2, 6)


def test_an_unusual_ladder_is_kept_when_other_things_change():
    best = (Level(SUPERIOR, predicates=("sangat_baik",)),)
    place = town(opened=None, rules=CycleRules(rating_levels=best))
    sent = setup_post(place, approve_days="7")
    assert post("cycle_setup", place.cycle.public_id, **sent).status_code == 302
    rules = CycleRules.from_json(Cycle.objects.get(pk=place.cycle.pk).rules)
    assert rules.approve_days == 7
    assert rules.rating_levels == best


@pytest.mark.parametrize(
    "changes",
    [{"objection_days": "13"}, {"approve_days": "lima"}, {"approve_days": "9" * 30},
     {"plan_levels": "raja"}, {"objection_unit": ""}],
)  # fmt: skip
def test_a_wrong_rule_is_told_beside_its_field_and_kept(changes):
    place = town(opened=None)
    sent = setup_post(place, **changes)
    page = post("cycle_setup", place.cycle.public_id, **sent)
    assert page.status_code == 422
    [name] = changes
    assert page.context["form"].errors[name]
    assert CycleRules.from_json(Cycle.objects.get(pk=place.cycle.pk).rules) == CycleRules()


def test_a_wrong_order_of_dates_is_told_beside_its_stage():
    place = town(opened=None)
    planning = Stage.objects.get(cycle=place.cycle, kind="planning")
    name = f"{planning.pk}.due_on"
    page = post("cycle_setup", place.cycle.public_id, **setup_post(place, **{name: "2025-12-31"}))
    assert page.status_code == 422
    assert page.context["form"].errors[name]
    assert 'value="2025-12-31"' in text(page)


def test_a_running_cycle_is_shown_with_the_sentence_why_it_stands():
    place = town(opened=None)
    sent = setup_post(place, approve_days="7")
    Cycle.objects.filter(pk=place.cycle.pk).update(status="open")
    page = get("cycle_setup", place.cycle.public_id)
    assert page.context["fixed"]
    assert 'name="approve_days"' not in text(page)
    page = post("cycle_setup", place.cycle.public_id, **sent)
    assert page.status_code == 409
    assert CycleRules.from_json(Cycle.objects.get(pk=place.cycle.pk).rules).approve_days == 5


def test_an_agency_s_names_change_and_its_zone_waits_for_the_end_of_the_cycle():
    place = town()
    names = {"name": "Pemerintah Kota Baru", "short_name": "Kota Baru"}
    page = post("agency", place.agency.public_id, do="change", **names, zone="Asia/Jayapura")
    assert page.status_code == 422
    assert "Pemerintah Kota Baru" in text(page)
    post("agency", place.agency.public_id, do="change", **names, zone="Asia/Jakarta")
    place.agency.refresh_from_db()
    assert place.agency.name == "Pemerintah Kota Baru"


def test_a_cycle_is_prepared_once_a_year():
    place = town()
    answer = post("agency", place.agency.public_id, do="prepare", year="2027")
    made = Cycle.objects.get(agency=place.agency, year=2027)
    assert answer.url == reverse("cycle_setup", args=[made.public_id])
    for year in ("2027", "2099", "x", ""):
        page = post("agency", place.agency.public_id, do="prepare", year=year)
        assert page.status_code == 422
        assert page.context["year_form"].errors["year"]


# --- system, one's own account, cost -----------------------------------------------------------


def test_the_system_page_tells_what_does_not_run():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    with clock.at(JANUARY.replace(month=2)):
        page = login().get(reverse("system"))
    states = {str(check["label"]): check["is_good"] for check in page.context["checks"]}
    assert len(states) == 4
    # No worker, no beat in a test: news wait, nothing is sealed; the queue itself can be asked.
    assert sorted(states.values()) == [False, False, False, True]
    assert all(check["hint"] for check in page.context["checks"] if not check["is_good"])


def test_one_s_own_account_shows_posts_and_roles_and_no_number():
    place = town()
    IdentityNumber.objects.create(person=place.employee, kind="nip", number="198501012010011001")
    Acting.objects.create(agency=place.agency, post=place.posts["rater"], person=place.employee,
                          kind="plh", letter="1", starts_on=date(2026, 1, 1),
                          ends_on=date(2026, 1, 31))  # fmt: skip
    page = get("account", who="pegawai")
    assert "Bidan Ahli Pertama" in text(page)
    assert "Kepala Puskesmas" in text(page)
    assert "198501012010011001" not in text(page)
    assert reverse("password_change") in text(page)
    assert "Pemerintah Kota Tangerang Selatan" in text(get("account", who="pengamat"))
    assert Client().get(reverse("account")).url.startswith(reverse("login"))


@pytest.mark.parametrize("number", [1, 60])
def test_lists_cost_the_same_whatever_their_length(number, django_assert_num_queries):
    place = town()
    for n in range(number):
        someone = person(place.agency, f"Warga {n:02}")
        RoleGrant.objects.create(user=someone.user, role="observer", agency=place.agency)
        Holiday.objects.create(day=date(2026, 1 + n % 12, 1 + n % 28), name=f"Libur {n}")
    client = login()
    with clock.at(JANUARY):
        for name, queries in (("accounts", 5), ("holidays", 4), ("agencies", 4)):
            client.get(reverse(name))
            with django_assert_num_queries(queries):
                client.get(reverse(name))


def test_a_long_list_of_accounts_goes_on():
    place = town()
    for n in range(60):
        person(place.agency, f"Warga {n:02}")
    first = get("accounts")
    second = get("accounts", query=first.context["next_url"])
    names = [row.username for page in (first, second) for row in page.context["rows"]]
    assert len(names) == len(set(names)) == 69
    assert names == sorted(names)
