"""The copy of a year in another agency, as a page shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from cycles.enums import DocumentKind
from cycles.models import HandOver
from cycles.scoring import Predicate
from workflow.models import Case


def copy_for(case: Case) -> HandOver | None:
    """The copy with which a person came into the cycle of this case. One query."""
    return (
        HandOver.objects.filter(
            person=case.person_id, to_agency=case.agency_id, cycle=case.cycle_id,
            accepted_at__isnull=False,
        )
        .select_related("from_agency")
        .order_by("-pk")
        .first()
    )  # fmt: skip


def has_copy() -> Exists:
    """Whether a case began with a copy from another agency, for the query that reads the case."""
    return Exists(
        HandOver.objects.filter(
            person=OuterRef("person"), to_agency=OuterRef("agency"), cycle=OuterRef("cycle"),
            accepted_at__isnull=False,
        )
    )  # fmt: skip


def shown(hand_over: HandOver) -> list[dict[str, Any]]:
    """Its appraisals with days as days and documents in their order."""
    return [_appraisal(appraisal) for appraisal in hand_over.body["appraisals"]]


def _appraisal(appraisal: dict[str, Any]) -> dict[str, Any]:
    result = appraisal["result"]
    return {
        "cycle": appraisal["cycle"]["name"],
        "missed": appraisal["missed_checkins"],
        "predicate": Predicate(result["predicate"]).label if result else "",
        "settled_at": datetime.fromisoformat(result["settled_at"]) if result else None,
        "remarks": [
            {**row, "at": datetime.fromisoformat(row["at"])}
            for row in appraisal["remarks"]
            if row["words"]
        ],
        "segments": [_segment(segment) for segment in appraisal["segments"]],
    }


def _segment(segment: dict[str, Any]) -> dict[str, Any]:
    plan = segment["plan"]["body"] if segment["plan"] else {"results": []}
    titles = {result["id"]: result["title"] for result in plan["results"]}
    return {
        **segment,
        "starts_on": date.fromisoformat(segment["starts_on"]),
        "ends_on": date.fromisoformat(segment["ends_on"]) if segment["ends_on"] else None,
        "results": plan["results"],
        "has_plan": segment["plan"] is not None,
        "checkins": [
            {
                "name": f"{DocumentKind.CHECKIN.label} {checkin['round']}",
                "at": datetime.fromisoformat(checkin["submitted_at"]),
                "note": checkin["body"].get("note", ""),
                "items": [
                    {"title": titles.get(key, key), **item}
                    for key, item in checkin["body"].get("items", {}).items()
                ],
            }
            for checkin in segment["checkins"]
        ],
    }
