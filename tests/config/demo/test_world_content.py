"""The two cities of the demo hold together: units, posts, people, acting officials, accounts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from config.demo.world.build import DATA, YEAR, accounts, world
from config.demo.world.plans import PROFILES, plans
from config.demo.world.specs import AgencySpec, PersonSpec
from cycles.enums import PostKind

TANGSEL, KUPANG = CITIES = world()
PLANS = {city.code: plans(city) for city in CITIES}
EVERYBODY = [person for city in CITIES for person in city.people]
each_city = pytest.mark.parametrize("city", CITIES, ids=lambda city: city.short_name)


def first_and_last(person: PersonSpec) -> tuple[str, str]:
    words = person.plain_name.split()
    return words[0], words[-1]


def heads(city: AgencySpec) -> dict[str, str]:
    return {post.unit: post.key for post in city.posts if post.is_head}


class TestTheCities:
    def test_are_named_and_timed_as_in_the_open_data(self):
        assert (TANGSEL.name, TANGSEL.zone, TANGSEL.province) == (
            "Pemerintah Kota Tangerang Selatan", "Asia/Jakarta", "Banten",
        )  # fmt: skip
        assert (KUPANG.name, KUPANG.zone, KUPANG.province) == (
            "Pemerintah Kota Kupang", "Asia/Makassar", "Nusa Tenggara Timur",
        )  # fmt: skip

    def test_the_open_data_carries_its_credit(self):
        credit = (DATA / "README.md").read_text()
        assert "idn-area-data" in credit
        assert "Open Database License" in credit

    @each_city
    def test_have_about_120_people(self, city):
        assert 110 <= len(city.people) <= 130

    def test_are_the_same_every_time(self):
        assert world() == CITIES
        assert plans(world()[0]) == PLANS[TANGSEL.code]

    def test_differ_with_the_seed(self):
        assert world(seed=1) != CITIES


@each_city
class TestUnits:
    def test_form_one_tree_three_levels_deep(self, city):
        depth: dict[str, int] = {}
        for unit in city.units:  # a parent stands before its children
            depth[unit.key] = depth[unit.parent] + 1 if unit.parent else 1
        assert list(depth.values()).count(1) == 1
        assert max(depth.values()) == 3
        assert Counter(depth.values())[3] >= 10

    def test_have_unique_names_and_one_head_each(self, city):
        assert len({unit.name for unit in city.units}) == len(city.units)
        assert set(heads(city)) == {unit.key for unit in city.units}
        assert sum(post.is_head for post in city.posts) == len(city.units)

    def test_work_six_days_in_every_puskesmas_and_five_in_offices(self, city):
        assert {unit.week for unit in city.units if unit.kind == "clinic"} == {6}
        assert {unit.week for unit in city.units if unit.kind == "office"} == {5}


@each_city
class TestPosts:
    def test_have_kinds_that_the_product_knows(self, city):
        assert {post.kind for post in city.posts} <= set(PostKind.values)
        assert {post.kind for post in city.posts} >= {
            "state_official", "jpt_pratama", "administrator", "pengawas", "pelaksana", "fungsional",
        }  # fmt: skip

    def test_lead_up_to_the_mayor_without_a_circle(self, city):
        above = {post.key: post.superior for post in city.posts}
        assert [key for key, superior in above.items() if superior is None] == ["kota/wali_kota"]
        for key in above:
            seen = [key]
            while (superior := above[seen[-1]]) is not None:
                assert superior not in seen
                seen.append(superior)
            assert seen[-1] == "kota/wali_kota"

    def test_stand_under_the_head_of_their_unit_or_the_head_above(self, city):
        head = heads(city)
        for post in city.posts:
            unit = city.unit(post.unit)
            if not post.is_head:
                assert post.superior == head[unit.key]
            elif unit.parent:
                assert post.superior in {head[unit.parent], "setda/sekda"}

    def test_have_titles_without_gaps(self, city):
        assert not [post.title for post in city.posts if re.search(r"[{}]|  ", post.title)]
        assert {post.profile for post in city.posts} - {"wali_kota"} <= set(PROFILES)


class TestPeople:
    def test_have_names_addresses_and_numbers_of_their_own(self):
        numbers = [person.nip for person in EVERYBODY if person.nip]
        for values in (
            [first_and_last(person) for person in EVERYBODY],
            [person.email for person in EVERYBODY],
            numbers,
        ):
            assert not [value for value, times in Counter(values).items() if times > 1]
        assert len(numbers) == len(EVERYBODY) - 2  # the mayors have none

    def test_write_from_domains_that_nobody_can_own(self):
        assert all(
            re.fullmatch(r"[a-z]+(\.[a-z]+)?\d?@(tangsel|kupang)\.example", person.email)
            for person in EVERYBODY
        )

    @pytest.mark.parametrize("person", [p for p in EVERYBODY if p.nip], ids=lambda p: p.key)
    def test_have_a_number_that_fits_birth_sex_and_kind(self, person: PersonSpec):
        found = re.fullmatch(r"(\d{8})(\d{4})(\d\d)([12])(\d{3})", person.nip)
        assert found
        birth, year, month, sex, sequence = found.groups()
        assert birth == f"{person.birth:%Y%m%d}"
        assert sex == {"m": "1", "f": "2"}[person.sex]
        assert (1 <= int(month) <= 12) == (person.kind == "pns")
        assert int(sequence) > 900
        assert 18 < int(year) - person.birth.year < 46
        assert int(year) <= person.since.year

    @pytest.mark.parametrize("person", [p for p in EVERYBODY if p.nip], ids=lambda p: p.key)
    def test_have_a_rank_of_their_kind_and_an_age_before_retirement(self, person: PersonSpec):
        if person.kind == "pppk":
            assert re.fullmatch(r"Golongan (V|VII|IX)", person.rank)
        else:
            assert re.fullmatch(r"(Pengatur|Penata|Pembina)[A-Za-z ]* \((II|III|IV)/[a-d]\)",
                                person.rank)  # fmt: skip
        assert 20 < YEAR - person.birth.year <= 60
        assert person.since < date(YEAR, 1, 1)

    @each_city
    def test_are_a_mix_of_both_kinds_and_sexes(self, city):
        kinds = Counter(person.kind for person in city.people)
        sexes = Counter(person.sex for person in city.people)
        assert kinds["pppk"] >= 15
        assert kinds["pns"] >= 80
        assert kinds["official"] == 1
        assert min(sexes["m"], sexes["f"]) >= 45

    def test_hold_at_most_one_seat_and_no_seat_twice(self):
        for city in CITIES:
            held = [person.post for person in city.people]
            assert len(set(held)) == len(held)
            assert set(held) <= {post.key for post in city.posts}

    def test_women_are_no_doctorandus(self):
        assert not [p.name for p in EVERYBODY if p.sex == "f" and p.name.startswith("Drs.")]


class TestAccounts:
    def test_are_the_seven_of_the_login_page(self):
        assert [account.username for account in accounts(CITIES)] == [
            "pegawai", "penilai", "atasan", "sdm", "sdm-kupang", "pengamat", "admin",
        ]  # fmt: skip

    def test_the_employee_is_rated_by_the_rater_and_she_by_the_superior(self):
        holder = {person.username: person.post for person in TANGSEL.people if person.username}
        assert TANGSEL.post(holder["pegawai"]).superior == holder["penilai"]
        assert TANGSEL.post(holder["penilai"]).superior == holder["atasan"]

    def test_give_hr_to_its_own_city_and_observation_of_both(self):
        roles = {a.username: (a.role, a.agencies) for a in accounts(CITIES)}
        assert roles["sdm"] == ("hr", (TANGSEL.code,))
        assert roles["sdm-kupang"] == ("hr", (KUPANG.code,))
        assert roles["pengamat"] == ("observer", (TANGSEL.code, KUPANG.code))
        assert roles["admin"] == ("admin", ())


@each_city
class TestTheYear:
    def test_acting_officials_are_others_and_follow_one_another(self, city):
        for acting in city.actings:
            holder = city.holder(acting.post)
            assert acting.starts <= acting.ends
            assert acting.person != acting.post
            assert city.person(acting.person)
            if acting.kind == "plt":
                assert holder is None or holder.until == acting.starts - timedelta(1) or (
                    holder.until is not None and holder.until < acting.starts
                )  # fmt: skip
            else:
                assert holder is not None
                assert holder.until is None
        for post in {acting.post for acting in city.actings}:
            terms = sorted((a.starts, a.ends) for a in city.actings if a.post == post)
            for (_, ended), (begins, _) in pairwise(terms):
                assert begins == ended + timedelta(1)
        assert {acting.kind for acting in city.actings} == {"plt", "plh"}
        assert len({acting.letter for acting in city.actings}) == len(city.actings)

    def test_a_vacant_head_is_acted_for_on_every_day_of_the_year(self, city):
        for post in city.posts:
            holder = city.holder(post.key)
            if not post.is_head or (holder and not holder.until):
                continue
            day = holder.until + timedelta(1) if holder else date(YEAR, 1, 1)
            while day <= date(YEAR, 12, 31):
                assert [a for a in city.actings if a.post == post.key and a.starts <= day <= a.ends]
                day += timedelta(1)

    def test_transfers_lead_to_empty_seats(self, city):
        assert city.moves
        for move in city.moves:
            assert city.holder(move.post) is None
            assert city.person(move.person).post != move.post
            assert move.on.year == YEAR

    def test_who_leaves_the_cycle_exists_and_has_an_authority(self, city):
        assert city.exclusions
        for leaving in city.exclusions:
            assert city.person(leaving.person).username is None
            assert leaving.authority
            assert leaving.reason
