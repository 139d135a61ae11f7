"""Jupyter notebooks: text, code and what it printed.

Format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.blocks import code, heading, paragraph
from persistence.documents.parsing.readers.decoding import open_text
from persistence.documents.parsing.readers.html_blocks import html_blocks
from persistence.documents.parsing.readers.markdown import markdown_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class NotebookReader:
    """Reads .ipynb of version 3 and 4."""

    media_types = frozenset({media_types.NOTEBOOK})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_text(source.path) as text:
            try:
                notebook = json.load(text)
            except (ValueError, RecursionError) as error:
                raise ParseError(FailureReason.DAMAGED, "JSON") from error
        metadata = _dict(notebook, "metadata")
        yield Opened(title=str(metadata.get("title", "")))
        blocks = (block for cell in _cells(notebook) for block in _cell_blocks(cell))
        yield from sliced(blocks, slice_characters(source), count(1))


def _cells(notebook: Any) -> Iterator[dict[str, Any]]:
    sheets = _list(notebook, "worksheets") or [notebook]
    for sheet in sheets:
        yield from (cell for cell in _list(sheet, "cells") if isinstance(cell, dict))


def _cell_blocks(cell: dict[str, Any]) -> Iterator[Block]:
    text = _joined(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            yield from markdown_blocks(text)
        case "heading":
            level = cell.get("level", 1)
            yield from heading(text, level if isinstance(level, int) else 1)
        case "code":
            yield from code(text)
            for output in _list(cell, "outputs"):
                yield from _output_blocks(output)
        case _:
            yield from paragraph(text)


def _output_blocks(output: Any) -> Iterator[Block]:
    if not isinstance(output, dict):
        return
    data = output.get("data", output)
    html = _joined(_value(data, "text/html") or _value(data, "html"))
    markdown = _joined(_value(data, "text/markdown"))
    text = _value(output, "text") or _value(data, "text/plain")
    if "<table" in html:  # Its plain form has no columns to tell apart.
        yield from html_blocks(html)
    elif markdown:
        yield from markdown_blocks(markdown)
    elif text or not html:
        yield from code(_ANSI.sub("", _joined(text)))
    else:
        yield from html_blocks(html)
    if "traceback" in output:
        yield from code(_ANSI.sub("", "\n".join(map(str, _list(output, "traceback")))))


def _value(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _dict(data: Any, key: str) -> dict[str, Any]:
    value = _value(data, key)
    return value if isinstance(value, dict) else {}


def _list(data: Any, key: str) -> list[Any]:
    value = _value(data, key)
    return value if isinstance(value, list) else []


def _joined(text: Any) -> str:
    """Notebooks write a text as itself or as a list of its lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text or "")


READER = NotebookReader()
