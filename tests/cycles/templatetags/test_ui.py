"""The components say in words what they show in colour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from cycles.templatetags import ui
from workflow.enums import State

DUE = datetime(2026, 1, 30, 17, 0, tzinfo=UTC)  # local midnight after Friday 30 January, WIB


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def drawn(text: str, **context: Any) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


def test_a_due_date_is_shown_as_the_last_minute_of_the_day_before() -> None:
    assert "Friday, 30 January 2026 23:59 WIB" in ui.due(DUE, "Asia/Jakarta")


def test_a_due_date_is_shown_in_the_zone_of_its_agency() -> None:
    assert "Saturday, 31 January 2026 00:59 WITA" in ui.due(DUE, "Asia/Makassar")


def test_indonesian_writes_the_day_and_the_clock_its_own_way() -> None:
    with translation.override("id"):
        assert "Jumat, 30 Januari 2026 23.59 WIB" in ui.due(DUE, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("days", "role"), [(-2, "negative"), (0, "caution"), (3, "caution"), (4, "neutral")]
)
def test_the_colour_of_a_due_date_follows_its_distance(days: int, role: str) -> None:
    assert f"due-{role}" in ui.due(DUE, "Asia/Jakarta", days)


def test_an_overdue_date_says_so_in_words() -> None:
    assert "2 working days overdue" in ui.due(DUE, "Asia/Jakarta", -2)


def test_a_missing_due_date_is_said_and_not_left_blank() -> None:
    assert "no due date" in ui.due(None, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("dr. Siti Rahmawati, M.Kes.", "SR"),
        ("Bayu Prasetyo Adi, S.Kep.", "BA"),
        ("Sukarno", "S"),
        ("H. M. Yusuf", "Y"),
        ("", "?"),
    ],
)
def test_initials_come_from_the_name_without_its_titles(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_names_are_escaped() -> None:
    assert "<script>" not in ui.person("<script>x", "<b>post</b>")
    assert "&lt;b&gt;post" in ui.person("a", "<b>post</b>")


def test_every_state_of_the_machine_has_a_look() -> None:
    assert set(ui.STATE_LOOK) == {state.value for state in State}
    for state in State:
        assert str(state.label) in ui.state_badge(state, state.label)


def test_every_state_finds_its_place_in_the_year() -> None:
    placed = set().union(*(states for _label, states in ui.YEAR))
    assert placed == {state.value for state in State} - {"closed", "excluded"}


def test_the_step_of_a_running_state_is_the_current_one() -> None:
    steps = ui.year_steps("supervisor_review")
    assert [step["status"] for step in steps] == ["done", "done", "current", "todo", "todo", "todo"]


def test_a_year_without_objection_shows_that_step_as_not_needed() -> None:
    assert ui.year_steps("closed")[4]["status"] == "skipped"
    assert ui.year_steps("closed", objected=True)[4]["status"] == "done"


def test_an_excluded_year_has_nothing_done() -> None:
    assert {step["status"] for step in ui.year_steps("excluded")} == {"todo"}


def test_a_wrong_role_is_refused_when_the_page_is_drawn() -> None:
    with pytest.raises(TemplateSyntaxError, match="'pink' is no role"):
        drawn('{% badge "x" "pink" %}')


def test_a_button_that_is_not_available_says_why_in_sight() -> None:
    html = drawn('{% unavailable "Object" reason %}', reason="Only after the result is delivered.")
    assert 'aria-disabled="true"' in html
    assert '<p class="why-not-reason">Only after the result is delivered.</p>' in html


def test_a_difference_is_readable_without_colours() -> None:
    html = ui.diff("20 visits", "30 visits")
    assert '<del><span class="visually-hidden">removed: </span>20</del>' in html
    assert '<ins><span class="visually-hidden">added: </span>30</ins>' in html


def test_a_difference_escapes_what_people_wrote() -> None:
    assert "<img" not in ui.diff("<img src=x>", "<img src=y>")


def test_the_story_tells_on_whose_behalf_somebody_acted() -> None:
    entry = {"title": "Returned", "who": "Ratna", "on_behalf": "Siti", "at": DUE, "reason": "a\nb"}
    html = drawn("{% timeline entries zone %}", entries=[entry], zone="Asia/Jakarta")
    assert "Ratna on behalf of Siti" in html
    assert "a<br>b" in html


def test_a_saved_draft_shows_the_local_time() -> None:
    assert "Draft saved 00:00" in ui.autosave_state(DUE, "Asia/Jakarta")


def test_a_day_is_written_whole_or_short() -> None:
    assert "Friday, 30 January 2026" in ui.day(date(2026, 1, 30))
    assert ">30 Jan 2026<" in ui.day(date(2026, 1, 30), short=True)


def test_a_bar_has_its_number_beside_it() -> None:
    html = drawn('{% bars rows "Late" %}', rows=[{"label": "Unit", "value": 7}])
    assert '<td class="num">7</td>' in html
    assert "style=" not in html


def test_a_card_keeps_what_stands_inside_and_escapes_its_title() -> None:
    html = drawn("{% card title=t %}<p>{{ inside }}</p>{% endcard %}", t="<i>", inside="a & b")
    assert "&lt;i&gt;" in html
    assert "<p>a &amp; b</p>" in html


class Sample(forms.Form):
    text = forms.CharField(label="Text", help_text="Say it.")
    more = forms.CharField(label="More", required=False)
    sure = forms.BooleanField(label="Sure")


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    html = drawn("{% field form.text %}", form=Sample({"text": ""}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'id="id_text_error"' in html


def test_fields_that_may_stay_empty_say_so() -> None:
    assert "(optional)" in drawn("{% field form.more %}", form=Sample())
    assert "(optional)" not in drawn("{% field form.text %}", form=Sample())


def test_the_summary_leads_to_each_wrong_field() -> None:
    html = drawn("{% error_summary form %}", form=Sample({"text": ""}))
    assert 'role="alert"' in html
    assert 'href="#id_text"' in html
    assert "id_more" not in html


def test_a_right_form_has_no_summary() -> None:
    assert drawn("{% error_summary form %}", form=Sample()).strip() == ""


def test_a_pager_without_neighbours_draws_nothing() -> None:
    assert drawn("{% pager %}").strip() == ""
    assert 'rel="next"' in drawn('{% pager next_url="?after=x" %}')
