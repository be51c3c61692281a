"""`manage.py machine_docs`: the table and the drawing in docs/, written from the machine."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.safestring import SafeString

from workflow import machine
from workflow.diagram import TURNS, UPKEEP, draw, who_of
from workflow.enums import OPEN, State
from workflow.machine import Arm

# The file stands alone, so it brings its colours along, for light and dark alike.
STYLE = SafeString(
    "<style>"
    ".map{--ink:#1b1d26;--soft:#575b69;--line:#85868c;--box:#edebe4;background:#fff}"
    "@media(prefers-color-scheme:dark)"
    "{.map{--ink:#f4f2ec;--soft:#a9abb7;--line:#777b89;--box:#252833;background:#13141a}}"
    ".map text{font-family:system-ui,'Noto Sans',Arial,sans-serif;fill:var(--ink)}"
    ".map-box{fill:var(--box)}.map-name{font-size:13px;font-weight:600}"
    ".map .map-who,.map .map-act{font-size:11.5px;fill:var(--soft)}"
    ".map-line{fill:none;stroke:var(--line);stroke-width:1.4}.map-head{fill:var(--line)}"
    ".map-apart .map-box{stroke:var(--line);stroke-dasharray:4 3}"
    "</style>"
)
HEAD = """\
# The machine of an appraisal

Written by `manage.py machine_docs` from `workflow/machine.py` (version {version}); a test fails
when it is out of date. Do not edit it by hand.

![Every state and the moves between them](machine.svg)

`Case.state` is the only truth about where an appraisal stands, and the door
(`workflow/services/door.py`) the only writer. A guard looks at facts only; when it refuses, its
sentence stands beside the button. "Reason" means that the person must give one.
"""
COLUMNS = ("From", "Turn", "Action", "Who", "To", "Guard")


class Command(BaseCommand):
    help = "Write docs/machine.md and docs/machine.svg from the machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        written = written_docs()
        if options["check"]:
            stale = [name for name, text in written.items() if text != _read(folder / name)]
            if stale:
                names = ", ".join(f"docs/{name}" for name in stale)
                raise CommandError(f"Out of date: {names}. Run manage.py machine_docs.")
            return
        folder.mkdir(exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"docs/{name}")


def written_docs() -> dict[str, str]:
    """The text of each generated file by its name in docs/."""
    with translation.override("en"):
        return {"machine.md": _markdown(), "machine.svg": str(draw(extra=STYLE))}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _markdown() -> str:
    yearly = [row for state in State for row in _rows_of(state)]
    return "\n".join(
        [
            HEAD.format(version=machine.VERSION),
            "## The year",
            "",
            *_table(COLUMNS, yearly),
            "",
            "## Upkeep",
            "",
            "HR keeps a case in order with these, whatever state it stands in.",
            "",
            *_table(("From", "Action", "Who", "To", "Guard"), _upkeep()),
            "",
        ]
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _rows_of(state: State) -> list[tuple[str, ...]]:
    turn = " or ".join(str(party.label) for party in TURNS[state])
    rows: list[tuple[str, ...]] = []
    for arm in machine.arms_from(state):
        if arm.action not in UPKEEP:
            first = (f"**{state.label}**", turn) if not rows else ("", "")
            rows.append((*first, _action(arm), who_of(arm), _targets(arm.targets), _guard(arm)))
    return rows


def _upkeep() -> list[tuple[str, ...]]:
    """Arms that differ in nothing but their source stand on one line."""
    grouped: dict[tuple[str, ...], list[State]] = {}
    for arm in machine.ARMS:
        if arm.action in UPKEEP:
            stays = arm.targets == (arm.source,)
            target = "the same" if stays else _targets(arm.targets)
            key = (_action(arm), who_of(arm), target, _guard(arm))
            grouped.setdefault(key, []).append(arm.source)
    return [
        ("any open state" if set(sources) == OPEN else ", ".join(str(s.label) for s in sources),
         *key)
        for key, sources in grouped.items()
    ]  # fmt: skip


def _action(arm: Arm) -> str:
    return f"{machine.LABELS[arm.action]} (`{arm.action}`)"


def _targets(targets: tuple[State, ...]) -> str:
    return " / ".join(str(target.label) for target in targets)


def _guard(arm: Arm) -> str:
    """The guards by name (`is_past_due`: is past due), and whether a reason is needed."""
    words = [guard.__name__.replace("_", " ") for guard in arm.guards]
    return "; ".join([*words, *(["reason"] if arm.needs_reason else [])])
