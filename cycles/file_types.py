"""What a file really is, told by its content and never by its name or its sender. Pure."""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final

HEAD = 8
NAME_LENGTH = 120
UNWANTED: Final = frozenset('<>:"|?*')
# Control and format characters (those that turn the reading direction too), and line breaks.
HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# A document of an office has some hundred members; more is an attack or no document.
MOST_MEMBERS = 5000


@dataclass(frozen=True)
class FileType:
    """A kind of file that is taken: how it is served, how its name ends, what people call it."""

    content_type: str
    extensions: tuple[str, ...]
    label: str


PDF = FileType("application/pdf", ("pdf",), "PDF")
PNG = FileType("image/png", ("png",), "PNG")
JPEG = FileType("image/jpeg", ("jpg", "jpeg"), "JPEG")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(f"{_OFFICE}wordprocessingml.document", ("docx",), "Word (DOCX)")
XLSX = FileType(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), "Excel (XLSX)")
TAKEN: Final = (PDF, PNG, JPEG, DOCX, XLSX)
# For the file chooser only; what arrives is recognised by its content.
ACCEPT: Final = ",".join(f".{ending}" for kind in TAKEN for ending in kind.extensions)
_MAGIC: Final = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_MAIN_MEMBER: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def recognise(stream: BinaryIO) -> FileType | None:
    """Returns the type of an open file, or None for anything that is not taken."""
    stream.seek(0)
    head = stream.read(HEAD)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found is None and head.startswith(b"PK\x03\x04"):
        found = _office(stream)
    stream.seek(0)
    return found


def _office(stream: BinaryIO) -> FileType | None:
    """Word and Excel files are zips with a known main member; macros are not taken."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = {info.filename for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError):
        return None
    if "[Content_Types].xml" not in members or len(members) > MOST_MEMBERS:
        return None
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        return None
    return next((kind for main, kind in _MAIN_MEMBER.items() if main in members), None)


def safe_name(name: str, kind: FileType) -> str:
    """Returns a name that is only a name: no path, no control or direction marks, right ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(
        " " if char in UNWANTED or unicodedata.category(char) in HIDDEN else char
        for char in unicodedata.normalize("NFC", last)
    )
    stem = " ".join(seen.split()).strip(". ")
    if "." in stem and stem.rsplit(".", 1)[1].lower() in kind.extensions:
        stem, ending = stem.rsplit(".", 1)
    else:
        ending = kind.extensions[0]
    stem = stem[: NAME_LENGTH - len(ending) - 1].strip(". ") or "berkas"
    return f"{stem}.{ending.lower()}"
