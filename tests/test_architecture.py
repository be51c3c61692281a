"""The plan of the house, enforced: who may import whom, and where a thing belongs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from workflow.permissions import PAGES

ROOT = Path(settings.BASE_DIR)
APPS = ("cycles", "workflow", "notifications")
# No arrow points the other way. config names the apps; the demo and the tests import everything.
MAY_IMPORT = {
    "cycles": {"cycles"},
    "workflow": {"workflow", "cycles"},
    "notifications": {"notifications", "workflow", "cycles"},
}
# The row of each module of an app; the longest name counts. A module imports its own row or those
# before it. Where is the room of something new? It goes into the first row that can hold it.
ROWS = {
    # leaves: words, refusals, pure maths
    "*.enums": 0, "*.exceptions": 0,
    "cycles.calendar": 0, "cycles.working_days": 0, "cycles.scoring": 0, "cycles.rules": 0,
    "cycles.berakhlak": 0, "cycles.documents": 0, "cycles.document_labels": 0,
    "cycles.file_types": 0, "cycles.figures": 0, "cycles.due_steps": 0, "cycles.holiday_tables": 0,
    "cycles.nip": 0, "cycles.ranks": 0, "cycles.sheets": 0,
    "cycles.blueprint": 0, "cycles.blueprint_faults": 0,
    "workflow.machine": 0, "workflow.diagram": 0,
    "notifications.catalogue": 0, "notifications.due": 0,
    # records
    "*.models": 1,
    # questions
    "*.queries": 2, "cycles.clock": 2, "workflow.permissions": 2,
    # mechanisms
    "cycles.ledger": 3, "cycles.audit": 3, "workflow.flows": 3, "notifications.channels": 3,
    # verbs
    "*.services": 4,
    # input
    "*.forms": 5, "*.filters": 5,
    # edges
    "*.views": 6, "*.tasks": 6, "*.receivers": 6, "*.admin": 6, "*.management": 6, "*.urls": 6,
    "*.templatetags": 6, "*.apps": 6,
}  # fmt: skip
LONGEST = 450
# Beside the pages of workflow.permissions: open to everybody, any account's own things, the demo's.
BESIDE = {"public", "own", "demo"}
OPEN_TO_EVERYBODY = {
    "login", "logout", "password_reset", "password_reset_done", "password_reset_confirm",
    "password_reset_complete", "set_theme", "set_language", "live", "ready", "worker", None,
}  # fmt: skip


def sources(*tops: str) -> Iterator[Path]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


MODULES = {module_of(path): path for path in sources(*APPS)}


def imports_of(path: Path) -> set[str]:
    """Every module a file imports, at its top or inside a function, types included."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: import by the full name"
            assert node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return found


IMPORTS = {
    name: {found for found in imports_of(path) if found in MODULES}
    for name, path in MODULES.items()
}


def row_of(module: str) -> int | None:
    app, *inner = module.split(".")
    for length in range(len(inner), 0, -1):
        name = ".".join(inner[:length])
        for key in (f"{app}.{name}", f"*.{name}"):
            if key in ROWS:
                return ROWS[key]
    return None


def test_every_module_has_its_room():
    homeless = [name for name in MODULES if "." in name and row_of(name) is None]
    assert homeless == [], "name the row of these in ROWS"


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_apps_below_it(app):
    wrong = [
        f"{name} imports {found}"
        for name, path in MODULES.items()
        if name.split(".")[0] == app
        for found in imports_of(path)
        if found.split(".")[0] in {*APPS, "config", "tests"} - MAY_IMPORT[app]
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_no_string_names_an_app_above(app):
    """get_model, "app.Model" in a foreign key and tables in SQL are imports in disguise."""
    above = [other for other in APPS if other not in MAY_IMPORT[app]]
    if not above:
        return
    named = re.compile(rf"\b({'|'.join(above)})(\.[A-Z]\w+|_[a-z]+\b)")
    wrong = [
        f"{name}:{node.lineno} names {hit.group()}"
        for name, path in MODULES.items()
        if name.split(".")[0] == app
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for hit in named.finditer(node.value)
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_a_module_imports_its_own_row_or_those_before_it(app):
    wrong = [
        f"{name} (row {row_of(name)}) imports {found} (row {row_of(found)})"
        for name in MODULES
        if name.split(".")[0] == app and row_of(name) is not None
        for found in IMPORTS[name]
        if found.split(".")[0] == app and (row_of(found) or 0) > (row_of(name) or 0)
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle():
    done: set[str] = set()

    def follow(module: str, trail: tuple[str, ...]) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        for found in sorted(IMPORTS[module]):
            if circle := follow(found, (*trail, module)):
                return circle
        done.add(module)
        return []

    circles = [circle for module in MODULES if (circle := follow(module, ()))]
    assert circles == []


def test_nodes_of_flows_never_call_services():
    assert not [name for name in IMPORTS["workflow.flows"] if ".services" in name]


def test_nobody_writes_a_state_past_the_door():
    """The database would refuse it; this says so before."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(*APPS, "config")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and re.match(r"Case\.objects\b.*\.(update|create|bulk_update)$", ast.unparse(node.func))
        and (
            any(keyword.arg == "state" for keyword in node.keywords)
            or any("'state'" in ast.unparse(argument) for argument in node.args)
        )
    ]
    assert wrong == []


def test_files_stay_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*APPS, "config")
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_time_comes_from_the_one_clock():
    """timezone.now(), date.today() and datetime.now() would not move with the demo's clock."""
    own = {"cycles/clock.py", "workflow/flows.py"}
    calls = re.compile(r"(timezone|date|datetime)\.(now|today|utcnow)$|^localdate\(\)$")
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in sources(*APPS)
        if str(path.relative_to(ROOT)) not in own
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (calls.search(ast.unparse(node.func)) or calls.search(ast.unparse(node)))
    ]
    assert wrong == []


# --- addresses -----------------------------------------------------------------------------------


def patterns(
    found: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in found if found is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, path)
        else:
            yield path, pattern


def test_every_view_names_its_permission():
    missing = [
        f"/{path} ({pattern.callback.__module__}.{pattern.callback.__qualname__})"
        for path, pattern in patterns()
        if getattr(pattern.callback, "permission", None) not in {*PAGES, *BESIDE}
    ]
    assert missing == []


def test_what_is_open_to_everybody_is_listed():
    everybody = {
        pattern.name
        for _, pattern in patterns()
        if getattr(pattern.callback, "permission", None) == "public"
    }
    assert everybody == OPEN_TO_EVERYBODY


def test_no_address_carries_a_nip():
    for path, _ in patterns():
        assert "nip" not in re.split(r"[^a-z]+", path.lower()), path
        assert not re.search(r"<(int:)?(pk|id|case_id|person_id)>", path), f"{path} counts rows"
