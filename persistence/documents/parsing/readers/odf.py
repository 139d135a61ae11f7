"""OpenDocument: text, presentations and spreadsheets, in an archive or one file.

Format: https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

import re
from collections.abc import Iterator
from itertools import chain, count, groupby
from typing import IO

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    Event,
    FailureReason,
    Opened,
    Page,
    ParseError,
    Source,
)
from persistence.documents.parsing.normalise import one_line
from persistence.documents.parsing.readers.blocks import paragraph
from persistence.documents.parsing.readers.odf_body import Body
from persistence.documents.parsing.readers.odf_sheets import Row, sheet_rows
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.rows import row_blocks
from persistence.documents.parsing.readers.slicing import slice_characters, sliced
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    children_of,
    descendants,
    local,
)
from persistence.documents.parsing.readers.zips import open_zip

_REPEATED = ("header", "footer", "header-left", "footer-left", "header-first")
_START = 1 << 14
_EMBEDDED_LIMIT = 4000
_NUMBERED = re.compile(
    r"(page|slide|Folie|P\u00e1gina)? ?\d+"
)  # As programs name them.


class OdfReader:
    """Reads .odt, .odp, .ods, .odg, their templates, and flat ones."""

    media_types = frozenset(
        {media_types.ODT, media_types.ODP, media_types.ODS, media_types.FLAT_ODF}
    )

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        if source.media_type == media_types.FLAT_ODF:
            yield Opened()
            with source.path.open("rb") as stream:
                is_sheet = b"opendocument.spreadsheet" in stream.read(_START)
                stream.seek(0)
                yield from _pages(stream, None, limit, is_sheet=is_sheet)
            return
        with open_zip(source.path) as archive:
            package = Package(archive)
            manifest = package.xml("META-INF/manifest.xml")
            if any(True for _ in descendants(manifest, "encryption-data")):
                raise ParseError(FailureReason.ENCRYPTED, "manifest")
            yield _opened(package.xml("meta.xml"))
            is_sheet = source.media_type == media_types.ODS
            with package.open("content.xml") as stream:
                yield from _pages(stream, package, limit, is_sheet=is_sheet)


def package_blocks(package: Package) -> Iterator[Block]:
    """All text of a document inside another."""
    is_sheet = b"spreadsheet" in package.read("mimetype")
    with package.open("content.xml") as stream:
        for page in _pages(stream, package, _EMBEDDED_LIMIT, is_sheet=is_sheet):
            yield from page.blocks


def _opened(meta: Element | None) -> Opened:
    titles = [one_line(each.text or "") for each in descendants(meta, "title")]
    languages = [one_line(each.text or "") for each in descendants(meta, "language")]
    return Opened(title="".join(titles[:1]), language="".join(languages[:1]))


def _pages(
    stream: IO[bytes], package: Package | None, limit: int, *, is_sheet: bool
) -> Iterator[Page]:
    numbers = count(1)
    if is_sheet:
        for sheet, rows in groupby(sheet_rows(stream), key=lambda row: row.sheet):
            yield from sliced(_sheet_blocks(rows, limit), limit, numbers, sheet)
        return
    body = Body(package)
    elements = children_of(stream, ("text", "presentation", "drawing"))
    first = list(_repeated(body))
    for drawn, group in groupby(elements, key=_is_drawn_page):
        if drawn:
            for element in group:
                blocks = tuple(body.blocks(element))
                yield Page(next(numbers), blocks, _slide_label(element, blocks))
        else:
            flow = (block for element in group for block in body.blocks(element))
            yield from sliced(chain(first, flow), limit, numbers)
            first = []


def _sheet_blocks(rows: Iterator[Row], limit: int) -> Iterator[Block]:
    comments: list[str] = []

    def cells() -> Iterator[list[str]]:
        for row in rows:
            comments.extend(row.comments)
            yield row.cells

    yield from row_blocks(cells(), limit)
    for comment in comments:
        yield from paragraph(comment)


def _is_drawn_page(element: Element) -> bool:
    return local(element) == "page"


def _slide_label(element: Element, blocks: tuple[Block, ...]) -> str:
    if blocks and blocks[0].kind is BlockKind.HEADING:
        return blocks[0].text
    name = attribute(element, "name")
    return "" if _NUMBERED.fullmatch(name) else name


def _repeated(body: Body) -> Iterator[Block]:
    """What stands above or below each page of a text; once each."""
    root = body.package.xml("styles.xml") if body.package else None
    seen = set()
    for element in descendants(root, *_REPEATED):
        for block in body.blocks(element):
            if block.text not in seen and not block.text.isdecimal():
                seen.add(block.text)
                yield block


READER = OdfReader()
