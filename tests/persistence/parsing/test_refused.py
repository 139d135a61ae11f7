"""What is no readable document, and what only calls itself something else."""

import base64
import random
from pathlib import Path

import pytest

from persistence.documents.parsing.domain import FailureReason as Why
from persistence.documents.parsing.domain import ParseError
from persistence.documents.parsing.sniff import sniff
from tests.persistence.parsing import hostile_files as make
from tests.persistence.parsing.conftest import Read
from tests.persistence.parsing.pdf_files import (
    encrypted,
    line,
    pdf,
)

HARMLESS = pdf(line("The next file is read as if nothing had been.", y=700))


ENCRYPTED_ZIP = base64.b64decode(
    "UEsDBAoACQAAAAAAIQA3hbWMEQAAAAUAAAALAAAAY29udGVudC54bWwAAQIDBAUGBwgJCgsMDQ4PEFBL"
    "BwgAAAAAUEsBAhQACgAJAAAAAAAhADeFtYwRAAAABQAAAAsAAAAAAAAAAAAAAAAAAAAAAGNvbnRlbnQu"
    "eG1sUEsFBgAAAAABAAEAOQAAAEoAAAAAAA=="
)


def _locked() -> dict[str, bytes]:
    secret = pdf(line("Nobody may read this.", y=700))
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
        'manifest:1.0"><manifest:file-entry manifest:full-path="content.xml">'
        "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    drm = '<EncryptionMethod Algorithm="http://ns.adobe.com/adept/xml-encryption"/>'
    return {
        "pdf": encrypted(secret, user="open sesame", owner="owner"),
        "zip": ENCRYPTED_ZIP,
        "odt": make.zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "META-INF/manifest.xml": manifest,
                "content.xml": bytes(range(256)),
            }
        ),
        "epub": make.epub("x", more={"META-INF/encryption.xml": drm}),
    }


@pytest.mark.parametrize("kind", _locked())
async def test_what_needs_a_password_says_so(read: Read, kind: str) -> None:
    """
    An encrypted file is not damaged: its owner can do something about it.
    """
    reading = await read(_locked()[kind])

    assert Why.ENCRYPTED == reading.reason


async def test_a_pdf_that_only_forbids_changes_is_read(read: Read) -> None:
    """
    An empty password opens; the owner's password guards printing and editing.
    """
    locked = encrypted(pdf(line("Readable by all.", y=700)), user="", owner="owner")

    reading = await read(locked)

    assert "Readable by all." == reading.text


UNSUPPORTED = {
    "program": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20,
    "windows program": b"MZ\x90\x00\x03" + bytes(range(256)) * 20,
    "gzip": b"\x1f\x8b\x08\x00" + random.Random(1).randbytes(2000),
    "plain archive": make.zipped({"a/b.txt": "text", "c.py": "print()"}),
    "mp3": b"ID3\x04\x00" + random.Random(2).randbytes(2000),
    "mp4": b"\x00\x00\x00\x20ftypisom" + random.Random(3).randbytes(2000),
    "noise": random.Random(4).randbytes(5000),
    "sqlite": b"SQLite format 3\x00" + bytes(4000),
}


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_what_is_no_document_is_refused_under_any_name(
    tmp_path: Path, kind: str
) -> None:
    """
    A name never makes a document of a program, an archive, sound or noise.
    """
    path = tmp_path / "original"
    path.write_bytes(UNSUPPORTED[kind])

    for name in ("a.pdf", "a.docx", "a.txt", "a.csv"):
        with pytest.raises(ParseError) as refused:
            sniff(path, name)
        assert Why.UNSUPPORTED_TYPE == refused.value.reason


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HARMLESS, "a.docx"),
        (HARMLESS, "a.txt"),
        (
            make.docx(make.words("The next file is read as if nothing had been.")),
            "a.pdf",
        ),
        (b"The next file is read as if nothing had been.\n", "a.xlsx"),
        (
            b"<html><body><p>The next file is read as if nothing had been.</body>",
            "a.pdf",
        ),
    ],
)
async def test_a_wrong_extension_changes_nothing(
    read: Read, data: bytes, name: str
) -> None:
    """
    The content says what a file is.
    """
    reading = await read(data, name)

    assert "read as if nothing had been" in reading.text


WHOLE = {
    "pdf": pdf(*(line(f"Page {i} of a longer file.", y=700) for i in range(1, 9))),
    "docx": make.docx(make.words("A document of words. ") * 50),
    "xlsx": make.xlsx(b'<row r="1"><c r="A1"><v>1</v></c></row>'),
    "epub": make.epub("<html><body><p>A chapter of a book.</p></body></html>"),
}


@pytest.mark.parametrize("kind", WHOLE)
async def test_a_cut_off_file_ends_typed(read: Read, kind: str) -> None:
    """
    Where nothing can be saved it is damaged; what could be read is given.
    """
    whole = WHOLE[kind]

    for share in (0.3, 0.8):
        reading = await read(whole[: int(len(whole) * share)])

        assert reading.pages or reading.reason in {
            Why.DAMAGED,
            Why.EMPTY,
            Why.UNSUPPORTED_TYPE,
        }


@pytest.mark.parametrize("kind", WHOLE)
async def test_changed_bytes_end_typed(read: Read, kind: str) -> None:
    """
    Whatever bytes a file has, reading it gives pages or a reason.
    """
    chance = random.Random(kind)

    for _ in range(2):
        data = bytearray(WHOLE[kind])
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        reading = await read(bytes(data))

        assert reading.failure is not None or reading.events
