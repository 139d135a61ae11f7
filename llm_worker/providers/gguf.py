"""Reads a vocabulary out of a model's file.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAGIC = b"GGUF"
STRING, ARRAY = 8, 9
# The types of fixed size, as `struct` writes them: integers, floats, a bool.
FIXED = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
TEXTS = "tokenizer.ggml.tokens"
TYPES = "tokenizer.ggml.token_type"

NORMAL, UNKNOWN, CONTROL = 1, 2, 3


class GGUFError(Exception):
    """The file is not GGUF, or has no vocabulary."""


def vocabulary(path: Path) -> list[tuple[bytes, int]]:
    """Returns the text and the type of each token.

    Reads only the head of the file, and takes about a second for a million tokens.

    Raises:
        GGUFError: there is none.
    """
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            if data[:4] != MAGIC:
                raise GGUFError("it does not begin as GGUF does")
            found = dict(_Reader(data).wanted({TEXTS, TYPES}))
            texts = found.get(TEXTS, [])
            kinds = found.get(TYPES, [NORMAL] * len(texts))
            tokens = list(zip(texts, kinds, strict=True))
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise GGUFError(f"it cannot be read: {type(error).__name__}") from error
    if not tokens:
        raise GGUFError("it has no vocabulary")
    return tokens


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        # After the magic: version, number of tensors, number of keys.
        self._at = 4 + struct.calcsize("<I")

    def wanted(self, keys: set[str]) -> Iterator[tuple[str, list[Any]]]:
        """Yields the arrays under `keys`, and stops at the last of them."""
        _, count = self._take("QQ")
        left = len(keys)
        for _ in range(count):
            key = self._text().decode()
            (kind,) = self._take("I")
            values = self._value(kind)
            if key in keys:
                yield key, values
                left -= 1
                if not left:
                    return

    def _value(self, kind: int) -> list[Any]:
        if kind == STRING:
            return [self._text()]
        if kind != ARRAY:
            return list(self._take(FIXED[kind]))
        inner, count = self._take("IQ")
        if inner in FIXED:
            return list(self._take(f"{count}{FIXED[inner]}"))
        return [value for _ in range(count) for value in self._value(inner)]

    def _text(self) -> bytes:
        (size,) = self._take("Q")
        begin = self._at
        self._at += size
        if self._at > len(self._data):
            raise ValueError("The file ends within a text.")
        return self._data[begin : self._at]

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values
