"""Word documents: the body in its order, with everything that hangs on it.

Notes stand after the paragraph that refers to them, text boxes and diagrams after the
paragraph they are anchored in; headers come first, footers and comments last. What was
deleted with changes tracked is left out, what was inserted is kept.
"""

from collections.abc import Iterator
from itertools import count

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import Block, Event, Source
from persistence.documents.parsing.readers.docx_body import Body
from persistence.documents.parsing.readers.docx_styles import Styles
from persistence.documents.parsing.readers.ooxml import Package, open_package
from persistence.documents.parsing.readers.slicing import slice_characters, sliced
from persistence.documents.parsing.readers.xml_parts import children_of

_MAIN = "word/document.xml"
_BODY_CHILDREN = (
    "p",
    "tbl",
    "sdt",
    "altChunk",
    "customXml",
    "ins",
    "moveTo",
    "AlternateContent",
)


class DocxReader:
    """Reads .docx, .docm, .dotx and .dotm."""

    media_types = frozenset({media_types.DOCX})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_package(source.path) as package:
            styles = Styles(package, package.main_part(_MAIN))
            yield package.opened(language=styles.language)
            blocks = document_blocks(package)
            yield from sliced(blocks, slice_characters(source), count(1))


def document_blocks(package: Package) -> Iterator[Block]:
    """All text of a document, also of one inside another."""
    main = package.main_part(_MAIN)
    body = Body(package, main, Styles(package, main))
    yield from _repeated(body, "header")
    with package.open(main) as stream:
        for element in children_of(stream, ("body", "docPartBody"), _BODY_CHILDREN):
            yield from body.blocks(element)
    yield from _repeated(body, "footer")
    yield from body.comments()


def _repeated(body: Body, kind: str) -> Iterator[Block]:
    """Headers or footers; each sentence once, however many sections repeat it."""
    seen = set()
    for part in body.package.related(body.part, kind):
        for block in Body(body.package, part, body.styles).part_blocks():
            if block.text not in seen and not block.text.isdecimal():
                seen.add(block.text)
                yield block


READER = DocxReader()
