"""What a file is, whatever it is called."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.sniff import sniff
from tests.persistence.parsing import hostile_files as make
from tests.persistence.parsing.pdf_files import line, pdf

MAIL = (
    "Received: from a by b; Mon, 1 Jan 2024 10:00:00 +0000\r\n"
    "From: one@example.org\r\nTo: two@example.org\r\n"
    "Subject: A meeting\r\n with a long subject\r\n\r\nSee you there.\r\n"
)
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "markdown", "source": "x" * 70_000}], "nbformat": 4}
)
OPENDOCUMENT = {
    kind: make.zipped({"mimetype": kind, "content.xml": "<x/>"})
    for kind in (of.ODT, of.ODS, of.ODP)
}


def sniffed(tmp_path: Path, data: bytes, name: str) -> str:
    """What a file with these bytes and this name is."""
    path = tmp_path / "original"
    path.write_bytes(data)
    return sniff(path, name)


def without_types(archive: bytes) -> bytes:
    """An office file whose list of types is gone."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        kept = {n: opened.read(n) for n in opened.namelist() if "Types" not in n}
    return make.zipped(kept)


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        (of.PDF, pdf(line("Text.", y=700))),
        (of.PDF, b"\r\nHTTP junk\r\n" + pdf(line("Text.", y=700))),
        (of.PNG, b"\x89PNG\r\n\x1a\n" + bytes(20)),
        (of.JPEG, b"\xff\xd8\xff\xe0" + bytes(20)),
        (of.TIFF, b"II*\x00" + bytes(20)),
        (of.TIFF, b"MM\x00*" + bytes(20)),
        (of.WEBP, b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20)),
        (of.DOCX, make.docx(make.words("x"))),
        (of.DOCX, without_types(make.docx(make.words("x")))),
        (of.XLSX, make.xlsx(b"")),
        (of.EPUB, make.epub("x")),
        *((kind, data) for kind, data in OPENDOCUMENT.items()),
        (of.RTF, rb"{\rtf1\ansi Text.}"),
        (of.HTML, b"<!DOCTYPE html><p>Text"),
        (of.HTML, b"\xef\xbb\xbf\n<!-- made by hand --><html><body>Text"),
        (of.HTML, b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
        (of.HTML, "<html><body>Text".encode("utf-16")),
        (of.SVG, b'<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="x"/>'),
        (of.XML, b'<?xml version="1.0"?><feed><entry/></feed>'),
        (of.FLAT_ODF, b'<?xml version="1.0"?><office:document xmlns:office="x"/>'),
        (of.EMAIL, MAIL.encode()),
        (of.MBOX, b"From one@example.org Mon Jan  1 10:00:00 2024\n" + MAIL.encode()),
        (of.NOTEBOOK, NOTEBOOK.encode()),
        (of.JSON, b'{"name": "x", "items": [1, 2]}'),
        (of.JSON_LINES, b'{"a": 1}\n{"a": 2}\n{"a": 3}\n'),
    ],
)
@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.txt", "a", "a.csv"])
def test_content_with_a_mark_of_its_own_decides(
    tmp_path: Path, media_type: str, data: bytes, name: str
) -> None:
    """
    No name changes what such a file is.
    """
    assert media_type == sniffed(tmp_path, data, name)


PROSE = (
    b"A sentence, and another one.\nA line with no comma\nThe end, my friend, now.\n"
)
TABLE = b"name;age;town\nAda;36;London\nAlan;41;Wilmslow\nGrace;85;Arlington\n"


@pytest.mark.parametrize(
    ("media_type", "data", "name"),
    [
        (of.PLAIN, PROSE, "a.txt"),
        (of.MARKDOWN, PROSE, "a.md"),
        (of.CSV, PROSE, "a.csv"),
        (of.PLAIN, PROSE, "a.pdf"),
        (of.CSV, TABLE, "a.csv"),
        (of.CSV, TABLE, "a"),
        (of.TSV, TABLE.replace(b";", b"\t"), "a.txt"),
        (of.PLAIN, b"import os\n\n# A comment\nx = [1, 2]\n", "a.py"),
        (of.MARKDOWN, b"# Title\n\nSee [this](https://example.org).\n", "a.txt"),
        (of.HTML, b"Text first, then a <p>paragraph</p>.", "a.html"),
        (of.EMAIL, b"Subject: Only one header\n\nText.", "a.eml"),
        (of.PLAIN, b"Note: Only one header\n\nText.", "a.txt"),
        (of.PLAIN, "Пример текста".encode("cp1251"), "a.txt"),
        (of.PLAIN, "日本語の文章".encode("shift_jis"), "a.txt"),
        (of.PLAIN, "日本語の文章".encode("iso2022_jp"), "a.txt"),
        (of.PLAIN, "Text in two bytes a letter".encode("utf-16-le"), "a.txt"),
    ],
)
def test_among_kinds_of_text_the_name_helps(
    tmp_path: Path, media_type: str, data: bytes, name: str
) -> None:
    """
    Where a text may be several kinds, it is what its name says, in any encoding.
    """
    assert media_type == sniffed(tmp_path, data, name)


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        (FailureReason.EMPTY, b""),
        (FailureReason.EMPTY, b" \r\n\t\n"),
        (FailureReason.UNSUPPORTED_TYPE, b"MZ\x90\x00" * 500),
        (FailureReason.UNSUPPORTED_TYPE, b"%!PS-Adobe-3.0\nshowpage\n"),
        (FailureReason.UNSUPPORTED_TYPE, b"-----BEGIN CERTIFICATE-----\nMC4CAQ\n"),
        (FailureReason.DAMAGED, make.docx(make.words("x"))[:150]),
        (FailureReason.DAMAGED, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ],
)
def test_what_is_no_document_has_a_reason(
    tmp_path: Path, reason: FailureReason, data: bytes
) -> None:
    """
    Nothing is guessed to be text because it is nothing else.
    """
    with pytest.raises(ParseError) as failure:
        sniffed(tmp_path, data, "a.docx")

    assert reason == failure.value.reason


def test_text_about_a_format_is_text(tmp_path: Path) -> None:
    """
    Naming a signature does not make a file one of that format.
    """
    about = b"A file begins with %PDF-1.7 and a line of bytes above 127.\n"

    assert of.PLAIN == sniffed(tmp_path, about, "a.txt")
