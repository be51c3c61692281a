"""A move to another agency: a copy of the segment goes along, nothing live is shared.

The giving agency writes the copy when the move takes effect; the receiving one accepts it with a
vacant post of its own and opens its own appraisal for the rest of the year.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cycles import ledger
from cycles.calendar import format_day, local_date
from cycles.enums import CycleStatus, DocumentKind
from cycles.exceptions import Incomplete, Problem, Refused, WrongState
from cycles.models import (
    Cycle,
    HandOver,
    LedgerEntry,
    Person,
    Post,
    Posting,
    Segment,
    StaffChange,
    User,
    Version,
)
from cycles.queries.staff_changes import holder_from
from workflow.enums import BEFORE_ASSESSMENT, State
from workflow.models import Case
from workflow.permissions import Actor
from workflow.queries.opening import reasons_of
from workflow.services.door import advance, stream_of
from workflow.services.opening import open_cycle
from workflow.services.timekeeping import share_time_of

FORMAT = "jenjang-hand-over/1"


def canonical(body: dict[str, Any]) -> str:
    """The text that is downloaded and hashed."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


# --- giving ------------------------------------------------------------------------------------


def give(change: StaffChange, now: datetime) -> HandOver:
    """Write the copy that goes to the receiving agency."""
    assert change.to_agency is not None
    person = change.person
    body = {
        "format": FORMAT,
        "from_agency": {"code": change.agency.code, "name": change.agency.name},
        "to_agency": {"code": change.to_agency.code, "name": change.to_agency.name},
        "person": {"name": person.name, "kind": person.kind, "rank": person.rank},
        "effective_on": change.effective_on.isoformat(),
        "letter": change.letter,
        "appraisals": [_appraisal(case) for case in _cases(change)],
    }
    return HandOver.objects.create(
        change=change,
        from_agency=change.agency,
        to_agency=change.to_agency,
        person=person,
        body=body,
        sha256=hashlib.sha256(canonical(body).encode()).hexdigest(),
        created_at=now,
    )


def _cases(change: StaffChange) -> list[Case]:
    """The year's appraisal, and any other that still runs."""
    return list(
        Case.objects.filter(person=change.person, agency=change.agency)
        .filter(Q(cycle__status=CycleStatus.OPEN) | Q(cycle__year=change.effective_on.year))
        .select_related("cycle", "appraisal")
        .order_by("cycle__year", "pk")
    )


def _appraisal(case: Case) -> dict[str, Any]:
    """What was agreed and done, stretch by stretch; the result only if it is final."""
    versions = list(
        Version.objects.filter(
            document__appraisal_id=case.appraisal_id,
            document__kind__in=[DocumentKind.PLAN, DocumentKind.CHECKIN],
        )
        .select_related("document__segment", "submitted_by")
        .order_by("document__round", "number")
    )
    said = _said(case)
    appraisal = case.appraisal
    result = None
    if case.state == State.CLOSED and appraisal.settled_at is not None:
        result = {
            "work": appraisal.work_rating,
            "behaviour": appraisal.behaviour_rating,
            "predicate": appraisal.predicate,
            "settled_at": appraisal.settled_at.isoformat(),
        }
    return {
        "cycle": {"name": case.cycle.name, "year": case.cycle.year},
        "missed_checkins": list(case.missed_rounds),
        "result": result,
        "remarks": said,
        "segments": [
            _segment(segment, [v for v in versions if v.document.segment_id == segment.pk])
            for segment in Segment.objects.filter(appraisal_id=case.appraisal_id)
        ],
    }


def _segment(segment: Segment, versions: list[Version]) -> dict[str, Any]:
    plan, checkins = None, {}
    for version in versions:
        document = version.document
        if document.kind == DocumentKind.CHECKIN:
            checkins[document.round] = {"round": document.round, **_handed_in(version)}
        elif document.in_force == version.number:
            plan = _handed_in(version)
    return {
        "number": segment.number,
        "post": segment.post_title,
        "unit": segment.unit_name,
        "rank": segment.rank,
        "rater": segment.rater_name,
        "rater_post": segment.rater_post_title,
        "starts_on": segment.starts_on.isoformat(),
        "ends_on": segment.ends_on.isoformat() if segment.ends_on else None,
        "plan": plan,
        "checkins": list(checkins.values()),
    }


def _handed_in(version: Version) -> dict[str, Any]:
    """A frozen document; of its files the names and hashes, not the files."""
    body = dict(version.body)
    if files := body.pop("attachments", None):
        body["files"] = [{key: file[key] for key in ("field", "name", "sha256")} for file in files]
    return {"submitted_at": version.submitted_at.isoformat(), "body": body}


def _said(case: Case) -> list[dict[str, Any]]:
    """What rater and levels remarked on plan and check-ins, with their names."""
    rows = LedgerEntry.objects.filter(
        stream=stream_of(case),
        action__in=["approve", "return_"],
        from_state__in=[State.PLAN_REVIEW, State.CHECKIN_REVIEW],
    ).order_by("seq")
    payloads = [(row, json.loads(row.payload)) for row in rows]
    names = dict(
        Person.objects.filter(
            pk__in={payload["actor"] for _, payload in payloads if payload["actor"]}
        ).values_list("pk", "name")
    )
    return [
        {
            "at": row.at.isoformat(),
            "by": names.get(payload["actor"], ""),
            "about": "plan" if row.from_state == State.PLAN_REVIEW else "checkin",
            "round": payload["data"].get("round"),
            "action": "returned" if row.action == "return_" else "approved",
            "words": payload["reason"],
        }
        for row, payload in payloads
    ]


# --- receiving ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Accepted:
    """The hand-over, and the appraisal that began here (None: no cycle runs, or it could not)."""

    hand_over: HandOver
    case: Case | None
    # Why no appraisal began.
    problem: str = ""


def problems(
    hand_over: HandOver, post: Post | None, starts_on: date, *, today: date
) -> list[Problem]:
    """What keeps the receiving agency from accepting like this."""
    found = []
    if post is None or post.agency_id != hand_over.to_agency_id:
        found.append(Problem("post", _("Choose a post of this agency.")))
    elif post.closed_on is not None and post.closed_on < starts_on:
        found.append(
            Problem("post", _("This post was closed on %(day)s.")
                    % {"day": format_day(post.closed_on)})
        )  # fmt: skip
    elif holder := holder_from(post.pk, starts_on):
        found.append(
            Problem("post", _("The post %(post)s is still held by %(name)s.")
                    % {"post": post.title, "name": holder.person.name})
        )  # fmt: skip
    effective_on = hand_over.change.effective_on
    if starts_on < effective_on:
        found.append(
            Problem("starts_on", _("The person leaves the other agency only on %(day)s.")
                    % {"day": format_day(effective_on)})
        )  # fmt: skip
    elif starts_on > today:
        found.append(Problem("starts_on", _("This day has not come yet.")))
    return found


def accept(
    hand_over_id: int,
    *,
    post: Post | None,
    starts_on: date,
    author: User,
    actor: Actor,
    now: datetime,
) -> Accepted:
    """Take the person in with a vacant post; their appraisal of the running cycle begins here.

    Raises Incomplete, WrongState when it was accepted already, Refused for another agency's HR.
    """
    with transaction.atomic():
        # The opening below shares the agency's dates: asked for before any row.
        for agency_id in HandOver.objects.filter(pk=hand_over_id).values_list(
            "to_agency", flat=True
        ):
            share_time_of(agency_id)
        hand_over = (
            HandOver.objects.select_for_update(of=("self",), no_key=True)
            .select_related("to_agency", "change", "person")
            .get(pk=hand_over_id)
        )
        agency = hand_over.to_agency
        if agency.pk not in actor.hr_agencies:
            raise Refused(_("Only HR of the receiving agency can accept this person."))
        if hand_over.accepted_at is not None:
            raise WrongState(_("This person has been accepted already."))
        if post is not None:
            post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        today = local_date(agency.zone, now)
        if found := problems(hand_over, post, starts_on, today=today):
            raise Incomplete(found)
        assert post is not None
        person = Person.objects.select_for_update(no_key=True).get(pk=hand_over.person_id)
        person.agency, person.left_on = agency, None
        person.save(update_fields=["agency", "left_on"])
        Posting.objects.create(agency=agency, person=person, post=post, starts_on=starts_on)
        case, problem = _begin(hand_over, person, actor, now)
        hand_over.accepted_at, hand_over.accepted_by = now, author
        hand_over.cycle = case.cycle if case is not None else None
        hand_over.save(update_fields=["accepted_at", "accepted_by", "cycle"])
        _tell(hand_over, post, starts_on, author, now)
        return Accepted(hand_over, case, problem)


def _begin(
    hand_over: HandOver, person: Person, actor: Actor, now: datetime
) -> tuple[Case | None, str]:
    """The appraisal here: opened, or, for somebody who comes back, taken up again."""
    cycle = (
        Cycle.objects.filter(agency=hand_over.to_agency, status=CycleStatus.OPEN)
        .order_by("-year", "-pk")
        .first()
    )
    if cycle is None:
        return None, _("No cycle of your agency is running.")
    case = Case.objects.filter(cycle=cycle, person=person).first()
    if case is None:
        open_cycle(cycle, actor=actor, person_ids=[person.pk], now=now)
        case = Case.objects.filter(cycle=cycle, person=person).first()
        why = {} if case is not None else reasons_of(cycle, [person.pk])
        return case, why.get(person.pk, "")
    if case.state == State.EXCLUDED:
        reason = _("Back from another agency. Letter: %(letter)s.") % {
            "letter": hand_over.change.letter
        }
        case = advance(case.pk, "reinstate", actor=actor, data={"reason": reason}, now=now).case
        holds_it = Posting.objects.filter(person=person, post=case.post_id, ends_on=None).exists()
        if case.state in BEFORE_ASSESSMENT and not holds_it:
            case = advance(case.pk, "transfer", actor=actor, data={"reason": reason}, now=now).case
    return case, ""


def _tell(hand_over: HandOver, post: Post, starts_on: date, author: User, now: datetime) -> None:
    data = {"hand_over": hand_over.pk, "post": post.pk, "on": starts_on.isoformat()}
    streams = {f"person:{hand_over.person_id}": "accept_person", f"post:{post.pk}": "occupy"}
    ledger.append(
        [
            ledger.Entry(stream=stream, action=action, at=now, agency_id=hand_over.to_agency_id,
                         actor_id=author.person_id,
                         data={**data, "person": hand_over.person_id})
            for stream, action in streams.items()
        ]
    )  # fmt: skip
