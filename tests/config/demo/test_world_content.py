"""The two cities of the demo hold together, and nobody in them writes what another one wrote."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest

from config.demo.world.behaviour import CODES
from config.demo.world.build import DATA, YEAR, accounts, world
from config.demo.world.events import EXCLUSIONS, exclusion, unit_result
from config.demo.world.objections import objection_for
from config.demo.world.plans import PROFILES, plans
from config.demo.world.progress import checkin_for, self_assessment_for
from config.demo.world.ratings import rating_for
from config.demo.world.returns import (
    return_checkin,
    return_final,
    return_plan,
    return_rating,
    return_self_assessment,
)
from config.demo.world.specs import AgencySpec, PersonSpec
from cycles import berakhlak, documents
from cycles.enums import DocumentKind as Kind
from cycles.enums import PostKind
from cycles.scoring import OrganisationResult, Rating

TANGSEL, KUPANG = CITIES = world()
PLANS = {city.code: plans(city) for city in CITIES}
EVERYBODY = [person for city in CITIES for person in city.people]
each_city = pytest.mark.parametrize("city", CITIES, ids=lambda city: city.short_name)


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
            [person.plain_name for person in EVERYBODY],
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


@each_city
class TestPlans:
    def test_everybody_but_the_mayor_has_one_that_could_be_handed_in(self, city):
        assert set(PLANS[city.code]) == {post.key for post in city.posts} - {"kota/wali_kota"}
        for plan in PLANS[city.code].values():
            assert documents.clean(Kind.PLAN, plan.body()) == plan.body()
            assert documents.problems(Kind.PLAN, plan.body()) == ()

    def test_have_two_to_four_main_results_and_at_most_one_additional(self, city):
        for plan in PLANS[city.code].values():
            types = Counter(result.type for result in plan.results)
            assert 2 <= types["main"] <= 4
            assert types["additional"] <= 1

    def test_serve_a_result_that_the_superior_really_has(self, city):
        for key, plan in PLANS[city.code].items():
            above = city.post(key).superior
            while above and above != "kota/wali_kota" and city.holder(above) is None:
                above = city.post(above).superior
            if above == "kota/wali_kota":
                continue
            assert above
            titles = {result.title for result in PLANS[city.code][above].results}
            assert {result.serves for result in plan.results} <= titles

    def test_the_demos_midwife_plans_antenatal_care_and_immunisation(self, city):
        plan = PLANS[TANGSEL.code]["pkm-pamulang/bidan_mahir"]
        assert {"ibu_anak", "imunisasi"} <= {result.theme for result in plan.results}
        assert len(plan.results) == 5

    def test_speak_of_all_seven_values(self, city):
        assert berakhlak.CODES == CODES
        for plan in PLANS[city.code].values():
            assert tuple(plan.expectations) == CODES
            assert sum(bool(text) for text in plan.expectations.values()) >= 4


class TestTexts:
    def rng(self, *key: object) -> Random:
        return Random("/".join(map(str, key)))

    def everyone(self):
        for city in CITIES:
            for key, plan in PLANS[city.code].items():
                yield city, key, plan

    def test_no_two_plans_are_alike(self):
        signatures = [
            frozenset(
                (result.title, aspect.indicator, aspect.target.text)
                for result in plan.results
                for aspect in result.aspects
            )
            for _, _, plan in self.everyone()
        ]
        assert len(set(signatures)) == len(signatures)
        shared = sorted(
            len(one & other) / min(len(one), len(other))
            for one, other in combinations(signatures, 2)
        )
        assert shared[len(shared) * 99 // 100] <= 0.34  # hardly two of a hundred pairs have a third
        assert shared[-1] < 1

    def test_many_different_results_are_planned(self):
        titles = Counter(result.title for _, _, plan in self.everyone() for result in plan.results)
        assert len(titles) >= 300
        assert max(titles.values()) <= 12

    def test_check_ins_and_self_assessments_could_be_handed_in(self):
        for city, key, plan in self.everyone():
            rng = self.rng(city.code, key)
            for number in (1, 2, 3):
                body = checkin_for(plan, number, rng, domain=city.domain, trend="meets")
                assert documents.clean(Kind.CHECKIN, body) == body
                assert documents.problems(Kind.CHECKIN, body, plan=plan.body()) == ()
            body = self_assessment_for(plan, rng, domain=city.domain, trend="below")
            assert documents.clean(Kind.SELF_ASSESSMENT, body) == body
            assert documents.problems(Kind.SELF_ASSESSMENT, body, plan=plan.body()) == ()

    def test_realisations_hardly_repeat(self):
        told = [
            item["realisation"]
            for city, key, plan in self.everyone()
            for item in checkin_for(plan, 2, self.rng(city.code, key))["items"].values()
        ]
        assert len(set(told)) > 0.97 * len(told)

    def test_a_good_year_reaches_more_than_a_bad_one(self):
        plan = PLANS[TANGSEL.code]["pkm-pamulang/bidan_mahir"]
        target = next(a.target for r in plan.results for a in r.aspects
                      if a.target.unit.startswith("ibu"))  # fmt: skip

        def year(trend):
            text = str(self_assessment_for(plan, Random(3), trend=trend)["items"])
            found = re.search(rf"(\d+) {target.unit}", text)
            assert found
            return int(found[1])

        assert year("below") < year("meets") < year("above")

    @pytest.mark.parametrize("work", Rating.values)
    @pytest.mark.parametrize("behaviour", Rating.values)
    def test_each_rating_has_reasons_of_its_own(self, work, behaviour):
        reasons = []
        for city, key, plan in self.everyone():
            body = rating_for(plan, work, behaviour, self.rng(city.code, key, work, behaviour))
            assert documents.clean(Kind.RATING, body) == body
            assert documents.problems(Kind.RATING, body) == ()
            assert body["recommendation"]
            reasons.append(body["work_reason"])
        assert len(set(reasons)) > 0.9 * len(reasons)

    def test_a_returned_plan_is_mended_where_the_reason_points(self):
        kinds = set()
        for city, key, plan in self.everyone():
            back = return_plan(plan, self.rng(city.code, key))
            changed = documents.changes(plan.body(), back.mended.body())
            path = back.field.replace("results.", "").split(".")
            assert len(changed) == 1
            assert set(path) <= set(changed[0][0].split("."))
            assert documents.problems(Kind.PLAN, back.mended.body()) == ()
            assert back.reason
            kinds.add(path[-1])
        assert kinds == {"target", "indicator", "title"}

    @pytest.mark.parametrize("give_back", [return_checkin, return_self_assessment])
    def test_a_returned_report_is_mended_where_the_reason_points(self, give_back):
        fields = set()
        for city, key, plan in self.everyone():
            rng = self.rng(city.code, key)
            body = checkin_for(plan, 2, rng)
            back = give_back(body, rng)
            assert [path for path, _, _ in documents.changes(body, back.mended)] == [back.field]
            assert documents.problems(Kind.CHECKIN, back.mended, plan=plan.body()) == ()
            fields.add(back.field.rpartition(".")[2])
        assert fields == {"realisation", "link"}

    def test_returned_ratings_are_pinned_to_fields_of_a_rating(self):
        fields = set(documents.clean(Kind.RATING, {}))
        for seed in range(40):
            assert return_rating(Random(seed)).field in fields
            assert return_final(Random(seed)).field in fields

    @pytest.mark.parametrize("outcome", documents.OUTCOMES)
    @pytest.mark.parametrize(
        ("work", "behaviour"),
        [("below", "meets"), ("meets", "meets"), ("above", "below"), ("above", "meets")],
    )
    def test_an_objection_file_is_complete_and_only_a_change_raises(self, outcome, work, behaviour):
        claims = []
        for city, key, plan in self.everyone():
            file = objection_for(
                plan, self.rng(city.code, key), outcome, work=work, behaviour=behaviour
            )
            for kind, text, link in (
                (Kind.OBJECTION, file.claim, file.claim_link),
                (Kind.EXPLANATION, file.explanation, file.explanation_link),
                (Kind.STATEMENT, file.statement, file.statement_link),
            ):
                assert documents.problems(kind, {"text": text, "link": link}) == ()
                assert "{" not in text
            decision = file.decision()
            assert documents.clean(Kind.DECISION, decision) == decision
            assert documents.problems(Kind.DECISION, decision) == ()
            raised = (decision["work"], decision["behaviour"]) != ("", "")
            assert raised == (outcome == "change")
            assert "{" not in decision["reasons"]
            if raised:
                steps = ("below", "meets", "above")
                before = steps.index(work) + steps.index(behaviour)
                after = steps.index(decision["work"]) + steps.index(decision["behaviour"])
                assert after == before + 1
            claims.append(file.claim)
        assert len(set(claims)) >= 8

    def test_nobody_objects_to_the_best_ratings(self):
        plan = PLANS[TANGSEL.code]["pkm-pamulang/bidan_mahir"]
        with pytest.raises(ValueError, match="nothing to object to"):
            objection_for(plan, Random(1), "uphold", work="above", behaviour="above")

    def test_exclusions_name_an_authority_of_the_year(self):
        for item in EXCLUSIONS:
            assert str(YEAR) in exclusion(item.kind, YEAR).authority

    def test_unit_results_have_notes(self):
        for city in CITIES:
            for unit in city.units:
                value, note = unit_result(unit, self.rng(city.code, unit.key))
                assert value in OrganisationResult.values
                assert note
                assert "{" not in note
