"""Files that name what lies outside of them: nothing of it is touched."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from persistence.documents.parsing.domain import FailureReason as Why
from tests.persistence.parsing import hostile_files as make
from tests.persistence.parsing.conftest import Read
from tests.persistence.parsing.pdf_files import (
    line,
    pdf,
)


class Listener:
    """A server on loopback that only counts who comes."""

    def __init__(self) -> None:
        self.callers = 0
        self.port = 0

    async def called(
        self, _: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.callers += 1
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """Listens while a test reads."""
    listening = Listener()
    server = await asyncio.start_server(listening.called, "127.0.0.1", 0)
    listening.port = server.sockets[0].getsockname()[1]
    yield listening
    server.close()
    await server.wait_closed()


def _calling(port: int) -> dict[str, tuple[str, bytes]]:
    """Files that name something on the network in every way their format has."""
    url = f"http://127.0.0.1:{port}/x"
    entity = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}"> <!ENTITY % p SYSTEM "{url}"> %p;]>'
    )
    picture = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org'
        f'/officeDocument/2006/relationships/image" Target="{url}"'
        ' TargetMode="External"/></Relationships>'
    )
    page = (
        f'<html><head><link rel="stylesheet" href="{url}"><base href="{url}">'
        f'<meta http-equiv="refresh" content="0;url={url}">'
        f'<script src="{url}"></script>'
        f'</head><body><img src="{url}"><iframe src="{url}"></iframe>'
        f'<object data="{url}"></object><p>{"A page with pictures from far. " * 3}</p>'
    )
    told = make.words("Told apart from what it links to.")
    return {
        "docx with a linked picture": (
            "a.docx",
            make.docx(told, more={"word/_rels/document.xml.rels": picture}),
        ),
        "docx with an outer entity": (
            "a.docx",
            make.docx(make.words("&e;") + told, prologue=entity.replace(" x ", " d ")),
        ),
        "html with everything remote": ("a.html", page.encode()),
        "svg with an outer entity": (
            "a.svg",
            f'<?xml version="1.0"?>{entity}<svg xmlns="http://www.w3.org/2000/svg">'
            f'<image href="{url}"/><text>&e; Words in a drawing.</text></svg>'.encode(),
        ),
        "xml with an outer entity": (
            "a.xml",
            f'<?xml version="1.0"?>{entity}<x>&e; Words in XML.</x>'.encode(),
        ),
        "xml with a local file": (
            "a.xml",
            (
                b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                b"<x>&e; Words in XML.</x>"
            ),
        ),
        "xlsx with an outer entity": (
            "a.xlsx",
            make.xlsx(
                b'<row r="1"><c r="A1" t="inlineStr"><is><t>&e; One</t></is></c></row>',
                prologue=entity.replace(" x ", " worksheet "),
            ),
        ),
        "epub with remote pictures": ("a.epub", make.epub(page)),
        "pdf that submits itself": (
            "a.pdf",
            pdf(
                line("It opens an address by itself.", y=700),
                catalog=f"/OpenAction << /S /URI /URI ({url}) >>",
            ),
        ),
    }


@pytest.mark.parametrize("name", _calling(0))
async def test_nothing_outside_the_file_is_asked_for(
    read: Read, listener: Listener, name: str
) -> None:
    """
    No reader follows an address or opens another file.
    """
    reading = await read(*reversed(_calling(listener.port)[name]))

    assert 0 == listener.callers
    assert "root:" not in reading.text
    assert reading.failure is None or reading.reason in set(Why)


async def test_names_inside_an_archive_write_no_file(
    read: Read, tmp_path: Path
) -> None:
    """
    Entries named to climb out of a folder are never unpacked to disk.
    """
    outside = tmp_path / "outside.txt"
    climbing = {f"../../../../../../..{outside}": "x", str(outside): "x"}

    await read(make.docx(make.words("A document that climbs."), more=climbing))

    assert not outside.exists()
