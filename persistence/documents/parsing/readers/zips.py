"""Opening zip archives, with every way in which they fail given its reason."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from persistence.documents.parsing.domain import FailureReason, ParseError

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NEEDS_PASSWORD = 0x1


@contextmanager
def open_zip(file: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Opens an archive; a failure while it is open is the file's, too.

    Raises:
        ParseError: ENCRYPTED, also for an Office file wrapped for a password; EMPTY
            or DAMAGED.
    """
    _refuse_wrapped(file)
    try:
        with zipfile.ZipFile(file) as archive:
            if any(entry.flag_bits & _NEEDS_PASSWORD for entry in archive.infolist()):
                raise ParseError(FailureReason.ENCRYPTED, "zip")
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,  # A method of compression that is not built in.
        OSError,
    ) as error:
        raise ParseError(FailureReason.DAMAGED, "zip") from error


def _refuse_wrapped(file: Path | IO[bytes]) -> None:
    if not isinstance(file, Path):
        return
    with file.open("rb") as stream:
        start = stream.read(len(_COMPOUND_FILE))
    if not start:
        raise ParseError(FailureReason.EMPTY)
    if start == _COMPOUND_FILE:
        raise ParseError(FailureReason.ENCRYPTED, "office file")
