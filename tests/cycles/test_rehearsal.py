"""A rehearsal names every fault by its own kind, and tells what changed since the last run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import translation

from cycles.enums import AbsenceKind, ActingKind, PostKind
from cycles.exceptions import Incomplete, Refused
from cycles.models import (
    Absence,
    Acting,
    Agency,
    Cycle,
    Finding,
    Holiday,
    IdentityNumber,
    LedgerEntry,
    Post,
    Posting,
    RaterException,
    Rehearsal,
    Stage,
    Unit,
    User,
)
from cycles.queries.calendars import forget_calendars
from cycles.queries.rehearsal import CHECKS, KINDS, mended, names_for, sentence
from cycles.services.rehearsal import rehearse, set_limits
from tests.builders import JANUARY, Town, person, seat, town, unit

pytestmark = pytest.mark.django_db
NEXT = JANUARY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_calendar():
    forget_calendars()
    yield
    forget_calendars()


def run(place: Town, now=JANUARY) -> Rehearsal:
    place.cycle.refresh_from_db()
    return rehearse(place.cycle, author=place.hr.user, now=now)


def told(rehearsal: Rehearsal, *, fresh_only: bool = False) -> list[tuple[str, str]]:
    """(kind, whom it concerns) of what a run found."""
    found = Finding.objects.filter(rehearsal=rehearsal).select_related("person", "post", "unit")
    if fresh_only:
        found = found.filter(is_fresh=True)
    return sorted(
        (f.code, f.person.name if f.person else f.post.title if f.post else f.unit.name
         if f.unit else "") for f in found
    )  # fmt: skip


def nobody_above(place: Town) -> list[tuple[str, str]]:
    seat(person(place.agency, "Sendiri"), place.section, "Tenaga Ahli", None)
    return [("no_superior", "Sendiri")]


def in_a_circle(place: Town) -> list[tuple[str, str]]:
    Post.objects.filter(pk=place.posts["mayor"].pk).update(superior=place.posts["superior"])
    return [("superior_loop", "Kepala Dinas Kesehatan"), ("superior_loop", "Wali Kota")]


def another_agencys_superior(place: Town) -> list[tuple[str, str]]:
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    Post.objects.filter(pk=place.posts["employee"].pk).update(superior=other.posts["rater"])
    return [("superior_outside", "Pegawai")]


def another_agencys_person(place: Town) -> list[tuple[str, str]]:
    other = Agency.objects.create(code="1", name="Lain", short_name="Lain", zone="Asia/Jakarta")
    place.rater.agency = other
    place.rater.save()
    return [("rater_outside", "Penilai")]


def a_rater_too_low(place: Town) -> list[tuple[str, str]]:
    seat(person(place.agency, "Magang"), place.section, "Asisten", place.posts["employee"])
    return [("rater_too_low", "Pegawai")]


def a_head_too_low(place: Town) -> list[tuple[str, str]]:
    Post.objects.filter(pk=place.posts["rater"].pk).update(kind=PostKind.FUNGSIONAL)
    return [("rater_by_delegation", "Penilai")]


def no_account(place: Town) -> list[tuple[str, str]]:
    User.objects.filter(person=place.employee).update(is_active=False)
    User.objects.filter(person=place.colleague).update(person=None)
    return [("no_account", "Pegawai"), ("no_account", "Rekan")]


def no_account_of_a_rater_who_is_not_rated(place: Town) -> list[tuple[str, str]]:
    User.objects.filter(person=place.mayor).update(is_active=False)
    return [("no_account", "Wali")]


def no_address(place: Town) -> list[tuple[str, str]]:
    User.objects.filter(person=place.employee).update(email="")
    return [("no_email", "Pegawai")]


def one_number_twice(place: Town) -> list[tuple[str, str]]:
    for who, current in ((place.employee, True), (place.colleague, False)):
        IdentityNumber.objects.create(
            person=who, kind="nip", number="198501012010011001", is_current=current
        )
    return [("duplicate_number", "Rekan")]


def one_person_twice(place: Town) -> list[tuple[str, str]]:
    again = person(place.agency, "Pegawai Lagi")
    again.name = "PEGAWAI"
    again.save()
    seat(again, place.section, "Bidan", place.posts["rater"])
    for who, kind, number in ((place.employee, "nip", "198501012010011001"),
                              (again, "ni_pppk", "198501012024211002")):  # fmt: skip
        IdentityNumber.objects.create(person=who, kind=kind, number=number)
    return [("duplicate_name", "PEGAWAI")]


def an_untyped_post(place: Town) -> list[tuple[str, str]]:
    Post.objects.filter(pk=place.posts["employee"].pk).update(kind="")
    return [("post_without_kind", "Pegawai")]


def a_vacant_head(place: Town) -> list[tuple[str, str]]:
    Posting.objects.filter(person=place.rater).update(ends_on=date(2025, 12, 31))
    return [("vacant_head", "Kepala Puskesmas")]


def a_headless_unit(place: Town) -> list[tuple[str, str]]:
    Post.objects.filter(pk=place.posts["rater"].pk).update(is_head=False)
    return [("unit_without_head", "Puskesmas Pamulang")]


def an_ending_letter(place: Town) -> list[tuple[str, str]]:
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.superior,
        kind=ActingKind.PLH, letter="800/1", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
    )  # fmt: skip
    return [("acting_ends", "Atasan")]


def away_without_a_plan(place: Town) -> list[tuple[str, str]]:
    Absence.objects.create(agency=place.agency, person=place.employee, kind=AbsenceKind.STUDY,
                           starts_on=date(2025, 9, 1))  # fmt: skip
    return [("no_duty", "Pegawai")]


def two_posts_at_once(place: Town) -> list[tuple[str, str]]:
    seat(place.employee, place.office, "Analis", place.posts["superior"], since=date(2025, 6, 1))
    return [("several_postings", "Pegawai")]


def a_due_date_on_a_holiday(place: Town) -> list[tuple[str, str]]:
    # The builder's planning is due on Friday, 30 January 2026.
    Holiday.objects.create(day=date(2026, 1, 30), name="Hari Raya Contoh")
    Agency.objects.filter(pk=place.agency.pk).update(calendar_version=2)
    place.cycle = Cycle.objects.select_related("agency").get(pk=place.cycle.pk)
    return [("stage_on_day_off", "")]


def a_stage_of_four_days(place: Town) -> list[tuple[str, str]]:
    Stage.objects.filter(cycle=place.cycle, kind="planning").update(due_on=date(2026, 1, 8))
    return [("stage_too_short", "")]


def a_stage_without_dates(place: Town) -> list[tuple[str, str]]:
    Stage.objects.filter(cycle=place.cycle, kind="review").delete()
    return [("stage_missing", "")]


def too_little_time_to_object(place: Town) -> list[tuple[str, str]]:
    Cycle.objects.filter(pk=place.cycle.pk).update(rules=place.cycle.rules | {"objection_days": 7})
    return [("window_too_short", "")]


def too_little_time_to_object_in_a_unit(place: Town) -> list[tuple[str, str]]:
    own = [{"unit": place.section.pk, "path": place.section.path, "rules": {"objection_days": 10}}]
    Cycle.objects.filter(pk=place.cycle.pk).update(unit_rules=own)
    return [("window_too_short", "Puskesmas Pamulang")]


def too_many_for_one(place: Town) -> list[tuple[str, str]]:
    for n in range(29):
        seat(person(place.agency, f"Orang {n}"), place.section, f"Perawat {n}",
             place.posts["rater"])  # fmt: skip
    return [("rater_too_many", "Penilai")]


def a_small_unit(place: Town) -> list[tuple[str, str]]:
    ward = unit(place.agency, "Pustu Benda", place.section)
    seat(person(place.agency, "Bidan Desa"), ward, "Kepala Pustu", place.posts["rater"],
         PostKind.PENGAWAS, is_head=True)  # fmt: skip
    return [("unit_too_small", "Pustu Benda")]


FAULTS: list[Callable[[Town], list[tuple[str, str]]]] = [
    nobody_above, in_a_circle, another_agencys_superior, another_agencys_person, a_rater_too_low,
    a_head_too_low, no_account, no_account_of_a_rater_who_is_not_rated, no_address,
    one_number_twice, one_person_twice, an_untyped_post, a_vacant_head, a_headless_unit,
    an_ending_letter, away_without_a_plan, two_posts_at_once, a_due_date_on_a_holiday,
    a_stage_of_four_days, a_stage_without_dates, too_little_time_to_object,
    too_little_time_to_object_in_a_unit, too_many_for_one, a_small_unit,
]  # fmt: skip


def test_a_town_in_order_has_no_error_and_no_warning():
    found = run(town(opened=None))
    assert (found.people, found.errors, found.warnings) == (6, 0, 0)
    assert {code for code, _ in told(found)} == {"unit_too_small"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_found_and_no_other(fault):
    place = town(opened=None)
    before = set(told(run(place)))
    expected = fault(place)
    found = run(place, NEXT)
    assert told(found, fresh_only=True) == sorted(expected)
    assert set(told(found)) - before == set(expected)
    assert found.fresh == len(expected)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_finding_is_a_sentence_with_advice_in_both_languages(fault):
    place = town(opened=None)
    fault(place)
    found = list(Finding.objects.filter(rehearsal=run(place)).select_related("person"))
    names = names_for(found)
    for language in ("en", "id"):
        with translation.override(language):
            for finding in found:
                text = sentence(finding, names)
                assert text.endswith("."), text
                assert "%(" not in text
                kind = KINDS[finding.code]
                assert finding.severity == kind.severity
                assert str(kind.title)
                assert str(kind.advice).endswith(".")


def test_every_kind_is_tried_here():
    tried = {
        code
        for number, fault in enumerate(FAULTS)
        for code, _whom in fault(town(f"t{number}", opened=None, prefix=f"T{number} "))
    }
    assert tried | {"nobody"} == set(KINDS)
    assert {check.code for check in CHECKS} <= set(KINDS)
    assert all(check.severity == KINDS[check.code].severity for check in CHECKS)


def test_the_same_run_again_finds_nothing_new_and_what_was_mended_is_told():
    place = town(opened=None)
    nobody_above(place)
    run(place)
    again = run(place, NEXT)
    assert (again.fresh, again.mended, list(mended(again))) == (0, 0, [])
    Post.objects.filter(title="Tenaga Ahli").update(superior=place.posts["rater"])
    no_address(place)
    third = run(place, NEXT + timedelta(hours=1))
    assert (third.fresh, third.mended) == (1, 1)
    assert told(third, fresh_only=True) == [("no_email", "Pegawai")]
    assert [(f.code, f.person.name) for f in mended(third)] == [("no_superior", "Sendiri")]


def test_the_first_run_calls_nothing_new():
    place = town(opened=None)
    nobody_above(place)
    first = run(place)
    assert (first.errors, first.fresh, first.mended) == (1, 0, 0)


def test_the_findings_of_the_last_two_runs_are_kept_the_counts_of_all():
    place = town(opened=None)
    runs = [run(place, JANUARY + timedelta(hours=n)) for n in range(3)]
    assert [r.findings.exists() for r in Rehearsal.objects.order_by("id")] == [False, True, True]
    assert [r.notes for r in Rehearsal.objects.order_by("id")] == [runs[0].notes] * 3


def test_a_fault_of_another_agency_is_none_of_ours():
    place = town(opened=None)
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    for fault in (nobody_above, in_a_circle, no_address, one_number_twice, a_headless_unit):
        fault(other)
    IdentityNumber.objects.create(person=place.employee, kind="nip", number="198501012010011001")
    found = run(place)
    assert (found.errors, found.warnings) == (0, 0)


def test_who_does_not_belong_to_the_cycle_is_not_looked_at():
    place = town(opened=None)
    nobody_above(place)
    Cycle.objects.filter(pk=place.cycle.pk).update(members={"units": [place.office.pk]})
    assert run(place).errors == 1
    others = place.posts["hr"].unit
    Cycle.objects.filter(pk=place.cycle.pk).update(members={"units": [others.pk]})
    found = run(place, NEXT)
    assert (found.people, found.errors) == (2, 0)


def test_a_cycle_for_nobody_is_an_error():
    place = town(opened=None)
    Cycle.objects.filter(pk=place.cycle.pk).update(members={"post_kinds": ["jpt_madya"]})
    found = run(place)
    assert (found.people, ("nobody", "") in told(found)) == (0, True)


def test_a_recorded_exception_rates_where_nobody_is_above():
    place = town(opened=None)
    nobody_above(place)
    alone = Posting.objects.get(post__title="Tenaga Ahli").person
    RaterException.objects.create(
        agency=place.agency, person=alone, rater=place.rater, reason="Surat 800/7",
        starts_on=date(2026, 1, 1), author=place.hr.user, created_at=JANUARY,
    )  # fmt: skip
    assert run(place).errors == 0


def test_an_acting_official_fills_a_vacant_head():
    place = town(opened=None)
    a_vacant_head(place)
    Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.superior,
        kind=ActingKind.PLT, letter="800/2", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    found = run(place)
    assert (found.errors, found.warnings) == (0, 0)


def test_a_saturday_is_a_day_off_for_units_with_five_days_only():
    place = town(opened=None)
    saturday = date(2026, 1, 31)
    Stage.objects.filter(cycle=place.cycle, kind="planning").update(due_on=saturday)
    assert Finding.objects.get(rehearsal=run(place), code="stage_on_day_off").data["week"] == 0
    Unit.objects.filter(pk=place.section.pk).update(week=6)
    found = Finding.objects.get(rehearsal=run(place, NEXT), code="stage_on_day_off")
    with translation.override("en"):
        assert "a day off for units with five working days" in sentence(found, {})
    Unit.objects.filter(agency=place.agency).update(week=6)
    assert run(place, NEXT).warnings == 0


def test_a_running_cycle_is_not_told_of_stages_that_are_over():
    place = town()
    found = run(place, JANUARY + timedelta(days=60))
    assert found.warnings == 0
    draft = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    late = run(draft, JANUARY + timedelta(days=60))
    assert ("stage_too_short", "") in told(late)


def test_the_limits_are_hrs_to_set():
    place = town(opened=None)
    set_limits(place.cycle, {"lowest_rater": "administrator", "most_people": 1, "least_days": 12},
               author=place.hr.user, now=JANUARY)  # fmt: skip
    codes = {code for code, _whom in told(run(place))}
    assert {"rater_by_delegation", "rater_too_many", "stage_too_short"} <= codes
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="set_limits")
    assert '"most_people":1' in entry.payload


@pytest.mark.parametrize(
    "given",
    [{}, {"lowest_rater": "pelaksana"}, {"most_people": 0}, {"least_days": 61},
     {"most_people": "banyak"}],
)  # fmt: skip
def test_limits_that_make_no_sense_are_refused(given):
    place = town(opened=None)
    good = {"lowest_rater": "pengawas", "most_people": 30, "least_days": 5}
    with pytest.raises(Incomplete):
        set_limits(place.cycle, good | given if given else {}, author=place.hr.user, now=JANUARY)
    assert not LedgerEntry.objects.filter(action="set_limits").exists()


def test_a_closed_cycle_is_not_rehearsed():
    place = town()
    Cycle.objects.filter(pk=place.cycle.pk).update(status="closed")
    with pytest.raises(Refused):
        run(place)


def test_the_web_role_may_rehearse(web_role):
    place = town(opened=None)
    with web_role():
        assert run(place).people == 6
