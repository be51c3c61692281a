"""HR opens a draft from its desk: the checklist, the reason, and what became of each person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cycles import clock
from cycles.enums import AbsenceKind, JobState, PostKind
from cycles.models import Absence, Cycle, Job, LedgerEntry, Post
from cycles.services.rehearsal import rehearse
from tests.builders import JANUARY, NOVEMBER, Town, actor, bring_to, person, seat, town
from tests.workflow.services.test_closing import ended
from tests.workflow.views.hr.office import at, get, kupang, log_in, post, queries_of, words
from workflow.enums import State
from workflow.models import Case, OpeningResult
from workflow.services.archiving import archive_cycle
from workflow.services.closing import close_cycle
from workflow.services.jobs import work_off
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db
LATER = JANUARY + timedelta(hours=1)
REASON = "Jabatan diisi minggu depan, SK sedang diproses."


@pytest.fixture
def place() -> Town:
    return town(opened=None)


def lonely(place: Town, number: int = 1) -> None:
    for n in range(number):
        seat(person(place.agency, f"Sendiri {n:02}"), place.section, f"Ahli {n}", None,
             PostKind.FUNGSIONAL)  # fmt: skip


def run(place: Town, now=JANUARY):
    return rehearse(place.cycle, author=place.hr.user, now=now)


def worked_off(now=LATER) -> Job:
    with clock.at(now):
        done = work_off(Job.objects.get(kind="opening", state=JobState.WAITING).pk)
    assert done is not None
    return done


def test_a_draft_leads_to_its_opening_and_says_to_rehearse_first(client, place):
    log_in(client, place.hr)
    url = at(place, "hr_opening")
    assert f'href="{url}"' in words(get(client, at(place, "hr_cycle")))
    assert "not rehearsed yet" in words(get(client, url))
    assert post(client, url, LATER).status_code == 409
    assert "Rehearse the opening first." in words(post(client, url, LATER))
    assert not Job.objects.exists()


def test_hr_opens_a_cycle_in_order_with_one_click(client, place):
    run(place)
    log_in(client, place.hr)
    url = at(place, "hr_opening")
    page = get(client, url, LATER)
    assert [(step["kind"], step["done"]) for step in page.context["steps"]] == [
        ("stages", True), ("rehearsal", True), ("errors", True), ("warnings", True),
        ("people", True),
    ]  # fmt: skip
    assert 'name="reason"' not in words(page)
    answer = post(client, url, LATER)
    job = Job.objects.get(kind="opening")
    assert answer["Location"] == reverse("job", args=[job.public_id])
    assert worked_off().result == {"created": 6, "excluded": 1, "failed": 0}
    assert Cycle.objects.get(pk=place.cycle.pk).status == "open"
    results = get(client, answer["Location"], LATER)["Location"]
    assert results == at(place, "hr_opening_results")
    told = {row["person"].name: (row["label"], row["why"])
            for row in get(client, results, LATER).context["rows"]}  # fmt: skip
    assert told["Wali"][1] == "State officials rate and are not rated."
    assert told["Pegawai"][1] == ""
    assert len(told) == 7


def test_two_clicks_ask_for_one_opening(client, place):
    run(place)
    log_in(client, place.hr)
    first, second = (post(client, at(place, "hr_opening"), LATER) for _ in range(2))
    assert first["Location"] == second["Location"]
    page = words(get(client, at(place, "hr_opening"), LATER))
    assert "See how far it is" in page


def test_with_errors_open_a_reason_is_needed_and_kept(client, place):
    lonely(place)
    run(place)
    log_in(client, place.hr)
    url = at(place, "hr_opening")
    assert "1 error is open." in words(get(client, url, LATER))
    for reason in ("", "Segera."):
        refused = post(client, url, LATER, reason=reason)
        assert refused.status_code == 422
        assert refused.context["form"].errors["reason"]
    assert not Job.objects.exists()
    post(client, url, LATER, reason=REASON)
    done = worked_off()
    assert done.result == {"created": 6, "excluded": 1, "failed": 1}
    assert Cycle.objects.get(pk=place.cycle.pk).opened_despite == REASON
    entry = LedgerEntry.objects.get(stream=f"cycle:{place.cycle.pk}", action="open")
    assert REASON in entry.payload
    assert f'"actor":{place.hr.pk}' in entry.payload
    assert REASON in words(get(client, at(place, "hr_opening_results"), LATER))


def test_a_reason_that_is_not_needed_is_not_kept(client, place):
    run(place)
    log_in(client, place.hr)
    post(client, at(place, "hr_opening"), LATER, reason=REASON)
    worked_off()
    assert Cycle.objects.get(pk=place.cycle.pk).opened_despite == ""


def test_who_failed_is_mended_and_opened_from_the_result(client, place):
    lonely(place)
    Absence.objects.create(agency=place.agency, person=place.colleague, kind=AbsenceKind.STUDY,
                           starts_on=date(2025, 9, 1))  # fmt: skip
    run(place)
    log_in(client, place.hr)
    post(client, at(place, "hr_opening"), LATER, reason=REASON)
    worked_off()
    url = at(place, "hr_opening_results")
    (row,) = get(client, url, LATER, hasil="failed").context["rows"]
    post_of = Post.objects.get(title="Ahli 0")
    assert row["url"] == reverse("org_post", args=[place.agency.public_id, post_of.public_id])
    assert row["why"] == "No superior was found above this post."
    (away,) = get(client, url, LATER, sebab="away_study").context["rows"]
    assert away["person"] == place.colleague
    assert "Makes no plan now" in away["why"]
    post_of.superior = place.posts["rater"]
    post_of.save()
    answer = post(client, at(place, "hr_joiners"), LATER, pick=[row["person"].public_id])
    assert answer.context["created"] == 1
    assert Case.objects.get(person=row["person"]).state == State.PLANNING
    assert get(client, url, LATER, hasil="failed").context["rows"] == []


def test_all_late_joiners_are_opened_by_the_same_act(client):
    place = town()
    late = [person(place.agency, f"Susulan {n}") for n in range(3)]
    for someone in late:
        seat(someone, place.section, "Bidan", place.posts["rater"])
    log_in(client, place.hr)
    assert at(place, "hr_opening") in words(get(client, at(place, "hr_joiners"), LATER))
    post(client, at(place, "hr_opening"), LATER)
    assert worked_off().result["created"] == 3
    assert Case.objects.filter(person__in=late).count() == 3


def test_who_is_away_stands_among_the_missing_with_the_reason_and_cannot_be_ticked(client):
    place = town()
    away = person(place.agency, "Tugas Belajar")
    seat(away, place.section, "Bidan", place.posts["rater"])
    Absence.objects.create(agency=place.agency, person=away, kind=AbsenceKind.STUDY,
                           starts_on=date(2025, 9, 1))  # fmt: skip
    log_in(client, place.hr)
    page = get(client, at(place, "hr_joiners"), LATER)
    ((_posting, _rater, why),) = page.context["rows"]
    assert "Makes no plan now" in why
    assert 'name="pick"' not in words(page)
    forced = post(client, at(place, "hr_joiners"), LATER, pick=[away.public_id])
    assert "Makes no plan now" in words(forced)
    assert not Case.objects.filter(person=away).exists()


@pytest.mark.parametrize("number", [1, 50])
def test_the_pages_take_as_many_statements_for_one_as_for_fifty(client, place, number):
    lonely(place, number)
    run(place)
    log_in(client, place.hr)
    checklist = queries_of(client, at(place, "hr_opening"), LATER)
    open_cycle(place.cycle, now=JANUARY)
    assert queries_of(client, f"{at(place, 'hr_opening_results')}?hasil=failed", LATER) == 8
    assert checklist == 10


def test_the_result_is_read_in_pages_and_exported_whole(client, place):
    lonely(place, 60)
    open_cycle(place.cycle, now=JANUARY)
    log_in(client, place.hr)
    url, seen = f"{at(place, 'hr_opening_results')}?hasil=failed", []
    while url:
        page = get(client, url, LATER)
        seen += [row["person"].name for row in page.context["rows"]]
        url = page.context["next_url"]
    assert seen == [f"Sendiri {n:02}" for n in range(60)]
    answer = post(client, f"{at(place, 'hr_opening_export')}?hasil=failed", LATER)
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 61
    assert lines[1] == (
        "Sendiri 00;Ahli 0;Puskesmas Pamulang;Could not be created;"
        "No superior was found above this post."
    )
    assert LedgerEntry.objects.filter(action="export").count() == 1


def test_a_failed_opening_leads_back_to_the_checklist_with_its_sentence(client, place):
    run(place)
    place.cycle.stages.filter(kind="final").delete()
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_opening"), LATER)
    done = worked_off()
    assert (done.state, Case.objects.count()) == (JobState.FAILED, 0)
    page = words(get(client, answer["Location"], LATER))
    assert done.problem in page
    assert f'href="{at(place, "hr_opening")}"' in page


def test_another_agency_is_not_opened_with_ours(client, place):
    theirs = kupang(opened=None)
    run(place)
    log_in(client, place.hr)
    post(client, at(place, "hr_opening"), LATER)
    worked_off()
    assert Cycle.objects.get(pk=theirs.cycle.pk).status == "draft"
    assert not Case.objects.filter(agency=theirs.agency).exists()
    assert not OpeningResult.objects.filter(cycle=theirs.cycle).exists()


# --- the archive -----------------------------------------------------------------------------


def test_a_closed_cycle_is_archived_after_a_yes_and_the_page_says_what_stays(client):
    place = town()
    ended(place)
    close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    log_in(client, place.hr)
    url = at(place, "hr_archive")
    assert f'href="{url}"' in words(get(client, at(place, "hr_cycle"), NOVEMBER))
    assert post(client, url, NOVEMBER).status_code == 422
    answer = post(client, url, NOVEMBER, sure="yes")
    with clock.at(NOVEMBER):
        work_off(Job.objects.get(kind="archiving").pk)
    assert get(client, answer["Location"], NOVEMBER)["Location"] == url
    page = get(client, url, NOVEMBER)
    kept = dict(page.context["kept"])
    assert kept["Appraisals with their results"] == 6
    assert dict(page.context["gone"])["Approvals and objections of the engine"] > 0
    assert post(client, url, NOVEMBER, sure="yes").status_code == 409


def test_every_page_of_an_archived_case_can_still_be_read(client):
    place = town()
    bring_to(place, State.CLOSED, of=place.colleague)
    ended_case = place.case(place.colleague)
    for case in Case.objects.filter(cycle=place.cycle).exclude(pk=ended_case.pk):
        who = place.hr if case.person != place.hr else place.hr_second
        place.act(who, "exclude", NOVEMBER, of=case.person, authority="leave", reason="CLTN")
    close_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    archive_cycle(place.cycle, actor=actor(place.hr), now=NOVEMBER)
    log_in(client, place.colleague)
    page = get(client, reverse("case", args=[ended_case.public_id]), NOVEMBER)
    assert page.status_code == 200
    assert "Cakupan imunisasi" in words(
        get(client, reverse("document", args=[ended_case.public_id, "plan", 0]), NOVEMBER)
    )
    log_in(client, place.hr)
    for name in ("hr_overview", "hr_people", "hr_cycle", "hr_opening_results", "hr_archive"):
        assert get(client, at(place, name), NOVEMBER).status_code == 200, name


def test_a_running_cycle_is_not_archived(client):
    place = town()
    log_in(client, place.hr)
    assert "once it is closed" in words(get(client, at(place, "hr_archive")))
    assert post(client, at(place, "hr_archive"), sure="yes").status_code == 409
