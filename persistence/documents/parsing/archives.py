"""Refusing zip archives that unpack to more than they may, before a reader opens one.

Every entry is unpacked once, into nothing: the sizes in an archive's directory are what
its maker wrote there, and readers in other languages do not all check them.
"""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from persistence.documents.parsing.domain import FailureReason, ParseError

MAX_ENTRIES = 20_000
MAX_UNPACKED_BYTES = 512 << 20
MAX_RATIO = 200
"""Bytes out per byte in, of a whole archive; office files have 3 to 30."""

RATIO_COUNTS_FROM_BYTES = 16 << 20
"""Below this, no ratio does harm: an empty sheet compresses a hundredfold."""

_STEP = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x1


def check_zip(path: Path) -> None:
    """Unpacks everything into nothing.

    Raises:
        ParseError: TOO_LARGE, ENCRYPTED or DAMAGED.
    """
    with path.open("rb") as file:
        check_open_zip(file)


def check_open_zip(file: IO[bytes]) -> None:
    """The same for an archive inside another, already unpacked within its limits."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise ParseError(FailureReason.DAMAGED, f"zip: {error}") from error
    if len(entries) > MAX_ENTRIES:
        raise ParseError(FailureReason.TOO_LARGE, f"{len(entries)} entries")
    _refuse_overlaps(entries)
    packed = sum(entry.compress_size for entry in entries)
    budget = MAX_UNPACKED_BYTES
    if packed * MAX_RATIO > RATIO_COUNTS_FROM_BYTES:
        budget = min(budget, packed * MAX_RATIO)
    else:
        budget = RATIO_COUNTS_FROM_BYTES
    if sum(entry.file_size for entry in entries) > budget:
        raise ParseError(FailureReason.TOO_LARGE, "unpacks to too much")
    for entry in entries:
        budget -= _unpacked_size(file, entry, budget)


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share their data are how a small archive unpacks to petabytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise ParseError(FailureReason.TOO_LARGE, "overlapping entries")
        end = entry.header_offset + _LOCAL_HEADER.size + entry.compress_size


def _unpacked_size(file: IO[bytes], entry: zipfile.ZipInfo, budget: int) -> int:
    if entry.flag_bits & _ENCRYPTED:
        raise ParseError(FailureReason.ENCRYPTED, "zip entry")
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise ParseError(FailureReason.DAMAGED, "zip entry's header")
    *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    file.seek(name_length + extra_length, 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        size = entry.compress_size
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        size = _inflated_size(file, entry.compress_size, budget)
    else:
        raise ParseError(FailureReason.DAMAGED, f"zip method {entry.compress_type}")
    if size > budget:
        raise ParseError(FailureReason.TOO_LARGE, "unpacks to too much")
    if size != entry.file_size:
        raise ParseError(FailureReason.DAMAGED, "zip entry's size")
    return size


def _inflated_size(file: IO[bytes], packed: int, budget: int) -> int:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    try:
        while packed > 0 and not inflate.eof and size <= budget:
            data = file.read(min(packed, _STEP))
            if not data:
                break
            packed -= len(data)
            while data and size <= budget:
                size += len(inflate.decompress(data, _STEP))
                data = inflate.unconsumed_tail
    except zlib.error as error:
        raise ParseError(FailureReason.DAMAGED, "zip entry's data") from error
    return size
