"""Nobody in the demo's cities writes what another one wrote, and every document is complete."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from random import Random

import pytest

from config.demo.world.behaviour import CODES
from config.demo.world.build import YEAR, world
from config.demo.world.events import EXCLUSIONS, exclusion, unit_result
from config.demo.world.objections import objection_for
from config.demo.world.plans import plans
from config.demo.world.progress import checkin_for, self_assessment_for
from config.demo.world.ratings import rating_for
from config.demo.world.returns import (
    return_checkin,
    return_final,
    return_plan,
    return_rating,
    return_self_assessment,
)
from cycles import berakhlak, documents
from cycles.enums import DocumentKind as Kind
from cycles.scoring import OrganisationResult, Rating

TANGSEL, KUPANG = CITIES = world()
PLANS = {city.code: plans(city) for city in CITIES}
each_city = pytest.mark.parametrize("city", CITIES, ids=lambda city: city.short_name)


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
        titles = Counter(
            result.title
            for _, _, plan in self.everyone()
            for result in plan.results
            if result.type == "main"
        )
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
