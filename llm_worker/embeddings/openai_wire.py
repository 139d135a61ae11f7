"""Reads an answer of OpenAI's embeddings."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from llm_worker.embeddings.base import Embedding


class UnreadableError(Exception):
    """An answer is not what the format says; the text names the fault."""


def read(body: bytes, texts: Sequence[str]) -> list[Embedding]:
    """Returns one embedding for each of the texts that were sent, of length 1.

    Raises:
        UnreadableError: it has not as many, or none that can be read.
    """
    try:
        answer = json.loads(body)
        data = sorted(answer["data"], key=lambda one: one["index"])
        vectors = [_normalised(one["embedding"]) for one in data]
        places = [one["index"] for one in data]
        total = int((answer.get("usage") or {}).get("prompt_tokens") or 0)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError("the answer is not embeddings") from error
    if places != list(range(len(texts))):
        raise UnreadableError(f"{len(places)} vectors for {len(texts)} texts")
    counts = _shares(total, texts)
    return [
        Embedding(vector, count) for vector, count in zip(vectors, counts, strict=True)
    ]


def _normalised(values: list[float]) -> list[float]:
    vector = np.asarray(values, np.float32)
    length = float(np.linalg.norm(vector))
    if vector.ndim != 1 or not math.isfinite(length) or length == 0:
        raise ValueError("not a vector")
    # Those that the vendor shortened are not of length 1 any more.
    normalised: list[float] = (vector / length).tolist()
    return normalised


def _shares(total: int, texts: Sequence[str]) -> list[int]:
    """Splits a count by the texts' lengths; the parts add up to it."""
    ends = list(accumulate((len(text) for text in texts), initial=0))
    return [
        total * end // ends[-1] - total * start // ends[-1]
        for start, end in pairwise(ends)
    ]
