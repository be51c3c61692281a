"""Drafts: kept whatever they are worth, by their writer only, never over another window's text."""

from __future__ import annotations

import pytest

from cycles.exceptions import NotAllowed, Stale, WrongState
from cycles.models import Document, LedgerEntry, Version
from tests.builders import APRIL, CHECKIN, JANUARY, PLAN, actor, bring_to, town
from workflow.enums import State
from workflow.services.drafts import draft_of, save_draft

pytestmark = pytest.mark.django_db


def save(place, raw, kind="plan", who=None, **more):
    return save_draft(
        place.case().pk, kind, raw, actor=actor(who or place.employee), now=JANUARY, **more
    )


def test_half_a_plan_is_kept_and_moves_nothing():
    place = town()
    entries = LedgerEntry.objects.count()
    saved = save(place, {"results": [{"id": "r1", "title": "Cakupan"}]})
    assert saved.document.body["results"][0]["title"] == "Cakupan"
    assert saved.saved_at == JANUARY
    assert place.case().state == State.PLANNING
    assert LedgerEntry.objects.count() == entries
    assert not Version.objects.exists()


def test_each_save_has_a_new_revision_and_an_older_one_is_stale():
    place = town()
    first = save(place, PLAN)
    second = save(place, PLAN, revision=first.document.revision)
    assert second.document.revision == first.document.revision + 1
    with pytest.raises(Stale):
        save(place, {"results": []}, revision=first.document.revision)
    assert Document.objects.get(kind="plan").body["results"]


def test_only_the_writer_of_the_present_document_saves():
    place = town()
    with pytest.raises(WrongState):
        save(place, PLAN, who=place.rater)
    with pytest.raises(NotAllowed):
        save(place, PLAN, who=place.colleague)
    with pytest.raises(WrongState):
        save(place, CHECKIN, kind="checkin")
    assert not Document.objects.filter(appraisal=place.case().appraisal_id).exists()


def test_what_is_handed_in_is_frozen():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    with pytest.raises(WrongState):
        save(place, {"results": []})
    assert Document.objects.get(kind="plan").body["results"]


def test_a_draft_changes_no_version_that_was_handed_in():
    place = town()
    bring_to(place, State.PLAN_REVIEW)
    place.act(place.rater, "return_", JANUARY, reason="Judul belum jelas.")
    save(place, {"results": [{"id": "r1", "title": "Lain sama sekali"}]})
    assert Version.objects.get().body["results"][0]["title"] == PLAN["results"][0]["title"]


def test_each_round_has_its_own_draft():
    place = town()
    bring_to(place, State.CHECKIN_REVIEW)
    place.act(place.rater, "approve", APRIL)
    saved = save_draft(
        place.case().pk, "checkin", {"note": "Putaran dua"}, actor=actor(place.employee), now=APRIL
    )
    assert saved.document.round == 2
    assert Version.objects.get(document__kind="checkin").document.round == 1


def test_the_draft_of_a_document_is_made_once():
    place = town()
    bring_to(place, State.SUPERVISOR_REVIEW)
    case = place.case()
    first = draft_of(case.pk, "rating", actor=actor(place.rater))
    assert draft_of(case.pk, "rating", actor=actor(place.rater)) == first
    with pytest.raises(WrongState):
        draft_of(case.pk, "rating", actor=actor(place.employee))
    assert first.saved_at is None
