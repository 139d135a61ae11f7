"""Cuts text into the pieces of XLM-RoBERTa's vocabulary."""

from __future__ import annotations

import unicodedata
from typing import Any

from sentencepiece import SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as pb

from llm_worker.embeddings.e5_file import E5File

# What `nmt_nfkc` does beyond NFKC, sentencepiece's name for the rules that the
# vocabulary was made with:
# https://github.com/google/sentencepiece/blob/master/doc/normalization.md
DROPPED = [*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F]
SPACES = [0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029]
SPACES += [0x2581, 0xFEFF, 0xFFFD]
REPLACED: dict[int, str | None] = {
    **dict.fromkeys(DROPPED),
    **dict.fromkeys(SPACES, " "),
}


class Tokenizer:
    """Safe to use from several threads at once."""

    def __init__(self, file: E5File) -> None:
        """Takes the vocabulary out of the model's file; blocks for some 0.3 seconds."""
        self._processor = SentencePieceProcessor(model_proto=_vocabulary(file))
        self._begin, self._end = file.begin, file.end

    def ids(self, text: str) -> list[int]:
        """Returns the pieces of a text, without marks around them."""
        normal = unicodedata.normalize("NFKC", text.translate(REPLACED))
        ids: list[int] = self._processor.encode(normal)
        return ids

    def marked(self, ids: list[int]) -> list[int]:
        """Puts the marks of begin and end around pieces."""
        return [self._begin, *ids, self._end]


def _vocabulary(file: E5File) -> bytes:
    model: Any = pb.ModelProto()  # type: ignore[attr-defined]  # Made at run time.
    kinds = model.SentencePiece
    for number, (piece, score) in enumerate(file.pieces()):
        kind = kinds.CONTROL if score == 0 else kinds.NORMAL
        if number == file.unknown:
            kind = kinds.UNKNOWN
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type = model.trainer_spec.UNIGRAM
    model.trainer_spec.unk_id = file.unknown
    model.trainer_spec.bos_id, model.trainer_spec.eos_id = file.begin, file.end
    model.trainer_spec.pad_id = -1
    model.normalizer_spec.name = "identity"
    return bytes(model.SerializeToString())
