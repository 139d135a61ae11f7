"""Presentations: each slide a page, its notes and comments at its end."""

from collections.abc import Iterator

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
from persistence.documents.parsing.readers.ooxml import Package, open_package
from persistence.documents.parsing.readers.pptx_shapes import Shapes, comment_blocks
from persistence.documents.parsing.readers.xml_parts import descendants

_MAIN = "ppt/presentation.xml"


class PptxReader:
    """Reads .pptx, .pptm, .ppsx and .potx."""

    media_types = frozenset({media_types.PPTX})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_package(source.path) as package:
            main = package.main_part(_MAIN)
            slides = _slides(package, main)
            opened = package.opened(page_count=len(slides))
            yield Opened(opened.page_count, opened.title, opened.language)
            for number, part in enumerate(slides, start=1):
                try:
                    blocks = tuple(_slide_blocks(package, part))
                except ParseError as error:
                    yield PageFailed(number, error.reason)
                    continue
                yield Page(number, blocks, _label(blocks))


def presentation_blocks(package: Package) -> Iterator[Block]:
    """All text of a presentation inside another document."""
    for part in _slides(package, package.main_part(_MAIN)):
        yield from _slide_blocks(package, part)


def _slides(package: Package, main: str) -> list[str]:
    """In the order in which they are shown."""
    related = package.relationships(main)
    root = package.xml(main)
    found = [
        related[relation].target
        for element in descendants(root, "sldId")
        for key, relation in element.items()
        if key.endswith("}id") and relation in related
    ]
    found = [part for part in found if part in package]
    if not found and any(True for _ in descendants(root, "sldId")):
        raise ParseError(FailureReason.DAMAGED, "no slide")
    return found


def _slide_blocks(package: Package, part: str) -> Iterator[Block]:
    shapes = Shapes(package, part)
    found = list(shapes.blocks())
    titles = [block for block in found if block.kind is BlockKind.HEADING]
    yield from titles  # Wherever it was drawn, it is read first.
    yield from (block for block in found if block.kind is not BlockKind.HEADING)
    for notes in package.related(part, "notesSlide"):
        yield from Shapes(package, notes).blocks()
    for comments in package.related(part, "comments"):
        yield from comment_blocks(package.xml(comments))


def _label(blocks: tuple[Block, ...]) -> str:
    first = blocks[0] if blocks else None
    return first.text if first and first.kind is BlockKind.HEADING else ""


READER = PptxReader()
