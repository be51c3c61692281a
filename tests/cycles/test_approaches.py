"""A plan says what success is by indicators and targets, or by measures in words."""

from cycles import documents
from cycles.documents import clean, frozen, measures, problems

QUALITATIVE = {
    "approach": "qualitative",
    "results": [
        {
            "id": "r1",
            "type": "main",
            "title": "Pendampingan kader posyandu",
            "measures": "- Kader mampu mencatat sendiri\n\n• Tidak ada laporan terlambat",
        }
    ],
}
QUANTITATIVE = {
    "results": [
        {
            "id": "r1",
            "type": "main",
            "title": "Cakupan imunisasi",
            "aspects": [{"aspect": "quantity", "indicator": "Bayi", "target": "240 bayi"}],
        }
    ]
}


def paths(body, **more):
    return [problem.path for problem in problems("plan", clean("plan", body), **more)]


def test_a_qualitative_plan_is_complete_with_measures_and_without_aspects():
    assert paths(QUALITATIVE) == []


def test_a_qualitative_result_without_measures_cannot_be_handed_in():
    body = {**QUALITATIVE, "results": [{**QUALITATIVE["results"][0], "measures": "  "}]}
    assert paths(body) == ["results.r1.measures"]


def test_measures_do_not_stand_in_for_the_targets_of_a_quantitative_plan():
    assert paths({**QUALITATIVE, "approach": "quantitative"}) == ["results.r1.aspects"]


def test_a_plan_from_before_the_choice_is_quantitative():
    assert clean("plan", QUANTITATIVE)["approach"] == "quantitative"
    assert paths(QUANTITATIVE) == []


def test_an_approach_that_the_cycle_does_not_allow_is_refused_beside_the_choice():
    assert paths(QUALITATIVE, approaches=("quantitative",)) == ["approach"]
    assert paths(QUANTITATIVE, approaches=("quantitative",)) == []


def test_a_check_in_is_not_asked_for_an_approach():
    body = clean("checkin", {"items": {"r1": {"realisation": "118 bayi"}}})
    assert problems("checkin", body, plan=QUANTITATIVE, approaches=()) == ()


def test_changing_the_approach_loses_nothing_but_a_version_keeps_only_what_it_shows():
    both = clean("plan", {**QUANTITATIVE, "results": [
        {**QUANTITATIVE["results"][0], "measures": "Kader mandiri"}]})  # fmt: skip
    assert both["results"][0]["measures"] == "Kader mandiri"
    assert frozen("plan", both)["results"][0]["measures"] == ""
    changed = clean("plan", {**both, "approach": "qualitative"})
    assert changed["results"][0]["aspects"][0]["target"] == "240 bayi"
    assert frozen("plan", changed)["results"][0]["aspects"] == []
    assert frozen("plan", changed)["results"][0]["measures"] == "Kader mandiri"


def test_measures_are_read_one_a_line_without_their_bullets():
    result = clean("plan", QUALITATIVE)["results"][0]
    assert measures(result) == ["Kader mampu mencatat sendiri", "Tidak ada laporan terlambat"]


def test_changed_measures_and_a_changed_approach_show_in_the_comparison():
    new = {**QUALITATIVE, "results": [{**QUALITATIVE["results"][0], "measures": "Lain"}]}
    before = frozen("plan", clean("plan", QUANTITATIVE))
    found = [path for path, *_ in documents.changes(before, frozen("plan", clean("plan", new)))]
    assert "approach" in found
    assert "results.r1.measures" in found
