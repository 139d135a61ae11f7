"""Which format an OLE compound file is: older office formats, and encrypted new ones.

Layouts: [MS-DOC] 2.5.1 (FibBase), [MS-XLS] 2.4.117 (FilePass), [MS-OFFCRYPTO].
"""

import struct
from pathlib import Path

import olefile

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError

_DOC_IS_ENCRYPTED = 0x0100
_FILE_PASS = 0x002F
_RECORD = struct.Struct("<HH")
_PEEK_BYTES = 4096


def sniff_compound(path: Path) -> str:
    """The media type of an OLE file.

    Raises:
        ParseError: ENCRYPTED, DAMAGED, or UNSUPPORTED_TYPE for an installer and such.
    """
    try:
        with olefile.OleFileIO(str(path)) as file:
            return _format(file)
    except (OSError, ValueError, IndexError, struct.error, RecursionError) as error:
        raise ParseError(FailureReason.DAMAGED, "compound file") from error


def _format(file: olefile.OleFileIO) -> str:
    streams = {parts[0].lower() for parts in file.listdir() if len(parts) == 1}
    if streams & {"encryptedpackage", "encryptedsummary"}:
        raise ParseError(FailureReason.ENCRYPTED, "office document")
    if "worddocument" in streams:
        flags = int.from_bytes(_start(file, "WordDocument")[10:12], "little")
        _refuse(encrypted=bool(flags & _DOC_IS_ENCRYPTED))
        return of.DOC
    for book in ("workbook", "book"):
        if book in streams:
            _refuse(encrypted=_has_file_pass(_start(file, book)))
            return of.XLS
    if "powerpoint document" in streams:
        return of.PPT
    if "__properties_version1.0" in streams:
        return of.MSG
    raise ParseError(FailureReason.UNSUPPORTED_TYPE, "compound file")


def _start(file: olefile.OleFileIO, stream: str) -> bytes:
    with file.openstream(stream) as content:
        return bytes(content.read(_PEEK_BYTES))


def _has_file_pass(book: bytes) -> bool:
    """FilePass comes among the first records of a workbook."""
    at = 0
    while at + _RECORD.size <= len(book):
        kind, size = _RECORD.unpack_from(book, at)
        if kind == _FILE_PASS:
            return True
        at += _RECORD.size + size
    return False


def _refuse(*, encrypted: bool) -> None:
    if encrypted:
        raise ParseError(FailureReason.ENCRYPTED, "office document")
