"""What became of each person when a cycle was opened, and who rates whom by it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycles import audit, clock, ledger
from cycles.documents import TEXT
from cycles.enums import AbsenceKind, ActingKind, CycleStatus, JobKind, JobState, PostKind
from cycles.exceptions import Incomplete, NotAllowed, Refused
from cycles.models import (
    Absence,
    Acting,
    Appraisal,
    Cycle,
    Extension,
    Job,
    LedgerEntry,
    Pause,
    Posting,
    RaterException,
    Segment,
    Stage,
)
from cycles.queries.lineup import standings
from cycles.queries.officials import SeatIndex
from cycles.services import jobs
from cycles.services.rehearsal import rehearse
from tests.builders import JANUARY, Town, actor, bring_to, person, seat, town, unit
from workflow.enums import OpeningOutcome, State
from workflow.models import Case, OpeningResult
from workflow.services import sweeps
from workflow.services.door import stream_of
from workflow.services.jobs import work_off
from workflow.services.opening import open_cycle
from workflow.services.opening.asking import ask_opening

pytestmark = pytest.mark.django_db
TODAY = JANUARY.date()


@pytest.fixture
def place() -> Town:
    return town(opened=None)


def told(place: Town) -> dict[str, tuple[str, str]]:
    """By name: outcome and reason."""
    found = OpeningResult.objects.filter(cycle=place.cycle).select_related("person")
    return {result.person.name: (result.outcome, result.reason) for result in found}


def away(place: Town, who, kind: str, since: date = date(2025, 9, 1), until: date | None = None):
    return Absence.objects.create(
        agency=place.agency, person=who, kind=kind, starts_on=since, ends_on=until
    )


def test_each_person_has_one_result(place):
    alone = person(place.agency, "Sendiri")
    seat(alone, place.section, "Ahli", None)
    away(place, place.colleague, AbsenceKind.UNPAID_LEAVE)
    opened = open_cycle(place.cycle, now=JANUARY)
    assert (opened.created, opened.excluded, list(opened.failed)) == (5, 2, [alone.pk])
    created = (OpeningOutcome.CREATED, "")
    assert told(place) == {
        "Wali": (OpeningOutcome.EXCLUDED, "official"),
        "Rekan": (OpeningOutcome.EXCLUDED, "away_unpaid_leave"),
        "Sendiri": (OpeningOutcome.FAILED, "no_rater"),
        **dict.fromkeys(("Atasan", "Penilai", "Pegawai", "Sdm", "Sdm Dua"), created),
    }


@pytest.mark.parametrize("kind", list(AbsenceKind))
def test_only_absences_without_planning_duty_leave_somebody_out(place, kind):
    away(place, place.employee, kind)
    open_cycle(place.cycle, now=JANUARY)
    is_out = kind in AbsenceKind.without_planning_duty()
    assert Case.objects.filter(person=place.employee).exists() != is_out
    assert (told(place)["Pegawai"][1] == f"away_{kind}") == is_out


def test_an_absence_counts_on_its_days_only(place):
    away(place, place.employee, AbsenceKind.STUDY, until=date(2026, 1, 4))
    away(place, place.colleague, AbsenceKind.STUDY, until=date(2026, 1, 5))
    open_cycle(place.cycle, now=JANUARY)
    assert (told(place)["Pegawai"][0], told(place)["Rekan"][0]) == ("created", "excluded")
    # Back the next day: the same act takes them in, and the result follows.
    open_cycle(place.cycle, now=JANUARY + timedelta(days=1))
    assert told(place)["Rekan"] == ("created", "")


@pytest.mark.parametrize(
    ("members", "reason", "left_out"),
    [
        ({"post_kinds": ["fungsional"]}, "other_post", {"Atasan", "Penilai", "Sdm", "Sdm Dua"}),
        ({"person_kinds": ["pppk"]}, "other_person",
         {"Atasan", "Penilai", "Pegawai", "Sdm", "Sdm Dua"}),
    ],
)  # fmt: skip
def test_who_is_not_meant_is_left_out_with_that_reason(place, members, reason, left_out):
    Cycle.objects.filter(pk=place.cycle.pk).update(members=members)
    place.cycle.refresh_from_db()
    open_cycle(place.cycle, now=JANUARY)
    assert {name for name, (_o, why) in told(place).items() if why == reason} == left_out


def test_a_unit_is_meant_with_all_units_below_it(place):
    Cycle.objects.filter(pk=place.cycle.pk).update(members={"units": [place.office.pk]})
    place.cycle.refresh_from_db()
    open_cycle(place.cycle, now=JANUARY)
    created = {name for name, (outcome, _why) in told(place).items() if outcome == "created"}
    assert created == {"Atasan", "Penilai", "Pegawai", "Rekan"}


def test_of_two_posts_the_one_that_is_meant_counts(place):
    seat(place.employee, place.posts["hr"].unit, "Analis", place.posts["hr"],
         since=date(2025, 6, 1))  # fmt: skip
    Cycle.objects.filter(pk=place.cycle.pk).update(members={"units": [place.office.pk]})
    place.cycle.refresh_from_db()
    open_cycle(place.cycle, now=JANUARY)
    assert place.case().post == place.posts["employee"]


# --- who rates ---------------------------------------------------------------------------------


def test_a_recorded_exception_rates_instead_of_the_superior(place):
    RaterException.objects.create(
        agency=place.agency, person=place.employee, rater=place.hr, reason="Surat 800/7",
        starts_on=TODAY, author=place.hr.user, created_at=JANUARY,
    )  # fmt: skip
    open_cycle(place.cycle, now=JANUARY)
    case = place.case()
    assert (case.rater, case.rater_post, case.rater_exception) == (place.hr, None, place.hr)
    segment = Segment.objects.get(appraisal=case.appraisal)
    assert (segment.rater, segment.rater_name, segment.rater_post_title) == (
        place.hr, "Sdm", "Kepala BKPSDM",
    )  # fmt: skip
    # The exception holds when the plan is handed in.
    assert bring_to(place, State.PLAN_REVIEW).turn_person == place.hr


def test_an_acting_official_with_the_power_rates_and_one_without_it_does_not(place):
    Posting.objects.filter(person=place.rater).update(ends_on=date(2025, 12, 31))
    letter = Acting.objects.create(
        agency=place.agency, post=place.posts["rater"], person=place.colleague,
        kind=ActingKind.PLT, letter="800/1", starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip
    open_cycle(place.cycle, now=JANUARY, person_ids=[place.employee.pk])
    assert (place.case().rater, place.case().rater_post) == (place.colleague, place.posts["rater"])
    # Nobody rates themselves: the acting official's own rater is the next above.
    open_cycle(place.cycle, now=JANUARY, person_ids=[place.colleague.pk])
    assert place.case(place.colleague).rater == place.superior
    letter.may_rate = False
    letter.save()
    late = person(place.agency, "Susulan")
    seat(late, place.section, "Bidan", place.posts["rater"])
    open_cycle(place.cycle, now=JANUARY, person_ids=[late.pk])
    assert place.case(late).rater == place.superior


def test_the_set_based_answer_is_the_one_for_each_by_itself(place):
    """Chains with vacancies, loops, acting officials and people who stand above themselves."""
    posts = [place.posts["rater"]]
    for n in range(12):
        holder = None if n % 3 == 1 else person(place.agency, f"Rantai {n}")
        deep = unit(place.agency, f"Subunit {n}", place.section)
        posts.append(seat(holder, deep, f"Kepala {n}", posts[n // 2], PostKind.PENGAWAS))
    for n, post in enumerate(posts[1:]):
        if n % 4 == 1:
            who = place.employee if n % 8 == 1 else place.colleague
            Acting.objects.create(
                agency=place.agency, post=post, person=who, kind=ActingKind.PLT, letter=f"{n}",
                starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), may_rate=n != 9,
            )  # fmt: skip
    loop = [seat(person(place.agency, f"Lingkar {n}"), place.section, f"Lingkar {n}")
            for n in range(3)]  # fmt: skip
    for n, post in enumerate(loop):
        post.superior = loop[(n + 1) % 3]
        post.save()
    place.posts["employee"].superior = posts[-1]
    place.posts["employee"].save()
    # Somebody who also holds the seat above their own.
    seat(Posting.objects.get(post=posts[1]).person, place.section, "Rangkap", posts[1],
         since=date(2025, 6, 1))  # fmt: skip
    seats = SeatIndex(place.agency.pk, TODAY)
    postings = {g.person_id: g for g in Posting.objects.order_by("starts_on", "id")}
    stands = standings(place.cycle, TODAY, list(postings))
    assert len(stands) >= 18
    for one in stands.values():
        by_itself = next(
            (found for above in seats.above(one.post_id)
             if (found := above.person_for("rate", {one.person_id})) is not None), None,
        )  # fmt: skip
        assert one.rater_id == (None if one.why else by_itself)
        assert one.rater_id != one.person_id


# --- dates -------------------------------------------------------------------------------------


def test_extensions_own_stages_and_pauses_reach_the_first_due(place):
    planning = Stage.objects.get(cycle=place.cycle, kind="planning")
    for more in ({"person": place.colleague, "due_on": date(2026, 2, 13)},
                 {"unit": place.posts["hr"].unit, "due_on": date(2026, 2, 6)}):  # fmt: skip
        Extension.objects.create(cycle=place.cycle, stage=planning, reason="SK terlambat",
                                 author=place.hr, created_at=JANUARY, **more)  # fmt: skip
    Stage.objects.create(
        cycle=place.cycle, unit=place.section, kind="planning", number=0, name="Perencanaan",
        opens_on=date(2026, 1, 2), due_on=date(2026, 1, 23), closes_on=date(2026, 3, 31),
    )  # fmt: skip
    open_cycle(place.cycle, now=JANUARY)

    def due(who) -> str:
        return (place.case(who).due_at - timedelta(days=1) + timedelta(hours=7)).date().isoformat()

    assert due(place.employee) == "2026-01-23"
    assert due(place.superior) == "2026-01-30"
    assert due(place.hr) == "2026-02-06"
    assert due(place.colleague) == "2026-02-13"
    assert place.case(place.colleague).due_basis["extensions"]


def test_who_comes_late_into_a_pause_has_the_usual_days_after_it(place):
    Pause.objects.create(
        agency=place.agency, unit=place.section, first_on=date(2026, 2, 3),
        last_on=date(2026, 2, 6), reason="Gangguan", author=place.hr.user, created_at=JANUARY,
    )  # fmt: skip
    type(place.agency).objects.filter(pk=place.agency.pk).update(calendar_version=7)
    place.cycle = Cycle.objects.select_related("agency").get(pk=place.cycle.pk)
    open_cycle(place.cycle, now=JANUARY + timedelta(days=28))
    inside, outside = place.case(), place.case(place.hr_second)
    assert inside.due_at > outside.due_at
    assert inside.due_basis["pauses"]
    assert "pauses" not in outside.due_basis


def test_a_stage_that_only_one_unit_has_does_not_open_the_others(place):
    Stage.objects.filter(cycle=place.cycle, kind="review").update(unit=place.office)
    with pytest.raises(Refused):
        open_cycle(place.cycle, now=JANUARY)
    assert not Case.objects.exists()


# --- what is written ---------------------------------------------------------------------------


def test_the_ledger_of_an_opening_verifies_and_says_what_a_single_entry_would(place):
    open_cycle(place.cycle, actor=actor(place.hr), now=JANUARY)
    entry = LedgerEntry.objects.get(stream=stream_of(place.case()))
    alone = ledger.Entry(
        stream=entry.stream, action="open", at=JANUARY, agency_id=place.agency.pk,
        cycle_id=place.cycle.pk, actor_id=place.hr.pk, to_state="planning",
        data={"machine": 1, "template": place.cycle.template},
    )  # fmt: skip
    assert entry.payload == alone.payload()
    ledger.seal(JANUARY)
    assert list(audit.verify()) == []


def test_the_cycles_own_stream_tells_of_the_opening_and_of_who_came_later(place):
    open_cycle(place.cycle, actor=actor(place.hr), now=JANUARY)
    late = person(place.agency, "Susulan")
    seat(late, place.section, "Bidan", place.posts["rater"])
    open_cycle(place.cycle, actor=actor(place.hr), now=JANUARY + timedelta(days=1))
    acts = LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}").order_by("seq")
    assert [(entry.action, '"created":6' in entry.payload) for entry in acts] == [
        ("open", False), ("admit", True), ("admit", False),
    ]  # fmt: skip


def test_it_takes_as_many_statements_for_sixty_as_for_six(place):
    with CaptureQueriesContext(connection) as few:
        open_cycle(place.cycle, now=JANUARY)
    other = town("53.71", "Kota Kupang", prefix="Kupang ", opened=None)
    for n in range(54):
        seat(person(other.agency, f"Kupang Orang {n}"), other.section, f"Perawat {n}",
             other.posts["rater"])  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        open_cycle(other.cycle, now=JANUARY)
    assert len(few) == len(many)


def test_batches_cover_everybody_once_and_say_how_far_they_are(place):
    said: list[tuple[int, int]] = []
    opened = open_cycle(place.cycle, now=JANUARY, batch_size=2, say=lambda *n: said.append(n))
    assert opened.created == Case.objects.count() == 6
    assert said == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_a_cycle_for_nobody_opens_all_the_same(place):
    Posting.objects.filter(agency=place.agency).delete()
    assert open_cycle(place.cycle, now=JANUARY).created == 0
    place.cycle.refresh_from_db()
    assert place.cycle.status == CycleStatus.OPEN


def test_the_web_role_opens(place, web_role):
    with web_role():
        assert open_cycle(place.cycle, now=JANUARY).created == 6
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname IN ('opening', 'opening_listed')"
        )
        assert cursor.fetchone()[0] == 0


def test_what_opened_can_be_worked_with_at_once(place):
    open_cycle(place.cycle, now=JANUARY)
    case = bring_to(place, State.SELF_ASSESSMENT)
    assert case.state == State.SELF_ASSESSMENT
    sweeps.fold_counters()


def test_another_agency_is_not_touched(place):
    other = town("53.71", "Kota Kupang", "Asia/Makassar", prefix="Kupang ", opened=None)
    open_cycle(place.cycle, now=JANUARY, person_ids=[place.employee.pk, other.employee.pk])
    assert list(Appraisal.objects.values_list("person", flat=True)) == [place.employee.pk]
    assert not OpeningResult.objects.filter(person=other.employee).exists()
    assert standings(place.cycle, TODAY, [other.employee.pk]) == {}


# --- asking ------------------------------------------------------------------------------------


def test_only_hr_of_the_agency_opens_and_only_after_a_rehearsal(place):
    other = town("53.71", "Kota Kupang", prefix="Kupang ", opened=None)
    for somebody in (place.rater, place.mayor, other.hr):
        with pytest.raises(NotAllowed):
            ask_opening(place.cycle, author=somebody.user, actor=actor(somebody))
    with pytest.raises(Refused, match=r"\w"):
        ask_opening(place.cycle, author=place.hr.user, actor=actor(place.hr))
    rehearse(place.cycle, author=place.hr.user, now=JANUARY)
    job = ask_opening(place.cycle, author=place.hr.user, actor=actor(place.hr))
    assert (job.kind, job.params) == (JobKind.OPENING, {})


def test_with_errors_open_a_reason_is_needed(place):
    seat(person(place.agency, "Sendiri"), place.section, "Ahli", None)
    rehearse(place.cycle, author=place.hr.user, now=JANUARY)
    for reason in ("", "   ", "Segera", "x" * (TEXT + 1)):
        with pytest.raises(Incomplete):
            ask_opening(place.cycle, author=place.hr.user, actor=actor(place.hr), reason=reason)
    assert not Job.objects.exists()
    assert Cycle.objects.get(pk=place.cycle.pk).opened_despite == ""


def test_whose_role_was_taken_before_the_work_began_opens_nothing(place):
    rehearse(place.cycle, author=place.hr.user, now=JANUARY)
    job = ask_opening(place.cycle, author=place.hr.user, actor=actor(place.hr))
    place.hr.user.role_grants.all().delete()
    with clock.at(JANUARY):
        assert work_off(job.pk).state == JobState.FAILED
    assert not Case.objects.exists()


def test_a_job_tells_how_far_it_is_and_what_became_of_all(place):
    rehearse(place.cycle, author=place.hr.user, now=JANUARY)
    job = ask_opening(place.cycle, author=place.hr.user, actor=actor(place.hr))
    with clock.at(JANUARY):
        done = work_off(job.pk)
    assert done.result == {"created": 6, "excluded": 1, "failed": 0}
    assert jobs.counts(done) == (7, 7)
    assert set(OpeningResult.objects.values_list("job", flat=True)) == {job.pk}
