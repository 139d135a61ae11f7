"""PowerPoint 97 to 2003: each slide a page, with its notes.

Format: [MS-PPT], https://learn.microsoft.com/openspecs/office_file_formats/ms-ppt/
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

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
from persistence.documents.parsing.readers.blocks import heading, paragraph
from persistence.documents.parsing.readers.compound import (
    open_compound,
    stream_of,
    title_of,
)
from persistence.documents.parsing.readers.ppt_records import (
    Record,
    persisted,
    record_at,
)

_ENCRYPTED = 0xF3D1C4DF
_SLIDE_LIST = 0x0FF0
_SLIDE_PERSIST = 0x03F3
_SLIDE_ATOM = 0x03EF
_NOTES = 2
_TEXT_HEADER = 0x0F9F
_TEXT_CHARS = 0x0FA0
_TEXT_BYTES = 0x0FA8
_OUTLINE_REF = 0x0F9E
_TEXT_BOX = 0xF00D
_TITLES = (0, 6)


@dataclass(slots=True)
class _Slide:
    """A slide's place, its id, and the texts that the outline keeps for it."""

    persist_id: int
    slide_id: int
    texts: list[Block] = field(default_factory=list)


class PptReader:
    """Reads .ppt and .pps."""

    media_types = frozenset({media_types.PPT})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        with open_compound(source.path) as compound:
            title = title_of(compound)
            user = stream_of(compound, "Current User")
            data = stream_of(compound, "PowerPoint Document")
        try:
            (token, edit) = struct.unpack_from("<II", user, 12)
            if token == _ENCRYPTED:
                raise ParseError(FailureReason.ENCRYPTED, "PowerPoint")
            document_id, places = persisted(data, edit)
            document = record_at(data, places.get(document_id, -1))
            if document is None:
                raise ParseError(FailureReason.DAMAGED, "no document")
            slides = _listed(document, 0)
            notes = {each.slide_id: each for each in _listed(document, _NOTES)}
            yield Opened(page_count=len(slides), title=title)
            for number, slide in enumerate(slides, start=1):
                record = record_at(data, places.get(slide.persist_id, -1))
                blocks = list(_blocks(record, slide.texts))
                noted = notes.get(_notes_id(record))
                if noted is not None:
                    place = places.get(noted.persist_id, -1)
                    blocks += _blocks(record_at(data, place), noted.texts)
                yield Page(number, tuple(blocks), _label(blocks))
        except struct.error as error:
            raise ParseError(FailureReason.DAMAGED, "cut off") from error


def _listed(document: Record, instance: int) -> list[_Slide]:
    found: list[_Slide] = []
    for listing in document.children():
        if listing.kind != _SLIDE_LIST or listing.instance != instance:
            continue
        is_title = False
        for record in listing.children():
            if record.kind == _SLIDE_PERSIST:
                persist_id, _, _, slide_id = struct.unpack_from("<IIII", record.body)
                found.append(_Slide(persist_id, slide_id))
            elif record.kind == _TEXT_HEADER:
                is_title = struct.unpack_from("<I", record.body)[0] in _TITLES
                if found:
                    found[-1].texts.append(Block(BlockKind.PARAGRAPH, ""))
            elif record.kind in (_TEXT_CHARS, _TEXT_BYTES) and found:
                made = _text_block(record, is_title=is_title)
                if made and found[-1].texts:
                    found[-1].texts[-1] = made[0]
    return found


def _blocks(slide: Record | None, texts: list[Block]) -> Iterator[Block]:
    """Texts of the drawing in its order, then those that only the outline has."""
    left = list(texts)
    for box in slide.all(_TEXT_BOX) if slide is not None else ():
        is_title = False
        for record in box.children():
            if record.kind == _TEXT_HEADER:
                is_title = struct.unpack_from("<I", record.body)[0] in _TITLES
            elif record.kind in (_TEXT_CHARS, _TEXT_BYTES):
                yield from _text_block(record, is_title=is_title)
            elif record.kind == _OUTLINE_REF:
                (index,) = struct.unpack_from("<I", record.body)
                if index < len(texts) and texts[index] in left:
                    left.remove(texts[index])
                    yield from _said(texts[index])
    for text in left:
        yield from _said(text)


def _said(text: Block) -> list[Block]:
    return [text] if text.text else []


def _text_block(record: Record, *, is_title: bool) -> list[Block]:
    encoding = "utf-16-le" if record.kind == _TEXT_CHARS else "latin-1"
    text = record.body.decode(encoding, "replace").replace("\x0b", "\n")
    return heading(text, 1) if is_title else paragraph(text)


def _notes_id(slide: Record | None) -> int:
    for record in slide.children() if slide is not None else ():
        if record.kind == _SLIDE_ATOM:
            return int(struct.unpack_from("<I", record.body, 16)[0])
    return 0


def _label(blocks: list[Block]) -> str:
    first = blocks[0] if blocks else None
    return first.text if first and first.kind is BlockKind.HEADING else ""


READER = PptReader()
