"""The drawing of the machine, and the files in docs/ that are made from it."""

from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from cycles.rules import CycleRules, Level
from tests.builders import bring_to, town
from workflow import diagram, machine
from workflow.enums import State

SVG = "{http://www.w3.org/2000/svg}"


def drawn(present="", been=()):
    return ElementTree.fromstring(diagram.draw(present, been))


def test_every_move_of_the_year_between_two_states_is_drawn_once_and_no_other():
    wanted = {
        (arm.source.value, target.value)
        for arm in machine.ARMS
        for target in arm.targets
        if arm.action not in diagram.UPKEEP and target != arm.source
    }
    found = [(g.get("data-from"), g.get("data-to")) for g in drawn().iter(f"{SVG}g")
             if g.get("data-from")]  # fmt: skip
    assert sorted(found) == sorted(wanted)


def test_each_drawn_move_is_named_by_all_its_actions():
    titles = {
        (g.get("data-from"), g.get("data-to")): g.find(f"{SVG}title").text
        for g in drawn().iter(f"{SVG}g")
        if g.get("data-from")
    }
    both = f"{machine.LABELS['accept']} / {machine.LABELS['window_over']}"
    assert titles["announced", "final_approval"] == both


def test_every_state_has_a_box_and_only_the_present_one_is_marked():
    root = drawn(State.ANNOUNCED, {State.PLANNING})
    kinds = {g.get("data-state"): g.get("class") for g in root.iter(f"{SVG}g")
             if g.get("data-state")}  # fmt: skip
    assert kinds.keys() == set(State.values)
    assert [state for state, kind in kinds.items() if "map-now" in kind] == ["announced"]
    assert [state for state, kind in kinds.items() if "map-been" in kind] == ["planning"]


def test_the_present_state_is_told_in_words_too():
    assert str(State.CLOSED.label) in drawn(State.CLOSED).find(f"{SVG}desc").text


def test_moves_that_share_a_lane_do_not_touch():
    for back in (False, True):
        placed = diagram.lanes(
            e for e in diagram.edges() if e.is_back is back and (back or not e.is_next)
        )
        for edge, lane in placed.items():
            for other, other_lane in placed.items():
                if other is not edge and lane == other_lane:
                    assert edge.span[1] <= other.span[0] or other.span[1] <= edge.span[0]


def test_the_drawing_carries_neither_style_nor_script():
    assert "style" not in diagram.draw(State.PLANNING)
    assert "script" not in diagram.draw(State.PLANNING)


def test_a_name_that_looks_like_markup_is_only_text():
    assert "<b>" not in diagram.draw(name=lambda state: "<b>x</b>")


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(State))
def test_the_turn_that_the_table_names_is_the_turn_that_cases_have(state):
    rules = CycleRules(rating_levels=(Level("superior"),)) if state == "rating_review" else None
    case = bring_to(town(rules=rules), state)
    if case.is_open:
        assert case.turn_party in diagram.TURNS[state]
    else:
        assert diagram.TURNS[state] == ()


def test_the_files_in_docs_are_up_to_date():
    call_command("machine_docs", "--check")


def test_the_check_names_the_files_that_are_not(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    call_command("machine_docs")
    (tmp_path / "docs/machine.md").write_text("old")
    with pytest.raises(CommandError, match=r"docs/machine\.md"):
        call_command("machine_docs", "--check")
    assert (tmp_path / "docs/machine.md").read_text() == "old"
