"""The rehearsal on HR's desk: kinds by severity, rows with the way to mend them, what is new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cycles import clock
from cycles.enums import PostKind
from cycles.models import Cycle, Job, LedgerEntry, Rehearsal, RoleGrant, User
from cycles.services.rehearsal import rehearse
from tests.builders import JANUARY, Town, person, seat, town
from tests.workflow.views.hr.office import at, get, kupang, log_in, post, queries_of, words
from workflow.services.jobs import work_off

pytestmark = pytest.mark.django_db
LATER = JANUARY + timedelta(hours=2)


@pytest.fixture
def place() -> Town:
    return town(opened=None)


def lonely(place: Town, number: int = 1) -> None:
    for n in range(number):
        seat(person(place.agency, f"{place.employee.name} Sendiri {n:02}"), place.section,
             f"Ahli {n}", None, PostKind.FUNGSIONAL)  # fmt: skip


def run(place: Town, now=JANUARY) -> Rehearsal:
    return rehearse(place.cycle, author=place.hr.user, now=now)


def test_hr_asks_for_a_run_a_worker_does_it_and_its_findings_are_shown(client, place):
    lonely(place)
    User.objects.filter(person=place.employee).update(email="")
    log_in(client, place.hr)
    url = at(place, "hr_rehearsal")
    assert "Not rehearsed yet" in words(get(client, url))
    answer = post(client, url)
    job = Job.objects.get(kind="rehearsal")
    assert answer["Location"] == reverse("job", args=[job.public_id])
    with clock.at(JANUARY):
        assert work_off(job.pk).result["errors"] == 1
    assert get(client, answer["Location"])["Location"] == url
    page = get(client, url)
    groups = [(role, [found.code for found in kinds])
              for _label, role, _icon, _n, kinds in page.context["groups"]]  # fmt: skip
    assert groups == [
        ("negative", ["no_superior"]), ("caution", ["no_email"]), ("neutral", ["unit_too_small"]),
    ]  # fmt: skip
    assert "Rehearsed by Sdm" in words(page)


def test_a_row_says_what_is_wrong_leads_to_the_record_and_names_who_can(client, place):
    lonely(place)
    run(place)
    log_in(client, place.hr)
    page = get(client, at(place, "hr_rehearsal_kind", "no_superior"))
    (row,) = page.context["rows"]
    assert row["sentence"] == "No superior was found above this post."
    assert (row["person"], row["unit"], row["mender"]) == (
        "Pegawai Sendiri 00", "Puskesmas Pamulang", "HR",
    )  # fmt: skip
    assert f'href="{row["url"]}"' in words(page)
    assert client.get(row["url"]).status_code == 200
    assert "Ahli 0" in words(get(client, row["url"]))


def test_findings_about_dates_lead_to_the_cycle(client, place):
    Cycle.objects.filter(pk=place.cycle.pk).update(rules=place.cycle.rules | {"objection_days": 7})
    place.cycle.refresh_from_db()
    run(place)
    log_in(client, place.hr)
    page = get(client, at(place, "hr_rehearsal_kind", "window_too_short"))
    (row,) = page.context["rows"]
    assert row["url"] == reverse("cycle_change", args=[place.cycle.public_id])
    assert row["mender"] == "HR"
    RoleGrant.objects.create(user=place.hr.user, role="admin")
    (row,) = get(client, at(place, "hr_rehearsal_kind", "window_too_short")).context["rows"]
    assert row["url"] == reverse("cycle_setup", args=[place.cycle.public_id])


def test_what_is_new_and_what_was_mended_is_shown(client, place):
    lonely(place)
    run(place)
    place.employee.user.email = ""
    place.employee.user.save()
    place.posts["rater"].subordinates.model.objects.filter(title="Ahli 0").update(
        superior=place.posts["rater"]
    )
    run(place, LATER)
    log_in(client, place.hr)
    page = words(get(client, at(place, "hr_rehearsal"), LATER))
    assert "1 finding is new since the run before" in page
    assert "1 was mended" in page
    (row,) = get(client, at(place, "hr_rehearsal_mended"), LATER).context["rows"]
    assert (row["title"], row["person"]) == ("Nobody above", "Pegawai Sendiri 00")
    fresh = get(client, at(place, "hr_rehearsal_kind", "no_email"), LATER, baru="1")
    assert [row["is_fresh"] for row in fresh.context["rows"]] == [True]


def test_a_run_older_than_the_last_change_says_so(client, place):
    run(place)
    log_in(client, place.hr)
    url = at(place, "hr_rehearsal")
    assert "Older than the last change" not in words(get(client, url, LATER))
    # What HR takes out and what the cycle's own run wrote changes nothing.
    post(client, at(place, "hr_rehearsal_export"), LATER)
    assert "Older than the last change" not in words(get(client, url, LATER))
    post(client, at(place, "hr_rehearsal_limits"), LATER, lowest_rater="pengawas",
         most_people=12, least_days=5)  # fmt: skip
    assert "Older than the last change" in words(get(client, url, LATER))
    run(place, LATER + timedelta(hours=1))
    assert "Older than the last change" not in words(get(client, url, LATER))


@pytest.mark.parametrize("number", [1, 50])
def test_the_pages_take_as_many_statements_for_one_as_for_fifty(client, place, number):
    lonely(place, number)
    run(place)
    run(place, LATER)
    log_in(client, place.hr)
    for name, args, most in (("hr_rehearsal", (), 10), ("hr_rehearsal_kind", ("no_superior",), 7)):
        assert queries_of(client, at(place, name, *args), LATER) <= most, name


def test_long_lists_are_read_in_pages_that_lose_nobody(client, place):
    lonely(place, 120)
    run(place)
    log_in(client, place.hr)
    url, seen = at(place, "hr_rehearsal_kind", "no_superior"), []
    pages = 0
    while url:
        page = get(client, url)
        seen += [row["person"] for row in page.context["rows"]]
        url, pages = page.context["next_url"], pages + 1
        if pages == 2:
            back = get(client, page.context["previous_url"])
            assert [row["person"] for row in back.context["rows"]] == seen[:50]
    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)


def test_a_wrong_address_is_none(client, place):
    log_in(client, place.hr)
    assert get(client, at(place, "hr_rehearsal_kind", "no_superior")).status_code == 404
    run(place)
    assert get(client, at(place, "hr_rehearsal_kind", "nonsense")).status_code == 404
    odd = get(client, at(place, "hr_rehearsal_kind", "no_superior"), setelah="9" * 30)
    assert odd.status_code == 200


def test_the_export_has_every_finding_and_is_recorded(client, place):
    lonely(place, 2)
    User.objects.filter(person=place.employee).update(email="")
    run(place)
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_rehearsal_export"))
    text = b"".join(answer.streaming_content).decode()
    lines = text.splitlines()
    assert lines[0].startswith("\ufeffSeverity;Kind;Person;Post;Unit;Finding")
    assert [line.split(";")[2] for line in lines[1:4]] == [
        "Pegawai Sendiri 00", "Pegawai Sendiri 01", "Pegawai",
    ]  # fmt: skip
    assert LedgerEntry.objects.get(action="export").payload.count('"what":"rehearsal"') == 1
    one = post(client, f"{at(place, 'hr_rehearsal_export')}?jenis=no_email")
    assert len(b"".join(one.streaming_content).decode().splitlines()) == 2


def test_limits_are_set_and_a_wrong_one_is_told_beside_its_field(client, place):
    log_in(client, place.hr)
    url = at(place, "hr_rehearsal_limits")
    wrong = post(client, url, lowest_rater="pelaksana", most_people=0, least_days=5)
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"lowest_rater", "most_people"}
    good = post(client, url, lowest_rater="administrator", most_people=12, least_days=3)
    assert good["Location"] == at(place, "hr_rehearsal")
    place.cycle.refresh_from_db()
    assert place.cycle.limits["most_people"] == 12


def test_a_closed_cycle_is_not_rehearsed(client, place):
    Cycle.objects.filter(pk=place.cycle.pk).update(status="closed")
    log_in(client, place.hr)
    assert post(client, at(place, "hr_rehearsal")).status_code == 409
    assert not Job.objects.exists()


def addresses(place: Town) -> list[str]:
    names = ["hr_rehearsal", "hr_rehearsal_mended", "hr_rehearsal_limits", "hr_rehearsal_export",
             "hr_opening", "hr_opening_results", "hr_opening_export", "hr_archive"]  # fmt: skip
    return [*(at(place, name) for name in names), at(place, "hr_rehearsal_kind", "no_superior")]


def test_no_address_is_left_out_of_these_tests():
    from workflow.urls.rehearsal import urlpatterns

    assert len(urlpatterns) == 9


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_agencys_hr_and_who_is_no_hr_find_nothing(client, place, method):
    theirs = kupang()
    run(place)
    for somebody in (theirs.hr, place.rater, place.employee, place.mayor):
        log_in(client, somebody)
        for url in addresses(place):
            assert getattr(client, method)(url).status_code in {404, 405}, url
    assert not Job.objects.exists()


def test_a_stranger_is_asked_to_log_in(client, place):
    for url in addresses(place):
        assert reverse("login") in client.get(url)["Location"], url
