"""The example agency: the same for a seed, without a fault, and with as many as asked for."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from cycles.sheets import SHEETS
from tests.cycles.services.imports.files import faults


def written(tmp_path, name, **options):
    path = tmp_path / name
    call_command("example_agency", str(path), people=400, units=12, stdout=_Nowhere(), **options)
    return path.read_bytes()


class _Nowhere:
    def write(self, _text):
        pass


def test_the_example_is_imported_without_a_fault_everybody_in_a_seat_with_a_superior(
    office, tmp_path
):
    run = office.bring(written(tmp_path, "a.xlsx", regency="53.01"), is_complete=True)
    assert faults(run) == []
    assert run.counts["person"] == {"added": 400}
    office.apply(run)
    posts = office.agency.post_set.filter(postings__ends_on=None)
    assert posts.count() == 400
    assert posts.filter(superior=None).count() == 1
    assert posts.get(superior=None).title == "Bupati"


def test_the_same_seed_gives_the_same_agency_and_another_another(office, tmp_path):
    first = office.bring(written(tmp_path, "a.xlsx", seed=7, regency="53.01"))
    office.apply(first)
    assert office.bring(written(tmp_path, "b.xlsx", seed=7, regency="53.01")).counts == {
        "unit": {"same": first.counts["unit"]["added"]},
        "post": {"same": 400},
        "person": {"same": 400},
    }
    assert "same" not in office.bring(
        written(tmp_path, "c.xlsx", seed=8, regency="53.01")
    ).counts["person"]  # fmt: skip


def test_as_many_rows_are_spoilt_as_asked_for(office, tmp_path):
    run = office.bring(written(tmp_path, "a.xlsx", faults=7))
    assert {name: outcomes.get("faulty") for name, outcomes in run.counts.items()} == {
        "unit": None, "post": None, "person": 7,
    }  # fmt: skip
    assert len({column for _kind, _row, column, _sentence in faults(run)}) == 7


def test_every_column_is_documented():
    text = (Path(settings.BASE_DIR) / "docs/import.md").read_text()
    for sheet in SHEETS.values():
        for column in sheet.columns:
            assert f"`{column.name}`" in text, column.name
