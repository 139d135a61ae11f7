"""Files made by code, and reading them without a child process."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from persistence.documents.parsing.domain import (
    Block,
    Event,
    Opened,
    Page,
    ReadOptions,
    Source,
)
from persistence.documents.parsing.readers import reader_for

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def read(
    folder: Path, data: bytes | str, media_type: str, name: str = "", page: int = 4000
) -> list[Event]:
    """Every event of reading some bytes."""
    path = folder / (name or "file")
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    options = ReadOptions(page_characters=page)
    source = Source(path, path.name, media_type, options)
    return list(reader_for(media_type).read(source))


def pages(folder: Path, data: bytes | str, media_type: str, **more) -> list[Page]:
    """The pages alone."""
    events = read(folder, data, media_type, **more)
    return [event for event in events if isinstance(event, Page)]


def blocks(folder: Path, data: bytes | str, media_type: str, **more) -> list[Block]:
    """The blocks of all pages."""
    found = pages(folder, data, media_type, **more)
    return [block for page in found for block in page.blocks]


def texts(folder: Path, data: bytes | str, media_type: str, **more) -> list[str]:
    """The texts of all blocks."""
    return [block.text for block in blocks(folder, data, media_type, **more)]


def opened(folder: Path, data: bytes | str, media_type: str) -> Opened:
    """What a file says of itself."""
    first = read(folder, data, media_type)[0]
    assert isinstance(first, Opened)
    return first


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive with some parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def related(*targets: tuple[str, str]) -> str:
    """A part of relationships: r1, r2 and so on, of some kinds, to some parts."""
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONSHIPS}/{kind}"'
        f' Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'
