"""The screen speaks Indonesian, wholly: every string of the source stands in the catalogue."""

import re

import polib
import pytest

from config.run.messages import CATALOGUE, Message, collect

# The same word in both languages, or a name.
SAME = {
    "Plt.", "Plh.", "PNS", "PPPK", "Demo", "Status", "Unit", "Total", "Indonesia", "English",
    "Bahasa Indonesia", "Predikat", "Predikat:", "Target", "target",
}  # fmt: skip
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def entries():
    return {
        Message(e.msgid, e.msgid_plural, e.msgctxt or ""): e for e in polib.pofile(str(CATALOGUE))
    }


def words_of(entry):
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def test_the_catalogue_holds_just_the_strings_of_the_source():
    said, known = set(collect()), set(entries())
    assert sorted(said - known) == [], "run `make messages` and translate what is new"
    assert sorted(known - said) == [], "run `make messages`: nobody says these any more"


def test_no_string_lacks_its_translation():
    assert [m.text for m, e in entries().items() if not words_of(e).strip()] == []


def test_no_translation_repeats_the_english():
    same = [
        m.text for m, e in entries().items()
        if words_of(e) == m.text and m.text not in SAME
        and re.search(r"[A-Za-z]{4}", HOLES.sub("", m.text))
    ]  # fmt: skip
    assert same == []


def test_translations_keep_the_placeholders_of_the_source():
    for message, entry in entries().items():
        wanted = set(HOLES.findall(message.plural or message.text))
        assert set(HOLES.findall(words_of(entry))) == wanted, message.text


@pytest.mark.parametrize("form", ["fuzzy"])
def test_no_translation_is_only_guessed(form):
    assert [e.msgid for e in polib.pofile(str(CATALOGUE)) if form in e.flags] == []
