"""JSON as people read it: keys with their values, records as tables."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import IO, Any

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.blocks import paragraph
from persistence.documents.parsing.readers.decoding import lines_of, open_text
from persistence.documents.parsing.readers.plain import code_blocks
from persistence.documents.parsing.readers.rows import row_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_WHOLE = 32 << 20
"""Characters of one value held in memory; what is longer is read as lines of text."""
_STEP = 1 << 20
_FEWEST_RECORDS = 2
_LONG = 120
"""A value that is longer, or has lines, is text rather than a field."""


class JsonReader:
    """Reads .json and JSON lines."""

    media_types = frozenset({media_types.JSON, media_types.JSON_LINES})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        with open_text(source.path) as text:
            yield Opened()
            try:
                first = text.read(1 << 12).lstrip("\ufeff \t\r\n")[:1]
                text.seek(0)
                if source.media_type == media_types.JSON_LINES:
                    blocks = records_blocks(_line_values(text), limit)
                elif first == "[":
                    blocks = records_blocks(_elements(text), limit)
                else:
                    blocks = value_blocks(_whole(text), limit)
                yield from sliced(blocks, limit, count(1))
            except RecursionError as error:
                raise ParseError(FailureReason.DAMAGED, "nested too deep") from error
            except _TooLongError:
                text.seek(0)
                yield from sliced(code_blocks(lines_of(text), limit), limit, count(1))
            except ValueError as error:
                raise ParseError(FailureReason.DAMAGED, "JSON") from error


class _TooLongError(Exception):
    """One value does not fit in memory."""


def records_blocks(values: Iterable[Any], limit: int) -> Iterator[Block]:
    """Elements of a list: a table while they have the same plain fields."""
    table: list[dict[str, Any]] = []
    for value in values:
        fits = _is_record(value) and (not table or value.keys() == table[0].keys())
        if table and (not fits or len(table) * len(table[0]) * 10 > limit):
            yield from _table(table, limit)
            table = []
        if _is_record(value):
            table.append(value)
        else:
            yield from value_blocks(value, limit)
    yield from _table(table, limit)


def value_blocks(value: Any, limit: int, path: str = "") -> Iterator[Block]:
    """One value: its plain fields together, then what is inside it."""
    if isinstance(value, list):
        if all(_is_plain(each) for each in value):
            text = ", ".join(map(_plain, value))
            yield from paragraph(f"{path}: {text}" if path else text)
        else:
            if path:
                yield from paragraph(path)
            yield from records_blocks(value, limit)
    elif isinstance(value, dict):
        lines = [
            f"{_below(path, key)}: {_plain(each)}"
            for key, each in value.items()
            if _is_plain(each)
        ]
        yield from paragraph("\n".join(lines))
        for key, each in value.items():
            if not _is_plain(each):
                yield from value_blocks(each, limit, _below(path, key))
    else:
        yield from paragraph(f"{path}: {_plain(value)}" if path else _plain(value))


def _table(records: Sequence[dict[str, Any]], limit: int) -> Iterator[Block]:
    if len(records) < _FEWEST_RECORDS:
        for record in records:
            yield from value_blocks(record, limit)
    else:
        rows = ([_plain(value) for value in record.values()] for record in records)
        yield from row_blocks(chain([list(records[0])], rows), limit)


def _is_record(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) > 1
        and all(
            _is_plain(each) and not (isinstance(each, str) and _is_text(each))
            for each in value.values()
        )
    )


def _is_text(value: str) -> bool:
    return len(value) > _LONG or "\n" in value


def _is_plain(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _whole(text: IO[str]) -> Any:
    data = text.read(_WHOLE)
    if len(data) == _WHOLE:
        raise _TooLongError
    return json.loads(data.lstrip("\ufeff"))


def _line_values(text: IO[str]) -> Iterator[Any]:
    while line := text.readline(_WHOLE):
        if line.strip():
            yield json.loads(line.lstrip("\ufeff"))


def _elements(text: IO[str]) -> Iterator[Any]:
    """Elements of the list that a text is, one in memory at a time."""
    decoder = json.JSONDecoder()
    held = text.read(_STEP).lstrip("\ufeff \t\r\n").removeprefix("[")
    while True:
        held = held.lstrip(" \t\r\n,")
        if held.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(held)
        except json.JSONDecodeError:
            if not (more := text.read(max(_STEP, len(held)))):
                raise
        else:
            if end < len(held):
                held = held[end:]
                yield value
                continue
            # A number at the end may go on.
            if not (more := text.read(_STEP)):
                raise json.JSONDecodeError("cut off", held, end)
        if len(held) > _WHOLE:
            raise _TooLongError
        held += more


READER = JsonReader()
