"""What reading a file gives: pages of blocks, or a failure with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

BLOCK_SEPARATOR = "\n\n"
CELL_SEPARATOR = " | "


class BlockKind(StrEnum):
    """What a piece of a page is, as far as chunking cares."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page.

    Attributes:
        text: Normalised (see `normalise`). A TABLE has one row on each line, its cells
            separated by `CELL_SEPARATOR`, the header row first where there is one.
        level: Of a HEADING, 1 is the highest; 0 for everything else.
    """

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A PDF page, slide, sheet, chapter, or a slice of a text that has no pages.

    Attributes:
        number: From 1, without gaps for pages that failed.
        label: What a reader calls it: "iv", a sheet's or a chapter's name. Empty: its
            number.
        from_image: Whether the text was recognised in an image (OCR).
    """

    number: int
    blocks: tuple[Block, ...]
    label: str = ""
    from_image: bool = False

    @property
    def text(self) -> str:
        """The page's text, which every offset counts in, in Unicode code points."""
        return BLOCK_SEPARATOR.join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Opened:
    """The first thing a reader says.

    Attributes:
        page_count: 0 where it is not known before the end.
        title: From the file's own metadata; empty where it has none.
        language: BCP 47 tag from the file's own metadata; empty where it has none.
        media_type: What the file's content is. Readers leave it to who calls them.
    """

    page_count: int = 0
    title: str = ""
    language: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class PageFailed:
    """One page could not be read; the others go on."""

    number: int
    reason: FailureReason
    label: str = ""


class FailureReason(StrEnum):
    """Why a file, or one page of it, gives no text."""

    UNSUPPORTED_TYPE = "unsupported_type"
    """Not a format that is read: a picture without OCR, a program, an archive."""

    EMPTY = "empty"
    """No text in it, and nothing that could be text."""

    ENCRYPTED = "encrypted"
    """It needs a password."""

    DAMAGED = "damaged"
    """Cut off, or not what its format promises."""

    NO_TEXT_LAYER = "no_text_layer"
    """Only pictures of text, and no OCR engine is installed."""

    UNREADABLE_TEXT = "unreadable_text"
    """Bytes that are no text in any encoding, or text without meaning."""

    TOO_LARGE = "too_large"
    """It needs more memory than the limit, or unpacks to more than it may."""

    TOO_SLOW = "too_slow"
    """It needs more time than the limit."""

    CRASHED = "crashed"
    """The parser ended without an answer."""


class ParseError(Exception):
    """A file cannot be read. `detail` is for logs and names no content."""

    def __init__(self, reason: FailureReason, detail: str = "") -> None:
        """Keeps the reason for the caller."""
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Attributes:
        ocr_languages: Tesseract's names, for example `("eng", "deu")`; empty turns
            OCR off.
        page_characters: About how long a slice of a text without pages is.
    """

    ocr_languages: tuple[str, ...] = ()
    page_characters: int = 4000


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        name: What its user calls it; only a hint, its content decides.
        media_type: What its content is, as `sniff` found it.
        announce: Called before a page whose reading takes long, as recognising does.
    """

    path: Path
    name: str
    media_type: str
    options: ReadOptions = field(default_factory=ReadOptions)
    announce: Callable[[], None] = lambda: None


Event = Opened | Page | PageFailed


class Reader(Protocol):
    """Reads one family of formats. Runs in the child process, so it may block."""

    media_types: frozenset[str]
    """What it reads, as `sniff` names it."""

    def read(self, source: Source) -> Iterator[Event]:
        """Yields `Opened`, then pages in their order, holding one page in memory.

        Raises:
            ParseError: the file as a whole gives no text.
        """
