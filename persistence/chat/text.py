"""Text as PostgreSQL can hold it, and titles made from text."""

from __future__ import annotations

import unicodedata

from mesh.errors import invalid

TITLE_LENGTH = 60

_NUL = "\x00"
_REPLACEMENT = "\ufffd"
_ZERO_WIDTH_JOINER = "\u200d"


def text_checked(field: str, text: str) -> str:
    """Returns `text` as it is.

    Raises:
        ServiceError: `INVALID_FIELD` when it holds NUL, which PostgreSQL cannot store.
    """
    if _NUL in text:
        raise invalid(field, "must not contain the character U+0000")
    return text


def text_storable(text: str) -> str:
    """Returns what a model wrote, in a form that can be stored, of the same length.

    An answer must not be lost, nor its offsets shift, for a character in it.
    """
    return text.replace(_NUL, _REPLACEMENT)


def title_of(text: str) -> str:
    """Returns the first line of `text`, cut at a word when it is long."""
    lines = text.split("\n", 1) if text.strip() == "" else text.strip().splitlines()
    line = lines[0].strip()
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[: TITLE_LENGTH + 1].rsplit(maxsplit=1)[0]
    if len(head) <= TITLE_LENGTH:
        return head
    return line[: _character_end(line, TITLE_LENGTH)]


def _character_end(line: str, end: int) -> int:
    """Moves `end` back to where no character that people see is cut in two."""
    while end > 1 and (
        unicodedata.category(line[end]) in {"Mn", "Mc", "Me", "Sk"}
        or _ZERO_WIDTH_JOINER in line[end - 1 : end + 1]
    ):
        end -= 1
    return end
