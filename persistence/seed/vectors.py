"""Vectors that cost nothing: texts that share words have vectors that are near.

They are in no relation to those of an embedding model; `regenerate_embeddings` makes
real ones. 256 components are 1/16 or -1/16 and the rest 0, which half precision holds
exactly: the length is exactly 1, as 256 / 16² is.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np

from persistence.documents.models import DIMENSION

COMPONENTS = 256
VALUE = 1 / 16

_WORD = re.compile(r"\w+")


def vector_of(text: str) -> list[float]:
    """Returns the vector of a text, the same each time."""
    counts = Counter(_WORD.findall(text.lower()))
    total = np.zeros(DIMENSION)
    for word, count in counts.items():
        total += math.sqrt(count) * _signs(word)
    strongest = np.argsort(-np.abs(total), kind="stable")[:COMPONENTS]
    vector = np.zeros(DIMENSION)
    vector[strongest] = np.where(total[strongest] < 0, -VALUE, VALUE)
    values: list[float] = vector.tolist()
    return values


@lru_cache(maxsize=8192)
def _signs(word: str) -> Any:
    bits = hashlib.shake_128(word.encode()).digest(DIMENSION // 8)
    return np.unpackbits(np.frombuffer(bits, np.uint8)).astype(np.float64) * 2 - 1
