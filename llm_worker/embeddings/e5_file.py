"""Reads the packed file of multilingual-e5-small: vocabulary and 4-bit weights.

Little-endian: a header, the pieces of the vocabulary with their scores, a table of
characters (not needed here), a directory, and tensors. A matrix is stored in blocks of
32 weights: a 16-bit scale and 16 bytes, byte j holding weight j in its lower half and
weight j + 16 in its upper one, both 8 too large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_worker.embeddings.base import DIMENSION, EmbeddingError

MAGIC = b"E5S1"
VERSION = 1
LAYERS = 12
HEADS = 12
INNER = 1536
POSITIONS = 512
VOCABULARY_ROWS = 250_037
BLOCK = 32
BLOCK_BYTES = 18
SHAPE = (VERSION, DIMENSION, LAYERS, HEADS, INNER, VOCABULARY_ROWS, POSITIONS)

Floats = NDArray[np.float32]


class E5File:
    """The file, mapped: what is not read is not in memory.

    Attributes:
        begin, end, unknown: The ids of these marks.
    """

    def __init__(self, path: Path) -> None:
        """Reads the header and the directory.

        Raises:
            EmbeddingError: it is not the file that it has to be.
        """
        try:
            self._data = np.memmap(path, np.uint8, "r")
            self._read()
        except (OSError, ValueError, struct.error, KeyError) as error:
            raise EmbeddingError(f"{path} is broken") from error

    def pieces(self) -> Iterator[tuple[str, float]]:
        """Yields the vocabulary with its scores, in the order of the ids."""
        pieces = self._pieces.tobytes()
        borders = pairwise(self._offsets.tolist())
        for (first, last), score in zip(borders, self._scores.tolist(), strict=True):
            yield pieces[first:last].decode(), score

    def vector(self, name: str) -> Floats:
        """Returns a tensor that is not quantised."""
        return np.frombuffer(self._tensors[name], np.float32)

    def matrix(self, name: str, columns: int) -> Floats:
        """Returns a quantised tensor, one row for each output."""
        rows = self._tensors[name].reshape(-1, columns // BLOCK, BLOCK_BYTES)
        return unpacked(rows)

    def rows(self, name: str) -> NDArray[np.uint8]:
        """Returns a quantised tensor as it is, to unpack some rows of."""
        return self._tensors[name].reshape(-1, DIMENSION // BLOCK, BLOCK_BYTES)

    def _read(self) -> None:
        at = 0

        def take(layout: str) -> tuple[Any, ...]:
            nonlocal at
            values = struct.unpack_from("<" + layout, self._data.data, at)
            at += struct.calcsize("<" + layout)
            return values

        magic, *shape = take("4s7i")
        _, _, block = take("ifi")
        if magic != MAGIC or tuple(shape) != SHAPE or block != BLOCK:
            raise ValueError("another file")
        count, self.begin, self.end, _, self.unknown, size = take("5iQ")
        self._offsets = np.frombuffer(self._data, np.uint32, count + 1, at)
        self._scores = np.frombuffer(self._data, np.float32, count, at + 4 * count + 4)
        at += 8 * count + 4
        self._pieces = self._data[at : at + size]
        at += size
        _, size = take("iI")
        at += size
        self._tensors: dict[str, NDArray[np.uint8]] = {}
        for _ in range(take("i")[0]):
            name = take(f"{take('H')[0]}s")[0].decode()
            _, _, offset, size = take("BIQQ")
            self._tensors[name] = self._data[offset : offset + size]


def unpacked(blocks: NDArray[np.uint8]) -> Floats:
    """Returns the weights of rows of blocks."""
    scales = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    weights = np.concatenate([packed & 15, packed >> 4], -1).astype(np.float32) - 8
    return (weights * scales).reshape(len(blocks), -1)
