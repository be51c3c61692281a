"""The documents of an appraisal as data: their shape, what makes them complete. Pure.

A body is plain JSON. `clean` takes whatever a form sent and returns a body of the right shape
that loses nothing a person typed; `problems` says what still keeps it from being handed in.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycles.berakhlak import CORE_VALUES
from cycles.enums import DocumentKind as Kind
from cycles.exceptions import Problem
from cycles.scoring import Rating

Body = dict[str, Any]

LINE, TEXT = 500, 5000  # characters: one line (an indicator, a target); a paragraph
KEPT = 20_000  # a draft keeps this much of any field, so that nothing typed is lost
MOST_RESULTS = 30
ASPECTS = {
    "quantity": gettext_lazy("Quantity"),
    "quality": gettext_lazy("Quality"),
    "time": gettext_lazy("Time"),
    "cost": gettext_lazy("Cost"),
}
# How a plan says what success is (PermenPANRB 6/2022): by indicators and targets per aspect, or by
# measures in words under each result. Chosen per plan, where the cycle allows both.
QUANTITATIVE, QUALITATIVE = "quantitative", "qualitative"
APPROACHES = {
    QUANTITATIVE: gettext_lazy("Quantitative (kuantitatif)"),
    QUALITATIVE: gettext_lazy("Qualitative (kualitatif)"),
}
RESULT_TYPES = {
    "main": gettext_lazy("Main (utama)"),
    "additional": gettext_lazy("Additional (tambahan)"),
}
OUTCOMES = ("uphold", "change", "rerate")
# Kinds whose writer may add files as evidence; a plan is words.
WITH_FILES = frozenset(Kind) - {Kind.PLAN}
_ID = re.compile(r"[a-z0-9-]{1,40}\Z")


def text(value: object) -> str:
    """A field's text: without NUL (which PostgreSQL cannot store), line ends unified."""
    kept = value if isinstance(value, str) else ""
    return kept.replace("\x00", "").replace("\r\n", "\n").strip()[:KEPT]


def clean(kind: str, raw: Mapping[str, Any]) -> Body:
    """A body of the right shape with everything that was typed; never raises for bad input."""
    return _CLEANERS[Kind(kind)](raw)


def problems(
    kind: str,
    body: Body,
    *,
    plan: Body | None = None,
    approaches: Collection[str] = tuple(APPROACHES),
) -> tuple[Problem, ...]:
    """What keeps a body from being handed in; empty when it is complete.

    `plan` is the plan in force, whose results a check-in or self-assessment answers; `approaches`
    are those that the cycle allows a plan.
    """
    found = _CHECKS[Kind(kind)](body, plan or {"results": []})
    if kind == Kind.PLAN and body["approach"] not in approaches:
        sentence = _("This cycle does not allow this approach; choose the other one.")
        return (Problem("approach", sentence), *found)
    return tuple(found)


def frozen(kind: str, body: Body) -> Body:
    """What a version keeps of a body handed in: of a plan only what its approach shows."""
    if kind != Kind.PLAN:
        return body
    other = {"aspects": []} if body["approach"] == QUALITATIVE else {"measures": ""}
    return {**body, "results": [{**result, **other} for result in body["results"]]}


def measures(result: Mapping[str, Any]) -> list[str]:
    """The measures of success of a qualitative result, one a line."""
    lines = (line.strip(" \t•*–-") for line in str(result.get("measures") or "").splitlines())
    return [line for line in lines if line]


def digest(body: Body) -> str:
    """The SHA-256 of a body's canonical JSON, as hex: what a ledger entry names a version by."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


# The order in which a reader meets the fields; a stored body (jsonb) has lost it.
_READING = {
    name: place
    for place, name in enumerate(
        ("approach", "results", "expectations", "items", "title", "type", "serves", "aspects",
         "indicator", "target", "measures", "outcome", "work", "work_reason", "behaviour",
         "behaviour_reason", "feedback", "realisation", "text", "reasons", "link", "note",
         "reflection", "recommendation",
         *(value.code for value in CORE_VALUES), "attachments")
    )
}  # fmt: skip


def _in_order(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(body.items(), key=lambda item: _READING.get(item[0], -1))


def flatten(body: object, path: str = "") -> dict[str, str]:
    """Every text of a body by its path ("results.r1.quantity.target"): one language of paths,

    shared by problems, pinned sentences, form fields and the comparison of two versions.
    """
    found: dict[str, str] = {}
    if isinstance(body, Mapping):
        for key, value in _in_order(body):
            # Aspects are named by themselves; ids name their row; a file's digest says nothing.
            if key in {"id", "aspect", "sha256"}:
                continue
            inner = path if key == "aspects" else f"{path}.{key}" if path else str(key)
            found |= flatten(value, inner)
    elif isinstance(body, list):
        for index, value in enumerate(body):
            key = index
            if isinstance(value, Mapping):
                key = value.get("id") or value.get("aspect") or index
            found |= flatten(value, f"{path}.{key}")
    else:
        found[path] = "" if body is None else str(body)
    return found


def changes(old: Body, new: Body) -> list[tuple[str, str, str]]:
    """(path, old text, new text) of everything that differs, in the order of the new body."""
    before, after = flatten(old), flatten(new)
    paths = [*after, *(path for path in before if path not in after)]
    return [
        (path, before.get(path, ""), after.get(path, ""))
        for path in paths
        if before.get(path, "") != after.get(path, "")
    ]


# --- shapes ------------------------------------------------------------------------------------


def _identifier(value: object, fallback: str) -> str:
    return value if isinstance(value, str) and _ID.match(value) else fallback


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _clean_plan(raw: Mapping[str, Any]) -> Body:
    results, seen = [], set()
    for number, row in enumerate(_rows(raw.get("results"))[:MOST_RESULTS], start=1):
        identifier = _identifier(row.get("id"), f"r{number}")
        while identifier in seen:
            identifier = f"{identifier[:30]}-{number}"
        seen.add(identifier)
        aspects = {str(a.get("aspect")): a for a in _rows(row.get("aspects"))}
        results.append(
            {
                "id": identifier,
                "type": row.get("type") if row.get("type") in RESULT_TYPES else "main",
                "title": text(row.get("title")),
                "serves": text(row.get("serves")),
                "aspects": [
                    {
                        "aspect": aspect,
                        "indicator": text(aspects.get(aspect, {}).get("indicator")),
                        "target": text(aspects.get(aspect, {}).get("target")),
                    }
                    for aspect in ASPECTS
                    if aspect in aspects
                ],
                # Kept beside the aspects: changing the approach loses nothing.
                "measures": text(row.get("measures")),
            }
        )
    expectations = _mapping(raw.get("expectations"))
    approach = raw.get("approach")
    return {
        "approach": approach
        if isinstance(approach, str) and approach in APPROACHES
        else QUANTITATIVE,
        "results": results,
        "expectations": {value.code: text(expectations.get(value.code)) for value in CORE_VALUES},
    }


def _clean_items(raw: Mapping[str, Any]) -> Body:
    items = _mapping(raw.get("items"))
    return {
        key: {
            "realisation": text(_mapping(item).get("realisation")),
            "link": text(_mapping(item).get("link")),
        }
        for key, item in list(items.items())[:MOST_RESULTS]
        if isinstance(key, str) and _ID.match(key)
    }


def _clean_checkin(raw: Mapping[str, Any]) -> Body:
    return {"items": _clean_items(raw), "note": text(raw.get("note"))}


def _clean_self_assessment(raw: Mapping[str, Any]) -> Body:
    return {"items": _clean_items(raw), "reflection": text(raw.get("reflection"))}


def _rating(value: object) -> str:
    return value if isinstance(value, str) and value in Rating.values else ""


def _clean_rating(raw: Mapping[str, Any]) -> Body:
    feedback = _mapping(raw.get("feedback"))
    return {
        "work": _rating(raw.get("work")),
        "work_reason": text(raw.get("work_reason")),
        "behaviour": _rating(raw.get("behaviour")),
        "behaviour_reason": text(raw.get("behaviour_reason")),
        "feedback": {
            key: text(value)
            for key, value in list(feedback.items())[: MOST_RESULTS + len(CORE_VALUES)]
            if isinstance(key, str) and re.match(r"[a-z0-9_-]{1,40}\Z", key)
        },
        "recommendation": text(raw.get("recommendation")),
    }


def _clean_decision(raw: Mapping[str, Any]) -> Body:
    outcome = raw.get("outcome")
    return {
        "outcome": outcome if outcome in OUTCOMES else "",
        "reasons": text(raw.get("reasons")),
        "work": _rating(raw.get("work")),
        "behaviour": _rating(raw.get("behaviour")),
    }


def _clean_writing(raw: Mapping[str, Any]) -> Body:
    return {"text": text(raw.get("text")), "link": text(raw.get("link"))}


# --- completeness ------------------------------------------------------------------------------


def _wanted(path: str, value: str, limit: int, missing: str) -> Iterator[Problem]:
    if not value:
        yield Problem(path, missing)
    else:
        yield from _fits(path, value, limit)


def _fits(path: str, value: str, limit: int) -> Iterator[Problem]:
    if len(value) > limit:
        yield Problem(
            path,
            _("Too long: %(length)s characters, at most %(limit)s.")
            % {"length": len(value), "limit": limit},
        )


def _link(path: str, value: str) -> Iterator[Problem]:
    yield from _fits(path, value, LINE)
    if value:
        try:
            parts = urlsplit(value)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            good = False
        if not good:
            yield Problem(path, _("This is no web address. It begins with https:// or http://."))


def _check_plan(body: Body, _plan: Body) -> Iterator[Problem]:
    results = body["results"]
    if not any(result["type"] == "main" for result in results):
        yield Problem("results", _("A plan has at least one main result (hasil kerja utama)."))
    for result in results:
        path = f"results.{result['id']}"
        yield from _wanted(f"{path}.title", result["title"], LINE, _("Say what the result is."))
        yield from _fits(f"{path}.serves", result["serves"], LINE)
        if body["approach"] == QUALITATIVE:
            yield from _wanted(
                f"{path}.measures", result["measures"], TEXT,
                _("Each result has at least one measure of success."),
            )  # fmt: skip
            continue
        filled = [a for a in result["aspects"] if a["indicator"] or a["target"]]
        if not filled:
            yield Problem(f"{path}.aspects", _("Each result has an indicator and a target."))
        for aspect in filled:
            spot = f"{path}.{aspect['aspect']}"
            yield from _wanted(
                f"{spot}.indicator", aspect["indicator"], LINE, _("The indicator is missing.")
            )
            yield from _wanted(
                f"{spot}.target", aspect["target"], LINE, _("The target is missing.")
            )
    for code, value in body["expectations"].items():
        yield from _fits(f"expectations.{code}", value, TEXT)


def _check_items(body: Body, plan: Body) -> Iterator[Problem]:
    for result in plan["results"]:
        item = body["items"].get(result["id"], {})
        path = f"items.{result['id']}"
        yield from _wanted(
            f"{path}.realisation", item.get("realisation", ""), TEXT,
            _("Say what was achieved; if nothing, say so and why."),
        )  # fmt: skip
        yield from _link(f"{path}.link", item.get("link", ""))


def _check_checkin(body: Body, plan: Body) -> Iterator[Problem]:
    yield from _check_items(body, plan)
    yield from _fits("note", body["note"], TEXT)


def _check_self_assessment(body: Body, plan: Body) -> Iterator[Problem]:
    yield from _check_items(body, plan)
    yield from _fits("reflection", body["reflection"], TEXT)


def _check_ratings(body: Body) -> Iterator[Problem]:
    for field in ("work", "behaviour"):
        if not body[field]:
            yield Problem(field, _("Choose a rating."))


def _check_rating(body: Body, _plan: Body) -> Iterator[Problem]:
    yield from _check_ratings(body)
    for field in ("work_reason", "behaviour_reason"):
        yield from _wanted(field, body[field], TEXT, _("A rating needs its reasons."))
    yield from _fits("recommendation", body["recommendation"], TEXT)
    for key, value in body["feedback"].items():
        yield from _fits(f"feedback.{key}", value, TEXT)


def _check_decision(body: Body, _plan: Body) -> Iterator[Problem]:
    if not body["outcome"]:
        yield Problem("outcome", _("Choose the outcome."))
    yield from _wanted("reasons", body["reasons"], TEXT, _("A decision needs its reasons."))
    if body["outcome"] == "change":
        yield from _check_ratings(body)


def _check_writing(body: Body, _plan: Body) -> Iterator[Problem]:
    yield from _wanted("text", body["text"], TEXT, _("Please write your reasons."))
    yield from _link("link", body["link"])


_CLEANERS = {
    Kind.PLAN: _clean_plan,
    Kind.CHECKIN: _clean_checkin,
    Kind.SELF_ASSESSMENT: _clean_self_assessment,
    Kind.RATING: _clean_rating,
    Kind.OBJECTION: _clean_writing,
    Kind.EXPLANATION: _clean_writing,
    Kind.STATEMENT: _clean_writing,
    Kind.DECISION: _clean_decision,
}
_CHECKS = {
    Kind.PLAN: _check_plan,
    Kind.CHECKIN: _check_checkin,
    Kind.SELF_ASSESSMENT: _check_self_assessment,
    Kind.RATING: _check_rating,
    Kind.OBJECTION: _check_writing,
    Kind.EXPLANATION: _check_writing,
    Kind.STATEMENT: _check_writing,
    Kind.DECISION: _check_decision,
}
