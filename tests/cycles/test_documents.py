"""Documents as data: nothing typed is lost, and what is missing is said beside its place."""

from __future__ import annotations

import random

import pytest
from django.utils import translation

from cycles import document_labels, documents
from cycles.berakhlak import CODES
from cycles.document_labels import label, told
from cycles.documents import changes, clean, digest, flatten, problems
from cycles.enums import DocumentKind
from tests.builders import CHECKIN, PLAN, RATING


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("kind", DocumentKind.values)
@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"results": "no list", "items": [1], "feedback": None, "expectations": "x", "text": 7},
        {"results": [None, {"id": "<script>", "aspects": [{"aspect": "quantity"}]}]},
        {"items": {"<b>": {"realisation": "x"}, "r1": "x"}, "work": ["above"]},
    ],
)
def test_any_input_becomes_a_body_of_the_right_shape(kind, raw):
    body = clean(kind, raw)
    assert clean(kind, body) == body
    assert "<script>" not in str(body)
    assert "<b>" not in str(body)
    # The body can be judged and compared whatever it was made from.
    assert isinstance(problems(kind, body), tuple)
    assert changes(body, body) == []


def test_a_nul_byte_is_dropped_and_line_ends_are_unified():
    assert documents.text("a\x00b\r\nc ") == "ab\nc"


def test_a_draft_keeps_twenty_thousand_characters_of_a_field():
    body = clean("objection", {"text": "x" * 30_000})
    assert len(body["text"]) == 20_000


def test_two_results_never_share_an_id():
    body = clean("plan", {"results": [{"id": "r1", "title": "a"}, {"id": "r1", "title": "b"}]})
    first, second = (result["id"] for result in body["results"])
    assert first != second


def paths(kind, body, plan=None):
    return [problem.path for problem in problems(kind, clean(kind, body), plan=plan)]


def test_a_complete_plan_has_no_problems():
    assert paths("plan", PLAN) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": ""}, "results.r1.title"),
        ({"title": "x" * 501}, "results.r1.title"),
        ({"aspects": []}, "results.r1.aspects"),
        ({"aspects": [{"aspect": "time", "indicator": "Laporan"}]}, "results.r1.time.target"),
        ({"aspects": [{"aspect": "cost", "target": "Rp1"}]}, "results.r1.cost.indicator"),
        ({"type": "additional"}, "results"),
    ],
)
def test_what_a_plan_lacks_is_said_at_its_place(change, path):
    assert path in paths("plan", {"results": [PLAN["results"][0] | change]})


def test_a_checkin_answers_every_result_of_the_plan():
    plan = clean("plan", PLAN)
    assert paths("checkin", CHECKIN, plan) == []
    assert paths("checkin", {"items": {}}, plan) == ["items.r1.realisation"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x", "https://", "http://[", "kata"])
def test_a_link_is_a_web_address_or_a_problem(link):
    assert paths("objection", {"text": "Alasan.", "link": link}) == ["link"]


def test_a_rating_needs_both_ratings_and_both_reasons():
    assert paths("rating", RATING) == []
    assert paths("rating", {}) == ["work", "behaviour", "work_reason", "behaviour_reason"]


def test_only_a_changing_decision_needs_ratings():
    assert paths("decision", {"outcome": "uphold", "reasons": "Cukup."}) == []
    assert paths("decision", {"outcome": "change", "reasons": "Kurang."}) == ["work", "behaviour"]
    assert paths("decision", {}) == ["outcome", "reasons"]


def test_problems_fields_and_changes_speak_of_the_same_paths():
    flat = flatten(clean("plan", PLAN))
    assert flat["results.r1.quantity.target"] == "240 bayi"
    lacking = {"results": [PLAN["results"][0] | {"aspects": [{"aspect": "quantity"}]}]}
    empty = flatten(clean("plan", lacking))
    assert "results.r1.quantity.indicator" in empty


def test_changes_tell_what_differs_and_nothing_else():
    old = clean("plan", PLAN)
    new = clean("plan", PLAN)
    new["results"][0]["title"] = "Cakupan naik"
    new["results"].append({"id": "r2", "type": "additional", "title": "Kelas", "serves": "",
                           "aspects": []})  # fmt: skip
    found = {path: (before, after) for path, before, after in changes(old, new)}
    assert found == {
        "results.r1.title": ("Cakupan imunisasi dasar lengkap meningkat", "Cakupan naik"),
        "results.r2.title": ("", "Kelas"),
        "results.r2.type": ("", "additional"),
    }


def test_an_empty_aspect_added_by_the_form_is_no_change():
    whole = {"results": [PLAN["results"][0] | {"aspects": [
        {"aspect": a, "indicator": "", "target": ""} for a in documents.ASPECTS
    ]}]}  # fmt: skip
    bare = {"results": [PLAN["results"][0] | {"aspects": []}]}
    assert changes(clean("plan", bare), clean("plan", whole)) == []


def test_changes_come_in_reading_order_however_the_database_stored_the_keys():
    def shuffled(value):
        if isinstance(value, dict):
            items = list(value.items())
            random.Random(3).shuffle(items)
            return {key: shuffled(item) for key, item in items}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    body = clean("plan", PLAN | {"expectations": dict.fromkeys(CODES, "x")})
    order = [path for path, _, _ in changes({}, shuffled(body))]
    assert order == [path for path, text in flatten(body).items() if text]
    assert order[0] == "approach"
    assert order[1:4] == ["results.r1.title", "results.r1.type", "results.r1.serves"]
    assert [path.split(".")[1] for path in order if path.startswith("expect")] == list(CODES)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("results.r2.title", "Result 2 · Result of work"),
        ("results.r1.quantity.target", "Result 1 · Quantity: target"),
        ("results.r1.aspects", "Result 1 · Indicators and targets"),
        ("results.gone.title", "Result that was taken out · Result of work"),
        ("expectations.akuntabel", "Akuntabel · special expectation"),
        ("items.r1.realisation", "Result 1 · Realisation"),
        ("feedback.r2", "Result 2 · feedback"),
        ("feedback.loyal", "Loyal · feedback"),
        ("attachments.0d6f.name", "Attachment"),
        ("work_reason", "Reasons for the rating of results"),
        ("something.else", "something.else"),
    ],
)
def test_a_path_is_told_in_words(path, words):
    assert label(path, ["r1", "r2"]) == words


def test_choices_are_told_by_their_names_and_results_in_the_order_of_the_page():
    old = clean("plan", PLAN)
    new = clean("plan", {"results": [{"id": "z", "title": "Baru"}, PLAN["results"][0] | {
        "type": "additional"}]})  # fmt: skip
    rows = told(changes(old, new), old, new)
    places = [row["label"] for row in rows]
    assert places[:2] == ["Result 1 · Result of work", "Result 1 · Kind of result"]
    assert places.index("Result 2 · Kind of result") > places.index("Result 1 · Kind of result")
    changed = next(row for row in rows if row["label"] == "Result 2 · Kind of result")
    assert (changed["old"], changed["new"]) == ("Main (utama)", "Additional (tambahan)")


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert digest({"a": "1"}) != digest({"a": "2"})


def test_every_text_of_every_kind_has_a_name():
    for kind in DocumentKind.values:
        body = clean(kind, PLAN | CHECKIN | RATING | {"feedback": {"r1": "x"}})
        for path in flatten(body):
            assert label(path, ["r1"]) != path, path
    assert set(document_labels.OUTCOME_LABELS) == set(documents.OUTCOMES)
