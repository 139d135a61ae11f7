"""The tree of records that a PowerPoint 97 to 2003 file is.

Format: [MS-PPT], https://learn.microsoft.com/openspecs/office_file_formats/ms-ppt/
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("<HHI")
_CONTAINER = 0xF
_MAX_DEPTH = 50

USER_EDIT = 0x0FF5
PERSIST_DIRECTORY = 0x1772
_EDITS = 10_000
"""Files are saved by appending; each time adds an edit that names the one before."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `data` is the whole stream that it is a part of."""

    kind: int
    instance: int
    is_container: bool
    data: bytes
    start: int
    end: int

    @property
    def body(self) -> bytes:
        """What is in it."""
        return self.data[self.start : self.end]

    def children(self) -> Iterator["Record"]:
        """The records in a container."""
        if self.is_container:
            yield from records(self.data, self.start, self.end)

    def all(self, *kinds: int, depth: int = 0) -> Iterator["Record"]:
        """Every record of some kinds inside, in order."""
        for record in self.children():
            if record.kind in kinds:
                yield record
            elif depth < _MAX_DEPTH:
                yield from record.all(*kinds, depth=depth + 1)


def record_at(data: bytes, place: int) -> Record | None:
    """The record that begins at a place; nothing where none does."""
    if not 0 <= place <= len(data) - _HEADER.size:
        return None
    version, kind, length = _HEADER.unpack_from(data, place)
    start = place + _HEADER.size
    end = min(start + length, len(data))
    is_container = version & 0xF == _CONTAINER
    return Record(kind, version >> 4, is_container, data, start, end)


def records(data: bytes, start: int, end: int) -> Iterator[Record]:
    """Records after each other."""
    while start + _HEADER.size <= end and (record := record_at(data, start)):
        yield record
        start = record.end


def persisted(data: bytes, newest_edit: int) -> tuple[int, dict[int, int]]:
    """The document's id, and where each object's newest form is."""
    places: dict[int, int] = {}
    document = 0
    edit = newest_edit
    for _ in range(_EDITS):
        record = record_at(data, edit)
        if record is None or record.kind != USER_EDIT:
            break
        _, _, edit, directory, named = struct.unpack_from("<IIIII", record.body)
        document = document or named
        for key, place in _directory(record_at(data, directory)):
            places.setdefault(key, place)
        if not edit:
            break
    return document, places


def _directory(record: Record | None) -> Iterator[tuple[int, int]]:
    if record is None or record.kind != PERSIST_DIRECTORY:
        return
    body = record.body
    at = 0
    while at + 4 <= len(body):
        (head,) = struct.unpack_from("<I", body, at)
        first, number = head & 0xFFFFF, head >> 20
        for index in range(number):
            at += 4
            if at + 4 <= len(body):
                yield first + index, struct.unpack_from("<I", body, at)[0]
        at += 4
