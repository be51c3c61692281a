"""Ranks as people write them, and as they are kept."""

import pytest

from cycles import ranks


@pytest.mark.parametrize(
    "written",
    ["III/c", "IIIc", "iii/C", "Penata (III/c)", "Penata, III/c", "Penata III-c", "Penata"],
)
def test_a_rank_of_a_pns_is_read_however_it_is_written(written):
    assert ranks.read(written, "pns") == "Penata (III/c)"


def test_tingkat_may_be_shortened():
    assert ranks.read("Penata Tk. I", "pns") == "Penata Tingkat I (III/d)"
    assert ranks.read("Pembina Utama Madya", "pns") == "Pembina Utama Madya (IV/d)"


@pytest.mark.parametrize("written", ["IX", "9", "Gol. IX", "Golongan IX", "gol ix"])
def test_a_golongan_of_a_pppk_is_read_as_a_numeral(written):
    assert ranks.read(written, "pppk") == "Golongan IX"


@pytest.mark.parametrize(
    ("written", "kind"),
    [("V/a", "pns"), ("III/f", "pns"), ("IX", "pns"), ("Letnan", "pns"), ("III/c", "pppk"),
     ("XVIII", "pppk"), ("0", "pppk"), ("18", "pppk")],
)  # fmt: skip
def test_what_is_no_rank_is_none(written, kind):
    assert ranks.read(written, kind) is None


@pytest.mark.parametrize("code", ranks.PNS)
def test_every_rank_is_read_back_as_it_is_kept(code):
    kept = f"{ranks.PNS[code]} ({code})"
    assert ranks.read(kept, "pns") == kept
    assert ranks.read(code, "pns") == kept
