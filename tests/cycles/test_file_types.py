"""What a file is, is told by its content."""

from __future__ import annotations

import io
import zipfile

import pytest

from cycles import file_types
from cycles.file_types import DOCX, JPEG, PDF, PNG, XLSX, recognise, safe_name


def archive(*members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for member in members:
            file.writestr(member, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", PDF),
        (b"\x89PNG\r\n\x1a\n....", PNG),
        (b"\xff\xd8\xff\xe0....", JPEG),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        # Not taken:
        (b"", None),
        (b"<html><script>alert(1)</script></html>", None),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', None),
        (b"GIF89a....", None),
        (b"MZ\x90\x00", None),
        (b"  %PDF-1.7", None),
        (archive("word/document.xml"), None),
        (archive("[Content_Types].xml", "evil.exe"), None),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (b"PK\x03\x04 not really a zip", None),
    ],
)
def test_a_file_is_recognised_by_its_content(content, kind):
    stream = io.BytesIO(content)
    assert recognise(stream) == kind
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("laporan akhir.pdf", "laporan akhir.pdf"),
        ("LAPORAN.PDF", "LAPORAN.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\bukti.pdf", "bukti.pdf"),
        ("bukti.pdf.exe", "bukti.pdf.exe.pdf"),
        ("bukti\x00\r\n.pdf", "bukti.pdf"),
        ("bukti\u202efdp.exe", "bukti fdp.exe.pdf"),
        ('<img src="x">.pdf', "img src= x.pdf"),
        ("", "berkas.pdf"),
        ("...", "berkas.pdf"),
    ],
)
def test_a_name_is_only_a_name_and_ends_as_the_content_says(given, kept):
    assert safe_name(given, PDF) == kept


def test_a_long_name_is_cut_before_its_ending():
    name = safe_name("a" * 300 + ".png", PNG)
    assert len(name) == file_types.NAME_LENGTH
    assert name.endswith("a.png")
