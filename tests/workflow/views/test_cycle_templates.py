"""Templates on the screen: drafted without JavaScript, overridden visibly, seen by who may."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from cycles.blueprint import after, on
from cycles.models import Cycle, CycleTemplate, Job, Stage, User
from cycles.queries.templates import inherited, template_of, whole
from cycles.rules import CycleRules
from cycles.services import cycle_setup, templates
from tests.builders import JANUARY, Town, town
from tests.workflow.views.visits import Visitor, words
from workflow.models import Case
from workflow.services.jobs import work_off
from workflow.services.opening import open_cycle

pytestmark = pytest.mark.django_db
WHY = "Surat edaran baru mengubah jadwal."


def hr_of(place: Town, now: datetime = JANUARY) -> Visitor:
    return Visitor(place.hr, now)


def admin_of(place: Town) -> Visitor:
    return Visitor(place.admin, JANUARY)


def bare(**more: Any) -> Town:
    place = town(opened=None, **more)
    Stage.objects.filter(cycle=place.cycle).delete()
    Cycle.objects.filter(pk=place.cycle.pk).delete()
    return place


def base() -> CycleTemplate:
    return templates.first_national(now=JANUARY)


def own_of(place: Town) -> CycleTemplate:
    return templates.override(base(), place.agency, author=place.admin, now=JANUARY)


def edit_url(place: Town, template: CycleTemplate) -> str:
    return reverse("template_edit", args=[place.agency.public_id, template.public_id])


def typed(page: Any, **changed: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, with some inputs changed."""
    form = page.context["form"]
    sent: dict[str, Any] = {"checkins-count": str(form.count)}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = "" if value is None else value
    return sent | changed


def send(visitor: Visitor, url: str, **sent: Any) -> Any:
    from cycles import clock

    with clock.at(visitor.now):
        return visitor.client.post(url, sent)


def save(visitor: Visitor, url: str, do: str = "save", **changed: Any) -> Any:
    return send(visitor, url, do=do, **typed(visitor.get(url), **changed))


def draft_of(template: CycleTemplate) -> dict[str, Any]:
    return CycleTemplate.objects.get(pk=template.pk).draft


# --- who ----------------------------------------------------------------------------------------


def addresses(place: Town) -> dict[str, list[Any]]:
    own, cycle = own_of(place), Cycle.objects.get(agency=place.agency)
    agency = place.agency.public_id
    return {
        "template_list": [agency],
        "template_edit": [agency, own.public_id],
        "template_versions": [agency, own.public_id],
        "cycle_change": [cycle.public_id],
    }


def test_another_agency_s_hr_and_everybody_else_find_nothing():
    place, other = town(), town(code="53.71", name="Kota Kupang", prefix="K ")
    for who in (other.hr, place.rater, place.employee, place.observer, place.admin):
        visitor = Visitor(who, JANUARY)
        for name, args in addresses(place).items():
            url = reverse(name, args=args)
            assert visitor.get(url).status_code == 404, (name, who)
            assert send(visitor, url, do="save").status_code in {404, 405}, (name, who)
    assert hr_of(place).get(edit_url(other, own_of(other))).status_code == 404
    # An agency's address does not open another agency's template.
    mixed = reverse("template_edit", args=[place.agency.public_id, own_of(other).public_id])
    assert hr_of(place).get(mixed).status_code == 404


def test_national_templates_are_the_administrator_s():
    place = town()
    urls = [reverse("national_template_list"),
            reverse("national_template_edit", args=[base().public_id]),
            reverse("national_template_versions", args=[base().public_id])]  # fmt: skip
    for url in urls:
        assert admin_of(place).get(url).status_code == 200
        assert hr_of(place).get(url).status_code == 404
    before = draft_of(base())
    assert send(hr_of(place), urls[1], do="save").status_code == 404
    assert draft_of(base()) == before


def test_every_page_of_an_agency_opens_for_its_hr():
    place = town()
    for name, args in addresses(place).items():
        assert hr_of(place).get(reverse(name, args=args)).status_code == 200, name
    assert hr_of(place).get(reverse("templates")).url == reverse(
        "template_list", args=[place.agency.public_id]
    )


# --- writing a template -------------------------------------------------------------------------


def test_what_the_form_shows_is_what_it_saves():
    place = bare()
    own = own_of(place)
    answer = save(hr_of(place), edit_url(place, own))
    assert answer.status_code == 302
    assert draft_of(own) == {}


def test_a_change_is_the_agency_s_own_and_the_page_says_so():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    url = edit_url(place, own)
    changed = {"planning.due-n": "10", "planning.due-how": "working_days",
               "planning.due-what": "planning.opens", "approve_days": "7"}  # fmt: skip
    assert save(visitor, url, **changed).status_code == 302
    assert draft_of(own) == {"planning.due": after("planning.opens", 10), "approve_days": 7}
    page = visitor.get(url)
    rows = page.context["form"].rows
    assert (rows["approve_days"].is_own, rows["final_days"].is_own) == (True, False)
    assert rows["final_days"].origin.place == "national"
    assert rows["planning.due"].inherited == "31 Januari"
    assert 'value="reset:planning.due"' in page.content.decode()
    # Back to what is inherited; the rest of the page is kept.
    assert save(visitor, url, do="reset:planning.due", final_days="4").status_code == 302
    assert draft_of(own) == {"approve_days": 7, "final_days": 4}


def test_levels_reminders_and_who_belongs_are_written_without_code():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    url = edit_url(place, own)
    changed = {
        "plan_levels-2": "superior_above",
        "rating_levels-1": "superior", "rating_levels-1-only": ["sangat_baik"],
        "reminders.final-own": "own", "reminders.final-before": "2", "reminders.final-after": "",
        "reminders.final-superior": "3", "reminders.final-hr": "6",
        "approaches": ["qualitative"],
        "members.units": [str(place.section.public_id)], "members.person_kinds": ["pppk"],
    }  # fmt: skip
    assert save(visitor, url, **changed).status_code == 302
    draft = draft_of(own)
    assert [level["role"] for level in draft["plan_levels"]] == ["rater", "superior_above"]
    assert draft["rating_levels"] == [{"role": "superior", "predicates": ["sangat_baik"]}]
    assert draft["reminders.final"] == {"before": [2], "after": [], "superior": 3, "hr": 6}
    assert draft["members.units"] == [place.section.pk]
    assert (draft["approaches"], draft["members.person_kinds"]) == (["qualitative"], ["pppk"])
    assert save(visitor, url).status_code == 302
    assert draft_of(own) == draft, "showing and saving again changes nothing"


def test_check_ins_come_and_go_without_javascript():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    url = edit_url(place, own)
    page = send(visitor, url, do="drop:1", **typed(visitor.get(url), approve_days="9"))
    assert page.context["form"].count == 2
    assert draft_of(own) == {}, "nothing is saved by it"
    sent = typed(page)
    assert sent["checkin-1.name"] == "Pemantauan Triwulan II (tengah tahun)"
    assert sent["approve_days"] == "9"
    page = send(visitor, url, do="add", **sent)
    assert page.context["form"].count == 3
    page = send(visitor, url, do="preset:midyear", **typed(page))
    assert send(visitor, url, do="save", **typed(page)).status_code == 302
    assert [row["name"] for row in draft_of(own)["checkins"]] == ["Tinjauan tengah tahun"]
    page = send(visitor, url, do="preset:none", **typed(visitor.get(url)))
    assert send(visitor, url, do="save", **typed(page)).status_code == 302
    assert draft_of(own)["checkins"] == []


def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_lost():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    page = save(visitor, edit_url(place, own), **{
        "approve_days": "banyak", "planning.due-n": "40", "planning.opens-what": "planning.due",
        "remind_before": "tujuh"})  # fmt: skip
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {
        "approve_days", "planning.due-n", "planning.opens-what", "remind_before",
    }  # fmt: skip
    assert 'value="banyak"' in page.content.decode()
    assert draft_of(own) == {}


def test_a_draft_with_faults_is_kept_and_not_published():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    page = save(visitor, edit_url(place, own), do="publish",
                **{"planning.due-n": "1", "planning.due-what": "1"})  # fmt: skip
    assert page.status_code == 422
    assert draft_of(own) == {"planning.due": on(1, 1)}
    assert page.context["form"].rows["planning.due"].problems
    assert not own.versions.exists()


def test_publishing_lists_versions_with_their_differences():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    for days in ("7", "8"):
        assert save(visitor, edit_url(place, own), do="publish", approve_days=days,
                    note=f"Sekarang {days} hari.").status_code == 302  # fmt: skip
    url = reverse("template_versions", args=[place.agency.public_id, own.public_id])
    page = visitor.get(url)
    assert [v.number for v in page.context["versions"]] == [2, 1]
    assert "Sekarang 8 hari." in words(page)
    assert [row[1:] for row in page.context["differences"]] == [("7", "8")]
    assert page.context["differences"] != visitor.get(f"{url}?dari=1&ke=1").context["differences"]


def test_two_windows_do_not_overwrite_each_other():
    place = bare()
    own, visitor = own_of(place), hr_of(place)
    old = typed(visitor.get(edit_url(place, own)), approve_days="9")
    save(visitor, edit_url(place, own), approve_days="7")
    page = send(visitor, edit_url(place, own), do="save", **old)
    assert page.status_code == 409
    assert draft_of(own) == {"approve_days": 7}
    assert 'value="9"' in page.content.decode()


def test_hr_begins_an_override_of_the_agency_and_of_a_unit():
    place = bare()
    visitor = hr_of(place)
    list_url = reverse("template_list", args=[place.agency.public_id])
    make = reverse("template_override", args=[place.agency.public_id])
    answer = send(visitor, make, base=base().public_id, unit=place.section.public_id)
    made = CycleTemplate.objects.get(unit=place.section)
    assert answer.url == edit_url(place, made)
    assert made.base.agency == place.agency
    assert place.section.name in words(visitor.get(list_url))
    page = visitor.get(answer.url)
    assert "members.units" not in page.context["form"].fields
    other = town(code="53.71", prefix="K ", opened=None)
    send(visitor, make, base=base().public_id, unit=other.section.public_id)
    assert not CycleTemplate.objects.filter(unit=other.section).exists()
    retire = reverse("template_retire", args=[place.agency.public_id, made.public_id])
    assert send(visitor, retire).status_code == 302
    assert visitor.get(answer.url).status_code == 404


def test_an_administrator_makes_a_further_national_template():
    place = bare()
    visitor = admin_of(place)
    answer = send(visitor, reverse("national_template_list"), name="Rumah sakit",
                  like=base().public_id)  # fmt: skip
    made = CycleTemplate.objects.get(name="Rumah sakit")
    assert answer.url == reverse("national_template_edit", args=[made.public_id])
    assert save(visitor, answer.url, title="RSUD", approve_days="3").status_code == 302
    made.refresh_from_db()
    assert (made.name, made.draft["approve_days"]) == ("RSUD", 3)


# --- a cycle from it ----------------------------------------------------------------------------


def published(place: Town, **own: Any) -> CycleTemplate:
    template = own_of(place)
    body = inherited(template).body | {k.replace("__", "."): v for k, v in own.items()}
    saved = templates.save_draft(template, body, revision=template.revision, author=place.admin,
                                 now=JANUARY)  # fmt: skip
    templates.publish(saved, "", author=place.admin, now=JANUARY)
    return saved


def test_hr_prepares_a_draft_of_a_cycle_from_a_template():
    place = bare()
    own, visitor = published(place, approve_days=7), hr_of(place)
    url = reverse("template_list", args=[place.agency.public_id])
    answer = send(visitor, url, year="2027", template=own.public_id)
    made = Cycle.objects.get(agency=place.agency, year=2027)
    assert answer.url == reverse("cycle_change", args=[made.public_id])
    assert CycleRules.from_json(made.rules).approve_days == 7
    assert template_of(made) == own
    assert send(visitor, url, year="2027", template=own.public_id).status_code == 422
    other = town(code="53.71", prefix="K ", opened=None)
    foreign = published(other, approve_days=9)
    assert send(visitor, url, year="2028", template=foreign.public_id).status_code == 404


def cycle_url(cycle: Cycle) -> str:
    return reverse("cycle_change", args=[cycle.public_id])


def test_a_draft_is_changed_at_once():
    place = bare()
    own = published(place)
    cycle = cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY,
                                      template=own)  # fmt: skip
    answer = save(hr_of(place), cycle_url(cycle), **{"planning.due-n": "6",
                  "planning.due-what": "2", "approve_days": "8"})  # fmt: skip
    assert answer.status_code == 302
    cycle.refresh_from_db()
    assert CycleRules.from_json(cycle.rules).approve_days == 8
    assert Stage.objects.get(cycle=cycle, kind="planning").due_on == date(2026, 2, 6)


def test_a_running_cycle_is_changed_after_a_preview_that_keeps_its_word():
    place = town()
    visitor = hr_of(place)
    url = cycle_url(place.cycle)
    before = place.case().due_at
    preview = save(visitor, url, **{"planning.due-n": "13", "planning.due-what": "2"})
    assert preview.status_code == 200
    seen = preview.context["seen"]
    assert (seen.moved, seen.told) == (6, 6)
    assert place.case().due_at == before
    packed = preview.context["packed"]
    again = send(visitor, url, do="apply", packed=packed, reason="ya")
    assert again.status_code == 422
    assert place.case().due_at == before
    answer = send(visitor, url, do="apply", packed=packed, reason=WHY)
    job = Job.objects.get(cycle=place.cycle)
    assert answer.url == reverse("job", args=[job.public_id])
    from cycles import clock

    with clock.at(JANUARY):
        done = work_off(job.pk)
    assert done is not None
    assert done.result == {"moved": seen.moved}
    assert place.case().due_at == datetime(2026, 2, 13, 17, 0, tzinfo=UTC)
    assert "6" in words(visitor.get(url))


def test_a_second_change_waits_for_the_first():
    place = town()
    url = cycle_url(place.cycle)
    first = save(hr_of(place), url, approve_days="9").context["packed"]
    second = Visitor(place.hr_second, JANUARY)
    other = save(second, url, approve_days="8").context["packed"]
    assert send(hr_of(place), url, do="apply", packed=first, reason=WHY).status_code == 302
    assert send(second, url, do="apply", packed=other, reason=WHY).status_code == 409
    assert Job.objects.get().params["setup"]["rules"]["approve_days"] == 9


def test_a_preview_of_somebody_else_or_a_changed_one_is_not_applied():
    place = town()
    packed = save(hr_of(place), cycle_url(place.cycle), approve_days="9").context["packed"]
    second = Visitor(place.hr_second, JANUARY)
    for visitor, sent in ((second, packed), (hr_of(place), packed[:-2] + "xx")):
        answer = send(visitor, cycle_url(place.cycle), do="apply", packed=sent, reason=WHY)
        assert answer.status_code == 409
    assert not Job.objects.exists()


def test_what_a_running_cycle_cannot_take_is_said_on_the_form():
    place = town()
    late = hr_of(place, datetime(2026, 2, 20, 2, 0, tzinfo=UTC))
    page = save(late, cycle_url(place.cycle), **{"planning.opens-n": "5"})
    assert page.status_code == 422
    assert page.context["form"].rows["planning.opens"].problems
    page = save(late, cycle_url(place.cycle))
    assert page.status_code == 422, "nothing new"


def test_a_cycle_takes_the_newest_versions_only_when_asked():
    place = bare()
    own = published(place)
    cycle = cycle_setup.prepare_cycle(place.agency, 2026, author=place.admin, now=JANUARY,
                                      template=own)  # fmt: skip
    open_cycle(cycle, now=JANUARY)
    visitor = hr_of(place)
    assert not visitor.get(cycle_url(cycle)).context["newer"]
    assert send(visitor, cycle_url(cycle), do="newest").status_code == 409
    own.refresh_from_db()
    body = whole(own).body | {"planning.due": on(2, 13)}
    saved = templates.save_draft(own, body, revision=own.revision, author=place.admin, now=JANUARY)
    templates.publish(saved, "", author=place.admin, now=JANUARY)
    assert visitor.get(cycle_url(cycle)).context["newer"]
    assert Case.objects.filter(cycle=cycle).first().due_basis["rule"]["on"] == "2026-01-31"
    page = send(visitor, cycle_url(cycle), do="newest")
    assert page.context["seen"].moved == 6
    assert len(page.context["differences"]) == 1


def test_pages_read_as_many_rows_for_many_units(django_assert_max_num_queries):
    place = bare()
    own = published(place)
    user = User.objects.get(person=place.hr)
    visitor = hr_of(place)
    assert user.pk
    for unit in (place.office, place.section):
        templates.override(own, place.agency, unit, author=place.admin, now=JANUARY)
    with django_assert_max_num_queries(14):
        visitor.get(reverse("template_list", args=[place.agency.public_id]))
    with django_assert_max_num_queries(22):
        visitor.get(edit_url(place, own))
