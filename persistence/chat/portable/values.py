"""Values of foreign files, checked: what they must be before anything uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from persistence.chat.portable.domain import UnreadableError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text_of(value: object, what: str, *, most: int | None = None) -> str:
    """Returns a text that can be stored.

    Raises:
        UnreadableError: it is none, or holds what PostgreSQL or UTF-8 cannot.
    """
    if not isinstance(value, str):
        raise UnreadableError(f"{what} is not a text.")
    if "\x00" in value:
        raise UnreadableError(f"{what} holds the character U+0000.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnreadableError(f"{what} holds half of a character.") from None
    if most is not None and len(value) > most:
        raise UnreadableError(f"{what} is longer than {most} characters.")
    return value


def optional_text(value: object, what: str, *, most: int | None = None) -> str | None:
    """Returns a text that may be left out.

    Raises:
        UnreadableError: as `text_of`.
    """
    return None if value is None else text_of(value, what, most=most)


def mapping_of(value: object, what: str) -> dict[str, Any]:
    """Returns a JSON object.

    Raises:
        UnreadableError: it is none.
    """
    if not isinstance(value, dict):
        raise UnreadableError(f"{what} is not an object.")
    return value


def list_of(value: object, what: str) -> list[Any]:
    """Returns a JSON array.

    Raises:
        UnreadableError: it is none.
    """
    if not isinstance(value, list):
        raise UnreadableError(f"{what} is not a list.")
    return value


def time_of_seconds(value: object, what: str) -> datetime | None:
    """Returns a time given in seconds since 1970; None when it is null.

    Raises:
        UnreadableError: it is no such number, or no calendar has the time.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(f"{what} is not a time.")
    try:
        return _EPOCH + timedelta(microseconds=round(value * 1_000_000))
    # Infinity and too much are an overflow, NaN is no value.
    except (OverflowError, ValueError):
        raise UnreadableError(f"{what} is out of range.") from None


def time_of_text(value: object, what: str) -> datetime:
    """Returns a time given as RFC 3339 has it.

    Raises:
        UnreadableError: it is none.
    """
    try:
        time = datetime.fromisoformat(text_of(value, what, most=64))
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UnreadableError(f"{what} is not a time.") from None


def whole_of(value: object, what: str, *, most: int) -> int:
    """Returns a whole number from 0 to `most`.

    Raises:
        UnreadableError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise UnreadableError(f"{what} is not a whole number from 0 to {most}.")
    return value


def flag_of(value: object, what: str) -> bool:
    """Returns true or false.

    Raises:
        UnreadableError: it is neither.
    """
    if not isinstance(value, bool):
        raise UnreadableError(f"{what} is neither true nor false.")
    return value
