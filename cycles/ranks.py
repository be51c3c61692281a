"""Ranks (pangkat, golongan ruang) of PNS and golongan of PPPK, and how people write them."""

from __future__ import annotations

import re
from typing import Final

from cycles.enums import PersonKind

# PNS, from the lowest (PP 11/2017 with PP 17/2020; rules as lived).
PNS: Final = {
    "I/a": "Juru Muda", "I/b": "Juru Muda Tingkat I", "I/c": "Juru", "I/d": "Juru Tingkat I",
    "II/a": "Pengatur Muda", "II/b": "Pengatur Muda Tingkat I", "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I", "III/a": "Penata Muda", "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata", "III/d": "Penata Tingkat I", "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I", "IV/c": "Pembina Utama Muda", "IV/d": "Pembina Utama Madya",
    "IV/e": "Pembina Utama",
}  # fmt: skip
# PPPK (Perpres 98/2020).
PPPK: Final = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV",
    "XVI", "XVII",
)  # fmt: skip

_PNS: Final = re.compile(r"(?:^|[\s(,])(IV|I{1,3})\s*[/.\s-]?\s*([a-e])\)?$", re.IGNORECASE)
_PPPK: Final = re.compile(r"^(?:golongan|gol\.?)?\s*([IVX]+|\d{1,2})$", re.IGNORECASE)
_NAMES: Final = {
    name.casefold().replace("tingkat", "tk").replace(".", ""): code for code, name in PNS.items()
}


def read(written: str, person: str) -> str | None:
    """The rank as it is stored, "Penata (III/c)" or "Golongan IX"; None when there is none such.

    Takes "III/c", "IIIc", "Penata, III/c", "Penata Tk. I (III/d)"; of a PPPK "IX", "9", "Gol. IX".
    """
    written = " ".join(written.split())
    if person == PersonKind.PPPK:
        found = _PPPK.match(written)
        step = _roman(found[1]) if found else ""
        return f"Golongan {step}" if step else None
    found = _PNS.search(written)
    if found:
        code = f"{found[1].upper()}/{found[2].lower()}"
    else:
        plain = written.casefold().replace("tingkat", "tk").replace(".", "")
        code = _NAMES.get(plain, "")
    return f"{PNS[code]} ({code})" if code in PNS else None


def _roman(text: str) -> str:
    if text.isdigit():
        step = int(text)
        return PPPK[step - 1] if 1 <= step <= len(PPPK) else ""
    return text.upper() if text.upper() in PPPK else ""
