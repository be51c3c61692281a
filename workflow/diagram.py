"""The machine drawn: an SVG of its states and moves, laid out from the table itself. Pure.

The states stand in one column, in the order of the year, so that the drawing is readable on a
phone. Moves to the next state run straight down; moves that skip states run down on the left;
moves back run up on the right. Each lane holds only moves that do not touch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workflow import machine
from workflow.enums import Party, State
from workflow.machine import ARMS, Arm

# Acts that keep a case in order and may come at almost any state: told in words, not drawn.
UPKEEP = frozenset({"exclude", "reinstate", "transfer", "reassign", "name_decider"})
# Whose turn it is in a state; the first is the usual one.
TURNS: dict[State, tuple[Party, ...]] = {
    State.PLANNING: (Party.EMPLOYEE,),
    State.PLAN_REVIEW: (Party.APPROVER,),
    State.MONITORING: (Party.EMPLOYEE, Party.SYSTEM),
    State.CHECKIN_REVIEW: (Party.APPROVER,),
    State.SELF_ASSESSMENT: (Party.EMPLOYEE,),
    State.SUPERVISOR_REVIEW: (Party.RATER,),
    State.RATING_REVIEW: (Party.APPROVER,),
    State.DELIVERY: (Party.RATER,),
    State.ANNOUNCED: (Party.EMPLOYEE,),
    State.OBJECTION_STATEMENTS: (Party.EXPLAINER, Party.EMPLOYEE),
    State.OBJECTION_DECISION: (Party.DECIDER, Party.HR),
    State.FINAL_APPROVAL: (Party.FINALISER,),
    State.CLOSED: (),
    State.EXCLUDED: (),
}
COLUMN: tuple[State, ...] = tuple(state for state in State if state != State.EXCLUDED)

BOX, HIGH, GAP, LANE, EDGE, MARGIN, TOP = 204, 46, 30, 13, 12, 2, 12
NOTHING = SafeString("")
CHARACTERS = 22  # of a state's name on one line of its box


@dataclass(frozen=True)
class Edge:
    """One drawn move: all actions that lead from a state to another."""

    source: State
    target: State
    actions: tuple[str, ...]

    @property
    def span(self) -> tuple[int, int]:
        """The upper and the lower row that it joins."""
        ends = COLUMN.index(self.source), COLUMN.index(self.target)
        return min(ends), max(ends)

    @property
    def is_back(self) -> bool:
        return COLUMN.index(self.target) < COLUMN.index(self.source)

    @property
    def is_next(self) -> bool:
        return COLUMN.index(self.target) == COLUMN.index(self.source) + 1


def edges(arms: Iterable[Arm] = ARMS) -> list[Edge]:
    """Every move between two states but for upkeep, in the table's order."""
    found: dict[tuple[State, State], list[str]] = {}
    for arm in arms:
        if arm.action in UPKEEP:
            continue
        for target in arm.targets:
            if target != arm.source:
                found.setdefault((arm.source, target), []).append(arm.action)
    return [Edge(source, target, tuple(actions)) for (source, target), actions in found.items()]


def lanes(drawn: Iterable[Edge]) -> dict[Edge, int]:
    """The lane of each edge, shorter ones nearer to the column; 0 is the nearest."""
    placed: dict[Edge, int] = {}
    for edge in sorted(drawn, key=lambda e: (e.span[1] - e.span[0], e.span)):
        first, last = edge.span
        taken = {
            lane for other, lane in placed.items() if other.span[0] < last and first < other.span[1]
        }
        placed[edge] = next(n for n in range(len(placed) + 1) if n not in taken)
    return placed


def label_of(edge: Edge) -> str:
    """The actions of an edge in words."""
    return " / ".join(str(machine.LABELS[action]) for action in edge.actions)


def draw(
    present: str = "",
    been: Collection[str] = (),
    *,
    name: Callable[[State], str] = lambda state: str(state.label),
    extra: SafeString = NOTHING,
) -> SafeString:
    """The drawing, with the present state marked and the states gone through ticked off.

    It carries classes only, no colours; `extra` goes in first (the style of a file in docs/).
    """
    straight = [edge for edge in edges() if edge.is_next]
    left = lanes(edge for edge in edges() if not edge.is_next and not edge.is_back)
    right = lanes(edge for edge in edges() if edge.is_back)
    x = MARGIN + EDGE + LANE * (1 + max(left.values(), default=0))
    width = x + BOX + EDGE + LANE * (1 + max(right.values(), default=0)) + MARGIN
    height = TOP + len(COLUMN) * (HIGH + GAP) + HIGH + MARGIN
    where = (
        _("Now: %(state)s.") % {"state": name(State(present))} if present in State.values else ""
    )
    parts = [
        *(_lane_line(edge, x - EDGE - LANE * lane, x, 1) for edge, lane in left.items()),
        *(_lane_line(edge, x + BOX + EDGE + LANE * lane, x + BOX, -1)
          for edge, lane in right.items()),
        *(_down(edge, x) for edge in straight),
        *(_box(state, x, _top(row), name(state), state.value == present, state.value in been)
          for row, state in enumerate(COLUMN)),
        _box(State.EXCLUDED, x, _top(len(COLUMN)), name(State.EXCLUDED),
             present == State.EXCLUDED, False),
    ]  # fmt: skip
    return format_html(
        '<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" '
        'height="{}" role="img" aria-labelledby="map-title map-words"><title id="map-title">{}'
        '</title><desc id="map-words">{}</desc>{}{}</svg>\n',
        width, height, width, height,
        _("The way of an appraisal"),
        where,
        extra,
        format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def drawn(present: str, been: Iterable[str]) -> SafeString:
    """`draw` for a page: cases that stand alike share one drawing a language."""
    return _drawn(present, frozenset(been), get_language() or "")


@lru_cache(maxsize=512)
def _drawn(present: str, been: frozenset[str], _language: str) -> SafeString:
    return draw(present, been)


def _top(row: int) -> int:
    return TOP + row * (HIGH + GAP)


def _lane_line(edge: Edge, lane_x: int, side_x: int, away: int) -> SafeString:
    """From one box out to the lane, along it, and back in to the other box."""
    out = _top(COLUMN.index(edge.source)) + HIGH // 2 + (-8 if edge.is_back else 8)
    into = _top(COLUMN.index(edge.target)) + HIGH // 2 + (8 if edge.is_back else -8)
    turn = 6 * away  # towards the column
    bend = -6 if edge.is_back else 6  # along the lane
    return _edge(
        edge,
        f"M{side_x} {out}H{lane_x + turn}Q{lane_x} {out} {lane_x} {out + bend}V{into - bend}"
        f"Q{lane_x} {into} {lane_x + turn} {into}H{side_x - 4 * away}",
        f"M{side_x} {into}l{-7 * away} -4v8z",
    )


def _down(edge: Edge, x: int) -> SafeString:
    top = _top(COLUMN.index(edge.source)) + HIGH
    middle = x + 24
    words = str(machine.LABELS[edge.actions[0]]) + (" …" if len(edge.actions) > 1 else "")
    return format_html(
        '{}<text class="map-act" x="{}" y="{}">{}</text>',
        _edge(edge, f"M{middle} {top}V{top + GAP - 4}", f"M{middle} {top + GAP}l-4 -7h8z"),
        middle + 10, top + GAP // 2 + 4, words,
    )  # fmt: skip


def _edge(edge: Edge, line: str, head: str) -> SafeString:
    return format_html(
        '<g class="map-edge" data-from="{}" data-to="{}"><title>{}</title>'
        '<path class="map-line" d="{}"/><path class="map-head" d="{}"/></g>',
        edge.source.value, edge.target.value, label_of(edge), line, head,
    )  # fmt: skip


def _box(state: State, x: int, top: int, words: str, is_now: bool, is_past: bool) -> SafeString:
    rows = [("map-name", line) for line in wrap(words, CHARACTERS)[:2]]
    if len(rows) == 1 and TURNS[state]:
        rows.append(("map-who", str(TURNS[state][0].label)))
    first = top + HIGH // 2 + 5 - 8 * (len(rows) - 1)
    kind = "map-now" if is_now else "map-been" if is_past else "map-other"
    return format_html(
        '<g class="{}{}" data-state="{}"><rect class="map-box" x="{}" y="{}" width="{}" '
        'height="{}" rx="10"/>{}{}</g>',
        kind, " map-apart" if state == State.EXCLUDED else "", state.value, x, top, BOX, HIGH,
        format_html_join(
            "", '<text class="{}" x="{}" y="{}">{}</text>',
            ((css, x + 14, first + 17 * n, line) for n, (css, line) in enumerate(rows)),
        ),
        _here(x, top) if is_now else _tick(x, top) if is_past else NOTHING,
    )  # fmt: skip


def _here(x: int, top: int) -> SafeString:
    return format_html(
        '<rect class="map-pill" x="{0}" y="{1}" width="66" height="18" rx="9"/>'
        '<text class="map-here" x="{2}" y="{3}" text-anchor="middle">{4}</text>',
        x + BOX - 80, top - 11, x + BOX - 47, top + 2, _("Now"),
    )  # fmt: skip


def _tick(x: int, top: int) -> SafeString:
    return format_html(
        '<path class="map-tick" d="M{} {}l4 4 8 -9"/>', x + BOX - 26, top + HIGH // 2
    )


# --- in words ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the table in words."""

    source: State
    source_words: str
    action: str
    who: str
    targets: str


def table() -> tuple[Line, ...]:
    """What the drawing shows as lines of words, made once a language."""
    return _table(get_language() or "")


@lru_cache(maxsize=8)
def _table(_language: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            arm.source,
            str(arm.source.label),
            str(machine.LABELS[arm.action]),
            who_of(arm),
            " / ".join(str(target.label) for target in arm.targets),
        )
        for arm in ARMS
        if arm.action not in UPKEEP
    )


def who_of(arm: Arm) -> str:
    """The parties of an arm in words, in the order of `Party`."""
    return ", ".join(str(party.label) for party in Party if party in arm.who)
