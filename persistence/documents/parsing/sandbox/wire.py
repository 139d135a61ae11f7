"""Events on the pipe between child and parent: length-prefixed JSON.

The parent believes nothing: a parser that a file took over writes what it likes.
"""

import json
import re
import struct
from dataclasses import dataclass, replace
from typing import Any

from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
)
from persistence.documents.parsing.sandbox.limits import (
    MAX_EVENT_BYTES,
    MAX_LABEL_CHARACTERS,
    MAX_PAGE_CHARACTERS,
)

PREFIX = struct.Struct(">I")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MEDIA_TYPE = re.compile(r"([a-z]+/[a-z0-9][a-z0-9.+-]{0,126})?")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Recognising:
    """The child is about to recognise a page's text, which takes its time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing a child says; `failure` where the file gives no text."""

    failure: FailureReason | None = None
    detail: str = ""


Message = Event | Recognising | Finished


class WireError(Exception):
    """What the child wrote is no event."""


def encode(message: Message) -> bytes:
    """Writes one event with its length in front.

    Raises:
        ParseError: TOO_LARGE, for a page that its reader should have divided.
    """
    match message:
        case Opened(page_count, title, language, media_type):
            body: list[Any] = ["opened", page_count, title, language, media_type]
        case Page(number, blocks, label, from_image):
            of_page = [
                [block.kind, _CONTROLS.sub("", block.text), block.level]
                for block in blocks
            ]
            body = ["page", number, of_page, label, from_image]
        case PageFailed(number, reason, label):
            body = ["failed", number, reason, label]
        case Recognising():
            body = ["recognising"]
        case Finished(failure, detail):
            body = ["finished", failure, detail[:MAX_LABEL_CHARACTERS]]
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    if len(data) > MAX_EVENT_BYTES:
        raise ParseError(FailureReason.TOO_LARGE, "one page")
    return PREFIX.pack(len(data)) + data


def decode(data: bytes) -> Message:
    """Reads one event, checking everything about it.

    Raises:
        WireError: it is none.
    """
    try:
        match json.loads(data):
            case ["opened", int(count), str(title), str(language), str(media_type)] if (
                count >= 0
            ):
                tag = language if _TAG.fullmatch(language) else ""
                if not _MEDIA_TYPE.fullmatch(media_type):
                    raise WireError("no media type")
                return Opened(count, _label(title), tag, media_type)
            case ["page", int(number), list(blocks), str(label), bool(from_image)]:
                found = tuple(_block(block) for block in blocks)
                page = Page(number, found, _label(label), from_image)
                return _checked(page)
            case ["failed", int(number), str(reason), str(label)]:
                return PageFailed(number, FailureReason(reason), _label(label))
            case ["recognising"]:
                return Recognising()
            case ["finished", None, str()]:
                return Finished()
            case ["finished", str(failure), str(detail)]:
                return Finished(FailureReason(failure), _label(detail))
    except (ValueError, RecursionError) as error:
        raise WireError(type(error).__name__) from error
    raise WireError("no known event")


def _block(body: object) -> Block:
    match body:
        case [str(kind), str(text), int(level)]:
            if _CONTROLS.search(text):
                raise WireError("control characters")
            return Block(BlockKind(kind), text, level)
    raise WireError("no block")


def _checked(page: Page) -> Page:
    if sum(len(block.text) + 2 for block in page.blocks) > MAX_PAGE_CHARACTERS + 2:
        raise WireError("a page too long")
    return replace(page, blocks=tuple(b for b in page.blocks if b.text))


def _label(text: str) -> str:
    return _CONTROLS.sub("", text)[:MAX_LABEL_CHARACTERS]
