"""Tables as text, their delimiter found by what makes the rows equally wide."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import IO

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Event, Opened, Source
from persistence.documents.parsing.readers.decoding import open_text
from persistence.documents.parsing.readers.rows import row_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_DELIMITERS = "\t;|,"
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 200
_MAX_FIELD = 1 << 24
"""An unclosed quote must not swallow a file of any size."""


class DelimitedReader:
    """Reads .csv and .tsv, as their programs write them everywhere."""

    media_types = frozenset({media_types.CSV, media_types.TSV})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        csv.field_size_limit(_MAX_FIELD)
        limit = slice_characters(source)
        with open_text(source.path) as text:
            yield Opened()
            blocks = row_blocks(_rows(text, source.media_type), limit)
            yield from sliced(blocks, limit, count(1))


def _rows(text: IO[str], media_type: str) -> Iterator[list[str]]:
    sample = text.read(_SAMPLE)
    text.seek(0)
    named = sample.lstrip("\ufeff")
    if named[:4].lower() == "sep=":  # How Excel is told.
        delimiter = named[4]
        text.readline()
    else:
        delimiter = find_delimiter(sample)
    if media_type == media_types.TSV and "\t" in sample:
        delimiter = "\t"
    if not _quotes(sample, delimiter):
        yield from csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        return
    try:
        yield from csv.reader(text, delimiter=delimiter)
    except csv.Error:
        # A field beyond any length: what follows is read without quotes.
        yield from csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def find_delimiter(sample: str) -> str:
    """The delimiter of a table; a comma where there is only one column."""
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    lines = sample.splitlines(keepends=True)[:_SAMPLE_ROWS]
    if len(sample) == _SAMPLE and len(lines) > 1:
        lines = lines[:-1]  # The last one may be cut.
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    width, rows = Counter(widths).most_common(1)[0] if widths else (0, 0)
    return (rows / len(widths), width) if width > 1 else (0.0, 1)


def _quotes(sample: str, delimiter: str) -> bool:
    """Whether quotation marks enclose fields, rather than stand in them."""
    fields = [
        field.strip("\r\n ")
        for line in sample.splitlines()
        for field in line.split(delimiter)
    ]
    begun = sum(1 for field in fields if field.startswith('"'))
    ended = sum(1 for field in fields if field.endswith('"'))
    return begun > 0 and abs(begun - ended) <= max(2, begun // 5)


READER = DelimitedReader()
