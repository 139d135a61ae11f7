"""Opening OLE compound files, which older Office programs write."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import olefile

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.normalise import one_line


@contextmanager
def open_compound(file: Path | bytes) -> Iterator[olefile.OleFileIO]:
    """Opens a compound file; a failure while it is open is the file's, too.

    Raises:
        ParseError: DAMAGED.
    """
    opened = str(file) if isinstance(file, Path) else io.BytesIO(file)
    try:
        with olefile.OleFileIO(opened) as compound:
            yield compound
    except (OSError, struct.error, IndexError, ValueError, RecursionError) as error:
        raise ParseError(FailureReason.DAMAGED, "compound file") from error


def stream_of(compound: olefile.OleFileIO, *names: str) -> bytes:
    """A whole stream; empty when there is none with any of the names."""
    for name in names:
        if compound.exists(name):
            with compound.openstream(name) as stream:
                return bytes(stream.read())
    return b""


def title_of(compound: olefile.OleFileIO) -> str:
    """The document's title from its properties; empty where it has none."""
    try:
        metadata = compound.get_metadata()
        title, page = metadata.title or b"", metadata.codepage or 0
    except (OSError, struct.error, IndexError, ValueError, TypeError):
        return ""
    if isinstance(title, str):
        return one_line(title)
    encoding = "utf-8" if page in (65001, -535) else f"cp{page % 65536}"
    try:
        return one_line(title.decode(encoding, "replace"))
    except LookupError:
        return ""
