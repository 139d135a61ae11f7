"""Electronic books: each chapter of the spine is a page, in reading order.

Format: https://www.w3.org/TR/epub-33/
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import count
from urllib.parse import unquote

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    Source,
)
from persistence.documents.parsing.normalise import one_line
from persistence.documents.parsing.readers.decoding import declared_encoding, decode
from persistence.documents.parsing.readers.html_blocks import html_page
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.slicing import sliced
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    descendants,
)
from persistence.documents.parsing.readers.zips import open_zip

_CHAPTER_CHARACTERS = 100_000
"""A longer chapter is several pages."""
_LABEL_CHARACTERS = 120
_START = 1 << 12
_CONTAINER = re.compile(r"([^/]+/)?META-INF/container\.xml")
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Fonts are scrambled in free books, too."""


class EpubReader:
    """Reads .epub of version 2 and 3."""

    media_types = frozenset({media_types.EPUB})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_zip(source.path) as archive:
            package = Package(archive, folder=folder_of(archive.namelist()))
            book = _Book(package)
            yield Opened(
                page_count=len(book.chapters), title=book.title, language=book.language
            )
            numbers = count(1)
            for name in book.chapters:
                if name in book.encrypted:
                    raise ParseError(FailureReason.ENCRYPTED, "chapter")
                yield from _chapter(package, name, book.labels.get(name, ""), numbers)


def folder_of(names: Iterable[str]) -> str:
    """Where in the archive a book begins: some are zipped with the folder around it."""
    found = (match for name in names if (match := _CONTAINER.fullmatch(name)))
    return min((match[1] or "" for match in found), key=len, default="")


def _chapter(
    package: Package, name: str, label: str, numbers: Iterator[int]
) -> Iterator[Event]:
    data = package.read(name)
    try:
        text = decode(data, declared=declared_encoding(data[:_START]))
    except ParseError as error:
        yield PageFailed(next(numbers), error.reason, label)
        return
    document, blocks = html_page(text)
    label = (label or _first_heading(blocks) or document.title)[:_LABEL_CHARACTERS]
    if blocks:
        yield from sliced(blocks, _CHAPTER_CHARACTERS, numbers, label)
    else:  # A cover without words: the numbers of the others must not move.
        yield Page(next(numbers), (), label)


def _first_heading(blocks: list[Block]) -> str:
    found = (block for block in blocks if block.kind is BlockKind.HEADING)
    return next((block.text for block in found), "")


class _Book:
    """What the package document says: metadata, chapters, their names."""

    def __init__(self, package: Package) -> None:
        container = package.xml("META-INF/container.xml")
        paths = [
            attribute(each, "full-path") for each in descendants(container, "rootfile")
        ]
        path = next((each for each in paths if each in package), "")
        path = path or next(
            (each for each in package.names("") if each.endswith(".opf")), ""
        )
        root = package.xml(path)
        if root is None:
            raise ParseError(FailureReason.DAMAGED, "no package document")
        self._folder = posixpath.dirname(path)
        metadata = child(root, "metadata")
        self.title = _text(metadata, "title")
        self.language = _text(metadata, "language")
        items = {attribute(each, "id"): each for each in descendants(root, "item")}
        spine = child(root, "spine")
        linear: list[str] = []
        aside: list[str] = []
        for reference in descendants(spine, "itemref"):
            item = items.get(attribute(reference, "idref"))
            name = self._resolved(attribute(item, "href"))
            if item is not None and name in package and not _is_contents(item):
                extra = attribute(reference, "linear") == "no"
                (aside if extra else linear).append(name)
        self.chapters = linear + aside
        if not self.chapters:
            raise ParseError(FailureReason.EMPTY, "no chapters")
        self.encrypted = self._encrypted(package)
        self.labels: dict[str, str] = {}
        for item in items.values():
            kind = attribute(item, "media-type")
            if kind == "application/x-dtbncx+xml" or _is_contents(item):
                self._read_labels(package, self._resolved(attribute(item, "href")))

    def _resolved(self, target: str, folder: str | None = None) -> str:
        path = unquote(target.partition("#")[0])
        base = self._folder if folder is None else folder
        return posixpath.normpath(posixpath.join("/", base, path)).lstrip("/")

    def _read_labels(self, package: Package, name: str) -> None:
        folder = posixpath.dirname(name)
        try:
            root = package.xml(name)
        except ParseError:
            return  # Chapters are named by their headings then.
        for point in descendants(root, "navPoint"):
            target = attribute(child(point, "content"), "src")
            named = child(point, "navLabel")
            label = "".join(named.itertext()) if named is not None else ""
            self.labels.setdefault(self._resolved(target, folder), one_line(label))
        for link in descendants(root, "a"):
            target = attribute(link, "href")
            label = "".join(link.itertext())
            self.labels.setdefault(self._resolved(target, folder), one_line(label))

    def _encrypted(self, package: Package) -> set[str]:
        root = package.xml("META-INF/encryption.xml")
        found = set()
        for data in descendants(root, "EncryptedData"):
            method = attribute(child(data, "EncryptionMethod"), "Algorithm")
            if not method.startswith(_FONT_METHODS):
                for each in descendants(data, "CipherReference"):
                    found.add(self._resolved(attribute(each, "URI"), ""))
        return found


def _is_contents(item: Element) -> bool:
    return "nav" in attribute(item, "properties").split()


def _text(metadata: Element | None, name: str) -> str:
    found = (each.text for each in descendants(metadata, name))
    return one_line(next((text for text in found if text), ""))


READER = EpubReader()
