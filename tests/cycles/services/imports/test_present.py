"""The agency as it stands, written as the file an import reads."""

from datetime import date

from cycles.services import imports
from tests.cycles.services.imports.files import PEOPLE, faults, outcomes

DAY = date(2026, 3, 2)


def test_brought_back_unchanged_it_changes_nothing(office):
    office.settle()
    run = office.bring(imports.present_xlsx(office.agency, DAY))
    assert faults(run) == []
    found = {kind: set(outcomes(run, kind).values()) for kind in ("unit", "post", "person")}
    assert found == {"unit": {"same"}, "post": {"same"}, "person": {"same"}}
    assert run.counts["person"] == {"same": len(PEOPLE)}


def test_who_has_left_and_who_is_the_neighbours_are_not_in_it(office, neighbour):
    office.settle()
    leaving = {"id_pegawai": "P5", "nama": "Ruth Bria", "status": "berhenti"}
    run = office.book(pegawai=[{**leaving, "tanggal_berhenti": "2026-03-02"}])
    assert faults(run) == []
    office.apply(run)
    run = neighbour.bring(imports.present_xlsx(office.agency, DAY))
    assert sorted(outcomes(run, "person")) == ["P1", "P2", "P3", "P4"]
    empty = office.bring(imports.present_xlsx(neighbour.agency, DAY))
    assert empty.rows.count() == 0
