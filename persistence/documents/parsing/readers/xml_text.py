"""XML of any vocabulary: running text as it is, fields with their names.

An element that has text and elements in it is running text. One that only has elements
is a record, and each of them that only has text is a field of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from xml.parsers import expat

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
from persistence.documents.parsing.readers.decoding import (
    declared_encoding,
    encoding_of,
)
from persistence.documents.parsing.readers.html_blocks import HtmlDocument
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_SMALL_FAULTS = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_SYNTAX,
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_TAG_MISMATCH,
        expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE,
        expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT,
        expat.errors.XML_ERROR_UNDEFINED_ENTITY,
        expat.errors.XML_ERROR_UNBOUND_PREFIX,
    )
)
_START = 1 << 12
_STEP = 1 << 16
_FIELD = 200
"""A text that is longer speaks for itself."""
_MANY_FIELDS = 50
_NAMELESS = frozenset(
    ("p", "para", "simpara", "paragraph", "text", "title", "head", "span", "entry")
)
_NAMES = ("name", "key", "label")


class XmlReader:
    """Reads .xml, and the text in .svg drawings."""

    media_types = frozenset({media_types.XML, media_types.SVG})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        yield Opened()
        encoding = _encoding(source.path)
        if _is_well_formed(source.path, encoding):
            blocks = _blocks(source, encoding)
        else:
            # As browsers read what only looks like XML: tags and text, no entities.
            blocks = HtmlDocument().blocks(_steps(source.path, encoding))
        yield from sliced(blocks, slice_characters(source), count(1))


def _is_well_formed(path: Path, encoding: str) -> bool:
    """Whether the whole file is XML.

    Raises:
        ParseError: DAMAGED, for what is cut off, or is made to do harm.
    """
    parser = expat.ParserCreate()
    try:
        for step in _steps(path, encoding):
            parser.Parse(step)
        parser.Parse("", True)  # noqa: FBT003 - Its name is not a keyword.
    except expat.ExpatError as error:
        if error.code in _SMALL_FAULTS:
            return False
        raise ParseError(FailureReason.DAMAGED, "XML") from error
    return True


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        declared = declared_encoding(file.read(_START))
    return encoding_of(path, declared=declared)


def _steps(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace") as file:
        while step := file.read(_STEP):
            yield step


@dataclass(slots=True)
class _Element:
    name: str
    label: str
    text: str = ""
    waiting: list[tuple[str, str]] = field(default_factory=list)
    attributes: str = ""


def _blocks(source: Source, encoding: str) -> Iterator[Block]:
    target = _Target(named=source.media_type == media_types.XML)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = target.start
    parser.EndElementHandler = target.end
    parser.CharacterDataHandler = target.data
    for step in _steps(source.path, encoding):
        parser.Parse(step)
        yield from target.take()
    yield from target.finish()


class _Target:
    """What the parser calls for each tag and text."""

    def __init__(self, *, named: bool) -> None:
        self._named = named
        self._open: list[_Element] = [_Element("", "")]
        self._ready: list[Block] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        label = next((attributes[each] for each in _NAMES if each in attributes), name)
        said = ", ".join(
            f"{key.rpartition('}')[2]}: {value}" for key, value in attributes.items()
        )
        self._open.append(_Element(name, label, attributes=said if self._named else ""))

    def data(self, data: str) -> None:
        element = self._open[-1]
        if element.waiting:
            element.waiting.append(("", data))
            if not data.strip():
                return
            # Text after an element: both are running text.
            element.text += "".join(text for _, text in element.waiting)
            element.waiting = []
        else:
            element.text += data

    def end(self, tag: str) -> None:
        element = self._open.pop()
        above = self._open[-1]
        if element.name in ("style", "script"):
            return
        if element.waiting:
            self._say_above()
            self._ready.extend(self._fields(element))
            return
        text = element.text if element.text.strip() else element.attributes
        if above.text.strip():
            above.text += element.text
        elif text.strip():
            above.waiting.append((element.label, text))
            if len(text) > _FIELD or len(above.waiting) > _MANY_FIELDS:
                self._say_above()

    def finish(self) -> list[Block]:
        self._say_above()
        return self.take()

    def take(self) -> list[Block]:
        done, self._ready = self._ready, []
        return done

    def _say_above(self) -> None:
        for element in self._open:
            self._ready.extend(self._fields(element))

    def _fields(self, element: _Element) -> Iterator[Block]:
        waiting = [(name, text) for name, text in element.waiting if text.strip()]
        element.waiting = []
        names = [name for name, _ in waiting]
        lines: list[str] = []
        for name, text in waiting:
            stored = " ".join(text.split())
            alone = name in _NAMELESS or names.count(name) > 1 or not self._named
            if alone or len(stored) > _FIELD:
                yield from paragraph("\n".join(lines))
                lines = []
                yield from paragraph(stored)
            else:
                lines.append(f"{name}: {stored}")
        yield from paragraph("\n".join(lines))


READER = XmlReader()
