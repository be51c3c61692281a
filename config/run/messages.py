"""Collecting the strings to translate, without gettext's programs: `make messages`.

Python files are read as syntax trees, templates through Django's own `templatize`. The catalogue
keeps what is translated, gains what is new, loses what nobody says any more.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from config.run.translations import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale/id/LC_MESSAGES/django.po"
SOURCES = ("config", "cycles", "workflow", "notifications")
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MANY = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_TEXT = r"""u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CALL = re.compile(
    rf"\b(?:(?:_|gettext)\({_TEXT}\)|ngettext\({_TEXT}, ?{_TEXT},|pgettext\({_TEXT}, ?{_TEXT}\))"
)


@dataclass(frozen=True, order=True)
class Message:
    """What has to be translated; `plural` and `context` are empty for most."""

    text: str
    plural: str = ""
    context: str = ""


def collect() -> dict[Message, list[str]]:
    """Every message of the project with the files that say it."""
    found: dict[Message, set[str]] = defaultdict(set)
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for message in in_python(path.read_text()):
                found[message].add(str(path.relative_to(ROOT)))
    for pattern in ("*.html", "*.txt"):
        for path in sorted((ROOT / "templates").rglob(pattern)):
            for message in in_template(path.read_text()):
                found[message].add(str(path.relative_to(ROOT)))
    return {message: sorted(found[message]) for message in sorted(found)}


def in_python(source: str) -> Iterator[Message]:
    """The messages of a module; calls without literal text have none."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else (
            node.func.id if isinstance(node.func, ast.Name) else "")  # fmt: skip
        words = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if name in ONE and words:
            yield Message(words[0])
        elif name in MANY and len(words) > 1:
            yield Message(words[0], plural=words[1])
        elif name in IN_CONTEXT and len(words) > 1:
            yield Message(words[1], context=words[0])


def in_template(source: str) -> Iterator[Message]:
    """The messages of a template's tags and of `_("…")` in its expressions."""
    for match in _CALL.finditer(templatize(source)):
        one, many, plural, context, text = match.groups()
        if one:
            yield Message(_read(one))
        elif many:
            yield Message(_read(many), plural=_read(plural))
        else:
            yield Message(_read(text), context=_read(context))


def _read(literal: str) -> str:
    return str(ast.literal_eval(literal))


def merged(old: polib.POFile) -> polib.POFile:
    """The catalogue as it should be now, with the translations that `old` has."""
    known = {Message(e.msgid, e.msgid_plural, e.msgctxt or ""): e for e in old}
    new = polib.POFile(wrapwidth=98)
    new.metadata = {
        "Project-Id-Version": "Jenjang",
        "Language": "id",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for message, files in collect().items():
        before = known.get(message)
        entry = polib.POEntry(
            msgid=message.text,
            occurrences=[(name, "") for name in files],
            flags=["python-format"] if re.search(r"%\(\w+\)[sd]", message.text) else [],
        )
        if message.context:
            entry.msgctxt = message.context
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = before.msgstr_plural if before else {0: ""}
        else:
            entry.msgstr = before.msgstr if before else ""
        new.append(entry)
    return new


def main(arguments: list[str]) -> None:
    """Rewrite the catalogue and say what lacks a translation; with --compile only compile it."""
    if arguments == ["--compile"]:
        compile_catalogues(ROOT / "locale")
        return
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    old = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    new = merged(old)
    new.save(str(CATALOGUE))
    missing = [e.msgid for e in new if not e.translated()]
    print(f"{len(new)} messages, {len(missing)} without a translation.")
    for text in missing:
        print(f"  {text!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
