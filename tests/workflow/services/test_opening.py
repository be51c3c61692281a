"""A cycle opens for everyone who belongs to it, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cycles.enums import CycleStatus, PersonKind
from cycles.exceptions import Refused
from cycles.models import Appraisal, LedgerEntry, Person, Posting, Segment, Stage
from tests.builders import APRIL, JANUARY, actor, person, seat, town
from workflow.enums import Party, State
from workflow.models import Case, Event
from workflow.queries.counters import counts
from workflow.services.door import stream_of
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db


def test_everyone_in_a_posting_gets_an_appraisal_except_the_mayor():
    place = town(opened=None)
    opened = open_cycle(place.cycle, now=JANUARY)
    assert (opened.created, opened.failed) == (6, {})
    assert not Appraisal.objects.filter(person=place.mayor).exists()
    case = place.case()
    assert (case.state, case.turn_party, case.turn_person, case.rater, case.rater_post) == (
        State.PLANNING, Party.EMPLOYEE, place.employee, place.rater, place.posts["rater"],
    )  # fmt: skip
    assert (case.round, case.due_at.isoformat()) == (1, "2026-01-30T17:00:00+00:00")
    entry = LedgerEntry.objects.get(stream=stream_of(case))
    assert (entry.action, entry.from_state, entry.to_state) == ("open", "", "planning")
    assert Event.objects.filter(kind="open").count() == 6
    assert sum(counts(place.cycle.pk).values()) == 6
    place.cycle.refresh_from_db()
    assert (place.cycle.status, place.cycle.opened_at) == (CycleStatus.OPEN, JANUARY)


def test_opening_twice_creates_nothing_twice():
    place = town()
    before = (Case.objects.count(), LedgerEntry.objects.count(), Event.objects.count())
    assert open_cycle(place.cycle, now=JANUARY).created == 0
    assert (Case.objects.count(), LedgerEntry.objects.count(), Event.objects.count()) == before


def test_the_segment_keeps_names_as_they_were():
    place = town()
    Person.objects.filter(pk=place.employee.pk).update(name="Nama Baru", rank="Pembina (IV/a)")
    segment = Segment.objects.get(appraisal=place.case().appraisal)
    assert (segment.person_name, segment.rank, segment.post_title, segment.rater_name,
            segment.rater_post_title) == (
        "Pegawai", "Penata (III/c)", "Bidan Ahli Pertama", "Penilai", "Kepala Puskesmas",
    )  # fmt: skip


def test_who_joins_late_begins_with_the_round_that_is_still_due():
    place = town()
    late = person(place.agency, "Pendatang")
    seat(late, place.section, "Perawat", place.posts["rater"], since=date(2026, 5, 4))
    may = APRIL + timedelta(days=29)
    assert open_cycle(place.cycle, now=may, person_ids=[late.pk]).created == 1
    case = place.case(late)
    assert case.round == 2
    assert Segment.objects.get(appraisal=case.appraisal).starts_on == date(2026, 5, 4)
    # The planning stage is long over: who comes late still has the usual time.
    assert case.due_at > may + timedelta(days=5)


def test_who_has_nobody_above_is_reported_and_the_others_open():
    place = town(opened=None)
    alone = person(place.agency, "Sendiri")
    seat(alone, place.section, "Tenaga Ahli", None)
    opened = open_cycle(place.cycle, now=JANUARY)
    assert opened.created == 6
    assert list(opened.failed) == [alone.pk]
    assert opened.failed[alone.pk].strip()


def test_a_vacant_post_above_is_stepped_over_for_the_next_superior():
    place = town(opened=None)
    Posting.objects.filter(person=place.rater).update(ends_on=date(2025, 12, 31))
    open_cycle(place.cycle, now=JANUARY)
    assert (place.case().rater, place.case().rater_post) == (
        place.superior, place.posts["superior"],
    )  # fmt: skip


def test_who_left_or_has_not_come_yet_does_not_belong():
    place = town(opened=None)
    Person.objects.filter(pk=place.colleague.pk).update(left_on=JANUARY.date())
    soon = person(place.agency, "Nanti")
    seat(soon, place.section, "Perawat", place.posts["rater"], since=date(2026, 2, 1))
    open_cycle(place.cycle, now=JANUARY)
    assert not Case.objects.filter(person__in=[place.colleague, soon]).exists()


def test_one_person_in_two_posts_has_one_appraisal_in_the_latest():
    place = town(opened=None)
    seat(place.employee, place.office, "Analis", place.posts["superior"], since=date(2025, 6, 1))
    open_cycle(place.cycle, now=JANUARY)
    assert place.case().unit == place.office


def test_a_closed_cycle_and_one_without_its_stages_do_not_open():
    place = town(opened=None)
    Stage.objects.filter(cycle=place.cycle, kind="review").delete()
    with pytest.raises(Refused, match=r"\w"):
        open_cycle(place.cycle, now=JANUARY)
    place.cycle.status = CycleStatus.CLOSED
    with pytest.raises(Refused, match=r"\w"):
        open_cycle(place.cycle, now=JANUARY)
    assert Case.objects.count() == 0


def test_hr_who_opens_is_named_in_the_ledger():
    place = town(opened=None)
    open_cycle(place.cycle, actor=actor(place.hr), now=JANUARY)
    assert (
        f'"actor":{place.hr.pk}' in LedgerEntry.objects.get(stream=stream_of(place.case())).payload
    )


def test_a_pppk_is_appraised_like_a_pns():
    place = town()
    assert place.colleague.kind == PersonKind.PPPK
    assert place.case(place.colleague).state == State.PLANNING
