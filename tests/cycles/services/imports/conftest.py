"""An agency whose HR brings files, and a neighbour of whom nothing may be seen."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import translation

from cycles.models import Agency, User
from tests.cycles.services.imports.files import NOW, Office


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _second_of_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _in_the_source_language():
    """Sentences are looked at as they stand in the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def office(db):
    agency = Agency.objects.create(
        code="53.71", name="Pemerintah Kota Kupang", short_name="Kota Kupang", zone="Asia/Makassar"
    )
    return Office(agency, User.objects.create(username="sdm-kupang"))


@pytest.fixture
def neighbour(db):
    agency = Agency.objects.create(
        code="53.01", name="Pemerintah Kabupaten Kupang", short_name="Kab. Kupang",
        zone="Asia/Makassar",
    )  # fmt: skip
    return Office(agency, User.objects.create(username="sdm-tetangga"))
