"""Words for what documents store, in templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from cycles import document_labels, documents, scoring
from cycles.documents import ASPECTS, RESULT_TYPES

register = template.Library()


@register.filter
def of(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """What a mapping holds under a key; None when there is nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def aspect_name(code: str) -> object:
    return ASPECTS.get(code, code)


@register.filter
def result_type(code: str) -> object:
    return RESULT_TYPES.get(code, code)


@register.filter
def rating_name(code: str) -> object:
    return scoring.Rating(code).label if code in scoring.Rating.values else "–"


@register.filter
def outcome_name(code: str) -> object:
    return document_labels.OUTCOME_LABELS.get(code, "–")


@register.filter
def predicate_of(body: Mapping[str, Any] | None) -> scoring.Predicate | None:
    """The predikat of a rating's body; None while a rating is missing."""
    try:
        return scoring.predicate(body["work"], body["behaviour"]) if body else None
    except (KeyError, ValueError):
        return None


# A predikat is told by its word; the colour only helps the eye.
LOOK = {
    "sangat_baik": "positive", "baik": "positive", "butuh_perbaikan": "caution",
    "kurang": "negative", "sangat_kurang": "negative",
}  # fmt: skip


@register.filter
def predicate_role(value: scoring.Predicate) -> str:
    return LOOK[value]


@register.filter
def filled(aspects: list[dict[str, str]]) -> list[dict[str, str]]:
    """The aspects of a result that say something."""
    return [aspect for aspect in aspects if aspect["indicator"] or aspect["target"]]


@register.filter
def approach_name(body: Mapping[str, Any]) -> object:
    """The approach of a plan by name; plans older than the choice are quantitative."""
    return documents.APPROACHES[body.get("approach") or documents.QUANTITATIVE]


@register.filter
def measures(result: Mapping[str, Any]) -> list[str]:
    """The measures of success of a qualitative result; none for a quantitative one."""
    return documents.measures(result)


@register.filter
def megabytes(size: int) -> float:
    return max(round(size / 1024 / 1024, 1), 0.1)


@register.filter
def is_web(address: str) -> bool:
    """Whether an address may become a link: nothing but http and https ever does."""
    return str(address).lower().startswith(("http://", "https://"))


@register.filter
def by_value(texts: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """(official name, text) of each core value in the official order; stored bodies have none."""
    return [(name, (texts or {}).get(code, "")) for code, name in document_labels.VALUES.items()]


@register.filter
def breakable(words: object) -> str:
    """A label that may break after its slash, where a narrow cell needs it."""
    return str(words).replace("/", "/\u200b")
