"""Blocks of HTML, as it streams: no tree is built, so a page of any length fits.

Everything that a reader of the page would see is kept; scripts, styles, navigation and
the readings above ideographs are not. Well-formed XHTML is read as XML, because there
`<script/>` and `<title/>` are complete, where HTML would swallow the rest.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.entities import name2codepoint

from lxml import etree

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.readers import html_elements as elements
from persistence.documents.parsing.readers.blocks import block, heading
from persistence.documents.parsing.readers.html_tables import Table, span_of

_BLANKS = re.compile(r"[\s\x00]+")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]+);")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_XHTML = re.compile(r'(?i)\s*(?:<\?xml\s|<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML)')
_WHOLE = 8 << 20
"""XHTML that is longer streams through the HTML parser."""
_FEED = 1 << 16


class HtmlDocument:
    """What is read from one page of HTML.

    Attributes:
        title: Of the page; known once the first block is.
        language: As its root element says it.
    """

    def __init__(self, *, keep_navigation: bool = False) -> None:
        """Starts empty."""
        self._target = _Target(keep_navigation=keep_navigation)

    @property
    def title(self) -> str:
        """See the class."""
        return " ".join("".join(self._target.title).split())

    @property
    def language(self) -> str:
        """See the class."""
        return self._target.language

    def blocks(self, chunks: Iterable[str]) -> Iterator[Block]:
        """Reads a page that comes in pieces of any size."""
        parser = etree.HTMLParser(
            target=self._target, encoding="utf-8", huge_tree=True, no_network=True
        )
        for chunk in chunks:
            for start in range(0, len(chunk), _FEED):
                piece = chunk[start : start + _FEED]
                parser.feed(piece.encode("utf-8", "replace"))
                yield from self._target.take()
        parser.feed(b" ")  # Without any input, closing would fail.
        parser.close()
        yield from self._target.take()


def html_blocks(text: str) -> list[Block]:
    """All blocks of a whole page, or of a fragment of one."""
    return html_page(text)[1]


def html_page(text: str) -> tuple[HtmlDocument, list[Block]]:
    """A whole page: what it says of itself, and its blocks."""
    if _XHTML.match(text) and len(text) < _WHOLE:
        document = HtmlDocument()
        try:
            return document, _xhtml_blocks(document, text)
        except etree.XMLSyntaxError:
            pass  # Only called XHTML; browsers would read it as HTML, too.
    document = HtmlDocument()
    blocks = list(document.blocks([text]))
    if not blocks:
        document = HtmlDocument(keep_navigation=True)
        blocks = list(document.blocks([text]))
    return document, blocks


def _xhtml_blocks(document: HtmlDocument, text: str) -> list[Block]:
    target = document._target  # noqa: SLF001 - The other way into the same page.
    parser = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, encoding="utf-8"
    )
    parser.feed(_ENTITY.sub(_character, text).encode("utf-8", "replace"))
    parser.close()
    return list(target.take())


def _character(match: re.Match[str]) -> str:
    name = match[1]
    code = None if name in _XML_ENTITIES else name2codepoint.get(name)
    return match[0] if code is None else f"&#{code};"


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that has not ended: what text in it is."""

    tag: str
    kind: BlockKind
    level: int = 0


_BODY = _Open("body", BlockKind.PARAGRAPH)


class _Target:
    """What lxml calls for each tag and text."""

    def __init__(self, *, keep_navigation: bool) -> None:
        self.title: list[str] = []
        self.language = ""
        self._dropped = (
            elements.DROPPED if keep_navigation else elements.DROPPED | {"nav"}
        )
        self._open: list[_Open] = []
        self._times_open: Counter[str] = Counter()
        self._dropping = 0
        self._sinks: list[list[Block]] = [[]]
        self._tables: list[Table] = []
        self._counters: list[int | None] = []
        self._text: list[str] = []
        self._label = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        tag = tag.rpartition("}")[2].lower()
        if tag == "html":
            self.language = attributes.get("lang", "")
        if self._dropping or tag in self._dropped or _is_menu(attributes):
            # Those in the head or in a dropped part are counted to find its end.
            self._dropping += 1
            self._push(tag)
            return
        if tag in elements.BREAKING:
            self._flush()
            self._enter(tag, attributes)
        elif tag == "br":
            self._text.append("\n")
        elif tag in ("img", "area") or (tag == "input" and "alt" in attributes):
            self._text.append(f" {attributes.get('alt', '')} ")
        self._push(tag)

    def end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2].lower()
        if not self._times_open[tag]:
            return
        while True:
            closed = self._open.pop()
            self._times_open[closed.tag] -= 1
            if self._dropping:
                self._dropping -= 1
            elif closed.tag in elements.BREAKING:
                self._flush(closed)
                self._leave(closed.tag)
            if closed.tag == tag:
                return

    def data(self, data: str) -> None:
        inside = self._open[-1] if self._open else _BODY
        if self._dropping:
            if inside.tag == "title":
                self.title.append(data)
        elif inside.kind is BlockKind.CODE:
            self._text.append(data)
        else:
            self._text.append(_BLANKS.sub(" ", data))

    def _push(self, tag: str) -> None:
        """Nothing looks further up than this: pages may be nested to any depth."""
        above = self._open[-1] if self._open else _BODY
        if tag in elements.HEADINGS:
            opened = _Open(tag, BlockKind.HEADING, elements.HEADINGS[tag])
        elif tag in elements.KINDS:
            opened = _Open(tag, elements.KINDS[tag])
        else:
            opened = _Open(tag, above.kind, above.level)
        self._open.append(opened)
        self._times_open[tag] += 1

    def close(self) -> None:
        self._flush()
        while self._tables:
            self._end_table()

    def comment(self, text: str) -> None:
        """Comments are not shown."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are instructions."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Nor is the document's type."""

    def take(self) -> Iterator[Block]:
        """What has been finished; a table that grows long is given in pieces."""
        done, self._sinks[0] = self._sinks[0], []
        yield from done

    def _enter(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in elements.LISTS:
            first = attributes.get("start", "1")
            start = int(first) if first.isascii() and first.isdecimal() else 1
            self._counters.append(start if tag == "ol" else None)
        elif tag == "li" and self._counters and self._counters[-1] is not None:
            self._label = f"{self._counters[-1]}. "
            self._counters[-1] += 1
        elif tag == "table":
            self._tables.append(Table())
            self._sinks.append([])
        elif tag == "tr" and self._tables:
            self._end_cell()
            self._tables[-1].begin_row()
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
            columns = span_of(attributes.get("colspan", ""))
            self._tables[-1].begin_cell(columns, span_of(attributes.get("rowspan", "")))

    def _leave(self, tag: str) -> None:
        if tag in elements.LISTS and self._counters:
            self._counters.pop()
        elif tag in ("td", "th", "tr") and self._tables:
            self._end_cell()
            if tag == "tr" and len(self._tables) == 1:
                self._sinks[0].extend(self._tables[0].take_if_long())
        elif tag == "table" and self._tables:
            self._end_table()

    def _end_cell(self) -> None:
        """What was written since the last cell is this cell's, or a caption."""
        held, self._sinks[-1] = self._sinks[-1], []
        if not self._tables[-1].end_cell(held) and held:
            self._sinks[-2].extend(held)

    def _end_table(self) -> None:
        self._end_cell()
        self._sinks.pop()
        self._sinks[-1].extend(self._tables.pop().blocks())

    def _flush(self, inside: "_Open | None" = None) -> None:
        """Ends a block: where another begins, or where the element `inside` ends."""
        text, self._text = "".join(self._text), []
        if not text.strip():
            return
        inside = inside or (self._open[-1] if self._open else _BODY)
        if inside.kind is BlockKind.HEADING:
            made = heading(text, inside.level)
        elif inside.kind is BlockKind.LIST_ITEM:
            label, self._label = self._label, ""
            made = block(BlockKind.LIST_ITEM, label + text)
        else:
            made = block(inside.kind, text)
        self._sinks[-1].extend(made)


def _is_menu(attributes: Mapping[str, str]) -> bool:
    return attributes.get("role", "") in ("navigation", "menu", "menubar", "search")
