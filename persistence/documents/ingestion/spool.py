"""The chunks of one document on their way from reading to embedding and storing.

In a temporary file: reading may be as far ahead as it likes, and memory is bounded
whatever the size of the document.
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from persistence.documents.chunking.domain import Chunk
from persistence.documents.storage import temporary_directory

_PREFIX = struct.Struct(">I")
_READ_BYTES = 1 << 18


class Spool:
    """Chunks in their order: appended once, taken once, read as often as needed."""

    def __init__(self) -> None:
        """Makes the file, which has no name and goes with the object."""
        directory = temporary_directory()
        self._file = tempfile.TemporaryFile(buffering=0, dir=directory)  # noqa: SIM115 - `close` closes it.
        self._written = 0
        self._taken: Iterator[Chunk] = self.read()
        self._next = 0
        self._is_complete = False
        self._changed = asyncio.Event()
        self.count = 0

    def append(self, chunks: Iterable[Chunk]) -> None:
        """Adds chunks at the end."""
        data = bytearray()
        for chunk in chunks:
            record = _encoded(chunk)
            data += _PREFIX.pack(len(record)) + record
            self.count += 1
        view = memoryview(data)
        while view:
            size = os.pwrite(self._file.fileno(), view, self._written)
            self._written += size
            view = view[size:]
        self._changed.set()

    def complete(self) -> None:
        """Says that no more will come."""
        self._is_complete = True
        self._changed.set()

    async def take(self, most: int) -> Sequence[tuple[int, Chunk]]:
        """Returns the next chunks with their ordinals; nothing when all were taken.

        Waits until there are `most` of them, or all there will be. Each goes to one
        taker only.
        """
        while self.count - self._next < most and not self._is_complete:
            self._changed.clear()
            await self._changed.wait()
        # Never beyond what is there: a generator that has ended stays ended.
        size = min(most, self.count - self._next)
        batch = list(enumerate(islice(self._taken, size), start=self._next))
        self._next += size
        return batch

    def read(self) -> Iterator[Chunk]:
        """Yields the chunks that are there, from the first."""
        position, buffer = 0, b""
        while data := os.pread(self._file.fileno(), _READ_BYTES, position):
            position += len(data)
            buffer += data
            begin = 0
            while len(buffer) - begin >= _PREFIX.size:
                end = begin + _PREFIX.size + _PREFIX.unpack_from(buffer, begin)[0]
                if len(buffer) < end:
                    break
                yield _decoded(buffer[begin + _PREFIX.size : end])
                begin = end
            buffer = buffer[begin:]

    def rewind(self) -> None:
        """Lets all chunks be taken again."""
        self._taken, self._next = self.read(), 0

    def close(self) -> None:
        """Gives the file's room back."""
        self._file.close()


def _encoded(chunk: Chunk) -> bytes:
    fields = [chunk.page, chunk.start, chunk.end, chunk.text, chunk.headings]
    return json.dumps(fields, ensure_ascii=False).encode()


def _decoded(record: bytes) -> Chunk:
    page, start, end, text, headings = json.loads(record)
    return Chunk(page, start, end, text, tuple(headings))
