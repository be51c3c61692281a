"""The story of a record tells what an import did to it, and that it was taken back."""

import pytest

from cycles.models import Person
from cycles.queries.record_story import OTHER, WORDS, story_of
from tests.cycles.services.imports.conftest import (  # noqa: F401 - the fixtures of an office
    _private_files,
    _second_of_march,
    office,
)
from tests.cycles.services.imports.files import PEOPLE, but, faults

pytestmark = pytest.mark.django_db


def test_an_import_and_its_undoing_stand_in_a_persons_story(office):  # noqa: F811
    office.settle()
    run = office.book(pegawai=but(PEOPLE, "P4", golongan="III/b"))
    assert faults(run) == []
    office.apply(run)
    office.undo(run)
    siti = Person.objects.get(keys__key="P4")
    titles = [scene["title"] for scene in story_of(office.agency, [f"person:{siti.pk}"])]
    words = ("undo_import_changed", "import_changed", "import_added")
    assert titles == [str(WORDS[word][0]) for word in words]
    assert str(OTHER[0]) not in titles
